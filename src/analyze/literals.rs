//! Constants in the spelling that their type's output function has (`'1'::bigint` is `1`,
//! `interval '90 minutes'` is `01:30:00`).
//!
//! PostgreSQL evaluates a literal when it stores an expression, so a live database shows the value and
//! not what was written. What is not recognised here stays as it is written.

mod address;
mod hstore;
mod json;
mod jsonpath;
mod range;
mod time;

use super::names::Names;
use super::types::*;

/// The canonical spelling of a literal of that type, or `None` when it is not understood.
pub(super) fn canonical(names: &Names, base: Base, text: &str) -> Option<String> {
    if base.array {
        return None;
    }
    match base.id {
        BOOL => boolean(text).map(|b| b.to_string()),
        INT2 | INT4 | INT8 | OID => integer(text),
        NUMERIC => numeric(text),
        MONEY => money(text),
        FLOAT8 => float(text, false),
        FLOAT4 => float(text, true),
        UUID => uuid(text),
        JSONB => json::canonical(text),
        BYTEA => bytea(text),
        DATE => time::date(text),
        TIME => time::time(text),
        TIMESTAMP => time::timestamp(text),
        TIMESTAMPTZ => time::timestamptz(text),
        INTERVAL => time::interval(text, None),
        TIMETZ => time::timetz(text),
        INET => address::inet(text),
        CIDR => address::cidr(text),
        MACADDR => address::macaddr(text, 6),
        MACADDR8 => address::macaddr(text, 8),
        JSONPATH => jsonpath::canonical(text),
        id if names.is_brought(id, "hstore") => hstore::canonical(text),
        _ => range::range(names, base, text).or_else(|| range::multirange(names, base, text)),
    }
}

/// An interval whose unit is given by a field: `interval '1' day`.
pub(super) fn interval(text: &str, field: &str) -> Option<String> {
    time::interval(text, Some(field))
}

/// An interval's canonical text with so many digits of seconds.
pub(super) fn rounded_interval(text: &str, digits: u32) -> Option<String> {
    time::rounded_interval(text, digits)
}

/// `boolin`: unique prefixes of `true`, `false`, `yes`, `no`, and `on`, `off`, `1`, `0`.
fn boolean(text: &str) -> Option<bool> {
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "" => None,
        "on" | "1" => Some(true),
        "of" | "off" | "0" => Some(false),
        t if "true".starts_with(t) || "yes".starts_with(t) => Some(true),
        t if "false".starts_with(t) || "no".starts_with(t) => Some(false),
        _ => None,
    }
}

pub(super) fn integer(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    Some(match (digits, negative) {
        ("", _) => "0".to_owned(),
        (digits, true) => format!("-{digits}"),
        (digits, false) => digits.to_owned(),
    })
}

/// `numeric_out`: all digits written out, the scale kept.
pub(super) fn numeric(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    match rest.to_ascii_lowercase().as_str() {
        "nan" => return Some("NaN".to_owned()),
        "inf" | "infinity" => {
            return Some(if negative { "-Infinity" } else { "Infinity" }.to_owned());
        }
        _ => {}
    }
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (rest.get(..at)?, rest.get(at + 1..)?.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    // Beyond this a numeric of PostgreSQL overflows, and the text would become huge.
    if exponent.abs() > 2000 {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if (whole.is_empty() && fraction.is_empty())
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut digits = format!("{whole}{fraction}");
    let mut scale = fraction.len() as i64 - i64::from(exponent);
    while scale < 0 {
        digits.push('0');
        scale += 1;
    }
    let scale = usize::try_from(scale).ok()?;
    while digits.len() <= scale {
        digits.insert(0, '0');
    }
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let mut out = String::new();
    if negative && (whole != "0" || fraction.bytes().any(|b| b != b'0')) {
        out.push('-');
    }
    out.push_str(whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    Some(out)
}

/// A canonical number as one of `numeric(precision,scale)`, where the scale may be negative.
pub(super) fn rounded_numeric(text: &str, modifier: &str) -> Option<String> {
    let (_, scale) = modifier.split_once(',')?;
    let scale: i64 = scale.trim().parse().ok()?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let kept = usize::try_from(i64::try_from(whole.len()).ok()? + scale).unwrap_or(0);
    let mut all = format!("{whole}{fraction}");
    if !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let up = all.as_bytes().get(kept).is_some_and(|digit| *digit >= b'5');
    all.truncate(kept);
    while all.len() < kept {
        all.push('0');
    }
    let mut number: Vec<u8> = format!("0{all}").into_bytes();
    for digit in number.iter_mut().rev().take_while(|_| up) {
        match digit {
            b'9' => *digit = b'0',
            digit => {
                *digit += 1;
                break;
            }
        }
    }
    let number = String::from_utf8(number).ok()?;
    numeric(&format!("{sign}{number}e{}", -scale))
}

/// Money as a plain number: how it is shown depends on the server's locale, and any accepts this.
fn money(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '$' | ',')).collect();
    let text = numeric(&plain)?;
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    (cents.len() <= 2).then(|| format!("{whole}.{cents:0<2}"))
}

/// `float8out`: the shortest digits that read back as the same number.
fn float(text: &str, single: bool) -> Option<String> {
    let text = text.trim();
    let value: f64 = text.parse().ok()?;
    if value.is_nan() {
        return Some("NaN".to_owned());
    }
    if value.is_infinite() {
        // A number too large for the type is an error in PostgreSQL.
        if text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        return Some(if value < 0.0 { "-Infinity" } else { "Infinity" }.to_owned());
    }
    let shortest = if single {
        format!("{:e}", value as f32)
    } else {
        format!("{value:e}")
    };
    let (mantissa, exponent) = shortest.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let limit = if single { 6 } else { 15 };
    if (-4..limit).contains(&exponent) {
        return Some(if single {
            format!("{}", value as f32)
        } else {
            format!("{value}")
        });
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{mantissa}e{sign}{:02}", exponent.abs()))
}

fn uuid(text: &str) -> Option<String> {
    let text = text.trim();
    let text = match text.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}')?,
        None => text,
    };
    let hex: String = text
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Some(format!(
        "{}-{}-{}-{}-{}",
        hex.get(..8)?,
        hex.get(8..12)?,
        hex.get(12..16)?,
        hex.get(16..20)?,
        hex.get(20..)?
    ))
}

/// The hex format, from hex or from the escape format.
fn bytea(text: &str) -> Option<String> {
    use std::fmt::Write;

    if let Some(hex) = text.strip_prefix("\\x") {
        let hex: String = hex.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        return (hex.len().is_multiple_of(2) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| format!("\\x{}", hex.to_ascii_lowercase()));
    }
    let mut out = String::from("\\x");
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let value = if byte != b'\\' {
            byte
        } else {
            match bytes.next()? {
                b'\\' => b'\\',
                first @ b'0'..=b'3' => {
                    let mut value = first - b'0';
                    for _ in 0..2 {
                        let digit = bytes.next().filter(|b| (b'0'..=b'7').contains(b))?;
                        value = value * 8 + (digit - b'0');
                    }
                    value
                }
                _ => return None,
            }
        };
        let _ = write!(out, "{value:02x}");
    }
    Some(out)
}

/// The elements of an array literal, or `None` when it is not understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ArrayItem {
    Null,
    Value(String),
    Array(Vec<ArrayItem>),
}

/// Reads `{a,"b c",NULL,{…}}` (manual, section 8.15.2).
pub(super) fn array(text: &str) -> Option<Vec<ArrayItem>> {
    let mut chars = text.trim().chars().peekable();
    let items = array_items(&mut chars, 0)?;
    chars.next().is_none().then_some(items)
}

fn array_items(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    depth: usize,
) -> Option<Vec<ArrayItem>> {
    // PostgreSQL's MAXDIM.
    if depth > 6 || chars.next()? != '{' {
        return None;
    }
    let mut items = Vec::new();
    loop {
        while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
        match *chars.peek()? {
            '}' => {
                chars.next();
                return Some(items);
            }
            '{' => items.push(ArrayItem::Array(array_items(chars, depth + 1)?)),
            '"' => {
                chars.next();
                let mut value = String::new();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => value.push(chars.next()?),
                        c => value.push(c),
                    }
                }
                items.push(ArrayItem::Value(value));
            }
            _ => {
                let mut value = String::new();
                while let Some(c) = chars.next_if(|c| !matches!(c, ',' | '}' | '{' | '"')) {
                    value.push(if c == '\\' { chars.next()? } else { c });
                }
                let value = value.trim_end().to_owned();
                if value.is_empty() {
                    return None;
                }
                items.push(if value.eq_ignore_ascii_case("null") {
                    ArrayItem::Null
                } else {
                    ArrayItem::Value(value)
                });
            }
        }
        while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
        match chars.next()? {
            ',' => {}
            '}' => return Some(items),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ty: TypeId, text: &str, expected: &str) {
        let names = Names::new(&crate::catalog::Catalog::default());
        assert_eq!(
            canonical(&names, ty.scalar(), text).as_deref(),
            Some(expected),
            "{text}"
        );
    }

    /// What is left as it is written.
    #[track_caller]
    fn check_not(ty: TypeId, text: &str) {
        let names = Names::new(&crate::catalog::Catalog::default());
        assert_eq!(canonical(&names, ty.scalar(), text), None, "{text}");
    }

    #[test]
    fn numbers_are_rounded_to_a_scale() {
        for (text, modifier, rounded) in [
            ("0", "10,2", "0.00"),
            ("1.505", "10,2", "1.51"),
            ("-9.995", "10,2", "-10.00"),
            ("1.50", "3,-2", "0"),
            ("1250", "6,-2", "1300"),
            ("949", "6,-3", "1000"),
            ("-0.001", "10,2", "0.00"),
        ] {
            assert_eq!(
                rounded_numeric(text, modifier).as_deref(),
                Some(rounded),
                "{text}"
            );
        }
        assert_eq!(rounded_numeric("NaN", "10,2"), None);
    }

    #[test]
    fn numbers_are_spelled_as_postgresql_does() {
        check(INT4, " 007 ", "7");
        check(INT8, "-0", "0");
        check(NUMERIC, "1e3", "1000");
        check(NUMERIC, ".50", "0.50");
        check(NUMERIC, "12.5e-3", "0.0125");
        check(NUMERIC, "-0.0", "0.0");
        check(FLOAT8, "1.50", "1.5");
        check(FLOAT8, "1e20", "1e+20");
        check(FLOAT8, "0.00001", "1e-05");
        check(FLOAT4, "0.1", "0.1");
        check(FLOAT4, "1234567", "1.234567e+06");
    }

    #[test]
    fn other_literals_are_spelled_as_postgresql_does() {
        check(BOOL, "T", "true");
        check(BOOL, "off", "false");
        check(BYTEA, "a\\\\\\000", "\\x615c00");
        check(INET, "127.0.0.1/32", "127.0.0.1");
        check(CIDR, "10/8", "10.0.0.0/8");
        check(CIDR, "10.1.2.3", "10.1.2.3/32");
        check(MACADDR, "08002B:010203", "08:00:2b:01:02:03");
        check(MACADDR8, "08-00-2b-01-02-03", "08:00:2b:ff:fe:01:02:03");
        check(TIMETZ, "4:05 +2:30", "04:05:00+02:30");
        check(JSONPATH, " $.a[*].\"b c\" ", "$.\"a\"[*].\"b c\"");
        check_not(JSONPATH, "$.a.size()");
        check(
            UUID,
            "{A0EEBC99-9C0B4EF8-BB6D6BB9BD380A11}",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        );
    }

    #[test]
    fn ranges_are_spelled_as_postgresql_does() {
        let builtin = |name: &str| builtins().by_name[name];
        let int = builtin("int4range");
        check(int, "(1,5]", "[2,6)");
        check(int, "[,5]", "(,6)");
        check(int, " EMPTY", "empty");
        check(int, "[1,1)", "empty");
        check(
            builtin("daterange"),
            "[2020-1-31,2020-02-28]",
            "[2020-01-31,2020-02-29)",
        );
        check(builtin("numrange"), "[1.0,2]", "[1.0,2]");
        check(builtin("numrange"), "[,]", "(,)");
        check(
            builtin("tsrange"),
            "[2020-01-01,)",
            "[\"2020-01-01 00:00:00\",)",
        );
        check(builtin("int4multirange"), "{ [1,5] }", "{[1,6)}");
        check(builtin("int4multirange"), "{empty}", "{}");
        check_not(builtin("int4multirange"), "{[1,2),[5,6)}");
    }

    #[test]
    fn arrays_are_read() {
        use ArrayItem::{Array, Null, Value};
        assert_eq!(
            array(r#"{a, "b \"c", NULL,{}}"#),
            Some(vec![
                Value("a".into()),
                Value("b \"c".into()),
                Null,
                Array(vec![])
            ])
        );
        assert_eq!(array("{a"), None);
        assert_eq!(array("{a,}x"), None);
    }
}
