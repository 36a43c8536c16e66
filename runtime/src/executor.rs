//! What can run a query.

use std::future::Future;
use std::sync::Arc;

use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use crate::{Connection, Result, Savepoint, Session, Transaction, Tx};

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

    /// As [`acquire`](Self::acquire), for a query that only reads, which a `Database` with replicas
    /// sends to one of them.
    ///
    /// # Errors
    ///
    /// As [`acquire`](Self::acquire).
    fn acquire_to_read(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        self.acquire()
    }
}

impl Executor for Connection {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_connection(self))
    }
}

impl Executor for Transaction<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_connection(self.connection()).in_transaction())
    }
}

impl Executor for Savepoint<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_connection(self.connection()).in_transaction())
    }
}

impl Executor for Tx {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire()
    }
}

impl Executor for Client {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_client(self))
    }
}

impl Executor for tokio_postgres::Transaction<'_> {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_client(self.client()).in_transaction())
    }
}

/// The connections of a deadpool pool of the user's own keep their statements in deadpool's cache,
/// which has no bound.
#[cfg(feature = "pool")]
impl Executor for deadpool_postgres::Client {
    async fn acquire(&self) -> Result<Session<'_>> {
        Ok(Session::of_deadpool(self))
    }
}

impl<E: Executor + ?Sized> Executor for &E {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire()
    }

    fn acquire_to_read(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire_to_read()
    }
}

impl<E: Executor + Send + ?Sized> Executor for Arc<E> {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire()
    }

    fn acquire_to_read(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        (**self).acquire_to_read()
    }
}
