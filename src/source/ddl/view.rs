//! Views, materialized views, and tables made of a query: their columns are the query's.

use std::collections::HashSet;

use crate::analyze;
use crate::catalog::{Column, QualifiedName, View};

use super::column::plain_column;
use super::cursor::{Cursor, Ident, Name, Result};
use super::decode::decode_name;
use super::lexer::{Token, TokenKind};
use super::state::{Named, Relation, State, TEMPORARY, number};
use super::table::{Draft, TableWords, build};

/// What `CREATE VIEW` says of a view before its name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ViewWords {
    pub or_replace: bool,
    pub temporary: bool,
    pub recursive: bool,
    pub materialized: bool,
}

/// `CREATE VIEW` and `CREATE MATERIALIZED VIEW`, after these words.
pub(super) fn create_view(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    words: ViewWords,
) -> Result<()> {
    let if_not_exists = cursor.accept_if_not_exists();
    let mut name = cursor.name()?;
    if words.temporary {
        name.schema = Some(TEMPORARY.into());
    }
    let result = create_named_view(state, cursor, words, if_not_exists, &name);
    if result.is_err() {
        state.mark_broken(&name);
    }
    result
}

fn create_named_view(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    words: ViewWords,
    if_not_exists: bool,
    name: &Name,
) -> Result<()> {
    let full = state.new_name(cursor, name)?;
    if if_not_exists && state.relations.contains_key(&full) {
        return Ok(());
    }
    let replaced = words.or_replace && state.view(&full).is_some_and(|view| !view.materialized);
    if !replaced {
        state.refuse_taken(cursor, &name.span, &full, Named::RowSource)?;
    }
    let names = match cursor.is_symbol(b'(') {
        true => cursor.ident_list()?,
        false => Vec::new(),
    };
    query_options(cursor)?;
    cursor.expect("as")?;
    let query = Query::read(cursor)?;
    let text = match words.recursive {
        true => recursive(name, &names, query.text),
        false => query.text.to_owned(),
    };
    let sources = state.sources(&text);
    let found = query.analyze(state, cursor, &text, &names, &sources)?;
    let Some(found) = found else {
        state.mark_broken(name);
        return Ok(());
    };
    let mut columns = view_columns(&found);
    refuse_doubles(cursor, &columns, &names)?;
    number(&mut columns);
    if let Some(view) = state.view_mut(&full).filter(|_| replaced) {
        // A column that stays keeps its comment.
        for column in &mut columns {
            column.comment = view
                .columns
                .iter()
                .find(|old| old.name == column.name)
                .and_then(|old| old.comment.clone());
        }
        view.columns = columns;
        view.definition = found.definition;
    } else {
        state.add_view(View {
            name: full.clone(),
            materialized: words.materialized,
            columns,
            definition: found.definition,
            indexes: Vec::new(),
            comment: None,
        });
    }
    state.view_sources.insert(full, sources);
    Ok(())
}

/// `WITH RECURSIVE name (columns) AS (query) SELECT columns FROM name`, which is what a recursive view is.
fn recursive(name: &Name, columns: &[Ident], query: &str) -> String {
    let name = super::cursor::quote_ident(&name.name);
    let columns: Vec<String> = columns
        .iter()
        .map(|column| super::cursor::quote_ident(&column.name))
        .collect();
    let columns = columns.join(", ");
    format!("WITH RECURSIVE {name} ({columns}) AS ({query}) SELECT {columns} FROM {name}")
}

/// What may stand between the columns and `AS`.
fn query_options(cursor: &mut Cursor<'_>) -> Result<()> {
    loop {
        if cursor.accept("with") {
            cursor.skip_parentheses()?;
        } else if cursor.accept("using") || cursor.accept("tablespace") {
            cursor.ident()?;
        } else if cursor.accept_all(&["on", "commit"]) {
            while !cursor.at_end() && !cursor.is_any(&["as", "tablespace"]) {
                cursor.advance();
            }
        } else if !cursor.accept_all(&["without", "oids"]) {
            return Ok(());
        }
    }
}

/// A query and where it stands.
struct Query<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Query<'a> {
    /// Reads all that is left but `WITH [NO] DATA` and `WITH CHECK OPTION`.
    fn read(cursor: &mut Cursor<'a>) -> Result<Self> {
        if cursor.at_end() {
            return Err(cursor.expected("a query"));
        }
        let start = cursor.span().start;
        let position = cursor.position();
        let tokens = cursor.tokens();
        let ends: [&[&str]; 5] = [
            &["with", "data"],
            &["with", "no", "data"],
            &["with", "check", "option"],
            &["with", "local", "check", "option"],
            &["with", "cascaded", "check", "option"],
        ];
        let length = ends
            .iter()
            .find_map(|words| {
                let tail = tokens.get(tokens.len().checked_sub(words.len())?..)?;
                tail.iter()
                    .zip(*words)
                    .all(|(token, word)| token.is_word(cursor.source(), word))
                    .then_some(words.len())
            })
            .unwrap_or(0);
        cursor.rewind((tokens.len() - length).max(position));
        let text = cursor.text_from(position);
        cursor.skip_rest();
        Ok(Self { text, start })
    }

    /// The columns of the query. `None` where the query reads from something that could not be made.
    fn analyze(
        &self,
        state: &mut State,
        cursor: &Cursor<'_>,
        text: &str,
        names: &[Ident],
        sources: &HashSet<QualifiedName>,
    ) -> Result<Option<analyze::ViewColumns>> {
        let mut path: Vec<String> = vec![TEMPORARY.into()];
        path.extend(state.search_path.iter().cloned());
        let names: Vec<String> = names.iter().map(|name| name.name.clone()).collect();
        let excerpt = state.excerpt(text);
        let found = analyze::named_view(&excerpt, text, &path, &names)
            // The whole Catalog may know more, and has better words where it does not.
            .or_else(|_| analyze::named_view(&state.catalog, text, &path, &names));
        match found {
            Ok(found) => Ok(Some(found)),
            Err(_)
                if sources
                    .iter()
                    .any(|source| state.is_broken_relation(source)) =>
            {
                Ok(None)
            }
            Err(error) => {
                // In a recursive view's query the place is that of a text that was never written.
                let written = text.len() == self.text.len();
                let at = if written {
                    error.offset.min(text.len())
                } else {
                    0
                };
                let start = self.start + at;
                let end = cursor
                    .tokens()
                    .iter()
                    .find(|token| token.start <= start && start < token.end)
                    .map_or(start + 1, |token| token.end);
                let diagnostic = cursor.error_at(start..end, error.message);
                Err(match error.help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                })
            }
        }
    }
}

fn view_columns(found: &analyze::ViewColumns) -> Vec<Column> {
    found
        .columns
        .iter()
        .map(|column| Column {
            nullable: column.nullable,
            collation: column.collation.clone(),
            ..plain_column(&column.name, column.ty.clone())
        })
        .collect()
}

/// Two columns of a view or table can't have one name.
fn refuse_doubles(cursor: &Cursor<'_>, columns: &[Column], names: &[Ident]) -> Result<()> {
    let mut seen = HashSet::new();
    match columns.iter().find(|column| !seen.insert(&column.name)) {
        Some(twice) => {
            let span = names
                .first()
                .map_or(cursor.span(), |name| name.span.clone());
            Err(cursor
                .error_at(span, format!("the query has two columns `{}`", twice.name))
                .help("give one of the two another name: `… AS name`"))
        }
        None => Ok(()),
    }
}

/// `CREATE TABLE name [(columns)] AS`: reads up to the query, if this is what follows the name.
pub(super) fn table_as(cursor: &mut Cursor<'_>) -> Option<Vec<Ident>> {
    let mut ahead = cursor.clone();
    let names = match ahead.is_symbol(b'(') {
        true => ahead.ident_list().ok()?,
        false => Vec::new(),
    };
    query_options(&mut ahead).ok()?;
    if !ahead.accept("as") {
        return None;
    }
    *cursor = ahead;
    Some(names)
}

/// `CREATE TABLE … AS query`, after `AS`.
pub(super) fn create_table_as(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    name: QualifiedName,
    words: TableWords,
    names: Vec<Ident>,
) -> Result<()> {
    let query = Query::read(cursor)?;
    let sources = state.sources(query.text);
    let Some(found) = query.analyze(state, cursor, query.text, &names, &sources)? else {
        return Ok(());
    };
    let mut columns = view_columns(&found);
    refuse_doubles(cursor, &columns, &names)?;
    let mut draft = Draft::new(name, words);
    for column in &mut columns {
        column.nullable = true;
    }
    draft.table.columns = columns;
    build(state, cursor, draft)
}

impl State {
    /// The tables and views that a query reads from: the names after `FROM` and `JOIN` that are known,
    /// or would be but for an error.
    pub fn sources(&self, query: &str) -> HashSet<QualifiedName> {
        let tokens = super::expression::tokens(query);
        let mut sources = HashSet::new();
        // Whether each open parenthesis, and the query around them, is in its `FROM` clause.
        let mut from = vec![false];
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token.kind {
                TokenKind::Symbol(b'(') => {
                    let inside = from.last().copied().unwrap_or(false)
                        && before.is_some_and(|before| opens_source(before, query));
                    from.push(inside);
                    continue;
                }
                TokenKind::Symbol(b')') => {
                    from.pop();
                    continue;
                }
                _ => {}
            }
            let Some(clause) = from.last_mut() else {
                break;
            };
            let is = |word: &str| token.is_word(query, word);
            if is("from") || is("join") {
                *clause = true;
            } else if [
                "select",
                "where",
                "group",
                "having",
                "order",
                "limit",
                "offset",
                "window",
                "union",
                "intersect",
                "except",
            ]
            .iter()
            .any(|word| is(word))
            {
                *clause = false;
            } else if *clause
                && token.is_name()
                && before.is_some_and(|before| opens_source(before, query))
                && let Some(name) = self.source(query, &tokens, at)
            {
                sources.insert(name);
            }
        }
        sources
    }

    fn source(&self, query: &str, tokens: &[Token], at: usize) -> Option<QualifiedName> {
        let first = decode_name(tokens.get(at)?, query);
        let second = tokens
            .get(at + 1)
            .filter(|dot| dot.is_symbol(b'.'))
            .and_then(|_| tokens.get(at + 2));
        let name = match second {
            Some(second) => Name {
                schema: Some(first),
                name: decode_name(second, query),
                span: 0..0,
            },
            None => Name {
                schema: None,
                name: first,
                span: 0..0,
            },
        };
        match self.find_relation(&name) {
            Some((found, Relation::Table(_) | Relation::View(_))) => Some(found),
            _ if self.is_broken(&name) => {
                let schema = name.schema.or_else(|| self.search_path.first().cloned());
                Some(QualifiedName::new(schema.unwrap_or_default(), name.name))
            }
            _ => None,
        }
    }

    fn is_broken_relation(&self, name: &QualifiedName) -> bool {
        self.is_broken(&Name {
            schema: Some(name.schema.clone()),
            name: name.name.clone(),
            span: 0..0,
        })
    }
}

/// Whether a table's name or a parenthesis around one may stand after this token.
fn opens_source(token: &Token, query: &str) -> bool {
    token.is_symbol(b',')
        || token.is_symbol(b'(')
        || ["from", "join", "only", "lateral"]
            .iter()
            .any(|word| token.is_word(query, word))
}
