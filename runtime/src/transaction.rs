//! Transactions and savepoints that roll back unless they are told to commit.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;

use crate::{Connection, Error, Result};

/// A transaction; rolls back when it is dropped without a [`commit`](Self::commit).
///
/// `Database::begin` gives one that holds a connection of the pool, and [`Connection::begin`] one
/// that borrows the connection.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TABLE notes (body text)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, query};
///
/// let mut connection = Connection::connect(&url).await?;
/// let tx = connection.begin().await?;
/// query::execute(&tx, "INSERT INTO notes VALUES ('kept')", &[]).await?;
///
/// let savepoint = tx.savepoint().await?;
/// query::execute(&savepoint, "INSERT INTO notes VALUES ('thought better of')", &[]).await?;
/// savepoint.rollback().await?;
///
/// tx.commit().await?;
/// let notes: i64 = query::value(&connection, "SELECT count(*) FROM notes", &[]).await?;
/// assert_eq!(notes, 1);
/// # rowsmith_runtime::Result::Ok(()) }).unwrap();
/// ```
#[must_use = "a transaction that is dropped rolls back"]
pub struct Transaction<'c> {
    connection: Holder<'c>,
    open: bool,
    savepoints: Mutex<Savepoints>,
}

enum Holder<'c> {
    Borrowed(&'c Connection),
    #[cfg(feature = "pool")]
    Owned(Connection),
}

/// The savepoints of a transaction that have not ended, the first one first.
#[derive(Default)]
struct Savepoints {
    last: u64,
    open: Vec<u64>,
}

impl<'c> Transaction<'c> {
    /// The connection is borrowed mutably, so that nothing else can use it meanwhile.
    pub(crate) async fn begin_borrowed(connection: &'c mut Connection) -> Result<Self> {
        Self::begin(Holder::Borrowed(connection)).await
    }

    #[cfg(feature = "pool")]
    pub(crate) async fn begin_owned(connection: Connection) -> Result<Self> {
        Self::begin(Holder::Owned(connection)).await
    }

    async fn begin(connection: Holder<'c>) -> Result<Self> {
        // Made before the message is sent, so that a caller who gives up waiting rolls back.
        let transaction = Self {
            connection,
            open: true,
            savepoints: Mutex::default(),
        };
        transaction.run("BEGIN").await?;
        Ok(transaction)
    }

    /// Makes what was done in the transaction permanent.
    ///
    /// # Errors
    ///
    /// What the server answers: a deferred constraint that does not hold, a serialization failure,
    /// or SQLSTATE 25P02 when a statement of the transaction has failed before. (A bare `COMMIT`
    /// would roll back then and report success.)
    pub async fn commit(mut self) -> Result<()> {
        // In a failed transaction the empty query is what is refused.
        self.run("SELECT; COMMIT").await?;
        self.open = false;
        Ok(())
    }

    /// Undoes what was done in the transaction, and waits for it.
    ///
    /// # Errors
    ///
    /// When the connection is broken, which undoes it as well.
    pub async fn rollback(mut self) -> Result<()> {
        self.run("ROLLBACK").await?;
        self.open = false;
        Ok(())
    }

    /// Sets a savepoint, to which one can go back without giving up the whole transaction.
    ///
    /// # Errors
    ///
    /// What the server answers to `SAVEPOINT`.
    pub async fn savepoint(&self) -> Result<Savepoint<'_>> {
        Savepoint::set(self).await
    }

    pub(crate) fn connection(&self) -> &Connection {
        match &self.connection {
            Holder::Borrowed(connection) => connection,
            #[cfg(feature = "pool")]
            Holder::Owned(connection) => connection,
        }
    }

    async fn run(&self, sql: &str) -> Result<()> {
        Ok(self.connection().client().batch_execute(sql).await?)
    }

    /// Queues a statement without waiting for its answer: the first poll is what sends it, and the
    /// connection works through its messages in order.
    fn queue(&self, sql: &str) {
        let _ = self.connection().client().batch_execute(sql).now_or_never();
    }

    fn savepoints(&self) -> MutexGuard<'_, Savepoints> {
        self.savepoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.queue("ROLLBACK");
        }
    }
}

impl fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("connection", self.connection())
            .finish_non_exhaustive()
    }
}

/// A savepoint of a transaction; rolls back to it when it is dropped without a
/// [`commit`](Self::commit).
///
/// Savepoints nest. One that ends takes those set after it along, as in SQL.
#[must_use = "a savepoint that is dropped rolls back"]
pub struct Savepoint<'t> {
    transaction: &'t Transaction<'t>,
    id: u64,
}

impl<'t> Savepoint<'t> {
    async fn set(transaction: &'t Transaction<'t>) -> Result<Self> {
        let id = {
            let mut savepoints = transaction.savepoints();
            savepoints.last += 1;
            let id = savepoints.last;
            savepoints.open.push(id);
            id
        };
        // Made before the message is sent, for the same reason as a transaction.
        let savepoint = Self { transaction, id };
        let statement = format!("SAVEPOINT {}", savepoint.name());
        match transaction.run(&statement).await {
            Ok(()) => Ok(savepoint),
            Err(error) => {
                // There is nothing to go back to.
                savepoint.end();
                Err(error)
            }
        }
    }

    /// Keeps what was done since the savepoint (`RELEASE SAVEPOINT`); the transaction decides in the
    /// end.
    ///
    /// # Errors
    ///
    /// [`Error::SavepointEnded`] when an earlier savepoint has ended; otherwise what the server
    /// answers, such as SQLSTATE 25P02 when a statement has failed since the savepoint.
    #[doc(alias = "release")]
    pub async fn commit(self) -> Result<()> {
        if !self.is_open() {
            return Err(Error::SavepointEnded);
        }
        let release = format!("RELEASE SAVEPOINT {}", self.name());
        self.transaction.run(&release).await?;
        self.end();
        Ok(())
    }

    /// Undoes what was done since the savepoint, and waits for it.
    ///
    /// # Errors
    ///
    /// [`Error::SavepointEnded`] when an earlier savepoint has ended; otherwise when the connection
    /// is broken.
    pub async fn rollback(self) -> Result<()> {
        if !self.is_open() {
            return Err(Error::SavepointEnded);
        }
        self.transaction.run(&self.rollback_statement()).await?;
        self.end();
        Ok(())
    }

    /// Sets a further savepoint within this one.
    ///
    /// # Errors
    ///
    /// What the server answers to `SAVEPOINT`.
    pub async fn savepoint(&self) -> Result<Savepoint<'_>> {
        Savepoint::set(self.transaction).await
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.transaction.connection()
    }

    fn name(&self) -> String {
        format!("rowsmith_{}", self.id)
    }

    fn rollback_statement(&self) -> String {
        let name = self.name();
        format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}")
    }

    fn is_open(&self) -> bool {
        self.transaction.savepoints().open.contains(&self.id)
    }

    /// Strikes out this savepoint and those after it; false when it had ended before.
    fn end(&self) -> bool {
        let mut savepoints = self.transaction.savepoints();
        match savepoints.open.iter().position(|id| *id == self.id) {
            Some(position) => {
                savepoints.open.truncate(position);
                true
            }
            None => false,
        }
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.end() {
            self.transaction.queue(&self.rollback_statement());
        }
    }
}

impl fmt::Debug for Savepoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Savepoint")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
