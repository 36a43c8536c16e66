#![allow(clippy::unwrap_used)]
//! The live source: a schema in a real server, and the Catalog that is read from it.

mod connecting;
mod objects;
mod privileges;
mod tables;

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use rowsmith::catalog::{Catalog, QualifiedName, Schema, Table};
use rowsmith::source::live;
use rowsmith_test_server::{PASSWORD, TestServer};

/// The Catalog of a new database in which this was run.
#[track_caller]
fn catalog(sql: &str) -> Catalog {
    let database = TestServer::shared().create_database(Some(sql));
    match live::read(Some(&database.url())) {
        Ok(catalog) => catalog,
        Err(problem) => panic!("{}", problem.render(false)),
    }
}

#[track_caller]
fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    let name = QualifiedName::new("public", name);
    catalog.table(&name).expect("the table is there")
}

fn public(name: &str) -> QualifiedName {
    QualifiedName::new("public", name)
}

fn names<'a>(names: impl IntoIterator<Item = &'a QualifiedName>) -> Vec<String> {
    names.into_iter().map(ToString::to_string).collect()
}

#[test]
fn an_empty_database() {
    let expected = Catalog {
        schemas: vec![Schema {
            name: "public".into(),
            comment: None,
        }],
        ..Catalog::default()
    };
    assert_eq!(catalog("SELECT 1"), expected);
}

/// What a session is set to must not show in the Catalog.
#[test]
fn settings_of_the_session_do_not_matter() {
    let sql = "CREATE SCHEMA other;
        CREATE TYPE other.status AS ENUM ('new');
        CREATE TABLE t (a other.status DEFAULT 'new', at timestamptz DEFAULT '2020-01-01 00:00+00',
            span interval DEFAULT '1 day 2 hours', day date DEFAULT '2020-02-01',
            bytes bytea DEFAULT '\\x00ff', f float8 DEFAULT 0.1);";
    let database = TestServer::shared().create_database(Some(sql));
    let plain = live::read(Some(&database.url())).unwrap();
    database
        .execute(&format!(
            "ALTER DATABASE {name} SET search_path = other, public;
             ALTER DATABASE {name} SET timezone = 'Asia/Tokyo';
             ALTER DATABASE {name} SET datestyle = 'German';
             ALTER DATABASE {name} SET intervalstyle = 'iso_8601';
             ALTER DATABASE {name} SET bytea_output = 'escape';
             ALTER DATABASE {name} SET extra_float_digits = -10;
             ALTER DATABASE {name} SET quote_all_identifiers = on;",
            name = database.name()
        ))
        .unwrap();
    assert_eq!(live::read(Some(&database.url())).unwrap(), plain);
    let default = &table(&plain, "t").columns[0].default;
    assert_eq!(default.as_deref(), Some("'new'::other.status"));
}

/// A role that may connect and nothing else reads the same.
#[test]
fn no_privileges_are_needed() {
    let sql = "CREATE SCHEMA hidden;
        CREATE TABLE hidden.t (id integer PRIMARY KEY, n integer CHECK (n > 0) DEFAULT 1);
        CREATE VIEW hidden.v AS SELECT n FROM hidden.t;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;";
    let database = TestServer::shared().create_database(Some(sql));
    let ours = live::read(Some(&database.url())).unwrap();
    let theirs = live::read(Some(&database.url_with_password(PASSWORD))).unwrap();
    assert_eq!(ours, theirs);
    assert_eq!(ours.tables.len(), 1);
}

#[test]
fn reading_writes_nothing_and_twice_reads_the_same() {
    let sql = "CREATE TABLE t (id serial PRIMARY KEY)";
    let database = TestServer::shared().create_database(Some(sql));
    let first = live::read(Some(&database.url())).unwrap();
    assert_eq!(first, live::read(Some(&database.url())).unwrap());
    let json = serde_json::to_string(&first).unwrap();
    assert_eq!(first, serde_json::from_str(&json).unwrap());
}

/// In a caller that has a runtime of its own.
#[tokio::test]
async fn reading_inside_a_runtime() {
    let database = TestServer::shared().create_database(None);
    assert!(live::read(Some(&database.url())).is_ok());
}

#[test]
fn the_number_of_queries_does_not_depend_on_the_number_of_tables() {
    let queries = |tables: usize| {
        let sql: String = (0..tables)
            .map(|i| {
                format!(
                    "CREATE TABLE t{i} (id serial PRIMARY KEY, a text UNIQUE, b int CHECK (b > 0));
                     CREATE VIEW v{i} AS SELECT a FROM t{i}; CREATE INDEX ON t{i} (b);"
                )
            })
            .collect();
        let database = TestServer::shared().create_database(Some(&sql));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server_port = database.server().port();
        let messages = thread::spawn(move || pass_on(&listener, server_port));
        let url = format!("postgres://postgres@127.0.0.1:{port}/{}", database.name());
        let catalog = live::read(Some(&url)).unwrap();
        assert_eq!(catalog.tables.len(), tables);
        let messages = messages.join().unwrap();
        // A query is sent as it is (`Q`) or parsed (`P`) first.
        messages.iter().filter(|kind| b"QP".contains(kind)).count()
    };
    let few = queries(2);
    assert!(few < 25, "{few} queries");
    assert_eq!(queries(50), few);
}

/// Stands between one client and the server; gives back the kinds of the messages that the client sent.
fn pass_on(listener: &TcpListener, server_port: u16) -> Vec<u8> {
    let (mut client, _) = listener.accept().unwrap();
    let mut server = TcpStream::connect(("127.0.0.1", server_port)).unwrap();
    let answers = {
        let (mut server, mut client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut server, &mut client))
    };
    let mut sent = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        server.write_all(&buffer[..length]).unwrap();
        sent.extend_from_slice(&buffer[..length]);
    }
    server.shutdown(Shutdown::Write).unwrap();
    let _ = answers.join().unwrap();

    let length = |at: usize| u32::from_be_bytes(sent[at..at + 4].try_into().unwrap()) as usize;
    // The first message has no kind.
    let mut at = length(0);
    let mut kinds = Vec::new();
    while at < sent.len() {
        kinds.push(sent[at]);
        at += 1 + length(at + 1);
    }
    kinds
}
