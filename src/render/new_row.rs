use askama::Template;

use super::function::Function;
use super::layout::{Expr, signature, struct_literal};
use super::setter::{Setter, argument, param, value_type};
use super::struct_type::{Field, Struct, derive};
use super::text::doc;
use super::write::{Target, Write};
use crate::model::{self, Entity, WriteField};

/// `NewUser`.
#[derive(Template)]
#[template(path = "new_row.rs.j2", escape = "none")]
pub struct NewRow {
    definition: Struct,
    name: String,
    /// `new`'s head.
    signature: String,
    /// The struct that `new` gives; `None` where nothing is required and `Default` does.
    literal: Option<String>,
    setters: Vec<Setter>,
    functions: Vec<Function>,
    write: Write,
}

impl NewRow {
    pub fn new(new_row: &model::NewRow, entity: &Entity, table: &str, serde: bool) -> Self {
        let given = || new_row.fields.iter().filter(|field| field.required);
        let all_optional = given().next().is_none();
        let params: Vec<_> = given().map(param).collect();
        let upserts = new_row
            .upserts
            .iter()
            .map(|upsert| Function::upsert(upsert, &entity.row));
        Self {
            definition: definition(new_row, table, serde, all_optional),
            name: new_row.name.clone(),
            signature: signature("pub fn new", &params, "Self", 4),
            literal: (!all_optional).then(|| literal(&new_row.fields)),
            setters: new_row
                .fields
                .iter()
                .filter(|field| !field.required)
                .map(Setter::new)
                .collect(),
            functions: std::iter::once(Function::insert(&entity.row))
                .chain(upserts)
                .collect(),
            write: Write::new(Target::NewRow, &new_row.name, &entity.row, &new_row.fields),
        }
    }
}

fn definition(new_row: &model::NewRow, table: &str, serde: bool, default: bool) -> Struct {
    let usual: &[&str] = match default {
        true => &["Clone", "Debug", "Default", "PartialEq"],
        false => &["Clone", "Debug", "PartialEq"],
    };
    let field = |field: &WriteField| {
        let made = match field.required {
            true => Field::new(&field.ident, &value_type(field), &field.doc, serde),
            false => Field::assign(&field.ident, &value_type(field), &field.doc, serde),
        };
        made.with(&field.attributes)
    };
    let lines = [
        format!("A new row of {table}, to be inserted."),
        "What is left out gets the column's default, or NULL.".to_owned(),
    ];
    Struct {
        doc: doc(&lines, 0),
        derive: derive(usual, serde, &[]),
        serde,
        attributes: new_row.attributes.clone(),
        name: new_row.name.clone(),
        fields: new_row.fields.iter().map(field).collect(),
    }
}

fn literal(fields: &[WriteField]) -> String {
    let value = |field: &WriteField| match field.required {
        true => argument(field),
        false => Expr::atom("::rowsmith_runtime::Assign::Omit"),
    };
    let values = fields
        .iter()
        .map(|field| (field.ident.rs.as_str(), value(field)));
    struct_literal(&values.collect::<Vec<_>>(), 8)
}
