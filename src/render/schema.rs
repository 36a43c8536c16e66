use askama::Template;

use super::layout::{Expr, constant};
use super::text::{doc, script_literal, str_literal};
use crate::model::Schema;

/// The schema as a whole.
#[derive(Template)]
#[template(path = "schema.rs.j2", escape = "none")]
pub struct SchemaFile {
    doc: String,
    sql: String,
    schemas: String,
    expected: String,
}

impl SchemaFile {
    pub fn new(schema: &Schema) -> Self {
        let names = schema.schemas.iter();
        let names = names.map(|name| Expr::atom(str_literal(name))).collect();
        Self {
            doc: doc(&schema.doc, 0),
            sql: script_literal(&schema.sql),
            schemas: constant("const SCHEMAS", "&[&str]", &Expr::List("&[", names), 0),
            expected: script_literal(&schema.expected),
        }
    }
}
