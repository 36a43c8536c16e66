//! `numeric` without loss.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::Deref;
use std::str::FromStr;

use bigdecimal::ParseBigDecimalError;
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

/// A number that PostgreSQL can't hold is refused.
impl FromStr for BigDecimal {
    type Err = ParseBigDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.parse()?;
        match in_bounds(&number) {
            Some(number) => Ok(Self(number.into_owned())),
            None => Err(ParseBigDecimalError::Other(TOO_LARGE.to_owned())),
        }
    }
}

const NEGATIVE: u16 = 0x4000;
/// The greatest number of digits behind the point (`NUMERIC_DSCALE_MAX` in PostgreSQL's sources), and far
/// more than there may be before it.
const MAX_SCALE: i64 = 16383;
const MAX_DIGITS: i64 = 131_072;

const TOO_LARGE: &str = "the number has more digits than PostgreSQL can hold";

/// The number with as many digits behind the point as PostgreSQL can hold; without the zeros at its end if
/// that is what it takes.
fn in_bounds(number: &bigdecimal::BigDecimal) -> Option<Cow<'_, bigdecimal::BigDecimal>> {
    let fits = |number: &bigdecimal::BigDecimal| {
        (-MAX_DIGITS..=MAX_SCALE).contains(&number.fractional_digit_count())
    };
    if fits(number) {
        return Some(Cow::Borrowed(number));
    }
    Some(number.normalized()).filter(fits).map(Cow::Owned)
}

/// The number of digits to the base of 10000, the power of the first one, the sign, the number of decimal
/// digits behind the point, and the digits (`numeric_send` in PostgreSQL's sources).
impl<'a> FromSql<'a> for BigDecimal {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        super::check_number(raw)?;
        let raw = &mut raw;
        let mut next = || Ok::<_, BoxError>(u16::from_be_bytes(wire::take(raw)?));
        let (count, weight, sign, scale) = (next()?, next()?, next()?, next()?);
        let mut digits = String::from(match sign {
            0 => "0",
            NEGATIVE => "-0",
            _ => return Err("the number has a sign that is none".into()),
        });
        for _ in 0..count {
            let digit = next()?;
            if digit > 9999 {
                return Err("the number has a digit that is none".into());
            }
            write!(digits, "{digit:04}")?;
        }
        wire::end(raw)?;
        let number: BigInt = digits.parse()?;
        let behind = i64::from(count) - 1 - i64::from(weight as i16);
        let number = bigdecimal::BigDecimal::new(number, 4 * behind);
        Ok(Self(number.with_scale(i64::from(scale))))
    }

    accepts!(NUMERIC);
}

impl ToSql for BigDecimal {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let too_large = || BoxError::from(TOO_LARGE);
        let number = in_bounds(&self.0).ok_or_else(too_large)?;
        let (number, scale) = number.as_bigint_and_exponent();
        let (sign, number) = number.into_parts();
        let mut digits = number.to_string();
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
        let mut groups: Vec<u16> = Vec::with_capacity(digits.len() / 4);
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
        out.put_u16(u16::try_from(groups.len()).map_err(|_| too_large())?);
        out.put_i16(i16::try_from(weight).map_err(|_| too_large())?);
        out.put_u16(if sign == Sign::Minus { NEGATIVE } else { 0 });
        out.put_u16(behind as u16);
        groups.iter().for_each(|group| out.put_u16(*group));
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
        let too_large = BigDecimal(bigdecimal::BigDecimal::new(1.into(), -200_000));
        assert!(too_large.to_sql(&Type::NUMERIC, &mut out).is_err());
    }

    #[test]
    fn the_longest_number_goes_there_and_back() {
        let text = format!("-{}.{}", "9".repeat(131_072), "9".repeat(16_383));
        let number: BigDecimal = text.parse().unwrap();
        let mut out = BytesMut::new();
        number.to_sql(&Type::NUMERIC, &mut out).unwrap();
        assert_eq!(BigDecimal::from_sql(&Type::NUMERIC, &out).unwrap(), number);
        let number: BigDecimal = format!("1{text}").replace('-', "").parse().unwrap();
        assert!(number.to_sql(&Type::NUMERIC, &mut out).is_err());
    }

    #[test]
    fn zeros_at_the_end_are_not_in_the_way() {
        for (text, same) in [("0e-20000", "0"), ("0e200000", "0")] {
            assert_eq!(text.parse::<BigDecimal>().unwrap().to_string(), same);
        }
        let number = BigDecimal(format!("1.5{}", "0".repeat(20_000)).parse().unwrap());
        let mut out = BytesMut::new();
        number.to_sql(&Type::NUMERIC, &mut out).unwrap();
        let back = BigDecimal::from_sql(&Type::NUMERIC, &out).unwrap();
        assert_eq!(back.to_string(), "1.5");
    }

    #[test]
    fn numbers_that_postgresql_can_not_hold_are_refused() {
        for text in ["1e200000", "1e999999999999", "1e-16384", "NaN", ""] {
            assert!(text.parse::<BigDecimal>().is_err(), "{text}");
        }
        for sign in [0xc000_u16, 0xd000, 0xf000, 0x2000] {
            let mut raw = BytesMut::new();
            raw.extend([0, 0, sign, 0].into_iter().flat_map(u16::to_be_bytes));
            assert!(BigDecimal::from_sql(&Type::NUMERIC, &raw).is_err());
        }
    }
}
