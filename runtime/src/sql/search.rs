//! Full-text search ([manual, chapter 12](https://www.postgresql.org/docs/current/textsearch.html)).
//!
//! The name of a configuration is a part of the SQL text, so that an index on `to_tsvector('english', …)`
//! can be used.

use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment};
use crate::value::{Either, Like, Text, Value, ValueOf};
use crate::{TsQuery, TsVector};

/// A query that is NULL where the text `E` is.
type Of<E> = Like<<E as Expression>::Value, TsQuery>;

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
) -> Expr<E::Scope, Like<E::Value, TsVector>> {
    let arguments = [literal(configuration), expression.into_expr().sql];
    Expr::new(Fragment::call("to_tsvector", arguments), Wire::default())
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
pub fn ts_rank<E, Q>(
    words: E,
    query: Q,
) -> Expr<(E::Scope, Q::Scope), Either<<E::Value as Value>::Null, <Q::Value as Value>::Null, f32>>
where
    E: Expression<Value: ValueOf<TsVector>>,
    Q: Expression<Value: ValueOf<TsQuery>>,
{
    let arguments = [words.into_expr().sql, query.into_expr().sql];
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
