//! What a connection is at, so that one with a statement that nobody waits for is not handed on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio_postgres::error::{DbError, Severity};

use crate::trace::Trace;
use crate::{Error, Result};

/// What a connection is at.
#[derive(Default)]
pub(crate) struct Activity {
    /// Statements whose answers were not read to the end.
    unfinished: AtomicUsize,
    /// Streams that are alive.
    streams: AtomicUsize,
    /// Whether it is not to be used again: the server has said that it ends the connection, of which the
    /// driver hears a little later, or a `COPY` behind a pooler has not come to its end.
    spoilt: AtomicBool,
}

#[cfg(feature = "pool")]
impl Activity {
    /// Whether an answer was not read to its end.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.unfinished.load(Ordering::Relaxed) > 0
    }

    /// Whether the connection is not to be used again.
    pub(crate) fn is_spoilt(&self) -> bool {
        self.spoilt.load(Ordering::Relaxed)
    }

    /// Says that all answers are there.
    pub(crate) fn settle(&self) {
        self.unfinished.store(0, Ordering::Relaxed);
    }
}

/// A statement that is running. One that is dropped before its end stays unfinished.
pub(crate) struct Running {
    activity: Option<Arc<Activity>>,
    trace: Trace,
    rows: u64,
    streaming: bool,
    spoiling: bool,
    told: bool,
    ended: bool,
}

impl Running {
    /// A statement on a connection of ours.
    ///
    /// # Errors
    ///
    /// [`Error::Streaming`] while a stream is alive, for which the statement might wait forever.
    pub(crate) fn start(activity: &Arc<Activity>, trace: Trace) -> Result<Self> {
        if activity.streams.load(Ordering::Relaxed) > 0 {
            return Err(Error::Streaming);
        }
        activity.unfinished.fetch_add(1, Ordering::Relaxed);
        let mut running = Self::untold(trace);
        running.activity = Some(Arc::clone(activity));
        Ok(running)
    }

    /// A statement on a connection of which nothing is known.
    pub(crate) fn untold(trace: Trace) -> Self {
        Self {
            activity: None,
            trace,
            rows: 0,
            streaming: false,
            spoiling: false,
            told: false,
            ended: false,
        }
    }

    /// Says that the answer is read as its reader likes.
    pub(crate) fn streaming(mut self) -> Self {
        if let Some(activity) = &self.activity {
            activity.streams.fetch_add(1, Ordering::Relaxed);
            self.streaming = true;
        }
        self
    }

    /// Says that the connection can't be used again unless the statement comes to its end.
    pub(crate) fn spoiling(mut self) -> Self {
        if let Some(activity) = &self.activity {
            // Whoever has spoilt it before knows why.
            self.spoiling = !activity.spoilt.swap(true, Ordering::Relaxed);
        }
        self
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// A row has come.
    pub(crate) fn row(&mut self) {
        self.rows += 1;
    }

    /// The answer has come to its end, and tells of how many rows, where that is known.
    pub(crate) fn finished(&mut self, rows: Option<u64>) {
        if self.end() {
            self.trace.finished(rows);
        }
    }

    /// The answer was an error.
    pub(crate) fn failed(&mut self, error: tokio_postgres::Error) -> Error {
        let severity = error.as_db_error().and_then(DbError::parsed_severity);
        let error = Error::from(error);
        self.failed_with(&error);
        // Nothing can be had from the connection any more: it is closed, or the server says that it closes it.
        let is_over = matches!(severity, Some(Severity::Fatal | Severity::Panic))
            || matches!(error, Error::Closed | Error::Connection(_));
        if let (true, Some(activity)) = (is_over, &self.activity) {
            activity.spoilt.store(true, Ordering::Relaxed);
        }
        error
    }

    /// It has come to its end with an error.
    pub(crate) fn failed_with(&mut self, error: &Error) {
        if self.end() {
            self.trace.failed(error);
        }
    }

    /// It has failed, perhaps before its end.
    pub(crate) fn gave_up(&mut self, error: &Error) {
        self.trace.failed(error);
        self.told = true;
    }

    /// False when it had ended before.
    fn end(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.ended = true;
        if let Some(activity) = &self.activity {
            activity.unfinished.fetch_sub(1, Ordering::Relaxed);
            if self.spoiling {
                activity.spoilt.store(false, Ordering::Relaxed);
            }
        }
        self.stop_streaming();
        true
    }

    fn stop_streaming(&mut self) {
        if let (true, Some(activity)) = (self.streaming, &self.activity) {
            activity.streams.fetch_sub(1, Ordering::Relaxed);
            self.streaming = false;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended && !self.told {
            self.trace.abandoned(self.rows);
        }
        self.stop_streaming();
    }
}
