//! Statements that have no part in the Catalog, and why.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::state::State;
use crate::diagnostics::{Diagnostic, Place};

/// Why a statement has no part in the Catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Rows,
    Rights,
    Session,
    Upkeep,
    Rules,
    Cluster,
    Storage,
    Unlisted,
}

impl Why {
    fn reason(self) -> &'static str {
        match self {
            Self::Rows => "it is about rows, and not about what holds them",
            Self::Rights => "it gives or takes rights, and code is generated for all",
            Self::Session => "it is about the session that runs it",
            Self::Upkeep => "it tends to what is there, and makes nothing",
            Self::Rules => "it says what the server does by itself, whoever asks for rows",
            Self::Cluster => "it is about the server, and not about this database's schema",
            Self::Storage => "it is about how rows are kept, not about what they are",
            Self::Unlisted => {
                "it is no table, type, sequence or function, which is what code is generated for"
            }
        }
    }
}

/// What `CREATE`, `ALTER`, `DROP` and `COMMENT ON` may be about without any effect on the Catalog: its first
/// word, and its name where that is longer.
const OBJECTS: [(&str, &str, Why); 29] = [
    ("access", "ACCESS METHOD", Why::Unlisted),
    ("cast", "CAST", Why::Unlisted),
    ("collation", "COLLATION", Why::Unlisted),
    ("constraint", "CONSTRAINT TRIGGER", Why::Rules),
    ("conversion", "CONVERSION", Why::Unlisted),
    ("database", "DATABASE", Why::Cluster),
    ("default", "DEFAULT PRIVILEGES", Why::Rights),
    ("event", "EVENT TRIGGER", Why::Rules),
    ("extension", "EXTENSION", Why::Unlisted),
    ("foreign", "FOREIGN DATA WRAPPER", Why::Unlisted),
    ("group", "GROUP", Why::Cluster),
    ("language", "LANGUAGE", Why::Unlisted),
    ("large", "LARGE OBJECT", Why::Rows),
    ("operator", "OPERATOR", Why::Unlisted),
    ("policy", "POLICY", Why::Rules),
    ("procedural", "LANGUAGE", Why::Unlisted),
    ("publication", "PUBLICATION", Why::Unlisted),
    ("role", "ROLE", Why::Cluster),
    ("rule", "RULE", Why::Rules),
    ("server", "SERVER", Why::Unlisted),
    ("statistics", "STATISTICS", Why::Unlisted),
    ("subscription", "SUBSCRIPTION", Why::Unlisted),
    ("system", "SYSTEM", Why::Cluster),
    ("tablespace", "TABLESPACE", Why::Cluster),
    ("text", "TEXT SEARCH", Why::Unlisted),
    ("transform", "TRANSFORM", Why::Unlisted),
    ("trigger", "TRIGGER", Why::Rules),
    ("trusted", "LANGUAGE", Why::Unlisted),
    ("user", "USER", Why::Cluster),
];

/// First words of statements without any effect on the Catalog.
const STATEMENTS: [(&str, Why); 44] = [
    ("abort", Why::Session),
    ("analyse", Why::Upkeep),
    ("analyze", Why::Upkeep),
    ("begin", Why::Session),
    ("checkpoint", Why::Upkeep),
    ("close", Why::Session),
    ("cluster", Why::Upkeep),
    ("commit", Why::Session),
    ("copy", Why::Rows),
    ("deallocate", Why::Session),
    ("declare", Why::Session),
    ("delete", Why::Rows),
    ("discard", Why::Session),
    ("end", Why::Session),
    ("execute", Why::Session),
    ("explain", Why::Rows),
    ("fetch", Why::Rows),
    ("grant", Why::Rights),
    ("insert", Why::Rows),
    ("listen", Why::Session),
    ("load", Why::Session),
    ("lock", Why::Session),
    ("merge", Why::Rows),
    ("move", Why::Session),
    ("notify", Why::Session),
    ("prepare", Why::Session),
    ("reassign", Why::Rights),
    ("refresh", Why::Upkeep),
    ("reindex", Why::Upkeep),
    ("release", Why::Session),
    ("reset", Why::Session),
    ("revoke", Why::Rights),
    ("rollback", Why::Session),
    ("savepoint", Why::Session),
    ("security", Why::Rights),
    ("show", Why::Session),
    ("start", Why::Session),
    ("table", Why::Rows),
    ("truncate", Why::Rows),
    ("unlisten", Why::Session),
    ("update", Why::Rows),
    ("vacuum", Why::Upkeep),
    ("values", Why::Rows),
    ("with", Why::Rows),
];

/// Statements of one sort that were passed over.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    why: Why,
    count: usize,
    /// The first one's.
    place: Option<Place>,
}

/// Passes over a statement with this first word.
pub(super) fn statement(state: &mut State, cursor: &mut Cursor<'_>) -> bool {
    let found = STATEMENTS.iter().find(|(word, _)| cursor.is(word));
    if let Some((word, why)) = found {
        state.pass_over(cursor, word.to_ascii_uppercase(), *why);
    }
    found.is_some()
}

/// Passes over a statement about an object that the Catalog does not list, after this verb.
pub(super) fn object(state: &mut State, cursor: &mut Cursor<'_>, verb: &str) -> bool {
    let found = OBJECTS.iter().find(|(word, _, _)| cursor.is(word));
    if let Some((_, name, why)) = found {
        state.pass_over(cursor, format!("{verb} {name}"), *why);
    }
    found.is_some()
}

impl State {
    /// Passes over the rest of a statement, which has no effect on the Catalog.
    pub fn pass_over(&mut self, cursor: &mut Cursor<'_>, what: impl Into<String>, why: Why) {
        let passed = self.passed.entry(what.into()).or_insert_with(|| {
            let start = cursor
                .tokens()
                .first()
                .map_or(cursor.span(), |it| it.span());
            Passed {
                why,
                count: 0,
                place: cursor.error_at(start, "").place,
            }
        });
        passed.count += 1;
        cursor.skip_rest();
    }
}

/// What was passed over and why, in the order of the files.
pub(super) fn explain(passed: BTreeMap<String, Passed>) -> Vec<Diagnostic> {
    passed
        .into_iter()
        .map(|(what, passed)| {
            let times = match passed.count {
                1 => "once".to_owned(),
                count => format!("{count} times"),
            };
            let note = Diagnostic::note(format!("`{what}` was passed over, {times}"));
            Diagnostic {
                place: passed.place,
                ..note.help(passed.why.reason())
            }
        })
        .collect()
}
