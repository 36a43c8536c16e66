//! `rowsmith inspect`

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::{Args, ValueEnum};
use schemars::Schema;
use schemars::generate::SchemaSettings;

use super::options::SchemaOptions;
use super::{Outcome, report};
use crate::catalog::{Catalog, Column, Identity, Table};
use crate::diagnostics::{Errors, printable};

/// Print what was read, as a table or as JSON, or the schema of that JSON.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    #[command(flatten)]
    schema: SchemaOptions,

    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people: each table with its columns and keys
    Table,
    /// For programs: the whole Catalog
    Json,
    /// For those who write such programs: the JSON Schema of the Catalog, for which nothing is read
    JsonSchema,
}

impl Inspect {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let text = match self.format {
            Format::Table => printable(&table(&self.read()?)),
            Format::Json => serde_json::to_string_pretty(&self.read()?)? + "\n",
            Format::JsonSchema => serde_json::to_string_pretty(&json_schema())? + "\n",
        };
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(Outcome::Fine)
    }

    fn read(self) -> Result<Catalog, Errors> {
        let (config, source) = self.schema.load()?;
        let (catalog, diagnostics) = crate::read_catalog(&config, &source)?;
        report(&diagnostics);
        Ok(catalog)
    }
}

/// The schema of the Catalog as it is written: no field is ever left out, even where it is null.
fn json_schema() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Catalog>()
}

fn table(catalog: &Catalog) -> String {
    let mut blocks = Vec::new();
    for table in &catalog.tables {
        let mut block = match &table.partition_of {
            Some(parent) => format!("partition {} of {parent}\n", table.name),
            None => format!("table {}\n", table.name),
        };
        block += &columns(&table.columns);
        block += &keys(table);
        blocks.push(block);
    }
    for view in &catalog.views {
        let kind = if view.materialized {
            "materialized view"
        } else {
            "view"
        };
        blocks.push(format!("{kind} {}\n{}", view.name, columns(&view.columns)));
    }
    for ty in &catalog.enums {
        let labels: Vec<String> = ty.labels.iter().map(|label| format!("'{label}'")).collect();
        blocks.push(format!("enum {}\n  {}\n", ty.name, labels.join(", ")));
    }
    for ty in &catalog.domains {
        let not_null = if ty.not_null { " not null" } else { "" };
        blocks.push(format!("domain {}\n  {}{not_null}\n", ty.name, ty.base));
    }
    for ty in &catalog.composites {
        let mut block = format!("composite {}\n", ty.name);
        for attribute in &ty.attributes {
            let _ = writeln!(block, "  {} {}", attribute.name, attribute.ty);
        }
        blocks.push(block);
    }
    blocks.join("\n")
}

/// A line a column, its parts aligned.
fn columns(columns: &[Column]) -> String {
    let names = columns.iter().map(|column| column.name.chars().count());
    let name_width = names.max().unwrap_or(0);
    let types: Vec<String> = columns.iter().map(|column| column.ty.to_string()).collect();
    let type_width = types.iter().map(|ty| ty.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (column, ty) in columns.iter().zip(&types) {
        let line = format!(
            "  {:name_width$}  {ty:type_width$}  {}",
            column.name,
            traits(column)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn traits(column: &Column) -> String {
    let mut traits = Vec::new();
    if !column.nullable {
        traits.push("not null".to_owned());
    }
    match column.identity {
        Some(Identity::Always) => traits.push("identity".to_owned()),
        Some(Identity::ByDefault) => traits.push("identity by default".to_owned()),
        None => {}
    }
    if let Some(default) = &column.default {
        traits.push(format!("default {default}"));
    }
    if let Some(generated) = &column.generated {
        traits.push(format!("generated ({})", generated.expression));
    }
    traits.join(", ")
}

fn keys(table: &Table) -> String {
    let mut text = String::new();
    if let Some(key) = &table.primary_key {
        let _ = writeln!(text, "  primary key ({})", key.columns.join(", "));
    }
    for key in &table.unique_keys {
        let _ = writeln!(text, "  unique ({})", key.columns.join(", "));
    }
    for key in &table.foreign_keys {
        let _ = writeln!(
            text,
            "  foreign key ({}) references {} ({})",
            key.columns.join(", "),
            key.referenced_table,
            key.referenced_columns.join(", ")
        );
    }
    for check in &table.checks {
        let _ = writeln!(text, "  check {} ({})", check.name, check.expression);
    }
    for index in &table.indexes {
        let unique = if index.unique { "unique " } else { "" };
        let _ = writeln!(text, "  {unique}index {}", index.name);
    }
    text
}
