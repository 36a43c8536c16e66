//! Tables, views, composite types and domains, which several queries tell of.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::constraints::{Constraint, Indexes};
use super::problem::Failure;
use super::rows::{Fields, Lookup, PG_CLASS, PG_CONSTRAINT, PG_TYPE};
use crate::catalog::{
    Attribute, Catalog, Column, Composite, Domain, Generated, Identity, Table, TableKind, View,
};

/// What has parts that come with later queries, by oid.
///
/// A part whose whole is not here belongs to something that is left out (an extension's table).
#[derive(Default)]
pub(super) struct Relations {
    domains: HashMap<u32, Domain>,
    composites: HashMap<u32, Composite>,
    tables: HashMap<u32, Table>,
    views: HashMap<u32, View>,
}

impl Relations {
    pub(super) fn add_domains(&mut self, rows: &[Row], lookup: &Lookup) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let domain = Domain {
                name: fields.name()?,
                base: fields.type_ref(lookup)?,
                not_null: fields.take()?,
                default: fields.take()?,
                checks: Vec::new(),
                comment: lookup.comments.on(PG_TYPE, oid),
            };
            self.domains.insert(oid, domain);
        }
        Ok(())
    }

    pub(super) fn add_composites(&mut self, rows: &[Row], lookup: &Lookup) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let ty = fields.take()?;
            let composite = Composite {
                name: fields.name()?,
                attributes: Vec::new(),
                comment: lookup.comments.on(PG_TYPE, ty),
            };
            self.composites.insert(oid, composite);
        }
        Ok(())
    }

    pub(super) fn add_tables(&mut self, rows: &[Row], lookup: &Lookup) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let table = Table {
                name: fields.name()?,
                kind: match fields.letter()? {
                    'p' => TableKind::Partitioned,
                    'f' => TableKind::Foreign,
                    _ => TableKind::Ordinary,
                },
                unlogged: fields.take()?,
                partition_key: fields.take()?,
                partition_of: None,
                partition_bound: fields.take()?,
                inherits: Vec::new(),
                columns: Vec::new(),
                primary_key: None,
                unique_keys: Vec::new(),
                foreign_keys: Vec::new(),
                checks: Vec::new(),
                exclusions: Vec::new(),
                indexes: Vec::new(),
                comment: lookup.comments.on(PG_CLASS, oid),
            };
            self.tables.insert(oid, table);
        }
        Ok(())
    }

    pub(super) fn add_parents(&mut self, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let Some(table) = self.tables.get_mut(&fields.take()?) else {
                continue;
            };
            let partition: bool = fields.take()?;
            let parent = fields.name()?;
            if partition {
                table.partition_of = Some(parent);
            } else {
                table.inherits.push(parent);
            }
        }
        Ok(())
    }

    pub(super) fn add_views(&mut self, rows: &[Row], lookup: &Lookup) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let name = fields.name()?;
            let materialized = fields.take()?;
            let definition: &str = fields.take()?;
            let view = View {
                name,
                materialized,
                columns: Vec::new(),
                definition: definition.trim().trim_end_matches(';').to_owned(),
                indexes: Vec::new(),
                comment: lookup.comments.on(PG_CLASS, oid),
            };
            self.views.insert(oid, view);
        }
        Ok(())
    }

    pub(super) fn add_columns(&mut self, rows: &[Row], lookup: &Lookup) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid: u32 = fields.take()?;
            let comment = lookup.comments.on_column(oid, fields.take()?);
            if let Some(table) = self.tables.get_mut(&oid) {
                push_column(&mut table.columns, fields, comment, lookup)?;
            } else if let Some(view) = self.views.get_mut(&oid) {
                push_column(&mut view.columns, fields, comment, lookup)?;
            } else if let Some(composite) = self.composites.get_mut(&oid) {
                let column = column(fields, lookup)?;
                composite.attributes.push(Attribute {
                    name: column.name,
                    ty: column.ty,
                    comment,
                });
            }
        }
        Ok(())
    }

    pub(super) fn add_constraints(
        &mut self,
        rows: &[Row],
        indexes: &mut Indexes,
        lookup: &Lookup,
    ) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let relation: u32 = fields.take()?;
            let domain: u32 = fields.take()?;
            let constraint = Constraint::read(&mut fields, lookup.comments.on(PG_CONSTRAINT, oid))?;
            if let Some(domain) = self.domains.get_mut(&domain) {
                domain.checks.push(constraint.check(fields)?);
            } else if let Some(table) = self.tables.get_mut(&relation) {
                match constraint.kind {
                    'c' => table.checks.push(constraint.check(fields)?),
                    'f' => table.foreign_keys.push(constraint.foreign_key(fields)?),
                    _ => {
                        if let Some(index) = indexes.take(constraint.index) {
                            constraint.add_to(table, index);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the indexes that no constraint has taken.
    pub(super) fn add_indexes(&mut self, indexes: Indexes) {
        for built in indexes.into_rest() {
            if let Some(table) = self.tables.get_mut(&built.relation) {
                table.indexes.push(built.index);
            } else if let Some(view) = self.views.get_mut(&built.relation) {
                view.indexes.push(built.index);
            }
        }
    }

    pub(super) fn into_catalog(self) -> Catalog {
        Catalog {
            domains: self.domains.into_values().collect(),
            composites: self.composites.into_values().collect(),
            tables: self.tables.into_values().collect(),
            views: self.views.into_values().collect(),
            ..Catalog::default()
        }
    }
}

/// Adds a column behind the others. Dropped columns leave no gap in the positions.
fn push_column(
    columns: &mut Vec<Column>,
    fields: Fields<'_>,
    comment: Option<String>,
    lookup: &Lookup,
) -> Result<(), Failure> {
    let column = column(fields, lookup)?;
    columns.push(Column {
        position: u32::try_from(columns.len() + 1).unwrap_or(u32::MAX),
        comment,
        ..column
    });
    Ok(())
}

fn column(mut fields: Fields<'_>, lookup: &Lookup) -> Result<Column, Failure> {
    let name = fields.take()?;
    let ty = fields.type_ref(lookup)?;
    let not_null: bool = fields.take()?;
    let expression: Option<String> = fields.take()?;
    let identity = match fields.letter()? {
        'a' => Some(Identity::Always),
        'd' => Some(Identity::ByDefault),
        _ => None,
    };
    let stored = match fields.letter()? {
        's' => Some(true),
        'v' => Some(false),
        _ => None,
    };
    let (default, generated) = match (expression, stored) {
        (Some(expression), Some(stored)) => (None, Some(Generated { expression, stored })),
        (expression, _) => (expression, None),
    };
    Ok(Column {
        name,
        position: 0,
        ty,
        nullable: !not_null,
        default,
        identity,
        generated,
        collation: fields.optional_name()?,
        comment: None,
    })
}
