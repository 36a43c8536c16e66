//! Ranges.

use std::ops::{self, Bound};

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::{read, wire, write};
use crate::error::BoxError;

/// A range of values, PostgreSQL's types
/// [`int4range`, `tstzrange`](https://www.postgresql.org/docs/current/rangetypes.html) and their like.
///
/// Rust's own ranges turn into it:
///
/// ```
/// use rowsmith_runtime::Range;
///
/// assert_eq!(Range::from(1..5).to_string(), "[1,5)");
/// assert_eq!(Range::from(1..=5).to_string(), "[1,5]");
/// assert_eq!(Range::from(5..).to_string(), "[5,)");
/// assert!(Range::from(1..5).contains(&4) && !Range::<i32>::Empty.contains(&4));
/// ```
///
/// Of whole numbers and days PostgreSQL returns each range in the form `[1,6)`, however it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Range<T> {
    /// The range without a value in it.
    #[default]
    Empty,
    /// The values from one bound to the other.
    Between(Bound<T>, Bound<T>),
}

impl<T> Range<T> {
    /// From the lower to the upper value; the lower one is in it, the upper one is not.
    pub const fn new(lower: T, upper: T) -> Self {
        Self::Between(Bound::Included(lower), Bound::Excluded(upper))
    }

    /// All values.
    pub const fn unbounded() -> Self {
        Self::Between(Bound::Unbounded, Bound::Unbounded)
    }

    /// The bounds, unless the range is empty.
    pub fn bounds(&self) -> Option<(Bound<&T>, Bound<&T>)> {
        match self {
            Self::Empty => None,
            Self::Between(lower, upper) => Some((lower.as_ref(), upper.as_ref())),
        }
    }
}

impl<T: PartialOrd> Range<T> {
    /// Whether the value is in it.
    pub fn contains(&self, value: &T) -> bool {
        match self {
            Self::Empty => false,
            Self::Between(lower, upper) => {
                ops::RangeBounds::contains(&(lower.as_ref(), upper.as_ref()), value)
            }
        }
    }
}

/// As PostgreSQL writes it, without quotes around the values.
impl<T: std::fmt::Display> std::fmt::Display for Range<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Between(lower, upper) = self else {
            return f.write_str("empty");
        };
        match lower {
            Bound::Included(value) => write!(f, "[{value}")?,
            Bound::Excluded(value) => write!(f, "({value}")?,
            Bound::Unbounded => f.write_str("(")?,
        }
        match upper {
            Bound::Included(value) => write!(f, ",{value}]"),
            Bound::Excluded(value) => write!(f, ",{value})"),
            Bound::Unbounded => f.write_str(",)"),
        }
    }
}

macro_rules! from_ranges {
    ($($range:ty: |$this:ident| $lower:expr, $upper:expr;)+) => {$(
        impl<T> From<$range> for Range<T> {
            fn from($this: $range) -> Self {
                Self::Between($lower, $upper)
            }
        }
    )+};
}

from_ranges! {
    ops::Range<T>: |range| Bound::Included(range.start), Bound::Excluded(range.end);
    ops::RangeFrom<T>: |range| Bound::Included(range.start), Bound::Unbounded;
    ops::RangeTo<T>: |range| Bound::Unbounded, Bound::Excluded(range.end);
    ops::RangeToInclusive<T>: |range| Bound::Unbounded, Bound::Included(range.end);
    ops::RangeFull: |_range| Bound::Unbounded, Bound::Unbounded;
}

impl<T> From<ops::RangeInclusive<T>> for Range<T> {
    fn from(range: ops::RangeInclusive<T>) -> Self {
        let (lower, upper) = range.into_inner();
        Self::Between(Bound::Included(lower), Bound::Included(upper))
    }
}

/// The flags of the binary format (`rangetypes.h` in PostgreSQL's sources), with which a range begins.
mod flags {
    pub(super) const EMPTY: u8 = 0x01;
    pub(super) const LOWER_INCLUDED: u8 = 0x02;
    pub(super) const UPPER_INCLUDED: u8 = 0x04;
    pub(super) const LOWER_UNBOUNDED: u8 = 0x08;
    pub(super) const UPPER_UNBOUNDED: u8 = 0x10;
}

impl<'a, T: FromSql<'a>> Range<T> {
    /// Reads a range of values of a type.
    pub(crate) fn read_of(element: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        let (flags, mut raw) = raw.split_first().ok_or("the value ends too early")?;
        let has = |flag| flags & flag != 0;
        if has(flags::EMPTY) {
            wire::end(raw)?;
            return Ok(Self::Empty);
        }
        let mut bound = |unbounded, included| {
            if has(unbounded) {
                return Ok(Bound::Unbounded);
            }
            let value = read(element, wire::value(&mut raw)?)?;
            Ok::<_, BoxError>(match has(included) {
                true => Bound::Included(value),
                false => Bound::Excluded(value),
            })
        };
        let lower = bound(flags::LOWER_UNBOUNDED, flags::LOWER_INCLUDED)?;
        let upper = bound(flags::UPPER_UNBOUNDED, flags::UPPER_INCLUDED)?;
        wire::end(raw)?;
        Ok(Self::Between(lower, upper))
    }
}

impl<T: ToSql> Range<T> {
    /// Writes a range of values of a type.
    pub(crate) fn write_of(&self, element: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let Self::Between(lower, upper) = self else {
            out.put_u8(flags::EMPTY);
            return Ok(IsNull::No);
        };
        let lower_flags = match lower {
            Bound::Included(_) => flags::LOWER_INCLUDED,
            Bound::Excluded(_) => 0,
            Bound::Unbounded => flags::LOWER_UNBOUNDED,
        };
        let upper_flags = match upper {
            Bound::Included(_) => flags::UPPER_INCLUDED,
            Bound::Excluded(_) => 0,
            Bound::Unbounded => flags::UPPER_UNBOUNDED,
        };
        out.put_u8(lower_flags | upper_flags);
        for bound in [lower, upper] {
            let (Bound::Included(value) | Bound::Excluded(value)) = bound else {
                continue;
            };
            if let IsNull::Yes = wire::put_value(out, |out| write(value, element, out))? {
                return Err("a bound of a range is NULL".into());
            }
        }
        Ok(IsNull::No)
    }
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Range<T> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Self::read_of(element(ty)?, raw)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Range(element) if T::accepts(&super::base(element)))
    }
}

impl<T: ToSql> ToSql for Range<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.write_of(element(ty)?, out)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Range(element) if T::accepts(&super::base(element)))
    }

    to_sql_checked!();
}

fn element(ty: &Type) -> Result<&Type, BoxError> {
    match ty.kind() {
        Kind::Range(element) => Ok(element),
        _ => Err(format!("`{}` is no range", ty.name()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_range_is_refused() {
        let read = |raw: &[u8]| Range::<i32>::from_sql(&Type::INT4_RANGE, raw);
        assert_eq!(read(&[0x01]).unwrap(), Range::Empty);
        assert_eq!(read(&[0x18]).unwrap(), Range::unbounded());
        assert!(read(&[0x01, 0]).is_err() && read(&[0x18, 0]).is_err());
    }
}
