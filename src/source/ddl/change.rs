//! `ALTER` of anything: what is altered, and the actions that all have in common.

use crate::catalog::QualifiedName;

use super::alter::alter_table;
use super::cursor::{Cursor, Ident, Name, Result};
use super::domain::alter_domain;
use super::function::{Routine, find_by_signature};
use super::kinds::alter_type;
use super::passed::{self, Why};
use super::rename::Space;
use super::sequence::alter_sequence;
use super::state::{Named, Relation, State, Type, no_column};

/// What is said of changes of owners.
pub(super) const OWNER: &str = "ALTER … OWNER";

/// `ALTER`, after this word.
pub(super) fn alter(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let relations: [&[&str]; 6] = [
        &["table"],
        &["foreign", "table"],
        &["materialized", "view"],
        &["view"],
        &["sequence"],
        &["index"],
    ];
    for words in relations {
        if cursor.accept_all(words) {
            return alter_relation(state, cursor);
        }
    }
    if cursor.accept("type") || cursor.accept("domain") {
        return alter_kind(state, cursor);
    }
    if cursor.accept("schema") {
        return alter_schema(state, cursor);
    }
    if cursor.accept("extension") {
        return alter_extension(state, cursor);
    }
    if let Some(word) = Routine::accept(cursor) {
        return alter_function(state, cursor, word);
    }
    if passed::object(state, cursor, "ALTER") {
        return Ok(());
    }
    Err(cursor.expected("what to alter, like `TABLE`"))
}

/// `ALTER TABLE`, `VIEW`, `SEQUENCE` and `INDEX`: PostgreSQL takes `TABLE` for any of them.
fn alter_relation(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    if cursor.accept_all(&["all", "in"]) {
        state.pass_over(cursor, "ALTER TABLE ALL IN TABLESPACE", Why::Storage);
        return Ok(());
    }
    let if_exists = cursor.accept_if_exists();
    let only = cursor.accept("only");
    let name = cursor.name()?;
    cursor.accept_operator("*");
    let Some((found, relation)) = state.find_relation(&name) else {
        if if_exists || state.is_broken(&name) {
            cursor.skip_rest();
            return Ok(());
        }
        return Err(state.missing(cursor, &name, "table"));
    };
    if cursor.accept("rename") {
        return rename_relation(state, cursor, &name, &found, &relation);
    }
    if cursor.accept_all(&["set", "schema"]) {
        let schema = cursor.ident()?;
        cursor.expect_end()?;
        return set_schema(state, cursor, &found, relation.named(), &schema);
    }
    match relation {
        Relation::Table(_) => alter_table(state, cursor, &found, only),
        _ if cursor.accept("owner") => {
            state.pass_over(cursor, OWNER, Why::Rights);
            Ok(())
        }
        Relation::Sequence(_) if cursor.is("set") => {
            state.pass_over(cursor, "ALTER SEQUENCE … SET", Why::Storage);
            Ok(())
        }
        Relation::Sequence(_) => alter_sequence(state, cursor, &found),
        Relation::Index(_) if cursor.accept_all(&["attach", "partition"]) => {
            let part = cursor.name()?;
            cursor.expect_end()?;
            attach_index(state, cursor, &found, &part)
        }
        Relation::View(_) if cursor.is("alter") => alter_view_column(state, cursor, &found),
        Relation::Index(_) | Relation::View(_) | Relation::Composite => {
            state.pass_over(
                cursor,
                format!("ALTER {} …", relation.word().to_uppercase()),
                Why::Storage,
            );
            Ok(())
        }
    }
}

/// `ALTER VIEW … ALTER COLUMN … SET DEFAULT`; a materialized view's columns have settings.
fn alter_view_column(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    view: &QualifiedName,
) -> Result<()> {
    cursor.expect("alter")?;
    cursor.accept("column");
    let ident = cursor.ident()?;
    let default = if cursor.accept_all(&["set", "default"]) {
        let text = cursor.expression(&[])?;
        Some(state.qualified(text))
    } else if cursor.accept_all(&["drop", "default"]) {
        None
    } else {
        cursor.skip_rest();
        return Ok(());
    };
    let column = state
        .columns_mut(view)
        .and_then(|columns| columns.iter_mut().find(|column| column.name == ident.name));
    match column {
        Some(column) => {
            column.default = default;
            Ok(())
        }
        None => Err(no_column(cursor, &ident, view)),
    }
}

fn rename_relation(
    state: &mut State,
    cursor: &mut Cursor<'_>,
    written: &Name,
    name: &QualifiedName,
    relation: &Relation,
) -> Result<()> {
    if cursor.accept("constraint") {
        let from = cursor.ident()?;
        cursor.expect("to")?;
        let to = cursor.ident()?;
        cursor.expect_end()?;
        return state.rename_constraint(cursor, name, &from, &to);
    }
    if cursor.accept("to") {
        let to = cursor.ident()?;
        cursor.expect_end()?;
        let new = QualifiedName::new(&name.schema, &to.name);
        if new == *name {
            return Ok(());
        }
        state.refuse_taken(cursor, &to.span, &new, relation.named())?;
        match relation {
            Relation::Index(_) => state.rename_index(name, &to.name),
            _ => state.rename(Space::Relation, name, &new),
        }
        return Ok(());
    }
    cursor.accept("column");
    let from = cursor.ident()?;
    cursor.expect("to")?;
    let to = cursor.ident()?;
    cursor.expect_end()?;
    let Some(columns) = state.columns(name) else {
        return Err(cursor.error_at(written.span.clone(), format!("`{name}` has no columns")));
    };
    if !columns.iter().any(|column| column.name == from.name) {
        return Err(no_column(cursor, &from, name));
    }
    if columns.iter().any(|column| column.name == to.name) {
        return Err(cursor.error_at(
            to.span,
            format!("table `{name}` has a column `{}` already", to.name),
        ));
    }
    state.rename_column(name, &from.name, &to.name);
    Ok(())
}

/// Moves a table, view or sequence to another schema, with its indexes and sequences.
fn set_schema(
    state: &mut State,
    cursor: &Cursor<'_>,
    name: &QualifiedName,
    sort: Named,
    schema: &Ident,
) -> Result<()> {
    let to = Name {
        schema: Some(schema.name.clone()),
        name: name.name.clone(),
        span: schema.span.clone(),
    };
    let to = state.new_name(cursor, &to)?;
    if to == *name {
        return Ok(());
    }
    state.refuse_taken(cursor, &schema.span, &to, sort)?;
    let mut moved = vec![name.clone()];
    moved.extend(
        state
            .relations
            .iter()
            .filter(|(_, relation)| **relation == Relation::Index(name.clone()))
            .map(|(index, _)| index.clone()),
    );
    moved.extend(state.owned_sequences(name, None));
    // A sequence has no rows.
    let row = sort != Named::Relation && state.types.contains_key(name);
    state.rename_all(&|space, other| {
        let found = match space {
            Space::Relation => moved.contains(other),
            Space::Type => row && other == name,
            Space::Function | Space::Collation => false,
        };
        found.then(|| QualifiedName::new(&schema.name, &other.name))
    });
    Ok(())
}

/// `ALTER INDEX … ATTACH PARTITION`: the index of a partition becomes a part of its parent's.
fn attach_index(
    state: &mut State,
    cursor: &Cursor<'_>,
    parent: &QualifiedName,
    part: &Name,
) -> Result<()> {
    let Some((part, Relation::Index(table))) = state.find_relation(part) else {
        return Err(state.missing(cursor, part, "index"));
    };
    if let Some(indexes) = state.indexes_mut(&table) {
        indexes.retain(|index| index.name != part.name);
    }
    if let Some(table) = state.table_mut(&table) {
        table.primary_key.take_if(|key| key.name == part.name);
        table.unique_keys.retain(|key| key.name != part.name);
        table
            .exclusions
            .retain(|exclusion| exclusion.name != part.name);
    }
    state
        .index_children
        .entry(parent.clone())
        .or_default()
        .push(part);
    Ok(())
}

/// `ALTER TYPE` and `ALTER DOMAIN`.
fn alter_kind(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let written = cursor.name()?;
    if state.is_broken(&written) && state.find_type(&written).is_none() {
        cursor.skip_rest();
        return Ok(());
    }
    if cursor.accept("owner") {
        state.pass_over(cursor, OWNER, Why::Rights);
        return Ok(());
    }
    let (name, ty) = state.need_type(cursor, &written)?;
    if cursor.accept_all(&["rename", "to"]) {
        let to = cursor.ident()?;
        cursor.expect_end()?;
        let new = QualifiedName::new(&name.schema, &to.name);
        state.refuse_taken(cursor, &to.span, &new, ty.named())?;
        state.rename(Space::Type, &name, &new);
        return Ok(());
    }
    if cursor.accept_all(&["set", "schema"]) {
        let schema = cursor.ident()?;
        cursor.expect_end()?;
        let to = Name {
            schema: Some(schema.name),
            name: name.name.clone(),
            span: schema.span.clone(),
        };
        let to = state.new_name(cursor, &to)?;
        if to == name {
            return Ok(());
        }
        state.refuse_taken(cursor, &schema.span, &to, ty.named())?;
        state.rename(Space::Type, &name, &to);
        return Ok(());
    }
    if cursor.accept_all(&["rename", "constraint"]) {
        let from = cursor.ident()?;
        cursor.expect("to")?;
        let to = cursor.ident()?;
        cursor.expect_end()?;
        let checks = state.domain_mut(&name).map(|domain| &mut domain.checks);
        return match checks
            .and_then(|checks| checks.iter_mut().find(|check| check.name == from.name))
        {
            Some(check) => {
                check.name = to.name;
                state.recount_constraints();
                Ok(())
            }
            None => Err(cursor.error_at(
                from.span,
                format!("domain `{name}` has no constraint `{}`", from.name),
            )),
        };
    }
    if cursor.accept_all(&["rename", "attribute"]) {
        let from = cursor.ident()?;
        cursor.expect("to")?;
        let to = cursor.ident()?;
        if !cursor.accept("cascade") {
            cursor.accept("restrict");
        }
        cursor.expect_end()?;
        return rename_attribute(state, cursor, &name, &from, &to);
    }
    match ty {
        Type::Domain(_) => alter_domain(state, cursor, &name),
        _ => alter_type(state, cursor, &written, &name),
    }
}

fn rename_attribute(
    state: &mut State,
    cursor: &Cursor<'_>,
    name: &QualifiedName,
    from: &Ident,
    to: &Ident,
) -> Result<()> {
    let attribute = match state.types.get(name) {
        Some(&Type::Composite(at)) => state.catalog.composites.get_mut(at),
        _ => None,
    }
    .and_then(|composite| {
        composite
            .attributes
            .iter_mut()
            .find(|attribute| attribute.name == from.name)
    });
    match attribute {
        Some(attribute) => {
            attribute.name.clone_from(&to.name);
            for table in state.tables_of(name) {
                state.rename_column(&table, &from.name, &to.name);
            }
            Ok(())
        }
        None => Err(cursor.error_at(
            from.span.clone(),
            format!("type `{name}` has no attribute `{}`", from.name),
        )),
    }
}

fn alter_schema(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.ident()?;
    if !cursor.accept_all(&["rename", "to"]) {
        state.pass_over(cursor, OWNER, Why::Rights);
        return Ok(());
    }
    let to = cursor.ident()?;
    cursor.expect_end()?;
    if state.has_schema(&to.name) {
        return Err(cursor.error_at(to.span, format!("schema `{}` already exists", to.name)));
    }
    let schemas = &mut state.catalog.schemas;
    match schemas.iter_mut().find(|schema| schema.name == name.name) {
        Some(schema) => schema.name.clone_from(&to.name),
        None => {
            return Err(
                cursor.error_at(name.span, format!("schema `{}` does not exist", name.name))
            );
        }
    }
    for extension in &mut state.catalog.extensions {
        if extension.schema == name.name {
            extension.schema.clone_from(&to.name);
        }
    }
    state.rename_all(&|_, other| {
        (other.schema == name.name).then(|| QualifiedName::new(&to.name, &other.name))
    });
    Ok(())
}

fn alter_extension(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let name = cursor.label()?;
    if !cursor.accept_all(&["set", "schema"]) {
        state.pass_over(cursor, "ALTER EXTENSION", Why::Unlisted);
        return Ok(());
    }
    let schema = cursor.ident()?;
    cursor.expect_end()?;
    let extensions = &mut state.catalog.extensions;
    let Some(extension) = extensions.iter_mut().find(|other| other.name == name.name) else {
        return Err(cursor.error_at(
            name.span,
            format!("extension `{}` does not exist", name.name),
        ));
    };
    let old = std::mem::replace(&mut extension.schema, schema.name.clone());
    let types = super::extensions::types(&name.name).unwrap_or_default();
    for ty in types {
        let from = QualifiedName::new(&old, *ty);
        let to = QualifiedName::new(&schema.name, *ty);
        state.rename(Space::Type, &from, &to);
    }
    Ok(())
}

fn alter_function(state: &mut State, cursor: &mut Cursor<'_>, word: Routine) -> Result<()> {
    let (name, found) = find_by_signature(state, cursor, word)?;
    let Some(at) = found else {
        return Err(cursor.error_at(
            name.span.clone(),
            format!(
                "function `{}` does not exist with these arguments",
                super::state::shown(&name)
            ),
        ));
    };
    let rename = cursor.accept_all(&["rename", "to"]);
    if rename || cursor.accept_all(&["set", "schema"]) {
        let to = cursor.ident()?;
        cursor.expect_end()?;
        let Some(function) = state.catalog.functions.get_mut(at) else {
            return Ok(());
        };
        let old = function.name.clone();
        match rename {
            true => function.name.name = to.name,
            false => function.name.schema = to.name,
        }
        let new = function.name.clone();
        // Expressions call a function by its name alone; they follow it when no other has the name.
        let alone = state
            .functions
            .get(&old)
            .is_some_and(|places| places.len() == 1);
        state.rename_all(&|space, name| {
            (space == Space::Function && alone && *name == old).then(|| new.clone())
        });
        return Ok(());
    }
    while !cursor.at_end() {
        let Some(function) = state.catalog.functions.get_mut(at) else {
            return Ok(());
        };
        if !super::function::attribute(cursor, function)? {
            cursor.advance();
        }
    }
    Ok(())
}
