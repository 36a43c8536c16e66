//! One connection with its prepared statements.

use std::fmt;
use std::sync::Arc;

use tokio_postgres::Client;

use crate::activity::Activity;
use crate::connect::Target;
use crate::statements::{self, Statements};
use crate::{Result, Transaction, TransactionOptions};

/// One connection to the database, with a bounded cache of prepared statements.
///
/// It is checked out of a pool with `Database::connection`, or made from a client with
/// [`Connection::new`]. A checked-out connection goes back to the pool when it is dropped.
pub struct Connection(Source);

enum Source {
    Own(Box<Handle>),
    #[cfg(feature = "pool")]
    Pooled(crate::pool::Checkout),
}

/// A client with what is kept beside it.
pub(crate) struct Handle {
    pub(crate) client: Client,
    pub(crate) statements: Statements,
    pub(crate) activity: Arc<Activity>,
    /// Whether `tracing` may see the parameters of statements.
    pub(crate) log_parameters: bool,
}

impl Connection {
    /// Takes over a plain client, whose connection somebody else drives.
    pub fn new(client: Client) -> Self {
        Self::with_statement_cache(client, statements::DEFAULT_BOUND)
    }

    /// As [`new`](Self::new), keeping at most this many statements prepared.
    pub fn with_statement_cache(client: Client, bound: usize) -> Self {
        Self(Source::Own(Box::new(Handle {
            client,
            statements: Statements::new(bound),
            activity: Arc::default(),
            log_parameters: false,
        })))
    }

    /// Connects to a server without a pool, and drives the connection in a task of its own.
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let url = server.url("postgres");
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use rowsmith_runtime::{Connection, query};
    ///
    /// let connection = Connection::connect(&url).await?;
    /// let two: i32 = query::value(&connection, "SELECT 1 + 1", &[]).await?;
    /// assert_eq!(two, 2);
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::ConnectionString`](crate::Error::ConnectionString) when the URL can't be read,
    /// otherwise what the connecting came to.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self::new(Target::parse(url)?.connect().await?))
    }

    #[cfg(feature = "pool")]
    pub(crate) fn pooled(checkout: crate::pool::Checkout) -> Self {
        Self(Source::Pooled(checkout))
    }

    /// Begins a transaction that borrows this connection.
    ///
    /// # Errors
    ///
    /// What the server answers to `BEGIN`.
    pub async fn begin(&mut self) -> Result<Transaction<'_>> {
        self.begin_with(TransactionOptions::default()).await
    }

    /// As [`begin`](Self::begin), with an isolation level and the like.
    ///
    /// # Errors
    ///
    /// What the server answers to `BEGIN`.
    pub async fn begin_with(
        &mut self,
        options: impl Into<TransactionOptions>,
    ) -> Result<Transaction<'_>> {
        Transaction::begin_borrowed(self, &options.into()).await
    }

    /// The client below, for what this crate has no function for.
    pub fn client(&self) -> &Client {
        &self.handle().client
    }

    /// How many statements this connection keeps prepared at this moment.
    pub fn cached_statements(&self) -> usize {
        self.handle().statements.len()
    }

    pub(crate) fn handle(&self) -> &Handle {
        match &self.0 {
            Source::Own(handle) => handle,
            #[cfg(feature = "pool")]
            Source::Pooled(checkout) => checkout.handle(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("closed", &self.client().is_closed())
            .field("cached_statements", &self.cached_statements())
            .finish()
    }
}
