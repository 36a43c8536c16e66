//! Errors a program can act on.

use std::fmt;

use tokio_postgres::error::{DbError, SqlState};

use crate::TlsError;
use crate::schema::SchemaMismatch;

/// An error that can be sent and shared, as the driver's traits return it.
pub type BoxError = Box<dyn std::error::Error + Sync + Send>;

/// The result of everything that talks to the database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// `Display` shows neither the connection string nor a parameter's value: what the server says
/// about values is in [`Violation::detail`] and [`DbError::detail`] and is left for the program to
/// show.
///
/// ```
/// use rowsmith_runtime::Error;
///
/// fn explain(error: &Error) -> &'static str {
///     match error {
///         Error::UniqueViolation(v) if v.constraint == "users_email_key" => "the address is taken",
///         Error::NotFound => "there is no such user",
///         error if error.is_retryable() => "try again",
///         _ => "something went wrong",
///     }
/// }
/// assert_eq!(explain(&Error::NotFound), "there is no such user");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A value that has to be unique exists already (SQLSTATE 23505).
    UniqueViolation(Box<Violation>),
    /// A foreign key points nowhere, or its target is still referenced (SQLSTATE 23503 and 23001).
    ForeignKeyViolation(Box<Violation>),
    /// A check constraint of a table or a domain does not hold (SQLSTATE 23514).
    CheckViolation(Box<Violation>),
    /// A column or domain that is not nullable got NULL (SQLSTATE 23502).
    NotNullViolation(Box<Violation>),
    /// An exclusion constraint does not hold (SQLSTATE 23P01).
    ExclusionViolation(Box<Violation>),
    /// There is no such row.
    NotFound,
    /// A query for one row found several.
    TooManyRows,
    /// The transaction could not be serialized with those beside it: run it again
    /// (SQLSTATE 40001).
    SerializationFailure(Box<DbError>),
    /// The transaction waited for one that waited for it: run it again (SQLSTATE 40P01).
    DeadlockDetected(Box<DbError>),
    /// A value of a row is not what the Rust type can hold.
    Decode {
        /// The column's name in the result.
        column: String,
        /// What is wrong with it.
        source: BoxError,
    },
    /// A value can't be sent as the type that the server expects.
    Encode(BoxError),
    /// A string is longer than its column, so that it was not sent. Strings are measured where
    /// `check_lengths` is set in the generator's configuration: those of new rows and of patches. What
    /// [`Update::set`](crate::Update::set) and the `set` of an upsert are given, and the elements of arrays,
    /// only the server measures.
    TooLong {
        /// The column.
        column: String,
        /// How many characters it takes.
        max: u32,
    },
    /// The query can't be written as SQL.
    Statement(&'static str),
    /// Somebody else has changed or deleted the row since it was read.
    StaleRow,
    /// No connection was to be had in time.
    PoolTimeout(PoolStep),
    /// The pool or the connection is closed.
    Closed,
    /// The savepoint ended with an earlier one of the same transaction.
    SavepointEnded,
    /// The connection is busy with a stream that is still alive: take its rows to the end or drop it,
    /// or use another connection.
    Streaming,
    /// The closure of a transaction has left the transaction with somebody else, so that it can't be
    /// committed; it rolls back as soon as it is let go.
    TransactionInUse,
    /// The closure of a transaction has given it up for a reason of its own, which
    /// [`Error::rollback`] was given.
    Rollback(BoxError),
    /// The connection string can't be read. It is not repeated here, because it holds a password.
    ConnectionString,
    /// The connection could not be encrypted, or the server could not be verified, as the
    /// connection string asks for.
    Tls(Box<TlsError>),
    /// The server could not be reached, or the connection broke.
    Connection(tokio_postgres::Error),
    /// The driver could not write a parameter or understand an answer.
    Driver(tokio_postgres::Error),
    /// Any other error that the server reports, with its SQLSTATE.
    Database(Box<DbError>),
    /// The schema was to be created, and something of it is there already.
    SchemaExists(Box<DbError>),
    /// The database is not as the code was generated for it.
    SchemaMismatch(Box<SchemaMismatch>),
}

/// A constraint that does not hold, as the fields of the server's error message name it
/// ([Error and Notice Message Fields](https://www.postgresql.org/docs/current/protocol-error-fields.html)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The name of the constraint, to be compared with the constants of the generated code; empty
    /// for a NOT NULL that has no name.
    pub constraint: String,
    /// The schema of the table or domain.
    pub schema: String,
    /// The table; empty when the constraint is a domain's.
    pub table: String,
    /// The column, for a NOT NULL.
    pub column: Option<String>,
    /// The server's message.
    pub message: String,
    /// The server's further words, which have the values in them.
    pub detail: Option<String>,
}

/// What the pool was doing when its time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolStep {
    /// Waiting for a connection that others were using.
    Wait,
    /// Connecting to the server.
    Create,
    /// Checking a connection that was used before.
    Recycle,
}

impl Error {
    /// The SQLSTATE of an error that the server reported.
    pub fn code(&self) -> Option<&SqlState> {
        match self {
            Self::UniqueViolation(_) => Some(&SqlState::UNIQUE_VIOLATION),
            Self::ForeignKeyViolation(_) => Some(&SqlState::FOREIGN_KEY_VIOLATION),
            Self::CheckViolation(_) => Some(&SqlState::CHECK_VIOLATION),
            Self::NotNullViolation(_) => Some(&SqlState::NOT_NULL_VIOLATION),
            Self::ExclusionViolation(_) => Some(&SqlState::EXCLUSION_VIOLATION),
            Self::SerializationFailure(error)
            | Self::DeadlockDetected(error)
            | Self::Database(error)
            | Self::SchemaExists(error) => Some(error.code()),
            _ => None,
        }
    }

    /// The violated constraint, whatever its kind.
    pub fn violation(&self) -> Option<&Violation> {
        match self {
            Self::UniqueViolation(violation)
            | Self::ForeignKeyViolation(violation)
            | Self::CheckViolation(violation)
            | Self::NotNullViolation(violation)
            | Self::ExclusionViolation(violation) => Some(violation),
            _ => None,
        }
    }

    /// Leaves the closure of a transaction for a reason of one's own, and rolls back.
    ///
    /// ```
    /// # let server = rowsmith_test_server::TestServer::shared();
    /// # let url = server.url("postgres");
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// use rowsmith_runtime::{Database, Error};
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct OutOfStock;
    ///
    /// impl std::fmt::Display for OutOfStock {
    ///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    ///         f.write_str("there is none left")
    ///     }
    /// }
    ///
    /// impl std::error::Error for OutOfStock {}
    ///
    /// let db = Database::connect(&url).await?;
    /// let result = db
    ///     .transaction(async |_tx| Err::<(), _>(Error::rollback(OutOfStock)))
    ///     .await;
    /// let error = result.unwrap_err();
    /// assert_eq!(error.reason(), Some(&OutOfStock));
    /// assert_eq!(error.into_reason::<OutOfStock>()?, OutOfStock);
    /// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
    /// ```
    pub fn rollback(reason: impl Into<BoxError>) -> Self {
        Self::Rollback(reason.into())
    }

    /// The reason that [`Error::rollback`] was given, if it is of this type.
    pub fn reason<E: std::error::Error + 'static>(&self) -> Option<&E> {
        match self {
            Self::Rollback(reason) => reason.downcast_ref(),
            _ => None,
        }
    }

    /// As [`reason`](Self::reason), and gives the reason away.
    ///
    /// # Errors
    ///
    /// The error itself, if there is no reason of this type.
    pub fn into_reason<E: std::error::Error + 'static>(self) -> Result<E, Self> {
        match self {
            Self::Rollback(reason) => match reason.downcast() {
                Ok(reason) => Ok(*reason),
                Err(reason) => Err(Self::Rollback(reason)),
            },
            error => Err(error),
        }
    }

    /// Whether the connection is gone or could not be had, so that nothing is wrong with what was asked
    /// for: the same may succeed later. Of a statement that changes something it is not known whether it was
    /// done, unless there was no connection in the first place ([`Error::PoolTimeout`]).
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::PoolTimeout(_) | Self::Closed | Self::Connection(_) => true,
            // Class 08: connection exceptions, of which a violation of the protocol is the client's fault.
            // The others: the server is being stopped or started, or has no place left.
            Self::Database(error) => {
                let code = error.code();
                (code.code().starts_with("08") && *code != SqlState::PROTOCOL_VIOLATION)
                    || [
                        SqlState::ADMIN_SHUTDOWN,
                        SqlState::CRASH_SHUTDOWN,
                        SqlState::CANNOT_CONNECT_NOW,
                        SqlState::TOO_MANY_CONNECTIONS,
                    ]
                    .contains(code)
            }
            _ => false,
        }
    }

    /// Whether the same transaction may succeed when it is run again.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::SerializationFailure(_) | Self::DeadlockDetected(_)
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UniqueViolation(violation)
            | Self::ForeignKeyViolation(violation)
            | Self::CheckViolation(violation)
            | Self::NotNullViolation(violation)
            | Self::ExclusionViolation(violation) => violation.fmt(f),
            Self::NotFound => f.write_str("there is no such row"),
            Self::TooManyRows => f.write_str("there is more than one such row"),
            Self::SerializationFailure(error)
            | Self::DeadlockDetected(error)
            | Self::Database(error) => {
                write!(f, "{} (SQLSTATE {})", error.message(), error.code().code())
            }
            Self::Decode { column, .. } => write!(f, "can't decode the column `{column}`"),
            Self::Encode(_) => f.write_str("can't send a value as the type that the server expects"),
            Self::TooLong { column, max } => {
                write!(f, "the text for the column `{column}` is longer than {max} characters")
            }
            Self::Statement(why) => write!(f, "the query can't be written as SQL: {why}"),
            Self::StaleRow => f.write_str("the row was changed since it was read"),
            Self::PoolTimeout(PoolStep::Wait) => {
                f.write_str("timed out waiting for a free connection of the pool")
            }
            Self::PoolTimeout(PoolStep::Create) => {
                f.write_str("timed out connecting to the database")
            }
            Self::PoolTimeout(PoolStep::Recycle) => {
                f.write_str("timed out checking a connection of the pool")
            }
            Self::Closed => f.write_str("the connection to the database is closed"),
            Self::SavepointEnded => {
                f.write_str("the savepoint ended with an earlier one of the same transaction")
            }
            Self::Streaming => f.write_str(
                "the connection is busy with a stream of rows\n\
                 help: take the rows to the end or drop the stream first, or use another connection",
            ),
            Self::TransactionInUse => f.write_str(
                "the transaction can't be committed, because it is still in use elsewhere\n\
                 help: wait for the tasks that were given it before the closure returns",
            ),
            Self::Rollback(reason) => reason.fmt(f),
            Self::ConnectionString => f.write_str(
                "can't read the connection string\n\
                 help: write `postgres://user:password@host:port/database` or `host=… user=… dbname=…`",
            ),
            Self::Tls(error) => error.fmt(f),
            Self::Connection(error) => {
                // The system's own words, which the driver keeps below its own.
                let mut cause: &dyn std::error::Error = error;
                while let Some(source) = cause.source() {
                    cause = source;
                }
                write!(f, "no connection to the database: {cause}")
            }
            // The driver's own texts name a parameter by its number only.
            Self::Driver(error) => error.fmt(f),
            Self::SchemaExists(error) => write!(
                f,
                "the schema can't be created, part of it is there already: {} (SQLSTATE {})",
                error.message(),
                error.code().code()
            ),
            Self::SchemaMismatch(mismatch) => mismatch.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Decode { source, .. } | Self::Encode(source) => Some(&**source),
            Self::Tls(error) => error.source(),
            Self::Connection(error) => Some(error),
            Self::Driver(error) => error.source(),
            Self::Rollback(reason) => reason.source(),
            _ => None,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Violation {
    fn new(error: &DbError) -> Box<Self> {
        let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
        Box::new(Self {
            constraint: text(error.constraint()),
            schema: text(error.schema()),
            table: text(error.table()),
            column: error.column().map(str::to_owned),
            message: error.message().to_owned(),
            detail: error.detail().map(str::to_owned),
        })
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if error.is_closed() {
            return Self::Closed;
        }
        if error.as_db_error().is_some() {
            // The server's own error, taken out of the driver's: it says all there is to say.
            if let Some(Ok(error)) = error.into_source().map(|e| e.downcast::<DbError>()) {
                return Self::from(error);
            }
            return Self::Closed;
        }
        let source = std::error::Error::source(&error);
        if source.is_some_and(|source| source.is::<std::io::Error>()) {
            Self::Connection(error)
        } else {
            Self::Driver(error)
        }
    }
}

impl From<Box<DbError>> for Error {
    fn from(error: Box<DbError>) -> Self {
        let code = error.code();
        if *code == SqlState::UNIQUE_VIOLATION {
            Self::UniqueViolation(Violation::new(&error))
        } else if *code == SqlState::FOREIGN_KEY_VIOLATION || *code == SqlState::RESTRICT_VIOLATION
        {
            Self::ForeignKeyViolation(Violation::new(&error))
        } else if *code == SqlState::CHECK_VIOLATION {
            Self::CheckViolation(Violation::new(&error))
        } else if *code == SqlState::NOT_NULL_VIOLATION {
            Self::NotNullViolation(Violation::new(&error))
        } else if *code == SqlState::EXCLUSION_VIOLATION {
            Self::ExclusionViolation(Violation::new(&error))
        } else if *code == SqlState::T_R_SERIALIZATION_FAILURE {
            Self::SerializationFailure(error)
        } else if *code == SqlState::T_R_DEADLOCK_DETECTED {
            Self::DeadlockDetected(error)
        } else {
            Self::Database(error)
        }
    }
}

#[cfg(feature = "pool")]
impl From<deadpool::managed::PoolError<Self>> for Error {
    fn from(error: deadpool::managed::PoolError<Self>) -> Self {
        use deadpool::managed::{PoolError, TimeoutType};

        match error {
            PoolError::Timeout(TimeoutType::Wait) => Self::PoolTimeout(PoolStep::Wait),
            PoolError::Timeout(TimeoutType::Create) => Self::PoolTimeout(PoolStep::Create),
            PoolError::Timeout(TimeoutType::Recycle) => Self::PoolTimeout(PoolStep::Recycle),
            PoolError::Backend(error) => error,
            // We build the pool with a runtime and without hooks, so these two do not happen.
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                Self::Closed
            }
        }
    }
}
