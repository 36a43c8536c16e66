//! The queries of the README, as printed there; `tests/tidy.rs` compares them.
// Most of what they give is there to have its type spelled out.
#![allow(unused_variables)]

use std::time::Duration;

use rowsmith_runtime::{
    Database, Error, Isolation, Recycling, TransactionOptions, alias, derived, sql, table,
};
use rowsmith_test_server::TestServer;
use rowsmith_test_trees::blog as db;
use rowsmith_test_trees::blog::{
    Comment, NewPost, NewTag, NewUser, Post, Profile, Role, Tag, User,
};
use rowsmith_test_trees::organisation::Employee;

use crate::blog::{empty, filled};

#[tokio::test]
async fn what_the_readme_says_runs() {
    let (_database, db) = filled().await;
    queries(&db).await.unwrap();
    relations(&db).await.unwrap();
    writes(&db).await.unwrap();
    more(&db, Some("Ada")).await.unwrap();
}

async fn queries(db: &Database) -> Result<(), Error> {
    use rowsmith_runtime::sql::{avg, count};

    let users: Vec<User> = User::select()
        .filter(User::IS_ACTIVE.eq(true) & (User::ROLE.eq(Role::Admin) | User::AGE.ge(18)))
        .order_by(User::CREATED_AT.desc())
        .limit(10)
        .all(db) // or one, one_or_none, first, stream, page, count, exists
        .await?;

    let rows: Vec<(Post, User)> = Post::select()
        .join(Post::AUTHOR)
        .filter(User::NAME.eq("Ada"))
        .all(db)
        .await?;

    let rows: Vec<(User, Option<Profile>)> =
        User::select().left_join(User::PROFILE).all(db).await?;

    // Columns and expressions instead of whole rows; what may be NULL is an `Option`.
    let rows: Vec<(i64, i64, Option<f64>)> = Post::select()
        .group_by(Post::AUTHOR_ID)
        .columns((Post::AUTHOR_ID, count(), avg(Post::SCORE)))
        .having(count().gt(5))
        .all(db)
        .await?;
    Ok(())
}

async fn relations(db: &Database) -> Result<(), Error> {
    let busy: Vec<User> = User::select()
        .filter(User::POSTS.any(Post::TITLE.ilike("%rust%")))
        .all(db)
        .await?;

    let users: Vec<(User, Vec<Post>)> = User::select().with(User::POSTS).all(db).await?;

    let users: Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)> = User::select()
        .with(
            User::POSTS
                .filter(Post::PUBLISHED_AT.is_not_null())
                .order_by(Post::ID.desc())
                .limit(3) // of each user
                .with(Post::COMMENTS),
        )
        .with(User::PROFILE)
        .all(db)
        .await?;
    Ok(())
}

async fn writes(db: &Database) -> Result<(), Error> {
    let n: u64 = User::update()
        .set(User::IS_ACTIVE, false)
        .set(User::AGE, User::AGE + 1)
        .filter(User::AGE.lt(18))
        .execute(db) // without a filter it does not compile; `all_rows()` says that it is all of them
        .await?;

    let gone: Vec<User> = User::delete()
        .filter(User::IS_ACTIVE.eq(false))
        .returning()
        .all(db)
        .await?;

    let ada = NewUser::new("Ada", "ada@example.com");
    let users: Vec<User> = User::insert(&[ada])
        .on_conflict(User::EMAIL)
        .do_update_of(User::NAME)
        .all(db)
        .await?;

    let someone = |i| NewUser::new("Someone", format!("{i}@example.com"));
    let n: u64 = User::copy_in(db, (0..1_000).map(someone)).await?; // binary COPY

    let names = User::select().columns(User::NAME).distinct();
    let n: u64 = Tag::insert_from(Tag::NAME).query(names).execute(db).await?;
    Ok(())
}

alias!(
    /// The one that somebody reports to.
    struct Manager: Employee
);

derived! {
    /// How many posts an author has.
    struct Busy {
        author_id AUTHOR_ID: i64,
        posts POSTS: i64,
    }
}

async fn more(db: &Database, name: Option<&str>) -> Result<(), Error> {
    // A filter that is left out, and one that is put together in a loop.
    let mut query = User::select().filter(name.map(|name| User::NAME.eq(name)));
    for word in ["a", "d"] {
        query = query.filter(User::NAME.contains_text(word));
    }

    // Page by page, each after the last row of the one before.
    let last = query.clone().first(db).await?;
    let last = last.map(|user| (user.name, user.id));
    let next = query.after((User::NAME, User::ID), last).limit(20);

    // A table twice, a common table expression, a subquery.
    let earlier = Employee::select()
        .join(Employee::MANAGER.to(Manager))
        .filter(Employee::HIRED_ON.lt(Employee::HIRED_ON.of(Manager)));
    let posts = Post::select()
        .group_by(Post::AUTHOR_ID)
        .columns((Post::AUTHOR_ID, sql::count()));
    let busy = User::select()
        .with_cte(Busy::cte(posts))
        .join(table::<Busy>().on(Busy::AUTHOR_ID.eq(User::ID)))
        .filter(Busy::POSTS.gt(5));
    let writers = User::select().filter(User::ID.in_query(Post::select().columns(Post::AUTHOR_ID)));

    // Any other function, and any other SQL; values can't get into its text.
    let close = sql::call("similarity")
        .arg(User::NAME)
        .arg("Ada")
        .returns::<f32>();
    let even = sql::raw("{} % {} = 0")
        .arg(User::AGE)
        .arg(2)
        .returns::<Option<bool>>();
    let even = User::select().filter(even);
    println!("{}", even.to_sql());

    let rows = (
        next.all(db).await?,
        busy.all(db).await?,
        even.all(db).await?,
    );
    Ok(())
}

#[tokio::test]
async fn what_the_readme_says_of_the_schema_runs() {
    let database = TestServer::shared().create_database(None);
    let db = Database::connect(&database.url()).await.unwrap();
    schema(db).await.unwrap();
}

async fn schema(db: Database) -> Result<(), Error> {
    db::create_all(&db).await?; // all of it or nothing; `db::SCHEMA_SQL` is the text
    assert!(db::SCHEMA_SQL.contains("CREATE TABLE"));

    // What the code was generated from: columns, keys, checks, indexes, labels, signatures of functions.
    // What was added is no difference, unless inserts or rows would trip on it.
    db::verify(&db).await?;
    Ok(())
}

#[tokio::test]
async fn what_the_readme_says_of_transactions_runs() {
    let (database, db) = empty().await;
    transactions(&db).await.unwrap();
    pool(&database.url(), &database.url()).await.unwrap();
}

async fn transactions(db: &Database) -> Result<(), Error> {
    let post: Post = db
        .transaction(async |tx| {
            let ada = NewUser::new("Ada", "ada@example.com").insert(&tx).await?;
            NewPost::new(ada.id, "Notes").insert(&tx).await
        })
        .await?;

    // Tried again when it could not be serialized with those beside it, or has met a deadlock.
    let removed = db
        .transaction_with(Isolation::Serializable.retries(3), async |tx| {
            let drafts = Post::delete().filter(Post::PUBLISHED_AT.is_null());
            let removed = drafts.execute(&tx).await?;
            tx.after_commit(move || println!("{removed} drafts are gone"));
            Ok(removed)
        })
        .await?;

    // Options, an advisory lock, a transaction within it (a savepoint), an error of your own.
    let options = TransactionOptions::new().statement_timeout(Duration::from_secs(2));
    let result = db
        .transaction_with(options, async |tx| {
            tx.advisory_lock("tags").await?;
            let tag = tx
                .transaction(async |tx| NewTag::new("rust").insert(&tx).await)
                .await;
            if let Err(Error::UniqueViolation(_)) = tag {
                return Err(Error::rollback("there is a tag already"));
            }
            Ok(())
        })
        .await;

    assert_eq!((post.author_id, removed), (1, 1));
    result
}

async fn pool(url: &str, replica: &str) -> Result<(), Error> {
    let db = Database::builder()
        .max_connections(20)
        .wait_timeout(Duration::from_secs(5)) // then `Error::PoolTimeout`
        .max_lifetime(Duration::from_secs(3600))
        .recycling(Recycling::Verified)
        .statement_cache(256)
        .on_connect("SET search_path = public")
        .application_name("shop")
        .replica(replica) // what only reads goes there; `db.primary()` reads what was last written
        .connect(url)
        .await?;
    println!("{:?}", db.status());
    Ok(())
}
