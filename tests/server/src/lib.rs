#![forbid(unsafe_code)]
//! Starts a PostgreSQL server of their own for the tests.
//!
//! The server is started from the binaries found on the machine, in a temporary folder, on a free
//! port of 127.0.0.1, and ends with the process that started it, however that process ends.
//! Authentication is `trust`, except for [`PASSWORD_USER`].
//!
//! ```
//! let server = rowsmith_test_server::TestServer::shared();
//! let database = server.create_database(Some("CREATE TABLE users (id int PRIMARY KEY)"));
//! assert!(database.url().starts_with("postgres://postgres@127.0.0.1:"));
//! database.execute("INSERT INTO users VALUES (1)").unwrap();
//! ```

mod account;
mod binaries;
mod bouncer;
mod options;
mod replica;
mod server;
mod wire;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use binaries::Binaries;
pub use bouncer::PgBouncer;
pub use options::{ServerOptions, ServerTls};
pub use replica::Replica;
use server::Server;

/// The superuser that the URLs of this crate log in as.
pub const USER: &str = "postgres";

/// A role that has to give its password ([`PASSWORD`]), for tests of what happens with a wrong one.
pub const PASSWORD_USER: &str = "password_user";

/// The password of [`PASSWORD_USER`].
pub const PASSWORD: &str = "correct horse battery staple";

/// A running PostgreSQL server.
///
/// Dropping it stops the server and removes its folder; so does the end of this process.
#[derive(Debug)]
pub struct TestServer {
    binaries: Binaries,
    server: Server,
    next_database: AtomicU32,
}

impl TestServer {
    /// The server of this process, started by the first call.
    ///
    /// # Panics
    ///
    /// When there is no PostgreSQL on this machine or it does not start; the message says why and
    /// what to do.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<TestServer> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// Starts a server of its own, for a test that can't share one.
    ///
    /// # Panics
    ///
    /// As [`shared`](Self::shared).
    pub fn start() -> Self {
        Self::start_with(&ServerOptions::default())
    }

    /// As [`start`](Self::start), with settings of its own.
    ///
    /// # Panics
    ///
    /// As [`shared`](Self::shared).
    pub fn start_with(options: &ServerOptions) -> Self {
        Self::try_start(options).unwrap_or_else(|problem| panic!("{problem}"))
    }

    fn try_start(options: &ServerOptions) -> Result<Self, String> {
        let binaries = Binaries::find()?;
        let server = Server::start(&binaries, options)?;
        let server = Self::of(binaries, server);
        let mut roles = format!("CREATE ROLE {PASSWORD_USER} LOGIN PASSWORD '{PASSWORD}'");
        for role in &options.certificate_roles {
            roles.push_str(&format!("; CREATE ROLE {role} LOGIN"));
        }
        server.execute("postgres", &roles)?;
        Ok(server)
    }

    fn of(binaries: Binaries, server: Server) -> Self {
        Self {
            binaries,
            server,
            next_database: AtomicU32::new(1),
        }
    }

    /// Starts a replica, to which everything that is written here is streamed.
    ///
    /// # Panics
    ///
    /// When it does not start; the message says why.
    pub fn start_replica(&self) -> Replica<'_> {
        Replica::start(self).unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Stops the server. Its connections end, its data and its port stay.
    ///
    /// # Panics
    ///
    /// When it does not stop.
    pub fn stop(&self) {
        self.server
            .stop()
            .unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// Starts the server again that [`stop`](Self::stop) has stopped.
    ///
    /// # Panics
    ///
    /// When it is not stopped or does not start; the message says why.
    pub fn start_again(&self) {
        self.server
            .start_again()
            .unwrap_or_else(|problem| panic!("{problem}"));
    }

    /// Stops the server and starts it again.
    ///
    /// # Panics
    ///
    /// As [`stop`](Self::stop) and [`start_again`](Self::start_again).
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// Creates an empty database with a name of its own, and runs `sql` in it.
    ///
    /// Where there is a `psql` on the machine it runs the script, so that meta-commands and
    /// `COPY … FROM stdin` work; otherwise the script is sent as one simple query.
    ///
    /// # Panics
    ///
    /// When the database can't be created or the script fails; the message is the server's.
    pub fn create_database(&self, sql: Option<&str>) -> TestDatabase<'_> {
        let number = self.next_database.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let create = format!("CREATE DATABASE {name} TEMPLATE template0");
        if let Err(problem) = self.execute("postgres", &create) {
            panic!("can't create the database `{name}`: {problem}");
        }
        let database = TestDatabase { server: self, name };
        if let Some(sql) = sql
            && let Err(problem) = database.run(sql)
        {
            panic!("can't prepare the database: {problem}");
        }
        database
    }

    /// The URL of a database of this server, as the superuser.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port())
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port
    }

    /// The major version, such as 15.
    pub fn version(&self) -> u32 {
        self.binaries.version
    }

    /// The folder that the server's binaries are in.
    pub fn bin_dir(&self) -> &Path {
        &self.binaries.folder
    }

    /// The path of a client tool that can work with this server: the one beside the server, or one
    /// elsewhere on the machine that is new enough (`psql` of any version, others not older than
    /// the server).
    pub fn tool(&self, name: &str) -> Option<PathBuf> {
        self.binaries.tool(name)
    }

    /// Runs SQL in a database through the simple query protocol, which makes several statements one
    /// transaction.
    ///
    /// # Errors
    ///
    /// The server's message.
    pub fn execute(&self, database: &str, sql: &str) -> Result<(), String> {
        wire::execute(self.port(), USER, database, sql).map(drop)
    }

    /// As [`execute`](Self::execute), and returns the first value of the last row, if it is one.
    ///
    /// # Errors
    ///
    /// The server's message.
    pub fn value(&self, database: &str, sql: &str) -> Result<Option<String>, String> {
        wire::execute(self.port(), USER, database, sql)
    }
}

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct TestDatabase<'a> {
    server: &'a TestServer,
    name: String,
}

impl TestDatabase<'_> {
    /// The URL that connects to this database as the superuser.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// The URL that connects as [`PASSWORD_USER`] with this password, which may be a wrong one.
    ///
    /// The password is put in as it is, so it can't have characters that mean something in a URL
    /// other than spaces.
    pub fn url_with_password(&self, password: &str) -> String {
        format!(
            "postgres://{PASSWORD_USER}:{}@127.0.0.1:{}/{}",
            password.replace(' ', "%20"),
            self.server.port(),
            self.name
        )
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server that the database is on.
    pub fn server(&self) -> &TestServer {
        self.server
    }

    /// Runs SQL through the simple query protocol, which makes several statements one transaction.
    ///
    /// # Errors
    ///
    /// The server's message.
    pub fn execute(&self, sql: &str) -> Result<(), String> {
        self.server.execute(&self.name, sql)
    }

    /// Runs a script: through `psql` where there is one, otherwise as [`execute`](Self::execute).
    ///
    /// # Errors
    ///
    /// What psql or the server said.
    pub fn run(&self, script: &str) -> Result<(), String> {
        let Some(psql) = self.server.tool("psql") else {
            return self.execute(script);
        };
        let file = tempfile::NamedTempFile::new()
            .and_then(|file| std::fs::write(file.path(), script).map(|()| file))
            .map_err(|error| format!("can't write the script to a file: {error}"))?;
        let mut command = self.client(&psql);
        command.args(["--quiet", "-v", "ON_ERROR_STOP=1", "-f"]);
        command.arg(file.path());
        binaries::output(&mut command).map(drop)
    }

    /// What `psql` prints for one command, unaligned and without headers.
    ///
    /// # Errors
    ///
    /// What psql said, or that there is no psql on the machine.
    pub fn psql(&self, command: &str) -> Result<String, String> {
        let psql = self.server.tool("psql").ok_or("there is no psql")?;
        binaries::output(self.client(&psql).args([
            "--quiet",
            "--no-align",
            "--tuples-only",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            command,
        ]))
    }

    /// What `pg_dump` prints for this database, given these further arguments.
    ///
    /// # Errors
    ///
    /// What pg_dump said, or that there is none for this server's version.
    pub fn pg_dump(&self, arguments: &[&str]) -> Result<String, String> {
        let pg_dump = self.server.tool("pg_dump").ok_or_else(|| {
            format!(
                "there is no pg_dump for PostgreSQL {}",
                self.server.version()
            )
        })?;
        binaries::output(self.client(&pg_dump).args(arguments))
    }

    fn client(&self, tool: &Path) -> Command {
        let mut command = binaries::command(tool);
        if tool.ends_with("psql") {
            command.arg("--no-psqlrc");
        }
        command.arg("--no-password").arg("-d").arg(self.url());
        command
    }
}

impl Drop for TestDatabase<'_> {
    fn drop(&mut self) {
        // A database that stays behind goes with the server.
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.server.execute("postgres", &drop);
    }
}
