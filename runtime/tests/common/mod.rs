//! A small schema with what generated code for it looks like, and a database with it in.

#![allow(dead_code, clippy::unwrap_used)]

use rowsmith_runtime::{
    Assign, Column, ColumnSpec, Database, FromRow, IntoNullable, NewRow, Patch, PgEnum, ReadOnly,
    Result, Row, Table, ToSql, WriteColumn, get, impl_composite, impl_enum,
};
use rowsmith_test_server::{TestDatabase, TestServer};

pub const SCHEMA: &str = "
    CREATE TYPE role AS ENUM ('admin', 'member');
    CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
    CREATE TYPE address AS (street text, zip int);
    CREATE TABLE users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL,
        mail email NOT NULL CONSTRAINT users_mail_key UNIQUE,
        role role NOT NULL DEFAULT 'member',
        age int CONSTRAINT users_age_check CHECK (age >= 0),
        tags text[] DEFAULT '{default}',
        address address
    );
    CREATE TABLE posts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id bigint NOT NULL CONSTRAINT posts_user_id_fkey REFERENCES users,
        during int4range,
        CONSTRAINT posts_during_excl EXCLUDE USING gist (during WITH &&)
    );
    CREATE TABLE defaults (id int GENERATED ALWAYS AS IDENTITY, note text DEFAULT 'none');
";

/// A database with the schema, and a pool on it.
pub async fn database() -> (TestDatabase<'static>, Database) {
    database_with(SCHEMA).await
}

/// A database with this schema, and a pool on it.
pub async fn database_with(sql: &str) -> (TestDatabase<'static>, Database) {
    let database = TestServer::shared().create_database(Some(sql));
    let db = Database::connect(&database.url()).await.unwrap();
    (database, db)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Admin,
    Member,
}

impl PgEnum for Role {
    const SCHEMA: &'static str = "public";
    const NAME: &'static str = "role";
    const ALL: &'static [Self] = &[Self::Admin, Self::Member];

    fn label(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }
}
impl_enum!(Role);

#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    pub street: Option<String>,
    pub zip: Option<i32>,
}
impl_composite!(Address, "public", "address", { street: "street", zip: "zip" });

#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub mail: String,
    pub role: Role,
    pub age: Option<i32>,
    pub tags: Option<Vec<Option<String>>>,
    pub address: Option<Address>,
}

impl User {
    pub const MAIL: Column<Self, String> = Column::new("mail");
    pub const USERS_MAIL_KEY: &'static str = "users_mail_key";
}

impl FromRow for User {
    const WIDTH: usize = 7;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        Ok(Self {
            id: get(row, at)?,
            name: get(row, at + 1)?,
            mail: get(row, at + 2)?,
            role: get(row, at + 3)?,
            age: get(row, at + 4)?,
            tags: get(row, at + 5)?,
            address: get(row, at + 6)?,
        })
    }
}

impl Table for User {
    const NAME: &'static str = r#""public"."users""#;
    const SELECT_LIST: &'static str = r#""id", "name", "mail", "role", "age", "tags", "address""#;
    const COLUMNS: &'static [ColumnSpec] = &[
        Column::<Self, i64, ReadOnly>::new("id").spec(),
        Column::<Self, String>::new("name").spec(),
        Self::MAIL.spec(),
        Column::<Self, Role>::new("role").spec(),
        Column::<Self, Option<i32>>::new("age").spec(),
        Column::<Self, Option<Vec<Option<String>>>>::new("tags").spec(),
        Column::<Self, Option<Address>>::new("address").spec(),
    ];
    const KEY: &'static [&'static str] = &["id"];
}

const USER_COLUMNS: &[WriteColumn] = &[
    WriteColumn::new(r#""name""#, "text"),
    WriteColumn::new(r#""mail""#, "text").cast(r#""public"."email""#),
    WriteColumn::new(r#""role""#, r#""public"."role""#),
    WriteColumn::new(r#""age""#, "int4"),
    WriteColumn::new(r#""tags""#, "text[]").array_of("text"),
    WriteColumn::new(r#""address""#, r#""public"."address""#),
];

#[derive(Clone, Debug, PartialEq)]
pub struct NewUser {
    pub name: String,
    pub mail: String,
    pub role: Assign<Role>,
    pub age: Assign<Option<i32>>,
    pub tags: Assign<Option<Vec<Option<String>>>>,
    pub address: Assign<Option<Address>>,
}

impl NewUser {
    pub fn new(name: impl Into<String>, mail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            mail: mail.into(),
            role: Assign::Omit,
            age: Assign::Omit,
            tags: Assign::Omit,
            address: Assign::Omit,
        }
    }

    pub fn role(mut self, role: Role) -> Self {
        self.role = Assign::To(role);
        self
    }

    pub fn age(mut self, age: impl IntoNullable<i32>) -> Self {
        self.age = Assign::To(age.into_nullable());
        self
    }

    pub fn tags(mut self, tags: impl IntoNullable<Vec<Option<String>>>) -> Self {
        self.tags = Assign::To(tags.into_nullable());
        self
    }

    pub fn address(mut self, address: impl IntoNullable<Address>) -> Self {
        self.address = Assign::To(address.into_nullable());
        self
    }
}

impl NewRow for NewUser {
    type Row = User;
    const COLUMNS: &'static [WriteColumn] = USER_COLUMNS;

    fn values(&self) -> Vec<Option<&(dyn ToSql + Sync)>> {
        vec![
            Some(&self.name),
            Some(&self.mail),
            self.role.value(),
            self.age.value(),
            self.tags.value(),
            self.address.value(),
        ]
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserPatch {
    pub name: Assign<String>,
    pub mail: Assign<String>,
    pub role: Assign<Role>,
    pub age: Assign<Option<i32>>,
    pub tags: Assign<Option<Vec<Option<String>>>>,
    pub address: Assign<Option<Address>>,
}

impl Patch for UserPatch {
    type Row = User;
    const COLUMNS: &'static [WriteColumn] = USER_COLUMNS;

    fn values(&self) -> Vec<Option<&(dyn ToSql + Sync)>> {
        vec![
            self.name.value(),
            self.mail.value(),
            self.role.value(),
            self.age.value(),
            self.tags.value(),
            self.address.value(),
        ]
    }
}
