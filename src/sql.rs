//! Catalog → SQL: a script that creates what a Catalog holds in an empty database.
//!
//! Every name is quoted and qualified with its schema, so the script does not depend on `search_path` and
//! no name or comment can become SQL. What depends on something comes after it; foreign keys come last.
//!
//! Read again, the script gives the Catalog that it was written from. What the Catalog does not know is
//! not in it: triggers, rules, policies, privileges, owners, storage parameters, options of views, costs of
//! functions, functions of range types, and PostgreSQL 18's `NOT ENFORCED`, `WITHOUT OVERLAPS` and `PERIOD`.

mod functions;
mod order;
mod tables;
mod types;
mod views;
mod words;

use std::collections::{BTreeSet, HashMap};

pub use functions::described;
pub use tables::described_key;
pub use words::{type_name, type_text};

use crate::catalog::{Catalog, QualifiedName, Sequence, Table};
use words::{literal, quote};

/// The SQL of a whole Catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The statements, each over as many lines as it likes, with blank lines between objects.
    pub sql: String,
    /// What could not be written, in the order of the Catalog.
    pub omitted: Vec<Omitted>,
}

/// An object that can't be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omitted {
    /// What it is: ``the table `public.users` ``.
    pub what: String,
    /// Why: `it is on another server`.
    pub why: String,
    /// It leads to what is not in the Catalog, because somebody left it out.
    pub outside: bool,
}

/// What the parts of this module look things up in.
struct Context<'a> {
    tables: HashMap<&'a QualifiedName, &'a Table>,
    /// The sequences that belong to columns, by table.
    sequences: HashMap<&'a QualifiedName, Vec<&'a Sequence>>,
}

/// Writes a Catalog as SQL.
///
/// # Example
///
/// ```
/// use rowsmith::catalog::{Catalog, EnumType, QualifiedName};
///
/// let role = EnumType {
///     name: QualifiedName::new("public", "role"),
///     labels: vec!["admin".into(), "it's me".into()],
///     comment: None,
/// };
/// let catalog = Catalog { enums: vec![role], ..Catalog::default() };
/// assert_eq!(
///     rowsmith::sql::script(&catalog).sql,
///     "CREATE TYPE \"public\".\"role\" AS ENUM (\n    'admin',\n    'it''s me'\n);\n"
/// );
/// ```
pub fn script(catalog: &Catalog) -> Script {
    let mut context = Context {
        tables: catalog.tables.iter().map(|t| (&t.name, t)).collect(),
        sequences: HashMap::new(),
    };
    for sequence in &catalog.sequences {
        if let Some(owner) = &sequence.owned_by {
            let sequences = context.sequences.entry(&owner.table).or_default();
            sequences.push(sequence);
        }
    }

    let mut items = Vec::new();
    types::items(catalog, &mut items);
    for sequence in &catalog.sequences {
        let owner = sequence.owned_by.as_ref();
        if owner.is_none_or(|owner| !context.tables.contains_key(&owner.table)) {
            items.push(tables::sequence(sequence));
        }
    }
    for table in &catalog.tables {
        tables::items(table, &context, &mut items);
    }
    functions::items(catalog, &mut items);
    for view in &catalog.views {
        views::items(view, &mut items);
    }

    let mut script = Script {
        sql: preamble(catalog),
        omitted: Vec::new(),
    };
    let mut omitted = BTreeSet::new();
    for item in order::ordered(items) {
        match item.omitted {
            Some((what, why)) => {
                omitted.insert(what.clone());
                script.omitted.push(Omitted {
                    what,
                    why,
                    outside: false,
                });
            }
            None => push(&mut script.sql, &item.sql),
        }
    }
    for table in &catalog.tables {
        if !omitted.contains(&tables::described_table(&table.name)) {
            let sql = tables::foreign_keys(table, &context, &omitted, &mut script.omitted);
            push(&mut script.sql, &sql);
        }
    }
    script
}

/// Schemas and extensions, which everything else is in or may be of.
fn preamble(catalog: &Catalog) -> String {
    let mut sql = String::new();
    if catalog.functions.iter().any(functions::has_text) {
        // A body may speak of what comes later.
        push(&mut sql, "SET LOCAL check_function_bodies = off;\n");
    }
    let mut schemas: BTreeSet<&str> = catalog.schemas.iter().map(|s| s.name.as_str()).collect();
    schemas.extend(catalog.extensions.iter().map(|x| x.schema.as_str()));
    // These are there in every database.
    for present in ["public", "pg_catalog"] {
        schemas.remove(present);
    }
    let mut text = String::new();
    for schema in schemas {
        text += &format!("CREATE SCHEMA IF NOT EXISTS {};\n", quote(schema));
    }
    for schema in &catalog.schemas {
        let name = format!("SCHEMA {}", quote(&schema.name));
        text += &comment(&name, schema.comment.as_deref());
    }
    push(&mut sql, &text);
    let mut text = String::new();
    for extension in &catalog.extensions {
        text += &format!(
            "CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA {};\n",
            quote(&extension.name),
            quote(&extension.schema)
        );
    }
    push(&mut sql, &text);
    sql
}

/// Adds statements after a blank line.
fn push(sql: &mut String, text: &str) {
    if !sql.is_empty() && !text.is_empty() {
        sql.push('\n');
    }
    sql.push_str(text);
}

/// `COMMENT ON TABLE … IS '…';`, or nothing.
fn comment(on: &str, comment: Option<&str>) -> String {
    match comment {
        Some(comment) => format!("COMMENT ON {on} IS {};\n", literal(comment)),
        None => String::new(),
    }
}
