//! Multiranges.

use std::fmt;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::{Range, wire};
use crate::error::BoxError;

/// Several ranges of values, PostgreSQL's types
/// [`int4multirange`, `tstzmultirange`](https://www.postgresql.org/docs/current/rangetypes.html) and their
/// like.
///
/// PostgreSQL sorts the ranges, leaves out empty ones, and joins those that touch.
///
/// ```
/// use rowsmith_runtime::Multirange;
///
/// let hours = Multirange::from_iter([9..12, 13..17]);
/// assert_eq!(hours.to_string(), "{[9,12),[13,17)}");
/// assert!(hours.contains(&10) && !hours.contains(&12));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Multirange<T>(
    /// The ranges.
    pub Vec<Range<T>>,
);

impl<T> Default for Multirange<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialOrd> Multirange<T> {
    /// Whether the value is in one of the ranges.
    pub fn contains(&self, value: &T) -> bool {
        self.0.iter().any(|range| range.contains(value))
    }
}

impl<T, R: Into<Range<T>>> FromIterator<R> for Multirange<T> {
    fn from_iter<I: IntoIterator<Item = R>>(ranges: I) -> Self {
        Self(ranges.into_iter().map(Into::into).collect())
    }
}

impl<T> From<Range<T>> for Multirange<T> {
    fn from(range: Range<T>) -> Self {
        Self(vec![range])
    }
}

/// As PostgreSQL writes it, without quotes around the values.
impl<T: fmt::Display> fmt::Display for Multirange<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, range) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { "," })?;
            range.fmt(f)?;
        }
        f.write_str("}")
    }
}

/// PostgreSQL's own types that have an order, of which a multirange's bounds can be: the driver knows only
/// of PostgreSQL's own multiranges what they are of. Of the types in the same format the first is taken.
const BOUNDS: [Type; 44] = [
    Type::BOOL,
    Type::CHAR,
    Type::INT2,
    Type::INT4,
    Type::INT8,
    Type::OID,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::NUMERIC,
    Type::MONEY,
    Type::TEXT,
    Type::BYTEA,
    Type::VARBIT,
    Type::DATE,
    Type::TIME,
    Type::TIMETZ,
    Type::TIMESTAMP,
    Type::TIMESTAMPTZ,
    Type::INTERVAL,
    Type::UUID,
    Type::JSONB,
    Type::INET,
    Type::CIDR,
    Type::MACADDR,
    Type::MACADDR8,
    Type::TS_VECTOR,
    Type::TSQUERY,
    Type::PG_LSN,
    Type::TID,
    Type::XID8,
    Type::INT2_VECTOR,
    Type::OID_VECTOR,
    Type::INT4_RANGE,
    Type::INT8_RANGE,
    Type::NUM_RANGE,
    Type::DATE_RANGE,
    Type::TS_RANGE,
    Type::TSTZ_RANGE,
    Type::INT4MULTI_RANGE,
    Type::INT8MULTI_RANGE,
    Type::NUMMULTI_RANGE,
    Type::DATEMULTI_RANGE,
    Type::TSMULTI_RANGE,
    Type::TSTZMULTI_RANGE,
];

/// The type of the bounds of a multirange, if `T` can be it.
fn bound(ty: &Type, accepts: fn(&Type) -> bool) -> Option<Type> {
    match ty.kind() {
        Kind::Multirange(bound) => accepts(&super::base(bound)).then(|| bound.clone()),
        Kind::Simple => BOUNDS.into_iter().find(accepts),
        _ => None,
    }
}

impl<'a, T: FromSql<'a>> FromSql<'a> for Multirange<T> {
    fn from_sql(ty: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let bound = bound(ty, T::accepts).ok_or("the type is no multirange")?;
        let mut ranges = Vec::new();
        for _ in 0..wire::count(&mut raw)? {
            let range = wire::value(&mut raw)?.ok_or("a range is NULL")?;
            ranges.push(Range::read_of(&bound, range)?);
        }
        wire::end(raw)?;
        Ok(Self(ranges))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Multirange(bound) if T::accepts(&super::base(bound)))
    }
}

impl<T: ToSql> ToSql for Multirange<T> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        let bound = bound(ty, T::accepts).ok_or("the type is no multirange")?;
        out.put_i32(i32::try_from(self.0.len())?);
        for range in &self.0 {
            wire::put_value(out, |out| range.write_of(&bound, out))?;
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(ty.kind(), Kind::Multirange(bound) if T::accepts(&super::base(bound)))
    }

    to_sql_checked!();
}
