//! Keys that the database does not have: declared in the configuration, for views, foreign tables and
//! databases without constraints.

use std::collections::{HashMap, HashSet};

use super::objects::{HIDDEN, Objects};
use super::settings::Settings;
use super::tags::Tags;
use super::types::Types;
use crate::catalog::{
    Column, Deferral, ForeignKey, ForeignKeyAction, IndexOn, QualifiedName, Table, View,
};
use crate::config::{Config, DeclaredForeignKey};
use crate::diagnostics::Diagnostic;

/// The declared keys that fit the Catalog.
#[derive(Debug, Default)]
pub(super) struct Declared {
    keys: HashMap<QualifiedName, Vec<String>>,
    foreign_keys: HashMap<QualifiedName, Vec<ForeignKey>>,
}

/// A table or view.
#[derive(Clone, Copy)]
enum Relation<'a> {
    Table(&'a Table),
    View(&'a View),
}

impl<'a> Relation<'a> {
    fn name(self) -> &'a QualifiedName {
        match self {
            Self::Table(table) => &table.name,
            Self::View(view) => &view.name,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::View(_) => "view",
        }
    }

    fn column(self, name: &str) -> Option<&'a Column> {
        let columns = match self {
            Self::Table(table) => &table.columns,
            Self::View(view) => &view.columns,
        };
        columns.iter().find(|column| column.name == name)
    }

    /// The columns that the database itself says are unique together.
    fn keys(self) -> Vec<Vec<&'a str>> {
        let names = |columns: &'a [String]| columns.iter().map(String::as_str).collect();
        let mut keys: Vec<Vec<&'a str>> = Vec::new();
        let indexes = match self {
            Self::Table(table) => {
                keys.extend(table.primary_key.iter().map(|key| names(&key.columns)));
                keys.extend(table.unique_keys.iter().map(|key| names(&key.columns)));
                &table.indexes
            }
            Self::View(view) => &view.indexes,
        };
        for index in indexes.iter().filter(|i| i.unique && i.predicate.is_none()) {
            let columns = index.keys.iter().map(|key| match &key.on {
                IndexOn::Column(name) => Some(name.as_str()),
                IndexOn::Expression(_) => None,
            });
            keys.extend(columns.collect::<Option<Vec<_>>>());
        }
        keys
    }
}

/// All tables and views that have a struct, by name.
struct Relations<'o, 'a> {
    all: HashMap<String, Relation<'a>>,
    objects: &'o Objects<'a>,
}

impl<'a> Relations<'_, 'a> {
    fn find(&self, name: &str) -> Result<Relation<'a>, Problem> {
        if let Some(relation) = self.all.get(name) {
            return Ok(*relation);
        }
        Err(match self.objects.is_hidden(name) {
            true => (
                format!("the partition `{name}` has no struct"),
                HIDDEN.to_owned(),
            ),
            false => (
                format!("there is no table or view `{name}`"),
                "a table or view is `schema.name`, as in `public.users`".to_owned(),
            ),
        })
    }

    /// The table or view that the key of a declared foreign key begins with, and what follows.
    fn split<'k>(&self, key: &'k str) -> Result<(Relation<'a>, &'k str), Problem> {
        let splits = || {
            let splits = key.match_indices('.').rev();
            let splits = splits.map(|(dot, _)| (&key[..dot], &key[dot + 1..]));
            splits.filter(|(_, name)| !name.is_empty())
        };
        let found = splits().find_map(|(of, name)| Some((*self.all.get(of)?, name)));
        found.ok_or_else(
            || match splits().find(|(of, _)| self.objects.is_hidden(of)) {
                Some((of, _)) => (
                    format!("the partition `{of}` has no struct"),
                    HIDDEN.to_owned(),
                ),
                None => (
                    "its key begins with no table or view".to_owned(),
                    "the key is `schema.table.name`, with a name of your own for the foreign key"
                        .to_owned(),
                ),
            },
        )
    }
}

impl Declared {
    /// Takes what is declared in the configuration, and in the comments of views, as far as it fits.
    pub(super) fn new(
        objects: &Objects<'_>,
        config: &Config,
        tags: &Tags,
        types: &Types<'_>,
        settings: &Settings,
    ) -> Self {
        let mut declared = Self::default();
        if config.keys.is_empty() && tags.keys.is_empty() && config.foreign_keys.is_empty() {
            return declared;
        }
        let tables = objects.tables().map(Relation::Table);
        let all = tables
            .chain(objects.views().map(Relation::View))
            .map(|relation| (relation.name().to_string(), relation));
        let relations = Relations {
            all: all.collect(),
            objects,
        };
        for (key, columns) in &config.keys {
            match declared.key(&relations, key, columns) {
                Ok(name) => drop(declared.keys.insert(name, columns.clone())),
                Err((problem, help)) => {
                    let message = format!("`{key:?}` under `[keys]` is no key: {problem}");
                    settings.report(Diagnostic::error(message).help(help));
                }
            }
        }
        for (key, columns) in &tags.keys {
            if config.keys.contains_key(key) {
                continue;
            }
            match declared.key(&relations, key, columns) {
                Ok(name) => drop(declared.keys.insert(name, columns.clone())),
                Err((problem, help)) => {
                    let message = format!("the `key` in the tag of `{key}` is no key: {problem}");
                    settings.report(Diagnostic::warning(message).help(help));
                }
            }
        }
        for (key, foreign_key) in &config.foreign_keys {
            match declared.foreign_key(&relations, types, key, foreign_key) {
                Ok((name, found)) => declared.foreign_keys.entry(name).or_default().push(found),
                Err((problem, help)) => {
                    let message = format!("`[foreign_keys.{key:?}]` is no foreign key: {problem}");
                    settings.report(Diagnostic::error(message).help(help));
                }
            }
        }
        declared
    }

    /// The columns of a primary key that is declared.
    pub(super) fn primary_key(&self, of: &QualifiedName) -> Option<&[String]> {
        self.keys.get(of).map(Vec::as_slice)
    }

    /// The columns of a table's primary key, its own or the declared one.
    pub(super) fn key_of<'t>(&'t self, table: &'t Table) -> Option<&'t [String]> {
        let own = table.primary_key.as_ref();
        own.map(|key| key.columns.as_slice())
            .or_else(|| self.primary_key(&table.name))
    }

    /// The foreign keys that are declared.
    pub(super) fn foreign_keys(&self, of: &QualifiedName) -> &[ForeignKey] {
        self.foreign_keys.get(of).map_or(&[], Vec::as_slice)
    }

    fn key(
        &self,
        relations: &Relations<'_, '_>,
        key: &str,
        columns: &[String],
    ) -> Result<QualifiedName, Problem> {
        let relation = relations.find(key)?;
        if let Relation::Table(table) = relation
            && table.primary_key.is_some()
        {
            return Err((
                format!("the table `{key}` has a primary key of its own"),
                "leave it out: declared keys are for what has none".to_owned(),
            ));
        }
        columns_of(relation, columns)?;
        Ok(relation.name().clone())
    }

    fn foreign_key(
        &self,
        relations: &Relations<'_, '_>,
        types: &Types<'_>,
        key: &str,
        declared: &DeclaredForeignKey,
    ) -> Result<(QualifiedName, ForeignKey), Problem> {
        let (from, name) = relations.split(key)?;
        if let Relation::Table(table) = from
            && table.foreign_keys.iter().any(|key| key.name == name)
        {
            return Err((
                format!(
                    "the table `{}` has one of that name in the database",
                    table.name
                ),
                "choose another name, or leave it out".to_owned(),
            ));
        }
        let to = relations.find(&declared.references)?;
        let referenced = match (&declared.referenced_columns, to) {
            (Some(columns), _) => Some(columns.as_slice()),
            (None, Relation::Table(table)) => self.key_of(table),
            (None, Relation::View(view)) => self.primary_key(&view.name),
        };
        let Some(referenced) = referenced else {
            return Err((
                format!(
                    "the {} `{}` has no primary key that it could reference",
                    to.word(),
                    to.name()
                ),
                format!(
                    "give `referenced_columns`, or declare `{:?} = […]` under `[keys]`",
                    to.name().to_string()
                ),
            ));
        };
        let columns = columns_of(from, &declared.columns)?;
        let targets = columns_of(to, referenced)?;
        if columns.len() != targets.len() {
            return Err((
                format!(
                    "{} columns can't reference {}",
                    columns.len(),
                    targets.len()
                ),
                "give as many `columns` as `referenced_columns`".to_owned(),
            ));
        }
        for (column, target) in columns.iter().zip(&targets) {
            if !comparable(types, column, target) {
                return Err((
                    format!(
                        "the column `{}.{}` is of the type `{}`, and `{}.{}` of `{}`",
                        from.name(),
                        column.name,
                        column.ty,
                        to.name(),
                        target.name,
                        target.ty
                    ),
                    "the columns of a foreign key have the types of those that they reference"
                        .to_owned(),
                ));
            }
        }
        let wanted: HashSet<&str> = referenced.iter().map(String::as_str).collect();
        let own = self.primary_key(to.name());
        let own = own.map(|key| key.iter().map(String::as_str).collect());
        let is_key = |key: &Vec<&str>| key.iter().copied().collect::<HashSet<_>>() == wanted;
        if !to.keys().iter().chain(&own).any(is_key) {
            return Err((
                format!(
                    "nothing says that a row of the {} `{}` is the only one with its `{}`",
                    to.word(),
                    to.name(),
                    referenced.join("`, `")
                ),
                format!(
                    "reference a primary key, a unique constraint or a unique index, or declare \
                     `{:?} = […]` under `[keys]`",
                    to.name().to_string()
                ),
            ));
        }
        let foreign_key = ForeignKey {
            name: name.to_owned(),
            columns: declared.columns.clone(),
            referenced_table: to.name().clone(),
            referenced_columns: referenced.to_vec(),
            on_delete: ForeignKeyAction::NoAction,
            on_update: ForeignKeyAction::NoAction,
            on_delete_columns: Vec::new(),
            match_full: false,
            deferral: Deferral::NotDeferrable,
            not_valid: false,
            comment: None,
        };
        Ok((from.name().clone(), foreign_key))
    }
}

/// What is wrong, and what to do.
type Problem = (String, String);

/// The columns of these names, of which there is one at least and none twice.
fn columns_of<'a>(relation: Relation<'a>, names: &[String]) -> Result<Vec<&'a Column>, Problem> {
    let mut columns = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err((
                format!("the column `{name}` is in it twice"),
                "name each column once".to_owned(),
            ));
        }
        match relation.column(name) {
            Some(column) => columns.push(column),
            None => {
                return Err((
                    format!(
                        "the {} `{}` has no column `{name}`",
                        relation.word(),
                        relation.name()
                    ),
                    "`rowsmith inspect` prints the columns that it has".to_owned(),
                ));
            }
        }
    }
    if columns.is_empty() {
        return Err((
            "it has no columns".to_owned(),
            "name one column at least".to_owned(),
        ));
    }
    Ok(columns)
}

/// Values of both columns can be compared: of one type, of two integer types, or of two string types.
fn comparable(types: &Types<'_>, a: &Column, b: &Column) -> bool {
    let base = |column: &Column| {
        let ty = types.domains(&column.ty).last().map(|domain| &domain.base);
        let ty = ty.unwrap_or(&column.ty);
        let name = match (ty.schema.as_str(), ty.name.as_str()) {
            ("pg_catalog", "int2" | "int4" | "int8") => "int8",
            ("pg_catalog", "text" | "varchar") => "text",
            (_, name) => name,
        };
        (ty.schema.clone(), name.to_owned(), ty.array)
    };
    base(a) == base(b)
}
