//! What went wrong, told in words. No message holds a password or a connection string.

use std::error::Error as _;
use std::io;

use rowsmith_runtime::connect::Failure as ConnectFailure;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

use super::connect::{Password, Target};
use crate::diagnostics::Diagnostic;

/// Why the Catalog could not be read.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server said so, or could not be heard any longer.
    Postgres(Error),
    /// The server is older than what the queries know.
    OldServer(u32),
    /// A type that is used is not in `pg_type`.
    UnknownType(u32),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Postgres(error)
    }
}

impl Failure {
    /// The failure as a user reads it.
    pub(super) fn diagnostic(&self, target: &Target) -> Diagnostic {
        let database = &target.database;
        match self {
            Self::OldServer(version) => Diagnostic::error(format!(
                "the server at `{target}` is PostgreSQL {}.{}",
                version / 10_000,
                version % 10_000 / if *version < 100_000 { 100 } else { 1 },
            ))
            .help("PostgreSQL 12 or later is needed; the schema can also be given as SQL files"),
            Self::UnknownType(oid) => Diagnostic::error(format!(
                "the database `{database}` uses a type that is not in its catalog (oid {oid})"
            ))
            .help("`pg_amcheck` finds damage of a catalog"),
            Self::Postgres(error) => match error.as_db_error() {
                Some(db_error) => query_refusal(db_error, target),
                None if error.is_closed() => {
                    Diagnostic::error(format!("the server at `{target}` closed the connection"))
                        .help("its log says why")
                }
                None => Diagnostic::error(format!(
                    "can't read the schema of the database `{database}`: {}",
                    reason(error)
                )),
            },
        }
    }
}

/// What the server said to a query.
fn query_refusal(error: &DbError, target: &Target) -> Diagnostic {
    let Target { database, user, .. } = target;
    let message = error.message();
    match *error.code() {
        SqlState::QUERY_CANCELED => Diagnostic::error(format!(
            "the database `{database}` took too long to tell its schema: {message}"
        ))
        .help("another session may hold a lock, as a migration does; try again when it is done"),
        SqlState::INSUFFICIENT_PRIVILEGE => Diagnostic::error(format!(
            "the user `{user}` may not read the catalog of the database `{database}`: {message}"
        ))
        .help("everybody may by default; an administrator took the right away"),
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => Diagnostic::error(format!(
            "the server at `{target}` ended the connection: {message}"
        ))
        .help("try again when it is up"),
        SqlState::INTERNAL_ERROR => Diagnostic::error(format!(
            "can't read the schema of the database `{database}`: {message}"
        ))
        .help("the schema may have been changed meanwhile; try again"),
        ref code => told(
            format!("can't read the schema of the database `{database}`: {message}"),
            error,
            code,
        ),
    }
}

/// A message that we can add nothing to but its code and PostgreSQL's own hint.
fn told(message: String, error: &DbError, code: &SqlState) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("{message} (SQLSTATE {})", code.code()));
    match error.hint().or(error.detail()) {
        Some(hint) => diagnostic.help(hint),
        None => diagnostic,
    }
}

/// Why there is no connection.
pub(super) enum Refusal {
    /// No server was there; the reason. There may be one at the next address.
    Unreachable(String),
    /// A server was there and said no, or it would not help to go on.
    Final(Diagnostic),
}

/// Understands why a connection was not made.
pub(super) fn refusal(failure: &ConnectFailure, target: &Target, password: &Password) -> Refusal {
    let error = match failure {
        ConnectFailure::Driver(error) => error,
        ConnectFailure::Tls(tls) => {
            return Refusal::Final(
                Diagnostic::error(format!(
                    "no connection to the server at `{target}`: {}",
                    tls.message()
                ))
                .help(tls.help()),
            );
        }
        ConnectFailure::Unreadable => {
            return Refusal::Final(Diagnostic::error(format!(
                "the settings of the connection to `{target}` do not go together"
            )));
        }
    };
    if let Some(db_error) = error.as_db_error() {
        return Refusal::Final(connect_refusal(db_error, target, password));
    }
    let Target { user, .. } = target;
    let Some(source) = error.source() else {
        return Refusal::Unreachable(if error.is_closed() {
            "it closed the connection".into()
        } else {
            format!("it does not speak PostgreSQL's protocol ({error})")
        });
    };
    if let Some(io_error) = source.downcast_ref::<io::Error>() {
        return Refusal::Unreachable(io_reason(io_error));
    }
    // tokio-postgres has no type for it.
    if source.to_string() == "password missing" {
        let help = "give it in `PGPASSWORD`, in the password file (`~/.pgpass`) or in the URL";
        return Refusal::Final(
            Diagnostic::error(format!(
                "the server at `{target}` wants a password of the user `{user}`"
            ))
            .help(with_unsafe_file(help.into(), password)),
        );
    }
    Refusal::Final(Diagnostic::error(format!(
        "can't log in at `{target}` as `{user}`: {}",
        reason(error)
    )))
}

fn io_reason(error: &io::Error) -> String {
    // With words of tokio-postgres' own.
    if error.get_ref().is_some() {
        return error.to_string();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such socket".into(),
        io::ErrorKind::ConnectionRefused => "nothing listens there".into(),
        io::ErrorKind::PermissionDenied => "the socket may not be used by this user".into(),
        io::ErrorKind::TimedOut => "it did not answer in time".into(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "it closed the connection".into()
        }
        _ => error.to_string(),
    }
}

/// What the server said to the attempt to log in.
fn connect_refusal(error: &DbError, target: &Target, password: &Password) -> Diagnostic {
    let Target { database, user, .. } = target;
    let message = error.message();
    match *error.code() {
        SqlState::INVALID_PASSWORD => {
            let help = match &password.found {
                Some((_, origin)) => format!(
                    "the password is from {origin}; PostgreSQL says the same when there is no such user"
                ),
                None => "check the user's name and its password".into(),
            };
            Diagnostic::error(format!("wrong password for the user `{user}` at `{target}`"))
                .help(with_unsafe_file(help, password))
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => Diagnostic::error(format!(
            "the server at `{target}` does not let the user `{user}` in: {message}"
        ))
        .help("check the user's name; `pg_hba.conf` on the server says who may log in, from where and how"),
        SqlState::INVALID_CATALOG_NAME => Diagnostic::error(format!(
            "there is no database `{database}` at `{target}`"
        ))
        .help("`psql -l` lists the databases, `createdb` makes one"),
        SqlState::INSUFFICIENT_PRIVILEGE => Diagnostic::error(format!(
            "the user `{user}` may not connect to the database `{database}`: {message}"
        ))
        .help("its owner can `GRANT CONNECT ON DATABASE …`"),
        SqlState::TOO_MANY_CONNECTIONS => Diagnostic::error(format!(
            "the server at `{target}` takes no more connections: {message}"
        ))
        .help("try again when others are closed"),
        SqlState::CANNOT_CONNECT_NOW => {
            Diagnostic::error(format!("the server at `{target}` is not ready: {message}"))
                .help("try again in a moment")
        }
        ref code => told(
            format!("the server at `{target}` refuses the connection: {message}"),
            error,
            code,
        ),
    }
}

fn with_unsafe_file(help: String, password: &Password) -> String {
    match &password.unsafe_file {
        Some(path) => format!(
            "{help}; `{path}` was not read, as others can read it too: `chmod 600 {path}`",
            path = path.display()
        ),
        None => help,
    }
}

/// No server was at any of the addresses.
pub(super) fn unreachable(attempts: &[(Target, String)]) -> Diagnostic {
    let places: Vec<String> = attempts
        .iter()
        .map(|(target, why)| format!("`{target}` ({why})"))
        .collect();
    Diagnostic::error(format!("no server answers at {}", places.join(", ")))
        .help("start PostgreSQL, or check the host and the port")
}

/// The innermost cause, which says most.
fn reason(error: &Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
