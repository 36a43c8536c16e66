//! Partitions and heirs: what a table has from the tables above it.

use std::ops::Range;

use crate::catalog::{ForeignKey, Index, QualifiedName, Table, UniqueKey};

use super::cursor::{Cursor, Name, Result};
use super::naming;
use super::state::{Relation, State};
use super::table::refuse_undivided;

pub(super) fn inherit(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    parent: &Name,
) -> Result<()> {
    let parent = state.need_table(cursor, parent)?;
    let local = state
        .columns(table)
        .unwrap_or_default()
        .iter()
        .map(|column| column.name.clone())
        .collect();
    state.local_columns.entry(table.clone()).or_insert(local);
    let checks = state.table(table).map(|table| {
        table
            .checks
            .iter()
            .map(|check| check.name.clone())
            .collect()
    });
    state
        .local_checks
        .entry(table.clone())
        .or_insert(checks.unwrap_or_default());
    state
        .children
        .entry(parent.clone())
        .or_default()
        .push(table.clone());
    if let Some(table) = state.table_mut(table) {
        table.inherits.push(parent);
    }
    Ok(())
}

pub(super) fn attach(
    state: &mut State,
    cursor: &Cursor<'_>,
    parent: &QualifiedName,
    partition: &Name,
    bound: String,
    span: Range<usize>,
) -> Result<()> {
    // `ALTER INDEX … ATTACH PARTITION` is elsewhere; here both are tables.
    let name = Name {
        schema: Some(parent.schema.clone()),
        name: parent.name.clone(),
        span,
    };
    refuse_undivided(state, cursor, &name, parent)?;
    let child = state.need_table(cursor, partition)?;
    if child == *parent || state.descendants(&child).contains(parent) {
        return Err(cursor.error_at(
            partition.span.clone(),
            format!("`{child}` is above `{parent}` already"),
        ));
    }
    let checks: Vec<String> = state
        .with_ancestors(parent)
        .iter()
        .flat_map(|table| &table.checks)
        .map(|check| check.name.clone())
        .collect();
    if let Some(child) = state.table_mut(&child) {
        child.partition_of = Some(parent.clone());
        child.partition_bound = Some(bound);
        child.checks.retain(|check| !checks.contains(&check.name));
    }
    for check in &checks {
        state.free_constraint_name(&child.schema, check);
    }
    state
        .children
        .entry(parent.clone())
        .or_default()
        .push(child.clone());
    state.adopt_indexes(parent, &child);
    Ok(())
}

impl State {
    /// A table is no longer below another.
    pub fn forget_child(&mut self, parent: &QualifiedName, child: &QualifiedName) {
        if let Some(children) = self.children.get_mut(parent) {
            children.retain(|other| other != child);
        }
    }

    /// A table, with those it is a partition of, directly and further up.
    pub fn with_ancestors(&self, table: &QualifiedName) -> Vec<&Table> {
        let mut tables = Vec::new();
        let mut next = self.table(table);
        while let Some(table) = next {
            tables.push(table);
            next = table
                .partition_of
                .as_ref()
                .and_then(|name| self.table(name));
        }
        tables
    }

    /// The part of an index that is on a partition, and no longer the index's.
    fn take_index_part(
        &mut self,
        index: &QualifiedName,
        partition: &QualifiedName,
    ) -> Option<String> {
        let mut next = vec![index.clone()];
        while let Some(index) = next.pop() {
            let Some(parts) = self.index_children.get_mut(&index) else {
                continue;
            };
            let own = parts.iter().position(|part| {
                self.relations.get(part) == Some(&Relation::Index(partition.clone()))
            });
            if let Some(at) = own {
                return Some(parts.swap_remove(at).name);
            }
            next.extend(parts.iter().cloned());
        }
        None
    }

    /// Makes a partition a table of its own: its parts of keys, indexes and constraints become its own.
    pub fn detach(&mut self, parent: &QualifiedName, partition: &QualifiedName) {
        self.forget_child(parent, partition);
        let above: Vec<Table> = self.with_ancestors(parent).into_iter().cloned().collect();
        let schema = partition.schema.clone();
        let mut own = match self.table_mut(partition) {
            Some(partition) => partition.clone(),
            None => return,
        };
        own.partition_of = None;
        own.partition_bound = None;
        for table in above {
            let index = |name: &str| QualifiedName::new(&table.name.schema, name);
            if let Some(mut key) = table.primary_key
                && let Some(name) = self.take_index_part(&index(&key.name), partition)
            {
                key.name = name;
                own.primary_key = Some(key);
            }
            for mut key in table.unique_keys {
                if let Some(name) = self.take_index_part(&index(&key.name), partition) {
                    key.name = name;
                    own.unique_keys.push(key);
                }
            }
            for mut part in table.indexes {
                if let Some(name) = self.take_index_part(&index(&part.name), partition) {
                    part.name = name;
                    own.indexes.push(part);
                }
            }
            for check in table.checks {
                self.use_constraint_name(&schema, &check.name);
                own.checks.push(check);
            }
            for key in table.foreign_keys {
                self.use_constraint_name(&schema, &key.name);
                own.foreign_keys.push(key);
            }
        }
        if let Some(partition) = self.table_mut(partition) {
            *partition = own;
        }
    }

    /// Gives a new partition its parts of its parent's keys and indexes.
    pub fn adopt_indexes(&mut self, parent: &QualifiedName, partition: &QualifiedName) {
        let Some(table) = self.table(parent) else {
            return;
        };
        let (primary, unique) = (table.primary_key.clone(), table.unique_keys.clone());
        let (indexes, foreign_keys) = (table.indexes.clone(), table.foreign_keys.clone());
        // A partition of a partition gets the parts of what its parent has from above, too, but those
        // have only names, which nothing can refer to.
        let others = self.children.get(parent).cloned().unwrap_or_default();
        self.children
            .insert(parent.clone(), vec![partition.clone()]);
        if let Some(key) = primary {
            let key = UniqueKey {
                name: key.name,
                columns: key.columns,
                include: key.include,
                nulls_not_distinct: false,
                deferral: key.deferral,
                comment: None,
            };
            self.add_key_to_partitions(parent, &key, true);
        }
        for key in &unique {
            self.add_key_to_partitions(parent, key, false);
        }
        for index in &indexes {
            let name = QualifiedName::new(&parent.schema, &index.name);
            self.add_index_to_partitions(parent, &name, index);
        }
        for key in &foreign_keys {
            self.merge_foreign_key_into_partitions(parent, key);
        }
        self.children.insert(parent.clone(), others);
    }

    /// Whether a table is a partition, and not only heir to another.
    pub fn is_partition(&self, name: &QualifiedName) -> bool {
        self.table(name)
            .is_some_and(|table| table.partition_of.is_some())
    }

    /// Each partition has a part of the index: one of its own that is alike, or a new one, which only
    /// takes a name.
    pub fn add_index_to_partitions(
        &mut self,
        table: &QualifiedName,
        name: &QualifiedName,
        index: &Index,
    ) {
        let partitions: Vec<QualifiedName> = self
            .children
            .get(table)
            .into_iter()
            .flatten()
            .filter(|child| self.is_partition(child))
            .cloned()
            .collect();
        for partition in partitions {
            let part = self.add_index_part(name, &partition, index);
            self.index_children
                .entry(name.clone())
                .or_default()
                .push(part.clone());
            self.add_index_to_partitions(&partition, &part, index);
        }
    }

    fn add_index_part(
        &mut self,
        parent: &QualifiedName,
        partition: &QualifiedName,
        index: &Index,
    ) -> QualifiedName {
        let alike = self.table_mut(partition).and_then(|table| {
            let at = table
                .indexes
                .iter()
                .position(|other| same_index(other, index))?;
            Some(table.indexes.remove(at).name)
        });
        let name = alike.unwrap_or_else(|| {
            let columns = match self.index_columns.get(parent) {
                Some(columns) => columns.clone(),
                None => naming::index_column_names(&index.keys, &index.include),
            };
            let addition = naming::addition(columns.iter().map(String::as_str));
            self.choose_relation_name(
                &partition.schema,
                &partition.name,
                Some(&addition),
                "idx",
                false,
            )
        });
        let name = QualifiedName::new(&partition.schema, name);
        self.relations
            .insert(name.clone(), Relation::Index(partition.clone()));
        name
    }

    /// Each partition has the key too, under a name of its own: one it has already, or a new one.
    pub fn add_key_to_partitions(&mut self, table: &QualifiedName, key: &UniqueKey, primary: bool) {
        let children = self.children.get(table).cloned().unwrap_or_default();
        for partition in children {
            if !self.is_partition(&partition) {
                continue;
            }
            let own = self
                .table_mut(&partition)
                .and_then(|partition| take_same_key(partition, key, primary));
            let name = own.unwrap_or_else(|| {
                let index = QualifiedName::new(&table.schema, &key.name);
                let addition = match self.index_columns.get(&index) {
                    Some(columns) => naming::addition(columns.iter().map(String::as_str)),
                    None => {
                        naming::addition(key.columns.iter().chain(&key.include).map(String::as_str))
                    }
                };
                let name = self.choose_relation_name(
                    &partition.schema,
                    &partition.name,
                    (!primary).then_some(addition.as_str()),
                    if primary { "pkey" } else { "key" },
                    true,
                );
                self.use_index_constraint(&partition, &name);
                name
            });
            let parent = QualifiedName::new(&table.schema, &key.name);
            self.index_children
                .entry(parent)
                .or_default()
                .push(QualifiedName::new(&partition.schema, &name));
            let part = UniqueKey {
                name,
                ..key.clone()
            };
            self.add_key_to_partitions(&partition, &part, primary);
        }
    }

    /// A partition's own key that is alike becomes a part of its parent's.
    pub fn merge_foreign_key_into_partitions(&mut self, table: &QualifiedName, key: &ForeignKey) {
        for child in self.descendants(table) {
            if !self.is_partition(&child) {
                continue;
            }
            let merged = self.table_mut(&child).and_then(|child| {
                let at = child
                    .foreign_keys
                    .iter()
                    .position(|own| same_foreign_key(own, key))?;
                Some(child.foreign_keys.remove(at))
            });
            if let Some(merged) = merged {
                self.free_constraint_name(&child.schema, &merged.name);
            }
        }
    }
}

/// Whether two indexes do the same.
pub(super) fn same_index(a: &Index, b: &Index) -> bool {
    a.unique == b.unique
        && a.method == b.method
        && a.keys == b.keys
        && a.include == b.include
        && a.predicate == b.predicate
        && a.nulls_not_distinct == b.nulls_not_distinct
}

fn take_same_key(table: &mut Table, key: &UniqueKey, primary: bool) -> Option<String> {
    if primary {
        let same = table
            .primary_key
            .as_ref()
            .is_some_and(|own| own.columns == key.columns);
        return match same {
            true => table.primary_key.take().map(|own| own.name),
            false => None,
        };
    }
    let at = table.unique_keys.iter().position(|own| {
        own.columns == key.columns
            && own.include == key.include
            && own.nulls_not_distinct == key.nulls_not_distinct
    })?;
    Some(table.unique_keys.remove(at).name)
}

fn same_foreign_key(a: &ForeignKey, b: &ForeignKey) -> bool {
    a.columns == b.columns
        && a.referenced_table == b.referenced_table
        && a.referenced_columns == b.referenced_columns
        && a.on_delete == b.on_delete
        && a.on_update == b.on_update
        && a.match_full == b.match_full
        && a.deferral == b.deferral
}
