//! What a database is compared with: the text that `rowsmith_runtime::schema` reads.
//!
//! Its query writes the same text for a live database; that both agree is tested on every fixture.

use std::collections::HashSet;

use crate::catalog::{
    ArgumentMode, Catalog, Column, Deferral, ForeignKey, ForeignKeyAction, Function, FunctionKind,
    Identity, Index, IndexOn, QualifiedName, Table, TableKind, TypeRef, View,
};
use crate::sql::{self, Omitted};

/// The lines: an object, and indented below it what it is made of.
pub(super) fn expected(catalog: &Catalog, omitted: &[Omitted]) -> Vec<String> {
    let mut lines = Lines(Vec::new());
    for ty in &catalog.enums {
        lines.object("enum", &ty.name, names(&ty.labels));
    }
    for domain in &catalog.domains {
        let mut value = type_text(&domain.base);
        value += if domain.not_null { " not null" } else { "" };
        value += if domain.default.is_some() {
            ", default"
        } else {
            ""
        };
        lines.object("domain", &domain.name, value);
        for check in &domain.checks {
            lines.part("check", &check.name, String::new());
        }
    }
    for composite in &catalog.composites {
        lines.object("composite", &composite.name, String::new());
        for attribute in &composite.attributes {
            lines.part("column", &attribute.name, type_text(&attribute.ty));
        }
    }
    for range in &catalog.ranges {
        lines.object("range", &range.name, type_text(&range.subtype));
    }
    let omitted: HashSet<&str> = omitted.iter().map(|it| it.what.as_str()).collect();
    let tables: HashSet<&QualifiedName> = catalog.tables.iter().map(|it| &it.name).collect();
    for table in &catalog.tables {
        let parent = table.partition_of.as_ref();
        match parent.filter(|parent| tables.contains(parent)) {
            // A partition is what its parent makes it.
            Some(parent) => {
                let of = format!("partition of {}", qualified(parent));
                lines.object("table", &table.name, of);
            }
            None => table_lines(table, &omitted, &mut lines),
        }
    }
    for view in &catalog.views {
        view_lines(view, &mut lines);
    }
    for function in &catalog.functions {
        if !omitted.contains(sql::described(function).as_str()) {
            function_line(function, &mut lines);
        }
    }
    lines.0
}

struct Lines(Vec<String>);

impl Lines {
    fn object(&mut self, kind: &str, name: &QualifiedName, value: String) {
        self.push(format!("{kind} {}", qualified(name)), value);
    }

    fn part(&mut self, kind: &str, name: &str, value: String) {
        self.push(format!("    {kind} {}", quoted(name)), value);
    }

    fn push(&mut self, key: String, value: String) {
        self.0.push(match value.is_empty() {
            true => key,
            false => format!("{key}: {value}"),
        });
    }
}

fn table_lines(table: &Table, omitted: &HashSet<&str>, lines: &mut Lines) {
    lines.object("table", &table.name, String::new());
    for column in &table.columns {
        lines.part("column", &column.name, column_text(column));
    }
    if table.kind == TableKind::Foreign {
        return;
    }
    if let Some(key) = &table.primary_key {
        let value = format!("{} ({})", quoted(&key.name), names(&key.columns));
        lines.push("    primary key".into(), value + deferral(key.deferral));
    }
    for key in &table.unique_keys {
        let value = format!("({}){}", names(&key.columns), deferral(key.deferral));
        lines.part("unique", &key.name, value);
    }
    for key in &table.foreign_keys {
        if !omitted.contains(sql::described_key(table, key).as_str()) {
            lines.part("foreign key", &key.name, foreign_key(key));
        }
    }
    for check in &table.checks {
        lines.part("check", &check.name, String::new());
    }
    for exclusion in &table.exclusions {
        lines.part("exclusion", &exclusion.name, String::new());
    }
    for index in &table.indexes {
        lines.part("index", &index.name, index_text(index));
    }
}

fn column_text(column: &Column) -> String {
    let mut text = type_text(&column.ty);
    text += if column.nullable { "" } else { " not null" };
    text += match column.identity {
        Some(Identity::Always) => ", identity always",
        Some(Identity::ByDefault) => ", identity by default",
        None if column.generated.is_some() => ", generated",
        None if column.default.is_some() => ", default",
        None => "",
    };
    text
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut text = format!(
        "({}) references {} ({})",
        names(&key.columns),
        qualified(&key.referenced_table),
        names(&key.referenced_columns)
    );
    text += if key.match_full { " match full" } else { "" };
    for (on, action) in [("delete", key.on_delete), ("update", key.on_update)] {
        let action = match action {
            ForeignKeyAction::NoAction => continue,
            ForeignKeyAction::Restrict => "restrict",
            ForeignKeyAction::Cascade => "cascade",
            ForeignKeyAction::SetNull => "set null",
            ForeignKeyAction::SetDefault => "set default",
        };
        text += &format!(" on {on} {action}");
    }
    text + deferral(key.deferral)
}

fn deferral(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::NotDeferrable => "",
        Deferral::Deferrable => " deferrable",
        Deferral::InitiallyDeferred => " deferred",
    }
}

fn index_text(index: &Index) -> String {
    let keys = index.keys.iter().map(|key| {
        let on = match &key.on {
            IndexOn::Column(column) => quoted(column),
            IndexOn::Expression(_) => "(…)".to_owned(),
        };
        on + if key.descending { " desc" } else { "" }
    });
    let keys: Vec<String> = keys.collect();
    format!(
        "{}{} ({}){}",
        if index.unique { "unique " } else { "" },
        quoted(&index.method),
        keys.join(", "),
        if index.predicate.is_some() {
            " where …"
        } else {
            ""
        }
    )
}

fn view_lines(view: &View, lines: &mut Lines) {
    let kind = match view.materialized {
        true => "materialized view",
        false => "view",
    };
    lines.object(kind, &view.name, String::new());
    for column in &view.columns {
        lines.part("column", &column.name, type_text(&column.ty));
    }
    for index in &view.indexes {
        lines.part("index", &index.name, index_text(index));
    }
}

fn function_line(function: &Function, lines: &mut Lines) {
    let kind = match function.kind {
        FunctionKind::Procedure => "procedure",
        FunctionKind::Aggregate => "aggregate",
        FunctionKind::Function | FunctionKind::Window => "function",
    };
    let inputs = function
        .arguments
        .iter()
        .filter(|argument| !matches!(argument.mode, ArgumentMode::Out | ArgumentMode::Table));
    let types: Vec<String> = inputs.map(|argument| type_text(&argument.ty)).collect();
    let key = format!("{kind} {}({})", qualified(&function.name), types.join(", "));
    let set = if function.returns_set { "setof " } else { "" };
    let value = match &function.returns {
        Some(ty) => format!("returns {set}{}", type_text(ty)),
        None => String::new(),
    };
    lines.push(key, value);
}

fn type_text(ty: &TypeRef) -> String {
    sql::type_text(ty, qualified)
}

fn qualified(name: &QualifiedName) -> String {
    format!("{}.{}", quoted(&name.schema), quoted(&name.name))
}

fn names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    names.join(", ")
}

/// A plain name as it is, another as a string of JSON, as PostgreSQL writes it too.
fn quoted(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars
        .next()
        .is_some_and(|c| c == '_' || c.is_ascii_lowercase());
    let plain = |c: char| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit();
    match first && chars.all(plain) {
        true => name.to_owned(),
        false => serde_json::Value::from(name).to_string(),
    }
}
