//! Types that are text with a meaning of its own: `xml`, `jsonpath`, `ltree` and its queries.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::ops::{Deref, Range};
use std::str::FromStr;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::{binary, wire};
use crate::error::BoxError;

/// The text as it stands, or behind a version.
macro_rules! texts {
    ($($(#[$attribute:meta])* $name:ident, $versioned:literal, $sent:expr, $accepts:expr;)+) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// As PostgreSQL writes it.
            pub String,
        );

        binary! {
            $name: $accepts,
            |raw| {
                if $versioned {
                    wire::version(raw)?;
                }
                Self(std::str::from_utf8(std::mem::take(raw))?.to_owned())
            },
            |this, out| {
                if $versioned {
                    out.put_u8(wire::VERSION);
                }
                let sent: fn(&str) -> Cow<'_, str> = $sent;
                out.put_slice(sent(&this.0).as_bytes());
            }
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
    ///
    /// It is sent in UTF-8: another encoding in its declaration is left out then, for the server would
    /// take the bytes to be in it.
    Xml, false, in_utf8, |ty| *ty == Type::XML;
    /// A path in JSON, PostgreSQL's type
    /// [`jsonpath`](https://www.postgresql.org/docs/current/datatype-json.html#DATATYPE-JSONPATH).
    JsonPath, true, unchanged, |ty| *ty == Type::JSONPATH;
    /// A path of labels, the type of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    ///
    /// ```
    /// use rowsmith_runtime::Ltree;
    ///
    /// let path = Ltree::from("Top.Science.Astronomy");
    /// assert_eq!(path.split('.').count(), 3);
    /// ```
    Ltree, true, unchanged, |ty| super::is_extension_type(ty, "ltree");
    /// A pattern for paths of labels, of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    Lquery, true, unchanged, |ty| super::is_extension_type(ty, "lquery");
    /// A pattern for the labels of a path, of the extension
    /// [`ltree`](https://www.postgresql.org/docs/current/ltree.html).
    Ltxtquery, true, unchanged, |ty| super::is_extension_type(ty, "ltxtquery");
}

fn unchanged(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A document whose declaration names no other encoding than UTF-8.
fn in_utf8(document: &str) -> Cow<'_, str> {
    match other_encoding(document) {
        Some(range) => Cow::Owned([&document[..range.start], &document[range.end..]].concat()),
        None => Cow::Borrowed(document),
    }
}

/// Where another encoding is declared, with the space before it:
/// `<?xml version="1.0" encoding="ISO-8859-1"?>`.
fn other_encoding(document: &str) -> Option<Range<usize>> {
    let declaration = document.strip_prefix("<?xml")?;
    let declaration = &document[..5 + declaration.find("?>")?];
    let name = declaration.find("encoding")?;
    let start = declaration[..name].trim_end().len();
    let value = declaration[name + "encoding".len()..].trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|it| ['"', '\''].contains(it))?;
    let (encoding, rest) = value[1..].split_once(quote)?;
    let utf8 = ["UTF-8", "UTF8"]
        .iter()
        .any(|it| encoding.eq_ignore_ascii_case(it));
    (!utf8).then_some(start..declaration.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_declare_no_other_encoding() {
        for (document, sent) in [
            (
                r#"<?xml version="1.0" encoding="ISO-8859-1"?><a>ß</a>"#,
                r#"<?xml version="1.0"?><a>ß</a>"#,
            ),
            (
                "<?xml version='1.0'\n encoding = 'latin1' standalone='yes' ?><a/>",
                "<?xml version='1.0' standalone='yes' ?><a/>",
            ),
        ] {
            assert_eq!(in_utf8(document), sent);
        }
        for document in [
            "",
            "<?xml",
            "<?xml encoding",
            "<?xml encoding=",
            "<?xml encoding=?>",
            "<?xml encoding='?>",
            "<?xml version='1.0' encoding='utf-8'?><a/>",
            "<?xml version='1.0'?><a encoding='latin1'/>",
            "<a encoding='latin1'/>",
        ] {
            assert_eq!(in_utf8(document), document);
        }
    }

    #[test]
    fn another_version_is_refused() {
        assert!(JsonPath::from_sql(&Type::JSONPATH, b"\x02$").is_err());
        assert!(JsonPath::from_sql(&Type::JSONPATH, b"").is_err());
        let path = JsonPath::from_sql(&Type::JSONPATH, b"\x01$").unwrap();
        assert_eq!(path, JsonPath::from("$"));
    }
}
