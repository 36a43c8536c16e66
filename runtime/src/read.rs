//! As [`query`], for statements that only read: a database with replicas sends
//! them to one of those. The functions of generated code that find, list and count are made of these.

use crate::row::FromRow;
use crate::{Executor, Params, Result, Session, query};

/// All rows of a query.
///
/// # Errors
///
/// As [`query::all`].
pub async fn all<T: FromRow>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<Vec<T>> {
    query::all(&Reading(db), sql, params).await
}

/// The only row of a query.
///
/// # Errors
///
/// As [`query::one`].
pub async fn one<T: FromRow>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<T> {
    query::one(&Reading(db), sql, params).await
}

/// The only row of a query, if there is one.
///
/// # Errors
///
/// As [`query::one_or_none`].
pub async fn one_or_none<T: FromRow>(
    db: &impl Executor,
    sql: &str,
    params: Params<'_>,
) -> Result<Option<T>> {
    query::one_or_none(&Reading(db), sql, params).await
}

/// The first column of the only row of a query.
///
/// # Errors
///
/// As [`query::value`].
pub async fn value<T>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<T>
where
    T: for<'a> tokio_postgres::types::FromSql<'a>,
{
    query::value(&Reading(db), sql, params).await
}

/// The first column of all rows of a query.
///
/// # Errors
///
/// As [`query::all`].
pub async fn values<T>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<Vec<T>>
where
    T: for<'a> tokio_postgres::types::FromSql<'a> + Send,
{
    query::values(&Reading(db), sql, params).await
}

/// Runs a query for what it does: a function that returns nothing.
///
/// # Errors
///
/// What the server reports.
pub async fn call(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<()> {
    query::call(&Reading(db), sql, params).await
}

/// An executor for queries that only read.
struct Reading<'a, E>(&'a E);

impl<E: Executor> Executor for Reading<'_, E> {
    fn acquire(&self) -> impl Future<Output = Result<Session<'_>>> + Send {
        self.0.acquire_to_read()
    }
}
