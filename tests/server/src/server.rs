//! Starting the server and making sure that it ends.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::{self, Binaries};
use crate::{PASSWORD_USER, USER};

/// Runs the server (`$2…`) and stops it when standard input ends, which it does with the process
/// that holds the other end of the pipe, even when that is killed. Then removes the folder (`$1`).
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
folder=$1
shift
( "$@" >"$folder/log" 2>&1 </dev/null; : >"$folder/exited" ) &
cat >/dev/null
until [ -e "$folder/exited" ]; do
    server=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$server"
    sleep 0.05
done
cd / && rm -rf "$folder"
"#;

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// The shell that watches over the server.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Closing the pipe is what tells the shell to stop the server.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Starts a server and returns it with its port.
pub(crate) fn start(binaries: &Binaries) -> Result<(Process, u16), String> {
    let folder = tempfile::Builder::new()
        .prefix("rowsmith-postgres-")
        .tempdir()
        .map_err(|error| format!("can't make a temporary folder: {error}"))?;
    let account = Account::unprivileged(folder.path())?;
    if let Some(account) = account {
        account.give(folder.path())?;
    }
    let place = Place {
        binaries,
        account,
        folder: folder.path().to_owned(),
    };
    place.initdb()?;

    let mut last = String::new();
    for _ in 0..10 {
        let port = free_port()?;
        let process = place.launch(port)?;
        match place.wait_until_ready() {
            Ok(()) => {
                // From here on the shell removes the folder.
                let _ = folder.keep();
                return Ok((process, port));
            }
            Err(log) => last = log,
        }
        // The shell removes the folder when it stops, so a further try starts from the beginning.
        drop(process);
        if !last.contains("could not bind") {
            break;
        }
        fs::create_dir(&place.folder)
            .map_err(|error| format!("can't make a temporary folder: {error}"))?;
        if let Some(account) = account {
            account.give(&place.folder)?;
        }
        place.initdb()?;
    }
    Err(format!(
        "PostgreSQL {} of `{}` does not start:\n{}",
        binaries.version,
        binaries.folder.display(),
        last.trim_end()
    ))
}

/// Where the server lives and as whom.
struct Place<'a> {
    binaries: &'a Binaries,
    account: Option<Account>,
    folder: PathBuf,
}

impl Place<'_> {
    fn command(&self, program: &Path) -> Command {
        let mut command = binaries::command(program);
        command.current_dir(&self.folder);
        if let Some(account) = self.account {
            account.run_as(&mut command);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Makes the data folder, with the locale `C` where `C.UTF-8` does not exist.
    fn initdb(&self) -> Result<(), String> {
        self.initdb_with("C.UTF-8").or_else(|_| {
            let _ = fs::remove_dir_all(self.data());
            self.initdb_with("C")
        })?;
        let path = self.data().join("pg_hba.conf");
        let rules = format!(
            "host all {PASSWORD_USER} 127.0.0.1/32 scram-sha-256\n\
             host all all 127.0.0.1/32 trust\n"
        );
        fs::write(&path, rules)
            .map_err(|error| format!("can't write `{}`: {error}", path.display()))
    }

    fn initdb_with(&self, locale: &str) -> Result<(), String> {
        let mut command = self.command(&self.binaries.program("initdb"));
        command.args(["--no-sync", "-A", "trust", "-E", "UTF8", "-U", USER]);
        command.arg(format!("--locale={locale}"));
        command.arg("-D").arg(self.data());
        binaries::output(&mut command).map(drop)
    }

    fn launch(&self, port: u16) -> Result<Process, String> {
        let mut command = self.command(Path::new("sh"));
        command.args(["-c", WATCHDOG, "sh"]).arg(&self.folder);
        command.arg(self.binaries.program("postgres"));
        command.arg("-D").arg(self.data());
        command.arg("-p").arg(port.to_string());
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=300",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
            "timezone=UTC",
        ] {
            command.args(["-c", setting]);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own process group, so that an interrupt from the terminal does not reach it.
            .process_group(0)
            .spawn()
            .map(Process)
            .map_err(|error| format!("can't run `sh`: {error}"))
    }

    /// Waits for the line `ready` of `postmaster.pid`; when the server ends before that, returns
    /// its log as the error.
    fn wait_until_ready(&self) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let status = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
            if status.lines().any(|line| line.trim() == "ready") {
                return Ok(());
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            if self.folder.join("exited").exists() {
                return Err(log());
            }
            if start.elapsed() > START_TIMEOUT {
                return Err(format!("{}no answer within a minute", log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16, String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("can't find a free port on 127.0.0.1: {error}"))
}
