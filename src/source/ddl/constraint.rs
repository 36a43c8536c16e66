//! Constraints as they are written, on a table, on a column and in `ALTER TABLE`.

use std::ops::Range;

use crate::catalog::{Deferral, ForeignKeyAction};

use super::cursor::{Cursor, Ident, Name, Result};
use super::index::{Element, parse_element, parse_elements};

/// A constraint, before it has a name and its tables are known.
#[derive(Debug, Clone)]
pub(super) struct NewConstraint {
    pub name: Option<Ident>,
    pub kind: Kind,
    pub deferral: Deferral,
    pub not_valid: bool,
    pub no_inherit: bool,
    /// Of a copied key: what the columns are called in the index that it is a copy of.
    pub index_columns: Option<Vec<String>>,
    /// Where it stands.
    pub span: Range<usize>,
    /// `COMMENT ON` it, where it is a copy of one that has a comment.
    pub comment: Option<String>,
}

/// What a constraint asks for.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    NotNull {
        column: Ident,
    },
    Check {
        expression: String,
    },
    Key {
        primary: bool,
        columns: Vec<Ident>,
        include: Vec<Ident>,
        nulls_not_distinct: bool,
    },
    UsingIndex {
        primary: bool,
        index: Ident,
    },
    Exclusion {
        method: String,
        elements: Vec<(Element, String)>,
        include: Vec<Ident>,
        predicate: Option<String>,
    },
    ForeignKey(Box<NewForeignKey>),
}

/// A foreign key as it is written.
#[derive(Debug, Clone)]
pub(super) struct NewForeignKey {
    pub columns: Vec<Ident>,
    pub table: Name,
    pub referenced: Vec<Ident>,
    pub match_full: bool,
    pub on_delete: ForeignKeyAction,
    pub on_delete_columns: Vec<Ident>,
    pub on_update: ForeignKeyAction,
}

impl NewConstraint {
    /// A constraint without a name and attributes.
    pub fn new(kind: Kind, span: Range<usize>) -> Self {
        Self {
            name: None,
            kind,
            deferral: Deferral::default(),
            not_valid: false,
            no_inherit: false,
            index_columns: None,
            span,
            comment: None,
        }
    }
}

/// Whether a constraint of a table, and not a column, begins here.
pub(super) fn is_table_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["constraint", "check", "unique", "primary", "foreign"])
        || cursor.are(&["not", "null"])
        || (cursor.is("exclude")
            && (cursor.is_at(1, "using")
                || cursor.peek_at(1).is_some_and(|token| token.is_symbol(b'('))))
}

/// Reads a constraint of a table.
pub(super) fn parse_table_constraint(cursor: &mut Cursor<'_>) -> Result<NewConstraint> {
    let position = cursor.position();
    let name = match cursor.accept("constraint") {
        true => Some(cursor.ident()?),
        false => None,
    };
    let kind = if cursor.accept("check") {
        Kind::Check {
            expression: cursor.parenthesized()?.to_owned(),
        }
    } else if cursor.accept_all(&["not", "null"]) {
        Kind::NotNull {
            column: cursor.ident()?,
        }
    } else if cursor.accept("unique") {
        key(cursor, false)?
    } else if cursor.accept_all(&["primary", "key"]) {
        key(cursor, true)?
    } else if cursor.accept("exclude") {
        exclusion(cursor)?
    } else if cursor.accept_all(&["foreign", "key"]) {
        cursor.expect_symbol(b'(')?;
        let columns = period_columns(cursor)?;
        cursor.expect("references")?;
        Kind::ForeignKey(Box::new(references(cursor, columns)?))
    } else {
        return Err(cursor.expected("a constraint"));
    };
    let mut constraint = NewConstraint::new(kind, 0..0);
    constraint.name = name;
    parse_attributes(cursor, &mut constraint)?;
    constraint.span = cursor.span_from(position);
    Ok(constraint)
}

/// Reads a constraint of a column, after its name; `None` where none begins.
pub(super) fn parse_column_constraint(
    cursor: &mut Cursor<'_>,
    column: &Ident,
) -> Result<Option<NewConstraint>> {
    let position = cursor.position();
    let kind = if cursor.accept("check") {
        Kind::Check {
            expression: cursor.parenthesized()?.to_owned(),
        }
    } else if cursor.accept_all(&["not", "null"]) {
        Kind::NotNull {
            column: column.clone(),
        }
    } else if cursor.is("unique") || cursor.are(&["primary", "key"]) {
        let primary = !cursor.accept("unique");
        if primary {
            cursor.accept_all(&["primary", "key"]);
        }
        let nulls_not_distinct = nulls_not_distinct(cursor);
        let include = include(cursor)?;
        index_parameters(cursor)?;
        Kind::Key {
            primary,
            columns: vec![column.clone()],
            include,
            nulls_not_distinct,
        }
    } else if cursor.accept("references") {
        Kind::ForeignKey(Box::new(references(cursor, vec![column.clone()])?))
    } else {
        return Ok(None);
    };
    let mut constraint = NewConstraint::new(kind, 0..0);
    parse_attributes(cursor, &mut constraint)?;
    constraint.span = cursor.span_from(position);
    Ok(Some(constraint))
}

fn key(cursor: &mut Cursor<'_>, primary: bool) -> Result<Kind> {
    if cursor.accept_all(&["using", "index"]) {
        return Ok(Kind::UsingIndex {
            primary,
            index: cursor.ident()?,
        });
    }
    let nulls_not_distinct = nulls_not_distinct(cursor);
    cursor.expect_symbol(b'(')?;
    let mut columns = vec![cursor.ident()?];
    while cursor.accept_symbol(b',') {
        columns.push(cursor.ident()?);
    }
    cursor.accept_all(&["without", "overlaps"]);
    cursor.expect_symbol(b')')?;
    let include = include(cursor)?;
    index_parameters(cursor)?;
    Ok(Kind::Key {
        primary,
        columns,
        include,
        nulls_not_distinct,
    })
}

/// Reads `NULLS [NOT] DISTINCT`.
pub(super) fn nulls_not_distinct(cursor: &mut Cursor<'_>) -> bool {
    if cursor.accept_all(&["nulls", "not", "distinct"]) {
        return true;
    }
    cursor.accept_all(&["nulls", "distinct"]);
    false
}

/// Reads `INCLUDE (…)`.
pub(super) fn include(cursor: &mut Cursor<'_>) -> Result<Vec<Ident>> {
    match cursor.accept("include") {
        true => cursor.ident_list(),
        false => Ok(Vec::new()),
    }
}

/// Passes over `WITH (…)` and `USING INDEX TABLESPACE …`.
fn index_parameters(cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.accept("with") {
        cursor.skip_parentheses()?;
    }
    if cursor.accept_all(&["using", "index", "tablespace"]) {
        cursor.ident()?;
    }
    Ok(())
}

fn exclusion(cursor: &mut Cursor<'_>) -> Result<Kind> {
    let method = match cursor.accept("using") {
        true => cursor.ident()?.name,
        false => "btree".into(),
    };
    cursor.expect_symbol(b'(')?;
    let mut elements = Vec::new();
    loop {
        let element = parse_element(cursor)?;
        cursor.expect("with")?;
        elements.push((element, operator(cursor)?));
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    let include = include(cursor)?;
    index_parameters(cursor)?;
    let predicate = match cursor.accept("where") {
        true => Some(cursor.parenthesized()?.to_owned()),
        false => None,
    };
    Ok(Kind::Exclusion {
        method,
        elements,
        include,
        predicate,
    })
}

/// Reads `&&` or `OPERATOR(schema.&&)`.
fn operator(cursor: &mut Cursor<'_>) -> Result<String> {
    if cursor.accept("operator") {
        let text = cursor.parenthesized()?;
        return Ok(text.rsplit('.').next().unwrap_or(text).trim().to_owned());
    }
    match cursor.peek() {
        Some(token) if token.kind == super::lexer::TokenKind::Operator => {
            cursor.advance();
            Ok(token.text(cursor.source()).to_owned())
        }
        _ => Err(cursor.expected("an operator")),
    }
}

/// Reads columns up to the closing parenthesis, the last of which may be a `PERIOD`.
fn period_columns(cursor: &mut Cursor<'_>) -> Result<Vec<Ident>> {
    let mut columns = Vec::new();
    loop {
        if cursor.is("period") && cursor.peek_at(1).is_some_and(super::lexer::Token::is_name) {
            cursor.advance();
        }
        columns.push(cursor.ident()?);
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    cursor.expect_symbol(b')')?;
    Ok(columns)
}

fn references(cursor: &mut Cursor<'_>, columns: Vec<Ident>) -> Result<NewForeignKey> {
    let mut key = NewForeignKey {
        columns,
        table: cursor.name()?,
        referenced: Vec::new(),
        match_full: false,
        on_delete: ForeignKeyAction::NoAction,
        on_delete_columns: Vec::new(),
        on_update: ForeignKeyAction::NoAction,
    };
    if cursor.accept_symbol(b'(') {
        key.referenced = period_columns(cursor)?;
    }
    if cursor.accept("match") {
        key.match_full = cursor.accept("full");
        if !key.match_full && !cursor.accept("simple") && !cursor.accept("partial") {
            return Err(cursor.expected("`FULL` or `SIMPLE`"));
        }
    }
    loop {
        if cursor.accept_all(&["on", "delete"]) {
            key.on_delete = action(cursor)?;
            if cursor.is_symbol(b'(') {
                key.on_delete_columns = cursor.ident_list()?;
            }
        } else if cursor.accept_all(&["on", "update"]) {
            key.on_update = action(cursor)?;
        } else {
            return Ok(key);
        }
    }
}

fn action(cursor: &mut Cursor<'_>) -> Result<ForeignKeyAction> {
    let actions: [(&[&str], ForeignKeyAction); 5] = [
        (&["no", "action"], ForeignKeyAction::NoAction),
        (&["restrict"], ForeignKeyAction::Restrict),
        (&["cascade"], ForeignKeyAction::Cascade),
        (&["set", "null"], ForeignKeyAction::SetNull),
        (&["set", "default"], ForeignKeyAction::SetDefault),
    ];
    for (words, action) in actions {
        if cursor.accept_all(words) {
            return Ok(action);
        }
    }
    Err(cursor.expected("what happens to the referencing rows, like `CASCADE`"))
}

/// Reads what may follow a constraint, in any order.
pub(super) fn parse_attributes(
    cursor: &mut Cursor<'_>,
    constraint: &mut NewConstraint,
) -> Result<()> {
    loop {
        if cursor.accept_all(&["not", "deferrable"]) {
            constraint.deferral = Deferral::NotDeferrable;
        } else if cursor.accept("deferrable") {
            if constraint.deferral == Deferral::NotDeferrable {
                constraint.deferral = Deferral::Deferrable;
            }
        } else if cursor.accept_all(&["initially", "deferred"]) {
            constraint.deferral = Deferral::InitiallyDeferred;
        } else if cursor.accept_all(&["not", "valid"]) || cursor.accept_all(&["not", "enforced"]) {
            // What is not enforced is not valid either (`pg_constraint.convalidated`).
            constraint.not_valid = true;
        } else if cursor.accept_all(&["no", "inherit"]) {
            constraint.no_inherit = true;
        } else if !(cursor.accept_all(&["initially", "immediate"]) || cursor.accept("enforced")) {
            return Ok(());
        }
    }
}

/// Reads the elements of an index, in parentheses.
pub(super) fn parse_index_keys(cursor: &mut Cursor<'_>) -> Result<Vec<Element>> {
    cursor.expect_symbol(b'(')?;
    let elements = parse_elements(cursor)?;
    cursor.expect_symbol(b')')?;
    Ok(elements)
}
