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

use futures_util::stream;
use rowsmith_runtime::sql::count;
use rowsmith_runtime::write::{copy_in_stream, excluded};
use rowsmith_runtime::{CopyFormat, Database, Executor};
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

#[allow(dead_code)]
fn futures_of_functions_can_be_sent<E: Executor>(db: &E, names: &[String]) {
    use trees::routines::{MoodCount, functions, sequences};

    is_send(functions::add(db, 1, 2));
    is_send(functions::say_hello(db, "Ada", None));
    is_send(functions::add_users(db, names));
    is_send(functions::users_in(db, None));
    is_send(functions::names(db));
    is_send(sequences::INVOICE_NO.next(db));
    is_send(MoodCount::refresh(db));
}

#[allow(dead_code)]
fn futures_of_queries_can_be_sent<E: Executor>(db: &E) {
    let query = || {
        User::select()
            .filter(User::NAME.eq("Ada"))
            .order_by(User::ID)
    };
    is_send(query());
    is_send(query().all(db));
    is_send(query().one(db));
    is_send(query().one_or_none(db));
    is_send(query().first(db));
    is_send(query().page(db, 1, 10));
    is_send(query().count(db));
    is_send(query().exists(db));
    is_send(query().stream(db));
    is_send(async {
        let mut users = query().stream(db).await?;
        while let Some(user) = futures_util::TryStreamExt::try_next(&mut users).await? {
            user.posts(db).await?;
        }
        Ok::<(), rowsmith_runtime::Error>(())
    });
    is_send(
        Post::select()
            .join(Post::AUTHOR)
            .left_join(User::PROFILE)
            .all(db),
    );
    let counts = Post::select().group_by(Post::AUTHOR_ID);
    is_send(
        counts
            .columns((Post::AUTHOR_ID, count()))
            .having(count().gt(5))
            .all(db),
    );
    let deep = || {
        let posts = User::POSTS
            .filter(Post::TITLE.like("%"))
            .order_by(Post::ID)
            .limit(3);
        let posts = posts.with(Post::COMMENTS.with(Comment::AUTHOR.with(User::PROFILE)));
        query()
            .with(posts.with(Post::TAGS))
            .with(User::PROFILE)
            .with(User::COMMENTS)
    };
    is_send(deep());
    is_send(deep().all(db));
    is_send(deep().one(db));
    is_send(deep().first(db));
    is_send(deep().page(db, 1, 10));
}

#[allow(dead_code)]
fn futures_of_writes_can_be_sent<E: Executor>(db: &E, new: &[NewUser]) {
    let update = || {
        User::update()
            .set(User::AGE, User::AGE + 1)
            .filter(User::POSTS.exists())
    };
    is_send(update().execute(db));
    is_send(update().returning().all(db));
    is_send(update().returning_columns((User::ID, User::AGE)).one(db));
    let delete = || User::delete().filter(User::ID.in_([1, 2]));
    is_send(delete().execute(db));
    is_send(delete().returning().one_or_none(db));
    is_send(User::insert(new).all(db));
    is_send(User::insert(new).on_conflict_do_nothing().execute(db));
    let upsert = || User::insert(new).on_conflict(User::EMAIL).do_update();
    is_send(upsert().execute(db));
    is_send(
        upsert()
            .set(User::AGE, excluded(User::AGE))
            .filter(User::IS_ACTIVE)
            .all(db),
    );
    let names = User::select().columns((User::ID, User::NAME));
    is_send(
        Post::insert_from((Post::AUTHOR_ID, Post::TITLE))
            .query(names)
            .execute(db),
    );
    is_send(User::copy_in(db, new.to_vec()));
    is_send(copy_in_stream(db, stream::iter(new.to_vec())));
    is_send(User::copy_out(db, CopyFormat::Csv));
}

#[allow(dead_code)]
fn futures_of_transactions_can_be_sent(db: &Database) {
    is_send(async {
        let tx = db.begin().await?;
        NewUser::new("Ada", "ada@example.com").insert(&tx).await?;
        let savepoint = tx.savepoint().await?;
        let users = User::select()
            .with(User::POSTS.with(Post::COMMENTS))
            .all(&savepoint)
            .await?;
        User::copy_in(&savepoint, [NewUser::new("Bob", "bob@example.com")]).await?;
        savepoint.commit().await?;
        tx.commit().await?;
        Ok::<_, rowsmith_runtime::Error>(users)
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
