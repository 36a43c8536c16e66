use askama::Template;

use super::text::{code, doc};
use crate::model::{Ident, Module};

/// A schema's `mod.rs`.
#[derive(Template)]
#[template(path = "module.rs.j2", escape = "none")]
pub struct ModuleFile {
    /// Assert the format: once, at the root.
    root: bool,
    mods: Vec<Mod>,
}

/// A `mod` line.
struct Mod {
    doc: String,
    name: String,
    /// What is in it is named without it: true for files, false for schemas.
    reexport: bool,
}

impl ModuleFile {
    pub fn new(module: &Module, root: bool) -> Self {
        let file = |ident: &Ident| Mod {
            doc: doc(
                &[format!(
                    "The file of {}.",
                    code(&format!("{}.{}", module.ident.db, ident.db))
                )],
                0,
            ),
            name: ident.rs.clone(),
            reexport: true,
        };
        let files = (module.entities.iter().map(|entity| &entity.module))
            .chain(module.enums.iter().map(|enum_type| &enum_type.module))
            .chain(module.composites.iter().map(|composite| &composite.module))
            .map(file);
        let schemas = module.modules.iter().map(|inner| Mod {
            doc: doc(&inner.doc, 0),
            name: inner.ident.rs.clone(),
            reexport: false,
        });
        Self {
            root,
            mods: files.chain(schemas).collect(),
        }
    }
}
