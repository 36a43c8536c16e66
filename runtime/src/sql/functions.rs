//! Ordinary functions.

use crate::column::Wire;
use crate::expr::{Condition, Expr, Expression, Fragment, Operand};
use crate::scope::Shielded;
use crate::value::{Either, Like, Nullability, Number, SqlType, Text, Time, Value};

/// A value as an expression.
pub fn val<E: Expression<Scope = ()>>(value: E) -> Expr<(), E::Value, E::Kind> {
    value.into_expr()
}

/// The column of the result with this number, from 1 on: what a query that is combined with others is
/// ordered by.
pub fn position(number: u16) -> Expr<(), i32> {
    Expr::new(Fragment::text(number.to_string()), Wire::default())
}

/// `coalesce(x, other)`: the first of the two that is not NULL.
pub fn coalesce<E, R>(
    expression: E,
    other: R,
) -> Expr<R::Scope<Shielded<E::Scope>>, <R::Null as Nullability>::Of<<E::Value as Value>::Base>>
where
    E: Expression,
    R: Operand<Option<<E::Value as Value>::Base>>,
{
    let Expr { sql, wire, .. } = expression.into_expr();
    let other = other.operand(wire).sql;
    Expr::new(Fragment::call("coalesce", [sql, other]), wire)
}

/// `nullif(x, other)`: NULL where the two are equal.
pub fn nullif<E, R>(
    expression: E,
    other: R,
) -> Expr<R::Scope<E::Scope>, Option<<E::Value as Value>::Base>>
where
    E: Expression,
    R: Operand<E::Value>,
{
    two("nullif", expression, other)
}

/// `greatest(x, other)`: the larger of the two; NULL is passed over.
pub fn greatest<E, R>(
    expression: E,
    other: R,
) -> Expr<R::Scope<E::Scope>, Either<<E::Value as Value>::Null, R::Null, <E::Value as Value>::Base>>
where
    E: Expression,
    R: Operand<E::Value>,
{
    two("greatest", expression, other)
}

/// `least(x, other)`: the smaller of the two; NULL is passed over.
pub fn least<E, R>(
    expression: E,
    other: R,
) -> Expr<R::Scope<E::Scope>, Either<<E::Value as Value>::Null, R::Null, <E::Value as Value>::Base>>
where
    E: Expression,
    R: Operand<E::Value>,
{
    two("least", expression, other)
}

fn two<E, R, S, V>(name: &'static str, expression: E, other: R) -> Expr<S, V>
where
    E: Expression,
    R: Operand<E::Value>,
{
    let Expr { sql, wire, .. } = expression.into_expr();
    let other = other.operand(wire).sql;
    Expr::new(Fragment::call(name, [sql, other]), wire)
}

fn one<E: Expression, V>(name: &'static str, expression: E) -> Expr<E::Scope, V> {
    Expr::new(
        Fragment::call(name, [expression.into_expr().sql]),
        Wire::default(),
    )
}

/// `lower(x)`
pub fn lower<E: Expression<Value: Value<Base: Text>>>(expression: E) -> Expr<E::Scope, E::Value> {
    one("lower", expression)
}

/// `upper(x)`
pub fn upper<E: Expression<Value: Value<Base: Text>>>(expression: E) -> Expr<E::Scope, E::Value> {
    one("upper", expression)
}

/// `btrim(x)`: without spaces at both ends.
pub fn trim<E: Expression<Value: Value<Base: Text>>>(expression: E) -> Expr<E::Scope, E::Value> {
    one("btrim", expression)
}

/// `length(x)`: the number of characters.
pub fn length<E: Expression<Value: Value<Base: Text>>>(
    expression: E,
) -> Expr<E::Scope, Like<E::Value, i32>> {
    one("length", expression)
}

/// `abs(x)`
pub fn abs<E: Expression<Value: Value<Base: Number>>>(expression: E) -> Expr<E::Scope, E::Value> {
    one("abs", expression)
}

/// `now()`: the time at which the transaction began.
#[cfg(feature = "chrono")]
pub fn now() -> Expr<(), chrono::DateTime<chrono::Utc>> {
    Expr::new(Fragment::text("now()"), Wire::default())
}

/// `current_date`: the day on which the transaction began.
#[cfg(feature = "chrono")]
pub fn current_date() -> Expr<(), chrono::NaiveDate> {
    Expr::new(Fragment::text("current_date"), Wire::default())
}

/// A part of a date or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks, from Monday on.
    Week,
    /// Months.
    Month,
    /// Quarters of a year.
    Quarter,
    /// Years.
    Year,
}

impl Unit {
    fn literal(self) -> Fragment {
        Fragment::text(match self {
            Self::Second => "'second'",
            Self::Minute => "'minute'",
            Self::Hour => "'hour'",
            Self::Day => "'day'",
            Self::Week => "'week'",
            Self::Month => "'month'",
            Self::Quarter => "'quarter'",
            Self::Year => "'year'",
        })
    }
}

/// `date_trunc(unit, x)`: the point in time at which the unit began.
pub fn date_trunc<E: Expression<Value: Value<Base: Time>>>(
    unit: Unit,
    expression: E,
) -> Expr<E::Scope, Like<E::Value, <<E::Value as Value>::Base as Time>::Precise>> {
    // A date would become a timestamp with a time zone.
    let precise = <<E::Value as Value>::Base as Time>::Precise::sql_name();
    let expression = expression.into_expr().sql.cast(precise);
    Expr::new(
        Fragment::call("date_trunc", [unit.literal(), expression]),
        Wire::default(),
    )
}

/// `date_part(unit, x)`: the number of the unit, such as 3 for the month of a day in March.
pub fn date_part<E: Expression<Value: Value<Base: Time>>>(
    unit: Unit,
    expression: E,
) -> Expr<E::Scope, Like<E::Value, f64>> {
    Expr::new(
        Fragment::call("date_part", [unit.literal(), expression.into_expr().sql]),
        Wire::default(),
    )
}

/// A pattern for `like` in which nothing of this text has a meaning of its own.
///
/// ```
/// use rowsmith_runtime::sql::escape_like;
///
/// assert_eq!(escape_like("100%_\\"), r"100\%\_\\");
/// ```
pub fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What several conditions are together: NULL when one of them may be.
type Truth<C> = Expr<<C as Condition>::Scope, <<C as Condition>::Null as Nullability>::Of<bool>>;

/// Whether all of the conditions are true; `true` of none.
///
/// Conditions on several tables get the same type by `within`:
///
/// ```
/// use rowsmith_runtime::Expr;
/// use rowsmith_runtime::sql::any_of;
/// use rowsmith_test_trees::blog::{Post, User};
///
/// let mut wanted: Vec<Expr<(Post, User), bool>> = Vec::new();
/// for word in ["Ada", "engine"] {
///     wanted.push(User::NAME.contains_text(word).within());
///     wanted.push(Post::TITLE.contains_text(word).within());
/// }
/// let query = Post::select().join(Post::AUTHOR).filter(any_of(wanted));
/// assert!(query.to_sql().ends_with(
///     r#"WHERE "users"."name" LIKE $1 OR "posts"."title" LIKE $2 OR "users"."name" LIKE $3 OR "posts"."title" LIKE $4"#
/// ));
/// ```
pub fn all_of<C: Condition>(conditions: impl IntoIterator<Item = C>) -> Truth<C> {
    gather(conditions, Fragment::and, Fragment::ALWAYS)
}

/// Whether any of the conditions is true; `false` of none.
pub fn any_of<C: Condition>(conditions: impl IntoIterator<Item = C>) -> Truth<C> {
    gather(conditions, Fragment::or, "false::bool")
}

fn gather<C: Condition>(
    conditions: impl IntoIterator<Item = C>,
    combine: fn(Fragment, Fragment) -> Fragment,
    none: &'static str,
) -> Truth<C> {
    let conditions = conditions.into_iter().filter_map(C::condition);
    let sql = conditions.reduce(combine);
    // A bare constant can't be ordered or grouped by.
    let none = || Fragment::text(none);
    Expr::new(sql.unwrap_or_else(none), Wire::default())
}
