//! `ALTER TABLE`: its actions, read first and then carried out in PostgreSQL's order
//! (`ATPrepCmd` in `tablecmds.c`).

use crate::catalog::{Deferral, Generated, Identity, QualifiedName, Table};

use super::column::{NewColumn, column_collation, identity_options, parse_column};
use super::constraint::{
    Kind, NewConstraint, is_table_constraint, parse_attributes, parse_table_constraint,
};
use super::cursor::{Cursor, Ident, Name, Result};
use super::sequence::{ColumnSequence, SequenceOptions, parse_options};
use super::state::{Relation, State, no_column};
use super::table::{parse_bound, refuse_undivided};
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
    Attach(Name),
    Detach(Name),
}

/// A change of a column that leaves its type.
enum ColumnChange {
    Default(Option<String>),
    NotNull(bool),
    DropExpression { if_exists: bool },
    AddIdentity(Identity, SequenceOptions),
    SetIdentity(Option<Identity>, SequenceOptions),
    DropIdentity { if_exists: bool },
}

impl Action {
    /// The pass in which PostgreSQL carries it out.
    fn pass(&self) -> u8 {
        match self {
            Self::DropColumn { .. } | Self::DropConstraint { .. } => 0,
            Self::Type { .. } => 1,
            Self::AddColumn { .. } => 2,
            Self::Expression { .. } => 3,
            Self::Column { .. } => 4,
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
        parse_bound(cursor)?;
        Action::Attach(name)
    } else if cursor.accept_all(&["detach", "partition"]) {
        let name = cursor.name()?;
        if !cursor.accept("concurrently") {
            cursor.accept("finalize");
        }
        Action::Detach(name)
    } else if cursor.is_any(&PASSED_OVER) {
        cursor.skip_item()?;
        return Ok(None);
    } else {
        return Err(cursor.expected("an action of `ALTER TABLE`, like `ADD COLUMN`"));
    };
    Ok(Some(action))
}

/// First words of actions that can't shape the Catalog: owners, storage, triggers, row security.
const PASSED_OVER: [&str; 12] = [
    "owner", "set", "reset", "enable", "disable", "force", "no", "cluster", "replica", "options",
    "of", "not",
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
        } => state.drop_column(cursor, table, &column, if_exists, cascade),
        Action::DropConstraint {
            name,
            if_exists,
            cascade,
        } => state.drop_constraint(cursor, table, &name, if_exists, cascade),
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
                table.unlogged = unlogged;
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
        Action::Attach(partition) => attach(state, cursor, table, &partition, span),
        Action::Detach(partition) => {
            let partition = state.need_table(cursor, &partition)?;
            state.detach(table, &partition);
            Ok(())
        }
        Action::AddColumn { .. } | Action::AddConstraint(_) => Ok(()),
    }
}

fn add_column(
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
    constraints.extend(new.constraints);
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
fn change_column(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    column: &Ident,
    only: bool,
    change: impl Fn(&mut crate::catalog::Column),
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

fn set_type(
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
        column.ty = resolved.clone();
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

fn alter_one_column(
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
) -> Option<&'a mut crate::catalog::Column> {
    state
        .columns_mut(table)?
        .iter_mut()
        .find(|other| other.name == column)
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

fn inherit(
    state: &mut State,
    cursor: &Cursor<'_>,
    table: &QualifiedName,
    parent: &Name,
) -> Result<()> {
    let parent = state.need_table(cursor, parent)?;
    let local = state
        .columns(table)
        .unwrap_or_default()
        .iter()
        .map(|column| column.name.clone())
        .collect();
    state.local_columns.entry(table.clone()).or_insert(local);
    let checks = state.table(table).map(|table| {
        table
            .checks
            .iter()
            .map(|check| check.name.clone())
            .collect()
    });
    state
        .local_checks
        .entry(table.clone())
        .or_insert(checks.unwrap_or_default());
    state
        .children
        .entry(parent.clone())
        .or_default()
        .push(table.clone());
    if let Some(table) = state.table_mut(table) {
        table.inherits.push(parent);
    }
    Ok(())
}

fn attach(
    state: &mut State,
    cursor: &Cursor<'_>,
    parent: &QualifiedName,
    partition: &Name,
    span: std::ops::Range<usize>,
) -> Result<()> {
    // `ALTER INDEX … ATTACH PARTITION` is elsewhere; here both are tables.
    let name = Name {
        schema: Some(parent.schema.clone()),
        name: parent.name.clone(),
        span,
    };
    refuse_undivided(state, cursor, &name, parent)?;
    let child = state.need_table(cursor, partition)?;
    if child == *parent || state.descendants(&child).contains(parent) {
        return Err(cursor.error_at(
            partition.span.clone(),
            format!("`{child}` is above `{parent}` already"),
        ));
    }
    let checks: Vec<String> = state
        .with_ancestors(parent)
        .iter()
        .flat_map(|table| &table.checks)
        .map(|check| check.name.clone())
        .collect();
    if let Some(child) = state.table_mut(&child) {
        child.partition_of = Some(parent.clone());
        child.checks.retain(|check| !checks.contains(&check.name));
    }
    for check in &checks {
        state.free_constraint_name(&child.schema, check);
    }
    state
        .children
        .entry(parent.clone())
        .or_default()
        .push(child.clone());
    state.adopt_indexes(parent, &child);
    Ok(())
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

    /// A table is no longer below another.
    pub fn forget_child(&mut self, parent: &QualifiedName, child: &QualifiedName) {
        if let Some(children) = self.children.get_mut(parent) {
            children.retain(|other| other != child);
        }
    }

    /// A table, with those it is a partition of, directly and further up.
    pub fn with_ancestors(&self, table: &QualifiedName) -> Vec<&Table> {
        let mut tables = Vec::new();
        let mut next = self.table(table);
        while let Some(table) = next {
            tables.push(table);
            next = table
                .partition_of
                .as_ref()
                .and_then(|name| self.table(name));
        }
        tables
    }

    /// The part of an index that is on a partition, and no longer the index's.
    fn take_index_part(
        &mut self,
        index: &QualifiedName,
        partition: &QualifiedName,
    ) -> Option<String> {
        let mut next = vec![index.clone()];
        while let Some(index) = next.pop() {
            let Some(parts) = self.index_children.get_mut(&index) else {
                continue;
            };
            let own = parts.iter().position(|part| {
                self.relations.get(part) == Some(&Relation::Index(partition.clone()))
            });
            if let Some(at) = own {
                return Some(parts.swap_remove(at).name);
            }
            next.extend(parts.iter().cloned());
        }
        None
    }

    /// Makes a partition a table of its own: its parts of keys, indexes and constraints become its own.
    fn detach(&mut self, parent: &QualifiedName, partition: &QualifiedName) {
        self.forget_child(parent, partition);
        let above: Vec<Table> = self.with_ancestors(parent).into_iter().cloned().collect();
        let schema = partition.schema.clone();
        let mut own = match self.table_mut(partition) {
            Some(partition) => partition.clone(),
            None => return,
        };
        own.partition_of = None;
        for table in above {
            let index = |name: &str| QualifiedName::new(&table.name.schema, name);
            if let Some(mut key) = table.primary_key
                && let Some(name) = self.take_index_part(&index(&key.name), partition)
            {
                key.name = name;
                own.primary_key = Some(key);
            }
            for mut key in table.unique_keys {
                if let Some(name) = self.take_index_part(&index(&key.name), partition) {
                    key.name = name;
                    own.unique_keys.push(key);
                }
            }
            for mut part in table.indexes {
                if let Some(name) = self.take_index_part(&index(&part.name), partition) {
                    part.name = name;
                    own.indexes.push(part);
                }
            }
            for check in table.checks {
                self.use_constraint_name(&schema, &check.name);
                own.checks.push(check);
            }
            for key in table.foreign_keys {
                self.use_constraint_name(&schema, &key.name);
                own.foreign_keys.push(key);
            }
        }
        if let Some(partition) = self.table_mut(partition) {
            *partition = own;
        }
    }
}
