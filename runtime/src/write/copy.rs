//! Binary `COPY` ([manual](https://www.postgresql.org/docs/current/sql-copy.html)).

use std::fmt;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::ToSql;

use super::{NewRow, Value, WriteColumn, check_lengths, many::Statement, push_names};
use crate::types::Param;
use crate::{Error, Executor, Result, Table};

/// Inserts rows with binary `COPY`, the fastest way there is, and returns how many. All rows have to
/// leave out the same columns. Either all of them are inserted or none.
///
/// The rows must not come from a query on the same connection, which is busy with the copy.
///
/// A table with a column whose type travels as text, for which binary `COPY` has no form, gets its rows
/// by [`insert_many`](super::insert_many).
///
/// # Errors
///
/// [`Error::Statement`] when a row leaves out other columns than the first; a violated constraint of any
/// of the rows, or what else the server reports.
pub async fn copy_in<N, R>(db: &impl Executor, rows: R) -> Result<u64>
where
    N: NewRow + Send,
    R: IntoIterator<Item = N, IntoIter: Send>,
{
    copy_in_stream(db, stream::iter(rows)).await
}

/// As [`copy_in`], with the rows of a stream, which are sent as they come.
///
/// ```no_run
/// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
/// use futures_util::stream;
/// use rowsmith_runtime::write::copy_in_stream;
/// use rowsmith_test_trees::blog::NewTag;
///
/// let tags = stream::iter((0..1_000_000).map(|i| NewTag::new(format!("tag {i}"))));
/// let n: u64 = copy_in_stream(db, tags).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// As [`copy_in`].
pub async fn copy_in_stream<N, R>(db: &impl Executor, rows: R) -> Result<u64>
where
    N: NewRow + Send,
    R: Stream<Item = N> + Send,
{
    let mut rows = pin!(rows);
    let Some(first) = rows.next().await else {
        return Ok(0);
    };
    let given = shape(&first);
    let columns: Vec<&WriteColumn> = N::COLUMNS
        .iter()
        .zip(&given)
        .filter_map(|(column, given)| given.then_some(column))
        .collect();
    let casts = columns.iter().any(|column| column.cast.is_some());
    if columns.is_empty() || casts {
        let mut all = vec![first];
        while let Some(row) = rows.next().await {
            same_shape(&row, &given)?;
            all.push(row);
        }
        return Statement::new(&all).execute(db).await;
    }

    let session = db.acquire().await?;
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let table = N::Row::NAME;
    let probe = format!("SELECT {} FROM {table}", names.join(", "));
    let mut copy = format!("COPY {table}");
    push_names(&mut copy, &columns);
    copy.push_str(" FROM STDIN (FORMAT binary)");
    let tied = session.tied();
    let work = async {
        let types = tied.prepare(&probe).await?.columns();
        let sink = tied.copy_in(&copy).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        let mut next = Some(first);
        while let Some(row) = next {
            same_shape(&row, &given)?;
            write_row(writer.as_mut(), &row).await?;
            next = rows.next().await;
        }
        Ok(writer.finish().await?)
    };
    session.together(&copy, work).await
}

async fn write_row<N: NewRow>(writer: Pin<&mut BinaryCopyInWriter>, row: &N) -> Result<()> {
    let values = row.values();
    check_lengths(N::COLUMNS, &values)?;
    let values: Vec<Param<'_>> = values.into_iter().flatten().map(Param).collect();
    let cells: Vec<&(dyn ToSql + Sync)> = values.iter().map(|cell| cell as Value<'_>).collect();
    Ok(writer.write(&cells).await?)
}

fn same_shape<N: NewRow>(row: &N, given: &[bool]) -> Result<()> {
    match shape(row) == given {
        true => Ok(()),
        false => Err(Error::Statement(
            "the rows of one COPY have to leave out the same columns",
        )),
    }
}

/// Which columns a row gives.
fn shape<N: NewRow>(row: &N) -> Vec<bool> {
    row.values().iter().map(Option::is_some).collect()
}

/// The form in which `COPY` writes rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyFormat {
    /// Comma-separated values, with the names of the columns in the first line.
    Csv,
    /// PostgreSQL's own text form: tabs between the columns, `\N` for NULL.
    Text,
    /// PostgreSQL's own binary form.
    Binary,
}

/// The rows of a table as `COPY` writes them, in pieces as they come: a [`Stream`] of bytes.
///
/// # Errors
///
/// What the server reports.
pub async fn copy_out<T: Table>(db: &impl Executor, format: CopyFormat) -> Result<CopyOut<'_>> {
    let options = match format {
        CopyFormat::Csv => "FORMAT csv, HEADER",
        CopyFormat::Text => "FORMAT text",
        CopyFormat::Binary => "FORMAT binary",
    };
    let (list, table) = (T::SELECT_LIST, T::NAME);
    let copy = format!("COPY (SELECT {list} FROM {table}) TO STDOUT ({options})");
    let session = db.acquire_to_read().await?;
    let bytes = Box::pin(session.copy_out(&copy).await?);
    Ok(CopyOut { bytes })
}

/// What [`copy_out`] gives.
#[must_use = "streams do nothing unless they are polled"]
pub struct CopyOut<'a> {
    bytes: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send + 'a>>,
}

impl Stream for CopyOut<'_> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.as_mut().poll_next(context)
    }
}

impl fmt::Debug for CopyOut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOut").finish_non_exhaustive()
    }
}
