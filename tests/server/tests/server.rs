//! The server starts, works and ends with the process that started it.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rowsmith_test_server::{PASSWORD, PgBouncer, ServerOptions, TestServer};

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
fn options_are_the_servers() {
    let options = ServerOptions::default().setting("work_mem", "123kB");
    let server = TestServer::start_with(&options);
    let value = server.value("postgres", "SHOW work_mem").unwrap();
    assert_eq!(value.as_deref(), Some("123kB"));
}

#[test]
fn a_restart_keeps_the_data_and_the_port() {
    let server = TestServer::start();
    let database = server.create_database(Some("CREATE TABLE t (a int); INSERT INTO t VALUES (7)"));
    server.restart();
    assert_eq!(
        server
            .value(database.name(), "SELECT a FROM t")
            .unwrap()
            .as_deref(),
        Some("7")
    );
    server.stop();
    assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
    server.start_again();
    database.execute("INSERT INTO t VALUES (8)").unwrap();
}

#[test]
fn a_replica_repeats_what_is_written() {
    let server = TestServer::start();
    let database = server.create_database(Some("CREATE TABLE t (a int)"));
    let replica = server.start_replica();
    assert_ne!(replica.port(), server.port());
    for i in ["1", "2"] {
        database
            .execute(&format!("INSERT INTO t VALUES ({i})"))
            .unwrap();
        replica.wait_for_replay();
        let found = replica
            .server()
            .value(database.name(), "SELECT max(a) FROM t")
            .unwrap();
        assert_eq!(found.as_deref(), Some(i));
    }
    let problem = replica
        .server()
        .execute(database.name(), "INSERT INTO t VALUES (3)");
    assert!(problem.unwrap_err().contains("read-only transaction"));
    let streaming = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    assert_eq!(
        server.value("postgres", streaming).unwrap().as_deref(),
        Some("1")
    );
}

#[test]
fn a_bouncer_stands_before_the_server() {
    let server = TestServer::shared();
    let bouncer = PgBouncer::start(server, "transaction", 2);
    let port = bouncer.port();
    assert!(bouncer.url("x").ends_with(&format!(":{port}/x")));
    assert_ne!(port, server.port());
    if let Some(psql) = server.tool("psql") {
        let output = Command::new(psql)
            .args([
                "--no-psqlrc",
                "-Atc",
                "SELECT 1",
                "-d",
                &bouncer.url("postgres"),
            ])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n");
    }
    drop(bouncer);
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

#[test]
fn a_missing_bouncer_is_a_failure_that_says_what_to_do() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "bouncer_child", "--nocapture", "--ignored"])
        .env(CHILD, "1")
        .env("PGBOUNCER", "/nonexistent")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("`PGBOUNCER` is `/nonexistent`"), "{said}");
    assert!(said.contains("pgbouncer"), "{said}");
}

/// Not a test: the process that another test starts.
#[test]
#[ignore = "started by another test"]
fn bouncer_child() {
    if std::env::var_os(CHILD).is_some() {
        PgBouncer::start(TestServer::shared(), "transaction", 1);
    }
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
