//! PostgreSQL types that no crate has, and reading and writing values of any type.

#[cfg(feature = "bigdecimal")]
mod big_decimal;
mod bits;
mod extensions;
mod float;
pub mod geometric;
mod infinite;
mod interval;
#[cfg(feature = "json")]
mod json;
mod macaddr;
mod multirange;
mod nd_array;
mod numbers;
mod range;
mod system;
mod text_search;
mod texts;
mod time_tz;
pub(crate) mod wire;

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, WasNull, WrongType};

#[cfg(feature = "bigdecimal")]
pub use self::big_decimal::BigDecimal;
pub use self::bits::{Bits, ParseBitsError};
pub use self::extensions::{Cube, Geography, Geometry, HalfVector, Hstore, SparseVector, Vector};
pub use self::infinite::Infinite;
pub use self::interval::{Interval, ParseIntervalError};
#[cfg(feature = "json")]
pub use self::json::Json;
pub use self::macaddr::{MacAddr, MacAddr8, ParseMacAddrError};
pub use self::multirange::Multirange;
pub use self::nd_array::{Dimension, NdArray};
pub use self::numbers::{Cid, Money, ParsePgLsnError, PgLsn, Reg, Xid, Xid8};
pub use self::range::Range;
pub use self::system::{Int2Vector, OidVector, Snapshot, Tid};
pub use self::text_search::{Lexeme, Position, QueryItem, TsQuery, TsVector, Weight};
pub use self::texts::{JsonPath, Lquery, Ltree, Ltxtquery, Xml};
pub use self::time_tz::{ParseTimeTzError, TimeTz};
use crate::error::BoxError;

/// Reads a value, through the base type where it is of a domain.
pub(crate) fn read<'a, T: FromSql<'a>>(ty: &Type, raw: Option<&'a [u8]>) -> Result<T, BoxError> {
    let ty = &*base(ty);
    if !T::accepts(ty) {
        return Err(Box::new(WrongType::new::<T>(ty.clone())));
    }
    let Some(raw) = raw else {
        return T::from_sql_null(ty);
    };
    check_range::<T>(ty, raw)?;
    T::from_sql(ty, raw).map_err(|error| explained(ty, raw, error))
}

/// Says more of what the Rust type can't hold and another one can.
fn explained(ty: &Type, raw: &[u8], error: BoxError) -> BoxError {
    if let Some(infinity) = infinite::infinity(ty, raw) {
        let sign = if infinity == Infinite::Infinity {
            ""
        } else {
            "-"
        };
        return format!(
            "the value is `{sign}infinity`, for which the Rust type has no place\n\
             help: `infinity = true` in the generator's configuration gives it one"
        )
        .into();
    }
    if !matches!(ty.kind(), Kind::Array(_)) {
        return error;
    }
    let form = match raw.first_chunk().copied().map(i32::from_be_bytes) {
        Some(2..) => "nd",
        Some(_) if error.is::<WasNull>() => "nullable",
        _ => return error,
    };
    format!(
        "{error}\nhelp: `array = \"{form}\"` for the column under `[columns]` in the generator's \
         configuration gives it a Rust type that has a place for it"
    )
    .into()
}

/// Whether this is a type of that name that an extension brings, in whatever schema.
pub(crate) fn is_extension_type(ty: &Type, name: &str) -> bool {
    ty.name() == name && matches!(ty.kind(), Kind::Simple) && ty.schema() != "pg_catalog"
}

/// Writes a value, through the base type where it is of a domain.
pub(crate) fn write(value: &dyn ToSql, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
    let start = out.len();
    let base = base(ty);
    let is_null = value.to_sql_checked(&base, out)?;
    if let (Kind::Array(element), Kind::Array(written), IsNull::No) =
        (ty.kind(), base.kind(), &is_null)
        && element.oid() != written.oid()
    {
        // The server wants the domain's name on an array of a domain: the element type is the third
        // number of the header.
        if let Some(oid) = out.get_mut(start + 8..start + 12) {
            oid.copy_from_slice(&element.oid().to_be_bytes());
        }
    }
    Ok(is_null)
}

/// A parameter as it is sent. The driver logs parameters by their `Debug`, and one may be a secret.
pub(crate) struct Param<'a>(pub(crate) &'a (dyn ToSql + Sync));

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        write(self.0, ty, out)
    }

    fn accepts(_: &Type) -> bool {
        // `write` asks the value itself.
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.to_sql(ty, out)
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The type below domains, also below those of an array's elements.
pub(crate) fn base(ty: &Type) -> Cow<'_, Type> {
    match ty.kind() {
        Kind::Domain(inner) => base(inner),
        Kind::Array(element) => match base(element) {
            Cow::Borrowed(inner) if inner == element => Cow::Borrowed(ty),
            inner => Cow::Owned(Type::new(
                ty.name().to_owned(),
                ty.oid(),
                Kind::Array(inner.into_owned()),
                ty.schema().to_owned(),
            )),
        },
        _ => Cow::Borrowed(ty),
    }
}

/// Refuses what the readers of other crates would panic on or silently change. What a type of the user's own
/// can hold is for that type to say.
pub(crate) fn check_range<T>(ty: &Type, raw: &[u8]) -> Result<(), BoxError> {
    let element = match ty.kind() {
        Kind::Array(element) => element,
        _ => ty,
    };
    let check: fn(&[u8]) -> Result<(), BoxError> = match *element {
        Type::NUMERIC if is_decimal::<T>() => check_decimal,
        Type::TIME if is_time_of_day::<T>() => check_time_of_day,
        _ => return Ok(()),
    };
    if element == ty {
        return check(raw);
    }
    // Of more dimensions the elements are read one by one, and looked at then.
    let Ok(mut rest) = wire::array_elements(raw) else {
        return Ok(());
    };
    while !rest.is_empty() {
        if let Some(value) = wire::value(&mut rest)? {
            check(value)?;
        }
    }
    Ok(())
}

/// Whether the type inside of `Vec`, `Box<[_]>` and `Option` is one of these.
fn is_around<T>(names: &[&str]) -> bool {
    let name = type_name::<T>();
    let inside = name.rsplit_once('<').map_or(name, |(_, inside)| inside);
    names.contains(&inside.trim_matches(['[', ']', '>']))
}

fn is_decimal<T>() -> bool {
    is_around::<T>(&[
        #[cfg(feature = "decimal")]
        type_name::<rust_decimal::Decimal>(),
    ])
}

fn is_time_of_day<T>() -> bool {
    is_around::<T>(&[
        #[cfg(feature = "chrono")]
        type_name::<chrono::NaiveTime>(),
        #[cfg(feature = "time")]
        type_name::<time::Time>(),
    ])
}

/// Refuses numbers that are none.
pub(crate) fn check_number(raw: &[u8]) -> Result<(), BoxError> {
    // The two highest bits of the third number say so (`numeric.c` in PostgreSQL's sources).
    match raw {
        [_, _, _, _, 0xc0, ..] => Err("the number is `NaN`".into()),
        [_, _, _, _, 0xd0, ..] => Err("the number is `Infinity`".into()),
        [_, _, _, _, 0xf0, ..] => Err("the number is `-Infinity`".into()),
        _ => Ok(()),
    }
}

/// Refuses numbers that `rust_decimal` would round or panic on.
fn check_decimal(raw: &[u8]) -> Result<(), BoxError> {
    check_number(raw)?;
    match fits_decimal(raw) {
        Some(true) => Ok(()),
        _ => Err("the number has more digits than a decimal can hold".into()),
    }
}

/// Whether a number is one below 2⁹⁶ with at most 28 digits behind the point, or one divided by a power of
/// ten. `None` where it is far larger than that.
fn fits_decimal(raw: &[u8]) -> Option<bool> {
    // The number of digits to the base of 10000, the power of the first one, sign and scale.
    let (header, digits) = raw.split_first_chunk::<8>()?;
    let weight = i16::from_be_bytes([header[2], header[3]]);
    let mut behind = -4 * (i32::from(weight) + 1);
    let mut number = 0_u128;
    for digit in digits.chunks_exact(2) {
        let digit = u16::from_be_bytes([digit[0], digit[1]]);
        number = number.checked_mul(10_000)?.checked_add(digit.into())?;
        behind += 4;
    }
    while behind > 0 && number.is_multiple_of(10) && number > 0 {
        number /= 10;
        behind -= 1;
    }
    if behind < 0 {
        number = number.checked_mul(10_u128.checked_pow(behind.unsigned_abs())?)?;
    }
    Some(number >> 96 == 0 && (behind <= 28 || number == 0))
}

/// Refuses `24:00:00`, which PostgreSQL knows and Rust's types for a time of day do not.
fn check_time_of_day(raw: &[u8]) -> Result<(), BoxError> {
    const DAY: [u8; 8] = 86_400_000_000_i64.to_be_bytes();

    match raw == DAY {
        true => Err("the time of day is 24:00:00".into()),
        false => Ok(()),
    }
}

/// Implements `FromSql` and `ToSql`: which types it stands for, and the binary format.
macro_rules! binary {
    (
        $name:ty: $accepts:expr,
        |$raw:ident| $read:expr,
        |$this:ident, $out:ident| $write:expr
    ) => {
        impl<'a> FromSql<'a> for $name {
            fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
                let $raw = &mut raw;
                let value = $read;
                wire::end(raw)?;
                Ok(value)
            }

            fn accepts(ty: &Type) -> bool {
                let accepts: fn(&Type) -> bool = $accepts;
                accepts(ty)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self, _: &Type, $out: &mut BytesMut) -> Result<IsNull, BoxError> {
                let $this = self;
                $write;
                Ok(IsNull::No)
            }

            fn accepts(ty: &Type) -> bool {
                <Self as FromSql>::accepts(ty)
            }

            // The driver's macro takes `Box` to be the prelude's, which it is not among shapes.
            fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
                crate::enums::to_sql_checked(self, ty, out)
            }
        }
    };
}
use binary;

/// Implements `Serialize` and `Deserialize` by `Display` and `FromStr`.
#[cfg(feature = "serde")]
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
#[cfg(feature = "serde")]
use serde_as_text;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_too_early_is_not_explained_by_dimensions() {
        let array = |dimensions: i32| {
            let raw = [&dimensions.to_be_bytes()[..], &[0; 8], &[0, 0, 0, 1, 0]].concat();
            read::<Vec<i32>>(&Type::INT4_ARRAY, Some(&raw))
                .unwrap_err()
                .to_string()
        };
        assert!(!array(1).contains("array ="), "{}", array(1));
        assert!(array(2).contains(r#"`array = "nd"`"#), "{}", array(2));
    }

    #[cfg(all(feature = "decimal", feature = "bigdecimal"))]
    #[test]
    fn no_decimal_is_rounded() {
        use rust_decimal::Decimal;

        let read_as_decimal = |text: &str| {
            let number: BigDecimal = text.parse().unwrap();
            let mut raw = BytesMut::new();
            number.to_sql(&Type::NUMERIC, &mut raw).unwrap();
            read::<Decimal>(&Type::NUMERIC, Some(&raw))
        };
        let greatest = Decimal::MAX.mantissa();
        let mut number = greatest;
        for round in 0..500 {
            for scale in [0, 1, round % 29, 27, 28] {
                let decimal = Decimal::from_i128_with_scale(number, scale);
                assert_eq!(read_as_decimal(&decimal.to_string()).unwrap(), decimal);
            }
            let beyond = format!("{}.{number:029}", greatest / (number + 2));
            assert!(read_as_decimal(&format!("{beyond}1")).is_err(), "{beyond}1");
            // Numbers of all lengths, without an order.
            number = number.wrapping_mul(25_214_903_917).wrapping_add(11).abs();
            number %= greatest >> (round % 90);
        }
        assert!(read_as_decimal(&(greatest + 1).to_string()).is_err());
    }

    #[cfg(feature = "decimal")]
    #[test]
    fn decimals_are_found_inside_of_lists() {
        use rust_decimal::Decimal;

        assert!(is_decimal::<Decimal>() && is_decimal::<Vec<Option<Decimal>>>());
        assert!(is_decimal::<Option<Box<[Decimal]>>>());
        assert!(!is_decimal::<Option<i32>>() && !is_decimal::<Infinite<String>>());
    }

    #[test]
    fn the_driver_has_no_parameters_to_log() {
        assert_eq!(format!("{:?}", Param(&"secret")), "…");
    }
}
