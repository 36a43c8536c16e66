//! Schemas, extensions and the `search_path`.

use crate::catalog::{Extension, QualifiedName, Schema};

use super::cursor::{Cursor, Result};
use super::decode::decode_name;
use super::expression;
use super::extensions;
use super::passed::Why;
use super::state::{State, Type, default_search_path};

/// `CREATE SCHEMA`, after these words. Gives the schema's name, and where its elements begin.
pub(super) fn create_schema(state: &mut State, cursor: &mut Cursor<'_>) -> Result<String> {
    let if_not_exists = cursor.accept_if_not_exists();
    let span = cursor.span();
    let name = match cursor.is("authorization") {
        true => None,
        false => Some(cursor.ident()?.name),
    };
    let role = match cursor.accept("authorization") {
        true => Some(cursor.label()?.name),
        false => None,
    };
    let Some(name) = name.or(role) else {
        return Err(cursor.expected("a schema's name"));
    };
    if state.has_schema(&name) {
        if if_not_exists {
            return Ok(name);
        }
        // `pg_dump` says so for `public` where its owner is another.
        if name != "public" {
            return Err(cursor
                .error_at(span, format!("schema `{name}` already exists"))
                .help("say `CREATE SCHEMA IF NOT EXISTS` where that is meant"));
        }
        return Ok(name);
    }
    state.catalog.schemas.push(Schema {
        name: name.clone(),
        comment: None,
    });
    Ok(name)
}

/// `CREATE EXTENSION`, after these words.
pub(super) fn create_extension(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let if_not_exists = cursor.accept_if_not_exists();
    let name = cursor.label()?;
    cursor.accept("with");
    let mut schema = None;
    while !cursor.at_end() {
        if cursor.accept("schema") {
            schema = Some(cursor.name()?);
        } else if cursor.accept("version") || cursor.accept("from") {
            if cursor.is_string() {
                cursor.string()?;
            } else {
                cursor.label()?;
            }
        } else if !cursor.accept("cascade") {
            return Err(cursor.expected("`SCHEMA`, `VERSION` or `CASCADE`"));
        }
    }
    // It is in every database, and not listed.
    if name.name == "plpgsql" {
        return Ok(());
    }
    let installed = state
        .catalog
        .extensions
        .iter()
        .any(|extension| extension.name == name.name);
    if installed {
        return match if_not_exists {
            true => Ok(()),
            false => Err(cursor.error_at(
                name.span,
                format!("extension `{}` already exists", name.name),
            )),
        };
    }
    let schema = match (extensions::schema(&name.name), schema) {
        (Some(schema), _) => schema.to_owned(),
        (None, Some(schema)) => {
            let probe = super::cursor::Name {
                schema: Some(schema.name.clone()),
                ..schema
            };
            state.new_name(cursor, &probe)?.schema
        }
        (None, None) => state.creation_schema().unwrap_or_else(|| "public".into()),
    };
    match extensions::types(&name.name) {
        Some(types) => {
            for ty in types {
                state
                    .types
                    .insert(QualifiedName::new(&schema, *ty), Type::Other);
            }
        }
        None => state.unknown_extension = Some(schema.clone()),
    }
    state.catalog.extensions.push(Extension {
        name: name.name,
        schema,
    });
    Ok(())
}

/// `SET` and `RESET`, after the first word, as far as they set the `search_path`.
pub(super) fn set(state: &mut State, cursor: &mut Cursor<'_>) {
    if !cursor.accept("session") {
        cursor.accept("local");
    }
    if cursor.accept("schema") {
        if let Ok(schema) = cursor.string() {
            set_path(state, &[schema]);
        }
        return;
    }
    if !cursor.accept("search_path") {
        state.pass_over(cursor, "SET", Why::Session);
        return;
    }
    if !cursor.accept("to") {
        cursor.accept_operator("=");
    }
    let mut path = Vec::new();
    while !cursor.at_end() {
        if cursor.accept("default") {
            state.search_path = default_search_path();
            return;
        }
        if let Ok(schema) = cursor.string() {
            path.push(schema);
        } else if let Ok(schema) = cursor.label() {
            path.push(schema.name);
        } else {
            cursor.advance();
        }
    }
    set_path(state, &path);
}

/// `SELECT set_config('search_path', '…', …)`, as `pg_dump` writes it; `false` for any other query.
pub(super) fn set_config(state: &mut State, cursor: &mut Cursor<'_>) -> bool {
    if cursor.accept("pg_catalog") {
        cursor.accept_symbol(b'.');
    }
    if !cursor.accept("set_config") || !cursor.accept_symbol(b'(') {
        return false;
    }
    match cursor.string() {
        Ok(name) if name.eq_ignore_ascii_case("search_path") => {}
        _ => return false,
    }
    cursor.accept_symbol(b',');
    if let Ok(value) = cursor.string() {
        let path: Vec<String> = expression::tokens(&value)
            .iter()
            .filter(|token| token.is_name())
            .map(|token| decode_name(token, &value))
            .collect();
        set_path(state, &path);
    }
    true
}

/// Sets the `search_path`.
pub(super) fn set_path(state: &mut State, path: &[String]) {
    state.search_path = path
        .iter()
        .filter(|schema| {
            !schema.is_empty()
                && !matches!(
                    schema.as_str(),
                    "$user" | "pg_catalog" | super::state::TEMPORARY
                )
        })
        .cloned()
        .collect();
}
