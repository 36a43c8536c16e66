//! The pool and the statement cache.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::database_with;
use rowsmith_runtime::tokio_postgres::error::SqlState;
use rowsmith_runtime::{Connection, Database, Error, PoolStep, Recycling, query};
use rowsmith_test_server::{PASSWORD, TestServer};

#[tokio::test]
async fn waiting_for_a_connection_has_an_end() {
    let (database, _) = database_with("").await;
    let db = Database::builder()
        .max_connections(1)
        .wait_timeout(Duration::from_millis(20))
        .connect(&database.url())
        .await
        .unwrap();
    let held = db.connection().await.unwrap();
    let error = query::execute(&db, "SELECT", &[]).await.unwrap_err();
    assert!(
        matches!(error, Error::PoolTimeout(PoolStep::Wait)),
        "{error:?}"
    );
    drop(held);
    query::execute(&db, "SELECT", &[]).await.unwrap();
}

#[tokio::test]
async fn connecting_has_an_end() {
    // A listener that accepts and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = Database::builder()
        .create_timeout(Duration::from_millis(50))
        .connect(&format!("postgres://nobody@127.0.0.1:{port}/nothing"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::PoolTimeout(PoolStep::Create)),
        "{error:?}"
    );
}

/// The URL of the database, of which another place comes first.
fn after(first: u16, url: &str) -> String {
    url.replace("127.0.0.1", &format!("127.0.0.1:{first},127.0.0.1"))
}

#[tokio::test]
async fn a_place_that_does_not_answer_leaves_time_for_the_next() {
    let (database, _) = database_with("").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = after(port, &database.url());
    let db = Database::builder()
        .create_timeout(Duration::from_secs(2))
        .connect(&url)
        .await
        .unwrap();
    query::execute(&db, "SELECT", &[]).await.unwrap();

    // Where none answers it is the pool's time that is over.
    let error = Database::builder()
        .create_timeout(Duration::from_millis(50))
        .connect(&after(
            port,
            &format!("postgres://nobody@127.0.0.1:{port}/nothing"),
        ))
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::PoolTimeout(PoolStep::Create)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_refuses_the_password_is_the_last_to_be_asked() {
    let (database, _) = database_with("").await;
    let wrong = database.url_with_password("hunter2");
    let server = TestServer::shared();
    for url in [
        wrong.replace(
            &format!(":{}/", server.port()),
            &format!(":{},127.0.0.1:1/", server.port()),
        ),
        after(1, &wrong),
    ] {
        let error = Database::connect(&url).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::INVALID_PASSWORD), "{error:?}");
    }
}

#[tokio::test]
async fn a_closed_pool_gives_no_connection() {
    let (_database, db) = database_with("").await;
    db.close();
    assert!(matches!(db.connection().await, Err(Error::Closed)));
    assert!(matches!(db.begin().await, Err(Error::Closed)));
}

/// Ends the server's side of all other connections to the database.
async fn terminate_others(connection: &Connection) {
    let sql = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    query::execute(connection, sql, &[]).await.unwrap();
}

#[tokio::test]
async fn broken_connections_are_replaced() {
    for recycling in [Recycling::Fast, Recycling::Verified] {
        let (database, _) = database_with("").await;
        let db = Database::builder()
            .max_connections(1)
            .recycling(recycling)
            .connect(&database.url())
            .await
            .unwrap();
        let other = Connection::connect(&database.url()).await.unwrap();
        terminate_others(&other).await;
        if recycling == Recycling::Fast {
            // The client has to have noticed.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let one: i32 = query::value(&db, "SELECT 1", &[]).await.unwrap();
        assert_eq!(one, 1);
    }
}

#[tokio::test]
async fn a_broken_connection_is_an_error_of_its_own() {
    let (database, db) = database_with("").await;
    let connection = db.connection().await.unwrap();
    let other = Connection::connect(&database.url()).await.unwrap();
    terminate_others(&other).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = query::execute(&connection, "SELECT", &[])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Closed), "{error:?}");
}

#[tokio::test]
async fn what_is_wrong_with_connecting() {
    let (database, _) = database_with("").await;
    let right = database.url_with_password(PASSWORD);
    Database::connect(&right).await.unwrap();

    let wrong = database.url_with_password("hunter2");
    let error = Database::connect(&wrong).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::INVALID_PASSWORD));
    assert!(!format!("{error} {error:?}").contains("hunter2"));

    let missing = TestServer::shared().url("missing");
    let error = Database::connect(&missing).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::INVALID_CATALOG_NAME));

    let unreachable = "postgres://someone:hunter2@127.0.0.1:1/x";
    let error = Database::connect(unreachable).await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let error = Connection::connect(unreachable).await.unwrap_err();
    assert!(matches!(error, Error::Connection(_)), "{error:?}");

    for unreadable in [
        "postgres://x:hunter2@h:port/x",
        "hunter2",
        "hunter2=x host=h",
    ] {
        let error = Database::builder().connect_lazily(unreadable).unwrap_err();
        assert!(matches!(error, Error::ConnectionString), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        let error = Connection::connect(unreadable).await.unwrap_err();
        assert!(matches!(error, Error::ConnectionString), "{error:?}");
    }
}

#[tokio::test]
async fn nothing_shows_the_password() {
    let (database, _) = database_with("").await;
    let db = Database::connect(&database.url_with_password(PASSWORD))
        .await
        .unwrap();
    let connection = db.connection().await.unwrap();
    let text = format!("{db:?} {connection:?} {:?}", db.begin().await.unwrap());
    assert!(!text.contains("correct horse"), "{text}");
}

/// The number of statements that the server has prepared on this connection.
async fn prepared(connection: &Connection) -> i64 {
    let client = connection.client();
    let row = client
        .simple_query("SELECT count(*) FROM pg_prepared_statements WHERE from_sql = false")
        .await
        .unwrap();
    let count = row.iter().find_map(|message| match message {
        rowsmith_runtime::tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    count.unwrap().parse().unwrap()
}

#[tokio::test]
async fn statements_are_prepared_once_and_bounded() {
    let (database, _) = database_with("").await;
    let db = Database::builder()
        .max_connections(1)
        .statement_cache(3)
        .connect(&database.url())
        .await
        .unwrap();
    for i in 0..10 {
        for _ in 0..3 {
            let sql = format!("SELECT {i}");
            let value: i32 = query::value(&db, &sql, &[]).await.unwrap();
            assert_eq!(value, i);
        }
    }
    let connection = db.connection().await.unwrap();
    assert_eq!(connection.cached_statements(), 3);
    assert_eq!(prepared(&connection).await, 3);
    // The last three are the ones that stay.
    query::execute(&connection, "SELECT 7", &[]).await.unwrap();
    query::execute(&connection, "SELECT 10", &[]).await.unwrap();
    let names = connection
        .client()
        .simple_query("SELECT 1 FROM pg_prepared_statements WHERE statement = 'SELECT 8'")
        .await
        .unwrap();
    assert_eq!(names.len(), 2, "no row: {names:?}");
    assert_eq!(prepared(&connection).await, 3);
}

#[tokio::test]
async fn without_a_cache_nothing_stays_prepared() {
    let (database, _) = database_with("").await;
    let client = Connection::connect(&database.url()).await.unwrap();
    query::execute(&client, "SELECT 1", &[]).await.unwrap();
    assert_eq!(client.cached_statements(), 1);

    let (client, connection) = rowsmith_runtime::tokio_postgres::connect(
        &database.url(),
        rowsmith_runtime::tokio_postgres::NoTls,
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    query::execute(&client, "SELECT 1", &[]).await.unwrap();
    let connection = Connection::with_statement_cache(client, 0);
    query::execute(&connection, "SELECT 1", &[]).await.unwrap();
    assert_eq!(connection.cached_statements(), 0);
    assert_eq!(prepared(&connection).await, 0);
}

#[tokio::test]
async fn a_statement_that_got_stale_is_prepared_anew() {
    let (database, db) = database_with("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await;
    let sql = "SELECT * FROM t";
    let connection = db.connection().await.unwrap();
    assert_eq!(query::value::<i32>(&connection, sql, &[]).await.unwrap(), 1);
    database
        .execute("ALTER TABLE t ALTER a TYPE bigint")
        .unwrap();
    assert_eq!(query::value::<i64>(&connection, sql, &[]).await.unwrap(), 1);
    // The server forgets its statements.
    connection
        .client()
        .batch_execute("DEALLOCATE ALL")
        .await
        .unwrap();
    assert_eq!(query::value::<i64>(&connection, sql, &[]).await.unwrap(), 1);
    assert_eq!(connection.cached_statements(), 1);
}

#[tokio::test]
async fn in_a_transaction_a_stale_statement_is_the_error_it_is() {
    let (database, db) = database_with("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await;
    let sql = "SELECT * FROM t";
    let mut connection = db.connection().await.unwrap();
    query::execute(&connection, sql, &[]).await.unwrap();
    database
        .execute("ALTER TABLE t ALTER a TYPE bigint")
        .unwrap();
    let tx = connection.begin().await.unwrap();
    let error = query::execute(&tx, sql, &[]).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED));
    tx.rollback().await.unwrap();
    assert_eq!(query::value::<i64>(&connection, sql, &[]).await.unwrap(), 1);

    // The same in a transaction that this crate does not know of.
    database.execute("ALTER TABLE t ALTER a TYPE int").unwrap();
    connection.client().batch_execute("BEGIN").await.unwrap();
    let error = query::execute(&connection, sql, &[]).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::FEATURE_NOT_SUPPORTED));
    connection.client().batch_execute("ROLLBACK").await.unwrap();
}

/// The server's process behind a connection.
async fn backend(db: &Database) -> i32 {
    query::value(db, "SELECT pg_backend_pid()", &[])
        .await
        .unwrap()
}

#[tokio::test]
async fn connections_that_are_old_or_idle_are_replaced() {
    let (database, _) = database_with("").await;
    let short = Duration::from_millis(1);
    let single = || Database::builder().max_connections(1);
    for (builder, stays) in [
        (single(), true),
        (single().max_lifetime(Duration::from_secs(600)), true),
        (single().max_lifetime(short), false),
        (single().idle_timeout(Duration::from_secs(600)), true),
        (single().idle_timeout(short), false),
    ] {
        let db = builder.connect(&database.url()).await.unwrap();
        let first = backend(&db).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(backend(&db).await == first, stays, "{db:?}");
    }
}

#[tokio::test]
async fn what_a_connection_runs_first() {
    let (database, _) = database_with("CREATE SCHEMA app; CREATE TABLE app.notes ()").await;
    let db = Database::builder()
        .on_connect("SET search_path = app")
        .on_connect("SET work_mem = '5MB'")
        .connect(&database.url())
        .await
        .unwrap();
    query::execute(&db, "SELECT FROM notes", &[]).await.unwrap();
    let memory: String = query::value(&db, "SHOW work_mem", &[]).await.unwrap();
    assert_eq!(memory, "5MB");

    let wrong = Database::builder().on_connect("SET secret.word = xyzzy; SET no_such_thing = 1");
    assert!(!format!("{wrong:?}").contains("xyzzy"));
    let error = wrong.connect(&database.url()).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::UNDEFINED_OBJECT));
}

#[tokio::test]
async fn an_open_transaction_is_not_handed_on() {
    let (database, _) = database_with("").await;
    for recycling in [Recycling::Verified, Recycling::Clean] {
        let db = Database::builder()
            .max_connections(1)
            .recycling(recycling)
            .connect(&database.url())
            .await
            .unwrap();
        for sql in ["BEGIN", "BEGIN; SELECT 1 / 0"] {
            let connection = db.connection().await.unwrap();
            let _ = connection.client().batch_execute(sql).await;
            drop(connection);
            // Refused in a transaction.
            let connection = db.connection().await.unwrap();
            let vacuum = connection.client().batch_execute("VACUUM pg_database");
            vacuum.await.unwrap();
        }
        assert_eq!(db.status().discarded, 2);
    }
}

#[tokio::test]
async fn a_clean_connection_has_only_what_it_runs_first() {
    let (database, _) = database_with("").await;
    let db = Database::builder()
        .max_connections(1)
        .recycling(Recycling::Clean)
        .on_connect("SET work_mem = '5MB'")
        .connect(&database.url())
        .await
        .unwrap();
    let first = backend(&db).await;
    let connection = db.connection().await.unwrap();
    let dirt = "SET work_mem = '7MB'; CREATE TEMP TABLE t (); SELECT pg_advisory_lock(1)";
    connection.client().batch_execute(dirt).await.unwrap();
    drop(connection);
    let sql = "SELECT current_setting('work_mem') || ' ' || (to_regclass('pg_temp.t') IS NULL)
        || ' ' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')";
    let state: String = query::value(&db, sql, &[]).await.unwrap();
    assert_eq!(state, "5MB true 0");
    assert_eq!(backend(&db).await, first);
}

#[tokio::test]
async fn a_pool_tells_how_it_is_doing() {
    let (database, _) = database_with("").await;
    let db = Database::builder()
        .max_connections(2)
        .wait_timeout(Duration::from_millis(10))
        .connect(&database.url())
        .await
        .unwrap();
    let held = (
        db.connection().await.unwrap(),
        db.connection().await.unwrap(),
    );
    db.connection().await.unwrap_err();
    let status = db.status();
    assert_eq!((status.max_connections, status.connections), (2, 2));
    assert_eq!((status.available, status.waiting), (0, 0));
    assert_eq!(
        (status.opened, status.checkouts, status.timeouts),
        (2, 3, 1)
    );
    assert!(status.waited >= Duration::from_millis(10), "{status:?}");
    drop(held);
    assert_eq!(db.status().available, 2);
}
