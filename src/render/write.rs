use askama::Template;

use super::layout::{Expr, constant, impl_header, tail};
use super::text::str_literal;
use crate::model::WriteField;

/// `impl NewRow for NewUser` and `impl Patch for UserPatch`: the columns and their values.
#[derive(Template)]
#[template(path = "write.rs.j2", escape = "none")]
pub struct Write {
    header: String,
    row: String,
    columns: String,
    values: String,
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
        let columns = Expr::List("&[", fields.iter().map(column).collect());
        let values = Expr::List("::std::vec![", fields.iter().map(value).collect());
        Self {
            header: impl_header(implemented, name),
            row: row.to_owned(),
            columns: constant(
                "const COLUMNS",
                "&'static [::rowsmith_runtime::WriteColumn]",
                &columns,
                4,
            ),
            values: tail(&values, 8),
        }
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
