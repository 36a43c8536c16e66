//! What a query selects, as types.

use std::marker::PhantomData;

use super::statement::Projection;
use crate::expr::Expr;
use crate::row::get;
use crate::scope::SourceRef;
use crate::value::{Nullability, Value};
use crate::{Column, FromRow, In, Result, Row, Source};

/// One thing that a query selects: a whole row of a table, or the value of an expression.
pub trait Item: 'static {
    /// What is read.
    type Row: Send;

    #[doc(hidden)]
    const WIDTH: usize;

    #[doc(hidden)]
    fn read(row: &Row, at: usize) -> Result<Self::Row>;
}

/// The row of a table.
pub struct Whole<T>(PhantomData<fn() -> T>);

/// The row of a table that was joined by a left join, if there is one.
pub struct Perhaps<T>(PhantomData<fn() -> T>);

/// The value of an expression.
pub struct Scalar<V>(PhantomData<fn() -> V>);

impl<T: Source> Item for Whole<T> {
    type Row = T::Row;
    const WIDTH: usize = T::Row::WIDTH;

    fn read(row: &Row, at: usize) -> Result<T::Row> {
        T::Row::from_row(row, at)
    }
}

impl<T: Source> Item for Perhaps<T> {
    type Row = Option<T::Row>;
    const WIDTH: usize = 1 + T::Row::WIDTH;

    fn read(row: &Row, at: usize) -> Result<Option<T::Row>> {
        if get(row, at)? {
            T::Row::from_row(row, at + 1).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<V: Value> Item for Scalar<V> {
    type Row = V;
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<V> {
        get(row, at)
    }
}

/// All that a query selects: a tuple of [`Item`]s.
pub trait Items: 'static {
    /// What a row of the result is: of a single item the item, of several a tuple.
    type Row: Send;

    #[doc(hidden)]
    fn read(row: &Row) -> Result<Self::Row>;
}

/// A tuple with one more item at its end.
#[diagnostic::on_unimplemented(
    message = "a query selects at most 12 things",
    note = "select the columns that are needed with `columns`"
)]
pub trait Append<Last> {
    /// The longer tuple.
    type Output;

    #[doc(hidden)]
    fn append(self, last: Last) -> Self::Output;
}

/// The same rows after a right or full join, which may leave them out.
#[diagnostic::on_unimplemented(
    message = "a right or full join comes before `columns`",
    note = "what is selected may be absent then, which the types of columns have to say"
)]
pub trait Absent {
    /// What is selected.
    type Output;
}

impl<T> Absent for Whole<T> {
    type Output = Perhaps<T>;
}

impl<T> Absent for Perhaps<T> {
    type Output = Self;
}

/// What a query may select: columns, expressions and whole rows ([`row`]). `S` is the query's scope;
/// `I` says where in it the tables are, and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected by a query of `{S}`",
    label = "expected columns and expressions of the query's tables"
)]
pub trait Columns<S, I> {
    /// What is selected.
    type Items: Items;

    #[doc(hidden)]
    fn projections(self) -> Vec<Projection>;
}

/// One thing that a query may select.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected by a query of `{S}`",
    label = "expected a column or an expression of the query's tables, or `row`"
)]
pub trait Selected<S, I> {
    /// What is selected.
    type Item: Item;

    #[doc(hidden)]
    fn projection(self) -> Projection;
}

/// The row of a table among the columns that a query selects.
///
/// ```
/// use rowsmith_runtime::row;
/// use rowsmith_test_trees::blog::{Post, User};
///
/// // Only those of whom there are posts, without the posts.
/// let query = User::select().join(User::POSTS).columns(row::<User>()).distinct();
/// assert!(query.to_sql().starts_with(r#"SELECT DISTINCT "users"."id", "users"."name""#));
/// ```
pub fn row<T: Source>() -> WholeRow<T> {
    WholeRow(PhantomData)
}

/// What [`row`] gives.
pub struct WholeRow<T>(PhantomData<fn() -> T>);

impl<T: std::fmt::Debug> std::fmt::Debug for WholeRow<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WholeRow")
    }
}

/// How the row of a table is selected: as it is, or as one that may be absent.
pub trait Presence<T> {
    /// What is selected.
    type Item: Item;

    #[doc(hidden)]
    fn projection(source: SourceRef) -> Projection;
}

impl<T: Source> Presence<T> for crate::value::NotNull {
    type Item = Whole<T>;

    fn projection(source: SourceRef) -> Projection {
        Projection::Row(source)
    }
}

impl<T: Source> Presence<T> for crate::value::Nullable {
    type Item = Perhaps<T>;

    fn projection(source: SourceRef) -> Projection {
        Projection::Perhaps(source)
    }
}

macro_rules! selected {
    ($([$($generics:tt)*] $selected:ty [$($bounds:tt)*]: $item:ty: |$this:ident| $projection:expr;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<S, I, $($generics)*> Selected<S, I> for $selected
        where
            $($bounds)*
        {
            type Item = $item;

            fn projection(self) -> Projection {
                let $this = self;
                $projection
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S, I, $($generics)*> Columns<S, I> for $selected
        where
            $($bounds)*
        {
            type Items = ($item,);

            fn projections(self) -> Vec<Projection> {
                vec![Selected::<S, I>::projection(self)]
            }
        }
    )+};
}

/// The type of an expression in a scope: a left join may make it NULL.
type Within<F, S, I, V> =
    <<<F as In<S, I>>::Null as Nullability>::Or<<V as Value>::Null> as Nullability>::Of<
        <V as Value>::Base,
    >;

selected! {
    [F, V: Value, K] Expr<F, V, K> [F: In<S, I>]: Scalar<Within<F, S, I, V>>: |expression| {
        Projection::Expression(expression.sql, expression.wire)
    };
    [T: Source, V: Value, A] Column<T, V, A> [T: In<S, I>]: Scalar<Within<T, S, I, V>>: |column| {
        let expression = column.into_expr();
        Projection::Expression(expression.sql, expression.wire)
    };
    [T: Source] WholeRow<T> [T: In<S, I, Null: Presence<T>>]:
    <<T as In<S, I>>::Null as Presence<T>>::Item: |_row| {
        <<T as In<S, I>>::Null as Presence<T>>::projection(SourceRef::of::<T>())
    };
}

macro_rules! tuple {
    ($($name:ident $index:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<S, $($name, $index),+> Columns<S, ($($index,)+)> for ($($name,)+)
        where
            $($name: Selected<S, $index>,)+
        {
            type Items = ($($name::Item,)+);

            #[allow(non_snake_case)]
            fn projections(self) -> Vec<Projection> {
                let ($($name,)+) = self;
                vec![$($name.projection()),+]
            }
        }
    };
}

macro_rules! items {
    ($($name:ident)+) => {
        impl<$($name: Item),+> Items for ($($name,)+) {
            type Row = ($($name::Row,)+);

            fn read(row: &Row) -> Result<Self::Row> {
                let mut next = 0;
                Ok(($({
                    let at = next;
                    next += $name::WIDTH;
                    let _ = next;
                    $name::read(row, at)?
                },)+))
            }
        }
    };
}

macro_rules! append {
    ($($name:ident)*) => {
        impl<$($name,)* Last> Append<Last> for ($($name,)*) {
            type Output = ($($name,)* Last,);

            #[allow(non_snake_case)]
            fn append(self, last: Last) -> Self::Output {
                let ($($name,)*) = self;
                ($($name,)* last,)
            }
        }

        impl<$($name: Absent,)*> Absent for ($($name,)*) {
            type Output = ($($name::Output,)*);
        }
    };
}

impl<A: Item> Items for (A,) {
    type Row = A::Row;

    fn read(row: &Row) -> Result<A::Row> {
        A::read(row, 0)
    }
}

tuple!(A I);
tuple!(A I B J);
tuple!(A I B J C K);
tuple!(A I B J C K D L);
tuple!(A I B J C K D L E M);
tuple!(A I B J C K D L E M F N);
tuple!(A I B J C K D L E M F N G O);
tuple!(A I B J C K D L E M F N G O H P);
tuple!(A I B J C K D L E M F N G O H P Q U);
tuple!(A I B J C K D L E M F N G O H P Q U R V);
tuple!(A I B J C K D L E M F N G O H P Q U R V T W);
tuple!(A I B J C K D L E M F N G O H P Q U R V T W X Y);

items!(A B);
items!(A B C);
items!(A B C D);
items!(A B C D E);
items!(A B C D E F);
items!(A B C D E F G);
items!(A B C D E F G H);
items!(A B C D E F G H I);
items!(A B C D E F G H I J);
items!(A B C D E F G H I J K);
items!(A B C D E F G H I J K L);

append!();
append!(A);
append!(A B);
append!(A B C);
append!(A B C D);
append!(A B C D E);
append!(A B C D E F);
append!(A B C D E F G);
append!(A B C D E F G H);
append!(A B C D E F G H I);
append!(A B C D E F G H I J);
append!(A B C D E F G H I J K);
