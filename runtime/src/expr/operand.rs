//! What may stand on the other side of an operator.

use std::borrow::Cow;

use super::{Expr, Fragment};
use crate::column::Wire;
use crate::scope::Shielded;
use crate::value::{NotNull, Nullability, Nullable, SqlType, Truth, Value, ValueOf};
use crate::{Column, Source};

/// What can be held against an expression of the type `V`: a value of the type, an `Option` of one
/// where the expression may be NULL, a column or another expression of the type.
#[diagnostic::on_unimplemented(
    message = "expected a value or an expression of the type `{V}`, found `{Self}`",
    label = "neither a value nor an expression of the type `{V}`",
    note = "`cast` turns an expression into one of another type",
    note = "what is never NULL is not compared with an `Option`, and not set to one"
)]
pub trait Operand<V: Value> {
    /// The tables that the expression on the left, `S`, and this one speak of.
    type Scope<S>;
    /// Whether it may be NULL.
    type Null: Nullability;

    /// The piece of SQL; `wire` says how values travel on the other side.
    #[doc(hidden)]
    fn operand(self, wire: Wire) -> Operated;
}

/// An operand as SQL.
#[doc(hidden)]
#[derive(Debug)]
pub struct Operated {
    pub(crate) sql: Fragment,
    /// It is the value NULL.
    pub(crate) is_null: bool,
}

impl Operated {
    fn value<T: SqlType>(value: T, wire: Wire) -> Self {
        Self {
            sql: Fragment::value(value, wire, Self::cast::<T>()),
            is_null: false,
        }
    }

    fn nullable<T: SqlType>(value: Option<T>, wire: Wire) -> Self {
        let is_null = value.is_none();
        Self {
            is_null,
            sql: Fragment::value(value, wire, Self::cast::<T>()),
        }
    }

    fn cast<T: SqlType>() -> Cow<'static, str> {
        match T::IS_RECORD {
            true => format!("::{}", T::sql_name()).into(),
            false => Cow::Borrowed(""),
        }
    }

    fn expression(sql: Fragment) -> Self {
        Self {
            sql,
            is_null: false,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Operand<T> for T {
    type Scope<S> = S;
    type Null = NotNull;

    fn operand(self, wire: Wire) -> Operated {
        Operated::value(self, wire)
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Operand<Option<T>> for T {
    type Scope<S> = S;
    type Null = NotNull;

    fn operand(self, wire: Wire) -> Operated {
        Operated::value(self, wire)
    }
}

#[diagnostic::do_not_recommend]
impl<T: SqlType> Operand<Option<T>> for Option<T> {
    type Scope<S> = S;
    type Null = Nullable;

    fn operand(self, wire: Wire) -> Operated {
        Operated::nullable(self, wire)
    }
}

/// What can be borrowed instead. Not in an `Option`: of several sorts, `None` would be of none.
macro_rules! borrowed {
    ($([$($generics:tt)*] $borrowed:ty => $owned:ty: $convert:expr;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<$owned> for $borrowed {
            type Scope<S> = S;
            type Null = NotNull;

            fn operand(self, wire: Wire) -> Operated {
                let convert: fn(Self) -> $owned = $convert;
                Operated::value(convert(self), wire)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<Option<$owned>> for $borrowed {
            type Scope<S> = S;
            type Null = NotNull;

            fn operand(self, wire: Wire) -> Operated {
                let convert: fn(Self) -> $owned = $convert;
                Operated::value(convert(self), wire)
            }
        }
    )+};
}

borrowed! {
    [] &str => String: str::to_owned;
    [] &String => String: String::clone;
    [] Cow<'_, str> => String: Cow::into_owned;
    [] &[u8] => Vec<u8>: <[u8]>::to_vec;
    [const N: usize] &[u8; N] => Vec<u8>: |bytes| bytes.to_vec();
    [T: crate::Element + Clone] &[T] => Vec<T>: <[T]>::to_vec;
    [T: crate::Element, const N: usize] [T; N] => Vec<T>: Vec::from;
    [const N: usize] [&str; N] => Vec<String>: |texts| texts.map(str::to_owned).into();
}

#[diagnostic::do_not_recommend]
impl<V: Value, T: Source, W: ValueOf<V::Base>, A> Operand<V> for Column<T, W, A> {
    type Scope<S> = (S, T);
    type Null = W::Null;

    fn operand(self, _: Wire) -> Operated {
        Operated::expression(self.into_expr().sql)
    }
}

#[diagnostic::do_not_recommend]
impl<V: Value, F, W: ValueOf<V::Base>, K> Operand<V> for Expr<F, W, K> {
    type Scope<S> = (S, F);
    type Null = W::Null;

    fn operand(self, _: Wire) -> Operated {
        Operated::expression(self.sql)
    }
}

/// An expression: what functions take.
///
/// Columns and [`Expr`] are expressions, and values are, as parameters of their own type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no expression",
    label = "expected a column, an expression or a value"
)]
pub trait Expression {
    /// The tables that it speaks of.
    type Scope;
    /// The type of its value.
    type Value: Value;
    /// What kind of expression it is.
    type Kind;

    /// The expression.
    fn into_expr(self) -> Expr<Self::Scope, Self::Value, Self::Kind>;
}

impl<T: Source, V: Value, A> Expression for Column<T, V, A> {
    type Scope = T;
    type Value = V;
    type Kind = super::Plain;

    fn into_expr(self) -> Expr<T, V> {
        Column::into_expr(self)
    }
}

impl<F, V: Value, K> Expression for Expr<F, V, K> {
    type Scope = F;
    type Value = V;
    type Kind = K;

    fn into_expr(self) -> Self {
        self
    }
}

impl<V: SqlType> Expression for V {
    type Scope = ();
    type Value = V;
    type Kind = super::Plain;

    fn into_expr(self) -> Expr<(), V> {
        let cast = format!("::{}", V::sql_name());
        Expr::new(
            Fragment::value(self, Wire::default(), cast),
            Wire::default(),
        )
    }
}

impl<V: SqlType> Expression for Option<V> {
    type Scope = ();
    type Value = Option<V>;
    type Kind = super::Plain;

    fn into_expr(self) -> Expr<(), Option<V>> {
        let cast = format!("::{}", V::sql_name());
        Expr::new(
            Fragment::value(self, Wire::default(), cast),
            Wire::default(),
        )
    }
}

impl Expression for &str {
    type Scope = ();
    type Value = String;
    type Kind = super::Plain;

    fn into_expr(self) -> Expr<(), String> {
        self.to_owned().into_expr()
    }
}

/// The conditions of a filter: an expression that is true or not, a column that is, or an `Option` of
/// one, where `None` leaves the rows as they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no condition",
    label = "expected an expression of the type `bool`",
    note = "comparisons are conditions: `User::NAME.eq(\"Ada\")`"
)]
pub trait Condition {
    /// The tables that it speaks of.
    type Scope;
    /// Whether it may be NULL.
    type Null: Nullability;

    #[doc(hidden)]
    fn condition(self) -> Option<Fragment>;
}

#[diagnostic::do_not_recommend]
impl<F, V: Truth, K> Condition for Expr<F, V, K> {
    type Scope = F;
    type Null = V::Null;

    fn condition(self) -> Option<Fragment> {
        Some(self.sql)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Source, V: Truth, A> Condition for Column<T, V, A> {
    type Scope = T;
    type Null = V::Null;

    fn condition(self) -> Option<Fragment> {
        Some(self.into_expr().sql)
    }
}

#[diagnostic::do_not_recommend]
impl<C: Condition> Condition for Option<C> {
    type Scope = C::Scope;
    type Null = C::Null;

    fn condition(self) -> Option<Fragment> {
        self.and_then(C::condition)
    }
}

impl<F, V, K> Expr<F, V, K> {
    /// The expression, which no left join makes NULL.
    pub(crate) fn shielded<W>(self, sql: Fragment) -> Expr<Shielded<F>, W> {
        Expr::new(sql, Wire::default())
    }
}
