//! Expressions: what is filtered by, ordered by and selected.

mod fragment;
mod operand;
mod operators;
mod order;

use std::fmt;
use std::marker::PhantomData;

pub(crate) use self::fragment::{Bound, ColumnRef, Level, Param, Part, quoted};
pub use self::fragment::{Fragment, qualified};
pub use self::operand::{Condition, Expression, Operand};
pub use self::operators::{HasElements, IntoValue, has_element};
pub(crate) use self::order::Term;
pub use self::order::{Key, Keyset, Order, Ordering};
use crate::column::{ColumnSpec, Wire};
use crate::scope::SourceId;
use crate::{Column, Source};

/// An expression of SQL: `S` is the table that it speaks of, or several as nested pairs, `V` the type
/// of its value, and `K` its kind, [`Plain`] or [`Aggregate`](crate::sql::Aggregate).
///
/// A [`Column`] turns into an [`Expr`] by itself, and has the same methods. Functions that begin with no
/// expression are in [`sql`](crate::sql).
///
/// ```
/// use rowsmith_runtime::sql::lower;
/// use rowsmith_test_trees::blog::{Role, User};
///
/// let query = User::select().filter(
///     User::IS_ACTIVE.eq(true) & (User::ROLE.eq(Role::Admin) | User::AGE.ge(18))
///         & !lower(User::EMAIL).ends_with("@example.org"),
/// );
/// assert!(query.to_sql().ends_with(
///     r#"WHERE "is_active" = $1 AND ("role" = $2 OR "age" >= $3) AND NOT lower("email") LIKE $4"#
/// ));
/// ```
///
/// # NULL
///
/// What may be NULL is an `Option`, and what comes of it is one as well: `User::AGE + 1` is an
/// `Option<i32>`. A filter takes conditions of both sorts, and leaves out rows for which they are NULL.
/// An optional column is compared with a `T` or an `Option<T>`; `eq(None)` is `IS NULL`, and `ne(None)`
/// is `IS NOT NULL`.
pub struct Expr<S, V, K = Plain> {
    pub(crate) sql: Fragment,
    pub(crate) wire: Wire,
    of: PhantomData<fn() -> (S, V, K)>,
}

/// An expression like any other.
#[derive(Debug)]
pub struct Plain;

impl<S, V, K> Expr<S, V, K> {
    pub(crate) fn new(sql: Fragment, wire: Wire) -> Self {
        Self {
            sql,
            wire,
            of: PhantomData,
        }
    }
}

impl<S, V, K> Clone for Expr<S, V, K> {
    fn clone(&self) -> Self {
        Self::new(self.sql.clone(), self.wire)
    }
}

impl<S, V, K> fmt::Debug for Expr<S, V, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expr").field(&self.sql.parts).finish()
    }
}

impl<T: Source, V, A> Column<T, V, A> {
    /// The column as an expression.
    pub fn into_expr(self) -> Expr<T, V> {
        let ColumnSpec { name, wire } = self.spec();
        Expr::new(Fragment::column(SourceId::of::<T>(), name), wire)
    }
}
