//! PostgreSQL types that no crate has, and reading and writing values of any type.

#[cfg(feature = "bigdecimal")]
mod big_decimal;
mod bits;
mod extensions;
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
    check_range(ty, raw, &|| T::accepts(&of_any_size(ty)))?;
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
    let form = match wire::array_elements(raw) {
        Err(_) => "nd",
        Ok(_) if error.is::<WasNull>() => "nullable",
        Ok(_) => return error,
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

/// The schema of a type that no server has: numbers of any size. Only Rust types that hold such numbers
/// accept it, and those around them, so that they are told from those that hold less.
const ANY_SIZE: &str = "rowsmith_runtime: numbers of any size";

#[cfg(feature = "bigdecimal")]
pub(crate) fn is_of_any_size(ty: &Type) -> bool {
    ty.schema() == ANY_SIZE
}

/// That type, or an array of it where this is an array.
fn of_any_size(ty: &Type) -> Type {
    let kind = match ty.kind() {
        Kind::Array(element) => Kind::Array(of_any_size(element)),
        _ => Kind::Simple,
    };
    Type::new("numeric".to_owned(), 0, kind, ANY_SIZE.to_owned())
}

/// Refuses what the readers of other crates would panic on or silently change. `any_size` tells whether
/// numbers may be of any size.
fn check_range(ty: &Type, raw: &[u8], any_size: &dyn Fn() -> bool) -> Result<(), BoxError> {
    /// A day's microseconds: `24:00:00`, which PostgreSQL knows and Rust's types for a time of day
    /// do not.
    const DAY: [u8; 8] = 86_400_000_000_i64.to_be_bytes();

    match *ty {
        Type::NUMERIC => match raw {
            // The two highest bits of the third number say that it is none (`numeric.c`).
            [_, _, _, _, 0xc0, ..] => Err("the number is `NaN`".into()),
            [_, _, _, _, 0xd0, ..] => Err("the number is `Infinity`".into()),
            [_, _, _, _, 0xf0, ..] => Err("the number is `-Infinity`".into()),
            // The second number is the weight of the first digit, in powers of 10000, and a decimal
            // holds less than 10000^8.
            [_, _, high, low, ..] if i16::from_be_bytes([*high, *low]) > 7 && !any_size() => {
                Err("the number is too large for a decimal".into())
            }
            _ => Ok(()),
        },
        Type::TIME if raw == DAY => Err("the time of day is 24:00:00".into()),
        Type::NUMERIC_ARRAY | Type::TIME_ARRAY => {
            let Kind::Array(element) = ty.kind() else {
                return Ok(());
            };
            // Of more dimensions the elements are read one by one, and looked at then.
            let Ok(mut rest) = wire::array_elements(raw) else {
                return Ok(());
            };
            while !rest.is_empty() {
                if let Some(value) = wire::value(&mut rest)? {
                    check_range(element, value, any_size)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

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
    use super::Param;

    #[test]
    fn the_driver_has_no_parameters_to_log() {
        assert_eq!(format!("{:?}", Param(&"secret")), "…");
    }
}
