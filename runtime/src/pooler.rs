//! Working behind a pooler that hands out the server's connections by the transaction, as PgBouncer
//! does with `pool_mode = transaction`: two messages reach the same server only within a transaction,
//! and what is prepared on a server in one is met by others afterwards.

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, RwLockReadGuard};
use tokio_postgres::Client;
#[cfg(feature = "pool")]
use tokio_postgres::{Error, SimpleQueryMessage};

/// Queues a statement without waiting for its answer: the first poll is what sends it, and the
/// connection works through its messages in order.
pub(crate) fn queue(client: &Client, sql: &str) {
    let _ = client.batch_execute(sql).now_or_never();
}

/// Keeps what takes several messages from being mixed with what others send at the same time: it has the
/// connection to itself, while single messages share it.
#[derive(Default)]
pub(crate) struct Turns(Arc<RwLock<()>>);

/// A turn for several messages.
pub(crate) type Turn = OwnedRwLockWriteGuard<()>;

impl Turns {
    /// A turn for a single message.
    pub(crate) async fn share(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().await
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
        let ended = client.batch_execute(end).await;
        transaction.client = None;
        let value = result?;
        ended?;
        Ok(value)
    }

    /// Begins a transaction of its own, whose end is up to the caller. It has to wait for the answer to
    /// that, because PgBouncer does not count well what is under way at the end of a `COPY`.
    pub(crate) async fn begin(&self, client: &Client) -> Turn {
        let turn = Arc::clone(&self.0).write_owned().await;
        queue(client, "BEGIN");
        turn
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
            queue(client, "ROLLBACK");
        }
    }
}

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

/// Has the driver look all types up and keep them. It prepares statements for that and means to use
/// them again, for which there is no need once it knows every type; on the server they are given up
/// before the transaction ends.
#[cfg(feature = "pool")]
pub(crate) async fn learn_types(client: &Client) -> Result<(), Error> {
    let answer = client.simple_query(TYPES).await?;
    let names: Vec<&str> = answer
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let work = async {
        for names in names.chunks(AT_ONCE) {
            let parameters: Vec<String> = names
                .iter()
                .zip(1..)
                .map(|(name, number)| format!("${number}::{name}"))
                .collect();
            let sql = format!("SELECT {}", parameters.join(", "));
            drop(client.prepare(&sql).await?);
        }
        client.batch_execute("DEALLOCATE ALL").await
    };
    Turns::default().together(client, work).await
}
