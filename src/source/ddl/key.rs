//! Primary keys, unique and exclusion constraints, and the indexes behind them.

use crate::catalog::{Exclusion, ExclusionElement, PrimaryKey, QualifiedName, UniqueKey};

use super::constraint::{Kind, NewConstraint};
use super::cursor::{Cursor, Ident, Result};
use super::naming;
use super::state::{Named, Relation, State};

impl State {
    /// The name of a constraint that an index stands behind, which both have.
    pub fn index_constraint_name(
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
                self.refuse_taken(cursor, &name.span, &full, Named::Relation)?;
                Ok(name.name.clone())
            }
            None => {
                Ok(self.choose_relation_name(&table.schema, &table.name, addition, label, true))
            }
        }
    }

    /// Counts the name of an index and its constraint as used.
    pub fn use_index_constraint(&mut self, table: &QualifiedName, name: &str) {
        self.use_constraint_name(&table.schema, name);
        let index = QualifiedName::new(&table.schema, name);
        self.index_columns.remove(&index);
        self.relations.insert(index, Relation::Index(table.clone()));
    }

    pub fn refuse_second_primary_key(
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

    pub fn add_key(
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
        let all = columns.iter().chain(include);
        let all: Vec<&str> = match &constraint.index_columns {
            Some(names) => names.iter().map(String::as_str).collect(),
            None => all.map(|column| column.name.as_str()).collect(),
        };
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
    pub fn put_key(&mut self, table: &QualifiedName, key: UniqueKey, primary: bool, recurse: bool) {
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

    pub fn add_key_using_index(
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

    pub fn add_exclusion(
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
        let columns = match &constraint.index_columns {
            Some(names) => names.clone(),
            None => naming::index_column_names(&keys, &include),
        };
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
}
