//! Types that are a number to the server: `money`, `pg_lsn`, transaction ids and object identifiers.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::{binary, wire};
use crate::error::BoxError;

/// A struct around a number, which travels as its bytes.
macro_rules! number {
    ($(#[$attribute:meta])* $name:ident($(#[$field:meta])* $inner:ty): $accepts:expr) => {
        $(#[$attribute])*
        pub struct $name($(#[$field])* pub $inner);

        binary! {
            $name: $accepts,
            |raw| Self(<$inner>::from_be_bytes(wire::take(raw)?)),
            |this, out| out.put_slice(&this.0.to_be_bytes())
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&self.0, serializer)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }

        impl From<$inner> for $name {
            fn from(number: $inner) -> Self {
                Self(number)
            }
        }
    };
}

/// The number in decimal.
macro_rules! in_decimal {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }
    )+};
}

number! {
    /// An amount of money, PostgreSQL's type
    /// [`money`](https://www.postgresql.org/docs/current/datatype-money.html), in the smallest unit.
    ///
    /// How many of them make a whole, and of which currency, is the server's `lc_monetary`: of dollars
    /// and euros a hundred, of yen one. As text it is that number, not what the server writes: `1250` for
    /// `$12.50`.
    ///
    /// ```
    /// use rowsmith_runtime::Money;
    ///
    /// let price = Money(12_50);
    /// assert_eq!(price.to_string(), "1250");
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    Money(
        /// In the smallest unit of the currency.
        i64
    ): |ty| *ty == Type::MONEY
}

number! {
    /// A place in the write-ahead log, PostgreSQL's type
    /// [`pg_lsn`](https://www.postgresql.org/docs/current/datatype-pg-lsn.html).
    ///
    /// ```
    /// use rowsmith_runtime::PgLsn;
    ///
    /// let lsn: PgLsn = "16/B374D848".parse().unwrap();
    /// assert_eq!(lsn.to_string(), "16/B374D848");
    /// assert!(lsn > PgLsn(0));
    /// ```
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    PgLsn(
        /// In bytes from the log's beginning.
        u64
    ): |ty| *ty == Type::PG_LSN
}

number! {
    /// The id of a transaction, PostgreSQL's type
    /// [`xid`](https://www.postgresql.org/docs/current/datatype-oid.html). It begins anew after 2³², so
    /// that there is no order among them.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    Xid(
        /// The number.
        u32
    ): |ty| *ty == Type::XID
}

number! {
    /// The number of a command in its transaction, PostgreSQL's type
    /// [`cid`](https://www.postgresql.org/docs/current/datatype-oid.html).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    Cid(
        /// The number.
        u32
    ): |ty| *ty == Type::CID
}

number! {
    /// The id of a transaction that is never used again, PostgreSQL's type
    /// [`xid8`](https://www.postgresql.org/docs/current/datatype-oid.html).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    Xid8(
        /// The number.
        u64
    ): |ty| *ty == Type::XID8
}

number! {
    /// A reference to an object of the database, PostgreSQL's types
    /// [`regclass`, `regtype`](https://www.postgresql.org/docs/current/datatype-oid.html) and their like:
    /// the object's identifier, which is what the server sends and stores.
    ///
    /// Its name depends on the `search_path`; select it with a cast to text where it is wanted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    Reg(
        /// The object identifier (`oid`) in the catalog that the type stands for.
        u32
    ): |ty| {
        const REG: [Type; 12] = [
            Type::OID,
            Type::REGCLASS,
            Type::REGCOLLATION,
            Type::REGCONFIG,
            Type::REGDICTIONARY,
            Type::REGNAMESPACE,
            Type::REGOPER,
            Type::REGOPERATOR,
            Type::REGPROC,
            Type::REGPROCEDURE,
            Type::REGROLE,
            Type::REGTYPE,
        ];
        REG.contains(ty)
    }
}

in_decimal!(Money, Xid, Cid, Xid8, Reg);

impl fmt::Display for PgLsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:X}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}

/// Text that is no place in a write-ahead log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsePgLsnError;

impl fmt::Display for ParsePgLsnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a `pg_lsn` is two numbers in hexadecimal, as in `16/B374D848`")
    }
}

impl std::error::Error for ParsePgLsnError {}

impl FromStr for PgLsn {
    type Err = ParsePgLsnError;

    fn from_str(text: &str) -> Result<Self, ParsePgLsnError> {
        let number = |text: &str| {
            let digits = text.bytes().all(|digit| digit.is_ascii_hexdigit());
            let number = digits.then(|| u32::from_str_radix(text, 16).ok()).flatten();
            number.map(u64::from).ok_or(ParsePgLsnError)
        };
        let (high, low) = text.split_once('/').ok_or(ParsePgLsnError)?;
        Ok(Self(number(high)? << 32 | number(low)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_log_are_read_as_they_are_written() {
        for number in [0, 1, u64::MAX, 0x16_b374_d848] {
            assert_eq!(PgLsn(number).to_string().parse(), Ok(PgLsn(number)));
        }
        for text in ["", "/", "1", "1/", "+1/1", "1/100000000", "g/0"] {
            assert_eq!(text.parse::<PgLsn>(), Err(ParsePgLsnError), "{text}");
        }
    }

    #[test]
    fn bytes_of_another_length_are_refused() {
        assert!(Money::from_sql(&Type::MONEY, &[0; 7]).is_err());
        assert!(Reg::from_sql(&Type::REGCLASS, &[]).is_err());
    }
}
