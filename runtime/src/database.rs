//! The database: a pool of connections, and perhaps further ones to replicas.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::connect::Target;
use crate::executor::Executor;
use crate::pool::{Pool, PoolStatus};
use crate::session::Session;
use crate::trace::Trace;
use crate::{Connection, Error, PoolStep, Result, Transaction, TransactionOptions, Tx, statements};

/// How long a replica that can't be reached is left alone, at first and at most.
const REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// A database: a pool of connections that are made when they are needed and checked before they are
/// used again.
///
/// Cloning is cheap and gives the same pool.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TABLE notes (body text)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Database, query};
///
/// let db = Database::connect(&url).await?;
/// query::execute(&db, "INSERT INTO notes VALUES ($1)", &[&"Hello"]).await?;
///
/// let tx = db.begin().await?;
/// query::execute(&tx, "DELETE FROM notes", &[]).await?;
/// tx.rollback().await?;
///
/// let notes: i64 = query::value(&db, "SELECT count(*) FROM notes", &[]).await?;
/// assert_eq!(notes, 1);
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Database {
    primary: Pool,
    replicas: Option<Arc<Replicas>>,
}

struct Replicas {
    replicas: Vec<Replica>,
    next: AtomicUsize,
}

struct Replica {
    pool: Pool,
    troubles: Mutex<Option<Troubles>>,
}

/// A replica could not be reached.
struct Troubles {
    /// Until when it is left alone.
    until: Instant,
    /// How long that was.
    rest: Duration,
}

/// How a connection is checked before it is used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recycling {
    /// Whether the connection is known to be closed, which costs nothing. It does not notice a transaction
    /// that was begun with SQL of the program's own and left open.
    #[default]
    Fast,
    /// Whether the server answers and the connection is in no transaction, which costs a round trip.
    Verified,
    /// As [`Verified`](Self::Verified), and the session's settings, cursors, locks and temporary
    /// tables are reset, for programs that change them with SQL of their own. What
    /// [`on_connect`](DatabaseBuilder::on_connect) says is run again.
    Clean,
}

/// The settings of a [`Database`], which [`Database::builder`] begins.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let url = server.url("postgres");
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
/// use rowsmith_runtime::{Database, Recycling, query};
///
/// let db = Database::builder()
///     .max_connections(4)
///     .wait_timeout(Duration::from_secs(5))
///     .recycling(Recycling::Verified)
///     .application_name("readme")
///     .connect(&url)
///     .await?;
/// let name: String = query::value(&db, "SHOW application_name", &[]).await?;
/// assert_eq!(name, "readme");
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use = "the settings take effect with `connect`"]
pub struct DatabaseBuilder {
    pub(crate) max_connections: usize,
    pub(crate) wait_timeout: Option<Duration>,
    pub(crate) create_timeout: Option<Duration>,
    pub(crate) recycle_timeout: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) recycling: Recycling,
    pub(crate) statement_cache: usize,
    pub(crate) named_statements: bool,
    pub(crate) on_connect: Vec<Secret>,
    pub(crate) log_parameters: bool,
    application_name: Option<String>,
    replicas: Vec<Secret>,
}

/// What may hold a password, and `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Default for DatabaseBuilder {
    fn default() -> Self {
        Self {
            max_connections: 10,
            wait_timeout: Some(Duration::from_secs(30)),
            create_timeout: Some(Duration::from_secs(10)),
            recycle_timeout: Some(Duration::from_secs(5)),
            max_lifetime: None,
            idle_timeout: None,
            recycling: Recycling::default(),
            statement_cache: statements::DEFAULT_BOUND,
            named_statements: true,
            on_connect: Vec::new(),
            log_parameters: false,
            application_name: None,
            replicas: Vec::new(),
        }
    }
}

impl DatabaseBuilder {
    /// At most this many connections at a time; at first 10. With replicas, that many to each server.
    pub fn max_connections(mut self, max_connections: usize) -> Self {
        self.max_connections = max_connections;
        self
    }

    /// How long to wait for a connection that others are using; at first 30 seconds. `None` waits
    /// forever.
    pub fn wait_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.wait_timeout = timeout.into();
        self
    }

    /// How long connecting may take; at first 10 seconds. `None` waits forever.
    pub fn create_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.create_timeout = timeout.into();
        self
    }

    /// How long the check before using a connection again may take; at first 5 seconds. `None` waits
    /// forever.
    pub fn recycle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.recycle_timeout = timeout.into();
        self
    }

    /// A connection that is older is replaced when it is next asked for, so that all come to see a
    /// change of the server's address, say; at first there is no such age.
    pub fn max_lifetime(mut self, age: impl Into<Option<Duration>>) -> Self {
        self.max_lifetime = age.into();
        self
    }

    /// A connection that was last asked for longer ago than this is replaced when it is next asked for, because
    /// something on the way may have forgotten it; at first there is no such time.
    pub fn idle_timeout(mut self, time: impl Into<Option<Duration>>) -> Self {
        self.idle_timeout = time.into();
        self
    }

    /// How a connection is checked before it is used again; at first [`Recycling::Fast`].
    pub fn recycling(mut self, recycling: Recycling) -> Self {
        self.recycling = recycling;
        self
    }

    /// How many statements each connection keeps prepared; at first 512. With 0 every call prepares
    /// its statement anew.
    pub fn statement_cache(mut self, bound: usize) -> Self {
        self.statement_cache = bound;
        self
    }

    /// Whether statements stay prepared on the server; at first they do.
    ///
    /// Switch it off behind a pooler that hands out the server's connections by the transaction, such
    /// as PgBouncer with `pool_mode = transaction` and no `max_prepared_statements`. Each execution then
    /// brings its statement along. Transactions then have to come from [`Database::begin`] or
    /// [`Database::transaction`]: one that is begun by the text `BEGIN` would be ended by the first
    /// statement that is new to the connection.
    pub fn named_statements(mut self, named: bool) -> Self {
        self.named_statements = named;
        self
    }

    /// SQL that each new connection runs first: `SET search_path = app`, say. It may be given several
    /// times. When it fails, so does the connecting.
    ///
    /// Not for use behind a pooler that hands out connections by the transaction: a setting would stay
    /// with the server's connection. There [`TransactionOptions`] and `ALTER ROLE … SET` serve.
    pub fn on_connect(mut self, sql: impl Into<String>) -> Self {
        self.on_connect.push(Secret(sql.into()));
        self
    }

    /// Whether `tracing` may see the parameters of statements; at first it sees their SQL only.
    pub fn log_parameters(mut self, log: bool) -> Self {
        self.log_parameters = log;
        self
    }

    /// Adds a replica of the database. Queries that only read then go to the replicas in turn: selects
    /// without a lock, and the functions that find, list and count. Everything else goes to the primary,
    /// and so does a transaction with all that is in it.
    ///
    /// A replica lags behind: what was just written may not be there yet. Where it has to be, read
    /// through [`Database::primary`]. A select that calls a function which writes (`nextval`) is refused
    /// by a replica and needs it as well. A replica that can't be reached is passed over, and left alone for
    /// a while (`tracing` is told, as a warning); when there is none, the primary is read.
    pub fn replica(mut self, url: impl Into<String>) -> Self {
        self.replicas.push(Secret(url.into()));
        self
    }

    /// The name that the server shows for these connections, in `pg_stat_activity` and in its log.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Makes the pool, and a first connection to see that it works.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionString`] when the URL can't be read, otherwise what the connecting came
    /// to.
    pub async fn connect(self, url: &str) -> Result<Database> {
        let database = self.connect_lazily(url)?;
        database.connection().await?;
        Ok(database)
    }

    /// Makes the pool without connecting, for a server that may not be there yet.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionString`] when the URL, or a replica's, can't be read.
    pub fn connect_lazily(self, url: &str) -> Result<Database> {
        let replicas = self.replicas.iter().map(|Secret(url)| {
            Ok(Replica {
                pool: self.pool(url)?,
                troubles: Mutex::default(),
            })
        });
        let replicas = replicas.collect::<Result<Vec<Replica>>>()?;
        Ok(Database {
            primary: self.pool(url)?,
            replicas: (!replicas.is_empty()).then(|| {
                Arc::new(Replicas {
                    replicas,
                    next: AtomicUsize::default(),
                })
            }),
        })
    }

    fn pool(&self, url: &str) -> Result<Pool> {
        let mut target = Target::parse(url)?;
        if let Some(name) = &self.application_name {
            target.config_mut().application_name(name);
        }
        Pool::new(target, self)
    }
}

impl Database {
    /// A pool with the settings that serve most programs, and a first connection to see that it
    /// works.
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionString`] when the URL can't be read, otherwise what the connecting came
    /// to.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder().connect(url).await
    }

    /// Begins the settings of a pool.
    pub fn builder() -> DatabaseBuilder {
        DatabaseBuilder::default()
    }

    /// Checks a connection to the primary out, for several queries in a row on the same one. It goes
    /// back when it is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::PoolTimeout`] when none was free in time, [`Error::Closed`] when the pool is
    /// closed, otherwise what the connecting came to.
    pub async fn connection(&self) -> Result<Connection> {
        self.primary.connection().await
    }

    /// The same database without its replicas: what is read through it is what was last written.
    pub fn primary(&self) -> Self {
        Self {
            primary: self.primary.clone(),
            replicas: None,
        }
    }

    /// Begins a transaction on a connection of its own, which goes back to the pool with the end of
    /// the transaction.
    ///
    /// # Errors
    ///
    /// As [`connection`](Self::connection), or what the server answers to `BEGIN`.
    pub async fn begin(&self) -> Result<Transaction<'static>> {
        self.begin_with(TransactionOptions::default()).await
    }

    /// As [`begin`](Self::begin), with an isolation level and the like.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with(
        &self,
        options: impl Into<TransactionOptions>,
    ) -> Result<Transaction<'static>> {
        Transaction::begin_owned(self.connection().await?, &options.into(), 0).await
    }

    /// Does the work in a transaction, which is committed when it returns `Ok`. On an error, on a panic
    /// and when the future is dropped it is rolled back. (Only of a future that is dropped, or a connection
    /// that breaks, while the commit itself is under way nobody knows.)
    ///
    /// The future can be sent to another thread, so this works in a spawned task and in the handler of
    /// a web framework. To leave with an error of your own, see [`Error::rollback`].
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let database = server.create_database(Some("CREATE TABLE notes (body text)"));
    /// # let url = database.url();
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use rowsmith_runtime::{Database, query};
    ///
    /// let db = Database::connect(&url).await?;
    /// let notes: i64 = db
    ///     .transaction(async |tx| {
    ///         query::execute(&tx, "INSERT INTO notes VALUES ($1)", &[&"Hello"]).await?;
    ///         query::value(&tx, "SELECT count(*) FROM notes", &[]).await
    ///     })
    ///     .await?;
    /// assert_eq!(notes, 1);
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// The work's own, [`Error::TransactionInUse`] when it has left the transaction with somebody else,
    /// and what [`begin`](Self::begin) and [`commit`](Transaction::commit) have.
    pub async fn transaction<T>(&self, work: impl AsyncFnOnce(Tx) -> Result<T>) -> Result<T> {
        Tx::run(self, &TransactionOptions::default(), 0, work).await
    }

    /// As [`transaction`](Self::transaction), with an isolation level and the like, and tried again as
    /// often as [`TransactionOptions::retries`] says when it could not be serialized with those beside
    /// it or has met a deadlock. Between the tries it waits for a little while, at random and longer each
    /// time.
    ///
    /// Each try has a copy of the closure, so what the closure has moved into it has to be `Clone`; most
    /// closures borrow what they use and are. What it does outside of the database is done at each try:
    /// leave that to [`Transaction::after_commit`].
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let database = server.create_database(Some("CREATE TABLE notes (body text)"));
    /// # let url = database.url();
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use rowsmith_runtime::{Database, Isolation, query};
    ///
    /// let db = Database::connect(&url).await?;
    /// let added: u64 = db
    ///     .transaction_with(Isolation::Serializable.retries(3), async |tx| {
    ///         let notes: i64 = query::value(&tx, "SELECT count(*) FROM notes", &[]).await?;
    ///         let note = format!("There were {notes}");
    ///         query::execute(&tx, "INSERT INTO notes VALUES ($1)", &[&note]).await
    ///     })
    ///     .await?;
    /// assert_eq!(added, 1);
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// As [`transaction`](Self::transaction); the last try's.
    pub async fn transaction_with<T>(
        &self,
        options: impl Into<TransactionOptions>,
        work: impl AsyncFnOnce(Tx) -> Result<T> + Clone,
    ) -> Result<T> {
        let options = options.into();
        let mut retry = 0;
        loop {
            match Tx::run(self, &options, retry, work.clone()).await {
                Err(error) if error.is_retryable() && retry < options.retry_limit() => {
                    tokio::time::sleep(pause(retry)).await;
                    retry += 1;
                }
                result => return result,
            }
        }
    }

    /// How the pool of connections to the primary is doing.
    pub fn status(&self) -> PoolStatus {
        self.primary.status()
    }

    /// How the pools of connections to the replicas are doing, in the order in which they were given.
    pub fn replica_status(&self) -> Vec<PoolStatus> {
        let replicas = self.replicas().iter();
        replicas.map(|replica| replica.pool.status()).collect()
    }

    /// Closes the pool: connections that are not in use now, the others when they come back. From
    /// here on there are no new ones.
    pub fn close(&self) {
        self.primary.close();
        for replica in self.replicas() {
            replica.pool.close();
        }
    }

    fn replicas(&self) -> &[Replica] {
        self.replicas
            .as_ref()
            .map_or(&[], |replicas| &replicas.replicas)
    }
}

impl Replicas {
    /// A connection to the replica whose turn it is, or to another one that has one free; when all of them
    /// are busy, what the first of them comes to. Nothing when none can be reached.
    async fn connection(&self) -> Option<Result<Connection>> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.replicas.len();
        let (before, from) = self.replicas.split_at(first);
        let mut busy = None;
        for replica in from.iter().chain(before) {
            if !replica.may_be_tried() {
                continue;
            }
            match replica.pool.connection_now().await {
                Ok(connection) => {
                    replica.answered();
                    return Some(Ok(connection));
                }
                // All its connections are in use, which says nothing against it.
                Err(Error::PoolTimeout(PoolStep::Wait)) => busy = busy.or(Some(replica)),
                Err(error) => replica.failed(&error),
            }
        }
        match busy {
            Some(replica) => Some(replica.pool.connection().await),
            None => None,
        }
    }
}

impl Replica {
    /// False while it is left alone. The first one who comes after that is the only one to try.
    fn may_be_tried(&self) -> bool {
        let mut troubles = self.troubles();
        match &mut *troubles {
            None => true,
            Some(troubles) if Instant::now() < troubles.until => false,
            Some(troubles) => {
                troubles.until = Instant::now() + troubles.rest;
                true
            }
        }
    }

    fn answered(&self) {
        *self.troubles() = None;
    }

    /// Leaves it alone for a while, and longer each time.
    fn failed(&self, error: &Error) {
        let mut troubles = self.troubles();
        let rest = troubles
            .as_ref()
            .map_or(REST, |it| (it.rest * 2).min(LONGEST_REST));
        *troubles = Some(Troubles {
            until: Instant::now() + rest,
            rest,
        });
        Trace::replica(error, rest);
    }

    fn troubles(&self) -> MutexGuard<'_, Option<Troubles>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long to wait before a transaction is tried again: at random, so that those that were in each
/// other's way do not meet again, and up to twice as long each time.
fn pause(retry: u32) -> Duration {
    let most = 10_u64.saturating_mul(1 << retry.min(7));
    Duration::from_micros(fastrand::u64(0..=most * 1000))
}

impl Executor for Database {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_owned(self.connection().await?))
    }

    async fn acquire_to_read(&self) -> Result<Session<'_>> {
        if let Some(replicas) = &self.replicas
            && let Some(connection) = replicas.connection().await
        {
            return connection.map(Session::of_owned);
        }
        self.acquire().await
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status();
        f.debug_struct("Database")
            .field("max_connections", &status.max_connections)
            .field("connections", &status.connections)
            .field("available", &status.available)
            .field("waiting", &status.waiting)
            .field("replicas", &self.replicas().len())
            .finish()
    }
}
