//! The prepared statements of one connection.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Column, Statement};

use crate::pooler::Turns;

/// How many statements a connection keeps prepared unless told otherwise.
pub(crate) const DEFAULT_BOUND: usize = 512;

/// Statements longer than this are not kept: they are made for their data, as `insert_many` does
/// with rows that leave out different columns, and are not likely to come again.
const LONGEST: usize = 32 * 1024;

/// What is known of a statement before it is run.
#[derive(Clone)]
pub(crate) enum Prepared {
    /// The server knows it by a name.
    Named(Statement),
    /// It is sent with each execution.
    Unnamed(Arc<Types>),
}

/// The types of a statement's parameters and columns.
pub(crate) struct Types {
    params: Vec<Type>,
    columns: Vec<Type>,
}

impl Prepared {
    /// The types of the parameters.
    pub(crate) fn params(&self) -> &[Type] {
        match self {
            Self::Named(statement) => statement.params(),
            Self::Unnamed(types) => &types.params,
        }
    }

    /// The types of the columns.
    pub(crate) fn columns(&self) -> Vec<Type> {
        match self {
            Self::Named(statement) => column_types(statement),
            Self::Unnamed(types) => types.columns.clone(),
        }
    }

    /// The type of one column.
    pub(crate) fn column(&self, index: usize) -> Option<&Type> {
        match self {
            Self::Named(statement) => statement.columns().get(index).map(Column::type_),
            Self::Unnamed(types) => types.columns.get(index),
        }
    }
}

fn column_types(statement: &Statement) -> Vec<Type> {
    let columns = statement.columns().iter();
    columns.map(|column| column.type_().clone()).collect()
}

/// Statements by their text; the one unused for longest makes place for a new one. A statement that
/// leaves is closed on the server as well.
pub(crate) struct Statements {
    /// Where nothing stays on the server: whose turn it is.
    turns: Option<Turns>,
    cache: Option<Mutex<Cache>>,
}

type Cache = LruCache<Box<str>, Prepared>;

impl Statements {
    /// Keeps at most this many statements; none at all when the bound is zero.
    pub(crate) fn new(bound: usize) -> Self {
        let bound = NonZeroUsize::new(bound);
        Self {
            turns: None,
            cache: bound.map(|bound| Mutex::new(LruCache::sparse(bound))),
        }
    }

    /// Keeps the types of parameters only, and nothing on the server.
    #[cfg(feature = "pool")]
    pub(crate) fn unnamed(mut self, turns: Turns) -> Self {
        self.turns = Some(turns);
        self
    }

    /// Whose turn it is, where messages may reach different connections of the server.
    pub(crate) fn turns(&self) -> Option<&Turns> {
        self.turns.as_ref()
    }

    /// The statement with this text, if it is kept.
    pub(crate) fn get(&self, sql: &str) -> Option<Prepared> {
        self.cache()?.get(sql).cloned()
    }

    /// The statement with this text, prepared now if it was not before.
    pub(crate) async fn prepare(
        &self,
        client: &Client,
        sql: &str,
        in_transaction: bool,
    ) -> Result<Prepared, tokio_postgres::Error> {
        if let Some(prepared) = self.get(sql) {
            return Ok(prepared);
        }
        let prepared = match &self.turns {
            None => Prepared::Named(client.prepare(sql).await?),
            Some(turns) => {
                let types = turns.describe(client, sql, |statement| Types {
                    params: statement.params().to_vec(),
                    columns: column_types(statement),
                });
                Prepared::Unnamed(Arc::new(match in_transaction {
                    true => types.await?,
                    false => turns.together(client, types).await?,
                }))
            }
        };
        if sql.len() <= LONGEST
            && let Some(mut cache) = self.cache()
        {
            cache.put(sql.into(), prepared.clone());
        }
        Ok(prepared)
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
        let cache = self.cache.as_ref()?;
        Some(cache.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
