//! Lists of patterns on `schema.name`, and whether each of them matches something.

use std::cell::RefCell;
use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::settings::Settings;
use crate::catalog::QualifiedName;
use crate::diagnostics::Diagnostic;

/// The patterns of one key of the configuration.
pub(super) struct Patterns<'a> {
    key: &'static str,
    texts: Vec<&'a str>,
    set: GlobSet,
    used: RefCell<BTreeSet<usize>>,
}

impl<'a> Patterns<'a> {
    /// Reads the patterns of a key, which is told where it stands.
    pub(super) fn new(key: &'static str, texts: &'a [String], settings: &Settings) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut good = Vec::new();
        for text in texts {
            match Glob::new(text) {
                Ok(glob) => {
                    builder.add(glob);
                    good.push(text.as_str());
                }
                Err(error) => settings.report(
                    Diagnostic::error(format!(
                        "`{text}` in {key} is not a pattern: {}",
                        error.kind()
                    ))
                    .help("`*` stands for any text, `?` for one character, `{a,b}` for either"),
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
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Whether some pattern matches.
    pub(super) fn matches(&self, name: &QualifiedName) -> bool {
        if self.texts.is_empty() {
            return false;
        }
        let found = self.set.matches(name.to_string());
        let matches = !found.is_empty();
        self.used.borrow_mut().extend(found);
        matches
    }

    /// Says which patterns matched nothing. `what` is what they are on: `partition`.
    pub(super) fn report_idle(&self, what: &str, settings: &Settings) {
        let used = self.used.borrow();
        for (_, text) in (self.texts.iter().enumerate()).filter(|(i, _)| !used.contains(i)) {
            let message = format!(
                "`{text}` in {} has no effect: no {what} matches it",
                self.key
            );
            settings.report(
                Diagnostic::warning(message)
                    .help("a pattern is matched against `schema.name`, like `public.*`"),
            );
        }
    }
}
