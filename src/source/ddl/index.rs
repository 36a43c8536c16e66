//! Indexes: `CREATE INDEX`, and the elements of an index's key.

use std::ops::Range;

use crate::catalog::{Column, Index, IndexKey, IndexOn, QualifiedName};

use super::builtin;
use super::column::column_collation;
use super::constraint::{include, nulls_not_distinct, parse_index_keys};
use super::cursor::{Cursor, Name, Result};
use super::extensions;
use super::naming;
use super::state::{Named, Relation, State};

/// An element of an index's key as it is written.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub on: IndexOn,
    pub descending: bool,
    pub nulls_first: bool,
    pub operator_class: Option<Name>,
    pub collation: Option<Name>,
    pub span: Range<usize>,
}

/// Reads elements with commas between them.
pub(super) fn parse_elements(cursor: &mut Cursor<'_>) -> Result<Vec<Element>> {
    let mut elements = vec![parse_element(cursor)?];
    while cursor.accept_symbol(b',') {
        elements.push(parse_element(cursor)?);
    }
    Ok(elements)
}

/// Reads one element (`index_elem` in `gram.y`).
pub(super) fn parse_element(cursor: &mut Cursor<'_>) -> Result<Element> {
    let position = cursor.position();
    let mut collation = None;
    let on = if cursor.is_symbol(b'(') {
        let text = cursor.parenthesized()?;
        match only_name(cursor, position) {
            // A column in parentheses is the column.
            Some((column, collated)) => {
                collation = collated;
                IndexOn::Column(column)
            }
            None => IndexOn::Expression(text.to_owned()),
        }
    } else {
        let first = match cursor.peek_at(1) {
            // `COALESCE(…)` and the like: functions whose names are keywords.
            Some(next) if next.is_symbol(b'(') => cursor.label()?,
            _ => cursor.ident()?,
        };
        while cursor.accept_symbol(b'.') {
            cursor.label()?;
        }
        if cursor.is_symbol(b'(') {
            cursor.skip_parentheses()?;
            IndexOn::Expression(cursor.text_from(position).to_owned())
        } else {
            IndexOn::Column(first.name)
        }
    };
    let span = cursor.span_from(position);
    if cursor.accept("collate") {
        collation = Some(cursor.name()?);
    }
    let operator_class = if cursor.is_name() && !cursor.is_any(&["asc", "desc", "nulls", "with"]) {
        let class = cursor.name()?;
        if cursor.is_symbol(b'(') {
            cursor.skip_parentheses()?;
        }
        Some(class)
    } else {
        None
    };
    let descending = cursor.accept("desc");
    if !descending {
        cursor.accept("asc");
    }
    let nulls_first = if cursor.accept_all(&["nulls", "first"]) {
        true
    } else if cursor.accept_all(&["nulls", "last"]) {
        false
    } else {
        descending
    };
    Ok(Element {
        on,
        descending,
        nulls_first,
        operator_class,
        collation,
        span,
    })
}

/// The column, with or without a collation, that is all that stands in one or more pairs of parentheses
/// up to the cursor.
fn only_name(cursor: &Cursor<'_>, position: usize) -> Option<(String, Option<Name>)> {
    let mut inside = cursor.tokens().get(position..cursor.position())?;
    while let [open, between @ .., close] = inside
        && open.is_symbol(b'(')
        && close.is_symbol(b')')
    {
        inside = between;
    }
    let mut inside = cursor.within(inside);
    let column = inside.ident().ok()?;
    let collation = match inside.accept("collate") {
        true => Some(inside.name().ok()?),
        false => None,
    };
    inside.at_end().then_some((column.name, collation))
}

impl State {
    /// The key of an index on a table's columns.
    pub fn index_keys(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        method: &str,
        elements: &[Element],
    ) -> Result<Vec<IndexKey>> {
        let columns = self.columns(table).unwrap_or_default();
        elements
            .iter()
            .map(|element| self.index_key(cursor, table, columns, method, element))
            .collect()
    }

    fn index_key(
        &self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        columns: &[Column],
        method: &str,
        element: &Element,
    ) -> Result<IndexKey> {
        let column = match &element.on {
            IndexOn::Expression(_) => None,
            IndexOn::Column(name) => {
                let found = columns.iter().find(|column| column.name == *name);
                if found.is_none() && !is_system_column(name) {
                    return Err(cursor.error_at(
                        element.span.clone(),
                        format!("table `{table}` has no column `{name}`"),
                    ));
                }
                found
            }
        };
        let collation = element.collation.as_ref().and_then(|name| match column {
            Some(column) => column_collation(self, name, &column.ty)
                .filter(|collation| column.collation.as_ref() != Some(collation)),
            None => self.collation(name),
        });
        let on = match &element.on {
            IndexOn::Expression(text) => IndexOn::Expression(self.qualified(text)),
            IndexOn::Column(name) => IndexOn::Column(name.clone()),
        };
        Ok(IndexKey {
            on,
            descending: element.descending,
            nulls_first: element.nulls_first,
            operator_class: element
                .operator_class
                .as_ref()
                .and_then(|class| self.operator_class(method, class)),
            collation,
        })
    }

    /// The operator class of a name, with its schema where it is not PostgreSQL's; `None` for a type's
    /// default.
    pub fn operator_class(&self, method: &str, class: &Name) -> Option<String> {
        let own = self.resolve(class.schema.as_deref(), &class.name, |name| {
            self.operator_classes.get(name).copied()
        });
        if let Some((name, default)) = own {
            return (!default).then(|| name.to_string());
        }
        if builtin::is_default_operator_class(method, &class.name) {
            return None;
        }
        let brought = extensions::bringing_operator_class(method, &class.name)
            .filter_map(|(extension, default)| {
                let mut installed = self.catalog.extensions.iter();
                let extension = installed.find(|installed| installed.name == extension)?;
                Some((extension, default))
            })
            .next();
        match (brought, &class.schema) {
            (Some((_, true)), _) => None,
            (Some((extension, false)), _) => Some(format!("{}.{}", extension.schema, class.name)),
            (None, Some(schema)) if schema != "pg_catalog" => {
                Some(format!("{schema}.{}", class.name))
            }
            (None, _) => Some(class.name.clone()),
        }
    }

    /// The collation of a name; `None` for `"default"`.
    pub fn collation(&self, name: &Name) -> Option<QualifiedName> {
        let found = self.resolve(name.schema.as_deref(), &name.name, |name| {
            self.collations.contains(name).then_some(())
        });
        match found {
            Some((found, ())) => Some(found),
            None if name.name == "default" => None,
            None => Some(QualifiedName::new(
                name.schema.as_deref().unwrap_or("pg_catalog"),
                &name.name,
            )),
        }
    }

    /// Adds an index to a table or materialized view, and to the table's partitions.
    pub fn add_index(&mut self, table: &QualifiedName, index: Index, recurse: bool) {
        let name = QualifiedName::new(&table.schema, &index.name);
        self.index_columns.remove(&name);
        self.relations
            .insert(name.clone(), Relation::Index(table.clone()));
        if recurse {
            self.add_index_to_partitions(table, &name, &index);
        }
        if let Some(indexes) = self.indexes_mut(table) {
            indexes.push(index);
        }
    }
}

/// The columns that every table has (manual, section 5.6).
pub(super) fn is_system_column(name: &str) -> bool {
    matches!(
        name,
        "tableoid" | "ctid" | "xmin" | "xmax" | "cmin" | "cmax"
    )
}

/// `CREATE INDEX`, after these words and `UNIQUE`.
pub(super) fn create_index(state: &mut State, cursor: &mut Cursor<'_>, unique: bool) -> Result<()> {
    cursor.accept("concurrently");
    let if_not_exists = cursor.accept_if_not_exists();
    let name = match cursor.is("on") {
        true => None,
        false => Some(cursor.ident()?),
    };
    cursor.expect("on")?;
    let only = cursor.accept("only");
    let table_name = cursor.name()?;
    let method = match cursor.accept("using") {
        true => cursor.ident()?.name,
        false => "btree".into(),
    };
    // The R-tree became GiST in PostgreSQL 8.2, and `rtree` is still read as that.
    let method = if method == "rtree" {
        "gist".into()
    } else {
        method
    };
    let elements = parse_index_keys(cursor)?;
    let include = include(cursor)?;
    let nulls_not_distinct = nulls_not_distinct(cursor);
    if cursor.accept("with") {
        cursor.skip_parentheses()?;
    }
    if cursor.accept("tablespace") {
        cursor.ident()?;
    }
    let predicate = match cursor.accept("where") {
        true => {
            let position = cursor.position();
            cursor.skip_rest();
            let text = cursor.text_from(position);
            if text.is_empty() {
                return Err(cursor.expected("a condition"));
            }
            Some(state.qualified(text))
        }
        false => None,
    };
    cursor.expect_end()?;
    let table = match state.find_relation(&table_name) {
        Some((found, Relation::Table(_) | Relation::View(_))) => found,
        Some(_) => return state.need_table(cursor, &table_name).map(|_| ()),
        None if state.is_broken(&table_name) => return Ok(()),
        None => return Err(state.missing(cursor, &table_name, "table")),
    };
    let keys = state.index_keys(cursor, &table, &method, &elements)?;
    let include: Vec<String> = include.into_iter().map(|column| column.name).collect();
    let name = match name {
        Some(name) => {
            let full = QualifiedName::new(&table.schema, &name.name);
            if if_not_exists && state.relations.contains_key(&full) {
                return Ok(());
            }
            state.refuse_taken(cursor, &name.span, &full, Named::Relation)?;
            name.name
        }
        None => {
            let columns = naming::index_column_names(&keys, &include);
            let addition = naming::addition(columns.iter().map(String::as_str));
            state.choose_relation_name(&table.schema, &table.name, Some(&addition), "idx", false)
        }
    };
    let index = Index {
        name,
        unique,
        method,
        keys,
        include,
        predicate,
        nulls_not_distinct,
        comment: None,
    };
    state.add_index(&table, index, !only);
    Ok(())
}
