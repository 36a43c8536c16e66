//! Creating the schema that code was generated from, and comparing it with a database.
//!
//! The generated tree has both as functions that take a database: `db::create_all(&db)` and
//! `db::verify(&db)`. They call [`create_all`] and [`verify`] here with what they know of the schema.
//!
//! # What is compared
//!
//! What the code relies on: tables with their columns (types, `NOT NULL`, identities, generated columns,
//! whether there is a default), primary keys, unique keys, foreign keys with their actions, the names of
//! other constraints, indexes, the columns of views, the labels of enums, domains, composite and range
//! types, and the signatures of functions.
//!
//! The text of expressions (defaults, checks, conditions, views, function bodies) is not compared: what
//! PostgreSQL shows of them differs from version to version. What the database has beyond the expectation
//! is no difference, since code works as before; but a column that has to be given, and that inserts
//! do not give, is.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use tokio_postgres::error::SqlState;

use crate::row::get;
use crate::{Error, Executor, FromRow, Result, Row, query};

/// Runs a script that creates a schema, all of it or nothing.
///
/// It is sent as one message, which makes it one transaction; in a transaction it is a part of that.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(None);
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, Error, schema};
///
/// let db = Connection::connect(&url).await?;
/// let script = "CREATE TABLE users (id int); CREATE TABLE posts (id int);";
/// schema::create_all(&db, script).await?;
/// let again = schema::create_all(&db, script).await;
/// assert!(matches!(again, Err(Error::SchemaExists(_))));
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
///
/// # Errors
///
/// [`Error::SchemaExists`] when something of it is there already, otherwise what the server reports.
pub async fn create_all(db: &impl Executor, script: &str) -> Result<()> {
    let session = db.acquire().await?;
    match session
        .client()
        .batch_execute(script)
        .await
        .map_err(Error::from)
    {
        Err(Error::Database(error)) if says_exists(error.code()) => Err(Error::SchemaExists(error)),
        result => result,
    }
}

fn says_exists(code: &SqlState) -> bool {
    [
        SqlState::DUPLICATE_SCHEMA,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_FUNCTION,
    ]
    .contains(code)
}

/// Compares what a database holds with what generated code expects of it. See the [module](self).
///
/// `schemas` are the schemas that are looked at. `expected` has a line for each object, and indented
/// below it one for each of its parts.
///
/// ```
/// # let server = rowsmith_test_server::TestServer::shared();
/// # let database = server.create_database(Some("CREATE TABLE users (id int NOT NULL)"));
/// # let url = database.url();
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use rowsmith_runtime::{Connection, Error, schema};
///
/// let db = Connection::connect(&url).await?;
/// let expected = "
/// table public.users
///     column id: integer not null
///     column name: text
/// ";
/// let Err(Error::SchemaMismatch(mismatch)) = schema::verify(&db, &["public"], expected).await else {
///     panic!("there is no column `name`");
/// };
/// assert_eq!(
///     mismatch.differences[0].to_string(),
///     "table public.users, column name: expected text, but it is not there"
/// );
/// # Ok::<(), rowsmith_runtime::Error>(()) }).unwrap();
/// ```
///
/// # Errors
///
/// [`Error::SchemaMismatch`] names all that differs.
pub async fn verify(db: &impl Executor, schemas: &[&str], expected: &str) -> Result<()> {
    let rows = query::all::<Fact>(db, include_str!("schema/live.sql"), &[&schemas]).await?;
    let differences = differences(expected, rows);
    match differences.is_empty() {
        true => Ok(()),
        false => Err(Error::SchemaMismatch(Box::new(SchemaMismatch {
            differences,
        }))),
    }
}

/// What differs between the schema that code was generated from and that of a database.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaMismatch {
    /// The differences, in the order of the expectation.
    pub differences: Vec<SchemaDifference>,
}

/// One thing that is not as code expects it.
///
/// The texts are for people, in the words of `EXPECTED` in the generated `schema.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDifference {
    /// The table, type, view or function: `table public.users`.
    pub object: String,
    /// The part of it: `column email`, `foreign key posts_author_id_fkey`. `None` when it is the whole.
    pub part: Option<String>,
    /// How it should be: `text not null`; empty where being there is all. `None` when nobody expects it.
    pub expected: Option<String>,
    /// How it is. `None` when it is not there.
    pub found: Option<String>,
}

/// As `Display`, because a program whose `main` returns the error shows it so.
impl fmt::Debug for SchemaMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl fmt::Display for SchemaMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.differences.len();
        let things = if count == 1 {
            "difference"
        } else {
            "differences"
        };
        write!(
            f,
            "the database is not as the code was generated for it: {count} {things}"
        )?;
        for difference in &self.differences {
            write!(f, "\n  {difference}")?;
        }
        f.write_str(
            "\nhelp: apply the migrations that are missing, or run `rowsmith generate` and build anew",
        )
    }
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.object)?;
        if let Some(part) = &self.part {
            write!(f, ", {part}")?;
        }
        match (&self.expected, &self.found) {
            (Some(expected), None) if expected.is_empty() => f.write_str(": it is not there"),
            (Some(expected), None) => write!(f, ": expected {expected}, but it is not there"),
            (Some(expected), Some(found)) if found.is_empty() => {
                write!(f, ": expected {expected}, but it is not")
            }
            (Some(expected), Some(found)) => write!(f, ": expected {expected}, found {found}"),
            (None, found) => write!(
                f,
                ": found {}, which inserts do not know of and would have to give",
                found.as_deref().unwrap_or_default()
            ),
        }
    }
}

/// An object or a part of one: how it is in the database.
struct Fact {
    object: String,
    part: String,
    is: String,
}

impl FromRow for Fact {
    const WIDTH: usize = 3;

    fn from_row(row: &Row, at: usize) -> Result<Self> {
        Ok(Self {
            object: get(row, at)?,
            part: get(row, at + 1)?,
            is: get(row, at + 2)?,
        })
    }
}

fn differences(expected: &str, facts: Vec<Fact>) -> Vec<SchemaDifference> {
    let mut found: HashMap<String, BTreeMap<String, String>> = HashMap::new();
    for fact in facts {
        let parts = found.entry(fact.object).or_default();
        parts.insert(fact.part, fact.is);
    }
    let mut differences = Vec::new();
    let mut object = "";
    // What is left of the object's parts in the end is not expected.
    let mut parts = None;
    for line in expected.lines().filter(|line| !line.is_empty()) {
        let (name, value) = split(line);
        let part = name.strip_prefix("    ");
        if part.is_none() {
            unexpected(object, parts.take(), &mut differences);
            object = name;
            parts = found.remove(name);
        }
        let difference = |found: Option<String>| SchemaDifference {
            object: object.to_owned(),
            part: part.map(str::to_owned),
            expected: Some(value.to_owned()),
            found,
        };
        match (&mut parts, part) {
            // That all parts of it are missing goes without saying.
            (None, Some(_)) => {}
            (None, None) => differences.push(difference(None)),
            (Some(parts), _) => {
                match parts.remove(part.unwrap_or_default()) {
                    None => differences.push(difference(None)),
                    Some(is) if !value.is_empty() && is != value => {
                        differences.push(difference(Some(is)));
                    }
                    Some(_) => {}
                }
                // What a partition holds is known from its parent.
                if value.starts_with("partition of ") {
                    parts.clear();
                }
            }
        }
    }
    unexpected(object, parts, &mut differences);
    differences
}

/// Columns of an expected table that have to be given, and that nobody knows of.
fn unexpected(
    object: &str,
    parts: Option<BTreeMap<String, String>>,
    differences: &mut Vec<SchemaDifference>,
) {
    if !object.starts_with("table ") {
        return;
    }
    for (part, is) in parts.into_iter().flatten() {
        if part.starts_with("column ") && is.ends_with(" not null") {
            differences.push(SchemaDifference {
                object: object.to_owned(),
                part: Some(part),
                expected: None,
                found: Some(is),
            });
        }
    }
}

/// The name and the value of a line, with a colon between them that is in no quotes.
fn split(line: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ':' if !quoted => {
                let (name, rest) = line.split_at(at);
                return (name, rest.strip_prefix(": ").unwrap_or(rest));
            }
            _ => {}
        }
    }
    (line, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_hold_colons() {
        assert_eq!(split("table public.users"), ("table public.users", ""));
        assert_eq!(split("a: b: c"), ("a", "b: c"));
        assert_eq!(
            split(r#"    column "a\": b": text"#),
            (r#"    column "a\": b""#, "text")
        );
    }
}
