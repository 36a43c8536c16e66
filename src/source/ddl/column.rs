//! A column as it is written, in `CREATE TABLE` and `ALTER TABLE … ADD COLUMN`.

use crate::catalog::{Column, Generated, Identity, QualifiedName, TypeRef};

use super::constraint::{NewConstraint, parse_attributes, parse_column_constraint};
use super::cursor::{Cursor, Ident, Name, Result};
use super::sequence::{ColumnSequence, SequenceOptions, parse_options};
use super::state::State;
use super::types::parse_type;

/// Words that end a default's expression, because they begin the column's next property.
const AFTER_EXPRESSION: [&str; 15] = [
    "constraint",
    "not",
    "null",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
    "deferrable",
    "initially",
    "default",
    "storage",
    "compression",
    "options",
];

/// A column with what comes with it.
#[derive(Debug, Clone)]
pub(super) struct NewColumn {
    pub ident: Ident,
    pub column: Column,
    pub constraints: Vec<NewConstraint>,
    pub sequence: Option<ColumnSequence>,
    /// It says something of its default (or identity, or expression), be it that there is none.
    pub says_default: bool,
}

/// A column of a type, with nothing said about it.
pub(super) fn plain_column(name: &str, ty: TypeRef) -> Column {
    Column {
        name: name.to_owned(),
        position: 0,
        ty,
        nullable: true,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        comment: None,
    }
}

/// Reads a column: its name, its type and its properties.
pub(super) fn parse_column(state: &mut State, cursor: &mut Cursor<'_>) -> Result<NewColumn> {
    let ident = cursor.ident()?;
    let written = parse_type(cursor)?;
    let serial = written.serial();
    let ty = match serial {
        Some(name) => TypeRef::builtin(name),
        None => state.type_or_report(cursor, &written),
    };
    let mut new = NewColumn {
        column: plain_column(&ident.name, ty.clone()),
        constraints: Vec::new(),
        sequence: serial.map(|_| ColumnSequence {
            column: ident.name.clone(),
            options: SequenceOptions::default(),
            ty,
            identity: None,
        }),
        ident,
        says_default: serial.is_some(),
    };
    if serial.is_some() {
        new.column.nullable = false;
    }
    parse_properties(state, cursor, &mut new)?;
    Ok(new)
}

/// Reads a column that exists already, of which only properties are given (`WITH OPTIONS` may precede).
pub(super) fn parse_column_options(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    column: Column,
) -> Result<NewColumn> {
    let ident = cursor.ident()?;
    cursor.accept_all(&["with", "options"]);
    let mut new = NewColumn {
        ident,
        column,
        constraints: Vec::new(),
        sequence: None,
        says_default: false,
    };
    parse_properties(state, cursor, &mut new)?;
    Ok(new)
}

fn parse_properties(state: &mut State, cursor: &mut Cursor<'_>, new: &mut NewColumn) -> Result<()> {
    loop {
        let position = cursor.position();
        let name = match cursor.accept("constraint") {
            true => Some(cursor.ident()?),
            false => None,
        };
        if let Some(mut constraint) = parse_column_constraint(cursor, &new.ident)? {
            constraint.name = name;
            constraint.span = cursor.span_from(position);
            new.constraints.push(constraint);
        } else if cursor.accept("default") {
            new.says_default = true;
            let text = cursor.expression(&AFTER_EXPRESSION)?;
            new.column.default = state.default(text, &new.column.ty);
        } else if cursor.accept("generated") {
            generated(state, cursor, new)?;
        } else if cursor.accept("collate") {
            let collation = cursor.name()?;
            new.column.collation = column_collation(state, &collation, &new.column.ty);
        } else if cursor.accept("storage") || cursor.accept("compression") {
            cursor.label()?;
        } else if cursor.accept("options") {
            cursor.skip_parentheses()?;
        } else if cursor.accept("null") {
            // What a column is without `NOT NULL`.
        } else {
            let mut stray = NewConstraint::new(
                super::constraint::Kind::NotNull {
                    column: new.ident.clone(),
                },
                0..0,
            );
            parse_attributes(cursor, &mut stray)?;
            if cursor.position() == position {
                return Ok(());
            }
        }
    }
}

fn generated(state: &mut State, cursor: &mut Cursor<'_>, new: &mut NewColumn) -> Result<()> {
    new.says_default = true;
    let identity = if cursor.accept_all(&["by", "default"]) {
        Identity::ByDefault
    } else {
        cursor.expect("always")?;
        Identity::Always
    };
    cursor.expect("as")?;
    if identity == Identity::Always && cursor.is_symbol(b'(') {
        let expression = state.qualified(cursor.parenthesized()?);
        // Without a word, a column is virtual since PostgreSQL 18; before, the word had to be there.
        let stored = cursor.accept("stored");
        if !stored {
            cursor.accept("virtual");
        }
        new.column.generated = Some(Generated { expression, stored });
        return Ok(());
    }
    cursor.expect("identity")?;
    let options = identity_options(state, cursor)?;
    new.column.identity = Some(identity);
    new.column.nullable = false;
    new.sequence = Some(ColumnSequence {
        column: new.ident.name.clone(),
        options,
        ty: new.column.ty.clone(),
        identity: Some(identity),
    });
    Ok(())
}

/// Reads the options of an identity's sequence, in parentheses, if they are there.
pub(super) fn identity_options(
    state: &mut State,
    cursor: &mut Cursor<'_>,
) -> Result<SequenceOptions> {
    if !cursor.accept_symbol(b'(') {
        return Ok(SequenceOptions::default());
    }
    let options = parse_options(state, cursor)?;
    cursor.expect_symbol(b')')?;
    Ok(options)
}

/// The collation of a column, where it is not its type's own.
pub(super) fn column_collation(
    state: &State,
    collation: &Name,
    ty: &TypeRef,
) -> Option<QualifiedName> {
    let own = match ty.is_builtin("name") {
        true => "C",
        false => "default",
    };
    let system = || QualifiedName::new("pg_catalog", &collation.name);
    let found = state.collation(collation).unwrap_or_else(system);
    (!(found.schema == "pg_catalog" && found.name == own)).then_some(found)
}

impl State {
    /// A default as the Catalog has it: `NULL` is none.
    pub fn default(&self, text: &str, ty: &TypeRef) -> Option<String> {
        if text.eq_ignore_ascii_case("null") && !self.is_domain(ty) {
            return None;
        }
        Some(self.qualified(text))
    }
}
