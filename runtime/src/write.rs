//! Inserting and changing rows.
//!
//! The SQL is made of what generated code gives as constants; values travel as parameters only.

mod arrays;
mod assign;
mod change;
mod copy;
mod insert;
mod length;
mod many;

use std::fmt::Write;

use tokio_postgres::types::ToSql;

pub(crate) use self::arrays::write_array;
pub use self::assign::{Assign, IntoNullable};
pub use self::change::{
    AreChosen, Choice, Chosen, Delete, Fills, InsertFrom, Inserted, Returning, Settable,
    Unfiltered, Update,
};
pub use self::copy::{CopyFormat, CopyOut, copy_in, copy_in_stream, copy_out};
pub use self::insert::{ColumnsOf, Excluded, Insert, OnConflict, Upsert, excluded};
use self::length::check_lengths;
pub use self::many::insert_many;
use crate::expr::quoted;
use crate::{Error, Executor, Params, Result, Table, query};

/// Appends formatted text, which can't fail for a `String`.
macro_rules! push {
    ($sql:expr, $($arguments:tt)+) => {{
        let _ = write!($sql, $($arguments)+);
    }};
}
use push;

/// A parameter's value.
pub type Value<'a> = &'a (dyn ToSql + Sync);

/// A row to be inserted.
pub trait NewRow: Sync {
    /// The row as the database has it afterwards.
    type Row: Table;

    /// The columns that can be written.
    const COLUMNS: &'static [WriteColumn];

    /// The value for each of the [columns](Self::COLUMNS), or `None` to leave the column out.
    fn values(&self) -> Vec<Option<Value<'_>>>;
}

/// What to change in a row.
pub trait Patch: Sync {
    /// The row as the database has it afterwards.
    type Row: Table;

    /// The columns that can be written.
    const COLUMNS: &'static [WriteColumn];

    /// The value for each of the [columns](Self::COLUMNS), or `None` to leave the column as it is.
    fn values(&self) -> Vec<Option<Value<'_>>>;
}

/// A column that can be written, and how its value gets there.
#[derive(Clone, Copy, Debug)]
pub struct WriteColumn {
    name: &'static str,
    ty: &'static str,
    element: Option<&'static str>,
    cast: Option<&'static str>,
    max_length: Option<u32>,
}

impl WriteColumn {
    /// A column with its quoted name, whose value is sent as this type.
    pub const fn new(name: &'static str, ty: &'static str) -> Self {
        Self {
            name,
            ty,
            element: None,
            cast: None,
            max_length: None,
        }
    }

    /// Says that the value is an array of elements of this type.
    pub const fn array_of(mut self, element: &'static str) -> Self {
        self.element = Some(element);
        self
    }

    /// Says that the value is cast to this type when it has arrived.
    pub const fn cast(mut self, ty: &'static str) -> Self {
        self.cast = Some(ty);
        self
    }

    /// Writes an expression with the cast behind it, if there is one.
    fn push_cast(&self, sql: &mut String) {
        if let Some(cast) = self.cast {
            push!(sql, "::{cast}");
        }
    }
}

/// The columns that are given, with their values.
struct Given<'a> {
    columns: Vec<&'static WriteColumn>,
    values: Vec<Value<'a>>,
}

impl<'a> Given<'a> {
    fn new(columns: &'static [WriteColumn], values: Vec<Option<Value<'a>>>) -> Result<Self> {
        check_lengths(columns, &values)?;
        let (columns, values) = columns
            .iter()
            .zip(values)
            .filter_map(|(column, value)| Some((column, value?)))
            .unzip();
        Ok(Self { columns, values })
    }

    /// `INSERT INTO "public"."users" AS t ("a", "b") VALUES ($1::int4, $2::text)`
    fn insert_into(&self, table: &str) -> String {
        let mut sql = format!("INSERT INTO {table} AS {TARGET}");
        if self.columns.is_empty() {
            sql.push_str(" DEFAULT VALUES");
            return sql;
        }
        push_names(&mut sql, &self.columns);
        sql.push_str(" VALUES (");
        for (index, column) in self.columns.iter().enumerate() {
            push_comma(&mut sql, index);
            push!(sql, "${}::{}", index + 1, column.ty);
            column.push_cast(&mut sql);
        }
        sql.push(')');
        sql
    }
}

/// What the table of an insert is called, for it might itself be named `excluded`.
const TARGET: &str = "t";

/// ` ("a", "b")`
fn push_names(sql: &mut String, columns: &[&WriteColumn]) {
    sql.push_str(" (");
    for (index, column) in columns.iter().enumerate() {
        push_comma(sql, index);
        sql.push_str(column.name);
    }
    sql.push(')');
}

fn push_comma(sql: &mut String, index: usize) {
    if index > 0 {
        sql.push_str(", ");
    }
}

/// Inserts a row and returns it as the database has it.
///
/// # Errors
///
/// A violated constraint, or what else the server reports; [`Error::TooLong`] where strings are measured.
pub async fn insert<N: NewRow>(db: &impl Executor, row: &N) -> Result<N::Row> {
    let given = Given::new(N::COLUMNS, row.values())?;
    let mut sql = given.insert_into(N::Row::NAME);
    push!(sql, " RETURNING {}", N::Row::SELECT_LIST);
    query::one(db, &sql, &given.values).await
}

/// Inserts a row, or changes the row that is there already, and returns it as the database has it.
///
/// `target` says when a row counts as there already, as `ON CONFLICT` takes it: `("email")`. Then all
/// columns that are given are set, except the key's own, of which `key` are the quoted names, and the
/// [version](Table::VERSION), which is counted up.
///
/// # Errors
///
/// A violated constraint, or what else the server reports; [`Error::TooLong`] where strings are measured.
pub async fn upsert<N: NewRow>(
    db: &impl Executor,
    row: &N,
    target: &str,
    key: &[&str],
) -> Result<N::Row> {
    let given = Given::new(N::COLUMNS, row.values())?;
    let mut sql = given.insert_into(N::Row::NAME);
    push!(sql, " ON CONFLICT {target} DO UPDATE SET ");
    let version = N::Row::VERSION.map(quoted);
    let mut set: Vec<&str> = given.columns.iter().map(|column| column.name).collect();
    set.retain(|name| !key.contains(name) && version.as_deref() != Some(*name));
    for (index, name) in set.iter().enumerate() {
        push_comma(&mut sql, index);
        push!(sql, "{name} = EXCLUDED.{name}");
    }
    match (set.is_empty(), version) {
        // Something has to be set for the row to be returned: a column, to what it is.
        (true, _) => {
            if let Some(WriteColumn { name, .. }) = N::COLUMNS.first() {
                push!(sql, "{name} = {TARGET}.{name}");
            }
        }
        (false, Some(version)) => push!(sql, ", {version} = {TARGET}.{version} + 1"),
        (false, None) => {}
    }
    push!(sql, " RETURNING {}", N::Row::SELECT_LIST);
    query::one(db, &sql, &given.values).await
}

/// Changes the row with this key and returns it as the database has it; `None` when there is none.
/// A patch that changes nothing reads the row.
///
/// `key` is a condition on the parameters `key_params`: `"id" = $1`.
///
/// # Errors
///
/// A violated constraint, or what else the server reports; [`Error::TooLong`] where strings are measured.
pub async fn update<P: Patch>(
    db: &impl Executor,
    patch: &P,
    key: &str,
    key_params: Params<'_>,
) -> Result<Option<P::Row>> {
    update_where(db, patch, key, key_params).await
}

/// Changes the row with this key unless somebody else has changed it since it was read, and returns it as
/// the database has it.
///
/// `current` is the condition that tells: `"version" = $2`. The parameters are those of both conditions.
///
/// # Errors
///
/// [`Error::StaleRow`] when the row is not as it was, or is not there any more; a violated constraint, or
/// what else the server reports.
pub async fn update_current<P: Patch>(
    db: &impl Executor,
    patch: &P,
    key: &str,
    current: &str,
    params: Params<'_>,
) -> Result<P::Row> {
    let condition = format!("{key} AND {current}");
    let row = update_where(db, patch, &condition, params).await?;
    row.ok_or(Error::StaleRow)
}

async fn update_where<P: Patch>(
    db: &impl Executor,
    patch: &P,
    condition: &str,
    condition_params: Params<'_>,
) -> Result<Option<P::Row>> {
    let table = P::Row::NAME;
    let list = P::Row::SELECT_LIST;
    let given = Given::new(P::COLUMNS, patch.values())?;
    if given.columns.is_empty() {
        let sql = format!("SELECT {list} FROM {table} WHERE {condition}");
        return query::one_or_none(db, &sql, condition_params).await;
    }
    let mut sql = format!("UPDATE {table} SET ");
    for (index, column) in given.columns.iter().enumerate() {
        push_comma(&mut sql, index);
        let parameter = condition_params.len() + index + 1;
        push!(sql, "{} = ${parameter}::{}", column.name, column.ty);
        column.push_cast(&mut sql);
    }
    if let Some(version) = P::Row::VERSION.map(quoted)
        && given.columns.iter().all(|column| column.name != version)
    {
        push!(sql, ", {version} = {version} + 1");
    }
    push!(sql, " WHERE {condition} RETURNING {list}");
    let params = [condition_params, &given.values].concat();
    query::one_or_none(db, &sql, &params).await
}
