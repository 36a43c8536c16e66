//! Finding PostgreSQL's programs on the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

const HELP: &str = "\
help: install PostgreSQL 15 or later:
        Debian, Ubuntu   apt-get install postgresql
        Fedora           dnf install postgresql-server
        macOS            brew install postgresql@18
      or name the folder of its binaries in the environment variable `ROWSMITH_PG_BIN`";

/// The programs of one PostgreSQL installation.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) version: u32,
}

impl Binaries {
    /// Looks in the folder of `ROWSMITH_PG_BIN`, and only there when it is set; then where
    /// `pg_config` says; then in the folders that packages use, the highest version first.
    pub(crate) fn find() -> Result<Self, String> {
        if let Some(folder) = std::env::var_os("ROWSMITH_PG_BIN") {
            let folder = PathBuf::from(folder);
            return Self::at(&folder).ok_or_else(|| {
                format!(
                    "`ROWSMITH_PG_BIN` is `{}`, which has no working `postgres` and `initdb`\n{HELP}",
                    folder.display()
                )
            });
        }
        pg_config()
            .into_iter()
            .chain(usual_folders())
            .find_map(|folder| Self::at(&folder))
            .ok_or_else(|| format!("the tests need a PostgreSQL server, and found none\n{HELP}"))
    }

    fn at(folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).ok()?;
        if !folder.join("initdb").is_file() {
            return None;
        }
        let version = version(&folder.join("postgres"))?;
        Some(Self { folder, version })
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A client program: one of the server's own, or one found elsewhere that is new enough.
    pub(crate) fn tool(&self, name: &str) -> Option<PathBuf> {
        let own = self.program(name);
        if own.is_file() {
            return Some(own);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .chain(pg_config())
            .chain(usual_folders())
            .map(|folder| folder.join(name))
            .filter(|tool| tool.is_file())
            .find(|tool| version(tool).is_some_and(|v| name == "psql" || v >= self.version))
    }
}

/// A command that sees nothing of libpq's environment variables (`PGHOST`, `PGOPTIONS` …).
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command
}

/// The standard output of a command, or what it said on standard error when it failed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("can't run `{program}`: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{program}` failed:\n{}", said.trim_end()))
    }
}

fn pg_config() -> Option<PathBuf> {
    let printed = output(command(Path::new("pg_config")).arg("--bindir")).ok()?;
    Some(PathBuf::from(printed.trim()))
}

/// The folders that packages install to, the highest version first.
fn usual_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for parent in [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/usr",
    ] {
        folders.extend(versioned_folders(Path::new(parent)));
    }
    folders.extend(["/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    folders
}

/// The `bin` folders of `15`, `postgresql@15` or `pgsql-15` below a folder, the highest version
/// first.
fn versioned_folders(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            let version = name
                .trim_start_matches("postgresql@")
                .trim_start_matches("pgsql-")
                .parse()
                .ok()?;
            Some((version, path.join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version that a program prints: `psql (PostgreSQL) 15.14 (Debian …)`.
fn version(program: &Path) -> Option<u32> {
    let printed = output(command(program).arg("--version")).ok()?;
    let number = printed.split("(PostgreSQL) ").nth(1)?;
    let end = number.find(|c: char| !c.is_ascii_digit())?;
    number[..end].parse().ok()
}
