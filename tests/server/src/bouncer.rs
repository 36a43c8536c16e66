//! A `pgbouncer` in front of a server.

use std::path::PathBuf;
use std::process::Command;

use crate::server::{self, Folder, Process};
use crate::{TestServer, USER, wire};

const HELP: &str = "\
help: install PgBouncer:
        Debian, Ubuntu   apt-get install --no-install-recommends pgbouncer
        Fedora           dnf install pgbouncer
        macOS            brew install pgbouncer
      or name its program in the environment variable `PGBOUNCER`";

/// A running PgBouncer, which shares the connections of a server among its clients.
///
/// It ends as a [`TestServer`] does. Everybody is let in, as the superuser.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    _process: Process,
}

impl PgBouncer {
    /// Starts one in front of a server. The mode is `session`, `transaction` or `statement`; the
    /// size is the number of connections to the server, for each database.
    ///
    /// # Panics
    ///
    /// When there is no PgBouncer on this machine or it does not start; the message says why and
    /// what to do.
    pub fn start(server: &TestServer, pool_mode: &str, default_pool_size: u16) -> Self {
        Self::try_start(server, pool_mode, default_pool_size)
            .unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn try_start(server: &TestServer, pool_mode: &str, pool_size: u16) -> Result<Self, String> {
        let program = program()?;
        let folder = Folder::new("rowsmith-pgbouncer-")?;
        let port = server::free_port()?;
        let id = folder.path.join("pid");
        let settings = format!(
            "[databases]\n\
             * = host=127.0.0.1 port={} user={USER}\n\
             [pgbouncer]\n\
             listen_addr = 127.0.0.1\n\
             listen_port = {port}\n\
             unix_socket_dir =\n\
             pidfile = {}\n\
             auth_type = any\n\
             pool_mode = {pool_mode}\n\
             default_pool_size = {pool_size}\n\
             max_client_conn = 300\n",
            server.port(),
            id.display(),
        );
        let settings = folder.write("pgbouncer.ini", &settings)?;
        let mut command = Command::new(&program);
        command.arg(settings);
        let process = Process::spawn(&folder, &id, "KILL", &command)?;
        let answers = || wire::execute(port, USER, "postgres", "SELECT 1").is_ok();
        folder.wait_until(answers).map_err(|log| {
            format!(
                "`{}` does not start:\n{}",
                program.display(),
                log.trim_end()
            )
        })?;
        Ok(Self {
            port,
            _process: process,
        })
    }

    /// The URL of a database of the server behind it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Looks where `PGBOUNCER` says, and only there when it is set; then in `PATH`, and where packages
/// install it, for it may not be in everybody's.
fn program() -> Result<PathBuf, String> {
    if let Some(program) = std::env::var_os("PGBOUNCER") {
        let program = PathBuf::from(program);
        return if program.is_file() {
            Ok(program)
        } else {
            Err(format!(
                "`PGBOUNCER` is `{}`, which is no file\n{HELP}",
                program.display()
            ))
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = [
        "/usr/sbin",
        "/usr/local/sbin",
        "/usr/bin",
        "/usr/local/bin",
        "/opt/homebrew/bin",
    ];
    std::env::split_paths(&path)
        .chain(usual.map(PathBuf::from))
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
        .ok_or_else(|| format!("the test needs PgBouncer, and found none\n{HELP}"))
}
