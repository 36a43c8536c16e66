use askama::Template;

use super::function::Function;
use super::setter::{Setter, value_type};
use super::struct_type::{Field, Struct, derive};
use super::text::doc;
use super::write::{Target, Write};
use crate::model::{self, Entity, WriteField};

/// `UserPatch`.
#[derive(Template)]
#[template(path = "patch.rs.j2", escape = "none")]
pub struct Patch {
    definition: Struct,
    name: String,
    setters: Vec<Setter>,
    functions: Vec<Function>,
    write: Write,
}

impl Patch {
    pub fn new(patch: &model::Patch, entity: &Entity, table: &str, serde: bool) -> Self {
        let lock = patch.lock.as_ref();
        let apply_to = lock.map(|lock| Function::apply_to(patch, lock, &entity.row));
        Self {
            definition: definition(patch, table, serde),
            name: patch.name.clone(),
            setters: patch.fields.iter().map(Setter::new).collect(),
            functions: std::iter::once(Function::apply(patch, &entity.row))
                .chain(apply_to)
                .collect(),
            write: Write::new(Target::Patch, &patch.name, &entity.row, &patch.fields),
        }
    }
}

fn definition(patch: &model::Patch, table: &str, serde: bool) -> Struct {
    let field = |field: &WriteField| {
        Field::assign(&field.ident, &value_type(field), &field.doc, serde).with(&field.attributes)
    };
    let line = format!("What to change in a row of {table}; what is left out stays as it is.");
    Struct {
        doc: doc(&[line], 0),
        derive: derive(&["Clone", "Debug", "Default", "PartialEq"], serde, &[]),
        serde,
        attributes: patch.attributes.clone(),
        name: patch.name.clone(),
        fields: patch.fields.iter().map(field).collect(),
    }
}
