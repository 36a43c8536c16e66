//! Starting the server and making sure that it ends.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::binaries::{self, Binaries};
use crate::{PASSWORD_USER, ServerOptions, USER};

/// Runs the server (`$4…`), whose process is in the first line of a file (`$2`), and stops and
/// starts it when standard input says so. Ends it with a signal (`$3`) when standard input ends,
/// which it does with the process that holds the other end of the pipe, even when that is killed.
/// Then removes the folder (`$1`).
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
folder=$1
process=$2
end=$3
shift 3
start() {
    ( "$@" >>"$folder/log" 2>&1 </dev/null; : >"$folder/exited" ) &
}
stop() {
    until [ -e "$folder/exited" ]; do
        server=$(head -n 1 "$process" 2>/dev/null) && kill "-$1" "$server"
        sleep 0.05
    done
}
start "$@"
while read -r word; do
    case $word in
        start) start "$@" ;;
        stop) stop INT && mv "$folder/exited" "$folder/stopped" ;;
    esac
done
[ -e "$folder/stopped" ] || stop "$end"
cd / && rm -rf "$folder"
"#;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

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

impl Process {
    /// Runs a program that writes its process id to a file, and watches over it. From here on the
    /// shell removes the folder.
    pub(crate) fn spawn(
        folder: &Folder,
        id: &Path,
        end: &str,
        program: &Command,
    ) -> Result<Self, String> {
        let mut command = folder.command(Path::new("sh"));
        command
            .args(["-c", WATCHDOG, "sh"])
            .arg(&folder.path)
            .arg(id)
            .arg(end);
        command.arg(program.get_program()).args(program.get_args());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own process group, so that an interrupt from the terminal does not reach it.
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(|error| format!("can't run `sh`: {error}"))
    }

    fn say(&self, word: &str) -> Result<(), String> {
        let mut stdin = self.0.stdin.as_ref().ok_or("the shell is gone")?;
        writeln!(stdin, "{word}").map_err(|error| format!("the shell is gone: {error}"))
    }
}

/// A folder of a server's, and the account that the server runs as.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    account: Option<Account>,
}

impl Folder {
    pub(crate) fn new(prefix: &str) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir();
        let folder = folder.map_err(|error| format!("can't make a temporary folder: {error}"))?;
        let account = Account::unprivileged(folder.path())?;
        if let Some(account) = account {
            account.give(folder.path())?;
        }
        let path = folder.keep();
        Ok(Self { path, account })
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = binaries::command(program);
        command.current_dir(&self.path);
        if let Some(account) = self.account {
            account.run_as(&mut command);
        }
        command
    }

    /// Writes a file that only the server's account can read.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let path = self.path.join(name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| format!("can't write `{}`: {error}", path.display()))?;
        if let Some(account) = self.account {
            account.give(&path)?;
        }
        Ok(path)
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path.join("log")).unwrap_or_default()
    }

    fn has_exited(&self) -> bool {
        self.path.join("exited").exists()
    }

    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.path);
    }

    /// Looks again and again whether something has happened. When the server ends before that or
    /// it takes too long, the error is the server's log.
    pub(crate) fn wait_until(&self, happened: impl Fn() -> bool) -> Result<(), String> {
        let start = Instant::now();
        while !happened() {
            if self.has_exited() {
                return Err(self.log());
            }
            if start.elapsed() > TIMEOUT {
                return Err(format!("{}no answer within a minute", self.log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

/// A server that runs, or may run again.
#[derive(Debug)]
pub(crate) struct Server {
    // Before the folder is forgotten, the server has to end.
    process: Process,
    folder: Folder,
    pub(crate) port: u16,
}

impl Server {
    /// Makes a server of its own and starts it.
    pub(crate) fn start(binaries: &Binaries, options: &ServerOptions) -> Result<Self, String> {
        Self::try_ports(binaries, |place, port| {
            place.initdb(options)?;
            place.launch(port, &place.settings(options)?)
        })
    }

    /// Starts a replica of the server at this port, which `backup` copies into the given folder.
    pub(crate) fn start_replica(
        binaries: &Binaries,
        primary: u16,
        backup: impl Fn(&Path) -> Result<(), String>,
    ) -> Result<Self, String> {
        Self::try_ports(binaries, |place, port| {
            backup(&place.data())?;
            place.folder.write("data/standby.signal", "")?;
            let primary = format!("primary_conninfo=host=127.0.0.1 port={primary} user={USER}");
            place.launch(port, &[primary])
        })
    }

    /// Another process may take the port before the server does.
    fn try_ports(
        binaries: &Binaries,
        launch: impl Fn(&Place<'_>, u16) -> Result<Process, String>,
    ) -> Result<Self, String> {
        let mut last = String::new();
        for _ in 0..10 {
            let folder = Folder::new("rowsmith-postgres-")?;
            let place = Place {
                binaries,
                folder: &folder,
            };
            let port = free_port()?;
            let process = launch(&place, port).inspect_err(|_| folder.remove())?;
            match folder.wait_until(|| is_ready(&folder)) {
                Ok(()) => {
                    return Ok(Self {
                        process,
                        folder,
                        port,
                    });
                }
                Err(log) => last = log,
            }
            if !last.contains("could not bind") {
                break;
            }
        }
        Err(format!(
            "PostgreSQL {} of `{}` does not start:\n{}",
            binaries.version,
            binaries.folder.display(),
            last.trim_end()
        ))
    }

    /// Stops the server, which ends its connections.
    pub(crate) fn stop(&self) -> Result<(), String> {
        self.process.say("stop")?;
        let start = Instant::now();
        while !self.folder.path.join("stopped").exists() {
            if start.elapsed() > TIMEOUT {
                return Err(format!("{}it still runs after a minute", self.folder.log()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Starts the server that was stopped, on the same port.
    pub(crate) fn start_again(&self) -> Result<(), String> {
        fs::remove_file(self.folder.path.join("stopped"))
            .map_err(|_| "the server is not stopped".to_owned())?;
        self.process.say("start")?;
        self.folder.wait_until(|| is_ready(&self.folder))
    }

    /// The folder of the data.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path.join("data")
    }
}

/// Looks for the line `ready` of `postmaster.pid`, which is `standby` on a server that reads but
/// does not write.
fn is_ready(folder: &Folder) -> bool {
    let status = fs::read_to_string(folder.path.join("data/postmaster.pid")).unwrap_or_default();
    let mut lines = status.lines().map(str::trim);
    lines.any(|line| line == "ready" || line == "standby")
}

/// A server's folder before it runs.
struct Place<'a> {
    binaries: &'a Binaries,
    folder: &'a Folder,
}

impl Place<'_> {
    fn data(&self) -> PathBuf {
        self.folder.path.join("data")
    }

    /// Makes the data folder, with the locale `C` where `C.UTF-8` does not exist.
    fn initdb(&self, options: &ServerOptions) -> Result<(), String> {
        self.initdb_with("C.UTF-8").or_else(|_| {
            let _ = fs::remove_dir_all(self.data());
            self.initdb_with("C")
        })?;
        let certificates = options.certificate_roles.iter();
        let certificates = certificates
            .map(|role| {
                format!("hostssl all {role} 127.0.0.1/32 cert\nhost all {role} all reject\n")
            })
            .collect::<String>();
        let rules = format!(
            "{certificates}\
             host all {PASSWORD_USER} 127.0.0.1/32 scram-sha-256\n\
             host all all 127.0.0.1/32 trust\n\
             host replication all 127.0.0.1/32 trust\n"
        );
        self.folder.write("data/pg_hba.conf", &rules).map(drop)
    }

    fn initdb_with(&self, locale: &str) -> Result<(), String> {
        let mut command = self.folder.command(&self.binaries.program("initdb"));
        command.args(["--no-sync", "-A", "trust", "-E", "UTF8", "-U", USER]);
        command.arg(format!("--locale={locale}"));
        command.arg("-D").arg(self.data());
        binaries::output(&mut command).map(drop)
    }

    /// What the options say, as `name=value`.
    fn settings(&self, options: &ServerOptions) -> Result<Vec<String>, String> {
        let mut settings = options.settings.clone();
        if let Some(tls) = &options.tls {
            settings.push("ssl=on".to_owned());
            for (setting, file, text) in [
                ("ssl_cert_file", "server.crt", Some(&tls.certificate)),
                ("ssl_key_file", "server.key", Some(&tls.key)),
                ("ssl_ca_file", "ca.crt", tls.authority.as_ref()),
            ] {
                if let Some(text) = text {
                    let path = self.folder.write(file, text)?;
                    settings.push(format!("{setting}={}", path.display()));
                }
            }
        }
        Ok(settings)
    }

    fn launch(&self, port: u16, settings: &[String]) -> Result<Process, String> {
        let mut command = Command::new(self.binaries.program("postgres"));
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
        for setting in settings {
            command.args(["-c", setting]);
        }
        Process::spawn(
            self.folder,
            &self.data().join("postmaster.pid"),
            "QUIT",
            &command,
        )
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16, String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("can't find a free port on 127.0.0.1: {error}"))
}
