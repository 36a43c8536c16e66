//! Errors a program can act on.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::error::Error as _;

use common::{NewUser, User, database, database_with};
use rowsmith_runtime::write::insert;
use rowsmith_runtime::{Error, FromRow, Violation, get, query};

/// All that is printed of an error and its causes.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

#[tokio::test]
async fn violations_name_what_is_violated() {
    let (_database, db) = database().await;
    let ada = NewUser::new("Ada", "ada@x");
    let user = insert(&db, &ada).await.unwrap();

    match insert(&db, &ada).await {
        Err(Error::UniqueViolation(v)) if v.constraint == User::USERS_MAIL_KEY => {
            assert_eq!((&*v.schema, &*v.table), ("public", "users"));
            assert!(v.detail.as_deref().unwrap().contains("ada@x"));
            let error = Error::UniqueViolation(v);
            assert!(!chain(&error).contains("ada@x"), "{}", chain(&error));
        }
        other => panic!("{other:?}"),
    }

    match insert(&db, &NewUser::new("Bob", "bob@x").age(-1)).await {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, "users_age_check"),
        other => panic!("{other:?}"),
    }

    let sql = "INSERT INTO posts (user_id) VALUES ($1)";
    match query::execute(&db, sql, &[&99_i64]).await {
        Err(Error::ForeignKeyViolation(v)) => {
            assert_eq!((&*v.constraint, &*v.table), ("posts_user_id_fkey", "posts"));
        }
        other => panic!("{other:?}"),
    }

    let sql = "INSERT INTO users (name, mail) VALUES (NULL, 'x@x')";
    match query::execute(&db, sql, &[]).await {
        Err(Error::NotNullViolation(v)) => {
            assert_eq!((&*v.table, v.column.as_deref()), ("users", Some("name")));
        }
        other => panic!("{other:?}"),
    }

    let sql = "INSERT INTO posts (user_id, during) VALUES ($1, '[1,5)'), ($1, '[4,6)')";
    match query::execute(&db, sql, &[&user.id]).await {
        Err(Error::ExclusionViolation(v)) => assert_eq!(v.constraint, "posts_during_excl"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_violation_has_its_code() {
    let (_database, db) = database_with("CREATE TABLE t (a int PRIMARY KEY)").await;
    let sql = "INSERT INTO t VALUES (1), (1)";
    let error = query::execute(&db, sql, &[]).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "23505");
    let constraint = |violation: &Violation| violation.constraint.clone();
    assert_eq!(error.violation().map(constraint).unwrap(), "t_pkey");
    assert!(!error.is_retryable());
    assert_eq!(Error::NotFound.code(), None);
}

#[tokio::test]
async fn serialization_failures_and_deadlocks_can_be_tried_again() {
    let (_database, db) =
        database_with("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)").await;
    let (one, two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    for tx in [&one, &two] {
        let sql = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
        query::execute(tx, sql, &[]).await.unwrap();
        query::value::<i64>(tx, "SELECT sum(a) FROM t", &[])
            .await
            .unwrap();
        query::execute(tx, "INSERT INTO t VALUES (3)", &[])
            .await
            .unwrap();
    }
    one.commit().await.unwrap();
    let error = two.commit().await.unwrap_err();
    assert!(matches!(error, Error::SerializationFailure(_)), "{error:?}");
    assert!(error.is_retryable());

    let (one, two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
    let lock = "SELECT 1 FROM t WHERE a = $1 FOR UPDATE";
    query::execute(&one, lock, &[&1]).await.unwrap();
    query::execute(&two, lock, &[&2]).await.unwrap();
    let (a, b) = tokio::join!(
        async { query::execute(&one, lock, &[&2]).await.map(|_| drop(one)) },
        async { query::execute(&two, lock, &[&1]).await.map(|_| drop(two)) },
    );
    let error = a.and(b).unwrap_err();
    assert!(matches!(error, Error::DeadlockDetected(_)), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn decode_errors_name_the_column() {
    #[derive(Debug)]
    struct Pair;
    impl FromRow for Pair {
        const WIDTH: usize = 2;
        fn from_row(row: &rowsmith_runtime::Row, at: usize) -> rowsmith_runtime::Result<Self> {
            get::<i32>(row, at)?;
            get::<i32>(row, at + 1)?;
            Ok(Self)
        }
    }
    let (_database, db) = database_with("").await;
    for (sql, message) in [
        (
            "SELECT 1 AS a, NULL::int AS b",
            "can't decode the column `b`: a Postgres value was `NULL`",
        ),
        (
            "SELECT 1 AS a, 'x'::text AS b",
            "can't decode the column `b`: cannot convert between the Rust type `i32` \
             and the Postgres type `text`",
        ),
        (
            "SELECT 1 AS a",
            "can't decode the column `#2`: the row has 1 columns",
        ),
    ] {
        let error = query::one::<Pair>(&db, sql, &[]).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert_eq!(chain(&error), message);
    }
}

#[tokio::test]
async fn other_errors_have_their_code() {
    let (_database, db) = database_with("").await;
    let error = query::execute(&db, "SELECT nope", &[]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"nope\" does not exist (SQLSTATE 42703)"
    );
    let error = query::execute(&db, "SELECT $1::int", &[&"x"])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Driver(_)), "{error:?}");
    assert!(chain(&error).contains("parameter 0"), "{}", chain(&error));
    let error = query::execute(&db, "SELECT $1::int", &[])
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "expected 1 parameters but got 0");
}

#[test]
fn an_error_is_small() {
    assert!(size_of::<Error>() <= 48);
}
