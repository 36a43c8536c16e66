//! `jsonb_out`: keys in their order and once each, one space after `:` and `,`.

use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

const MAX_DEPTH: usize = 64;

enum Value {
    /// `null`, `true`, `false` or a number, as it is printed.
    Plain(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// The text as `jsonb` shows it.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut chars = text.chars().peekable();
    let value = value(&mut chars, 0)?;
    skip(&mut chars);
    if chars.next().is_some() {
        return None;
    }
    let mut out = String::new();
    print(&value, &mut out);
    Some(out)
}

fn skip(chars: &mut Peekable<Chars<'_>>) {
    while chars
        .next_if(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
        .is_some()
    {}
}

fn value(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    skip(chars);
    match *chars.peek()? {
        '"' => string(chars).map(Value::String),
        '[' => {
            chars.next();
            let mut items = Vec::new();
            skip(chars);
            if chars.next_if_eq(&']').is_some() {
                return Some(Value::Array(items));
            }
            loop {
                items.push(value(chars, depth + 1)?);
                skip(chars);
                match chars.next()? {
                    ',' => {}
                    ']' => return Some(Value::Array(items)),
                    _ => return None,
                }
            }
        }
        '{' => {
            chars.next();
            let mut members = Vec::new();
            skip(chars);
            if chars.next_if_eq(&'}').is_some() {
                return Some(Value::Object(members));
            }
            loop {
                skip(chars);
                let key = string(chars)?;
                skip(chars);
                chars.next_if_eq(&':')?;
                members.push((key, value(chars, depth + 1)?));
                skip(chars);
                match chars.next()? {
                    ',' => {}
                    '}' => return Some(Value::Object(in_order(members))),
                    _ => return None,
                }
            }
        }
        _ => {
            let mut word = String::new();
            while let Some(c) =
                chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))
            {
                word.push(c);
            }
            match word.as_str() {
                "null" | "true" | "false" => Some(Value::Plain(word)),
                _ if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                    super::numeric(&word).map(Value::Plain)
                }
                _ => None,
            }
        }
    }
}

/// Shorter keys first, then by bytes; of equal keys the last one counts.
fn in_order(members: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let mut members: Vec<(usize, (String, Value))> = members.into_iter().enumerate().collect();
    members.sort_by(|(i, (a, _)), (j, (b, _))| {
        (a.len(), a.as_bytes())
            .cmp(&(b.len(), b.as_bytes()))
            .then(j.cmp(i))
    });
    members.dedup_by(|(_, (later, _)), (_, (kept, _))| later == kept);
    members.into_iter().map(|(_, member)| member).collect()
}

fn string(chars: &mut Peekable<Chars<'_>>) -> Option<String> {
    chars.next_if_eq(&'"')?;
    let mut out = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => out.push(match chars.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let first = hex(chars)?;
                    if (0xd800..0xdc00).contains(&first) {
                        chars.next_if_eq(&'\\')?;
                        chars.next_if_eq(&'u')?;
                        let second = hex(chars)?;
                        let low = second.checked_sub(0xdc00)?;
                        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)?
                    } else {
                        char::from_u32(first)?
                    }
                }
                c @ ('"' | '\\' | '/') => c,
                _ => return None,
            }),
            c => out.push(c),
        }
    }
}

fn hex(chars: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + chars.next()?.to_digit(16)?;
    }
    Some(value)
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Plain(text) => out.push_str(text),
        Value::String(text) => print_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                print(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (i, (key, member)) in members.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                print_string(key, out);
                out.push_str(": ");
                print(member, out);
            }
            out.push('}');
        }
    }
}

fn print_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn keys_are_ordered_and_spaces_are_regular() {
        assert_eq!(
            canonical(r#"{"bb":1e2,"a":[ ],"bb" : "\u00e9\n","c":{}}"#).as_deref(),
            Some(r#"{"a": [], "c": {}, "bb": "é\n"}"#)
        );
        assert_eq!(
            canonical("[1.50,null , true]").as_deref(),
            Some("[1.50, null, true]")
        );
        assert_eq!(canonical("{"), None);
        assert_eq!(canonical("nonsense"), None);
        assert_eq!(canonical(&"[".repeat(1000)), None);
    }
}
