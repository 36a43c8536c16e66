//! Where a Catalog comes from: SQL files, or a live database.

pub mod ddl;
#[cfg(feature = "live")]
pub mod live;

mod files;
mod filter;
mod migrations;

use std::path::PathBuf;

pub use files::sql_files;
pub use filter::filter;
pub use migrations::{Migrations, migrations};

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;

/// Where the schema is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// SQL files, or folders of them.
    Files(Vec<PathBuf>),
    /// A database: its URL, or what the environment names.
    #[cfg(feature = "live")]
    Database(Option<String>),
}

impl Source {
    /// The files and folders that it is read from.
    pub fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Files(paths) => paths,
            #[cfg(feature = "live")]
            Self::Database(_) => &[],
        }
    }

    /// Reads the Catalog. Problems go to `diagnostics`; with an error among them the Catalog is incomplete.
    /// If `explain` asks for it, so does what files were read as, and what in them was passed over and why.
    pub fn read(&self, explain: bool, diagnostics: &mut Vec<Diagnostic>) -> Catalog {
        match self {
            Self::Files(paths) => {
                if explain {
                    diagnostics.extend(files::explain(paths));
                }
                let files = files::read(paths, diagnostics);
                match explain {
                    true => ddl::parse_explaining(&files, diagnostics),
                    false => ddl::parse(&files, diagnostics),
                }
            }
            #[cfg(feature = "live")]
            Self::Database(url) => match live::read_reporting(url.as_deref(), diagnostics) {
                Ok(catalog) => catalog,
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    Catalog::default()
                }
            },
        }
    }
}
