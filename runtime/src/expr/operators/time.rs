//! Points in time.

use super::{Of, OfBase, methods};
use crate::Interval;
use crate::column::Wire;
use crate::expr::{Expr, Expression, Level, Operand};
use crate::value::{Time, Value};

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

impl<S, V: Value, K> Expr<S, V, K> {
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
}
