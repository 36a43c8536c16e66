//! What needs what: the views, keys, columns and defaults that go when something else goes.

use crate::catalog::{QualifiedName, TypeRef};

use super::definition::reads_column;
use super::expression::regclass_constant;
use super::state::{Relation, State};

impl State {
    /// The views that read from a table or view.
    pub fn views_on(&self, name: &QualifiedName) -> Vec<QualifiedName> {
        let mut views: Vec<QualifiedName> = self
            .view_sources
            .iter()
            .filter(|(_, sources)| sources.contains(name))
            .map(|(view, _)| view.clone())
            .collect();
        views.sort();
        views
    }

    /// What needs a table, in words.
    pub fn table_dependents(
        &self,
        name: &QualifiedName,
        together: &[QualifiedName],
    ) -> Vec<String> {
        let mut users: Vec<String> = Vec::new();
        for table in &self.catalog.tables {
            let apart = table.name != *name && !together.contains(&table.name);
            if apart && table.partition_of.is_none() {
                let keys = table
                    .foreign_keys
                    .iter()
                    .filter(|key| key.referenced_table == *name);
                users.extend(
                    keys.map(|key| format!("foreign key `{}` of table `{}`", key.name, table.name)),
                );
            }
            if apart && table.inherits.contains(name) {
                users.push(format!("table `{}`, which inherits from it", table.name));
            }
        }
        for view in self.views_on(name) {
            if !together.contains(&view) {
                users.push(format!("view `{view}`"));
            }
        }
        users.extend(self.type_users(name));
        users
    }

    /// The sequences that belong to a table, or to one of its columns.
    pub fn owned_sequences(
        &self,
        table: &QualifiedName,
        column: Option<&str>,
    ) -> Vec<QualifiedName> {
        self.catalog
            .sequences
            .iter()
            .filter(|sequence| {
                sequence.owned_by.as_ref().is_some_and(|owner| {
                    owner.table == *table && column.is_none_or(|column| owner.column == column)
                })
            })
            .map(|sequence| sequence.name.clone())
            .collect()
    }

    pub fn sequence_users(&self, name: &QualifiedName) -> Vec<String> {
        let constant = regclass_constant(name);
        let mut users = Vec::new();
        for table in &self.catalog.tables {
            for column in &table.columns {
                if column
                    .default
                    .as_ref()
                    .is_some_and(|default| default.contains(&constant))
                {
                    users.push(format!("the default of `{}.{}`", table.name, column.name));
                }
            }
        }
        users
    }

    /// The columns and domains of a type, in words.
    pub fn type_users(&self, name: &QualifiedName) -> Vec<String> {
        let uses = |ty: &TypeRef| self.is_of_type(ty, name);
        let mut users = Vec::new();
        for table in &self.catalog.tables {
            for column in table.columns.iter().filter(|column| uses(&column.ty)) {
                users.push(format!(
                    "column `{}` of table `{}`",
                    column.name, table.name
                ));
            }
        }
        let typed = self.tables_of(name);
        users.extend(typed.iter().map(|table| format!("table `{table}`")));
        for domain in self
            .catalog
            .domains
            .iter()
            .filter(|domain| uses(&domain.base))
        {
            users.push(format!("domain `{}`", domain.name));
        }
        let ranges = self.catalog.ranges.iter();
        users.extend(
            ranges
                .filter(|range| uses(&range.subtype))
                .map(|range| format!("type `{}`", range.name)),
        );
        for composite in &self.catalog.composites {
            if composite
                .attributes
                .iter()
                .any(|attribute| uses(&attribute.ty))
            {
                users.push(format!("type `{}`", composite.name));
            }
        }
        for at in self.functions_with_type(name) {
            if let Some(function) = self.catalog.functions.get(at) {
                users.push(format!("function `{}`", function.name));
            }
        }
        users
    }

    pub fn is_of_type(&self, ty: &TypeRef, name: &QualifiedName) -> bool {
        ty.schema == name.schema && ty.name == name.name
    }

    pub fn schema_contents(&self, schema: &str) -> Vec<String> {
        let inside = |name: &&QualifiedName| name.schema == schema;
        let relations = self
            .relations
            .iter()
            .filter(|(_, relation)| !matches!(relation, Relation::Index(_)));
        let mut names: Vec<String> = relations
            .map(|(name, _)| name)
            .chain(self.types.keys())
            .chain(self.functions.keys())
            .filter(inside)
            .map(|name| format!("`{name}`"))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The foreign keys that need a key of a table: those on its columns, where no other key is on them.
    pub fn keys_on_constraint(
        &self,
        table: &QualifiedName,
        name: &str,
    ) -> Vec<(QualifiedName, String)> {
        let Some(found) = self.table(table) else {
            return Vec::new();
        };
        let columns = match &found.primary_key {
            Some(key) if key.name == name => &key.columns,
            _ => match found.unique_keys.iter().find(|key| key.name == name) {
                Some(key) => &key.columns,
                None => return Vec::new(),
            },
        };
        let same = |key: &[String]| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        let keys_alike = found
            .primary_key
            .iter()
            .filter(|key| same(&key.columns))
            .count()
            + found
                .unique_keys
                .iter()
                .filter(|key| same(&key.columns))
                .count();
        if keys_alike > 1 {
            return Vec::new();
        }
        let mut keys = Vec::new();
        for other in &self.catalog.tables {
            for key in &other.foreign_keys {
                if key.referenced_table == *table && same(&key.referenced_columns) {
                    keys.push((other.name.clone(), key.name.clone()));
                }
            }
        }
        keys
    }

    pub fn views_on_column(&self, table: &QualifiedName, column: &str) -> Vec<QualifiedName> {
        self.views_on(table)
            .into_iter()
            .filter(|view| {
                self.view(view)
                    .is_some_and(|view| reads_column(&view.definition, table, column))
            })
            .collect()
    }

    pub fn not_null_column(&self, table: &QualifiedName, name: &str) -> Option<String> {
        let column = name
            .strip_prefix(table.name.as_str())?
            .strip_prefix('_')?
            .strip_suffix("_not_null")?;
        let columns = self.columns(table)?;
        columns
            .iter()
            .any(|other| other.name == column)
            .then(|| column.to_owned())
    }
}
