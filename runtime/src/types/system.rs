//! Types that PostgreSQL's own tables are made of: places of rows, snapshots, and vectors of numbers.

use std::fmt;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::{binary, wire};
use crate::error::BoxError;

/// The place of a row's version in its table, PostgreSQL's type
/// [`tid`](https://www.postgresql.org/docs/current/datatype-oid.html).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tid {
    /// The number of the block.
    pub block: u32,
    /// The place in the block.
    pub offset: u16,
}

impl fmt::Display for Tid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({},{})", self.block, self.offset)
    }
}

binary! {
    Tid: |ty| *ty == Type::TID,
    |raw| Self {
        block: u32::from_be_bytes(wire::take(raw)?),
        offset: u16::from_be_bytes(wire::take(raw)?),
    },
    |this, out| {
        out.put_u32(this.block);
        out.put_u16(this.offset);
    }
}

/// Which transactions were running at a moment, PostgreSQL's types
/// [`pg_snapshot` and `txid_snapshot`](https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Snapshot {
    /// The lowest id of a transaction that was running.
    pub xmin: u64,
    /// One more than the highest id of a transaction that had ended.
    pub xmax: u64,
    /// The transactions between them that were running, in their order.
    pub running: Vec<u64>,
}

/// As PostgreSQL writes it: `10:20:10,14`.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let running: Vec<String> = self.running.iter().map(u64::to_string).collect();
        write!(f, "{}:{}:{}", self.xmin, self.xmax, running.join(","))
    }
}

impl<'a> FromSql<'a> for Snapshot {
    fn from_sql(_: &Type, mut raw: &'a [u8]) -> Result<Self, BoxError> {
        let count = wire::count(&mut raw)?;
        let xmin = u64::from_be_bytes(wire::take(&mut raw)?);
        let xmax = u64::from_be_bytes(wire::take(&mut raw)?);
        if raw.len() / 8 != count {
            return Err("the value has another number of transactions than it says".into());
        }
        let running = (0..count).map(|_| Ok(u64::from_be_bytes(wire::take(&mut raw)?)));
        let running = running.collect::<Result<_, BoxError>>()?;
        wire::end(raw)?;
        Ok(Self {
            xmin,
            xmax,
            running,
        })
    }

    accepts!(PG_SNAPSHOT, TXID_SNAPSHOT);
}

impl ToSql for Snapshot {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        out.put_i32(i32::try_from(self.running.len())?);
        out.put_u64(self.xmin);
        out.put_u64(self.xmax);
        self.running.iter().for_each(|id| out.put_u64(*id));
        Ok(IsNull::No)
    }

    accepts!(PG_SNAPSHOT, TXID_SNAPSHOT);
    to_sql_checked!();
}

/// A vector: an array of one dimension whose first element is that at 0, and of which none is NULL.
macro_rules! vector {
    ($(#[$attribute:meta])* $name:ident, $type:ident: $inner:ty, $element:ident, $size:literal) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $name(
            /// The elements.
            pub Vec<$inner>,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let elements: Vec<String> = self.0.iter().map(<$inner>::to_string).collect();
                f.write_str(&elements.join(" "))
            }
        }

        impl<'a> FromSql<'a> for $name {
            fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
                let mut rest = wire::array_elements(raw)?;
                let mut elements = Vec::new();
                while !rest.is_empty() {
                    let raw = wire::value(&mut rest)?.ok_or("an element is NULL")?;
                    let bytes = raw.try_into().map_err(|_| "an element is of another length")?;
                    elements.push(<$inner>::from_be_bytes(bytes));
                }
                Ok(Self(elements))
            }

            accepts!($type);
        }

        impl ToSql for $name {
            fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
                if self.0.is_empty() {
                    // `int2vectorrecv` and `oidvectorrecv` look for a dimension.
                    return Err("PostgreSQL can send an empty vector, but not receive one".into());
                }
                out.put_i32(1);
                out.put_i32(0);
                out.put_u32(Type::$element.oid());
                out.put_i32(i32::try_from(self.0.len())?);
                out.put_i32(0);
                for element in &self.0 {
                    out.put_i32($size);
                    out.put_slice(&element.to_be_bytes());
                }
                Ok(IsNull::No)
            }

            accepts!($type);
            to_sql_checked!();
        }
    };
}

vector! {
    /// A vector of numbers, PostgreSQL's type `int2vector`, in which
    /// [`pg_index`](https://www.postgresql.org/docs/current/catalog-pg-index.html) lists columns.
    Int2Vector, INT2_VECTOR: i16, INT2, 2
}

vector! {
    /// A vector of object identifiers, PostgreSQL's type `oidvector`, in which
    /// [`pg_proc`](https://www.postgresql.org/docs/current/catalog-pg-proc.html) lists types.
    OidVector, OID_VECTOR: u32, OID, 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_snapshot_are_refused() {
        let mut raw = BytesMut::new();
        raw.put_i32(1);
        raw.put_u64(1);
        raw.put_u64(2);
        assert!(Snapshot::from_sql(&Type::PG_SNAPSHOT, &raw).is_err());
        raw.put_u64(1);
        assert!(Snapshot::from_sql(&Type::PG_SNAPSHOT, &raw).is_ok());
        raw.put_u8(0);
        assert!(Snapshot::from_sql(&Type::PG_SNAPSHOT, &raw).is_err());
    }
}
