//! Sequences: `CREATE SEQUENCE`, `ALTER SEQUENCE`, and those inside serial and identity columns.

use crate::catalog::{Identity, QualifiedName, Sequence, SequenceOwner, TypeRef};

use super::cursor::{Cursor, Ident, Name, Result};
use super::state::{Named, Relation, State, no_column};
use super::types::parse_type;

/// The options of a sequence; what is not said is `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct SequenceOptions {
    pub name: Option<Name>,
    pub ty: Option<TypeRef>,
    pub start: Option<i64>,
    pub increment: Option<i64>,
    /// `Some(None)` is `NO MINVALUE`.
    pub min: Option<Option<i64>>,
    pub max: Option<Option<i64>>,
    pub cache: Option<i64>,
    pub cycle: Option<bool>,
    pub owner: Option<Owner>,
}

/// What `OWNED BY` says.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    None,
    Column { table: Name, column: Ident },
}

/// Reads the options that follow, in any order.
pub(super) fn parse_options(state: &mut State, cursor: &mut Cursor<'_>) -> Result<SequenceOptions> {
    let mut options = SequenceOptions::default();
    loop {
        if cursor.accept("as") {
            let ty = parse_type(cursor)?;
            options.ty = Some(state.type_or_report(cursor, &ty));
        } else if cursor.accept("start") {
            cursor.accept("with");
            options.start = Some(cursor.integer()?);
        } else if cursor.accept("restart") {
            cursor.accept("with");
            if cursor.clone().integer().is_ok() {
                cursor.integer()?;
            }
        } else if cursor.accept("increment") {
            cursor.accept("by");
            options.increment = Some(cursor.integer()?);
        } else if cursor.accept_all(&["no", "minvalue"]) {
            options.min = Some(None);
        } else if cursor.accept_all(&["no", "maxvalue"]) {
            options.max = Some(None);
        } else if cursor.accept("minvalue") {
            options.min = Some(Some(cursor.integer()?));
        } else if cursor.accept("maxvalue") {
            options.max = Some(Some(cursor.integer()?));
        } else if cursor.accept("cache") {
            options.cache = Some(cursor.integer()?);
        } else if cursor.accept_all(&["no", "cycle"]) {
            options.cycle = Some(false);
        } else if cursor.accept("cycle") {
            options.cycle = Some(true);
        } else if cursor.accept_all(&["owned", "by"]) {
            options.owner = Some(owner(cursor)?);
        } else if cursor.accept_all(&["sequence", "name"]) {
            options.name = Some(cursor.name()?);
        } else if !(cursor.accept("logged") || cursor.accept("unlogged")) {
            return Ok(options);
        }
    }
}

fn owner(cursor: &mut Cursor<'_>) -> Result<Owner> {
    if cursor.accept("none") {
        return Ok(Owner::None);
    }
    let position = cursor.position();
    let mut parts = vec![cursor.ident()?];
    while cursor.accept_symbol(b'.') {
        parts.push(cursor.label()?);
    }
    let span = cursor.span_from(position);
    let column = parts.pop();
    let table = parts.pop();
    match (table, column) {
        (Some(table), Some(column)) => Ok(Owner::Column {
            table: Name {
                schema: parts.pop().map(|schema| schema.name),
                name: table.name,
                span,
            },
            column,
        }),
        _ => Err(cursor
            .error_at(span, "a sequence is owned by a column")
            .help("write `OWNED BY table.column`, or `OWNED BY NONE`")),
    }
}

/// The range of an integer type.
fn bounds(ty: &TypeRef) -> (i64, i64) {
    match ty.name.as_str() {
        "int2" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "int4" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

/// A new sequence (`init_params` in `sequence.c`).
pub(super) fn build(name: QualifiedName, options: &SequenceOptions, ty: TypeRef) -> Sequence {
    let mut sequence = Sequence {
        name,
        ty,
        start: 1,
        increment: 1,
        min: 1,
        max: 1,
        cache: options.cache.unwrap_or(1),
        cycle: options.cycle.unwrap_or(false),
        owned_by: None,
        comment: None,
    };
    let unset = SequenceOptions {
        min: Some(options.min.flatten()),
        max: Some(options.max.flatten()),
        ..options.clone()
    };
    change(&mut sequence, &unset);
    sequence.start = options.start.unwrap_or(match sequence.increment < 0 {
        true => sequence.max,
        false => sequence.min,
    });
    sequence
}

/// Gives a sequence other options.
pub(super) fn change(sequence: &mut Sequence, options: &SequenceOptions) {
    let mut min = options.min;
    let mut max = options.max;
    if let Some(ty) = &options.ty {
        // A bound that was the old type's own becomes the new type's.
        let (old_min, old_max) = bounds(&sequence.ty);
        let (new_min, new_max) = bounds(ty);
        if max.is_none() && sequence.max == old_max {
            max = Some(Some(new_max));
        }
        if min.is_none() && sequence.min == old_min {
            min = Some(Some(new_min));
        }
        sequence.ty = ty.clone();
    }
    if let Some(increment) = options.increment {
        sequence.increment = increment;
    }
    let (type_min, type_max) = bounds(&sequence.ty);
    let ascending = sequence.increment > 0;
    if let Some(max) = max {
        sequence.max = max.unwrap_or(if ascending { type_max } else { -1 });
    }
    if let Some(min) = min {
        sequence.min = min.unwrap_or(if ascending { 1 } else { type_min });
    }
    if let Some(start) = options.start {
        sequence.start = start;
    }
    if let Some(cache) = options.cache {
        sequence.cache = cache;
    }
    if let Some(cycle) = options.cycle {
        sequence.cycle = cycle;
    }
}

/// `CREATE SEQUENCE`, after these words.
pub(super) fn create_sequence(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    temporary: bool,
) -> Result<()> {
    let if_not_exists = cursor.accept_if_not_exists();
    let mut name = cursor.name()?;
    if temporary {
        name.schema = Some(super::state::TEMPORARY.into());
    }
    let full = state.new_name(cursor, &name)?;
    let options = parse_options(state, cursor)?;
    cursor.expect_end()?;
    if if_not_exists && state.relations.contains_key(&full) {
        return Ok(());
    }
    state.refuse_taken(cursor, &name.span, &full, Named::Relation)?;
    let ty = options
        .ty
        .clone()
        .unwrap_or_else(|| TypeRef::builtin("int8"));
    let mut sequence = build(full, &options, ty);
    if let Some(owner) = &options.owner {
        sequence.owned_by = find_owner(state, cursor, owner)?;
    }
    state.add_sequence(sequence);
    Ok(())
}

/// `ALTER SEQUENCE`, after the name, where it changes options.
pub(super) fn alter_sequence(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    name: &QualifiedName,
) -> Result<()> {
    let options = parse_options(state, cursor)?;
    cursor.expect_end()?;
    let owner = match &options.owner {
        Some(owner) => Some(find_owner(state, cursor, owner)?),
        None => None,
    };
    if let Some(sequence) = state.sequence_mut(name) {
        change(sequence, &options);
        if let Some(owner) = owner {
            sequence.owned_by = owner;
        }
    }
    Ok(())
}

fn find_owner(state: &State, cursor: &Cursor<'_>, owner: &Owner) -> Result<Option<SequenceOwner>> {
    let Owner::Column { table, column } = owner else {
        return Ok(None);
    };
    let table = match state.find_relation(table) {
        Some((name, Relation::Table(_) | Relation::View(_))) => name,
        _ if state.is_broken(table) => return Ok(None),
        _ => return Err(state.missing(cursor, table, "table")),
    };
    let known = state
        .columns(&table)
        .is_some_and(|columns| columns.iter().any(|other| other.name == column.name));
    if !known {
        return Err(no_column(cursor, column, &table));
    }
    Ok(Some(SequenceOwner {
        table,
        column: column.name.clone(),
        identity: false,
    }))
}

/// A sequence that a column brings with it.
#[derive(Debug, Clone)]
pub(super) struct ColumnSequence {
    pub column: String,
    pub options: SequenceOptions,
    pub ty: TypeRef,
    /// `None` for a serial.
    pub identity: Option<Identity>,
}

impl State {
    /// Makes the sequence of a serial or identity column, and gives its name.
    pub fn add_column_sequence(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        draft: &ColumnSequence,
    ) -> Result<QualifiedName> {
        let name = match &draft.options.name {
            Some(name) => {
                let full =
                    QualifiedName::new(name.schema.as_deref().unwrap_or(&table.schema), &name.name);
                self.refuse_taken(cursor, &name.span, &full, Named::Relation)?;
                full
            }
            None => QualifiedName::new(
                &table.schema,
                self.choose_relation_name(
                    &table.schema,
                    &table.name,
                    Some(&draft.column),
                    "seq",
                    false,
                ),
            ),
        };
        let ty = draft.options.ty.clone().unwrap_or_else(|| draft.ty.clone());
        let mut sequence = build(name.clone(), &draft.options, ty);
        sequence.owned_by = Some(SequenceOwner {
            table: table.clone(),
            column: draft.column.clone(),
            identity: draft.identity.is_some(),
        });
        self.add_sequence(sequence);
        Ok(name)
    }
}

/// The default of a serial column.
pub(super) fn next_value(sequence: &QualifiedName) -> String {
    format!(
        "nextval({})",
        super::expression::regclass_constant(sequence)
    )
}
