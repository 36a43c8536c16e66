//! Optimistic locking: which column of a table tells that a row was changed since it was read.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::declared::Declared;
use super::objects::{HIDDEN, Objects};
use super::rows::is_writable;
use super::settings::Settings;
use super::writes::has_patch;
use crate::catalog::{Column, QualifiedName, Table, TableKind, TypeRef};
use crate::config::Config;
use crate::patterns::unmatched;

/// PostgreSQL's own version of a row: the transaction that wrote it (manual, "System Columns").
static XMIN: LazyLock<Column> = LazyLock::new(|| Column {
    name: "xmin".to_owned(),
    position: 0,
    ty: TypeRef {
        schema: "pg_catalog".to_owned(),
        name: "xid".to_owned(),
        modifier: None,
        array: false,
    },
    nullable: false,
    default: None,
    identity: None,
    generated: None,
    collation: None,
    comment: Some(
        "PostgreSQL's own version of the row: another one after each transaction that changed it."
            .to_owned(),
    ),
});

/// Not one of the table's own columns, among which it has no position.
pub(super) fn is_system(column: &Column) -> bool {
    column.position == 0
}

/// The tables with optimistic locking, and the column that is the version of a row in each.
pub(super) fn versions<'a>(
    objects: &Objects<'a>,
    config: &Config,
    settings: &Settings,
    declared: &Declared,
) -> HashMap<&'a QualifiedName, &'a Column> {
    let mut versions = HashMap::new();
    if config.locking.is_empty() {
        return versions;
    }
    let tables: HashMap<String, &'a Table> = objects
        .tables()
        .map(|table| (table.name.to_string(), table))
        .collect();
    for (key, name) in &config.locking {
        let version = match tables.get(key) {
            Some(table) => version(table, name, declared).map(|column| (&table.name, column)),
            None if objects.is_hidden(key) => {
                Err(("the partition has no struct".to_owned(), HIDDEN))
            }
            None => Err((
                "no table is called so".to_owned(),
                "the key is `schema.table`",
            )),
        };
        match version {
            Ok((table, column)) => {
                versions.insert(table, column);
            }
            Err((what, help)) => settings.report(unmatched("locking", key, &what).help(help)),
        }
    }
    versions
}

/// The column of that name, or why it can't be a row's version and what could be.
fn version<'a>(
    table: &'a Table,
    name: &str,
    declared: &Declared,
) -> Result<&'a Column, (String, &'static str)> {
    if !has_patch(table, declared) {
        return Err((
            "the table's rows can't be changed one by one".to_owned(),
            "that takes a primary key, and a column that may be written",
        ));
    }
    let unfit = |what: &str| {
        Err((
            format!("{what} `{name}`"),
            "a version is `xmin`, of an ordinary table, or a column of the type smallint, integer or \
             bigint that is NOT NULL, may be written and is not in the primary key",
        ))
    };
    if name == XMIN.name {
        return match table.kind {
            TableKind::Ordinary => Ok(&XMIN),
            TableKind::Partitioned => unfit("the rows of a partitioned table don't come with"),
            TableKind::Foreign => unfit("the rows of a foreign table don't come with"),
        };
    }
    let Some(column) = table.column(name) else {
        return unfit("the table has no column");
    };
    let is_key = |column: &Column| {
        let key = declared.key_of(table);
        key.is_some_and(|key| key.contains(&column.name))
    };
    let is_integer = column.ty.schema == "pg_catalog"
        && !column.ty.array
        && matches!(column.ty.name.as_str(), "int2" | "int4" | "int8");
    let others = table.columns.iter().filter(|other| other.name != name);
    if !is_integer {
        unfit("no number counts up in the column")
    } else if column.nullable {
        unfit("there may be no number in the column")
    } else if !is_writable(column) {
        unfit("only the server writes the column")
    } else if is_key(column) {
        unfit("the primary key holds the column")
    } else if others.filter(|other| is_writable(other)).count() == 0 {
        unfit("nothing may be written but the column")
    } else {
        Ok(column)
    }
}
