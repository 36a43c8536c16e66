//! What names mean at a place in a query.

use std::rc::Rc;

use super::names::Relation;
use super::tree::{Collation, Kind, Node, OutputColumn};
use super::types::{CID, OID, RECORD, TID, Type, XID};
use crate::catalog::QualifiedName;

/// A table, view, subquery or function in `FROM`, with the name its columns are qualified with.
#[derive(Debug, Clone)]
pub(super) struct Range {
    /// The name as the query has it.
    pub alias: Rc<str>,
    /// A table's schema, when it has no alias: `public.users.id` is then allowed.
    pub schema: Option<Rc<str>>,
    pub columns: Vec<(Rc<str>, Node)>,
    /// The type of a whole row.
    pub row: Option<Type>,
    /// The name in the normal form, which is unique.
    pub shown: Rc<str>,
}

/// What `FROM`, or a part of it, offers.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub ranges: Vec<Range>,
    /// What can be named without qualification, in the order of `*`.
    pub columns: Vec<(Rc<str>, Node)>,
    /// The type of `VALUE`, in a domain's check.
    pub value: Option<Type>,
}

/// What a name was found to be.
pub(super) enum Found {
    Node(Node),
    Ambiguous,
    Nothing,
}

impl Scope {
    /// The columns of one table, named without qualification.
    pub fn of_table(relation: &Relation) -> Self {
        let columns: Vec<(Rc<str>, Node)> = relation
            .columns
            .iter()
            .map(|column| {
                let mut node = Node::new(
                    Kind::Column {
                        range: None,
                        name: Rc::clone(&column.name),
                    },
                    column.ty.clone(),
                    column.nullable,
                );
                if let Some(collation) = &column.collation {
                    node.collation = Collation::Implicit(Rc::clone(collation));
                }
                (Rc::clone(&column.name), node)
            })
            .collect();
        let alias: Rc<str> = Rc::from(relation.name.name.as_str());
        Self {
            ranges: vec![Range {
                alias: Rc::clone(&alias),
                schema: Some(Rc::from(relation.name.schema.as_str())),
                columns: columns.clone(),
                row: None,
                shown: alias,
            }],
            columns,
            value: None,
        }
    }

    /// The arguments of a function, each named with the function's name before it when it is printed, as a
    /// column of the same name would win over the bare name.
    pub fn of_arguments(function: &QualifiedName, arguments: &[(Rc<str>, Type)]) -> Self {
        let alias: Rc<str> = Rc::from(function.name.as_str());
        let columns = arguments.iter().map(|(name, ty)| {
            let kind = Kind::Column {
                range: Some(Rc::clone(&alias)),
                name: Rc::clone(name),
            };
            (Rc::clone(name), Node::new(kind, ty.clone(), true))
        });
        let columns: Vec<(Rc<str>, Node)> = columns.collect();
        Self {
            ranges: vec![Range {
                alias: Rc::clone(&alias),
                schema: None,
                columns: columns.clone(),
                row: None,
                shown: alias,
            }],
            columns,
            value: None,
        }
    }

    /// A range with all its columns.
    pub fn of_range(range: Range) -> Self {
        Self {
            columns: range.columns.clone(),
            ranges: vec![range],
            ..Self::default()
        }
    }

    /// Everything may be NULL: this is the far side of an outer join.
    pub fn make_nullable(&mut self) {
        let ranges = self.ranges.iter_mut().flat_map(|range| &mut range.columns);
        for (_, node) in ranges.chain(&mut self.columns) {
            node.nullable = true;
        }
    }

    /// Both side by side.
    pub fn append(&mut self, other: Scope) {
        self.ranges.extend(other.ranges);
        self.columns.extend(other.columns);
    }

    /// A column by its bare name.
    pub fn column(&self, name: &str) -> Found {
        match find(&self.columns, name) {
            Found::Nothing => {}
            found => return found,
        }
        let mut system = self.ranges.iter().filter_map(|it| it.system_column(name));
        match (system.next(), system.next()) {
            (Some(node), None) => Found::Node(node),
            (Some(_), Some(_)) => Found::Ambiguous,
            (None, _) => Found::Nothing,
        }
    }

    /// A range by its name.
    pub fn range(&self, schema: Option<&str>, alias: &str) -> Option<&Range> {
        self.ranges.iter().find(|range| {
            &*range.alias == alias
                && schema.is_none_or(|schema| range.schema.as_deref() == Some(schema))
        })
    }
}

impl Range {
    /// The columns that a query yields, as columns of this range; `written` is how they are written, where
    /// that is not how they are called.
    pub fn new(
        alias: &Rc<str>,
        shown: &Rc<str>,
        columns: &[OutputColumn],
        written: &[Rc<str>],
    ) -> Self {
        Self {
            alias: Rc::clone(alias),
            schema: None,
            columns: columns
                .iter()
                .enumerate()
                .map(|(at, column)| {
                    let node = Node {
                        kind: Kind::Column {
                            range: Some(Rc::clone(shown)),
                            name: Rc::clone(written.get(at).unwrap_or(&column.name)),
                        },
                        ty: column.ty.clone(),
                        nullable: column.nullable,
                        collation: column.collation.clone(),
                    };
                    (Rc::clone(&column.name), node)
                })
                .collect(),
            row: None,
            shown: Rc::clone(shown),
        }
    }

    pub fn column(&self, name: &str) -> Found {
        match find(&self.columns, name) {
            Found::Nothing => self.system_column(name).map_or(Found::Nothing, Found::Node),
            found => found,
        }
    }

    /// A column that every table has (manual, section 5.6).
    fn system_column(&self, name: &str) -> Option<Node> {
        self.row.as_ref()?;
        let ty = match name {
            "tableoid" => OID,
            "ctid" => TID,
            "xmin" | "xmax" => XID,
            "cmin" | "cmax" => CID,
            _ => return None,
        };
        let kind = Kind::Column {
            range: Some(Rc::clone(&self.shown)),
            name: Rc::from(name),
        };
        Some(Node::new(kind, ty.plain(), true))
    }

    /// All columns as one value.
    pub fn whole_row(&self) -> Node {
        let ty = self.row.clone().unwrap_or(RECORD.plain());
        Node::new(Kind::WholeRow(Rc::clone(&self.shown)), ty, true)
    }
}

fn find(columns: &[(Rc<str>, Node)], name: &str) -> Found {
    let mut found = columns.iter().filter(|(column, _)| &**column == name);
    match (found.next(), found.next()) {
        (Some((_, node)), None) => Found::Node(node.clone()),
        (Some(_), Some(_)) => Found::Ambiguous,
        (None, _) => Found::Nothing,
    }
}
