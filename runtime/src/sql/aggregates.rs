//! Aggregates: one value of many rows.

use crate::column::Wire;
use crate::expr::{Condition, Expr, Expression, Fragment, Ordering, Part};
use crate::scope::Shielded;
use crate::value::{Average, SqlType, Sum, Text, Truth, Value};

/// The kind of an aggregate, which may have a filter and an order, and may be a window function.
#[derive(Debug)]
pub struct Aggregate;

/// The kind of an aggregate that has a filter already.
#[derive(Debug)]
pub struct Filtered;

/// `count(*)`: the number of rows.
pub fn count() -> Expr<(), i64, Aggregate> {
    Expr::new(
        Fragment::call("count", [Fragment::text("*")]),
        Wire::default(),
    )
}

/// `count(x)`: the number of rows for which it is not NULL.
pub fn count_of<E: Expression>(expression: E) -> Expr<Shielded<E::Scope>, i64, Aggregate> {
    aggregate("count", expression, Wire::default())
}

/// `count(DISTINCT x)`: the number of different values.
pub fn count_distinct<E: Expression>(expression: E) -> Expr<Shielded<E::Scope>, i64, Aggregate> {
    count_of(expression).distinct()
}

/// `sum(x)`, in the type in which PostgreSQL adds up: of `i32` an `i64`, of `i64` a decimal. NULL of no
/// rows.
pub fn sum<E: Expression<Value: Value<Base: Sum>>>(
    expression: E,
) -> Expr<E::Scope, Option<<<E::Value as Value>::Base as Sum>::Output>, Aggregate> {
    aggregate("sum", expression, Wire::default())
}

/// `avg(x)`: of integers a decimal, of `f32` and `f64` an `f64`. NULL of no rows.
pub fn avg<E: Expression<Value: Value<Base: Average>>>(
    expression: E,
) -> Expr<E::Scope, Option<<<E::Value as Value>::Base as Average>::Output>, Aggregate> {
    aggregate("avg", expression, Wire::default())
}

/// `min(x)`: the smallest value. NULL of no rows.
pub fn min<E: Expression>(
    expression: E,
) -> Expr<E::Scope, Option<<E::Value as Value>::Base>, Aggregate> {
    extreme("min", expression)
}

/// `max(x)`: the largest value. NULL of no rows.
pub fn max<E: Expression>(
    expression: E,
) -> Expr<E::Scope, Option<<E::Value as Value>::Base>, Aggregate> {
    extreme("max", expression)
}

/// `array_agg(x)`: all values, NULL among them, in an array. NULL of no rows.
///
/// Of a column of a left join, which may be NULL though its type says it is not, `.nullable()` says so.
pub fn array_agg<E: Expression>(expression: E) -> Expr<E::Scope, Option<Vec<E::Value>>, Aggregate>
where
    Vec<E::Value>: SqlType,
{
    let expression = expression.into_expr();
    let wire = Wire {
        // What travels as text does so in an array as well.
        read: expression.wire.read.map(|_| "text[]"),
        sent: None,
    };
    aggregate("array_agg", expression, wire)
}

/// `string_agg(x, separator)`: all values that are not NULL, in one text. NULL of no rows.
pub fn string_agg<E: Expression<Value: Value<Base: Text>>>(
    expression: E,
    separator: &str,
) -> Expr<E::Scope, Option<String>, Aggregate> {
    let separator = separator.into_expr().sql;
    let call = Fragment::call("string_agg", [expression.into_expr().sql, separator]);
    Expr::new(call, Wire::default())
}

/// `json_agg(x)`: all values in a JSON array. NULL of no rows.
#[cfg(feature = "json")]
pub fn json_agg<E: Expression>(
    expression: E,
) -> Expr<E::Scope, Option<serde_json::Value>, Aggregate> {
    aggregate("json_agg", expression, Wire::default())
}

/// `jsonb_agg(x)`: all values in a JSON array. NULL of no rows.
#[cfg(feature = "json")]
pub fn jsonb_agg<E: Expression>(
    expression: E,
) -> Expr<E::Scope, Option<serde_json::Value>, Aggregate> {
    aggregate("jsonb_agg", expression, Wire::default())
}

/// `bool_and(x)`: whether it is true for all rows. NULL of no rows.
pub fn bool_and<E: Expression<Value: Truth>>(
    expression: E,
) -> Expr<E::Scope, Option<bool>, Aggregate> {
    aggregate("bool_and", expression, Wire::default())
}

/// `bool_or(x)`: whether it is true for any row. NULL of no rows.
pub fn bool_or<E: Expression<Value: Truth>>(
    expression: E,
) -> Expr<E::Scope, Option<bool>, Aggregate> {
    aggregate("bool_or", expression, Wire::default())
}

fn aggregate<E: Expression, S, V>(
    name: &'static str,
    expression: E,
    wire: Wire,
) -> Expr<S, V, Aggregate> {
    Expr::new(Fragment::call(name, [expression.into_expr().sql]), wire)
}

fn extreme<E: Expression, V>(name: &'static str, expression: E) -> Expr<E::Scope, V, Aggregate> {
    let expression = expression.into_expr();
    let wire = expression.wire;
    aggregate(name, expression, wire)
}

const ORDER_BY: &str = " ORDER BY ";
const OF_ROWS: &str = "`count()` counts rows, which are neither distinct nor in an order: `count_of`, `count_distinct`";

impl<S, V> Expr<S, V, Aggregate> {
    /// Whether it is `count(*)`.
    fn is_of_rows(&self) -> bool {
        matches!(self.sql.parts.get(2), Some(Part::Text(text)) if text == "*")
    }

    /// `sum(DISTINCT x)`: each value once.
    pub fn distinct(mut self) -> Self {
        if self.is_of_rows() {
            return Expr::new(Fragment::invalid(OF_ROWS), self.wire);
        }
        // After the name and the parenthesis.
        self.sql.parts.insert(2, Part::Text("DISTINCT ".into()));
        self
    }

    /// `… FILTER (WHERE condition)`: only of the rows for which the condition is true.
    pub fn filter<C: Condition>(self, condition: C) -> Expr<(S, Shielded<C::Scope>), V, Filtered> {
        let wire = self.wire;
        let sql = match condition.condition() {
            Some(condition) => self
                .sql
                .with_text(" FILTER (WHERE ")
                .with(condition)
                .with_text(")"),
            None => self.sql,
        };
        Expr::new(sql, wire)
    }

    /// `array_agg(x ORDER BY y)`: the order in which the rows are put together.
    pub fn order_by<T: Ordering>(self, order: T) -> Expr<(S, Shielded<T::Scope>), V, Aggregate> {
        let is_of_rows = self.is_of_rows();
        let Self { mut sql, wire, .. } = self;
        if is_of_rows {
            return Expr::new(Fragment::invalid(OF_ROWS), wire);
        }
        let is_ordered = |part: &Part| matches!(part, Part::Text(text) if text == ORDER_BY);
        let word = match sql.parts.iter().any(is_ordered) {
            true => ", ",
            false => ORDER_BY,
        };
        // The parenthesis that closes the call is its last part.
        let last = sql.parts.pop();
        let mut sql = sql.with_text(word);
        sql = sql.with_list(order.terms().iter().map(|term| term.fragment()));
        sql.parts.extend(last);
        Expr::new(sql, wire)
    }
}
