//! What went wrong with TLS, told in words.

use std::borrow::Cow;
use std::fmt;

use super::tls::Connector;
use crate::Error;

/// Why there is no connection.
#[derive(Debug)]
pub enum Failure {
    /// What the driver says, or the server.
    Driver(tokio_postgres::Error),
    /// Something is wrong with TLS.
    Tls(Box<TlsError>),
    /// It is not said where to connect to.
    Unreadable,
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self::Tls(Box::new(error))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Driver(error) => error.into(),
            Failure::Tls(error) => Self::Tls(error),
            Failure::Unreadable => Self::ConnectionString,
        }
    }
}

/// Why there is no connection over TLS, and what to do about it.
///
/// It names files, host names and parameters, never a password or the connection string.
pub struct TlsError {
    message: Cow<'static, str>,
    help: Cow<'static, str>,
    source: Option<tokio_postgres::Error>,
}

impl TlsError {
    pub(super) fn new(
        message: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            source: None,
        }
    }

    fn because_of(mut self, source: tokio_postgres::Error) -> Self {
        self.source = Some(source);
        self
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// As `Display`, because a program whose `main` returns the error shows it so.
impl fmt::Debug for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// Understands why a connection over TLS was not made.
pub(super) fn explain(error: tokio_postgres::Error, connector: &Connector) -> Failure {
    #[cfg(feature = "tls")]
    if let Some(tls) = of_handshake(&error) {
        return super::verify::explain(tls).because_of(error).into();
    }
    // The driver has no types for these.
    let source = std::error::Error::source(&error).map(ToString::to_string);
    if source.as_deref() == Some("server does not support TLS") {
        return TlsError::new(
            "the server does not support TLS",
            "set `ssl = on` on the server; `sslmode=prefer` goes on without TLS",
        )
        .because_of(error)
        .into();
    }
    let broke = error.is_closed() || error.to_string() == "error communicating with the server";
    if broke && connector.client_certificate {
        // In TLS 1.3 the server looks at the certificate when the client is done with the handshake,
        // and its word on it may be lost with the connection.
        return TlsError::new(
            "the server closed the connection when it got the client certificate",
            "the certificate in `sslcert` has to be signed by an authority in the server's `ssl_ca_file`; the server's log says more",
        )
        .because_of(error)
        .into();
    }
    error.into()
}

/// The error of the TLS library in the driver's.
#[cfg(feature = "tls")]
fn of_handshake(error: &tokio_postgres::Error) -> Option<&rustls::Error> {
    let io = std::error::Error::source(error)?.downcast_ref::<std::io::Error>()?;
    io.get_ref()?.downcast_ref()
}

/// Whether the server could not be reached, or the connection broke.
pub(super) fn is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}
