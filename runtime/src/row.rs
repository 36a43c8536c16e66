//! From a row of a result to Rust values.

use tokio_postgres::types::{FromSql, Type};

use crate::error::BoxError;
use crate::{ColumnSpec, Error, Result, Row, types};

/// A Rust value that is read from neighbouring columns of a row.
///
/// Generated structs implement it, and tuples of what implements it, which lie side by side.
pub trait FromRow: Sized + Send {
    /// The number of columns that it takes.
    const WIDTH: usize;

    /// Reads the columns from the one with the index `at` on.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when a column is missing or can't be read.
    fn from_row(row: &Row, at: usize) -> Result<Self>;
}

/// A struct that stands for a table or view.
pub trait Table: FromRow + Clone + Sync + 'static {
    /// The name in SQL, with its schema and quoted: `"public"."users"`.
    const NAME: &'static str;
    /// What to select, in the order in which [`FromRow`] reads it: `"id", "name"`.
    const SELECT_LIST: &'static str;
    /// The columns, in the same order.
    const COLUMNS: &'static [ColumnSpec];
    /// The names of the primary key's columns.
    const KEY: &'static [&'static str];
    /// The name of the column that counts the changes of a row, where there is one: a change counts it up
    /// unless it says itself what to set it to.
    const VERSION: Option<&'static str> = None;
}

/// Reads one column of a row.
///
/// A column, element or attribute of a domain type is read as its base type.
///
/// # Errors
///
/// [`Error::Decode`], which names the column.
pub fn get<T>(row: &Row, index: usize) -> Result<T>
where
    T: for<'a> FromSql<'a>,
{
    match row.try_get::<_, Guarded<T>>(index) {
        Ok(Guarded(value)) => Ok(value),
        Err(error) => Err(decode_error(row, index, error)),
    }
}

#[cold]
pub(crate) fn decode_error(row: &Row, index: usize, error: tokio_postgres::Error) -> Error {
    let width = row.len();
    let (column, missing) = match row.columns().get(index) {
        Some(column) => (column.name().to_owned(), "it can't be read".into()),
        None => (
            format!("#{}", index + 1),
            format!("the row has {width} columns").into(),
        ),
    };
    Error::Decode {
        column,
        source: error.into_source().unwrap_or(missing),
    }
}

/// Reads a `T` after its raw value has been looked at.
struct Guarded<T>(T);

impl<'a, T: FromSql<'a>> FromSql<'a> for Guarded<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        types::read(ty, Some(raw)).map(Self)
    }

    fn from_sql_null(ty: &Type) -> Result<Self, BoxError> {
        types::read(ty, None).map(Self)
    }

    fn accepts(_: &Type) -> bool {
        // `types::read` asks `T` about the base type.
        true
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: FromRow),+> FromRow for ($($name,)+) {
            const WIDTH: usize = 0 $(+ $name::WIDTH)+;

            fn from_row(row: &Row, at: usize) -> Result<Self> {
                let mut next = at;
                Ok(($({
                    let at = next;
                    next += $name::WIDTH;
                    let _ = next;
                    $name::from_row(row, at)?
                },)+))
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
