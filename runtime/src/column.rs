//! Columns as constants of the generated structs.

use std::fmt;
use std::marker::PhantomData;

use crate::Source;

/// The column of a table: `T` is the struct of the table, `V` the type of the value, an `Option` where
/// it may be NULL. `A` is [`ReadOnly`] for a column that the server computes.
///
/// It has all methods of an [expression](crate::Expr), which it turns into by itself.
///
/// ```
/// use rowsmith_runtime::Column;
///
/// struct User;
/// impl User {
///     const EMAIL: Column<Self, String> = Column::new("email");
/// }
/// assert_eq!(User::EMAIL.name(), "email");
/// ```
pub struct Column<T, V, A = Writable> {
    spec: ColumnSpec,
    of: PhantomData<fn() -> (T, V, A)>,
}

/// A column that can be written.
#[derive(Debug)]
pub struct Writable;

/// A column that the server computes: `GENERATED ALWAYS`, as identity or by an expression.
#[derive(Debug)]
pub struct ReadOnly;

/// What SQL has to know of a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    pub(crate) name: &'static str,
    pub(crate) wire: Wire,
}

/// How values travel, where that is not in the type's own binary format.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wire {
    /// The cast in a select list.
    pub(crate) read: Option<&'static str>,
    /// The type that a parameter is sent as, and the one that it is cast to then.
    pub(crate) sent: Option<(&'static str, &'static str)>,
}

impl<T, V, A> Column<T, V, A> {
    /// The column with this name, as the database spells it and without quotes.
    pub const fn new(name: &'static str) -> Self {
        Self::with_spec(ColumnSpec {
            name,
            wire: Wire {
                read: None,
                sent: None,
            },
        })
    }

    /// Says that the column is cast to this type when it is read.
    pub const fn read_as(mut self, ty: &'static str) -> Self {
        self.spec.wire.read = Some(ty);
        self
    }

    /// Says that a value is sent as the one type and cast to the other then.
    pub const fn sent_as(mut self, ty: &'static str, cast: &'static str) -> Self {
        self.spec.wire.sent = Some((ty, cast));
        self
    }

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        self.spec.name
    }

    /// What SQL has to know of the column.
    pub const fn spec(self) -> ColumnSpec {
        self.spec
    }

    const fn with_spec(spec: ColumnSpec) -> Self {
        Self {
            spec,
            of: PhantomData,
        }
    }
}

impl<T: Source, V, A> Column<T, V, A> {
    /// The same column of an [alias](crate::alias) of the table.
    pub const fn of<B>(self, _: B) -> Column<B, V, ReadOnly>
    where
        B: Source<Row = T> + Copy,
    {
        Column::with_spec(self.spec)
    }
}

impl<T, V, A> Clone for Column<T, V, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V, A> Copy for Column<T, V, A> {}

impl<T, V, A> fmt::Debug for Column<T, V, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.spec.name).finish()
    }
}
