//! A blog with a few people in it.

use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_runtime::{Connection, Database};
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::blog::{
    Comment, NewComment, NewPost, NewPostTag, NewProfile, NewTag, NewUser, Post, PostTag, Profile,
    Role, Tag, User,
};

pub const SCHEMA: &str = include_str!("../../../fixtures/blog/schema.sql");

/// A database with the blog's schema, and a pool on it.
pub async fn empty() -> (TestDatabase<'static>, Database) {
    let database = TestServer::shared().create_database(Some(SCHEMA));
    let db = Database::connect(&database.url()).await.unwrap();
    (database, db)
}

/// A connection that is not in the pool.
pub async fn connection(database: &TestDatabase<'_>) -> Connection {
    Connection::connect(&database.url()).await.unwrap()
}

/// The time so many seconds after the beginning of 2024.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_704_067_200 + seconds, 0).unwrap()
}

/// A blog with people, posts, comments and tags in it.
///
/// | user | age | role | active | posts |
/// |---|---|---|---|---|
/// | 1 Ada | 36 | admin | yes | 1 Notes (0.9, at 10), 2 Engine (0.5, at 20), 3 Draft |
/// | 2 Bob | | member | no | 4 Boats (0.7, at 30) |
/// | 3 Cid | 17 | editor | yes | none |
pub async fn filled() -> (TestDatabase<'static>, Database) {
    let (database, db) = empty().await;
    // Each row gives the same columns, so that their keys are in this order.
    let users = [
        ("Ada", "ada@example.com", Some(36), Role::Admin, true),
        ("Bob", "bob@example.com", None, Role::Member, false),
        ("Cid", "cid@example.org", Some(17), Role::Editor, true),
    ];
    let users = (1..)
        .zip(users)
        .map(|(second, (name, email, age, role, active))| {
            NewUser::new(name, email)
                .age(age)
                .role(role)
                .is_active(active)
                .created_at(at(second))
        });
    User::insert_many(&db, &users.collect::<Vec<_>>())
        .await
        .unwrap();
    let posts = [
        (1, "Notes", "on the engine", Some(0.9), Some(at(10))),
        (1, "Engine", "", Some(0.5), Some(at(20))),
        (1, "Draft", "", None, None),
        (2, "Boats", "", Some(0.7), Some(at(30))),
    ];
    let posts = posts.map(|(author, title, body, score, published_at)| {
        NewPost::new(author, title)
            .body(body)
            .score(score)
            .published_at(published_at)
    });
    Post::insert_many(&db, &posts).await.unwrap();
    let comments = [
        (1, "first", Some(2)),
        (1, "second", Some(3)),
        (4, "third", Some(1)),
        (4, "nobody's", None),
    ];
    let comments =
        comments.map(|(post, body, author)| NewComment::new(post, body).author_id(author));
    Comment::insert_many(&db, &comments).await.unwrap();
    let profiles = [(1, Some("Counts.")), (3, None)];
    let profiles = profiles.map(|(user, bio)| NewProfile::new(user).bio(bio.map(str::to_owned)));
    Profile::insert_many(&db, &profiles).await.unwrap();
    let tags = ["math", "steam", "water"].map(NewTag::new);
    Tag::insert_many(&db, &tags).await.unwrap();
    let post_tags = [(1, 1), (2, 1), (2, 2), (4, 3)].map(|(post, tag)| NewPostTag::new(post, tag));
    PostTag::insert_many(&db, &post_tags).await.unwrap();
    (database, db)
}
