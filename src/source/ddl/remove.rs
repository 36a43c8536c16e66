//! Things taken out of the Catalog under construction, with all that needs them.

use crate::catalog::{IndexKey, IndexOn, QualifiedName, Table, TypeRef};

use super::expression::{columns_in, regclass_constant};
use super::state::{Relation, State};

impl State {
    /// Drops a table with its partitions and heirs, keys that refer to it, views on it, and its sequences.
    pub fn drop_table(&mut self, name: &QualifiedName) {
        for below in self.descendants(name).iter().rev() {
            self.drop_one_table(below);
        }
        self.drop_one_table(name);
    }

    fn drop_one_table(&mut self, name: &QualifiedName) {
        self.children.remove(name);
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
        self.typed_tables.remove(name);
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

    pub fn forget_constraints(&mut self, table: &Table) {
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
        let mut next = vec![name.clone()];
        while let Some(name) = next.pop() {
            if self.take_view(&name).is_none() {
                continue;
            }
            self.view_sources.remove(&name);
            self.relations
                .retain(|_, relation| !matches!(relation, Relation::Index(of) if *of == name));
            next.extend(self.views_on(&name));
            self.drop_uses_of_type(&name);
        }
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
        let constraint = self.table(&table).is_some_and(|table| {
            let primary = table.primary_key.iter().map(|key| &key.name);
            let unique = table.unique_keys.iter().map(|key| &key.name);
            let exclusions = table.exclusions.iter().map(|exclusion| &exclusion.name);
            let mut names = primary.chain(unique).chain(exclusions);
            names.any(|constraint| *constraint == name.name)
        });
        if constraint {
            self.take_constraint(&table, &name.name);
        }
    }

    /// Drops a type with the columns, domains and functions of it.
    pub fn drop_type(&mut self, name: &QualifiedName) {
        if self.types.contains_key(name) {
            let range = self.catalog.ranges.iter().find(|it| it.name == *name);
            let multirange = range.and_then(|range| range.multirange.clone());
            self.take_type(name);
            for gone in multirange.iter().chain([name]) {
                self.drop_uses_of_type(gone);
            }
        }
    }

    /// Drops all that is of a type, and of the domains over it.
    pub fn drop_uses_of_type(&mut self, name: &QualifiedName) {
        let mut next = vec![name.clone()];
        while let Some(name) = next.pop() {
            for table in self.tables_of(&name) {
                self.drop_table(&table);
            }
            let of_type = |ty: &TypeRef| ty.schema == name.schema && ty.name == name.name;
            let mut columns = Vec::new();
            for table in &self.catalog.tables {
                let used = table.columns.iter().filter(|column| of_type(&column.ty));
                columns.extend(used.map(|column| (table.name.clone(), column.name.clone())));
            }
            for (table, column) in columns {
                self.remove_column(&table, &column);
            }
            for composite in &mut self.catalog.composites {
                composite
                    .attributes
                    .retain(|attribute| !of_type(&attribute.ty));
            }
            let mut functions = self.functions_with_type(&name);
            functions.sort_unstable();
            for at in functions.into_iter().rev() {
                self.take_function(at);
            }
            let over = self
                .catalog
                .domains
                .iter()
                .filter(|domain| of_type(&domain.base));
            let over: Vec<QualifiedName> = over.map(|domain| domain.name.clone()).collect();
            for domain in &over {
                self.take_type(domain);
            }
            next.extend(over);
            let ranges = self.catalog.ranges.iter();
            let of = ranges.filter(|range| of_type(&range.subtype));
            let of: Vec<QualifiedName> = of.map(|range| range.name.clone()).collect();
            for range in &of {
                self.drop_type(range);
            }
        }
    }

    pub fn drop_schema(&mut self, schema: &str) {
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

    /// Takes a constraint out, with its index and the foreign keys that need it; those that inherit from the
    /// table keep a check.
    pub fn take_constraint(&mut self, table: &QualifiedName, name: &str) {
        for (other, key) in self.keys_on_constraint(table, name) {
            self.take_constraint(&other, &key);
        }
        let Some(found) = self.table_mut(table) else {
            return;
        };
        found.foreign_keys.retain(|key| key.name != name);
        found.checks.retain(|check| check.name != name);
        let with_index = found.primary_key.take_if(|key| key.name == name).is_some()
            || remove_named(&mut found.unique_keys, |key| key.name == name)
            || remove_named(&mut found.exclusions, |exclusion| exclusion.name == name);
        self.free_constraint_name(&table.schema, name);
        if !with_index {
            return;
        }
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
    pub fn drop_inherited_check(&mut self, table: &QualifiedName, name: &str) {
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

    /// Those that inherit from a table keep a check as their own.
    pub fn keep_inherited_check(&mut self, table: &QualifiedName, name: &str) {
        for heir in self.children.get(table).into_iter().flatten() {
            if let Some(local) = self.local_checks.get_mut(heir) {
                local.insert(name.to_owned());
            }
        }
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
        // Without what divides it, there is no table.
        let key = found
            .partition_key
            .as_deref()
            .and_then(|key| key.split_once('('));
        if key.is_some_and(|(_, columns)| in_text(columns)) {
            self.drop_table(table);
            return;
        }
        let in_key = |key: &IndexKey| match &key.on {
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
        for view in self.views_on_column(table, column) {
            self.drop_view(&view);
        }
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

/// Takes what it says out of a list, and tells whether there was any.
fn remove_named<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool) -> bool {
    let before = list.len();
    list.retain(|it| !is(it));
    list.len() < before
}
