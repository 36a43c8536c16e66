//! Live database → Catalog.
//!
//! Everything is read in one `REPEATABLE READ READ ONLY` transaction, by a constant number of queries
//! on the system catalogs (PostgreSQL manual, chapter "System Catalogs"), one file each, which are
//! sent together. Nothing but `CONNECT` is needed: the system catalogs can be read by everybody.
//!
//! Expressions and view definitions are in PostgreSQL's own words here;
//! [`crate::analyze::normalize`] brings those of both sources into one form.

mod connect;
mod conninfo;
mod constraints;
mod files;
mod forbidden;
mod functions;
mod problem;
mod relations;
mod rows;
mod settings;
mod types;

use std::panic;
use std::thread;

use futures_util::future::{try_join4, try_join5};
use tokio_postgres::{Client, IsolationLevel, SimpleQueryMessage};

pub use connect::{Session, Target, connect};

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use constraints::Indexes;
use problem::Failure;
use relations::Relations;
use rows::{Comments, Lookup, Types};

/// The oldest PostgreSQL whose system catalogs the queries know (`server_version_num`).
const OLDEST_VERSION: u32 = 120_000;

/// What the text that PostgreSQL writes for expressions and values depends on, and a limit.
///
/// With `pg_catalog` alone on the search path, every other schema is written out. Compiling the
/// queries (`jit`) would take longer than running them.
const SETTINGS: &str = "
    SET LOCAL search_path = pg_catalog;
    SET LOCAL statement_timeout = '60s';
    SET LOCAL jit = off;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL bytea_output = hex;
    SET LOCAL DateStyle = ISO;
    SET LOCAL IntervalStyle = postgres;
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 1;
    SHOW server_version_num
";

/// Reads the schema of a database.
///
/// Without a `url` the connection is named by `DATABASE_URL` in the environment, by `DATABASE_URL`
/// in a file `.env` of this folder or one above it, or by libpq's own variables (`PGHOST` …), in this
/// order. See [`connect`].
///
/// # Errors
///
/// When nothing names a database, when it can't be connected to, when the server is older than
/// PostgreSQL 12, or when a query fails. No message holds a password or a connection string.
pub fn read(url: Option<&str>) -> Result<Catalog, Diagnostic> {
    read_reporting(url, &mut Vec::new())
}

/// As [`read`], with a note on what the role that reads may not use, where there is such: the Catalog is that
/// of the whole schema all the same.
///
/// # Errors
///
/// As [`read`].
pub fn read_reporting(
    url: Option<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Catalog, Diagnostic> {
    // A thread of its own, as a runtime can't be started inside the caller's.
    let result = thread::scope(|scope| scope.spawn(|| read_on_this_thread(url)).join());
    let result = result.unwrap_or_else(|payload| panic::resume_unwind(payload));
    let (catalog, note) = result?;
    diagnostics.extend(note);
    Ok(catalog)
}

/// A Catalog, and what there is to say of it.
type Answer = (Catalog, Option<Diagnostic>);

fn read_on_this_thread(url: Option<&str>) -> Result<Answer, Diagnostic> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Diagnostic::error(format!("can't start a runtime: {error}")))?
        .block_on(async {
            let Session {
                mut client,
                connection,
                target,
            } = connect(url).await?;
            let answer = introspect(&mut client).await;
            drop(client);
            match answer {
                Ok(answer) => Ok(answer),
                // Why the connection ended is known to the connection only.
                Err(Failure::Postgres(error)) if error.is_closed() => match connection.await {
                    Ok(Err(error)) => Err(Failure::Postgres(error).diagnostic(&target)),
                    Ok(Ok(())) | Err(_) => Err(Failure::Postgres(error).diagnostic(&target)),
                },
                Err(failure) => Err(failure.diagnostic(&target)),
            }
        })
}

/// Reads the Catalog through a connection that is there already.
async fn introspect(client: &mut Client) -> Result<Answer, Failure> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let version = server_version(&transaction.simple_query(SETTINGS).await?);
    if version < OLDEST_VERSION {
        return Err(Failure::OldServer(version));
    }

    let mut functions = include_str!("live/functions.sql").to_owned();
    if version < 140_000 {
        let body = "pg_catalog.pg_get_function_sqlbody(p.oid)";
        functions = functions.replace(body, "NULL::pg_catalog.text");
    }
    let query = |sql| transaction.query_typed(sql, &[]);
    let (
        (types, comments, schemas, extensions),
        (enums, domains, ranges, sequences, functions),
        (composites, tables, parents, views, forbidden),
        (columns, constraints, indexes, index_keys),
    ) = try_join4(
        try_join4(
            query(include_str!("live/types.sql")),
            query(include_str!("live/comments.sql")),
            query(include_str!("live/schemas.sql")),
            query(include_str!("live/extensions.sql")),
        ),
        try_join5(
            query(include_str!("live/enums.sql")),
            query(include_str!("live/domains.sql")),
            query(include_str!("live/ranges.sql")),
            query(include_str!("live/sequences.sql")),
            query(&functions),
        ),
        try_join5(
            query(include_str!("live/composites.sql")),
            query(include_str!("live/tables.sql")),
            query(include_str!("live/parents.sql")),
            query(include_str!("live/views.sql")),
            query(include_str!("live/forbidden.sql")),
        ),
        try_join4(
            query(include_str!("live/columns.sql")),
            query(include_str!("live/constraints.sql")),
            query(include_str!("live/indexes.sql")),
            query(include_str!("live/index_keys.sql")),
        ),
    )
    .await?;
    transaction.commit().await?;

    let lookup = Lookup {
        types: Types::read(&types)?,
        comments: Comments::read(&comments)?,
    };
    let mut relations = Relations::default();
    relations.add_domains(&domains, &lookup)?;
    relations.add_composites(&composites, &lookup)?;
    relations.add_tables(&tables, &lookup)?;
    relations.add_parents(&parents)?;
    relations.add_views(&views, &lookup)?;
    relations.add_columns(&columns, &lookup)?;
    let mut indexes = Indexes::read(&indexes, &index_keys, &lookup)?;
    relations.add_constraints(&constraints, &mut indexes, &lookup)?;
    relations.add_indexes(indexes);

    let mut catalog = Catalog {
        schemas: types::schemas(&schemas, &lookup)?,
        extensions: types::extensions(&extensions)?,
        enums: types::enums(&enums, &lookup)?,
        ranges: types::ranges(&ranges, &lookup)?,
        sequences: types::sequences(&sequences, &lookup)?,
        functions: functions::functions(&functions, &lookup)?,
        ..relations.into_catalog()
    };
    catalog.sort();
    Ok((catalog, forbidden::note(&forbidden)?))
}

/// The number that `SHOW server_version_num` answered; 0 when there is none.
fn server_version(messages: &[SimpleQueryMessage]) -> u32 {
    messages
        .iter()
        .find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        })
        .unwrap_or(0)
}
