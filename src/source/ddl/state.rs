//! The Catalog under construction: what the statements so far have made, found by name in constant time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::{Catalog, Column, Index, QualifiedName, Schema, Sequence, Table, View};
use crate::diagnostics::{Diagnostic, Place, SourceFile};

use super::cursor::{Cursor, Ident, Name, Result};
use super::passed::Passed;

/// The schema that stands for every session's own. Nothing in it reaches the Catalog.
pub(super) const TEMPORARY: &str = "pg_temp";

/// What a name in `pg_class` belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relation {
    /// The table at that place of the Catalog.
    Table(usize),
    /// The view at that place.
    View(usize),
    /// The sequence at that place.
    Sequence(usize),
    /// An index of that table or view, behind a constraint or not.
    Index(QualifiedName),
    /// A composite type.
    Composite,
}

/// What a name in `pg_type` belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// The enum at that place of the Catalog.
    Enum(usize),
    /// The domain at that place.
    Domain(usize),
    /// The composite type at that place.
    Composite(usize),
    /// The range type at that place.
    Range(usize),
    /// The multirange of a range type.
    Multirange,
    /// The row of a table or view.
    Row,
    /// A type that the Catalog does not list: a base type, or one that an extension brought.
    Other,
}

/// Where a name has to be free: in `pg_class`, in `pg_type`, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// An index or sequence.
    Relation,
    /// An enum, domain, range or base type.
    Type,
    /// What has rows, which are a type.
    RowSource,
}

/// Everything the statements so far have made.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// The Catalog as it is by now. Its lists are in no order.
    pub catalog: Catalog,
    /// Where names without a schema are looked for, `pg_catalog` left out.
    pub search_path: Vec<String>,
    /// Tables, views, sequences, indexes and composite types share their names.
    pub relations: HashMap<QualifiedName, Relation>,
    /// Types, with the rows of tables.
    pub types: HashMap<QualifiedName, Type>,
    /// The places of the functions of a name.
    pub functions: HashMap<QualifiedName, Vec<usize>>,
    /// How many constraints of a schema have a name.
    pub constraints: HashMap<QualifiedName, usize>,
    /// The partitions of a table and those that inherit from it.
    pub children: HashMap<QualifiedName, Vec<QualifiedName>>,
    /// The indexes of partitions that are parts of an index.
    pub index_children: HashMap<QualifiedName, Vec<QualifiedName>>,
    /// What the columns of an index are called in the index, where columns of the table got other names
    /// after it was made.
    pub index_columns: HashMap<QualifiedName, Vec<String>>,
    /// The columns that a table with parents declares itself.
    pub local_columns: HashMap<QualifiedName, HashSet<String>>,
    /// What the definition of a view reads from.
    pub view_sources: HashMap<QualifiedName, HashSet<QualifiedName>>,
    /// Collations made by `CREATE COLLATION`.
    pub collations: HashSet<QualifiedName>,
    /// Operator classes made by `CREATE OPERATOR CLASS`, and whether they are their type's default.
    pub operator_classes: HashMap<QualifiedName, bool>,
    /// The composite types of tables that were made `OF` one.
    pub typed_tables: HashMap<QualifiedName, QualifiedName>,
    /// The checks that a table with parents declares itself.
    pub local_checks: HashMap<QualifiedName, HashSet<String>>,
    /// The schema of an installed extension whose types are not known here.
    pub unknown_extension: Option<String>,
    /// What could not be made because of an error, which was reported once and is enough.
    broken: HashSet<QualifiedName>,
    /// What the user has to know.
    pub diagnostics: Vec<Diagnostic>,
    /// Statements without any effect on the Catalog, by their sort.
    pub passed: BTreeMap<String, Passed>,
}

impl State {
    /// The state of a new database.
    pub fn new() -> Self {
        let mut catalog = Catalog::default();
        catalog.schemas.push(Schema {
            name: "public".into(),
            comment: None,
        });
        Self {
            catalog,
            search_path: default_search_path(),
            relations: HashMap::new(),
            types: HashMap::new(),
            functions: HashMap::new(),
            constraints: HashMap::new(),
            children: HashMap::new(),
            index_children: HashMap::new(),
            index_columns: HashMap::new(),
            local_columns: HashMap::new(),
            typed_tables: HashMap::new(),
            view_sources: HashMap::new(),
            collations: HashSet::new(),
            operator_classes: HashMap::new(),
            local_checks: HashMap::new(),
            unknown_extension: None,
            broken: HashSet::new(),
            diagnostics: Vec::new(),
            passed: BTreeMap::new(),
        }
    }

    /// Reports a problem and goes on.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Goes back to what was there before. What was said stays said.
    pub fn go_back(&mut self, before: Self) {
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let passed = std::mem::take(&mut self.passed);
        *self = before;
        self.diagnostics = diagnostics;
        self.passed = passed;
    }

    /// Says problems of a text that is in no file, all after the first so many, of the place it comes from.
    pub fn place_problems(&mut self, said: usize, text: &Arc<SourceFile>, place: Option<&Place>) {
        for problem in self.diagnostics.iter_mut().skip(said) {
            if problem
                .place
                .as_ref()
                .is_some_and(|it| Arc::ptr_eq(&it.file, text))
            {
                problem.place = place.cloned();
            }
        }
    }

    /// Keeps in mind that something could not be made, so that its uses are not reported too.
    pub fn mark_broken(&mut self, name: &Name) {
        let schema = match &name.schema {
            Some(schema) => schema.clone(),
            None => self
                .search_path
                .first()
                .cloned()
                .unwrap_or_else(|| "public".into()),
        };
        self.broken.insert(QualifiedName::new(schema, &name.name));
    }

    /// Whether a name belongs to something that could not be made.
    pub fn is_broken(&self, name: &Name) -> bool {
        match &name.schema {
            Some(schema) => self
                .broken
                .contains(&QualifiedName::new(schema, &name.name)),
            None => self.broken.iter().any(|broken| broken.name == name.name),
        }
    }

    /// Whether there is a schema of that name.
    pub fn has_schema(&self, name: &str) -> bool {
        self.catalog
            .schemas
            .iter()
            .any(|schema| schema.name == name)
            || is_system_schema(name)
            || name == TEMPORARY
    }

    /// The schemas that names without one are looked for in, in order.
    pub fn path(&self) -> impl Iterator<Item = &str> {
        std::iter::once(TEMPORARY).chain(self.search_path.iter().map(String::as_str))
    }

    /// The full name of something that is about to be made.
    pub fn new_name(&mut self, cursor: &Cursor<'_>, name: &Name) -> Result<QualifiedName> {
        let schema = match &name.schema {
            Some(schema) => {
                if !self.has_schema(schema) {
                    let error = cursor
                        .error_at(
                            name.span.clone(),
                            format!("schema `{schema}` does not exist"),
                        )
                        .help(format!("say `CREATE SCHEMA {schema}` before"));
                    self.report(error);
                    // Once is enough: from here on the schema is there.
                    self.catalog.schemas.push(Schema {
                        name: schema.clone(),
                        comment: None,
                    });
                }
                schema.clone()
            }
            None => self.creation_schema().ok_or_else(|| {
                cursor
                    .error_at(
                        name.span.clone(),
                        format!(
                            "there is no schema in which `{}` could be created",
                            name.name
                        ),
                    )
                    .help("write the name with its schema, or set `search_path`")
            })?,
        };
        Ok(QualifiedName::new(schema, &name.name))
    }

    /// The schema in which things without one are made.
    pub fn creation_schema(&self) -> Option<String> {
        self.search_path
            .iter()
            .find(|schema| self.has_schema(schema))
            .cloned()
    }

    /// Finds something by a name with or without a schema.
    pub fn resolve<T>(
        &self,
        schema: Option<&str>,
        name: &str,
        find: impl Fn(&QualifiedName) -> Option<T>,
    ) -> Option<(QualifiedName, T)> {
        let look = |schema: &str| {
            let name = QualifiedName::new(schema, name);
            find(&name).map(|found| (name, found))
        };
        match schema {
            Some(schema) => look(schema),
            None => self.path().find_map(look),
        }
    }

    /// Finds what a name in `pg_class` belongs to.
    pub fn find_relation(&self, name: &Name) -> Option<(QualifiedName, Relation)> {
        self.resolve(name.schema.as_deref(), &name.name, |name| {
            self.relations.get(name).cloned()
        })
    }

    /// Finds what a name in `pg_type` belongs to, `pg_catalog`'s own types left out.
    pub fn find_type(&self, name: &Name) -> Option<(QualifiedName, Type)> {
        self.resolve(name.schema.as_deref(), &name.name, |name| {
            self.types.get(name).cloned()
        })
    }

    /// The table of a name.
    pub fn table(&self, name: &QualifiedName) -> Option<&Table> {
        match self.relations.get(name) {
            Some(&Relation::Table(at)) => self.catalog.tables.get(at),
            _ => None,
        }
    }

    /// The table of a name, to be changed.
    pub fn table_mut(&mut self, name: &QualifiedName) -> Option<&mut Table> {
        match self.relations.get(name) {
            Some(&Relation::Table(at)) => self.catalog.tables.get_mut(at),
            _ => None,
        }
    }

    /// The view of a name.
    pub fn view(&self, name: &QualifiedName) -> Option<&View> {
        match self.relations.get(name) {
            Some(&Relation::View(at)) => self.catalog.views.get(at),
            _ => None,
        }
    }

    /// The view of a name, to be changed.
    pub fn view_mut(&mut self, name: &QualifiedName) -> Option<&mut View> {
        match self.relations.get(name) {
            Some(&Relation::View(at)) => self.catalog.views.get_mut(at),
            _ => None,
        }
    }

    /// The sequence of a name, to be changed.
    pub fn sequence_mut(&mut self, name: &QualifiedName) -> Option<&mut Sequence> {
        match self.relations.get(name) {
            Some(&Relation::Sequence(at)) => self.catalog.sequences.get_mut(at),
            _ => None,
        }
    }

    /// The columns of a table or view.
    pub fn columns(&self, name: &QualifiedName) -> Option<&[Column]> {
        match self.relations.get(name)? {
            Relation::Table(at) => Some(&self.catalog.tables.get(*at)?.columns),
            Relation::View(at) => Some(&self.catalog.views.get(*at)?.columns),
            _ => None,
        }
    }

    /// The columns of a table or view, to be changed.
    pub fn columns_mut(&mut self, name: &QualifiedName) -> Option<&mut Vec<Column>> {
        match self.relations.get(name)? {
            Relation::Table(at) => Some(&mut self.catalog.tables.get_mut(*at)?.columns),
            Relation::View(at) => Some(&mut self.catalog.views.get_mut(*at)?.columns),
            _ => None,
        }
    }

    /// The indexes of a table or materialized view, to be changed.
    pub fn indexes_mut(&mut self, name: &QualifiedName) -> Option<&mut Vec<Index>> {
        match self.relations.get(name)? {
            Relation::Table(at) => Some(&mut self.catalog.tables.get_mut(*at)?.indexes),
            Relation::View(at) => Some(&mut self.catalog.views.get_mut(*at)?.indexes),
            _ => None,
        }
    }

    /// The tables below a table: its partitions, those that inherit from it, and theirs. Nearest first.
    pub fn descendants(&self, name: &QualifiedName) -> Vec<QualifiedName> {
        let mut found: Vec<QualifiedName> = Vec::new();
        let mut seen: HashSet<&QualifiedName> = HashSet::new();
        let mut next = vec![name];
        while let Some(name) = next.pop() {
            for child in self.children.get(name).into_iter().flatten() {
                if seen.insert(child) {
                    found.push(child.clone());
                    next.push(child);
                }
            }
        }
        found
    }

    /// The tables that were made `OF` a type.
    pub fn tables_of(&self, ty: &QualifiedName) -> Vec<QualifiedName> {
        let tables = self.typed_tables.iter().filter(|(_, of)| *of == ty);
        tables.map(|(table, _)| table.clone()).collect()
    }

    /// The tables that were made `OF` a type, with those below them.
    pub fn tables_like(&self, ty: &QualifiedName) -> Vec<QualifiedName> {
        let mut tables = self.tables_of(ty);
        let heirs: Vec<_> = tables.iter().map(|it| self.descendants(it)).collect();
        tables.extend(heirs.into_iter().flatten());
        tables
    }

    /// Finds a table, for a statement that needs one.
    pub fn need_table(&self, cursor: &Cursor<'_>, name: &Name) -> Result<QualifiedName> {
        match self.find_relation(name) {
            Some((found, Relation::Table(_))) => Ok(found),
            Some(_) => Err(cursor.error_at(
                name.span.clone(),
                format!("`{}` is not a table", shown(name)),
            )),
            None => Err(self.missing(cursor, name, "table")),
        }
    }

    /// The problem that something does not exist, with a name that is near to it.
    pub fn missing(&self, cursor: &Cursor<'_>, name: &Name, what: &str) -> Diagnostic {
        let error = cursor.error_at(
            name.span.clone(),
            format!("{what} `{}` does not exist", shown(name)),
        );
        if self.is_broken(name) {
            return error.help("the statement that makes it has a problem of its own");
        }
        let elsewhere = self
            .relations
            .keys()
            .chain(self.types.keys())
            .filter(|other| other.name == name.name && other.schema != TEMPORARY)
            .min();
        match elsewhere {
            Some(other) => error.help(format!("there is a `{other}`")),
            None => error.help(format!(
                "the {what} has to be created before this statement; are all files listed, in their order?"
            )),
        }
    }

    /// Refuses a name that another of the same sort already has.
    pub fn refuse_taken(
        &self,
        cursor: &Cursor<'_>,
        span: &std::ops::Range<usize>,
        name: &QualifiedName,
        sort: Named,
    ) -> Result<()> {
        let relation = self.relations.get(name);
        let ty = self.types.get(name);
        let free = match sort {
            Named::Relation => relation.is_none(),
            Named::Type => ty.is_none(),
            Named::RowSource => relation.is_none() && ty.is_none(),
        };
        if free {
            return Ok(());
        }
        let what = relation.map_or("type", Relation::word);
        Err(cursor
            .error_at(span.clone(), format!("{what} `{name}` already exists"))
            .help(
                "drop it before, rename one of the two, or say `IF NOT EXISTS` where that is meant",
            ))
    }

    /// Adds a table, with the type of its rows.
    pub fn add_table(&mut self, table: Table) {
        let at = self.catalog.tables.len();
        self.types.insert(table.name.clone(), Type::Row);
        self.relations
            .insert(table.name.clone(), Relation::Table(at));
        self.catalog.tables.push(table);
    }

    /// Adds a view, with the type of its rows.
    pub fn add_view(&mut self, view: View) {
        let at = self.catalog.views.len();
        self.types.insert(view.name.clone(), Type::Row);
        self.relations.insert(view.name.clone(), Relation::View(at));
        self.catalog.views.push(view);
    }

    /// Adds a sequence.
    pub fn add_sequence(&mut self, sequence: Sequence) {
        let at = self.catalog.sequences.len();
        self.relations
            .insert(sequence.name.clone(), Relation::Sequence(at));
        self.catalog.sequences.push(sequence);
    }

    /// Takes a table out, and nothing with it but the type of its rows.
    pub fn take_table(&mut self, name: &QualifiedName) -> Option<Table> {
        let Some(&Relation::Table(at)) = self.relations.get(name) else {
            return None;
        };
        self.relations.remove(name);
        self.types.remove(name);
        let table = self.catalog.tables.swap_remove(at);
        if let Some(moved) = self.catalog.tables.get(at) {
            self.relations
                .insert(moved.name.clone(), Relation::Table(at));
        }
        Some(table)
    }

    /// Takes a view out.
    pub fn take_view(&mut self, name: &QualifiedName) -> Option<View> {
        let Some(&Relation::View(at)) = self.relations.get(name) else {
            return None;
        };
        self.relations.remove(name);
        self.types.remove(name);
        let view = self.catalog.views.swap_remove(at);
        if let Some(moved) = self.catalog.views.get(at) {
            self.relations
                .insert(moved.name.clone(), Relation::View(at));
        }
        Some(view)
    }

    /// Takes a sequence out.
    pub fn take_sequence(&mut self, name: &QualifiedName) -> Option<Sequence> {
        let Some(&Relation::Sequence(at)) = self.relations.get(name) else {
            return None;
        };
        self.relations.remove(name);
        let sequence = self.catalog.sequences.swap_remove(at);
        if let Some(moved) = self.catalog.sequences.get(at) {
            self.relations
                .insert(moved.name.clone(), Relation::Sequence(at));
        }
        Some(sequence)
    }

    /// Counts a constraint's name as used in a schema.
    pub fn use_constraint_name(&mut self, schema: &str, name: &str) {
        *self
            .constraints
            .entry(QualifiedName::new(schema, name))
            .or_default() += 1;
    }

    /// Gives a constraint's name free.
    pub fn free_constraint_name(&mut self, schema: &str, name: &str) {
        let key = QualifiedName::new(schema, name);
        if let Some(count) = self.constraints.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.constraints.remove(&key);
            }
        }
    }

    /// The finished Catalog.
    pub fn finish(mut self) -> (Catalog, Vec<Diagnostic>) {
        let catalog = &mut self.catalog;
        let kept = |name: &QualifiedName| name.schema != TEMPORARY;
        catalog.tables.retain(|table| kept(&table.name));
        catalog.views.retain(|view| kept(&view.name));
        catalog.sequences.retain(|sequence| kept(&sequence.name));
        catalog.enums.retain(|ty| kept(&ty.name));
        catalog.domains.retain(|ty| kept(&ty.name));
        catalog.composites.retain(|ty| kept(&ty.name));
        catalog.ranges.retain(|ty| kept(&ty.name));
        catalog.functions.retain(|function| kept(&function.name));
        for table in &mut catalog.tables {
            number(&mut table.columns);
        }
        for view in &mut catalog.views {
            number(&mut view.columns);
        }
        catalog.sort();
        (self.catalog, self.diagnostics)
    }
}

impl Type {
    /// Where its name has to be free.
    pub fn named(&self) -> Named {
        match self {
            Self::Row | Self::Composite(_) => Named::RowSource,
            Self::Enum(_) | Self::Domain(_) | Self::Range(_) | Self::Multirange | Self::Other => {
                Named::Type
            }
        }
    }
}

impl Relation {
    /// Where its name has to be free.
    pub fn named(&self) -> Named {
        match self {
            Self::Sequence(_) | Self::Index(_) => Named::Relation,
            Self::Table(_) | Self::View(_) | Self::Composite => Named::RowSource,
        }
    }

    /// What it is called in a message.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Table(_) => "table",
            Self::View(_) => "view",
            Self::Sequence(_) => "sequence",
            Self::Index(_) => "index",
            Self::Composite => "type",
        }
    }
}

/// Numbers columns from 1, without gaps.
pub(super) fn number(columns: &mut [Column]) {
    for (column, position) in columns.iter_mut().zip(1..) {
        column.position = position;
    }
}

/// The `search_path` of a session that sets none, without `"$user"`.
pub(super) fn default_search_path() -> Vec<String> {
    vec!["public".into()]
}

/// Whether a schema is PostgreSQL's own.
pub(super) fn is_system_schema(name: &str) -> bool {
    matches!(name, "pg_catalog" | "information_schema" | "pg_toast")
}

/// A name as it was meant.
pub(super) fn shown(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.name),
        None => name.name.clone(),
    }
}

/// The problem that a table has no such column.
pub(super) fn no_column(cursor: &Cursor<'_>, column: &Ident, table: &QualifiedName) -> Diagnostic {
    cursor.error_at(
        column.span.clone(),
        format!("table `{table}` has no column `{}`", column.name),
    )
}
