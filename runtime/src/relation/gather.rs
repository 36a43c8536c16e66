//! How many rows a relation leads to, and what they are put in.

use crate::{Error, Result};

/// How many rows a relation leads to: [`Many`], [`Optional`] or [`Required`].
pub trait Gather: Send + Sync + 'static {
    /// What related rows are put in.
    type Of<T: Clone + Send>: Clone + Send;
    /// The same when some of them are left out.
    type Filtered: Gather;

    /// Puts the related rows of one row in it.
    #[doc(hidden)]
    fn gather<T: Clone + Send>(rows: Vec<T>) -> Result<Self::Of<T>>;
}

/// Any number: a `Vec`.
#[derive(Debug)]
pub struct Many;

/// One or none: an `Option`.
#[derive(Debug)]
pub struct Optional;

/// Exactly one.
#[derive(Debug)]
pub struct Required;

impl Gather for Many {
    type Of<T: Clone + Send> = Vec<T>;
    type Filtered = Self;

    fn gather<T: Clone + Send>(rows: Vec<T>) -> Result<Vec<T>> {
        Ok(rows)
    }
}

impl Gather for Optional {
    type Of<T: Clone + Send> = Option<T>;
    type Filtered = Self;

    fn gather<T: Clone + Send>(rows: Vec<T>) -> Result<Option<T>> {
        Ok(rows.into_iter().next())
    }
}

impl Gather for Required {
    type Of<T: Clone + Send> = T;
    type Filtered = Optional;

    fn gather<T: Clone + Send>(rows: Vec<T>) -> Result<T> {
        // The key is there, but not its row: only a constraint that is not valid, or a policy that
        // hides the row, lets that happen.
        rows.into_iter().next().ok_or(Error::NotFound)
    }
}
