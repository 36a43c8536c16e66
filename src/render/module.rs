use askama::Template;

use super::text::{code, doc, str_literal};
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
    /// The file, where rustc wants to be told: for names beyond ASCII.
    path: Option<String>,
    /// What is in it is named without it: true for files, false for schemas.
    reexport: bool,
}

impl ModuleFile {
    pub fn new(module: &Module, root: bool) -> Self {
        let file = |what: &str, ident: &Ident| {
            let name = code(&format!("{}.{}", module.ident.db, ident.db));
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
            .map(|entity| file("The rows of", &entity.module));
        let enums = module
            .enums
            .iter()
            .map(|it| file("The enum type", &it.module));
        let composites = module
            .composites
            .iter()
            .map(|it| file("The composite type", &it.module));
        let schemas = module.modules.iter().map(|inner| Mod {
            doc: doc(&inner.doc, 0),
            path: path(&inner.ident.rs, "/mod.rs"),
            name: inner.ident.rs.clone(),
            reexport: false,
        });
        Self {
            root,
            mods: (entities.chain(enums).chain(composites).chain(schemas)).collect(),
        }
    }
}

fn path(module: &str, rest: &str) -> Option<String> {
    (!module.is_ascii()).then(|| str_literal(&format!("{module}{rest}")))
}
