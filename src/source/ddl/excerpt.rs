//! The part of the Catalog that a query can speak of.
//!
//! Analyzing a query begins with a look at all names of a Catalog. With the whole Catalog for each view,
//! the time would grow with the square of the schema.

use std::collections::HashSet;

use crate::catalog::{Catalog, Column, QualifiedName, Table, TypeRef, View};

use super::decode::{decode_name, decode_string};
use super::expression::tokens;
use super::state::{Relation, State, Type};
use super::table::{Draft, TableWords};

/// A part of the Catalog under construction, and what it holds already.
struct Excerpt<'a> {
    state: &'a State,
    catalog: Catalog,
    relations: HashSet<QualifiedName>,
    functions: HashSet<QualifiedName>,
    types: HashSet<QualifiedName>,
}

impl State {
    /// All that a query's words may name, by the `search_path` or with a schema before them, with the
    /// types that it needs.
    pub fn excerpt(&self, query: &str) -> Catalog {
        let mut excerpt = Excerpt {
            state: self,
            catalog: Catalog {
                extensions: self.catalog.extensions.clone(),
                ..Catalog::default()
            },
            relations: HashSet::new(),
            functions: HashSet::new(),
            types: HashSet::new(),
        };
        let all = tokens(query);
        for (at, token) in all.iter().enumerate() {
            if token.is_string() {
                // A string may name a sequence, as in `nextval('s.q')`.
                let text = decode_string(token, query);
                let parts = tokens(&text);
                let names = parts.iter().filter(|part| part.is_name());
                let names: Vec<String> = names.map(|part| decode_name(part, &text)).collect();
                match names.as_slice() {
                    [name] => excerpt.add_found(None, name),
                    [schema, name] => excerpt.add_found(Some(schema), name),
                    _ => {}
                }
            } else if token.is_name() {
                let name = decode_name(token, query);
                let dot = at.checked_sub(1).and_then(|at| all.get(at));
                let schema = at.checked_sub(2).and_then(|at| all.get(at));
                match (schema, dot) {
                    (Some(schema), Some(dot)) if schema.is_name() && dot.is_symbol(b'.') => {
                        excerpt.add_found(Some(&decode_name(schema, query)), &name);
                    }
                    _ => {}
                }
                excerpt.add_found(None, &name);
            }
        }
        excerpt.catalog
    }
}

impl Excerpt<'_> {
    fn add_found(&mut self, schema: Option<&str>, name: &str) {
        let state = self.state;
        let schemas: Vec<&str> = match schema {
            Some(schema) => vec![schema],
            None => state.path().collect(),
        };
        for schema in schemas {
            let name = QualifiedName::new(schema, name);
            self.add_relation(&name);
            self.add_functions(&name);
            self.add_type(&name);
        }
    }

    fn add_relation(&mut self, name: &QualifiedName) {
        let state = self.state;
        let Some(relation) = state.relations.get(name) else {
            return;
        };
        if !self.relations.insert(name.clone()) {
            return;
        }
        match relation {
            Relation::Sequence(at) => {
                self.catalog
                    .sequences
                    .extend(state.catalog.sequences.get(*at).cloned());
            }
            Relation::Table(_) | Relation::View(_) => {
                let columns = state.columns(name).unwrap_or_default();
                for column in columns {
                    self.add_type_of(&column.ty);
                }
                self.add_columns(name, columns, matches!(relation, Relation::View(_)));
            }
            Relation::Index(_) | Relation::Composite => {}
        }
    }

    fn add_columns(&mut self, name: &QualifiedName, columns: &[Column], view: bool) {
        if view {
            self.catalog.views.push(View {
                name: name.clone(),
                materialized: false,
                columns: columns.to_vec(),
                definition: String::new(),
                indexes: Vec::new(),
                comment: None,
            });
        } else {
            let draft = Draft::new(name.clone(), TableWords::default());
            self.catalog.tables.push(Table {
                columns: columns.to_vec(),
                ..draft.table
            });
        }
    }

    fn add_functions(&mut self, name: &QualifiedName) {
        let state = self.state;
        let Some(places) = state.functions.get(name) else {
            return;
        };
        if !self.functions.insert(name.clone()) {
            return;
        }
        for function in places
            .iter()
            .filter_map(|&at| state.catalog.functions.get(at))
        {
            for ty in function.arguments.iter().map(|argument| &argument.ty) {
                self.add_type_of(ty);
            }
            function.returns.iter().for_each(|ty| self.add_type_of(ty));
            self.catalog.functions.push(function.clone());
        }
    }

    fn add_type_of(&mut self, ty: &TypeRef) {
        if ty.schema != "pg_catalog" {
            self.add_type(&ty.qualified_name());
        }
    }

    /// A type, with those it is made of.
    fn add_type(&mut self, name: &QualifiedName) {
        let catalog = &self.state.catalog;
        let mut next = vec![name.clone()];
        while let Some(name) = next.pop() {
            let Some(ty) = self.state.types.get(&name) else {
                continue;
            };
            if !self.types.insert(name) {
                continue;
            }
            match ty {
                Type::Enum(at) => self.catalog.enums.extend(catalog.enums.get(*at).cloned()),
                Type::Domain(at) => {
                    if let Some(domain) = catalog.domains.get(*at) {
                        next.push(domain.base.qualified_name());
                        self.catalog.domains.push(domain.clone());
                    }
                }
                Type::Composite(at) => {
                    if let Some(composite) = catalog.composites.get(*at) {
                        let types = composite.attributes.iter();
                        next.extend(types.map(|attribute| attribute.ty.qualified_name()));
                        self.catalog.composites.push(composite.clone());
                    }
                }
                Type::Range(at) => {
                    if let Some(range) = catalog.ranges.get(*at) {
                        next.push(range.subtype.qualified_name());
                        self.catalog.ranges.push(range.clone());
                    }
                }
                Type::Multirange => {
                    let mut ranges = catalog.ranges.iter();
                    let range = ranges.find(|range| {
                        range
                            .multirange
                            .as_ref()
                            .is_some_and(|name| self.types.contains(name))
                            && !self.types.contains(&range.name)
                    });
                    next.extend(range.map(|range| range.name.clone()));
                }
                Type::Row | Type::Other => {}
            }
        }
    }
}
