//! The server starts, works and ends with the process that started it.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rowsmith_test_server::{PASSWORD, TestServer};

/// Set for the process that is `child`.
const CHILD: &str = "ROWSMITH_TEST_SERVER_CHILD";

#[test]
fn a_database_has_what_its_script_creates() {
    let database = TestServer::shared().create_database(Some(
        "CREATE TABLE t (a text); CREATE INDEX ON t (a); INSERT INTO t VALUES ('x'), ('y')",
    ));
    database
        .execute("DO $$ BEGIN ASSERT (SELECT count(*) = 2 FROM t); END $$")
        .unwrap();
    let problem = database.execute("SELECT nope FROM t").unwrap_err();
    assert!(
        problem.contains("column \"nope\" does not exist"),
        "{problem}"
    );
}

#[test]
fn databases_do_not_see_each_other() {
    let server = TestServer::shared();
    let one = server.create_database(Some("CREATE TABLE t ()"));
    let two = server.create_database(None);
    assert_ne!(one.url(), two.url());
    assert!(one.execute("SELECT FROM t").is_ok());
    assert!(two.execute("SELECT FROM t").is_err());
}

#[test]
fn a_database_goes_with_its_value() {
    let server = TestServer::shared();
    let name = server.create_database(None).name().to_owned();
    let problem = server.execute(&name, "SELECT 1").unwrap_err();
    assert!(problem.contains("does not exist"), "{problem}");
}

#[test]
#[should_panic(expected = "syntax error")]
fn a_script_that_fails_is_a_panic() {
    TestServer::shared().create_database(Some("CREATE TABEL t ()"));
}

#[test]
fn the_tools_work_where_there_are_any() {
    let server = TestServer::shared();
    assert!(server.version() >= 10);
    let database = server.create_database(Some("CREATE TABLE dumped ()"));
    if server.tool("psql").is_some() {
        assert_eq!(database.psql("SELECT 1 + 1").unwrap(), "2\n");
        assert!(database.psql("SELECT 1 / 0").is_err());
        let refused = database.url_with_password("wrong");
        assert!(refused.contains("password_user:wrong@"));
        assert!(
            database
                .url_with_password(PASSWORD)
                .contains("correct%20horse")
        );
    }
    match server.tool("pg_dump") {
        Some(_) => {
            let dump = database.pg_dump(&["--schema-only"]).unwrap();
            assert!(dump.contains("CREATE TABLE public.dumped"), "{dump}");
        }
        None => assert!(database.pg_dump(&[]).unwrap_err().contains("no pg_dump")),
    }
}

#[test]
fn dropping_a_server_stops_it() {
    let server = TestServer::start();
    let port = server.port();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn dies_with_a_killed_process() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--ignored"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let port: u16 = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .find_map(|line| line.unwrap().split("port ").nth(1)?.parse().ok())
        .unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());

    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "it still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_missing_server_is_a_failure_that_says_what_to_do() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture", "--ignored"])
        .env(CHILD, "1")
        .env("ROWSMITH_PG_BIN", "/nonexistent")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("`ROWSMITH_PG_BIN` is `/nonexistent`"),
        "{said}"
    );
    assert!(said.contains("apt-get install postgresql"), "{said}");
}

/// Not a test: the process that other tests start and watch.
#[test]
#[ignore = "started by another test"]
fn child() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nport {}", TestServer::shared().port());
        std::thread::sleep(Duration::from_secs(60));
    }
}
