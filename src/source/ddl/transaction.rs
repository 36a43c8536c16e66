//! Transactions: what is rolled back did not happen.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Severity, SourceFile};

use super::cursor::Cursor;
use super::state::State;

/// The transaction in progress, and its savepoints.
pub(super) struct Transactions<'a> {
    files: &'a [Arc<SourceFile>],
    /// Whether some file rolls back, looked up when the first transaction begins. Where none does,
    /// nothing has to be kept.
    needed: Option<bool>,
    /// The problem that the transaction in progress never ends, if there is one in progress.
    open: Option<Diagnostic>,
    /// The states to go back to: that at `BEGIN` with no name, then those at savepoints.
    kept: Vec<(Option<String>, State)>,
}

impl<'a> Transactions<'a> {
    /// No transaction yet.
    pub fn new(files: &'a [Arc<SourceFile>]) -> Self {
        Self {
            files,
            needed: None,
            open: None,
            kept: Vec::new(),
        }
    }

    /// After the last statement.
    pub fn finish(self, state: &mut State) {
        state.diagnostics.extend(self.open);
    }

    fn needed(&mut self) -> bool {
        *self.needed.get_or_insert_with(|| {
            self.files.iter().any(|file| {
                let text = file.text.as_bytes();
                ["rollback", "abort"].iter().any(|word| {
                    text.windows(word.len())
                        .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
                })
            })
        })
    }

    /// Carries out a statement that begins or ends a transaction; `false` for any other.
    pub fn apply(&mut self, state: &mut State, cursor: &mut Cursor<'_>) -> bool {
        if cursor.is("begin") || cursor.are(&["start", "transaction"]) {
            let never = cursor.error_at(cursor.span(), "this transaction does not end");
            self.open.get_or_insert(Diagnostic {
                severity: Severity::Warning,
                ..never.help("it was read as if it did, by `COMMIT`; a server would undo all of it")
            });
            if self.kept.is_empty() && self.needed() {
                self.kept.push((None, state.clone()));
            }
        } else if cursor.is("commit") || cursor.is("end") {
            self.open = None;
            self.kept.clear();
        } else if cursor.accept("savepoint") {
            if let (false, Ok(name)) = (self.kept.is_empty(), cursor.ident()) {
                self.kept.push((Some(name.name), state.clone()));
            }
        } else if cursor.is("rollback") || cursor.is("abort") {
            cursor.advance();
            self.roll_back(state, cursor);
        } else {
            return false;
        }
        true
    }

    fn roll_back(&mut self, state: &mut State, cursor: &mut Cursor<'_>) {
        if !cursor.accept("work") {
            cursor.accept("transaction");
        }
        let target = match cursor.accept("to") {
            true => {
                cursor.accept("savepoint");
                cursor.ident().ok().map(|ident| ident.name)
            }
            false => None,
        };
        let at = match &target {
            None => {
                self.open = None;
                0
            }
            Some(name) => {
                let found = self
                    .kept
                    .iter()
                    .rposition(|(kept, _)| kept.as_ref() == Some(name));
                let Some(at) = found else {
                    return;
                };
                at
            }
        };
        let Some((_, kept)) = self.kept.get(at) else {
            return;
        };
        let kept = kept.clone();
        state.go_back(kept);
        match target {
            Some(_) => self.kept.truncate(at + 1),
            None => self.kept.clear(),
        }
    }
}
