use askama::Template;

use super::struct_type::{Field, Struct, derive};
use super::text::{doc, str_literal};
use crate::model::{Composite, STRUCT_DERIVES};

/// The file of a composite type.
#[derive(Template)]
#[template(path = "composite.rs.j2", escape = "none")]
pub struct CompositeFile {
    definition: Struct,
    name: String,
    schema: String,
    type_name: String,
    fields: Vec<Attribute>,
}

/// A field and the attribute's name as a literal.
struct Attribute {
    name: String,
    literal: String,
}

impl CompositeFile {
    pub fn new(model: &Composite, serde: bool) -> Self {
        let fields = model.fields.iter();
        Self {
            definition: Struct {
                doc: doc(&model.doc, 0),
                derive: derive(&STRUCT_DERIVES, serde, &model.derives),
                serde,
                attributes: model.attributes.clone(),
                name: model.name.clone(),
                fields: (fields.clone())
                    .map(|field| {
                        Field::new(&field.ident, &field.ty, &field.doc, serde)
                            .with(&field.attributes)
                    })
                    .collect(),
            },
            name: model.name.clone(),
            schema: str_literal(&model.schema),
            type_name: str_literal(&model.module.db),
            fields: fields
                .map(|field| Attribute {
                    name: field.ident.rs.clone(),
                    literal: str_literal(&field.ident.db),
                })
                .collect(),
        }
    }
}
