//! Text: patterns, regular expressions, full-text search.

use super::{Of, methods};
use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment, Level, Operand};
use crate::value::{Either, Like, Searchable, Text, Value, ValueOf};

methods! {
    /// `self LIKE pattern`, in which `%` is any text and `_` any character.
    /// [`sql::escape_like`](crate::sql::escape_like) makes them stand for themselves.
    pub fn like<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " LIKE ")
    }

    /// `self NOT LIKE pattern`
    pub fn not_like<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " NOT LIKE ")
    }

    /// `self ILIKE pattern`: `like` without regard to case.
    pub fn ilike<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " ILIKE ")
    }

    /// `self NOT ILIKE pattern`
    pub fn not_ilike<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " NOT ILIKE ")
    }

    /// Whether it begins with this text, in which nothing has a meaning of its own.
    pub fn starts_with(self, text: &str) -> Expr<S, Like<V, bool>>
    where
        V::Base: Text,
    {
        let pattern = format!("{}%", crate::sql::escape_like(text));
        self.into_expr().like_pattern(pattern)
    }

    /// Whether it ends with this text, in which nothing has a meaning of its own.
    pub fn ends_with(self, text: &str) -> Expr<S, Like<V, bool>>
    where
        V::Base: Text,
    {
        let pattern = format!("%{}", crate::sql::escape_like(text));
        self.into_expr().like_pattern(pattern)
    }

    /// Whether this text occurs in it, in which nothing has a meaning of its own.
    pub fn contains_text(self, text: &str) -> Expr<S, Like<V, bool>>
    where
        V::Base: Text,
    {
        let pattern = format!("%{}%", crate::sql::escape_like(text));
        self.into_expr().like_pattern(pattern)
    }

    /// `self ~ pattern`: whether the regular expression is found in it
    /// ([POSIX](https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-POSIX-REGEXP)).
    pub fn matches<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " ~ ")
    }

    /// `self ~* pattern`: `matches` without regard to case.
    pub fn imatches<R: Operand<V>>(self, pattern: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Text,
    {
        self.into_expr().compare(pattern, " ~* ")
    }

    /// `self || other`
    pub fn concat<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, V::Base>>
    where
        V::Base: Text,
    {
        self.into_expr().operate(other, " || ")
    }

    /// `self @@ query`: full-text search, of a text or a `tsvector`.
    /// [`sql::websearch`](crate::sql::websearch) and its like make queries, and a
    /// [`TsQuery`](crate::TsQuery) is one.
    pub fn search<Q>(
        self,
        query: Q,
    ) -> Expr<(S, Q::Scope), Either<V::Null, <Q::Value as Value>::Null, bool>>
    where
        V::Base: Searchable,
        Q: Expression<Value: ValueOf<crate::TsQuery>>,
    {
        let query = query.into_expr().sql;
        let sql = self.into_expr().sql.binary(" @@ ", query, Level::Comparison);
        Expr::new(sql, Wire::default())
    }
}

impl<S, V: Value, K> Expr<S, V, K> {
    fn like_pattern<W>(self, pattern: String) -> Expr<S, W> {
        let pattern = Fragment::value(pattern, Wire::default(), "");
        let sql = self.sql.binary(" LIKE ", pattern, Level::Comparison);
        Expr::new(sql, Wire::default())
    }
}
