//! Transactions that are closures.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::database_with;
use rowsmith_runtime::sql::count;
use rowsmith_runtime::tokio_postgres::error::SqlState;
use rowsmith_runtime::{
    Database, Error, Isolation, Result, Transaction, TransactionOptions, Tx, query,
};
use rowsmith_test_trees::blog::{NewPost, NewUser, Post, User};
use tokio::sync::Barrier;

const BLOG: &str = include_str!("../../fixtures/blog/schema.sql");
const NOTES: &str = "CREATE TABLE notes (body text UNIQUE)";

async fn add(tx: &Tx, note: &str) -> Result<u64> {
    query::execute(tx, "INSERT INTO notes VALUES ($1)", &[&note]).await
}

async fn notes(db: &Database) -> Vec<String> {
    let sql = "SELECT coalesce(array_agg(body ORDER BY body), '{}') FROM notes";
    query::value(db, sql, &[]).await.unwrap()
}

/// Adds to a number, when its time has come.
fn adding(sum: &Arc<AtomicU32>, number: u32) -> impl FnOnce() + Send + use<> {
    let sum = Arc::clone(sum);
    move || {
        sum.fetch_add(number, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn what_returns_ok_is_committed_and_what_does_not_is_not() {
    let (_database, db) = database_with(NOTES).await;
    let added = db.transaction(async |tx| add(&tx, "kept").await).await;
    assert_eq!(added.unwrap(), 1);

    let error = db
        .transaction(async |tx| {
            add(&tx, "lost").await?;
            add(&tx, "kept").await
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UniqueViolation(_)), "{error:?}");

    let reason = db
        .transaction(async |tx| {
            add(&tx, "lost").await?;
            Err::<(), _>(Error::rollback("I have thought better of it"))
        })
        .await
        .unwrap_err();
    assert_eq!(reason.to_string(), "I have thought better of it");
    assert_eq!(notes(&db).await, ["kept"]);
}

/// Compiles only when the futures can be sent, whatever they borrow.
#[tokio::test(flavor = "multi_thread")]
async fn they_run_in_spawned_tasks() {
    let (_database, db) = database_with(BLOG).await;
    let tasks = (0..8).map(|number| {
        let db = db.clone();
        tokio::spawn(async move {
            let name = format!("user {number}");
            let mut done = 0;
            let user = db
                .transaction(async |tx| {
                    let email = format!("{number}@example.com");
                    let user = NewUser::new(&name, &email).insert(&tx).await?;
                    for title in ["one", "two"]
                        .iter()
                        .map(|title| format!("{title} of {name}"))
                    {
                        NewPost::new(user.id, title).insert(&tx).await?;
                        done += 1;
                    }
                    let posts = user.posts(&tx).await?;
                    assert_eq!(posts.len(), 2);
                    let found: Vec<(User, Vec<Post>)> = User::select()
                        .filter(User::NAME.eq(&name))
                        .with(User::POSTS)
                        .all(&tx)
                        .await?;
                    assert_eq!(found.len(), 1);
                    tx.transaction(async |tx| Post::list_by_author_id(&tx, user.id).await)
                        .await?;
                    Ok(user)
                })
                .await?;
            db.transaction_with(Isolation::RepeatableRead.retries(1), async move |tx| {
                let posts: i64 = Post::select().columns(count()).one(&tx).await?;
                assert!(posts >= 2, "{posts} of {}", user.name);
                Ok(())
            })
            .await?;
            Ok::<_, Error>(done)
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().unwrap(), 2);
    }
    assert_eq!(Post::count(&db).await.unwrap(), 16);
}

#[tokio::test]
async fn a_panic_and_a_dropped_future_roll_back() {
    let (_database, db) = database_with(NOTES).await;
    let panicking = tokio::spawn({
        let db = db.clone();
        async move {
            db.transaction(async |tx| -> Result<()> {
                add(&tx, "lost").await?;
                panic!("on purpose")
            })
            .await
        }
    });
    assert!(panicking.await.unwrap_err().is_panic());

    let forever = db.transaction(async |tx| -> Result<()> {
        add(&tx, "lost").await?;
        std::future::pending().await
    });
    let waited = tokio::time::timeout(Duration::from_millis(50), forever).await;
    assert!(waited.is_err());
    db.transaction(async |tx| add(&tx, "kept").await)
        .await
        .unwrap();
    assert_eq!(notes(&db).await, ["kept"]);
}

#[tokio::test]
async fn nested_ones_are_savepoints() {
    let (_database, db) = database_with(NOTES).await;
    let acts = Arc::new(AtomicU32::new(0));
    let act = |number| adding(&acts, number);
    db.transaction(async |tx| {
        tx.after_commit(act(1));
        tx.transaction(async |tx| {
            tx.after_commit(act(10));
            let lost = tx
                .transaction(async |tx| {
                    tx.after_commit(act(100));
                    add(&tx, "lost").await?;
                    add(&tx, "lost").await
                })
                .await;
            assert!(matches!(lost, Err(Error::UniqueViolation(_))));
            add(&tx, "inner").await
        })
        .await?;
        tx.after_commit(act(1000));
        add(&tx, "outer").await?;
        assert_eq!(acts.load(Ordering::Relaxed), 0);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(notes(&db).await, ["inner", "outer"]);
    assert_eq!(acts.load(Ordering::Relaxed), 1011);

    db.transaction(async |tx| {
        tx.after_commit(act(1));
        Err::<(), _>(Error::rollback("never mind"))
    })
    .await
    .unwrap_err();
    assert_eq!(acts.load(Ordering::Relaxed), 1011);
}

#[tokio::test]
async fn nested_ones_are_not_beside_each_other() {
    let (_database, db) = database_with(NOTES).await;
    let (older_began, younger_began) = (Barrier::new(2), Barrier::new(2));
    let older_ended = Barrier::new(2);
    db.transaction(async |tx| {
        let older = async {
            tx.transaction(async |_| {
                older_began.wait().await;
                younger_began.wait().await;
                Ok(())
            })
            .await?;
            older_ended.wait().await;
            Ok(())
        };
        let younger = async {
            older_began.wait().await;
            tx.transaction(async |tx| {
                younger_began.wait().await;
                older_ended.wait().await;
                add(&tx, "not to be undone").await?;
                Err::<(), _>(Error::rollback("in vain"))
            })
            .await
        };
        let (older, younger) = tokio::join!(older, younger);
        assert!(matches!(younger, Err(Error::SavepointEnded)), "{younger:?}");
        older
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn one_that_somebody_keeps_is_not_committed() {
    let (_database, db) = database_with(NOTES).await;
    let kept = std::sync::Mutex::new(None);
    let error = db
        .transaction(async |tx| {
            add(&tx, "lost").await?;
            *kept.lock().unwrap() = Some(tx);
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::TransactionInUse), "{error:?}");
    drop(kept);
    assert_eq!(notes(&db).await, [""; 0]);
}

async fn setting(tx: &Transaction<'_>, name: &str) -> String {
    let sql = "SELECT current_setting($1)";
    query::value(tx, sql, &[&name]).await.unwrap()
}

#[tokio::test]
async fn options_reach_the_server() {
    let (_database, db) = database_with(NOTES).await;
    let options = Isolation::Serializable
        .read_only()
        .deferrable()
        .statement_timeout(Duration::from_secs(3))
        .lock_timeout(Duration::from_millis(1500));
    let tx = db.begin_with(options.clone()).await.unwrap();
    for (name, value) in [
        ("transaction_isolation", "serializable"),
        ("transaction_read_only", "on"),
        ("transaction_deferrable", "on"),
        ("statement_timeout", "3s"),
        ("lock_timeout", "1500ms"),
    ] {
        assert_eq!(setting(&tx, name).await, value, "{name}");
    }
    tx.commit().await.unwrap();

    // Nothing of it stays with the connection.
    let mut connection = db.connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    assert_eq!(setting(&tx, "statement_timeout").await, "0");
    assert_eq!(
        setting(&tx, "transaction_isolation").await,
        "read committed"
    );
    tx.commit().await.unwrap();
    let tx = connection
        .begin_with(Isolation::RepeatableRead)
        .await
        .unwrap();
    assert_eq!(
        setting(&tx, "transaction_isolation").await,
        "repeatable read"
    );
    drop(tx);
    drop(connection);

    let refused = db
        .transaction_with(TransactionOptions::new().read_only(), async |tx| {
            add(&tx, "x").await
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::READ_ONLY_SQL_TRANSACTION));

    let quick = TransactionOptions::new().statement_timeout(Duration::from_millis(20));
    let slow = db
        .transaction_with(quick, async |tx| {
            query::execute(&tx, "SELECT pg_sleep(60)", &[]).await
        })
        .await
        .unwrap_err();
    assert_eq!(slow.code(), Some(&SqlState::QUERY_CANCELED));
}

/// Two doctors are on call, and each may go when the other one stays: one after the other only one may
/// go; at the same time, without care, both.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_skew_is_tried_again_and_its_effects_are_there_once() {
    let schema = "CREATE TABLE doctors (name text PRIMARY KEY, on_call boolean NOT NULL);
        CREATE TABLE departures (name text NOT NULL);
        INSERT INTO doctors VALUES ('Ada', true), ('Grace', true)";
    let (_database, db) = database_with(schema).await;
    let tries = AtomicU32::new(0);
    let told = Arc::new(AtomicU32::new(0));
    // The first try of both reads before either of them writes.
    let both = Barrier::new(2);
    let first = [AtomicU32::new(0), AtomicU32::new(0)];

    let leave = async |who: usize, name: &'static str| {
        db.transaction_with(Isolation::Serializable.retries(5), async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            let sql = "SELECT count(*) FROM doctors WHERE on_call";
            let on_call: i64 = query::value(&tx, sql, &[]).await?;
            if first[who].fetch_add(1, Ordering::Relaxed) == 0 {
                both.wait().await;
            }
            if on_call < 2 {
                return Ok(false);
            }
            let sql = "INSERT INTO departures VALUES ($1)";
            query::execute(&tx, sql, &[&name]).await?;
            let sql = "UPDATE doctors SET on_call = false WHERE name = $1";
            query::execute(&tx, sql, &[&name]).await?;
            tx.after_commit(adding(&told, 1));
            Ok(true)
        })
        .await
        .unwrap()
    };
    let (ada, grace) = tokio::join!(leave(0, "Ada"), leave(1, "Grace"));
    assert!(ada ^ grace, "one of them stays");
    // The loser may be doomed again before it sees what the winner did.
    assert!(tries.load(Ordering::Relaxed) >= 3);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let sql = "SELECT count(*) FROM departures";
    let departures: i64 = query::value(&db, sql, &[]).await.unwrap();
    assert_eq!(departures, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadlock_is_tried_again() {
    let schema = "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL);
        INSERT INTO accounts VALUES (1, 100), (2, 100)";
    let (_database, db) = database_with(schema).await;
    let both = Barrier::new(2);
    let first = [AtomicU32::new(0), AtomicU32::new(0)];
    let transfer = async |who: usize, from: i32, to: i32| {
        db.transaction_with(TransactionOptions::new().retries(3), async |tx| {
            let sql = "UPDATE accounts SET balance = balance + $2 WHERE id = $1";
            query::execute(&tx, sql, &[&from, &-10]).await?;
            if first[who].fetch_add(1, Ordering::Relaxed) == 0 {
                both.wait().await;
            }
            query::execute(&tx, sql, &[&to, &10]).await
        })
        .await
    };
    let (one, other) = tokio::join!(transfer(0, 1, 2), transfer(1, 2, 1));
    assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
    let tries = first.iter().map(|tries| tries.load(Ordering::Relaxed));
    assert!(tries.sum::<u32>() >= 3);
    let sql = "SELECT sum(balance) FROM accounts";
    let sum: i64 = query::value(&db, sql, &[]).await.unwrap();
    assert_eq!(sum, 200);
}

#[tokio::test]
async fn there_is_an_end_to_trying_again() {
    let (_database, db) = database_with("").await;
    let tries = AtomicU32::new(0);
    let error = db
        .transaction_with(TransactionOptions::new().retries(2), async |tx| {
            tries.fetch_add(1, Ordering::Relaxed);
            let sql = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$";
            query::execute(&tx, sql, &[]).await
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::SerializationFailure(_)), "{error:?}");
    assert_eq!(tries.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn advisory_locks_last_as_long_as_the_transaction() {
    let (_database, db) = database_with("").await;
    let holder = db.begin().await.unwrap();
    holder.advisory_lock(7).await.unwrap();
    holder.advisory_lock((1, 2)).await.unwrap();
    holder.advisory_lock_shared("report").await.unwrap();

    let other = db.begin().await.unwrap();
    assert!(!other.try_advisory_lock(7_i64).await.unwrap());
    assert!(other.try_advisory_lock(8).await.unwrap());
    assert!(!other.try_advisory_lock((1, 2)).await.unwrap());
    assert!(other.try_advisory_lock((2, 1)).await.unwrap());
    assert!(other.try_advisory_lock_shared("report").await.unwrap());
    assert!(
        !other
            .try_advisory_lock(String::from("report"))
            .await
            .unwrap()
    );

    let waiting = other.advisory_lock(7);
    let (waited, ended) = tokio::join!(waiting, holder.commit());
    waited.unwrap();
    ended.unwrap();
}
