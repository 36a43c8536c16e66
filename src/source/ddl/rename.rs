//! `RENAME` and `SET SCHEMA`: everything that speaks of a thing by its name goes with it.

use std::collections::HashMap;

use crate::catalog::{Catalog, FunctionBody, IndexKey, IndexOn, QualifiedName, Table, TypeRef};

use super::cursor::{Cursor, Ident, Result, quote_ident};
use super::decode::{decode_name, decode_string};
use super::definition::reads_column;
use super::expression::{self, regclass_constant, rewrite};
use super::lexer::Token;
use super::naming;
use super::state::{Relation, State, Type};

/// The sorts of names that are apart: a function may be called like a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Relation,
    Type,
    Function,
    Collation,
}

/// The new name of a thing, where it gets one.
pub(super) type Renaming<'a> = &'a dyn Fn(Space, &QualifiedName) -> Option<QualifiedName>;

impl State {
    /// Gives a table, view, sequence, type or function another name, wherever it is spoken of.
    pub fn rename(&mut self, space: Space, from: &QualifiedName, to: &QualifiedName) {
        // The type of its rows, or of its values, is called like a relation.
        let row = match space {
            Space::Relation => matches!(self.types.get(from), Some(Type::Row | Type::Composite(_))),
            Space::Type => matches!(self.types.get(from), Some(Type::Composite(_))),
            _ => false,
        };
        self.rename_all(&|other, name| {
            let same = other == space || (row && matches!(other, Space::Relation | Space::Type));
            (same && name == from).then(|| to.clone())
        });
    }

    /// Gives new names to all that a rule names anew.
    pub fn rename_all(&mut self, renaming: Renaming<'_>) {
        self.rename_in_views(renaming);
        rename_in_catalog(&mut self.catalog, renaming);
        let relation = |name: QualifiedName| renaming(Space::Relation, &name).unwrap_or(name);
        let map = |map: HashMap<QualifiedName, Vec<QualifiedName>>| {
            map.into_iter()
                .map(|(name, list)| (relation(name), list.into_iter().map(relation).collect()))
                .collect()
        };
        self.children = map(std::mem::take(&mut self.children));
        self.index_children = map(std::mem::take(&mut self.index_children));
        self.index_columns = std::mem::take(&mut self.index_columns)
            .into_iter()
            .map(|(index, columns)| (relation(index), columns))
            .collect();
        for locals in [&mut self.local_columns, &mut self.local_checks] {
            *locals = std::mem::take(locals)
                .into_iter()
                .map(|(name, own)| (relation(name), own))
                .collect();
        }
        self.typed_tables = std::mem::take(&mut self.typed_tables)
            .into_iter()
            .map(|(name, ty)| (relation(name), renaming(Space::Type, &ty).unwrap_or(ty)))
            .collect();
        self.view_sources = std::mem::take(&mut self.view_sources)
            .into_iter()
            .map(|(name, sources)| (relation(name), sources.into_iter().map(relation).collect()))
            .collect();
        self.relations = std::mem::take(&mut self.relations)
            .into_iter()
            .map(|(name, found)| {
                let found = match found {
                    Relation::Index(table) => Relation::Index(relation(table)),
                    other => other,
                };
                (relation(name), found)
            })
            .collect();
        self.types = std::mem::take(&mut self.types)
            .into_iter()
            .map(|(name, ty)| (renaming(Space::Type, &name).unwrap_or(name), ty))
            .collect();
        self.collations = std::mem::take(&mut self.collations)
            .into_iter()
            .map(|name| renaming(Space::Collation, &name).unwrap_or(name))
            .collect();
        self.functions.clear();
        for (at, function) in self.catalog.functions.iter().enumerate() {
            self.functions
                .entry(function.name.clone())
                .or_default()
                .push(at);
        }
        self.recount_constraints();
    }

    /// Counts the names of constraints anew, after some of them changed their schema.
    pub fn recount_constraints(&mut self) {
        let mut names: Vec<QualifiedName> = Vec::new();
        for table in &self.catalog.tables {
            let all = (table.primary_key.iter().map(|key| &key.name))
                .chain(table.unique_keys.iter().map(|key| &key.name))
                .chain(table.foreign_keys.iter().map(|key| &key.name))
                .chain(table.checks.iter().map(|check| &check.name))
                .chain(table.exclusions.iter().map(|exclusion| &exclusion.name));
            names.extend(all.map(|name| QualifiedName::new(&table.name.schema, name)));
        }
        for domain in &self.catalog.domains {
            let checks = domain.checks.iter();
            names.extend(checks.map(|check| QualifiedName::new(&domain.name.schema, &check.name)));
        }
        self.constraints.clear();
        for name in names {
            *self.constraints.entry(name).or_default() += 1;
        }
    }

    /// Gives an index, or a constraint with its index, another name.
    pub fn rename_index(&mut self, name: &QualifiedName, to: &str) {
        let new = QualifiedName::new(&name.schema, to);
        let Some(Relation::Index(table)) = self.relations.remove(name) else {
            return;
        };
        self.relations
            .insert(new.clone(), Relation::Index(table.clone()));
        if let Some(columns) = self.index_columns.remove(name) {
            self.index_columns.insert(new.clone(), columns);
        }
        if let Some(parts) = self.index_children.remove(name) {
            self.index_children.insert(new.clone(), parts);
        }
        for parts in self.index_children.values_mut() {
            for part in parts.iter_mut().filter(|part| *part == name) {
                part.clone_from(&new);
            }
        }
        if let Some(index) = self
            .indexes_mut(&table)
            .and_then(|indexes| indexes.iter_mut().find(|index| index.name == name.name))
        {
            to.clone_into(&mut index.name);
        }
        if let Some(table) = self.table_mut(&table) {
            rename_key(table, &name.name, to);
        }
        self.recount_constraints();
    }

    /// `ALTER TABLE … RENAME CONSTRAINT`.
    pub fn rename_constraint(
        &mut self,
        cursor: &Cursor<'_>,
        table: &QualifiedName,
        from: &Ident,
        to: &Ident,
    ) -> Result<()> {
        let Some(found) = self.table(table) else {
            return Ok(());
        };
        if !super::apply::has_constraint(found, &from.name) {
            // The names of `NOT NULL` constraints are listed nowhere.
            if from.name.ends_with("_not_null") {
                return Ok(());
            }
            return Err(cursor.error_at(
                from.span.clone(),
                format!("table `{table}` has no constraint `{}`", from.name),
            ));
        }
        if super::apply::has_constraint(found, &to.name) {
            return Err(cursor.error_at(
                to.span.clone(),
                format!("table `{table}` has a constraint `{}` already", to.name),
            ));
        }
        let index = QualifiedName::new(&table.schema, &from.name);
        if self.relations.get(&index) == Some(&Relation::Index(table.clone())) {
            self.rename_index(&index, &to.name);
        }
        for heir in self.heirs_of_check(table, &from.name) {
            for check in self.checks_named(&heir, &from.name) {
                check.name.clone_from(&to.name);
            }
            if let Some(local) = self.local_checks.get_mut(&heir)
                && local.remove(&from.name)
            {
                local.insert(to.name.clone());
            }
        }
        if let Some(table) = self.table_mut(table) {
            for key in table
                .foreign_keys
                .iter_mut()
                .filter(|key| key.name == from.name)
            {
                key.name.clone_from(&to.name);
            }
            for check in table
                .checks
                .iter_mut()
                .filter(|check| check.name == from.name)
            {
                check.name.clone_from(&to.name);
            }
        }
        self.recount_constraints();
        Ok(())
    }

    /// Gives an enum's label another name in the expressions that speak of it: as a constant of the type,
    /// and beside a column of the type.
    pub fn rename_label(&mut self, ty: &QualifiedName, from: &str, to: &str) {
        let of_type = |other: &TypeRef| other.schema == ty.schema && other.name == ty.name;
        for domain in &mut self.catalog.domains {
            let beside = of_type(&domain.base);
            let checks = domain.checks.iter_mut().map(|check| &mut check.expression);
            for text in domain.default.iter_mut().chain(checks) {
                *text = rename_constant(text, ty, beside, from, to);
            }
        }
        for argument in self
            .catalog
            .functions
            .iter_mut()
            .flat_map(|it| &mut it.arguments)
        {
            let beside = of_type(&argument.ty);
            if let Some(text) = &mut argument.default {
                *text = rename_constant(text, ty, beside, from, to);
            }
        }
        let mut columns_of_type: Vec<(QualifiedName, String)> = Vec::new();
        for table in &mut self.catalog.tables {
            let mut typed: Vec<String> = Vec::new();
            for column in &mut table.columns {
                let beside = of_type(&column.ty);
                if beside {
                    typed.push(column.name.clone());
                }
                if let Some(text) = &mut column.default {
                    *text = rename_constant(text, ty, beside, from, to);
                }
            }
            for text in expressions_of(table) {
                let names = typed.iter().map(String::as_str);
                let beside = !expression::columns_in(text, names).is_empty();
                *text = rename_constant(text, ty, beside, from, to);
            }
            columns_of_type.extend(typed.into_iter().map(|column| (table.name.clone(), column)));
        }
        for view in &mut self.catalog.views {
            let sources = self.view_sources.get(&view.name);
            let beside = columns_of_type.iter().any(|(table, column)| {
                sources.is_some_and(|sources| sources.contains(table))
                    && reads_column(&view.definition, table, column)
            });
            view.definition = rename_constant(&view.definition, ty, beside, from, to);
        }
    }

    /// Indexes keep what they call their columns, after which a copy is named.
    fn keep_index_columns(&mut self, table: &QualifiedName, column: &str) {
        let Some(found) = self.table(table) else {
            return;
        };
        let mut kept: Vec<(String, Vec<String>)> = Vec::new();
        for key in &found.unique_keys {
            let columns = key.columns.iter().chain(&key.include);
            kept.push((key.name.clone(), columns.cloned().collect()));
        }
        for exclusion in &found.exclusions {
            let keys = exclusion.elements.iter().map(|element| &element.key);
            let keys: Vec<IndexKey> = keys.cloned().collect();
            kept.push((
                exclusion.name.clone(),
                naming::index_column_names(&keys, &[]),
            ));
        }
        for index in &found.indexes {
            let names = naming::index_column_names(&index.keys, &index.include);
            kept.push((index.name.clone(), names));
        }
        for (index, columns) in kept {
            if columns.iter().any(|name| name == column) {
                let index = QualifiedName::new(&table.schema, index);
                self.index_columns.entry(index).or_insert(columns);
            }
        }
    }

    /// Gives a column another name: in its table and those below, in keys, expressions and indexes.
    pub fn rename_column(&mut self, table: &QualifiedName, from: &str, to: &str) {
        let mut tables = vec![table.clone()];
        tables.extend(self.descendants(table));
        for name in &tables {
            self.keep_index_columns(name, from);
            if let Some(table) = self.table_mut(name) {
                rename_in_table(table, from, to);
            } else if let Some(column) = self
                .columns_mut(name)
                .and_then(|columns| columns.iter_mut().find(|column| column.name == from))
            {
                to.clone_into(&mut column.name);
            }
            if let Some(indexes) = self.indexes_mut(name) {
                for index in indexes {
                    rename_in_keys(index.keys.iter_mut(), from, to);
                    rename_in_list(&mut index.include, from, to);
                    rename_in_text(&mut index.predicate, from, to);
                }
            }
            if let Some(local) = self.local_columns.get_mut(name)
                && local.remove(from)
            {
                local.insert(to.to_owned());
            }
            self.rename_column_in_views(name, from, to);
        }
        for other in &mut self.catalog.tables {
            for key in &mut other.foreign_keys {
                if tables.contains(&key.referenced_table) {
                    rename_in_list(&mut key.referenced_columns, from, to);
                }
            }
        }
        for sequence in &mut self.catalog.sequences {
            if let Some(owner) = &mut sequence.owned_by
                && owner.column == from
                && tables.contains(&owner.table)
            {
                to.clone_into(&mut owner.column);
            }
        }
    }
}

fn rename_key(table: &mut Table, from: &str, to: &str) {
    let names = (table.primary_key.iter_mut().map(|key| &mut key.name))
        .chain(table.unique_keys.iter_mut().map(|key| &mut key.name))
        .chain(
            table
                .exclusions
                .iter_mut()
                .map(|exclusion| &mut exclusion.name),
        );
    for name in names.filter(|name| *name == from) {
        to.clone_into(name);
    }
}

fn rename_in_table(table: &mut Table, from: &str, to: &str) {
    for column in &mut table.columns {
        if column.name == from {
            to.clone_into(&mut column.name);
        }
        if let Some(generated) = &mut column.generated {
            generated.expression = expression::rename_column(&generated.expression, from, to);
        }
    }
    if let Some(key) = &mut table.primary_key {
        rename_in_list(&mut key.columns, from, to);
        rename_in_list(&mut key.include, from, to);
    }
    for key in &mut table.unique_keys {
        rename_in_list(&mut key.columns, from, to);
        rename_in_list(&mut key.include, from, to);
    }
    for key in &mut table.foreign_keys {
        rename_in_list(&mut key.columns, from, to);
        rename_in_list(&mut key.on_delete_columns, from, to);
    }
    for check in &mut table.checks {
        check.expression = expression::rename_column(&check.expression, from, to);
    }
    for exclusion in &mut table.exclusions {
        rename_in_keys(
            exclusion
                .elements
                .iter_mut()
                .map(|element| &mut element.key),
            from,
            to,
        );
        rename_in_text(&mut exclusion.predicate, from, to);
    }
    rename_in_text(&mut table.partition_key, from, to);
}

fn rename_in_keys<'a>(keys: impl Iterator<Item = &'a mut IndexKey>, from: &str, to: &str) {
    for key in keys {
        match &mut key.on {
            IndexOn::Column(name) if name == from => to.clone_into(name),
            IndexOn::Column(_) => {}
            IndexOn::Expression(text) => *text = expression::rename_column(text, from, to),
        }
    }
}

fn rename_in_list(names: &mut [String], from: &str, to: &str) {
    for name in names.iter_mut().filter(|name| *name == from) {
        to.clone_into(name);
    }
}

fn rename_in_text(text: &mut Option<String>, from: &str, to: &str) {
    if let Some(text) = text {
        *text = expression::rename_column(text, from, to);
    }
}

fn rename_in_catalog(catalog: &mut Catalog, renaming: Renaming<'_>) {
    let name = |space: Space, name: &mut QualifiedName| {
        if let Some(new) = renaming(space, name) {
            *name = new;
        }
    };
    let ty = |ty: &mut TypeRef| {
        if let Some(new) = renaming(Space::Type, &ty.qualified_name()) {
            ty.schema = new.schema;
            ty.name = new.name;
        }
    };
    let text = |text: &mut String| {
        let new = rename_in_expression(text, renaming);
        if new != *text {
            *text = new;
        }
    };
    for item in &mut catalog.enums {
        name(Space::Type, &mut item.name);
    }
    for item in &mut catalog.domains {
        name(Space::Type, &mut item.name);
        ty(&mut item.base);
        item.default.iter_mut().for_each(text);
        item.checks
            .iter_mut()
            .map(|check| &mut check.expression)
            .for_each(text);
    }
    for item in &mut catalog.composites {
        name(Space::Type, &mut item.name);
        item.attributes
            .iter_mut()
            .for_each(|attribute| ty(&mut attribute.ty));
    }
    for item in &mut catalog.ranges {
        name(Space::Type, &mut item.name);
        ty(&mut item.subtype);
        item.multirange
            .iter_mut()
            .for_each(|multirange| name(Space::Type, multirange));
    }
    for item in &mut catalog.sequences {
        name(Space::Relation, &mut item.name);
        if let Some(owner) = &mut item.owned_by {
            name(Space::Relation, &mut owner.table);
        }
    }
    for table in &mut catalog.tables {
        name(Space::Relation, &mut table.name);
        table
            .partition_of
            .iter_mut()
            .for_each(|parent| name(Space::Relation, parent));
        table
            .inherits
            .iter_mut()
            .for_each(|parent| name(Space::Relation, parent));
        table.partition_key.iter_mut().for_each(text);
        for column in &mut table.columns {
            ty(&mut column.ty);
            column
                .collation
                .iter_mut()
                .for_each(|found| name(Space::Collation, found));
            column.default.iter_mut().for_each(text);
            if let Some(generated) = &mut column.generated {
                text(&mut generated.expression);
            }
        }
        for key in &mut table.foreign_keys {
            name(Space::Relation, &mut key.referenced_table);
        }
        table
            .checks
            .iter_mut()
            .map(|check| &mut check.expression)
            .for_each(text);
        for exclusion in &mut table.exclusions {
            exclusion.predicate.iter_mut().for_each(text);
        }
        for index in &mut table.indexes {
            index.predicate.iter_mut().for_each(text);
            for key in &mut index.keys {
                if let IndexOn::Expression(expression) = &mut key.on {
                    text(expression);
                }
            }
        }
    }
    for view in &mut catalog.views {
        name(Space::Relation, &mut view.name);
        text(&mut view.definition);
        for column in &mut view.columns {
            ty(&mut column.ty);
        }
    }
    for function in &mut catalog.functions {
        name(Space::Function, &mut function.name);
        function.returns.iter_mut().for_each(ty);
        function.arguments.iter_mut().for_each(|argument| {
            ty(&mut argument.ty);
            argument.default.iter_mut().for_each(text);
        });
        if let Some(FunctionBody::Sql(sql)) = &mut function.body {
            text(sql);
        }
    }
}

/// An expression in which every name stands with its schema, with some of these names new.
fn rename_in_expression(text: &str, renaming: Renaming<'_>) -> String {
    rewrite(text, |tokens, at| {
        let token = tokens.get(at)?;
        if token.is_string() {
            let regclass = tokens
                .get(at + 2)
                .is_some_and(|next| next.is_word(text, "regclass"));
            let value = regclass.then(|| decode_string(token, text))?;
            let parts = expression::tokens(&value);
            let name = two_parts(&value, &parts, 0)?;
            let new = renaming(Space::Relation, &name)?;
            return Some((3, regclass_constant(&new)));
        }
        let name = two_parts(text, tokens, at)?;
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let typed = before
            .is_some_and(|before| before.is_operator(text, "::") || before.is_word(text, "as"));
        let called = tokens.get(at + 3).is_some_and(|next| next.is_symbol(b'('));
        let space = match (typed, called) {
            (true, _) => Space::Type,
            (false, true) => Space::Function,
            (false, false) => return None,
        };
        let new = renaming(space, &name)?;
        Some((
            3,
            format!("{}.{}", quote_ident(&new.schema), quote_ident(&new.name)),
        ))
    })
}

/// `schema.name` at a token.
pub(super) fn two_parts(text: &str, tokens: &[Token], at: usize) -> Option<QualifiedName> {
    let (schema, dot, name) = (tokens.get(at)?, tokens.get(at + 1)?, tokens.get(at + 2)?);
    (schema.is_name() && dot.is_symbol(b'.') && name.is_name())
        .then(|| QualifiedName::new(decode_name(schema, text), decode_name(name, text)))
}

/// The expressions of a table's rows: all but the defaults of its columns.
fn expressions_of(table: &mut Table) -> impl Iterator<Item = &mut String> {
    let generated = table
        .columns
        .iter_mut()
        .filter_map(|column| column.generated.as_mut())
        .map(|generated| &mut generated.expression);
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    let exclusions = table
        .exclusions
        .iter_mut()
        .filter_map(|exclusion| exclusion.predicate.as_mut());
    let indexes = table.indexes.iter_mut().flat_map(|index| {
        let keys = index.keys.iter_mut().filter_map(|key| match &mut key.on {
            IndexOn::Expression(text) => Some(text),
            IndexOn::Column(_) => None,
        });
        keys.chain(&mut index.predicate)
    });
    generated.chain(checks).chain(exclusions).chain(indexes)
}

/// An expression with a label under its new name, where the constant is of the enum: it is cast to it, or
/// not cast at all and stands beside something of the type.
fn rename_constant(text: &str, ty: &QualifiedName, beside: bool, from: &str, to: &str) -> String {
    rewrite(text, |tokens, at| {
        let token = tokens.get(at).filter(|token| token.is_string())?;
        let cast = tokens
            .get(at + 1)
            .is_some_and(|next| next.is_operator(text, "::"));
        let meant = match cast {
            true => two_parts(text, tokens, at + 2).as_ref() == Some(ty),
            false => beside,
        };
        (meant && decode_string(token, text) == from)
            .then(|| (1, format!("'{}'", to.replace('\'', "''"))))
    })
}
