//! The extractors, the layer and the answers of errors, in a service of axum's.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rowsmith_runtime::web::Transactions;
use rowsmith_runtime::{Connection, Database, Error, Executor, Isolation, Result, Tx, query};
use rowsmith_test_server::TestDatabase;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tower::ServiceExt;

/// A table with one of each constraint that a request can violate.
const SCHEMA: &str = "
    CREATE TABLE secrets (
        id int PRIMARY KEY CONSTRAINT secret_check CHECK (id < 100),
        body varchar(10) NOT NULL DEFAULT '',
        parent int CONSTRAINT secret_parent REFERENCES secrets DEFERRABLE INITIALLY DEFERRED,
        parent_now int REFERENCES secrets,
        during int4range,
        EXCLUDE USING gist (during WITH &&)
    )";

/// A pool of a single connection: what a request keeps, the next one waits for.
async fn single() -> (TestDatabase<'static>, Database) {
    let (database, _) = common::database_with(SCHEMA).await;
    let db = Database::builder()
        .max_connections(1)
        .connect(&database.url())
        .await
        .unwrap();
    (database, db)
}

fn app(db: &Database) -> Router {
    Router::new()
        .route("/add/{id}", post(add))
        .route("/add_and_answer/{id}/{status}", post(add_and_answer))
        .route("/add_and_panic/{id}", post(add_and_panic))
        .route("/add_and_wait/{id}", post(add_and_wait))
        .route("/add_orphan/{id}", post(add_orphan))
        .route("/add_twice/{id}", post(add_twice))
        .route("/ignore_an_error/{id}", post(ignore_an_error))
        .route("/keep", post(keep))
        .route("/nothing", post(nothing))
        .layer(Transactions::new(db.clone()))
        .route("/count", get(count))
        .route("/no_layer", post(nothing))
        .with_state(db.clone())
}

async fn insert(db: &impl Executor, id: i32) -> Result<u64> {
    query::execute(db, "INSERT INTO secrets (id) VALUES ($1)", &[&id]).await
}

async fn add(tx: Tx, Path(id): Path<i32>) -> Result<String> {
    insert(&tx, id).await?;
    Ok(format!("added {id}"))
}

async fn add_and_answer(tx: Tx, Path((id, status)): Path<(i32, u16)>) -> Result<StatusCode> {
    insert(&tx, id).await?;
    Ok(StatusCode::from_u16(status).unwrap())
}

async fn add_and_panic(tx: Tx, Path(id): Path<i32>) -> StatusCode {
    insert(&tx, id).await.unwrap();
    panic!("on purpose");
}

async fn add_and_wait(tx: Tx, Path(id): Path<i32>) -> StatusCode {
    insert(&tx, id).await.unwrap();
    std::future::pending().await
}

async fn add_orphan(tx: Tx, Path(id): Path<i32>) -> Result<&'static str> {
    let sql = "INSERT INTO secrets (id, parent) VALUES ($1, 99)";
    query::execute(&tx, sql, &[&id]).await?;
    Ok("added")
}

/// Each argument is extracted by itself.
async fn add_twice(one: Tx, other: Tx, Path(id): Path<i32>) -> Result<String> {
    insert(&one, id).await?;
    let sql = "SELECT count(*) FROM secrets WHERE id = $1";
    let seen: i64 = query::value(&other, sql, &[&id]).await?;
    Ok(seen.to_string())
}

async fn ignore_an_error(tx: Tx, Path(id): Path<i32>) -> &'static str {
    insert(&tx, id).await.unwrap();
    assert!(insert(&tx, id).await.is_err());
    "fine"
}

/// Gives its transaction to somebody who has it for longer than the handler runs.
async fn keep(tx: Tx) -> &'static str {
    insert(&tx, 1).await.unwrap();
    tokio::spawn(async move {
        let _tx = tx;
        std::future::pending::<()>().await;
    });
    "kept"
}

async fn nothing(_: Tx) {}

async fn isolation(tx: Tx) -> Result<String> {
    query::value(&tx, "SHOW transaction_isolation", &[]).await
}

async fn count(connection: Connection) -> Result<String> {
    let count: i64 = query::value(&connection, "SELECT count(*) FROM secrets", &[]).await?;
    Ok(count.to_string())
}

async fn call(app: &Router, path: &str) -> Response {
    let request = Request::post(path).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// How many rows a new request sees, which also shows that the connection is back in the pool.
async fn rows(app: &Router) -> String {
    let request = Request::get("/count").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    text(response).await
}

#[tokio::test]
async fn a_success_is_committed() {
    let (_database, db) = single().await;
    let app = app(&db);
    let response = call(&app, "/add/1").await;
    assert_eq!(response.status(), 200);
    assert_eq!(text(response).await, "added 1");
    assert_eq!(rows(&app).await, "1");
    assert_eq!(call(&app, "/add_and_answer/2/303").await.status(), 303);
    assert_eq!(rows(&app).await, "2");
}

#[tokio::test]
async fn anything_else_is_rolled_back() {
    let (_database, db) = single().await;
    let app = app(&db);
    for status in [400, 404, 409, 500, 503] {
        let response = call(&app, &format!("/add_and_answer/1/{status}")).await;
        assert_eq!(response.status(), status);
        assert_eq!(rows(&app).await, "0");
    }
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let (_database, db) = single().await;
    let app = app(&db);
    let request = Request::post("/add_and_panic/1")
        .body(Body::empty())
        .unwrap();
    let panicked = tokio::spawn(app.clone().oneshot(request)).await;
    assert!(panicked.unwrap_err().is_panic());
    assert_eq!(rows(&app).await, "0");
}

#[tokio::test]
async fn a_failing_commit_answers_in_the_place_of_the_handler() {
    let (_database, db) = single().await;
    let app = app(&db);
    let response = call(&app, "/add_orphan/1").await;
    assert_eq!(response.status(), 409);
    assert!(!text(response).await.contains("added"));
    assert_eq!(rows(&app).await, "0");

    // The handler said that all was fine, but nothing of it can be kept.
    let response = call(&app, "/ignore_an_error/1").await;
    assert_eq!(response.status(), 500);
    assert_eq!(rows(&app).await, "0");
}

#[tokio::test]
async fn all_of_a_request_is_in_one_transaction() {
    let (_database, db) = single().await;
    let app = app(&db);
    let response = call(&app, "/add_twice/1").await;
    assert_eq!(text(response).await, "1");
    assert_eq!(rows(&app).await, "1");
}

#[tokio::test]
async fn a_layer_has_transactions_of_its_kind() {
    let (_database, db) = single().await;
    let layer = Transactions::new(db.clone()).with(Isolation::Serializable.read_only());
    let app = Router::new()
        .route("/isolation", post(isolation))
        .route("/add/{id}", post(add))
        .layer(layer)
        .with_state(db);
    let response = call(&app, "/isolation").await;
    assert_eq!(text(response).await, "serializable");
    assert_eq!(call(&app, "/add/1").await.status(), 500);
}

#[tokio::test]
async fn of_two_layers_the_inner_one_counts() {
    let (_inner_database, inner) = single().await;
    let (_outer_database, outer) = single().await;
    let app = Router::new()
        .route("/add/{id}", post(add))
        .layer(Transactions::new(inner.clone()))
        .layer(Transactions::new(outer.clone()));
    assert_eq!(call(&app, "/add/1").await.status(), 200);
    let count = "SELECT count(*) FROM secrets";
    for (db, rows) in [(inner, 1), (outer, 0)] {
        assert_eq!(query::value::<i64>(&db, count, &[]).await.unwrap(), rows);
    }
}

#[tokio::test]
async fn what_waits_for_the_commit_is_done() {
    let (_database, db) = single().await;
    let (sender, receiver) = std::sync::mpsc::channel();
    let handler = move |tx: Tx, Path(status): Path<u16>| {
        let sender = sender.clone();
        async move {
            tx.after_commit(move || sender.send(status).unwrap());
            StatusCode::from_u16(status).unwrap()
        }
    };
    let app: Router = Router::new()
        .route("/{status}", post(handler))
        .layer(Transactions::new(db));
    for status in [200, 404] {
        assert_eq!(call(&app, &format!("/{status}")).await.status(), status);
    }
    drop(app);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [200]);
}

/// Has each commit of a new row do this first.
async fn before_commit(db: &Database, statement: &str) {
    let sql = format!(
        "CREATE FUNCTION before_commit() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN {statement}; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER before_commit AFTER INSERT ON secrets
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION before_commit()"
    );
    let connection = db.connection().await.unwrap();
    connection.client().batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_has_begun_is_carried_through() {
    let (database, db) = single().await;
    before_commit(&db, "PERFORM pg_advisory_xact_lock(1)").await;
    let observer = Connection::connect(&database.url()).await.unwrap();
    let lock = "SELECT pg_advisory_lock(1)";
    query::execute(&observer, lock, &[]).await.unwrap();

    let (sender, mut receiver) = mpsc::unbounded_channel();
    let handler = move |tx: Tx| {
        let sender = sender.clone();
        async move {
            insert(&tx, 1).await.unwrap();
            tx.after_commit(move || sender.send("committed").unwrap());
        }
    };
    let app: Router = Router::new()
        .route("/", post(handler))
        .layer(Transactions::new(db.clone()));
    let request = Request::post("/").body(Body::empty()).unwrap();
    let running = tokio::spawn(app.oneshot(request));
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'advisory')";
    while !query::value::<bool>(&observer, waits, &[]).await.unwrap() {
        tokio::task::yield_now().await;
    }
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());

    let unlock = "SELECT pg_advisory_unlock(1)";
    query::execute(&observer, unlock, &[]).await.unwrap();
    assert_eq!(receiver.recv().await, Some("committed"));
    let count = "SELECT count(*) FROM secrets";
    assert_eq!(query::value::<i64>(&db, count, &[]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_commit_of_which_nothing_is_known_is_not_asked_for_again() {
    let (_database, db) = single().await;
    let end = "PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(10)";
    before_commit(&db, end).await;
    let response = call(&app(&db), "/add/1").await;
    assert_eq!(response.status(), 500);
    assert!(!response.headers().contains_key(RETRY_AFTER));
    let cause = response.extensions().get::<Arc<Error>>().unwrap();
    assert!(cause.is_unavailable(), "{cause}");
    assert!(text(response).await.contains("not known"));
}

#[tokio::test]
async fn a_panic_after_the_commit_is_one_of_the_request() {
    let (_database, db) = single().await;
    let handler = async |tx: Tx| tx.after_commit(|| panic!("on purpose"));
    let app: Router = Router::new()
        .route("/", post(handler))
        .layer(Transactions::new(db));
    let request = Request::post("/").body(Body::empty()).unwrap();
    let panicked = tokio::spawn(app.oneshot(request)).await.unwrap_err();
    assert_eq!(
        panicked.into_panic().downcast_ref::<&str>(),
        Some(&"on purpose")
    );
}

#[tokio::test]
async fn a_transaction_that_outlives_its_request_is_not_committed() {
    let (_database, db) = single().await;
    let app = app(&db);
    let response = call(&app, "/keep").await;
    assert!(response.status().is_server_error());
    assert_ne!(text(response).await, "kept");
}

#[tokio::test]
async fn a_forgotten_layer_is_explained() {
    let (_database, db) = single().await;
    let response = call(&app(&db), "/no_layer").await;
    assert_eq!(response.status(), 500);
    let text = text(response).await;
    assert!(text.contains("needs the layer `Transactions`"), "{text}");
}

#[tokio::test]
async fn without_a_connection_it_is_for_later() {
    let (database, _) = single().await;
    let db = Database::builder()
        .max_connections(1)
        .wait_timeout(Duration::from_millis(1))
        .connect(&database.url())
        .await
        .unwrap();
    let app = app(&db);
    let held = db.connection().await.unwrap();
    let response = call(&app, "/nothing").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()[RETRY_AFTER], "1");
    let request = Request::get("/count").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 503);
    drop(held);
    assert_eq!(call(&app, "/nothing").await.status(), 200);
}

/// A statement that fails with an SQLSTATE.
macro_rules! raise {
    ($code:literal) => {
        concat!(
            "DO $$ BEGIN RAISE 'secret' USING ERRCODE = '",
            $code,
            "'; END $$"
        )
    };
}

#[tokio::test]
async fn errors_answer_without_telling_what_is_inside() {
    let (_database, db) = single().await;
    let cases = [
        ("INSERT INTO secrets VALUES (1)", 409),
        ("INSERT INTO secrets VALUES (101)", 422),
        ("INSERT INTO secrets (id, body) VALUES (3, NULL)", 422),
        (
            "INSERT INTO secrets VALUES (3, 'a secret that is too long')",
            422,
        ),
        ("INSERT INTO secrets VALUES (3000000000)", 422),
        ("INSERT INTO secrets (id, parent_now) VALUES (3, 4)", 409),
        ("INSERT INTO secrets (id, during) VALUES (3, '[1,5)')", 409),
        ("DELETE FROM secrets WHERE id = 1", 409),
        ("SELECT convert_from('\\x00', 'UTF8')", 422),
        ("SELECT 'a secret'::int", 422),
        ("SELECT 'a secret'::date", 422),
        ("SELECT '2024-02-31'::date", 422),
        ("SELECT 1 / 0", 500),
        ("SELECT no_such_column FROM secrets", 500),
        (raise!("40001"), 503),
        (raise!("40P01"), 503),
        (raise!("55P03"), 503),
        (raise!("57014"), 503),
        (raise!("08006"), 503),
        (raise!("57P01"), 503),
    ];
    // What may have been carried out, although its answer was an error.
    let uncertain = [raise!("08006"), raise!("57P01")];
    let sql = "INSERT INTO secrets (id, during) VALUES (1, '[1,9)');
               INSERT INTO secrets (id, parent_now) VALUES (2, 1)";
    db.connection()
        .await
        .unwrap()
        .client()
        .batch_execute(sql)
        .await
        .unwrap();
    let handler = |State(db): State<Database>, sql: String| async move {
        let result = db.connection().await?.client().batch_execute(&sql).await;
        result.map_err(Error::from)
    };
    let app = Router::new().route("/", post(handler)).with_state(db);
    for (sql, status) in cases {
        let request = Request::post("/").body(Body::from(sql)).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{sql}");
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(
            response.headers().contains_key(RETRY_AFTER),
            status == 503 && !uncertain.contains(&sql),
            "{sql}"
        );
        // A layer that writes a log sees what happened.
        let cause = response.extensions().get::<Arc<Error>>().unwrap();
        assert_eq!(cause.status_code(), status, "{sql}");
        let text = text(response).await;
        assert!(text.starts_with("{\"error\":\"") && text.ends_with("\"}"));
        for inside in ["secret", "column", "constraint", "check", "SQL", "40"] {
            assert!(!text.contains(inside), "{sql}: {text}");
        }
    }
}

#[test]
fn other_errors_have_their_status() {
    let cases = [
        (Error::NotFound, 404),
        (Error::StaleRow, 409),
        (Error::Closed, 503),
        (Error::TooManyRows, 500),
        (Error::ConnectionString, 500),
    ];
    for (error, status) in cases {
        assert_eq!(error.status_code(), status, "{error}");
        assert!(!error.into_response().headers().contains_key(RETRY_AFTER));
    }
}

/// A service on a port of its own, until the sender is dropped.
async fn serve(app: Router) -> (u16, oneshot::Sender<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        axum::serve(listener, app)
            .with_graceful_shutdown(stopped)
            .await
    });
    (port, stop)
}

async fn send(port: u16, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn receive(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn it_holds_over_a_real_connection() {
    let (database, db) = single().await;
    let (port, _stop) = serve(app(&db)).await;
    let answer = receive(send(port, "POST /add/1").await).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let answer = receive(send(port, "POST /add/1").await).await;
    assert!(answer.starts_with("HTTP/1.1 409 Conflict\r\n"), "{answer}");
    assert!(
        answer.ends_with("{\"error\":\"this exists already\"}"),
        "{answer}"
    );
    // The server closes the connection of a handler that panics.
    let answer = receive(send(port, "POST /add_and_panic/2").await).await;
    assert_eq!(answer, "");

    // A client that goes away before the answer: the only connection of the pool is free again.
    let waiting = send(port, "POST /add_and_wait/3").await;
    let observer = Connection::connect(&database.url()).await.unwrap();
    let begun = "SELECT EXISTS (SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction')";
    while !query::value::<bool>(&observer, begun, &[]).await.unwrap() {
        tokio::task::yield_now().await;
    }
    drop(waiting);
    let answer = receive(send(port, "GET /count").await).await;
    assert!(answer.ends_with("\r\n\r\n1"), "{answer}");
}
