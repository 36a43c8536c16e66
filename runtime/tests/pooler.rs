//! Behind a real PgBouncer that hands out the server's connections by the transaction.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use rowsmith_runtime::tokio_postgres::SimpleQueryMessage;
use rowsmith_runtime::{Connection, CopyFormat, Database, Error, Isolation, Params, Result, query};
use rowsmith_test_server::{PgBouncer, TestDatabase, TestServer};
use rowsmith_test_trees::blog::{NewPost, NewTag, NewUser, Post, Role, Tag, User};
use tokio::time::timeout;

const BLOG: &str = include_str!("../../fixtures/blog/schema.sql");

const NOTHING: [&str; 0] = [];

/// Two connections to the server for all who come.
fn bouncer() -> PgBouncer {
    PgBouncer::start(TestServer::shared(), "transaction", 2)
}

async fn behind(bouncer: &PgBouncer, database: &TestDatabase<'_>) -> Database {
    Database::builder()
        .max_connections(8)
        .named_statements(false)
        .connect(&bouncer.url(database.name()))
        .await
        .unwrap()
}

/// The statements that are left prepared on the server's connections, as both of them say.
async fn left_prepared(bouncer: &PgBouncer, database: &TestDatabase<'_>) -> Vec<String> {
    let url = bouncer.url(database.name());
    let one = Connection::connect(&url).await.unwrap();
    let other = Connection::connect(&url).await.unwrap();
    let mut left = Vec::new();
    for connection in [&one, &other] {
        // It keeps its connection of the server's.
        connection.client().batch_execute("BEGIN").await.unwrap();
        let sql = "SELECT statement FROM pg_prepared_statements";
        let rows = connection.client().simple_query(sql).await.unwrap();
        left.extend(rows.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }));
    }
    left
}

/// One of many programs that do all sorts of things at once.
async fn customer(db: &Database, number: u32) -> Result<()> {
    let email = format!("{number}@example.com");
    // `role` is of an enum type, which the driver has to look up.
    let user = NewUser::new("Someone", &email)
        .role(Role::Editor)
        .insert(db)
        .await?;
    assert_eq!(user.role, Role::Editor);
    let found = User::find_by_email(db, &email).await?;
    assert_eq!(found.as_ref(), Some(&user));
    db.transaction_with(Isolation::RepeatableRead.retries(5), async |tx| {
        for title in ["one", "two", "three"] {
            NewPost::new(user.id, title).insert(&tx).await?;
        }
        tx.transaction(async |tx| {
            NewPost::new(user.id, "four").insert(&tx).await?;
            Err::<(), _>(Error::rollback("one too many"))
        })
        .await
        .unwrap_err();
        Ok(())
    })
    .await?;
    let users: Vec<(User, Vec<Post>)> = User::select()
        .filter(User::ROLE.eq(Role::Editor) & User::ID.eq(user.id))
        .with(User::POSTS.order_by(Post::ID))
        .all(db)
        .await?;
    assert_eq!(users[0].1.len(), 3);
    let tags = (0..5).map(|tag| NewTag::new(format!("{number}-{tag}")));
    let tags: Vec<NewTag> = tags.collect();
    assert_eq!(Tag::insert_many(db, &tags).await?.len(), 5);
    let page = Post::select()
        .filter(Post::AUTHOR_ID.eq(user.id))
        .order_by(Post::ID)
        .page(db, 2, 2)
        .await?;
    assert_eq!((page.rows.len(), page.total), (1, 3));
    // Two statements at once, both of them new, in one transaction.
    let users = db
        .transaction(async |tx| {
            let those = User::AGE.is_null() & User::ID.ge(i64::from(number));
            User::select().filter(those).page(&tx, 1, 1).await
        })
        .await?;
    assert_eq!(users.size, 1);
    let posts = Post::select().filter(Post::AUTHOR_ID.eq(user.id));
    let posts: Vec<Post> = posts.stream(db).await?.try_collect().await?;
    assert_eq!(posts.len(), 3);
    let n = User::update()
        .set(User::AGE, Some(42))
        .filter(User::ID.eq(user.id))
        .execute(db)
        .await?;
    assert_eq!(n, 1);
    let error = NewUser::new("Another", &email)
        .insert(db)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UniqueViolation(_)), "{error:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_for_many_at_once() {
    let (database, direct) = common::database_with(BLOG).await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    let other = behind(&bouncer, &database).await;
    let customers = stream::iter(0..60).map(|number| {
        let db = if number % 2 == 0 { &db } else { &other };
        customer(db, number)
    });
    let done: Vec<()> = customers.buffer_unordered(20).try_collect().await.unwrap();
    assert_eq!(done.len(), 60);
    assert_eq!(Post::count(&direct).await.unwrap(), 180);
    assert_eq!(left_prepared(&bouncer, &database).await, NOTHING);
}

#[tokio::test]
async fn copies_go_through_it() {
    let (database, direct) = common::database_with(BLOG).await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    let tags = (0..1000).map(|number| NewTag::new(format!("tag {number}")));
    assert_eq!(Tag::copy_in(&db, tags).await.unwrap(), 1000);
    assert_eq!(Tag::count(&direct).await.unwrap(), 1000);

    // What fails is undone.
    let twice = [NewTag::new("new"), NewTag::new("tag 1")];
    let error = Tag::copy_in(&db, twice).await.unwrap_err();
    assert!(matches!(error, Error::UniqueViolation(_)), "{error:?}");

    // What is left half-way concerns nobody else.
    for _ in 0..5 {
        let mut csv = Tag::copy_out(&db, CopyFormat::Csv).await.unwrap();
        csv.try_next().await.unwrap().unwrap();
        drop(csv);
        assert_eq!(Tag::count(&db).await.unwrap(), 1000);
    }

    let csv = Tag::copy_out(&db, CopyFormat::Csv).await.unwrap();
    let csv: Vec<_> = csv.try_collect().await.unwrap();
    let lines = csv.concat().iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, 1001);
    assert_eq!(Tag::count(&db).await.unwrap(), 1000);
    assert_eq!(left_prepared(&bouncer, &database).await, NOTHING);
}

#[tokio::test]
async fn types_of_all_sorts_are_known_at_once() {
    let schema = include_str!("../../fixtures/custom_types/schema.sql");
    let (database, _) = common::database_with(schema).await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    let other = behind(&bouncer, &database).await;
    for db in [&db, &other] {
        let sql = "SELECT oid::regtype::text FROM pg_type
            WHERE typtype IN ('e', 'd', 'r') AND typnamespace = 'public'::regnamespace";
        let names: Vec<String> = query::value(db, &format!("SELECT ARRAY({sql})"), &[])
            .await
            .unwrap();
        assert!(!names.is_empty());
        for name in names {
            let sql = format!("SELECT NULL::{name} IS NULL, ARRAY[]::{name}[]::text");
            let empty: String =
                query::value(db, &format!("SELECT text FROM ({sql}) AS t(b, text)"), &[])
                    .await
                    .unwrap();
            assert_eq!(empty, "{}");
        }
    }
    assert_eq!(left_prepared(&bouncer, &database).await, NOTHING);
}

#[tokio::test]
async fn a_transaction_that_is_dropped_leaves_nothing_behind() {
    let (database, direct) = common::database_with(BLOG).await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    for number in 0..10 {
        let tx = db.begin().await.unwrap();
        NewTag::new(format!("{number}")).insert(&tx).await.unwrap();
        drop(tx);
    }
    // More would not fit if one of them still held a connection of the server's.
    for _ in 0..4 {
        assert_eq!(Tag::count(&db).await.unwrap(), 0);
    }
    assert_eq!(Tag::count(&direct).await.unwrap(), 0);
}

/// Whatever a future is at when it is dropped, nobody meets what it leaves behind.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_half_way_leaves_nothing_behind() {
    let (database, direct) = common::database_with(BLOG).await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    stream::iter(0..300_u64)
        .for_each_concurrent(6, async |number| {
            let work = async {
                // A new statement each time, which has to be described.
                let sql = format!("SELECT {number} + $1::int");
                match number % 3 {
                    0 => query::value::<i32>(&db, &sql, &[&1]).await.map(drop),
                    1 => {
                        db.transaction(async |tx| {
                            query::value::<i32>(&tx, &sql, &[&1]).await?;
                            NewTag::new(format!("{number}")).insert(&tx).await?;
                            Err(Error::rollback("all of them are undone"))
                        })
                        .await
                    }
                    _ => {
                        let tags = (0..50).map(|tag| NewTag::new(format!("{number}-{tag}")));
                        db.transaction(async |tx| {
                            Tag::copy_in(&tx, tags).await?;
                            Err(Error::rollback("all of them are undone"))
                        })
                        .await
                    }
                }
            };
            let patience = Duration::from_micros(number * 7919 % 5000);
            if let Ok(Err(error)) = timeout(patience, work).await {
                assert!(matches!(error, Error::Rollback(_)), "{error:?}");
            }
            let two: i32 = query::value(&db, "SELECT $1::int + 1", &[&1])
                .await
                .unwrap();
            assert_eq!(two, 2);
        })
        .await;
    assert_eq!(Tag::count(&direct).await.unwrap(), 0);
    assert_eq!(left_prepared(&bouncer, &database).await, NOTHING);
}

#[tokio::test]
async fn a_type_that_is_newer_than_the_connection_is_looked_up() {
    let (database, direct) = common::database_with("").await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    for (name, kind, value) in [
        ("one", "ENUM ('a')", "a"),
        ("two", "(a int, b one)", "(1,a)"),
        ("three", "ENUM ('b')", "b"),
        ("four", "(c three)", "(b)"),
    ] {
        let create = format!("CREATE TYPE {name} AS {kind}");
        query::execute(&direct, &create, &[]).await.unwrap();
        let sql = format!("SELECT '{value}'::{name}, 1 + $1::int");
        for _ in 0..3 {
            assert_eq!(query::execute(&db, &sql, &[&1]).await.unwrap(), 1);
            let in_transaction = db.transaction(async |tx| query::execute(&tx, &sql, &[&1]).await);
            assert_eq!(in_transaction.await.unwrap(), 1);
        }
    }
    assert_eq!(left_prepared(&bouncer, &database).await, NOTHING);
}

/// Other programs may use the same names, or the same program before the switch was set.
#[tokio::test]
async fn what_others_have_left_is_in_nobodys_way() {
    let (database, _) = common::database_with(BLOG).await;
    let bouncer = bouncer();
    let url = bouncer.url(database.name());
    let littering = async || {
        let connection = Connection::connect(&url).await.unwrap();
        let names = (0..3000).map(|number| format!("PREPARE s{number} AS SELECT 1"));
        let litter = names.collect::<Vec<_>>().join("; ");
        // All on one of the server's connections; those that are there are no trouble.
        let _ = connection.client().batch_execute(&litter).await;
    };
    littering().await;
    let db = behind(&bouncer, &database).await;
    littering().await;
    assert_eq!(User::list(&db).await.unwrap().len(), 0);
    littering().await;
    assert_eq!(Tag::copy_in(&db, [NewTag::new("a")]).await.unwrap(), 1);
    littering().await;
    let copy = Tag::copy_out(&db, CopyFormat::Text).await.unwrap();
    assert_eq!(copy.try_collect::<Vec<_>>().await.unwrap().len(), 1);
    littering().await;
    let n = db.transaction(async |tx| {
        Tag::copy_in(&tx, [NewTag::new("b")]).await?;
        Tag::select().count(&tx).await
    });
    assert_eq!(n.await.unwrap(), 2);
}

#[tokio::test]
async fn a_wrong_number_of_parameters_is_an_error() {
    let (database, _) = common::database_with("").await;
    let bouncer = bouncer();
    let db = behind(&bouncer, &database).await;
    for params in [&[] as Params<'_>, &[&1, &2]] {
        let error = query::execute(&db, "SELECT $1::int", params)
            .await
            .unwrap_err();
        assert!(!error.is_unavailable(), "{error:?}");
    }
    assert_eq!(
        query::execute(&db, "SELECT $1::int", &[&1]).await.unwrap(),
        1
    );
}

/// What the switch is for.
#[tokio::test]
async fn without_the_switch_statements_are_left_behind() {
    // Of no types to learn, for which a server's connection is swept.
    let (database, _) = common::database_with("").await;
    let bouncer = bouncer();
    let named = Database::connect(&bouncer.url(database.name()))
        .await
        .unwrap();
    query::execute(&named, "SELECT 'left behind'", &[])
        .await
        .unwrap();
    let left = left_prepared(&bouncer, &database).await;
    assert_eq!(left, ["SELECT 'left behind'"]);
}
