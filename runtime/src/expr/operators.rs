//! The methods of columns and expressions.

use std::ops::{Add, BitAnd, BitAndAssign, BitOr, BitOrAssign, Div, Mul, Not, Rem, Sub};

use super::{Expr, Expression, Fragment, Level, Operand, Order, Plain};
use crate::column::Wire;
use crate::scope::Shielded;
use crate::select::Subquery;
use crate::value::{
    Container, Either, Element, Like, MaybeNull, Number, Overlap, SqlType, Text, Time, Value,
};
use crate::{Column, Interval, Source};

/// What comes of `L` and the operand `R`: a `T` that is NULL when one of them is.
type Of<V, R, T> = Either<<V as Value>::Null, <R as Operand<V>>::Null, T>;
/// The same of an operand that is held against another type than `V`.
type OfBase<V, B, R, T> = Either<<V as Value>::Null, <R as Operand<B>>::Null, T>;

/// A value of the type `T`, or what is as good: `&str` for `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of the type `{T}`",
    label = "expected values of the type `{T}`"
)]
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> T;
}

impl<T: SqlType> IntoValue<T> for T {
    fn into_value(self) -> T {
        self
    }
}

impl<T: SqlType + Clone> IntoValue<T> for &T {
    fn into_value(self) -> T {
        self.clone()
    }
}

impl IntoValue<String> for &str {
    fn into_value(self) -> String {
        self.to_owned()
    }
}

/// Writes the same methods for columns and for expressions.
macro_rules! methods {
    ($($body:tt)*) => {
        impl<S, V: Value, K> Expr<S, V, K> { $($body)* }
        impl<S: Source, V: Value, A> Column<S, V, A> { $($body)* }
    };
}

// Comparison.
methods! {
    /// `self = other`; with `None`, `IS NULL`.
    pub fn eq<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().equality(other, " = ", " IS NULL")
    }

    /// `self <> other`; with `None`, `IS NOT NULL`.
    pub fn ne<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().equality(other, " <> ", " IS NOT NULL")
    }

    /// `self < other`
    pub fn lt<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().compare(other, " < ")
    }

    /// `self <= other`
    pub fn le<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().compare(other, " <= ")
    }

    /// `self > other`
    pub fn gt<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().compare(other, " > ")
    }

    /// `self >= other`
    pub fn ge<R: Operand<V>>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>> {
        self.into_expr().compare(other, " >= ")
    }

    /// `self IS DISTINCT FROM other`: as `ne`, with NULL as a value like any other.
    pub fn is_distinct_from<R>(self, other: R) -> Expr<R::Scope<S>, bool>
    where
        R: Operand<Option<V::Base>>,
    {
        self.into_expr().compare_base(other, " IS DISTINCT FROM ")
    }

    /// `self IS NOT DISTINCT FROM other`: as `eq`, with NULL as a value like any other.
    pub fn is_not_distinct_from<R>(self, other: R) -> Expr<R::Scope<S>, bool>
    where
        R: Operand<Option<V::Base>>,
    {
        self.into_expr().compare_base(other, " IS NOT DISTINCT FROM ")
    }

    /// `self BETWEEN low AND high`, both included.
    pub fn between<L, H>(
        self,
        low: L,
        high: H,
    ) -> Expr<H::Scope<L::Scope<S>>, Either<<V::Null as crate::Nullability>::Or<L::Null>, H::Null, bool>>
    where
        L: Operand<V>,
        H: Operand<V>,
    {
        self.into_expr().range(low, high, " BETWEEN ")
    }

    /// `self NOT BETWEEN low AND high`
    pub fn not_between<L, H>(
        self,
        low: L,
        high: H,
    ) -> Expr<H::Scope<L::Scope<S>>, Either<<V::Null as crate::Nullability>::Or<L::Null>, H::Null, bool>>
    where
        L: Operand<V>,
        H: Operand<V>,
    {
        self.into_expr().range(low, high, " NOT BETWEEN ")
    }

    /// `self = ANY($1)`: whether it is one of the values, which travel as one parameter, however many
    /// they are.
    pub fn in_<I>(self, values: I) -> Expr<S, Like<V, bool>>
    where
        I: IntoIterator<Item: IntoValue<V::Base>>,
        V::Base: Element,
    {
        self.into_expr().array(values, " = ANY(")
    }

    /// `self <> ALL($1)`: whether it is none of the values.
    pub fn not_in<I>(self, values: I) -> Expr<S, Like<V, bool>>
    where
        I: IntoIterator<Item: IntoValue<V::Base>>,
        V::Base: Element,
    {
        self.into_expr().array(values, " <> ALL(")
    }

    /// `self IN (SELECT …)`, of a query of one column.
    pub fn in_query<Q>(self, query: Q) -> Expr<(S, Q::Outer), Option<bool>>
    where
        Q: Subquery<Value: Value<Base = V::Base>>,
    {
        self.into_expr().subquery(query, " IN ")
    }

    /// `self NOT IN (SELECT …)`, of a query of one column. It is NULL when one of the query's values
    /// is, as SQL has it.
    pub fn not_in_query<Q>(self, query: Q) -> Expr<(S, Q::Outer), Option<bool>>
    where
        Q: Subquery<Value: Value<Base = V::Base>>,
    {
        self.into_expr().subquery(query, " NOT IN ")
    }
}

// NULL and types.
methods! {
    /// `self IS NULL`
    pub fn is_null(self) -> Expr<Shielded<S>, bool>
    where
        V: MaybeNull,
    {
        self.into_expr().null_test(" IS NULL")
    }

    /// `self IS NOT NULL`
    pub fn is_not_null(self) -> Expr<Shielded<S>, bool>
    where
        V: MaybeNull,
    {
        self.into_expr().null_test(" IS NOT NULL")
    }

    /// The same expression as one that may be NULL.
    pub fn nullable(self) -> Expr<S, Option<V::Base>> {
        let this = self.into_expr();
        Expr::new(this.sql, this.wire)
    }

    /// `coalesce(self, other)`: the first of the two that is not NULL.
    pub fn coalesce<R>(self, other: R) -> Expr<R::Scope<Shielded<S>>, <R::Null as crate::Nullability>::Of<V::Base>>
    where
        R: Operand<Option<V::Base>>,
    {
        let this = self.into_expr();
        let other = other.operand(this.wire).sql;
        Expr::new(Fragment::call("coalesce", [this.sql, other]), this.wire)
    }

    /// `self::type`, a cast to the type that `T` stands for.
    pub fn cast<T: SqlType>(self) -> Expr<S, Like<V, T>> {
        let this = self.into_expr();
        Expr::new(this.sql.cast(T::sql_name()), Wire::default())
    }

    /// In ascending order, which is the usual one.
    pub fn asc(self) -> Order<S, V> {
        Order::new(self.into_expr(), false)
    }

    /// In descending order.
    pub fn desc(self) -> Order<S, V> {
        Order::new(self.into_expr(), true)
    }
}

// Truth.
methods! {
    /// `self AND other`, as `self & other`.
    pub fn and<R>(self, other: R) -> Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>
    where
        V: Value<Base = bool>,
        R: Expression<Value: Value<Base = bool>>,
    {
        let this = self.into_expr();
        Expr::new(this.sql.and(other.into_expr().sql), Wire::default())
    }

    /// `self OR other`, as `self | other`.
    pub fn or<R>(self, other: R) -> Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>
    where
        V: Value<Base = bool>,
        R: Expression<Value: Value<Base = bool>>,
    {
        let this = self.into_expr();
        Expr::new(this.sql.or(other.into_expr().sql), Wire::default())
    }

    /// `self IS TRUE`: NULL counts as false.
    pub fn is_true(self) -> Expr<Shielded<S>, bool>
    where
        V: Value<Base = bool>,
    {
        self.into_expr().null_test(" IS TRUE")
    }

    /// The same condition for a scope that has its tables, so that conditions on several tables can be
    /// gathered in a loop.
    pub fn within<T, I>(self) -> Expr<T, V>
    where
        S: crate::In<T, I>,
    {
        let this = self.into_expr();
        Expr::new(this.sql, this.wire)
    }
}

// Text.
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
    /// [`sql::websearch`](crate::sql::websearch) and its like make queries.
    pub fn search<F, K2>(self, query: Expr<F, crate::sql::TsQuery, K2>) -> Expr<(S, F), Like<V, bool>>
    where
        V::Base: Text,
    {
        let sql = self.into_expr().sql.binary(" @@ ", query.sql, Level::Comparison);
        Expr::new(sql, Wire::default())
    }
}

// Time.
methods! {
    /// `self + interval`
    pub fn plus<R>(self, interval: R) -> Expr<R::Scope<S>, OfBase<V, Interval, R, <V::Base as Time>::Precise>>
    where
        V::Base: Time,
        R: Operand<Interval>,
    {
        self.into_expr().shift(interval, " + ")
    }

    /// `self - interval`
    pub fn minus<R>(self, interval: R) -> Expr<R::Scope<S>, OfBase<V, Interval, R, <V::Base as Time>::Precise>>
    where
        V::Base: Time,
        R: Operand<Interval>,
    {
        self.into_expr().shift(interval, " - ")
    }

    /// `self - earlier`: the time since then, of dates in days.
    pub fn since<R>(self, earlier: R) -> Expr<R::Scope<S>, Of<V, R, <V::Base as Time>::Difference>>
    where
        V::Base: Time,
        R: Operand<V>,
    {
        self.into_expr().operate(earlier, " - ")
    }
}

// Arrays, jsonb and ranges.
methods! {
    /// `self @> other`: whether it contains all of the other.
    pub fn contains<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Container,
        R: Operand<V>,
    {
        self.into_expr().containment(other, " @> ")
    }

    /// `self <@ other`: whether the other contains all of it.
    pub fn contained_by<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Container,
        R: Operand<V>,
    {
        self.into_expr().containment(other, " <@ ")
    }

    /// `self && other`: whether they have something in common.
    pub fn overlaps<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: Overlap,
        R: Operand<V>,
    {
        self.into_expr().compare(other, " && ")
    }

    /// Whether this is one of the array's elements (`$1 = ANY(self)`) or within the range
    /// (`self @> $1`).
    pub fn has<T, R>(self, element: R) -> Expr<R::Scope<S>, Option<bool>>
    where
        V::Base: HasElements<Element = T>,
        T: Element,
        R: Operand<T>,
    {
        let this = self.into_expr();
        let element = element.operand(Wire::default()).sql;
        Expr::new(V::Base::has(this.sql, element), Wire::default())
    }

    /// `cardinality(self)`: the number of the array's elements.
    pub fn cardinality(self) -> Expr<S, Like<V, i32>>
    where
        V::Base: Overlap,
    {
        Expr::new(Fragment::call("cardinality", [self.into_expr().sql]), Wire::default())
    }
}

#[cfg(feature = "json")]
methods! {
    /// `self -> key`: the value of this key.
    pub fn get(self, key: &str) -> Expr<S, Option<serde_json::Value>>
    where
        V: Value<Base = serde_json::Value>,
    {
        self.into_expr().json(" -> ", key.to_owned())
    }

    /// `self ->> key`: the value of this key as text.
    pub fn get_text(self, key: &str) -> Expr<S, Option<String>>
    where
        V: Value<Base = serde_json::Value>,
    {
        self.into_expr().json(" ->> ", key.to_owned())
    }

    /// `self -> index`: the element with this index, from 0, or from the end when it is negative.
    pub fn get_index(self, index: i32) -> Expr<S, Option<serde_json::Value>>
    where
        V: Value<Base = serde_json::Value>,
    {
        self.into_expr().json(" -> ", index)
    }

    /// `self #> path`: the value at the end of this path of keys and indexes.
    pub fn path<P: IntoIterator<Item: Into<String>>>(self, path: P) -> Expr<S, Option<serde_json::Value>>
    where
        V: Value<Base = serde_json::Value>,
    {
        let path: Vec<String> = path.into_iter().map(Into::into).collect();
        self.into_expr().json(" #> ", path)
    }

    /// `self #>> path`: the value at the end of this path as text.
    pub fn path_text<P: IntoIterator<Item: Into<String>>>(self, path: P) -> Expr<S, Option<String>>
    where
        V: Value<Base = serde_json::Value>,
    {
        let path: Vec<String> = path.into_iter().map(Into::into).collect();
        self.into_expr().json(" #>> ", path)
    }

    /// `self ? key`: whether it has this key, or this string among its elements.
    pub fn has_key(self, key: &str) -> Expr<S, Like<V, bool>>
    where
        V: Value<Base = serde_json::Value>,
    {
        self.into_expr().json_test(" ? ", key.to_owned())
    }

    /// `self ?| keys`: whether it has any of these keys.
    pub fn has_any_key<P: IntoIterator<Item: Into<String>>>(self, keys: P) -> Expr<S, Like<V, bool>>
    where
        V: Value<Base = serde_json::Value>,
    {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        self.into_expr().json_test(" ?| ", keys)
    }

    /// `self ?& keys`: whether it has all of these keys.
    pub fn has_all_keys<P: IntoIterator<Item: Into<String>>>(self, keys: P) -> Expr<S, Like<V, bool>>
    where
        V: Value<Base = serde_json::Value>,
    {
        let keys: Vec<String> = keys.into_iter().map(Into::into).collect();
        self.into_expr().json_test(" ?& ", keys)
    }
}

/// A type whose values have elements: arrays and ranges.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no elements",
    label = "this needs an array or a range"
)]
pub trait HasElements: SqlType {
    /// The type of an element.
    type Element: SqlType;

    #[doc(hidden)]
    fn has(container: Fragment, element: Fragment) -> Fragment;
}

impl<T: Element> HasElements for Vec<T> {
    type Element = T;

    fn has(container: Fragment, element: Fragment) -> Fragment {
        let any = Fragment::call("ANY", [container]);
        element.binary(" = ", any, Level::Comparison)
    }
}

impl<S, V: Value, K> Expr<S, V, K> {
    fn equality<R: Operand<V>, W>(
        self,
        other: R,
        operator: &'static str,
        null: &'static str,
    ) -> Expr<R::Scope<S>, W> {
        let other = other.operand(self.wire);
        let sql = if other.is_null {
            postfix(self.sql, null)
        } else {
            self.sql.binary(operator, other.sql, Level::Comparison)
        };
        Expr::new(sql, Wire::default())
    }

    fn compare<R: Operand<V>, W>(self, other: R, operator: &'static str) -> Expr<R::Scope<S>, W> {
        let other = other.operand(self.wire).sql;
        let sql = self.sql.binary(operator, other, Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn compare_base<R: Operand<Option<V::Base>>>(
        self,
        other: R,
        operator: &'static str,
    ) -> Expr<R::Scope<S>, bool> {
        let other = other.operand(self.wire).sql;
        let sql = self.sql.binary(operator, other, Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn range<L: Operand<V>, H: Operand<V>, W>(
        self,
        low: L,
        high: H,
        operator: &'static str,
    ) -> Expr<H::Scope<L::Scope<S>>, W> {
        let low = low.operand(self.wire).sql.within(Level::Operator);
        let high = high.operand(self.wire).sql.within(Level::Operator);
        let bounds = low.with_text(" AND ").with(high).at(Level::Operator);
        let sql = self.sql.binary(operator, bounds, Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn array<I, W>(self, values: I, operator: &'static str) -> Expr<S, W>
    where
        I: IntoIterator<Item: IntoValue<V::Base>>,
        V::Base: Element,
    {
        let values: Vec<V::Base> = values.into_iter().map(IntoValue::into_value).collect();
        let cast = match self.wire.sent {
            Some((ty, cast)) => format!("::{ty}[]::{cast}[]"),
            None if V::Base::IS_RECORD => format!("::{}[]", V::Base::sql_name()),
            None => String::new(),
        };
        let values = Fragment::value(values, Wire::default(), cast);
        let sql = self
            .sql
            .within(Level::Operator)
            .with_text(operator)
            .with(values)
            .with_text(")")
            .at(Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn subquery<Q: Subquery>(
        self,
        query: Q,
        operator: &'static str,
    ) -> Expr<(S, Q::Outer), Option<bool>> {
        let query = Fragment::query(query.into_query());
        let sql = self.sql.binary(operator, query, Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn null_test(self, test: &'static str) -> Expr<Shielded<S>, bool> {
        let sql = postfix(self.sql.clone(), test);
        self.shielded(sql)
    }

    fn like_pattern<W>(self, pattern: String) -> Expr<S, W> {
        let pattern = Fragment::value(pattern, Wire::default(), "");
        let sql = self.sql.binary(" LIKE ", pattern, Level::Comparison);
        Expr::new(sql, Wire::default())
    }

    fn operate<R: Operand<V>, W>(self, other: R, operator: &'static str) -> Expr<R::Scope<S>, W> {
        let other = other.operand(self.wire).sql;
        Expr::new(
            self.sql.binary(operator, other, Level::Operator),
            Wire::default(),
        )
    }

    fn shift<R: Operand<Interval>, W>(
        self,
        interval: R,
        operator: &'static str,
    ) -> Expr<R::Scope<S>, W> {
        // Beside a timestamp the server would take a bare parameter for another timestamp.
        let interval = interval.operand(Wire::default()).sql.cast("interval");
        Expr::new(
            self.sql.binary(operator, interval, Level::Operator),
            Wire::default(),
        )
    }

    fn containment<R: Operand<V>, W>(self, other: R, operator: &'static str) -> Expr<R::Scope<S>, W>
    where
        V::Base: Container,
    {
        let other = other.operand(self.wire).sql;
        let sides = [self.sql, other].map(|side| match V::Base::CAST {
            "" => side,
            cast => side.within(Level::Atom).with_text(cast),
        });
        let [this, other] = sides;
        Expr::new(
            this.binary(operator, other, Level::Comparison),
            Wire::default(),
        )
    }

    #[cfg(feature = "json")]
    fn json<W, T: SqlType>(self, operator: &'static str, key: T) -> Expr<S, W> {
        let key = Fragment::value(key, Wire::default(), format!("::{}", T::sql_name()));
        let sql = self.sql.binary(operator, key, Level::Operator);
        Expr::new(sql, Wire::default())
    }

    #[cfg(feature = "json")]
    fn json_test<W, T: SqlType>(self, operator: &'static str, key: T) -> Expr<S, W> {
        let key = Fragment::value(key, Wire::default(), format!("::{}", T::sql_name()));
        // The type `json` has no such operator.
        let this = self.sql.cast("jsonb");
        Expr::new(
            this.binary(operator, key, Level::Comparison),
            Wire::default(),
        )
    }
}

fn postfix(sql: Fragment, text: &'static str) -> Fragment {
    sql.within(Level::Operator)
        .with_text(text)
        .at(Level::Comparison)
}

/// `&`, `|` and `!` of conditions, and `+`, `-`, `*`, `/` and `%` of numbers.
macro_rules! operators {
    ([$($generics:tt)*] $this:ty) => {
        impl<$($generics)*, R> BitAnd<R> for $this
        where
            V: Value<Base = bool>,
            R: Expression<Value: Value<Base = bool>>,
        {
            type Output = Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>;

            fn bitand(self, other: R) -> Self::Output {
                self.and(other)
            }
        }

        impl<$($generics)*, R> BitOr<R> for $this
        where
            V: Value<Base = bool>,
            R: Expression<Value: Value<Base = bool>>,
        {
            type Output = Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>;

            fn bitor(self, other: R) -> Self::Output {
                self.or(other)
            }
        }

        impl<$($generics)*> Not for $this
        where
            V: Value<Base = bool>,
        {
            type Output = Expr<S, V>;

            fn not(self) -> Self::Output {
                Expr::new(self.into_expr().sql.not(), Wire::default())
            }
        }

        operators!(@number [$($generics)*] $this, Add, add, " + ");
        operators!(@number [$($generics)*] $this, Sub, sub, " - ");
        operators!(@number [$($generics)*] $this, Mul, mul, " * ");
        operators!(@number [$($generics)*] $this, Div, div, " / ");
        operators!(@number [$($generics)*] $this, Rem, rem, " % ");
    };
    (@number [$($generics:tt)*] $this:ty, $trait:ident, $method:ident, $operator:literal) => {
        impl<$($generics)*, R> $trait<R> for $this
        where
            V::Base: Number,
            R: Operand<V>,
        {
            type Output = Expr<R::Scope<S>, Of<V, R, V::Base>>;

            fn $method(self, other: R) -> Self::Output {
                self.into_expr().operate(other, $operator)
            }
        }
    };
}

operators!([S, V: Value, K] Expr<S, V, K>);
operators!([S: Source, V: Value, A] Column<S, V, A>);

/// Another condition on the same tables, as in a loop.
impl<S, V: Value<Base = bool>> BitAndAssign for Expr<S, V, Plain> {
    fn bitand_assign(&mut self, other: Self) {
        let this = std::mem::take(&mut self.sql);
        self.sql = this.and(other.sql);
    }
}

/// Another condition on the same tables, as in a loop.
impl<S, V: Value<Base = bool>> BitOrAssign for Expr<S, V, Plain> {
    fn bitor_assign(&mut self, other: Self) {
        let this = std::mem::take(&mut self.sql);
        self.sql = this.or(other.sql);
    }
}
