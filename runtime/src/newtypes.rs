//! Types around other types: what [`impl_newtype!`](crate::impl_newtype), [`impl_range!`](crate::impl_range)
//! and [`impl_lookup!`](crate::impl_lookup) need.

use std::fmt;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use crate::error::BoxError;
use crate::types;

/// Whether this is the type with this name, or a domain over it.
#[doc(hidden)]
pub fn is_type(ty: &Type, schema: &str, name: &str) -> bool {
    let ty = types::base(ty);
    ty.schema() == schema && ty.name() == name
}

/// Reads a value, through the base type where it is of a domain.
#[doc(hidden)]
pub fn read<'a, T: FromSql<'a>>(ty: &Type, raw: &'a [u8]) -> Result<T, BoxError> {
    let ty = &*types::base(ty);
    types::check_range::<T>(ty, raw)?;
    T::from_sql(ty, raw)
}

/// Writes a value, through the base type where it is of a domain.
#[doc(hidden)]
pub fn write<T: ToSql>(value: &T, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
    value.to_sql(&types::base(ty), out)
}

/// A key that is none of the lookup table's that the Rust enum knows: a row that was added after the code
/// was generated, or a value that came from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    key: String,
    name: &'static str,
}

impl UnknownKey {
    #[doc(hidden)]
    pub fn new(key: impl fmt::Display, name: &'static str) -> Self {
        let key = key.to_string();
        Self { key, name }
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, name } = self;
        write!(f, "`{name}` has no variant for the key `{key}`")
    }
}

impl std::error::Error for UnknownKey {}

/// The key of a lookup table, and the literals that stand for it.
#[doc(hidden)]
pub trait LookupKey: for<'a> FromSql<'a> {
    /// What the literals are of.
    type Literal<'a>: fmt::Display + Copy;

    fn of(literal: Self::Literal<'_>) -> Self;

    fn literal(&self) -> Self::Literal<'_>;
}

impl LookupKey for String {
    type Literal<'a> = &'a str;

    fn of(literal: &str) -> Self {
        literal.to_owned()
    }

    fn literal(&self) -> &str {
        self
    }
}

macro_rules! integer_keys {
    ($($integer:ty),+) => {$(
        impl LookupKey for $integer {
            type Literal<'a> = Self;

            fn of(literal: Self) -> Self {
                literal
            }

            fn literal(&self) -> Self {
                *self
            }
        }
    )+};
}
integer_keys!(i16, i32, i64);

/// Implements `ToSql`, `FromSql`, [`SqlType`](crate::SqlType) and [`Element`](crate::Element) for a tuple
/// struct by the type inside it, and traits of this crate that are named behind a colon.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(None);
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, impl_newtype, query};
///
/// #[derive(Debug, PartialEq)]
/// struct UserId(i64);
/// impl_newtype!(UserId(i64));
///
/// let db = Connection::connect(&url).await?;
/// let id: UserId = query::value(&db, "SELECT $1::int8 + 1", &[&UserId(1)]).await?;
/// assert_eq!(id, UserId(2));
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! impl_newtype {
    ($name:ident($inner:ty) $(: $($trait:ident),+)?) => {
        impl<'a> $crate::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<Self, $crate::BoxError> {
                $crate::newtypes::read::<$inner>(ty, raw).map(Self)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                <$inner as $crate::FromSql>::accepts(ty)
            }
        }

        $crate::impl_newtype!(@sent $name, $inner, 0);

        $($($crate::impl_newtype!(@$trait $name, $inner);)+)?
    };
    // The value that is sent in its place is a field, or what a method gives.
    (@sent $name:ident, $inner:ty, $($value:tt)+) => {
        impl $crate::ToSql for $name {
            fn to_sql(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::ToSql::to_sql(&self.$($value)+, ty, out)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                <$inner as $crate::ToSql>::accepts(ty)
            }

            fn to_sql_checked(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::enums::to_sql_checked(self, ty, out)
            }
        }

        impl $crate::SqlType for $name {
            fn sql_name() -> ::std::borrow::Cow<'static, str> {
                <$inner as $crate::SqlType>::sql_name()
            }

            const IS_RECORD: bool = <$inner as $crate::SqlType>::IS_RECORD;
        }

        impl $crate::Element for $name {}
    };
    (@Text $name:ident, $inner:ty) => {
        impl $crate::Text for $name {}
    };
    (@Searchable $name:ident, $inner:ty) => {
        impl $crate::Searchable for $name {}
    };
    (@Number $name:ident, $inner:ty) => {
        impl $crate::Number for $name {}

        impl $crate::Sum for $name {
            type Output = <$inner as $crate::Sum>::Output;
        }

        impl $crate::Average for $name {
            type Output = <$inner as $crate::Average>::Output;
        }
    };
}

/// Implements `ToSql`, `FromSql`, [`SqlType`](crate::SqlType) and what ranges are for a tuple struct around
/// a [`Range`](crate::Range) that stands for a range type of the schema: the type of its bounds, its
/// schema and its name, and the type of its bounds in SQL where that is another than the Rust type's own: a
/// domain.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TYPE span AS RANGE (subtype = float8)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, Range, impl_range, query};
///
/// #[derive(Debug, PartialEq)]
/// struct Span(Range<f64>);
/// impl_range!(Span, f64, "public", "span");
///
/// let db = Connection::connect(&url).await?;
/// let span: Span = query::value(&db, "SELECT $1::span * '[2,9)'", &[&Span::from(1.0..4.0)]).await?;
/// assert_eq!(span, Span::from(2.0..4.0));
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! impl_range {
    ($name:ident, $bound:ty, $schema:literal, $type_name:literal $(, $bound_sql:literal)?) => {
        $crate::impl_range!(
            @own $name, $bound, $crate::Range<$bound>, $schema, $type_name $(, $bound_sql)?
        );

        impl $crate::IsRange for $name {
            type Element = $bound;
        }

        impl<R: ::std::convert::Into<$crate::Range<$bound>>> ::std::convert::From<R> for $name {
            fn from(range: R) -> Self {
                Self(range.into())
            }
        }
    };
    (
        @own $name:ident, $bound:ty, $inner:ty, $schema:literal, $type_name:literal
        $(, $bound_sql:literal)?
    ) => {
        impl<'a> $crate::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<Self, $crate::BoxError> {
                $crate::newtypes::read::<$inner>(ty, raw).map(Self)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                $crate::newtypes::is_type(ty, $schema, $type_name)
            }
        }

        impl $crate::ToSql for $name {
            fn to_sql(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::newtypes::write(&self.0, ty, out)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                <Self as $crate::FromSql>::accepts(ty)
            }

            fn to_sql_checked(
                &self,
                ty: &$crate::private::Type,
                out: &mut $crate::private::BytesMut,
            ) -> ::std::result::Result<$crate::private::IsNull, $crate::BoxError> {
                $crate::enums::to_sql_checked(self, ty, out)
            }
        }

        impl $crate::SqlType for $name {
            fn sql_name() -> ::std::borrow::Cow<'static, str> {
                $crate::private::qualified($schema, $type_name)
            }
        }

        impl $crate::Element for $name {}
        impl $crate::Container for $name {}
        impl $crate::Overlap for $name {}

        impl $crate::HasElements for $name {
            type Element = $bound;

            fn has(
                ranges: $crate::private::Fragment,
                element: $crate::private::Fragment,
            ) -> $crate::private::Fragment {
                let bound = <$bound as $crate::SqlType>::sql_name();
                $(let bound = $bound_sql;)?
                $crate::private::has_element(ranges, element, bound)
            }
        }

        impl ::std::ops::Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
}

/// The same as [`impl_range!`](crate::impl_range) for a [`Multirange`](crate::Multirange).
#[macro_export]
macro_rules! impl_multirange {
    ($name:ident, $bound:ty, $schema:literal, $type_name:literal $(, $bound_sql:literal)?) => {
        $crate::impl_range!(
            @own $name, $bound, $crate::Multirange<$bound>, $schema, $type_name $(, $bound_sql)?
        );

        impl<R: ::std::convert::Into<$crate::Range<$bound>>> ::std::iter::FromIterator<R>
            for $name
        {
            fn from_iter<I: ::std::iter::IntoIterator<Item = R>>(ranges: I) -> Self {
                Self(::std::iter::FromIterator::from_iter(ranges))
            }
        }
    };
}

/// Implements `ToSql`, `FromSql`, [`SqlType`](crate::SqlType) and `Display` for an enum whose variants stand
/// for the rows of a lookup table: the type of the table's key, and the key of each.
///
/// ```
/// use rowsmith_runtime::impl_lookup;
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum Status {
///     Draft,
///     Sent,
/// }
/// impl_lookup!(Status, i32, { Draft = 1, Sent = 2 });
///
/// assert_eq!(Status::Sent.key(), 2);
/// assert_eq!(Status::from_key(1), Ok(Status::Draft));
/// let error = Status::from_key(3).unwrap_err();
/// assert_eq!(error.to_string(), "`Status` has no variant for the key `3`");
/// ```
#[macro_export]
macro_rules! impl_lookup {
    ($name:ident, $key:ty, { $($variant:ident = $literal:literal),* $(,)? }) => {
        impl $name {
            /// All variants, in the order of their keys.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The key of the row that it stands for.
            #[allow(clippy::wrong_self_convention)]
            pub fn key(&self) -> $key {
                match self {
                    $(Self::$variant => $crate::newtypes::LookupKey::of($literal),)*
                }
            }

            /// What stands for the row with this key.
            ///
            /// # Errors
            ///
            /// When no variant does.
            pub fn from_key(
                key: <$key as $crate::newtypes::LookupKey>::Literal<'_>,
            ) -> ::std::result::Result<Self, $crate::UnknownKey> {
                match key {
                    $($literal => ::std::result::Result::Ok(Self::$variant),)*
                    _ => ::std::result::Result::Err(
                        $crate::UnknownKey::new(key, ::std::stringify!($name)),
                    ),
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.key(), f)
            }
        }

        impl<'a> $crate::FromSql<'a> for $name {
            fn from_sql(
                ty: &$crate::private::Type,
                raw: &'a [u8],
            ) -> ::std::result::Result<Self, $crate::BoxError> {
                let key = <$key as $crate::FromSql>::from_sql(ty, raw)?;
                ::std::result::Result::Ok(Self::from_key(
                    $crate::newtypes::LookupKey::literal(&key),
                )?)
            }

            fn accepts(ty: &$crate::private::Type) -> bool {
                <$key as $crate::FromSql>::accepts(ty)
            }
        }

        $crate::impl_newtype!(@sent $name, $key, key());
    };
}
