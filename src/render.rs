//! Model → files, in memory.
//!
//! Templates (`templates/*.rs.j2`) are forms; each has a view struct in the file of the same name here,
//! beside the function that fills it from the Model. Nothing is decided: names, types and SQL are final, and
//! what is added is layout (`layout`) and the safety of text (`text`).

mod composite;
mod constant;
mod entity;
mod enum_type;
mod function;
mod layout;
mod module;
mod new_row;
mod newtype;
mod patch;
mod routine;
mod schema;
mod setter;
mod struct_type;
#[cfg(test)]
mod tests;
mod text;
mod write;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::model::{Model, Module};

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path, relative to the output folder.
    pub path: PathBuf,
    /// The whole text.
    pub contents: String,
}

/// Fills in the templates: the root's `mod.rs`, a file for each table, view and type, and a folder of the
/// same kind for each other schema.
pub fn render(model: &Model) -> Vec<File> {
    let mut files = Vec::new();
    module_files(model, &model.root, Path::new(""), &mut files);
    files.push(file(
        path(Path::new(""), &model.schema.module),
        schema::SchemaFile::new(&model.schema),
    ));
    files
}

fn module_files(model: &Model, module: &Module, folder: &Path, files: &mut Vec<File>) {
    let serde = model.serde;
    let schema = std::ptr::eq(module, &model.root).then_some(&model.schema);
    files.push(file(
        folder.join("mod.rs"),
        module::ModuleFile::new(module, schema),
    ));
    for entity in &module.entities {
        files.push(file(
            path(folder, &entity.module.rs),
            entity::EntityFile::new(entity, serde),
        ));
    }
    for enum_type in &module.enums {
        files.push(file(
            path(folder, &enum_type.module.rs),
            enum_type::EnumFile::new(enum_type, serde),
        ));
    }
    for composite in &module.composites {
        files.push(file(
            path(folder, &composite.module.rs),
            composite::CompositeFile::new(composite, serde),
        ));
    }
    for newtype in &module.newtypes {
        files.push(file(
            path(folder, &newtype.module.rs),
            newtype::File::new(newtype, serde),
        ));
    }
    if let Some(routines) = &module.routines {
        let view = routine::RoutinesFile::new(routines, serde);
        files.push(file(path(folder, &routines.module), view));
    }
    if let Some(sequences) = &module.sequences {
        let view = routine::SequencesFile::new(sequences);
        files.push(file(path(folder, &sequences.module), view));
    }
    for inner in &module.modules {
        let folder = folder.join(unraw(&inner.ident.rs));
        module_files(model, inner, &folder, files);
    }
}

fn file(path: PathBuf, view: impl Display) -> File {
    let contents = view.to_string();
    File { path, contents }
}

/// The file that rustc looks for where it reads `mod name;`.
fn path(folder: &Path, module: &str) -> PathBuf {
    folder.join(format!("{}.rs", unraw(module)))
}

/// A name without the `r#` of a raw identifier, as file names and serde have it.
fn unraw(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}
