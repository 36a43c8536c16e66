//! Constraints, added to a table in PostgreSQL's order and under its names.

use crate::catalog::{Check, QualifiedName, Table};

use super::constraint::{Kind, NewConstraint};
use super::cursor::{Cursor, Ident, Result};
use super::expression::columns_in;
use super::state::{State, no_column};

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
                    keys.push(constraint);
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
    pub fn refuse_constraint(
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

    pub fn check_columns(
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
}

impl NewConstraint {
    fn is_primary(&self) -> bool {
        matches!(
            self.kind,
            Kind::Key { primary: true, .. } | Kind::UsingIndex { primary: true, .. }
        )
    }
}

/// The constraints that one `CREATE TABLE` declares: of keys on the same columns PostgreSQL makes one
/// (`transformIndexConstraints`).
pub(super) fn unlike(constraints: Vec<NewConstraint>) -> Vec<NewConstraint> {
    let mut kept = Vec::with_capacity(constraints.len());
    for constraint in constraints {
        add_unlike(&mut kept, constraint);
    }
    kept
}

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
