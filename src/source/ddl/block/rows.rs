//! The rows that PostgreSQL's catalogs and the information schema would have, of what was made so far.
//!
//! A row has the columns of all relations that one would join to it: that of a column has those of its table
//! and schema too. So a join of them needs no work, and its conditions hold. An `oid` is the object's name.

use super::super::state::{Relation, State, Type};
use super::value::Value;
use crate::catalog::{QualifiedName, Table, TableKind};

/// What stands for the database's name.
pub(super) const DATABASE: &str = "";

/// A row: the values of its columns by name. A column that is not there has no known value.
#[derive(Debug, Default, Clone)]
pub(super) struct Row(Vec<(&'static str, Value)>);

impl Row {
    /// The value of a column.
    pub fn cell(&self, name: &str) -> Option<&Value> {
        let mut cells = self.0.iter().rev();
        cells
            .find(|(cell, _)| *cell == name)
            .map(|(_, value)| value)
    }

    fn text(mut self, columns: &[&'static str], text: &str) -> Self {
        let cells = columns.iter().map(|it| (*it, Value::Text(text.to_owned())));
        self.0.extend(cells);
        self
    }

    fn bool(mut self, column: &'static str, truth: bool) -> Self {
        self.0.push((column, Value::Bool(truth)));
        self
    }

    /// A row of something in a schema.
    fn of(schema: &str) -> Self {
        Self::default()
            .text(
                &[
                    "nspname",
                    "schemaname",
                    "schema_name",
                    "table_schema",
                    "constraint_schema",
                    "sequence_schema",
                    "routine_schema",
                    "specific_schema",
                    "domain_schema",
                    "udt_schema",
                    "relnamespace",
                    "typnamespace",
                    "connamespace",
                    "pronamespace",
                ],
                schema,
            )
            .text(
                &["table_catalog", "constraint_catalog", "catalog_name"],
                DATABASE,
            )
    }

    /// A row of a relation.
    fn of_relation(name: &QualifiedName) -> Self {
        Self::of(&name.schema)
            .text(
                &[
                    "relname",
                    "table_name",
                    "tablename",
                    "viewname",
                    "matviewname",
                    "sequencename",
                    "sequence_name",
                ],
                &name.name,
            )
            .text(
                &["oid", "attrelid", "conrelid", "indrelid"],
                &name.to_string(),
            )
    }
}

/// What gives the rows of relations.
type Rows = fn(&State) -> Vec<Row>;

/// The rows of relations of the catalog that are joined; `None` where one of them is not known here.
pub(super) fn of(state: &State, relations: &[&str]) -> Option<Vec<Row>> {
    /// From the ones with the most columns of others to those with the fewest.
    const RELATIONS: [(&[&str], Rows); 11] = [
        (&["key_column_usage"], constraint_columns),
        (&["constraint_column_usage"], constrained_columns),
        (
            &[
                "pg_constraint",
                "table_constraints",
                "referential_constraints",
            ],
            constraints,
        ),
        (&["pg_attribute", "columns"], columns),
        (&["pg_indexes", "pg_index"], indexes),
        (&["pg_enum"], labels),
        (
            &[
                "pg_class",
                "tables",
                "pg_tables",
                "views",
                "pg_views",
                "pg_matviews",
                "sequences",
                "pg_sequences",
            ],
            relations_of,
        ),
        (&["pg_type", "domains"], types),
        (&["pg_proc", "routines"], functions),
        (&["pg_extension"], extensions),
        (&["pg_namespace", "schemata"], schemas),
    ];
    let known = |relation: &&str| RELATIONS.iter().any(|(names, _)| names.contains(relation));
    if relations.is_empty() || !relations.iter().all(known) {
        return None;
    }
    let (_, rows) = RELATIONS
        .iter()
        .find(|(names, _)| relations.iter().any(|it| names.contains(it)))?;
    let mut rows = rows(state);
    // Each of these relations has rows of some kinds only.
    for relation in relations {
        let kinds: &[&str] = match *relation {
            "pg_tables" => &["r", "p"],
            "tables" => &["r", "p", "v", "f"],
            "views" | "pg_views" => &["v"],
            "pg_matviews" => &["m"],
            "sequences" | "pg_sequences" => &["S"],
            "domains" => {
                rows.retain(|row| row.cell("typtype") == Some(&Value::Text("d".into())));
                continue;
            }
            _ => continue,
        };
        let is_of = |row: &Row| match row.cell("relkind") {
            Some(Value::Text(kind)) => kinds.contains(&kind.as_str()),
            _ => true,
        };
        rows.retain(is_of);
    }
    Some(rows)
}

fn schemas(state: &State) -> Vec<Row> {
    let schemas = state.catalog.schemas.iter();
    schemas
        .map(|schema| Row::of(&schema.name).text(&["oid"], &schema.name))
        .collect()
}

fn extensions(state: &State) -> Vec<Row> {
    let extensions = state.catalog.extensions.iter();
    extensions
        .map(|it| Row::of(&it.schema).text(&["extname"], &it.name))
        .collect()
}

fn relations_of(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, relation) in &state.relations {
        let kind = match relation {
            Relation::Table(at) => table_kind(state.catalog.tables.get(*at)),
            Relation::View(at) => match state.catalog.views.get(*at) {
                Some(view) if view.materialized => "m",
                _ => "v",
            },
            Relation::Sequence(_) => "S",
            Relation::Index(_) => "i",
            Relation::Composite => "c",
        };
        let row = Row::of_relation(name).text(&["relkind"], kind);
        rows.push(match kind {
            "r" | "p" => row.text(&["table_type"], "BASE TABLE"),
            "f" => row.text(&["table_type"], "FOREIGN"),
            "v" => row.text(&["table_type"], "VIEW"),
            _ => row,
        });
    }
    rows
}

fn table_kind(table: Option<&Table>) -> &'static str {
    match table.map(|table| table.kind) {
        Some(TableKind::Partitioned) => "p",
        Some(TableKind::Foreign) => "f",
        _ => "r",
    }
}

fn columns(state: &State) -> Vec<Row> {
    let tables = state.catalog.tables.iter();
    let views = state.catalog.views.iter();
    let all = tables
        .map(|it| (&it.name, &it.columns, table_kind(Some(it))))
        .chain(views.map(|it| {
            (
                &it.name,
                &it.columns,
                if it.materialized { "m" } else { "v" },
            )
        }));
    let mut rows = Vec::new();
    for (name, columns, kind) in all {
        for column in columns {
            let ty = &column.ty;
            let underscore = if ty.array { "_" } else { "" };
            let udt = format!("{underscore}{}", ty.name);
            let mut row = Row::of_relation(name)
                .text(&["relkind"], kind)
                .text(&["attname", "column_name"], &column.name)
                .text(&["udt_name", "typname"], &udt)
                .text(&["is_nullable"], if column.nullable { "YES" } else { "NO" })
                .bool("attnotnull", !column.nullable)
                .bool("attisdropped", false);
            if let Some(data_type) = data_type(state, ty) {
                row = row.text(&["data_type"], &data_type);
            }
            row.0
                .push(("attnum", Value::Number(i64::from(column.position.max(1)))));
            if column.default.is_none() {
                row.0.push(("column_default", Value::Null));
            }
            rows.push(row);
        }
    }
    rows
}

/// `data_type` of `information_schema.columns`.
fn data_type(state: &State, ty: &crate::catalog::TypeRef) -> Option<String> {
    if ty.array {
        return Some("ARRAY".into());
    }
    if ty.schema != "pg_catalog" {
        return match state.types.get(&ty.qualified_name()) {
            Some(Type::Domain(_)) | None => None,
            Some(_) => Some("USER-DEFINED".into()),
        };
    }
    let long = match ty.name.as_str() {
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "bool" => "boolean",
        "varchar" => "character varying",
        "bpchar" => "character",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "time" => "time without time zone",
        "varbit" => "bit varying",
        "char" => "\"char\"",
        other => other,
    };
    Some(long.to_owned())
}

/// The constraints of a table: name, `contype`, `constraint_type`, columns.
fn constraints_of(table: &Table) -> Vec<(&str, &'static str, &'static str, &[String])> {
    let primary = table.primary_key.iter();
    let mut all: Vec<(&str, &'static str, &'static str, &[String])> = primary
        .map(|it| (it.name.as_str(), "p", "PRIMARY KEY", it.columns.as_slice()))
        .collect();
    let unique = table.unique_keys.iter();
    all.extend(unique.map(|it| (it.name.as_str(), "u", "UNIQUE", it.columns.as_slice())));
    let foreign = table.foreign_keys.iter();
    all.extend(foreign.map(|it| (it.name.as_str(), "f", "FOREIGN KEY", it.columns.as_slice())));
    let checks = table.checks.iter();
    all.extend(checks.map(|it| (it.name.as_str(), "c", "CHECK", [].as_slice())));
    let exclusions = table.exclusions.iter();
    all.extend(exclusions.map(|it| (it.name.as_str(), "x", "EXCLUDE", [].as_slice())));
    all
}

fn constraint_row(table: &Table, name: &str, short: &str, long: &str) -> Row {
    Row::of_relation(&table.name)
        .text(&["relkind"], table_kind(Some(table)))
        .text(&["conname", "constraint_name"], name)
        .text(&["contype"], short)
        .text(&["constraint_type"], long)
}

fn constraints(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in &state.catalog.tables {
        for (name, short, long, _) in constraints_of(table) {
            rows.push(constraint_row(table, name, short, long));
        }
    }
    rows
}

fn constraint_columns(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in &state.catalog.tables {
        for (name, short, long, columns) in constraints_of(table) {
            for column in columns {
                let row = constraint_row(table, name, short, long);
                rows.push(row.text(&["column_name"], column));
            }
        }
    }
    rows
}

/// The columns that constraints speak of, which are another table's for a foreign key.
fn constrained_columns(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in &state.catalog.tables {
        for (name, short, long, _) in constraints_of(table) {
            let key = table.foreign_keys.iter().find(|key| key.name == name);
            let of = key.map_or(&table.name, |key| &key.referenced_table);
            let row = constraint_row(table, name, short, long);
            rows.push(
                row.text(&["table_name"], &of.name)
                    .text(&["table_schema"], &of.schema),
            );
        }
    }
    rows
}

fn indexes(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, relation) in &state.relations {
        if let Relation::Index(table) = relation {
            let row = Row::of_relation(table);
            rows.push(
                row.text(&["indexname", "relname"], &name.name)
                    .text(&["relkind"], "i")
                    .text(&["indexrelid", "oid"], &name.to_string()),
            );
        }
    }
    rows
}

fn type_row(name: &QualifiedName, kind: &str) -> Row {
    Row::of(&name.schema)
        .text(&["typname", "domain_name", "udt_name"], &name.name)
        .text(&["typtype"], kind)
        .text(&["oid", "enumtypid"], &name.to_string())
}

fn types(state: &State) -> Vec<Row> {
    let types = state.types.iter();
    types
        .map(|(name, ty)| {
            let kind = match ty {
                Type::Enum(_) => "e",
                Type::Domain(_) => "d",
                Type::Composite(_) | Type::Row => "c",
                Type::Range(_) => "r",
                Type::Multirange => "m",
                Type::Other => "b",
            };
            type_row(name, kind)
        })
        .collect()
}

fn labels(state: &State) -> Vec<Row> {
    let mut rows = Vec::new();
    for ty in &state.catalog.enums {
        for label in &ty.labels {
            rows.push(type_row(&ty.name, "e").text(&["enumlabel"], label));
        }
    }
    rows
}

fn functions(state: &State) -> Vec<Row> {
    let functions = state.catalog.functions.iter();
    functions
        .map(|it| Row::of(&it.name.schema).text(&["proname", "routine_name"], &it.name.name))
        .collect()
}
