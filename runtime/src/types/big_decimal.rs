//! `numeric` without loss.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use bigdecimal::num_bigint::{BigInt, Sign};
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::wire;
use crate::error::BoxError;

/// A number of any size and precision, PostgreSQL's type
/// [`numeric`](https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-NUMERIC-DECIMAL), but
/// for `NaN` and the infinities, which are decode errors. With `decimals = "bigdecimal"` in the generator's
/// configuration all numbers are of it.
///
/// It stands around the type of the crate `bigdecimal`, and so has its methods.
///
/// ```
/// use rowsmith_runtime::BigDecimal;
///
/// let number: BigDecimal = "123456789012345678901234567890.5".parse()?;
/// assert_eq!(number.to_string(), "123456789012345678901234567890.5");
/// assert!(number > BigDecimal::from(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BigDecimal(
    /// The number.
    pub bigdecimal::BigDecimal,
);

impl Deref for BigDecimal {
    type Target = bigdecimal::BigDecimal;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<bigdecimal::BigDecimal> for BigDecimal {
    fn from(number: bigdecimal::BigDecimal) -> Self {
        Self(number)
    }
}

impl From<BigDecimal> for bigdecimal::BigDecimal {
    fn from(number: BigDecimal) -> Self {
        number.0
    }
}

impl From<i64> for BigDecimal {
    fn from(number: i64) -> Self {
        Self(number.into())
    }
}

/// In digits, without an exponent.
impl fmt::Display for BigDecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

impl FromStr for BigDecimal {
    type Err = bigdecimal::ParseBigDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

const NEGATIVE: u16 = 0x4000;
/// The greatest number of digits behind the point (`NUMERIC_DSCALE_MAX` in PostgreSQL's sources), and far
/// more than there may be before it.
const MAX_SCALE: i64 = 16383;
const MAX_DIGITS: i64 = 131_072;

/// The number of digits to the base of 10000, the power of the first one, the sign, the number of decimal
/// digits behind the point, and the digits (`numeric_send` in PostgreSQL's sources).
impl<'a> FromSql<'a> for BigDecimal {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let raw = &mut raw;
        let mut next = || Ok::<_, BoxError>(u16::from_be_bytes(wire::take(raw)?));
        let (count, weight, sign, scale) = (next()?, next()?, next()?, next()?);
        let mut digits = String::from(if sign == NEGATIVE { "-0" } else { "0" });
        for _ in 0..count {
            let digit = next()?;
            if digit > 9999 {
                return Err("the number has a digit that is none".into());
            }
            digits.push_str(&format!("{digit:04}"));
        }
        wire::end(raw)?;
        let number: BigInt = digits.parse()?;
        let behind = i64::from(count) - 1 - i64::from(weight as i16);
        let number = bigdecimal::BigDecimal::new(number, 4 * behind);
        Ok(Self(number.with_scale(i64::from(scale))))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::NUMERIC || super::is_of_any_size(ty)
    }
}

impl ToSql for BigDecimal {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let (number, scale) = self.0.as_bigint_and_exponent();
        let (sign, number) = number.into_parts();
        let mut digits = number.to_string();
        let too_large = || BoxError::from("the number has more digits than PostgreSQL can hold");
        if !(-MAX_DIGITS..=MAX_SCALE).contains(&scale) {
            return Err(too_large());
        }
        // Zeros on the right, until the point stands between two groups of four digits.
        let behind = match scale {
            0.. => scale as usize,
            _ => {
                digits.push_str(&"0".repeat(scale.unsigned_abs() as usize));
                0
            }
        };
        let groups_behind = behind.div_ceil(4);
        digits.push_str(&"0".repeat(groups_behind * 4 - behind));
        let missing = digits.len().div_ceil(4) * 4 - digits.len();
        let digits = "0".repeat(missing) + &digits;
        let mut groups: Vec<i16> = Vec::with_capacity(digits.len() / 4);
        for at in (0..digits.len()).step_by(4) {
            groups.push(digits[at..at + 4].parse()?);
        }
        let weight = i64::try_from(groups.len())? - 1 - i64::try_from(groups_behind)?;
        let zeros = groups.iter().take_while(|group| **group == 0).count();
        let trailing = groups[zeros..]
            .iter()
            .rev()
            .take_while(|group| **group == 0)
            .count();
        let groups = &groups[zeros..groups.len() - trailing];
        let weight = match groups.is_empty() {
            true => 0,
            false => weight - i64::try_from(zeros)?,
        };
        out.put_i16(i16::try_from(groups.len()).map_err(|_| too_large())?);
        out.put_i16(i16::try_from(weight).map_err(|_| too_large())?);
        out.put_u16(if sign == Sign::Minus { NEGATIVE } else { 0 });
        out.put_u16(behind as u16);
        groups.iter().for_each(|group| out.put_i16(*group));
        Ok(IsNull::No)
    }

    accepts!(NUMERIC);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
super::serde_as_text!(BigDecimal);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "9999",
            "10000",
            "0.0001",
            "0.00001",
            "-12345.6789",
            "100000000",
            "1.5",
            "1.50",
            "123456789012345678901234567890.123456789",
        ] {
            let number: BigDecimal = text.parse().unwrap();
            let mut out = BytesMut::new();
            number.to_sql(&Type::NUMERIC, &mut out).unwrap();
            let again = BigDecimal::from_sql(&Type::NUMERIC, &out).unwrap();
            assert_eq!(again.to_string(), text);
        }
        let large: BigDecimal = "1e1000".parse().unwrap();
        let mut out = BytesMut::new();
        large.to_sql(&Type::NUMERIC, &mut out).unwrap();
        assert_eq!(BigDecimal::from_sql(&Type::NUMERIC, &out).unwrap(), large);
        let too_large: BigDecimal = "1e200000".parse().unwrap();
        assert!(too_large.to_sql(&Type::NUMERIC, &mut out).is_err());
    }
}
