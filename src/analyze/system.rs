//! The tables and views that every database has: those of `pg_catalog` and `information_schema`.
//!
//! `system.txt` lists their columns, as PostgreSQL 18 has them and, behind those, as older versions have
//! them; `system.sql` says how it is made.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use super::names::{Names, Relation, RelationColumn, UserKind};
use super::types::{Base, INT4, NAME, TIMESTAMPTZ, Type, VARCHAR};
use crate::catalog::{QualifiedName, TypeRef};

pub(super) const CATALOG: &str = "pg_catalog";
const INFORMATION_SCHEMA: &str = "information_schema";

/// The domains that the information schema's columns are of: the type below and its modifier.
const DOMAINS: [(&str, Base, Option<&str>); 5] = [
    ("cardinal_number", INT4.scalar(), None),
    ("character_data", VARCHAR.scalar(), None),
    ("sql_identifier", NAME.scalar(), None),
    ("time_stamp", TIMESTAMPTZ.scalar(), Some("2")),
    ("yes_or_no", VARCHAR.scalar(), Some("3")),
];

/// The columns by the name of their relation, in which `information_schema.` is written.
fn relations() -> &'static HashMap<&'static str, &'static str> {
    static RELATIONS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    RELATIONS.get_or_init(|| {
        let lines = include_str!("system.txt").lines();
        lines.filter_map(|line| line.split_once(' ')).collect()
    })
}

/// The relation of that name. Without a schema it is one of `pg_catalog`, which is searched first.
fn find(schema: Option<&str>, name: &str) -> Option<(&'static str, &'static str)> {
    match schema {
        None | Some(CATALOG) => Some((CATALOG, relations().get(name)?)),
        Some(INFORMATION_SCHEMA) => {
            let name = format!("{INFORMATION_SCHEMA}.{name}");
            Some((INFORMATION_SCHEMA, relations().get(name.as_str())?))
        }
        Some(_) => None,
    }
}

/// The type of the rows of a relation that every database has.
pub(crate) fn row_type(schema: Option<&str>, name: &str) -> Option<QualifiedName> {
    let (schema, _) = find(schema, name)?;
    Some(QualifiedName::new(schema, name))
}

/// Declares the types of the information schema's columns.
pub(super) fn declare_types(names: &Names) {
    for (name, base, modifier) in DOMAINS {
        let modifier = modifier.map(Rc::from);
        let name = QualifiedName::new(INFORMATION_SCHEMA, name);
        names.declare(&name, UserKind::Domain(Type { base, modifier }));
    }
}

/// Whether a type is a domain over text with a collation of its own, `C`.
pub(super) fn is_collated(name: &QualifiedName) -> bool {
    name.schema == INFORMATION_SCHEMA
        && matches!(name.name.as_str(), "character_data" | "yes_or_no")
}

/// A column as it is listed.
struct ListedColumn {
    name: &'static str,
    ty: TypeRef,
    nullable: bool,
    collation: Option<&'static str>,
}

/// Reads `name:type`, perhaps with a `/collation` and a `!`.
fn listed(column: &'static str) -> Option<ListedColumn> {
    let (name, ty) = column.split_once(':')?;
    let (ty, nullable) = match ty.strip_suffix('!') {
        Some(ty) => (ty, false),
        None => (ty, true),
    };
    let (ty, collation) = match ty.split_once('/') {
        Some((ty, collation)) => (ty, Some(collation)),
        None => (ty, None),
    };
    let (ty, array) = match ty.strip_suffix("[]") {
        Some(ty) => (ty, true),
        None => (ty, false),
    };
    let (schema, ty) = ty.split_once('.').unwrap_or((CATALOG, ty));
    let ty = TypeRef {
        schema: schema.into(),
        name: ty.into(),
        modifier: None,
        array,
    };
    Some(ListedColumn {
        name,
        ty,
        nullable,
        collation,
    })
}

/// The type of a column of a relation that every database has.
pub(crate) fn column_type(schema: Option<&str>, relation: &str, column: &str) -> Option<TypeRef> {
    let (_, columns) = find(schema, relation)?;
    let mut columns = columns.split(' ').filter_map(listed);
    Some(columns.find(|listed| listed.name == column)?.ty)
}

/// The relation of that name, with its columns.
pub(super) fn relation(names: &Names, schema: Option<&str>, name: &str) -> Option<Relation> {
    let (schema, columns) = find(schema, name)?;
    let columns = columns.split(' ').filter_map(listed);
    let columns = columns.map(|column| RelationColumn {
        name: Rc::from(column.name),
        ty: names.type_of(&column.ty),
        nullable: column.nullable,
        collation: column
            .collation
            .map(|name| Rc::new(QualifiedName::new(CATALOG, name))),
    });
    Some(Relation {
        name: Rc::new(QualifiedName::new(schema, name)),
        columns: columns.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn all_columns_have_a_known_type() {
        let names = Names::new(&Catalog::default());
        for (name, columns) in relations() {
            let (schema, name) = name.split_once('.').unwrap_or((CATALOG, name));
            let found = relation(&names, Some(schema), name).unwrap();
            assert_eq!(found.columns.len(), columns.split(' ').count());
            for column in found.columns.iter() {
                let kind = names.user_kind(column.ty.base.id);
                assert!(
                    !matches!(kind.as_deref(), Some(UserKind::Foreign)),
                    "{name}.{}: {:?}",
                    column.name,
                    names.reference(&column.ty)
                );
            }
        }
    }
}
