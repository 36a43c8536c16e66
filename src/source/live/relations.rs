//! Tables, views, composite types and domains, which several queries tell of.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Types};
use crate::catalog::{
    Attribute, Catalog, Check, Column, Composite, Deferral, Domain, Exclusion, ExclusionElement,
    ForeignKey, ForeignKeyAction, Generated, Identity, Index, IndexKey, IndexOn, PrimaryKey,
    QualifiedName, Table, TableKind, UniqueKey, View,
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
    pub(super) fn add_domains(&mut self, rows: &[Row], types: &Types) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let domain = Domain {
                name: fields.name()?,
                base: fields.type_ref(types)?,
                not_null: fields.take()?,
                default: fields.take()?,
                checks: Vec::new(),
                comment: fields.take()?,
            };
            self.domains.insert(oid, domain);
        }
        Ok(())
    }

    pub(super) fn add_composites(&mut self, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid = fields.take()?;
            let composite = Composite {
                name: fields.name()?,
                attributes: Vec::new(),
                comment: fields.take()?,
            };
            self.composites.insert(oid, composite);
        }
        Ok(())
    }

    pub(super) fn add_tables(&mut self, rows: &[Row]) -> Result<(), Failure> {
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
                inherits: Vec::new(),
                columns: Vec::new(),
                primary_key: None,
                unique_keys: Vec::new(),
                foreign_keys: Vec::new(),
                checks: Vec::new(),
                exclusions: Vec::new(),
                indexes: Vec::new(),
                comment: fields.take()?,
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

    pub(super) fn add_views(&mut self, rows: &[Row]) -> Result<(), Failure> {
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
                comment: fields.take()?,
            };
            self.views.insert(oid, view);
        }
        Ok(())
    }

    pub(super) fn add_columns(&mut self, rows: &[Row], types: &Types) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let oid: u32 = fields.take()?;
            if let Some(table) = self.tables.get_mut(&oid) {
                push_column(&mut table.columns, fields, types)?;
            } else if let Some(view) = self.views.get_mut(&oid) {
                push_column(&mut view.columns, fields, types)?;
            } else if let Some(composite) = self.composites.get_mut(&oid) {
                let column = column(fields, types)?;
                composite.attributes.push(Attribute {
                    name: column.name,
                    ty: column.ty,
                    comment: column.comment,
                });
            }
        }
        Ok(())
    }

    pub(super) fn add_constraints(
        &mut self,
        rows: &[Row],
        indexes: &mut Indexes,
    ) -> Result<(), Failure> {
        for row in rows {
            let mut fields = Fields::of(row);
            let relation: u32 = fields.take()?;
            let domain: u32 = fields.take()?;
            let constraint = Constraint::read(&mut fields)?;
            if let Some(domain) = self.domains.get_mut(&domain) {
                domain.checks.push(constraint.check(fields)?);
            } else if let Some(table) = self.tables.get_mut(&relation) {
                match constraint.kind {
                    'c' => table.checks.push(constraint.check(fields)?),
                    'f' => table.foreign_keys.push(constraint.foreign_key(fields)?),
                    _ => {
                        if let Some(index) = indexes.0.remove(&constraint.index) {
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
        for built in indexes.0.into_values() {
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
    types: &Types,
) -> Result<(), Failure> {
    let column = column(fields, types)?;
    columns.push(Column {
        position: u32::try_from(columns.len() + 1).unwrap_or(u32::MAX),
        ..column
    });
    Ok(())
}

fn column(mut fields: Fields<'_>, types: &Types) -> Result<Column, Failure> {
    let name = fields.take()?;
    let ty = fields.type_ref(types)?;
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
        comment: fields.take()?,
    })
}

/// What all sorts of constraints have.
struct Constraint {
    name: String,
    kind: char,
    index: u32,
    deferral: Deferral,
    not_valid: bool,
    comment: Option<String>,
}

impl Constraint {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Failure> {
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
            comment: fields.take()?,
        })
    }

    fn check(self, mut fields: Fields<'_>) -> Result<Check, Failure> {
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

    fn foreign_key(self, mut fields: Fields<'_>) -> Result<ForeignKey, Failure> {
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
    fn add_to(self, table: &mut Table, built: BuiltIndex) {
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

/// Indexes, by oid: first all, later those that no constraint has taken.
pub(super) struct Indexes(HashMap<u32, BuiltIndex>);

struct BuiltIndex {
    /// The oid of the table or view that it is on.
    relation: u32,
    index: Index,
    /// Of an exclusion constraint: one for each key.
    operators: Vec<String>,
}

impl Indexes {
    pub(super) fn read(rows: &[Row], keys: &[Row]) -> Result<Self, Failure> {
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
                    comment: fields.take()?,
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
