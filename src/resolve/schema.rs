//! The schema as a whole: the script that creates it, and what a database is compared with.

use std::collections::BTreeSet;

use super::Context;
use super::expected::expected;
use crate::catalog::{Catalog, QualifiedName};
use crate::diagnostics::Diagnostic;
use crate::model::Schema;
use crate::sql;

/// What the Catalog does not know.
const NOT_WRITTEN: &str = "Triggers, rules, policies, privileges, owners, storage parameters and options of \
                           views are not in it; nor are planner settings of functions, functions of range \
                           types, and what only PostgreSQL 18 has of constraints (`NOT ENFORCED`, \
                           `WITHOUT OVERLAPS`, `PERIOD`).";

/// Writes the script, and says what could not be written.
pub(super) fn schema(catalog: &Catalog, context: &Context<'_>) -> Schema {
    let script = sql::script(catalog);
    for omitted in script.omitted.iter().filter(|omitted| !omitted.outside) {
        let message = format!(
            "{} is not in `SCHEMA_SQL` and `create_all` does not create it: {}",
            omitted.what, omitted.why
        );
        context.settings.report(Diagnostic::note(message));
    }
    let mut doc = vec![
        "Creates the schema that this code was generated from, in an empty database.".to_owned(),
        NOT_WRITTEN.to_owned(),
    ];
    let omitted = script.omitted.iter();
    doc.extend(omitted.map(|it| format!("Neither is {}: {}.", it.what, it.why)));
    Schema {
        module: context.tree.schema_module().to_owned(),
        doc: separated(doc),
        sql: script.sql.lines().map(str::to_owned).collect(),
        schemas: schemas(catalog),
        expected: expected(catalog, &script.omitted),
    }
}

/// Each line a paragraph of its own.
fn separated(lines: Vec<String>) -> Vec<String> {
    let mut separated = Vec::with_capacity(lines.len() * 2);
    for line in lines {
        separated.extend([line, String::new()]);
    }
    separated
}

/// The schemas in which there is something to compare.
fn schemas(catalog: &Catalog) -> Vec<String> {
    let enums = catalog.enums.iter().map(|ty| &ty.name);
    let domains = catalog.domains.iter().map(|ty| &ty.name);
    let composites = catalog.composites.iter().map(|ty| &ty.name);
    let ranges = catalog.ranges.iter().map(|ty| &ty.name);
    let tables = catalog.tables.iter().map(|table| &table.name);
    let views = catalog.views.iter().map(|view| &view.name);
    let functions = catalog.functions.iter().map(|function| &function.name);
    let types = enums.chain(domains).chain(composites).chain(ranges);
    let all = types.chain(tables).chain(views).chain(functions);
    let schemas: BTreeSet<&QualifiedName> = all.collect();
    let schemas: BTreeSet<String> = schemas.iter().map(|name| name.schema.clone()).collect();
    schemas.into_iter().collect()
}
