use askama::Template;

use super::layout::{Expr, assignment, signature};
use super::text::{code, doc};
use crate::model::WriteField;

/// A setter of a new row or a patch.
#[derive(Template)]
#[template(path = "setter.rs.j2", escape = "none")]
pub struct Setter {
    doc: String,
    signature: String,
    assignment: String,
}

impl Setter {
    pub fn new(field: &WriteField) -> Self {
        let params = ["mut self".to_owned(), param(field)];
        let value = Expr::call("::rowsmith_runtime::Assign::To", vec![argument(field)]);
        Self {
            doc: doc(&[format!("Sets {}.", code(&field.ident.db))], 4),
            signature: signature(&format!("pub fn {}", field.setter), &params, "Self", 4),
            assignment: assignment(&format!("self.{}", field.ident.rs), &value, 8),
        }
    }
}

/// The type of an assigned value, `Option` included.
pub fn value_type(field: &WriteField) -> String {
    match field.nullable {
        true => format!("::std::option::Option<{}>", field.ty),
        false => field.ty.clone(),
    }
}

/// The parameter that takes a field's value.
pub fn param(field: &WriteField) -> String {
    let (name, ty) = (&field.param, &field.ty);
    if field.nullable {
        format!("{name}: impl ::rowsmith_runtime::IntoNullable<{ty}>")
    } else if field.into {
        format!("{name}: impl ::std::convert::Into<{ty}>")
    } else {
        format!("{name}: {ty}")
    }
}

/// The field's value, made from the parameter.
pub fn argument(field: &WriteField) -> Expr {
    let param = Expr::atom(&field.param);
    if field.nullable {
        param.link(".into_nullable()")
    } else if field.into {
        param.link(".into()")
    } else {
        param
    }
}
