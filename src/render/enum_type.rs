use askama::Template;

use super::layout::{Expr, arm, constant, impl_header, macro_call};
use super::struct_type::{derive, rename};
use super::text::{code, doc, str_literal};
use crate::model::{self, ENUM_DERIVES, Enum};

/// The file of an enum type.
#[derive(Template)]
#[template(path = "enum_type.rs.j2", escape = "none")]
pub struct EnumFile {
    doc: String,
    derive: String,
    serde: bool,
    attributes: Vec<String>,
    name: String,
    variants: Vec<Variant>,
    header: String,
    schema: String,
    type_name: String,
    all: String,
    traits: String,
}

/// A label.
struct Variant {
    doc: String,
    /// The attribute for the label, where serde would use another name.
    rename: Option<String>,
    attributes: Vec<String>,
    name: String,
    /// The arm that gives the label.
    arm: String,
}

impl EnumFile {
    pub fn new(model: &Enum, serde: bool) -> Self {
        let variant = |it: &model::Variant| Variant {
            doc: doc(&[code(&it.ident.db)], 4),
            rename: rename(&it.ident, serde, &it.attributes),
            attributes: it.attributes.clone(),
            name: it.ident.rs.clone(),
            arm: arm(
                &format!("Self::{}", it.ident.rs),
                &str_literal(&it.ident.db),
                12,
            ),
        };
        let all = model
            .variants
            .iter()
            .map(|it| Expr::Atom(format!("Self::{}", it.ident.rs)));
        let all = Expr::List("&[", all.collect());
        let text = |name: &str, text: &str| {
            constant(name, "&'static str", &Expr::atom(str_literal(text)), 4)
        };
        Self {
            doc: doc(&model.doc, 0),
            derive: derive(&ENUM_DERIVES, serde, &model.derives),
            serde,
            attributes: model.attributes.clone(),
            name: model.name.clone(),
            variants: model.variants.iter().map(variant).collect(),
            header: impl_header("::rowsmith_runtime::PgEnum", &model.name),
            schema: text("const SCHEMA", &model.schema),
            type_name: text("const NAME", &model.module.db),
            all: constant("const ALL", "&'static [Self]", &all, 4),
            traits: macro_call("::rowsmith_runtime::impl_enum", &model.name),
        }
    }
}
