//! The SQL files that a user named, read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, SourceFile};

/// The SQL files that a path stands for: itself, or the `.sql` files of a folder in the order of their
/// names, numbers in them compared as numbers. The down halves of migrations (`*.down.sql`) are left out.
///
/// # Errors
///
/// When the path can't be read.
pub fn sql_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.metadata()?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir()? {
        let path = entry?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".sql") && !name.ends_with(".down.sql") && path.is_file() {
            files.push(path);
        }
    }
    files.sort_by_cached_key(|path| natural_order(&path.to_string_lossy()));
    Ok(files)
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
                            Ok(text) => files.push(Arc::new(SourceFile { path, text })),
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

/// `V2__b` before `V10__a`: text and numbers in turn.
fn natural_order(name: &str) -> Vec<(String, u128, usize)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let text_end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (text, after) = rest.split_at(text_end);
        let digits_end = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let (digits, after) = after.split_at(digits_end);
        // Digits beyond a u128 are no number that anybody counts with; they sort last, by length.
        parts.push((
            text.to_owned(),
            digits
                .parse()
                .unwrap_or(if digits.is_empty() { 0 } else { u128::MAX }),
            digits.len(),
        ));
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_sort_as_numbers() {
        let mut names = vec!["V10__b.sql", "V2__a.sql", "V1__z.sql", "R__views.sql"];
        names.sort_by_cached_key(|name| natural_order(name));
        assert_eq!(
            names,
            ["R__views.sql", "V1__z.sql", "V2__a.sql", "V10__b.sql"]
        );
    }

    #[test]
    fn a_folder_stands_for_its_sql_files() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["2_b.sql", "10_c.sql", "1_a.sql", "1_a.down.sql", "notes.md"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let files = sql_files(dir.path()).unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|f| f.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["1_a.sql", "2_b.sql", "10_c.sql"]);
    }

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
