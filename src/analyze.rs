//! SQL expressions and queries, understood against a Catalog.
//!
//! The two sources of a Catalog see different text for the same thing: a live database shows what
//! PostgreSQL's `ruleutils.c` makes of an expression, a SQL file what a person wrote. Here both are read,
//! their names resolved and their types found by PostgreSQL's own rules, until the trees are the same;
//! then they are printed in one way, the *normal form*:
//!
//! - identifiers are quoted, a user's functions, types and tables qualified with their schema;
//! - a cast is written only where PostgreSQL would not insert it by itself;
//! - constants have the spelling of their type's output function;
//! - parentheses stand only where they are needed or help a reader.
//!
//! The normal form is SQL that means the same as the text, and its own normal form.
//!
//! | file | what |
//! |---|---|
//! | `normalize` | the expressions of a Catalog, one by one |
//! | `expression`, `call` | SQL → tree, with types, nullability and coercions |
//! | `query`, `from`, `scope`, `body` | the same for queries, and functions made of them |
//! | `coerce` | which operator or function is meant |
//! | `types`, `datatype`, `names` | types, built-in functions and the Catalog's names |
//! | `system`, `extensions` | PostgreSQL's own relations, and what extensions bring |
//! | `literals` | constants |
//! | `print`, `print_query` | tree → normal form |
//! | `tokens` | the normal form of what can't be understood |

mod body;
mod call;
mod coerce;
mod columns;
mod datatype;
mod expression;
mod extensions;
mod from;
mod functions;
mod literals;
mod names;
mod normalize;
mod print;
mod print_query;
mod query;
mod scope;
pub(crate) mod system;
mod tokens;
mod tree;
mod types;

use std::fmt;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Span, Tokenizer};

use crate::catalog::{Catalog, QualifiedName, TypeRef};
use crate::diagnostics::floor_char_boundary;

pub use normalize::normalize;

/// How deeply expressions and queries may be nested. What is deeper is not analyzed.
const MAX_DEPTH: usize = 100;

/// The way out of our own limits.
const BEYOND_LIMITS: &str = "PostgreSQL may take it, rowsmith does not: make several of it, or read the schema from the database with `--database-url`";

const DIALECT: PostgreSqlDialect = PostgreSqlDialect {};

/// The columns of a view, and its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumns {
    /// The columns in their order.
    pub columns: Vec<ViewColumn>,
    /// The query in the normal form.
    pub definition: String,
}

/// A column that a query yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    /// The name, given or found by PostgreSQL's rules.
    pub name: String,
    /// The type; a column of a table keeps its modifier.
    pub ty: TypeRef,
    /// `false` only where a NULL is impossible.
    pub nullable: bool,
    /// A collation other than the type's own.
    pub collation: Option<QualifiedName>,
}

/// A query that can't be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyzeError {
    /// What is wrong: lower case, no full stop, backticks round names.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where, in bytes from the start of the query.
    pub offset: usize,
}

impl fmt::Display for AnalyzeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AnalyzeError {}

/// Finds the columns of a view's query and the query's normal form.
///
/// Unqualified names are looked up in the schemas of `search_path`, in their order.
///
/// # Errors
///
/// Fails when the query can't be parsed, names what does not exist, or has a column whose type can't
/// be told.
pub fn view(
    catalog: &Catalog,
    query: &str,
    search_path: &[String],
) -> Result<ViewColumns, AnalyzeError> {
    named_view(catalog, query, search_path, &[])
}

/// Like [`view`], with the column names of `CREATE VIEW name (columns)`, which may be fewer than the
/// query's columns.
///
/// # Errors
///
/// Fails as [`view`] does, and when there are more names than columns.
pub fn named_view(
    catalog: &Catalog,
    query: &str,
    search_path: &[String],
    columns: &[String],
) -> Result<ViewColumns, AnalyzeError> {
    let names = names::Names::new(catalog);
    query::view(&names, query, search_path, columns, true)
}

/// What a call of a function with arguments of these types gives, if there is one that it means.
pub(crate) fn result_type(
    catalog: &Catalog,
    schema: Option<&str>,
    name: &str,
    arguments: &[&TypeRef],
    search_path: &[String],
) -> Option<TypeRef> {
    let names = names::Names::new(catalog);
    let types: Vec<_> = arguments.iter().map(|it| names.type_of(it).base).collect();
    let meaning = names.choose_function(schema, name, &types, search_path)?;
    Some(names.reference(&meaning.result.plain()))
}

/// Whether PostgreSQL itself has a function of that name.
pub(crate) fn is_builtin_function(name: &str) -> bool {
    types::builtins().has_function(name)
}

/// An identifier as PostgreSQL stores it: folded to lower case unless quoted, and cut to `NAMEDATALEN`.
fn fold(ident: &Ident) -> String {
    const LENGTH: usize = 63;
    let mut name = match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    };
    name.truncate(floor_char_boundary(&name, LENGTH));
    name
}

/// The parts of a qualified name, folded.
fn name_parts(name: &ObjectName) -> Option<Vec<String>> {
    name.0
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => Some(fold(ident)),
            ObjectNamePart::Function(_) => None,
        })
        .collect()
}

/// An identifier in quotes.
fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string constant.
fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Where a line and column are in a text, in bytes.
fn byte_offset(text: &str, location: Location) -> usize {
    let line = usize::try_from(location.line.saturating_sub(1)).unwrap_or(0);
    let column = usize::try_from(location.column.saturating_sub(1)).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let within: usize = rest.chars().take(column).map(char::len_utf8).sum();
    start + within
}

/// Whether a text may be handed to the parser: a chain of operators becomes a tree as deep as the chain
/// is long, and must stay within bounds.
fn is_reasonable(text: &str) -> bool {
    const MAX_CHAIN: usize = 8 * 1024;
    let mut chain = 0;
    let mut quote = None;
    let mut in_word = false;
    text.bytes().all(|b| {
        if quote.is_some() {
            if quote == Some(b) {
                quote = None;
            }
            return true;
        }
        let word = b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.') || !b.is_ascii();
        match b {
            b'\'' | b'"' => quote = Some(b),
            b',' | b'(' | b')' | b';' => chain = 0,
            // A word that joins, such as `OR`, or one that is joined.
            _ if word => chain += usize::from(!in_word),
            _ if b.is_ascii_whitespace() => {}
            _ => chain += 1,
        }
        in_word = word;
        chain < MAX_CHAIN
    })
}

/// Parses with our limits.
fn parse<T>(
    text: &str,
    f: impl FnOnce(&mut Parser<'_>) -> Result<T, sqlparser::parser::ParserError>,
) -> Result<T, AnalyzeError> {
    let error = |message: String| AnalyzeError {
        message,
        help: None,
        offset: 0,
    };
    if !is_reasonable(text) {
        return Err(AnalyzeError {
            help: Some(BEYOND_LIMITS.to_owned()),
            ..error("the query is too long to be read".to_owned())
        });
    }
    let tokens = Tokenizer::new(&DIALECT, text)
        .tokenize_with_location()
        .map_err(|e| AnalyzeError {
            offset: byte_offset(text, e.location),
            ..error(e.message)
        })?;
    let mut parser = Parser::new(&DIALECT)
        .with_recursion_limit(MAX_DEPTH)
        .with_tokens_with_locations(tokens::for_parser(tokens));
    let result = f(&mut parser);
    let at = byte_offset(text, parser.peek_token_ref().span.start);
    let at = if at == 0 && result.is_err() { 0 } else { at };
    let parsed = result.map_err(|e| AnalyzeError {
        offset: at,
        ..error(parser_message(&e))
    })?;
    match &parser.peek_token_ref().token {
        sqlparser::tokenizer::Token::EOF => Ok(parsed),
        token => Err(AnalyzeError {
            offset: at,
            ..error(format!("unexpected `{token}`"))
        }),
    }
}

/// Parses an expression, in no query and with nothing in it resolved.
pub(crate) fn parse_expression(text: &str) -> Option<sqlparser::ast::Expr> {
    parse(text, |parser| parser.parse_expr()).ok()
}

fn parser_message(error: &sqlparser::parser::ParserError) -> String {
    use sqlparser::parser::ParserError;
    match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            let message = message
                .split(" at Line:")
                .next()
                .unwrap_or(message)
                .to_owned();
            let mut chars = message.chars();
            match chars.next() {
                Some(first) => first.to_lowercase().chain(chars).collect(),
                None => message,
            }
        }
        ParserError::RecursionLimitExceeded => "the query is nested too deeply".to_owned(),
    }
}

/// The start of a span, or nothing where sqlparser knows none.
fn known_start(span: Span) -> Option<Location> {
    (span.start.line > 0).then_some(span.start)
}
