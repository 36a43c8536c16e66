//! Functions and their arguments.

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Types, letter};
use crate::catalog::{Argument, ArgumentMode, Function, FunctionKind, Volatility};

pub(super) fn functions(rows: &[Row], types: &Types) -> Result<Vec<Function>, Failure> {
    rows.iter().map(|row| function(row, types)).collect()
}

fn function(row: &Row, types: &Types) -> Result<Function, Failure> {
    let mut fields = Fields::of(row);
    let name = fields.name()?;
    let kind = match fields.letter()? {
        'p' => FunctionKind::Procedure,
        'a' => FunctionKind::Aggregate,
        'w' => FunctionKind::Window,
        _ => FunctionKind::Function,
    };
    let arguments = arguments(&mut fields, types)?;
    let returns: u32 = fields.take()?;
    Ok(Function {
        name,
        kind,
        arguments,
        returns: match kind {
            // PostgreSQL 14 and later call a procedure's OUT arguments a `record`.
            FunctionKind::Procedure => None,
            _ => Some(types.get(returns)?),
        },
        returns_set: fields.take()?,
        volatility: match fields.letter()? {
            'i' => Volatility::Immutable,
            's' => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        strict: fields.take()?,
        language: fields.take()?,
        comment: fields.take()?,
    })
}

/// `pg_proc` has no modes when all are `IN`, no names when none has one, and counts the defaults,
/// which are those of the last input arguments.
fn arguments(fields: &mut Fields<'_>, types: &Types) -> Result<Vec<Argument>, Failure> {
    let oids: Vec<u32> = fields.take()?;
    let modes: Option<Vec<i8>> = fields.take()?;
    let names: Option<Vec<String>> = fields.take()?;
    let defaults: i16 = fields.take()?;

    let mut modes = modes.unwrap_or_default().into_iter();
    let mut names = names.unwrap_or_default().into_iter();
    let mut arguments = oids
        .into_iter()
        .map(|oid| {
            Ok(Argument {
                name: names.next().filter(|name| !name.is_empty()),
                ty: types.get(oid)?,
                mode: match modes.next().map(letter) {
                    Some('o') => ArgumentMode::Out,
                    Some('b') => ArgumentMode::InOut,
                    Some('v') => ArgumentMode::Variadic,
                    Some('t') => ArgumentMode::Table,
                    _ => ArgumentMode::In,
                },
                has_default: false,
            })
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    arguments
        .iter_mut()
        .rev()
        .filter(|argument| !matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table))
        .take(usize::try_from(defaults).unwrap_or(0))
        .for_each(|argument| argument.has_default = true);
    Ok(arguments)
}
