#![forbid(unsafe_code)]
//! Rowsmith reads a PostgreSQL schema, from SQL files or from a live database, and writes the Rust data
//! layer a careful engineer would have written by hand.
//!
//! This is the library; `rowsmith` on the command line does the same. A whole `build.rs`:
//!
//! ```no_run
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let out = std::path::PathBuf::from(std::env::var("OUT_DIR")?);
//!     rowsmith::Builder::new()
//!         .schema("schema.sql")
//!         .generate()?
//!         .write(out.join("db"))?;
//!     Ok(())
//! }
//! ```
//!
//! The crate then mounts what was generated in one line, and needs `rowsmith-runtime` and nothing else:
//!
//! ```ignore
//! mod db { include!(concat!(env!("OUT_DIR"), "/db/mod.rs")); }
//! ```
//!
//! # The pipeline
//!
//! Sources give a [`catalog::Catalog`] (what the database says), [`resolve`] makes a [`model::Model`] of
//! it (what we decided), [`render`] makes [`render::File`]s of that, and only [`output`] touches the disk.

pub mod analyze;
mod builder;
pub mod catalog;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod diagnostics;
pub mod model;
pub mod output;
mod patterns;
pub mod render;
pub mod resolve;
pub mod source;
pub mod sql;
mod tags;

pub use builder::{Builder, Generated};
pub use config::{
    ColumnSettings, Config, DeclaredForeignKey, FunctionSetting, RelationNames, RelationSide, Skip,
};
pub use diagnostics::{Diagnostic, Errors};

use catalog::Catalog;
use diagnostics::Severity;
use source::Source;

/// Reads the Catalog that a configuration asks for: from its source, in normal form, filtered.
///
/// The second part is what is worth knowing of it, none of it an error.
///
/// # Errors
///
/// Every problem of the input, together.
pub fn read_catalog(
    config: &Config,
    source: &Source,
) -> Result<(Catalog, Vec<Diagnostic>), Errors> {
    let mut diagnostics = Vec::new();
    let mut catalog = source.read(config.explain, &mut diagnostics);
    if config.strict {
        be_strict(&mut diagnostics);
    }
    stop_at_errors(&mut diagnostics)?;
    analyze::normalize(&mut catalog);
    source::filter(
        &mut catalog,
        &config.include,
        &config.exclude,
        &mut diagnostics,
    );
    catalog.sort();
    stop_at_errors(&mut diagnostics)?;
    Ok((catalog, diagnostics))
}

/// Makes the generated files of a Catalog.
///
/// The second part is what is worth knowing of them, none of it an error.
///
/// # Errors
///
/// When the Catalog holds nothing to generate from; every part of the configuration that does not fit the
/// Catalog, together.
pub fn generate(
    catalog: &Catalog,
    config: &Config,
) -> Result<(Vec<render::File>, Vec<Diagnostic>), Errors> {
    if catalog.tables.is_empty()
        && catalog.views.is_empty()
        && catalog.enums.is_empty()
        && catalog.composites.is_empty()
        && catalog.domains.is_empty()
        && catalog.ranges.is_empty()
        && catalog.functions.is_empty()
        && catalog.sequences.is_empty()
    {
        return Err(Diagnostic::error(
            "there are no tables, views, types or functions to generate from",
        )
        .help("look at what was read with `rowsmith inspect`, and at `include` and `exclude`")
        .into());
    }
    let (model, mut diagnostics) = resolve::resolve(catalog, config);
    stop_at_errors(&mut diagnostics)?;
    Ok((render::render(&model), diagnostics))
}

/// What could not be read is an error then, and not a warning.
fn be_strict(diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        if diagnostic.severity == Severity::Warning {
            diagnostic.severity = Severity::Error;
        }
    }
}

/// Lets warnings and notes pass; with an error among them, all become the result.
fn stop_at_errors(diagnostics: &mut Vec<Diagnostic>) -> Result<(), Errors> {
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(Errors(std::mem::take(diagnostics)));
    }
    Ok(())
}
