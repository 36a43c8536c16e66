//! Working behind a pooler that hands out the server's connections by the transaction, as PgBouncer
//! does with `pool_mode = transaction`: two messages reach the same server only within a transaction,
//! and what is prepared on a server in one is met by others afterwards.

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use tokio::sync::{self, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Column, Error, SimpleQueryMessage, Statement};

/// Queues a statement without waiting for its answer: the first poll is what sends it, and the
/// connection works through its messages in order.
pub(crate) fn queue(client: &Client, sql: &str) {
    let _ = client.batch_execute(sql).now_or_never();
}

/// What a connection behind a pooler has to know.
#[derive(Default)]
pub(crate) struct Turns {
    /// Keeps what takes several messages from being mixed with what others send at the same time: it has
    /// the connection to itself, while single messages share it.
    lock: Arc<RwLock<()>>,
    /// Makes the statements anew that the driver has prepared for itself, to look types up, and that it
    /// believes to be on the server. One at a time needs them.
    prepare: sync::Mutex<Vec<String>>,
    /// Whether something was left prepared in a transaction that goes on.
    untidy: AtomicBool,
}

/// A turn for several messages.
pub(crate) type Turn = OwnedRwLockWriteGuard<()>;

/// Gives up all that is prepared.
const FORGET: &str = "DEALLOCATE ALL";

impl Turns {
    /// A turn for a single message.
    pub(crate) async fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.lock.read().await
    }

    /// Does the work in a transaction of its own.
    pub(crate) async fn together<T, E>(
        &self,
        client: &Client,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E>
    where
        E: From<tokio_postgres::Error>,
    {
        let mut transaction = Open {
            _turn: self.begin(client).await,
            client: Some(client),
        };
        let result = work.await;
        let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = client.batch_execute(&self.ending(end)).await;
        transaction.client = None;
        let value = result?;
        ended?;
        Ok(value)
    }

    /// Begins a transaction of its own, whose end is up to the caller. It has to wait for the answer to
    /// that, because PgBouncer does not count well what is under way at the end of a `COPY`.
    pub(crate) async fn begin(&self, client: &Client) -> Turn {
        let turn = Arc::clone(&self.lock).write_owned().await;
        queue(client, "BEGIN");
        turn
    }

    /// Has the server tell the types of a statement, within a transaction, of which nothing stays there.
    pub(crate) async fn describe<T>(
        &self,
        client: &Client,
        sql: &str,
        read: impl FnOnce(&Statement) -> T,
    ) -> Result<T, Error> {
        let mut prepare = self.prepare.lock().await;
        self.sweep(client);
        for prepare in &*prepare {
            queue(client, prepare);
        }
        let statement = client.prepare(sql).await?;
        let types = read(&statement);
        let own = |ty: &Type| Type::from_oid(ty.oid()).is_some();
        let columns = statement.columns().iter().map(Column::type_);
        let looked_up = !statement.params().iter().chain(columns).all(own);
        // Its closing is the next thing that is sent.
        drop(statement);
        if looked_up {
            let prepared = client.simple_query(PREPARED).await?;
            prepare.extend(column(&prepared).map(str::to_owned));
        }
        client.batch_execute(FORGET).await?;
        self.prepares(false);
        Ok(types)
    }

    /// Gives up what other programs may have left here, before the driver prepares something under a name
    /// that they have used as well.
    pub(crate) fn sweep(&self, client: &Client) {
        queue(client, FORGET);
        self.prepares(true);
    }

    /// Says that the driver prepares something within the transaction; false that it is given up again.
    pub(crate) fn prepares(&self, prepares: bool) {
        self.untidy.store(prepares, Ordering::Relaxed);
    }

    /// What ends a transaction and leaves nothing prepared.
    pub(crate) fn ending(&self, end: &'static str) -> Cow<'static, str> {
        match self.untidy.swap(false, Ordering::Relaxed) {
            true => Cow::Owned(format!("{end}; {FORGET}")),
            false => Cow::Borrowed(end),
        }
    }
}

/// A transaction that rolls back when it is dropped.
struct Open<'a> {
    client: Option<&'a Client>,
    _turn: Turn,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client {
            roll_back(client);
        }
    }
}

/// Ends a transaction of which nobody knows how far it has come.
pub(crate) fn roll_back(client: &Client) {
    queue(client, &format!("ROLLBACK; {FORGET}"));
}

/// The first column of what a simple query answers.
fn column(answer: &[SimpleQueryMessage]) -> impl Iterator<Item = &str> {
    answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    })
}

/// What the driver has prepared just now, as statements that prepare it (`pg_prepared_statements`).
const PREPARED: &str = r"
SELECT 'PREPARE ' || pg_catalog.quote_ident(name) || ' AS ' || statement
FROM pg_catalog.pg_prepared_statements
WHERE NOT from_sql AND statement ~ '^SELECT [^;]*\mFROM pg_catalog\.pg_(type|enum|attribute)\M[^;]*$'
ORDER BY name";

/// The types that are not PostgreSQL's own and that a query may have to do with (`pg_type`): enums,
/// domains, composites that are not the rows of tables, ranges, those of extensions, and their arrays.
#[cfg(feature = "pool")]
const TYPES: &str = "\
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname)
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem AND e.typarray = t.oid
LEFT JOIN pg_catalog.pg_class AS c ON c.oid = COALESCE(e.typrelid, t.typrelid) AND c.oid <> 0
WHERE t.oid >= 16384
AND t.typisdefined
AND t.typtype <> 'p'
AND n.nspname !~ '^pg_'
AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
AND (c.oid IS NULL OR c.relkind = 'c')
ORDER BY t.oid";

/// A select list can't be longer than 1664.
#[cfg(feature = "pool")]
const AT_ONCE: usize = 1000;

/// Has the driver look all types up, which it keeps, so that it need not do so later.
#[cfg(feature = "pool")]
pub(crate) async fn learn_types(client: &Client) -> Result<Turns, Error> {
    let turns = Turns::default();
    let answer = client.simple_query(TYPES).await?;
    let names: Vec<&str> = column(&answer).collect();
    for names in names.chunks(AT_ONCE) {
        let parameters: Vec<String> = names
            .iter()
            .zip(1..)
            .map(|(name, number)| format!("${number}::{name}"))
            .collect();
        let sql = format!("SELECT {}", parameters.join(", "));
        turns
            .together(client, turns.describe(client, &sql, |_| ()))
            .await?;
    }
    Ok(turns)
}
