//! Queries as parts of other queries.

use super::statement::Projection;
use super::{Query, Scalar, Select};
use crate::column::Wire;
use crate::expr::{Expr, Fragment};
use crate::scope::{Correlation, Shielded};
use crate::value::Value;

/// A query of one column, as `in_query` takes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no query of one column",
    label = "expected a query with `columns(…)` of one column"
)]
pub trait Subquery {
    /// The type of the column.
    type Value: Value;
    /// The tables of the query around that it speaks of.
    type Outer;

    #[doc(hidden)]
    fn into_query(self) -> Query;
}

#[diagnostic::do_not_recommend]
impl<S: Correlation, V: Value> Subquery for Select<S, (Scalar<V>,)> {
    type Value = V;
    type Outer = S::Outer;

    fn into_query(self) -> Query {
        self.query
    }
}

impl<S: Correlation, V: Value> Select<S, (Scalar<V>,)> {
    /// The query as an expression: its only value, or NULL when it has no row. With several rows the
    /// statement fails (SQLSTATE 21000).
    ///
    /// ```
    /// use rowsmith_runtime::sql::{coalesce, max};
    /// use rowsmith_test_trees::blog::{Post, User};
    ///
    /// let best = Post::select()
    ///     .outer::<User>()
    ///     .filter(Post::AUTHOR_ID.eq(User::ID))
    ///     .columns(max(Post::SCORE))
    ///     .scalar();
    /// let query = User::select().columns((User::NAME, coalesce(best, 0.0)));
    /// assert_eq!(
    ///     query.to_sql(),
    ///     r#"SELECT "name", coalesce((SELECT max("posts"."score") FROM "public"."posts" WHERE "posts"."author_id" = "users"."id"), $1) FROM "public"."users""#
    /// );
    /// ```
    pub fn scalar(self) -> Expr<S::Outer, Option<V::Base>> {
        let wire = match self.query.columns.first() {
            Some(Projection::Expression(_, wire)) => *wire,
            _ => Wire::default(),
        };
        Expr::new(Fragment::query(self.query), wire)
    }
}

/// `EXISTS (SELECT …)`: whether the query has a row. `outer` lets it speak of the query around.
pub fn exists<S: Correlation, O>(query: Select<S, O>) -> Expr<Shielded<S::Outer>, bool> {
    let sql = Fragment::text("EXISTS ").with(Fragment::query(query.query.rows_only()));
    Expr::new(sql, Wire::default())
}
