//! What names and strings mean once their quotes and escapes are read (manual, section 4.1.2).

use super::lexer::{Token, TokenKind};
use crate::diagnostics::floor_char_boundary;

/// The longest name PostgreSQL keeps, in bytes (`NAMEDATALEN` - 1).
pub(super) const NAME_LENGTH: usize = 63;

/// Cuts a name to a length in bytes, between two characters.
pub(super) fn truncate(name: &str, length: usize) -> &str {
    name.get(..floor_char_boundary(name, length))
        .unwrap_or_default()
}

/// The name a name token means: folded to lower case unless quoted, and cut to 63 bytes.
pub(super) fn decode_name(token: &Token, source: &str) -> String {
    let text = token.text(source);
    let name = match token.kind {
        TokenKind::QuotedWord => inside(text, 1).replace("\"\"", "\""),
        TokenKind::UnicodeWord => unicode_escapes(&inside(text, 3).replace("\"\"", "\"")),
        _ => text.to_ascii_lowercase(),
    };
    truncate(&name, NAME_LENGTH).to_owned()
}

/// The value of a string token.
pub(super) fn decode_string(token: &Token, source: &str) -> String {
    let text = token.text(source);
    match token.kind {
        TokenKind::EscapeString => backslash_escapes(inside(text, 2)),
        TokenKind::UnicodeString => unicode_escapes(&inside(text, 3).replace("''", "'")),
        TokenKind::DollarString => {
            let tag = text
                .get(1..)
                .and_then(|rest| rest.find('$'))
                .map_or(1, |at| at + 2);
            text.get(tag..text.len().saturating_sub(tag))
                .unwrap_or_default()
                .to_owned()
        }
        _ => {
            let prefix = if text.starts_with('\'') { 1 } else { 2 };
            inside(text, prefix).replace("''", "'")
        }
    }
}

fn inside(text: &str, prefix: usize) -> &str {
    text.get(prefix..text.len().saturating_sub(1))
        .unwrap_or_default()
}

/// `\0061` and `\+000061`, and `\\` for a backslash.
fn unicode_escapes(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut units: Vec<u16> = Vec::new();
    while let Some(c) = rest.chars().next() {
        let digits = if c != '\\' {
            None
        } else if rest.starts_with("\\+") {
            Some((2, 8))
        } else {
            Some((1, 5))
        };
        let code = digits.and_then(|(from, to)| {
            let code = u32::from_str_radix(rest.get(from..to)?, 16).ok()?;
            Some((code, to))
        });
        if let Some((code, length)) = code {
            // Two surrogates in a row are one character.
            let mut buffer = [0; 2];
            match char::from_u32(code) {
                Some(c) => units.extend_from_slice(c.encode_utf16(&mut buffer)),
                None => units.extend(u16::try_from(code)),
            }
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        result.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        result.push(c);
        let length = if rest.starts_with("\\\\") {
            2
        } else {
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    result.push_str(&String::from_utf16_lossy(&units));
    result
}

/// The escapes of `E''` (manual, section 4.1.2.2).
fn backslash_escapes(text: &str) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let take_digits = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
                       radix: u32,
                       most: usize,
                       first: u32| {
        let mut code = first;
        for _ in 0..most {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else {
                break;
            };
            code = code * radix + digit;
            chars.next();
        }
        code
    };
    while let Some(c) = chars.next() {
        let mut buffer = [0; 4];
        let mut push = |bytes: &mut Vec<u8>, c: char| {
            bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        };
        match c {
            '\'' => {
                chars.next_if_eq(&'\'');
                push(&mut bytes, c);
            }
            '\\' => match chars.next() {
                Some('b') => bytes.push(8),
                Some('f') => bytes.push(12),
                Some('n') => bytes.push(b'\n'),
                Some('r') => bytes.push(b'\r'),
                Some('t') => bytes.push(b'\t'),
                Some('v') => bytes.push(11),
                Some('x') if chars.peek().is_some_and(char::is_ascii_hexdigit) => {
                    bytes.push((take_digits(&mut chars, 16, 2, 0) & 0xff) as u8);
                }
                Some(c @ ('u' | 'U')) => {
                    let most = if c == 'u' { 4 } else { 8 };
                    let code = take_digits(&mut chars, 16, most, 0);
                    push(
                        &mut bytes,
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
                    );
                }
                Some(c) => match c.to_digit(8) {
                    Some(digit) => {
                        bytes.push((take_digits(&mut chars, 8, 2, digit) & 0xff) as u8);
                    }
                    None => push(&mut bytes, c),
                },
                None => {}
            },
            c => push(&mut bytes, c),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::ddl::lexer::Lexer;

    #[test]
    fn strings_and_names_are_decoded() {
        let decoded = |source: &str| {
            let token = Lexer::new(source, 0).next_token().unwrap().unwrap();
            if token.is_name() {
                decode_name(&token, source)
            } else {
                decode_string(&token, source)
            }
        };
        assert_eq!(decoded("'it''s'"), "it's");
        assert_eq!(decoded(r"E'a\'b\n\x41\101\u00e9'"), "a'b\nAA\u{e9}");
        assert_eq!(decoded(r"U&'d\0061t\+000061 \\'"), "data \\");
        assert_eq!(decoded(r"U&'\D83D\DE00'"), "\u{1f600}");
        assert_eq!(decoded("$f$it's$f$"), "it's");
        assert_eq!(decoded("\"a \"\"b\"\"\""), "a \"b\"");
        assert_eq!(decoded("UsErS"), "users");
        assert_eq!(decoded(&"x".repeat(70)).len(), NAME_LENGTH);
        assert_eq!(decoded(&format!("\"{}\"", "\u{e9}".repeat(40))).len(), 62);
    }
}
