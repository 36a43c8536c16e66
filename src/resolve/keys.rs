//! Primary keys with a type of their own: `UserId`, which can't be passed for a `PostId`, and enums for the
//! keys of lookup tables. They flow through foreign keys to every column that references them.

use std::collections::HashMap;

use super::Context;
use super::declared::Declared;
use super::docs;
use super::names::Case;
use super::objects::{HIDDEN, Object, Objects};
use super::own_types;
use super::settings::Settings;
use super::types::{Named, Types, Value};
use crate::catalog::{Column, ForeignKey, QualifiedName, Table, TypeRef};
use crate::config::{Config, Lookup, LookupValue};
use crate::diagnostics::Diagnostic;
use crate::model::{ENUM_DERIVES, Form, Ident, KeyType, LookupEnum, LookupKey, Newtype};
use crate::patterns::{Patterns, unmatched};

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
    /// The name that is configured for the type.
    pub(super) fn name(&self) -> Option<&'a str> {
        self.lookup?.name.as_deref()
    }

    /// The names that the type wants otherwise, after the row's.
    pub(super) fn names(&self, row: &str) -> [String; 2] {
        let [id, key] = ["Id", "Key"].map(|suffix| format!("{row}{suffix}"));
        match self.lookup {
            Some(_) => [key, id],
            None => [id, key],
        }
    }
}

/// A table or view, with the foreign keys that it has or that are declared of it.
struct Relation<'a> {
    name: &'a QualifiedName,
    columns: &'a [Column],
    foreign_keys: Vec<&'a ForeignKey>,
}

impl<'a> Relation<'a> {
    fn column(&self, name: &str) -> Option<&'a Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What keys are followed through.
struct References<'o, 'a> {
    relations: HashMap<&'a QualifiedName, Relation<'a>>,
    objects: &'o Objects<'a>,
    types: &'o Types<'a>,
}

impl<'o, 'a> References<'o, 'a> {
    fn new(objects: &'o Objects<'a>, declared: &'a Declared, types: &'o Types<'a>) -> Self {
        let relations = objects.all.iter().filter_map(|object| {
            let (columns, own) = match object {
                Object::Table(table) => (&table.columns, table.foreign_keys.as_slice()),
                Object::View(view) => (&view.columns, &[][..]),
                _ => return None,
            };
            let declared = declared.foreign_keys(object.name());
            let relation = Relation {
                name: object.name(),
                columns,
                foreign_keys: own.iter().chain(declared).collect(),
            };
            Some((object.name(), relation))
        });
        Self {
            relations: relations.collect(),
            objects,
            types,
        }
    }

    /// The columns that a column references. What references a partition references its table.
    fn of<'r>(
        &'r self,
        relation: &'r Relation<'a>,
        column: &'r Column,
    ) -> impl Iterator<Item = (&'r Relation<'a>, &'a Column)> {
        relation.foreign_keys.iter().filter_map(|key| {
            let at = key.columns.iter().position(|name| *name == column.name)?;
            let other = &key.referenced_table;
            let other = self.objects.served_by(other).unwrap_or(other);
            let other = self.relations.get(other)?;
            Some((other, other.column(key.referenced_columns.get(at)?)?))
        })
    }

    /// Values of the one can be held by the type of the other.
    fn are_alike(&self, a: &TypeRef, b: &TypeRef) -> bool {
        let [a, b] = [a, b].map(|ty| self.types.value(ty).builtin);
        match (a, b) {
            (Some(a), Some(b)) => a.rust == b.rust && a.sql == b.sql,
            _ => false,
        }
    }
}

impl<'a> Keys<'a> {
    /// Finds the keys that the configuration wants a type for, and follows them.
    pub(super) fn new(
        objects: &Objects<'a>,
        config: &'a Config,
        declared: &'a Declared,
        types: &Types<'a>,
        settings: &Settings,
    ) -> Self {
        let mut keys = Self {
            owners: owners(objects, config, declared, types, settings),
            columns: HashMap::new(),
        };
        if keys.owners.is_empty() {
            return keys;
        }
        let references = References::new(objects, declared, types);
        for object in &objects.all {
            let Some(relation) = references.relations.get(object.name()) else {
                continue;
            };
            for column in relation.columns {
                match keys.follow(relation, column, &references, &mut Vec::new()) {
                    Some(owner) => drop(keys.columns.insert((relation.name, &column.name), owner)),
                    None => keys.report_unlike(relation, column, &references, settings),
                }
            }
        }
        // A key that is a reference itself is the other table's.
        let columns = &keys.columns;
        keys.owners.retain(|table, owner| {
            let column = owner.column.name.as_str();
            let held = columns.get(&(*table, column)).copied();
            if let Some(other) = held.filter(|other| other != table && owner.lookup.is_some()) {
                let what = format!("its key `{column}` holds that of `{other}`");
                settings.report(
                    unmatched("lookups", &table.to_string(), &what).help(format!(
                        "list the values under `[lookups.\"{other}\"]` instead"
                    )),
                );
            }
            held == Some(table)
        });
        keys
    }

    /// Whose key a column holds: that of the table that its foreign keys lead to, or its own.
    fn follow(
        &self,
        relation: &Relation<'a>,
        column: &'a Column,
        references: &References<'_, 'a>,
        seen: &mut Vec<(&'a QualifiedName, &'a str)>,
    ) -> Option<&'a QualifiedName> {
        if seen.contains(&(relation.name, column.name.as_str())) {
            return None;
        }
        seen.push((relation.name, &column.name));
        let referenced = references.of(relation, column).find_map(|(other, to)| {
            let alike = references.are_alike(&column.ty, &to.ty);
            alike.then(|| self.follow(other, to, references, seen))?
        });
        let own = self.owners.get(relation.name);
        let own = own.filter(|owner| owner.column.name == column.name);
        referenced.or(own.map(|_| relation.name))
    }

    /// Says that a column references a key that has a type, and is of another type itself.
    fn report_unlike(
        &self,
        relation: &Relation<'a>,
        column: &'a Column,
        references: &References<'_, 'a>,
        settings: &Settings,
    ) {
        let held = references.of(relation, column).find(|(other, to)| {
            let unlike = !references.are_alike(&column.ty, &to.ty);
            let mut seen = Vec::new();
            unlike && self.follow(other, to, references, &mut seen).is_some()
        });
        let Some((other, to)) = held else { return };
        let (of, other) = (relation.name, other.name);
        settings.report(
            Diagnostic::note(format!(
                "the column `{of}.{}` does not get the type of the key that it references: it is of the \
                 type `{}`, and `{other}.{}` of `{}`",
                column.name, column.ty, to.name, to.ty
            ))
            .help("give both columns one type in the database"),
        );
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

/// The tables that the configuration wants a type for the key of.
fn owners<'a>(
    objects: &Objects<'a>,
    config: &'a Config,
    declared: &Declared,
    types: &Types<'a>,
    settings: &Settings,
) -> HashMap<&'a QualifiedName, Owner<'a>> {
    let mut owners = HashMap::new();
    let ids = Patterns::new("`ids`", &config.ids, |it| settings.report(it));
    for table in objects.tables().filter(|_| !ids.is_empty()) {
        if let Some(column) = lone_key(table, declared)
            && takes_newtype(&types.value(&column.ty))
            && ids.matches(&table.name)
        {
            let lookup = None;
            owners.insert(&table.name, Owner { column, lookup });
        }
    }
    ids.report_idle("table with a primary key of one column", |it| {
        settings.report(it)
    });
    for (name, lookup) in &config.lookups {
        let table = objects.tables().find(|t| t.name.to_string() == *name);
        let column = table.map(|table| (table, lookup_column(table, lookup, declared, types)));
        match column {
            Some((table, Ok(column))) => {
                let lookup = Some(lookup);
                owners.insert(&table.name, Owner { column, lookup });
            }
            Some((_, Err(diagnostic))) => settings.report(diagnostic(name)),
            None => {
                let (what, help) = match objects.is_hidden(name) {
                    true => ("the partition has no struct", HIDDEN),
                    false => (
                        "there is no table of that name",
                        "the key is the `schema.table` of a lookup table",
                    ),
                };
                settings.report(unmatched("lookups", name, what).help(help));
            }
        }
    }
    owners
}

/// The column of a primary key that has but one.
fn lone_key<'a>(table: &'a Table, declared: &Declared) -> Option<&'a Column> {
    match declared.key_of(table)? {
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
    declared: &Declared,
    types: &Types<'a>,
) -> Result<&'a Column, Problem> {
    let problem = |what: String, help: &'static str| -> Problem {
        Box::new(move |name: &str| {
            Diagnostic::error(format!("`{name}` under `[lookups]` {what}")).help(help)
        })
    };
    let Some(column) = lone_key(table, declared) else {
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
    let mut seen: HashMap<&LookupValue, &str> = HashMap::new();
    for (variant, value) in &lookup.values {
        if let Some(other) = seen.insert(value, variant) {
            return Err(problem(
                format!("gives `{other}` and `{variant}` one value"),
                "each variant stands for another row",
            ));
        }
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
        if !Case::Camel.is_name(variant) {
            return Err(problem(
                format!(
                    "has a variant `{variant}`, which is not a Rust identifier in UpperCamelCase"
                ),
                "the keys under `values` are the names of the variants",
            ));
        }
    }
    if let Some(name) = &lookup.name
        && !Case::Camel.is_name(name)
    {
        return Err(problem(
            format!("has the name `{name}`, which is not a Rust identifier in UpperCamelCase"),
            "`name` is what the Rust enum is called",
        ));
    }
    Ok(column)
}

/// The type of a table's key, where it has one.
pub(super) fn key_type<'a>(table: &'a Table, context: &Context<'a>) -> Option<KeyType> {
    let owner = context.keys.owner(&table.name)?;
    let name = context.tree.names(&table.name).key.clone();
    let path = |named| context.tree.named(&table.name.schema, named);
    let column = docs::code(&format!("{}.{}", table.name, owner.column.name));
    let Some(lookup) = owner.lookup else {
        let value = context.types.value(&owner.column.ty);
        let usual = own_types::derives(&value);
        let derives = (context.settings).key_derives(&table.name, &owner.column.name, &usual);
        return Some(KeyType::Id(Newtype {
            name,
            doc: vec![format!("The key of a row, {column}.")],
            derives: usual
                .iter()
                .map(|it| (*it).to_owned())
                .chain(derives)
                .collect(),
            attributes: Vec::new(),
            inner: value.rust(path),
            form: Form::Plain { traits: &[] },
        }));
    };
    let mut values: Vec<(&String, &LookupValue)> = lookup.values.iter().collect();
    values.sort_by_key(|(_, value)| *value);
    let variants = values.into_iter().map(|(variant, value)| match value {
        LookupValue::Number(n) => LookupKey::Number(variant.clone(), *n),
        LookupValue::Text(text) => LookupKey::Text(Ident {
            db: text.clone(),
            rs: variant.clone(),
        }),
    });
    Some(KeyType::Lookup(LookupEnum {
        name,
        derives: (context.settings).key_derives(&table.name, &owner.column.name, &ENUM_DERIVES),
        doc: vec![format!("The rows of the lookup table, by {column}.")],
        // The literals are of the type below all domains.
        key: context.types.root(&owner.column.ty).rust(path),
        variants: variants.collect(),
    }))
}
