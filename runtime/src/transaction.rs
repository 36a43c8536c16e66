//! Transactions and savepoints that roll back unless they are told to commit.

mod advisory;
mod closure;
mod options;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::advisory::AdvisoryKey;
pub use self::closure::Tx;
pub use self::options::{Isolation, TransactionOptions};
use crate::activity::Running;
use crate::trace::Trace;
use crate::{Connection, Error, Result, pooler};

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
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[must_use = "a transaction that is dropped rolls back"]
pub struct Transaction<'c> {
    connection: Holder<'c>,
    open: bool,
    state: Mutex<State>,
    trace: Trace,
}

enum Holder<'c> {
    Borrowed(&'c Connection),
    #[cfg(feature = "pool")]
    Owned(Connection),
}

#[derive(Default)]
struct State {
    last_savepoint: u64,
    /// The savepoints that have not ended, the first one first.
    savepoints: Vec<Mark>,
    /// What is to be done after the commit.
    after_commit: Vec<Box<dyn FnOnce() + Send>>,
}

/// A savepoint, and how much there was to be done after the commit when it was set.
struct Mark {
    id: u64,
    after_commit: usize,
}

impl<'c> Transaction<'c> {
    /// The connection is borrowed mutably, so that nothing else can use it meanwhile.
    pub(crate) async fn begin_borrowed(
        connection: &'c mut Connection,
        options: &TransactionOptions,
    ) -> Result<Self> {
        Self::begin(Holder::Borrowed(connection), options, 0).await
    }

    #[cfg(feature = "pool")]
    pub(crate) async fn begin_owned(
        connection: Connection,
        options: &TransactionOptions,
        retry: u32,
    ) -> Result<Self> {
        Self::begin(Holder::Owned(connection), options, retry).await
    }

    async fn begin(
        connection: Holder<'c>,
        options: &TransactionOptions,
        retry: u32,
    ) -> Result<Self> {
        let begin = options.begin();
        // Made before the message is sent, so that a caller who gives up waiting rolls back.
        let transaction = Self {
            connection,
            open: true,
            state: Mutex::default(),
            trace: Trace::transaction(&begin, retry),
        };
        transaction.run(&begin).await?;
        Ok(transaction)
    }

    /// Makes what was done in the transaction permanent.
    ///
    /// # Errors
    ///
    /// What the server answers: a deferred constraint that does not hold, a serialization failure,
    /// or SQLSTATE 25P02 when a statement of the transaction has failed before. (A bare `COMMIT`
    /// would roll back then and report success.) When the connection breaks meanwhile, or the future is
    /// dropped, nobody knows whether it was done.
    pub async fn commit(mut self) -> Result<()> {
        // In a failed transaction the empty query is what is refused.
        self.run(&self.ending("SELECT; COMMIT")).await?;
        self.open = false;
        self.trace.ended("committed");
        for act in std::mem::take(&mut self.state().after_commit) {
            act();
        }
        Ok(())
    }

    /// Undoes what was done in the transaction, and waits for it.
    ///
    /// # Errors
    ///
    /// When the connection is broken, which undoes it as well.
    pub async fn rollback(mut self) -> Result<()> {
        self.run(&self.ending("ROLLBACK")).await?;
        self.open = false;
        self.trace.ended("rolled back");
        Ok(())
    }

    /// Leaves something to be done when the transaction has been committed: to send a message, say, or
    /// to throw a cached value away. After a rollback, also one to a savepoint that was set before, it is
    /// forgotten. What takes time or has to wait goes into a task (`tokio::spawn`).
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let url = server.url("postgres");
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use std::sync::atomic::{AtomicBool, Ordering};
    /// use rowsmith_runtime::Database;
    ///
    /// static DONE: AtomicBool = AtomicBool::new(false);
    ///
    /// let db = Database::connect(&url).await?;
    /// let tx = db.begin().await?;
    /// tx.after_commit(|| DONE.store(true, Ordering::Relaxed));
    /// assert!(!DONE.load(Ordering::Relaxed));
    /// tx.commit().await?;
    /// assert!(DONE.load(Ordering::Relaxed));
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    pub fn after_commit(&self, act: impl FnOnce() + Send + 'static) {
        self.state().after_commit.push(Box::new(act));
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
        let handle = self.connection().handle();
        let mut running = Running::start(&handle.activity, Trace::none())?;
        match handle.client.batch_execute(sql).await {
            Ok(()) => {
                running.finished(None);
                Ok(())
            }
            Err(error) => Err(running.failed(error)),
        }
    }

    fn ending(&self, end: &'static str) -> Cow<'static, str> {
        match self.connection().handle().statements.turns() {
            Some(turns) => turns.ending(end),
            None => Cow::Borrowed(end),
        }
    }

    fn queue(&self, sql: &str) {
        pooler::queue(self.connection().client(), sql);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.queue(&self.ending("ROLLBACK"));
            self.trace.ended("dropped");
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
            let mut state = transaction.state();
            state.last_savepoint += 1;
            let id = state.last_savepoint;
            let after_commit = state.after_commit.len();
            state.savepoints.push(Mark { id, after_commit });
            id
        };
        // Made before the message is sent, for the same reason as a transaction.
        let savepoint = Self { transaction, id };
        let statement = format!("SAVEPOINT {}", savepoint.name());
        match transaction.run(&statement).await {
            Ok(()) => Ok(savepoint),
            Err(error) => {
                // There is nothing to go back to.
                savepoint.end(Outcome::Kept);
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
        self.end(Outcome::Kept);
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
        self.end(Outcome::Undone);
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
        let state = self.transaction.state();
        state.savepoints.iter().any(|mark| mark.id == self.id)
    }

    /// Strikes out this savepoint and those after it; false when it had ended before.
    fn end(&self, outcome: Outcome) -> bool {
        let mut state = self.transaction.state();
        let Some(position) = state.savepoints.iter().position(|mark| mark.id == self.id) else {
            return false;
        };
        let mark = state.savepoints.drain(position..).next();
        if let (Some(mark), Outcome::Undone) = (mark, outcome) {
            state.after_commit.truncate(mark.after_commit);
        }
        true
    }
}

/// What became of what was done since a savepoint.
enum Outcome {
    Kept,
    Undone,
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.end(Outcome::Undone) {
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
