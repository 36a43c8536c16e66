//! SQL text → Catalog, statement by statement.
//!
//! Statements are applied in order, as a database would apply them, to a Catalog under construction.
//! Those that shape it are read by small parsers of our own, because dumps are full of statements that
//! sqlparser does not read, and because expressions reach the Catalog as text. Those that can't shape it
//! (owners, grants, settings, triggers, data, text search …) are passed over. A statement that shapes it
//! and can't be read or applied is a [`Diagnostic`] that points at it, and the rest goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::diagnostics::{Diagnostic, Severity, SourceFile};

mod alter;
mod alter_column;
mod apply;
mod block;
mod builtin;
mod change;
mod column;
mod comment;
mod conditional;
mod constraint;
mod create;
mod cursor;
mod decode;
mod definition;
mod dependents;
mod domain;
mod drop;
mod excerpt;
mod expression;
mod extensions;
mod function;
mod index;
mod key;
mod kinds;
mod label;
mod lexer;
mod like;
mod naming;
mod partition;
mod passed;
mod reference;
mod remove;
mod rename;
mod schema;
mod sequence;
mod state;
mod statements;
mod table;
mod transaction;
mod types;
mod view;
mod words;

use conditional::Conditional;
use cursor::{Cursor, Result};
use lexer::{Token, TokenKind};
use passed::{Passed, Why};
use state::State;
use statements::{GEXEC, Statements};
use transaction::Transactions;

/// Parses SQL files, one after the other, into the Catalog of a database that ran them.
///
/// What is wrong with them is added to `diagnostics`; the Catalog then holds what could be understood.
pub fn parse(files: &[Arc<SourceFile>], diagnostics: &mut Vec<Diagnostic>) -> Catalog {
    run_all(files, diagnostics).0
}

/// As [`parse`], and adds a note for each sort of statement that was passed over: how often, and why.
pub fn parse_explaining(files: &[Arc<SourceFile>], diagnostics: &mut Vec<Diagnostic>) -> Catalog {
    let (catalog, passed) = run_all(files, diagnostics);
    diagnostics.extend(passed::explain(passed));
    catalog
}

fn run_all(
    files: &[Arc<SourceFile>],
    diagnostics: &mut Vec<Diagnostic>,
) -> (Catalog, BTreeMap<String, Passed>) {
    let mut state = State::new();
    let mut transactions = Transactions::new(files);
    for file in files {
        parse_file(&mut state, &mut transactions, file);
    }
    transactions.finish(&mut state);
    let passed = std::mem::take(&mut state.passed);
    let (catalog, problems) = state.finish();
    diagnostics.extend(problems.into_iter().map(with_a_way_out));
    (catalog, passed)
}

/// What a mistake says itself is mostly all there is to say of it.
fn with_a_way_out(problem: Diagnostic) -> Diagnostic {
    if problem.severity != Severity::Error || problem.help.is_some() {
        return problem;
    }
    problem
        .help("correct the statement; if PostgreSQL takes it as it is, that is a bug of rowsmith's")
}

fn parse_file(state: &mut State, transactions: &mut Transactions<'_>, file: &Arc<SourceFile>) {
    let mut statements = Statements::new(&file.text);
    let mut conditional = Conditional::default();
    loop {
        match statements.next_statement() {
            Ok(Some(tokens)) => match tokens.as_slice() {
                [token] if token.kind == TokenKind::MetaCommand => {
                    if let Some(unknown) = conditional.apply(token.text(&file.text)) {
                        let warning = Diagnostic::warning(unknown).at(file, token.span());
                        state.report(
                            warning.help("take out the other branches where that is wrong"),
                        );
                    }
                    if conditional.reads() {
                        meta_command(state, &Cursor::new(file, &tokens));
                    }
                }
                tokens if conditional.reads() => run(state, transactions, file, tokens),
                _ => {}
            },
            Ok(None) => return,
            Err(error) => {
                state.report(Diagnostic::error(error.message).at(file, error.span));
                return;
            }
        }
    }
}

/// Runs a statement, or several where semicolons are missing between them.
fn run(
    state: &mut State,
    transactions: &mut Transactions<'_>,
    file: &Arc<SourceFile>,
    tokens: &[Token],
) {
    let mut tokens = tokens;
    loop {
        let mut cursor = Cursor::new(file, tokens);
        if transactions.apply(state, &mut cursor) {
            return;
        }
        let Err(error) = apply(state, &mut cursor) else {
            return;
        };
        match next_statement(&error, &file.text, tokens) {
            Some(rest) => {
                state.report(
                    error.help("the statement before it does not end; it may want a `;` or `)`"),
                );
                tokens = rest;
            }
            None => {
                state.report(error);
                return;
            }
        }
    }
}

/// What begins at the place of a problem, if it looks like another statement: a verb at the start of a
/// line.
fn next_statement<'a>(error: &Diagnostic, text: &str, tokens: &'a [Token]) -> Option<&'a [Token]> {
    let start = error.place.as_ref()?.span.start;
    let at = tokens.iter().position(|token| token.start == start)?;
    let verb = tokens.get(at)?;
    let before = tokens.get(at.checked_sub(1)?)?;
    let line_break = text.get(before.end..start)?.contains('\n');
    let verbs = ["create", "alter", "drop", "comment", "insert", "grant"];
    let is_verb = verbs.iter().any(|word| verb.is_word(text, word));
    tokens.get(at..).filter(|_| line_break && is_verb)
}

/// Applies a statement.
fn apply(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    if is_gexec(cursor) {
        if block::shapes(cursor.source(), cursor.tokens()) {
            let warning = Diagnostic::warning("the statements that this query gives are not known")
                .help("write them out, or read the schema from the database");
            warn(state, cursor, warning);
        }
        return Ok(());
    }
    if cursor.accept("create") {
        return create::create(state, cursor);
    }
    if cursor.accept("alter") {
        return change::alter(state, cursor);
    }
    if cursor.accept("drop") {
        return drop::drop(state, cursor);
    }
    if cursor.accept_all(&["comment", "on"]) {
        return comment::comment_on(state, cursor);
    }
    if cursor.accept("set") {
        schema::set(state, cursor);
        return Ok(());
    }
    if cursor.are(&["reset", "search_path"]) || cursor.are(&["reset", "all"]) {
        state.search_path = state::default_search_path();
        return Ok(());
    }
    if cursor.accept("select") || (cursor.is_symbol(b'(') && cursor.is_at(1, "select")) {
        return select(state, cursor);
    }
    if cursor.is("call") {
        if !block::call(state, cursor) {
            state.pass_over(cursor, "CALL", Why::Rows);
        }
        return Ok(());
    }
    if cursor.accept("do") {
        return block::do_block(state, cursor);
    }
    if cursor.accept_all(&["import", "foreign", "schema"]) {
        let warning = Diagnostic::warning("the tables of a foreign schema are not known from SQL")
            .help("describe them by `CREATE FOREIGN TABLE`, or read the schema from the database");
        warn(state, cursor, warning);
        return Ok(());
    }
    if passed::statement(state, cursor) {
        return Ok(());
    }
    Err(cursor
        .expected("a statement")
        .help("statements of PostgreSQL's SQL are read, up to a semicolon"))
}

fn warn(state: &mut State, cursor: &Cursor<'_>, warning: Diagnostic) {
    let start = cursor.tokens().first();
    let place = cursor
        .error_at(start.map_or(cursor.span(), Token::span), "")
        .place;
    state.report(Diagnostic { place, ..warning });
}

/// `\i` and `\ir` read other files, which psql finds and we do not.
fn meta_command(state: &mut State, cursor: &Cursor<'_>) {
    let text = cursor
        .peek()
        .map_or("", |token| token.text(cursor.source()));
    let command = text.split_whitespace().next().unwrap_or_default();
    if matches!(command, "\\i" | "\\ir" | "\\include" | "\\include_relative") {
        let warning = Diagnostic::warning(format!("`{command}` is not followed"))
            .help("list the file among the schema's files, before or after this one");
        warn(state, cursor, warning);
    }
}

/// Whether a query's rows are run as statements, by psql's `\gexec`.
fn is_gexec(cursor: &Cursor<'_>) -> bool {
    let last = cursor.tokens().last();
    last.is_some_and(|it| it.text(cursor.source()).starts_with(GEXEC))
}

/// A query shapes the Catalog where it calls a function that does, and where it makes a table by `INTO`.
fn select(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    if schema::set_config(state, &mut cursor.clone()) {
        return Ok(());
    }
    let start = cursor.position();
    let mut depth = 0_usize;
    while let Some(token) = cursor.peek() {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && cursor.is("into") => {
                return select_into(state, cursor, start);
            }
            _ => {}
        }
        cursor.advance();
    }
    if !block::call(state, cursor) {
        state.pass_over(cursor, "SELECT", Why::Rows);
    }
    Ok(())
}

/// `SELECT … INTO name …`, which is `CREATE TABLE name AS SELECT … …` (`gram.y`). The cursor is on `INTO`.
fn select_into(state: &mut State, cursor: &mut Cursor<'_>, start: usize) -> Result<()> {
    let before = cursor.text_from(start.saturating_sub(1));
    cursor.expect("into")?;
    let options = cursor.position();
    while cursor.is_any(&["temporary", "temp", "local", "global", "unlogged"]) {
        cursor.advance();
    }
    let options = cursor.text_from(options);
    cursor.accept("table");
    let name = cursor.name()?;
    let place = cursor.error_at(name.span.clone(), "").place;
    let name = cursor.source().get(name.span).unwrap_or_default();
    let rest = cursor.position();
    cursor.skip_rest();
    let rest = cursor.text_from(rest);
    let file = Arc::new(SourceFile {
        path: cursor.file().path.clone(),
        text: format!("CREATE {options} TABLE {name} AS {before} {rest}"),
    });
    let said = state.diagnostics.len();
    if let Err(error) = apply(
        state,
        &mut Cursor::new(&file, &expression::tokens(&file.text)),
    ) {
        state.report(error);
    }
    state.place_problems(said, &file, place.as_ref());
    Ok(())
}
