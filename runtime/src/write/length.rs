//! Strings that are measured before they are sent.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, Type};

use super::{Value, WriteColumn};
use crate::{Error, Result};

impl WriteColumn {
    /// Says that the value is text of at most so many characters, and is to be measured before it is sent.
    pub const fn max_length(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Measures a value as `varchar(n)` and `char(n)` do: in characters, but for blanks at the end
    /// (manual, 8.3).
    pub(super) fn check_length(&self, value: Option<Value<'_>>) -> Result<()> {
        let (Some(max), Some(value)) = (self.max_length, value) else {
            return Ok(());
        };
        let mut text = BytesMut::new();
        // A type of the user's own may not be text to the driver; then only the server can tell.
        let Ok(IsNull::No) = value.to_sql_checked(&Type::TEXT, &mut text) else {
            return Ok(());
        };
        let Ok(text) = std::str::from_utf8(&text) else {
            return Ok(());
        };
        let length = text.trim_end_matches(' ').chars().count();
        match u32::try_from(length) {
            Ok(length) if length <= max => Ok(()),
            _ => Err(Error::TooLong {
                column: unquoted(self.name),
                max,
            }),
        }
    }
}

/// A name without the quotes that SQL has around and in it.
fn unquoted(name: &str) -> String {
    let inside = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    inside.unwrap_or(name).replace("\"\"", "\"")
}

/// Measures the values of a row.
pub(super) fn check_lengths<'a>(
    columns: &[WriteColumn],
    values: impl IntoIterator<Item = &'a Option<Value<'a>>>,
) -> Result<()> {
    columns
        .iter()
        .zip(values)
        .try_for_each(|(column, value)| column.check_length(*value))
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn quotes_of_the_name_itself_stay() {
        assert_eq!(unquoted(r#""name""#), "name");
        assert_eq!(unquoted(r#""""a""""#), r#""a""#);
    }
}
