//! `ALTER TABLE`: its actions, read first and then carried out in PostgreSQL's order
//! (`ATPrepCmd` in `tablecmds.c`).

use crate::catalog::{Deferral, Generated, Identity, QualifiedName, TableKind};

use super::alter_column::{ColumnChange, add_column, alter_one_column, change_column, set_type};
use super::change::OWNER;
use super::column::{NewColumn, identity_options, parse_column};
use super::constraint::{
    Kind, NewConstraint, is_table_constraint, parse_attributes, parse_table_constraint,
};
use super::cursor::{Cursor, Ident, Name, Result};
use super::partition::{attach, inherit};
use super::passed::Why;
use super::sequence::{SequenceOptions, parse_options};
use super::state::State;
use super::table::parse_bound;
use super::types::{TypeName, parse_type};

/// One thing that an `ALTER TABLE` does.
enum Action {
    DropColumn {
        column: Ident,
        if_exists: bool,
        cascade: bool,
    },
    DropConstraint {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    Type {
        column: Ident,
        ty: TypeName,
        collation: Option<Name>,
    },
    AddColumn {
        column: Box<NewColumn>,
        if_not_exists: bool,
    },
    Expression {
        column: Ident,
        expression: String,
    },
    Column {
        column: Ident,
        change: ColumnChange,
    },
    AddConstraint(Box<NewConstraint>),
    AlterConstraint(Box<NewConstraint>),
    Validate(Ident),
    Unlogged(bool),
    Inherit(Name),
    NoInherit(Name),
    Attach(Name, String),
    Detach(Name),
}

impl Action {
    /// The pass in which PostgreSQL carries it out.
    fn pass(&self) -> u8 {
        match self {
            Self::DropColumn { .. } | Self::DropConstraint { .. } => 0,
            Self::Type { .. } => 1,
            Self::AddColumn { .. } => 2,
            Self::Expression { .. } => 3,
            Self::Column { change, .. } => match change {
                ColumnChange::Default(None)
                | ColumnChange::NotNull(false)
                | ColumnChange::DropExpression { .. }
                | ColumnChange::DropIdentity { .. } => 0,
                _ => 4,
            },
            Self::AddConstraint(_) => 5,
            _ => 6,
        }
    }
}

/// The actions of `ALTER TABLE table …`, after the table's name.
pub(super) fn alter_table(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    table: &QualifiedName,
    only: bool,
) -> Result<()> {
    let mut actions = Vec::new();
    loop {
        let position = cursor.position();
        if let Some(action) = parse_action(state, cursor, table)? {
            actions.push((action, cursor.span_from(position)));
        }
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_end()?;
    actions.sort_by_key(|(action, _)| action.pass());
    // Constraints that one statement adds are one set, as in `CREATE TABLE`.
    let mut constraints = Vec::new();
    for (action, span) in actions {
        let done = match action {
            Action::AddConstraint(constraint) => {
                constraints.push(*constraint);
                Ok(())
            }
            Action::AddColumn {
                column,
                if_not_exists,
            } => add_column(
                state,
                cursor,
                table,
                *column,
                if_not_exists,
                &mut constraints,
            ),
            action => {
                if action.pass() > 5 {
                    state.add_constraints(cursor, table, std::mem::take(&mut constraints), !only);
                }
                carry_out(state, cursor, table, action, only, span)
            }
        };
        if let Err(error) = done {
            state.report(error);
        }
    }
    state.add_constraints(cursor, table, constraints, !only);
    Ok(())
}

/// Reads an action; `None` for one that can't shape the Catalog, which is passed over.
fn parse_action(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    table: &QualifiedName,
) -> Result<Option<Action>> {
    let action = if cursor.accept("add") {
        add(state, cursor)?
    } else if cursor.accept("drop") {
        let constraint = cursor.accept("constraint");
        if !constraint {
            cursor.accept("column");
        }
        let if_exists = cursor.accept_if_exists();
        let name = cursor.ident()?;
        let cascade = cursor.accept("cascade");
        cursor.accept("restrict");
        match constraint {
            true => Action::DropConstraint {
                name,
                if_exists,
                cascade,
            },
            false => Action::DropColumn {
                column: name,
                if_exists,
                cascade,
            },
        }
    } else if cursor.accept_all(&["alter", "constraint"]) {
        let position = cursor.position();
        let name = cursor.ident()?;
        let mut constraint = NewConstraint::new(
            Kind::NotNull {
                column: name.clone(),
            },
            0..0,
        );
        constraint.name = Some(name);
        parse_attributes(cursor, &mut constraint)?;
        constraint.span = cursor.span_from(position);
        cursor.skip_item()?;
        Action::AlterConstraint(Box::new(constraint))
    } else if cursor.accept("alter") {
        cursor.accept("column");
        return alter_column(state, cursor, table);
    } else if cursor.accept_all(&["validate", "constraint"]) {
        Action::Validate(cursor.ident()?)
    } else if cursor.accept_all(&["set", "logged"]) {
        Action::Unlogged(false)
    } else if cursor.accept_all(&["set", "unlogged"]) {
        Action::Unlogged(true)
    } else if cursor.accept("inherit") {
        Action::Inherit(cursor.name()?)
    } else if cursor.accept_all(&["no", "inherit"]) {
        Action::NoInherit(cursor.name()?)
    } else if cursor.accept_all(&["attach", "partition"]) {
        let name = cursor.name()?;
        let bound = parse_bound(cursor)?;
        Action::Attach(name, bound)
    } else if cursor.accept_all(&["detach", "partition"]) {
        let name = cursor.name()?;
        if !cursor.accept("concurrently") {
            cursor.accept("finalize");
        }
        Action::Detach(name)
    } else if let Some((_, why)) = PASSED_OVER.iter().find(|(word, _)| cursor.is(word)) {
        let word = cursor
            .peek()
            .map_or("", |token| token.text(cursor.source()))
            .to_uppercase();
        let what = match word.as_str() {
            "OWNER" => OWNER.to_owned(),
            word => format!("ALTER TABLE … {word}"),
        };
        state.pass_over(&mut cursor.clone(), what, *why);
        cursor.skip_item()?;
        return Ok(None);
    } else {
        return Err(cursor.expected("an action of `ALTER TABLE`, like `ADD COLUMN`"));
    };
    Ok(Some(action))
}

/// First words of actions that can't shape the Catalog: owners, storage, triggers, row security.
const PASSED_OVER: [(&str, Why); 12] = [
    ("owner", Why::Rights),
    ("set", Why::Storage),
    ("reset", Why::Storage),
    ("enable", Why::Rules),
    ("disable", Why::Rules),
    ("force", Why::Rules),
    ("no", Why::Rules),
    ("cluster", Why::Storage),
    ("replica", Why::Storage),
    ("options", Why::Storage),
    ("of", Why::Unlisted),
    ("not", Why::Unlisted),
];

fn add(state: &mut State, cursor: &mut Cursor<'_>) -> Result<Action> {
    if is_table_constraint(cursor) {
        let constraint = parse_table_constraint(cursor)?;
        return Ok(Action::AddConstraint(Box::new(constraint)));
    }
    cursor.accept("column");
    let if_not_exists = cursor.accept_if_not_exists();
    let column = parse_column(state, cursor)?;
    Ok(Action::AddColumn {
        column: Box::new(column),
        if_not_exists,
    })
}

fn alter_column(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    table: &QualifiedName,
) -> Result<Option<Action>> {
    let column = cursor.ident()?;
    let change = if cursor.accept_all(&["set", "data", "type"]) || cursor.accept("type") {
        let ty = parse_type(cursor)?;
        let collation = match cursor.accept("collate") {
            true => Some(cursor.name()?),
            false => None,
        };
        if cursor.accept("using") {
            cursor.expression(&[])?;
        }
        return Ok(Some(Action::Type {
            column,
            ty,
            collation,
        }));
    } else if cursor.accept_all(&["set", "expression", "as"]) {
        let expression = state.qualified(cursor.parenthesized()?);
        return Ok(Some(Action::Expression { column, expression }));
    } else if cursor.accept_all(&["set", "default"]) {
        let text = cursor.expression(&[])?;
        let ty = state
            .columns(table)
            .and_then(|columns| columns.iter().find(|other| other.name == column.name))
            .map(|column| column.ty.clone());
        ColumnChange::Default(match ty {
            Some(ty) => state.default(text, &ty),
            None => Some(state.qualified(text)),
        })
    } else if cursor.accept_all(&["drop", "default"]) {
        ColumnChange::Default(None)
    } else if cursor.accept_all(&["set", "not", "null"]) {
        ColumnChange::NotNull(true)
    } else if cursor.accept_all(&["drop", "not", "null"]) {
        ColumnChange::NotNull(false)
    } else if cursor.accept_all(&["drop", "expression"]) {
        ColumnChange::DropExpression {
            if_exists: cursor.accept_if_exists(),
        }
    } else if cursor.accept_all(&["drop", "identity"]) {
        ColumnChange::DropIdentity {
            if_exists: cursor.accept_if_exists(),
        }
    } else if cursor.accept_all(&["add", "generated"]) {
        let identity = identity(cursor)?;
        cursor.expect("as")?;
        cursor.expect("identity")?;
        ColumnChange::AddIdentity(identity, identity_options(state, cursor)?)
    } else if cursor.is("restart") || (cursor.is("set") && is_identity_option(cursor)) {
        let (identity, options) = set_identity(state, cursor)?;
        ColumnChange::SetIdentity(identity, options)
    } else if cursor.is_any(&["set", "reset", "options"]) {
        // Statistics, storage, compression and options.
        cursor.skip_item()?;
        return Ok(None);
    } else {
        return Err(cursor.expected("a change of the column, like `SET NOT NULL`"));
    };
    Ok(Some(Action::Column { column, change }))
}

fn identity(cursor: &mut Cursor<'_>) -> Result<Identity> {
    if cursor.accept_all(&["by", "default"]) {
        return Ok(Identity::ByDefault);
    }
    cursor.expect("always")?;
    Ok(Identity::Always)
}

fn is_identity_option(cursor: &Cursor<'_>) -> bool {
    [
        "generated",
        "start",
        "increment",
        "minvalue",
        "maxvalue",
        "no",
        "cache",
        "cycle",
        "restart",
    ]
    .iter()
    .any(|word| cursor.is_at(1, word))
}

/// Reads `SET GENERATED …`, `SET option` and `RESTART`, as many as there are.
fn set_identity(
    state: &mut State,
    cursor: &mut Cursor<'_>,
) -> Result<(Option<Identity>, SequenceOptions)> {
    let mut found = None;
    let mut all = SequenceOptions::default();
    loop {
        if cursor.accept_all(&["set", "generated"]) {
            found = Some(identity(cursor)?);
        } else if cursor.accept("set") || cursor.is("restart") {
            let options = parse_options(state, cursor)?;
            all.start = options.start.or(all.start);
            all.increment = options.increment.or(all.increment);
            all.min = options.min.or(all.min);
            all.max = options.max.or(all.max);
            all.cache = options.cache.or(all.cache);
            all.cycle = options.cycle.or(all.cycle);
        } else {
            return Ok((found, all));
        }
    }
}

fn carry_out(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    action: Action,
    only: bool,
    span: std::ops::Range<usize>,
) -> Result<()> {
    match action {
        Action::DropColumn {
            column,
            if_exists,
            cascade,
        } => state.drop_column(cursor, table, &column, if_exists, cascade, only),
        Action::DropConstraint {
            name,
            if_exists,
            cascade,
        } => state.drop_constraint(cursor, table, &name, if_exists, cascade, only),
        Action::Type {
            column,
            ty,
            collation,
        } => set_type(state, cursor, table, &column, &ty, collation.as_ref(), only),
        Action::Expression { column, expression } => {
            change_column(state, cursor, table, &column, only, |column| {
                let stored = column.generated.as_ref().is_some_and(|old| old.stored);
                column.generated = Some(Generated {
                    expression: expression.clone(),
                    stored,
                });
            })
        }
        Action::Column { column, change } => {
            alter_one_column(state, cursor, table, &column, change, only)
        }
        Action::AlterConstraint(constraint) => alter_constraint(state, cursor, table, &constraint),
        Action::Validate(name) => validate(state, cursor, table, &name),
        Action::Unlogged(unlogged) => {
            if let Some(table) = state.table_mut(table) {
                // A partitioned table has no data of its own.
                if table.kind != TableKind::Partitioned {
                    table.unlogged = unlogged;
                }
            }
            Ok(())
        }
        Action::Inherit(parent) => inherit(state, cursor, table, &parent),
        Action::NoInherit(parent) => {
            let parent = state.need_table(cursor, &parent)?;
            state.forget_child(&parent, table);
            if let Some(table) = state.table_mut(table) {
                table.inherits.retain(|other| *other != parent);
            }
            Ok(())
        }
        Action::Attach(partition, bound) => attach(state, cursor, table, &partition, bound, span),
        Action::Detach(partition) => {
            let partition = state.need_table(cursor, &partition)?;
            state.detach(table, &partition);
            Ok(())
        }
        Action::AddColumn { .. } | Action::AddConstraint(_) => Ok(()),
    }
}

fn no_constraint(
    cursor: &Cursor<'_>,
    name: &Ident,
    table: &QualifiedName,
) -> crate::diagnostics::Diagnostic {
    cursor.error_at(
        name.span.clone(),
        format!("table `{table}` has no constraint `{}`", name.name),
    )
}

fn alter_constraint(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    constraint: &NewConstraint,
) -> Result<()> {
    let Some(name) = &constraint.name else {
        return Ok(());
    };
    let key = state.table_mut(table).and_then(|table| {
        table
            .foreign_keys
            .iter_mut()
            .find(|key| key.name == name.name)
    });
    let Some(key) = key else {
        return Err(no_constraint(cursor, name, table).help("only foreign keys can be altered"));
    };
    key.deferral = match constraint.deferral {
        Deferral::NotDeferrable => Deferral::NotDeferrable,
        deferral => deferral,
    };
    key.not_valid |= constraint.not_valid;
    Ok(())
}

fn validate(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    name: &Ident,
) -> Result<()> {
    for child in state.heirs_of_check(table, &name.name) {
        for check in state.checks_named(&child, &name.name) {
            check.not_valid = false;
        }
    }
    let Some(found) = state.table_mut(table) else {
        return Ok(());
    };
    if let Some(key) = found
        .foreign_keys
        .iter_mut()
        .find(|key| key.name == name.name)
    {
        key.not_valid = false;
    } else if let Some(check) = found
        .checks
        .iter_mut()
        .find(|check| check.name == name.name)
    {
        check.not_valid = false;
    } else if !super::apply::has_constraint(found, &name.name) && !name.name.ends_with("_not_null")
    {
        return Err(no_constraint(cursor, name, table));
    }
    Ok(())
}

impl State {}
