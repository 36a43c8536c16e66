//! How rows are inserted and changed.

use std::collections::HashSet;

use super::Context;
use super::declared::Declared;
use super::docs;
use super::functions;
use super::locking::is_system;
use super::names::{self, Holder, Namespace, Wish};
use super::rows::{Field, Key, Row, is_writable};
use super::settings::Thing;
use crate::catalog::{Identity, Table};
use crate::model::{Lock, NewRow, Patch, Upsert, Write, WriteField};

/// Functions of `NewX` and `XPatch`, and methods of what they derive, which a setter would hide.
const FUNCTIONS: [&str; 13] = [
    "apply", "apply_to", "clone", "default", "eq", "fmt", "insert", "into", "ne", "new",
    "to_owned", "try_into", "values",
];

/// A row can be changed: there is a primary key to find it by and a column that may be written.
pub(super) fn has_patch(table: &Table, declared: &Declared) -> bool {
    let has_key = declared
        .key_of(table)
        .is_some_and(|key| !key.is_empty() && key.iter().all(|name| table.column(name).is_some()));
    has_key && table.columns.iter().any(is_writable)
}

/// `NewX` of a table; `None` of a view.
pub(super) fn new_row<'a>(
    row: &Row<'a>,
    docs: &[Vec<String>],
    context: &Context<'a>,
) -> Option<NewRow> {
    row.table()?;
    let mut namespace = Namespace::reserving(&FUNCTIONS);
    let upserts = upserts(row, &mut namespace, context);
    Some(NewRow {
        name: context.tree.names(row.name).new_row.clone(),
        attributes: context.settings.serde_names(row.name),
        fields: fields(row, docs, &mut namespace, context, true),
        upserts,
    })
}

/// `XPatch` of a table, where its rows can be changed.
pub(super) fn patch<'a>(
    row: &Row<'a>,
    docs: &[Vec<String>],
    context: &Context<'a>,
) -> Option<Patch> {
    let key = row.primary_key()?;
    if !has_patch(row.table()?, context.declared) {
        return None;
    }
    let mut namespace = Namespace::reserving(&FUNCTIONS);
    Some(Patch {
        name: context.tree.names(row.name).patch.clone(),
        attributes: context.settings.serde_names(row.name),
        fields: fields(row, docs, &mut namespace, context, false),
        key: functions::params(row, &key.columns),
        key_sql: functions::equalities(row, &key.columns).join(" AND "),
        lock: lock(row, key),
    })
}

/// How a change of one row asks for the version that was read.
fn lock(row: &Row<'_>, key: &Key<'_>) -> Option<Lock> {
    let version = row.fields.get(row.version?)?;
    let fields = row.pick(&key.columns).chain([version]);
    Some(Lock {
        fields: fields.map(|field| field.ident.rs.clone()).collect(),
        column: version.column.name.clone(),
        current_sql: version.equals(key.columns.len() + 1),
        counts: !is_system(version.column),
    })
}

/// The columns that may be written; a patch has no say in a row's version. A setter that can't have its
/// field's name is reported once, though both structs may have it.
fn fields<'a>(
    row: &Row<'a>,
    docs: &[Vec<String>],
    namespace: &mut Namespace<'a>,
    context: &Context<'a>,
    new: bool,
) -> Vec<WriteField> {
    let writable: Vec<(&Field<'a>, &Vec<String>)> = row
        .fields
        .iter()
        .zip(docs)
        .enumerate()
        .filter(|(i, _)| new || row.version != Some(*i))
        .map(|(_, field)| field)
        .filter(|(field, _)| is_writable(field.column))
        .collect();
    let wishes = writable.iter().map(|(field, _)| {
        let first = field.ident.rs.trim_start_matches("r#").to_owned();
        Wish {
            holder: Holder::Member("column", row.name, &field.column.name),
            others: vec![format!("set_{}", field.word())],
            first,
            configured: false,
        }
    });
    let grants = namespace.grant(wishes.collect(), names::escape);
    writable
        .into_iter()
        .zip(grants)
        .map(|((field, doc), grant)| {
            let required = is_required(field, context);
            // What must be given has no setter in a new row, only in the patch.
            if new != required {
                let holder = Holder::Member("column", row.name, &field.column.name);
                context
                    .settings
                    .report_loss(Thing::Setter, holder, &grant, false);
            }
            WriteField {
                ident: field.ident.clone(),
                setter: grant.name,
                param: field.param.clone(),
                ty: field.ty.clone(),
                nullable: field.nullable,
                required: new && required,
                into: field.value.takes_into(),
                attributes: (context.settings).serde_member_names(row.name, &field.column.name),
                write: Write {
                    column_sql: field.quoted(),
                    param_sql: field.value.param_sql.clone(),
                    cast_sql: field.value.write_cast_sql.clone(),
                    element_sql: field.value.element_sql.clone(),
                    max_length: (field.max_length.as_ref())
                        .filter(|_| context.check_lengths)
                        .map(|(_, n)| *n),
                },
                doc: doc.clone(),
            }
        })
        .collect()
}

/// Nobody else gives the column a value: neither a default, its domain's included, nor an identity.
fn is_required(field: &Field<'_>, context: &Context<'_>) -> bool {
    let column = field.column;
    !field.nullable
        && column.default.is_none()
        && column.identity.is_none()
        && context
            .types
            .domains(&column.ty)
            .all(|domain| domain.default.is_none())
}

/// One for each key that can settle a conflict (`INSERT`, `ON CONFLICT`): checked at once, and on columns
/// for which a new row has a value or the server computes one from it.
fn upserts<'a>(row: &Row<'a>, namespace: &mut Namespace<'a>, context: &Context<'a>) -> Vec<Upsert> {
    let mut seen = HashSet::new();
    let keys: Vec<&Key<'a>> = row
        .keys
        .iter()
        .filter(|key| key.immediate && is_given(row, key))
        .filter(|key| seen.insert((&key.columns, key.predicate)))
        .collect();
    let wishes = keys.iter().map(|key| Wish {
        holder: Holder::Member(key.kind.word(), row.name, key.name),
        first: format!("upsert_by_{}", functions::key_word(row, key)),
        others: Vec::new(),
        configured: false,
    });
    let grants = namespace.grant(wishes.collect(), names::escape);
    keys.into_iter()
        .zip(grants)
        .filter_map(|(key, grant)| {
            let holder = Holder::Member(key.kind.word(), row.name, key.name);
            let name = functions::configured(row.name, holder, &grant, namespace, context)?;
            let columns: Vec<String> = row.pick(&key.columns).map(Field::quoted).collect();
            let target = format!("({})", columns.join(", "));
            let on = docs::columns(row.pick(&key.columns));
            let mut doc = vec![format!(
                "Inserts the row, or changes the one that has the same {on}, and returns it."
            )];
            if let Some(predicate) = key.predicate {
                doc.push(String::new());
                doc.push(format!(
                    "Only among the rows of the partial unique index {}: {}.",
                    docs::code(key.name),
                    docs::code(predicate)
                ));
            }
            Some(Upsert {
                name,
                doc,
                target_sql: match key.predicate {
                    Some(predicate) => format!("{target} WHERE ({predicate})"),
                    None => target,
                },
                key_columns_sql: columns,
            })
        })
        .collect()
}

fn is_given(row: &Row<'_>, key: &Key<'_>) -> bool {
    row.pick(&key.columns)
        .all(|field| field.column.identity != Some(Identity::Always))
}
