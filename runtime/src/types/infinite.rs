//! Dates and timestamps that may be infinite.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::BoxError;

/// A day or a moment, or one that is earlier or later than all others: PostgreSQL's
/// [`infinity` and `-infinity`](https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES),
/// which Rust's types for dates do not know. With `infinity = true` in the generator's configuration
/// dates and timestamps are of it.
///
/// ```
/// use rowsmith_runtime::Infinite;
///
/// assert!(Infinite::Finite(2024) < Infinite::Infinity);
/// assert!(Infinite::NegInfinity < Infinite::Finite(2024));
/// assert_eq!(Infinite::Finite(2024).finite(), Some(2024));
/// assert_eq!("infinity".parse(), Ok(Infinite::<i32>::Infinity));
/// ```
///
/// Of serde it is the value itself, or one of those two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "Written<T>"))]
pub enum Infinite<T> {
    /// Before all others.
    NegInfinity,
    /// One of the others.
    Finite(T),
    /// After all others.
    Infinity,
}

impl<T> Infinite<T> {
    /// The value, unless it is infinite.
    pub fn finite(self) -> Option<T> {
        match self {
            Self::Finite(value) => Some(value),
            Self::NegInfinity | Self::Infinity => None,
        }
    }

    /// Whether it is not infinite.
    pub const fn is_finite(&self) -> bool {
        matches!(self, Self::Finite(_))
    }

    /// The same of a reference to the value.
    pub const fn as_ref(&self) -> Infinite<&T> {
        match self {
            Self::NegInfinity => Infinite::NegInfinity,
            Self::Finite(value) => Infinite::Finite(value),
            Self::Infinity => Infinite::Infinity,
        }
    }

    /// The same of what a function makes of the value.
    pub fn map<U>(self, function: impl FnOnce(T) -> U) -> Infinite<U> {
        match self {
            Self::NegInfinity => Infinite::NegInfinity,
            Self::Finite(value) => Infinite::Finite(function(value)),
            Self::Infinity => Infinite::Infinity,
        }
    }
}

impl<T> From<T> for Infinite<T> {
    fn from(value: T) -> Self {
        Self::Finite(value)
    }
}

impl<T: fmt::Display> fmt::Display for Infinite<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegInfinity => f.write_str("-infinity"),
            Self::Finite(value) => value.fmt(f),
            Self::Infinity => f.write_str("infinity"),
        }
    }
}

/// Reads what `Display` writes.
impl<T: FromStr> FromStr for Infinite<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        match text {
            "-infinity" => Ok(Self::NegInfinity),
            "infinity" => Ok(Self::Infinity),
            finite => finite.parse().map(Self::Finite),
        }
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for Infinite<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::NegInfinity => serializer.serialize_str("-infinity"),
            Self::Finite(value) => value.serialize(serializer),
            Self::Infinity => serializer.serialize_str("infinity"),
        }
    }
}

/// What a value is read from.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Written<T> {
    Infinite(Word),
    Finite(T),
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
enum Word {
    #[serde(rename = "-infinity")]
    NegInfinity,
    #[serde(rename = "infinity")]
    Infinity,
}

#[cfg(feature = "serde")]
impl<T> From<Written<T>> for Infinite<T> {
    fn from(written: Written<T>) -> Self {
        match written {
            Written::Infinite(Word::NegInfinity) => Self::NegInfinity,
            Written::Infinite(Word::Infinity) => Self::Infinity,
            Written::Finite(value) => Self::Finite(value),
        }
    }
}

fn is_temporal(ty: &Type) -> bool {
    [Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ].contains(ty)
}

/// Whether a value is infinite, and which: the least and the greatest numbers are
/// (`DATEVAL_NOEND` and `DT_NOEND` in PostgreSQL's sources).
pub(crate) fn infinity(ty: &Type, raw: &[u8]) -> Option<Infinite<()>> {
    const DAY: [[u8; 4]; 2] = [i32::MIN.to_be_bytes(), i32::MAX.to_be_bytes()];
    const MOMENT: [[u8; 8]; 2] = [i64::MIN.to_be_bytes(), i64::MAX.to_be_bytes()];
    if !is_temporal(ty) {
        return None;
    }
    if raw == DAY[0] || raw == MOMENT[0] {
        return Some(Infinite::NegInfinity);
    }
    (raw == DAY[1] || raw == MOMENT[1]).then_some(Infinite::Infinity)
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Infinite<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        match infinity(ty, raw) {
            Some(Infinite::NegInfinity) => Ok(Self::NegInfinity),
            Some(_) => Ok(Self::Infinity),
            None => T::from_sql(ty, raw).map(Self::Finite),
        }
    }

    fn accepts(ty: &Type) -> bool {
        is_temporal(ty) && T::accepts(ty)
    }
}

impl<T: ToSql> ToSql for Infinite<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        match (self, *ty == Type::DATE) {
            (Self::Finite(value), _) => return value.to_sql(ty, out),
            (Self::NegInfinity, true) => out.put_i32(i32::MIN),
            (Self::NegInfinity, false) => out.put_i64(i64::MIN),
            (Self::Infinity, true) => out.put_i32(i32::MAX),
            (Self::Infinity, false) => out.put_i64(i64::MAX),
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        is_temporal(ty) && T::accepts(ty)
    }

    to_sql_checked!();
}
