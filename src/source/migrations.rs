//! Folders of migrations: which tool they are written for, in which order it runs them, and which part of a
//! file undoes the rest.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The SQL files of a folder, in the order in which they are run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Migrations {
    /// What the folder looks like.
    pub tool: &'static str,
    /// The files that bring a database up to date.
    pub files: Vec<PathBuf>,
    /// Files of SQL that are not among them.
    pub left_out: Vec<PathBuf>,
}

/// Reads a folder. The tools are told apart by the names of files and folders:
///
/// | of | what is there | order |
/// |---|---|---|
/// | drizzle | `meta/_journal.json` | the journal's |
/// | sqitch | `sqitch.plan` | the plan's, of files in `deploy` |
/// | Prisma, drizzle | `NAME/migration.sql` | the folders' names |
/// | diesel, Hasura | `VERSION_NAME/up.sql` | the folders' versions |
/// | Flyway, refinery | `V1__NAME.sql`, below the folder too | versions, then `R__NAME.sql` by name |
/// | Atlas | `atlas.sum` | the files' names, from the last checkpoint on |
/// | sqlx, golang-migrate, goose, dbmate, Supabase and others | `VERSION_NAME.sql`, `VERSION_NAME.up.sql` | versions as numbers |
///
/// # Errors
///
/// When the folder or its journal can't be read.
pub fn migrations(folder: &Path) -> io::Result<Migrations> {
    let entries = Entries::read(folder)?;
    if let Ok(journal) = fs::read_to_string(folder.join("meta/_journal.json")) {
        return drizzle(folder, &journal, entries);
    }
    if let Ok(plan) = fs::read_to_string(folder.join("sqitch.plan")) {
        return Ok(sqitch(folder, &plan));
    }
    for (file, tool) in [
        ("migration.sql", "migrations of Prisma or drizzle"),
        ("up.sql", "migrations of diesel or Hasura"),
    ] {
        let mut files = entries.in_folders(file);
        if !files.is_empty() {
            files.sort_by_cached_key(|path| folder_version(path));
            return Ok(Migrations {
                tool,
                files,
                left_out: entries.files,
            });
        }
    }
    let is_versioned = |path: &PathBuf| matches!(Prefix::of(name(path)), Some(Prefix::Version(..)));
    if entries.files.is_empty() || entries.files.iter().any(is_versioned) {
        let mut all = Vec::new();
        collect(folder, 0, &mut all)?;
        if all.iter().any(is_versioned) {
            return Ok(versioned(all));
        }
    }
    let (mut files, left_out): (Vec<_>, Vec<_>) =
        entries.files.into_iter().partition(|path| !is_undo(path));
    if folder.join("atlas.sum").exists() {
        return Ok(atlas(files, left_out));
    }
    let numbered = files.iter().all(|path| {
        natural_order(path)
            .first()
            .is_some_and(|it| it.0.is_empty())
    });
    files.sort_by_cached_key(|path| natural_order(path));
    Ok(Migrations {
        tool: if numbered {
            "numbered files"
        } else {
            "files in the order of their names"
        },
        files,
        left_out,
    })
}

/// What is directly in a folder.
struct Entries {
    /// Files of SQL, in no order.
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Entries {
    fn read(folder: &Path) -> io::Result<Self> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in folder.read_dir()? {
            let path = entry?.path();
            if name(&path).starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some(OsStr::new("sql")) {
                files.push(path);
            }
        }
        Ok(Self { files, folders })
    }

    /// The files of that name in the folders.
    fn in_folders(&self, name: &str) -> Vec<PathBuf> {
        let files = self.folders.iter().map(|folder| folder.join(name));
        files.filter(|file| file.is_file()).collect()
    }
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}

/// Files that undo a migration: those of sqlx, golang-migrate and their like.
fn is_undo(path: &Path) -> bool {
    let name = name(path);
    [".down.sql", ".undo.sql", ".rollback.sql"]
        .iter()
        .any(|end| name.ends_with(end))
        || name == "down.sql"
}

/// drizzle's journal, which lists the files in the order in which they are run.
#[derive(Deserialize)]
struct Journal {
    entries: Vec<JournalEntry>,
}

#[derive(Deserialize)]
struct JournalEntry {
    tag: String,
}

fn drizzle(folder: &Path, journal: &str, entries: Entries) -> io::Result<Migrations> {
    let journal: Journal = serde_json::from_str(journal).map_err(|error| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("`meta/_journal.json`: {error}"),
        )
    })?;
    let files: Vec<PathBuf> = journal
        .entries
        .iter()
        .map(|it| folder.join(format!("{}.sql", it.tag)))
        .collect();
    let left_out = entries
        .files
        .into_iter()
        .filter(|it| !files.contains(it))
        .collect();
    Ok(Migrations {
        tool: "migrations of drizzle",
        files,
        left_out,
    })
}

/// sqitch's plan, whose lines begin with the name of a change, but for those about something else.
fn sqitch(folder: &Path, plan: &str) -> Migrations {
    let names = plan
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    let mut files: Vec<PathBuf> = Vec::new();
    for name in names.filter(|name| !name.starts_with(['%', '#', '@', '-', '+'])) {
        let file = folder.join("deploy").join(format!("{name}.sql"));
        // A change that is made anew has the version before it under another name.
        files.retain(|other| *other != file);
        files.push(file);
    }
    Migrations {
        tool: "changes of sqitch",
        files,
        left_out: Vec::new(),
    }
}

/// A migration's version is its folder's name up to the underscore, in which hyphens say nothing.
fn folder_version(file: &Path) -> (String, String) {
    let folder = file.parent().map(name).unwrap_or_default();
    let version = folder.split('_').next().unwrap_or_default();
    (version.replace('-', ""), folder.to_owned())
}

/// Flyway's and refinery's files.
fn versioned(files: Vec<PathBuf>) -> Migrations {
    let mut versions = Vec::new();
    let mut repeatable = Vec::new();
    let mut left_out = Vec::new();
    for path in files {
        match Prefix::of(name(&path)) {
            Some(Prefix::Version(baseline, version)) => versions.push((version, baseline, path)),
            Some(Prefix::Repeatable) => repeatable.push(path),
            None => left_out.push(path),
        }
    }
    versions.sort_by(|a, b| {
        (&a.0, !a.1)
            .cmp(&(&b.0, !b.1))
            .then_with(|| natural(&a.2, &b.2))
    });
    // A new database begins at the last baseline.
    if let Some(baseline) = versions.iter().rposition(|(_, baseline, _)| *baseline) {
        let version = versions.get(baseline).map(|it| it.0.clone());
        let (from, before): (Vec<_>, Vec<_>) =
            versions
                .into_iter()
                .enumerate()
                .partition(|(at, (of, _, _))| {
                    *at == baseline || (*at > baseline && Some(of) != version.as_ref())
                });
        left_out.extend(before.into_iter().map(|(_, (_, _, path))| path));
        versions = from.into_iter().map(|(_, it)| it).collect();
    }
    repeatable.sort_by(|a, b| name(a).cmp(name(b)));
    let files = versions
        .into_iter()
        .map(|(_, _, path)| path)
        .chain(repeatable)
        .collect();
    Migrations {
        tool: "migrations of Flyway or refinery",
        files,
        left_out,
    }
}

fn natural(a: &Path, b: &Path) -> Ordering {
    natural_order(a).cmp(&natural_order(b))
}

/// So many folders deep files are looked for.
const MAX_DEPTH: usize = 8;

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = Entries::read(folder)?;
    files.extend(entries.files);
    if depth < MAX_DEPTH {
        for folder in &entries.folders {
            collect(folder, depth + 1, files)?;
        }
    }
    Ok(())
}

/// What a file of Flyway is, by the beginning of its name.
#[derive(Debug, PartialEq, Eq)]
enum Prefix {
    /// `V1_2__name.sql` or `V1.2__name.sql`, or with a `B` as a baseline.
    Version(bool, Vec<u128>),
    /// `R__name.sql`
    Repeatable,
}

impl Prefix {
    fn of(name: &str) -> Option<Self> {
        let (prefix, _) = name.split_once("__")?;
        let mut chars = prefix.chars();
        let kind = chars.next()?;
        let digits = chars.as_str();
        if kind == 'R' && digits.is_empty() {
            return Some(Self::Repeatable);
        }
        let parts: Option<Vec<u128>> = digits
            .split(['.', '_'])
            .map(|part| part.parse().ok())
            .collect();
        matches!(kind, 'V' | 'B').then_some(Self::Version(kind == 'B', parts?))
    }
}

/// Atlas runs files by their names, on a new database from the last checkpoint on.
fn atlas(mut files: Vec<PathBuf>, mut left_out: Vec<PathBuf>) -> Migrations {
    files.sort_by(|a, b| name(a).cmp(name(b)));
    let is_checkpoint = |path: &PathBuf| {
        fs::read_to_string(path).is_ok_and(|text| {
            let mut comments = text.lines().take_while(|line| line.starts_with("--"));
            comments.any(|line| {
                line.trim_start_matches('-')
                    .trim_start()
                    .starts_with("atlas:checkpoint")
            })
        })
    };
    if let Some(at) = files.iter().rposition(is_checkpoint) {
        left_out.extend(files.drain(..at));
    }
    Migrations {
        tool: "migrations of Atlas",
        files,
        left_out,
    }
}

/// The name in parts, text and numbers in turn: `V2__b` before `V10__a`.
fn natural_order(path: &Path) -> Vec<(String, u128, usize)> {
    let mut parts = Vec::new();
    let mut rest = name(path);
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
        let none = if digits.is_empty() { 0 } else { u128::MAX };
        parts.push((
            text.to_owned(),
            digits.parse().unwrap_or(none),
            digits.len(),
        ));
        rest = after;
    }
    parts
}

/// Lines that begin the part of a file that brings a database up to date, and that which undoes it: of goose,
/// sql-migrate, dbmate and node-pg-migrate.
const MARKS: [(&str, &str); 4] = [
    ("+goose up", "+goose down"),
    ("+migrate up", "+migrate down"),
    ("migrate:up", "migrate:down"),
    ("up migration", "down migration"),
];

/// The line before that which undoes a migration of tern.
const TERN: &str = "---- create above / drop below ----";

/// Between drizzle's statements, which need no semicolon then.
const BREAKPOINT: &str = "--> statement-breakpoint";

/// The text of a migration without what undoes it, each byte where it was.
pub(super) fn up(text: String) -> String {
    let text = match text.contains(BREAKPOINT) {
        true => text.replace(BREAKPOINT, &format!("{:1$}", ";", BREAKPOINT.len())),
        false => text,
    };
    let mut up = None;
    let mut down: Vec<std::ops::Range<usize>> = Vec::new();
    let mut open = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim_end() == TERN {
            open = open.or(Some(start));
        }
        let Some(comment) = line.strip_prefix("--") else {
            continue;
        };
        let comment = comment.trim().to_ascii_lowercase();
        let is = |mark: &str| {
            comment
                .strip_prefix(mark)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        for marks in MARKS {
            if is(marks.0) {
                up = Some(marks);
                down.extend(open.take().map(|from| from..start));
            } else if up == Some(marks) && is(marks.1) {
                open = open.or(Some(start));
            }
        }
    }
    down.extend(open.map(|from| from..text.len()));
    if down.is_empty() {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match down.iter().any(|range| range.contains(&at)) && !matches!(c, '\n' | '\r') {
            true => kept.extend(std::iter::repeat_n(' ', c.len_utf8())),
            false => kept.push(c),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the files of a folder that holds these, as they are run.
    fn order(files: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = match *file {
                "meta/_journal.json" => {
                    r#"{"version": "7", "entries": [{"idx": 0, "tag": "0001_b"}, {"idx": 1, "tag": "0000_a"}]}"#
                }
                "sqitch.plan" => {
                    "%project=x\n\nc 2024-01-01T00:00:00Z A <a@b> # note\na/b [c] 2024\n@v1 2024\n"
                }
                "20240103_all.sql" => "-- atlas:checkpoint\n\nSELECT 1;",
                _ => "",
            };
            fs::write(path, text).unwrap();
        }
        let found = migrations(dir.path()).unwrap();
        let relative = |path: PathBuf| {
            path.strip_prefix(dir.path())
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/")
        };
        found.files.into_iter().map(relative).collect()
    }

    #[test]
    fn each_tool_has_its_order() {
        for (files, expected) in [
            // sqlx, golang-migrate
            (
                vec![
                    "10_c.up.sql",
                    "10_c.down.sql",
                    "2_b.sql",
                    "1_a.sql",
                    "notes.md",
                    ".x.sql",
                ],
                vec!["1_a.sql", "2_b.sql", "10_c.up.sql"],
            ),
            // diesel
            (
                vec![
                    "2019-02-26-002946_b/up.sql",
                    "2019-02-26-002946_b/down.sql",
                    "00000000000000_initial/up.sql",
                    "2019-02-25-000000_a/up.sql",
                ],
                vec![
                    "00000000000000_initial/up.sql",
                    "2019-02-25-000000_a/up.sql",
                    "2019-02-26-002946_b/up.sql",
                ],
            ),
            // Prisma
            (
                vec![
                    "10_b/migration.sql",
                    "9_a/migration.sql",
                    "migration_lock.toml",
                ],
                vec!["10_b/migration.sql", "9_a/migration.sql"],
            ),
            // drizzle
            (
                vec![
                    "meta/_journal.json",
                    "0000_a.sql",
                    "0001_b.sql",
                    "0002_c.sql",
                ],
                vec!["0001_b.sql", "0000_a.sql"],
            ),
            // sqitch
            (
                vec![
                    "sqitch.plan",
                    "deploy/a/b.sql",
                    "deploy/c.sql",
                    "revert/c.sql",
                ],
                vec!["deploy/c.sql", "deploy/a/b.sql"],
            ),
            // Flyway
            (
                vec![
                    "R__b.sql",
                    "R__a.sql",
                    "V1.10__d.sql",
                    "V1_2__c.sql",
                    "old/V1__a.sql",
                    "U1__a.sql",
                ],
                vec![
                    "old/V1__a.sql",
                    "V1_2__c.sql",
                    "V1.10__d.sql",
                    "R__a.sql",
                    "R__b.sql",
                ],
            ),
            (
                vec!["V1__a.sql", "B2__all.sql", "V2__b.sql", "V3__c.sql"],
                vec!["B2__all.sql", "V3__c.sql"],
            ),
            // Atlas
            (
                vec![
                    "atlas.sum",
                    "20240101.sql",
                    "20240103_all.sql",
                    "20240104.sql",
                    "100.sql",
                ],
                vec!["20240103_all.sql", "20240104.sql"],
            ),
        ] {
            assert_eq!(order(&files), expected);
        }
    }

    #[test]
    fn what_undoes_a_migration_is_left_out_and_the_rest_stays_in_its_place() {
        for (up_mark, down_mark) in [
            ("-- +goose Up", "-- +goose Down"),
            ("-- +migrate Up", "-- +migrate Down notransaction"),
            ("-- migrate:up transaction:false", "--migrate:down"),
            ("-- Up Migration", "-- Down Migration"),
        ] {
            let text = format!("{up_mark}\nCREATE;\n{down_mark}\nDRöP;\n{up_mark}\nALTER;");
            let kept = up(text.clone());
            assert_eq!(kept.len(), text.len());
            assert_eq!(kept.find("ALTER"), text.find("ALTER"));
            assert!(kept.contains("CREATE") && !kept.contains("DR"));
        }
        let breakpoint = up(format!("A\n{BREAKPOINT}\nB"));
        assert_eq!(breakpoint.split_whitespace().collect::<String>(), "A;B");
        assert_eq!(breakpoint.find('B'), Some(BREAKPOINT.len() + 3));
        let text = "-- Down Migration\nCREATE;".to_owned();
        assert_eq!(up(text.clone()), text);
        assert_eq!(up(format!("A;\n{TERN}\nB;")).trim(), "A;");
    }
}
