//! SQL expressions and queries, understood against a Catalog.

use crate::catalog::Catalog;

/// Brings expressions and view definitions of a Catalog into their normal form.
pub fn normalize(catalog: &mut Catalog) {
    let _ = catalog;
}
