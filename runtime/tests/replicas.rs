//! Reading from a real streaming replica.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures_util::TryStreamExt;
use rowsmith_runtime::tokio_postgres::error::SqlState;
use rowsmith_runtime::{CopyFormat, Database, Error, Executor, PoolStep, query, read};
use rowsmith_test_server::TestServer;
use rowsmith_test_trees::blog::{NewTag, NewUser, Post, Tag, TagPatch, User};

const BLOG: &str = include_str!("../../fixtures/blog/schema.sql");

async fn is_replica(db: &impl Executor) -> bool {
    let sql = "SELECT pg_is_in_recovery()";
    read::value(db, sql, &[]).await.unwrap()
}

#[tokio::test]
async fn what_only_reads_goes_to_the_replica() {
    let server = TestServer::start();
    let replica = server.start_replica();
    let database = server.create_database(Some(BLOG));
    replica.wait_for_replay();
    let db = Database::builder()
        .replica(replica.url(database.name()))
        .connect(&database.url())
        .await
        .unwrap();

    assert!(is_replica(&db).await);
    assert!(!is_replica(&db.primary()).await);
    assert!(!is_replica(&db.begin().await.unwrap()).await);
    assert!(!is_replica(&db.connection().await.unwrap()).await);
    let elsewhere = db.transaction(async |tx| Ok(is_replica(&tx).await)).await;
    assert!(!elsewhere.unwrap());
    // What is not said to read only may write.
    let other: bool = query::value(&db, "SELECT pg_is_in_recovery()", &[])
        .await
        .unwrap();
    assert!(!other);

    let before = db.status().checkouts;
    let ada = NewUser::new("Ada", "ada@example.com")
        .insert(&db)
        .await
        .unwrap();
    let tag = NewTag::new("rust").upsert_by_name(&db).await.unwrap();
    TagPatch::new()
        .name("Rust")
        .apply(&db, tag.id)
        .await
        .unwrap();
    let n = User::update()
        .set(User::AGE, 36)
        .all_rows()
        .execute(&db)
        .await
        .unwrap();
    assert_eq!((n, db.status().checkouts - before), (1, 4));

    replica.wait_for_replay();
    let before = (db.status().checkouts, db.replica_status()[0].checkouts);
    assert_eq!(
        Tag::find_by_name(&db, "Rust")
            .await
            .unwrap()
            .map(|it| it.id),
        Some(tag.id)
    );
    assert_eq!(User::count(&db).await.unwrap(), 1);
    assert_eq!(ada.posts(&db).await.unwrap(), [] as [Post; 0]);
    let users: Vec<(User, Vec<Post>)> = User::select().with(User::POSTS).all(&db).await.unwrap();
    assert_eq!(users[0].0.age, Some(36));
    assert!(User::select().exists(&db).await.unwrap());
    assert_eq!(User::select().page(&db, 1, 5).await.unwrap().total, 1);
    let streamed = User::select().stream(&db).await.unwrap();
    assert_eq!(streamed.try_collect::<Vec<_>>().await.unwrap().len(), 1);
    let copied = Tag::copy_out(&db, CopyFormat::Csv).await.unwrap();
    copied.try_collect::<Vec<_>>().await.unwrap();
    let after = (db.status().checkouts, db.replica_status()[0].checkouts);
    assert_eq!((after.0, after.1), (before.0, before.1 + 8));

    // A lock is not for a replica, and neither is a function that writes.
    let locked = User::select().for_update().all(&db).await.unwrap();
    assert_eq!(locked.len(), 1);
    let next = rowsmith_runtime::sql::raw("nextval('tags_id_seq')").returns::<i64>();
    let next = Tag::select().columns(next);
    let error = next.clone().all(&db).await.unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::READ_ONLY_SQL_TRANSACTION));
    next.all(&db.primary()).await.unwrap();
}

#[tokio::test]
async fn reads_wait_for_a_replica_that_is_busy() {
    let server = TestServer::start();
    let replica = server.start_replica();
    let database = server.create_database(Some(BLOG));
    replica.wait_for_replay();
    let url = replica.url(database.name());
    let db = Database::builder()
        .max_connections(1)
        .wait_timeout(Duration::from_secs(2))
        .replica(&url)
        .replica(&url)
        .connect(&database.url())
        .await
        .unwrap();
    let one = Tag::select().stream(&db).await.unwrap();
    // The other one is free.
    assert!(is_replica(&db).await);
    assert!(is_replica(&db).await);
    let other = Tag::select().stream(&db).await.unwrap();
    let error = Tag::count(&db).await.unwrap_err();
    assert!(
        matches!(error, Error::PoolTimeout(PoolStep::Wait)),
        "{error:?}"
    );
    let waiting = Tag::count(&db);
    let (count, ()) = tokio::join!(waiting, async { drop((one, other)) });
    assert_eq!(count.unwrap(), 0);
    assert_eq!(db.status().checkouts, 1);
}

#[tokio::test]
async fn a_replica_that_is_gone_is_passed_over() {
    let server = TestServer::start();
    let replica = server.start_replica();
    let database = server.create_database(Some(BLOG));
    replica.wait_for_replay();
    let db = Database::builder()
        .replica("postgres://postgres@127.0.0.1:1/nothing")
        .replica(replica.url(database.name()))
        .create_timeout(Duration::from_secs(5))
        .connect(&database.url())
        .await
        .unwrap();
    for _ in 0..4 {
        assert!(is_replica(&db).await);
    }
    replica.server().stop();
    // Whoever was connected hears of it; after that there is the primary.
    let heard = read::value::<bool>(&db, "SELECT pg_is_in_recovery()", &[]).await;
    if let Err(error) = heard {
        assert!(error.is_unavailable(), "{error:?}");
    }
    for _ in 0..4 {
        assert!(!is_replica(&db).await);
    }
    // The primary gone as well, the error is its own.
    server.stop();
    let gone = async {
        loop {
            match query::execute(&db, "SELECT", &[]).await {
                Err(error @ Error::Connection(_)) => return error,
                Err(error) => assert!(error.is_unavailable(), "{error:?}"),
                Ok(_) => {}
            }
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(60), gone)
        .await
        .unwrap();
    let message = error.to_string();
    let told = "no connection to the database: Connection refused";
    assert!(message.starts_with(told), "{message}");

    server.start_again();
    assert_eq!(Tag::count(&db.primary()).await.unwrap(), 0);
}
