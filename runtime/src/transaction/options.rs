//! How a transaction is begun.

use std::fmt::Write;
use std::time::Duration;

/// What a transaction sees of those beside it
/// ([Transaction Isolation](https://www.postgresql.org/docs/current/transaction-iso.html)).
///
/// It goes wherever [`TransactionOptions`] do, and has their settings: `Isolation::Serializable.retries(3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it began; the server's own choice unless it is
    /// configured otherwise.
    ReadCommitted,
    /// All statements see what was committed before the first one.
    RepeatableRead,
    /// As if all transactions were done one after the other.
    Serializable,
}

impl Isolation {
    fn sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// How a transaction is begun ([BEGIN](https://www.postgresql.org/docs/current/sql-begin.html)), and
/// whether it is tried again.
///
/// ```
/// use std::time::Duration;
/// use rowsmith_runtime::{Isolation, TransactionOptions};
///
/// let report = Isolation::Serializable.read_only().deferrable();
/// let quick = TransactionOptions::new().statement_timeout(Duration::from_secs(2));
/// # let _ = (report, quick);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a transaction is begun with them"]
pub struct TransactionOptions {
    isolation: Option<Isolation>,
    read_only: bool,
    deferrable: bool,
    statement_timeout: Option<Duration>,
    lock_timeout: Option<Duration>,
    retries: u32,
}

impl TransactionOptions {
    /// As the server is configured, and tried once.
    pub fn new() -> Self {
        Self::default()
    }

    /// What it sees of those beside it.
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// Refuses to change anything.
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Waits at the beginning for a moment at which it can't fail and need not be watched; has a meaning
    /// for [`Isolation::Serializable`] with [`read_only`](Self::read_only) only.
    pub fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// How long each of its statements may take, in whole milliseconds (`statement_timeout`); one that
    /// takes longer fails with SQLSTATE 57014. With zero there is no limit, whatever the server's own.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = Some(timeout);
        self
    }

    /// How long each of its statements may wait for a lock, in whole milliseconds (`lock_timeout`); one
    /// that waits longer fails with SQLSTATE 55P03. With zero there is no limit.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = Some(timeout);
        self
    }

    /// How many times more it is tried when it could not be serialized with those beside it or has met
    /// a deadlock. It is what a transaction that is a closure can do
    /// (`Database::transaction_with`), and means nothing for one that is begun and ended by hand.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    #[cfg(feature = "pool")]
    pub(crate) fn retry_limit(&self) -> u32 {
        self.retries
    }

    /// The statements that begin it.
    pub(super) fn begin(&self) -> String {
        let mut sql = String::from("BEGIN");
        if let Some(isolation) = self.isolation {
            sql.push_str(" ISOLATION LEVEL ");
            sql.push_str(isolation.sql());
        }
        if self.read_only {
            sql.push_str(" READ ONLY");
        }
        if self.deferrable {
            sql.push_str(" DEFERRABLE");
        }
        for (name, timeout) in [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
        ] {
            if let Some(timeout) = timeout {
                // Writing to a string can't fail.
                let _ = write!(sql, "; SET LOCAL {name} = {}", milliseconds(timeout));
            }
        }
        sql
    }
}

/// Whole milliseconds as the server takes them, where zero means forever: less than one is one.
fn milliseconds(timeout: Duration) -> i32 {
    let rounded = timeout.as_nanos().div_ceil(1_000_000);
    i32::try_from(rounded).unwrap_or(i32::MAX)
}

impl From<Isolation> for TransactionOptions {
    fn from(isolation: Isolation) -> Self {
        Self::new().isolation(isolation)
    }
}

impl Isolation {
    /// As [`TransactionOptions::read_only`].
    pub fn read_only(self) -> TransactionOptions {
        TransactionOptions::from(self).read_only()
    }

    /// As [`TransactionOptions::deferrable`].
    pub fn deferrable(self) -> TransactionOptions {
        TransactionOptions::from(self).deferrable()
    }

    /// As [`TransactionOptions::statement_timeout`].
    pub fn statement_timeout(self, timeout: Duration) -> TransactionOptions {
        TransactionOptions::from(self).statement_timeout(timeout)
    }

    /// As [`TransactionOptions::lock_timeout`].
    pub fn lock_timeout(self, timeout: Duration) -> TransactionOptions {
        TransactionOptions::from(self).lock_timeout(timeout)
    }

    /// As [`TransactionOptions::retries`].
    pub fn retries(self, retries: u32) -> TransactionOptions {
        TransactionOptions::from(self).retries(retries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_it() {
        assert_eq!(TransactionOptions::new().begin(), "BEGIN");
        let all = Isolation::Serializable
            .read_only()
            .deferrable()
            .lock_timeout(Duration::from_micros(1))
            .statement_timeout(Duration::from_secs(2));
        assert_eq!(
            all.begin(),
            "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE; \
             SET LOCAL statement_timeout = 2000; SET LOCAL lock_timeout = 1"
        );
        assert_eq!(milliseconds(Duration::ZERO), 0);
        assert_eq!(milliseconds(Duration::MAX), i32::MAX);
    }
}
