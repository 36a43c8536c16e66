//! Random expressions of any type.

use std::cmp::Ordering;
use std::marker::PhantomData;
use std::rc::Rc;

use rowsmith_runtime::sql::{self, coalesce, greatest, least, nullif, val, when};
use rowsmith_runtime::{Element, In, SqlType};

use crate::both::{Both, Right, Rust, Sql, one, operate, two};
use crate::chance::Chance;
use crate::scopes::{Columns, Scope};

/// A type that there are random expressions of.
pub trait Kind: SqlType + Clone + std::fmt::Debug {
    /// A value.
    fn value(chance: &mut Chance) -> Self;

    /// The columns of this type.
    fn columns<S>(columns: &Columns<S>) -> &[Both<S, Self>];

    /// Whether it has an order that is as simple in Rust.
    const IS_ORDERED: bool = true;

    /// How the server compares two of them.
    fn order(&self, other: &Self) -> Ordering;

    /// An expression that needs no column of this type.
    fn without_column<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
    ) -> Both<S, Self> {
        generator.constant()
    }

    /// An expression that only this type has.
    fn special<S: Scope + In<S, I>, I>(
        generator: &mut Generator<'_, S, I>,
        depth: u32,
    ) -> Both<S, Self>;
}

/// Makes expressions on the tables `S`.
pub struct Generator<'c, S, I> {
    pub chance: &'c mut Chance,
    columns: Columns<S>,
    of: PhantomData<fn() -> I>,
}

impl<'c, S: Scope + In<S, I>, I> Generator<'c, S, I> {
    pub fn new(chance: &'c mut Chance) -> Self {
        Self {
            chance,
            columns: S::columns(),
            of: PhantomData,
        }
    }

    pub fn value<T: Kind>(&mut self) -> T {
        let value = T::value(self.chance);
        self.chance.values.push(format!("{value:?}"));
        value
    }

    /// Whether there is a column of this type. Without one, expressions are of values alone.
    pub fn has<T: Kind>(&self) -> bool {
        !T::columns(&self.columns).is_empty()
    }

    /// An expression of at most this depth. Depths of more than four let numbers overflow.
    pub fn any<T: Kind>(&mut self, depth: u32) -> Both<S, T> {
        if depth == 0 || self.has::<T>() && self.chance.one_in(5) {
            return self.leaf();
        }
        match self.chance.below(14) {
            0 => self.coalesce(depth - 1),
            1 => self.nullif(depth - 1),
            2 if T::IS_ORDERED => self.extreme(depth - 1),
            3 => self.case(depth - 1),
            _ => T::special(self, depth - 1),
        }
    }

    /// A column, or sometimes a value or NULL.
    pub fn leaf<T: Kind>(&mut self) -> Both<S, T> {
        let columns = T::columns(&self.columns);
        if !columns.is_empty() && !self.chance.one_in(8) {
            return self.chance.pick(columns).clone();
        }
        T::without_column(self)
    }

    pub fn constant<T: Kind>(&mut self) -> Both<S, T> {
        if self.chance.one_in(6) {
            let null = Sql::Maybe(val(None::<T>).within::<S, _>());
            return Both::new(null, |_| None);
        }
        let value = self.value::<T>();
        let sql = Sql::Never(val(value.clone()).within::<S, _>());
        Both::new(sql, move |_| Some(value.clone()))
    }

    /// What is to stand on the right of an operator, and what it comes to.
    pub fn right<T: Kind>(&mut self, depth: u32) -> (Right<S, T>, Rust<T>) {
        match self.chance.below(12) {
            0 => (Right::Null, Rc::new(|_| None)),
            1..6 => {
                let value = self.value::<T>();
                (
                    Right::Value(value.clone()),
                    Rc::new(move |_| Some(value.clone())),
                )
            }
            _ => {
                let Both { sql, rust } = self.any(depth);
                (Right::Sql(sql), rust)
            }
        }
    }

    fn coalesce<T: Kind>(&mut self, depth: u32) -> Both<S, T> {
        let Both { sql: left, rust } = self.any::<T>(depth);
        let (right, other) = self.right::<T>(depth);
        // There is a function of it and a method.
        let sql = match self.chance.one_in(2) {
            true => operate!(left, right, T, |x, y| coalesce(x, y)),
            false => operate!(left, right, T, |x, y| x.coalesce(y)),
        };
        Both::new(sql, move |rows| rust(rows).or_else(|| other(rows)))
    }

    fn nullif<T: Kind>(&mut self, depth: u32) -> Both<S, T> {
        let Both { sql: left, rust } = self.any::<T>(depth);
        let (right, other) = self.right::<T>(depth);
        let sql: Sql<S, T> = operate!(left, right, T, |x, y| nullif(x, y));
        Both::new(sql, move |rows| {
            let value = rust(rows)?;
            let same = other(rows).is_some_and(|other| value.order(&other).is_eq());
            (!same).then_some(value)
        })
    }

    fn extreme<T: Kind>(&mut self, depth: u32) -> Both<S, T> {
        let Both { sql: left, rust } = self.any::<T>(depth);
        let (right, other) = self.right::<T>(depth);
        let larger = self.chance.one_in(2);
        let sql = match larger {
            true => operate!(left, right, T, |x, y| greatest(x, y)),
            false => operate!(left, right, T, |x, y| least(x, y)),
        };
        Both::new(sql, move |rows| {
            let (Some(value), Some(other)) = (rust(rows), other(rows)) else {
                return rust(rows).or_else(|| other(rows));
            };
            let order = other.order(&value);
            let beyond = if larger { order.is_gt() } else { order.is_lt() };
            Some(if beyond { other } else { value })
        })
    }

    fn case<T: Kind>(&mut self, depth: u32) -> Both<S, T> {
        let condition = self.any::<bool>(depth);
        let Both { sql: then, rust } = self.any::<T>(depth);
        let (right, other) = self.right::<T>(depth);
        let first = condition.expr();
        match self.chance.below(3) {
            0 => {
                let sql: Sql<S, T> = one!(then, |x| when(first, x).end());
                Both::new(sql, move |rows| match condition.holds(rows) {
                    true => rust(rows),
                    false => None,
                })
            }
            1 => {
                let sql: Sql<S, T> = operate!(then, right, T, |x, y| when(first, x).otherwise(y));
                Both::new(sql, move |rows| match condition.holds(rows) {
                    true => rust(rows),
                    false => other(rows),
                })
            }
            _ => {
                let second = self.any::<bool>(depth);
                let between = self.any::<T>(depth);
                let (condition_2, value_2) = (second.expr(), between.expr());
                let sql: Sql<S, T> = operate!(then, right, T, |x, y| when(first, x)
                    .when(condition_2, value_2)
                    .otherwise(y));
                Both::new(sql, move |rows| {
                    if condition.holds(rows) {
                        rust(rows)
                    } else if second.holds(rows) {
                        between.eval(rows)
                    } else {
                        other(rows)
                    }
                })
            }
        }
    }

    /// A comparison of two expressions of one type.
    pub fn comparison<T: Kind>(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql: left, rust } = self.any::<T>(depth);
        let (right, other) = self.right::<T>(depth);
        let is_null = matches!(right, Right::Null);
        let operator = self.chance.below(8);
        let sql: Sql<S, bool> = match operator {
            0 => operate!(left, right, T, |x, y| x.eq(y)),
            1 => operate!(left, right, T, |x, y| x.ne(y)),
            2 => operate!(left, right, T, |x, y| x.lt(y)),
            3 => operate!(left, right, T, |x, y| x.le(y)),
            4 => operate!(left, right, T, |x, y| x.gt(y)),
            5 => operate!(left, right, T, |x, y| x.ge(y)),
            6 => operate!(left, right, T, |x, y| x.is_distinct_from(y)),
            _ => operate!(left, right, T, |x, y| x.is_not_distinct_from(y)),
        };
        Both::new(sql, move |rows| {
            let (value, other) = (rust(rows), other(rows));
            let order = value.as_ref().zip(other.as_ref());
            let order = order.map(|(value, other)| value.order(other));
            match operator {
                0 if is_null => Some(value.is_none()),
                1 if is_null => Some(value.is_some()),
                0 => order.map(Ordering::is_eq),
                1 => order.map(Ordering::is_ne),
                2 => order.map(Ordering::is_lt),
                3 => order.map(Ordering::is_le),
                4 => order.map(Ordering::is_gt),
                5 => order.map(Ordering::is_ge),
                _ => {
                    let same = match order {
                        Some(order) => order.is_eq(),
                        None => value.is_none() && other.is_none(),
                    };
                    Some(same == (operator == 7))
                }
            }
        })
    }

    pub fn between<T: Kind>(&mut self, depth: u32) -> Both<S, bool> {
        let of = self.any::<T>(depth);
        let bounds = match self.chance.one_in(2) {
            true => Ok((self.value::<T>(), self.value::<T>())),
            false => Err((self.any::<T>(depth), self.any::<T>(depth))),
        };
        let negated = self.chance.one_in(2);
        let sql: Sql<S, bool> = match (bounds.clone(), negated) {
            (Ok((low, high)), false) => one!(of.sql, |x| x.between(low, high)),
            (Ok((low, high)), true) => one!(of.sql, |x| x.not_between(low, high)),
            (Err((low, high)), _) => {
                let (low, high) = (low.expr(), high.expr());
                match negated {
                    false => one!(of.sql, |x| x.nullable().between(low, high)),
                    true => one!(of.sql, |x| x.nullable().not_between(low, high)),
                }
            }
        };
        let rust = of.rust;
        Both::new(sql, move |rows| {
            let (low, high) = match &bounds {
                Ok((low, high)) => (Some(low.clone()), Some(high.clone())),
                Err((low, high)) => (low.eval(rows), high.eval(rows)),
            };
            let value = rust(rows)?;
            let above = low.map(|low| value.order(&low).is_ge());
            let below = high.map(|high| value.order(&high).is_le());
            and(above, below).map(|inside| inside != negated)
        })
    }

    pub fn membership<T: Kind + Element>(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql, rust } = self.any::<T>(depth);
        // PostgreSQL 15 makes an inner join of a left one where it takes `x = ANY('{}')` for NULL
        // when `x` is: `(x = ANY('{}')) = ANY('{f}')` leaves out rows without a counterpart.
        let least = usize::from(S::IS_LEFT_JOINED);
        let count = least + self.chance.below(4 - least);
        let values: Vec<T> = (0..count).map(|_| self.value()).collect();
        let negated = self.chance.one_in(2);
        let sent = values.clone();
        let sql: Sql<S, bool> = match negated {
            false => one!(sql, |x| x.in_(sent)),
            true => one!(sql, |x| x.not_in(sent)),
        };
        Both::new(sql, move |rows| {
            // Of no values it is known without the value, even when that is NULL.
            if values.is_empty() {
                return Some(negated);
            }
            let value = rust(rows)?;
            let found = values.iter().any(|other| value.order(other).is_eq());
            Some(found != negated)
        })
    }

    pub fn null_test<T: Kind>(&mut self, depth: u32) -> Both<S, bool> {
        let of = self.any::<T>(depth);
        let negated = self.chance.one_in(2);
        let sql: Sql<S, bool> = match negated {
            false => Sql::from(of.expr().is_null().within::<S, _>()),
            true => Sql::from(of.expr().is_not_null().within::<S, _>()),
        };
        Both::new(sql, move |rows| Some(of.eval(rows).is_none() != negated))
    }

    /// `AND`, `OR`, `NOT` and their like.
    pub fn connective(&mut self, depth: u32) -> Both<S, bool> {
        let Both { sql: left, rust } = self.any::<bool>(depth);
        if self.chance.one_in(4) {
            let sql: Sql<S, bool> = one!(left, |x| !x);
            return Both::new(sql, move |rows| rust(rows).map(|value| !value));
        }
        if self.chance.one_in(8) {
            let sql: Sql<S, bool> = one!(left, |x| x.is_true());
            return Both::new(sql, move |rows| Some(rust(rows) == Some(true)));
        }
        let Both {
            sql: right,
            rust: other,
        } = self.any::<bool>(depth);
        let all = self.chance.one_in(2);
        let sql: Sql<S, bool> = match (all, self.chance.below(3)) {
            (true, 0) => two!(left, right, |x, y| x & y),
            (true, 1) => two!(left, right, |x, y| x.and(y)),
            (false, 0) => two!(left, right, |x, y| x | y),
            (false, 1) => two!(left, right, |x, y| x.or(y)),
            (true, _) => {
                let mut all = left.nullable();
                all &= right.nullable();
                Sql::Maybe(all)
            }
            (false, _) => {
                let mut any = left.nullable();
                any |= right.nullable();
                Sql::Maybe(any)
            }
        };
        let combine = if all { and } else { or };
        Both::new(sql, move |rows| combine(rust(rows), other(rows)))
    }

    /// Of several conditions, or of none.
    pub fn gathered(&mut self, depth: u32) -> Both<S, bool> {
        let count = self.chance.below(4);
        let conditions: Vec<_> = (0..count).map(|_| self.any::<bool>(depth)).collect();
        let expressions = conditions.iter().map(Both::expr);
        let all = self.chance.one_in(2);
        let sql: Sql<S, bool> = match all {
            true => Sql::from(sql::all_of(expressions).within::<S, _>()),
            false => Sql::from(sql::any_of(expressions).within::<S, _>()),
        };
        Both::new(sql, move |rows| {
            let values = conditions.iter().map(|of| of.eval(rows));
            match all {
                true => values.fold(Some(true), and),
                false => values.fold(Some(false), or),
            }
        })
    }
}

pub fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    let not = |value: Option<bool>| value.map(|value| !value);
    not(and(not(a), not(b)))
}
