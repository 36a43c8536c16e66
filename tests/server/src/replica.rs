//! A server that repeats what another one does.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::TestServer;
use crate::server::{self, Server};

/// A running replica: a server that reads, and repeats what is written on its primary.
///
/// It ends as a [`TestServer`] does.
#[derive(Debug)]
pub struct Replica<'a> {
    primary: &'a TestServer,
    server: TestServer,
}

impl<'a> Replica<'a> {
    pub(crate) fn start(primary: &'a TestServer) -> Result<Self, String> {
        let binaries = primary.binaries.clone();
        let server =
            Server::start_replica(&binaries, primary.port(), |data| back_up(primary, data))?;
        Ok(Self {
            primary,
            server: TestServer::of(binaries, server),
        })
    }

    /// The URL of a database of this server, as the superuser.
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// The TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The server, to stop it and to ask it.
    pub fn server(&self) -> &TestServer {
        &self.server
    }

    /// Waits until everything that is committed on the primary is seen here.
    ///
    /// # Panics
    ///
    /// When that takes more than a minute, or one of the two does not answer.
    pub fn wait_for_replay(&self) {
        self.try_wait()
            .unwrap_or_else(|problem| panic!("the replica does not follow: {problem}"));
    }

    fn try_wait(&self) -> Result<(), String> {
        // The servers do not wait for a commit to be written; this one does, and for all before it.
        let commit = "SET synchronous_commit = on; SELECT pg_logical_emit_message(true, '', '')";
        self.primary.execute("postgres", commit)?;
        let place = self
            .primary
            .value("postgres", "SELECT pg_current_wal_flush_lsn()")?;
        let place = place.unwrap_or_default();
        let question = format!("SELECT pg_last_wal_replay_lsn() >= '{place}'");
        let start = Instant::now();
        while self.server.value("postgres", &question)?.as_deref() != Some("t") {
            if start.elapsed() > server::TIMEOUT {
                return Err(format!("it has not come to {place} within a minute"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

/// Copies a running server's data as the manual's "Making a Base Backup Using the Low Level API" has
/// it, for not every installation has a `pg_basebackup`. A backup is of one session: the server
/// itself does the copying.
fn back_up(primary: &TestServer, data: &Path) -> Result<(), String> {
    let from = quoted(&primary.server.data());
    let to = quoted(data);
    // What comes and goes while it is copied is not needed.
    let copy = format!(
        "mkdir -m 700 {to} && cd {from} && tar -cf - --exclude=./postmaster.* --exclude=./pg_wal/* \
         --exclude=./pg_replslot/* --exclude=./pg_stat_tmp/* --exclude=./base/pgsql_tmp . | tar -xf - -C {to}"
    );
    let label = data.join("backup_label");
    primary.execute(
        "postgres",
        &format!(
            "SELECT pg_backup_start('replica', true);
             COPY (SELECT) TO PROGRAM {};
             COPY (SELECT regexp_split_to_table(labelfile, '\\n') FROM pg_backup_stop(false)) TO {}",
            literal(&copy),
            literal(&label.display().to_string()),
        ),
    )
}

/// A path in a shell's command.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

/// A text in SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
