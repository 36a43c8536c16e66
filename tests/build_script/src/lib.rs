#![forbid(unsafe_code)]
#![deny(warnings)]
//! A crate that generates its data layer in its build script: what the README shows, and nothing more.

/// The tables of `schema.sql`.
pub mod db {
    include!(concat!(env!("OUT_DIR"), "/db/mod.rs"));
}
