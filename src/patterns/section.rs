//! One section of the configuration: what it says, by an exact key or by a pattern, and of what it says it.

use std::cell::Cell;
use std::collections::HashMap;

use globset::GlobMatcher;

use super::{HELP, glob};
use crate::diagnostics::Diagnostic;

/// Entries by key. A key that is a pattern is also the exact name that it spells.
///
/// An exact key comes before patterns, a longer pattern before a shorter one, and the configuration before
/// what the comments of the schema say.
pub(crate) struct Section<T> {
    name: &'static str,
    entries: Vec<Entry<T>>,
    /// Indexes of entries.
    exact: HashMap<String, usize>,
    patterns: Vec<usize>,
    comments: HashMap<String, usize>,
}

struct Entry<T> {
    key: String,
    value: T,
    matcher: Option<GlobMatcher>,
    /// The points that part the key.
    dots: usize,
    /// Why the key is no pattern.
    problem: Option<String>,
    used: Cell<bool>,
}

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The configuration file, of exactly this.
    Exact,
    /// The configuration file, by a pattern.
    Pattern,
    /// A comment in the schema.
    Comment,
}

/// What a pattern is about where a section speaks of several things: as many parts as it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parts {
    /// `schema`.
    Schema,
    /// `schema.name`.
    Object,
    /// `schema.name.member`.
    Member,
    /// The section speaks of one thing only, and `*` stands for dots too.
    Any,
}

impl<T> Section<T> {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            entries: Vec::new(),
            exact: HashMap::new(),
            patterns: Vec::new(),
            comments: HashMap::new(),
        }
    }

    /// Adds an entry of the configuration.
    pub(crate) fn add(&mut self, key: &str, value: T) {
        let i = self.entries.len();
        let mut entry = Entry::new(key, value);
        if key.contains(['*', '?', '{']) {
            match glob(key) {
                Ok(glob) => {
                    entry.matcher = Some(glob.compile_matcher());
                    let length = |i: &usize| self.entries.get(*i).map_or(0, |e| e.key.len());
                    let at = self.patterns.partition_point(|i| length(i) >= key.len());
                    self.patterns.insert(at, i);
                }
                Err(problem) => entry.problem = Some(problem),
            }
        }
        self.exact.insert(key.to_owned(), i);
        self.entries.push(entry);
    }

    /// Adds what a comment says of its object, which exists.
    pub(crate) fn add_tag(&mut self, key: &str, value: T) {
        self.comments.insert(key.to_owned(), self.entries.len());
        let entry = Entry::new(key, value);
        entry.used.set(true);
        self.entries.push(entry);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries for a key, the one that counts most first. All of them were of use then.
    pub(crate) fn all(&self, key: &str, parts: Parts) -> impl Iterator<Item = &T> {
        let exact = self.exact.get(key).copied();
        let patterns = self.patterns.iter().copied().filter(move |i| {
            Some(*i) != exact && self.entries.get(*i).is_some_and(|e| e.matches(key, parts))
        });
        let found: Vec<usize> = exact
            .into_iter()
            .chain(patterns)
            .chain(self.comments.get(key).copied())
            .collect();
        found.into_iter().filter_map(|i| {
            let entry = self.entries.get(i)?;
            entry.used.set(true);
            Some(&entry.value)
        })
    }

    /// The entry that counts.
    pub(crate) fn get(&self, key: &str, parts: Parts) -> Option<&T> {
        let mut all = self.all(key, parts);
        let first = all.next();
        all.for_each(drop);
        first
    }

    /// Who said what counts.
    pub(crate) fn origin(&self, key: &str, parts: Parts) -> Origin {
        let matches = |i: &usize| self.entries.get(*i).is_some_and(|e| e.matches(key, parts));
        if self.exact.contains_key(key) {
            Origin::Exact
        } else if self.patterns.iter().any(matches) {
            Origin::Pattern
        } else {
            Origin::Comment
        }
    }

    /// Reports entries that say nothing of this schema.
    pub(crate) fn finish(&self, what: &str, help: &str, diagnostics: &mut Vec<Diagnostic>) {
        for entry in self.entries.iter().filter(|entry| !entry.used.get()) {
            let diagnostic = match &entry.problem {
                Some(problem) => Diagnostic::error(format!(
                    "`{}` under `[{}]` is not a pattern: {problem}",
                    entry.key, self.name
                ))
                .help(HELP),
                None => unmatched(self.name, &entry.key, what).help(help),
            };
            diagnostics.push(diagnostic);
        }
    }
}

impl<T> Entry<T> {
    fn new(key: &str, value: T) -> Self {
        // Those in the types of an overload's arguments part nothing.
        let name = key.split('(').next().unwrap_or_default();
        Self {
            key: key.to_owned(),
            value,
            matcher: None,
            dots: name.matches('.').count(),
            problem: None,
            used: Cell::new(false),
        }
    }

    fn matches(&self, key: &str, parts: Parts) -> bool {
        let fits = match parts {
            Parts::Schema => self.dots == 0,
            Parts::Object => self.dots == 1,
            Parts::Member => self.dots >= 2,
            Parts::Any => true,
        };
        fits && self.matcher.as_ref().is_some_and(|m| m.is_match(key))
    }
}

/// Says that an entry of the configuration says nothing of this schema.
pub(crate) fn unmatched(section: &str, key: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(format!("`{key}` under `[{section}]` has no effect: {what}"))
}
