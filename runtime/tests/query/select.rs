//! Filters, orders, joins, aggregates and everything else of a `SELECT`.

use futures_util::TryStreamExt;
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::sql::{
    self, Unit, any_of, array_agg, avg, bool_and, bool_or, count, count_distinct, count_of,
    date_part, date_trunc, json_agg, lag, lead, length, lower, max, min, position, rank,
    row_number, string_agg, sum, upper, when, window,
};
use rowsmith_runtime::{
    Error, Executor, Expr, Select, TsQuery, TsVector, alias, derived, row, table,
};
use rowsmith_test_trees::blog::{Comment, Post, PostTag, Profile, Role, Tag, User};
use rowsmith_test_trees::text_types::Booking;

use crate::blog::{at, connection, empty, filled};

/// The names of the users that a query finds.
async fn names(db: &impl Executor, query: Select<User>) -> Vec<String> {
    let users = query.order_by(User::ID).all(db).await.unwrap();
    users.into_iter().map(|user| user.name).collect()
}

#[tokio::test]
async fn the_designs_first_query() {
    let (_database, db) = filled().await;
    let users: Vec<User> = User::select()
        .filter(User::IS_ACTIVE.eq(true) & (User::ROLE.eq(Role::Admin) | User::AGE.ge(18)))
        .order_by(User::CREATED_AT.desc())
        .limit(10)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].name, "Ada");
    let n: i64 = User::select()
        .filter(User::IS_ACTIVE.eq(true))
        .count(&db)
        .await
        .unwrap();
    assert_eq!(n, 2);
}

#[tokio::test]
async fn comparisons() {
    let (_database, db) = filled().await;
    let found = async |filter: Expr<User, bool>| names(&db, User::select().filter(filter)).await;
    let maybe =
        async |filter: Expr<User, Option<bool>>| names(&db, User::select().filter(filter)).await;
    assert_eq!(found(User::NAME.eq("Ada")).await, ["Ada"]);
    assert_eq!(found(User::NAME.ne("Ada")).await, ["Bob", "Cid"]);
    assert_eq!(found(User::NAME.gt("Ada")).await, ["Bob", "Cid"]);
    assert_eq!(found(User::NAME.between("B", "Bz")).await, ["Bob"]);
    assert_eq!(
        found(User::NAME.not_between("B", "Bz")).await,
        ["Ada", "Cid"]
    );
    assert_eq!(
        found(User::NAME.in_(["Ada", "Cid", "Eve"])).await,
        ["Ada", "Cid"]
    );
    assert_eq!(
        found(User::NAME.not_in(vec!["Ada".to_owned()])).await,
        ["Bob", "Cid"]
    );
    assert_eq!(found(User::ID.in_(Vec::<i64>::new())).await, [""; 0]);
    assert_eq!(found(User::ID.in_([1, 3])).await, ["Ada", "Cid"]);
    assert_eq!(
        found(User::ROLE.in_([Role::Admin, Role::Editor])).await,
        ["Ada", "Cid"]
    );
    // NULL.
    assert_eq!(maybe(User::AGE.lt(18)).await, ["Cid"]);
    assert_eq!(maybe(User::AGE.eq(36)).await, ["Ada"]);
    assert_eq!(maybe(User::AGE.eq(Some(36))).await, ["Ada"]);
    assert_eq!(maybe(User::AGE.eq(None)).await, ["Bob"]);
    assert_eq!(maybe(User::AGE.ne(None)).await, ["Ada", "Cid"]);
    assert_eq!(maybe(!User::AGE.eq(36)).await, ["Cid"]);
    let query = User::select().filter(User::AGE.is_distinct_from(36));
    assert_eq!(names(&db, query).await, ["Bob", "Cid"]);
    assert_eq!(
        found(User::AGE.is_distinct_from(None).within()).await,
        ["Ada", "Cid"]
    );
    assert_eq!(
        found(User::AGE.is_not_distinct_from(None).within()).await,
        ["Bob"]
    );
    assert_eq!(maybe(User::AGE.not_in([36])).await, ["Cid"]);
    let query = User::select().filter(User::AGE.is_null() | User::AGE.is_not_null());
    assert_eq!(names(&db, query).await.len(), 3);
    // Columns and expressions with each other.
    let query = User::select().filter((User::ID + 1).gt(3));
    assert_eq!(names(&db, query).await, ["Cid"]);
    let query = User::select().filter(User::NAME.lt(User::EMAIL));
    assert_eq!(names(&db, query).await, ["Ada", "Bob", "Cid"]);
    // Text.
    assert_eq!(found(User::NAME.like("%d%")).await, ["Ada", "Cid"]);
    assert_eq!(found(User::NAME.not_like("%d%")).await, ["Bob"]);
    assert_eq!(found(User::NAME.ilike("A%")).await, ["Ada"]);
    assert_eq!(found(User::NAME.not_ilike("a%")).await, ["Bob", "Cid"]);
    assert_eq!(found(User::NAME.starts_with("A")).await, ["Ada"]);
    assert_eq!(found(User::EMAIL.ends_with(".org")).await, ["Cid"]);
    assert_eq!(found(User::NAME.contains_text("o")).await, ["Bob"]);
    assert_eq!(found(User::NAME.contains_text("%")).await, [""; 0]);
    assert_eq!(found(User::NAME.matches("^[AB]")).await, ["Ada", "Bob"]);
    assert_eq!(found(User::NAME.imatches("^[ab]")).await, ["Ada", "Bob"]);
    let query = User::select().filter(lower(User::NAME).eq("ada"));
    assert_eq!(names(&db, query).await, ["Ada"]);
    let query = User::select().filter(User::CREATED_AT.gt(at(2)));
    assert_eq!(names(&db, query).await, ["Cid"]);
}

#[tokio::test]
async fn filters_are_put_together() {
    let (_database, db) = filled().await;
    // Left out.
    let none: Option<&str> = None;
    let query = User::select().filter(none.map(|name| User::NAME.eq(name)));
    assert_eq!(names(&db, query).await.len(), 3);
    // In a loop.
    let mut any = User::NAME.eq("Ada");
    for name in ["Bob", "Eve"] {
        any |= User::NAME.eq(name);
        any &= User::NAME.is_distinct_from("Eve");
    }
    assert_eq!(names(&db, User::select().filter(any)).await, ["Ada", "Bob"]);
    let mut query = User::select();
    for letter in ["a", "d"] {
        query = query.filter(User::NAME.contains_text(letter));
    }
    assert_eq!(names(&db, query).await, ["Ada"]);
    // Of several tables.
    let query = Post::select().join(Post::AUTHOR);
    let either = Post::TITLE.eq("Boats") | User::NAME.eq("Ada") & Post::SCORE.gt(0.6);
    let rows: Vec<(Post, User)> = query
        .filter(!either)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    // NOT NULL is NULL, for the draft without a score.
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].0.title, "Engine");
    let words: Vec<Expr<(Post, User), bool>> = vec![
        User::NAME.eq("Bob").within(),
        Post::TITLE.eq("Draft").within(),
    ];
    let titles: Vec<String> = Post::select()
        .join(Post::AUTHOR)
        .filter(any_of(words))
        .columns(Post::TITLE)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(titles, ["Draft", "Boats"]);
    // Where one of them may be NULL, so may be all of them.
    let minor: Vec<Option<bool>> = User::select()
        .order_by(User::ID)
        .columns(any_of([User::AGE.lt(18)]))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(minor, [Some(false), None, Some(true)]);
    // Of no conditions it is a constant, which can still be ordered by.
    let none = any_of(Vec::<Expr<User, bool>>::new());
    let query = User::select().order_by(none.clone()).filter(!none);
    assert_eq!(names(&db, query).await.len(), 3);
}

#[tokio::test]
async fn results() {
    let (database, db) = filled().await;
    let ada = User::select()
        .filter(User::ID.eq(1))
        .one(&db)
        .await
        .unwrap();
    assert_eq!(ada.name, "Ada");
    let nobody = || User::select().filter(User::ID.eq(99));
    assert!(matches!(nobody().one(&db).await, Err(Error::NotFound)));
    assert_eq!(nobody().one_or_none(&db).await.unwrap(), None);
    assert_eq!(nobody().first(&db).await.unwrap(), None);
    assert!(matches!(
        User::select().one(&db).await,
        Err(Error::TooManyRows)
    ));
    assert!(matches!(
        User::select().one_or_none(&db).await,
        Err(Error::TooManyRows)
    ));
    let first = User::select().order_by(User::ID).limit(2).first(&db);
    assert_eq!(first.await.unwrap().unwrap().name, "Ada");
    let last = User::select()
        .order_by(User::ID.desc())
        .first(&db)
        .await
        .unwrap();
    assert_eq!(last.unwrap().name, "Cid");
    assert!(User::select().exists(&db).await.unwrap());
    assert!(!nobody().exists(&db).await.unwrap());
    assert_eq!(User::select().limit(2).count(&db).await.unwrap(), 2);
    assert_eq!(User::select().offset(2).count(&db).await.unwrap(), 1);
    let authors = Post::select().columns(Post::AUTHOR_ID).distinct();
    assert_eq!(authors.clone().count(&db).await.unwrap(), 2);
    assert!(authors.exists(&db).await.unwrap());
    let groups = Post::select()
        .group_by(Post::AUTHOR_ID)
        .columns((Post::AUTHOR_ID, count()));
    assert_eq!(groups.count(&db).await.unwrap(), 2);

    let page = User::select()
        .order_by(User::ID)
        .page(&db, 2, 2)
        .await
        .unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!((page.total, page.number, page.pages()), (3, 2, 2));
    assert!(!page.has_next() && page.has_previous());

    let mut stream = User::select().order_by(User::ID).stream(&db).await.unwrap();
    let mut seen = Vec::new();
    while let Some(user) = stream.try_next().await.unwrap() {
        seen.push(user.name);
    }
    assert_eq!(seen, ["Ada", "Bob", "Cid"]);

    struct Name(String);
    impl From<(i64, String)> for Name {
        fn from((id, name): (i64, String)) -> Self {
            Self(format!("{id} {name}"))
        }
    }
    let named: Vec<Name> = User::select()
        .columns((User::ID, User::NAME))
        .order_by(User::ID)
        .all_as(&db)
        .await
        .unwrap();
    assert_eq!(named[2].0, "3 Cid");

    // The same on everything that can run a query.
    let mut own = connection(&database).await;
    assert_eq!(User::select().all(&own).await.unwrap().len(), 3);
    assert_eq!(User::select().all(own.client()).await.unwrap().len(), 3);
    let tx = own.begin().await.unwrap();
    assert_eq!(User::select().count(&tx).await.unwrap(), 3);
    let savepoint = tx.savepoint().await.unwrap();
    assert!(User::select().exists(&savepoint).await.unwrap());
    assert_eq!(
        User::select()
            .with(User::POSTS)
            .all(&savepoint)
            .await
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn orders_and_pages_by_key() {
    let (_database, db) = filled().await;
    let titles = async |query: Select<Post>| {
        let posts = query.all(&db).await.unwrap();
        posts.into_iter().map(|post| post.title).collect::<Vec<_>>()
    };
    let by_score = Post::select().order_by((Post::SCORE.desc().nulls_last(), Post::ID));
    assert_eq!(
        titles(by_score).await,
        ["Notes", "Boats", "Engine", "Draft"]
    );
    let by_score = Post::select().order_by(Post::SCORE.asc().nulls_first());
    assert_eq!(
        titles(by_score).await,
        ["Draft", "Engine", "Boats", "Notes"]
    );

    // By the column, though something else is selected that the server gives its name.
    let ids = User::select().columns(when(User::ID.eq(1), 9_i64).otherwise(User::ID));
    let ids: Vec<i64> = ids.order_by(User::ID).all(&db).await.unwrap();
    assert_eq!(ids, [9, 2, 3]);
    // A range travels as text, and is not ordered as one.
    let query = Booking::select().order_by(Booking::DURING);
    assert!(query.to_sql().ends_with(r#"ORDER BY "bookings"."during""#));

    // Page by page, in each of four orders, and each row once.
    macro_rules! pages {
        ($order:expr) => {{
            let mut seen = Vec::new();
            let mut last = None;
            loop {
                let page = Post::select().after(($order, Post::ID), last).limit(1);
                let Some(post) = page.first(&db).await.unwrap() else {
                    break;
                };
                last = Some((post.score, post.id));
                seen.push(post.title);
            }
            assert_eq!(
                seen,
                titles(Post::select().order_by(($order, Post::ID))).await
            );
            assert_eq!(seen.len(), 4);
        }};
    }
    pages!(Post::SCORE.asc());
    pages!(Post::SCORE.desc());
    pages!(Post::SCORE.asc().nulls_first());
    pages!(Post::SCORE.desc().nulls_last());
    // One key alone.
    let next = Post::select().after(Post::ID.desc(), Some(3));
    assert_eq!(titles(next).await, ["Engine", "Notes"]);
    // Without NULL, and all in one direction: one comparison of rows.
    let query = User::select().after((User::NAME, User::ID), Some(("Ada".to_owned(), 1)));
    assert!(
        query
            .to_sql()
            .contains(r#"WHERE ("name", "id") > ($1, $2)"#),
        "{}",
        query.to_sql()
    );
    assert_eq!(names(&db, query).await, ["Bob", "Cid"]);
}

#[tokio::test]
async fn distinct_rows_and_locks() {
    let (database, db) = filled().await;
    let newest: Vec<Post> = Post::select()
        .distinct_on(Post::AUTHOR_ID)
        .order_by((Post::AUTHOR_ID, Post::ID.desc()))
        .all(&db)
        .await
        .unwrap();
    let titles: Vec<_> = newest.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Draft", "Boats"]);
    let mut authors: Vec<i64> = Post::select()
        .columns(Post::AUTHOR_ID)
        .distinct()
        .all(&db)
        .await
        .unwrap();
    authors.sort_unstable();
    assert_eq!(authors, [1, 2]);

    let mut own = connection(&database).await;
    let tx = own.begin().await.unwrap();
    let locked = User::select()
        .filter(User::ID.eq(1))
        .for_update()
        .all(&tx)
        .await
        .unwrap();
    assert_eq!(locked.len(), 1);
    let free = User::select().for_update().skip_locked();
    assert_eq!(free.all(&db).await.unwrap().len(), 2);
    let error = User::select()
        .for_update()
        .nowait()
        .all(&db)
        .await
        .unwrap_err();
    assert_eq!(error.code().unwrap().code(), "55P03");
    tx.rollback().await.unwrap();
    // Of a left join, the rows that are there.
    let query = User::select().left_join(User::PROFILE).for_share();
    assert_eq!(query.all(&db).await.unwrap().len(), 3);
}

#[tokio::test]
async fn joins() {
    let (_database, db) = filled().await;
    let rows: Vec<(Post, User)> = Post::select()
        .join(Post::AUTHOR)
        .filter(User::NAME.eq("Ada"))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|(post, user)| post.author_id == user.id));

    let rows: Vec<(User, Option<Profile>)> = User::select()
        .left_join(User::PROFILE)
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    let found: Vec<bool> = rows.iter().map(|(_, profile)| profile.is_some()).collect();
    assert_eq!(found, [true, false, true]);

    // Columns of a left join may be NULL, whatever they are in their table.
    let rows: Vec<(String, Option<i64>, i64)> = User::select()
        .left_join(User::PROFILE)
        .columns((
            User::NAME,
            Profile::USER_ID,
            sql::coalesce(Profile::USER_ID, 0),
        ))
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows[1], ("Bob".to_owned(), None, 0));
    let absent = User::select()
        .left_join(User::PROFILE)
        .filter(Profile::USER_ID.nullable().is_null())
        .columns(User::NAME);
    assert_eq!(absent.all(&db).await.unwrap(), ["Bob"]);

    // Several deep, with a junction table.
    let rows: Vec<(User, Post, Comment)> = User::select()
        .join(User::POSTS)
        .join(Post::COMMENTS)
        .filter(Comment::BODY.eq("first"))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0.id, rows[0].1.id, rows[0].2.post_id), (1, 1, 1));
    let rows: Vec<(String, String)> = Post::select()
        .join(Post::TAGS)
        .columns((Post::TITLE, Tag::NAME))
        .order_by((Post::ID, Tag::ID))
        .all(&db)
        .await
        .unwrap();
    let rows: Vec<_> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("Notes", "math"),
            ("Engine", "math"),
            ("Engine", "steam"),
            ("Boats", "water")
        ]
    );
    let rows: Vec<(Post, Option<Tag>)> = Post::select()
        .left_join(Post::TAGS)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 5);
    assert!(rows[3].1.is_none());

    // A nullable foreign key.
    let rows: Vec<(Comment, Option<User>)> = Comment::select()
        .left_join(Comment::AUTHOR)
        .order_by(Comment::ID)
        .all(&db)
        .await
        .unwrap();
    assert!(rows[3].1.is_none() && rows[0].1.is_some());
    let rows: Vec<(Comment, User)> = Comment::select()
        .join(Comment::AUTHOR)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 3);

    // By a condition, and with everything.
    let rows: Vec<(User, Tag)> = User::select()
        .join(table::<Tag>().on(Tag::NAME.ne(User::NAME)))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 9);
    let rows: Vec<(User, Tag)> = User::select()
        .cross_join(table::<Tag>())
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 9);

    // What is there on the other side, or on both.
    let rows: Vec<(Option<Profile>, User)> = Profile::select()
        .right_join(table::<User>().on(User::ID.eq(Profile::USER_ID)))
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    let found: Vec<bool> = rows.iter().map(|(profile, _)| profile.is_some()).collect();
    assert_eq!(found, [true, false, true]);
    let rows: Vec<(Option<i64>, Option<String>)> = User::select()
        .full_join(table::<Tag>().on(Tag::NAME.eq(User::NAME)))
        .columns((User::ID, Tag::NAME))
        .order_by((User::ID, Tag::NAME))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 6);
    assert_eq!((rows[0].0, rows[5].1.as_deref()), (Some(1), Some("water")));
    assert_eq!((rows[0].1.as_deref(), rows[5].0), (None, None));

    // Only the first table, to load relations with.
    let rows: Vec<(User, Vec<Post>)> = User::select()
        .join(User::PROFILE)
        .filter(Profile::BIO.is_not_null())
        .columns(row::<User>())
        .with(User::POSTS)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].1.len(), 3);
}

alias!(
    /// The one who comments.
    struct Commenter: User
);

#[tokio::test]
async fn a_table_twice() {
    let (_database, db) = filled().await;
    let rows: Vec<(String, String, String)> = Comment::select()
        .join(Comment::POST)
        .join(Post::AUTHOR)
        .join(Comment::AUTHOR.to(Commenter))
        .columns((Comment::BODY, User::NAME, User::NAME.of(Commenter)))
        .order_by(Comment::ID)
        .all(&db)
        .await
        .unwrap();
    let rows: Vec<_> = rows.iter().map(|(a, b, c)| [a.as_str(), b, c]).collect();
    assert_eq!(
        rows,
        [
            ["first", "Ada", "Bob"],
            ["second", "Ada", "Cid"],
            ["third", "Bob", "Ada"]
        ]
    );
    let rows: Vec<(Comment, Option<User>)> = Comment::select()
        .left_join(Comment::AUTHOR.to(Commenter))
        .filter(User::NAME.of(Commenter).eq("Cid"))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    // Without another name nobody could tell the two apart.
    let twice = User::select().join(table::<User>().on(sql::raw("true").returns::<bool>()));
    assert!(matches!(twice.all(&db).await, Err(Error::Statement(_))));
    // Relations of the alias.
    let query = Select::<Commenter>::new().filter(User::POSTS.from(Commenter).is_empty());
    let users: Vec<User> = query.all(&db).await.unwrap();
    assert_eq!(users.len(), 1);
}

#[tokio::test]
async fn aggregates() {
    let (_database, db) = filled().await;
    let rows: Vec<(i64, i64, Option<f64>)> = Post::select()
        .group_by(Post::AUTHOR_ID)
        .columns((Post::AUTHOR_ID, count(), avg(Post::SCORE)))
        .having(count().gt(1))
        .order_by(Post::AUTHOR_ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0, rows[0].1), (1, 3));
    assert!((rows[0].2.unwrap() - 0.7).abs() < 1e-9);

    // The types are PostgreSQL's.
    type Sums = (
        Option<i64>,
        Option<Decimal>,
        Option<Decimal>,
        Option<f64>,
        Option<f64>,
    );
    let sums: Sums = User::select()
        .left_join(User::POSTS)
        .columns((
            sum(User::AGE),
            sum(User::ID),
            avg(User::AGE),
            sum(Post::SCORE),
            max(Post::SCORE),
        ))
        .one(&db)
        .await
        .unwrap();
    assert_eq!(sums.0, Some(36 * 3 + 17));
    assert_eq!(sums.1, Some(Decimal::from(8)));
    assert_eq!(sums.4, Some(0.9));

    type Row = (
        i64,
        i64,
        i64,
        i64,
        Option<String>,
        Option<Vec<String>>,
        Option<Vec<Option<i32>>>,
    );
    let row: Row = User::select()
        .columns((
            count(),
            count_of(User::AGE),
            count_distinct(User::ROLE),
            count().filter(User::IS_ACTIVE),
            string_agg(User::NAME, ", ").order_by(User::ID.desc()),
            array_agg(User::NAME).order_by(User::NAME),
            array_agg(User::AGE).order_by(User::ID),
        ))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((row.0, row.1, row.2, row.3), (3, 2, 3, 2));
    assert_eq!(row.4.unwrap(), "Cid, Bob, Ada");
    assert_eq!(row.5.unwrap(), ["Ada", "Bob", "Cid"]);
    assert_eq!(row.6.unwrap(), [Some(36), None, Some(17)]);

    let (all, any, first, last, json) = User::select()
        .columns((
            bool_and(User::IS_ACTIVE),
            bool_or(User::IS_ACTIVE),
            min(User::NAME),
            max(User::CREATED_AT),
            json_agg(User::ID),
        ))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((all, any), (Some(false), Some(true)));
    assert_eq!(first.as_deref(), Some("Ada"));
    assert_eq!(last, Some(at(3)));
    assert_eq!(json.unwrap().to_string(), "[1,2,3]");

    let scores: (Option<f64>, Option<String>) = Post::select()
        .columns((
            sum(Post::AUTHOR_ID.cast::<f64>()).distinct(),
            string_agg(Post::AUTHOR_ID.cast::<String>(), "+").distinct(),
        ))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((scores.0, scores.1.as_deref()), (Some(3.0), Some("1+2")));

    let none: (i64, Option<i64>) = User::select()
        .filter(User::ID.lt(0))
        .columns((count(), sum(User::AGE)))
        .one(&db)
        .await
        .unwrap();
    assert_eq!(none, (0, None));
    // A value that stands in several places is one parameter, so that it may be grouped by.
    let group = sql::coalesce(User::AGE, 0);
    let groups: Vec<(i32, i64)> = User::select()
        .group_by(group.clone())
        .columns((group.clone(), count()))
        .order_by(group)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(groups, [(0, 1), (17, 1), (36, 1)]);
}

#[tokio::test]
async fn functions() {
    let (_database, db) = filled().await;
    let row = User::select()
        .filter(User::ID.eq(1))
        .columns((
            upper(User::NAME),
            length(User::NAME),
            User::NAME.concat("!"),
            User::ID.cast::<String>(),
            when(User::AGE.lt(18), "minor").otherwise("adult"),
            when(User::AGE.lt(18), 1).end(),
            (User::AGE + 4) / 2,
            date_trunc(Unit::Year, User::CREATED_AT),
            date_part(Unit::Year, User::CREATED_AT),
            sql::call("pg_catalog.repeat")
                .arg(User::NAME)
                .arg(2)
                .returns::<String>(),
            sql::raw("{} || '{{}}' || {}")
                .arg(User::NAME)
                .arg("x")
                .returns::<String>(),
            User::CREATED_AT.lt(sql::now()),
        ))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((row.0.as_str(), row.1, row.2.as_str()), ("ADA", 3, "Ada!"));
    assert_eq!(
        (row.3.as_str(), row.4.as_str(), row.5),
        ("1", "adult", None)
    );
    assert_eq!((row.6, row.7, row.8), (Some(20), at(0), 2024.0));
    assert_eq!(
        (row.9.as_str(), row.10.as_str(), row.11),
        ("AdaAda", "Ada{}x", true)
    );

    let found: Vec<String> = Post::select()
        .filter(Post::BODY.search(sql::websearch("english", "engines")))
        .columns(Post::TITLE)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(found, ["Notes"]);
    let engine = TsQuery::prefix("engin").and(TsQuery::word("nothing").not());
    let found: Vec<String> = Post::select()
        .filter(Post::BODY.search(engine))
        .columns(Post::TITLE)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(found, ["Notes"]);
    let words = sql::to_tsvector("english", Post::BODY);
    let ranked: Vec<(TsVector, f32)> = Post::select()
        .filter(
            words
                .clone()
                .search(sql::phrase_query("english", "the engine")),
        )
        .columns((
            words.clone(),
            sql::ts_rank(words, sql::plain_query("english", "engine")),
        ))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(ranked[0].0.to_string(), "'engin':3");

    let hour = rowsmith_runtime::Interval {
        months: 0,
        days: 0,
        microseconds: 3_600_000_000,
    };
    let (later, since) = User::select()
        .filter(User::ID.eq(1))
        .columns((User::CREATED_AT.plus(hour), User::CREATED_AT.since(at(0))))
        .one(&db)
        .await
        .unwrap();
    assert_eq!((later, since.microseconds), (at(3601), 1_000_000));

    // What stands in the place of an argument stays together.
    let twice = sql::raw("{} * 2")
        .arg(User::AGE + 1)
        .returns::<Option<i32>>();
    let ages = User::select().filter(User::ID.eq(1)).columns(twice);
    assert_eq!(ages.one(&db).await.unwrap(), Some(74));

    // Wrong pieces of raw SQL are errors, and nothing is sent.
    for wrong in ["{}", "{", "} {}"] {
        let query = User::select().columns(sql::raw(wrong).returns::<i32>());
        assert!(
            matches!(query.all(&db).await, Err(Error::Statement(_))),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn windows() {
    let (_database, db) = filled().await;
    let by_score = window().order_by(Post::SCORE.desc().nulls_last());
    let rows: Vec<(
        String,
        i64,
        i64,
        Option<String>,
        Option<String>,
        Option<f64>,
    )> = Post::select()
        .columns((
            Post::TITLE,
            row_number().over(by_score.clone()),
            rank().over(window().partition_by(Post::AUTHOR_ID).order_by(Post::ID)),
            lag(Post::TITLE).over(by_score.clone()),
            lead(Post::TITLE).over(by_score),
            sum(Post::SCORE).over(window().partition_by(Post::AUTHOR_ID)),
        ))
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!((rows[0].1, rows[0].2), (1, 1));
    assert_eq!((rows[3].1, rows[3].2), (2, 1));
    assert_eq!(
        (rows[0].3.as_deref(), rows[0].4.as_deref()),
        (None, Some("Boats"))
    );
    assert_eq!(
        (rows[2].3.as_deref(), rows[2].4.as_deref()),
        (Some("Engine"), None)
    );
    assert!((rows[0].5.unwrap() - 1.4).abs() < 1e-9);
}

#[tokio::test]
async fn subqueries() {
    let (_database, db) = filled().await;
    let authors = Post::select()
        .filter(Post::SCORE.gt(0.6))
        .columns(Post::AUTHOR_ID);
    let query = User::select().filter(User::ID.in_query(authors.clone()));
    assert_eq!(names(&db, query).await, ["Ada", "Bob"]);
    let query = User::select().filter(User::ID.not_in_query(authors));
    assert_eq!(names(&db, query).await, ["Cid"]);
    let theirs = Post::select()
        .outer::<User>()
        .filter(Post::AUTHOR_ID.eq(User::ID));
    let query = User::select().filter(!sql::exists(theirs.clone()));
    assert_eq!(names(&db, query).await, ["Cid"]);
    // Of a combined query as well.
    let posts = theirs.clone().columns(Post::ID);
    let comments = Comment::select()
        .outer::<User>()
        .filter(Comment::AUTHOR_ID.eq(User::ID))
        .columns(Comment::ID);
    let silent = User::select().filter(!sql::exists(posts.union_all(comments)));
    assert_eq!(names(&db, silent).await, [""; 0]);
    let best = theirs.columns(max(Post::SCORE)).scalar();
    let rows: Vec<(String, Option<f64>)> = User::select()
        .columns((User::NAME, best))
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows[0].1, Some(0.9));
    assert_eq!(rows[2].1, None);
}

#[tokio::test]
async fn conditions_on_relations() {
    let (_database, db) = filled().await;
    let query = User::select().filter(User::POSTS.any(Post::TITLE.ilike("%o%")));
    assert_eq!(names(&db, query).await, ["Ada", "Bob"]);
    let query = User::select().filter(User::POSTS.none(Post::TITLE.eq("Draft")));
    assert_eq!(names(&db, query).await, ["Bob", "Cid"]);
    assert_eq!(
        names(&db, User::select().filter(User::POSTS.is_empty())).await,
        ["Cid"]
    );
    assert_eq!(
        names(&db, User::select().filter(User::PROFILE.exists())).await,
        ["Ada", "Cid"]
    );
    let query =
        User::select().filter(User::POSTS.any(Post::COMMENTS.any(Comment::BODY.eq("third"))));
    assert_eq!(names(&db, query).await, ["Bob"]);
    let titles: Vec<String> = Post::select()
        .filter(Post::TAGS.any(Tag::NAME.eq("math")) & Post::AUTHOR.any(User::NAME.eq("Ada")))
        .order_by(Post::ID)
        .columns(Post::TITLE)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(titles, ["Notes", "Engine"]);
    let counts: Vec<(String, i64)> = User::select()
        .columns((User::NAME, User::POSTS.count()))
        .order_by(User::POSTS.count().desc())
        .all(&db)
        .await
        .unwrap();
    assert_eq!(counts[0], ("Ada".to_owned(), 3));
    assert_eq!(counts[2], ("Cid".to_owned(), 0));
    let tagged = Tag::select()
        .filter(Tag::POSTS.count().ge(2))
        .columns(Tag::NAME);
    assert_eq!(tagged.all(&db).await.unwrap(), ["math"]);
}

derived! {
    /// How many posts an author has.
    struct Busy {
        author_id AUTHOR_ID: i64,
        posts POSTS: i64,
    }
}

derived! {
    /// Numbers.
    struct Number {
        n N: i32,
    }
}

#[tokio::test]
async fn common_table_expressions() {
    let (_database, db) = filled().await;
    let posts = Post::select()
        .group_by(Post::AUTHOR_ID)
        .columns((Post::AUTHOR_ID, count()));
    let rows: Vec<(User, Busy)> = User::select()
        .with_cte(Busy::cte(posts.clone()))
        .join(table::<Busy>().on(Busy::AUTHOR_ID.eq(User::ID)))
        .filter(Busy::POSTS.gt(1))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        rows[0].1,
        Busy {
            author_id: 1,
            posts: 3
        }
    );
    let rows: Vec<(User, Option<Busy>)> = User::select()
        .left_join(Busy::subquery(posts.clone()).on(Busy::AUTHOR_ID.eq(User::ID)))
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows[2].1, None);
    let busy: Vec<Busy> = Busy::subquery(posts)
        .select()
        .filter(Busy::POSTS.eq(1))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(
        busy,
        [Busy {
            author_id: 2,
            posts: 1
        }]
    );

    let first = User::select().limit(1).columns(sql::val(1));
    let step = Number::select()
        .filter(Number::N.lt(5))
        .columns(Number::N + 1);
    let query = Number::select().with_cte(Number::recursive(first, step));
    assert_eq!(query.clone().count(&db).await.unwrap(), 5);
    let numbers: Vec<Number> = query.all(&db).await.unwrap();
    assert_eq!(numbers.iter().map(|number| number.n).sum::<i32>(), 15);
}

#[tokio::test]
async fn combined_queries() {
    let (_database, db) = filled().await;
    let users = || User::select().columns(User::NAME);
    let tags = || Tag::select().columns(Tag::NAME);
    let all = users()
        .union_all(tags())
        .order_by(position(1).desc())
        .limit(2);
    assert_eq!(all.clone().all(&db).await.unwrap(), ["water", "steam"]);
    assert_eq!(all.count(&db).await.unwrap(), 2);
    assert_eq!(users().union(users()).count(&db).await.unwrap(), 3);
    assert_eq!(users().intersect(tags()).all(&db).await.unwrap(), [""; 0]);
    let rest = users().except(users().filter(User::ID.gt(1)));
    assert_eq!(rest.all(&db).await.unwrap(), ["Ada"]);
    // What is said of a combined query as a whole is its order, its limit, and nothing else.
    let combined = users().union_all(users()).distinct();
    assert!(matches!(combined.all(&db).await, Err(Error::Statement(_))));
    let combined = users().union_all(users()).columns(count());
    assert!(matches!(combined.all(&db).await, Err(Error::Statement(_))));
    // Each with its own order and limit.
    let both = users()
        .order_by(User::ID)
        .limit(1)
        .union(users().order_by(User::ID.desc()).limit(1))
        .order_by(position(1));
    assert_eq!(both.all(&db).await.unwrap(), ["Ada", "Cid"]);
}

#[tokio::test]
async fn expressions_of_any_size() {
    let (_database, db) = empty().await;
    let mut any = User::ID.eq(0);
    for id in 1..3000 {
        any |= User::ID.eq(id);
    }
    assert_eq!(
        User::select().filter(any.clone()).count(&db).await.unwrap(),
        0
    );
    drop(any);
    let none: Vec<PostTag> = PostTag::select().all(&db).await.unwrap();
    assert_eq!(none, []);
}
