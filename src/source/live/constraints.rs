//! Constraints and indexes.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Lookup, PG_CLASS};
use crate::catalog::{
    Check, Deferral, Exclusion, ExclusionElement, ForeignKey, ForeignKeyAction, Index, IndexKey,
    IndexOn, PrimaryKey, QualifiedName, Table, UniqueKey,
};

/// What all sorts of constraints have.
pub(super) struct Constraint {
    name: String,
    /// `pg_constraint.contype`.
    pub(super) kind: char,
    /// The index that it rests on, of what does.
    pub(super) index: u32,
    deferral: Deferral,
    not_valid: bool,
    comment: Option<String>,
}

impl Constraint {
    pub(super) fn read(fields: &mut Fields<'_>, comment: Option<String>) -> Result<Self, Failure> {
        Ok(Self {
            name: fields.take()?,
            kind: fields.letter()?,
            index: fields.take()?,
            deferral: match (fields.take()?, fields.take()?) {
                (_, true) => Deferral::InitiallyDeferred,
                (true, false) => Deferral::Deferrable,
                (false, false) => Deferral::NotDeferrable,
            },
            not_valid: fields.take()?,
            comment,
        })
    }

    pub(super) fn check(self, mut fields: Fields<'_>) -> Result<Check, Failure> {
        let no_inherit = fields.take()?;
        let expression: Option<String> = fields.take()?;
        Ok(Check {
            name: self.name,
            expression: expression.unwrap_or_default(),
            no_inherit,
            not_valid: self.not_valid,
            comment: self.comment,
        })
    }

    pub(super) fn foreign_key(self, mut fields: Fields<'_>) -> Result<ForeignKey, Failure> {
        let _no_inherit: bool = fields.take()?;
        let _expression: Option<&str> = fields.take()?;
        let columns: Option<Vec<String>> = fields.take()?;
        let referenced_table = fields.name()?;
        let referenced_columns: Option<Vec<String>> = fields.take()?;
        let on_delete = action(fields.letter()?);
        let on_update = action(fields.letter()?);
        let on_delete_columns: Option<Vec<String>> = fields.take()?;
        Ok(ForeignKey {
            name: self.name,
            columns: columns.unwrap_or_default(),
            referenced_table,
            referenced_columns: referenced_columns.unwrap_or_default(),
            on_delete,
            on_update,
            on_delete_columns: on_delete_columns.unwrap_or_default(),
            match_full: fields.take()?,
            deferral: self.deferral,
            not_valid: self.not_valid,
            comment: self.comment,
        })
    }

    /// Gives the table a constraint that rests on an index.
    pub(super) fn add_to(self, table: &mut Table, built: BuiltIndex) {
        let BuiltIndex {
            index, operators, ..
        } = built;
        match self.kind {
            'x' => table.exclusions.push(Exclusion {
                name: self.name,
                method: index.method,
                elements: index
                    .keys
                    .into_iter()
                    .zip(operators)
                    .map(|(key, operator)| ExclusionElement { key, operator })
                    .collect(),
                predicate: index.predicate,
                deferral: self.deferral,
                comment: self.comment,
            }),
            'p' => {
                table.primary_key = Some(PrimaryKey {
                    name: self.name,
                    columns: column_names(index.keys),
                    include: index.include,
                    deferral: self.deferral,
                    comment: self.comment,
                });
            }
            _ => table.unique_keys.push(UniqueKey {
                name: self.name,
                columns: column_names(index.keys),
                include: index.include,
                nulls_not_distinct: index.nulls_not_distinct,
                deferral: self.deferral,
                comment: self.comment,
            }),
        }
    }
}

fn action(letter: char) -> ForeignKeyAction {
    match letter {
        'r' => ForeignKeyAction::Restrict,
        'c' => ForeignKeyAction::Cascade,
        'n' => ForeignKeyAction::SetNull,
        'd' => ForeignKeyAction::SetDefault,
        _ => ForeignKeyAction::NoAction,
    }
}

fn column_names(keys: Vec<IndexKey>) -> Vec<String> {
    keys.into_iter()
        .filter_map(|key| match key.on {
            IndexOn::Column(name) => Some(name),
            IndexOn::Expression(_) => None,
        })
        .collect()
}

/// Indexes, by oid.
pub(super) struct Indexes(HashMap<u32, BuiltIndex>);

/// An index and what is known of it beyond the Catalog.
pub(super) struct BuiltIndex {
    /// The oid of the table or view that it is on.
    pub(super) relation: u32,
    pub(super) index: Index,
    /// Of an exclusion constraint: one for each key.
    operators: Vec<String>,
}

impl Indexes {
    pub(super) fn read(rows: &[Row], keys: &[Row], lookup: &Lookup) -> Result<Self, Failure> {
        let mut indexes = HashMap::new();
        for row in rows {
            let mut fields = Fields::of(row);
            let oid: u32 = fields.take()?;
            let built = BuiltIndex {
                relation: fields.take()?,
                index: Index {
                    name: fields.take()?,
                    unique: fields.take()?,
                    method: fields.take()?,
                    keys: Vec::new(),
                    include: Vec::new(),
                    predicate: fields.take()?,
                    nulls_not_distinct: fields.take()?,
                    comment: lookup.comments.on(PG_CLASS, oid),
                },
                operators: Vec::new(),
            };
            indexes.insert(oid, built);
        }
        for row in keys {
            let mut fields = Fields::of(row);
            if let Some(built) = indexes.get_mut(&fields.take()?) {
                built.add_key(fields)?;
            }
        }
        Ok(Self(indexes))
    }

    /// The index that a constraint rests on, which is then no index of its own.
    pub(super) fn take(&mut self, oid: u32) -> Option<BuiltIndex> {
        self.0.remove(&oid)
    }

    /// The indexes that no constraint has taken.
    pub(super) fn into_rest(self) -> impl Iterator<Item = BuiltIndex> {
        self.0.into_values()
    }
}

impl BuiltIndex {
    fn add_key(&mut self, mut fields: Fields<'_>) -> Result<(), Failure> {
        let included: bool = fields.take()?;
        let column: Option<String> = fields.take()?;
        let expression: Option<String> = fields.take()?;
        if included {
            self.index.include.extend(column);
            return Ok(());
        }
        // `indoption`: bit 0 is DESC, bit 1 is NULLS FIRST.
        let option: Option<i16> = fields.take()?;
        let option = option.unwrap_or(0);
        self.index.keys.push(IndexKey {
            on: match column {
                Some(column) => IndexOn::Column(column),
                None => IndexOn::Expression(expression.unwrap_or_default()),
            },
            descending: option & 1 != 0,
            nulls_first: option & 2 != 0,
            operator_class: fields.optional_name()?.map(operator_class),
            collation: fields.optional_name()?,
        });
        let operator: Option<String> = fields.take()?;
        self.operators.extend(operator);
        Ok(())
    }
}

fn operator_class(name: QualifiedName) -> String {
    if name.schema == "pg_catalog" {
        name.name
    } else {
        name.to_string()
    }
}
