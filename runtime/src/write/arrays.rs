//! A column of many rows as one array parameter.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{BufMut, BytesMut};
use postgres_protocol::types::{ArrayDimension, array_to_sql};
use postgres_protocol::{IsNull as ProtocolIsNull, types::int8_to_sql};
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, WrongType, to_sql_checked};

use super::Value;
use crate::error::BoxError;
use crate::types::wire;

/// A column's values in all rows, written as one array; what a row leaves out is NULL.
pub(super) struct Values<'a>(pub(super) Vec<Option<Value<'a>>>);

impl ToSql for Values<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let element = element_type(ty)?;
        write_array(element, self.0.iter(), out, |value, out| match value {
            Some(value) => value.to_sql_checked(element, out),
            None => Ok(IsNull::Yes),
        })
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(_))
    }

    to_sql_checked!();
}

/// An array column's values in all rows, written as one flat array of their elements.
///
/// PostgreSQL has no array of arrays of different lengths. So the elements of all rows go into one
/// array, and beside it the [`Rows`] that they belong to, and which rows are [`Present`]. Both are
/// known only when the elements are written, for what a value writes depends on the type that the
/// server expects. The driver writes parameters in their order, so the elements come first.
pub(super) struct Elements<'a> {
    values: Vec<Option<Value<'a>>>,
    /// For each row the number of its elements, or `None` when the array is NULL.
    lengths: Mutex<Vec<Option<usize>>>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(values: Vec<Option<Value<'a>>>) -> Self {
        Self {
            values,
            lengths: Mutex::default(),
        }
    }

    fn lengths(&self) -> MutexGuard<'_, Vec<Option<usize>>> {
        self.lengths.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ToSql for Elements<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let element = element_type(ty)?;
        let mut lengths = self.lengths();
        lengths.clear();
        let mut elements = BytesMut::new();
        let mut array = BytesMut::new();
        for value in &self.values {
            array.clear();
            let is_null = match value {
                Some(value) => value.to_sql_checked(ty, &mut array)?,
                None => IsNull::Yes,
            };
            lengths.push(match is_null {
                IsNull::Yes => None,
                IsNull::No => {
                    let raw = wire::array_elements(&array)?;
                    elements.extend_from_slice(raw);
                    Some(count(raw)?)
                }
            });
        }
        let total = lengths.iter().flatten().sum::<usize>();
        // The header of an array, as `array_recv` reads it: the number of dimensions, whether there
        // may be NULLs, the type of the elements, and the length and first index of the dimension.
        out.put_i32(1);
        out.put_i32(1);
        out.put_u32(element.oid());
        out.put_i32(i32::try_from(total)?);
        out.put_i32(1);
        out.extend_from_slice(&elements);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Array(_))
    }

    to_sql_checked!();
}

/// The number of values that follow each other here.
fn count(mut raw: &[u8]) -> Result<usize, BoxError> {
    let mut count = 0;
    while !raw.is_empty() {
        wire::value(&mut raw)?;
        count += 1;
    }
    Ok(count)
}

/// For each of the elements the number of its row, from 1 on.
pub(super) struct Rows<'a>(pub(super) &'a Elements<'a>);

impl ToSql for Rows<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let lengths = self.0.lengths();
        let rows: Vec<i64> = (1..)
            .zip(lengths.iter())
            .flat_map(|(row, length)| std::iter::repeat_n(row, length.unwrap_or(0)))
            .collect();
        write_array(element_type(ty)?, rows.iter(), out, |row, out| {
            int8_to_sql(*row, out);
            Ok(IsNull::No)
        })
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8_ARRAY
    }

    to_sql_checked!();
}

/// For each row whether its array is one, rather than NULL.
pub(super) struct Present<'a>(pub(super) &'a Elements<'a>);

impl ToSql for Present<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let lengths = self.0.lengths();
        write_array(element_type(ty)?, lengths.iter(), out, |length, out| {
            out.put_u8(length.is_some().into());
            Ok(IsNull::No)
        })
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::BOOL_ARRAY
    }

    to_sql_checked!();
}

fn element_type(ty: &Type) -> Result<&Type, BoxError> {
    match ty.kind() {
        Kind::Array(element) => Ok(element),
        _ => Err(Box::new(WrongType::new::<Values<'_>>(ty.clone()))),
    }
}

pub(crate) fn write_array<T>(
    element: &Type,
    values: impl ExactSizeIterator<Item = T>,
    out: &mut BytesMut,
    mut write: impl FnMut(T, &mut BytesMut) -> Result<IsNull, BoxError>,
) -> Result<IsNull, BoxError> {
    let dimension = ArrayDimension {
        len: i32::try_from(values.len())?,
        lower_bound: 1,
    };
    array_to_sql(
        Some(dimension),
        element.oid(),
        values,
        |value, out| match write(value, out)? {
            IsNull::Yes => Ok(ProtocolIsNull::Yes),
            IsNull::No => Ok(ProtocolIsNull::No),
        },
        out,
    )?;
    Ok(IsNull::No)
}

/// The driver logs parameters with `Debug`: of these, how many there are will do.
macro_rules! debug_as_length {
    ($($name:ident: $length:expr;)+) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let length: fn(&Self) -> usize = $length;
                write!(f, concat!(stringify!($name), " of {} rows"), length(self))
            }
        }
    )+};
}

debug_as_length! {
    Values: |values| values.0.len();
    Elements: |elements| elements.values.len();
    Rows: |rows| rows.0.values.len();
    Present: |present| present.0.values.len();
}
