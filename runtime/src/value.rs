//! Which Rust types stand for which PostgreSQL types, and NULL as a part of types.

use std::borrow::Cow;

use tokio_postgres::types::{FromSql, ToSql};

use crate::{Infinite, Multirange, NdArray, Range};

/// A Rust type that stands for a type of PostgreSQL.
///
/// Generated enums and composites implement it; a type of your own that implements `ToSql` and
/// `FromSql` does so in a few lines:
///
/// ```
/// use std::borrow::Cow;
/// use rowsmith_runtime::{BoxError, Element, FromSql, SqlType, ToSql};
/// # use rowsmith_runtime::private::{BytesMut, IsNull, Type};
///
/// #[derive(Debug)]
/// struct Email(String);
/// # impl<'a> FromSql<'a> for Email {
/// #     fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
/// #         String::from_sql(ty, raw).map(Self)
/// #     }
/// #     fn accepts(ty: &Type) -> bool { <String as FromSql>::accepts(ty) }
/// # }
/// # impl ToSql for Email {
/// #     fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
/// #         self.0.to_sql(ty, out)
/// #     }
/// #     fn accepts(ty: &Type) -> bool { <String as ToSql>::accepts(ty) }
/// #     rowsmith_runtime::tokio_postgres::types::to_sql_checked!();
/// # }
///
/// impl SqlType for Email {
///     fn sql_name() -> Cow<'static, str> {
///         "text".into()
///     }
/// }
/// impl Element for Email {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` stands for no type of PostgreSQL",
    note = "the types of generated fields do; a type of your own implements `SqlType`"
)]
pub trait SqlType: ToSql + for<'a> FromSql<'a> + Send + Sync + 'static {
    /// The type in SQL, as it stands in a cast: `int4`, `"public"."role"`.
    fn sql_name() -> Cow<'static, str>;

    /// It is a composite, beside which a parameter may be any record unless it is cast.
    #[doc(hidden)]
    const IS_RECORD: bool = false;
}

/// A type that can be the element of an array: all but arrays.
#[diagnostic::on_unimplemented(message = "`{Self}` can't be the element of an array")]
pub trait Element: SqlType {}

/// The value of an expression: a [`SqlType`], or an `Option` of one where it may be NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value that an expression can have",
    note = "it is a type that stands for one of PostgreSQL's, or an `Option` of one"
)]
pub trait Value: for<'a> FromSql<'a> + Send + Sync + 'static {
    /// The type without `Option`.
    type Base: SqlType;
    /// Whether it may be NULL.
    type Null: Nullability;
}

impl<T: SqlType> Value for T {
    type Base = T;
    type Null = NotNull;
}

impl<T: SqlType> Value for Option<T> {
    type Base = T;
    type Null = Nullable;
}

/// A value of the type `T`, which may be NULL or not.
#[diagnostic::on_unimplemented(
    message = "expected an expression of the type `{T}`, found one of the type `{Self}`",
    label = "not of the type `{T}`",
    note = "`cast` turns an expression into one of another type"
)]
pub trait ValueOf<T>: Value<Base = T> {}

#[diagnostic::do_not_recommend]
impl<T: SqlType> ValueOf<T> for T {}
#[diagnostic::do_not_recommend]
impl<T: SqlType> ValueOf<T> for Option<T> {}

/// The value of a condition.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no condition: it is neither true nor false",
    label = "expected `bool`, found `{Self}`",
    note = "comparisons are conditions: `User::NAME.eq(\"Ada\")`"
)]
pub trait Truth: Value<Base = bool> {}

#[diagnostic::do_not_recommend]
impl Truth for bool {}
#[diagnostic::do_not_recommend]
impl Truth for Option<bool> {}

/// Whether a value may be NULL: [`NotNull`] or [`Nullable`].
pub trait Nullability: 'static {
    /// A value of this type: `T` or `Option<T>`.
    type Of<T: SqlType>: Value<Base = T, Null = Self>;
    /// Either of two may be NULL.
    type Or<Other: Nullability>: Nullability;
}

/// Never NULL.
#[derive(Debug)]
pub struct NotNull;

/// May be NULL.
#[derive(Debug)]
pub struct Nullable;

impl Nullability for NotNull {
    type Of<T: SqlType> = T;
    type Or<Other: Nullability> = Other;
}

impl Nullability for Nullable {
    type Of<T: SqlType> = Option<T>;
    type Or<Other: Nullability> = Nullable;
}

/// A `T` that is NULL when either of two is.
pub type Either<A, B, T> = <<A as Nullability>::Or<B> as Nullability>::Of<T>;

/// A value of the same nullability as `V`, of another type.
pub type Like<V, T> = <<V as Value>::Null as Nullability>::Of<T>;

/// A value that may be NULL.
#[diagnostic::on_unimplemented(
    message = "a value of the type `{Self}` is never NULL",
    label = "never NULL",
    note = "where its table is joined by a left join, write `.nullable().is_null()`"
)]
pub trait MaybeNull: Value<Null = Nullable> {}

#[diagnostic::do_not_recommend]
impl<T: SqlType> MaybeNull for Option<T> {}

/// Text: `LIKE`, regular expressions, `lower`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text",
    label = "this needs an expression that is text"
)]
pub trait Text: SqlType {}

/// What is searched in for words: text and [`TsVector`](crate::TsVector).
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be searched for words",
    label = "this needs an expression that is text or a `tsvector`"
)]
pub trait Searchable: SqlType {}

#[diagnostic::do_not_recommend]
impl<T: Text> Searchable for T {}
impl Searchable for crate::TsVector {}

/// A number: arithmetic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number",
    label = "this needs an expression that is a number"
)]
pub trait Number: SqlType {}

/// What can be added up. Of integers, averages and the sums of `i64` are `numeric`, for which there is a
/// Rust type with the feature `decimal`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added up",
    label = "this needs a number, an amount of money or an interval",
    note = "`sum` of `i64` and `avg` of integers are `numeric`: they need the feature `decimal`"
)]
pub trait Sum: SqlType {
    /// What `sum` gives: PostgreSQL adds up in a wider type.
    type Output: SqlType;
}

/// What has an average.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no average",
    label = "this needs a number or an interval",
    note = "`sum` of `i64` and `avg` of integers are `numeric`: they need the feature `decimal`"
)]
pub trait Average: SqlType {
    /// What `avg` gives.
    type Output: SqlType;
}

/// A point in time: `date_trunc`, and arithmetic with intervals.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no point in time",
    label = "this needs an expression that is a date or a timestamp"
)]
pub trait Time: SqlType {
    /// What `date_trunc` and adding an interval give.
    type Precise: SqlType;
    /// What the difference of two is.
    type Difference: SqlType;
}

/// What contains others of its kind: arrays, `jsonb` and ranges.
#[diagnostic::on_unimplemented(
    message = "`{Self}` contains nothing",
    label = "this needs an array, `jsonb` or a range",
    note = "of text, `contains_text` tells whether it contains other text"
)]
pub trait Container: SqlType {
    /// A cast of both sides, for `json` has no such operator.
    #[doc(hidden)]
    const CAST: &'static str = "";
}

/// An array.
#[diagnostic::on_unimplemented(message = "`{Self}` is no array", label = "this needs an array")]
pub trait Array: SqlType {}

/// A range: [`Range`].
#[diagnostic::on_unimplemented(message = "`{Self}` is no range", label = "this needs a range")]
pub trait IsRange: SqlType {
    /// The type of its bounds.
    type Element: SqlType;
}

/// What has a part in common with others of its kind: arrays and ranges.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parts to have in common",
    label = "this needs an array or a range"
)]
pub trait Overlap: SqlType {}

macro_rules! sql_types {
    ($($(#[$attribute:meta])* $rust:ty = $sql:literal;)+) => {$(
        $(#[$attribute])*
        impl SqlType for $rust {
            fn sql_name() -> Cow<'static, str> {
                Cow::Borrowed($sql)
            }
        }

        $(#[$attribute])*
        impl Element for $rust {}
    )+};
}

sql_types! {
    bool = "bool";
    i8 = "\"char\"";
    i16 = "int2";
    i32 = "int4";
    i64 = "int8";
    u32 = "oid";
    f32 = "float4";
    f64 = "float8";
    String = "text";
    Vec<u8> = "bytea";
    crate::Interval = "interval";
    crate::MacAddr = "macaddr";
    crate::MacAddr8 = "macaddr8";
    crate::Money = "money";
    crate::Bits = "varbit";
    crate::TimeTz = "timetz";
    crate::geometric::Point = "point";
    crate::geometric::Line = "line";
    crate::geometric::LineSegment = "lseg";
    crate::geometric::Box = "box";
    crate::geometric::Path = "path";
    crate::geometric::Polygon = "polygon";
    crate::geometric::Circle = "circle";
    crate::TsVector = "tsvector";
    crate::TsQuery = "tsquery";
    crate::Xml = "xml";
    crate::JsonPath = "jsonpath";
    crate::PgLsn = "pg_lsn";
    crate::Snapshot = "pg_snapshot";
    crate::Tid = "tid";
    crate::Xid = "xid";
    crate::Cid = "cid";
    crate::Xid8 = "xid8";
    crate::Reg = "oid";
    crate::Int2Vector = "int2vector";
    crate::OidVector = "oidvector";
    crate::Hstore = "hstore";
    crate::Ltree = "ltree";
    crate::Lquery = "lquery";
    crate::Ltxtquery = "ltxtquery";
    crate::Cube = "cube";
    crate::Vector = "vector";
    crate::HalfVector = "halfvec";
    crate::SparseVector = "sparsevec";
    crate::Geometry = "geometry";
    crate::Geography = "geography";
    #[cfg(feature = "bigdecimal")] crate::BigDecimal = "numeric";
    #[cfg(feature = "time")] time::Date = "date";
    #[cfg(feature = "time")] time::Time = "time";
    #[cfg(feature = "time")] time::PrimitiveDateTime = "timestamp";
    #[cfg(feature = "time")] time::OffsetDateTime = "timestamptz";
    #[cfg(feature = "jiff")] jiff::civil::Date = "date";
    #[cfg(feature = "jiff")] jiff::civil::Time = "time";
    #[cfg(feature = "jiff")] jiff::civil::DateTime = "timestamp";
    #[cfg(feature = "jiff")] jiff::Timestamp = "timestamptz";
    #[cfg(feature = "decimal")] rust_decimal::Decimal = "numeric";
    #[cfg(feature = "uuid")] uuid::Uuid = "uuid";
    #[cfg(feature = "chrono")] chrono::NaiveDate = "date";
    #[cfg(feature = "chrono")] chrono::NaiveTime = "time";
    #[cfg(feature = "chrono")] chrono::NaiveDateTime = "timestamp";
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc> = "timestamptz";
    #[cfg(feature = "json")] serde_json::Value = "jsonb";
    #[cfg(feature = "net")] cidr::IpInet = "inet";
    #[cfg(feature = "net")] cidr::IpCidr = "cidr";
}

impl<T: Element> SqlType for Vec<T> {
    fn sql_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}[]", T::sql_name()))
    }
}

/// An array whose elements may be NULL.
impl<T: Element> SqlType for Vec<Option<T>> {
    fn sql_name() -> Cow<'static, str> {
        Vec::<T>::sql_name()
    }
}

/// An array of any number of dimensions.
impl<T: Element> SqlType for NdArray<T> {
    fn sql_name() -> Cow<'static, str> {
        Vec::<T>::sql_name()
    }
}

#[cfg(feature = "json")]
impl<T> SqlType for crate::Json<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
{
    fn sql_name() -> Cow<'static, str> {
        Cow::Borrowed("jsonb")
    }
}

#[cfg(feature = "json")]
impl<T> Element for crate::Json<T> where Self: SqlType {}

/// The elements of PostgreSQL's own range types, with their multiranges.
macro_rules! ranges {
    ($($(#[$attribute:meta])* $element:ty = $sql:literal, $multi:literal;)+) => {$(
        $(#[$attribute])*
        impl SqlType for Range<$element> {
            fn sql_name() -> Cow<'static, str> {
                Cow::Borrowed($sql)
            }
        }

        $(#[$attribute])*
        impl Element for Range<$element> {}

        $(#[$attribute])*
        impl SqlType for Multirange<$element> {
            fn sql_name() -> Cow<'static, str> {
                Cow::Borrowed($multi)
            }
        }

        $(#[$attribute])*
        impl Element for Multirange<$element> {}
    )+};
}

ranges! {
    i32 = "int4range", "int4multirange";
    i64 = "int8range", "int8multirange";
    #[cfg(feature = "decimal")] rust_decimal::Decimal = "numrange", "nummultirange";
    #[cfg(feature = "bigdecimal")] crate::BigDecimal = "numrange", "nummultirange";
    #[cfg(feature = "chrono")] chrono::NaiveDate = "daterange", "datemultirange";
    #[cfg(feature = "chrono")] chrono::NaiveDateTime = "tsrange", "tsmultirange";
    #[cfg(feature = "chrono")] chrono::DateTime<chrono::Utc> = "tstzrange", "tstzmultirange";
    #[cfg(feature = "time")] time::Date = "daterange", "datemultirange";
    #[cfg(feature = "time")] time::PrimitiveDateTime = "tsrange", "tsmultirange";
    #[cfg(feature = "time")] time::OffsetDateTime = "tstzrange", "tstzmultirange";
    #[cfg(feature = "jiff")] jiff::civil::Date = "daterange", "datemultirange";
    #[cfg(feature = "jiff")] jiff::civil::DateTime = "tsrange", "tsmultirange";
    #[cfg(feature = "jiff")] jiff::Timestamp = "tstzrange", "tstzmultirange";
}

/// A day or moment, which may be infinite as an [`Infinite`].
pub trait Temporal: SqlType {}

macro_rules! temporal {
    ($($(#[$attribute:meta])* $rust:ty),+ $(,)?) => {$(
        $(#[$attribute])*
        impl Temporal for $rust {}
    )+};
}

temporal!(
    #[cfg(feature = "chrono")]
    chrono::NaiveDate,
    #[cfg(feature = "chrono")]
    chrono::NaiveDateTime,
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc>,
    #[cfg(feature = "time")]
    time::Date,
    #[cfg(feature = "time")]
    time::PrimitiveDateTime,
    #[cfg(feature = "time")]
    time::OffsetDateTime,
    #[cfg(feature = "jiff")]
    jiff::civil::Date,
    #[cfg(feature = "jiff")]
    jiff::civil::DateTime,
    #[cfg(feature = "jiff")]
    jiff::Timestamp,
);

impl<T: Temporal> SqlType for Infinite<T> {
    fn sql_name() -> Cow<'static, str> {
        T::sql_name()
    }
}

impl<T: Temporal> Element for Infinite<T> {}

impl<T: Temporal> SqlType for Range<Infinite<T>>
where
    Range<T>: SqlType,
{
    fn sql_name() -> Cow<'static, str> {
        Range::<T>::sql_name()
    }
}

impl<T: Temporal> Element for Range<Infinite<T>> where Range<T>: SqlType {}

impl<T: Temporal> SqlType for Multirange<Infinite<T>>
where
    Multirange<T>: SqlType,
{
    fn sql_name() -> Cow<'static, str> {
        Multirange::<T>::sql_name()
    }
}

impl<T: Temporal> Element for Multirange<Infinite<T>> where Multirange<T>: SqlType {}

impl Text for String {}

impl<T: Element> Container for Vec<T> {}
impl<T: Element> Container for Vec<Option<T>> {}
impl<T: Element> Overlap for Vec<T> {}
impl<T: Element> Overlap for Vec<Option<T>> {}
impl<T: Element> Array for Vec<T> {}
impl<T: Element> Array for Vec<Option<T>> {}
impl<T: Element> Container for NdArray<T> {}
impl<T: Element> Overlap for NdArray<T> {}
impl<T: Element> Array for NdArray<T> {}

impl<T: Element> Container for Range<T> where Self: SqlType {}
impl<T: Element> Overlap for Range<T> where Self: SqlType {}

impl<T> Container for Multirange<T> where Self: SqlType {}
impl<T> Overlap for Multirange<T> where Self: SqlType {}
impl Container for crate::Hstore {}

#[cfg(feature = "json")]
impl<T> Container for crate::Json<T>
where
    Self: SqlType,
{
    const CAST: &'static str = "::jsonb";
}

impl<T: Element> IsRange for Range<T>
where
    Self: SqlType,
{
    type Element = T;
}

#[cfg(feature = "json")]
impl Container for serde_json::Value {
    const CAST: &'static str = "::jsonb";
}

macro_rules! outputs {
    ($trait:ident: $($(#[$attribute:meta])* $rust:ty => $output:ty;)+) => {$(
        $(#[$attribute])*
        impl $trait for $rust {
            type Output = $output;
        }
    )+};
}

macro_rules! numbers {
    ($($(#[$attribute:meta])* $rust:ty),+ $(,)?) => {$(
        $(#[$attribute])*
        impl Number for $rust {}
    )+};
}

numbers!(
    #[cfg(feature = "bigdecimal")]
    crate::BigDecimal,
    i16,
    i32,
    i64,
    f32,
    f64,
    #[cfg(feature = "decimal")]
    rust_decimal::Decimal,
);

outputs! {
    Sum:
    i16 => i64;
    i32 => i64;
    f32 => f32;
    f64 => f64;
    crate::Interval => crate::Interval;
    crate::Money => crate::Money;
    #[cfg(feature = "bigdecimal")] crate::BigDecimal => crate::BigDecimal;
    #[cfg(feature = "decimal")] i64 => rust_decimal::Decimal;
    #[cfg(feature = "decimal")] rust_decimal::Decimal => rust_decimal::Decimal;
}

outputs! {
    Average:
    f32 => f64;
    f64 => f64;
    crate::Interval => crate::Interval;
    #[cfg(feature = "bigdecimal")] crate::BigDecimal => crate::BigDecimal;
    #[cfg(feature = "decimal")] i16 => rust_decimal::Decimal;
    #[cfg(feature = "decimal")] i32 => rust_decimal::Decimal;
    #[cfg(feature = "decimal")] i64 => rust_decimal::Decimal;
    #[cfg(feature = "decimal")] rust_decimal::Decimal => rust_decimal::Decimal;
}

macro_rules! times {
    ($feature:literal: $date:ty, $timestamp:ty, $timestamptz:ty) => {
        #[cfg(feature = $feature)]
        impl Time for $date {
            type Precise = $timestamp;
            type Difference = i32;
        }

        #[cfg(feature = $feature)]
        impl Time for $timestamp {
            type Precise = Self;
            type Difference = crate::Interval;
        }

        #[cfg(feature = $feature)]
        impl Time for $timestamptz {
            type Precise = Self;
            type Difference = crate::Interval;
        }
    };
}

times!("chrono": chrono::NaiveDate, chrono::NaiveDateTime, chrono::DateTime<chrono::Utc>);
times!("time": time::Date, time::PrimitiveDateTime, time::OffsetDateTime);
times!("jiff": jiff::civil::Date, jiff::civil::DateTime, jiff::Timestamp);

impl<T: Time + Temporal> Time for Infinite<T>
where
    T::Precise: Temporal,
{
    type Precise = Infinite<T::Precise>;
    type Difference = T::Difference;
}
