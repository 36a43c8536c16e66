//! What the role that reads a schema may not use.
//!
//! The system catalogs show everything to everybody, so the Catalog is the same for all roles; but queries on
//! what a role may not use fail when it runs them (PostgreSQL manual, "Privileges").

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::Fields;
use crate::diagnostics::Diagnostic;

/// How many objects are named.
const NAMED: usize = 12;

/// A note on what this role may not use, if there is any.
pub(super) fn note(rows: &[Row]) -> Result<Option<Diagnostic>, Failure> {
    let things = rows.iter().map(thing).collect::<Result<Vec<_>, _>>()?;
    if things.is_empty() {
        return Ok(None);
    }
    let mut message = format!(
        "the role that the schema was read as may not use all of it: {}",
        things[..things.len().min(NAMED)].join(", ")
    );
    if things.len() > NAMED {
        message = format!("{message} and {} more", things.len() - NAMED);
    }
    Ok(Some(Diagnostic::note(message).help(
        "nothing is left out for that, but queries on these fail with `permission denied` for a role \
         like this one; grant it the privileges, or leave the objects out with `exclude`",
    )))
}

fn thing(row: &Row) -> Result<String, Failure> {
    let mut fields = Fields::of(row);
    let kind: String = fields.take()?;
    let name = fields.name()?;
    let columns: Vec<String> = fields.take()?;
    Ok(match columns.as_slice() {
        _ if kind == "schema" => format!("the schema `{}`", name.schema),
        [] => format!("the {kind} `{name}`"),
        columns => {
            let word = if columns.len() == 1 {
                "column"
            } else {
                "columns"
            };
            let columns: Vec<String> = columns.iter().map(|it| format!("`{it}`")).collect();
            format!("the {word} {} of `{name}`", columns.join(", "))
        }
    })
}
