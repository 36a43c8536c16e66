//! A transaction that a closure runs in.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Transaction;
#[cfg(feature = "pool")]
use super::TransactionOptions;
#[cfg(feature = "pool")]
use crate::Database;
use crate::{Error, Result};

/// The transaction that a closure runs in, which `Database::transaction` gives it.
///
/// Queries take it as `&tx`. It has what a [`Transaction`] has but the end, which comes with the end of
/// the closure. (Without a lifetime in its type: this is what makes the closure's future one that can be
/// sent to another thread.)
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TABLE notes (body text UNIQUE)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Database, Error, Result, Tx, query};
///
/// async fn add(tx: &Tx, note: &str) -> Result<u64> {
///     query::execute(tx, "INSERT INTO notes VALUES ($1)", &[&note]).await
/// }
///
/// let db = Database::connect(&url).await?;
/// db.transaction(async |tx| {
///     add(&tx, "Hello").await?;
///     // Within it another, whose failure is not the end of the first.
///     let again = tx.transaction(async |tx| add(&tx, "Hello").await).await;
///     assert!(matches!(again, Err(Error::UniqueViolation(_))));
///     add(&tx, "Goodbye").await
/// })
/// .await?;
/// let notes: i64 = query::value(&db, "SELECT count(*) FROM notes", &[]).await?;
/// assert_eq!(notes, 2);
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
pub struct Tx(Arc<Transaction<'static>>);

impl Tx {
    /// Does the work in a transaction within this one, by means of a savepoint: what it has done is
    /// undone when it returns an error, and this transaction goes on.
    ///
    /// # Errors
    ///
    /// The work's own, and what the server answers to the savepoint. [`Error::SavepointEnded`] when it ran
    /// at the same time as another one that was begun before and has ended in the meantime: such two
    /// transactions are one in the other, and not beside each other.
    pub async fn transaction<T>(&self, work: impl AsyncFnOnce(Tx) -> Result<T>) -> Result<T> {
        let savepoint = self.savepoint().await?;
        match work(self.share()).await {
            Ok(value) => {
                savepoint.commit().await?;
                Ok(value)
            }
            Err(error) => match savepoint.rollback().await {
                // It was not undone: another one, begun before, has ended meanwhile.
                Err(ended @ Error::SavepointEnded) => Err(ended),
                // What it failed of matters more than that it could not be undone, which everything
                // after it will fail of too.
                _ => Err(error),
            },
        }
    }

    /// The same transaction once more.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(feature = "pool")]
impl Tx {
    pub(crate) async fn begin(
        db: &Database,
        options: &TransactionOptions,
        retry: u32,
    ) -> Result<Self> {
        let connection = db.connection().await?;
        let transaction = Transaction::begin_owned(connection, options, retry).await?;
        Ok(Self(Arc::new(transaction)))
    }

    /// Does the work in a transaction of its own.
    pub(crate) async fn run<T>(
        db: &Database,
        options: &TransactionOptions,
        retry: u32,
        work: impl AsyncFnOnce(Tx) -> Result<T>,
    ) -> Result<T> {
        let tx = Self::begin(db, options, retry).await?;
        match tx.trace.within(work(tx.share())).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }

    /// Makes what was done permanent, unless somebody else still has the transaction.
    pub(crate) async fn commit(self) -> Result<()> {
        match Arc::try_unwrap(self.0) {
            Ok(transaction) => transaction.commit().await,
            Err(_) => Err(Error::TransactionInUse),
        }
    }

    /// Undoes what was done, which a broken connection does as well.
    pub(crate) async fn rollback(self) {
        if let Ok(transaction) = Arc::try_unwrap(self.0) {
            let _ = transaction.rollback().await;
        }
    }
}

impl Deref for Tx {
    type Target = Transaction<'static>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
