//! Model → files, in memory.

use std::path::PathBuf;

/// A generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path, relative to the output folder.
    pub path: PathBuf,
    /// The whole text.
    pub contents: String,
}
