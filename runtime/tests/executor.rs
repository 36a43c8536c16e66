//! Everything that can run a query, and the queries themselves.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{NewUser, User, UserPatch, database, database_with};
use rowsmith_runtime::tokio_postgres::{Client, NoTls};
use rowsmith_runtime::write::{insert, insert_many, update, upsert};
use rowsmith_runtime::{Connection, Database, Error, Executor, FromRow, Result, Row, get, query};

/// What generated functions look like: async, and generic over the executor.
async fn everything(db: &impl Executor, mail: &str) -> Result<i64> {
    let mail = &*format!("{mail}@");
    let new = NewUser::new("x", mail);
    let user = insert(db, &new).await?;
    upsert(db, &new, r#"("mail")"#, &[r#""mail""#]).await?;
    update(db, &UserPatch::default(), r#""id" = $1"#, &[&user.id]).await?;
    let others = [
        NewUser::new("y", format!("{mail} y")),
        NewUser::new("z", format!("{mail} z")).age(3),
    ];
    insert_many(db, &others).await?;
    const SQL: &str = r#"SELECT "id", "name", "mail", "role", "age", "tags", "address"
        FROM "public"."users" WHERE "mail" LIKE $1 || '%'"#;
    let all: Vec<User> = query::all(db, SQL, &[&mail]).await?;
    assert_eq!(all.len(), 3);
    let one: Option<User> = query::one_or_none(db, &format!("{SQL} LIMIT 1"), &[&mail]).await?;
    assert!(one.is_some());
    query::value(db, "SELECT count(*) FROM users", &[]).await
}

async fn client(url: &str) -> Client {
    let (client, connection) = rowsmith_runtime::tokio_postgres::connect(url, NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn all_executors_do_the_same() {
    let (database, db) = database().await;
    let url = database.url();
    assert_eq!(everything(&db, "database").await.unwrap(), 3);
    assert_eq!(everything(&&db, "reference").await.unwrap(), 6);
    assert_eq!(everything(&Arc::new(db.clone()), "arc").await.unwrap(), 9);

    let mut pooled = db.connection().await.unwrap();
    assert_eq!(everything(&pooled, "pooled").await.unwrap(), 12);
    let tx = pooled.begin().await.unwrap();
    assert_eq!(everything(&tx, "transaction").await.unwrap(), 15);
    let savepoint = tx.savepoint().await.unwrap();
    assert_eq!(everything(&savepoint, "savepoint").await.unwrap(), 18);
    savepoint.commit().await.unwrap();
    tx.commit().await.unwrap();

    let mut client = client(&url).await;
    assert_eq!(everything(&client, "client").await.unwrap(), 21);
    let tx = client.transaction().await.unwrap();
    assert_eq!(everything(&tx, "client's").await.unwrap(), 24);
    tx.commit().await.unwrap();
    let connection = Connection::new(client);
    assert_eq!(everything(&connection, "own").await.unwrap(), 27);

    let manager = deadpool_postgres::Manager::new(url.parse().unwrap(), NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
    let theirs = pool.get().await.unwrap();
    assert_eq!(everything(&theirs, "deadpool").await.unwrap(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn futures_can_move_between_threads() {
    async fn spawned<E: Executor + Send + 'static>(db: E, mail: &'static str) -> i64 {
        let task = tokio::spawn(async move { everything(&db, mail).await });
        task.await.unwrap().unwrap()
    }
    let (_database, db) = database().await;
    assert_eq!(spawned(db.clone(), "a").await, 3);
    assert_eq!(spawned(db.connection().await.unwrap(), "b").await, 6);
    assert_eq!(spawned(db.begin().await.unwrap(), "c").await, 9);
    assert_eq!(spawned(Arc::new(db.clone()), "d").await, 9);

    let task = tokio::spawn(async move {
        let tx = db.begin().await?;
        let savepoint = tx.savepoint().await?;
        everything(&savepoint, "e").await?;
        savepoint.rollback().await?;
        tx.commit().await
    });
    task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tasks_share_a_small_pool() {
    let (database, _) = database_with("CREATE TABLE t (a int)").await;
    let db = Database::builder()
        .max_connections(3)
        .connect(&database.url())
        .await
        .unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(
                async move { query::execute(&db, "INSERT INTO t VALUES ($1)", &[&i]).await },
            )
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 1);
    }
    let sum: i64 = query::value(&db, "SELECT sum(a) FROM t", &[])
        .await
        .unwrap();
    assert_eq!(sum, 780);
}

#[tokio::test]
async fn one_connection_runs_queries_side_by_side() {
    let (_database, db) = database_with("").await;
    let connection = db.connection().await.unwrap();
    let (a, b): (Result<i32>, Result<i32>) = tokio::join!(
        query::value(&connection, "SELECT 1", &[]),
        query::value(&connection, "SELECT 2", &[]),
    );
    assert_eq!((a.unwrap(), b.unwrap()), (1, 2));
}

struct Number(i32);

impl FromRow for Number {
    const WIDTH: usize = 1;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        get(row, at).map(Self)
    }
}

#[tokio::test]
async fn one_means_one() {
    let (_database, db) = database_with("").await;
    const SQL: &str = "SELECT generate_series(1, $1)";
    let number: Number = query::one(&db, SQL, &[&1]).await.unwrap();
    assert_eq!(number.0, 1);
    let none = query::one::<Number>(&db, SQL, &[&0]).await;
    assert!(matches!(none, Err(Error::NotFound)));
    let none = query::value::<i32>(&db, SQL, &[&0]).await;
    assert!(matches!(none, Err(Error::NotFound)));
    let none: Option<Number> = query::one_or_none(&db, SQL, &[&0]).await.unwrap();
    assert!(none.is_none());
    let several = query::one_or_none::<Number>(&db, SQL, &[&2]).await;
    assert!(matches!(several, Err(Error::TooManyRows)));
}

#[tokio::test]
async fn execute_counts_and_affected_tells() {
    let (_database, db) = database_with("CREATE TABLE t (a int)").await;
    let insert = "INSERT INTO t SELECT generate_series(1, 5)";
    assert_eq!(query::execute(&db, insert, &[]).await.unwrap(), 5);
    let delete = "DELETE FROM t WHERE a > $1 RETURNING a";
    assert_eq!(query::execute(&db, delete, &[&3]).await.unwrap(), 2);
    assert!(!query::affected(&db, delete, &[&3]).await.unwrap());
    assert!(query::affected(&db, delete, &[&0]).await.unwrap());
    assert_eq!(
        query::execute(&db, "CREATE TABLE u ()", &[]).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn tuples_lie_side_by_side() {
    let (_database, db) = database_with("").await;
    let sql = "SELECT 1, 2, 3";
    let ((a, b), (c,)): ((Number, Number), (Number,)) = query::one(&db, sql, &[]).await.unwrap();
    assert_eq!((a.0, b.0, c.0), (1, 2, 3));
    assert_eq!(<((Number, Number), (Number,))>::WIDTH, 3);
}

#[tokio::test]
async fn an_error_after_the_rows_is_an_error() {
    let (_database, db) = database_with(
        "CREATE TABLE t (a int PRIMARY KEY, b int REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let sql = "INSERT INTO t VALUES (1, 2) RETURNING a";
    let result = query::one::<Number>(&db, sql, &[]).await;
    assert!(matches!(result, Err(Error::ForeignKeyViolation(_))));
    let result = query::all::<Number>(&db, sql, &[]).await;
    assert!(matches!(result, Err(Error::ForeignKeyViolation(_))));
    let result = query::execute(&db, sql, &[]).await;
    assert!(matches!(result, Err(Error::ForeignKeyViolation(_))));
}

#[tokio::test]
async fn a_query_that_is_given_up_leaves_the_connection_usable() {
    let (_database, db) = database_with("").await;
    let connection = db.connection().await.unwrap();
    let slow = query::value::<i32>(&connection, "SELECT 1 FROM pg_sleep(0.2)", &[]);
    let given_up = tokio::time::timeout(std::time::Duration::from_millis(50), slow).await;
    assert!(given_up.is_err());
    let two: i32 = query::value(&connection, "SELECT 2", &[]).await.unwrap();
    assert_eq!(two, 2);
}
