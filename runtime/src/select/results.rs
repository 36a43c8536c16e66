//! Running a query.

use std::fmt;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_util::future::try_join;
use futures_util::{Stream, TryStreamExt};

use super::render::{self, Rendered};
use super::statement::Projection;
use super::{Items, Page, Query, Select};
use crate::column::Wire;
use crate::expr::Fragment;
use crate::relation::Loads;
use crate::scope::Closed;
use crate::session::Rows;
use crate::statements::Prepared;
use crate::{Error, Executor, Params, Result, Row, Session, Value, row};

impl Query {
    /// Its rows without their columns, for those who only ask whether there are any.
    pub(crate) fn rows_only(mut self) -> Self {
        if self.head.is_none() {
            // Without aggregates only: they make one row of none.
            if self.is_plain() {
                self.columns.clear();
            }
            self = self.unordered();
        }
        self
    }

    /// A query that counts its rows.
    fn counting(mut self) -> Fragment {
        self = self.unordered();
        if self.is_plain() {
            let count = Fragment::text("count(*)");
            self.columns = vec![Projection::Expression(count, Wire::default())];
            return Fragment::statement(self);
        }
        Fragment::text("SELECT count(*) FROM ")
            .with(Fragment::query(self))
            .with_text(" AS \"rows\"")
    }

    /// A connection to run it on: any that can read, unless it locks rows.
    async fn session<'a, E: Executor>(&self, db: &'a E) -> Result<Session<'a>> {
        match self.lock {
            Some(_) => db.acquire().await,
            None => db.acquire_to_read().await,
        }
    }

    fn at_most(mut self, rows: i64) -> Self {
        self.limit = Some(self.limit.map_or(rows, |limit| limit.min(rows)));
        self
    }
}

/// Runs a statement and reads its rows as they come.
pub(crate) async fn each(
    session: &Session<'_>,
    sql: &str,
    params: Params<'_>,
    read: impl FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let statement = session.prepare(sql).await?;
    each_of(session, &statement, sql, params, read).await
}

/// As [`each`], with the statement that was prepared from the text.
pub(crate) async fn each_of(
    session: &Session<'_>,
    statement: &Prepared,
    sql: &str,
    params: Params<'_>,
    mut read: impl FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let mut rows = pin!(session.query_prepared(statement, sql, params).await?);
    while let Some(row) = rows.try_next().await? {
        read(&row)?;
    }
    Ok(())
}

/// The rows of a statement.
pub(crate) async fn rows<T>(
    session: &Session<'_>,
    statement: &Rendered,
    read: impl Fn(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    each(session, &statement.sql, &statement.params(), |row| {
        rows.push(read(row)?);
        Ok(())
    })
    .await?;
    Ok(rows)
}

async fn value<T: Value>(session: &Session<'_>, statement: &Fragment) -> Result<T> {
    let statement = render::around(statement)?;
    let rows = rows(session, &statement, |row| row::get(row, 0)).await?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

// `S: Closed` is a bound of the methods: of an impl that does not apply there would be no message in words.
impl<S, O, W> Select<S, O, W>
where
    O: Items,
    W: Loads<O::Row>,
{
    /// All rows.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] when a row is not what was generated, otherwise what the server reports.
    pub async fn all(self, db: &impl Executor) -> Result<Vec<W::Row>>
    where
        S: Closed,
    {
        let session = self.query.session(db).await?;
        self.all_on(&session).await
    }

    pub(crate) async fn all_on(self, session: &Session<'_>) -> Result<Vec<W::Row>> {
        let statement = render::select(&self.query, 0)?;
        let rows = rows(session, &statement, O::read).await?;
        self.loads.attach(session, rows).await
    }

    /// The only row.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none, [`Error::TooManyRows`] when there are several, otherwise
    /// as [`all`](Self::all).
    pub async fn one(self, db: &impl Executor) -> Result<W::Row>
    where
        S: Closed,
    {
        self.one_or_none(db).await?.ok_or(Error::NotFound)
    }

    /// The only row, if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] when there are several, otherwise as [`all`](Self::all).
    pub async fn one_or_none(mut self, db: &impl Executor) -> Result<Option<W::Row>>
    where
        S: Closed,
    {
        self.query = self.query.at_most(2);
        let mut rows = self.all(db).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(Error::TooManyRows),
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub async fn first(mut self, db: &impl Executor) -> Result<Option<W::Row>>
    where
        S: Closed,
    {
        self.query = self.query.at_most(1);
        Ok(self.all(db).await?.into_iter().next())
    }

    /// A page of the rows, and how many there are altogether: `number` counts from 1 on, and `size` is
    /// how many rows a page has; they take the place of a limit and an offset. Both queries are sent at
    /// once.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_test_trees::blog::User;
    ///
    /// let page = User::select().order_by(User::NAME).page(db, 1, 20).await?;
    /// println!("page {} of {}", page.number, page.pages());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub async fn page(mut self, db: &impl Executor, number: u64, size: u32) -> Result<Page<W::Row>>
    where
        S: Closed,
    {
        let number = number.max(1);
        (self.query.limit, self.query.offset) = (None, None);
        let session = self.query.session(db).await?;
        let counting = self.query.clone().counting();
        let page = self
            .limit(size)
            .offset((number - 1).saturating_mul(u64::from(size)));
        let total = value::<i64>(&session, &counting);
        let (total, rows) = try_join(total, page.all_on(&session)).await?;
        Ok(Page {
            rows,
            total: total.unsigned_abs(),
            number,
            size,
        })
    }

    /// How many rows there are. What is loaded with them does not matter.
    ///
    /// # Errors
    ///
    /// What the server reports.
    pub async fn count(self, db: &impl Executor) -> Result<i64>
    where
        S: Closed,
    {
        let session = self.query.session(db).await?;
        value(&session, &self.query.counting()).await
    }

    /// Whether there are any rows.
    ///
    /// # Errors
    ///
    /// What the server reports.
    pub async fn exists(self, db: &impl Executor) -> Result<bool>
    where
        S: Closed,
    {
        let session = self.query.session(db).await?;
        let query = Fragment::query(self.query.rows_only());
        let statement = Fragment::text("SELECT EXISTS ").with(query);
        value(&session, &statement).await
    }
}

impl<S, O: Items> Select<S, O> {
    /// The rows as they come, without ever holding all of them in memory.
    ///
    /// Until the stream is at its end or dropped, its connection is busy with it: another query on the
    /// same one (the same transaction, say) waits for the stream, so don't await one between two rows.
    /// Through a pool each query has a connection of its own.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use futures_util::TryStreamExt;
    /// use rowsmith_test_trees::blog::User;
    ///
    /// let mut users = User::select().stream(db).await?;
    /// while let Some(user) = users.try_next().await? {
    ///     println!("{}", user.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// What the server reports at the beginning; what comes later is in the stream.
    pub async fn stream<E: Executor>(self, db: &E) -> Result<RowStream<'_, O::Row>>
    where
        S: Closed,
    {
        let session = self.query.session(db).await?;
        let statement = render::select(&self.query, 0)?;
        let rows = session.query(&statement.sql, &statement.params()).await?;
        Ok(RowStream {
            rows: Box::pin(rows.streaming()),
            read: O::read,
            _session: session,
        })
    }

    /// The rows as another type, which is made from what the query selects: of one column from its
    /// value, of several from a tuple.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_test_trees::blog::User;
    ///
    /// struct Name {
    ///     id: i64,
    ///     name: String,
    /// }
    ///
    /// impl From<(i64, String)> for Name {
    ///     fn from((id, name): (i64, String)) -> Self {
    ///         Self { id, name }
    ///     }
    /// }
    ///
    /// let names: Vec<Name> = User::select().columns((User::ID, User::NAME)).all_as(db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`all`](Self::all).
    pub async fn all_as<T: From<O::Row> + Send>(self, db: &impl Executor) -> Result<Vec<T>>
    where
        S: Closed,
    {
        let session = self.query.session(db).await?;
        let statement = render::select(&self.query, 0)?;
        rows(&session, &statement, |row| O::read(row).map(T::from)).await
    }
}

/// The rows of a query as they come: a [`Stream`].
///
/// It holds the connection. Dropping it half-way gives the connection back, which reads to the end of
/// the answer by itself.
#[must_use = "streams do nothing unless they are polled"]
pub struct RowStream<'a, T> {
    rows: Pin<Box<Rows>>,
    read: fn(&Row) -> Result<T>,
    _session: Session<'a>,
}

impl<T> Stream for RowStream<'_, T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let read = self.read;
        self.rows
            .as_mut()
            .poll_next(context)
            .map(|row| row.map(|row| read(&row?)))
    }
}

impl<T> fmt::Debug for RowStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").finish_non_exhaustive()
    }
}
