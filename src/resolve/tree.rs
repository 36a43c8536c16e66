//! The tree's shape: which schema is which module, and what the modules and types in it are called.
//!
//! A schema's module holds the modules of its files and, re-exported, all their types. Both live in
//! Rust's type namespace, so both must differ there.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::declared::Declared;
use super::keys::Keys;
use super::names::{self, Grant, Holder, Namespace, Wish};
use super::objects::{Object, Objects, snake_or_unnamed};
use super::routines::Callables;
use super::settings::{Settings, Thing};
use super::types::Named;
use super::writes;
use crate::catalog::{QualifiedName, Table};
use crate::config::Config;
use crate::model::Ident;

/// The names of a schema's module and of what is in it.
#[derive(Debug)]
pub(super) struct SchemaNames<'a> {
    /// The module.
    pub ident: Ident,
    /// What is in it, by name.
    pub objects: Vec<Object<'a>>,
    /// The module of its functions; empty where there are none.
    functions: String,
    /// The module of its sequences; empty where there are none.
    sequences: String,
}

/// The Rust names that an object has in its schema's module.
#[derive(Debug, Default)]
pub(super) struct ObjectNames {
    /// The file's module, escaped.
    pub module: String,
    /// The row struct, enum or composite struct.
    pub ty: String,
    /// `NewUser`; empty where there is none.
    pub new_row: String,
    /// `UserPatch`; empty where there is none.
    pub patch: String,
    /// `UserId`; empty where the key has no type of its own.
    pub key: String,
    /// `snake_case` of one row: `user`.
    pub singular: String,
}

/// All modules and types of the tree.
pub(super) struct Tree<'a> {
    root: &'a str,
    /// Other schemas whose items are at the root.
    at_root: HashSet<&'a str>,
    /// By schema; the root is among them, and holds what the schemas hold that are at the root too.
    pub schemas: BTreeMap<&'a str, SchemaNames<'a>>,
    names: HashMap<&'a QualifiedName, ObjectNames>,
    schema_module: String,
}

impl<'a> Tree<'a> {
    /// Names everything in the Catalog that becomes a file.
    pub(super) fn new(
        all: &Objects<'a>,
        config: &'a Config,
        keys: &Keys<'a>,
        callables: &Callables<'a>,
        settings: &Settings,
        declared: &Declared,
    ) -> Self {
        let root = config.default_schema.as_str();
        let mut schemas: BTreeMap<&str, Vec<Object<'_>>> = BTreeMap::new();
        schemas.insert(root, Vec::new());
        let mut at_root = HashSet::new();
        let mut module = |schema: &'a str| {
            let module = settings.module_of(schema, root);
            if module != schema {
                at_root.insert(schema);
            }
            module
        };
        for object in &all.all {
            let module = module(&object.name().schema);
            schemas.entry(module).or_default().push(*object);
        }
        for name in callables.names() {
            schemas.entry(module(&name.schema)).or_default();
        }
        let mut tree = Self {
            root,
            at_root,
            schemas: BTreeMap::new(),
            names: HashMap::new(),
            schema_module: String::new(),
        };
        let children: Vec<&str> = schemas.keys().copied().filter(|s| *s != root).collect();
        let mut modules = HashMap::new();
        for (schema, mut objects) in schemas {
            // Who comes to the root from another schema comes last.
            objects.sort_by_key(|object| (object.name().schema != schema, object.name()));
            let mut namespace = Namespace::of_types();
            tree.name_modules(&objects, &mut namespace, settings);
            if schema == root {
                modules = name_schemas(&children, &mut namespace, settings);
            }
            tree.name_types(&objects, keys, &mut namespace, settings, declared);
            if schema == root {
                tree.schema_module = name_whole(&mut namespace, settings);
            }
            let mut beside = |there: bool, words: [&str; 2]| match there {
                true => name_beside(words, &mut namespace),
                false => String::new(),
            };
            let functions = callables.functions.contains_key(schema);
            let functions = beside(functions, ["functions", "routines"]);
            let sequences = callables.sequences.contains_key(schema);
            let sequences = beside(sequences, ["sequences", "number_sequences"]);
            let ident = Ident {
                db: schema.to_owned(),
                rs: String::new(),
            };
            tree.schemas.insert(
                schema,
                SchemaNames {
                    ident,
                    objects,
                    functions,
                    sequences,
                },
            );
        }
        for (schema, names) in &mut tree.schemas {
            names.ident.rs = match modules.remove(schema) {
                Some(module) => module,
                None => names::module(&or_unnamed(names::snake(schema))),
            };
        }
        tree
    }

    /// The root's schema.
    pub(super) fn root(&self) -> &'a str {
        self.root
    }

    /// The module of the schema as a whole.
    pub(super) fn schema_module(&self) -> &str {
        &self.schema_module
    }

    /// The module of a schema's functions.
    pub(super) fn functions_module(&self, schema: &str) -> &str {
        self.schemas.get(schema).map_or("", |it| &it.functions)
    }

    /// The module of a schema's sequences.
    pub(super) fn sequences_module(&self, schema: &str) -> &str {
        self.schemas.get(schema).map_or("", |it| &it.sequences)
    }

    /// Something of this name has a file.
    pub(super) fn has(&self, name: &QualifiedName) -> bool {
        self.names.contains_key(name)
    }

    /// What an object of this tree is called in Rust.
    pub(super) fn names(&self, name: &QualifiedName) -> &ObjectNames {
        static NONE: ObjectNames = ObjectNames {
            module: String::new(),
            ty: String::new(),
            new_row: String::new(),
            patch: String::new(),
            key: String::new(),
            singular: String::new(),
        };
        let names = self.names.get(name);
        debug_assert!(
            names.is_some(),
            "only objects are asked for, and each has its names: {name}"
        );
        names.unwrap_or(&NONE)
    }

    /// The path of an object's type from a file in a schema's module: `super::Role`.
    pub(super) fn path(&self, from: &str, to: &QualifiedName) -> String {
        self.path_to(from, to, &self.names(to).ty)
    }

    /// The same of any type of the tree.
    pub(super) fn named(&self, from: &str, named: Named<'_>) -> String {
        match named {
            Named::Type(name) => self.path(from, name),
            Named::Key(table) => self.path_to(from, table, &self.names(table).key),
        }
    }

    /// The path of a type that stands in the file of an object.
    fn path_to(&self, from: &str, to: &QualifiedName, ty: &str) -> String {
        let (from, to) = (self.module_of(from), self.module_of(&to.schema));
        if from == to {
            return format!("super::{ty}");
        }
        let root = if from == self.root {
            "super"
        } else {
            "super::super"
        };
        match self.schemas.get(to) {
            Some(schema) if to != self.root => format!("{root}::{}::{ty}", schema.ident.rs),
            _ => format!("{root}::{ty}"),
        }
    }

    /// The schema whose module holds what is in a schema.
    fn module_of<'s>(&'s self, schema: &'s str) -> &'s str {
        match self.at_root.contains(schema) {
            true => self.root,
            false => schema,
        }
    }

    fn name_modules(
        &mut self,
        objects: &[Object<'a>],
        namespace: &mut Namespace<'a>,
        settings: &Settings,
    ) {
        // Who is spelled exactly so goes first.
        let mut order: Vec<&Object<'_>> = objects.iter().collect();
        order.sort_by_cached_key(|object| names::snake(&object.name().name) != object.name().name);
        let wishes = order.iter().map(|object| {
            let holder = object.holder();
            let module = settings.module(&holder).map(names::bare);
            let named = settings.name(&holder).map(names::snake);
            Wish {
                holder,
                first: module.map_or_else(|| snake_or_unnamed(object.name()), str::to_owned),
                others: named.into_iter().filter(|name| !name.is_empty()).collect(),
                configured: module.is_some(),
            }
        });
        let wishes: Vec<Wish<'_>> = wishes.collect();
        let configured: Vec<bool> = wishes.iter().map(|wish| wish.configured).collect();
        let grants = namespace.grant(wishes, names::module);
        for ((object, grant), configured) in order.iter().zip(grants).zip(configured) {
            // With a name for its struct the object has one for its file too.
            if configured {
                settings.report_module_loss(object.holder(), &grant);
            } else if settings.name(&object.holder()).is_none() {
                settings.report_loss(Thing::Module, object.holder(), &grant, false);
            }
            let names = self.names.entry(object.name()).or_default();
            names.module = grant.name;
        }
    }

    fn name_types(
        &mut self,
        objects: &[Object<'a>],
        keys: &Keys<'a>,
        namespace: &mut Namespace<'a>,
        settings: &Settings,
        declared: &Declared,
    ) {
        let mut order: Vec<(Object<'a>, String)> = objects
            .iter()
            .map(|object| (*object, object.singular(&settings.words)))
            .collect();
        // Tables before what is not a table, and those that are in the singular anyway before others.
        order.sort_by_cached_key(|(object, singular)| {
            let kind = match object {
                Object::Table(_) => 0,
                Object::View(_) => 1,
                Object::Enum(_) => 2,
                Object::Composite(_) => 3,
                Object::Domain(_) => 4,
                Object::Range(_) | Object::Multirange(..) => 5,
            };
            (kind, *singular != names::snake(&object.name().name))
        });
        let wishes = order.iter().map(|(object, singular)| {
            let plain = names::camel(&snake_or_unnamed(object.name()));
            match settings.name(&object.holder()) {
                Some(name) => Wish {
                    holder: object.holder(),
                    first: names::bare(name).to_owned(),
                    others: Vec::new(),
                    configured: true,
                },
                None => {
                    let first = names::camel(singular);
                    let suffixed = format!("{first}{}", object.suffix());
                    Wish {
                        holder: object.holder(),
                        others: vec![plain, suffixed],
                        first,
                        configured: false,
                    }
                }
            }
        });
        // The enum of a lookup table may be called as it is configured, before any struct.
        let lookups: Vec<(&QualifiedName, &str)> = objects
            .iter()
            .filter_map(|it| Some((it.name(), keys.owner(it.name())?.name()?)))
            .collect();
        let enums = lookups.iter().map(|(table, name)| Wish {
            holder: Holder::Object("key of", table),
            first: (*name).to_owned(),
            others: Vec::new(),
            configured: true,
        });
        let mut grants = namespace.grant(enums.chain(wishes).collect(), names::escape);
        let structs = grants.split_off(lookups.len());
        for ((table, _), grant) in lookups.into_iter().zip(grants) {
            settings.report_lookup_loss(Holder::Object("key of", table), &grant);
            self.names.entry(table).or_default().key = grant.name;
        }
        for ((object, singular), grant) in order.iter().zip(structs) {
            let configured = settings.name(&object.holder());
            let thing = match object {
                Object::Enum(_) => Thing::Enum,
                _ => Thing::Struct,
            };
            settings.report_loss(thing, object.holder(), &grant, configured.is_some());
            let names = self.names.entry(object.name()).or_default();
            names.singular = match configured.map(names::snake) {
                Some(name) if !name.is_empty() => name,
                _ => singular.clone(),
            };
            names.ty = grant.name;
        }
        self.name_writes(objects, keys, namespace, settings, declared);
    }

    /// `UserId`, `NewUser` and `UserPatch` follow the row's name and come after everything that is in the database.
    fn name_writes(
        &mut self,
        objects: &[Object<'a>],
        keys: &Keys<'a>,
        namespace: &mut Namespace<'a>,
        settings: &Settings,
        declared: &Declared,
    ) {
        let tables: Vec<&Table> = objects
            .iter()
            .filter_map(|object| match object {
                Object::Table(table) => Some(*table),
                _ => None,
            })
            .collect();
        let mut name = |word: &'static str,
                        tables: &[&'a Table],
                        compose: &dyn Fn(&Table, &str) -> [String; 2],
                        keep: fn(&mut ObjectNames) -> &mut String| {
            let wish = |table: &&'a Table| {
                let row = &self.names(&table.name).ty;
                let [first, other] = compose(table, names::bare(row).trim_end_matches('_'));
                Wish {
                    holder: Holder::Object(word, &table.name),
                    others: vec![other],
                    first,
                    configured: false,
                }
            };
            let grants = namespace.grant(tables.iter().map(wish).collect(), names::escape);
            for (table, grant) in tables.iter().zip(grants) {
                let holder = Holder::Object(word, &table.name);
                settings.report_loss(Thing::Struct, holder, &grant, false);
                *keep(self.names.entry(&table.name).or_default()) = grant.name;
            }
        };
        let typed: Vec<&Table> = (tables.iter().copied())
            .filter(|table| {
                keys.owner(&table.name)
                    .is_some_and(|it| it.name().is_none())
            })
            .collect();
        name(
            "key of",
            &typed,
            &|table, row| match keys.owner(&table.name) {
                Some(owner) => owner.names(row),
                None => Default::default(),
            },
            |names| &mut names.key,
        );
        name(
            "new row of",
            &tables,
            &|_, row| with_row(format!("New{}", row.trim_start_matches('_'))),
            |names| &mut names.new_row,
        );
        let patched: Vec<&Table> = tables
            .into_iter()
            .filter(|t| writes::has_patch(t, declared))
            .collect();
        name(
            "patch of",
            &patched,
            &|_, row| with_row(format!("{row}Patch")),
            |names| &mut names.patch,
        );
    }
}

/// A struct's name, and what it is called where that is taken.
fn with_row(name: String) -> [String; 2] {
    let other = format!("{name}Row");
    [name, other]
}

/// The module of the schema as a whole, which gives way to everything that is in the database.
fn name_whole<'a>(namespace: &mut Namespace<'a>, settings: &Settings) -> String {
    let wish = Wish {
        holder: Holder::Reserved,
        first: "schema".to_owned(),
        others: vec!["schema_sql".to_owned(), "whole_schema".to_owned()],
        configured: false,
    };
    let Some(grant) = namespace.grant(vec![wish], names::module).pop() else {
        return String::new();
    };
    if let Some((wanted, other)) = &grant.lost {
        settings.report_whole(wanted, *other, &grant.name);
    }
    grant.name
}

/// A module that gives way to everything that has a file of its own.
fn name_beside(words: [&str; 2], namespace: &mut Namespace<'_>) -> String {
    let [first, other] = words.map(str::to_owned);
    let wish = Wish {
        holder: Holder::Reserved,
        first,
        others: vec![other],
        configured: false,
    };
    let grant = namespace.grant(vec![wish], names::module).pop();
    grant.map(|grant| grant.name).unwrap_or_default()
}

/// The modules of the schemas beside the root, which stand among the root's own.
fn name_schemas<'a>(
    schemas: &[&'a str],
    namespace: &mut Namespace<'a>,
    settings: &Settings,
) -> HashMap<&'a str, String> {
    let wishes = schemas.iter().map(|schema| {
        let holder = Holder::Schema(schema);
        let configured = settings.module(&holder).or_else(|| settings.name(&holder));
        let first = match configured {
            Some(name) => names::bare(name).to_owned(),
            None => or_unnamed(names::snake(schema)),
        };
        Wish {
            holder: Holder::Schema(schema),
            others: vec![format!("{first}_schema")],
            first,
            configured: configured.is_some(),
        }
    });
    let grants: Vec<Grant<'_>> = namespace.grant(wishes.collect(), names::module);
    schemas
        .iter()
        .zip(grants)
        .map(|(schema, grant)| {
            let holder = Holder::Schema(schema);
            if settings.module(&holder).is_some() {
                settings.report_module_loss(holder, &grant);
            } else {
                settings.report_loss(
                    Thing::Module,
                    holder,
                    &grant,
                    settings.name(&holder).is_some(),
                );
            }
            (*schema, grant.name)
        })
        .collect()
}

fn or_unnamed(snake: String) -> String {
    if snake.is_empty() {
        "unnamed".to_owned()
    } else {
        snake
    }
}
