//! The prepared statements of one connection.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tokio_postgres::{Client, Statement};

/// How many statements a connection keeps prepared unless told otherwise.
pub(crate) const DEFAULT_BOUND: usize = 512;

/// Statements longer than this are not kept: they are made for their data, as `insert_many` does
/// with rows that leave out different columns, and are not likely to come again.
const LONGEST: usize = 32 * 1024;

/// Statements by their text; the one unused for longest makes place for a new one. A statement that
/// leaves is closed on the server as well.
pub(crate) struct Statements(Option<Mutex<Cache>>);

type Cache = LruCache<Box<str>, Statement>;

impl Statements {
    /// Keeps at most this many statements; none at all when the bound is zero.
    pub(crate) fn new(bound: usize) -> Self {
        Self(NonZeroUsize::new(bound).map(|bound| Mutex::new(LruCache::sparse(bound))))
    }

    /// The statement with this text, prepared now if it was not before.
    pub(crate) async fn prepare(
        &self,
        client: &Client,
        sql: &str,
    ) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.cache().and_then(|mut cache| cache.get(sql).cloned()) {
            return Ok(statement);
        }
        let statement = client.prepare(sql).await?;
        if sql.len() <= LONGEST
            && let Some(mut cache) = self.cache()
        {
            cache.put(sql.into(), statement.clone());
        }
        Ok(statement)
    }

    /// Forgets all statements, so that they are prepared afresh.
    pub(crate) fn clear(&self) {
        if let Some(mut cache) = self.cache() {
            cache.clear();
        }
    }

    /// How many statements are kept.
    pub(crate) fn len(&self) -> usize {
        self.cache().map_or(0, |cache| cache.len())
    }

    fn cache(&self) -> Option<MutexGuard<'_, Cache>> {
        // A cache is whole after each of its operations, so a panic elsewhere does it no harm.
        let cache = self.0.as_ref()?;
        Some(cache.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
