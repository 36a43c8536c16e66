//! Constants that hold constraint names, for programs that match on errors.

use super::Context;
use super::docs;
use super::names::{self, Holder, Wish};
use super::rows::Row;
use super::settings::Thing;
use crate::model::{ConstraintName, Ident};

/// Constants for what an error can name: constraints, and unique indexes, which PostgreSQL reports as
/// constraints too (manual, 55.8).
pub(super) fn constraints<'a>(row: &mut Row<'a>, context: &Context<'a>) -> Vec<ConstraintName> {
    let Some(table) = row.table() else {
        return Vec::new();
    };
    let mut found: Vec<(&'a str, &str, Option<&str>, String)> = Vec::new();
    let primary = table.primary_key.iter();
    let primary = primary.map(|key| (&key.name, "PKEY", &key.comment, "primary key", &key.columns));
    let unique = table.unique_keys.iter();
    let unique = unique.map(|key| {
        (
            &key.name,
            "KEY",
            &key.comment,
            "unique constraint",
            &key.columns,
        )
    });
    for (name, suffix, comment, word, columns) in primary.chain(unique) {
        let columns: Vec<String> = columns.iter().map(|column| docs::code(column)).collect();
        let doc = format!("The {word} on {}.", columns.join(", "));
        found.push((name, suffix, comment.as_deref(), doc));
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        let on = docs::index_key(index.keys.iter().map(|key| &key.on));
        let doc = match &index.predicate {
            Some(predicate) => {
                let predicate = docs::code(predicate);
                format!("The unique index on {on} where {predicate}.")
            }
            None => format!("The unique index on {on}."),
        };
        found.push((&index.name, "IDX", index.comment.as_deref(), doc));
    }
    for key in &table.foreign_keys {
        let columns: Vec<String> = key
            .columns
            .iter()
            .map(|column| docs::code(column))
            .collect();
        let (columns, target) = (columns.join(", "), docs::object(&key.referenced_table));
        let doc = format!("The foreign key on {columns} to {target}.");
        found.push((&key.name, "FKEY", key.comment.as_deref(), doc));
    }
    for check in &table.checks {
        let doc = format!("The check {}.", docs::code(&check.expression));
        found.push((&check.name, "CHECK", check.comment.as_deref(), doc));
    }
    for exclusion in &table.exclusions {
        let on = docs::index_key(exclusion.elements.iter().map(|element| &element.key.on));
        let doc = format!("The exclusion constraint on {on}.");
        found.push((&exclusion.name, "EXCL", exclusion.comment.as_deref(), doc));
    }
    found.sort_by_key(|(name, ..)| *name);
    let wishes = found.iter().enumerate().map(|(i, (name, suffix, ..))| {
        let holder = Holder::Member("constraint", row.name, name);
        // A column of that name has the setting for itself.
        let is_column = table.column(name).is_some();
        let configured = if is_column {
            None
        } else {
            context.settings.name(&holder)
        };
        let first = match configured {
            Some(name) => names::bare(name).to_owned(),
            None => names::shouty(name),
        };
        let first = if first.is_empty() {
            format!("CONSTRAINT_{}", i + 1)
        } else {
            first
        };
        Wish {
            holder,
            others: vec![format!("{first}_{suffix}")],
            first,
            configured: configured.is_some(),
        }
    });
    let wishes: Vec<Wish<'a>> = wishes.collect();
    let configured: Vec<bool> = wishes.iter().map(|wish| wish.configured).collect();
    let grants = row.constants.grant(wishes, names::escape);
    let mut constants = Vec::with_capacity(found.len());
    for (((name, _, comment, doc), grant), configured) in
        found.into_iter().zip(grants).zip(configured)
    {
        let holder = Holder::Member("constraint", row.name, name);
        context
            .settings
            .report_loss(Thing::Constant, holder, &grant, configured);
        constants.push(ConstraintName {
            ident: Ident {
                db: name.to_owned(),
                rs: grant.name,
            },
            doc: docs::with_comment(comment, doc),
        });
    }
    constants
}
