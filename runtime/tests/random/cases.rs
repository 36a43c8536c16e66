//! The cases of a test, and what a failure says.

use std::fmt::Debug;
use std::str::FromStr;

use rowsmith_runtime::{Error, Result};

use crate::chance::Chance;
use crate::generate::Kind;

/// One case: a seed, and what chance makes of it.
pub struct Case {
    pub seed: u64,
    pub chance: Chance,
}

/// So many cases, unless the environment says otherwise.
pub fn cases(count: u64) -> impl Iterator<Item = Case> {
    let first: u64 = variable("ROWSMITH_SEED").unwrap_or(0);
    let count = variable("ROWSMITH_CASES").unwrap_or(count);
    (first..first + count).map(|seed| Case {
        seed,
        chance: Chance::new(seed),
    })
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    let Ok(value) = value.parse() else {
        panic!("`{name}` is `{value}`, which is no number");
    };
    Some(value)
}

impl Case {
    /// Fails when PostgreSQL's rows are not Rust's.
    ///
    /// It compares what `Debug` writes, to which NaN is the same as NaN.
    #[track_caller]
    pub fn check<T: Debug>(&self, sql: &str, found: Result<T>, expected: &T) {
        let written = |value: &T| format!("{value:?}");
        self.check_by(sql, found, expected, |a, b| written(a) == written(b));
    }

    /// As `check`, for rows that come in no order.
    #[track_caller]
    pub fn check_unordered<T: Debug>(&self, sql: &str, found: Result<Vec<T>>, expected: Vec<T>) {
        let sorted = |rows: Vec<T>| {
            let mut rows: Vec<String> = rows.iter().map(|row| format!("{row:?}")).collect();
            rows.sort_unstable();
            rows
        };
        self.check_by(sql, found.map(sorted), &sorted(expected), PartialEq::eq);
    }

    /// As `check`, with another notion of what is the same.
    #[track_caller]
    pub fn check_by<T: Debug>(
        &self,
        sql: &str,
        found: Result<T>,
        expected: &T,
        equal: impl Fn(&T, &T) -> bool,
    ) {
        let found = match found {
            Ok(found) if equal(&found, expected) => return,
            Ok(found) => format!("{found:?}"),
            Err(error) => problem(&error),
        };
        panic!(
            "{sql}\n\nvalues: {}\n\nPostgreSQL: {found}\n\nRust:       {expected:?}\n\n\
             The same case again: ROWSMITH_SEED={} ROWSMITH_CASES=1",
            self.chance.values.join(", "),
            self.seed,
        );
    }
}

/// An error with all of its causes.
fn problem(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// Whether the server takes two columns of values for the same.
pub fn same<T: Kind>(a: &[Option<T>], b: &[Option<T>]) -> bool {
    let equal = |(a, b): (&Option<T>, &Option<T>)| match (a, b) {
        (Some(a), Some(b)) => a.order(b).is_eq(),
        (a, b) => a.is_none() && b.is_none(),
    };
    a.len() == b.len() && a.iter().zip(b).all(equal)
}
