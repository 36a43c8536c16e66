//! One section of the configuration: what it says, by an exact key or by a pattern, and of what it says it.

use std::cell::Cell;
use std::collections::HashMap;

use globset::{Glob, GlobMatcher};

use super::unmatched;
use crate::diagnostics::Diagnostic;

/// Entries by key. A key that is a pattern is also the exact name that it spells.
///
/// An exact key comes before patterns, a longer pattern before a shorter one, and the configuration before
/// what the comments of the schema say.
pub(in crate::resolve) struct Section<T> {
    name: &'static str,
    entries: Vec<Entry<T>>,
    /// Indexes of entries.
    exact: HashMap<String, usize>,
    patterns: Vec<usize>,
    tags: HashMap<String, usize>,
}

struct Entry<T> {
    key: String,
    value: T,
    matcher: Option<GlobMatcher>,
    /// Why the key is no pattern.
    problem: Option<String>,
    used: Cell<bool>,
}

/// What a pattern is about where a section speaks of several things: as many parts as it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::resolve) enum Parts {
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
    pub(in crate::resolve) fn new(name: &'static str) -> Self {
        Self {
            name,
            entries: Vec::new(),
            exact: HashMap::new(),
            patterns: Vec::new(),
            tags: HashMap::new(),
        }
    }

    /// Adds an entry of the configuration.
    pub(in crate::resolve) fn add(&mut self, key: &str, value: T) {
        let i = self.entries.len();
        let mut entry = Entry {
            key: key.to_owned(),
            value,
            matcher: None,
            problem: None,
            used: Cell::new(false),
        };
        if key.contains(['*', '?', '[', '{', '\\']) {
            match Glob::new(key) {
                Ok(glob) => {
                    entry.matcher = Some(glob.compile_matcher());
                    let length = |i: &usize| self.entries.get(*i).map_or(0, |e| e.key.len());
                    let at = self.patterns.partition_point(|i| length(i) >= key.len());
                    self.patterns.insert(at, i);
                }
                Err(error) => entry.problem = Some(error.kind().to_string()),
            }
        }
        self.exact.insert(key.to_owned(), i);
        self.entries.push(entry);
    }

    /// Adds what a comment says of its object, which exists.
    pub(in crate::resolve) fn add_tag(&mut self, key: &str, value: T) {
        self.tags.insert(key.to_owned(), self.entries.len());
        self.entries.push(Entry {
            key: key.to_owned(),
            value,
            matcher: None,
            problem: None,
            used: Cell::new(true),
        });
    }

    pub(in crate::resolve) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries for a key, the one that counts most first. All of them were of use then.
    pub(in crate::resolve) fn all(&self, key: &str, parts: Parts) -> impl Iterator<Item = &T> {
        let exact = self.exact.get(key).copied();
        let patterns = self.patterns.iter().copied().filter(move |i| {
            Some(*i) != exact && self.entries.get(*i).is_some_and(|e| e.matches(key, parts))
        });
        let found: Vec<usize> = exact
            .into_iter()
            .chain(patterns)
            .chain(self.tags.get(key).copied())
            .collect();
        found.into_iter().filter_map(|i| {
            let entry = self.entries.get(i)?;
            entry.used.set(true);
            Some(&entry.value)
        })
    }

    /// The entry that counts.
    pub(in crate::resolve) fn get(&self, key: &str, parts: Parts) -> Option<&T> {
        let mut all = self.all(key, parts);
        let first = all.next();
        all.for_each(drop);
        first
    }

    /// Reports entries that say nothing of this schema.
    pub(in crate::resolve) fn finish(
        &self,
        what: &str,
        help: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for entry in self.entries.iter().filter(|entry| !entry.used.get()) {
            let diagnostic = match &entry.problem {
                Some(problem) => Diagnostic::error(format!(
                    "`{}` under `[{}]` is not a pattern: {problem}",
                    entry.key, self.name
                ))
                .help("`*` stands for any text, `?` for one character, `{a,b}` for either"),
                None => unmatched(self.name, &entry.key, what).help(help),
            };
            diagnostics.push(diagnostic);
        }
    }
}

impl<T> Entry<T> {
    fn matches(&self, key: &str, parts: Parts) -> bool {
        let dots = self.key.matches('.').count();
        let fits = match parts {
            Parts::Schema => dots == 0,
            Parts::Object => dots == 1,
            Parts::Member => dots >= 2,
            Parts::Any => true,
        };
        fits && self.matcher.as_ref().is_some_and(|m| m.is_match(key))
    }
}
