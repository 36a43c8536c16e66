//! Foreign keys, added to a table.

use crate::catalog::{ForeignKey, PrimaryKey, QualifiedName, Table};

use super::constraint::{NewConstraint, NewForeignKey};
use super::cursor::{Cursor, Ident, Result};
use super::naming;
use super::state::State;

impl State {
    pub fn add_foreign_key(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        key: &NewForeignKey,
    ) -> Result<()> {
        self.check_columns(cursor, table, &key.columns)?;
        self.check_columns(cursor, table, &key.on_delete_columns)?;
        if self.is_broken(&key.table) && self.find_relation(&key.table).is_none() {
            return Ok(());
        }
        let referenced_table = self.need_table(cursor, &key.table)?;
        let referenced_columns =
            self.referenced_columns(cursor, &referenced_table, constraint, key)?;
        let name = match &constraint.name {
            Some(name) => {
                self.refuse_constraint(cursor, table, name)?;
                name.name.clone()
            }
            None => {
                let columns = key.columns.iter().map(|column| column.name.as_str());
                let addition = naming::addition(columns);
                self.choose_constraint_name(&table.schema, &table.name, Some(&addition), "fkey")
            }
        };
        self.use_constraint_name(&table.schema, &name);
        let names = |idents: &[Ident]| -> Vec<String> {
            idents.iter().map(|ident| ident.name.clone()).collect()
        };
        let foreign_key = ForeignKey {
            name,
            columns: names(&key.columns),
            referenced_table,
            referenced_columns,
            on_delete: key.on_delete,
            on_update: key.on_update,
            on_delete_columns: names(&key.on_delete_columns),
            match_full: key.match_full,
            deferral: constraint.deferral,
            not_valid: constraint.not_valid,
            comment: constraint.comment.clone(),
        };
        self.merge_foreign_key_into_partitions(table, &foreign_key);
        if let Some(table) = self.table_mut(table) {
            table.foreign_keys.push(foreign_key);
        }
        Ok(())
    }

    /// The columns a foreign key refers to, which have to be a key there.
    pub fn referenced_columns(
        &self,
        cursor: &Cursor<'_>,
        referenced: &QualifiedName,
        constraint: &NewConstraint,
        key: &NewForeignKey,
    ) -> Result<Vec<String>> {
        let Some(table) = self.table(referenced) else {
            return Ok(Vec::new());
        };
        let columns: Vec<String> = if key.referenced.is_empty() {
            match self.primary_key_of(table) {
                Some(primary) => primary.columns.clone(),
                None => {
                    return Err(cursor
                        .error_at(
                            key.table.span.clone(),
                            format!("table `{referenced}` has no primary key to refer to"),
                        )
                        .help("name the referenced columns: REFERENCES table (column)"));
                }
            }
        } else {
            self.check_columns(cursor, referenced, &key.referenced)?;
            key.referenced
                .iter()
                .map(|column| column.name.clone())
                .collect()
        };
        if columns.len() != key.columns.len() {
            return Err(cursor.error_at(
                constraint.span.clone(),
                format!(
                    "{} referencing and {} referenced columns: their numbers have to be equal",
                    key.columns.len(),
                    columns.len()
                ),
            ));
        }
        // The keys of a partition are its parent's.
        if !self.is_partition(referenced) && !is_unique(table, &columns) {
            return Err(cursor
                .error_at(
                    key.table.span.clone(),
                    format!(
                        "no unique constraint of table `{referenced}` is on ({})",
                        columns.join(", ")
                    ),
                )
                .help(
                    "a foreign key refers to a primary key, a unique constraint or a unique index",
                ));
        }
        Ok(columns)
    }

    /// The primary key of a table, which is its parent's where it is a partition.
    fn primary_key_of<'a>(&'a self, table: &'a Table) -> Option<&'a PrimaryKey> {
        let parent = |table: &&Table| self.table(table.partition_of.as_ref()?);
        std::iter::successors(Some(table), parent)
            .take(self.catalog.tables.len())
            .find_map(|table| table.primary_key.as_ref())
    }
}

/// Whether a key or a whole unique index is on exactly these columns, in any order.
fn is_unique(table: &Table, columns: &[String]) -> bool {
    let same = |key: &[String]| {
        key.len() == columns.len() && columns.iter().all(|column| key.contains(column))
    };
    table
        .primary_key
        .as_ref()
        .is_some_and(|key| same(&key.columns))
        || table.unique_keys.iter().any(|key| same(&key.columns))
        || table.indexes.iter().any(|index| {
            let columns: Option<Vec<String>> = index
                .keys
                .iter()
                .map(|key| match &key.on {
                    crate::catalog::IndexOn::Column(name) => Some(name.clone()),
                    crate::catalog::IndexOn::Expression(_) => None,
                })
                .collect();
            index.unique
                && index.predicate.is_none()
                && columns.is_some_and(|columns| same(&columns))
        })
}
