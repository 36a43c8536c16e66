//! `LIKE`, regular expressions and the text of `jsonb`, in Rust.

use rowsmith_runtime::serde_json::Value as Json;

use crate::chance::Chance;

/// Whether a text fits a pattern, in which `\` goes before a character that stands for itself.
pub fn is_like(text: &str, pattern: &str) -> bool {
    fn fits(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skipped| fits(&text[skipped..], rest)),
            ['_', rest @ ..] => !text.is_empty() && fits(&text[1..], rest),
            ['\\', c, rest @ ..] | [c, rest @ ..] => {
                text.first() == Some(c) && fits(&text[1..], rest)
            }
        }
    }
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    fits(&chars(text), &chars(pattern))
}

/// A pattern for `LIKE` that does not end with a lone `\`, which would be an error.
pub fn like_pattern(chance: &mut Chance) -> String {
    const PIECES: [&str; 14] = [
        "%", "%", "%", "_", "_", "\\%", "\\_", "\\\\", "\\a", "a", "b", "A", "日", " ",
    ];
    (0..chance.below(5))
        .map(|_| *chance.pick(&PIECES))
        .collect()
}

/// A simple regular expression.
#[derive(Clone, Debug)]
pub struct Regex {
    start: bool,
    atoms: Vec<(Atom, char)>,
    end: bool,
}

#[derive(Clone, Copy, Debug)]
enum Atom {
    Any,
    Char(char),
    /// One of these two, or none of them.
    Class([char; 2], bool),
}

impl Regex {
    pub fn any(chance: &mut Chance) -> Self {
        const CHARS: [char; 7] = ['a', 'b', 'A', ' ', '日', '%', '1'];
        let atoms = (0..chance.below(4)).map(|_| {
            let atom = match chance.below(6) {
                0 => Atom::Any,
                1 => Atom::Class([*chance.pick(&CHARS), *chance.pick(&CHARS)], false),
                2 => Atom::Class([*chance.pick(&CHARS), *chance.pick(&CHARS)], true),
                _ => Atom::Char(*chance.pick(&CHARS)),
            };
            (atom, *chance.pick(&[' ', ' ', '*', '+', '?']))
        });
        Self {
            atoms: atoms.collect(),
            start: chance.one_in(3),
            end: chance.one_in(3),
        }
    }

    pub fn pattern(&self) -> String {
        let mut pattern = String::from(if self.start { "^" } else { "" });
        for (atom, quantifier) in &self.atoms {
            match atom {
                Atom::Any => pattern.push('.'),
                Atom::Char(c) => pattern.push(*c),
                Atom::Class([a, b], negated) => {
                    let not = if *negated { "^" } else { "" };
                    pattern.push_str(&format!("[{not}{a}{b}]"));
                }
            }
            if *quantifier != ' ' {
                pattern.push(*quantifier);
            }
        }
        if self.end {
            pattern.push('$');
        }
        // The empty one is an error in some dialects, and says the same.
        if pattern.is_empty() {
            pattern.push_str("()");
        }
        pattern
    }

    pub fn is_found_in(&self, text: &str, fold: bool) -> bool {
        let folded = |c: char| if fold { c.to_ascii_lowercase() } else { c };
        let text: Vec<char> = text.chars().map(folded).collect();
        let last = if self.start { 0 } else { text.len() };
        (0..=last).any(|start| self.fits(&text[start..], &self.atoms, &folded))
    }

    fn fits(&self, text: &[char], atoms: &[(Atom, char)], folded: &dyn Fn(char) -> char) -> bool {
        let [(atom, quantifier), rest @ ..] = atoms else {
            return !self.end || text.is_empty();
        };
        let is_one = |c: &&char| match *atom {
            Atom::Any => true,
            Atom::Char(own) => folded(own) == **c,
            Atom::Class(own, negated) => own.map(folded).contains(c) != negated,
        };
        let run = text.iter().take_while(is_one).count();
        let (least, most) = match quantifier {
            '*' => (0, run),
            '+' => (1, run),
            '?' => (0, run.min(1)),
            _ => (1, run.min(1)),
        };
        (least..=most).any(|taken| self.fits(&text[taken..], rest, folded))
    }
}

/// `jsonb` as text: spaces after colons and commas, short keys before long ones.
pub fn jsonb_text(json: &Json) -> String {
    match json {
        Json::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(jsonb_text).collect();
            format!("[{}]", elements.join(", "))
        }
        Json::Object(object) => {
            let mut entries: Vec<_> = object.iter().collect();
            entries.sort_by_key(|(key, _)| (key.len(), *key));
            let entries = entries
                .into_iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), jsonb_text(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// `->>`: a string without its quotes, and NULL of `null`.
pub fn json_as_text(json: Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text),
        other => Some(jsonb_text(&other)),
    }
}

/// `->`, with a key.
pub fn json_key(json: &Json, key: &str) -> Option<Json> {
    json.as_object()?.get(key).cloned()
}

/// `->`, with an index. A scalar is for `jsonb` an array of itself.
pub fn json_index(json: &Json, index: i32) -> Option<Json> {
    let alone = [json.clone()];
    let elements = match json {
        Json::Object(_) => return None,
        Json::Array(elements) => &elements[..],
        _ => &alone,
    };
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => elements.len().checked_sub(index.unsigned_abs() as usize)?,
    };
    elements.get(index).cloned()
}

/// `#>`.
pub fn json_path(json: &Json, path: &[String]) -> Option<Json> {
    path.iter().try_fold(json.clone(), |json, step| match json {
        Json::Object(_) => json_key(&json, step),
        Json::Array(_) => json_index(&json, step.parse().ok()?),
        _ => None,
    })
}

/// `?`
pub fn json_has_key(json: &Json, key: &str) -> bool {
    match json {
        Json::Object(object) => object.contains_key(key),
        Json::Array(elements) => elements.iter().any(|element| element == key),
        other => other == key,
    }
}

/// `@>`: at the outside, an array contains a scalar that is one of its elements.
pub fn json_contains(json: &Json, part: &Json) -> bool {
    fn within(json: &Json, part: &Json) -> bool {
        match (json, part) {
            (Json::Object(json), Json::Object(part)) => part
                .iter()
                .all(|(key, part)| json.get(key).is_some_and(|json| within(json, part))),
            (Json::Array(json), Json::Array(part)) => part
                .iter()
                .all(|part| json.iter().any(|json| within(json, part))),
            _ => json == part,
        }
    }
    match (json, part) {
        (Json::Array(elements), part) if !part.is_array() && !part.is_object() => {
            elements.contains(part)
        }
        _ => within(json, part),
    }
}
