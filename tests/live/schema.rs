//! The generated tree creates its schema and compares it with that of a database.

use rowsmith_runtime::Database;
use rowsmith_runtime::schema::SchemaDifference;
use rowsmith_runtime::{Error, Result};
use rowsmith_test_server::{TestDatabase, TestServer};

use crate::database::Live;
use crate::support::Fixture;
use crate::trees::{blog, custom_types, functions, partitions, shop};

/// An empty database for the fixture of that name, where the server is new enough.
pub async fn empty(fixture: &str) -> Option<(TestDatabase<'static>, Database)> {
    let server = TestServer::shared();
    if server.version() < Fixture::read(fixture).server {
        return None;
    }
    let database = server.create_database(None);
    let pool = Database::connect(&database.url()).await.unwrap();
    Some((database, pool))
}

/// Creates a fixture's schema and verifies it, and verifies the one that its SQL file makes.
macro_rules! check {
    ($name:ident) => {
        let name = stringify!($name);
        let Some((_database, db)) = crate::schema::empty(name).await else {
            return;
        };
        if let Err(error) = crate::trees::$name::create_all(&db).await {
            panic!("{error}");
        }
        if let Err(error) = crate::trees::$name::verify(&db).await {
            panic!("created: {error}");
        }
        let live = crate::database::Live::create(name).await;
        if let Err(error) = crate::trees::$name::verify(&*live).await {
            panic!("the fixture's: {error}");
        }
    };
}
pub(crate) use check;

/// The differences that a change of the schema brings.
#[track_caller]
fn said(result: Result<()>) -> Vec<String> {
    match result {
        Ok(()) => Vec::new(),
        Err(Error::SchemaMismatch(mismatch)) => {
            let text = mismatch.to_string();
            let said: Vec<String> = mismatch
                .differences
                .iter()
                .map(SchemaDifference::to_string)
                .collect();
            assert!(said.iter().all(|line| text.contains(line)), "{text}");
            said
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn an_existing_schema_is_not_created_again() {
    let live = Live::create("blog").await;
    match blog::create_all(&*live).await {
        Err(error @ Error::SchemaExists(_)) => {
            assert!(error.to_string().contains("is there already"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn all_of_it_is_created_or_nothing() {
    let (database, db) = empty("blog").await.unwrap();
    // The last table of the script is in the way of it.
    database.execute("CREATE TABLE users (id int)").unwrap();
    assert!(blog::create_all(&db).await.is_err());
    database.execute("DROP TABLE users").unwrap();
    blog::create_all(&db).await.unwrap();
}

#[tokio::test]
async fn a_schema_is_created_in_a_transaction_and_forgotten_with_it() {
    let (_database, db) = empty("shop").await.unwrap();
    let tx = db.begin().await.unwrap();
    shop::create_all(&tx).await.unwrap();
    shop::verify(&tx).await.unwrap();
    tx.rollback().await.unwrap();
    let said = said(shop::verify(&db).await);
    assert!(
        said.iter().all(|line| line.ends_with("not there")),
        "{said:?}"
    );
    shop::create_all(&db).await.unwrap();
    shop::verify(&db).await.unwrap();
}

#[tokio::test]
async fn what_is_there_besides_is_no_difference() {
    let live = Live::create("blog").await;
    live.sql(
        "ALTER TABLE users ADD COLUMN nickname text;
         ALTER TABLE users ADD COLUMN points integer NOT NULL DEFAULT 0;
         ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
         ALTER TABLE users ADD CONSTRAINT further CHECK (points >= 0);
         CREATE INDEX ON users (nickname);
         CREATE TABLE other (id integer NOT NULL);
         CREATE VIEW another AS SELECT id FROM users;
         CREATE TYPE third AS ENUM ('a');",
    );
    assert_eq!(said(blog::verify(&*live).await), [""; 0]);
}

/// Changes the blog's database, and says what differs then.
async fn after(sql: &str) -> Vec<String> {
    let live = Live::create("blog").await;
    live.sql(sql);
    said(blog::verify(&*live).await)
}

#[tokio::test]
async fn each_kind_of_difference_is_named() {
    for (sql, expected) in [
        (
            "DROP TABLE comments",
            &["table public.comments: it is not there"][..],
        ),
        (
            "ALTER TABLE users DROP COLUMN age",
            &[
                "table public.users, column age: expected integer, but it is not there",
                "table public.users, check users_age_check: it is not there",
            ],
        ),
        (
            "ALTER TABLE users ALTER COLUMN age TYPE bigint",
            &["table public.users, column age: expected integer, found bigint"],
        ),
        (
            "ALTER TABLE users ALTER COLUMN age SET NOT NULL",
            &["table public.users, column age: expected integer, found integer not null"],
        ),
        (
            "ALTER TABLE users ALTER COLUMN is_active DROP DEFAULT",
            &[
                "table public.users, column is_active: expected boolean not null, default, found \
               boolean not null",
            ],
        ),
        (
            "ALTER TABLE users ALTER COLUMN id SET GENERATED BY DEFAULT",
            &[
                "table public.users, column id: expected bigint not null, identity always, found \
               bigint not null, identity by default",
            ],
        ),
        (
            "ALTER TABLE users ADD COLUMN pet text NOT NULL",
            &[
                "table public.users, column pet: found text not null, which inserts do not know of \
               and would have to give",
            ],
        ),
        (
            "ALTER TABLE users DROP CONSTRAINT users_email_key",
            &["table public.users, unique users_email_key: expected (email), but it is not there"],
        ),
        (
            "ALTER TABLE comments DROP CONSTRAINT comments_pkey",
            &[
                "table public.comments, primary key: expected comments_pkey (id), but it is not there",
            ],
        ),
        (
            "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey;
             ALTER TABLE posts ADD CONSTRAINT posts_author_id_fkey FOREIGN KEY (author_id)
                 REFERENCES users (id) ON DELETE SET NULL DEFERRABLE",
            &[
                "table public.posts, foreign key posts_author_id_fkey: expected (author_id) \
               references public.users (id) on delete cascade, found (author_id) references \
               public.users (id) on delete set null deferrable",
            ],
        ),
        (
            "ALTER TYPE role ADD VALUE 'guest'",
            &[
                "enum public.role: expected admin, editor, member, found admin, editor, member, guest",
            ],
        ),
        (
            "DROP INDEX posts_author_id_idx; CREATE UNIQUE INDEX posts_author_id_idx ON posts (author_id DESC)",
            &[
                "table public.posts, index posts_author_id_idx: expected btree (author_id), found \
               unique btree (author_id desc)",
            ],
        ),
    ] {
        assert_eq!(after(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn differences_of_types_are_named() {
    let live = Live::create("custom_types").await;
    assert_eq!(said(custom_types::verify(&*live).await), [""; 0]);
    live.sql(
        "ALTER TYPE mood ADD VALUE 'so so' BEFORE 'ok';
         ALTER DOMAIN positive DROP NOT NULL;
         ALTER DOMAIN email DROP CONSTRAINT email_has_at;
         ALTER TYPE point3 RENAME ATTRIBUTE z TO depth;",
    );
    assert_eq!(
        said(custom_types::verify(&*live).await),
        [
            "enum public.mood: expected sad, ok, happy, found sad, \"so so\", ok, happy",
            "domain public.email, check email_has_at: it is not there",
            "domain public.positive: expected integer not null, default, found integer, default",
            "composite public.point3, column z: expected double precision, but it is not there",
        ]
    );
}

#[tokio::test]
async fn differences_of_views_functions_and_partitions_are_named() {
    let live = Live::create("functions").await;
    live.sql(
        "DROP VIEW metre_readings;
         CREATE VIEW metre_readings AS SELECT id, 1 AS length FROM readings;
         DROP FUNCTION longest(double precision[]);",
    );
    assert_eq!(
        said(functions::verify(&*live).await),
        [
            "view public.metre_readings, column length: expected double precision, found integer",
            "function public.longest(double precision[]): expected returns double precision, but it \
             is not there",
        ]
    );
    let live = Live::create("partitions").await;
    live.sql("ALTER TABLE measurements DETACH PARTITION measurements_2023");
    assert_eq!(
        said(partitions::verify(&*live).await),
        [
            "table public.measurements_2023: expected partition of public.measurements, but it is not"
        ]
    );
}
