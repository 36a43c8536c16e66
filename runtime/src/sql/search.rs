//! Full-text search ([manual, chapter 12](https://www.postgresql.org/docs/current/textsearch.html)).
//!
//! The name of a configuration is a part of the SQL text, so that an index on `to_tsvector('english', …)`
//! can be used.

use std::marker::PhantomData;

use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment};
use crate::value::{Either, Like, Nullability, Text, Value};

/// What is searched for; `N` says whether it may be NULL.
#[derive(Debug)]
pub struct TsQuery<N>(PhantomData<fn() -> N>);

/// A query that is NULL where the text `E` is.
type Of<E> = TsQuery<<<E as Expression>::Value as Value>::Null>;

/// `to_tsvector(configuration, x)`: the words of a text, to be searched in.
///
/// ```
/// use rowsmith_runtime::sql::{to_tsvector, websearch};
/// use rowsmith_test_trees::blog::Post;
///
/// let words = to_tsvector("english", Post::BODY);
/// let query = Post::select().filter(words.search(websearch("english", "engine -steam")));
/// assert!(query.to_sql().ends_with(
///     r#"WHERE to_tsvector('english', "body") @@ websearch_to_tsquery('english', $1::text)"#
/// ));
/// ```
pub fn to_tsvector<E: Expression<Value: Value<Base: Text>>>(
    configuration: &'static str,
    expression: E,
) -> Expr<E::Scope, Like<E::Value, String>> {
    let arguments = [literal(configuration), expression.into_expr().sql];
    let wire = Wire {
        read: Some("text"),
        sent: Some(("text", "tsvector")),
    };
    Expr::new(Fragment::call("to_tsvector", arguments), wire)
}

/// `websearch_to_tsquery(configuration, text)`: as people write it into a search box, with `-`, `or` and
/// quotes. Never an error.
pub fn websearch<E: Expression<Value: Value<Base: Text>>>(
    configuration: &'static str,
    text: E,
) -> Expr<E::Scope, Of<E>> {
    query("websearch_to_tsquery", configuration, text)
}

/// `plainto_tsquery(configuration, text)`: all of the words.
pub fn plain_query<E: Expression<Value: Value<Base: Text>>>(
    configuration: &'static str,
    text: E,
) -> Expr<E::Scope, Of<E>> {
    query("plainto_tsquery", configuration, text)
}

/// `phraseto_tsquery(configuration, text)`: all of the words, in their order.
pub fn phrase_query<E: Expression<Value: Value<Base: Text>>>(
    configuration: &'static str,
    text: E,
) -> Expr<E::Scope, Of<E>> {
    query("phraseto_tsquery", configuration, text)
}

/// `to_tsquery(configuration, text)`: in PostgreSQL's own language, with `&`, `|`, `!` and `<->`.
pub fn ts_query<E: Expression<Value: Value<Base: Text>>>(
    configuration: &'static str,
    text: E,
) -> Expr<E::Scope, Of<E>> {
    query("to_tsquery", configuration, text)
}

/// `ts_rank(words, query)`: how well it fits.
pub fn ts_rank<E: Expression<Value: Value<Base: Text>>, F, N: Nullability, K>(
    words: E,
    query: Expr<F, TsQuery<N>, K>,
) -> Expr<(E::Scope, F), Either<<E::Value as Value>::Null, N, f32>> {
    let arguments = [words.into_expr().sql, query.sql];
    Expr::new(Fragment::call("ts_rank", arguments), Wire::default())
}

fn query<E: Expression>(
    name: &'static str,
    configuration: &'static str,
    text: E,
) -> Expr<E::Scope, Of<E>> {
    let arguments = [literal(configuration), text.into_expr().sql];
    Expr::new(Fragment::call(name, arguments), Wire::default())
}

fn literal(text: &'static str) -> Fragment {
    // With a backslash only the form with `E` means the same whatever the server's settings are.
    let escaped = text.replace('\'', "''");
    Fragment::text(match escaped.contains('\\') {
        true => format!("E'{}'", escaped.replace('\\', "\\\\")),
        false => format!("'{escaped}'"),
    })
}
