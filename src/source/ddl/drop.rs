//! `DROP`, and what goes with what is dropped.

use crate::catalog::{IndexOn, QualifiedName, Table, TypeRef};

use super::cursor::{Cursor, Ident, Name, Result};
use super::expression::{columns_in, regclass_constant};
use super::function::find_by_signature;
use super::state::{Relation, State, Type, no_column, shown};

/// `DROP`, after this word.
pub(super) fn drop(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let kinds: [(&[&str], Dropped); 12] = [
        (&["table"], Dropped::Table),
        (&["foreign", "table"], Dropped::Table),
        (&["view"], Dropped::View),
        (&["materialized", "view"], Dropped::View),
        (&["sequence"], Dropped::Sequence),
        (&["index"], Dropped::Index),
        (&["type"], Dropped::Type),
        (&["domain"], Dropped::Type),
        (&["schema"], Dropped::Schema),
        (&["extension"], Dropped::Extension),
        (&["collation"], Dropped::Collation),
        (&["owned", "by"], Dropped::Owned),
    ];
    for (words, kind) in kinds {
        if cursor.accept_all(words) {
            return drop_all(state, cursor, kind);
        }
    }
    if cursor.is_any(&["function", "procedure", "routine", "aggregate"]) {
        cursor.advance();
        return drop_functions(state, cursor);
    }
    if cursor.is_any(&PASSED_OVER) {
        cursor.skip_rest();
        return Ok(());
    }
    Err(cursor.expected("what to drop, like `TABLE`"))
}

/// First words of what the Catalog does not list.
const PASSED_OVER: [&str; 21] = [
    "access",
    "cast",
    "conversion",
    "database",
    "event",
    "foreign",
    "group",
    "language",
    "operator",
    "policy",
    "procedural",
    "publication",
    "role",
    "rule",
    "server",
    "statistics",
    "subscription",
    "tablespace",
    "text",
    "transform",
    "trigger",
];

/// What sort of thing is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dropped {
    Table,
    View,
    Sequence,
    Index,
    Type,
    Schema,
    Extension,
    Collation,
    Owned,
}

fn drop_all(state: &mut State, cursor: &mut Cursor<'_>, kind: Dropped) -> Result<()> {
    if kind == Dropped::Owned || (kind == Dropped::Collation && cursor.at_end()) {
        cursor.skip_rest();
        return Ok(());
    }
    if kind == Dropped::Index {
        cursor.accept("concurrently");
    }
    let if_exists = cursor.accept_if_exists();
    let mut names = vec![cursor.name()?];
    while cursor.accept_symbol(b',') {
        names.push(cursor.name()?);
    }
    let cascade = cursor.accept("cascade");
    cursor.accept("restrict");
    cursor.expect_end()?;
    for name in &names {
        let done = drop_one(state, cursor, kind, name, if_exists, cascade, &names);
        if let Err(error) = done {
            state.report(error);
        }
    }
    Ok(())
}

fn drop_one(
    state: &mut State,
    cursor: &Cursor<'_>,
    kind: Dropped,
    name: &Name,
    if_exists: bool,
    cascade: bool,
    together: &[Name],
) -> Result<()> {
    let absent = |state: &State, what: &str| match if_exists || state.is_broken(name) {
        true => Ok(()),
        false => Err(state
            .missing(cursor, name, what)
            .help("say `IF EXISTS` where it may be missing")),
    };
    let relation = state.find_relation(name);
    match (kind, relation) {
        (Dropped::Table, Some((found, Relation::Table(_)))) => {
            let together: Vec<QualifiedName> = together
                .iter()
                .filter_map(|name| state.find_relation(name))
                .map(|(name, _)| name)
                .collect();
            refuse_needed(cursor, name, cascade, || {
                state.table_dependents(&found, &together)
            })?;
            state.drop_table(&found);
            Ok(())
        }
        (Dropped::View, Some((found, Relation::View(_)))) => {
            refuse_needed(cursor, name, cascade, || {
                let views = state.views_on(&found);
                views
                    .iter()
                    .filter(|view| !is_among(state, view, together))
                    .map(|view| format!("view `{view}`"))
                    .collect()
            })?;
            state.drop_view(&found);
            Ok(())
        }
        (Dropped::Sequence, Some((found, Relation::Sequence(_)))) => {
            refuse_needed(cursor, name, cascade, || state.sequence_users(&found))?;
            state.drop_sequence(&found);
            Ok(())
        }
        (Dropped::Index, Some((found, Relation::Index(table)))) => {
            let listed = state
                .indexes_mut(&table)
                .is_some_and(|indexes| indexes.iter().any(|index| index.name == found.name));
            if !listed && !cascade {
                return Err(cursor
                    .error_at(
                        name.span.clone(),
                        format!("index `{found}` belongs to a constraint of `{table}`"),
                    )
                    .help("drop the constraint: ALTER TABLE … DROP CONSTRAINT …"));
            }
            state.drop_index(&found);
            Ok(())
        }
        (
            Dropped::Table | Dropped::View | Dropped::Sequence | Dropped::Index,
            Some((found, other)),
        ) => Err(cursor.error_at(
            name.span.clone(),
            format!("`{found}` is a {}", other.word()),
        )),
        (Dropped::Table, None) => absent(state, "table"),
        (Dropped::View, None) => absent(state, "view"),
        (Dropped::Sequence, None) => absent(state, "sequence"),
        (Dropped::Index, None) => absent(state, "index"),
        (Dropped::Type, _) => match state.find_type(name) {
            Some((found, ty)) if ty != Type::Row => {
                refuse_needed(cursor, name, cascade, || state.type_users(&found))?;
                state.drop_type(&found);
                Ok(())
            }
            _ => absent(state, "type"),
        },
        (Dropped::Schema, _) => match state
            .catalog
            .schemas
            .iter()
            .any(|schema| schema.name == name.name)
        {
            true => {
                refuse_needed(cursor, name, cascade, || state.schema_contents(&name.name))?;
                state.drop_schema(&name.name);
                Ok(())
            }
            false => absent(state, "schema"),
        },
        (Dropped::Extension, _) => {
            let at = state
                .catalog
                .extensions
                .iter()
                .position(|other| other.name == name.name);
            match at {
                Some(at) => {
                    let extension = state.catalog.extensions.swap_remove(at);
                    let types = super::extensions::types(&extension.name);
                    for ty in types.unwrap_or_default() {
                        let ty = QualifiedName::new(&extension.schema, *ty);
                        state.drop_type(&ty);
                    }
                    Ok(())
                }
                None if name.name == "plpgsql" => Ok(()),
                None => absent(state, "extension"),
            }
        }
        (Dropped::Collation, _) => {
            let found = state.resolve(name.schema.as_deref(), &name.name, |name| {
                state.collations.contains(name).then_some(())
            });
            if let Some((found, ())) = found {
                state.collations.remove(&found);
            }
            Ok(())
        }
        (Dropped::Owned, _) => Ok(()),
    }
}

fn is_among(state: &State, found: &QualifiedName, names: &[Name]) -> bool {
    names.iter().any(|name| {
        state
            .find_relation(name)
            .is_some_and(|(other, _)| other == *found)
    })
}

/// Refuses to drop what others need, unless they are to go too.
fn refuse_needed(
    cursor: &Cursor<'_>,
    name: &Name,
    cascade: bool,
    users: impl FnOnce() -> Vec<String>,
) -> Result<()> {
    if cascade {
        return Ok(());
    }
    let users = users();
    match users.first() {
        None => Ok(()),
        Some(first) => {
            let others = match users.len() {
                1 => String::new(),
                more => format!(" and {} more", more - 1),
            };
            Err(cursor
                .error_at(
                    name.span.clone(),
                    format!("`{}` is needed by {first}{others}", shown(name)),
                )
                .help("say `CASCADE` to drop these too"))
        }
    }
}

fn drop_functions(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let if_exists = cursor.accept_if_exists();
    loop {
        let (name, found) = find_by_signature(state, cursor)?;
        match found {
            Some(at) => state.take_function(at),
            None if if_exists => {}
            None => {
                return Err(cursor
                    .error_at(
                        name.span.clone(),
                        format!(
                            "function `{}` does not exist with these arguments",
                            shown(&name)
                        ),
                    )
                    .help("say `IF EXISTS` where it may be missing"));
            }
        }
        if !cursor.accept_symbol(b',') {
            break;
        }
    }
    if !cursor.accept("cascade") {
        cursor.accept("restrict");
    }
    cursor.expect_end()
}

impl State {
    /// The views that read from a table or view.
    pub fn views_on(&self, name: &QualifiedName) -> Vec<QualifiedName> {
        let mut views: Vec<QualifiedName> = self
            .view_sources
            .iter()
            .filter(|(_, sources)| sources.contains(name))
            .map(|(view, _)| view.clone())
            .collect();
        views.sort();
        views
    }

    /// What needs a table, in words.
    fn table_dependents(&self, name: &QualifiedName, together: &[QualifiedName]) -> Vec<String> {
        let mut users: Vec<String> = Vec::new();
        for table in &self.catalog.tables {
            let apart = table.name != *name && !together.contains(&table.name);
            if apart && table.partition_of.is_none() {
                let keys = table
                    .foreign_keys
                    .iter()
                    .filter(|key| key.referenced_table == *name);
                users.extend(
                    keys.map(|key| format!("foreign key `{}` of table `{}`", key.name, table.name)),
                );
            }
            if apart && table.inherits.contains(name) {
                users.push(format!("table `{}`, which inherits from it", table.name));
            }
        }
        for view in self.views_on(name) {
            if !together.contains(&view) {
                users.push(format!("view `{view}`"));
            }
        }
        users.extend(self.type_users(name));
        users
    }

    /// Drops a table with its partitions and heirs, keys that refer to it, views on it, and its sequences.
    pub fn drop_table(&mut self, name: &QualifiedName) {
        let children = self.children.remove(name).unwrap_or_default();
        for child in &children {
            self.drop_table(child);
        }
        let Some(table) = self.take_table(name) else {
            return;
        };
        for parent in table.partition_of.iter().chain(&table.inherits) {
            self.forget_child(parent, name);
        }
        self.forget_constraints(&table);
        self.relations
            .retain(|_, relation| !matches!(relation, Relation::Index(of) if of == name));
        self.local_columns.remove(name);
        self.local_checks.remove(name);
        let mut freed = Vec::new();
        for other in &mut self.catalog.tables {
            let schema = other.name.schema.clone();
            other.foreign_keys.retain(|key| {
                let kept = key.referenced_table != *name;
                if !kept {
                    freed.push((schema.clone(), key.name.clone()));
                }
                kept
            });
        }
        for (schema, name) in freed {
            self.free_constraint_name(&schema, &name);
        }
        for view in self.views_on(name) {
            self.drop_view(&view);
        }
        for sequence in self.owned_sequences(name, None) {
            self.drop_sequence(&sequence);
        }
        self.drop_uses_of_type(name);
    }

    fn forget_constraints(&mut self, table: &Table) {
        let schema = &table.name.schema;
        let names = (table.primary_key.iter().map(|key| &key.name))
            .chain(table.unique_keys.iter().map(|key| &key.name))
            .chain(table.foreign_keys.iter().map(|key| &key.name))
            .chain(table.checks.iter().map(|check| &check.name))
            .chain(table.exclusions.iter().map(|exclusion| &exclusion.name));
        for name in names {
            self.free_constraint_name(schema, name);
        }
    }

    /// Drops a view with the views on it.
    pub fn drop_view(&mut self, name: &QualifiedName) {
        if self.take_view(name).is_none() {
            return;
        }
        self.view_sources.remove(name);
        self.relations
            .retain(|_, relation| !matches!(relation, Relation::Index(of) if of == name));
        for view in self.views_on(name) {
            self.drop_view(&view);
        }
        self.drop_uses_of_type(name);
    }

    /// The sequences that belong to a table, or to one of its columns.
    pub fn owned_sequences(
        &self,
        table: &QualifiedName,
        column: Option<&str>,
    ) -> Vec<QualifiedName> {
        self.catalog
            .sequences
            .iter()
            .filter(|sequence| {
                sequence.owned_by.as_ref().is_some_and(|owner| {
                    owner.table == *table && column.is_none_or(|column| owner.column == column)
                })
            })
            .map(|sequence| sequence.name.clone())
            .collect()
    }

    fn sequence_users(&self, name: &QualifiedName) -> Vec<String> {
        let constant = regclass_constant(name);
        let mut users = Vec::new();
        for table in &self.catalog.tables {
            for column in &table.columns {
                if column
                    .default
                    .as_ref()
                    .is_some_and(|default| default.contains(&constant))
                {
                    users.push(format!("the default of `{}.{}`", table.name, column.name));
                }
            }
        }
        users
    }

    /// Drops a sequence with the defaults that are its values.
    pub fn drop_sequence(&mut self, name: &QualifiedName) {
        if self.take_sequence(name).is_none() {
            return;
        }
        let constant = regclass_constant(name);
        for table in &mut self.catalog.tables {
            for column in &mut table.columns {
                if column
                    .default
                    .as_ref()
                    .is_some_and(|default| default.contains(&constant))
                {
                    column.default = None;
                }
            }
        }
    }

    /// Drops an index with its parts; of one behind a constraint, the constraint.
    pub fn drop_index(&mut self, name: &QualifiedName) {
        let Some(Relation::Index(table)) = self.relations.remove(name) else {
            return;
        };
        for part in self.index_children.remove(name).unwrap_or_default() {
            if matches!(self.relations.get(&part), Some(Relation::Index(_))) {
                self.drop_index(&part);
            }
        }
        if let Some(indexes) = self.indexes_mut(&table) {
            indexes.retain(|index| index.name != name.name);
        }
        let constraint = self
            .table(&table)
            .is_some_and(|table| super::apply::has_constraint(table, &name.name));
        if constraint {
            self.take_constraint(&table, &name.name);
        }
    }

    /// The columns and domains of a type, in words.
    fn type_users(&self, name: &QualifiedName) -> Vec<String> {
        let uses = |ty: &TypeRef| self.is_of_type(ty, name);
        let mut users = Vec::new();
        for table in &self.catalog.tables {
            for column in table.columns.iter().filter(|column| uses(&column.ty)) {
                users.push(format!(
                    "column `{}` of table `{}`",
                    column.name, table.name
                ));
            }
        }
        for domain in self
            .catalog
            .domains
            .iter()
            .filter(|domain| uses(&domain.base))
        {
            users.push(format!("domain `{}`", domain.name));
        }
        for composite in &self.catalog.composites {
            if composite
                .attributes
                .iter()
                .any(|attribute| uses(&attribute.ty))
            {
                users.push(format!("type `{}`", composite.name));
            }
        }
        for at in self.functions_with_type(name) {
            if let Some(function) = self.catalog.functions.get(at) {
                users.push(format!("function `{}`", function.name));
            }
        }
        users
    }

    fn is_of_type(&self, ty: &TypeRef, name: &QualifiedName) -> bool {
        ty.schema == name.schema && ty.name == name.name
    }

    /// Drops a type with the columns, domains and functions of it.
    pub fn drop_type(&mut self, name: &QualifiedName) {
        if !self.types.contains_key(name) {
            return;
        }
        self.take_type(name);
        self.drop_uses_of_type(name);
    }

    fn drop_uses_of_type(&mut self, name: &QualifiedName) {
        let mut columns = Vec::new();
        for table in &self.catalog.tables {
            for column in &table.columns {
                if self.is_of_type(&column.ty, name) {
                    columns.push((table.name.clone(), column.name.clone()));
                }
            }
        }
        for (table, column) in columns {
            self.remove_column(&table, &column);
        }
        let mut domains = Vec::new();
        for domain in &self.catalog.domains {
            if self.is_of_type(&domain.base, name) {
                domains.push(domain.name.clone());
            }
        }
        for domain in domains {
            self.drop_type(&domain);
        }
        for composite in &mut self.catalog.composites {
            composite.attributes.retain(|attribute| {
                attribute.ty.schema != name.schema || attribute.ty.name != name.name
            });
        }
        let mut functions = self.functions_with_type(name);
        functions.sort_unstable();
        for at in functions.into_iter().rev() {
            self.take_function(at);
        }
    }

    fn schema_contents(&self, schema: &str) -> Vec<String> {
        let inside = |name: &&QualifiedName| name.schema == schema;
        let relations = self
            .relations
            .iter()
            .filter(|(_, relation)| !matches!(relation, Relation::Index(_)));
        let mut names: Vec<String> = relations
            .map(|(name, _)| name)
            .chain(self.types.keys())
            .chain(self.functions.keys())
            .filter(inside)
            .map(|name| format!("`{name}`"))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn drop_schema(&mut self, schema: &str) {
        let inside = |name: &QualifiedName| name.schema == schema;
        let relations: Vec<QualifiedName> = self
            .relations
            .keys()
            .filter(|name| inside(name))
            .cloned()
            .collect();
        for name in relations {
            match self.relations.get(&name) {
                Some(Relation::Table(_)) => self.drop_table(&name),
                Some(Relation::View(_)) => self.drop_view(&name),
                Some(Relation::Sequence(_)) => self.drop_sequence(&name),
                _ => {}
            }
        }
        let types: Vec<QualifiedName> = self
            .types
            .keys()
            .filter(|name| inside(name))
            .cloned()
            .collect();
        for name in types {
            self.drop_type(&name);
        }
        while let Some(at) = self
            .catalog
            .functions
            .iter()
            .position(|function| inside(&function.name))
        {
            self.take_function(at);
        }
        self.catalog
            .extensions
            .retain(|extension| extension.schema != schema);
        self.catalog.schemas.retain(|other| other.name != schema);
    }

    /// `ALTER TABLE … DROP CONSTRAINT`.
    pub fn drop_constraint(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        name: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Result<()> {
        let known = self
            .table(table)
            .is_some_and(|table| super::apply::has_constraint(table, &name.name));
        if !known {
            // PostgreSQL 18 has names for `NOT NULL`, which are listed nowhere.
            if let Some(column) = self.not_null_column(table, &name.name) {
                self.set_nullable(table, &column, true, true);
                return Ok(());
            }
            return match if_exists {
                true => Ok(()),
                false => Err(cursor
                    .error_at(
                        name.span.clone(),
                        format!("table `{table}` has no constraint `{}`", name.name),
                    )
                    .help("say `DROP CONSTRAINT IF EXISTS` where it may be missing")),
            };
        }
        let written = Name {
            schema: None,
            name: name.name.clone(),
            span: name.span.clone(),
        };
        refuse_needed(cursor, &written, cascade, || {
            let keys = self.keys_on_constraint(table, &name.name);
            keys.iter()
                .map(|(table, key)| format!("foreign key `{key}` of table `{table}`"))
                .collect()
        })?;
        self.take_constraint(table, &name.name);
        Ok(())
    }

    fn not_null_column(&self, table: &QualifiedName, name: &str) -> Option<String> {
        let column = name
            .strip_prefix(table.name.as_str())?
            .strip_prefix('_')?
            .strip_suffix("_not_null")?;
        let columns = self.columns(table)?;
        columns
            .iter()
            .any(|other| other.name == column)
            .then(|| column.to_owned())
    }

    /// The foreign keys that need a key of a table: those on its columns, where no other key is on them.
    fn keys_on_constraint(
        &self,
        table: &QualifiedName,
        name: &str,
    ) -> Vec<(QualifiedName, String)> {
        let Some(found) = self.table(table) else {
            return Vec::new();
        };
        let columns = match &found.primary_key {
            Some(key) if key.name == name => &key.columns,
            _ => match found.unique_keys.iter().find(|key| key.name == name) {
                Some(key) => &key.columns,
                None => return Vec::new(),
            },
        };
        let same = |key: &[String]| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        let keys_alike = found
            .primary_key
            .iter()
            .filter(|key| same(&key.columns))
            .count()
            + found
                .unique_keys
                .iter()
                .filter(|key| same(&key.columns))
                .count();
        if keys_alike > 1 {
            return Vec::new();
        }
        let mut keys = Vec::new();
        for other in &self.catalog.tables {
            for key in &other.foreign_keys {
                if key.referenced_table == *table && same(&key.referenced_columns) {
                    keys.push((other.name.clone(), key.name.clone()));
                }
            }
        }
        keys
    }

    /// Takes a constraint out, with its index and the foreign keys that need it.
    pub fn take_constraint(&mut self, table: &QualifiedName, name: &str) {
        for (other, key) in self.keys_on_constraint(table, name) {
            self.take_constraint(&other, &key);
        }
        self.drop_inherited_check(table, name);
        let Some(found) = self.table_mut(table) else {
            return;
        };
        found.primary_key.take_if(|key| key.name == name);
        found.unique_keys.retain(|key| key.name != name);
        found.foreign_keys.retain(|key| key.name != name);
        found.checks.retain(|check| check.name != name);
        found.exclusions.retain(|exclusion| exclusion.name != name);
        self.free_constraint_name(&table.schema, name);
        let index = QualifiedName::new(&table.schema, name);
        if self.relations.get(&index) == Some(&Relation::Index(table.clone())) {
            self.relations.remove(&index);
        }
        for part in self.index_children.remove(&index).unwrap_or_default() {
            if matches!(self.relations.get(&part), Some(Relation::Index(_))) {
                self.drop_index(&part);
                self.free_constraint_name(&part.schema, &part.name);
            }
        }
    }

    /// Those that inherit from a table lose its check, but where one declares it itself.
    fn drop_inherited_check(&mut self, table: &QualifiedName, name: &str) {
        if self.heirs_of_check(table, name).is_empty() {
            return;
        }
        let mut next = self.children.get(table).cloned().unwrap_or_default();
        while let Some(heir) = next.pop() {
            let declared = self
                .local_checks
                .get(&heir)
                .is_none_or(|local| local.contains(name));
            let Some(found) = self.table_mut(&heir).filter(|_| !declared) else {
                continue;
            };
            found.checks.retain(|check| check.name != name);
            self.free_constraint_name(&heir.schema, name);
            next.extend(self.children.get(&heir).cloned().unwrap_or_default());
        }
    }

    /// `ALTER TABLE … DROP COLUMN`.
    pub fn drop_column(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        column: &Ident,
        if_exists: bool,
        cascade: bool,
    ) -> Result<()> {
        let known = self
            .columns(table)
            .is_some_and(|columns| columns.iter().any(|other| other.name == column.name));
        if !known {
            return match if_exists {
                true => Ok(()),
                false => Err(no_column(cursor, column, table)
                    .help("say `DROP COLUMN IF EXISTS` where it may be missing")),
            };
        }
        let written = Name {
            schema: None,
            name: column.name.clone(),
            span: column.span.clone(),
        };
        refuse_needed(cursor, &written, cascade, || {
            let views = self.views_on_column(table, &column.name);
            let mut users: Vec<String> =
                views.iter().map(|view| format!("view `{view}`")).collect();
            for other in &self.catalog.tables {
                if other.name == *table {
                    continue;
                }
                for key in &other.foreign_keys {
                    if key.referenced_table == *table
                        && key.referenced_columns.contains(&column.name)
                    {
                        users.push(format!(
                            "foreign key `{}` of table `{}`",
                            key.name, other.name
                        ));
                    }
                }
            }
            users
        })?;
        let mut tables = vec![table.clone()];
        for child in self.descendants(table) {
            let own = self
                .local_columns
                .get(&child)
                .is_some_and(|local| local.contains(&column.name));
            if !own {
                tables.push(child);
            }
        }
        for table in &tables {
            for view in self.views_on_column(table, &column.name) {
                self.drop_view(&view);
            }
            self.remove_column(table, &column.name);
        }
        Ok(())
    }

    fn views_on_column(&self, table: &QualifiedName, column: &str) -> Vec<QualifiedName> {
        self.views_on(table)
            .into_iter()
            .filter(|view| {
                self.view(view)
                    .is_some_and(|view| !columns_in_query(&view.definition, column).is_empty())
            })
            .collect()
    }

    /// Takes a column out, with the constraints, indexes and sequences that are on it.
    pub fn remove_column(&mut self, table: &QualifiedName, column: &str) {
        for sequence in self.owned_sequences(table, Some(column)) {
            self.drop_sequence(&sequence);
        }
        let Some(found) = self.table(table) else {
            return;
        };
        let on = |columns: &[String]| columns.iter().any(|other| other == column);
        let in_text = |text: &str| !columns_in(text, [column]).is_empty();
        let in_key = |key: &crate::catalog::IndexKey| match &key.on {
            IndexOn::Column(name) => name == column,
            IndexOn::Expression(text) => in_text(text),
        };
        let mut constraints: Vec<String> = Vec::new();
        let primary = found.primary_key.iter();
        constraints.extend(
            primary
                .filter(|key| on(&key.columns) || on(&key.include))
                .map(|key| key.name.clone()),
        );
        let unique = found.unique_keys.iter();
        constraints.extend(
            unique
                .filter(|key| on(&key.columns) || on(&key.include))
                .map(|key| key.name.clone()),
        );
        let foreign = found.foreign_keys.iter();
        constraints.extend(
            foreign
                .filter(|key| on(&key.columns))
                .map(|key| key.name.clone()),
        );
        let checks = found.checks.iter();
        constraints.extend(
            checks
                .filter(|check| in_text(&check.expression))
                .map(|check| check.name.clone()),
        );
        let exclusions = found.exclusions.iter().filter(|exclusion| {
            exclusion
                .elements
                .iter()
                .any(|element| in_key(&element.key))
                || exclusion.predicate.as_deref().is_some_and(in_text)
        });
        constraints.extend(exclusions.map(|exclusion| exclusion.name.clone()));
        let indexes = found.indexes.iter().filter(|index| {
            index.keys.iter().any(in_key)
                || on(&index.include)
                || index.predicate.as_deref().is_some_and(in_text)
        });
        let indexes: Vec<String> = indexes.map(|index| index.name.clone()).collect();
        let generated: Vec<String> = found
            .columns
            .iter()
            .filter(|other| {
                other.name != column
                    && other
                        .generated
                        .as_ref()
                        .is_some_and(|generated| in_text(&generated.expression))
            })
            .map(|other| other.name.clone())
            .collect();
        for name in constraints {
            self.take_constraint(table, &name);
        }
        for name in indexes {
            self.drop_index(&QualifiedName::new(&table.schema, name));
        }
        if let Some(columns) = self.columns_mut(table) {
            columns.retain(|other| other.name != column);
        }
        if let Some(local) = self.local_columns.get_mut(table) {
            local.remove(column);
        }
        for other in generated {
            self.remove_column(table, &other);
        }
        let mut orphans = Vec::new();
        for other in &self.catalog.tables {
            for key in &other.foreign_keys {
                if key.referenced_table == *table && on(&key.referenced_columns) {
                    orphans.push((other.name.clone(), key.name.clone()));
                }
            }
        }
        for (other, key) in orphans {
            self.take_constraint(&other, &key);
        }
    }
}

/// The column, if a query speaks of it; in a query it may stand after `AS` without being one.
fn columns_in_query<'a>(query: &str, column: &'a str) -> std::collections::BTreeSet<&'a str> {
    columns_in(query, [column])
}
