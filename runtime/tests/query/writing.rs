//! Inserting, changing and deleting many rows.

use futures_util::{TryStreamExt, stream};
use rowsmith_runtime::write::{copy_in_stream, excluded};
use rowsmith_runtime::{CopyFormat, Error, NewRow, sql};
use rowsmith_test_trees::blog::{
    Comment, NewPost, NewTag, NewUser, Post, PostTag, Role, Tag, User,
};

use crate::blog::{at, connection, empty, filled};

const HOSTILE: &str = "'; DROP TABLE users; --\\\"$1";

#[tokio::test]
async fn many_rows_are_changed() {
    let (_database, db) = filled().await;
    let n = User::update()
        .set(User::IS_ACTIVE, false)
        .set(User::AGE, User::AGE + 1)
        .filter(User::AGE.lt(40))
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(n, 2);
    let ages: Vec<Option<i32>> = User::select()
        .columns(User::AGE)
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(ages, [Some(37), None, Some(18)]);

    // NULL, an Option, a column, a subquery, and of two values the last one.
    let posts = Post::select()
        .outer::<User>()
        .filter(Post::AUTHOR_ID.eq(User::ID))
        .columns(sql::count());
    let changed: Vec<User> = User::update()
        .set(User::AGE, None)
        .set(User::AGE, posts.scalar().cast::<i32>())
        .set(User::NAME, User::EMAIL)
        .set(User::ROLE, Role::Admin)
        .all_rows()
        .returning()
        .all(&db)
        .await
        .unwrap();
    assert_eq!(changed.len(), 3);
    assert!(
        changed
            .iter()
            .all(|user| user.name == user.email && user.role == Role::Admin)
    );
    let ada = User::find(&db, 1).await.unwrap().unwrap();
    assert_eq!(ada.age, Some(3));

    let name: String = User::update()
        .set(User::NAME, HOSTILE)
        .set(User::AGE, None)
        .filter(User::ID.eq(1))
        .returning_columns(User::NAME)
        .one(&db)
        .await
        .unwrap();
    assert_eq!(name, HOSTILE);
    assert_eq!(User::count(&db).await.unwrap(), 3);

    let nobody = || User::update().set(User::NAME, "x").filter(User::ID.eq(99));
    assert_eq!(nobody().execute(&db).await.unwrap(), 0);
    assert!(matches!(
        nobody().returning().one(&db).await,
        Err(Error::NotFound)
    ));
    assert_eq!(nobody().returning().one_or_none(&db).await.unwrap(), None);
    let nothing = User::update().all_rows().execute(&db).await;
    assert!(matches!(nothing, Err(Error::Statement(_))));
    match User::update()
        .set(User::AGE, -1)
        .all_rows()
        .execute(&db)
        .await
    {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, User::USERS_AGE_CHECK),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn many_rows_are_deleted() {
    let (_database, db) = filled().await;
    let gone: Vec<(i64, String)> = Comment::delete()
        .filter(Comment::AUTHOR_ID.eq(None) | Comment::POST_ID.eq(1))
        .returning_columns((Comment::ID, Comment::BODY))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(gone.len(), 3);
    let theirs = Post::select().filter(Post::SCORE.lt(0.6)).columns(Post::ID);
    let n = PostTag::delete()
        .filter(PostTag::POST_ID.in_query(theirs))
        .execute(&db)
        .await;
    assert_eq!(n.unwrap(), 2);
    let n = User::delete()
        .filter(User::POSTS.is_empty())
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(n, 1);
    let no_conditions = sql::all_of(Vec::<rowsmith_runtime::Expr<User, bool>>::new());
    let refused = User::delete().filter(no_conditions).execute(&db).await;
    assert!(matches!(refused, Err(Error::Statement(_))));
    assert_eq!(User::delete().all_rows().execute(&db).await.unwrap(), 2);
    assert_eq!(Post::count(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn a_query_is_inserted() {
    let (_database, db) = filled().await;
    let names = User::select().filter(User::ID.gt(1)).columns(User::NAME);
    let tags: Vec<Tag> = Tag::insert_from(Tag::NAME)
        .query(names)
        .returning()
        .all(&db)
        .await
        .unwrap();
    let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["Bob", "Cid"]);
    let copies = Post::select().filter(Post::AUTHOR_ID.eq(1)).columns((
        sql::val(2_i64),
        Post::TITLE.concat(" again"),
        Post::SCORE,
    ));
    let n = Post::insert_from((Post::AUTHOR_ID, Post::TITLE, Post::SCORE))
        .query(copies)
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(n, 3);
    let posts = Post::list_by_author_id(&db, 2).await.unwrap();
    let titles: Vec<_> = posts.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Boats", "Notes again", "Engine again", "Draft again"]
    );
    assert_eq!(posts[3].score, None);
}

#[tokio::test]
async fn rows_that_are_there_already() {
    let (_database, db) = filled().await;
    let rows = [
        NewUser::new("Ada L.", "ada@example.com").age(20),
        NewUser::new("Dan", "dan@example.com").age(50),
        NewUser::new("Bob B.", "bob@example.com").age(60),
    ];
    let reload = async |id| User::find(&db, id).await.unwrap().unwrap();

    let new: Vec<User> = User::insert(&rows)
        .on_conflict(User::EMAIL)
        .do_nothing()
        .all(&db)
        .await
        .unwrap();
    let names: Vec<_> = new.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["Dan"]);
    assert_eq!(reload(1).await.name, "Ada");
    assert_eq!(
        User::insert(&rows)
            .on_conflict_do_nothing()
            .execute(&db)
            .await
            .unwrap(),
        0
    );
    let by_name = User::insert(&rows)
        .on_constraint(User::USERS_EMAIL_KEY)
        .do_nothing();
    assert_eq!(by_name.execute(&db).await.unwrap(), 0);

    // Chosen columns, an expression, and a condition.
    let n = User::insert(&rows)
        .on_conflict(User::EMAIL)
        .do_update_of(User::NAME)
        .set(User::AGE, sql::greatest(User::AGE, excluded(User::AGE)))
        .filter(User::IS_ACTIVE.eq(true) & excluded(User::NAME).ne("Dan"))
        .execute(&db)
        .await
        .unwrap();
    assert_eq!(n, 1);
    let ada = reload(1).await;
    assert_eq!((ada.name.as_str(), ada.age), ("Ada L.", Some(36)));
    assert_eq!(reload(2).await.name, "Bob");

    // All that is given; each row comes back, in the order of the input, whatever it leaves out.
    let rows = [
        NewUser::new("B", "bob@example.com"),
        NewUser::new("E", "eve@example.com")
            .age(7)
            .role(Role::Editor),
        NewUser::new("A", "ada@example.com").is_active(false),
    ];
    let users = User::insert(&rows)
        .on_conflict(User::EMAIL)
        .do_update()
        .all(&db)
        .await
        .unwrap();
    let seen: Vec<_> = users
        .iter()
        .map(|u| (u.name.as_str(), u.age, u.is_active))
        .collect();
    assert_eq!(
        seen,
        [
            ("B", None, false),
            ("E", Some(7), true),
            ("A", Some(36), false)
        ]
    );
    // By a partial index, however often: with a value in its condition the server knows it no more.
    let index = "CREATE UNIQUE INDEX ON users (name) WHERE is_active AND age IS NOT NULL";
    rowsmith_runtime::query::execute(&db, index, &[])
        .await
        .unwrap();
    let dan = [NewUser::new("Dan", "dan@example.net").age(51)];
    for _ in 0..8 {
        let users = User::insert(&dan)
            .on_conflict_where(User::NAME, User::IS_ACTIVE & User::AGE.is_not_null())
            .do_update_of(User::AGE)
            .all(&db)
            .await
            .unwrap();
        assert_eq!(
            (users[0].email.as_str(), users[0].age),
            ("dan@example.com", Some(51))
        );
    }
    let refused = User::insert(&dan)
        .on_conflict_where(User::NAME, User::IS_ACTIVE.eq(true))
        .do_nothing()
        .execute(&db)
        .await;
    assert!(matches!(refused, Err(Error::Statement(_))));
    let none: [NewUser; 0] = [];
    assert_eq!(User::insert(&none).execute(&db).await.unwrap(), 0);
    assert_eq!(User::insert(&none).all(&db).await.unwrap(), []);
    let all: Vec<User> = User::insert(&[NewUser::new("F", "f@example.com")])
        .all(&db)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    let error = User::insert(&rows).execute(&db).await.unwrap_err();
    assert!(matches!(error, Error::UniqueViolation(_)), "{error:?}");
    let twice = [
        NewUser::new("B", "b@example.com"),
        NewUser::new("C", "b@example.com"),
    ];
    let error = User::insert(&twice)
        .on_conflict(User::EMAIL)
        .do_update()
        .execute(&db)
        .await;
    assert_eq!(error.unwrap_err().code().unwrap().code(), "21000");
}

#[tokio::test]
async fn rows_are_copied() {
    let (database, db) = empty().await;
    let users = (0..1000).map(|i| {
        NewUser::new(HOSTILE, format!("{i}@example.com"))
            .role(Role::Editor)
            .age(if i % 2 == 0 { None } else { Some(i) })
            .created_at(at(i64::from(i)))
    });
    assert_eq!(User::copy_in(&db, users).await.unwrap(), 1000);
    let user = User::find_by_email(&db, "7@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (user.name.as_str(), user.age, user.role),
        (HOSTILE, Some(7), Role::Editor)
    );
    assert_eq!(user.created_at, at(7));
    assert!(user.is_active);
    assert_eq!(User::copy_in(&db, []).await.unwrap(), 0);

    let mut own = connection(&database).await;
    let tags = stream::iter((0..100_000).map(|i| NewTag::new(format!("tag {i}"))));
    let tx = own.begin().await.unwrap();
    assert_eq!(copy_in_stream(&tx, tags).await.unwrap(), 100_000);
    assert_eq!(Tag::count(&tx).await.unwrap(), 100_000);
    tx.rollback().await.unwrap();

    // All or none, and the connection is as good as before.
    let before = User::count(&own).await.unwrap();
    let uneven = [NewUser::new("A", "a@x"), NewUser::new("B", "b@x").age(1)];
    let error = User::copy_in(&own, uneven).await.unwrap_err();
    assert!(matches!(error, Error::Statement(_)), "{error:?}");
    let twice = [NewUser::new("A", "a@x"), NewUser::new("B", "a@x")];
    match User::copy_in(&own, twice).await {
        Err(Error::UniqueViolation(v)) => assert_eq!(v.constraint, User::USERS_EMAIL_KEY),
        other => panic!("{other:?}"),
    }
    assert_eq!(User::count(&own).await.unwrap(), before);
}

#[tokio::test]
async fn tables_are_copied_out() {
    let (_database, db) = filled().await;
    Tag::insert_many(&db, &[NewTag::new("a,\"b\"")])
        .await
        .unwrap();
    let read = async |format| {
        let bytes: Vec<_> = Tag::copy_out(&db, format)
            .await
            .unwrap()
            .try_collect()
            .await
            .unwrap();
        bytes.concat()
    };
    let csv = String::from_utf8(read(CopyFormat::Csv).await).unwrap();
    assert_eq!(
        csv,
        "id,name\n1,math\n2,steam\n3,water\n4,\"a,\"\"b\"\"\"\n"
    );
    let text = String::from_utf8(read(CopyFormat::Text).await).unwrap();
    assert!(text.starts_with("1\tmath\n"));
    assert!(read(CopyFormat::Binary).await.starts_with(b"PGCOPY\n"));
    // Dropped half-way, the connection is still there.
    drop(User::copy_out(&db, CopyFormat::Csv).await.unwrap());
    assert_eq!(User::count(&db).await.unwrap(), 3);
}

#[tokio::test]
async fn a_trait_is_enough_to_insert() {
    async fn save<N: NewRow>(db: &impl rowsmith_runtime::Executor, row: N) -> N::Row {
        rowsmith_runtime::write::insert(db, &row).await.unwrap()
    }
    let (_database, db) = filled().await;
    assert_eq!(save(&db, NewPost::new(3, "Hi")).await.author_id, 3);
}
