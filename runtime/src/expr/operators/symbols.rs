//! The operators of Rust: `&`, `|`, `!` and those of arithmetic.

use std::ops::{Add, BitAnd, BitAndAssign, BitOr, BitOrAssign, Div, Mul, Not, Rem, Sub};

use super::Of;
use crate::column::Wire;
use crate::expr::{Expr, Expression, Operand, Plain};
use crate::scope::Shielded;
use crate::value::{Either, NotNull, Nullable, Number, Truth, Value};
use crate::{Column, Source};

/// `&`, `|` and `!` of conditions, and `+`, `-`, `*`, `/` and `%` of numbers.
macro_rules! operators {
    ([$($generics:tt)*] $this:ty) => {
        impl<$($generics)*, R> BitAnd<R> for $this
        where
            V: Truth,
            R: Expression<Value: Truth>,
        {
            type Output = Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>;

            fn bitand(self, other: R) -> Self::Output {
                self.and(other)
            }
        }

        impl<$($generics)*, R> BitOr<R> for $this
        where
            V: Truth,
            R: Expression<Value: Truth>,
        {
            type Output = Expr<(S, R::Scope), Either<V::Null, <R::Value as Value>::Null, bool>>;

            fn bitor(self, other: R) -> Self::Output {
                self.or(other)
            }
        }

        impl<$($generics)*> Not for $this
        where
            V: Truth,
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

/// The same tables as those of the scope `S`.
#[diagnostic::on_unimplemented(
    message = "a condition on `{S}` can't take up one on `{Self}`",
    note = "`within` gives conditions a common type: `let mut any: Expr<(User, Post), bool> = first.within();`"
)]
pub trait SameTables<S> {}

#[diagnostic::do_not_recommend]
impl<S> SameTables<S> for S {}
#[diagnostic::do_not_recommend]
impl<S> SameTables<S> for Shielded<S> {}

/// Never NULL where something of the nullability `N` is not.
#[diagnostic::on_unimplemented(
    message = "a condition that is never NULL can't take up one that may be",
    note = "begin with `.nullable()`"
)]
pub trait NoMoreThan<N> {}

#[diagnostic::do_not_recommend]
impl<N> NoMoreThan<N> for NotNull {}
#[diagnostic::do_not_recommend]
impl NoMoreThan<Nullable> for Nullable {}

/// Another condition on the same tables, as in a loop.
impl<S, V: Truth, R> BitAndAssign<R> for Expr<S, V, Plain>
where
    R: Expression<Scope: SameTables<S>, Value: Truth>,
    <R::Value as Value>::Null: NoMoreThan<V::Null>,
{
    fn bitand_assign(&mut self, other: R) {
        let this = std::mem::take(&mut self.sql);
        self.sql = this.and(other.into_expr().sql);
    }
}

/// Another condition on the same tables, as in a loop.
impl<S, V: Truth, R> BitOrAssign<R> for Expr<S, V, Plain>
where
    R: Expression<Scope: SameTables<S>, Value: Truth>,
    <R::Value as Value>::Null: NoMoreThan<V::Null>,
{
    fn bitor_assign(&mut self, other: R) {
        let this = std::mem::take(&mut self.sql);
        self.sql = this.or(other.into_expr().sql);
    }
}
