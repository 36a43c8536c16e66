//! Catalog → Model.
