//! Every function that a plain schema gets, on the design's example.

use rowsmith_runtime::{Connection, Error};

use crate::database::Live;
use crate::trees::blog::{
    Comment, NewComment, NewPost, NewPostTag, NewProfile, NewTag, NewUser, Post, PostPatch,
    PostTag, Profile, Role, Tag, User, UserPatch,
};

#[tokio::test]
async fn a_row_is_inserted_found_changed_and_deleted() {
    let db = Live::create("blog").await;

    let ada = NewUser::new("Ada", "ada@example.com")
        .age(36)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((ada.name.as_str(), ada.age), ("Ada", Some(36)));
    // Defaults come back from the database.
    assert_eq!((ada.role, ada.is_active), (Role::Member, true));

    assert_eq!(User::find(&*db, ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(
        User::find_by_email(&*db, "ada@example.com").await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(User::find(&*db, 99).await.unwrap(), None);
    assert_eq!(
        User::find_by_email(&*db, "nobody@example.com")
            .await
            .unwrap(),
        None
    );
    assert!(User::exists(&*db, ada.id).await.unwrap());
    assert!(!User::exists(&*db, 99).await.unwrap());
    assert_eq!(User::count(&*db).await.unwrap(), 1);
    assert_eq!(User::list(&*db).await.unwrap(), [ada.clone()]);

    assert!(User::delete_by_id(&*db, ada.id).await.unwrap());
    assert!(!User::delete_by_id(&*db, ada.id).await.unwrap());
    assert_eq!(User::count(&*db).await.unwrap(), 0);
}

#[tokio::test]
async fn left_out_null_and_a_value_are_three_things() {
    let db = Live::create("blog").await;
    let left_out = NewUser::new("A", "a@example.com")
        .insert(&*db)
        .await
        .unwrap();
    let null = NewUser::new("B", "b@example.com")
        .age(None)
        .insert(&*db)
        .await
        .unwrap();
    let value = NewUser::new("C", "c@example.com")
        .age(Some(40))
        .role(Role::Editor)
        .is_active(false)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!((left_out.age, null.age, value.age), (None, None, Some(40)));
    assert_eq!((value.role, value.is_active), (Role::Editor, false));

    let same = UserPatch::new().apply(&*db, value.id).await.unwrap();
    assert_eq!(same, Some(value.clone()));
    let changed = UserPatch::new()
        .name("D")
        .role(Role::Admin)
        .apply(&*db, value.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.role, changed.age),
        ("D", Role::Admin, Some(40))
    );
    let emptied = UserPatch::new()
        .age(None)
        .apply(&*db, value.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((emptied.name.as_str(), emptied.age), ("D", None));
    assert_eq!(
        UserPatch::new().name("E").apply(&*db, 99).await.unwrap(),
        None
    );
    assert_eq!(UserPatch::new().apply(&*db, 99).await.unwrap(), None);
}

#[tokio::test]
async fn many_rows_are_inserted_at_once() {
    let db = Live::create("blog").await;
    assert_eq!(User::insert_many(&*db, &[]).await.unwrap(), []);

    // Rows that leave different columns out, in one call.
    let users = User::insert_many(
        &*db,
        &[
            NewUser::new("A", "a@example.com"),
            NewUser::new("B", "b@example.com").age(20),
            NewUser::new("C", "c@example.com")
                .age(None)
                .role(Role::Admin),
            NewUser::new("D", "d@example.com").is_active(false),
        ],
    )
    .await
    .unwrap();
    let seen: Vec<_> = users
        .iter()
        .map(|u| (u.name.as_str(), u.age, u.role, u.is_active))
        .collect();
    assert_eq!(
        seen,
        [
            ("A", None, Role::Member, true),
            ("B", Some(20), Role::Member, true),
            ("C", None, Role::Admin, true),
            ("D", None, Role::Member, false),
        ]
    );

    // One statement: all or nothing.
    let error = User::insert_many(
        &*db,
        &[
            NewUser::new("E", "e@example.com"),
            NewUser::new("A", "a@example.com"),
        ],
    )
    .await
    .unwrap_err();
    assert!(matches!(error, Error::UniqueViolation(_)), "{error:?}");
    assert_eq!(User::count(&*db).await.unwrap(), 4);

    let tags: Vec<NewTag> = (0..3000).map(|i| NewTag::new(format!("tag {i}"))).collect();
    let tags = Tag::insert_many(&*db, &tags).await.unwrap();
    assert_eq!(tags.len(), 3000);
    assert!(
        tags.iter()
            .enumerate()
            .all(|(i, tag)| tag.name == format!("tag {i}"))
    );
}

#[tokio::test]
async fn a_conflict_is_settled_by_updating() {
    let db = Live::create("blog").await;
    let ada = NewUser::new("Ada", "ada@example.com")
        .age(36)
        .insert(&*db)
        .await
        .unwrap();
    let again = NewUser::new("Ada L.", "ada@example.com")
        .upsert_by_email(&*db)
        .await
        .unwrap();
    assert_eq!(
        (again.id, again.name.as_str(), again.age),
        (ada.id, "Ada L.", Some(36))
    );
    let fresh = NewUser::new("Bob", "bob@example.com")
        .upsert_by_email(&*db)
        .await
        .unwrap();
    assert_ne!(fresh.id, ada.id);
    assert_eq!(User::count(&*db).await.unwrap(), 2);

    // Nothing but the key: the row that is there comes back.
    let post = NewPost::new(ada.id, "Hello").insert(&*db).await.unwrap();
    let tag = NewTag::new("rust").insert(&*db).await.unwrap();
    let new = NewPostTag::new(post.id, tag.id);
    let first = new.upsert_by_post_id_and_tag_id(&*db).await.unwrap();
    assert_eq!(new.upsert_by_post_id_and_tag_id(&*db).await.unwrap(), first);
    assert_eq!(PostTag::count(&*db).await.unwrap(), 1);
}

#[tokio::test]
async fn relations_lead_both_ways() {
    let db = Live::create("blog").await;
    let ada = NewUser::new("Ada", "ada@example.com")
        .insert(&*db)
        .await
        .unwrap();
    let bob = NewUser::new("Bob", "bob@example.com")
        .insert(&*db)
        .await
        .unwrap();

    // One-to-one.
    assert_eq!(ada.profile(&*db).await.unwrap(), None);
    let profile = NewProfile::new(ada.id)
        .bio("Counts.")
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(ada.profile(&*db).await.unwrap(), Some(profile.clone()));
    assert_eq!(profile.user(&*db).await.unwrap(), ada);
    assert_eq!(Profile::find(&*db, ada.id).await.unwrap(), Some(profile));

    // Many-to-one and one-to-many.
    let first = NewPost::new(ada.id, "First").insert(&*db).await.unwrap();
    let second = NewPost::new(ada.id, "Second")
        .score(0.5)
        .insert(&*db)
        .await
        .unwrap();
    assert_eq!(
        ada.posts(&*db).await.unwrap(),
        [first.clone(), second.clone()]
    );
    assert_eq!(bob.posts(&*db).await.unwrap(), []);
    assert_eq!(first.author(&*db).await.unwrap(), ada);
    assert_eq!(
        Post::list_by_author_id(&*db, ada.id).await.unwrap(),
        [first.clone(), second.clone()]
    );

    // A key that may be NULL.
    let signed = NewComment::new(first.id, "Nice")
        .author_id(bob.id)
        .insert(&*db)
        .await
        .unwrap();
    let anonymous = NewComment::new(first.id, "Hm").insert(&*db).await.unwrap();
    assert_eq!(signed.author(&*db).await.unwrap(), Some(bob.clone()));
    assert_eq!(anonymous.author(&*db).await.unwrap(), None);
    assert_eq!(signed.post(&*db).await.unwrap(), first);
    assert_eq!(
        first.comments(&*db).await.unwrap(),
        [signed.clone(), anonymous.clone()]
    );
    assert_eq!(bob.comments(&*db).await.unwrap(), [signed]);
    assert_eq!(Comment::list_by_post_id(&*db, second.id).await.unwrap(), []);

    // Many-to-many.
    let rust = NewTag::new("rust").insert(&*db).await.unwrap();
    let sql = NewTag::new("sql").id(7).insert(&*db).await.unwrap();
    assert_eq!(sql.id, 7);
    PostTag::insert_many(
        &*db,
        &[
            NewPostTag::new(first.id, rust.id),
            NewPostTag::new(first.id, sql.id),
            NewPostTag::new(second.id, rust.id),
        ],
    )
    .await
    .unwrap();
    assert_eq!(first.tags(&*db).await.unwrap(), [rust.clone(), sql.clone()]);
    assert_eq!(
        rust.posts(&*db).await.unwrap(),
        [first.clone(), second.clone()]
    );
    let link = PostTag::find(&*db, first.id, sql.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(link.post(&*db).await.unwrap(), first);
    assert_eq!(link.tag(&*db).await.unwrap(), sql);
    assert!(
        PostTag::delete_by_post_id_and_tag_id(&*db, first.id, sql.id)
            .await
            .unwrap()
    );
    assert_eq!(first.tags(&*db).await.unwrap(), [rust]);

    // A row that is gone since.
    let orphan = first.clone();
    User::delete_by_id(&*db, ada.id).await.unwrap();
    assert!(matches!(orphan.author(&*db).await, Err(Error::NotFound)));
    assert_eq!(Post::count(&*db).await.unwrap(), 0);
}

#[tokio::test]
async fn violations_name_their_constraint() {
    let db = Live::create("blog").await;
    let ada = NewUser::new("Ada", "ada@example.com")
        .insert(&*db)
        .await
        .unwrap();

    match NewUser::new("Other", "ada@example.com").insert(&*db).await {
        Err(Error::UniqueViolation(v)) => {
            assert_eq!(v.constraint, User::USERS_EMAIL_KEY);
            assert_eq!((v.schema.as_str(), v.table.as_str()), ("public", "users"));
        }
        other => panic!("{other:?}"),
    }
    match NewPost::new(99, "Nobody's").insert(&*db).await {
        Err(Error::ForeignKeyViolation(v)) => assert_eq!(v.constraint, Post::POSTS_AUTHOR_ID_FKEY),
        other => panic!("{other:?}"),
    }
    match UserPatch::new().age(-1).apply(&*db, ada.id).await {
        Err(Error::CheckViolation(v)) => assert_eq!(v.constraint, User::USERS_AGE_CHECK),
        other => panic!("{other:?}"),
    }
    // No type says that a text is at most 200 characters long.
    let long = "x".repeat(201);
    assert!(matches!(
        NewUser::new("Long", long).insert(&*db).await,
        Err(Error::Database(_))
    ));
}

#[tokio::test]
async fn everything_that_can_run_a_query_will_do() {
    let db = Live::create("blog").await;

    let tx = db.begin().await.unwrap();
    let ada = NewUser::new("Ada", "ada@example.com")
        .insert(&tx)
        .await
        .unwrap();
    let savepoint = tx.savepoint().await.unwrap();
    NewPost::new(ada.id, "Draft")
        .insert(&savepoint)
        .await
        .unwrap();
    assert_eq!(ada.posts(&savepoint).await.unwrap().len(), 1);
    savepoint.rollback().await.unwrap();
    assert_eq!(ada.posts(&tx).await.unwrap(), []);
    assert_eq!(User::count(&*db).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(User::count(&*db).await.unwrap(), 1);

    let connection: Connection = db.connection().await.unwrap();
    assert_eq!(
        User::find(&connection, ada.id).await.unwrap(),
        Some(ada.clone())
    );

    let mut client = db.client().await;
    let post = NewPost::new(ada.id, "Through a client")
        .insert(&client)
        .await
        .unwrap();
    let tx = client.transaction().await.unwrap();
    PostPatch::new()
        .score(1.5)
        .apply(&tx, post.id)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        Post::find(&client, post.id).await.unwrap().unwrap().score,
        Some(1.5)
    );

    let shared = std::sync::Arc::new(db.connection().await.unwrap());
    assert_eq!(User::count(&shared).await.unwrap(), 1);
}

#[tokio::test]
async fn futures_move_between_threads() {
    let db = Live::create("blog").await;
    let tasks: Vec<_> = (0..20)
        .map(|i| {
            let db = (*db).clone();
            tokio::spawn(async move {
                let user = NewUser::new("User", format!("{i}@example.com"))
                    .insert(&db)
                    .await?;
                NewPost::new(user.id, "Post").insert(&db).await?;
                user.posts(&db).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().len(), 1);
    }
    assert_eq!(Post::count(&*db).await.unwrap(), 20);
}

#[tokio::test]
async fn constants_name_columns_and_constraints() {
    assert_eq!(User::EMAIL.name(), "email");
    assert_eq!(User::IS_ACTIVE.name(), "is_active");
    assert_eq!(PostTag::TAG_ID.name(), "tag_id");
    assert_eq!(User::USERS_PKEY, "users_pkey");
    assert_eq!(User::USERS_AGE_CHECK, "users_age_check");
}

#[tokio::test]
async fn enums_are_texts_too() {
    assert_eq!(Role::Admin.to_string(), "admin");
    assert_eq!("editor".parse::<Role>().unwrap(), Role::Editor);
    let error = "owner".parse::<Role>().unwrap_err().to_string();
    assert!(error.contains("owner"), "{error}");

    // A label that came after the code was generated.
    let db = Live::create("blog").await;
    db.sql("ALTER TYPE role ADD VALUE 'owner'");
    db.sql("INSERT INTO users (name, email, role) VALUES ('Eve', 'eve@example.com', 'owner')");
    match User::find_by_email(&*db, "eve@example.com").await {
        Err(Error::Decode { column, source, .. }) => {
            assert_eq!(column, "role");
            assert!(source.to_string().contains("owner"), "{source}");
        }
        other => panic!("{other:?}"),
    }
}
