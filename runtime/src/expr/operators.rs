//! The methods of columns and expressions.

mod containers;
#[cfg(feature = "json")]
mod json;
mod symbols;
mod text;
mod time;

pub use self::containers::{HasElements, has_element};
use super::{Expr, Expression, Fragment, Level, Operand, Order};
use crate::column::Wire;
use crate::scope::Shielded;
use crate::select::Subquery;
use crate::value::{Either, Element, Like, MaybeNull, SqlType, Truth, Value, ValueOf};

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
        impl<S, V: crate::Value, K> crate::Expr<S, V, K> { $($body)* }
        impl<S: crate::Source, V: crate::Value, A> crate::Column<S, V, A> { $($body)* }
    };
}
use methods;

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
    pub fn is_distinct_from<R>(self, other: R) -> Expr<Shielded<R::Scope<S>>, bool>
    where
        R: Operand<Option<V::Base>>,
    {
        self.into_expr().compare_base(other, " IS DISTINCT FROM ")
    }

    /// `self IS NOT DISTINCT FROM other`: as `eq`, with NULL as a value like any other.
    pub fn is_not_distinct_from<R>(self, other: R) -> Expr<Shielded<R::Scope<S>>, bool>
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
        Q: Subquery<Value: ValueOf<V::Base>>,
    {
        self.into_expr().subquery(query, " IN ")
    }

    /// `self NOT IN (SELECT …)`, of a query of one column. It is NULL when one of the query's values
    /// is, as SQL has it.
    pub fn not_in_query<Q>(self, query: Q) -> Expr<(S, Q::Outer), Option<bool>>
    where
        Q: Subquery<Value: ValueOf<V::Base>>,
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
        crate::sql::coalesce(self, other)
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
        V: Truth,
        R: Expression<Value: Truth>,
    {
        let this = self.into_expr();
        Expr::new(this.sql.and(other.into_expr().sql), Wire::default())
    }

    /// `self OR other`, as `self | other`.
    pub fn or<R>(self, other: R) -> Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>
    where
        V: Truth,
        R: Expression<Value: Truth>,
    {
        let this = self.into_expr();
        Expr::new(this.sql.or(other.into_expr().sql), Wire::default())
    }

    /// `self IS TRUE`: NULL counts as false.
    pub fn is_true(self) -> Expr<Shielded<S>, bool>
    where
        V: Truth,
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
    ) -> Expr<Shielded<R::Scope<S>>, bool> {
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

    fn operate<R: Operand<V>, W>(self, other: R, operator: &'static str) -> Expr<R::Scope<S>, W> {
        let other = other.operand(self.wire).sql;
        Expr::new(
            self.sql.binary(operator, other, Level::Operator),
            Wire::default(),
        )
    }
}

fn postfix(sql: Fragment, text: &'static str) -> Fragment {
    sql.within(Level::Operator)
        .with_text(text)
        .at(Level::Comparison)
}
