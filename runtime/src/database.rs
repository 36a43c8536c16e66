//! The pool of connections.

use std::fmt;
use std::time::Duration;

use deadpool::managed::{self, Metrics, Pool, PoolConfig, RecycleError, RecycleResult, Timeouts};
use deadpool_postgres::{ClientWrapper, RecyclingMethod, Runtime};

use crate::connect::Target;
use crate::executor::{Executor, Session};
use crate::statements::{self, Statements};
use crate::{Connection, Error, Result, Transaction};

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
    pool: Pool<Manager>,
}

/// How a connection is checked before it is used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recycling {
    /// Whether the connection is known to be closed, which costs nothing.
    #[default]
    Fast,
    /// Whether the server answers an empty query, which costs a round trip.
    Verified,
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
    max_connections: usize,
    wait_timeout: Option<Duration>,
    create_timeout: Option<Duration>,
    recycle_timeout: Option<Duration>,
    recycling: Recycling,
    statement_cache: usize,
    application_name: Option<String>,
}

impl Default for DatabaseBuilder {
    fn default() -> Self {
        Self {
            max_connections: 10,
            wait_timeout: Some(Duration::from_secs(30)),
            create_timeout: Some(Duration::from_secs(10)),
            recycle_timeout: Some(Duration::from_secs(5)),
            recycling: Recycling::default(),
            statement_cache: statements::DEFAULT_BOUND,
            application_name: None,
        }
    }
}

impl DatabaseBuilder {
    /// At most this many connections at a time; at first 10.
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
    /// [`Error::ConnectionString`] when the URL can't be read.
    pub fn connect_lazily(self, url: &str) -> Result<Database> {
        let mut target = Target::parse(url)?;
        if let Some(name) = &self.application_name {
            target.config_mut().application_name(name);
        }
        let recycling_method = match self.recycling {
            Recycling::Fast => RecyclingMethod::Fast,
            Recycling::Verified => RecyclingMethod::Verified,
        };
        let manager = Manager {
            target,
            recycling_method,
            statement_cache: self.statement_cache,
        };
        let mut pool = PoolConfig::new(self.max_connections);
        pool.timeouts = Timeouts {
            wait: self.wait_timeout,
            create: self.create_timeout,
            recycle: self.recycle_timeout,
        };
        let pool = Pool::builder(manager)
            .config(pool)
            .runtime(Runtime::Tokio1)
            .build()
            // Building fails only where there are timeouts and no runtime.
            .map_err(|_| Error::Closed)?;
        Ok(Database { pool })
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

    /// Checks a connection out, for several queries in a row on the same one. It goes back when it
    /// is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::PoolTimeout`] when none was free in time, [`Error::Closed`] when the pool is
    /// closed, otherwise what the connecting came to.
    pub async fn connection(&self) -> Result<Connection> {
        Ok(Connection::pooled(self.pool.get().await?))
    }

    /// Begins a transaction on a connection of its own, which goes back to the pool with the end of
    /// the transaction.
    ///
    /// # Errors
    ///
    /// As [`connection`](Self::connection), or what the server answers to `BEGIN`.
    pub async fn begin(&self) -> Result<Transaction<'static>> {
        Transaction::begin_owned(self.connection().await?).await
    }

    /// Closes the pool: connections that are not in use now, the others when they come back. From
    /// here on there are no new ones.
    pub fn close(&self) {
        self.pool.close();
    }
}

impl Executor for Database {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::owned(self.connection().await?))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.pool.status();
        f.debug_struct("Database")
            .field("max_connections", &status.max_size)
            .field("connections", &status.size)
            .field("available", &status.available)
            .field("waiting", &status.waiting)
            .finish()
    }
}

pub(crate) type PooledObject = managed::Object<Manager>;

/// Makes connections, with our bounded statement cache beside each client.
pub(crate) struct Manager {
    target: Target,
    recycling_method: RecyclingMethod,
    statement_cache: usize,
}

pub(crate) struct Pooled {
    pub(crate) client: ClientWrapper,
    pub(crate) statements: Statements,
}

impl managed::Manager for Manager {
    /// Boxed, for it is moved with every query through the pool.
    type Type = Box<Pooled>;
    type Error = Error;

    async fn create(&self) -> Result<Self::Type> {
        let client = self.target.connect().await?;
        Ok(Box::new(Pooled {
            // The connection has a task already.
            client: ClientWrapper::new(client, tokio::spawn(async {})),
            statements: Statements::new(self.statement_cache),
        }))
    }

    async fn recycle(&self, pooled: &mut Self::Type, _: &Metrics) -> RecycleResult<Error> {
        if pooled.client.is_closed() {
            return Err(RecycleError::Backend(Error::Closed));
        }
        if let Some(sql) = self.recycling_method.query() {
            pooled.client.simple_query(sql).await.map_err(Error::from)?;
        }
        Ok(())
    }
}
