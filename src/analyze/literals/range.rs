//! Ranges and multiranges (manual, section 8.17.5).

use super::super::names::Names;
use super::super::types::*;
use super::{canonical, time};

/// The canonical spelling of a range of that type. Ranges of whole numbers and days include their lower
/// bound and exclude their upper one.
pub(super) fn range(names: &Names, base: Base, text: &str) -> Option<String> {
    let subtype = names.range_subtype(base)?;
    let (range, rest) = Range::parse(text.trim())?;
    rest.is_empty().then(|| range.canonical(names, subtype))?
}

/// The canonical spelling of a multirange that holds one range, or none.
pub(super) fn multirange(names: &Names, base: Base, text: &str) -> Option<String> {
    let subtype = names.range_subtype(names.multirange_range(base)?)?;
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    if inner.is_empty() {
        return Some("{}".to_owned());
    }
    let (range, rest) = Range::parse(inner)?;
    // Several are sorted and joined, which takes comparisons.
    if !rest.is_empty() {
        return None;
    }
    let range = range.canonical(names, subtype)?;
    Some(match range.as_str() {
        "empty" => "{}".to_owned(),
        range => format!("{{{range}}}"),
    })
}

struct Range {
    empty: bool,
    open: char,
    lower: Option<String>,
    upper: Option<String>,
    close: char,
}

impl Range {
    /// Takes a range off the front.
    fn parse(text: &str) -> Option<(Self, &str)> {
        if let Some(word) = text.get(..5)
            && word.eq_ignore_ascii_case("empty")
        {
            let empty = Self {
                empty: true,
                open: '(',
                lower: None,
                upper: None,
                close: ')',
            };
            return Some((empty, text.get(5..)?));
        }
        let mut chars = text.chars();
        let open = chars.next().filter(|c| matches!(c, '[' | '('))?;
        let (lower, end) = bound(&mut chars)?;
        let (upper, close) = bound(&mut chars).filter(|_| end == ',')?;
        (close != ',').then_some(())?;
        let range = Self {
            empty: false,
            open,
            lower,
            upper,
            close,
        };
        Some((range, chars.as_str()))
    }

    fn canonical(mut self, names: &Names, subtype: Base) -> Option<String> {
        if self.empty {
            return Some("empty".to_owned());
        }
        for bound in [&mut self.lower, &mut self.upper].into_iter().flatten() {
            if let Some(spelled) = canonical(names, subtype, bound) {
                *bound = spelled;
            }
        }
        if let Some(next) = successor(subtype) {
            if let Some(lower) = self.lower.as_mut().filter(|_| self.open == '(') {
                *lower = next(lower)?;
            }
            if let Some(upper) = self.upper.as_mut().filter(|_| self.close == ']') {
                *upper = next(upper)?;
            }
            (self.open, self.close) = ('[', ')');
        }
        if self.lower.is_none() {
            self.open = '(';
        }
        if self.upper.is_none() {
            self.close = ')';
        }
        let inclusive = self.open == '[' && self.close == ']';
        if self.lower.is_some() && self.lower == self.upper && !inclusive {
            return Some("empty".to_owned());
        }
        let [lower, upper] =
            [self.lower, self.upper].map(|bound| bound.map_or_else(String::new, |it| quoted(&it)));
        Some(format!("{}{lower},{upper}{}", self.open, self.close))
    }
}

/// What follows a value, where there is nothing between.
fn successor(subtype: Base) -> Option<fn(&str) -> Option<String>> {
    match subtype.id {
        INT4 | INT8 => Some(|text| Some(text.parse::<i64>().ok()?.checked_add(1)?.to_string())),
        DATE => Some(time::next_day),
        _ => None,
    }
}

/// Reads a bound, which is not there when nothing stands for it, and what ends it.
fn bound(chars: &mut std::str::Chars<'_>) -> Option<(Option<String>, char)> {
    let mut text = String::new();
    let mut quoted = false;
    loop {
        match chars.next()? {
            c @ (',' | ')' | ']') => {
                let there = quoted || !text.is_empty();
                return Some((there.then_some(text), c));
            }
            '(' | '[' => return None,
            '\\' => text.push(chars.next()?),
            '"' => {
                quoted = true;
                loop {
                    match chars.next()? {
                        '\\' => text.push(chars.next()?),
                        '"' if chars.as_str().starts_with('"') => {
                            chars.next();
                            text.push('"');
                        }
                        '"' => break,
                        c => text.push(c),
                    }
                }
            }
            c => text.push(c),
        }
    }
}

/// A bound as `range_bound_escape` has it.
fn quoted(text: &str) -> String {
    let special = |c: char| c.is_whitespace() || "\"\\()[],".contains(c);
    if !text.is_empty() && !text.contains(special) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\"\""))
}
