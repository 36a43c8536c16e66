//! Running a statement and decoding its rows as they arrive.
//!
//! Each function reads the answer to its end, because an error can come after the rows: a constraint
//! that is checked when the statement is done, or when its transaction commits.

use std::pin::pin;

use futures_util::TryStreamExt;

use crate::row::{self, FromRow};
use crate::{Error, Executor, Params, Result, Row};

/// All rows of a query.
///
/// # Errors
///
/// [`Error::Decode`] when a row is not what `T` expects, otherwise what the server reports.
pub async fn all<T: FromRow>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<Vec<T>> {
    let session = db.acquire().await?;
    let mut rows = pin!(session.query(sql, params).await?);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(T::from_row(&row, 0)?);
    }
    Ok(all)
}

/// The only row of a query.
///
/// # Errors
///
/// [`Error::NotFound`] when there is none, otherwise as [`one_or_none`].
pub async fn one<T: FromRow>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<T> {
    let row = one_or_none(db, sql, params).await?;
    row.ok_or(Error::NotFound)
}

/// The only row of a query, if there is one.
///
/// # Errors
///
/// [`Error::TooManyRows`] when there are more, [`Error::Decode`] when the row is not what `T`
/// expects, otherwise what the server reports.
pub async fn one_or_none<T: FromRow>(
    db: &impl Executor,
    sql: &str,
    params: Params<'_>,
) -> Result<Option<T>> {
    match single(db, sql, params).await? {
        Some(row) => T::from_row(&row, 0).map(Some),
        None => Ok(None),
    }
}

/// The first column of the only row of a query.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let url = server.url("postgres");
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, query};
///
/// let db = Connection::connect(&url).await?;
/// let name: Option<String> = query::value(&db, "SELECT upper($1)", &[&"ada"]).await?;
/// assert_eq!(name.as_deref(), Some("ADA"));
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
///
/// # Errors
///
/// As [`one`].
pub async fn value<T>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<T>
where
    T: for<'a> tokio_postgres::types::FromSql<'a>,
{
    let row = single(db, sql, params).await?.ok_or(Error::NotFound)?;
    row::get(&row, 0)
}

/// The first column of all rows of a query.
///
/// # Errors
///
/// As [`all`].
pub async fn values<T>(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<Vec<T>>
where
    T: for<'a> tokio_postgres::types::FromSql<'a> + Send,
{
    let session = db.acquire().await?;
    let mut rows = pin!(session.query(sql, params).await?);
    let mut values = Vec::new();
    while let Some(row) = rows.try_next().await? {
        values.push(row::get(&row, 0)?);
    }
    Ok(values)
}

/// Runs a statement for what it does: a procedure, or a function that returns nothing.
///
/// # Errors
///
/// What the server reports.
pub async fn call(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<()> {
    execute(db, sql, params).await.map(|_| ())
}

/// Runs a statement and returns the number of rows that it inserted, changed, deleted or returned.
///
/// # Errors
///
/// What the server reports.
pub async fn execute(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<u64> {
    let session = db.acquire().await?;
    let mut rows = pin!(session.query(sql, params).await?);
    while rows.try_next().await?.is_some() {}
    Ok(rows.rows_affected())
}

/// Runs a statement and returns whether it concerned any row.
///
/// # Errors
///
/// What the server reports.
pub async fn affected(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<bool> {
    Ok(execute(db, sql, params).await? > 0)
}

async fn single(db: &impl Executor, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
    let session = db.acquire().await?;
    let mut rows = pin!(session.query(sql, params).await?);
    let Some(row) = rows.try_next().await? else {
        return Ok(None);
    };
    let mut several = false;
    while rows.try_next().await?.is_some() {
        several = true;
    }
    if several {
        return Err(Error::TooManyRows);
    }
    Ok(Some(row))
}
