//! `LIKE` in `CREATE TABLE`: a copy of another table's columns and of what belongs to them.

use crate::catalog::{Attribute, QualifiedName, TypeRef};

use super::column::{NewColumn, plain_column};
use super::constraint::{Kind, NewConstraint};
use super::cursor::{Cursor, Ident, Name, Result};
use super::index::Element;
use super::naming;
use super::sequence::{ColumnSequence, SequenceOptions};
use super::state::{Relation, State, Type};

/// A `LIKE` clause.
#[derive(Debug, Clone)]
pub(super) struct Like {
    source: QualifiedName,
    composite: Option<Vec<Attribute>>,
    comments: bool,
    constraints: bool,
    defaults: bool,
    generated: bool,
    identity: bool,
    indexes: bool,
    span: std::ops::Range<usize>,
}

/// Reads `LIKE table [INCLUDING … | EXCLUDING …]*`.
pub(super) fn parse_like(state: &State, cursor: &mut Cursor<'_>) -> Result<Like> {
    let position = cursor.position();
    cursor.expect("like")?;
    let name = cursor.name()?;
    let composite = match state.find_type(&name) {
        Some((_, Type::Composite(at))) => state
            .catalog
            .composites
            .get(at)
            .map(|ty| ty.attributes.clone()),
        _ => None,
    };
    let source = match state.find_relation(&name) {
        Some((found, Relation::Table(_) | Relation::View(_) | Relation::Composite)) => found,
        _ => state.need_table(cursor, &name)?,
    };
    let mut like = Like {
        source,
        composite,
        comments: false,
        constraints: false,
        defaults: false,
        generated: false,
        identity: false,
        indexes: false,
        span: 0..0,
    };
    loop {
        let including = cursor.accept("including");
        if !including && !cursor.accept("excluding") {
            break;
        }
        let what = cursor.label()?;
        let flags: &mut [&mut bool] = match what.name.as_str() {
            "comments" => &mut [&mut like.comments],
            "constraints" => &mut [&mut like.constraints],
            "defaults" => &mut [&mut like.defaults],
            "generated" => &mut [&mut like.generated],
            "identity" => &mut [&mut like.identity],
            "indexes" => &mut [&mut like.indexes],
            "compression" | "statistics" | "storage" => &mut [],
            "all" => &mut [
                &mut like.comments,
                &mut like.constraints,
                &mut like.defaults,
                &mut like.generated,
                &mut like.identity,
                &mut like.indexes,
            ],
            _ => {
                return Err(cursor
                    .error_at(what.span, format!("`{}` can't be included", what.name))
                    .help("what can be: `DEFAULTS`, `CONSTRAINTS`, `INDEXES`, `IDENTITY`, `GENERATED`, `COMMENTS`, `ALL`"));
            }
        };
        for flag in flags {
            **flag = including;
        }
    }
    like.span = cursor.span_from(position);
    Ok(like)
}

impl Like {
    fn ident(&self, name: &str) -> Ident {
        Ident {
            name: name.to_owned(),
            span: self.span.clone(),
        }
    }

    /// The copies of the columns.
    pub fn columns(&self, state: &State) -> Vec<NewColumn> {
        if let Some(attributes) = &self.composite {
            return attributes
                .iter()
                .map(|attribute| NewColumn {
                    ident: self.ident(&attribute.name),
                    column: plain_column(&attribute.name, attribute.ty.clone()),
                    constraints: Vec::new(),
                    sequence: None,
                    says_default: false,
                })
                .collect();
        }
        let columns = state.columns(&self.source).unwrap_or_default();
        columns
            .iter()
            .map(|column| {
                let mut copy = column.clone();
                if !self.comments {
                    copy.comment = None;
                }
                if !self.defaults {
                    copy.default = None;
                }
                if !self.generated {
                    copy.generated = None;
                }
                let sequence =
                    copy.identity
                        .filter(|_| self.identity)
                        .map(|identity| ColumnSequence {
                            column: copy.name.clone(),
                            options: self.sequence_options(state, &copy.name),
                            ty: copy.ty.clone(),
                            identity: Some(identity),
                        });
                if sequence.is_none() {
                    copy.identity = None;
                }
                NewColumn {
                    ident: self.ident(&column.name),
                    column: copy,
                    constraints: Vec::new(),
                    sequence,
                    says_default: false,
                }
            })
            .collect()
    }

    /// The options of the sequence inside the source's identity column.
    fn sequence_options(&self, state: &State, column: &str) -> SequenceOptions {
        let sequence = state.catalog.sequences.iter().find(|sequence| {
            sequence.owned_by.as_ref().is_some_and(|owner| {
                owner.identity && owner.table == self.source && owner.column == column
            })
        });
        match sequence {
            Some(sequence) => SequenceOptions {
                // It is of the default type, whatever the column's is (`transformTableLikeClause`).
                ty: Some(TypeRef::builtin("int8")),
                start: Some(sequence.start),
                increment: Some(sequence.increment),
                min: Some(Some(sequence.min)),
                max: Some(Some(sequence.max)),
                cache: Some(sequence.cache),
                cycle: Some(sequence.cycle),
                ..SequenceOptions::default()
            },
            None => SequenceOptions::default(),
        }
    }

    /// Copies the source's checks, keys and indexes, as far as that is asked. The copies of keys and
    /// indexes get names of their own.
    pub fn add_constraints(&self, state: &mut State, cursor: &Cursor<'_>, table: &QualifiedName) {
        let Some(source) = state.table(&self.source).cloned() else {
            return;
        };
        let comment = |comment: &Option<String>| comment.clone().filter(|_| self.comments);
        let mut constraints: Vec<NewConstraint> = Vec::new();
        if self.constraints {
            for check in &source.checks {
                let expression = check.expression.clone();
                let mut copy = NewConstraint::new(Kind::Check { expression }, self.span.clone());
                copy.name = Some(self.ident(&check.name));
                copy.no_inherit = check.no_inherit;
                copy.comment = comment(&check.comment);
                constraints.push(copy);
            }
        }
        // A key's comment is not its index's, and only indexes are copied.
        let index_columns = |name: &str| {
            let index = QualifiedName::new(&self.source.schema, name);
            state.index_columns.get(&index).cloned()
        };
        let mut add = |name: &str, kind, deferral| {
            let mut copy = NewConstraint::new(kind, self.span.clone());
            copy.index_columns = index_columns(name);
            copy.deferral = deferral;
            constraints.push(copy);
        };
        let idents = |names: &[String]| names.iter().map(|name| self.ident(name)).collect();
        if self.indexes {
            if let Some(key) = &source.primary_key {
                let kind = Kind::Key {
                    primary: true,
                    columns: idents(&key.columns),
                    include: idents(&key.include),
                    nulls_not_distinct: false,
                };
                add(&key.name, kind, key.deferral);
            }
            for key in &source.unique_keys {
                let kind = Kind::Key {
                    primary: false,
                    columns: idents(&key.columns),
                    include: idents(&key.include),
                    nulls_not_distinct: key.nulls_not_distinct,
                };
                add(&key.name, kind, key.deferral);
            }
            for exclusion in &source.exclusions {
                let elements = exclusion.elements.iter().map(|element| {
                    let key = Element {
                        on: element.key.on.clone(),
                        descending: element.key.descending,
                        nulls_first: element.key.nulls_first,
                        operator_class: element.key.operator_class.as_deref().map(class_name),
                        collation: None,
                        span: self.span.clone(),
                    };
                    (key, element.operator.clone())
                });
                let kind = Kind::Exclusion {
                    method: exclusion.method.clone(),
                    elements: elements.collect(),
                    include: Vec::new(),
                    predicate: exclusion.predicate.clone(),
                };
                add(&exclusion.name, kind, exclusion.deferral);
            }
        }
        state.add_constraints(cursor, table, constraints, true);
        if !self.indexes {
            return;
        }
        for index in &source.indexes {
            let source = QualifiedName::new(&self.source.schema, &index.name);
            let columns = match state.index_columns.get(&source) {
                Some(columns) => columns.clone(),
                None => naming::index_column_names(&index.keys, &index.include),
            };
            let addition = naming::addition(columns.iter().map(String::as_str));
            let name = state.choose_relation_name(
                &table.schema,
                &table.name,
                Some(&addition),
                "idx",
                false,
            );
            let mut copy = index.clone();
            copy.name = name;
            copy.comment = comment(&index.comment);
            state.add_index(table, copy, true);
        }
    }
}

/// An operator class as the Catalog has it, as a name.
fn class_name(class: &str) -> Name {
    let (schema, name) = match class.split_once('.') {
        Some((schema, name)) => (Some(schema.to_owned()), name),
        None => (None, class),
    };
    Name {
        schema,
        name: name.to_owned(),
        span: 0..0,
    }
}
