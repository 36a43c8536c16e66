//! Sequences (PostgreSQL manual, "Sequence Manipulation Functions").

use crate::{Executor, Result, query};

/// A sequence, which gives each number once.
///
/// Generated code has a constant for each sequence that belongs to no column: `sequences::INVOICE_NO`.
/// Numbers are `i64`, whatever the sequence's type. What a sequence has given it does not take back: a
/// transaction that fails leaves a gap.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE SEQUENCE invoice_no START 100"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, Sequence};
///
/// const INVOICE_NO: Sequence = Sequence::new(r#""public"."invoice_no""#);
///
/// let db = Connection::connect(&url).await?;
/// assert_eq!(INVOICE_NO.next(&db).await?, 100);
/// INVOICE_NO.set(&db, 500).await?;
/// assert_eq!(INVOICE_NO.next(&db).await?, 501);
/// assert_eq!(INVOICE_NO.current(&db).await?, 501);
/// INVOICE_NO.restart(&db, 100).await?;
/// assert_eq!(INVOICE_NO.next(&db).await?, 100);
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sequence {
    name: &'static str,
}

impl Sequence {
    /// The sequence of this name in SQL, with its schema and quoted: `"public"."invoice_no"`.
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Takes the next number (`nextval`).
    ///
    /// # Errors
    ///
    /// When the sequence has come to its end and does not begin again, otherwise what the server reports.
    pub async fn next(self, db: &impl Executor) -> Result<i64> {
        const SQL: &str = "SELECT nextval($1::text::regclass)";
        query::value(db, SQL, &[&self.name]).await
    }

    /// The number that this connection took last (`currval`), so that it means something on a connection
    /// or in a transaction, and not on a pool.
    ///
    /// # Errors
    ///
    /// When the connection took none yet (55000, `object_not_in_prerequisite_state`), otherwise what the
    /// server reports.
    pub async fn current(self, db: &impl Executor) -> Result<i64> {
        const SQL: &str = "SELECT currval($1::text::regclass)";
        query::value(db, SQL, &[&self.name]).await
    }

    /// Sets the number that was given last: the next one follows it (`setval`). No transaction takes that
    /// back.
    ///
    /// # Errors
    ///
    /// When the number is not between the sequence's bounds, otherwise what the server reports.
    pub async fn set(self, db: &impl Executor, last: i64) -> Result<()> {
        const SQL: &str = "SELECT setval($1::text::regclass, $2)";
        query::call(db, SQL, &[&self.name, &last]).await
    }

    /// Sets the number that is given next (`setval` with `false`). No transaction takes that back.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub async fn restart(self, db: &impl Executor, next: i64) -> Result<()> {
        const SQL: &str = "SELECT setval($1::text::regclass, $2, false)";
        query::call(db, SQL, &[&self.name, &next]).await
    }
}
