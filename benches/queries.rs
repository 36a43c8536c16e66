//! Generated functions side by side with hand-written tokio-postgres that prepares each statement once and
//! takes rows from the stream.
//!
//! `cargo bench --bench queries` prints ratios, each of medians taken in turns within this one run.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use rowsmith_runtime::Connection;
use rowsmith_runtime::tokio_postgres::{Client, NoTls, Row, Statement};
use rowsmith_test_server::TestServer;

#[allow(dead_code)]
#[path = "../tests/golden/blog/mod.rs"]
mod blog;

use blog::{NewTag, NewUser, Tag, User};

const ROUNDS: usize = 15;
const ROWS: usize = 10_000;
const COLUMNS: &str = "id, name, email, role::text, age, is_active, created_at";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let schema = include_str!("../fixtures/blog/schema.sql");
    let database = TestServer::shared().create_database(Some(schema));
    let by_hand = connect(&database.url()).await;
    let ours = Connection::new(connect(&database.url()).await);
    let users: Vec<NewUser> = (0..ROWS)
        .map(|i| NewUser::new(format!("User {i}"), format!("{i}@example.com")).age(i as i32 % 90))
        .collect();
    User::insert_many(&ours, &users).await.expect("users");

    let find = prepare(
        &by_hand,
        &format!("SELECT {COLUMNS} FROM users WHERE id = $1"),
    )
    .await;
    let list = prepare(
        &by_hand,
        &format!("SELECT {COLUMNS} FROM users ORDER BY id"),
    )
    .await;
    let insert = prepare(
        &by_hand,
        "INSERT INTO tags (name) VALUES ($1) RETURNING id, name",
    )
    .await;

    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        turns
            .ours(async {
                for id in 0..1_000 {
                    User::find(&ours, id).await.expect("a user");
                }
            })
            .await;
        turns
            .by_hand(async {
                for id in 0..1_000i64 {
                    let row = by_hand.query_opt(&find, &[&id]).await.expect("a user");
                    row.map(|row| decode(&row));
                }
            })
            .await;
    }
    turns.print("find by key");

    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        turns
            .ours(async {
                assert_eq!(User::list(&ours).await.expect("users").len(), ROWS);
            })
            .await;
        turns
            .by_hand(async {
                let none: [i64; 0] = [];
                let rows = by_hand.query_raw(&list, none).await.expect("users");
                let users: Vec<_> = rows
                    .map_ok(|row| decode(&row))
                    .try_collect()
                    .await
                    .expect("users");
                assert_eq!(users.len(), ROWS);
            })
            .await;
    }
    turns.print("list 10,000 rows");

    let mut turns = Turns::default();
    for round in 0..ROUNDS {
        turns
            .ours(async {
                for i in 0..500 {
                    let tag = NewTag::new(format!("ours {round} {i}"));
                    tag.insert(&ours).await.expect("a tag");
                }
            })
            .await;
        turns
            .by_hand(async {
                for i in 0..500 {
                    let name = format!("by hand {round} {i}");
                    let row = by_hand.query_one(&insert, &[&name]).await.expect("a tag");
                    let _tag = Tag {
                        id: row.get(0),
                        name: row.get(1),
                    };
                }
            })
            .await;
    }
    turns.print("insert one row");
}

type UserByHand = (
    i64,
    String,
    String,
    String,
    Option<i32>,
    bool,
    rowsmith_runtime::chrono::DateTime<rowsmith_runtime::chrono::Utc>,
);

fn decode(row: &Row) -> UserByHand {
    (
        row.get(0),
        row.get(1),
        row.get(2),
        row.get(3),
        row.get(4),
        row.get(5),
        row.get(6),
    )
}

async fn connect(url: &str) -> Client {
    let (client, connection) = rowsmith_runtime::tokio_postgres::connect(url, NoTls)
        .await
        .expect("a connection");
    tokio::spawn(connection);
    client
}

async fn prepare(client: &Client, sql: &str) -> Statement {
    client.prepare(sql).await.expect("a statement")
}

/// The times of two ways to do the same, taken in turns so that noise falls on both alike.
#[derive(Default)]
struct Turns {
    ours: Vec<Duration>,
    by_hand: Vec<Duration>,
}

impl Turns {
    async fn ours(&mut self, task: impl Future<Output = ()>) {
        self.ours.push(time(task).await);
    }

    async fn by_hand(&mut self, task: impl Future<Output = ()>) {
        self.by_hand.push(time(task).await);
    }

    fn print(mut self, what: &str) {
        self.ours.sort();
        self.by_hand.sort();
        let (ours, by_hand) = (self.ours[ROUNDS / 2], self.by_hand[ROUNDS / 2]);
        println!(
            "{what}: {:.2} of hand-written tokio-postgres",
            ours.as_secs_f64() / by_hand.as_secs_f64()
        );
    }
}

async fn time(task: impl Future<Output = ()>) -> Duration {
    let start = Instant::now();
    task.await;
    start.elapsed()
}
