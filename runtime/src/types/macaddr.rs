//! `macaddr` and `macaddr8`.

use std::fmt;
use std::str::FromStr;

use bytes::BytesMut;
use postgres_protocol::types;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use super::{binary, wire};
use crate::error::BoxError;

/// The hardware address of a network interface, PostgreSQL's type
/// [`macaddr`](https://www.postgresql.org/docs/current/datatype-net-types.html#DATATYPE-MACADDR).
///
/// ```
/// use rowsmith_runtime::MacAddr;
///
/// let address: MacAddr = "08:00:2b:01:02:03".parse()?;
/// assert_eq!(address, MacAddr([0x08, 0x00, 0x2b, 0x01, 0x02, 0x03]));
/// assert_eq!(address.to_string(), "08:00:2b:01:02:03");
/// # Ok::<(), rowsmith_runtime::ParseMacAddrError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Text that is no hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseMacAddrError;

impl fmt::Display for ParseMacAddrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a hardware address is six bytes in hexadecimal, as in `08:00:2b:01:02:03`, or eight",
        )
    }
}

impl std::error::Error for ParseMacAddrError {}

/// Reads six bytes of two hexadecimal digits with `:` or `-` between them.
impl FromStr for MacAddr {
    type Err = ParseMacAddrError;

    fn from_str(text: &str) -> Result<Self, ParseMacAddrError> {
        bytes(text).map(Self)
    }
}

/// The hardware address of a network interface in eight bytes, PostgreSQL's type
/// [`macaddr8`](https://www.postgresql.org/docs/current/datatype-net-types.html#DATATYPE-MACADDR8).
///
/// ```
/// use rowsmith_runtime::MacAddr8;
///
/// let address: MacAddr8 = "08:00:2b:01:02:03:04:05".parse()?;
/// assert_eq!(address.0[7], 5);
/// # Ok::<(), rowsmith_runtime::ParseMacAddrError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr8(pub [u8; 8]);

impl fmt::Display for MacAddr8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.map(|byte| format!("{byte:02x}"));
        f.pad(&bytes.join(":"))
    }
}

/// Reads eight bytes of two hexadecimal digits with `:` or `-` between them.
impl FromStr for MacAddr8 {
    type Err = ParseMacAddrError;

    fn from_str(text: &str) -> Result<Self, ParseMacAddrError> {
        bytes(text).map(Self)
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], ParseMacAddrError> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let mut bytes = text.split(separator).map(|byte| {
        let digits = byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(byte, 16).ok()).flatten()
    });
    let mut address = [0; N];
    for byte in &mut address {
        *byte = bytes.next().flatten().ok_or(ParseMacAddrError)?;
    }
    match bytes.next() {
        None => Ok(address),
        Some(_) => Err(ParseMacAddrError),
    }
}

binary! {
    MacAddr8: |ty| *ty == Type::MACADDR8,
    |raw| Self(wire::take(raw)?),
    |this, out| out.extend_from_slice(&this.0)
}

impl<'a> FromSql<'a> for MacAddr {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        types::macaddr_from_sql(raw).map(Self)
    }

    accepts!(MACADDR);
}

impl ToSql for MacAddr {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        types::macaddr_to_sql(self.0, out);
        Ok(IsNull::No)
    }

    accepts!(MACADDR);
    to_sql_checked!();
}

#[cfg(feature = "serde")]
super::serde_as_text!(MacAddr);
#[cfg(feature = "serde")]
super::serde_as_text!(MacAddr8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let address = MacAddr([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
        assert_eq!(address.to_string().parse(), Ok(address));
        assert_eq!("00-01-7F-80-FE-FF".parse(), Ok(address));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "",
            "00:01:02:03:04",
            "00:01:02:03:04:05:06",
            "0:1:2:3:4:5",
            "+0:01:02:03:04:05",
            "é:01:02:03:04:05",
            "00:01:02:03:04:0g",
        ] {
            assert_eq!(text.parse::<MacAddr>(), Err(ParseMacAddrError), "{text}");
        }
    }
}
