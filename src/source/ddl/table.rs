//! `CREATE TABLE` and `CREATE FOREIGN TABLE`.

use std::collections::HashSet;

use crate::catalog::{Check, Column, QualifiedName, Table, TableKind};

use super::apply::unlike;
use super::column::{NewColumn, parse_column, parse_column_options};
use super::constraint::{Kind, NewConstraint, is_table_constraint, parse_table_constraint};
use super::cursor::{Cursor, Ident, Name, Result};
use super::like::{Like, parse_like};
use super::state::{Named, State, TEMPORARY};

/// What `CREATE TABLE` says of a table before its name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableWords {
    pub temporary: bool,
    pub unlogged: bool,
    pub foreign: bool,
}

/// A table as its statement describes it.
pub(super) struct Draft {
    pub table: Table,
    pub columns: Vec<NewColumn>,
    pub constraints: Vec<NewConstraint>,
    pub likes: Vec<Like>,
    pub parents: Vec<QualifiedName>,
}

/// `CREATE TABLE`, after these words. Its name is kept in mind as broken when it can't be read.
pub(super) fn create_table(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    words: TableWords,
) -> Result<()> {
    let if_not_exists = cursor.accept_if_not_exists();
    let mut name = cursor.name()?;
    if words.temporary {
        name.schema = Some(TEMPORARY.into());
    }
    let result = create_named_table(state, cursor, words, if_not_exists, &name);
    if result.is_err() {
        state.mark_broken(&name);
    }
    result
}

fn create_named_table(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    words: TableWords,
    if_not_exists: bool,
    name: &Name,
) -> Result<()> {
    let full = state.new_name(cursor, name)?;
    if if_not_exists && state.relations.contains_key(&full) {
        return Ok(());
    }
    if let Some(create_as) = super::view::table_as(cursor) {
        state.refuse_taken(cursor, &name.span, &full, Named::RowSource)?;
        return super::view::create_table_as(state, cursor, full, words, create_as);
    }
    state.refuse_taken(cursor, &name.span, &full, Named::RowSource)?;
    let mut draft = Draft::new(full, words);
    if cursor.accept_all(&["partition", "of"]) {
        partition_of(state, cursor, &mut draft)?;
    } else {
        if cursor.accept("of") {
            typed_table(state, cursor, &mut draft)?;
        } else {
            cursor.expect_symbol(b'(')?;
            elements(state, cursor, &mut draft)?;
        }
        if cursor.accept("inherits") {
            parents(state, cursor, &mut draft)?;
        }
    }
    options(state, cursor, &mut draft)?;
    cursor.expect_end()?;
    build(state, cursor, draft)
}

impl Draft {
    pub fn new(name: QualifiedName, words: TableWords) -> Self {
        Self {
            table: Table {
                name,
                kind: match words.foreign {
                    true => TableKind::Foreign,
                    false => TableKind::Ordinary,
                },
                unlogged: words.unlogged,
                partition_key: None,
                partition_of: None,
                partition_bound: None,
                inherits: Vec::new(),
                columns: Vec::new(),
                primary_key: None,
                unique_keys: Vec::new(),
                foreign_keys: Vec::new(),
                checks: Vec::new(),
                exclusions: Vec::new(),
                indexes: Vec::new(),
                comment: None,
            },
            columns: Vec::new(),
            constraints: Vec::new(),
            likes: Vec::new(),
            parents: Vec::new(),
        }
    }
}

/// Columns, constraints and `LIKE` clauses, up to the closing parenthesis.
fn elements(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    if cursor.accept_symbol(b')') {
        return Ok(());
    }
    loop {
        if cursor.is("like") {
            let like = parse_like(state, cursor)?;
            let copies = like.columns(state);
            draft.columns.extend(copies);
            draft.likes.push(like);
        } else if is_table_constraint(cursor) {
            draft.constraints.push(parse_table_constraint(cursor)?);
        } else {
            let column = parse_column(state, cursor)?;
            draft.constraints.extend(column.constraints.iter().cloned());
            draft.columns.push(column);
        }
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    if cursor.accept_symbol(b')') {
        Ok(())
    } else {
        Err(cursor.expected("`,` or `)`"))
    }
}

/// `INHERITS (…)`: the parents' columns come first, and a column of the same name is merged into them.
fn parents(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    cursor.expect_symbol(b'(')?;
    loop {
        let name = cursor.name()?;
        draft.parents.push(state.need_table(cursor, &name)?);
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    draft.table.inherits = draft.parents.clone();
    let mut merged: Vec<NewColumn> = Vec::new();
    for parent in &draft.parents {
        for column in state.columns(parent).unwrap_or_default() {
            match merged
                .iter_mut()
                .find(|other| other.column.name == column.name)
            {
                Some(other) => other.column.nullable &= column.nullable,
                None => merged.push(inherited(column)),
            }
        }
    }
    let mut local = HashSet::new();
    for column in std::mem::take(&mut draft.columns) {
        local.insert(column.column.name.clone());
        match merged
            .iter_mut()
            .find(|other| other.column.name == column.column.name)
        {
            Some(other) => override_column(other, column),
            None => merged.push(column),
        }
    }
    draft.columns = merged;
    state.local_columns.insert(draft.table.name.clone(), local);
    Ok(())
}

/// A parent's column, as the child has it. Its identity stays the parent's.
fn inherited(column: &Column) -> NewColumn {
    let mut column = column.clone();
    column.comment = None;
    column.identity = None;
    NewColumn {
        ident: Ident {
            name: column.name.clone(),
            span: 0..0,
        },
        column,
        constraints: Vec::new(),
        sequence: None,
        says_default: false,
    }
}

fn override_column(parent: &mut NewColumn, own: NewColumn) {
    let nullable = parent.column.nullable && own.column.nullable;
    if own.says_default {
        parent.column.default = own.column.default;
        parent.column.identity = own.column.identity;
        parent.column.generated = own.column.generated;
    }
    parent.column.nullable = nullable;
    parent.sequence = own.sequence;
    // What `LIKE` copies has one.
    parent.column.comment = own.column.comment;
    parent.ident = own.ident;
}

/// `PARTITION OF parent [(…)] FOR VALUES … | DEFAULT`.
fn partition_of(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    let name = cursor.name()?;
    let parent = state.need_table(cursor, &name)?;
    refuse_undivided(state, cursor, &name, &parent)?;
    draft.columns = state
        .columns(&parent)
        .unwrap_or_default()
        .iter()
        .map(inherited)
        .collect();
    draft.table.partition_of = Some(parent);
    if cursor.accept_symbol(b'(') {
        column_options(state, cursor, draft)?;
    }
    draft.table.partition_bound = Some(parse_bound(cursor)?);
    Ok(())
}

/// Refuses a parent that is no partitioned table.
pub(super) fn refuse_undivided(
    state: &State,
    cursor: &Cursor<'_>,
    name: &Name,
    parent: &QualifiedName,
) -> Result<()> {
    match state.table(parent) {
        Some(table) if table.kind != TableKind::Partitioned => Err(cursor
            .error_at(
                name.span.clone(),
                format!("table `{parent}` is not partitioned"),
            )
            .help("a table is partitioned by `CREATE TABLE … PARTITION BY …`")),
        _ => Ok(()),
    }
}

/// The properties of columns that are there already, and constraints, up to the closing parenthesis.
fn column_options(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    loop {
        if is_table_constraint(cursor) {
            draft.constraints.push(parse_table_constraint(cursor)?);
        } else {
            let ident = cursor.clone().ident()?;
            let Some(at) = draft
                .columns
                .iter()
                .position(|column| column.column.name == ident.name)
            else {
                return Err(super::state::no_column(cursor, &ident, &draft.table.name));
            };
            let Some(column) = draft.columns.get(at).map(|column| column.column.clone()) else {
                return Ok(());
            };
            let column = parse_column_options(state, cursor, column)?;
            draft.constraints.extend(column.constraints.iter().cloned());
            if let Some(slot) = draft.columns.get_mut(at) {
                *slot = column;
            }
        }
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')
}

/// `FOR VALUES …` or `DEFAULT`.
pub(super) fn parse_bound(cursor: &mut Cursor<'_>) -> Result<String> {
    let start = cursor.position();
    if cursor.accept("default") {
        return Ok("DEFAULT".into());
    }
    if !cursor.accept_all(&["for", "values"]) {
        return Err(cursor.expected("`FOR VALUES` or `DEFAULT`"));
    }
    if cursor.accept("from") {
        cursor.skip_parentheses()?;
        cursor.expect("to")?;
    } else if !cursor.accept("in") {
        cursor.expect("with")?;
    }
    cursor.skip_parentheses()?;
    Ok(cursor.text_from(start).to_owned())
}

/// `OF type [(…)]`: the columns are the attributes of a composite type.
fn typed_table(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    let name = cursor.name()?;
    let composite = match state.find_type(&name) {
        Some((_, super::state::Type::Composite(at))) => state.catalog.composites.get(at).cloned(),
        _ => None,
    };
    let Some(composite) = composite else {
        return Err(cursor.error_at(
            name.span.clone(),
            format!("`{}` is not a composite type", super::state::shown(&name)),
        ));
    };
    state
        .typed_tables
        .insert(draft.table.name.clone(), composite.name);
    draft.columns = composite
        .attributes
        .into_iter()
        .map(|attribute| inherited(&super::column::plain_column(&attribute.name, attribute.ty)))
        .collect();
    match cursor.accept_symbol(b'(') {
        true => column_options(state, cursor, draft),
        false => Ok(()),
    }
}

/// What follows the columns, in any order.
fn options(state: &mut State, cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<()> {
    loop {
        if cursor.accept_all(&["partition", "by"]) {
            draft.table.kind = TableKind::Partitioned;
            draft.table.partition_key = Some(partition_key(state, cursor, draft)?);
        } else if cursor.accept_all(&["without", "oids"]) {
            // The only way since PostgreSQL 12.
        } else if cursor.accept("with") || cursor.accept("options") {
            cursor.skip_parentheses()?;
        } else if cursor.accept("using") || cursor.accept("tablespace") || cursor.accept("server") {
            cursor.ident()?;
        } else if cursor.accept_all(&["on", "commit"]) {
            cursor.skip_item()?;
        } else {
            return Ok(());
        }
    }
}

/// The key of a partitioned table, as `pg_get_partkeydef` writes it.
fn partition_key(state: &State, cursor: &mut Cursor<'_>, draft: &Draft) -> Result<String> {
    let strategy = cursor.ident()?;
    if !matches!(strategy.name.as_str(), "range" | "list" | "hash") {
        return Err(cursor.error_at(
            strategy.span,
            "a table is partitioned by `RANGE`, `LIST` or `HASH`",
        ));
    }
    let elements = super::constraint::parse_index_keys(cursor)?;
    let known = |name: &str| {
        draft
            .columns
            .iter()
            .any(|column| column.column.name == name)
    };
    let mut parts = Vec::new();
    for element in &elements {
        let mut part = match &element.on {
            crate::catalog::IndexOn::Column(name) if !known(name) => {
                return Err(cursor.error_at(
                    element.span.clone(),
                    format!("table `{}` has no column `{name}`", draft.table.name),
                ));
            }
            crate::catalog::IndexOn::Column(name) => super::cursor::quote_ident(name),
            crate::catalog::IndexOn::Expression(_) => {
                let text = cursor.source().get(element.span.clone());
                state.qualified(text.unwrap_or_default())
            }
        };
        if let Some(collation) = element
            .collation
            .as_ref()
            .and_then(|name| state.collation(name))
        {
            part.push_str(&format!(
                " COLLATE {}",
                super::cursor::quote_ident(&collation.name)
            ));
        }
        if let Some(class) = element
            .operator_class
            .as_ref()
            .and_then(|class| state.operator_class("btree", class))
        {
            part.push_str(&format!(" {class}"));
        }
        parts.push(part);
    }
    let strategy = strategy.name.to_ascii_uppercase();
    Ok(format!("{strategy} ({})", parts.join(", ")))
}

/// Makes the table: its sequences, itself, and its constraints.
pub(super) fn build(state: &mut State, cursor: &Cursor<'_>, draft: Draft) -> Result<()> {
    let name = draft.table.name.clone();
    let mut table = draft.table;
    for new in draft.columns {
        let mut column = new.column;
        if table.column(&column.name).is_some() {
            state.report(cursor.error_at(
                new.ident.span,
                format!("table `{name}` has two columns `{}`", column.name),
            ));
            continue;
        }
        if let Some(sequence) = &new.sequence {
            let sequence_name = state.add_column_sequence(cursor, &name, sequence)?;
            if sequence.identity.is_none() {
                column.default = Some(super::sequence::next_value(&sequence_name));
            }
        }
        table.columns.push(column);
    }
    super::state::number(&mut table.columns);
    let parent = table.partition_of.clone();
    state.add_table(table);
    for parent in draft.parents.iter().chain(&parent) {
        state
            .children
            .entry(parent.clone())
            .or_default()
            .push(name.clone());
    }
    let (references, others): (Vec<_>, Vec<_>) = draft
        .constraints
        .into_iter()
        .partition(|constraint| matches!(constraint.kind, Kind::ForeignKey(_)));
    if let Some(parent) = &parent {
        state.adopt_indexes(parent, &name);
    }
    if !draft.parents.is_empty() {
        state.local_checks.insert(name.clone(), HashSet::new());
    }
    for parent in &draft.parents {
        let checks = state
            .table(parent)
            .map(|parent| parent.checks.clone())
            .unwrap_or_default();
        // There are no rows yet that could break them.
        let checks = checks.into_iter().map(|check| Check {
            not_valid: false,
            ..check
        });
        let checks: Vec<Check> = checks.collect();
        for check in checks.iter().filter(|check| !check.no_inherit) {
            state.inherit_check(parent, check);
        }
    }
    state.add_constraints(cursor, &name, unlike(others), true);
    for like in &draft.likes {
        like.add_constraints(state, cursor, &name);
    }
    state.add_constraints(cursor, &name, references, true);
    Ok(())
}

impl State {}
