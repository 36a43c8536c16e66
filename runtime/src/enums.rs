//! Enum types: what [`impl_enum!`](crate::impl_enum) needs.

use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, Kind, ToSql, Type, WrongType};

use crate::error::BoxError;
use crate::types;

/// A Rust enum for an enum type of the database
/// ([`pg_enum`](https://www.postgresql.org/docs/current/catalog-pg-enum.html)).
pub trait PgEnum: Copy + Sized + 'static {
    /// The schema of the type.
    const SCHEMA: &'static str;
    /// The name of the type.
    const NAME: &'static str;
    /// All values, in the order of the database.
    const ALL: &'static [Self];

    /// The label in the database.
    fn label(self) -> &'static str;
}

/// A label that the Rust enum does not have, because the type in the database was changed after the
/// code was generated, or the text came from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLabel {
    label: String,
    schema: &'static str,
    name: &'static str,
}

impl UnknownLabel {
    /// The label.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl fmt::Display for UnknownLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            label,
            schema,
            name,
        } = self;
        write!(f, "the enum `{schema}.{name}` has no label `{label}`")
    }
}

impl std::error::Error for UnknownLabel {}

#[doc(hidden)]
pub fn from_label<E: PgEnum>(label: &str) -> Result<E, UnknownLabel> {
    let mut all = E::ALL.iter().copied();
    all.find(|value| value.label() == label)
        .ok_or_else(|| UnknownLabel {
            label: label.to_owned(),
            schema: E::SCHEMA,
            name: E::NAME,
        })
}

#[doc(hidden)]
pub fn from_sql<E: PgEnum>(raw: &[u8]) -> Result<E, BoxError> {
    Ok(from_label(std::str::from_utf8(raw)?)?)
}

#[doc(hidden)]
pub fn to_sql<E: PgEnum>(value: E, out: &mut BytesMut) -> IsNull {
    out.extend_from_slice(value.label().as_bytes());
    IsNull::No
}

/// Whether this is the enum's type, or a domain over it.
#[doc(hidden)]
pub fn accepts<E: PgEnum>(ty: &Type) -> bool {
    let ty = types::base(ty);
    matches!(ty.kind(), Kind::Enum(_)) && ty.schema() == E::SCHEMA && ty.name() == E::NAME
}

/// What the driver's macro `to_sql_checked!` does; that one needs the prelude's `Box`.
#[doc(hidden)]
pub fn to_sql_checked<T: ToSql>(
    value: &T,
    ty: &Type,
    out: &mut BytesMut,
) -> Result<IsNull, BoxError> {
    if !T::accepts(ty) {
        return Err(Box::new(WrongType::new::<T>(ty.clone())));
    }
    value.to_sql(ty, out)
}

/// Implements `Display`, `FromStr`, `ToSql`, `FromSql` and [`SqlType`](crate::SqlType) for a
/// [`PgEnum`].
///
/// ```
/// use rowsmith_runtime::{PgEnum, impl_enum};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Role {
///     Admin,
///     Member,
/// }
///
/// impl PgEnum for Role {
///     const SCHEMA: &'static str = "public";
///     const NAME: &'static str = "role";
///     const ALL: &'static [Self] = &[Self::Admin, Self::Member];
///
///     fn label(self) -> &'static str {
///         match self {
///             Self::Admin => "admin",
///             Self::Member => "member",
///         }
///     }
/// }
/// impl_enum!(Role);
///
/// assert_eq!(Role::Admin.to_string(), "admin");
/// assert_eq!("member".parse(), Ok(Role::Member));
/// let error = "guest".parse::<Role>().unwrap_err();
/// assert_eq!(error.to_string(), "the enum `public.role` has no label `guest`");
/// ```
#[macro_export]
macro_rules! impl_enum {
    ($name:ident) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(<Self as $crate::PgEnum>::label(*self))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::UnknownLabel;

            fn from_str(label: &str) -> ::std::result::Result<Self, $crate::UnknownLabel> {
                $crate::enums::from_label(label)
            }
        }

        impl<'a> $crate::FromSql<'a> for $name {
            fn from_sql(
                _: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<Self, $crate::BoxError> {
                $crate::enums::from_sql(raw)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::enums::accepts::<Self>(ty)
            }
        }

        impl $crate::SqlType for $name {
            fn sql_name() -> ::std::borrow::Cow<'static, str> {
                $crate::private::qualified(
                    <Self as $crate::PgEnum>::SCHEMA,
                    <Self as $crate::PgEnum>::NAME,
                )
            }
        }

        impl $crate::Element for $name {}

        impl $crate::ToSql for $name {
            fn to_sql(
                &self,
                _: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                ::std::result::Result::Ok($crate::enums::to_sql(*self, out))
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::enums::accepts::<Self>(ty)
            }

            fn to_sql_checked(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::enums::to_sql_checked(self, ty, out)
            }
        }
    };
}
