//! Arrays and ranges, and what contains what.

use std::borrow::Cow;

use super::{Of, methods};
use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment, Level, Operand};
use crate::value::{Array, Container, Element, IsRange, Like, Overlap, SqlType, Value};
use crate::{Multirange, NdArray, Range};

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

    /// Whether this is one of the array's elements (`$1 = ANY(self)`) or within the range or multirange
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
        V::Base: Array,
    {
        Expr::new(Fragment::call("cardinality", [self.into_expr().sql]), Wire::default())
    }
}

methods! {
    /// `self << other`: whether all of it is below all of the other.
    pub fn left_of<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: IsRange,
        R: Operand<V>,
    {
        self.into_expr().compare(other, " << ")
    }

    /// `self >> other`: whether all of it is above all of the other.
    pub fn right_of<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: IsRange,
        R: Operand<V>,
    {
        self.into_expr().compare(other, " >> ")
    }

    /// `self -|- other`: whether the one begins where the other ends.
    pub fn adjacent_to<R>(self, other: R) -> Expr<R::Scope<S>, Of<V, R, bool>>
    where
        V::Base: IsRange,
        R: Operand<V>,
    {
        self.into_expr().compare(other, " -|- ")
    }

    /// `lower(self)`: the lower bound; NULL where there is none.
    pub fn lower_bound(self) -> Expr<S, Option<<V::Base as IsRange>::Element>>
    where
        V::Base: IsRange,
    {
        Expr::new(Fragment::call("lower", [self.into_expr().sql]), Wire::default())
    }

    /// `upper(self)`: the upper bound; NULL where there is none.
    pub fn upper_bound(self) -> Expr<S, Option<<V::Base as IsRange>::Element>>
    where
        V::Base: IsRange,
    {
        Expr::new(Fragment::call("upper", [self.into_expr().sql]), Wire::default())
    }
}

/// A type whose values have elements: arrays, ranges and multiranges.
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

macro_rules! array_elements {
    ($($array:ty)+) => {$(
        impl<T: Element> HasElements for $array {
            type Element = T;

            fn has(container: Fragment, element: Fragment) -> Fragment {
                // Of a subquery in parentheses the server would take the rows for the elements.
                let container = match container.is_column() {
                    true => container,
                    false => container.cast(Self::sql_name()),
                };
                let any = Fragment::call("ANY", [container]);
                element.binary(" = ", any, Level::Comparison)
            }
        }
    )+};
}

array_elements!(Vec<T> Vec<Option<T>> NdArray<T>);

impl<T: Element> HasElements for Range<T>
where
    Self: IsRange,
{
    type Element = T;

    fn has(container: Fragment, element: Fragment) -> Fragment {
        has_element(container, element, T::sql_name())
    }
}

impl<T: Element> HasElements for Multirange<T>
where
    Self: SqlType,
{
    type Element = T;

    fn has(container: Fragment, element: Fragment) -> Fragment {
        has_element(container, element, T::sql_name())
    }
}

/// `ranges @> element`, of a range or a multirange with bounds of this type.
#[doc(hidden)]
pub fn has_element(
    ranges: Fragment,
    element: Fragment,
    bound: impl Into<Cow<'static, str>>,
) -> Fragment {
    // A bare parameter would be taken for another range.
    let element = element.cast(bound);
    ranges.binary(" @> ", element, Level::Comparison)
}

impl<S, V: Value, K> Expr<S, V, K> {
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
}
