//! `bit` and `bit varying`.

use std::fmt;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::wire;
use crate::error::BoxError;

/// A string of bits, PostgreSQL's types
/// [`bit` and `bit varying`](https://www.postgresql.org/docs/current/datatype-bit.html).
///
/// ```
/// use rowsmith_runtime::Bits;
///
/// let bits: Bits = "1010".parse()?;
/// assert_eq!(bits.len(), 4);
/// assert!(bits.get(0) == Some(true) && bits.get(1) == Some(false));
/// assert_eq!(Bits::from_iter([true, false]).to_string(), "10");
/// # Ok::<(), rowsmith_runtime::ParseBitsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(
    /// The first bit comes first.
    Vec<bool>,
);

impl Bits {
    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bit at a place, from 0 on.
    pub fn get(&self, index: usize) -> Option<bool> {
        self.0.get(index).copied()
    }

    /// The bits, the first one first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = bool> + DoubleEndedIterator + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        Self(bits.into_iter().collect())
    }
}

impl From<Vec<bool>> for Bits {
    fn from(bits: Vec<bool>) -> Self {
        Self(bits)
    }
}

impl From<Bits> for Vec<bool> {
    fn from(bits: Bits) -> Self {
        bits.0
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = self.iter().map(|bit| if bit { '1' } else { '0' }).collect();
        f.pad(&digits)
    }
}

/// Text that is no string of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseBitsError;

impl fmt::Display for ParseBitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string of bits is made of `0` and `1`")
    }
}

impl std::error::Error for ParseBitsError {}

impl FromStr for Bits {
    type Err = ParseBitsError;

    fn from_str(text: &str) -> Result<Self, ParseBitsError> {
        let bit = |digit| match digit {
            b'0' => Ok(false),
            b'1' => Ok(true),
            _ => Err(ParseBitsError),
        };
        text.bytes().map(bit).collect::<Result<_, _>>().map(Self)
    }
}

/// The number of bits, and the bits, eight to a byte (`varbit_send` in PostgreSQL's sources).
impl<'a> FromSql<'a> for Bits {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let length = wire::count(&mut raw)?;
        if raw.len() != length.div_ceil(8) {
            return Err("the value is of another length than it says".into());
        }
        let bits = raw
            .iter()
            .flat_map(|byte| (0..8).map(move |at| byte << at & 0x80 != 0));
        Ok(bits.take(length).collect())
    }

    accepts!(BIT, VARBIT);
}

impl ToSql for Bits {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        out.put_i32(i32::try_from(self.len())?);
        for bits in self.0.chunks(8) {
            let bits = bits.iter().zip((0..8).rev());
            out.put_u8(bits.fold(0, |byte, (bit, at)| byte | u8::from(*bit) << at));
        }
        Ok(IsNull::No)
    }

    accepts!(BIT, VARBIT);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
super::serde_as_text!(Bits);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_packed_from_the_left() {
        let bits: Bits = "101000001".parse().unwrap();
        let mut out = BytesMut::new();
        bits.to_sql(&Type::VARBIT, &mut out).unwrap();
        assert_eq!(&out[..], &[0, 0, 0, 9, 0b1010_0000, 0b1000_0000]);
        assert_eq!(Bits::from_sql(&Type::VARBIT, &out).unwrap(), bits);
        for raw in [
            &[][..],
            &[0, 0, 0, 9, 1],
            &[0, 0, 0, 0, 1],
            &[255, 255, 255, 255],
        ] {
            assert!(Bits::from_sql(&Type::VARBIT, raw).is_err(), "{raw:?}");
        }
    }
}
