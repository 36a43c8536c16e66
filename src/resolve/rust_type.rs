//! Rust types as a user writes them.

use super::names;

/// The text as rustfmt writes it, if it can be that of a type: a path with arguments, a tuple, an array, a
/// reference. Whether there is such a type only the compiler knows; but nothing else gets into the code.
pub(super) fn normalized(text: &str) -> Option<String> {
    let mut rest = text;
    let ty = parse(&mut rest, DEPTH)?;
    rest.trim_start().is_empty().then_some(ty)
}

/// How deep arguments may be in each other.
const DEPTH: usize = 50;

fn parse(rest: &mut &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    if take(rest, "&") {
        let lifetime = lifetime(rest).map(|name| format!("{name} "));
        return Some(format!(
            "&{}{}",
            lifetime.unwrap_or_default(),
            parse(rest, depth)?
        ));
    }
    if take(rest, "(") {
        let items = list(rest, ")", |rest| parse(rest, depth))?;
        return Some(match items.as_slice() {
            [item] => format!("({item},)"),
            items => format!("({})", items.join(", ")),
        });
    }
    if take(rest, "[") {
        let item = parse(rest, depth)?;
        let length = match take(rest, ";") {
            true => format!("; {}", word(rest, |c| c.is_ascii_digit())?),
            false => String::new(),
        };
        return take(rest, "]").then(|| format!("[{item}{length}]"));
    }
    path(rest, depth)
}

fn path(rest: &mut &str, depth: usize) -> Option<String> {
    let mut path = String::new();
    if take(rest, "::") {
        path.push_str("::");
    }
    loop {
        let raw = if take(rest, "r#") { "r#" } else { "" };
        let word = word(rest, |c| c.is_alphanumeric() || c == '_')?;
        let fits = match word {
            "crate" | "super" | "self" | "Self" => raw.is_empty(),
            word => {
                let written = format!("{raw}{word}");
                names::identifier(&written).is_some_and(|it| it == written)
            }
        };
        if !fits {
            return None;
        }
        path = format!("{path}{raw}{word}");
        if take(rest, "<") {
            let argument = |rest: &mut &str| match lifetime(rest) {
                Some(name) => Some(name),
                None => parse(rest, depth),
            };
            path = format!("{path}<{}>", list(rest, ">", argument)?.join(", "));
        }
        if !take(rest, "::") {
            return Some(path);
        }
        path.push_str("::");
    }
}

/// Items up to a bracket, with commas between them.
fn list(
    rest: &mut &str,
    close: &str,
    item: impl Fn(&mut &str) -> Option<String>,
) -> Option<Vec<String>> {
    let mut items = Vec::new();
    while !take(rest, close) {
        items.push(item(rest)?);
        if !take(rest, ",") {
            return take(rest, close).then_some(items);
        }
    }
    Some(items)
}

fn lifetime(rest: &mut &str) -> Option<String> {
    let name = rest.trim_start().strip_prefix('\'')?;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, after) = name.split_at(end.unwrap_or(name.len()));
    if name.is_empty() {
        return None;
    }
    *rest = after;
    Some(format!("'{name}"))
}

fn word<'t>(rest: &mut &'t str, fits: fn(char) -> bool) -> Option<&'t str> {
    let text = rest.trim_start();
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after;
    (!word.is_empty()).then_some(word)
}

fn take(rest: &mut &str, symbol: &str) -> bool {
    match rest.trim_start().strip_prefix(symbol) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_rustfmt_does() {
        for (text, expected) in [
            ("crate::Email", "crate::Email"),
            (" ::std :: vec::Vec< u8 >", "::std::vec::Vec<u8>"),
            ("super::Json<(i32,[u8;4],)>", "super::Json<(i32, [u8; 4])>"),
            ("Map<K,Vec<V>>", "Map<K, Vec<V>>"),
            ("Cow<'static,str>", "Cow<'static, str>"),
            ("&'static str", "&'static str"),
            ("(a)", "(a,)"),
            ("r#type::T", "r#type::T"),
        ] {
            assert_eq!(normalized(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_but_a_type_is_a_type() {
        let deep = "V<".repeat(1000);
        for text in [
            "",
            "a; fn b() {}",
            "Vec<u8",
            "a:b",
            "x}",
            "()->()",
            "\"a\"",
            "//",
            "a b",
            "Vec<a b>",
            "a::",
            "type",
            "1",
            "Vec<u8>>",
            "[u8; n]",
            "a!",
            &deep,
        ] {
            assert_eq!(normalized(text), None, "{text}");
        }
    }
}
