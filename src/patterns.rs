//! Patterns on names of the database: `*` stands for any text, `?` for one character, `{a,b}` for either.

mod section;

pub(crate) use section::{Origin, Parts, Section, unmatched};

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::diagnostics::Diagnostic;

/// What to write instead of what is not a pattern.
const HELP: &str = "`*` stands for any text, `?` for one character, `{a,b}` for either";

/// Reads a pattern, in which brackets and backslashes stand for themselves: `integer[]`.
fn glob(text: &str) -> Result<Glob, String> {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | ']' => literal.extend(['[', c, ']']),
            '\\' => literal.push_str("[\\]"),
            c => literal.push(c),
        }
    }
    Glob::new(&literal).map_err(|error| error.kind().to_string())
}

/// The patterns of a list, and which of them match something.
pub(crate) struct Patterns<'a> {
    key: &'static str,
    texts: Vec<&'a str>,
    set: GlobSet,
    used: RefCell<BTreeSet<usize>>,
}

impl<'a> Patterns<'a> {
    /// Reads the patterns of a key, which is told where it stands: `` `ids` ``.
    pub(crate) fn new(
        key: &'static str,
        texts: &'a [String],
        mut report: impl FnMut(Diagnostic),
    ) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut good = Vec::new();
        for text in texts {
            match glob(text) {
                Ok(glob) => {
                    builder.add(glob);
                    good.push(text.as_str());
                }
                Err(problem) => report(
                    Diagnostic::error(format!("`{text}` in {key} is not a pattern: {problem}"))
                        .help(HELP),
                ),
            }
        }
        Self {
            key,
            texts: good,
            set: builder.build().unwrap_or_default(),
            used: RefCell::default(),
        }
    }

    /// Whether there is no pattern.
    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether some pattern matches.
    pub(crate) fn matches(&self, name: &impl Display) -> bool {
        if self.texts.is_empty() {
            return false;
        }
        let found = self.set.matches(name.to_string());
        let matches = !found.is_empty();
        self.used.borrow_mut().extend(found);
        matches
    }

    /// Says which patterns matched nothing. `what` is what they are on: `partition`.
    pub(crate) fn report_idle(&self, what: &str, mut report: impl FnMut(Diagnostic)) {
        let used = self.used.borrow();
        for (_, text) in (self.texts.iter().enumerate()).filter(|(i, _)| !used.contains(i)) {
            let message = format!(
                "`{text}` in {} has no effect: no {what} matches it",
                self.key
            );
            report(
                Diagnostic::warning(message)
                    .help("a pattern is matched against `schema.name`, like `public.*`"),
            );
        }
    }
}
