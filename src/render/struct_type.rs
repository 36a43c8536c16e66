use askama::Template;

use super::text::{doc, str_literal};
use super::{layout, unraw};
use crate::model::Ident;

/// A struct's definition: of a row, a new row, a patch or a composite type.
#[derive(Template)]
#[template(path = "struct_type.rs.j2", escape = "none")]
pub struct Struct {
    pub doc: String,
    pub derive: String,
    pub serde: bool,
    pub attributes: Vec<String>,
    pub name: String,
    pub fields: Vec<Field>,
}

/// A field's definition.
pub struct Field {
    doc: String,
    /// The attribute for the database's spelling, where serde would use another.
    rename: Option<String>,
    /// Left out of what is serialized when nothing is assigned.
    skip_omitted: bool,
    attributes: Vec<String>,
    line: String,
}

impl Field {
    pub fn new(ident: &Ident, ty: &str, doc_lines: &[String], serde: bool) -> Self {
        Self {
            doc: doc(doc_lines, 4),
            rename: rename(ident, serde, &[]),
            skip_omitted: false,
            attributes: Vec::new(),
            line: layout::field(&format!("pub {}", ident.rs), ty, 4),
        }
    }

    /// The field with attributes of the configuration, one of which may say what serde calls it.
    pub fn with(self, attributes: &[String]) -> Self {
        Self {
            rename: self
                .rename
                .filter(|_| !attributes.iter().any(|it| renames(it))),
            attributes: attributes.to_vec(),
            ..self
        }
    }

    /// The field of an `Assign`.
    pub fn assign(ident: &Ident, ty: &str, doc_lines: &[String], serde: bool) -> Self {
        Self {
            skip_omitted: serde,
            ..Self::new(
                ident,
                &format!("::rowsmith_runtime::Assign<{ty}>"),
                doc_lines,
                serde,
            )
        }
    }
}

/// The attribute that makes serde use the database's spelling, where that differs from the Rust name and
/// no attribute of the configuration says otherwise.
pub fn rename(ident: &Ident, serde: bool, attributes: &[String]) -> Option<String> {
    let name = || format!("rename = {}", str_literal(&ident.db));
    let wanted = serde && unraw(&ident.rs) != ident.db && !attributes.iter().any(|it| renames(it));
    wanted.then(|| layout::attribute("serde", &name(), 4))
}

fn renames(attribute: &str) -> bool {
    attribute.starts_with("#[serde(") && attribute.contains("rename")
}

/// The derive line, with serde's derives where they are asked for, and the configuration's.
pub fn derive(usual: &[&str], serde: bool, extra: &[String]) -> String {
    let serde: &[&str] = match serde {
        true => &[
            "::rowsmith_runtime::serde::Serialize",
            "::rowsmith_runtime::serde::Deserialize",
        ],
        false => &[],
    };
    let usual = usual.iter().chain(serde).copied();
    layout::derive(usual.chain(extra.iter().map(String::as_str)))
}
