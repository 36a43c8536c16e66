//! `CREATE`: what is made.

use super::cursor::{Cursor, Result};
use super::domain::create_domain;
use super::function::{create_aggregate, create_function};
use super::index::create_index;
use super::kinds::create_type;
use super::lexer::TokenKind;
use super::passed;
use super::schema::{create_extension, create_schema};
use super::sequence::create_sequence;
use super::state::State;
use super::table::{TableWords, create_table};
use super::view::{ViewWords, create_view};

/// `CREATE`, after this word.
pub(super) fn create(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let or_replace = cursor.accept_all(&["or", "replace"]);
    if !cursor.accept("global") {
        cursor.accept("local");
    }
    let temporary = cursor.accept("temporary") || cursor.accept("temp");
    let unlogged = cursor.accept("unlogged");
    let words = TableWords {
        temporary,
        unlogged,
        foreign: false,
    };
    let view = ViewWords {
        or_replace,
        temporary,
        ..ViewWords::default()
    };
    if cursor.accept("table") {
        return create_table(state, cursor, words);
    }
    if cursor.accept_all(&["foreign", "table"]) {
        let foreign = true;
        return create_table(state, cursor, TableWords { foreign, ..words });
    }
    if cursor.accept_all(&["unique", "index"]) {
        return create_index(state, cursor, true);
    }
    if cursor.accept("index") {
        return create_index(state, cursor, false);
    }
    if cursor.accept("sequence") {
        return create_sequence(state, cursor, temporary);
    }
    if cursor.accept("view") {
        return create_view(state, cursor, view);
    }
    if cursor.accept_all(&["recursive", "view"]) {
        let recursive = true;
        return create_view(state, cursor, ViewWords { recursive, ..view });
    }
    if cursor.accept_all(&["materialized", "view"]) {
        let materialized = true;
        return create_view(
            state,
            cursor,
            ViewWords {
                materialized,
                ..view
            },
        );
    }
    if cursor.accept("type") {
        return create_type(state, cursor);
    }
    if cursor.accept("domain") {
        return create_domain(state, cursor);
    }
    if cursor.accept("function") {
        return create_function(state, cursor, or_replace, false);
    }
    if cursor.accept("procedure") {
        return create_function(state, cursor, or_replace, true);
    }
    if cursor.accept("aggregate") {
        return create_aggregate(state, cursor, or_replace);
    }
    if cursor.accept("extension") {
        return create_extension(state, cursor);
    }
    if cursor.accept("schema") {
        return schema_with_elements(state, cursor);
    }
    if cursor.accept("collation") {
        cursor.accept_if_not_exists();
        let name = cursor.name()?;
        let name = state.new_name(cursor, &name)?;
        state.collations.insert(name);
        cursor.skip_rest();
        return Ok(());
    }
    if cursor.accept_all(&["operator", "class"]) {
        let name = cursor.name()?;
        let name = state.new_name(cursor, &name)?;
        let default = cursor.accept("default");
        state.operator_classes.insert(name, default);
        cursor.skip_rest();
        return Ok(());
    }
    if passed::object(state, cursor, "CREATE") {
        return Ok(());
    }
    Err(cursor.expected("what to create, like `TABLE`"))
}

/// `CREATE SCHEMA` may have statements in it, without semicolons, which make things in the schema.
fn schema_with_elements(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let schema = create_schema(state, cursor)?;
    if cursor.at_end() {
        return Ok(());
    }
    let path = state.search_path.clone();
    state.search_path.insert(0, schema);
    let rest = cursor.tokens().get(cursor.position()..).unwrap_or_default();
    let mut depth = 0_usize;
    let mut starts = Vec::new();
    for (at, token) in rest.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 => {
                let source = cursor.source();
                if token.is_word(source, "create") || token.is_word(source, "grant") {
                    starts.push(at);
                }
            }
            _ => {}
        }
    }
    let result = match starts.first() {
        Some(0) => Ok(()),
        _ => Err(cursor.expected("`CREATE`, `GRANT` or the end of the statement")),
    };
    // Views may read from tables that stand after them: PostgreSQL makes tables first.
    let elements: Vec<_> = starts
        .iter()
        .enumerate()
        .filter_map(|(i, &start)| {
            let end = starts.get(i + 1).copied().unwrap_or(rest.len());
            rest.get(start..end)
        })
        .collect();
    let is_late = |cursor: &Cursor<'_>| cursor.is("view") || cursor.are(&["or", "replace", "view"]);
    for late in [false, true] {
        for tokens in &elements {
            let mut element = cursor.within(tokens);
            if element.accept("create") && is_late(&element) == late {
                let done = create(state, &mut element);
                if let Err(error) = done {
                    state.report(error);
                }
            }
        }
    }
    state.search_path = path;
    result
}
