//! Constraints, added to a table in PostgreSQL's order and under its names.

use crate::catalog::{
    Check, Exclusion, ExclusionElement, ForeignKey, PrimaryKey, QualifiedName, Table, UniqueKey,
};

use super::constraint::{Kind, NewConstraint, NewForeignKey};
use super::cursor::{Cursor, Ident, Result};
use super::expression::columns_in;
use super::naming;
use super::state::{Relation, State, no_column};

impl State {
    /// Adds constraints that one statement declares: first what a row has to satisfy, then keys, the
    /// primary one before others, then references. Problems are reported, and the rest is added. The
    /// partitions of the table get them too, unless `ALTER TABLE ONLY` says otherwise.
    pub fn add_constraints(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraints: Vec<NewConstraint>,
        recurse: bool,
    ) {
        let mut keys: Vec<NewConstraint> = Vec::new();
        let mut references = Vec::new();
        for constraint in constraints {
            let done = match &constraint.kind {
                Kind::NotNull { column } => self.set_not_null(cursor, table, column),
                Kind::Check { expression } => {
                    let expression = self.qualified(expression);
                    self.add_check(cursor, table, &constraint, expression, recurse)
                }
                Kind::Key { .. } | Kind::UsingIndex { .. } | Kind::Exclusion { .. } => {
                    add_unlike(&mut keys, constraint);
                    Ok(())
                }
                Kind::ForeignKey(_) => {
                    references.push(constraint);
                    Ok(())
                }
            };
            if let Err(error) = done {
                self.report(error);
            }
        }
        keys.sort_by_key(|constraint| !constraint.is_primary());
        for constraint in keys.iter().chain(&references) {
            if let Err(error) = self.add_constraint(cursor, table, constraint, recurse) {
                self.report(error);
            }
        }
    }

    fn add_constraint(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        recurse: bool,
    ) -> Result<()> {
        match &constraint.kind {
            Kind::Key { .. } => self.add_key(cursor, table, constraint, recurse),
            Kind::UsingIndex { primary, index } => {
                self.add_key_using_index(cursor, table, constraint, *primary, index)
            }
            Kind::Exclusion { .. } => self.add_exclusion(cursor, table, constraint),
            Kind::ForeignKey(key) => self.add_foreign_key(cursor, table, constraint, key),
            Kind::NotNull { .. } | Kind::Check { .. } => Ok(()),
        }
    }

    /// Makes a column of a table, and of those below it, `NOT NULL`.
    pub fn set_not_null(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        column: &Ident,
    ) -> Result<()> {
        let known = self
            .table(table)
            .is_some_and(|table| table.column(&column.name).is_some());
        if !known {
            return Err(no_column(cursor, column, table));
        }
        self.set_nullable(table, &column.name, false, true);
        Ok(())
    }

    /// Sets whether a column may hold NULL, of the tables below too if that is asked.
    pub fn set_nullable(
        &mut self,
        table: &QualifiedName,
        column: &str,
        nullable: bool,
        recurse: bool,
    ) {
        let mut tables = vec![table.clone()];
        if recurse {
            tables.extend(self.descendants(table));
        }
        for table in &tables {
            if let Some(column) = self
                .columns_mut(table)
                .and_then(|columns| columns.iter_mut().find(|other| other.name == column))
            {
                column.nullable = nullable;
            }
        }
    }

    /// Refuses the name of a constraint that the table has already.
    fn refuse_constraint(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        name: &Ident,
    ) -> Result<()> {
        match self.table(table) {
            Some(found) if has_constraint(found, &name.name) => Err(cursor
                .error_at(
                    name.span.clone(),
                    format!(
                        "constraint `{}` of table `{table}` already exists",
                        name.name
                    ),
                )
                .help("give one of the two another name")),
            _ => Ok(()),
        }
    }

    fn add_check(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        expression: String,
        recurse: bool,
    ) -> Result<()> {
        let name = match &constraint.name {
            Some(name) => {
                if !self.merge_into_inherited_check(table, &name.name) {
                    self.refuse_constraint(cursor, table, name)?;
                }
                name.name.clone()
            }
            None => {
                let columns = self.columns(table).unwrap_or_default();
                let names = columns.iter().map(|column| column.name.as_str());
                let used = columns_in(&expression, names);
                let single = match used.len() {
                    1 => used.first().copied(),
                    _ => None,
                };
                self.choose_constraint_name(&table.schema, &table.name, single, "check")
            }
        };
        if let Some(local) = self.local_checks.get_mut(table) {
            local.insert(name.clone());
        }
        let check = Check {
            name,
            expression,
            no_inherit: constraint.no_inherit,
            not_valid: constraint.not_valid,
            comment: constraint.comment.clone(),
        };
        self.put_check(table, check.clone());
        if recurse && !check.no_inherit {
            self.inherit_check(table, &check);
        }
        Ok(())
    }

    /// Whether a table has a check of that name from a parent only, which its own is merged into.
    fn merge_into_inherited_check(&mut self, table: &QualifiedName, name: &str) -> bool {
        let Some(local) = self.local_checks.get(table) else {
            return false;
        };
        if local.contains(name) {
            return false;
        }
        let Some(found) = self.table_mut(table) else {
            return false;
        };
        let before = found.checks.len();
        found.checks.retain(|check| check.name != name);
        let merged = found.checks.len() < before;
        if merged {
            self.free_constraint_name(&table.schema, name);
        }
        merged
    }

    fn put_check(&mut self, table: &QualifiedName, check: Check) {
        self.use_constraint_name(&table.schema, &check.name);
        if let Some(table) = self.table_mut(table) {
            table.checks.push(check);
        }
    }

    /// The tables that have a check of that name from a table above them.
    pub fn heirs_of_check(&self, table: &QualifiedName, name: &str) -> Vec<QualifiedName> {
        let inherited = self.table(table).is_some_and(|table| {
            let mut checks = table.checks.iter();
            checks.any(|check| check.name == name && !check.no_inherit)
        });
        if !inherited {
            return Vec::new();
        }
        let mut heirs = self.descendants(table);
        heirs.retain(|heir| {
            self.table(heir)
                .is_some_and(|heir| heir.checks.iter().any(|check| check.name == name))
        });
        heirs
    }

    /// The checks of a table that have that name, to be changed: one or none.
    pub fn checks_named<'a>(
        &'a mut self,
        table: &QualifiedName,
        name: &'a str,
    ) -> impl Iterator<Item = &'a mut Check> {
        let checks = self
            .table_mut(table)
            .into_iter()
            .flat_map(|table| &mut table.checks);
        checks.filter(move |check| check.name == name)
    }

    /// Those that inherit from a table have its checks. A partition's are its parent's, and not listed.
    pub fn inherit_check(&mut self, table: &QualifiedName, check: &Check) {
        for child in self.descendants(table) {
            let own = self
                .table(&child)
                .is_some_and(|child| child.checks.iter().any(|own| own.name == check.name));
            match (self.is_partition(&child), own) {
                (true, true) => {
                    if let Some(child) = self.table_mut(&child) {
                        child.checks.retain(|own| own.name != check.name);
                    }
                    self.free_constraint_name(&child.schema, &check.name);
                }
                (false, false) => {
                    let check = Check {
                        comment: None,
                        ..check.clone()
                    };
                    self.put_check(&child, check);
                }
                (true, false) | (false, true) => {}
            }
        }
    }

    /// The name of a constraint that an index stands behind, which both have.
    fn index_constraint_name(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        addition: Option<&str>,
        label: &str,
    ) -> Result<String> {
        match &constraint.name {
            Some(name) => {
                self.refuse_constraint(cursor, table, name)?;
                let full = QualifiedName::new(&table.schema, &name.name);
                self.refuse_taken(cursor, &name.span, &full)?;
                Ok(name.name.clone())
            }
            None => {
                Ok(self.choose_relation_name(&table.schema, &table.name, addition, label, true))
            }
        }
    }

    /// Counts the name of an index and its constraint as used.
    fn use_index_constraint(&mut self, table: &QualifiedName, name: &str) {
        self.use_constraint_name(&table.schema, name);
        self.relations.insert(
            QualifiedName::new(&table.schema, name),
            Relation::Index(table.clone()),
        );
    }

    fn check_columns(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        columns: &[Ident],
    ) -> Result<()> {
        let known = self.columns(table).unwrap_or_default();
        for column in columns {
            if !known.iter().any(|other| other.name == column.name) {
                return Err(no_column(cursor, column, table));
            }
        }
        Ok(())
    }

    fn refuse_second_primary_key(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
    ) -> Result<()> {
        match self
            .table(table)
            .and_then(|table| table.primary_key.as_ref())
        {
            Some(key) => Err(cursor
                .error_at(
                    constraint.span.clone(),
                    format!("table `{table}` has a primary key already, `{}`", key.name),
                )
                .help("a table has one primary key; make the other one `UNIQUE`")),
            None => Ok(()),
        }
    }

    fn add_key(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        recurse: bool,
    ) -> Result<()> {
        let Kind::Key {
            primary,
            columns,
            include,
            nulls_not_distinct,
        } = &constraint.kind
        else {
            return Ok(());
        };
        self.check_columns(cursor, table, columns)?;
        self.check_columns(cursor, table, include)?;
        if *primary {
            self.refuse_second_primary_key(cursor, table, constraint)?;
        }
        let all: Vec<&str> = columns
            .iter()
            .chain(include)
            .map(|column| column.name.as_str())
            .collect();
        let name = match primary {
            true => self.index_constraint_name(cursor, table, constraint, None, "pkey"),
            false => {
                let addition = naming::addition(all);
                self.index_constraint_name(cursor, table, constraint, Some(&addition), "key")
            }
        }?;
        self.use_index_constraint(table, &name);
        let names = |idents: &[Ident]| idents.iter().map(|ident| ident.name.clone()).collect();
        let key = UniqueKey {
            name,
            columns: names(columns),
            include: names(include),
            nulls_not_distinct: *nulls_not_distinct,
            deferral: constraint.deferral,
            comment: constraint.comment.clone(),
        };
        self.put_key(table, key, *primary, recurse);
        Ok(())
    }

    /// Adds a key whose name is settled.
    fn put_key(&mut self, table: &QualifiedName, key: UniqueKey, primary: bool, recurse: bool) {
        if primary {
            for column in &key.columns {
                self.set_nullable(table, column, false, recurse);
            }
        }
        if recurse {
            self.add_key_to_partitions(table, &key, primary);
        }
        let Some(table) = self.table_mut(table) else {
            return;
        };
        if primary {
            table.primary_key = Some(PrimaryKey {
                name: key.name,
                columns: key.columns,
                include: key.include,
                deferral: key.deferral,
                comment: key.comment,
            });
        } else {
            table.unique_keys.push(key);
        }
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
                let all = key.columns.iter().chain(&key.include).map(String::as_str);
                let addition = naming::addition(all);
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

    fn add_key_using_index(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
        primary: bool,
        index: &Ident,
    ) -> Result<()> {
        if primary {
            self.refuse_second_primary_key(cursor, table, constraint)?;
        }
        let position = self.table(table).and_then(|table| {
            table
                .indexes
                .iter()
                .position(|other| other.name == index.name)
        });
        let usable = position
            .and_then(|at| self.table(table)?.indexes.get(at))
            .and_then(|index| {
                let columns: Option<Vec<String>> = index
                    .keys
                    .iter()
                    .map(|key| match &key.on {
                        crate::catalog::IndexOn::Column(name) => Some(name.clone()),
                        crate::catalog::IndexOn::Expression(_) => None,
                    })
                    .collect();
                let columns = columns.filter(|_| index.unique && index.predicate.is_none())?;
                Some((columns, index.include.clone(), index.nulls_not_distinct))
            });
        let (Some(at), Some((columns, include, nulls_not_distinct))) = (position, usable) else {
            return Err(cursor
                .error_at(
                    index.span.clone(),
                    format!(
                        "`{}` is no unique index on columns of `{table}`",
                        index.name
                    ),
                )
                .help(
                    "a constraint can use a unique index without expressions and without `WHERE`",
                ));
        };
        let name = match &constraint.name {
            Some(name) if name.name != index.name => {
                self.index_constraint_name(cursor, table, constraint, None, "")?
            }
            _ => index.name.clone(),
        };
        self.relations
            .remove(&QualifiedName::new(&table.schema, &index.name));
        if let Some(table) = self.table_mut(table) {
            table.indexes.remove(at);
        }
        self.use_index_constraint(table, &name);
        let key = UniqueKey {
            name,
            columns,
            include,
            nulls_not_distinct,
            deferral: constraint.deferral,
            comment: None,
        };
        self.put_key(table, key, primary, false);
        Ok(())
    }

    fn add_exclusion(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        constraint: &NewConstraint,
    ) -> Result<()> {
        let Kind::Exclusion {
            method,
            elements,
            include,
            predicate,
        } = &constraint.kind
        else {
            return Ok(());
        };
        let (keys, operators): (Vec<_>, Vec<_>) = elements.iter().cloned().unzip();
        let keys = self.index_keys(cursor, table, method, &keys)?;
        let include: Vec<String> = include.iter().map(|column| column.name.clone()).collect();
        let columns = naming::index_column_names(&keys, &include);
        let addition = naming::addition(columns.iter().map(String::as_str));
        let name =
            self.index_constraint_name(cursor, table, constraint, Some(&addition), "excl")?;
        self.use_index_constraint(table, &name);
        let exclusion = Exclusion {
            name,
            method: method.clone(),
            elements: keys
                .into_iter()
                .zip(operators)
                .map(|(key, operator)| ExclusionElement { key, operator })
                .collect(),
            predicate: predicate.as_deref().map(|text| self.qualified(text)),
            deferral: constraint.deferral,
            comment: constraint.comment.clone(),
        };
        if let Some(table) = self.table_mut(table) {
            table.exclusions.push(exclusion);
        }
        Ok(())
    }

    fn add_foreign_key(
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

    /// The columns a foreign key refers to, which have to be a key there.
    fn referenced_columns(
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
            match &table.primary_key {
                Some(primary) => primary.columns.clone(),
                None if self.is_partition(referenced) => return Ok(Vec::new()),
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
}

impl NewConstraint {
    fn is_primary(&self) -> bool {
        matches!(
            self.kind,
            Kind::Key { primary: true, .. } | Kind::UsingIndex { primary: true, .. }
        )
    }
}

/// Adds a key, unless one on the same columns is there: PostgreSQL makes one index of the two
/// (`transformIndexConstraints`).
fn add_unlike(keys: &mut Vec<NewConstraint>, constraint: NewConstraint) {
    if let Kind::Key {
        columns,
        include,
        nulls_not_distinct,
        ..
    } = &constraint.kind
    {
        let same = keys.iter_mut().find(|other| match &other.kind {
            Kind::Key {
                columns: others,
                include: other_include,
                nulls_not_distinct: other_nulls,
                ..
            } => {
                same_names(columns, others)
                    && same_names(include, other_include)
                    && nulls_not_distinct == other_nulls
                    && constraint.deferral == other.deferral
            }
            _ => false,
        });
        if let Some(other) = same
            && !(constraint.is_primary() && other.is_primary())
        {
            // The primary key comes first, and its name wins.
            if constraint.is_primary() {
                let name = constraint.name.clone().or_else(|| other.name.take());
                *other = constraint;
                other.name = name;
            } else if other.name.is_none() {
                other.name = constraint.name;
            }
            return;
        }
    }
    keys.push(constraint);
}

fn same_names(a: &[Ident], b: &[Ident]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name)
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

/// Whether a table has a constraint of that name.
pub(super) fn has_constraint(table: &Table, name: &str) -> bool {
    table
        .primary_key
        .as_ref()
        .is_some_and(|key| key.name == name)
        || table.unique_keys.iter().any(|key| key.name == name)
        || table.foreign_keys.iter().any(|key| key.name == name)
        || table.checks.iter().any(|check| check.name == name)
        || table
            .exclusions
            .iter()
            .any(|exclusion| exclusion.name == name)
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
