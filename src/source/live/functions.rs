//! Functions and their arguments.

use tokio_postgres::Row;

use super::problem::Failure;
use super::rows::{Fields, Lookup, PG_PROC, letter};
use crate::catalog::{
    Argument, ArgumentMode, Function, FunctionBody, FunctionKind, Parallel, Setting, Volatility,
};

pub(super) fn functions(rows: &[Row], lookup: &Lookup) -> Result<Vec<Function>, Failure> {
    rows.iter().map(|row| function(row, lookup)).collect()
}

fn function(row: &Row, lookup: &Lookup) -> Result<Function, Failure> {
    let mut fields = Fields::of(row);
    let oid = fields.take()?;
    let name = fields.name()?;
    let kind = match fields.letter()? {
        'p' => FunctionKind::Procedure,
        'a' => FunctionKind::Aggregate,
        'w' => FunctionKind::Window,
        _ => FunctionKind::Function,
    };
    let arguments = arguments(&mut fields, lookup)?;
    let returns: u32 = fields.take()?;
    Ok(Function {
        name,
        kind,
        arguments,
        returns: match kind {
            // PostgreSQL 14 and later call a procedure's OUT arguments a `record`.
            FunctionKind::Procedure => None,
            _ => Some(lookup.types.get(returns)?),
        },
        returns_set: fields.take()?,
        volatility: match fields.letter()? {
            'i' => Volatility::Immutable,
            's' => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        strict: fields.take()?,
        language: fields.take()?,
        security_definer: fields.take()?,
        leakproof: fields.take()?,
        parallel: match fields.letter()? {
            's' => Parallel::Safe,
            'r' => Parallel::Restricted,
            _ => Parallel::Unsafe,
        },
        settings: settings(&mut fields)?,
        body: body(&mut fields, kind)?,
        comment: lookup.comments.on(PG_PROC, oid),
    })
}

fn body(fields: &mut Fields<'_>, kind: FunctionKind) -> Result<Option<FunctionBody>, Failure> {
    let text: String = fields.take()?;
    let library: Option<String> = fields.take()?;
    let sql: Option<String> = fields.take()?;
    Ok(match (sql, library) {
        _ if kind == FunctionKind::Aggregate => None,
        (Some(sql), _) => Some(FunctionBody::Sql(sql)),
        (None, Some(file)) => Some(FunctionBody::Library { file, symbol: text }),
        (None, None) => Some(FunctionBody::Text(text)),
    })
}

/// `search_path=public, "my schema"`; other settings have one value.
fn settings(fields: &mut Fields<'_>) -> Result<Vec<Setting>, Failure> {
    let entries: Option<Vec<String>> = fields.take()?;
    let settings = entries.unwrap_or_default().into_iter().map(|entry| {
        let (name, value) = entry.split_once('=').unwrap_or((&entry, ""));
        let name = name.to_ascii_lowercase();
        let values = match Setting::is_list_of_names(&name) {
            true => names(value),
            false => vec![value.to_owned()],
        };
        Setting { name, values }
    });
    Ok(settings.collect())
}

/// Names with commas between them, some of them in quotes.
fn names(list: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    let mut chars = list.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => push(&mut names, '"'),
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(String::new()),
            ' ' if !quoted => {}
            c => push(&mut names, c),
        }
    }
    names
}

fn push(names: &mut [String], c: char) {
    if let Some(name) = names.last_mut() {
        name.push(c);
    }
}

/// `pg_proc` has no modes when all are `IN`, and no names when none has one.
fn arguments(fields: &mut Fields<'_>, lookup: &Lookup) -> Result<Vec<Argument>, Failure> {
    let oids: Vec<u32> = fields.take()?;
    let modes: Option<Vec<i8>> = fields.take()?;
    let names: Option<Vec<String>> = fields.take()?;
    let defaults: Vec<Option<String>> = fields.take()?;

    let mut modes = modes.unwrap_or_default().into_iter();
    let mut names = names.unwrap_or_default().into_iter();
    let mut defaults = defaults.into_iter();
    oids.into_iter()
        .map(|oid| {
            Ok(Argument {
                name: names.next().filter(|name| !name.is_empty()),
                ty: lookup.types.get(oid)?,
                mode: match modes.next().map(letter) {
                    Some('o') => ArgumentMode::Out,
                    Some('b') => ArgumentMode::InOut,
                    Some('v') => ArgumentMode::Variadic,
                    Some('t') => ArgumentMode::Table,
                    _ => ArgumentMode::In,
                },
                default: defaults.next().flatten(),
            })
        })
        .collect()
}
