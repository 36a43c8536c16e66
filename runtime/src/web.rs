//! axum: a connection or a transaction for each request, and errors as answers.
//!
//! A handler asks for a [`Connection`] of its own, or for a [`Tx`]: a transaction that is committed
//! when the answer is a success and rolled back when it is not. Both are extractors, and [`Error`] is
//! an answer:
//!
//! ```
//! # let server = rowsmith_test_server::TestServer::shared();
//! # let database = server.create_database(Some(include_str!("../../fixtures/blog/schema.sql")));
//! # let url = database.url();
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use axum::Router;
//! use axum::extract::Path;
//! use axum::routing::{get, post};
//! use rowsmith_runtime::web::Transactions;
//! use rowsmith_runtime::{Connection, Database, Error, Result, Tx};
//! use rowsmith_test_trees::blog::{NewUser, User};
//!
//! // 404 when there is no such user.
//! async fn show(db: Connection, Path(id): Path<i64>) -> Result<String> {
//!     let user = User::find(&db, id).await?.ok_or(Error::NotFound)?;
//!     Ok(user.name)
//! }
//!
//! // 409 when the address is taken, and then nothing of what was done before is kept.
//! async fn create(tx: Tx, Path(name): Path<String>) -> Result<String> {
//!     let user = NewUser::new(&name, format!("{name}@example.com")).insert(&tx).await?;
//!     Ok(user.id.to_string())
//! }
//!
//! let db = Database::connect(&url).await?;
//! let app: Router = Router::new()
//!     .route("/users/{id}", get(show))
//!     .route("/users/new/{name}", post(create))
//!     .layer(Transactions::new(db.clone()))
//!     .with_state(db);
//! # use tower::ServiceExt;
//! # let request = axum::http::Request::post("/users/new/Ada").body(axum::body::Body::empty()).unwrap();
//! # assert_eq!(app.clone().oneshot(request).await.unwrap().status(), 200);
//! # let request = axum::http::Request::get("/users/1").body(axum::body::Body::empty()).unwrap();
//! # assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
//! # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
//! ```
//!
//! # What an error answers
//!
//! | status | for |
//! |---|---|
//! | 404 | [`NotFound`](Error::NotFound) |
//! | 409 | [`UniqueViolation`](Error::UniqueViolation), [`ExclusionViolation`](Error::ExclusionViolation), [`ForeignKeyViolation`](Error::ForeignKeyViolation), [`StaleRow`](Error::StaleRow) |
//! | 422 | [`CheckViolation`](Error::CheckViolation), [`NotNullViolation`](Error::NotNullViolation), [`TooLong`](Error::TooLong), and SQLSTATE class 22 (data exceptions: too long, too large, not a date, a NUL in a text), but for a division by zero |
//! | 503 with `Retry-After` | what surely has done nothing: [`PoolTimeout`](Error::PoolTimeout), [`SerializationFailure`](Error::SerializationFailure), [`DeadlockDetected`](Error::DeadlockDetected), a statement or a lock that took too long |
//! | 503 | the connection is gone or could not be made ([`is_unavailable`](Error::is_unavailable)): the answer to a statement that was carried out may be lost with it |
//! | 500 | everything else |
//!
//! A foreign key is a conflict both ways: the server reports with the same code that a row points
//! nowhere and that one is still pointed to, and either may change without the request being
//! another.
//!
//! When the connection is lost during the `COMMIT` of a [`Tx`], the answer is 500: what was done may
//! have been kept, so nobody should just try again.
//!
//! The body is `{"error": "…"}` with a sentence that depends on the kind of error alone: no SQL, no
//! name, no value and no message of the server. What happened is in the response's extensions, as an
//! `Arc<Error>`, for a layer that writes a log.
//! An error type of your own can answer the same with [`Error::status_code`], or say more:
//!
//! ```
//! use axum::http::StatusCode;
//! use axum::response::{IntoResponse, Response};
//! use rowsmith_runtime::Error;
//! use rowsmith_test_trees::blog::User;
//!
//! struct Failure(Error);
//!
//! impl From<Error> for Failure {
//!     fn from(error: Error) -> Self {
//!         Self(error)
//!     }
//! }
//!
//! impl IntoResponse for Failure {
//!     fn into_response(self) -> Response {
//!         match self.0 {
//!             Error::UniqueViolation(v) if v.constraint == User::USERS_EMAIL_KEY => {
//!                 (StatusCode::CONFLICT, "this address has an account").into_response()
//!             }
//!             error => error.into_response(),
//!         }
//!     }
//! }
//! ```

use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use axum_core::extract::{FromRef, FromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, Request, StatusCode};
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;
use tower_layer::Layer;
use tower_service::Service;

use crate::{Connection, Database, Error, Result, TransactionOptions, Tx};

/// A connection of the pool for as long as the handler has it.
impl<S> FromRequestParts<S> for Connection
where
    Database: FromRef<S>,
    S: Sync,
{
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self> {
        Database::from_ref(state).connection().await
    }
}

/// The transaction of the request, which the layer [`Transactions`] ends. It is begun when it is
/// asked for first.
impl<S: Sync> FromRequestParts<S> for Tx {
    type Rejection = NoTransaction;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NoTransaction> {
        let slot = parts.extensions.get::<Handle>();
        let slot = slot.and_then(|Handle(slot)| slot.upgrade());
        let slot = slot.ok_or(NoTransaction::NoLayer)?;
        slot.transaction().await.map_err(NoTransaction::Database)
    }
}

/// A layer that gives each request a transaction of its own, for handlers that take a [`Tx`].
///
/// The transaction begins when an extractor asks for it, so a request that needs none has none, and
/// all that ask in one request get the same one. It ends when the handler has answered and before
/// the answer is sent: by `COMMIT` when the status is below 400, and otherwise, as when the handler
/// panics or the client goes away, by `ROLLBACK`. A `COMMIT` that fails answers with its error in
/// the place of what the handler said. One that has begun is carried through even when the client goes
/// away, and so is what waits for it (`after_commit`).
///
/// A request has one transaction: of two such layers, for two databases, say, [`Tx`] is a transaction
/// of the inner one. Begin those of the other by [`Database::transaction`].
///
/// Nothing may hold the `Tx` for longer than the handler runs, such as a body that is streamed: the
/// commit would fail. A handler that holds a connection beside its transaction takes two from the
/// pool.
///
/// ```
/// # use rowsmith_runtime::Database;
/// use axum::Router;
/// use rowsmith_runtime::Isolation;
/// use rowsmith_runtime::web::Transactions;
///
/// # fn app(db: Database) -> Router<Database> {
/// let reading = Isolation::RepeatableRead.read_only();
/// Router::new()
///     // .route("/reports", get(reports))
///     .layer(Transactions::new(db).with(reading))
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until a router has it"]
pub struct Transactions {
    db: Database,
    options: TransactionOptions,
}

impl Transactions {
    /// Transactions of this database, as it begins them by itself.
    pub fn new(db: Database) -> Self {
        Self {
            db,
            options: TransactionOptions::default(),
        }
    }

    /// Transactions of this kind. A request is not run again by itself, so
    /// [`retries`](TransactionOptions::retries) have no effect: the client is asked to, by 503.
    pub fn with(mut self, options: impl Into<TransactionOptions>) -> Self {
        self.options = options.into();
        self
    }
}

impl<S> Layer<S> for Transactions {
    type Service = InTransaction<S>;

    fn layer(&self, inner: S) -> Self::Service {
        InTransaction {
            inner,
            transactions: self.clone(),
        }
    }
}

/// The service that [`Transactions`] makes of another.
#[derive(Clone, Debug)]
pub struct InTransaction<S> {
    inner: S,
    transactions: Transactions,
}

impl<S, B> Service<Request<B>> for InTransaction<S>
where
    S: Service<Request<B>, Response: IntoResponse, Future: Send + 'static>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let slot = Arc::new(Slot {
            transactions: self.transactions.clone(),
            tx: Mutex::default(),
        });
        request
            .extensions_mut()
            .insert(Handle(Arc::downgrade(&slot)));
        let response = self.inner.call(request);
        // The slot goes with the future, and the transaction with it, when it is not polled to its end.
        Box::pin(async move {
            let response = response.await?.into_response();
            Ok(slot.end(response).await)
        })
    }
}

/// The place of a request's transaction.
struct Slot {
    transactions: Transactions,
    tx: Mutex<Option<Tx>>,
}

/// What the request carries: weak, so that whoever keeps the request does not keep the transaction.
#[derive(Clone)]
struct Handle(Weak<Slot>);

impl Slot {
    async fn transaction(&self) -> Result<Tx> {
        let mut slot = self.tx.lock().await;
        if let Some(tx) = &*slot {
            return Ok(tx.share());
        }
        let Transactions { db, options } = &self.transactions;
        let tx = Tx::begin(db, options, 0).await?;
        Ok(slot.insert(tx).share())
    }

    async fn end(&self, response: Response) -> Response {
        let Some(tx) = self.tx.lock().await.take() else {
            return response;
        };
        if response.status().as_u16() >= 400 {
            tx.rollback().await;
            return response;
        }
        let commit = tx.commit();
        #[cfg(feature = "tracing")]
        let commit = tracing::Instrument::in_current_span(commit);
        // In a task, because a client that goes away takes this future along: the server would commit,
        // and what waits for the commit would be forgotten.
        let result = match tokio::spawn(commit).await {
            Ok(result) => result,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The runtime is shutting down, and the connection with it.
                Err(_) => Err(Error::Closed),
            },
        };
        match result {
            Ok(()) => response,
            Err(error) if error.is_unavailable() => {
                let sentence = "it is not known whether this was done";
                failure(error, StatusCode::INTERNAL_SERVER_ERROR, sentence)
            }
            Err(error) => error.into_response(),
        }
    }
}

/// Why a handler that takes a [`Tx`] was not called.
#[derive(Debug)]
#[non_exhaustive]
pub enum NoTransaction {
    /// The router has no layer [`Transactions`], or the request is at its end.
    NoLayer,
    /// The transaction could not be begun.
    Database(Error),
}

impl fmt::Display for NoTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLayer => f.write_str(
                "no transaction for this request: the router needs the layer `Transactions`",
            ),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoTransaction {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NoLayer => None,
            Self::Database(error) => error.source(),
        }
    }
}

/// Without the layer the answer is a 500 that says so: this is for the programmer, who sees it at
/// the first request.
impl IntoResponse for NoTransaction {
    fn into_response(self) -> Response {
        match self {
            Self::NoLayer => answer(StatusCode::INTERNAL_SERVER_ERROR, &self.to_string()),
            Self::Database(error) => error.into_response(),
        }
    }
}

impl Error {
    /// The status of HTTP that [the module `web`](crate::web#what-an-error-answers) answers with.
    ///
    /// ```
    /// use rowsmith_runtime::Error;
    ///
    /// assert_eq!(Error::NotFound.status_code(), 404);
    /// ```
    pub fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::UniqueViolation(_)
            | Self::ExclusionViolation(_)
            | Self::ForeignKeyViolation(_)
            | Self::StaleRow => StatusCode::CONFLICT,
            Self::CheckViolation(_) | Self::NotNullViolation(_) | Self::TooLong { .. } => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            _ if has_done_nothing(self) || self.is_unavailable() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(error) if is_unfit(error.code()) => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Whether what failed so has surely done nothing, and may succeed when it is asked for again.
fn has_done_nothing(error: &Error) -> bool {
    const TOO_SLOW: [SqlState; 2] = [SqlState::QUERY_CANCELED, SqlState::LOCK_NOT_AVAILABLE];
    match error {
        Error::PoolTimeout(_) => true,
        Error::Database(error) => TOO_SLOW.contains(error.code()),
        error => error.is_retryable(),
    }
}

/// Data exceptions: a value is not one that its type or column can hold. What the program divides by is
/// not for the client to see to.
fn is_unfit(code: &SqlState) -> bool {
    code.code().starts_with("22") && *code != SqlState::DIVISION_BY_ZERO
}

/// As [the module](crate::web#what-an-error-answers) says.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status_code();
        let again = has_done_nothing(&self);
        let sentence = match &self {
            Self::UniqueViolation(_) | Self::ExclusionViolation(_) => "this exists already",
            Self::ForeignKeyViolation(_) => {
                "this refers to something that does not exist, or is still referred to"
            }
            Self::StaleRow => "this was changed by somebody else since it was read",
            _ if again => "this can't be done now: try again later",
            _ => match status {
                StatusCode::NOT_FOUND => "this does not exist",
                StatusCode::UNPROCESSABLE_ENTITY => "a value is missing or is not allowed",
                StatusCode::SERVICE_UNAVAILABLE => "this is not available now",
                _ => "something went wrong",
            },
        };
        let mut response = failure(self, status, sentence);
        if again {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// An answer that has its cause in its extensions.
fn failure(error: Error, status: StatusCode, sentence: &str) -> Response {
    let mut response = answer(status, sentence);
    response.extensions_mut().insert(Arc::new(error));
    response
}

/// The sentence has nothing in it that JSON would escape.
fn answer(status: StatusCode, sentence: &str) -> Response {
    let json = [(CONTENT_TYPE, "application/json")];
    (status, json, format!("{{\"error\":\"{sentence}\"}}")).into_response()
}
