//! Identifiers: how a database name becomes a Rust name, and who gets it when two want the same.
//!
//! The only place that changes case or number. Identifiers follow the Rust reference, "Identifiers"
//! and "Keywords", edition 2024.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization;
use unicode_security::GeneralSecurityProfile;

use crate::catalog::QualifiedName;

/// Keywords that can be identifiers as `r#…`, strict and reserved ones.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Keywords that can't even be raw identifiers.
const UNSPEAKABLE: [&str; 5] = ["self", "super", "crate", "Self", "_"];

/// Names that Windows keeps for devices, whatever the extension.
const DEVICES: [&str; 22] = [
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1",
    "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// Words whose `s` is no plural, and plurals that are used as singulars; English rules know better
/// than databases. Pronouns and verbs are here too, for the rules turn `us` into `me`.
const INVARIANT: [&str; 62] = [
    "abs",
    "always",
    "as",
    "atlas",
    "aws",
    "bias",
    "bus",
    "canvas",
    "chaos",
    "cms",
    "cosmos",
    "crs",
    "css",
    "data",
    "dns",
    "dos",
    "economics",
    "ethos",
    "gas",
    "goods",
    "gps",
    "has",
    "he",
    "her",
    "his",
    "i",
    "ios",
    "is",
    "its",
    "lens",
    "mathematics",
    "me",
    "means",
    "metadata",
    "ms",
    "my",
    "nas",
    "os",
    "our",
    "ours",
    "pancreas",
    "pathos",
    "physics",
    "politics",
    "pos",
    "pss",
    "rss",
    "s",
    "she",
    "sms",
    "species",
    "ssl",
    "texas",
    "that",
    "their",
    "them",
    "these",
    "they",
    "this",
    "tls",
    "us",
    "was",
];

/// Plurals that the English rules get wrong.
const SINGULARS: [(&str, &str); 8] = [
    ("axes", "axis"),
    ("biases", "bias"),
    ("gurus", "guru"),
    ("lenses", "lens"),
    ("oases", "oasis"),
    ("skus", "sku"),
    ("thesauri", "thesaurus"),
    ("waltzes", "waltz"),
];

/// `snake_case`; empty when nothing of the name can be in an identifier.
pub(super) fn snake(name: &str) -> String {
    finish(&words(name).to_snake_case())
}

/// `UpperCamelCase`; empty when nothing of the name can be in an identifier.
pub(super) fn camel(name: &str) -> String {
    finish(&words(name).to_upper_camel_case())
}

/// `SHOUTY_SNAKE_CASE`; empty when nothing of the name can be in an identifier.
pub(super) fn shouty(name: &str) -> String {
    finish(&words(name).to_shouty_snake_case())
}

/// What can't be in an identifier stands between two words, and so does what rustc's lint
/// `uncommon_codepoints` would complain of, which can't be allowed below the crate's root.
fn words(name: &str) -> String {
    let speakable = |c: char| is_xid_continue(c) && (c.is_ascii() || c.identifier_allowed());
    name.nfkc()
        .map(|c| if speakable(c) { c } else { ' ' })
        .collect()
}

/// Case conversion can bring forth what an identifier may not begin with, digits above all.
fn finish(name: &str) -> String {
    let name: String = name.chars().filter(|c| is_xid_continue(*c)).collect();
    match name.chars().next() {
        Some(first) if !is_xid_start(first) => format!("_{name}"),
        _ => name,
    }
}

/// The number of nouns: English, and what the configuration knows better.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Plural and singular, and whether a name had either.
    pairs: Vec<(String, String, Cell<bool>)>,
    singulars: HashMap<String, usize>,
    plurals: HashMap<String, usize>,
}

impl Words {
    /// Takes singulars by their plurals.
    pub(super) fn new(configured: &BTreeMap<String, String>) -> Self {
        let mut words = Self::default();
        for (plural, singular) in configured.iter().filter(is_pair) {
            let i = words.pairs.len();
            words.singulars.insert(plural.clone(), i);
            words.plurals.entry(singular.clone()).or_insert(i);
            let pair = (plural.clone(), singular.clone(), Cell::new(false));
            words.pairs.push(pair);
        }
        words
    }

    /// Pairs that are no words.
    pub(super) fn unspeakable<'c>(
        &self,
        configured: &'c BTreeMap<String, String>,
    ) -> impl Iterator<Item = (&'c String, &'c String)> {
        configured.iter().filter(|pair| !is_pair(pair))
    }

    /// Plurals of which no name made use.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.pairs.iter().filter(|(.., used)| !used.get());
        unused.map(|(plural, ..)| plural.as_str())
    }

    /// A `snake_case` name with its last word in the singular: `user_addresses` is `user_address`.
    pub(super) fn singular(&self, snake: &str) -> String {
        let known = |word: &str| {
            let (_, singular, used) = self.pairs.get(*self.singulars.get(word)?)?;
            used.set(true);
            Some(singular.clone())
        };
        known(snake).unwrap_or_else(|| {
            last_word(snake, |word| {
                known(word).unwrap_or_else(|| english_singular(word))
            })
        })
    }

    /// A `snake_case` name with its last word in the plural: `follower` is `followers`.
    pub(super) fn plural(&self, snake: &str) -> String {
        let known = |word: &str| {
            let (plural, _, used) = self.pairs.get(*self.plurals.get(word)?)?;
            used.set(true);
            Some(plural.clone())
        };
        known(snake).unwrap_or_else(|| {
            last_word(snake, |word| {
                known(word).unwrap_or_else(|| english_plural(word))
            })
        })
    }
}

fn is_pair(pair: &(&String, &String)) -> bool {
    let is_word = |text: &String| !text.is_empty() && snake(text) == *text;
    is_word(pair.0) && is_word(pair.1)
}

fn english_singular(word: &str) -> String {
    if let Some((_, singular)) = SINGULARS.iter().find(|(plural, _)| *plural == word) {
        return (*singular).to_owned();
    }
    if INVARIANT.contains(&word) || word.ends_with("is") || !word.is_ascii() {
        return word.to_owned();
    }
    pluralizer::pluralize(word, 1, false)
}

fn english_plural(word: &str) -> String {
    if let Some((plural, _)) = SINGULARS.iter().find(|(_, singular)| *singular == word) {
        return (*plural).to_owned();
    }
    if INVARIANT.contains(&word) || !word.is_ascii() {
        return word.to_owned();
    }
    pluralizer::pluralize(word, 2, false)
}

fn last_word(snake: &str, change: impl Fn(&str) -> String) -> String {
    let (head, word) = match snake.rfind('_') {
        Some(at) => snake.split_at(at + 1),
        None => ("", snake),
    };
    // Digits carry no number: `line_2`, `_2fa`.
    if !word.starts_with(is_xid_start) {
        return snake.to_owned();
    }
    let changed = change(word);
    if changed.is_empty() {
        return snake.to_owned();
    }
    format!("{head}{changed}")
}

/// Writes keywords so that they are identifiers: `r#type`, `self_`.
pub(super) fn escape(name: &str) -> String {
    if UNSPEAKABLE.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// An identifier as a part of a longer one: `r#type` in `find_by_type`, `self_` in `find_by_self`.
pub(super) fn bare(identifier: &str) -> &str {
    let name = identifier.strip_prefix("r#").unwrap_or(identifier);
    match name.strip_suffix('_') {
        Some(keyword) if UNSPEAKABLE.contains(&keyword) => keyword,
        _ => name,
    }
}

/// A name from the configuration as an identifier, where it is one.
pub(super) fn identifier(text: &str) -> Option<String> {
    let raw = text.strip_prefix("r#");
    let name = raw.unwrap_or(text);
    let mut chars = name.chars();
    let first = chars.next()?;
    let letters = (first == '_' || is_xid_start(first)) && chars.all(is_xid_continue);
    if !letters || UNSPEAKABLE.contains(&name) {
        return None;
    }
    Some(escape(name))
}

/// How rustc wants a name to be written; it warns of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Of types and variants.
    Camel,
    /// Of fields, functions and modules.
    Snake,
    /// Of constants.
    Shouty,
}

impl Case {
    /// The name is written so, by the rules of rustc's lints.
    pub(super) fn fits(self, name: &str) -> bool {
        let name = name.strip_prefix("r#").unwrap_or(name).trim_matches('_');
        match self {
            Self::Camel => {
                let has_case =
                    |c: Option<char>| c.is_some_and(|c| c.is_lowercase() || c.is_uppercase());
                let between = |(at, _): (usize, &str)| {
                    has_case(name[..at].chars().next_back())
                        || has_case(name[at + 1..].chars().next())
                };
                !name.starts_with(char::is_lowercase)
                    && !name.contains("__")
                    && !name.match_indices('_').any(between)
            }
            Self::Snake => !name.contains("__") && !name.contains(char::is_uppercase),
            Self::Shouty => !name.contains(char::is_lowercase),
        }
    }

    /// The text is an identifier that is written so.
    pub(super) fn is_name(self, text: &str) -> bool {
        identifier(text).is_some_and(|name| name == text && self.fits(text))
    }

    /// The name, written so.
    pub(super) fn spell(self, name: &str) -> String {
        match self {
            Self::Camel => camel(name),
            Self::Snake => snake(name),
            Self::Shouty => shouty(name),
        }
    }

    /// What it is called.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Camel => "UpperCamelCase",
            Self::Snake => "snake_case",
            Self::Shouty => "SCREAMING_SNAKE_CASE",
        }
    }
}

/// A module's name that is also a file's: `mod.rs` and Windows' devices are taken.
pub(super) fn module(snake: &str) -> String {
    if snake == "mod" || DEVICES.contains(&snake) {
        format!("{snake}_")
    } else {
        escape(snake)
    }
}

/// The words round the key in the names of foreign key columns: `author_id`, `fk_author`.
const KEY_SUFFIXES: [&str; 8] = [
    "_id", "_uuid", "_guid", "_uid", "_oid", "_fk", "_ref", "_key",
];
const KEY_PREFIXES: [&str; 2] = ["id_", "fk_"];

/// What a foreign key column speaks of: `author_id` of `author`, `fk_author_id` too.
/// `None` when the whole name is the word `id`.
pub(super) fn referent(column: &str) -> Option<&str> {
    let mut name = column;
    loop {
        let shorter = KEY_SUFFIXES
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .or_else(|| {
                KEY_PREFIXES
                    .iter()
                    .find_map(|prefix| name.strip_prefix(prefix))
            });
        match shorter {
            Some(shorter) if !shorter.is_empty() && shorter != "_" => name = shorter,
            _ => break,
        }
    }
    (!matches!(name, "id" | "uuid" | "guid" | "uid" | "oid")).then_some(name)
}

/// Who holds a name, or wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder<'a> {
    /// The generated code itself.
    Reserved,
    /// A schema's module.
    Schema(&'a str),
    /// Something of its own in a schema, after the word for it: `table`.
    Object(&'static str, &'a QualifiedName),
    /// Something inside an object, after the word for it: `column`.
    Member(&'static str, &'a QualifiedName, &'a str),
    /// A function with its argument types, after the word for it: `function`, `public.area(circle)`.
    Overload(&'static str, &'a str),
}

impl fmt::Display for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reserved => f.write_str("the generated code itself"),
            Self::Schema(name) => write!(f, "the schema `{name}`"),
            Self::Object(kind, name) => write!(f, "the {kind} `{name}`"),
            Self::Member(kind, of, name) => write!(f, "the {kind} `{of}.{name}`"),
            Self::Overload(kind, signature) => write!(f, "the {kind} `{signature}`"),
        }
    }
}

/// A wish for a name: the first candidate, or else the next; numbers on the first come last.
#[derive(Debug)]
pub(super) struct Wish<'a> {
    /// Who wants it.
    pub holder: Holder<'a>,
    /// The name that is wanted, not yet escaped.
    pub first: String,
    /// What will do instead, in the order of preference.
    pub others: Vec<String>,
    /// The configuration asks for the first one.
    pub configured: bool,
}

/// What became of a [`Wish`].
#[derive(Debug)]
pub(super) struct Grant<'a> {
    /// The identifier.
    pub name: String,
    /// The first candidate and who has it, where that isn't the one who asked.
    pub lost: Option<(String, Holder<'a>)>,
}

/// Names that must differ, and who holds them.
#[derive(Debug, Clone, Default)]
pub(super) struct Namespace<'a> {
    holders: HashMap<String, Holder<'a>>,
    /// The last number that was put after a name, so that a thousand equal names take no square of steps.
    numbers: HashMap<String, u64>,
    /// What begins with a capital letter is a type or variant, and no constant.
    types: bool,
}

impl<'a> Namespace<'a> {
    /// A namespace in which the generated code already holds some names.
    pub(super) fn reserving(names: &[&str]) -> Self {
        let holders = names
            .iter()
            .map(|name| ((*name).to_owned(), Holder::Reserved));
        Self {
            holders: holders.collect(),
            numbers: HashMap::new(),
            types: false,
        }
    }

    /// A namespace of types or variants.
    pub(super) fn of_types() -> Self {
        Self {
            types: true,
            ..Self::default()
        }
    }

    /// Who holds a name; `r#type` and `type` are one.
    pub(super) fn holder(&self, name: &str) -> Option<Holder<'a>> {
        let name = name.strip_prefix("r#").unwrap_or(name);
        self.holders.get(name).copied()
    }

    /// Gives a name to who asks for it, whether it is free or not.
    pub(super) fn hold(&mut self, name: &str, holder: Holder<'a>) {
        let name = name.strip_prefix("r#").unwrap_or(name);
        self.holders.insert(name.to_owned(), holder);
    }

    /// Grants wishes: first those of the configuration, then all that can have their first choice, in
    /// the order given, and only then the others. So nobody loses a name to somebody's second choice.
    pub(super) fn grant(
        &mut self,
        wishes: Vec<Wish<'a>>,
        spell: impl Fn(&str) -> String,
    ) -> Vec<Grant<'a>> {
        let mut names: Vec<Option<String>> = wishes.iter().map(|_| None).collect();
        for configured in [true, false] {
            for (wish, name) in wishes.iter().zip(&mut names) {
                let first = spell(&wish.first);
                if wish.configured == configured && self.holder(&first).is_none() {
                    self.hold(&first, wish.holder);
                    *name = Some(first);
                }
            }
        }
        let mut grants = Vec::with_capacity(wishes.len());
        for (wish, name) in wishes.into_iter().zip(names) {
            if let Some(name) = name {
                grants.push(Grant { name, lost: None });
                continue;
            }
            let first = spell(&wish.first);
            let lost = self.holder(&first).map(|holder| (first, holder));
            let other = wish.others.iter().map(|other| spell(other));
            let name = other
                .into_iter()
                .find(|name| self.holder(name).is_none())
                .unwrap_or_else(|| self.number(&wish.first, &spell));
            self.hold(&name, wish.holder);
            grants.push(Grant { name, lost });
        }
        grants
    }

    /// `posts_2`, or the next number that is free; `User2` for a type.
    fn number(&mut self, stem: &str, spell: impl Fn(&str) -> String) -> String {
        let is_type = stem.starts_with(char::is_uppercase)
            && (self.types || stem.contains(char::is_lowercase));
        let ends_in_digit = stem.ends_with(|c: char| c.is_ascii_digit());
        let separator = if is_type && !ends_in_digit { "" } else { "_" };
        let mut n = self.numbers.get(stem).copied().unwrap_or(1);
        loop {
            n += 1;
            let name = spell(&format!("{stem}{separator}{n}"));
            if self.holder(&name).is_none() {
                self.numbers.insert(stem.to_owned(), n);
                return name;
            }
        }
    }
}
