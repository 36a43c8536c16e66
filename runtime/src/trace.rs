//! Telling `tracing` of statements and transactions.

use std::future::Future;

use crate::{Error, Params};

#[cfg(feature = "tracing")]
use tracing::{Instrument, Span, field::Empty};

/// A statement or a transaction, as `tracing` is told of it; nothing without the feature.
pub(crate) struct Trace {
    #[cfg(feature = "tracing")]
    span: Span,
    #[cfg(feature = "tracing")]
    begun: Option<std::time::Instant>,
}

#[cfg(feature = "tracing")]
impl Trace {
    fn new(span: Span) -> Self {
        let begun = (!span.is_disabled()).then(std::time::Instant::now);
        Self { span, begun }
    }

    /// What is not told.
    pub(crate) fn none() -> Self {
        Self::new(Span::none())
    }

    /// A statement, with its parameters where they may be seen.
    pub(crate) fn query(sql: &str, params: Option<Params<'_>>) -> Self {
        let span = tracing::debug_span!(
            target: "rowsmith::query",
            "query",
            db.system.name = "postgresql",
            db.query.text = sql,
            db.query.parameters = Empty,
            db.response.returned_rows = Empty,
            db.response.status_code = Empty,
        );
        if let (Some(params), false) = (params, span.is_disabled()) {
            span.record("db.query.parameters", tracing::field::debug(params));
        }
        Self::new(span)
    }

    /// A transaction, with what `BEGIN` says of it and how many times it was tried before.
    pub(crate) fn transaction(begin: &str, retry: u32) -> Self {
        Self::new(tracing::debug_span!(
            target: "rowsmith::transaction",
            "transaction",
            db.system.name = "postgresql",
            begin,
            retry,
        ))
    }

    /// Does a part of it.
    pub(crate) fn within<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work.instrument(self.span.clone())
    }

    /// The statement has come to its end; of how many rows is not known for each.
    pub(crate) fn finished(&self, rows: Option<u64>) {
        if let Some(begun) = self.begun {
            let elapsed = begun.elapsed();
            self.span.record("db.response.returned_rows", rows);
            tracing::debug!(target: "rowsmith::query", parent: &self.span, rows, ?elapsed, "finished");
        }
    }

    /// The statement has failed. The server's message may have values in it, and is not told.
    pub(crate) fn failed(&self, error: &Error) {
        if let Some(begun) = self.begun {
            let elapsed = begun.elapsed();
            let code = error.code().map_or("", |code| code.code());
            self.span.record("db.response.status_code", code);
            tracing::debug!(target: "rowsmith::query", parent: &self.span, code, ?elapsed, "failed");
        }
    }

    /// Nobody waited for the end of the statement.
    pub(crate) fn abandoned(&self, rows: u64) {
        if let Some(begun) = self.begun {
            let elapsed = begun.elapsed();
            tracing::debug!(target: "rowsmith::query", parent: &self.span, rows, ?elapsed, "abandoned");
        }
    }

    /// A replica could not be reached, and is left alone for so long.
    #[cfg(feature = "pool")]
    pub(crate) fn replica(error: &Error, rest: std::time::Duration) {
        tracing::warn!(target: "rowsmith::pool", %error, ?rest, "a replica can't be reached");
    }

    /// What came of the transaction.
    pub(crate) fn ended(&self, how: &'static str) {
        if let Some(begun) = self.begun {
            let elapsed = begun.elapsed();
            tracing::debug!(target: "rowsmith::transaction", parent: &self.span, ?elapsed, "{how}");
        }
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(clippy::unused_self)]
impl Trace {
    pub(crate) fn none() -> Self {
        Self {}
    }

    pub(crate) fn query(_: &str, _: Option<Params<'_>>) -> Self {
        Self {}
    }

    pub(crate) fn transaction(_: &str, _: u32) -> Self {
        Self {}
    }

    pub(crate) fn within<F: Future>(&self, work: F) -> F {
        work
    }

    pub(crate) fn finished(&self, _: Option<u64>) {}

    pub(crate) fn failed(&self, _: &Error) {}

    pub(crate) fn abandoned(&self, _: u64) {}

    pub(crate) fn ended(&self, _: &'static str) {}

    #[cfg(feature = "pool")]
    pub(crate) fn replica(_: &Error, _: std::time::Duration) {}
}
