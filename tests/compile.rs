//! What is generated compiles: every golden tree under `deny(warnings)`, wherever it is mounted.
//!
//! That it compiles at all is the test; what is in the functions is never run.
// Two mounts of one tree are what is tested here.
#![allow(clippy::duplicate_mod)]
#![allow(clippy::unwrap_used)]

#[path = "trees/lib.rs"]
mod trees;

/// A tree may be mounted twice.
#[deny(warnings)]
#[path = "golden/blog/mod.rs"]
mod elsewhere;

use rowsmith_runtime::tokio_postgres::Client;
use trees::blog::{NewPost, NewUser, Post, User, UserPatch};

fn is_send<T: Send>(_: T) {}

fn is_static<T: Send + Sync + Clone + std::fmt::Debug + PartialEq + 'static>() {}

/// A web server moves futures between threads.
#[allow(dead_code)]
fn futures_can_be_sent(db: &Client, user: &User, post: &Post, new: &NewUser, many: &[NewPost]) {
    is_send(User::find(db, 1));
    is_send(User::find_by_email(db, "ada@example.com"));
    is_send(User::list(db));
    is_send(User::count(db));
    is_send(User::exists(db, 1));
    is_send(User::delete_by_id(db, 1));
    is_send(Post::list_by_author_id(db, 1));
    is_send(Post::insert_many(db, many));
    is_send(new.insert(db));
    is_send(new.upsert_by_email(db));
    is_send(async { UserPatch::new().name("Ada").apply(db, 1).await });
    is_send(user.posts(db));
    is_send(user.profile(db));
    is_send(post.author(db));
    is_send(post.tags(db));
}

#[test]
fn rows_are_plain_values() {
    is_static::<User>();
    is_static::<NewUser>();
    is_static::<UserPatch>();
    is_static::<trees::blog::Role>();
    is_static::<trees::custom_types::Address>();
    is_static::<trees::types::Array>();
}

#[test]
fn two_mounts_are_two_types() {
    fn name<T>() -> &'static str {
        std::any::type_name::<T>()
    }
    assert_ne!(name::<User>(), name::<elsewhere::User>());
}
