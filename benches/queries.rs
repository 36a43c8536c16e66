//! Generated functions side by side with hand-written tokio-postgres that prepares each statement once and
//! takes rows from the stream.
//!
//! `cargo bench --bench queries` prints ratios, each of medians taken in turns within this one run.

use std::collections::HashMap;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use rowsmith_runtime::Connection;
use rowsmith_runtime::tokio_postgres::{Client, NoTls, Row, Statement};
use rowsmith_test_server::TestServer;

#[allow(dead_code)]
#[path = "../tests/golden/blog/mod.rs"]
mod blog;

use blog::{NewPost, NewTag, NewUser, Post, Tag, User};

const ROUNDS: usize = 15;
const ROWS: usize = 10_000;
const COLUMNS: &str = "id, name, email, role::text, age, is_active, created_at";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let schema = include_str!("../fixtures/blog/schema.sql");
    let database = TestServer::shared().create_database(Some(schema));
    let ours = Connection::new(connect(&database.url()).await);
    // The same connection: of two, one is the faster by where the system puts its processes.
    let by_hand = ours.client();
    let users: Vec<NewUser> = (0..ROWS)
        .map(|i| NewUser::new(format!("User {i}"), format!("{i}@example.com")).age(i as i32 % 90))
        .collect();
    User::insert_many(&ours, &users).await.expect("users");

    let find = prepare(
        by_hand,
        &format!("SELECT {COLUMNS} FROM users WHERE id = $1"),
    )
    .await;
    let list = prepare(by_hand, &format!("SELECT {COLUMNS} FROM users ORDER BY id")).await;
    let insert = prepare(
        by_hand,
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

    query(&ours, by_hand).await;
    load(&ours, by_hand).await;
}

/// The composable query, whose text is put together for each call.
async fn query(ours: &Connection, by_hand: &Client) {
    let find = prepare(
        by_hand,
        &format!("SELECT {COLUMNS} FROM users WHERE name = $1 AND age >= $2 ORDER BY id LIMIT $3"),
    )
    .await;
    by_hand
        .batch_execute("CREATE INDEX users_name_idx ON users (name); ANALYZE users")
        .await
        .expect("an index");
    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        turns
            .ours(async {
                for i in 0..1_000 {
                    let users = User::select()
                        .filter(User::NAME.eq(format!("User {i}")) & User::AGE.ge(0))
                        .order_by(User::ID)
                        .limit(10);
                    assert_eq!(users.all(ours).await.expect("users").len(), 1);
                }
            })
            .await;
        turns
            .by_hand(async {
                for i in 0..1_000 {
                    let name = format!("User {i}");
                    let rows = by_hand.query(&find, &[&name, &0, &10_i64]).await;
                    let users: Vec<_> = rows.expect("users").iter().map(decode).collect();
                    assert_eq!(users.len(), 1);
                }
            })
            .await;
    }
    turns.print("select with a filter");

    let list = prepare(
        by_hand,
        &format!("SELECT {COLUMNS} FROM users WHERE age >= $1"),
    )
    .await;
    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        turns
            .ours(async {
                let users = User::select().filter(User::AGE.ge(0));
                assert_eq!(users.all(ours).await.expect("users").len(), ROWS);
            })
            .await;
        turns
            .by_hand(async {
                let rows = by_hand.query_raw(&list, [0]).await.expect("users");
                let users: Vec<_> = rows
                    .map_ok(|row| decode(&row))
                    .try_collect()
                    .await
                    .expect("users");
                assert_eq!(users.len(), ROWS);
            })
            .await;
    }
    turns.print("select 10,000 rows");
}

/// A thousand users with ten posts each: the second query and the stitching.
async fn load(ours: &Connection, by_hand: &Client) {
    let users: Vec<i64> = User::select()
        .columns(User::ID)
        .order_by(User::ID)
        .limit(1_000)
        .all(ours)
        .await
        .expect("users");
    let posts: Vec<NewPost> = (0..10 * users.len())
        .map(|i| NewPost::new(users[i % users.len()], format!("Post {i}")).score(0.5))
        .collect();
    Post::insert_many(ours, &posts).await.expect("posts");
    by_hand.batch_execute("ANALYZE").await.expect("statistics");

    let parents = prepare(
        by_hand,
        &format!("SELECT {COLUMNS} FROM users ORDER BY id LIMIT 1000"),
    )
    .await;
    let children = prepare(
        by_hand,
        "SELECT id, author_id, title, body, score, published_at FROM posts \
         WHERE author_id = ANY($1) ORDER BY id",
    )
    .await;
    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        turns
            .ours(async {
                let users = User::select()
                    .order_by(User::ID)
                    .limit(1_000)
                    .with(User::POSTS);
                let users: Vec<(User, Vec<Post>)> = users.all(ours).await.expect("users");
                assert!(users.iter().all(|(_, posts)| posts.len() == 10));
            })
            .await;
        turns
            .by_hand(async {
                let none: [i64; 0] = [];
                let rows = by_hand.query_raw(&parents, none).await.expect("users");
                let users: Vec<UserByHand> = rows
                    .map_ok(|row| decode(&row))
                    .try_collect()
                    .await
                    .expect("users");
                let ids: Vec<i64> = users.iter().map(|user| user.0).collect();
                let rows = by_hand.query_raw(&children, [&ids]).await.expect("posts");
                let mut rows = pin!(rows);
                let mut posts: HashMap<i64, Vec<Post>> = HashMap::with_capacity(ids.len());
                while let Some(row) = rows.try_next().await.expect("a post") {
                    let post = Post {
                        id: row.get(0),
                        author_id: row.get(1),
                        title: row.get(2),
                        body: row.get(3),
                        score: row.get(4),
                        published_at: row.get(5),
                    };
                    posts.entry(post.author_id).or_default().push(post);
                }
                let users: Vec<(UserByHand, Vec<Post>)> = users
                    .into_iter()
                    .map(|user| {
                        let posts = posts.remove(&user.0).unwrap_or_default();
                        (user, posts)
                    })
                    .collect();
                assert!(users.iter().all(|(_, posts)| posts.len() == 10));
            })
            .await;
    }
    turns.print("load 10 posts of each of 1,000 users");
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
