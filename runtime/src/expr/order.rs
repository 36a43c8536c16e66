//! What rows are ordered by.

use std::marker::PhantomData;

use super::{Bound, Expr, Fragment, Level};
use crate::column::Wire;
use crate::value::Value;
use crate::{Column, Source};

/// An expression that rows are ordered by, and in which direction.
///
/// ```
/// use rowsmith_test_trees::blog::User;
///
/// let query = User::select().order_by((User::AGE.desc().nulls_last(), User::NAME));
/// assert!(query.to_sql().ends_with(r#"ORDER BY "age" DESC NULLS LAST, "name""#));
/// ```
#[derive(Debug)]
pub struct Order<S, V> {
    pub(crate) term: Term,
    of: PhantomData<fn() -> (S, V)>,
}

impl<S, V> Clone for Order<S, V> {
    fn clone(&self) -> Self {
        Self {
            term: self.term.clone(),
            of: PhantomData,
        }
    }
}

/// An `ORDER BY` term without the types.
#[derive(Clone, Debug)]
pub struct Term {
    pub(crate) sql: Fragment,
    wire: Wire,
    descending: bool,
    /// Where NULL is put, when that is said.
    nulls_first: Option<bool>,
}

impl Term {
    pub(crate) fn ascending(sql: Fragment) -> Self {
        Self {
            sql,
            wire: Wire::default(),
            descending: false,
            nulls_first: None,
        }
    }

    /// The term as it stands in `ORDER BY`.
    pub(crate) fn fragment(&self) -> Fragment {
        let mut sql = self.sql.clone();
        if self.descending {
            sql = sql.with_text(" DESC");
        }
        match self.nulls_first {
            Some(true) => sql.with_text(" NULLS FIRST"),
            Some(false) => sql.with_text(" NULLS LAST"),
            None => sql,
        }
    }

    /// Whether NULL comes before everything else: for the server it is larger.
    fn has_nulls_first(&self) -> bool {
        self.nulls_first.unwrap_or(self.descending)
    }
}

impl<S, V> Order<S, V> {
    pub(super) fn new<K>(expression: Expr<S, V, K>, descending: bool) -> Self {
        Self {
            term: Term {
                sql: expression.sql,
                wire: expression.wire,
                descending,
                nulls_first: None,
            },
            of: PhantomData,
        }
    }

    /// Puts NULL before everything else.
    pub fn nulls_first(mut self) -> Self {
        self.term.nulls_first = Some(true);
        self
    }

    /// Puts NULL after everything else.
    pub fn nulls_last(mut self) -> Self {
        self.term.nulls_first = Some(false);
        self
    }
}

/// What `order_by` takes: an [`Order`], a column or an expression, or a tuple of them, the first one
/// most important.
#[diagnostic::on_unimplemented(
    message = "rows can't be ordered by `{Self}`",
    label = "expected columns, expressions, or what `asc` and `desc` make of them"
)]
pub trait Ordering {
    /// The tables that it speaks of.
    type Scope;

    #[doc(hidden)]
    fn terms(self) -> Vec<Term>;
}

/// What rows are ordered by when they are read page by page, each page after the last row of the one
/// before: an [`Order`], a column or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "rows can't be read page by page in the order of `{Self}`",
    label = "expected columns, expressions, or what `asc` and `desc` make of them"
)]
pub trait Keyset: Ordering {
    /// The values of the last row: one, or a tuple.
    type Cursor;

    #[doc(hidden)]
    fn after(self, cursor: Self::Cursor) -> Fragment;
}

/// One term: an [`Order`], a column or an expression.
#[diagnostic::on_unimplemented(
    message = "rows can't be ordered by `{Self}`",
    label = "expected a column, an expression, or what `asc` and `desc` make of them"
)]
pub trait Key: Ordering {
    /// The type that is ordered by.
    type Value: Value;

    #[doc(hidden)]
    fn key(self) -> Term;
}

/// What is one term is an ordering too.
macro_rules! keys {
    ($([$($generics:tt)*] $key:ty, $scope:ty: |$this:ident| $term:expr;)+) => {$(
        impl<$($generics)*> Key for $key {
            type Value = V;

            fn key(self) -> Term {
                let $this = self;
                $term.term
            }
        }

        impl<$($generics)*> Keyset for $key
        where
            V: Cursor,
        {
            type Cursor = V;

            fn after(self, last: V) -> Fragment {
                after(&[Last::new(self.key(), last)])
            }
        }

        impl<$($generics)*> Ordering for $key {
            type Scope = $scope;

            fn terms(self) -> Vec<Term> {
                vec![self.key()]
            }
        }
    )+};
}

keys! {
    [F, V: Value] Order<F, V>, F: |order| order;
    [F, V: Value, K] Expr<F, V, K>, F: |expression| expression.asc();
    [T: Source, V: Value, A] Column<T, V, A>, T: |column| column.asc();
}

/// A value of the last row, beside the term that it is of.
struct Last {
    term: Term,
    value: Fragment,
    is_null: bool,
    nullable: bool,
}

impl Last {
    fn new<V: Cursor>(term: Term, value: V) -> Self {
        let is_null = value.is_null();
        let cast = match term.wire.sent {
            Some((ty, cast)) => format!("::{ty}::{cast}"),
            None => String::new(),
        };
        let value = value.bound();
        Self {
            value: Fragment::bound(value, cast),
            is_null,
            nullable: V::NULLABLE,
            term,
        }
    }

    /// The rows that come after it by this term alone.
    fn after(&self) -> Option<Fragment> {
        let sql = self.term.sql.clone();
        let nulls_first = self.term.has_nulls_first();
        let test = |sql: Fragment, test| {
            sql.within(Level::Operator)
                .with_text(test)
                .at(Level::Comparison)
        };
        if self.is_null {
            return nulls_first.then(|| test(sql, " IS NOT NULL"));
        }
        let operator = if self.term.descending { " < " } else { " > " };
        let beyond = sql
            .clone()
            .binary(operator, self.value.clone(), Level::Comparison);
        Some(if self.nullable && !nulls_first {
            beyond.or(test(sql, " IS NULL"))
        } else {
            beyond
        })
    }

    /// The rows that this term does not tell from it.
    fn same(&self) -> Fragment {
        let sql = self.term.sql.clone();
        if self.is_null {
            sql.within(Level::Operator)
                .with_text(" IS NULL")
                .at(Level::Comparison)
        } else {
            sql.binary(" = ", self.value.clone(), Level::Comparison)
        }
    }
}

/// The rows after the last one: those beyond it by the first term, or the same by the first and beyond
/// it by the second, and so on. Where all terms run in one direction and none may be NULL, a comparison
/// of rows says the same and can be answered from an index.
fn after(last: &[Last]) -> Fragment {
    let uniform = last
        .windows(2)
        .all(|pair| pair[0].term.descending == pair[1].term.descending);
    if let [first, _, ..] = last
        && uniform
        && last.iter().all(|last| !last.nullable)
    {
        let operator = if first.term.descending { " < " } else { " > " };
        let keys = last.iter().map(|last| last.term.sql.clone());
        let values = last.iter().map(|last| last.value.clone());
        let keys = Fragment::call("", keys);
        let values = Fragment::call("", values);
        return keys.binary(operator, values, Level::Comparison);
    }
    let mut after: Option<Fragment> = None;
    for last in last.iter().rev() {
        let inner = after.map(|after| last.same().and(after));
        after = match (last.after(), inner) {
            (Some(beyond), Some(inner)) => Some(beyond.or(inner)),
            (beyond, inner) => beyond.or(inner),
        };
    }
    let never = || Fragment::text("false");
    after.unwrap_or_else(never)
}

/// A value of a cursor.
#[doc(hidden)]
pub trait Cursor: Value {
    const NULLABLE: bool;
    fn is_null(&self) -> bool;
    fn bound(self) -> Bound;
}

impl<T: crate::SqlType> Cursor for T {
    const NULLABLE: bool = false;

    fn is_null(&self) -> bool {
        false
    }

    fn bound(self) -> Bound {
        Bound::new(self)
    }
}

impl<T: crate::SqlType> Cursor for Option<T> {
    const NULLABLE: bool = true;

    fn is_null(&self) -> bool {
        self.is_none()
    }

    fn bound(self) -> Bound {
        Bound::new(self)
    }
}

macro_rules! tuples {
    ($($name:ident $value:ident)+) => {
        impl<$($name: Ordering),+> Ordering for ($($name,)+) {
            type Scope = tuples!(@scope $($name)+);

            #[allow(non_snake_case)]
            fn terms(self) -> Vec<Term> {
                let ($($name,)+) = self;
                let mut terms = Vec::new();
                $(terms.extend($name.terms());)+
                terms
            }
        }

        impl<$($name: Key<Value: Cursor>),+> Keyset for ($($name,)+) {
            type Cursor = ($($name::Value,)+);

            #[allow(non_snake_case)]
            fn after(self, ($($value,)+): Self::Cursor) -> Fragment {
                let ($($name,)+) = self;
                after(&[$(Last::new($name.key(), $value)),+])
            }
        }
    };
    (@scope $only:ident) => { $only::Scope };
    (@scope $first:ident $($rest:ident)+) => { ($first::Scope, tuples!(@scope $($rest)+)) };
}

tuples!(A a);
tuples!(A a B b);
tuples!(A a B b C c);
tuples!(A a B b C c D d);
tuples!(A a B b C c D d E e);
tuples!(A a B b C c D d E e F f);
tuples!(A a B b C c D d E e F f G g);
tuples!(A a B b C c D d E e F f G g H h);
