//! Transactions and savepoints.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use common::database_with;
use futures_util::FutureExt;
use rowsmith_runtime::tokio_postgres::error::SqlState;
use rowsmith_runtime::{Database, Error, Executor, query};
use rowsmith_test_server::TestDatabase;

/// A table, and a pool of a single connection, so that what one use leaves behind the next one sees.
async fn single() -> (TestDatabase<'static>, Database) {
    let (database, _) = database_with("CREATE TABLE t (a int PRIMARY KEY)").await;
    let db = Database::builder()
        .max_connections(1)
        .connect(&database.url())
        .await
        .unwrap();
    (database, db)
}

async fn add(db: &impl Executor, a: i32) {
    query::execute(db, "INSERT INTO t VALUES ($1)", &[&a])
        .await
        .unwrap();
}

async fn fail(db: &impl Executor) {
    let result = query::execute(db, "SELECT 1 / 0", &[]).await;
    assert!(matches!(result, Err(Error::Database(_))));
}

async fn content(db: &impl Executor) -> Vec<i32> {
    let sql = "SELECT coalesce(array_agg(a ORDER BY a), '{}') FROM t";
    query::value(db, sql, &[]).await.unwrap()
}

#[tokio::test]
async fn commit_keeps_and_rollback_undoes() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await;
    tx.commit().await.unwrap();
    let tx = db.begin().await.unwrap();
    add(&tx, 2).await;
    assert_eq!(content(&tx).await, [1, 2]);
    tx.rollback().await.unwrap();
    assert_eq!(content(&db).await, [1]);
}

#[tokio::test]
async fn dropping_rolls_back_before_the_connection_is_used_again() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await;
    drop(tx);
    assert_eq!(content(&db).await, [] as [i32; 0]);
    add(&db, 1).await;
    assert_eq!(content(&db).await, [1]);

    let mut connection = db.connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    add(&tx, 2).await;
    drop(tx);
    assert_eq!(content(&connection).await, [1]);
}

#[tokio::test]
async fn giving_up_on_begin_leaves_no_transaction_behind() {
    let (database, db) = single().await;
    let mut begin = Box::pin(db.begin());
    assert!((&mut begin).now_or_never().is_none());
    // Here the message goes out.
    tokio::task::yield_now().await;
    drop(begin);
    add(&db, 1).await;
    let other = Database::connect(&database.url()).await.unwrap();
    assert_eq!(content(&other).await, [1]);
}

#[tokio::test]
async fn commit_of_a_failed_transaction_is_an_error() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await;
    fail(&tx).await;
    let error = tx.commit().await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::IN_FAILED_SQL_TRANSACTION));
    assert_eq!(content(&db).await, [] as [i32; 0]);
}

#[tokio::test]
async fn commit_reports_deferred_constraints() {
    let (_database, db) = database_with(
        "CREATE TABLE t (a int PRIMARY KEY,
            b int CONSTRAINT later REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let tx = db.begin().await.unwrap();
    query::execute(&tx, "INSERT INTO t VALUES (1, 2)", &[])
        .await
        .unwrap();
    match tx.commit().await {
        Err(Error::ForeignKeyViolation(violation)) => assert_eq!(violation.constraint, "later"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn savepoints_nest() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await;
    let outer = tx.savepoint().await.unwrap();
    add(&outer, 2).await;
    let inner = outer.savepoint().await.unwrap();
    add(&inner, 3).await;
    inner.rollback().await.unwrap();
    let inner = outer.savepoint().await.unwrap();
    add(&inner, 4).await;
    inner.commit().await.unwrap();
    outer.commit().await.unwrap();
    let dropped = tx.savepoint().await.unwrap();
    add(&dropped, 5).await;
    drop(dropped);
    tx.commit().await.unwrap();
    assert_eq!(content(&db).await, [1, 2, 4]);
}

#[tokio::test]
async fn a_savepoint_mends_a_failed_transaction() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    add(&tx, 1).await;
    let savepoint = tx.savepoint().await.unwrap();
    fail(&savepoint).await;
    savepoint.rollback().await.unwrap();
    let savepoint = tx.savepoint().await.unwrap();
    fail(&savepoint).await;
    drop(savepoint);
    let savepoint = tx.savepoint().await.unwrap();
    fail(&savepoint).await;
    let error = savepoint.commit().await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::IN_FAILED_SQL_TRANSACTION));
    add(&tx, 2).await;
    tx.commit().await.unwrap();
    assert_eq!(content(&db).await, [1, 2]);
}

#[tokio::test]
async fn a_savepoint_that_cannot_be_set_leaves_nothing_to_undo() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    let outer = tx.savepoint().await.unwrap();
    fail(&tx).await;
    assert!(tx.savepoint().await.is_err());
    outer.rollback().await.unwrap();
    add(&tx, 1).await;
    tx.commit().await.unwrap();
    assert_eq!(content(&db).await, [1]);
}

#[tokio::test]
async fn an_earlier_savepoint_takes_later_ones_along() {
    let (_database, db) = single().await;
    let tx = db.begin().await.unwrap();
    let first = tx.savepoint().await.unwrap();
    let second = tx.savepoint().await.unwrap();
    let third = tx.savepoint().await.unwrap();
    add(&third, 1).await;
    first.commit().await.unwrap();
    assert!(matches!(second.commit().await, Err(Error::SavepointEnded)));
    drop(third);
    add(&tx, 2).await;
    tx.commit().await.unwrap();
    assert_eq!(content(&db).await, [1, 2]);
}
