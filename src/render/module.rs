use askama::Template;

use super::text::{code, doc, str_literal};
use crate::model::{Ident, Module, Schema};

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
    /// The file, where rustc wants to be told: for names beyond ASCII.
    path: Option<String>,
    /// What is in it is named without it: true for files, false for schemas.
    reexport: bool,
}

impl ModuleFile {
    /// `schema` is that of the root.
    pub fn new(module: &Module, schema: Option<&Schema>) -> Self {
        let file = |what: &str, schema: &str, ident: &Ident| {
            let name = code(&format!("{schema}.{}", ident.db));
            Mod {
                doc: doc(&[format!("{what} {name}.")], 0),
                path: path(&ident.rs, ".rs"),
                name: ident.rs.clone(),
                reexport: true,
            }
        };
        let entities = module
            .entities
            .iter()
            .map(|entity| file("The rows of", &entity.schema, &entity.module));
        let enums = module
            .enums
            .iter()
            .map(|it| file("The enum type", &it.schema, &it.module));
        let composites = module
            .composites
            .iter()
            .map(|it| file("The composite type", &it.schema, &it.module));
        let newtypes = module
            .newtypes
            .iter()
            .map(|it| file("The type", &it.schema, &it.module));
        let schemas = module.modules.iter().map(|inner| Mod {
            doc: doc(&inner.doc, 0),
            path: path(&inner.ident.rs, "/mod.rs"),
            name: inner.ident.rs.clone(),
            reexport: false,
        });
        let whole = schema.map(|schema| Mod {
            doc: doc(
                &["The schema as a whole: as SQL, and compared with a database.".into()],
                0,
            ),
            path: path(&schema.module, ".rs"),
            name: schema.module.clone(),
            reexport: true,
        });
        let beside = |doc_line: String, name: &str| Mod {
            doc: doc(&[doc_line], 0),
            path: None,
            name: name.to_owned(),
            reexport: false,
        };
        let schema_name = code(&module.ident.db);
        let routines = (module.routines.iter()).map(|it| {
            let line = format!("The functions and procedures of the schema {schema_name}.");
            beside(line, &it.module)
        });
        let sequences = (module.sequences.iter()).map(|it| {
            let line = format!("Sequences of the schema {schema_name} that belong to no column.");
            beside(line, &it.module)
        });
        let types = entities.chain(enums).chain(composites).chain(newtypes);
        let mods = types.chain(routines).chain(sequences).chain(schemas);
        Self {
            root: schema.is_some(),
            mods: mods.chain(whole).collect(),
        }
    }
}

fn path(module: &str, rest: &str) -> Option<String> {
    (!module.is_ascii()).then(|| str_literal(&format!("{module}{rest}")))
}
