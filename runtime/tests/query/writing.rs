//! Updates, deletions, inserts that meet what is there already, and `COPY`.

use std::fmt::Debug;

use futures_util::{TryStreamExt, stream};
use rowsmith_runtime::sql::{all_of, count, greatest, length, lower, upper, val};
use rowsmith_runtime::write::{copy_in, copy_in_stream, excluded};
use rowsmith_runtime::{
    CopyFormat, Database, Error, Executor, Expr, Result, Violation, derived, query, table,
};
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::blog::{
    Comment, NewPost, NewTag, NewUser, Post, PostTag, Profile, Role, Tag, User,
};
use rowsmith_test_trees::custom_types::{
    Address, Collection, Mood, NewCollection, NewPerson, Person, Point3, Shape,
};
use rowsmith_test_trees::inserts::{
    ArrayRow, DefaultsOnly, IdentityOnly, NewArrayRow, NewDefaultsOnly, NewIdentityOnly,
    NewNoColumn, NoColumn,
};
use rowsmith_test_trees::loading::{Excluded, Key, NewExcluded, NewKey};
use rowsmith_test_trees::text_types::{NewText, Text};
use rowsmith_test_trees::upserts::{
    Counter, Member, NewCounter, NewMember, NewSeen, NewSlot, Seen, Slot,
};

use crate::blog::{at, connection, empty, filled};

/// An empty database with the schema of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        database(include_str!(concat!(
            "../../../fixtures/",
            $name,
            "/schema.sql"
        )))
        .await
    };
}

async fn database(schema: &str) -> (TestDatabase<'static>, Database) {
    let database = TestServer::shared().create_database(Some(schema));
    let db = Database::connect(&database.url()).await.unwrap();
    (database, db)
}

/// The name of the unique key that was violated.
fn violated<T: Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::UniqueViolation(violation)) => violation.constraint,
        other => panic!("{other:?}"),
    }
}

async fn ages(db: &impl Executor) -> Vec<Option<i32>> {
    let query = User::select().columns(User::AGE).order_by(User::ID);
    query.all(db).await.unwrap()
}

#[tokio::test]
async fn updates() {
    let (_database, db) = filled().await;
    let update = || User::update().filter(User::NAME.eq("Ada"));
    // A value, NULL, an expression, another column, and what a subquery finds.
    let n = update().set(User::AGE, 40).execute(&db).await.unwrap();
    assert_eq!((n, ages(&db).await), (1, vec![Some(40), None, Some(17)]));
    update().set(User::AGE, None).execute(&db).await.unwrap();
    assert_eq!(ages(&db).await, [None, None, Some(17)]);
    update().set(User::AGE, Some(1)).execute(&db).await.unwrap();
    let older = User::update().set(User::AGE, User::AGE + 1).all_rows();
    assert_eq!(older.execute(&db).await.unwrap(), 3);
    assert_eq!(ages(&db).await, [Some(2), None, Some(18)]);
    let user = update()
        .set(User::NAME, upper(User::EMAIL))
        .set(User::EMAIL, User::NAME)
        .set(User::ROLE, Role::Member)
        .set(User::CREATED_AT, at(99))
        .returning()
        .one(&db)
        .await
        .unwrap();
    // All expressions are on the row as it was.
    assert_eq!((&*user.name, &*user.email), ("ADA@EXAMPLE.COM", "Ada"));
    assert_eq!((user.role, user.created_at), (Role::Member, at(99)));

    // Several filters, none of which may hold.
    let update = User::update()
        .set(User::IS_ACTIVE, false)
        .filter(User::ID.gt(1));
    let rows = update
        .clone()
        .filter(User::IS_ACTIVE)
        .returning()
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|user| user.id).collect::<Vec<_>>(), [3]);
    let none = update.clone().filter(User::IS_ACTIVE).returning();
    assert_eq!(none.one_or_none(&db).await.unwrap(), None);
    let none = update.clone().filter(User::IS_ACTIVE).returning();
    assert!(matches!(none.one(&db).await, Err(Error::NotFound)));
    assert!(matches!(
        update.returning().one(&db).await,
        Err(Error::TooManyRows)
    ));

    // By relations.
    let update = User::update()
        .set(User::NAME, "a poster")
        .filter(User::POSTS.exists());
    assert_eq!(update.execute(&db).await.unwrap(), 2);
    let authors = Post::select()
        .filter(Post::TITLE.eq("Boats"))
        .columns(Post::AUTHOR_ID);
    let update = User::update()
        .set(User::NAME, "a sailor")
        .filter(User::ID.in_query(authors));
    let names = update.returning_columns((User::ID, User::NAME, length(User::NAME)));
    let names: Vec<(i64, String, i32)> = names.all(&db).await.unwrap();
    assert_eq!(names, [(2, "a sailor".to_owned(), 8)]);
    let update = Post::update()
        .set(Post::SCORE, Post::SCORE * 2.0)
        .filter(Post::ID.le(2));
    let scores: Vec<Option<f64>> = update
        .returning_columns(Post::SCORE)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(scores, [Some(1.8), Some(1.0)]);

    // Nothing to set.
    let nothing = User::update().all_rows();
    assert!(matches!(
        nothing.clone().execute(&db).await,
        Err(Error::Statement(_))
    ));
    assert!(matches!(
        nothing.returning().all(&db).await,
        Err(Error::Statement(_))
    ));
}

#[tokio::test]
async fn deletions() {
    let (_database, db) = filled().await;
    let delete = || Comment::delete().filter(Comment::AUTHOR_ID.is_null());
    let gone: Vec<Comment> = delete().returning().all(&db).await.unwrap();
    assert_eq!(
        gone.iter().map(|row| &*row.body).collect::<Vec<_>>(),
        ["nobody's"]
    );
    assert_eq!(delete().execute(&db).await.unwrap(), 0);
    let delete = Post::delete()
        .filter(Post::COMMENTS.is_empty())
        .filter(Post::TAGS.is_empty());
    let titles: Vec<String> = delete
        .returning_columns(Post::TITLE)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(titles, ["Draft"]);
    let delete = PostTag::delete().filter(PostTag::POST_ID.eq(2) & PostTag::TAG_ID.eq(2));
    let lengths = delete.returning_columns((PostTag::POST_ID + 1, PostTag::TAG_ID));
    assert_eq!(lengths.one(&db).await.unwrap(), (3, 2));
    derived! {
        struct Chatty {
            id ID: i64,
        }
    }
    let most = Comment::select()
        .group_by(Comment::POST_ID)
        .columns(Comment::POST_ID);
    let chatty = Chatty::cte(most.having(count().gt(1)));
    let delete = Post::delete()
        .with_cte(chatty)
        .filter(Post::ID.in_query(Chatty::select().columns(Chatty::ID)));
    assert_eq!(delete.execute(&db).await.unwrap(), 1);
    assert_eq!(PostTag::delete().all_rows().execute(&db).await.unwrap(), 2);
    assert_eq!(
        User::delete()
            .all_rows()
            .returning()
            .all(&db)
            .await
            .unwrap()
            .len(),
        3
    );
    assert_eq!(Post::count(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn inserts_of_what_a_query_finds() {
    let (_database, db) = filled().await;
    let names = User::select().filter(User::IS_ACTIVE).columns(User::NAME);
    let insert = Tag::insert_from(Tag::NAME).query(names.order_by(User::NAME));
    let tags: Vec<Tag> = insert.returning().all(&db).await.unwrap();
    let names: Vec<&str> = tags.iter().map(|tag| &*tag.name).collect();
    assert_eq!(names, ["Ada", "Cid"]);
    let drafts = Post::select()
        .join(Post::AUTHOR)
        .filter(User::NAME.eq("Ada"))
        .columns((Post::AUTHOR_ID, lower(Post::TITLE), val(Some(0.25))));
    let columns = (Post::AUTHOR_ID, Post::TITLE, Post::SCORE);
    let insert = Post::insert_from(columns).query(drafts.order_by(Post::ID));
    let rows: Vec<(String, Option<f64>)> = insert
        .returning_columns((Post::TITLE, Post::SCORE))
        .all(&db)
        .await
        .unwrap();
    let expected = ["notes", "engine", "draft"].map(|title| (title.to_owned(), Some(0.25)));
    assert_eq!(rows, expected);
    // From the table itself, with values in both.
    let again = PostTag::select().filter(PostTag::TAG_ID.eq(1));
    let again = again.columns((PostTag::POST_ID, PostTag::TAG_ID + 2));
    let insert = PostTag::insert_from((PostTag::POST_ID, PostTag::TAG_ID)).query(again);
    assert_eq!(insert.execute(&db).await.unwrap(), 2);
    let names = User::select().columns(User::NAME);
    let insert = Tag::insert_from(Tag::NAME).query(names);
    assert_eq!(violated(insert.execute(&db).await), "tags_name_key");
    let nobody = Post::select()
        .filter(Post::ID.eq(0))
        .columns(Post::AUTHOR_ID);
    let insert = Profile::insert_from(Profile::USER_ID).query(nobody);
    assert_eq!(insert.execute(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_there_already() {
    let (_database, db) = empty().await;
    let row = |name: &str, email: &str| NewUser::new(name, email);
    let seen = |users: Vec<User>| {
        let users = users.into_iter();
        users.map(|user| (user.name, user.age)).collect::<Vec<_>>()
    };
    let is = |name: &str, age| (name.to_owned(), age);
    let first = [row("Ada", "a"), row("Bob", "b").age(5)];
    let plain = User::insert(&first).all(&db).await.unwrap();
    assert_eq!(seen(plain), [is("Ada", None), is("Bob", Some(5))]);
    assert_eq!(
        violated(User::insert(&first).execute(&db).await),
        User::USERS_EMAIL_KEY
    );

    let rows = [
        row("Ada 2", "a").age(9),
        row("Cid", "c"),
        row("Bob 2", "b").age(None),
    ];
    let insert = || User::insert(&rows);
    let new = insert()
        .on_conflict(User::EMAIL)
        .do_nothing()
        .all(&db)
        .await
        .unwrap();
    assert_eq!(seen(new), [is("Cid", None)]);
    assert_eq!(
        insert()
            .on_conflict_do_nothing()
            .execute(&db)
            .await
            .unwrap(),
        0
    );
    let nothing = insert().on_constraint(User::USERS_EMAIL_KEY).do_nothing();
    assert_eq!(nothing.execute(&db).await.unwrap(), 0);
    // Rows of three shapes come back in their order, with what each gives and no more.
    let all = insert()
        .on_conflict(User::EMAIL)
        .do_update()
        .all(&db)
        .await
        .unwrap();
    assert_eq!(
        seen(all),
        [is("Ada 2", Some(9)), is("Cid", None), is("Bob 2", None)]
    );
    let rows = [row("Ada 3", "a"), row("Bob 3", "b").age(3)];
    let insert = || User::insert(&rows);
    let all = insert()
        .on_constraint(User::USERS_EMAIL_KEY)
        .do_update()
        .all(&db)
        .await
        .unwrap();
    assert_eq!(seen(all), [is("Ada 3", Some(9)), is("Bob 3", Some(3))]);
    let only = insert().on_conflict(User::EMAIL).do_update_of(User::AGE);
    // Who leaves the column out gets its default, as `excluded` has it.
    assert_eq!(
        seen(only.all(&db).await.unwrap()),
        [is("Ada 3", None), is("Bob 3", Some(3))]
    );
    let rows = [
        row("Ada", "a").age(1),
        row("Bob", "b").age(7),
        row("Dan", "d").age(4),
    ];
    let insert = || User::insert(&rows);
    let set = insert()
        .on_conflict(User::EMAIL)
        .do_update_of((User::AGE, User::NAME))
        .set(User::AGE, greatest(User::AGE, excluded(User::AGE)))
        .set(User::ROLE, Role::Editor)
        .set(User::CREATED_AT, at(1));
    let all = set.all(&db).await.unwrap();
    assert_eq!((all[0].role, all[2].role), (Role::Editor, Role::Member));
    assert_eq!(
        seen(all),
        [is("Ada", Some(1)), is("Bob", Some(7)), is("Dan", Some(4))]
    );
    let some = || {
        insert()
            .on_conflict(User::EMAIL)
            .do_update()
            .set(User::NAME, excluded(User::NAME).concat("!"))
            .filter(User::AGE.gt(3) & excluded(User::AGE).gt(4) & User::NAME.ne("Eve"))
    };
    assert_eq!(seen(some().all(&db).await.unwrap()), [is("Bob!", Some(7))]);
    assert_eq!(some().execute(&db).await.unwrap(), 1);
    let twice = [row("Eve", "e"), row("Eve 2", "e")];
    let twice = User::insert(&twice)
        .on_conflict(User::EMAIL)
        .do_update()
        .execute(&db)
        .await;
    assert_eq!(twice.unwrap_err().code().unwrap().code(), "21000");
    assert_eq!(User::count(&db).await.unwrap(), 4);

    // None at all.
    assert_eq!(User::insert(&[]).all(&db).await.unwrap(), []);
    let none = User::insert(&[])
        .on_conflict(User::EMAIL)
        .do_update()
        .execute(&db);
    assert_eq!(none.await.unwrap(), 0);
}

#[tokio::test]
async fn conflicts_of_every_sort() {
    let (database, db) = fixture!("upserts");
    // A partial index, with a value in its condition's place.
    let rows = [NewMember::new("a@x", "red").badge(1).visits(5)];
    Member::insert(&rows).execute(&db).await.unwrap();
    let live = || Member::DELETED_AT.is_null();
    let insert = || Member::insert(&rows).on_conflict_where(Member::EMAIL, live());
    let upsert = insert().do_update_of(Member::VISITS);
    let upsert = upsert.set(Member::VISITS, Member::VISITS + excluded(Member::VISITS));
    let changed = upsert.all(&db).await.unwrap();
    assert_eq!((changed.len(), changed[0].visits), (1, 10));
    assert_eq!(insert().do_nothing().execute(&db).await.unwrap(), 0);
    // The index does not hold who is deleted.
    Member::update()
        .set(Member::DELETED_AT, at(0))
        .all_rows()
        .execute(&db)
        .await
        .unwrap();
    let team = [NewMember::new("a@x", "blue").badge(1)];
    let insert = Member::insert(&team).on_conflict_where(Member::EMAIL, live());
    assert_eq!(insert.do_nothing().execute(&db).await.unwrap(), 1);
    // Several columns, whose NULLs are equal.
    let rows = [
        NewMember::new("b@x", "red").badge(None),
        NewMember::new("c@x", "red").badge(2),
    ];
    Member::insert(&rows).execute(&db).await.unwrap();
    let rows = rows.map(|row| {
        NewMember {
            email: row.email.to_uppercase(),
            ..row
        }
        .visits(3)
    });
    let key = (Member::TEAM, Member::BADGE);
    let changed = Member::insert(&rows)
        .on_conflict(key)
        .do_update()
        .all(&db)
        .await
        .unwrap();
    let changed: Vec<_> = changed
        .iter()
        .map(|row| (&*row.email, row.badge, row.visits))
        .collect();
    assert_eq!(changed, [("B@X", None, 3), ("C@X", Some(2), 3)]);
    let named = Member::insert(&rows).on_constraint(Member::MEMBERS_TEAM_BADGE_KEY);
    assert_eq!(named.do_update().execute(&db).await.unwrap(), 2);
    // There is no key on this column alone.
    let missing = Member::insert(&rows)
        .on_conflict(Member::TEAM)
        .do_nothing()
        .execute(&db);
    assert_eq!(missing.await.unwrap_err().code().unwrap().code(), "42P10");

    // Nothing but the key: the row comes back all the same.
    let rows = [NewSeen::new("cup", "desk"), NewSeen::new("pen", "desk")];
    for _ in 0..2 {
        let seen = Seen::insert(&rows)
            .on_conflict((Seen::ITEM, Seen::PLACE))
            .do_update();
        let seen = seen.all(&db).await.unwrap();
        assert_eq!(
            seen.iter().map(|row| &*row.item).collect::<Vec<_>>(),
            ["cup", "pen"]
        );
    }
    let counters = [NewCounter::new("n").value(2), NewCounter::new("m")];
    let add = || {
        let insert = Counter::insert(&counters).on_conflict(Counter::NAME);
        let upsert = insert.do_update_of(Counter::VALUE);
        upsert.set(
            Counter::VALUE,
            Counter::VALUE + excluded(Counter::VALUE) + 1,
        )
    };
    add().execute(&db).await.unwrap();
    let counters: Vec<_> = add().all(&db).await.unwrap();
    let counters: Vec<_> = counters
        .iter()
        .map(|row| (row.value, row.doubled))
        .collect();
    assert_eq!(counters, [(5, Some(10)), (1, Some(2))]);
    // What waits for the end of the transaction settles nothing.
    let slots = [NewSlot::new(1, 1)];
    let slots = Slot::insert(&slots)
        .on_constraint(Slot::SLOTS_POSITION_KEY)
        .do_nothing();
    assert_eq!(
        slots.execute(&db).await.unwrap_err().code().unwrap().code(),
        "55000"
    );

    // Many rows that leave out different columns.
    let rows: Vec<_> = (0..1000)
        .map(|n| {
            let row = NewCounter::new(format!("c{n}"));
            if n % 3 == 0 { row } else { row.value(n) }
        })
        .collect();
    for _ in 0..2 {
        let all = Counter::insert(&rows)
            .on_conflict(Counter::NAME)
            .do_update()
            .all(&db);
        let all = all.await.unwrap();
        for (n, row) in (0..).zip(&all) {
            assert_eq!(
                (&row.name, row.value),
                (&format!("c{n}"), if n % 3 == 0 { 0 } else { n })
            );
        }
        assert_eq!(all.len(), 1000);
    }
    drop(database);
}

#[tokio::test]
async fn arrays_that_are_there_already() {
    let (_database, db) = fixture!("inserts");
    let key = "ALTER TABLE array_rows ADD UNIQUE (numbers)";
    query::execute(&db, key, &[]).await.unwrap();
    let text = |text: &str| vec![text.to_owned()];
    let rows = [
        NewArrayRow::new(vec![1]).texts(text("a")),
        NewArrayRow::new(vec![]).texts(None).flags(vec![]),
        NewArrayRow::new(vec![2, 3]).blobs(vec![b"x".to_vec(), vec![]]),
    ];
    let upsert = async |rows: &[NewArrayRow]| {
        let insert = ArrayRow::insert(rows).on_conflict(ArrayRow::NUMBERS);
        insert.do_update().all(&db).await.unwrap()
    };
    let first = upsert(&rows).await;
    let again = upsert(&rows).await;
    assert_eq!(first, again);
    assert_eq!(first[0].flags, Some(vec![true]));
    assert_eq!((&first[1].texts, &first[1].flags), (&None, &Some(vec![])));
    let rows = rows.map(|row| row.texts(vec!["b".to_owned(), String::new()]).flags(None));
    let changed = upsert(&rows).await;
    assert!(
        changed
            .iter()
            .all(|row| row.flags.is_none() && row.texts.as_ref().unwrap().len() == 2)
    );
    assert_eq!(changed[2].blobs, first[2].blobs);

    // Rows of nothing.
    let none = [NewNoColumn::new(), NewNoColumn::new()];
    assert_eq!(NoColumn::insert(&none).execute(&db).await.unwrap(), 2);
    assert_eq!(
        NoColumn::insert(&none)
            .on_conflict_do_nothing()
            .all(&db)
            .await
            .unwrap()
            .len(),
        2
    );
    let none = [NewIdentityOnly::new()];
    let upsert = IdentityOnly::insert(&none)
        .on_conflict(IdentityOnly::ID)
        .do_nothing();
    assert_eq!(upsert.execute(&db).await.unwrap(), 1);
    assert_eq!(
        NoColumn::delete()
            .all_rows()
            .returning()
            .all(&db)
            .await
            .unwrap()
            .len(),
        4
    );
    let rows = [
        NewDefaultsOnly::new(),
        NewDefaultsOnly::new().id(1).label("given"),
    ];
    let upsert = DefaultsOnly::insert(&rows)
        .on_conflict(DefaultsOnly::ID)
        .do_update();
    // The first takes the number 1, which the second then is there with.
    assert_eq!(
        upsert
            .execute(&db)
            .await
            .unwrap_err()
            .code()
            .unwrap()
            .code(),
        "21000"
    );
}

#[tokio::test]
async fn a_table_named_excluded() {
    let (_database, db) = fixture!("loading");
    let keys = [NewKey::new(1), NewKey::new(2)];
    Key::insert(&keys).execute(&db).await.unwrap();
    let rows = [NewExcluded::new("a"), NewExcluded::new("b").n(2)];
    Excluded::insert(&rows).execute(&db).await.unwrap();
    let rows = rows.map(|row| row.n(2));
    let insert = || Excluded::insert(&rows).on_conflict(Excluded::EXCLUDED);
    let changed = insert().do_update().all(&db).await.unwrap();
    assert!(changed.iter().all(|row| row.n == 2));
    let changed = insert()
        .do_update_of(Excluded::N)
        .set(Excluded::N, excluded(Excluded::N) - Excluded::N + 1)
        .filter(Excluded::EXCLUDED.eq("a") & excluded(Excluded::EXCLUDED).eq("a"));
    let changed = changed.all(&db).await.unwrap();
    assert_eq!(changed.iter().map(|row| row.n).collect::<Vec<_>>(), [1]);
    let row = NewExcluded::new("a")
        .n(2)
        .upsert_by_excluded(&db)
        .await
        .unwrap();
    assert_eq!(row.n, 2);
    let row = NewExcluded::new("a").upsert_by_excluded(&db).await.unwrap();
    assert_eq!(row.n, 2);
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let (_database, db) = filled().await;
    let twice = User::update().set(User::EMAIL, "same").all_rows();
    assert_eq!(violated(twice.execute(&db).await), User::USERS_EMAIL_KEY);
    let check = User::update()
        .set(User::AGE, -1)
        .all_rows()
        .returning()
        .all(&db)
        .await;
    let Err(Error::CheckViolation(violation)) = check else {
        panic!("{check:?}");
    };
    let Violation {
        constraint, table, ..
    } = *violation;
    assert_eq!((&*constraint, &*table), (User::USERS_AGE_CHECK, "users"));
    let key = Post::update()
        .set(Post::AUTHOR_ID, 99)
        .all_rows()
        .execute(&db)
        .await;
    let Err(Error::ForeignKeyViolation(violation)) = key else {
        panic!("{key:?}");
    };
    assert_eq!(violation.constraint, Post::POSTS_AUTHOR_ID_FKEY);
    let rows = [
        NewPost::new(1, "fine"),
        NewPost::new(99, "nobody's").score(1.0),
    ];
    let insert = Post::insert(&rows).all(&db).await;
    assert!(
        matches!(insert, Err(Error::ForeignKeyViolation(_))),
        "{insert:?}"
    );
    let nobody = User::select()
        .filter(User::ID.eq(1))
        .columns((User::ID + 98, User::NAME));
    let insert = Post::insert_from((Post::AUTHOR_ID, Post::TITLE)).query(nobody);
    let insert = insert.execute(&db).await;
    assert!(
        matches!(insert, Err(Error::ForeignKeyViolation(_))),
        "{insert:?}"
    );
    // `age` may be NULL, `name` may not: what is selected can be.
    let null = User::select()
        .left_join(User::PROFILE)
        .columns(Profile::BIO);
    let insert = Tag::insert_from(Tag::NAME).query(null).execute(&db).await;
    let Err(Error::NotNullViolation(violation)) = insert else {
        panic!("{insert:?}");
    };
    assert_eq!(violation.column.as_deref(), Some("name"));
    assert_eq!(Post::count(&db).await.unwrap(), 4);
    assert_eq!(Tag::count(&db).await.unwrap(), 3);
}

#[tokio::test]
async fn values_are_never_sql() {
    let (_database, db) = filled().await;
    for hostile in [
        "'; DROP TABLE users; --",
        "$1",
        "\\'; DELETE FROM users; --",
        "\"; --",
        "{\"a\", NULL}",
        "\\N\t\n\r\\.\n",
        "ü \u{202e}%_",
    ] {
        let rows = [NewTag::new(hostile)];
        let tag = &Tag::insert(&rows).all(&db).await.unwrap()[0];
        assert_eq!(tag.name, hostile);
        let filter = || Tag::NAME.eq(hostile);
        let upsert = Tag::insert(&rows)
            .on_conflict(Tag::NAME)
            .do_update_of(Tag::NAME)
            .set(Tag::NAME, excluded(Tag::NAME).concat(hostile))
            .filter(filter());
        let name = upsert.all(&db).await.unwrap().remove(0).name;
        assert_eq!(name, hostile.repeat(2));
        let update = Tag::update()
            .set(Tag::NAME, hostile)
            .filter(Tag::NAME.eq(&name));
        let returned = update.returning_columns((Tag::NAME, val(hostile)));
        let returned: (String, String) = returned.one(&db).await.unwrap();
        assert_eq!(returned, (hostile.to_owned(), hostile.to_owned()));
        assert_eq!(
            Tag::delete().filter(filter()).execute(&db).await.unwrap(),
            1
        );
        assert_eq!(Tag::copy_in(&db, [NewTag::new(hostile)]).await.unwrap(), 1);
        let insert = Post::insert_from((Post::AUTHOR_ID, Post::TITLE)).query(
            User::select()
                .filter(User::ID.eq(1))
                .columns((User::ID, val(hostile))),
        );
        assert_eq!(insert.returning().one(&db).await.unwrap().title, hostile);
        let loaded = User::select().with(User::POSTS.filter(Post::TITLE.eq(hostile)).limit(1));
        let loaded = loaded.all(&db).await.unwrap();
        assert_eq!(
            loaded.iter().map(|(_, posts)| posts.len()).sum::<usize>(),
            1
        );
        assert_eq!(
            Tag::delete().filter(filter()).execute(&db).await.unwrap(),
            1
        );
    }
    assert_eq!(User::count(&db).await.unwrap(), 3);
    assert_eq!(Tag::count(&db).await.unwrap(), 3);
    // What no text of PostgreSQL can hold.
    let nul = Tag::update()
        .set(Tag::NAME, "a\0b")
        .all_rows()
        .execute(&db)
        .await;
    assert_eq!(nul.unwrap_err().code().unwrap().code(), "22021");
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_copied() {
    let (database, db) = empty().await;
    let rows = |from: i64| (from..from + 100_000).map(|n| NewTag::new(format!("tag {n}")));
    assert_eq!(Tag::copy_in(&db, rows(0)).await.unwrap(), 100_000);
    assert_eq!(
        copy_in_stream(&db, stream::iter(rows(100_000)))
            .await
            .unwrap(),
        100_000
    );
    assert_eq!(Tag::count(&db).await.unwrap(), 200_000);
    assert_eq!(Tag::copy_in(&db, []).await.unwrap(), 0);
    // The last is there already.
    let connection = connection(&database).await;
    let clash = Tag::copy_in(&connection, rows(200_000).chain(rows(5).take(1))).await;
    assert_eq!(violated(clash), Tag::TAGS_NAME_KEY);
    // The first is, and the server says so while rows are still on their way.
    let clash = Tag::copy_in(&connection, rows(5).take(1).chain(rows(200_000))).await;
    assert_eq!(violated(clash), Tag::TAGS_NAME_KEY);
    assert_eq!(Tag::count(&connection).await.unwrap(), 200_000);
    // In a transaction.
    let tx = db.begin().await.unwrap();
    assert_eq!(Tag::copy_in(&tx, rows(200_000)).await.unwrap(), 100_000);
    let savepoint = tx.savepoint().await.unwrap();
    let clash = Tag::copy_in(&savepoint, rows(5).take(1)).await;
    assert_eq!(violated(clash), Tag::TAGS_NAME_KEY);
    savepoint.rollback().await.unwrap();
    assert_eq!(Tag::count(&tx).await.unwrap(), 300_000);
    tx.rollback().await.unwrap();
    assert_eq!(Tag::count(&db).await.unwrap(), 200_000);
}

#[tokio::test]
async fn rows_of_one_copy_are_alike() {
    let (database, _db) = empty().await;
    let connection = connection(&database).await;
    let rows = |last: NewUser| {
        let alike = (0..2000).map(|n| NewUser::new("x", format!("{n}")).age(n));
        alike.chain([last])
    };
    for odd in [
        NewUser::new("y", "y"),
        NewUser::new("y", "y").age(1).role(Role::Admin),
    ] {
        let result = User::copy_in(&connection, rows(odd)).await;
        assert!(matches!(result, Err(Error::Statement(_))), "{result:?}");
        assert_eq!(User::count(&connection).await.unwrap(), 0);
    }
    // NULL is not left out, and what all leave out gets its default.
    let n = User::copy_in(&connection, rows(NewUser::new("y", "y").age(None)))
        .await
        .unwrap();
    assert_eq!(n, 2001);
    let user = User::find_by_email(&connection, "y")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (user.age, user.role, user.is_active),
        (None, Role::Member, true)
    );
    let check = User::copy_in(&connection, [NewUser::new("z", "z").age(-1)]).await;
    assert!(matches!(check, Err(Error::CheckViolation(_))), "{check:?}");
    let long = User::copy_in(&connection, [NewUser::new("z", "z".repeat(201))]).await;
    assert_eq!(long.unwrap_err().code().unwrap().code(), "22001");
    // Given up while it waits for the next row.
    let rows = stream::iter([NewUser::new("z", "z")]).chain_pending();
    let copy = copy_in_stream(&connection, rows);
    let late = tokio::time::timeout(std::time::Duration::from_millis(200), copy).await;
    assert!(late.is_err());
    assert_eq!(User::count(&connection).await.unwrap(), 2001);
}

/// A stream that never ends.
trait ChainPending: futures_util::Stream + Sized {
    fn chain_pending(self) -> futures_util::stream::Chain<Self, stream::Pending<Self::Item>> {
        futures_util::StreamExt::chain(self, stream::pending())
    }
}

impl<S: futures_util::Stream> ChainPending for S {}

#[tokio::test]
async fn values_of_every_sort_are_copied() {
    let (_database, db) = fixture!("custom_types");
    let point = |x: f64| Point3 {
        x: Some(x),
        y: None,
        z: Some(-0.5),
    };
    let address = |street: &str| Address {
        street: Some(street.to_owned()),
        zip: Some("12345".to_owned()),
        location: Some(point(1.5)),
        r#type: Some(Shape::HalfOpen),
        tags: Some(vec!["a".to_owned(), String::new(), "\"{,}\\".to_owned()]),
    };
    let person = |n: usize| {
        NewPerson::new(format!("{n}@work.example"))
            .work_email(format!("{n}@work.example"))
            .mood(Mood::Happy)
            .last_mood(Mood::Sad)
            .evening_mood(None)
            .lucky_number(7)
            .code("abc")
            .address(address("Main (\"Street\"), 1"))
            .home(address("Home"))
            .shape(Shape::WithSpace)
    };
    let rows: Vec<NewPerson> = (0..50).map(person).collect();
    assert_eq!(Person::copy_in(&db, rows.clone()).await.unwrap(), 50);
    let copied = Person::list(&db).await.unwrap();
    Person::delete().all_rows().execute(&db).await.unwrap();
    let inserted = Person::insert_many(&db, &rows).await.unwrap();
    let unnumbered = |rows: Vec<Person>| {
        let rows = rows.into_iter().map(|row| Person { id: 0, ..row });
        rows.collect::<Vec<_>>()
    };
    assert_eq!(unnumbered(copied), unnumbered(inserted));
    let refused = Person::copy_in(&db, [NewPerson::new("nowhere")]).await;
    let Err(Error::CheckViolation(violation)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(violation.constraint, "email_has_at");

    let rows = [
        NewCollection::new()
            .names(vec!["a".to_owned(), "NULL".to_owned()])
            .numbers(vec![])
            .optional_numbers(vec![7])
            .moods(vec![Mood::Sad, Mood::Ok])
            .emails(vec!["a@b".to_owned()])
            .tags(vec!["x".to_owned()])
            .addresses(vec![address("1"), address("2")])
            .points(vec![point(2.0)])
            .prices(vec!["1.25".parse().unwrap()])
            .moments(vec![at(1)]),
        NewCollection::new()
            .names(vec![])
            .numbers(vec![1])
            .optional_numbers(None)
            .moods(vec![])
            .emails(None)
            .tags(None)
            .addresses(None)
            .points(vec![])
            .prices(vec![])
            .moments(vec![]),
    ];
    assert_eq!(Collection::copy_in(&db, rows.clone()).await.unwrap(), 2);
    let copied = Collection::list(&db).await.unwrap();
    let inserted = Collection::insert_many(&db, &rows).await.unwrap();
    for (copied, inserted) in copied.into_iter().zip(inserted) {
        assert_eq!(
            Collection {
                id: inserted.id,
                ..copied
            },
            inserted
        );
    }

    // For what travels as text there is no binary form, and rows without columns have none.
    let (_database, db) = fixture!("text_types");
    let rows = (0..500).map(|n| {
        NewText::new()
            .measured(format!("[1,{})", n + 2))
            .flags("10101010")
    });
    assert_eq!(Text::copy_in(&db, rows).await.unwrap(), 500);
    let texts = Text::list(&db).await.unwrap();
    assert_eq!(texts[499].measured, "[1,501)");
    let (_database, db) = fixture!("inserts");
    assert_eq!(copy_in(&db, vec![NewNoColumn::new(); 3]).await.unwrap(), 3);
    let rows = vec![NewIdentityOnly::new(); 3];
    assert_eq!(copy_in(&db, rows).await.unwrap(), 3);
}

async fn copied_out<T: rowsmith_runtime::Table>(db: &impl Executor, format: CopyFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = rowsmith_runtime::write::copy_out::<T>(db, format)
        .await
        .unwrap();
    while let Some(piece) = out.try_next().await.unwrap() {
        bytes.extend_from_slice(&piece);
    }
    bytes
}

#[tokio::test]
async fn tables_are_copied_out() {
    let (database, db) = filled().await;
    let connection = connection(&database).await;
    Tag::update()
        .set(Tag::NAME, "a \"b\",\tc\n\\")
        .filter(Tag::ID.eq(1))
        .execute(&db)
        .await
        .unwrap();
    query::execute(&db, "CLUSTER tags USING tags_pkey", &[])
        .await
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let csv = text(copied_out::<Tag>(&db, CopyFormat::Csv).await);
    assert_eq!(
        csv,
        "id,name\n1,\"a \"\"b\"\",\tc\n\\\"\n2,steam\n3,water\n"
    );
    let plain = text(copied_out::<Tag>(&connection, CopyFormat::Text).await);
    assert_eq!(plain, "1\ta \"b\",\\tc\\n\\\\\n2\tsteam\n3\twater\n");
    let binary = copied_out::<Tag>(&connection, CopyFormat::Binary).await;
    assert!(binary.starts_with(b"PGCOPY\n\xff\r\n\0") && binary.ends_with(&[0xff, 0xff]));
    let comments = text(copied_out::<Comment>(&db, CopyFormat::Text).await);
    assert!(comments.contains("\t\\N\tnobody's\t"), "{comments}");
    let mut out = Tag::copy_out(&connection, CopyFormat::Csv).await.unwrap();
    assert!(out.try_next().await.unwrap().is_some());
    // Given up half-way.
    drop(out);
    assert_eq!(Tag::count(&connection).await.unwrap(), 3);
    Tag::delete().all_rows().execute(&db).await.unwrap();
    assert_eq!(
        text(copied_out::<Tag>(&db, CopyFormat::Csv).await),
        "id,name\n"
    );
    assert!(copied_out::<Tag>(&db, CopyFormat::Text).await.is_empty());
    let names = Tag::select()
        .join(table::<User>().on(User::ID.gt(0)))
        .count(&db);
    assert_eq!(names.await.unwrap(), 0);

    let (_database, db) = fixture!("inserts");
    copy_in(&db, vec![NewNoColumn::new(); 2]).await.unwrap();
    let copied = text(copied_out::<NoColumn>(&db, CopyFormat::Text).await);
    assert_eq!(copied.lines().count(), 2, "{copied:?}");
}

#[tokio::test]
async fn a_partial_index_settles_a_conflict_however_often() {
    let (_database, db) = filled().await;
    let dan = [NewUser::new("Dan", "dan@example.com").age(50)];
    User::insert_many(&db, &dan).await.unwrap();
    // By a partial index, however often: with a value in its condition the server knows it no more.
    let index = "CREATE UNIQUE INDEX ON users (name) WHERE is_active AND age IS NOT NULL";
    query::execute(&db, index, &[]).await.unwrap();
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
}

#[tokio::test]
async fn a_filter_of_no_conditions_is_none() {
    let (_database, db) = filled().await;
    let nothing = all_of(Vec::<Expr<User, bool>>::new());
    let refused = User::delete().filter(nothing).execute(&db).await;
    assert!(matches!(refused, Err(Error::Statement(_))));
    // Of two values for one column the last one counts.
    let twice = User::update().set(User::AGE, 1).set(User::AGE, 2);
    let ages = twice.all_rows().returning_columns(User::AGE);
    assert_eq!(ages.all(&db).await.unwrap(), [Some(2); 3]);
}

#[test]
fn the_text_of_an_insert() {
    let rows = [NewTag::new("rust")];
    let insert = Tag::insert(&rows).to_sql();
    let (head, returning) = (
        r#"INSERT INTO "public"."tags""#,
        r#"RETURNING "id", "name""#,
    );
    assert!(
        insert.starts_with(head) && insert.ends_with(returning),
        "{insert}"
    );
    assert!(insert.contains("unnest($1::text[])"), "{insert}");

    let upsert = Tag::insert(&rows).on_conflict(Tag::NAME).do_update();
    let text = upsert.clone().to_sql();
    assert_eq!(text, upsert.to_sql());
    assert!(text.contains(r#" ON CONFLICT ("name") DO "#), "{text}");
    let nothing = Tag::insert(&[] as &[NewTag]);
    assert_eq!(nothing.to_sql(), "-- there are no rows");
}
