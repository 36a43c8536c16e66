//! Domains that have a Rust type of their own.

use std::fmt;

/// A value that breaks a check of its domain
/// ([CREATE DOMAIN](https://www.postgresql.org/docs/current/sql-createdomain.html)), found before it was sent.
///
/// What the generated `new` of a domain's type fails with. Checks that Rust does not know are the
/// server's to make; what breaks one is an [`Error::CheckViolation`](crate::Error::CheckViolation).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckViolation {
    /// The domain: `public.email`.
    pub domain: &'static str,
    /// The name of the check.
    pub constraint: &'static str,
}

impl CheckViolation {
    /// The check of a domain.
    #[doc(hidden)]
    pub const fn new(domain: &'static str, constraint: &'static str) -> Self {
        Self { domain, constraint }
    }
}

impl fmt::Display for CheckViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, constraint } = self;
        write!(
            f,
            "the value breaks the check `{constraint}` of the domain `{domain}`"
        )
    }
}

impl std::error::Error for CheckViolation {}
