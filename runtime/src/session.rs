//! A connection in use for one query.

use std::borrow::Cow;
use std::future::Future;
use std::iter;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt, stream};
use pin_project_lite::pin_project;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, CopyInSink, RowStream};

use crate::activity::Running;
use crate::connection::Handle;
use crate::pooler::{self, Turn, Turns};
use crate::statements::Prepared;
use crate::trace::Trace;
use crate::types::Param;
use crate::{Connection, Params, Result, Row};

/// A connection in use for one query, which [`Executor::acquire`](crate::Executor::acquire) gives.
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
    fn new(link: Link<'a>) -> Self {
        Self {
            link,
            in_transaction: false,
        }
    }

    pub(crate) fn of_connection(connection: &'a Connection) -> Self {
        Self::new(Link::Connection(connection))
    }

    pub(crate) fn of_client(client: &'a Client) -> Self {
        Self::new(Link::Client(client))
    }

    #[cfg(feature = "pool")]
    pub(crate) fn of_owned(connection: Connection) -> Self {
        Self::new(Link::Owned(connection))
    }

    #[cfg(feature = "pool")]
    pub(crate) fn of_deadpool(client: &'a deadpool_postgres::ClientWrapper) -> Self {
        Self::new(Link::Deadpool(client))
    }

    /// Says that there is a transaction, in which nothing can be tried again.
    pub(crate) fn in_transaction(mut self) -> Self {
        self.in_transaction = true;
        self
    }

    /// Starts a statement and returns its rows as they come.
    ///
    /// A statement that the server no longer knows, or whose plan no longer fits because a table
    /// has changed, is prepared anew and started once more, except in a transaction, which has
    /// failed with it.
    pub(crate) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Rows> {
        self.run(None, sql, params).await
    }

    /// As [`query`](Self::query), with the statement that was prepared from the text.
    pub(crate) async fn query_prepared(
        &self,
        statement: &Prepared,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Rows> {
        self.run(Some(statement), sql, params).await
    }

    async fn run(
        &self,
        prepared: Option<&Prepared>,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Rows> {
        let shown = self.handle().is_some_and(|handle| handle.log_parameters);
        let mut running = self.start(Trace::query(sql, shown.then_some(params)))?;
        let start = self.start_query(prepared, sql, params);
        match running.trace().within(start).await {
            Ok(stream) => Ok(Rows { stream, running }),
            Err(error) => Err(running.failed(error)),
        }
    }

    async fn start_query(
        &self,
        prepared: Option<&Prepared>,
        sql: &str,
        params: Params<'_>,
    ) -> Result<RowStream, tokio_postgres::Error> {
        // Boxed is what happens once for each statement, or never: a query's future has no place for it.
        let kept = match prepared {
            Some(prepared) => Cow::Borrowed(prepared),
            None => match self.handle().and_then(|handle| handle.statements.get(sql)) {
                Some(prepared) => Cow::Owned(prepared),
                None => Cow::Owned(Box::pin(self.describe(sql)).await?),
            },
        };
        match self.execute(&kept, sql, params).await {
            Err(error) if is_stale(&error) => Box::pin(self.start_again(error, sql, params)).await,
            result => result,
        }
    }

    async fn start_again(
        &self,
        error: tokio_postgres::Error,
        sql: &str,
        params: Params<'_>,
    ) -> Result<RowStream, tokio_postgres::Error> {
        self.forget(sql);
        if self.in_transaction {
            return Err(error);
        }
        let again = async { self.execute(&self.describe(sql).await?, sql, params).await };
        match again.await {
            // There was a transaction after all, begun by a statement of the user's.
            Err(again) if again.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION) => Err(error),
            result => result,
        }
    }

    async fn execute(
        &self,
        statement: &Prepared,
        sql: &str,
        params: Params<'_>,
    ) -> Result<RowStream, tokio_postgres::Error> {
        let params = params.iter().copied().map(Param);
        match statement {
            Prepared::Named(statement) => self.client().query_raw(statement, params).await,
            Prepared::Unnamed(_) => {
                let _turn = match self.turns() {
                    Some(turns) => Some(turns.share().await),
                    None => None,
                };
                // Of a wrong number of parameters the server tells.
                let types = statement.params().iter().cloned();
                let params = params.zip(types.chain(iter::repeat(Type::UNKNOWN)));
                Box::pin(self.client().query_typed_raw(sql, params)).await
            }
        }
    }

    /// A statement, prepared now if it was not before.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Prepared> {
        let mut running = self.start(Trace::none())?;
        match self.describe(sql).await {
            Ok(prepared) => {
                running.finished(None);
                Ok(prepared)
            }
            Err(error) => Err(running.failed(error)),
        }
    }

    async fn describe(&self, sql: &str) -> Result<Prepared, tokio_postgres::Error> {
        if let Some(handle) = self.handle() {
            let statements = &handle.statements;
            return statements
                .prepare(&handle.client, sql, self.in_transaction)
                .await;
        }
        let statement = match &self.link {
            #[cfg(feature = "pool")]
            Link::Deadpool(client) => client.prepare_cached(sql).await?,
            _ => self.client().prepare(sql).await?,
        };
        Ok(Prepared::Named(statement))
    }

    /// Does what takes several messages, which behind a pooler of connections have to reach the same
    /// server, and returns how many rows it concerned. The work is done on a [`tied`](Self::tied)
    /// session; `sql` stands for it in what is told of it.
    pub(crate) async fn together(
        &self,
        sql: &str,
        work: impl Future<Output = Result<u64>>,
    ) -> Result<u64> {
        let mut running = self.start_copy(sql)?;
        let work = async {
            match self.turns() {
                Some(turns) => turns.together(self.client(), work).await,
                None => {
                    let rows = work.await?;
                    self.after_copy().await?;
                    Ok(rows)
                }
            }
        };
        let result = running.trace().within(work).await;
        match &result {
            Ok(rows) => running.finished(Some(*rows)),
            Err(error) if self.turns().is_some() => running.failed_with(error),
            // It may be an error of the caller's own, and the statement still at work.
            Err(error) => running.gave_up(error),
        }
        result
    }

    /// The same connection, for the work that is done [`together`](Self::together).
    pub(crate) fn tied(&self) -> Session<'_> {
        Session {
            in_transaction: self.in_transaction || self.turns().is_some(),
            link: match &self.link {
                Link::Connection(connection) => Link::Connection(connection),
                Link::Client(client) => Link::Client(client),
                #[cfg(feature = "pool")]
                Link::Owned(connection) => Link::Connection(connection),
                #[cfg(feature = "pool")]
                Link::Deadpool(client) => Link::Deadpool(client),
            },
        }
    }

    /// Runs a `COPY … TO STDOUT`.
    pub(crate) async fn copy_out(
        self,
        sql: &str,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<'a>> {
        let mut running = self.start_copy(sql)?.streaming();
        let turn = match self.turns() {
            Some(turns) => Some(turns.begin(self.client()).await),
            None => None,
        };
        let copying = Copying {
            session: self,
            turn,
        };
        let start = copying.session.client().copy_out(sql);
        let start = copying.session.copying(start);
        let bytes = match running.trace().within(start).await {
            Ok(bytes) => Box::pin(bytes),
            Err(error) => return Err(running.failed(error)),
        };
        let state = (copying, bytes, running);
        Ok(stream::try_unfold(
            state,
            async |(mut copying, mut bytes, mut running)| match bytes.try_next().await {
                Ok(Some(piece)) => Ok(Some((piece, (copying, bytes, running)))),
                Err(error) => Err(running.failed(error)),
                Ok(None) => match copying.end().await {
                    Ok(()) => {
                        running.finished(None);
                        Ok(None)
                    }
                    Err(error) => Err(running.failed(error)),
                },
            },
        ))
    }

    /// Says that a `COPY` begins.
    fn start_copy(&self, sql: &str) -> Result<Running> {
        let running = self.start(Trace::query(sql, None))?;
        Ok(match self.behind_a_pooler() {
            Some(_) => running.spoiling(),
            None => running,
        })
    }

    /// Begins a `COPY`; the driver prepares it.
    async fn copying<T>(
        &self,
        start: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, tokio_postgres::Error> {
        let Some(turns) = self.behind_a_pooler() else {
            return start.await;
        };
        turns.sweep(self.client());
        let copy = start.await?;
        turns.prepares(false);
        Ok(copy)
    }

    /// Begins a `COPY … FROM STDIN`.
    pub(crate) async fn copy_in(
        &self,
        sql: &str,
    ) -> Result<CopyInSink<Bytes>, tokio_postgres::Error> {
        self.copying(self.client().copy_in(sql)).await
    }

    /// Waits for an answer after a `COPY`, for PgBouncer counts wrongly what is under way until then.
    async fn after_copy(&self) -> Result<(), tokio_postgres::Error> {
        if self.behind_a_pooler().is_some() {
            self.client().simple_query("").await?;
        }
        Ok(())
    }

    fn behind_a_pooler(&self) -> Option<&Turns> {
        self.handle()?.statements.turns()
    }

    /// Whose turn it is, where two messages may reach different connections of the server.
    fn turns(&self) -> Option<&Turns> {
        match self.in_transaction {
            true => None,
            false => self.behind_a_pooler(),
        }
    }

    /// Forgets what was prepared: all of it, because what made one statement stale has mostly made
    /// others stale too.
    fn forget(&self, sql: &str) {
        if let Some(handle) = self.handle() {
            handle.statements.clear();
        }
        #[cfg(feature = "pool")]
        if let Link::Deadpool(client) = &self.link {
            client.statement_cache.remove(sql, &[]);
        }
        #[cfg(not(feature = "pool"))]
        let _ = sql;
        // The types of columns may have changed as well.
        self.client().clear_type_cache();
    }

    /// Says that a statement begins.
    fn start(&self, trace: Trace) -> Result<Running> {
        match self.handle() {
            Some(handle) => Running::start(&handle.activity, trace),
            None => Ok(Running::untold(trace)),
        }
    }

    fn handle(&self) -> Option<&Handle> {
        match &self.link {
            Link::Connection(connection) => Some(connection.handle()),
            Link::Client(_) => None,
            #[cfg(feature = "pool")]
            Link::Owned(connection) => Some(connection.handle()),
            #[cfg(feature = "pool")]
            Link::Deadpool(_) => None,
        }
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

/// A session that copies, and whose turn it is behind a pooler.
struct Copying<'a> {
    session: Session<'a>,
    turn: Option<Turn>,
}

impl Copying<'_> {
    async fn end(&mut self) -> Result<(), tokio_postgres::Error> {
        if self.turn.is_none() {
            return self.session.after_copy().await;
        }
        self.session.client().batch_execute("COMMIT").await?;
        self.turn = None;
        Ok(())
    }
}

impl Drop for Copying<'_> {
    fn drop(&mut self) {
        if self.turn.is_some() {
            pooler::roll_back(self.session.client());
        }
    }
}

pin_project! {
    /// The rows of a statement as they come.
    pub(crate) struct Rows {
        #[pin]
        stream: RowStream,
        running: Running,
    }
}

impl Rows {
    /// The number of rows that the statement concerned; known at the end.
    pub(crate) fn rows_affected(&self) -> u64 {
        self.stream.rows_affected().unwrap_or(0)
    }

    /// Keeps other statements from waiting for these rows, which the caller takes when it likes.
    pub(crate) fn streaming(mut self) -> Self {
        self.running = self.running.streaming();
        self
    }
}

impl Stream for Rows {
    type Item = Result<Row>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let row = ready!(this.stream.as_mut().poll_next(context));
        Poll::Ready(match row {
            Some(Ok(row)) => {
                this.running.row();
                Some(Ok(row))
            }
            Some(Err(error)) => Some(Err(this.running.failed(error))),
            None => {
                let rows = this.stream.rows_affected();
                this.running.finished(Some(rows.unwrap_or(0)));
                None
            }
        })
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
