//! `UNION`, `INTERSECT` and `EXCEPT`.

use super::{Query, Select};
use crate::scope::Correlation;

/// A query that selects `O`.
#[diagnostic::on_unimplemented(
    message = "the queries that are combined do not select the same",
    label = "expected a query that selects `{O}`",
    note = "both have the same number of columns, with the same types: `columns(…)` chooses them"
)]
pub trait Selects<O> {
    /// The tables of a query around that it speaks of.
    type Outer;

    #[doc(hidden)]
    fn into_query(self) -> Query;
}

impl<S: Correlation, O> Selects<O> for Select<S, O> {
    type Outer = S::Rest;

    fn into_query(self) -> Query {
        self.query
    }
}

impl<S: Correlation, O> Select<S, O> {
    /// The rows of either query, each once. Both select the same types.
    ///
    /// What is combined is ordered by position:
    ///
    /// ```
    /// use rowsmith_runtime::sql::position;
    /// use rowsmith_test_trees::blog::{Tag, User};
    ///
    /// let names = User::select()
    ///     .columns(User::NAME)
    ///     .union(Tag::select().columns(Tag::NAME))
    ///     .order_by(position(1))
    ///     .limit(10);
    /// assert_eq!(
    ///     names.to_sql(),
    ///     r#"(SELECT "name" FROM "public"."users") UNION (SELECT "name" FROM "public"."tags") ORDER BY 1 LIMIT $1"#
    /// );
    /// ```
    pub fn union<Q: Selects<O>>(self, other: Q) -> Select<(S::Rest, Q::Outer), O> {
        self.combine("UNION", other)
    }

    /// The rows of both queries, one after the other.
    pub fn union_all<Q: Selects<O>>(self, other: Q) -> Select<(S::Rest, Q::Outer), O> {
        self.combine("UNION ALL", other)
    }

    /// The rows that both queries have, each once.
    pub fn intersect<Q: Selects<O>>(self, other: Q) -> Select<(S::Rest, Q::Outer), O> {
        self.combine("INTERSECT", other)
    }

    /// The rows of this query that the other one does not have, each once.
    pub fn except<Q: Selects<O>>(self, other: Q) -> Select<(S::Rest, Q::Outer), O> {
        self.combine("EXCEPT", other)
    }

    fn combine<Q, T>(self, operator: &'static str, other: Q) -> Select<T, O>
    where
        Q: Selects<O>,
    {
        let query = Query {
            head: Some(Box::new(self.query)),
            combined: vec![(operator, other.into_query())],
            ..Query::default()
        };
        Select::from_parts(query, ())
    }
}
