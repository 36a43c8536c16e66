//! Pieces of SQL. Identifiers are always quoted (PostgreSQL manual, 4.1.1), so no name can become SQL.

use crate::catalog::{QualifiedName, TypeRef};

/// How wide a line of names may get before it is wrapped.
const WIDTH: usize = 90;

/// `"users"`, with quotes in the name doubled.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `"public"."users"`.
pub(super) fn qualified(name: &QualifiedName) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.name))
}

/// The type without its modifier: `int4`, `"public"."role"[]`. Built-in types stand bare, but where the
/// bare word is another type's: `char` is `character(1)`, `bit` is `bit(1)`.
pub(super) fn type_name(ty: &TypeRef) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let name = if ty.schema != "pg_catalog" {
        qualified(&ty.qualified_name())
    } else if matches!(ty.name.as_str(), "char" | "bit") || !ty.name.chars().all(plain) {
        quote(&ty.name)
    } else {
        ty.name.clone()
    };
    if ty.array { format!("{name}[]") } else { name }
}

/// `head` and a list after it, wrapped between the items and aligned under the first.
pub(super) fn list(head: &str, items: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = head.to_owned();
    let mut width = head.chars().count();
    let indent = width;
    for (i, item) in items.iter().enumerate() {
        let comma = if i + 1 < items.len() { "," } else { "" };
        let item_width = item.chars().count() + comma.len();
        if i > 0 && width + 1 + item_width > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            width = indent;
        } else if i > 0 {
            line.push(' ');
            width += 1;
        }
        line.push_str(item);
        line.push_str(comma);
        width += item_width;
    }
    lines.push(line);
    lines
}

/// `WHERE a` and `  AND b`, one line each.
pub(super) fn conditions(conditions: impl IntoIterator<Item = String>) -> Vec<String> {
    conditions
        .into_iter()
        .enumerate()
        .map(|(i, condition)| match i {
            0 => format!("WHERE {condition}"),
            _ => format!("  AND {condition}"),
        })
        .collect()
}
