//! Types that are text with a meaning of its own: `xml`, `jsonpath`, `ltree` and its queries.

use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::error::BoxError;

/// Where the text begins in the binary format: behind a version, of which there has been only one.
const VERSION: u8 = 1;

macro_rules! texts {
    ($($(#[$attribute:meta])* $name:ident, $versioned:literal, $accepts:expr;)+) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// As PostgreSQL writes it.
            pub String,
        );

        impl $name {
            /// Whether a value of this type is one.
            fn is_type(ty: &Type) -> bool {
                let accepts: fn(&Type) -> bool = $accepts;
                accepts(ty)
            }
        }

        impl<'a> FromSql<'a> for $name {
            fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
                let raw = match (raw, $versioned) {
                    (_, false) => raw,
                    ([VERSION, rest @ ..], true) => rest,
                    _ => return Err("the value is of an unknown version".into()),
                };
                Ok(Self(std::str::from_utf8(raw)?.to_owned()))
            }

            fn accepts(ty: &Type) -> bool {
                Self::is_type(ty)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
                if $versioned {
                    out.put_u8(VERSION);
                }
                out.put_slice(self.0.as_bytes());
                Ok(IsNull::No)
            }

            fn accepts(ty: &Type) -> bool {
                Self::is_type(ty)
            }

            to_sql_checked!();
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        /// Any text is taken; the server refuses what is none of the type.
        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(Self(text.to_owned()))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "serde")]
        super::serde_as_text!($name);
    )+};
}

texts! {
    /// A document or its content, PostgreSQL's type
    /// [`xml`](https://www.postgresql.org/docs/current/datatype-xml.html).
    Xml, false, |ty| *ty == Type::XML;
    /// A path in JSON, PostgreSQL's type
    /// [`jsonpath`](https://www.postgresql.org/docs/current/datatype-json.html#DATATYPE-JSONPATH).
    JsonPath, true, |ty| *ty == Type::JSONPATH;
    /// A path of labels, the type of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    ///
    /// ```
    /// use rowsmith_runtime::Ltree;
    ///
    /// let path = Ltree::from("Top.Science.Astronomy");
    /// assert_eq!(path.split('.').count(), 3);
    /// ```
    Ltree, true, |ty| super::is_extension_type(ty, "ltree");
    /// A pattern for paths of labels, of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    Lquery, true, |ty| super::is_extension_type(ty, "lquery");
    /// A pattern for the labels of a path, of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    Ltxtquery, true, |ty| super::is_extension_type(ty, "ltxtquery");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_refused() {
        assert!(JsonPath::from_sql(&Type::JSONPATH, b"\x02$").is_err());
        assert!(JsonPath::from_sql(&Type::JSONPATH, b"").is_err());
        let path = JsonPath::from_sql(&Type::JSONPATH, b"\x01$").unwrap();
        assert_eq!(path, JsonPath::from("$"));
    }
}
