#![forbid(unsafe_code)]
#![warn(missing_docs)]
// The types of expressions say what is known of them; that is what they are for.
#![allow(clippy::type_complexity)]
//! What the code that Rowsmith generates stands on: executors, a pool, transactions, typed errors.
//!
//! Generated code names no other crate: those that appear in its signatures are re-exported here.
//! A program uses this crate for [`Database`], transactions, queries and [`Error`]; the rest is what
//! the generated functions call.
//!
//! | | |
//! |---|---|
//! | [`Executor`] | anything that can run a query: [`Database`], [`Connection`], [`Transaction`], [`Savepoint`], a plain [`Client`](tokio_postgres::Client) |
//! | [`Database::transaction`], [`Tx`], [`TransactionOptions`] | a transaction as a closure, with its isolation level and retries |
//! | [`Error`] | what went wrong, with the violated constraint where there is one |
//! | [`Select`], [`Update`], [`Delete`], [`Insert`], [`InsertFrom`] | queries, put together step by step |
//! | [`Column`], [`Expr`], [`sql`] | expressions: what is filtered by, ordered by and selected |
//! | [`Relation`] | relations: to join, to filter by and to load |
//! | [`alias!`], [`derived!`] | a table under another name, and a query in the place of one |
//! | [`query`], [`read`] | running a statement and decoding its rows as they arrive |
//! | [`Sequence`] | the numbers of a sequence |
//! | [`schema`] | creating the schema, and comparing it with a database |
//! | [`write`](mod@write) | inserting and changing rows |
//! | [`Assign`], [`IntoNullable`] | left out, NULL and a value |
//! | [`FromRow`], [`Table`], [`Column`], [`NewRow`], [`Patch`], [`PgEnum`] | what generated types implement |
//! | [`Interval`], [`Range`], [`TsVector`], [`geometric`] and others | types that no crate has |
//! | [`NdArray`], [`Infinite`], [`Json`] | types that a column is given by configuration |
//!
//! # Example
//!
//! ```
//! # let server = rowsmith_test_server::TestServer::shared();
//! # let database = server.create_database(Some("CREATE TABLE users (id int PRIMARY KEY, name text)"));
//! # let url = database.url();
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use rowsmith_runtime::{Database, Error, FromRow, Result, Row, get, query};
//!
//! // `rowsmith generate` writes this from the schema.
//! struct User {
//!     id: i32,
//!     name: Option<String>,
//! }
//!
//! impl FromRow for User {
//!     const WIDTH: usize = 2;
//!
//!     fn from_row(row: &Row, at: usize) -> Result<Self> {
//!         Ok(Self { id: get(row, at)?, name: get(row, at + 1)? })
//!     }
//! }
//!
//! let db = Database::connect(&url).await?;
//! let insert = r#"INSERT INTO "users" ("id", "name") VALUES ($1, $2)"#;
//! query::execute(&db, insert, &[&1, &"Ada"]).await?;
//!
//! let select = r#"SELECT "id", "name" FROM "users" WHERE "id" = $1"#;
//! let user: User = query::one(&db, select, &[&1]).await?;
//! assert_eq!((user.id, user.name.as_deref()), (1, Some("Ada")));
//!
//! match query::execute(&db, insert, &[&1, &"Bob"]).await {
//!     Err(Error::UniqueViolation(v)) => assert_eq!(v.constraint, "users_pkey"),
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! | feature | what for | default |
//! |---|---|---|
//! | `chrono` | dates and times as `chrono`'s types | yes |
//! | `time` | dates and times as those of the crate `time` | no |
//! | `jiff` | dates and times as `jiff`'s types | no |
//! | `uuid` | `uuid` as `uuid::Uuid` | yes |
//! | `json` | `json` and `jsonb` as `serde_json::Value` | yes |
//! | `decimal` | `numeric` as `rust_decimal::Decimal` | yes |
//! | `bigdecimal` | `numeric` as `BigDecimal`, of any size | no |
//! | `net` | `inet` and `cidr` as `cidr`'s types | yes |
//! | `pool` | `Database`, a pool on deadpool | yes |
//! | `tls` | encrypted connections, as libpq's `sslmode` and its other parameters ask for them | yes |
//! | `tracing` | spans and events for statements (target `rowsmith::query`) and transactions | yes |
//! | `axum` | connections, transactions and errors in handlers: the module `web` | no |
//! | `serde` | `Serialize` and `Deserialize` for the types of this crate | no |

mod activity;
mod column;
#[doc(hidden)]
pub mod composites;
#[doc(hidden)]
pub mod connect;
mod connection;
#[cfg(feature = "pool")]
mod database;
mod domains;
#[doc(hidden)]
pub mod enums;
mod error;
mod executor;
mod expr;
#[doc(hidden)]
pub mod newtypes;
#[cfg(feature = "pool")]
mod pool;
mod pooler;
pub mod query;
pub mod read;
mod relation;
mod row;
pub mod schema;
mod scope;
mod select;
mod sequence;
mod session;
pub mod sql;
mod statements;
mod trace;
mod transaction;
mod types;
mod value;
#[cfg(feature = "axum")]
pub mod web;
pub mod write;

pub use self::column::{Column, ColumnSpec, ReadOnly, Writable};
pub use self::connect::TlsError;
pub use self::connection::Connection;
#[cfg(feature = "pool")]
pub use self::database::{Database, DatabaseBuilder, Recycling};
pub use self::domains::CheckViolation;
pub use self::enums::{PgEnum, UnknownLabel};
pub use self::error::{BoxError, Error, PoolStep, Result, Violation};
pub use self::executor::{Executor, Params};
pub use self::expr::{
    Condition, Expr, Expression, HasElements, IntoValue, Key, Keyset, Operand, Order, Ordering,
    Plain,
};
pub use self::newtypes::UnknownKey;
#[cfg(feature = "pool")]
pub use self::pool::PoolStatus;
pub use self::relation::{
    BelongsTo, Gather, HasMany, HasOne, Link, Load, Loads, Many, ManyToMany, Optional, Related,
    Relation, Required, Target,
};
pub use self::row::{FromRow, Table, get};
pub use self::scope::{Closed, Correlation, In, Maybe, Outer, Shielded, Source, Weaken};
pub use self::select::{
    Absent, Append, Columns, Cte, Derived, Item, Items, Joinable, On, Page, Perhaps, RowStream,
    Scalar, Select, Selected, Selects, Subquery, TableRef, Whole, WholeRow, row, table,
};
pub use self::sequence::Sequence;
pub use self::session::Session;
pub use self::transaction::{
    AdvisoryKey, Isolation, Savepoint, Transaction, TransactionOptions, Tx,
};
#[cfg(feature = "bigdecimal")]
pub use self::types::BigDecimal;
#[cfg(feature = "json")]
pub use self::types::Json;
pub use self::types::geometric;
pub use self::types::{
    Bits, Cid, Cube, Dimension, Geography, Geometry, HalfVector, Hstore, Infinite, Int2Vector,
    Interval, JsonPath, Lexeme, Lquery, Ltree, Ltxtquery, MacAddr, MacAddr8, Money, Multirange,
    NdArray, OidVector, ParseBitsError, ParseIntervalError, ParseMacAddrError, ParsePgLsnError,
    ParseTimeTzError, PgLsn, Position, QueryItem, Range, Reg, Snapshot, SparseVector, Tid, TimeTz,
    TsQuery, TsVector, Vector, Weight, Xid, Xid8, Xml,
};
pub use self::value::{
    Array, Average, Container, Element, IsRange, MaybeNull, NotNull, Nullability, Nullable, Number,
    Overlap, Searchable, SqlType, Sum, Text, Time, Truth, Value, ValueOf,
};
pub use self::write::{
    Assign, CopyFormat, CopyOut, Delete, Insert, InsertFrom, IntoNullable, NewRow, Patch, Update,
    WriteColumn,
};

pub use tokio_postgres;
pub use tokio_postgres::Row;
pub use tokio_postgres::types::{FromSql, ToSql};

#[cfg(feature = "bigdecimal")]
pub use bigdecimal;
#[cfg(feature = "chrono")]
pub use chrono;
#[cfg(feature = "net")]
pub use cidr;
#[cfg(feature = "jiff")]
pub use jiff;
#[cfg(feature = "decimal")]
pub use rust_decimal;
#[cfg(feature = "serde")]
pub use serde;
#[cfg(feature = "json")]
pub use serde_json;
#[cfg(feature = "time")]
pub use time;
#[cfg(feature = "uuid")]
pub use uuid;

/// The format of generated code that this version of the crate understands.
pub const FORMAT: u32 = 4;

/// Compiles only when generated code is of the format that this crate understands. Each generated
/// tree calls it.
///
/// ```compile_fail
/// const _: () = rowsmith_runtime::assert_format(0);
/// ```
#[track_caller]
pub const fn assert_format(format: u32) {
    assert!(
        format == FORMAT,
        "this code was generated by a version of `rowsmith` that does not go with this version of \
         `rowsmith-runtime`: use the same version of both and run `rowsmith generate` again"
    );
}

/// What the macros of this crate expand to.
#[doc(hidden)]
pub mod private {
    pub use crate::expr::{Fragment, has_element, qualified};
    pub use crate::select::subquery_table as subquery;
    pub use bytes::BytesMut;
    pub use tokio_postgres::types::{IsNull, Type};
}
