//! Columns as constants of the generated structs.

use std::fmt;
use std::marker::PhantomData;

/// The column of a table: `T` is the struct of the table, `V` the type of the value.
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
pub struct Column<T, V> {
    name: &'static str,
    of: PhantomData<fn() -> (T, V)>,
}

impl<T, V> Column<T, V> {
    /// The column with this name, as the database spells it and without quotes.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
        }
    }

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T, V> Clone for Column<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Column<T, V> {}

impl<T, V> fmt::Debug for Column<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}
