use askama::Template;

use super::layout::{Expr, assignment, constant, impl_header, tail};
use super::text::str_literal;
use crate::model::WriteField;

/// `impl NewRow for NewUser` and `impl Patch for UserPatch`: the columns and their values.
#[derive(Template)]
#[template(path = "write.rs.j2", escape = "none")]
pub struct Write {
    header: String,
    row: String,
    /// The constant of all columns, unless it is made from `lone_column`.
    columns: String,
    /// A constant for a single column that takes several lines.
    lone_column: Option<String>,
    /// The list of all values, unless it is made from `lone_value`.
    values: String,
    /// A variable for a single value that takes several lines.
    lone_value: Option<String>,
}

/// Which trait is implemented.
pub enum Target {
    NewRow,
    Patch,
}

impl Write {
    pub fn new(target: Target, name: &str, row: &str, fields: &[WriteField]) -> Self {
        let implemented = match target {
            Target::NewRow => "::rowsmith_runtime::NewRow",
            Target::Patch => "::rowsmith_runtime::Patch",
        };
        let columns: Vec<_> = fields.iter().map(column).collect();
        let values: Vec<_> = fields.iter().map(value).collect();
        let column_type = "::rowsmith_runtime::WriteColumn";
        Self {
            header: impl_header(implemented, name),
            row: row.to_owned(),
            lone_column: lone(&columns).map(|it| constant("const COLUMN", column_type, it, 8)),
            columns: constant(
                "const COLUMNS",
                &format!("&'static [{column_type}]"),
                &Expr::List("&[", columns),
                4,
            ),
            lone_value: lone(&values).map(|it| assignment("let value", it, 8)),
            values: tail(&Expr::List("::std::vec![", values), 8),
        }
    }
}

/// The single item of a list, where it takes several lines.
fn lone(items: &[Expr]) -> Option<&Expr> {
    match items {
        [item] if !item.is_short() => Some(item),
        _ => None,
    }
}

fn column(field: &WriteField) -> Expr {
    let write = &field.write;
    let literal = |text: &str| Expr::atom(str_literal(text));
    let args = vec![literal(&write.column_sql), literal(&write.param_sql)];
    let mut column = Expr::call("::rowsmith_runtime::WriteColumn::new", args);
    if let Some(element) = &write.element_sql {
        column = column.link(format!(".array_of({})", str_literal(element)));
    }
    if let Some(cast) = &write.cast_sql {
        column = column.link(format!(".cast({})", str_literal(cast)));
    }
    if let Some(max) = write.max_length {
        column = column.link(format!(".max_length({max})"));
    }
    column
}

fn value(field: &WriteField) -> Expr {
    let name = format!("self.{}", field.ident.rs);
    match field.required {
        true => Expr::call(
            "::std::option::Option::Some",
            vec![Expr::Atom(format!("&{name}"))],
        ),
        false => Expr::atom("self")
            .link(format!(".{}", field.ident.rs))
            .link(".value()"),
    }
}
