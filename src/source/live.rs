//! Live database → Catalog.
