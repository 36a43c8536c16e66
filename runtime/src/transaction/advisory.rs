//! Locks on what is not in the database.

use super::Transaction;
use crate::{Result, query};

/// What an advisory lock is on: a number, two, or a name.
///
/// A name is turned into a number by the server (`hashtextextended`). Numbers and pairs never meet, but a
/// name may, with a chance of one in 2⁶⁴.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdvisoryKey {
    /// One number.
    Number(i64),
    /// Two numbers: what kind of thing and which one, say.
    Pair(i32, i32),
    /// A name.
    Name(String),
}

impl From<i64> for AdvisoryKey {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for AdvisoryKey {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<(i32, i32)> for AdvisoryKey {
    fn from((kind, which): (i32, i32)) -> Self {
        Self::Pair(kind, which)
    }
}

impl From<&str> for AdvisoryKey {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for AdvisoryKey {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl Transaction<'_> {
    /// Takes an advisory lock and keeps it until the transaction ends, waiting for whoever has it
    /// ([Advisory Locks](https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS)).
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let url = server.url("postgres");
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use rowsmith_runtime::Database;
    ///
    /// let db = Database::connect(&url).await?;
    /// let tx = db.begin().await?;
    /// tx.advisory_lock("nightly report").await?;
    ///
    /// let other = db.begin().await?;
    /// assert!(!other.try_advisory_lock("nightly report").await?);
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// A deadlock, or what else the server reports.
    pub async fn advisory_lock(&self, key: impl Into<AdvisoryKey>) -> Result<()> {
        self.advisory("pg_advisory_xact_lock", "IS NULL", key.into())
            .await?;
        Ok(())
    }

    /// As [`advisory_lock`](Self::advisory_lock), but shared with others who take it like this.
    ///
    /// # Errors
    ///
    /// As [`advisory_lock`](Self::advisory_lock).
    pub async fn advisory_lock_shared(&self, key: impl Into<AdvisoryKey>) -> Result<()> {
        self.advisory("pg_advisory_xact_lock_shared", "IS NULL", key.into())
            .await?;
        Ok(())
    }

    /// As [`advisory_lock`](Self::advisory_lock) without waiting: false when somebody else has it.
    ///
    /// # Errors
    ///
    /// What the server reports.
    pub async fn try_advisory_lock(&self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        self.advisory("pg_try_advisory_xact_lock", "", key.into())
            .await
    }

    /// As [`advisory_lock_shared`](Self::advisory_lock_shared) without waiting: false when somebody else
    /// has it for himself.
    ///
    /// # Errors
    ///
    /// What the server reports.
    pub async fn try_advisory_lock_shared(&self, key: impl Into<AdvisoryKey>) -> Result<bool> {
        self.advisory("pg_try_advisory_xact_lock_shared", "", key.into())
            .await
    }

    /// Calls one of the functions; `test` makes a truth value of what it returns.
    async fn advisory(&self, function: &str, test: &str, key: AdvisoryKey) -> Result<bool> {
        let call = |arguments| format!("SELECT pg_catalog.{function}({arguments}) {test}");
        match key {
            AdvisoryKey::Number(number) => query::value(self, &call("$1"), &[&number]).await,
            AdvisoryKey::Pair(kind, which) => {
                query::value(self, &call("$1, $2"), &[&kind, &which]).await
            }
            AdvisoryKey::Name(name) => {
                let sql = call("pg_catalog.hashtextextended($1, 0)");
                query::value(self, &sql, &[&name]).await
            }
        }
    }
}
