//! Inserting, upserting and changing rows.

#![cfg(feature = "pool")]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Address, NewUser, Role, User, UserPatch, database, database_with};
use rowsmith_runtime::write::{insert, insert_many, update, upsert};
use rowsmith_runtime::{
    Assign, Column, ColumnSpec, Error, FromRow, NewRow, Result, Row, Table, ToSql, WriteColumn,
    get, query,
};

fn tags(tags: &[Option<&str>]) -> Vec<Option<String>> {
    tags.iter().map(|tag| tag.map(str::to_owned)).collect()
}

fn address(street: &str) -> Address {
    Address {
        street: Some(street.to_owned()),
        zip: None,
    }
}

#[tokio::test]
async fn insert_returns_the_row_with_its_defaults() {
    let (_database, db) = database().await;
    let user = insert(&db, &NewUser::new("Ada", "ada@x")).await.unwrap();
    assert_eq!(user.id, 1);
    assert_eq!((&*user.name, &*user.mail), ("Ada", "ada@x"));
    assert_eq!((user.role, user.age), (Role::Member, None));
    assert_eq!(user.tags, Some(tags(&[Some("default")])));
    assert_eq!(user.address, None);
}

#[tokio::test]
async fn insert_tells_left_out_null_and_value_apart() {
    let (_database, db) = database().await;
    let new = NewUser::new("Ada", "ada@x")
        .role(Role::Admin)
        .age(36)
        .tags(None)
        .address(address("High Street"));
    let user = insert(&db, &new).await.unwrap();
    assert_eq!((user.role, user.age), (Role::Admin, Some(36)));
    assert_eq!(user.tags, None);
    assert_eq!(user.address, Some(address("High Street")));
}

#[tokio::test]
async fn insert_casts_to_the_domain() {
    let (_database, db) = database().await;
    let error = insert(&db, &NewUser::new("Ada", "nowhere")).await;
    let Err(Error::CheckViolation(violation)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(violation.constraint, "email_check");
}

#[tokio::test]
async fn upsert_inserts_then_changes_what_is_given() {
    let (_database, db) = database().await;
    let key: &[&str] = &[r#""mail""#];
    let new = NewUser::new("Ada", "ada@x").age(36);
    let first = upsert(&db, &new, r#"("mail")"#, key).await.unwrap();
    let again = NewUser::new("Ada L.", "ada@x").tags(Vec::new());
    let second = upsert(&db, &again, r#"("mail")"#, key).await.unwrap();
    assert_eq!(second.id, first.id);
    assert_eq!((&*second.name, second.age), ("Ada L.", Some(36)));
    assert_eq!(second.tags, Some(vec![]));
}

/// A table that is nothing but its key.
#[derive(Clone)]
struct Tag {
    name: String,
}

impl FromRow for Tag {
    const WIDTH: usize = 1;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        Ok(Self {
            name: get(row, at)?,
        })
    }
}

impl Table for Tag {
    const NAME: &'static str = r#""tags""#;
    const SELECT_LIST: &'static str = r#""name""#;
    const COLUMNS: &'static [ColumnSpec] = &[Column::<Self, String>::new("name").spec()];
    const KEY: &'static [&'static str] = &["name"];
}

impl NewRow for Tag {
    type Row = Self;
    const COLUMNS: &'static [WriteColumn] = &[WriteColumn::new(r#""name""#, "text")];

    fn values(&self) -> Vec<Option<&(dyn ToSql + Sync)>> {
        vec![Some(&self.name)]
    }
}

#[tokio::test]
async fn upsert_returns_the_row_when_there_is_only_the_key() {
    let (_database, db) = database_with("CREATE TABLE tags (name text PRIMARY KEY)").await;
    let tag = Tag {
        name: "rust".to_owned(),
    };
    for _ in 0..2 {
        let row = upsert(&db, &tag, r#"("name")"#, &[r#""name""#]).await;
        assert_eq!(row.unwrap().name, "rust");
    }
    let count: i64 = query::value(&db, "SELECT count(*) FROM tags", &[])
        .await
        .unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn update_changes_what_is_given_and_nothing_else() {
    let (_database, db) = database().await;
    let new = NewUser::new("Ada", "ada@x").age(36);
    let user = insert(&db, &new).await.unwrap();
    let patch = UserPatch {
        name: "Ada L.".to_owned().into(),
        age: None.into(),
        ..UserPatch::default()
    };
    let key = r#""id" = $1"#;
    let changed = update(&db, &patch, key, &[&user.id]).await.unwrap();
    let expected = User {
        name: "Ada L.".to_owned(),
        age: None,
        ..user.clone()
    };
    assert_eq!(changed, Some(expected.clone()));

    let nothing = UserPatch::default();
    let read = update(&db, &nothing, key, &[&user.id]).await.unwrap();
    assert_eq!(read, Some(expected));
    assert_eq!(update(&db, &nothing, key, &[&99_i64]).await.unwrap(), None);
    assert_eq!(update(&db, &patch, key, &[&99_i64]).await.unwrap(), None);
}

#[tokio::test]
async fn update_takes_a_key_of_several_columns() {
    let (_database, db) = database().await;
    let user = insert(&db, &NewUser::new("Ada", "ada@x")).await.unwrap();
    let patch = UserPatch {
        mail: "ada@y".to_owned().into(),
        tags: Some(tags(&[None, Some("b")])).into(),
        ..UserPatch::default()
    };
    let key = r#""id" = $1 AND "name" = $2"#;
    let changed = update(&db, &patch, key, &[&user.id, &"Ada"]).await.unwrap();
    let changed = changed.unwrap();
    assert_eq!(changed.mail, "ada@y");
    assert_eq!(changed.tags, Some(tags(&[None, Some("b")])));
}

#[tokio::test]
async fn insert_many_of_nothing_asks_nobody() {
    let (database, db) = database().await;
    database.execute("DROP TABLE users CASCADE").unwrap();
    assert_eq!(insert_many::<NewUser>(&db, &[]).await.unwrap(), []);
}

#[tokio::test]
async fn insert_many_keeps_the_order() {
    let (_database, db) = database().await;
    let new: Vec<NewUser> = (0..50)
        .map(|i| NewUser::new(format!("user {i}"), format!("{i}@x")).age(i))
        .collect();
    let users = insert_many(&db, &new).await.unwrap();
    assert_eq!(users.len(), 50);
    for (index, user) in users.iter().enumerate() {
        assert_eq!(user.name, format!("user {index}"));
        assert_eq!(user.age, Some(index as i32));
        assert_eq!(user.id, index as i64 + 1);
    }
}

#[tokio::test]
async fn insert_many_keeps_arrays_apart() {
    let (_database, db) = database().await;
    let lists = [
        Some(tags(&[Some("a"), None, Some("b")])),
        None,
        Some(vec![]),
        Some(tags(&[None])),
        Some(tags(&[Some("NULL"), Some("{}"), Some("\"")])),
    ];
    let new: Vec<NewUser> = lists
        .iter()
        .enumerate()
        .map(|(i, list)| NewUser::new("x", format!("{i}@x")).tags(list.clone()))
        .collect();
    let users = insert_many(&db, &new).await.unwrap();
    let inserted: Vec<_> = users.into_iter().map(|user| user.tags).collect();
    assert_eq!(inserted, lists);
}

#[tokio::test]
async fn insert_many_of_only_null_or_empty_arrays() {
    let (_database, db) = database().await;
    let new = [
        NewUser::new("a", "a@x").tags(None),
        NewUser::new("b", "b@x").tags(vec![]),
    ];
    let users = insert_many(&db, &new).await.unwrap();
    assert_eq!(users[0].tags, None);
    assert_eq!(users[1].tags, Some(vec![]));
}

#[tokio::test]
async fn insert_many_takes_composites() {
    let (_database, db) = database().await;
    let new = [
        NewUser::new("a", "a@x").address(address("First")),
        NewUser::new("b", "b@x").address(None),
        NewUser::new("c", "c@x").address(address("Third")),
    ];
    let users = insert_many(&db, &new).await.unwrap();
    let addresses: Vec<_> = users.into_iter().map(|user| user.address).collect();
    assert_eq!(
        addresses,
        [Some(address("First")), None, Some(address("Third"))]
    );
}

#[tokio::test]
async fn insert_many_takes_rows_that_leave_out_different_columns() {
    let (_database, db) = database().await;
    let new = [
        NewUser::new("a", "a@x"),
        NewUser::new("b", "b@x").age(2).tags(tags(&[Some("t")])),
        NewUser::new("c", "c@x").role(Role::Admin),
        NewUser::new("d", "d@x"),
        NewUser::new("e", "e@x").age(None).tags(None),
        NewUser::new("f", "f@x").tags(tags(&[Some("u"), None])),
    ];
    let users = insert_many(&db, &new).await.unwrap();
    let default = Some(tags(&[Some("default")]));
    let found: Vec<_> = users
        .iter()
        .map(|user| (&*user.name, user.role, user.age, user.tags.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", Role::Member, None, default.clone()),
            ("b", Role::Member, Some(2), Some(tags(&[Some("t")]))),
            ("c", Role::Admin, None, default.clone()),
            ("d", Role::Member, None, default),
            ("e", Role::Member, None, None),
            ("f", Role::Member, None, Some(tags(&[Some("u"), None]))),
        ]
    );
    let count: i64 = query::value(&db, "SELECT count(*) FROM users", &[])
        .await
        .unwrap();
    assert_eq!(count, 6);
}

#[tokio::test]
async fn insert_many_inserts_all_or_none() {
    let (_database, db) = database().await;
    let new = [
        NewUser::new("a", "a@x"),
        NewUser::new("b", "b@x").age(1),
        NewUser::new("c", "a@x"),
    ];
    let error = insert_many(&db, &new).await;
    assert!(matches!(error, Err(Error::UniqueViolation(_))), "{error:?}");
    let count: i64 = query::value(&db, "SELECT count(*) FROM users", &[])
        .await
        .unwrap();
    assert_eq!(count, 0);
}

/// A table all of whose columns have a default.
#[derive(Default)]
struct NewDefaults {
    note: Assign<Option<String>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Defaults {
    id: i32,
    note: Option<String>,
}

impl FromRow for Defaults {
    const WIDTH: usize = 2;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        Ok(Self {
            id: get(row, at)?,
            note: get(row, at + 1)?,
        })
    }
}

impl Table for Defaults {
    const NAME: &'static str = r#""public"."defaults""#;
    const SELECT_LIST: &'static str = r#""id", "note""#;
    const COLUMNS: &'static [ColumnSpec] = &[
        Column::<Self, i32>::new("id").spec(),
        Column::<Self, Option<String>>::new("note").spec(),
    ];
    const KEY: &'static [&'static str] = &[];
}

impl NewRow for NewDefaults {
    type Row = Defaults;
    const COLUMNS: &'static [WriteColumn] = &[WriteColumn::new(r#""note""#, "text")];

    fn values(&self) -> Vec<Option<&(dyn ToSql + Sync)>> {
        vec![self.note.value()]
    }
}

#[tokio::test]
async fn rows_of_nothing_but_defaults() {
    let (_database, db) = database().await;
    let none = NewDefaults::default();
    let row = insert(&db, &none).await.unwrap();
    assert_eq!((row.id, row.note.as_deref()), (1, Some("none")));

    let rows = insert_many(&db, &[NewDefaults::default(), NewDefaults::default()])
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 3]);

    let mixed = [
        NewDefaults::default(),
        NewDefaults {
            note: Some("x".to_owned()).into(),
        },
        NewDefaults::default(),
    ];
    let rows = insert_many(&db, &mixed).await.unwrap();
    let notes: Vec<_> = rows.iter().map(|row| row.note.as_deref()).collect();
    assert_eq!(notes, [Some("none"), Some("x"), Some("none")]);
}

#[tokio::test]
async fn insert_many_of_a_hundred_thousand() {
    const ROWS: usize = 100_000;
    let (_database, db) = database().await;
    let new: Vec<NewUser> = (0..ROWS)
        .map(|i| {
            let new = NewUser::new("x", format!("{i}@x"));
            let list = vec![Some(i.to_string()); i % 3];
            if i % 2 == 0 {
                new.tags(list)
            } else {
                new.age(i as i32).tags(list)
            }
        })
        .collect();
    let users = insert_many(&db, &new).await.unwrap();
    assert_eq!(users.len(), ROWS);
    for (i, user) in users.iter().enumerate() {
        assert_eq!(user.mail, format!("{i}@x"));
        assert_eq!(user.age, (i % 2 == 1).then_some(i as i32));
        assert_eq!(user.tags, Some(vec![Some(i.to_string()); i % 3]));
    }
}
