//! What can run a query.

use std::future::Future;
use std::sync::Arc;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, RowStream, Statement};

use crate::{Connection, Result, Savepoint, Transaction};

/// The parameters of a statement: `$1`, `$2` and so on.
pub type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Anything that can run a query: the pool `Database`, a [`Connection`], a [`Transaction`], a
/// [`Savepoint`], and the driver's [`Client`] and
/// [`Transaction`](tokio_postgres::Transaction).
///
/// The driver's own types have nowhere to keep prepared statements, so through them each call
/// prepares its statement anew, at the price of a round trip. [`Connection::new`] gives a client a
/// place to keep them.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let url = server.url("postgres");
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, Executor, Result, query};
///
/// async fn version(db: &impl Executor) -> Result<String> {
///     query::value(db, "SHOW server_version", &[]).await
/// }
///
/// let mut connection = Connection::connect(&url).await?;
/// let outside = version(&connection).await?;
/// let tx = connection.begin().await?;
/// assert_eq!(version(&tx).await?, outside);
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
///
/// A type of your own that holds one of these becomes an executor by handing on
/// [`acquire`](Self::acquire).
pub trait Executor: Sync {
    /// A connection for one query: the executor's own, or one from the pool.
    ///
    /// # Errors
    ///
    /// When the pool has no connection to give.
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send;
}

/// A connection in use for one query, which [`Executor::acquire`] gives.
pub struct Session<'a> {
    link: Link<'a>,
    in_transaction: bool,
}

enum Link<'a> {
    Connection(&'a Connection),
    Client(&'a Client),
    #[cfg(feature = "pool")]
    Owned(Connection),
    #[cfg(feature = "pool")]
    Deadpool(&'a deadpool_postgres::ClientWrapper),
}

impl<'a> Session<'a> {
    fn new(link: Link<'a>, in_transaction: bool) -> Self {
        Self {
            link,
            in_transaction,
        }
    }

    #[cfg(feature = "pool")]
    pub(crate) fn owned(connection: Connection) -> Self {
        Self::new(Link::Owned(connection), false)
    }

    pub(crate) fn in_transaction(connection: &'a Connection) -> Self {
        Self::new(Link::Connection(connection), true)
    }

    /// Starts a statement and returns its rows as they come.
    ///
    /// A statement that the server no longer knows, or whose plan no longer fits because a table
    /// has changed, is prepared anew and started once more, except in a transaction, which has
    /// failed with it.
    pub(crate) async fn query(&self, sql: &str, params: Params<'_>) -> Result<RowStream> {
        let statement = self.prepare(sql).await?;
        self.query_prepared(&statement, sql, params).await
    }

    /// As [`query`](Self::query), with the statement that was prepared from the text.
    pub(crate) async fn query_prepared(
        &self,
        statement: &Statement,
        sql: &str,
        params: Params<'_>,
    ) -> Result<RowStream> {
        let error = match self.start(statement, params).await {
            Ok(rows) => return Ok(rows),
            Err(error) => error,
        };
        if !is_stale(&error) {
            return Err(error.into());
        }
        self.forget(sql);
        if self.in_transaction {
            return Err(error.into());
        }
        let again = async { self.start(&self.prepare(sql).await?, params).await };
        match again.await {
            // There was a transaction after all, begun by a statement of the user's.
            Err(again) if again.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => {
                Err(error.into())
            }
            result => Ok(result?),
        }
    }

    async fn start(
        &self,
        statement: &Statement,
        params: Params<'_>,
    ) -> Result<RowStream, tokio_postgres::Error> {
        let params = params.iter().copied();
        self.client().query_raw(statement, params).await
    }

    /// A statement, prepared now if it was not before.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        match &self.link {
            Link::Connection(connection) => {
                let statements = connection.statements();
                statements.prepare(connection.client(), sql).await
            }
            Link::Client(client) => client.prepare(sql).await,
            #[cfg(feature = "pool")]
            Link::Owned(connection) => {
                let statements = connection.statements();
                statements.prepare(connection.client(), sql).await
            }
            #[cfg(feature = "pool")]
            Link::Deadpool(client) => client.prepare_cached(sql).await,
        }
    }

    /// Forgets what was prepared: all of it, because what made one statement stale has mostly made
    /// others stale too.
    fn forget(&self, sql: &str) {
        match &self.link {
            Link::Connection(connection) => connection.statements().clear(),
            Link::Client(_) => {}
            #[cfg(feature = "pool")]
            Link::Owned(connection) => connection.statements().clear(),
            #[cfg(feature = "pool")]
            Link::Deadpool(client) => {
                client.statement_cache.remove(sql, &[]);
            }
        }
        #[cfg(not(feature = "pool"))]
        let _ = sql;
        // The types of columns may have changed as well.
        self.client().clear_type_cache();
    }

    pub(crate) fn client(&self) -> &Client {
        match &self.link {
            Link::Connection(connection) => connection.client(),
            Link::Client(client) => client,
            #[cfg(feature = "pool")]
            Link::Owned(connection) => connection.client(),
            #[cfg(feature = "pool")]
            Link::Deadpool(client) => client,
        }
    }
}

/// Whether the server refused a prepared statement that was fine once: it does not exist any more
/// (26000), or it returns other columns than it did (0A000, which many other things have too; the
/// message may be in any language, but the routine of the server that reports it is this one).
fn is_stale(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::INVALID_SQL_STATEMENT_NAME
            || (*error.code() == SqlState::FEATURE_NOT_SUPPORTED
                && error.routine() == Some("RevalidateCachedQuery"))
    })
}

impl Executor for Connection {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::new(Link::Connection(self), false))
    }
}

impl Executor for Transaction<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::in_transaction(self.connection()))
    }
}

impl Executor for Savepoint<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::in_transaction(self.connection()))
    }
}

impl Executor for Client {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::new(Link::Client(self), false))
    }
}

impl Executor for tokio_postgres::Transaction<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::new(Link::Client(self.client()), true))
    }
}

/// The connections of a deadpool pool of the user's own keep their statements in deadpool's cache,
/// which has no bound.
#[cfg(feature = "pool")]
impl Executor for deadpool_postgres::Client {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::new(Link::Deadpool(self), false))
    }
}

impl<E: Executor + ?Sized> Executor for &E {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire()
    }
}

impl<E: Executor + Send + ?Sized> Executor for Arc<E> {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire()
    }
}
