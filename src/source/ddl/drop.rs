//! `DROP`, and what goes with what is dropped.

use crate::catalog::QualifiedName;

use super::cursor::{Cursor, Ident, Name, Result};
use super::function::{Routine, find_by_signature};
use super::passed;
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
    if let Some(word) = Routine::accept(cursor) {
        return drop_functions(state, cursor, word);
    }
    if passed::object(state, cursor, "DROP") {
        return Ok(());
    }
    Err(cursor.expected("what to drop, like `TABLE`"))
}

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

fn drop_functions(state: &mut State, cursor: &mut Cursor<'_>, word: Routine) -> Result<()> {
    let if_exists = cursor.accept_if_exists();
    loop {
        let reported = state.diagnostics.len();
        let (name, mut found) = find_by_signature(state, cursor, word)?;
        // What has an argument of a type that does not exist does not exist either.
        if if_exists && state.diagnostics.len() > reported {
            state.diagnostics.truncate(reported);
            found = None;
        }
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
    /// `ALTER TABLE … DROP CONSTRAINT`.
    pub fn drop_constraint(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        name: &Ident,
        if_exists: bool,
        cascade: bool,
        only: bool,
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
        match only {
            true => self.keep_inherited_check(table, &name.name),
            false => self.drop_inherited_check(table, &name.name),
        }
        self.take_constraint(table, &name.name);
        Ok(())
    }

    /// `ALTER TABLE … DROP COLUMN`.
    pub fn drop_column(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        column: &Ident,
        if_exists: bool,
        cascade: bool,
        only: bool,
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
        if only {
            // Those below have it as their own from now on.
            for child in self.children.get(table).cloned().unwrap_or_default() {
                if let Some(local) = self.local_columns.get_mut(&child) {
                    local.insert(column.name.clone());
                }
            }
        }
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
            self.remove_column(table, &column.name);
        }
        Ok(())
    }
}
