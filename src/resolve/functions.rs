//! Functions that read and delete: one for each key and index.

use std::collections::HashSet;

use super::Context;
use super::docs;
use super::names::{self, Grant, Holder, Namespace, Wish};
use super::objects::Object;
use super::rows::{Field, Key, KeyKind, Row};
use super::settings::Wanted;
use super::sql;
use crate::catalog::{QualifiedName, View};
use crate::model::{Function, Param, Returns};

/// A function that waits for its name.
struct Planned<'a> {
    holder: Holder<'a>,
    name: String,
    doc: Vec<String>,
    columns: Vec<usize>,
    predicate: Option<&'a str>,
    returns: Returns,
}

/// All functions of a row struct, with their names taken from the row's namespace.
pub(super) fn functions<'a>(row: &mut Row<'a>, context: &Context<'a>) -> Vec<Function> {
    let mut functions = Vec::new();
    let primary = row.primary_key().cloned();
    if let Some(key) = &primary {
        let find = find(row, key);
        functions.extend(renamed(row, "find", find, context));
    }
    functions.extend(named(row, finds(row), context));
    let list = list(row);
    functions.extend(renamed(row, "list", list, context));
    functions.extend(named(row, lists(row), context));
    let count = count(row);
    functions.extend(renamed(row, "count", count, context));
    if let Object::View(view) = row.object
        && view.materialized
    {
        for (name, function) in refresh(view, row) {
            functions.extend(renamed(row, name, function, context));
        }
    }
    if let Some(key) = &primary {
        let exists = exists(row, key);
        functions.extend(renamed(row, "exists", exists, context));
        if row.table().is_some() {
            let delete = delete(row, key);
            functions.extend(named(row, vec![delete], context));
        }
    }
    functions
}

fn find(row: &Row<'_>, key: &Key<'_>) -> Function {
    let conditions = equalities(row, &key.columns);
    Function {
        name: String::new(),
        doc: vec![format!(
            "Finds the row with this primary key, {}.",
            docs::columns(row.pick(&key.columns))
        )],
        params: params(row, &key.columns),
        returns: Returns::OptionalRow,
        sql: select(row, conditions, Vec::new()),
    }
}

fn list(row: &Row<'_>) -> Function {
    let order = match row.primary_key() {
        Some(_) => ", in the order of the primary key",
        None => "",
    };
    Function {
        name: String::new(),
        doc: vec![format!(
            "Lists all rows of {}{order}.",
            docs::object(row.name)
        )],
        params: Vec::new(),
        returns: Returns::Rows,
        sql: select(row, Vec::new(), row.order_by(None)),
    }
}

fn count(row: &Row<'_>) -> Function {
    Function {
        name: String::new(),
        doc: vec![format!("Counts the rows of {}.", docs::object(row.name))],
        params: Vec::new(),
        returns: Returns::Count,
        sql: vec![format!("SELECT count(*) FROM {}", sql::qualified(row.name))],
    }
}

/// A refresh beside readers needs a unique index on plain columns and all rows (manual,
/// `REFRESH MATERIALIZED VIEW`).
fn refresh<'a>(view: &'a View, row: &mut Row<'a>) -> Vec<(&'static str, Function)> {
    let name = docs::object(&view.name);
    let mut functions = Vec::new();
    let mut push = |function: &'static str, word: &str, doc: Vec<String>| {
        row.functions.hold(function, Holder::Reserved);
        let sql = format!(
            "REFRESH MATERIALIZED VIEW {word}{}",
            sql::qualified(&view.name)
        );
        let made = Function {
            name: String::new(),
            doc,
            params: Vec::new(),
            returns: Returns::Nothing,
            sql: vec![sql],
        };
        functions.push((function, made));
    };
    let doc = vec![
        format!("Runs the query of the materialized view {name} anew and replaces its rows."),
        String::new(),
        "Nobody can read them meanwhile.".to_owned(),
    ];
    push("refresh", "", doc);
    let index = row
        .keys
        .iter()
        .find(|key| key.kind == KeyKind::Index && key.predicate.is_none());
    if let Some(index) = index {
        let doc = vec![
            format!(
                "As `refresh`, while others read the rows, which the unique index {} lets the server \
                 tell apart.",
                docs::code(index.name)
            ),
            String::new(),
            "The view must have been filled before.".to_owned(),
        ];
        push("refresh_concurrently", "CONCURRENTLY ", doc);
    }
    functions
}

fn exists(row: &Row<'_>, key: &Key<'_>) -> Function {
    let mut lines = vec![
        "SELECT EXISTS (".to_owned(),
        format!("    SELECT FROM {}", sql::qualified(row.name)),
    ];
    let conditions = sql::conditions(equalities(row, &key.columns));
    lines.extend(conditions.iter().map(|line| format!("    {line}")));
    lines.push(")".to_owned());
    Function {
        name: String::new(),
        doc: vec!["Tells whether there is a row with this primary key.".to_owned()],
        params: params(row, &key.columns),
        returns: Returns::Exists,
        sql: lines,
    }
}

fn delete<'a>(row: &Row<'a>, key: &Key<'a>) -> Planned<'a> {
    Planned {
        holder: Holder::Member("primary key", row.name, key.name),
        name: format!("delete_by_{}", row.joined(&key.columns)),
        doc: vec![
            "Deletes the row with this primary key, and tells whether there was one.".to_owned(),
        ],
        columns: key.columns.clone(),
        predicate: None,
        returns: Returns::Affected,
    }
}

/// What follows `find_by_` and `upsert_by_` for a unique key: its columns. Where several partial indexes
/// share their columns, none of them is named so, for which rows it finds would depend on the others.
pub(super) fn key_word(row: &Row<'_>, key: &Key<'_>) -> String {
    let rivals = row
        .keys
        .iter()
        .filter(|other| other.columns == key.columns && other.kind != KeyKind::Primary);
    if key.predicate.is_some() && rivals.count() > 1 {
        let index = names::snake(key.name);
        if !index.is_empty() {
            return index;
        }
    }
    row.joined(&key.columns)
}

/// The unique keys on which something can be found, each set of rows and columns once.
pub(super) fn distinct_keys<'a>(row: &Row<'a>) -> Vec<Key<'a>> {
    let mut seen = HashSet::new();
    row.keys
        .iter()
        .filter(|key| seen.insert((key.columns.clone(), key.predicate)))
        .cloned()
        .collect()
}

fn finds<'a>(row: &Row<'a>) -> Vec<Planned<'a>> {
    distinct_keys(row)
        .into_iter()
        .filter(|key| key.kind != KeyKind::Primary)
        .map(|key| {
            let on = docs::columns(row.pick(&key.columns));
            let mut doc = vec![format!("Finds the row with this {on}.")];
            if let Some(predicate) = key.predicate {
                doc.push(String::new());
                doc.push(format!(
                    "Only among the rows of the partial unique index {}: {}.",
                    docs::code(key.name),
                    docs::code(predicate)
                ));
            }
            Planned {
                holder: Holder::Member(key.kind.word(), row.name, key.name),
                name: format!("find_by_{}", key_word(row, &key)),
                doc,
                columns: key.columns,
                predicate: key.predicate,
                returns: Returns::OptionalRow,
            }
        })
        .collect()
}

/// Foreign keys in the order of their columns, then indexes by name; nothing that is unique.
fn lists<'a>(row: &Row<'a>) -> Vec<Planned<'a>> {
    let mut wanted: Vec<(Vec<usize>, Holder<'a>)> = Vec::new();
    wanted.extend(row.foreign_keys.iter().filter_map(|key| {
        let holder = Holder::Member("foreign key", row.name, &key.name);
        Some((row.columns(&key.columns)?, holder))
    }));
    wanted.sort_by(|(a, _), (b, _)| a.cmp(b));
    for index in row.indexes() {
        let scans = matches!(index.method.as_str(), "btree" | "hash");
        if scans
            && !index.unique
            && index.predicate.is_none()
            && let Some(columns) = row.index_columns(index)
        {
            wanted.push((columns, Holder::Member("index", row.name, &index.name)));
        }
    }
    let mut seen = HashSet::new();
    wanted
        .into_iter()
        .filter(|(columns, _)| !columns.is_empty() && !row.is_unique(columns))
        .filter(|(columns, _)| seen.insert(columns.clone()))
        .map(|(columns, holder)| Planned {
            holder,
            name: format!("list_by_{}", row.joined(&columns)),
            doc: vec![format!(
                "Lists the rows with this {}.",
                docs::columns(row.pick(&columns))
            )],
            columns,
            predicate: None,
            returns: Returns::Rows,
        })
        .collect()
}

/// The name of a function as it is configured; `None` when it is left out. The name that it would have had
/// stays its own, so that no other function takes it.
pub(super) fn configured<'a>(
    table: &QualifiedName,
    holder: Holder<'a>,
    grant: &Grant<'a>,
    namespace: &mut Namespace<'a>,
    context: &Context<'a>,
) -> Option<String> {
    let settings = &context.settings;
    match settings.function(table, &grant.name) {
        Wanted::AsEver => {
            settings.report_function_loss(table, holder, grant);
            Some(grant.name.clone())
        }
        Wanted::LeftOut => None,
        Wanted::Called(name) => {
            if let Some(other) = namespace.holder(name) {
                settings.report_function_name(table, &grant.name, name, other);
            }
            namespace.hold(name, holder);
            Some(name.to_owned())
        }
    }
}

/// The same for a function that each table has, which gets its name so.
fn renamed<'a>(
    row: &mut Row<'a>,
    name: &'static str,
    function: Function,
    context: &Context<'a>,
) -> Option<Function> {
    let grant = Grant {
        name: name.to_owned(),
        lost: None,
    };
    let holder = Holder::Member("function", row.name, name);
    let name = configured(row.name, holder, &grant, &mut row.functions, context)?;
    Some(Function { name, ..function })
}

/// Gives planned functions their names and statements.
fn named<'a>(row: &mut Row<'a>, planned: Vec<Planned<'a>>, context: &Context<'a>) -> Vec<Function> {
    let wishes = planned
        .iter()
        .map(|function| Wish {
            holder: function.holder,
            first: function.name.clone(),
            others: Vec::new(),
            configured: false,
        })
        .collect();
    let grants = row.functions.grant(wishes, names::escape);
    let mut functions = Vec::with_capacity(planned.len());
    for (function, grant) in planned.into_iter().zip(grants) {
        let namespace = &mut row.functions;
        let Some(name) = configured(row.name, function.holder, &grant, namespace, context) else {
            continue;
        };
        let mut conditions = equalities(row, &function.columns);
        conditions.extend(function.predicate.map(|predicate| format!("({predicate})")));
        let sql = match function.returns {
            Returns::Affected => {
                let mut lines = vec![format!("DELETE FROM {}", sql::qualified(row.name))];
                lines.extend(sql::conditions(conditions));
                lines
            }
            Returns::Rows => select(row, conditions, row.order_by(None)),
            _ => select(row, conditions, Vec::new()),
        };
        functions.push(Function {
            name,
            doc: function.doc,
            params: params(row, &function.columns),
            returns: function.returns,
            sql,
        });
    }
    functions
}

/// Parameters for the values of some columns.
pub(super) fn params(row: &Row<'_>, columns: &[usize]) -> Vec<Param> {
    row.pick(columns)
        .map(|field| Param {
            name: field.param.clone(),
            ty: field.argument.clone(),
        })
        .collect()
}

/// `"a" = $1`, `"b" = $2`.
pub(super) fn equalities(row: &Row<'_>, columns: &[usize]) -> Vec<String> {
    row.pick(columns)
        .zip(1..)
        .map(|(field, n): (&Field<'_>, usize)| field.equals(n))
        .collect()
}

/// `SELECT … FROM … WHERE … ORDER BY …` of one table.
pub(super) fn select(row: &Row<'_>, conditions: Vec<String>, order_by: Vec<String>) -> Vec<String> {
    let mut lines = sql::list("SELECT ", &row.select_list(None));
    lines.push(format!("FROM {}", sql::qualified(row.name)));
    lines.extend(sql::conditions(conditions));
    lines.extend(order_by);
    lines
}
