//! Primary keys with a type of their own: `UserId`, which can't be passed for a `PostId`, and enums for the
//! keys of lookup tables. They flow through foreign keys to every column that references them.

use std::collections::HashMap;

use super::Context;
use super::docs;
use super::names::{self, Holder, Namespace, Wish};
use super::own_types;
use super::patterns::Patterns;
use super::settings::{Settings, unmatched};
use super::types::{Named, Types, Value};
use crate::catalog::{Catalog, Column, QualifiedName, Table};
use crate::config::{Config, Lookup, LookupValue};
use crate::diagnostics::Diagnostic;
use crate::model::{Form, Ident, KeyType, LookupEnum, LookupKey, Newtype};

/// The key types of a Catalog.
pub(super) struct Keys<'a> {
    /// The tables whose key has a type, with the key's column.
    owners: HashMap<&'a QualifiedName, Owner<'a>>,
    /// For each column that holds such a key, whose key it is.
    columns: HashMap<(&'a QualifiedName, &'a str), &'a QualifiedName>,
}

/// A table whose key has a type.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    column: &'a Column,
    /// The rows, of a lookup table.
    lookup: Option<&'a Lookup>,
}

impl<'a> Owner<'a> {
    /// The name that the type wants, after the row's.
    pub(super) fn type_name(&self, row: &str) -> String {
        match self.lookup {
            Some(Lookup {
                name: Some(name), ..
            }) => name.clone(),
            Some(_) => format!("{row}Key"),
            None => format!("{row}Id"),
        }
    }
}

impl<'a> Keys<'a> {
    /// Finds the keys that the configuration wants a type for, and follows them.
    pub(super) fn new(
        catalog: &'a Catalog,
        config: &'a Config,
        types: &Types<'a>,
        settings: &Settings,
    ) -> Self {
        let tables: HashMap<&QualifiedName, &Table> =
            catalog.tables.iter().map(|t| (&t.name, t)).collect();
        let mut owners = HashMap::new();
        let ids = Patterns::new("`ids`", &config.ids, settings);
        for table in catalog.tables.iter().filter(|_| !ids.is_empty()) {
            if let Some(column) = lone_key(table)
                && takes_newtype(&types.value(&column.ty))
                && ids.matches(&table.name)
            {
                let lookup = None;
                owners.insert(&table.name, Owner { column, lookup });
            }
        }
        ids.report_idle("table with a primary key of one column", settings);
        for (name, lookup) in &config.lookups {
            let table = catalog.tables.iter().find(|t| t.name.to_string() == *name);
            match table.map(|table| (table, lookup_column(table, lookup, types))) {
                Some((table, Ok(column))) => {
                    let lookup = Some(lookup);
                    owners.insert(&table.name, Owner { column, lookup });
                }
                Some((_, Err(diagnostic))) => settings.report(diagnostic(name)),
                None => settings.report(
                    unmatched("lookups", name, "there is no table of that name")
                        .help("the key is the `schema.table` of a lookup table"),
                ),
            }
        }
        let mut keys = Self {
            owners,
            columns: HashMap::new(),
        };
        if keys.owners.is_empty() {
            return keys;
        }
        for table in &catalog.tables {
            for column in &table.columns {
                let owner = keys.follow(table, column, &tables, types, &mut Vec::new());
                if let Some(owner) = owner {
                    keys.columns.insert((&table.name, &column.name), owner);
                }
            }
        }
        // A key that is a reference itself is the other table's.
        let columns = &keys.columns;
        keys.owners.retain(|table, owner| {
            columns.get(&(*table, owner.column.name.as_str())) == Some(table)
        });
        keys
    }

    /// Whose key a column holds: that of the table that its foreign keys lead to, or its own.
    fn follow(
        &self,
        table: &'a Table,
        column: &'a Column,
        tables: &HashMap<&'a QualifiedName, &'a Table>,
        types: &Types<'a>,
        seen: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) -> Option<&'a QualifiedName> {
        if seen.contains(&(&table.name, column.name.as_str())) {
            return None;
        }
        seen.push((&table.name, &column.name));
        let builtin = types.value(&column.ty).builtin;
        let referenced = table.foreign_keys.iter().find_map(|key| {
            let at = key.columns.iter().position(|name| *name == column.name)?;
            let other = *tables.get(&key.referenced_table)?;
            let referenced = other.column(key.referenced_columns.get(at)?)?;
            let same = types.value(&referenced.ty).builtin == builtin;
            same.then(|| self.follow(other, referenced, tables, types, seen))?
        });
        let own = self.owners.get(&table.name);
        let own = own.filter(|owner| owner.column.name == column.name);
        referenced.or(own.map(|_| &table.name))
    }

    /// The table whose key's type is declared with it.
    pub(super) fn owner(&self, table: &QualifiedName) -> Option<&Owner<'a>> {
        self.owners.get(table)
    }

    /// A column's value as the key that it holds, if it holds one.
    pub(super) fn value(&self, of: &QualifiedName, column: &str, value: Value<'a>) -> Value<'a> {
        match self.columns.get(&(of, column)) {
            Some(owner) => value.named(Named::Key(owner)),
            None => value,
        }
    }
}

/// The column of a primary key that has but one.
fn lone_key(table: &Table) -> Option<&Column> {
    match table.primary_key.as_ref()?.columns.as_slice() {
        [column] => table.column(column),
        _ => None,
    }
}

/// A built-in type, not one that is the schema's own already.
fn takes_newtype(value: &Value<'_>) -> bool {
    value.builtin.is_some() && !value.is_array() && value.read_cast.is_none()
}

type Problem = Box<dyn Fn(&str) -> Diagnostic>;

/// The key's column of a lookup table, if all values are of its type.
fn lookup_column<'a>(
    table: &'a Table,
    lookup: &Lookup,
    types: &Types<'a>,
) -> Result<&'a Column, Problem> {
    let problem = |what: String, help: &'static str| -> Problem {
        Box::new(move |name: &str| {
            Diagnostic::error(format!("`{name}` under `[lookups]` {what}")).help(help)
        })
    };
    let Some(column) = lone_key(table) else {
        return Err(problem(
            "has no primary key of one column".to_owned(),
            "an enum stands for the key of a lookup table, so there must be one",
        ));
    };
    let value = types.value(&column.ty);
    let builtin = value.builtin.filter(|_| takes_newtype(&value));
    let range = match builtin.map(|builtin| builtin.sql) {
        Some("int2") => Some((i64::from(i16::MIN), i64::from(i16::MAX))),
        Some("int4") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        Some("int8") => Some((i64::MIN, i64::MAX)),
        Some("text") => None,
        _ => {
            return Err(problem(
                format!("has a key of the type `{}`", column.ty),
                "the key of a lookup table is an integer or text",
            ));
        }
    };
    if lookup.values.is_empty() {
        return Err(problem(
            "has no `values`".to_owned(),
            "list them: `values = { Draft = \"draft\", Sent = \"sent\" }`",
        ));
    }
    for (variant, value) in &lookup.values {
        let fits = match (value, range) {
            (LookupValue::Number(n), Some((min, max))) => (min..=max).contains(n),
            (LookupValue::Text(_), None) => true,
            _ => false,
        };
        if !fits {
            return Err(problem(
                format!("gives `{variant}` a value that is no `{}`", column.ty),
                "each value is that of the key in its row: a number, or a string where the key is text",
            ));
        }
        if names::identifier(variant).is_none() {
            return Err(problem(
                format!("has a variant `{variant}`, which is not a Rust identifier"),
                "the keys under `values` are the names of the variants",
            ));
        }
    }
    if let Some(name) = lookup.name.as_ref()
        && names::identifier(name).is_none()
    {
        return Err(problem(
            format!("has the name `{name}`, which is not a Rust identifier"),
            "`name` is what the Rust enum is called",
        ));
    }
    Ok(column)
}

/// The type of a table's key, where it has one.
pub(super) fn key_type<'a>(table: &'a Table, context: &Context<'a>) -> Option<KeyType> {
    let owner = context.keys.owner(&table.name)?;
    let name = context.tree.names(&table.name).key.clone();
    let value = context.types.value(&owner.column.ty);
    let inner = value.rust(|named| context.tree.named(&table.name.schema, named));
    let column = docs::code(&format!("{}.{}", table.name, owner.column.name));
    let Some(lookup) = owner.lookup else {
        return Some(KeyType::Id(Newtype {
            name,
            doc: vec![format!("The key of a row, {column}.")],
            derives: own_types::derives(&value, context)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            attributes: Vec::new(),
            inner,
            form: Form::Plain { traits: &[] },
        }));
    };
    let mut values: Vec<(&String, &LookupValue)> = lookup.values.iter().collect();
    values.sort_by_key(|(_, value)| *value);
    let wishes = values.iter().map(|(variant, _)| Wish {
        holder: Holder::Object("lookup table", &table.name),
        first: names::bare(variant).to_owned(),
        others: Vec::new(),
        configured: true,
    });
    let grants = Namespace::default().grant(wishes.collect(), names::escape);
    let variants = values
        .into_iter()
        .zip(grants)
        .map(|((_, value), grant)| match value {
            LookupValue::Number(n) => LookupKey::Number(grant.name, *n),
            LookupValue::Text(text) => LookupKey::Text(Ident {
                db: text.clone(),
                rs: grant.name,
            }),
        });
    Some(KeyType::Lookup(LookupEnum {
        name,
        doc: vec![format!("The rows of the lookup table, by {column}.")],
        key: inner,
        variants: variants.collect(),
    }))
}
