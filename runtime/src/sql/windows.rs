//! Window functions ([manual, 9.22](https://www.postgresql.org/docs/current/functions-window.html)).

use std::marker::PhantomData;

use super::aggregates::{Aggregate, Filtered};
use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment, Ordering, Term};
use crate::scope::Shielded;
use crate::value::{SqlType, Value};

/// The rows that a window function looks at: all of the result, until
/// [`partition_by`](Window::partition_by) and [`order_by`](Window::order_by) say otherwise.
///
/// ```
/// use rowsmith_runtime::sql::{rank, sum, window};
/// use rowsmith_test_trees::blog::Post;
///
/// let of_author = window().partition_by(Post::AUTHOR_ID).order_by(Post::SCORE.desc());
/// let query = Post::select().columns((
///     Post::TITLE,
///     rank().over(of_author),
///     sum(Post::SCORE).over(window().partition_by(Post::AUTHOR_ID)),
/// ));
/// assert_eq!(
///     query.to_sql(),
///     r#"SELECT "title", rank() OVER (PARTITION BY "author_id" ORDER BY "score" DESC), sum("score") OVER (PARTITION BY "author_id") FROM "public"."posts""#
/// );
/// ```
pub fn window() -> Window<()> {
    Window {
        partition_by: Vec::new(),
        order_by: Vec::new(),
        frame: "",
        of: PhantomData,
    }
}

/// What [`window`] begins.
#[derive(Debug)]
pub struct Window<S> {
    partition_by: Vec<Fragment>,
    order_by: Vec<Term>,
    frame: &'static str,
    of: PhantomData<fn() -> S>,
}

impl<S> Clone for Window<S> {
    fn clone(&self) -> Self {
        Self {
            partition_by: self.partition_by.clone(),
            order_by: self.order_by.clone(),
            frame: self.frame,
            of: PhantomData,
        }
    }
}

impl<S> Window<S> {
    /// Only the rows that have the same values in these columns or expressions.
    pub fn partition_by<T: Ordering>(self, by: T) -> Window<(S, Shielded<T::Scope>)> {
        let mut partition_by = self.partition_by;
        partition_by.extend(by.terms().into_iter().map(|term| term.sql));
        Window {
            partition_by,
            order_by: self.order_by,
            frame: self.frame,
            of: PhantomData,
        }
    }

    /// The order of the rows. Aggregates then look at the rows up to this one and those equal to it.
    pub fn order_by<T: Ordering>(self, order: T) -> Window<(S, Shielded<T::Scope>)> {
        let mut order_by = self.order_by;
        order_by.extend(order.terms());
        Window {
            partition_by: self.partition_by,
            order_by,
            frame: self.frame,
            of: PhantomData,
        }
    }

    /// The frame of rows in SQL, which is known when the program is compiled:
    /// `ROWS BETWEEN 3 PRECEDING AND CURRENT ROW`.
    pub fn frame(mut self, frame: &'static str) -> Self {
        self.frame = frame;
        self
    }

    fn over(self, function: Fragment) -> Fragment {
        let mut sql = function.with_text(" OVER (");
        let mut space = "";
        if !self.partition_by.is_empty() {
            sql = sql.with_text("PARTITION BY ").with_list(self.partition_by);
            space = " ";
        }
        if !self.order_by.is_empty() {
            let terms = self.order_by.iter().map(Term::fragment);
            sql = sql.with_text(space).with_text("ORDER BY ").with_list(terms);
            space = " ";
        }
        if !self.frame.is_empty() {
            sql = sql.with_text(space).with_text(self.frame);
        }
        sql.with_text(")")
    }
}

/// A window function without its window, which follows with [`over`](WindowFunction::over).
#[derive(Debug)]
#[must_use = "it becomes an expression by `over`"]
pub struct WindowFunction<S, V> {
    sql: Fragment,
    wire: Wire,
    of: PhantomData<fn() -> (S, V)>,
}

impl<S, V> Clone for WindowFunction<S, V> {
    fn clone(&self) -> Self {
        Self {
            sql: self.sql.clone(),
            wire: self.wire,
            of: PhantomData,
        }
    }
}

impl<S, V> WindowFunction<S, V> {
    fn new(sql: Fragment, wire: Wire) -> Self {
        Self {
            sql,
            wire,
            of: PhantomData,
        }
    }

    /// The window that it looks at.
    pub fn over<F>(self, window: Window<F>) -> Expr<(S, F), V> {
        Expr::new(window.over(self.sql), self.wire)
    }
}

impl<S, V> Expr<S, V, Aggregate> {
    /// The aggregate of the rows of a window, for each row.
    pub fn over<F>(self, window: Window<F>) -> Expr<(S, F), V> {
        let wire = self.wire;
        Expr::new(window.over(self.sql), wire)
    }
}

impl<S, V> Expr<S, V, Filtered> {
    /// The aggregate of the rows of a window, for each row.
    pub fn over<F>(self, window: Window<F>) -> Expr<(S, F), V> {
        let wire = self.wire;
        Expr::new(window.over(self.sql), wire)
    }
}

fn plain<V>(name: &'static str) -> WindowFunction<(), V> {
    WindowFunction::new(Fragment::call(name, []), Wire::default())
}

/// `row_number()`: the number of the row in its window, from 1 on.
pub fn row_number() -> WindowFunction<(), i64> {
    plain("row_number")
}

/// `rank()`: the same for rows that are equal in the order, with gaps after them.
pub fn rank() -> WindowFunction<(), i64> {
    plain("rank")
}

/// `dense_rank()`: as `rank`, without gaps.
pub fn dense_rank() -> WindowFunction<(), i64> {
    plain("dense_rank")
}

/// `percent_rank()`: the rank between 0 and 1.
pub fn percent_rank() -> WindowFunction<(), f64> {
    plain("percent_rank")
}

/// `ntile(buckets)`: the number of the bucket, where the rows are dealt out to so many.
pub fn ntile(buckets: i32) -> WindowFunction<(), i32> {
    let buckets = buckets.into_expr().sql;
    WindowFunction::new(Fragment::call("ntile", [buckets]), Wire::default())
}

/// `lag(x)`: the value in the row before this one; NULL in the first.
pub fn lag<E: Expression>(
    expression: E,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("lag", expression, None)
}

/// `lag(x, rows)`: the value so many rows before this one.
pub fn lag_by<E: Expression>(
    expression: E,
    rows: i32,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("lag", expression, Some(rows))
}

/// `lead(x)`: the value in the row after this one; NULL in the last.
pub fn lead<E: Expression>(
    expression: E,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("lead", expression, None)
}

/// `lead(x, rows)`: the value so many rows after this one.
pub fn lead_by<E: Expression>(
    expression: E,
    rows: i32,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("lead", expression, Some(rows))
}

/// `first_value(x)`: the value in the first row of the window.
pub fn first_value<E: Expression>(
    expression: E,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("first_value", expression, None)
}

/// `last_value(x)`: the value in the last row of the window, which by itself ends with this row and
/// those equal to it.
pub fn last_value<E: Expression>(
    expression: E,
) -> WindowFunction<E::Scope, Option<<E::Value as Value>::Base>> {
    neighbour("last_value", expression, None)
}

fn neighbour<E: Expression, T: SqlType>(
    name: &'static str,
    expression: E,
    rows: Option<i32>,
) -> WindowFunction<E::Scope, Option<T>> {
    let Expr { sql, wire, .. } = expression.into_expr();
    let rows = rows.map(|rows| rows.into_expr().sql);
    WindowFunction::new(Fragment::call(name, [sql].into_iter().chain(rows)), wire)
}
