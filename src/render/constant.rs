use askama::Template;

use super::layout::{Expr, constant};
use super::text::{code, doc, str_literal};
use crate::model::{ConstraintName, Field};

/// A constant of a row struct.
#[derive(Template)]
#[template(path = "constant.rs.j2", escape = "none")]
pub struct Constant {
    doc: String,
    line: String,
}

impl Constant {
    /// `User::EMAIL`.
    pub fn column(field: &Field) -> Self {
        let name = Expr::atom(str_literal(&field.ident.db));
        Self {
            doc: doc(&[format!("The column {}.", code(&field.ident.db))], 4),
            line: constant(
                &format!("pub const {}", field.constant),
                &format!("::rowsmith_runtime::Column<Self, {}>", field.ty),
                &Expr::call("::rowsmith_runtime::Column::new", vec![name]),
                4,
            ),
        }
    }

    /// `User::USERS_EMAIL_KEY`.
    pub fn constraint(constraint: &ConstraintName) -> Self {
        let name = Expr::atom(str_literal(&constraint.ident.db));
        Self {
            doc: doc(&constraint.doc, 4),
            line: constant(
                &format!("pub const {}", constraint.ident.rs),
                "&'static str",
                &name,
                4,
            ),
        }
    }
}
