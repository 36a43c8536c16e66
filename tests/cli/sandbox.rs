//! A folder of its own to run the binary in, with nothing of the machine's settings.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::support::files_below;

pub struct Sandbox {
    folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with one file in it.
    pub fn with(path: &str, contents: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write(path, contents);
        sandbox
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, contents: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }

    pub fn append(&self, path: &str, contents: &str) {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(self.path(path))
            .unwrap();
        writeln!(file, "{contents}").unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// The files below a folder, in alphabetical order.
    pub fn names(&self, folder: &str) -> Vec<String> {
        files_below(&self.path(folder))
            .into_keys()
            .map(|path| path.to_str().unwrap().to_owned())
            .collect()
    }

    /// All files with what is in them.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, String> {
        files_below(self.folder.path())
    }

    /// When a file was last written.
    pub fn time(&self, path: &str) -> SystemTime {
        fs::metadata(self.path(path)).unwrap().modified().unwrap()
    }

    /// When each file was last written.
    pub fn times(&self) -> BTreeMap<String, SystemTime> {
        self.names(".")
            .into_iter()
            .map(|name| {
                let time = self.time(&name);
                (name, time)
            })
            .collect()
    }

    /// The binary with these arguments, in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rowsmith"));
        command.args(arguments).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("PG") || name.starts_with("DATABASE") || name.starts_with("CARGO") {
                command.env_remove(&*name);
            }
        }
        // Password and service files are looked for here.
        command.env("HOME", self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// Runs the binary in a folder below this one.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).current_dir(self.path(folder)))
    }

    /// Runs the binary with further environment variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).envs(variables.iter().copied()))
    }
}

impl Run {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().expect("the binary was killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn assert_fine(&self) {
        assert_eq!(self.code, 0, "{}", self.stderr);
    }
}
