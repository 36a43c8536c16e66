//! What the tests share: the fixtures, and comparisons that show what differs.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test binary uses its part of this, and a test may panic"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, thread};

use rowsmith::Config;
use rowsmith::render::File;

/// A folder in `fixtures`.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The folder's name.
    pub name: String,
    /// The path of `schema.sql`, relative to the package.
    pub schema: PathBuf,
    /// What is in it.
    pub sql: String,
    /// What its `-- rowsmith:` lines say.
    pub config: Config,
    /// The oldest major version of PostgreSQL that understands it.
    pub server: u32,
}

impl Fixture {
    /// Reads the fixture of that name.
    pub fn read(name: &str) -> Self {
        let schema = Path::new("fixtures").join(name).join("schema.sql");
        let sql = fs::read_to_string(&schema)
            .unwrap_or_else(|error| panic!("can't read `{}`: {error}", schema.display()));
        let config = instructions(&sql, "-- rowsmith: ").join("\n");
        let config = toml::from_str(&config)
            .unwrap_or_else(|error| panic!("the configuration in `{}`: {error}", schema.display()));
        let server = instructions(&sql, "-- server: ")
            .first()
            .map_or(15, |version| version.parse().unwrap());
        Self {
            name: name.to_owned(),
            schema,
            sql,
            config,
            server,
        }
    }

    /// All fixtures, by name.
    pub fn all() -> Vec<Self> {
        fixture_names()
            .iter()
            .map(|name| Self::read(name))
            .collect()
    }

    /// The folder that holds what is generated for it.
    pub fn golden(&self) -> PathBuf {
        Path::new("tests/golden").join(&self.name)
    }
}

/// The names of all fixtures, in alphabetical order.
pub fn fixture_names() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir("fixtures")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("schema.sql").is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// What follows the prefix on the comment lines that a file begins with.
fn instructions<'a>(sql: &'a str, prefix: &str) -> Vec<&'a str> {
    sql.lines()
        .take_while(|line| line.starts_with("--"))
        .filter_map(|line| line.strip_prefix(prefix))
        .collect()
}

/// Whether what differs is to be accepted.
pub fn blessing() -> bool {
    std::env::var_os("ROWSMITH_BLESS").is_some_and(|value| value == "1")
}

/// The files below a folder, by their path in it; none when there is no such folder.
pub fn files_below(folder: &Path) -> BTreeMap<PathBuf, String> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let contents = fs::read_to_string(&path)
                    .unwrap_or_else(|error| panic!("can't read `{}`: {error}", path.display()));
                files.insert(path.strip_prefix(root).unwrap().to_owned(), contents);
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(folder, folder, &mut files);
    files
}

/// Generated files, by their path.
pub fn tree(files: &[File]) -> BTreeMap<PathBuf, String> {
    files
        .iter()
        .map(|file| (file.path.clone(), file.contents.clone()))
        .collect()
}

/// The lines that differ, with some around them.
pub fn diff(old_name: &str, old: &str, new_name: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(old_name, new_name)
        .to_string()
}

/// What differs between two trees of files, or nothing.
pub fn diff_trees(
    old_name: &str,
    old: &BTreeMap<PathBuf, String>,
    new_name: &str,
    new: &BTreeMap<PathBuf, String>,
) -> String {
    let mut text = String::new();
    let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for path in paths {
        let old = old.get(path).map_or("", String::as_str);
        let new = new.get(path).map_or("", String::as_str);
        if old != new {
            let path = path.display();
            text += &diff(
                &format!("{old_name}/{path}"),
                old,
                &format!("{new_name}/{path}"),
                new,
            );
        }
    }
    text
}

/// Compiles generated trees, each a module of one crate under `deny(warnings)`, and holds them against
/// rustfmt. The modules are in the order in which rustfmt has them.
pub fn compile(trees: &[(String, &[File])]) {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lib = String::from("#![deny(warnings)]\n");
    for (name, files) in trees {
        for file in *files {
            let path = folder.path().join("src").join(name).join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &file.contents).unwrap();
        }
        let _ = writeln!(lib, "pub mod {name};");
    }
    let manifest = format!(
        "[package]\nname = \"trees\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies.rowsmith-runtime]\npath = {:?}\ndefault-features = false\n\
         features = [\"chrono\", \"uuid\", \"json\", \"decimal\", \"net\"]\n",
        root.join("runtime")
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), lib).unwrap();
    // The versions that everything else here is tested with.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();

    for arguments in [&["check"][..], &["fmt", "--check"]] {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(folder.path())
            .env("CARGO_TARGET_DIR", root.join("target/trees"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "cargo {}:\n{}",
            arguments.join(" "),
            shortened(&format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ))
        );
    }
}

/// Runs the check for each item on as many threads as there are cores, and panics with all that
/// the checks complain about.
pub fn check_all<T: Sync>(items: &[T], check: impl Fn(&T) -> Result<(), String> + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = thread::available_parallelism()
        .map_or(2, |n| n.get())
        .min(8);
    let mut problems: Vec<(usize, String)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut problems = Vec::new();
                    loop {
                        let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(item) = items.get(i) else {
                            return problems;
                        };
                        if let Err(problem) = check(item) {
                            problems.push((i, problem));
                        }
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    problems.sort();
    let mut text = String::new();
    for (_, problem) in &problems {
        let _ = writeln!(text, "{}\n", shortened(problem));
    }
    assert!(
        problems.is_empty(),
        "{} of {}:\n\n{text}",
        problems.len(),
        items.len()
    );
}

/// The first lines of a text that may be very long.
fn shortened(text: &str) -> String {
    const LINES: usize = 150;
    let count = text.lines().count();
    if count <= LINES {
        return text.to_owned();
    }
    let mut short: String = text
        .lines()
        .take(LINES)
        .flat_map(|line| [line, "\n"])
        .collect();
    let _ = write!(short, "… and {} lines more", count - LINES);
    short
}
