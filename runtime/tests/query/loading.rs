//! Loading related rows along with others.

use futures_util::FutureExt;
use futures_util::future::join_all;
use rowsmith_runtime::tokio_postgres::NoTls;
use rowsmith_runtime::{Connection, Database, Error, Executor, alias, query, tokio_postgres};
use rowsmith_test_server::TestServer;
use rowsmith_test_trees::blog::{
    Comment, NewPost, NewUser, Post, PostTag, Profile, Role, Tag, User,
};
use rowsmith_test_trees::{loading, organisation, self_named};

use crate::blog::{connection, empty, filled};
use crate::proxy::Proxy;

type Loaded = Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)>;

async fn three_deep(db: &impl Executor) -> Loaded {
    User::select()
        .with(User::POSTS.with(Post::COMMENTS))
        .with(User::PROFILE)
        .order_by(User::ID)
        .all(db)
        .await
        .unwrap()
}

/// The same, one at a time.
async fn one_at_a_time(db: &impl Executor) -> Loaded {
    let mut users = Vec::new();
    for user in User::list(db).await.unwrap() {
        let mut posts = Vec::new();
        for post in user.posts(db).await.unwrap() {
            let comments = post.comments(db).await.unwrap();
            posts.push((post, comments));
        }
        let profile = user.profile(db).await.unwrap();
        users.push((user, posts, profile));
    }
    users
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| &*post.title).collect()
}

#[tokio::test]
async fn the_designs_example() {
    let (_database, db) = filled().await;
    let users: Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)> = User::select()
        .with(
            User::POSTS
                .filter(Post::PUBLISHED_AT.is_not_null())
                .order_by(Post::ID.desc())
                .limit(3)
                .with(Post::COMMENTS),
        )
        .with(User::PROFILE)
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    let seen: Vec<_> = users
        .iter()
        .map(|(user, posts, profile)| {
            let posts = posts.iter().map(|(post, comments)| {
                let comments = comments.iter().map(|comment| &*comment.body);
                (&*post.title, comments.collect::<Vec<_>>())
            });
            let bio = profile.as_ref().map(|profile| profile.bio.as_deref());
            (&*user.name, posts.collect::<Vec<_>>(), bio)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (
                "Ada",
                vec![("Engine", vec![]), ("Notes", vec!["first", "second"])],
                Some(Some("Counts.")),
            ),
            ("Bob", vec![("Boats", vec!["third", "nobody's"])], None),
            ("Cid", vec![], Some(None)),
        ]
    );
    let users: Vec<(User, Vec<Post>)> = User::select().with(User::POSTS).all(&db).await.unwrap();
    assert_eq!(users.len(), 3);
}

#[tokio::test]
async fn whatever_runs_the_query() {
    let (database, db) = filled().await;
    let expected = one_at_a_time(&db).await;
    assert_eq!(three_deep(&db).await, expected);
    let mut connection = connection(&database).await;
    assert_eq!(three_deep(&connection).await, expected);
    let tx = connection.begin().await.unwrap();
    User::delete()
        .filter(User::ID.eq(2))
        .execute(&tx)
        .await
        .unwrap();
    assert_eq!(three_deep(&tx).await[1], expected[2]);
    let savepoint = tx.savepoint().await.unwrap();
    Comment::delete()
        .all_rows()
        .execute(&savepoint)
        .await
        .unwrap();
    assert!(three_deep(&savepoint).await[0].1[0].1.is_empty());
    savepoint.rollback().await.unwrap();
    assert_eq!(three_deep(&tx).await[0].1[0].1.len(), 2);
    tx.rollback().await.unwrap();
    let (mut client, connection) = tokio_postgres::connect(&database.url(), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    assert_eq!(three_deep(&client).await, expected);
    let tx = client.transaction().await.unwrap();
    assert_eq!(three_deep(&tx).await, expected);
    drop(tx);
    // Without a place to keep statements.
    let connection = Connection::with_statement_cache(client, 0);
    assert_eq!(three_deep(&connection).await, expected);
    // A single connection is enough.
    let one = Database::builder().max_connections(1);
    let one = one.connect(&database.url()).await.unwrap();
    assert_eq!(three_deep(&one).await, expected);
}

#[tokio::test]
async fn every_kind_of_relation() {
    let (_database, db) = filled().await;
    // Many rows with one parent, which is loaded once and handed to each.
    let posts: Vec<(Post, User)> = Post::select().with(Post::AUTHOR).all(&db).await.unwrap();
    assert_eq!(posts.len(), 4);
    for (post, author) in &posts {
        assert_eq!(post.author_id, author.id);
    }
    // A key that may be NULL.
    let comments: Vec<(Comment, Option<User>)> = Comment::select()
        .with(Comment::AUTHOR)
        .order_by(Comment::ID)
        .all(&db)
        .await
        .unwrap();
    let names = comments
        .iter()
        .map(|(_, author)| author.as_ref().map(|author| &*author.name));
    assert_eq!(
        names.collect::<Vec<_>>(),
        [Some("Bob"), Some("Cid"), Some("Ada"), None]
    );
    // Nothing but NULLs.
    let query = Comment::select().filter(Comment::AUTHOR_ID.is_null());
    let comments = query
        .with(Comment::AUTHOR)
        .with(Comment::POST)
        .all(&db)
        .await
        .unwrap();
    assert_eq!((comments.len(), &comments[0].1), (1, &None));
    assert_eq!(comments[0].2.title, "Boats");
    let users: Vec<(User, Option<Profile>)> = User::select()
        .with(User::PROFILE)
        .order_by(User::ID)
        .all(&db)
        .await
        .unwrap();
    let found = users.iter().map(|(_, profile)| profile.is_some());
    assert_eq!(found.collect::<Vec<_>>(), [true, false, true]);
    let posts: Vec<(Post, Vec<Tag>)> = Post::select()
        .with(Post::TAGS)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    let names = |tags: &[Tag]| tags.iter().map(|tag| tag.name.clone()).collect::<Vec<_>>();
    let tags: Vec<_> = posts.iter().map(|(_, tags)| names(tags)).collect();
    assert_eq!(
        tags,
        [vec!["math"], vec!["math", "steam"], vec![], vec!["water"]]
    );
    let tags: Vec<(Tag, Vec<Post>)> = Tag::select()
        .with(Tag::POSTS)
        .order_by(Tag::ID)
        .all(&db)
        .await
        .unwrap();
    let posts: Vec<_> = tags.iter().map(|(_, posts)| titles(posts)).collect();
    assert_eq!(
        posts,
        [vec!["Notes", "Engine"], vec!["Engine"], vec!["Boats"]]
    );
    // Filters, orders and limits of what lies behind a junction table.
    let related = Post::TAGS
        .filter(Tag::NAME.ne("math"))
        .order_by(Tag::NAME.desc())
        .limit(1);
    let posts = Post::select()
        .with(related)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    let tags: Vec<_> = posts.iter().map(|(_, tags)| names(tags)).collect();
    assert_eq!(tags, [vec![], vec!["steam"], vec![], vec!["water"]]);
}

#[tokio::test]
async fn a_filter_makes_what_is_required_optional() {
    let (_database, db) = filled().await;
    let active = Post::AUTHOR.filter(User::IS_ACTIVE);
    let posts: Vec<(Post, Option<User>)> = Post::select()
        .with(active)
        .order_by(Post::ID)
        .all(&db)
        .await
        .unwrap();
    let found: Vec<_> = posts.iter().map(|(_, author)| author.is_some()).collect();
    assert_eq!(found, [true, true, true, false]);
    let deep: Vec<(PostTag, Option<(Post, User)>)> = PostTag::select()
        .with(PostTag::POST.filter(Post::SCORE.gt(0.6)).with(Post::AUTHOR))
        .order_by((PostTag::POST_ID, PostTag::TAG_ID))
        .all(&db)
        .await
        .unwrap();
    let found: Vec<_> = deep.iter().map(|(_, post)| post.is_some()).collect();
    assert_eq!(found, [true, false, false, true]);
}

#[tokio::test]
async fn each_parent_has_its_own_limit() {
    let (_database, db) = filled().await;
    let of = async |related| {
        let users = User::select()
            .with(related)
            .order_by(User::ID)
            .all(&db)
            .await
            .unwrap();
        let posts = users.into_iter().map(|(_, posts): (_, Vec<Post>)| {
            posts
                .into_iter()
                .map(|post| post.title)
                .collect::<Vec<_>>()
                .join(" ")
        });
        posts.collect::<Vec<_>>()
    };
    assert_eq!(
        of(User::POSTS.limit(2)).await,
        ["Notes Engine", "Boats", ""]
    );
    assert_eq!(of(User::POSTS.limit(0)).await, ["", "", ""]);
    assert_eq!(of(User::POSTS.offset(1)).await, ["Engine Draft", "", ""]);
    assert_eq!(of(User::POSTS.limit(1).offset(2)).await, ["Draft", "", ""]);
    let by_score = User::POSTS.order_by(Post::SCORE.desc().nulls_last());
    assert_eq!(
        of(by_score.clone()).await,
        ["Notes Engine Draft", "Boats", ""]
    );
    assert_eq!(of(by_score.limit(1)).await, ["Notes", "Boats", ""]);
    // Values beside those of the keys, in each of the places.
    let related = User::POSTS
        .filter(Post::SCORE.gt(0.4) | Post::TITLE.eq("Draft"))
        .filter(Post::TITLE.ne("Engine"))
        .order_by((Post::TITLE.eq("Draft").desc(), Post::ID))
        .limit(1);
    assert_eq!(of(related).await, ["Draft", "Boats", ""]);
    let related = User::POSTS.filter(Post::COMMENTS.any(Comment::BODY.eq("first")));
    assert_eq!(of(related.clone()).await, ["Notes", "", ""]);
    assert_eq!(of(related.limit(5)).await, ["Notes", "", ""]);
    let related = User::POSTS
        .filter(Post::AUTHOR.any(User::NAME.eq("Ada")))
        .limit(1);
    assert_eq!(of(related).await, ["Notes", "", ""]);
}

#[tokio::test]
async fn few_rows_or_none() {
    let (_database, db) = empty().await;
    assert_eq!(three_deep(&db).await, []);
    let query = || User::select().with(User::POSTS).with(User::PROFILE);
    assert_eq!(query().first(&db).await.unwrap(), None);
    assert!(matches!(query().one(&db).await, Err(Error::NotFound)));
    assert_eq!(query().page(&db, 1, 5).await.unwrap().rows, []);
    let ada = NewUser::new("Ada", "a@b").insert(&db).await.unwrap();
    assert_eq!(query().one(&db).await.unwrap(), (ada.clone(), vec![], None));
    assert_eq!(query().count(&db).await.unwrap(), 1);
    assert!(query().exists(&db).await.unwrap());
    NewUser::new("Bob", "b@b").insert(&db).await.unwrap();
    assert!(matches!(query().one(&db).await, Err(Error::TooManyRows)));
    let page = query().order_by(User::ID).page(&db, 1, 1).await.unwrap();
    assert_eq!((page.rows, page.total), (vec![(ada, vec![], None)], 2));
}

#[tokio::test]
async fn an_error_leaves_the_connection_usable() {
    let (database, db) = filled().await;
    let connection = connection(&database).await;
    let expected = three_deep(&db).await;
    let fails = User::POSTS.filter((Post::ID / (Post::ID - 2)).gt(0));
    let result = User::select()
        .with(fails)
        .with(User::PROFILE)
        .all(&connection)
        .await;
    assert_eq!(
        result
            .unwrap_err()
            .code()
            .map(|code| code.code().to_owned()),
        Some("22012".into())
    );
    assert_eq!(three_deep(&connection).await, expected);
    // What is prepared goes stale.
    database
        .execute("ALTER TABLE comments ALTER body TYPE varchar(90)")
        .unwrap();
    assert_eq!(three_deep(&connection).await, expected);
    // Given up half-way.
    let abandoned = User::select().with(User::POSTS).all(&connection);
    assert!(abandoned.now_or_never().is_none());
    assert_eq!(three_deep(&connection).await, expected);
    // Many at once on one connection.
    for loaded in join_all((0..8).map(|_| three_deep(&connection))).await {
        assert_eq!(loaded, expected);
    }
}

#[tokio::test]
async fn one_query_for_each_relation() {
    let (database, db) = filled().await;
    let proxy = Proxy::start().await;
    let url = proxy.url(&database);
    let connection = Connection::connect(&url).await.unwrap();
    three_deep(&connection).await;
    proxy.take();
    // Once all is prepared, there is a round trip for each level, and a query for each relation.
    three_deep(&connection).await;
    assert_eq!(proxy.take(), "B.BB.B..");
    let query = || {
        User::select()
            .with(User::POSTS)
            .with(User::PROFILE)
            .with(User::COMMENTS)
    };
    query().all(&connection).await.unwrap();
    proxy.take();
    query().all(&connection).await.unwrap();
    assert_eq!(proxy.take(), "B.BBB...");
    // Where there is nothing to load for, nothing is sent.
    query()
        .filter(User::ID.lt(0))
        .all(&connection)
        .await
        .unwrap();
    assert_eq!(proxy.take(), "P.B.");

    // The number of rows makes no difference.
    let users: Vec<NewUser> = (0..50_000)
        .map(|n| NewUser::new(format!("user {n}"), format!("{n}@example.com")).role(Role::Editor))
        .collect();
    let users = User::insert_many(&db, &users).await.unwrap();
    let posts = users
        .iter()
        .step_by(2)
        .map(|user| NewPost::new(user.id, format!("of {}", user.id)));
    User::select().count(&connection).await.unwrap();
    Post::copy_in(&db, posts.collect::<Vec<_>>()).await.unwrap();
    proxy.take();
    let loaded = query().all(&connection).await.unwrap();
    assert_eq!(proxy.take(), "B.BBB...");
    assert_eq!(loaded.len(), 50_003);
    for (user, posts, ..) in loaded.iter().filter(|(user, ..)| user.id > 3) {
        let expected = if user.id % 2 == 0 { 1 } else { 0 };
        assert_eq!(posts.len(), expected, "{}", user.id);
        assert!(
            posts
                .iter()
                .all(|post| post.title == format!("of {}", user.id))
        );
    }
    // The plan of a limit for each row is only as good as what the server knows of the table.
    database.execute("ANALYZE").unwrap();
    let limited = User::select()
        .with(User::POSTS.limit(1).order_by(Post::ID))
        .order_by(User::ID);
    let limited = limited.all(&db).await.unwrap();
    assert_eq!(
        limited.iter().filter(|(_, posts)| posts.len() == 1).count(),
        25_002
    );
    let posts = Post::select().with(Post::AUTHOR).all(&db).await.unwrap();
    assert!(
        posts
            .iter()
            .all(|(post, author)| post.author_id == author.id)
    );

    // A client of the driver's own prepares each statement anew, but once.
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let few = || {
        User::select()
            .filter(User::ID.le(3))
            .with(User::POSTS)
            .with(User::PROFILE)
    };
    few().all(&client).await.unwrap();
    proxy.take();
    few().all(&client).await.unwrap();
    let taken = proxy.take();
    let count = |letter| taken.matches(letter).count();
    assert_eq!((count('P'), count('B'), count('Q')), (3, 3, 0), "{taken}");
}

#[tokio::test]
async fn eight_at_once() {
    let (database, _db) = filled().await;
    let proxy = Proxy::start().await;
    let connection = Connection::connect(&proxy.url(&database)).await.unwrap();
    let query = || {
        Post::select()
            .with(Post::AUTHOR)
            .with(Post::COMMENTS)
            .with(Post::TAGS)
            .with(Post::POST_TAGS)
            .with(Post::AUTHOR.filter(User::IS_ACTIVE))
            .with(Post::COMMENTS.limit(1))
            .with(Post::TAGS.filter(Tag::NAME.eq("steam")))
            .with(Post::POST_TAGS.with(PostTag::TAG.with(Tag::POSTS.limit(1))))
            .order_by(Post::ID)
    };
    let first = query().all(&connection).await.unwrap();
    proxy.take();
    let loaded = query().all(&connection).await.unwrap();
    assert_eq!(first, loaded);
    let taken = proxy.take();
    assert!(taken.starts_with("B.BBBBBBBB."), "{taken}");
    assert_eq!(taken.matches('B').count(), 1 + 8 + 2, "{taken}");
    let (post, author, comments, tags, links, active, first, steam, deep) = &loaded[1];
    assert_eq!((&*post.title, &*author.name), ("Engine", "Ada"));
    assert_eq!(
        (comments.len(), tags.len(), links.len(), first.len()),
        (0, 2, 2, 0)
    );
    assert_eq!((active.as_ref(), steam.len()), (Some(author), 1));
    let (link, (tag, posts)) = &deep[0];
    assert_eq!(
        (link, &tag.name, titles(posts)),
        (&links[0], &tags[0].name, vec!["Notes"])
    );
}

alias!(struct Boss: organisation::Employee);

#[tokio::test]
async fn a_table_and_itself() {
    let schema = include_str!("../../../fixtures/organisation/schema.sql");
    let database = TestServer::shared().create_database(Some(schema));
    let rows = "
        INSERT INTO departments (name) VALUES ('d');
        INSERT INTO employees (name, email, department_id, hired_on)
            SELECT 'e' || n, 'e' || n, 1, '2020-01-01' FROM generate_series(1, 7) AS n;
        UPDATE employees SET manager_id = id / 2 WHERE id > 1;";
    database.execute(rows).unwrap();
    let db = Database::connect(&database.url()).await.unwrap();
    use organisation::Employee;
    let down: Vec<(Employee, Vec<(Employee, Vec<Employee>)>, Option<Employee>)> =
        Employee::select()
            .with(Employee::EMPLOYEES.with(Employee::EMPLOYEES))
            .with(Employee::MANAGER)
            .order_by(Employee::ID)
            .all(&db)
            .await
            .unwrap();
    let ids = |rows: &[Employee]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&down[0].1[0].1), [4, 5]);
    assert_eq!(ids(&down[0].1[1].1), [6, 7]);
    assert_eq!(down[0].2, None);
    assert_eq!(down[6].2.as_ref().map(|row| row.id), Some(3));
    // Under another name.
    let boss = Employee::MANAGER
        .to(Boss)
        .filter(Employee::NAME.of(Boss).eq("e1"));
    let rows = Employee::select().with(boss).order_by(Employee::ID);
    let rows: Vec<(Employee, Option<Employee>)> = rows.all(&db).await.unwrap();
    let found: Vec<_> = rows.iter().filter(|(_, boss)| boss.is_some()).collect();
    assert_eq!(
        found.iter().map(|(row, _)| row.id).collect::<Vec<_>>(),
        [2, 3]
    );
    let reports = Employee::EMPLOYEES
        .to(Boss)
        .order_by(Employee::ID.of(Boss).desc())
        .limit(1);
    let rows = Employee::select().with(reports).order_by(Employee::ID);
    let rows: Vec<(Employee, Vec<Employee>)> = rows.all(&db).await.unwrap();
    assert_eq!(ids(&rows[0].1), [3]);
}

#[tokio::test]
async fn what_is_equal_is_for_the_server_to_say() {
    let schema = include_str!("../../../fixtures/self_named/schema.sql");
    let collation = "CREATE COLLATION ignoring_case \
        (provider = icu, locale = 'und-u-ks-level2', deterministic = false);";
    let schema = schema.replace("status text", "status text COLLATE ignoring_case");
    let database = TestServer::shared().create_database(None);
    if let Err(problem) = database.execute(collation) {
        println!("the server knows no such collation: {problem}");
        return;
    }
    database.execute(&schema).unwrap();
    let rows = "
        INSERT INTO status VALUES ('open'), ('done');
        INSERT INTO node (status) VALUES ('OPEN'), ('open'), (NULL), ('Done');
        INSERT INTO nodes_status VALUES (1, 'oPEN'), (2, 'DONE');";
    database.execute(rows).unwrap();
    let db = Database::connect(&database.url()).await.unwrap();
    use self_named::{Node, Status};
    let nodes = Node::select()
        .with(Node::STATUS_ROW)
        .with(Node::STATUS_VIA_NODES_STATUS)
        .order_by(Node::ID);
    let nodes = nodes.all(&db).await.unwrap();
    let seen = nodes.iter().map(|(_, status, many)| {
        let many = many
            .iter()
            .map(|status| &*status.status)
            .collect::<Vec<_>>();
        (status.as_ref().map(|status| &*status.status), many)
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            (Some("open"), vec!["open"]),
            (Some("open"), vec!["done"]),
            (None, vec![]),
            (Some("done"), vec![]),
        ]
    );
    let query = Status::select().with(Status::NODE).order_by(Status::STATUS);
    let counts = query.all(&db).await.unwrap();
    let counts = counts
        .iter()
        .map(|(status, nodes)| (&*status.status, nodes.len()));
    assert_eq!(counts.collect::<Vec<_>>(), [("done", 1), ("open", 2)]);
}

#[tokio::test]
async fn values_that_travel_as_text_keep_their_order() {
    let schema = include_str!("../../../fixtures/loading/schema.sql");
    let database = TestServer::shared().create_database(Some(schema));
    let rows = "
        INSERT INTO keys (n, during, place) VALUES
            (1, '10', (1, 'b')), (2, '9', (1, 'a')), (3, '-1', NULL);
        INSERT INTO related (row_number, n, during) VALUES
            (1, 1, '10'), (2, 1, '9'), (3, 1, '-1');";
    database.execute(rows).unwrap();
    let db = Database::connect(&database.url()).await.unwrap();
    use loading::{Key, Place, Related};
    let ids = |keys: Vec<Key>| keys.into_iter().map(|key| key.n).collect::<Vec<_>>();
    let keys = Key::select().order_by(Key::DURING).all(&db).await.unwrap();
    assert_eq!(ids(keys), [3, 2, 1]);
    let keys = Key::select().distinct_on(Key::DURING).order_by(Key::DURING);
    assert_eq!(ids(keys.all(&db).await.unwrap()), [3, 2, 1]);
    let during = Key::select().columns(Key::DURING).order_by(Key::DURING);
    let during: Vec<Option<String>> = during.all(&db).await.unwrap();
    let expected = ["-$1.00", "$9.00", "$10.00"];
    assert_eq!(during, expected.map(|text| Some(text.to_owned())));
    for limit in [None, Some(9)] {
        let related = Key::RELATED.order_by(Related::DURING.desc());
        let related = match limit {
            Some(limit) => related.limit(limit),
            None => related,
        };
        let query = Key::select().filter(Key::N.eq(1)).with(related);
        let (_, related) = query.one(&db).await.unwrap();
        let numbers: Vec<i32> = related.iter().map(|row| row.row_number).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }
    // Composites are compared as such.
    let place = |room: &str| Place {
        floor: Some(1),
        room: Some(room.to_owned()),
    };
    let key = Key::find_by_place(&db, &place("a")).await.unwrap();
    assert_eq!(key.map(|key| key.n), Some(2));
    let keys = Key::select()
        .filter(Key::PLACE.eq(place("b")))
        .all(&db)
        .await
        .unwrap();
    assert_eq!(ids(keys), [1]);
    let keys = Key::select()
        .filter(Key::PLACE.in_([place("a"), place("b")]))
        .order_by(Key::N);
    assert_eq!(ids(keys.all(&db).await.unwrap()), [1, 2]);
    query::execute(&db, "DELETE FROM related", &[])
        .await
        .unwrap();
    assert_eq!(
        Related::select()
            .with(Related::DURING_ROW)
            .all(&db)
            .await
            .unwrap(),
        []
    );
}
