//! Catalog → Model, on small Catalogs made by hand.

mod build;
mod functions;
