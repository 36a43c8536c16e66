//! The columns of `ALTER TABLE`: added, and changed.

use crate::catalog::{Column, Identity, QualifiedName};

use super::apply::unlike;
use super::column::{NewColumn, column_collation};
use super::constraint::NewConstraint;
use super::cursor::{Cursor, Ident, Name, Result, quote_ident};
use super::expression;
use super::sequence::{ColumnSequence, SequenceOptions};
use super::state::{State, no_column};
use super::types::TypeName;

/// A change of a column that leaves its type.
pub(super) enum ColumnChange {
    Default(Option<String>),
    NotNull(bool),
    DropExpression { if_exists: bool },
    AddIdentity(Identity, SequenceOptions),
    SetIdentity(Option<Identity>, SequenceOptions),
    DropIdentity { if_exists: bool },
}

pub(super) fn add_column(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    new: NewColumn,
    if_not_exists: bool,
    constraints: &mut Vec<NewConstraint>,
) -> Result<()> {
    let taken = state
        .table(table)
        .is_some_and(|table| table.column(&new.column.name).is_some());
    if taken {
        if if_not_exists {
            return Ok(());
        }
        return Err(cursor
            .error_at(
                new.ident.span,
                format!("table `{table}` has a column `{}` already", new.column.name),
            )
            .help("say `ADD COLUMN IF NOT EXISTS` where that is meant"));
    }
    let mut column = new.column;
    if let Some(sequence) = &new.sequence {
        let name = state.add_column_sequence(cursor, table, sequence)?;
        if sequence.identity.is_none() {
            column.default = Some(super::sequence::next_value(&name));
        }
    }
    constraints.extend(unlike(new.constraints));
    for child in state.descendants(table) {
        let mut column = column.clone();
        column.identity = None;
        if let Some(child) = state.table_mut(&child)
            && child.column(&column.name).is_none()
        {
            child.columns.push(column);
        }
    }
    if let Some(local) = state.local_columns.get_mut(table) {
        local.insert(column.name.clone());
    }
    if let Some(table) = state.table_mut(table) {
        table.columns.push(column);
    }
    Ok(())
}

/// Changes a column of a table, and of those below it.
pub(super) fn change_column(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    column: &Ident,
    only: bool,
    change: impl Fn(&mut Column),
) -> Result<()> {
    let known = state
        .columns(table)
        .is_some_and(|columns| columns.iter().any(|other| other.name == column.name));
    if !known {
        return Err(no_column(cursor, column, table));
    }
    let mut tables = vec![table.clone()];
    if !only {
        tables.extend(state.descendants(table));
    }
    for table in &tables {
        if let Some(found) = state
            .columns_mut(table)
            .and_then(|columns| columns.iter_mut().find(|other| other.name == column.name))
        {
            change(found);
        }
    }
    Ok(())
}

pub(super) fn set_type(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    column: &Ident,
    ty: &TypeName,
    collation: Option<&Name>,
    only: bool,
) -> Result<()> {
    let resolved = state.type_or_report(cursor, ty);
    let collation = collation.and_then(|name| column_collation(state, name, &resolved));
    change_column(state, cursor, table, column, only, |column| {
        let before = std::mem::replace(&mut column.ty, resolved.clone());
        // A constant stays one of the type before, and is cast (`ATExecAlterColumnType`).
        let is_constant = |text: &String| matches!(expression::tokens(text).as_slice(), [token] if token.is_string());
        let changes =
            before.qualified_name() != resolved.qualified_name() || before.array != resolved.array;
        if let Some(default) = column
            .default
            .as_mut()
            .filter(|it| changes && is_constant(it))
        {
            let brackets = if before.array { "[]" } else { "" };
            let (schema, name) = (quote_ident(&before.schema), quote_ident(&before.name));
            *default = format!("{default}::{schema}.{name}{brackets}");
        }
        column.collation = collation.clone();
    })?;
    // The sequence inside an identity column has the column's type.
    if let Some(sequence) = state.identity_sequence(table, &column.name)
        && let Some(sequence) = state.sequence_mut(&sequence)
    {
        let options = SequenceOptions {
            ty: Some(resolved),
            ..SequenceOptions::default()
        };
        super::sequence::change(sequence, &options);
    }
    Ok(())
}

pub(super) fn alter_one_column(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    ident: &Ident,
    change: ColumnChange,
    only: bool,
) -> Result<()> {
    let Some(column) = state
        .columns(table)
        .and_then(|columns| columns.iter().find(|other| other.name == ident.name))
        .cloned()
    else {
        return Err(no_column(cursor, ident, table));
    };
    match change {
        ColumnChange::Default(default) => {
            change_column(state, cursor, table, ident, only, |column| {
                column.default = default.clone();
            })
        }
        ColumnChange::NotNull(not_null) => {
            state.set_nullable(table, &ident.name, !not_null, !only);
            Ok(())
        }
        ColumnChange::DropExpression { if_exists } => {
            if column.generated.is_none() && !if_exists {
                return Err(cursor.error_at(
                    ident.span.clone(),
                    format!("column `{}` is not generated", ident.name),
                ));
            }
            change_column(state, cursor, table, ident, only, |column| {
                column.generated = None;
            })
        }
        ColumnChange::AddIdentity(identity, options) => {
            if column.identity.is_some() {
                return Err(cursor.error_at(
                    ident.span.clone(),
                    format!("column `{}` is an identity already", ident.name),
                ));
            }
            let draft = ColumnSequence {
                column: ident.name.clone(),
                options,
                ty: column.ty,
                identity: Some(identity),
            };
            state.add_column_sequence(cursor, table, &draft)?;
            if let Some(column) = column_mut(state, table, &ident.name) {
                column.identity = Some(identity);
                column.nullable = false;
            }
            Ok(())
        }
        ColumnChange::SetIdentity(identity, options) => {
            if column.identity.is_none() {
                return Err(cursor.error_at(
                    ident.span.clone(),
                    format!("column `{}` is not an identity", ident.name),
                ));
            }
            if let Some(name) = state.identity_sequence(table, &ident.name)
                && let Some(sequence) = state.sequence_mut(&name)
            {
                super::sequence::change(sequence, &options);
            }
            if let (Some(column), Some(identity)) =
                (column_mut(state, table, &ident.name), identity)
            {
                column.identity = Some(identity);
            }
            Ok(())
        }
        ColumnChange::DropIdentity { if_exists } => {
            if column.identity.is_none() && !if_exists {
                return Err(cursor.error_at(
                    ident.span.clone(),
                    format!("column `{}` is not an identity", ident.name),
                ));
            }
            if let Some(name) = state.identity_sequence(table, &ident.name) {
                state.take_sequence(&name);
            }
            if let Some(column) = column_mut(state, table, &ident.name) {
                column.identity = None;
            }
            Ok(())
        }
    }
}

fn column_mut<'a>(
    state: &'a mut State,
    table: &QualifiedName,
    column: &str,
) -> Option<&'a mut Column> {
    state
        .columns_mut(table)?
        .iter_mut()
        .find(|other| other.name == column)
}

impl State {
    /// The sequence inside an identity column.
    pub fn identity_sequence(&self, table: &QualifiedName, column: &str) -> Option<QualifiedName> {
        self.catalog
            .sequences
            .iter()
            .find(|sequence| {
                sequence.owned_by.as_ref().is_some_and(|owner| {
                    owner.identity && owner.table == *table && owner.column == column
                })
            })
            .map(|sequence| sequence.name.clone())
    }
}
