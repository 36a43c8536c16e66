#![forbid(unsafe_code)]
//! Rowsmith reads a PostgreSQL schema and writes a typed, async Rust data layer.

pub mod analyze;
pub mod catalog;
pub mod config;
pub mod diagnostics;
pub mod model;
pub mod render;
pub mod resolve;
pub mod source;
