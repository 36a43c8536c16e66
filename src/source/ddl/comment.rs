//! `COMMENT ON`.

use crate::catalog::{QualifiedName, TableKind};

use super::cursor::{Cursor, Ident, Name, Result};
use super::function::{Routine, find_by_signature};
use super::passed;
use super::state::{Relation, State, Type, no_column, shown};

/// `COMMENT ON`, after these words.
pub(super) fn comment_on(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.accept("column") {
        return on_column(state, cursor);
    }
    if cursor.accept("constraint") {
        return on_constraint(state, cursor);
    }
    if cursor.accept("schema") {
        let ident = cursor.ident()?;
        let text = text(cursor)?;
        let schema = state
            .catalog
            .schemas
            .iter_mut()
            .find(|schema| schema.name == ident.name);
        return match schema {
            Some(schema) => {
                // What PostgreSQL itself says of `public` is no comment of anybody's.
                schema.comment =
                    text.filter(|text| ident.name != "public" || text != "standard public schema");
                Ok(())
            }
            None => Err(cursor.error_at(
                ident.span,
                format!("schema `{}` does not exist", ident.name),
            )),
        };
    }
    if cursor.accept("type") || cursor.accept("domain") {
        return on_type(state, cursor);
    }
    let foreign = cursor.are(&["foreign", "table"]) && cursor.accept("foreign");
    if cursor.accept("table") {
        let name = cursor.name()?;
        let text = text(cursor)?;
        let table = match known(state, &name)? {
            true => state.need_table(cursor, &name)?,
            false => return Ok(()),
        };
        if let Some(table) = state.table_mut(&table) {
            debug_assert!(!foreign || table.kind == TableKind::Foreign);
            table.comment = text;
        }
        return Ok(());
    }
    if cursor.accept("view") || cursor.accept_all(&["materialized", "view"]) {
        let name = cursor.name()?;
        let text = text(cursor)?;
        return match state.find_relation(&name) {
            Some((found, Relation::View(_))) => {
                if let Some(view) = state.view_mut(&found) {
                    view.comment = text;
                }
                Ok(())
            }
            _ if state.is_broken(&name) => Ok(()),
            _ => Err(state.missing(cursor, &name, "view")),
        };
    }
    if cursor.accept("sequence") {
        let name = cursor.name()?;
        let text = text(cursor)?;
        return match state.find_relation(&name) {
            Some((found, Relation::Sequence(_))) => {
                if let Some(sequence) = state.sequence_mut(&found) {
                    sequence.comment = text;
                }
                Ok(())
            }
            _ => Err(state.missing(cursor, &name, "sequence")),
        };
    }
    if cursor.accept("index") {
        return on_index(state, cursor);
    }
    if let Some(word) = Routine::accept(cursor) {
        return on_function(state, cursor, word);
    }
    if passed::object(state, cursor, "COMMENT ON") {
        return Ok(());
    }
    Err(cursor.expected("what the comment is on, like `TABLE`"))
}

/// Reads `IS 'text'` or `IS NULL`; an empty text is none.
fn text(cursor: &mut Cursor<'_>) -> Result<Option<String>> {
    cursor.expect("is")?;
    let text = match cursor.accept("null") {
        true => None,
        false => Some(cursor.string()?).filter(|text| !text.is_empty()),
    };
    cursor.expect_end()?;
    Ok(text)
}

/// Whether a name is worth looking for: what could not be made was reported.
fn known(state: &State, name: &Name) -> Result<bool> {
    Ok(state.find_relation(name).is_some() || !state.is_broken(name))
}

fn on_column(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let position = cursor.position();
    let mut parts = vec![cursor.ident()?];
    while cursor.accept_symbol(b'.') {
        parts.push(cursor.label()?);
    }
    let span = cursor.span_from(position);
    let text = text(cursor)?;
    let column = parts.pop();
    let (Some(column), Some(table)) = (column, parts.pop()) else {
        return Err(cursor
            .error_at(span, "a column's name needs its table's")
            .help("write `COMMENT ON COLUMN table.column IS …`"));
    };
    let name = Name {
        schema: parts.pop().map(|schema| schema.name),
        name: table.name,
        span: table.span,
    };
    match state.find_relation(&name) {
        Some((found, Relation::Composite)) => on_attribute(state, cursor, &found, &column, text),
        Some((found, Relation::Table(_) | Relation::View(_))) => {
            let columns = state.columns_mut(&found);
            match columns
                .and_then(|columns| columns.iter_mut().find(|other| other.name == column.name))
            {
                Some(column) => {
                    column.comment = text;
                    Ok(())
                }
                None => Err(no_column(cursor, &column, &found)),
            }
        }
        _ if state.is_broken(&name) => Ok(()),
        Some(_) => Err(cursor.error_at(
            name.span.clone(),
            format!("`{}` has no columns", shown(&name)),
        )),
        None => Err(state.missing(cursor, &name, "table")),
    }
}

fn on_attribute(
    state: &mut State,
    cursor: &Cursor<'_>,
    composite: &QualifiedName,
    attribute: &Ident,
    text: Option<String>,
) -> Result<()> {
    let found = match state.types.get(composite) {
        Some(&Type::Composite(at)) => state.catalog.composites.get_mut(at),
        _ => None,
    };
    match found.and_then(|composite| {
        composite
            .attributes
            .iter_mut()
            .find(|other| other.name == attribute.name)
    }) {
        Some(attribute) => {
            attribute.comment = text;
            Ok(())
        }
        None => Err(cursor.error_at(
            attribute.span.clone(),
            format!("type `{composite}` has no attribute `{}`", attribute.name),
        )),
    }
}

fn on_constraint(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let ident = cursor.ident()?;
    cursor.expect("on")?;
    let domain = cursor.accept("domain");
    let name = cursor.name()?;
    let text = text(cursor)?;
    let missing = |owner: &QualifiedName| {
        cursor.error_at(
            ident.span.clone(),
            format!("`{owner}` has no constraint `{}`", ident.name),
        )
    };
    if domain {
        let (found, _) = state.need_type(cursor, &name)?;
        let check = state.domain_mut(&found).and_then(|domain| {
            domain
                .checks
                .iter_mut()
                .find(|check| check.name == ident.name)
        });
        return match check {
            Some(check) => {
                check.comment = text;
                Ok(())
            }
            None => Err(missing(&found)),
        };
    }
    if !known(state, &name)? {
        return Ok(());
    }
    let found = state.need_table(cursor, &name)?;
    let partition = state.is_partition(&found);
    let Some(table) = state.table_mut(&found) else {
        return Ok(());
    };
    let slot = table
        .primary_key
        .iter_mut()
        .map(|key| (&key.name, &mut key.comment))
        .chain(
            table
                .unique_keys
                .iter_mut()
                .map(|key| (&key.name, &mut key.comment)),
        )
        .chain(
            table
                .foreign_keys
                .iter_mut()
                .map(|key| (&key.name, &mut key.comment)),
        )
        .chain(
            table
                .checks
                .iter_mut()
                .map(|check| (&check.name, &mut check.comment)),
        )
        .chain(
            table
                .exclusions
                .iter_mut()
                .map(|own| (&own.name, &mut own.comment)),
        )
        .find(|(name, _)| **name == ident.name);
    match slot {
        Some((_, comment)) => {
            *comment = text;
            Ok(())
        }
        // A partition's constraints are its parent's, and a `NOT NULL` has a name nobody lists.
        None if partition || ident.name.ends_with("_not_null") => Ok(()),
        None => Err(missing(&found)),
    }
}

fn on_type(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.name()?;
    let text = text(cursor)?;
    if state.is_broken(&name) && state.find_type(&name).is_none() {
        return Ok(());
    }
    let (_, ty) = state.need_type(cursor, &name)?;
    let catalog = &mut state.catalog;
    let comment = match ty {
        Type::Enum(at) => catalog.enums.get_mut(at).map(|ty| &mut ty.comment),
        Type::Domain(at) => catalog.domains.get_mut(at).map(|ty| &mut ty.comment),
        Type::Composite(at) => catalog.composites.get_mut(at).map(|ty| &mut ty.comment),
        Type::Range(at) => catalog.ranges.get_mut(at).map(|ty| &mut ty.comment),
        Type::Multirange | Type::Row | Type::Other => None,
    };
    if let Some(comment) = comment {
        *comment = text;
    }
    Ok(())
}

fn on_index(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.name()?;
    let text = text(cursor)?;
    match state.find_relation(&name) {
        Some((found, Relation::Index(table))) => {
            // An index behind a constraint, and a part of a partitioned one, are not listed.
            if let Some(index) = state
                .indexes_mut(&table)
                .and_then(|indexes| indexes.iter_mut().find(|index| index.name == found.name))
            {
                index.comment = text;
            }
            Ok(())
        }
        _ => Err(state.missing(cursor, &name, "index")),
    }
}

fn on_function(state: &mut State, cursor: &mut Cursor<'_>, word: Routine) -> Result<()> {
    let (name, found) = find_by_signature(state, cursor, word)?;
    let text = text(cursor)?;
    match found.and_then(|at| state.catalog.functions.get_mut(at)) {
        Some(function) => {
            function.comment = text;
            Ok(())
        }
        None => Err(cursor.error_at(
            name.span.clone(),
            format!(
                "function `{}` does not exist with these arguments",
                shown(&name)
            ),
        )),
    }
}
