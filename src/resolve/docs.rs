//! Doc lines: the comment in the database first, then what the thing is in the database's terms.
//!
//! Plain text with code in backticks; to escape it is the business of whoever writes it.

use super::Context;
use super::objects::Object;
use super::rows::{Field, Key, KeyKind, Row, sorted};
use crate::catalog::{Attribute, Identity, IndexOn, QualifiedName, Table, TableKind, TypeRef};
use crate::tags::without_tags;

/// How much of an expression is shown.
const EXPRESSION: usize = 120;

/// Text in backticks, on one line, and not without end.
pub(super) fn code(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(EXPRESSION).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    if short.contains('`') {
        format!("`` {short} ``")
    } else {
        format!("`{short}`")
    }
}

/// A comment without its tags, a blank line and what the thing is.
pub(super) fn with_comment(comment: Option<&str>, fact: String) -> Vec<String> {
    let mut lines: Vec<String> = without_tags(comment.unwrap_or_default())
        .map(|line| line.trim_end().to_owned())
        .skip_while(String::is_empty)
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(fact);
    lines
}

/// `` `a`, `b` `` of some columns.
pub(super) fn columns<'r, 'a: 'r>(fields: impl IntoIterator<Item = &'r Field<'a>>) -> String {
    let names: Vec<String> = fields.into_iter().map(|f| code(&f.column.name)).collect();
    names.join(", ")
}

/// The doc of a row struct.
pub(super) fn row(object: Object<'_>) -> Vec<String> {
    let name = code(&object.name().to_string());
    match object {
        Object::Table(table) => {
            let kind = match table.kind {
                TableKind::Ordinary => "table",
                TableKind::Partitioned => "partitioned table",
                TableKind::Foreign => "foreign table",
            };
            let mut fact = format!("A row of the {kind} {name}");
            if let Some(key) = &table.partition_key {
                fact = format!("{fact}, partitioned by {}", code(key));
            }
            with_comment(table.comment.as_deref(), format!("{fact}."))
        }
        Object::View(view) => {
            let kind = if view.materialized {
                "materialized view"
            } else {
                "view"
            };
            with_comment(
                view.comment.as_deref(),
                format!("A row of the {kind} {name}."),
            )
        }
        Object::Enum(ty) => with_comment(ty.comment.as_deref(), format!("The enum type {name}.")),
        Object::Composite(ty) => {
            with_comment(ty.comment.as_deref(), format!("The composite type {name}."))
        }
        Object::Domain(domain) => {
            let base = code(&domain.base.to_string());
            let fact = format!("The domain {name} over {base}.");
            with_comment(domain.comment.as_deref(), fact)
        }
        Object::Range(range) => {
            let subtype = code(&range.subtype.to_string());
            let fact = format!("The range type {name} over {subtype}.");
            with_comment(range.comment.as_deref(), fact)
        }
        Object::Multirange(_, range) => {
            let range = code(&range.name.to_string());
            vec![format!("The multirange type {name} of {range}.")]
        }
    }
}

/// The doc of a composite's field.
pub(super) fn attribute(attribute: &Attribute, context: &Context<'_>) -> Vec<String> {
    with_comment(
        attribute.comment.as_deref(),
        ty(&attribute.ty, context, false),
    )
}

/// The doc of a field that is known by its type alone.
pub(super) fn of_type(of: &TypeRef, context: &Context<'_>) -> Vec<String> {
    vec![ty(of, context, context.types.value(of).is_text())]
}

/// The docs of a row's fields, in their order.
pub(super) fn fields(row: &Row<'_>, context: &Context<'_>) -> Vec<Vec<String>> {
    let mut facts: Vec<Vec<String>> = row
        .fields
        .iter()
        .map(|field| column(field, context))
        .collect();
    for key in &row.keys {
        add(&mut facts, &key.columns, || key_fact(key));
    }
    for key in &row.foreign_keys {
        let Some(columns) = row.columns(&key.columns) else {
            continue;
        };
        for (i, target) in columns.iter().zip(&key.referenced_columns) {
            let target = code(&format!("{}.{target}", key.referenced_table));
            add(&mut facts, &[*i], || format!("references {target}"));
        }
    }
    if let Some(table) = row.table() {
        for (check, column) in column_checks(row, table) {
            add(&mut facts, &[column], || format!("check {}", code(check)));
        }
    }
    row.fields
        .iter()
        .zip(facts)
        .map(|(field, facts)| with_comment(field.column.comment.as_deref(), facts.join(", ")))
        .collect()
}

fn add(facts: &mut [Vec<String>], columns: &[usize], fact: impl Fn() -> String) {
    for i in columns {
        if let Some(facts) = facts.get_mut(*i)
            && !facts.contains(&fact())
        {
            facts.push(fact());
        }
    }
}

fn key_fact(key: &Key<'_>) -> String {
    let fact = match (key.kind, key.columns.len()) {
        (KeyKind::Primary, 1) => "primary key",
        (KeyKind::Primary, _) => "part of the primary key",
        (_, 1) => "unique",
        (_, _) => "part of a unique key",
    };
    match key.predicate {
        Some(predicate) => format!("{fact} where {}", code(predicate)),
        None => fact.to_owned(),
    }
}

/// Type, nullability, and where a value comes from when none is given.
fn column(field: &Field<'_>, context: &Context<'_>) -> Vec<String> {
    let column = field.column;
    let mut facts = vec![ty(&column.ty, context, field.value.is_text())];
    if field.nullable {
        facts.push("nullable".to_owned());
    }
    match column.identity {
        Some(Identity::Always) => facts.push("identity".to_owned()),
        Some(Identity::ByDefault) => facts.push("identity by default".to_owned()),
        None => {}
    }
    if let Some(generated) = &column.generated {
        facts.push(format!("generated as {}", code(&generated.expression)));
    }
    if let Some(default) = &column.default {
        facts.push(format!("default {}", code(default)));
    }
    facts
}

fn ty(ty: &TypeRef, context: &Context<'_>, is_text: bool) -> String {
    let mut fact = code(&ty.to_string());
    if let Some(domain) = context.types.domain(ty) {
        fact = format!("{fact}, a domain over {}", code(&domain.base.to_string()));
        for check in &domain.checks {
            fact = format!("{fact}, check {}", code(&check.expression));
        }
    }
    if is_text {
        fact.push_str(", travels as text");
    }
    fact
}

/// Checks that speak of one column and no other, with that column.
fn column_checks<'a>(row: &Row<'a>, table: &'a Table) -> impl Iterator<Item = (&'a str, usize)> {
    table.checks.iter().filter_map(|check| {
        let columns: Vec<usize> = words(&check.expression)
            .iter()
            .filter_map(|word| row.columns([word]))
            .flatten()
            .collect();
        match sorted(&columns).as_slice() {
            [column] => Some((check.expression.as_str(), *column)),
            _ => None,
        }
    })
}

/// The identifiers of an expression, quoted ones without their quotes; strings are passed over.
fn words(expression: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut chars = expression.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' || c == '"' {
            let mut word = String::new();
            while let Some(inner) = chars.next() {
                // A doubled quote is one of the text's own.
                if inner == c && chars.next_if_eq(&c).is_none() {
                    break;
                }
                word.push(inner);
            }
            if c == '"' {
                words.push(word);
            }
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = String::from(c);
            while let Some(next) = chars.next_if(|n| n.is_alphanumeric() || matches!(n, '_' | '$'))
            {
                word.push(next);
            }
            words.push(word);
        }
    }
    words
}

/// The key of an index or exclusion constraint, columns and expressions.
pub(super) fn index_key<'a>(keys: impl IntoIterator<Item = &'a IndexOn>) -> String {
    let keys: Vec<String> = keys
        .into_iter()
        .map(|key| match key {
            IndexOn::Column(text) | IndexOn::Expression(text) => code(text),
        })
        .collect();
    keys.join(", ")
}

/// An object in backticks.
pub(super) fn object(name: &QualifiedName) -> String {
    code(&name.to_string())
}
