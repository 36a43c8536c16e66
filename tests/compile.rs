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

use futures_util::TryStreamExt;
use rowsmith_runtime::tokio_postgres::Client;
use rowsmith_runtime::{CopyFormat, Database, Error};
use trees::blog::{Comment, NewPost, NewUser, Post, User, UserPatch};

fn is_send<T: Send>(_: T) {}

fn is_static<T: Send + Sync + Clone + std::fmt::Debug + PartialEq + 'static>() {}

/// A web server moves futures between threads.
#[allow(dead_code)]
fn futures_can_be_sent<E: Executor>(
    db: &E,
    user: &User,
    post: &Post,
    new: &NewUser,
    many: &[NewPost],
) {
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

/// So it does with those of queries.
#[allow(dead_code)]
fn futures_of_queries_can_be_sent(db: &Database, many: Vec<NewUser>) {
    let users = User::select().filter(User::IS_ACTIVE).order_by(User::ID);
    is_send(users.clone().all(db));
    is_send(users.clone().one(db));
    is_send(users.clone().one_or_none(db));
    is_send(users.clone().first(db));
    is_send(users.clone().page(db, 1, 20));
    is_send(users.clone().count(db));
    is_send(users.clone().exists(db));
    is_send(async {
        let mut rows = users.clone().stream(db).await?;
        rows.try_next().await
    });
    is_send(
        Post::select()
            .join(Post::AUTHOR)
            .left_join(Post::COMMENTS)
            .all(db),
    );
    is_send(
        User::select()
            .with(
                User::POSTS
                    .limit(3)
                    .with(Post::COMMENTS.with(Comment::AUTHOR)),
            )
            .with(User::PROFILE)
            .all(db),
    );
    is_send(User::update().set(User::AGE, None).all_rows().execute(db));
    is_send(User::delete().filter(User::ID.eq(1)).returning().all(db));
    is_send(
        User::insert(&many)
            .on_conflict(User::EMAIL)
            .do_update()
            .all(db),
    );
    is_send(User::copy_in(db, many.clone()));
    is_send(User::copy_out(db, CopyFormat::Csv));
    is_send(async {
        let tx = db.begin().await?;
        let users = users.clone().with(User::POSTS).all(&tx).await?;
        tx.savepoint().await?.commit().await?;
        tx.commit().await?;
        Ok::<_, Error>(users)
    });
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
