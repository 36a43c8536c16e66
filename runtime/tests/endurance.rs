//! A pool under load, and what happens to connections whose users give up half-way.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::database_with;
use futures_util::{StreamExt, TryStreamExt, stream};
use rowsmith_runtime::{Connection, Database, Error, Executor, query};
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::blog::{NewTag, Tag};
use tokio::time::timeout;

const BLOG: &str = include_str!("../../fixtures/blog/schema.sql");

async fn pool_of(connections: usize, schema: &str) -> (TestDatabase<'static>, Database) {
    let (database, _) = database_with(schema).await;
    let db = Database::builder()
        .max_connections(connections)
        .wait_timeout(None)
        .connect(&database.url())
        .await
        .unwrap();
    (database, db)
}

/// The statement's answer is its parameter, so that an answer to another statement shows.
async fn echo(db: &impl Executor, number: i64) -> Result<(), Error> {
    let sql = "SELECT $1::bigint";
    let answer: i64 = query::value(db, sql, &[&number]).await?;
    assert_eq!(answer, number);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tasks_share_ten_connections() {
    let (_database, db) = pool_of(10, "").await;
    let tasks = (0..10_000).map(|number| {
        let db = db.clone();
        tokio::spawn(async move { echo(&db, number).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }
    let status = db.status();
    assert_eq!(status.checkouts, 10_001);
    assert!(status.opened <= 10, "{status:?}");
    assert_eq!(
        (status.waiting, status.discarded, status.timeouts),
        (0, 0, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_dropped_anywhere_confuses_nobody() {
    let (database, db) = pool_of(3, BLOG).await;
    let sow = stream::iter(0..1_500_u64).for_each_concurrent(12, async |number| {
        let db = &db;
        let patience = Duration::from_micros(number * 7919 % 3000);
        let work = async {
            match number % 4 {
                0 => echo(db, number.cast_signed()).await,
                1 => {
                    db.transaction(async |tx| {
                        NewTag::new(format!("tag {number}")).insert(&tx).await?;
                        echo(&tx, 7).await?;
                        Err(Error::rollback("all of them are undone"))
                    })
                    .await
                }
                2 => {
                    let mut rows = Tag::select().stream(db).await?;
                    assert_eq!(rows.try_next().await?, None, "all are rolled back");
                    Ok(())
                }
                _ => query::execute(db, "SELECT pg_sleep(0.002)", &[])
                    .await
                    .map(drop),
            }
        };
        if let Ok(Err(error)) = timeout(patience, work).await {
            assert!(matches!(error, Error::Rollback(_)), "{error:?}");
        }
        echo(db, 1 + number.cast_signed()).await.unwrap();
    });
    sow.await;
    assert_eq!(Tag::count(&db).await.unwrap(), 0);

    // Nothing is still held, and nothing is still in a transaction.
    let held: Vec<Connection> = stream::iter(0..3)
        .then(|_| db.connection())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(held.len(), 3);
    let watcher = Connection::connect(&database.url()).await.unwrap();
    until(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state LIKE '%in transaction%'";
        query::value::<i64>(&watcher, sql, &[]).await.unwrap() == 0
    })
    .await;
}

/// Waits until something is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let wait = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(60), wait).await.unwrap();
}

/// How many statements of this database sleep.
async fn sleeping(db: &impl Executor) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'PgSleep'";
    query::value(db, sql, &[]).await.unwrap()
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_given_up() {
    let (database, db) = pool_of(2, "").await;
    let watcher = Connection::connect(&database.url()).await.unwrap();
    let sleep = "SELECT pg_sleep(600)";
    let plain = query::execute(&db, sleep, &[]);
    let in_transaction = db.transaction(async |tx| query::execute(&tx, sleep, &[]).await);
    tokio::select! {
        _ = futures_util::future::join(plain, in_transaction) => unreachable!("they sleep"),
        () = until(async || sleeping(&watcher).await == 2) => {}
    }
    // Both connections were busy; the next user gets a new one, and the server is told.
    echo(&db, 1).await.unwrap();
    until(async || sleeping(&watcher).await == 0).await;
    assert_eq!(db.status().discarded, 2);
}

#[tokio::test]
async fn a_stream_that_is_dropped_early_gives_its_connection_back() {
    let schema =
        format!("{BLOG}; INSERT INTO tags (name) SELECT n FROM generate_series(1, 5000) n");
    let (_database, db) = pool_of(1, &schema).await;
    for _ in 0..20 {
        let mut tags = Tag::select().order_by(Tag::ID).stream(&db).await.unwrap();
        assert_eq!(tags.try_next().await.unwrap().unwrap().id, 1);
        drop(tags);
        echo(&db, 3).await.unwrap();
    }
    // A busy machine may be too slow for one or another.
    assert!(db.status().opened < 20, "{db:?}");
}

#[tokio::test]
async fn a_connection_that_is_killed_is_a_clear_error_and_the_next_call_works() {
    let (database, db) = pool_of(1, BLOG).await;
    let other = Connection::connect(&database.url()).await.unwrap();
    let kill = async {
        until(async || sleeping(&other).await > 0).await;
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event = 'PgSleep'";
        query::execute(&other, sql, &[]).await
    };
    let (slept, killed) = tokio::join!(query::execute(&db, "SELECT pg_sleep(600)", &[]), kill);
    killed.unwrap();
    let error = slept.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(
        error.to_string().contains("terminating connection"),
        "{error}"
    );
    echo(&db, 5).await.unwrap();
}

#[tokio::test]
async fn a_stream_keeps_its_connection_busy() {
    let (_database, db) = pool_of(1, BLOG).await;
    for name in ["a", "b", "c"] {
        NewTag::new(name).insert(&db).await.unwrap();
    }
    let tx = db.begin().await.unwrap();
    let mut tags = Tag::select().order_by(Tag::NAME).stream(&tx).await.unwrap();
    assert_eq!(tags.try_next().await.unwrap().unwrap().name, "a");
    // It would wait for the stream, which nobody reads meanwhile.
    let error = Tag::count(&tx).await.unwrap_err();
    assert!(matches!(error, Error::Streaming), "{error:?}");
    let rest: Vec<Tag> = tags.by_ref().try_collect().await.unwrap();
    assert_eq!(rest.len(), 2);
    assert_eq!(Tag::count(&tx).await.unwrap(), 3);
    drop(tags);

    let tags = Tag::select().stream(&tx).await.unwrap();
    drop(tags);
    assert_eq!(Tag::count(&tx).await.unwrap(), 3);
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_server_that_restarts_is_a_clear_error_and_the_next_call_works() {
    // It ends with the process.
    let server: &'static TestServer = Box::leak(Box::new(TestServer::start()));
    let database = server.create_database(Some(BLOG));
    let db = Database::builder()
        .max_connections(3)
        .connect(&database.url())
        .await
        .unwrap();
    let held: Vec<Connection> = stream::iter(0..3)
        .then(|_| db.connection())
        .try_collect()
        .await
        .unwrap();
    let transaction = held.into_iter().next().unwrap();
    let in_use = query::execute(&transaction, "SELECT pg_sleep(600)", &[]);
    let restart = tokio::task::spawn_blocking({
        let database = database.name().to_owned();
        move || {
            // Not before the statement has begun.
            let sql = "DO $$ BEGIN
                WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep') LOOP
                    PERFORM pg_sleep(0.01);
                    PERFORM pg_stat_clear_snapshot();
                END LOOP;
            END $$";
            server.execute(&database, sql).unwrap();
            server.restart();
        }
    });
    let (in_use, restarted) = tokio::join!(in_use, restart);
    restarted.unwrap();
    let error = in_use.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    drop(transaction);

    // One caller may be the first to hear of it.
    if let Err(error) = Tag::count(&db).await {
        assert!(error.is_unavailable(), "{error:?}");
    }
    for _ in 0..6 {
        assert_eq!(Tag::count(&db).await.unwrap(), 0);
    }
    server.stop();
    let error = Tag::count(&db).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
}
