//! Catalog → Model, on small Catalogs made by hand.

mod build;
mod docs;
mod functions;
mod locking;
mod names;
mod overrides;
mod relations;
mod routines;
mod settings;
mod sql;
mod types;
mod writes;
