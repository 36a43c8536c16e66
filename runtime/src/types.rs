//! PostgreSQL types that no crate has, and reading and writing values of any type.

mod interval;
mod macaddr;
mod range;
pub(crate) mod wire;

use std::borrow::Cow;
use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, WrongType};

pub use self::interval::{Interval, ParseIntervalError};
pub use self::macaddr::{MacAddr, ParseMacAddrError};
pub use self::range::Range;
use crate::error::BoxError;

/// Reads a value, through the base type where it is of a domain.
pub(crate) fn read<'a, T: FromSql<'a>>(ty: &Type, raw: Option<&'a [u8]>) -> Result<T, BoxError> {
    let ty = &*base(ty);
    if !T::accepts(ty) {
        return Err(Box::new(WrongType::new::<T>(ty.clone())));
    }
    if let Some(raw) = raw {
        check_range(ty, raw)?;
    }
    T::from_sql_nullable(ty, raw)
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

/// Refuses what the readers of other crates would panic on or silently change.
fn check_range(ty: &Type, raw: &[u8]) -> Result<(), BoxError> {
    /// A day's microseconds: `24:00:00`, which PostgreSQL knows and Rust's types for a time of day
    /// do not.
    const DAY: [u8; 8] = 86_400_000_000_i64.to_be_bytes();

    match *ty {
        // The second number is the weight of the first digit, in powers of 10000, and a decimal
        // holds less than 10000^8.
        #[cfg(feature = "decimal")]
        Type::NUMERIC => match raw {
            [_, _, high, low, ..] if i16::from_be_bytes([*high, *low]) > 7 => {
                Err("the number is too large for a decimal".into())
            }
            _ => Ok(()),
        },
        Type::TIME if raw == DAY => Err("the time of day is 24:00:00".into()),
        Type::NUMERIC_ARRAY | Type::TIME_ARRAY => {
            let Kind::Array(element) = ty.kind() else {
                return Ok(());
            };
            let mut rest = wire::array_elements(raw)?;
            while !rest.is_empty() {
                if let Some(value) = wire::value(&mut rest)? {
                    check_range(element, value)?;
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
