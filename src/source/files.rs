//! The SQL files that a user named, read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::migrations::{self, migrations};
use crate::diagnostics::{Diagnostic, SourceFile};

/// The SQL files that a path stands for: itself, or those of a folder in the order in which its tool of
/// [migrations] runs them, without those that undo others.
///
/// # Errors
///
/// When the path can't be read.
pub fn sql_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.metadata()?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    migrations(path).map(|found| found.files)
}

/// Reads all files that the paths stand for.
pub(super) fn read(paths: &[PathBuf], diagnostics: &mut Vec<Diagnostic>) -> Vec<Arc<SourceFile>> {
    if paths.is_empty() {
        diagnostics.push(
            Diagnostic::error("there is no schema to read")
                .help("name a SQL file or a folder of them, or a database"),
        );
    }
    let mut files = Vec::new();
    for path in paths {
        match sql_files(path) {
            Ok(found) if found.is_empty() => diagnostics.push(
                Diagnostic::error(format!("there are no `.sql` files in `{}`", path.display()))
                    .help("name a SQL file or a folder that holds some"),
            ),
            Ok(found) => {
                for path in found {
                    match std::fs::read(&path) {
                        Ok(bytes) => match String::from_utf8(bytes) {
                            Ok(text) => {
                                let text = migrations::up(text);
                                files.push(Arc::new(SourceFile { path, text }));
                            }
                            Err(error) => diagnostics.push(not_utf8(path, &error)),
                        },
                        Err(error) => diagnostics.push(cannot_read(&path, &error)),
                    }
                }
            }
            Err(error) => diagnostics.push(cannot_read(path, &error)),
        }
    }
    files
}

/// What folders were taken for, and which files of theirs are not read.
pub(super) fn explain(paths: &[PathBuf]) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    for folder in paths.iter().filter(|path| path.is_dir()) {
        let Ok(found) = migrations(folder) else {
            continue;
        };
        notes.push(Diagnostic::note(format!(
            "`{}` was taken for {}, of which {} are read",
            folder.display(),
            found.tool,
            found.files.len()
        )));
        for file in &found.left_out {
            notes.push(
                Diagnostic::note(format!("`{}` was passed over", file.display()))
                    .help("it undoes another file, or its tool would not run it on a new database"),
            );
        }
    }
    notes
}

fn cannot_read(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("can't read `{}`: {error}", path.display()))
        .help("give an existing SQL file, or a folder of them, with `--schema PATH`")
}

fn not_utf8(path: PathBuf, error: &std::string::FromUtf8Error) -> Diagnostic {
    let valid = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
    let file = Arc::new(SourceFile { path, text });
    Diagnostic::error("this file is not UTF-8 from here on")
        .at(&file, valid..valid)
        .help("convert it, for example with `iconv -t UTF-8`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_and_a_file_in_another_encoding_are_both_reported() {
        let dir = tempfile::tempdir().unwrap();
        let latin = dir.path().join("latin.sql");
        std::fs::write(&latin, b"SELECT 1; -- caf\xe9").unwrap();
        let mut diagnostics = Vec::new();
        let files = read(&[dir.path().join("none.sql"), latin], &mut diagnostics);
        assert!(files.is_empty());
        assert_eq!(diagnostics.len(), 2);
        assert!(diagnostics[0].message.starts_with("can't read"));
        assert!(diagnostics[1].message.contains("not UTF-8"));
    }
}
