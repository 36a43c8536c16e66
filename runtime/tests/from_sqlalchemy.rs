//! The Rust half of `docs/from-sqlalchemy.md`, as printed there; `tests/tidy.rs` compares them.
// Much of what is found is there to have its type spelled out.
#![allow(unused_variables, clippy::type_complexity, clippy::unwrap_used)]
#![cfg(feature = "pool")]

#[path = "query/blog.rs"]
#[allow(dead_code)]
mod blog;

use std::net::TcpListener;
use std::time::Duration;

use futures_util::TryStreamExt;
use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_runtime::sql::{self, count, count_distinct, max, min, sum};
use rowsmith_runtime::{
    Database, Error, Executor, Isolation, PoolStep, Recycling, Result, alias, derived, query, table,
};
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::blog as db;
use rowsmith_test_trees::blog::{
    Comment, NewPost, NewPostTag, NewTag, NewUser, Post, Profile, Role, Tag, User, UserPatch,
};
use rowsmith_test_trees::locking::{Account, AccountPatch, NewAccount};
use rowsmith_test_trees::organisation::Employee;

use blog::filled;

/// An empty database with the schema of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        create(include_str!(concat!(
            "../../fixtures/",
            $name,
            "/schema.sql"
        )))
        .await
    };
}

async fn create(schema: &str) -> (TestDatabase<'static>, Database) {
    let database = TestServer::shared().create_database(Some(schema));
    let db = Database::connect(&database.url()).await.unwrap();
    (database, db)
}

/// The generated struct without its paths.
#[allow(dead_code)]
mod model {
    use super::{DateTime, Role, Utc};

    pub struct User {
        pub id: i64,
        pub name: String,
        pub email: String,
        pub role: Role,
        pub age: Option<i32>,
        pub is_active: bool,
        pub created_at: DateTime<Utc>,
    }
}

impl From<User> for model::User {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            age: user.age,
            is_active: user.is_active,
            created_at: user.created_at,
        }
    }
}

#[tokio::test]
async fn models() -> Result<()> {
    let (database, db) = fixture!("blog");
    let ada: User = NewUser::new("Ada", "ada@example.com")
        .age(36)
        .insert(&db)
        .await?;
    assert_eq!((ada.id, ada.role), (1, Role::Member));
    assert_eq!(model::User::from(ada).age, Some(36));

    let ada: Option<User> = User::find_by_email(&db, "ada@example.com").await?;

    match NewUser::new("Another Ada", "ada@example.com")
        .insert(&db)
        .await
    {
        Err(Error::UniqueViolation(v)) if v.constraint == User::USERS_EMAIL_KEY => {}
        other => panic!("expected a unique violation, got {other:?}"),
    }
    assert!(ada.is_some());

    let bob = NewUser::new("Bob", "bob@example.com").insert(&db).await?;
    assert!(bob.role == Role::Member && bob.is_active);

    let eve = NewUser::new("Eve", "eve@example.com")
        .role(Role::Admin)
        .is_active(false);
    assert_eq!(eve.insert(&db).await?.role, Role::Admin);

    let long = NewUser::new("Long", "x".repeat(201)).insert(&db).await;
    assert_eq!(
        long.unwrap_err().code().map(|code| code.code()),
        Some("22001")
    );
    Ok(())
}

#[tokio::test]
async fn engines() -> Result<()> {
    let database = TestServer::shared().create_database(None);
    let url = &database.url();
    let db = Database::connect(url).await?;
    db::create_all(&db).await?; // all of it or nothing; `db::SCHEMA_SQL` is the text
    assert_eq!(User::count(&db).await?, 0);
    assert!(db::SCHEMA_SQL.contains("CREATE TABLE"));
    let again = db::create_all(&db).await;
    assert!(matches!(again, Err(Error::SchemaExists(_))));
    db::verify(&db).await?; // Error::SchemaMismatch
    query::execute(&db, "DROP TABLE profiles", &[]).await?;
    assert!(matches!(
        db::verify(&db).await,
        Err(Error::SchemaMismatch(_))
    ));

    let db = Database::builder()
        .max_connections(15)
        .wait_timeout(Duration::from_secs(30))
        .recycling(Recycling::Verified)
        .max_lifetime(Duration::from_secs(3600))
        .application_name("shop")
        .connect(url)
        .await?;
    assert_eq!(db.status().max_connections, 15);
    Ok(())
}

#[tokio::test]
async fn engine_options() -> Result<()> {
    let (database, _) = fixture!("blog");
    let url = &database.url();
    let options = || Database::builder().max_connections(1);

    let db = options().wait_timeout(Duration::from_millis(1));
    let db = db.connect(url).await?;
    let held = db.connection().await?;
    let waited = db.connection().await;
    assert!(matches!(waited, Err(Error::PoolTimeout(PoolStep::Wait))));
    drop(held);

    // Nobody answers there.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = silent.local_addr().unwrap();
    let db = options().create_timeout(Duration::from_millis(1));
    let connected = db.connect(&format!("postgres://ada@{address}/blog")).await;
    assert!(matches!(
        connected,
        Err(Error::PoolTimeout(PoolStep::Create))
    ));

    // The connection that `connect` makes is too old at once, and replaced when it is asked for.
    for db in [
        options().max_lifetime(Duration::ZERO),
        options().idle_timeout(Duration::ZERO),
    ] {
        let db = db.connect(url).await?;
        assert_eq!((db.status().connections, db.status().opened), (1, 1));
        User::count(&db).await?;
        assert_eq!((db.status().connections, db.status().opened), (1, 2));
    }

    let statements = "SELECT count(*) FROM pg_prepared_statements";
    for (named, kept) in [(true, 1), (false, 0)] {
        let db = options().named_statements(named).connect(url).await?;
        let kept_now: i64 = query::value(&db, statements, &[]).await?;
        assert_eq!(kept_now, kept);
    }

    let db = options().on_connect("SET TimeZone = 'Asia/Tokyo'");
    let db = db.connect(url).await?;
    let zone: String = query::value(&db, "SHOW TimeZone", &[]).await?;
    assert_eq!(zone, "Asia/Tokyo");

    for recycling in [Recycling::Fast, Recycling::Verified, Recycling::Clean] {
        let db = options().recycling(recycling).connect(url).await?;
        assert_eq!(User::count(&db).await?, 0);
    }
    Ok(())
}

async fn rename(db: &impl Executor, id: i64, name: &str) -> Result<User> {
    let patch = UserPatch::new().name(name);
    patch.apply(db, id).await?.ok_or(Error::NotFound)
}

#[tokio::test]
async fn sessions() -> Result<()> {
    let (_database, db) = filled().await;
    let ada = User::find(&db, 1).await?; // a connection of the pool for this query

    let connection = db.connection().await?; // one connection for several
    let posts = Post::list_by_author_id(&connection, 1).await?;
    let tags = Tag::list(&connection).await?;
    assert_eq!((posts.len(), tags.len()), (3, 3));

    assert_eq!(rename(&db, 2, "Bobby").await?.name, "Bobby");
    assert!(matches!(rename(&db, 99, "?").await, Err(Error::NotFound)));

    let patch = UserPatch::new().name("Ada L.").age(None);
    let ada: Option<User> = patch.apply(&db, 1).await?;
    assert_eq!(ada.map(|ada| ada.name), Some("Ada L.".to_owned()));
    Ok(())
}

#[tokio::test]
async fn selects() -> Result<()> {
    let (_database, db) = filled().await;
    {
        let ada: Option<User> = User::find(&db, 1).await?;
        assert!(ada.is_some());
    }
    {
        let users: Vec<User> = User::select().all(&db).await?;
        assert_eq!(users.len(), 3);
    }
    {
        let rows: Vec<(i64, String)> = User::select()
            .columns((User::ID, User::NAME))
            .all(&db)
            .await?;
        let names: Vec<String> = User::select().columns(User::NAME).all(&db).await?;
        assert_eq!((rows.len(), names.len()), (3, 3));
    }
    {
        let users = User::select()
            .filter(User::IS_ACTIVE)
            .filter(User::NAME.ilike("a%"))
            .filter(User::AGE.between(18, 65))
            .filter(User::ROLE.in_([Role::Admin, Role::Editor]))
            .filter(User::AGE.is_not_null())
            .all(&db)
            .await?;
        assert_eq!(users.len(), 1);
    }
    {
        let users = User::select()
            .filter(User::IS_ACTIVE.eq(true) & (User::ROLE.eq(Role::Admin) | User::AGE.ge(18)))
            .filter(!User::NAME.eq("Bob"))
            .all(&db)
            .await?;
        assert_eq!(users.len(), 1);
    }
    {
        let name: Option<&str> = None;
        let mut query = User::select().filter(name.map(|name| User::NAME.eq(name)));
        for word in ["a", "d"] {
            query = query.filter(User::NAME.contains_text(word));
        }
        assert_eq!(query.count(&db).await?, 1);
    }
    {
        let users = User::select()
            .order_by((User::AGE.desc().nulls_last(), User::ID))
            .limit(10)
            .offset(20)
            .all(&db)
            .await?;
        assert!(users.is_empty());
    }
    {
        let page = User::select().order_by(User::NAME).page(&db, 1, 20).await?;
        let (rows, total) = (page.rows, page.total);
        assert_eq!((rows.len(), total), (3, 3));
    }
    Ok(())
}

#[tokio::test]
async fn results() -> Result<()> {
    let (_database, db) = filled().await;
    let query = User::select().filter(User::ID.eq(1));
    {
        let query = query.clone();
        let users: Vec<User> = query.all(&db).await?;
        assert_eq!(users.len(), 1);
    }
    {
        let query = query.clone();
        let user: User = query.one(&db).await?; // Error::NotFound, Error::TooManyRows
        assert_eq!(user.id, 1);
    }
    {
        let query = query.clone();
        let user: Option<User> = query.one_or_none(&db).await?; // Error::TooManyRows
        assert!(user.is_some());
    }
    {
        let user: Option<User> = query.first(&db).await?;
        assert!(user.is_some());
    }
    {
        let active: i64 = User::select().filter(User::IS_ACTIVE).count(&db).await?;
        let all: i64 = User::count(&db).await?;
        assert_eq!((active, all), (2, 3));
    }
    {
        let taken: bool = User::select()
            .filter(User::EMAIL.eq("ada@example.com"))
            .exists(&db)
            .await?;
        assert!(taken);
    }
    Ok(())
}

#[tokio::test]
async fn joins_and_groups() -> Result<()> {
    let (_database, db) = filled().await;
    {
        let rows: Vec<(Post, User)> = Post::select()
            .join(Post::AUTHOR)
            .filter(User::NAME.eq("Ada"))
            .all(&db)
            .await?;
        assert_eq!(rows.len(), 3);
    }
    {
        let rows: Vec<(User, Tag)> = User::select()
            .join(table::<Tag>().on(Tag::NAME.eq(User::NAME)))
            .all(&db)
            .await?;
        assert!(rows.is_empty());
    }
    {
        let rows: Vec<(User, Option<Profile>)> =
            User::select().left_join(User::PROFILE).all(&db).await?;
        assert_eq!(rows.len(), 3);
    }
    {
        let rows: Vec<(i64, i64, Option<f64>)> = Post::select()
            .group_by(Post::AUTHOR_ID)
            .columns((Post::AUTHOR_ID, count(), sql::avg(Post::SCORE)))
            .having(count().gt(2))
            .all(&db)
            .await?;
        assert_eq!(rows.len(), 1);
    }
    {
        let (youngest, oldest, total, roles): (Option<i32>, Option<i32>, Option<i64>, i64) =
            User::select()
                .columns((
                    min(User::AGE),
                    max(User::AGE),
                    sum(User::AGE),
                    count_distinct(User::ROLE),
                ))
                .one(&db)
                .await?;
        assert_eq!(
            (youngest, oldest, total, roles),
            (Some(17), Some(36), Some(53), 3)
        );
    }
    Ok(())
}

#[tokio::test]
async fn relations() -> Result<()> {
    let (_database, db) = filled().await;
    let user = User::find(&db, 1).await?.ok_or(Error::NotFound)?;
    let post = Post::find(&db, 3).await?.ok_or(Error::NotFound)?;
    let tag = Tag::find(&db, 1).await?.ok_or(Error::NotFound)?;
    {
        let posts: Vec<Post> = user.posts(&db).await?;
        NewPost::new(user.id, "On loops").insert(&db).await?;
        assert_eq!(posts.len(), 3);
    }
    {
        let author: User = post.author(&db).await?;
        assert_eq!(author, user);
    }
    {
        let tags: Vec<Tag> = post.tags(&db).await?;
        NewPostTag::new(post.id, tag.id).insert(&db).await?;
        assert!(tags.is_empty());
    }
    {
        let users: Vec<(User, Vec<(Post, Vec<Comment>)>)> = User::select()
            .with(User::POSTS.with(Post::COMMENTS))
            .all(&db)
            .await?;

        for (user, posts) in &users {
            println!("{} wrote {} posts", user.name, posts.len());
        }
        assert_eq!(users.len(), 3);
    }
    {
        let users: Vec<(User, Vec<Post>)> = User::select()
            .with(
                User::POSTS
                    .filter(Post::PUBLISHED_AT.is_not_null())
                    .order_by(Post::ID.desc())
                    .limit(3), // of each user
            )
            .all(&db)
            .await?;
        assert_eq!(users.len(), 3);
    }
    {
        let posts: Vec<(Post, User)> = Post::select().join(Post::AUTHOR).all(&db).await?;
        assert_eq!(posts.len(), 5);
    }
    {
        let comments: Vec<(Comment, Post, User)> = Comment::select()
            .join(Comment::POST)
            .join(Post::AUTHOR)
            .filter(User::NAME.eq("Ada"))
            .all(&db)
            .await?;
        assert_eq!(comments.len(), 2);
    }
    {
        let users = User::select()
            .filter(User::POSTS.any(Post::TITLE.ilike("%loops%")))
            .all(&db)
            .await?;
        let posts = Post::select()
            .filter(Post::AUTHOR.any(User::NAME.eq("Ada")))
            .all(&db)
            .await?;
        let silent = User::select()
            .filter(User::POSTS.is_empty())
            .all(&db)
            .await?;
        assert_eq!((users.len(), posts.len(), silent.len()), (1, 4, 1));
    }
    Ok(())
}

#[tokio::test]
async fn transactions() -> Result<()> {
    let (_database, db) = fixture!("blog");
    db.transaction(async |tx| {
        let ada = NewUser::new("Ada", "ada@example.com").insert(&tx).await?;
        NewPost::new(ada.id, "Notes").insert(&tx).await?;
        Ok(())
    })
    .await?;
    let tx = db.begin().await?;
    NewUser::new("Bob", "bob@example.com").insert(&tx).await?;
    tx.commit().await?; // or rollback(), or drop it
    db.transaction(async |tx| {
        let again = tx
            .transaction(async |tx| NewUser::new("Ada", "ada@example.com").insert(&tx).await)
            .await;
        if let Err(Error::UniqueViolation(_)) = again {
            // Only the inner one is undone.
            NewUser::new("Ada", "ada@example.org").insert(&tx).await?;
        }
        Ok(())
    })
    .await?;
    assert_eq!(User::count(&db).await?, 3);
    let users: i64 = db
        .transaction_with(Isolation::Serializable.retries(3), async |tx| {
            User::count(&tx).await
        })
        .await?;
    assert_eq!(users, 3);
    let tx = db.begin_with(Isolation::RepeatableRead.read_only()).await?;
    let users = User::list(&tx).await?;
    let posts = Post::list(&tx).await?;
    assert!(User::delete().all_rows().execute(&tx).await.is_err());
    drop(tx);
    let sold = db
        .transaction(async |_tx| Err::<(), _>(Error::rollback(OutOfStock)))
        .await;
    if let Err(error) = sold {
        assert_eq!(error.into_reason::<OutOfStock>()?, OutOfStock);
    }
    let tx = db.begin().await?;
    let next = Post::select().order_by(Post::ID).for_update().skip_locked();
    let post: Option<Post> = next.first(&tx).await?;
    drop(tx);
    db.transaction(async |tx| {
        let user = NewUser::new("Cid", "cid@example.com").insert(&tx).await?;
        tx.after_commit(move || println!("welcome, {}", user.name));
        Ok(())
    })
    .await?;
    Ok(())
}

#[derive(Debug, PartialEq)]
struct OutOfStock;

impl std::fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is none left")
    }
}

impl std::error::Error for OutOfStock {}

#[tokio::test]
async fn writes() -> Result<()> {
    let (_database, db) = fixture!("blog");
    {
        let rows: Vec<NewUser> = (1..=100)
            .map(|i| NewUser::new("Someone", format!("{i}@example.com")))
            .collect();
        let users: Vec<User> = User::insert_many(&db, &rows).await?; // one statement

        let more = (101..=9_999).map(|i| NewUser::new("Someone", format!("{i}@example.com")));
        let n: u64 = User::copy_in(&db, more).await?; // binary COPY
        assert_eq!((users.len(), n), (100, 9_899));
    }
    {
        let ada: User = NewUser::new("Ada", "ada@example.com")
            .upsert_by_email(&db)
            .await?;

        let rows = [NewUser::new("Ada L.", "ada@example.com")];
        let users: Vec<User> = User::insert(&rows)
            .on_conflict(User::EMAIL)
            .do_update_of(User::NAME)
            .all(&db)
            .await?;
        let tags = ["rust", "sql"].map(NewTag::new);
        let n: u64 = Tag::insert(&tags)
            .on_conflict_do_nothing()
            .execute(&db)
            .await?;
        assert_eq!((&*ada.name, &*users[0].name, n), ("Ada", "Ada L.", 2));
    }
    {
        let user: User = NewUser::new("Bob", "bob@example.com").insert(&db).await?;

        let ids: Vec<i64> = User::update()
            .set(User::AGE, 18)
            .filter(User::NAME.eq("Bob"))
            .returning_columns(User::ID)
            .all(&db)
            .await?;
        assert_eq!(ids, [user.id]);
    }
    {
        let n: u64 = User::update()
            .set(User::IS_ACTIVE, false)
            .set(User::AGE, User::AGE + 1)
            .filter(User::AGE.le(18))
            .execute(&db)
            .await?;
        let n: u64 = User::delete()
            .filter(User::IS_ACTIVE.eq(false))
            .execute(&db)
            .await?;
        assert_eq!(n, 1);
    }
    {
        let mut users = User::select().stream(&db).await?;
        while let Some(user) = users.try_next().await? {
            println!("{}", user.name);
        }
    }
    Ok(())
}

#[tokio::test]
async fn versions() -> Result<()> {
    let (_database, db) = fixture!("locking");
    let account = NewAccount::new("Ada").insert(&db).await?;
    let account: Account = Account::find(&db, 1).await?.ok_or(Error::NotFound)?;
    let patch = AccountPatch::new().balance(account.balance + 10);
    let account = patch.apply_to(&db, &account).await?; // Error::StaleRow
    assert_eq!((account.balance, account.version), (10, 2));
    Ok(())
}

derived! {
    /// How many posts an author has.
    struct Busy {
        author_id AUTHOR_ID: i64,
        posts POSTS: i64,
    }
}

alias!(
    /// The one that somebody reports to.
    struct Manager: Employee
);

#[tokio::test]
async fn more_of_sql() -> Result<()> {
    let (_database, db) = filled().await;
    {
        let good = Post::select()
            .filter(Post::SCORE.gt(0.5))
            .columns(Post::AUTHOR_ID);
        let authors: Vec<User> = User::select()
            .filter(User::ID.in_query(good))
            .all(&db)
            .await?;

        let rows: Vec<(String, i64)> = User::select()
            .columns((User::NAME, User::POSTS.count()))
            .all(&db)
            .await?;
        assert_eq!((authors.len(), rows.len()), (2, 3));
    }
    {
        let posts = Post::select()
            .group_by(Post::AUTHOR_ID)
            .columns((Post::AUTHOR_ID, count()));
        let rows: Vec<(User, Busy)> = User::select()
            .with_cte(Busy::cte(posts))
            .join(table::<Busy>().on(Busy::AUTHOR_ID.eq(User::ID)))
            .filter(Busy::POSTS.gt(2))
            .all(&db)
            .await?;
        assert_eq!(rows.len(), 1);
    }
    {
        let even = sql::raw("{} % {} = 0")
            .arg(User::AGE)
            .arg(2)
            .returns::<Option<bool>>();
        let users: Vec<User> = User::select().filter(even).all(&db).await?;

        let version: String = query::value(&db, "SHOW server_version", &[]).await?;
        let n: u64 = query::execute(&db, "UPDATE posts SET score = $1", &[&0.5]).await?;
        assert_eq!((users.len(), n), (1, 4));
    }
    let (_database, db) = fixture!("organisation");
    let rows: Vec<(Employee, Employee)> = Employee::select()
        .join(Employee::MANAGER.to(Manager))
        .filter(Employee::HIRED_ON.lt(Employee::HIRED_ON.of(Manager)))
        .all(&db)
        .await?;
    assert!(rows.is_empty());
    Ok(())
}

#[cfg(feature = "axum")]
mod web {
    use super::*;
    use axum::extract::Path;
    use axum::http::{Request, StatusCode};
    use axum::routing::{get, post};
    use axum::{Router, body::Body};
    use rowsmith_runtime::web::Transactions;
    use rowsmith_runtime::{Connection, Tx};
    use tower::ServiceExt;

    async fn read_user(db: Connection, Path(id): Path<i64>) -> Result<String> {
        let user = User::find(&db, id).await?.ok_or(Error::NotFound)?; // 404
        Ok(user.name)
    }

    async fn create_user(tx: Tx, name: String) -> Result<(StatusCode, String)> {
        let email = format!("{name}@example.com");
        let user = NewUser::new(name, email).insert(&tx).await?; // 409 when the address is taken
        Ok((StatusCode::CREATED, user.id.to_string()))
    }

    fn app(db: Database) -> Router {
        Router::new()
            .route("/users", post(create_user))
            .route("/users/{id}", get(read_user))
            .layer(Transactions::new(db.clone()))
            .with_state(db)
    }

    #[tokio::test]
    async fn requests() -> Result<()> {
        let (_database, db) = fixture!("blog");
        let app = app(db);
        let create = || Request::post("/users").body(Body::from("ada"));
        let show = |id| Request::get(format!("/users/{id}")).body(Body::empty());
        let requests = [
            (create(), 201),
            (create(), 409),
            (show(1), 200),
            (show(99), 404),
        ];
        for (request, status) in requests {
            let response = app.clone().oneshot(request.unwrap()).await.unwrap();
            assert_eq!(response.status(), status);
        }
        Ok(())
    }
}
