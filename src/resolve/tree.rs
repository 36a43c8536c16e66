//! The tree's shape: which schema is which module, and what the modules and types in it are called.
//!
//! A schema's module holds the modules of its files and, re-exported, all their types. Both live in
//! Rust's type namespace, so both must differ there.

use std::collections::{BTreeMap, HashMap};

use super::names::{self, Grant, Holder, Namespace, Wish};
use super::settings::Settings;
use super::types::Types;
use super::writes;
use crate::catalog::{Catalog, Composite, EnumType, QualifiedName, Table, View};
use crate::config::Config;
use crate::model::Ident;

/// What becomes a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Object<'a> {
    Table(&'a Table),
    View(&'a View),
    Enum(&'a EnumType),
    Composite(&'a Composite),
}

impl<'a> Object<'a> {
    /// The database name.
    pub(super) fn name(self) -> &'a QualifiedName {
        match self {
            Self::Table(table) => &table.name,
            Self::View(view) => &view.name,
            Self::Enum(ty) => &ty.name,
            Self::Composite(ty) => &ty.name,
        }
    }

    /// The object as one that holds names.
    pub(super) fn holder(self) -> Holder<'a> {
        let word = match self {
            Self::Table(_) => "table",
            Self::View(_) => "view",
            Self::Enum(_) => "enum",
            Self::Composite(_) => "composite",
        };
        Holder::Object(word, self.name())
    }

    /// What is put after a type's name that another object has.
    fn suffix(self) -> &'static str {
        match self {
            Self::Table(_) => "Row",
            Self::View(_) => "View",
            Self::Enum(_) => "Enum",
            Self::Composite(_) => "Composite",
        }
    }

    /// Rows are spoken of in the singular, types are called what they are called.
    fn singular(self) -> String {
        let snake = snake_or_unnamed(self.name());
        match self {
            Self::Table(_) | Self::View(_) => names::singular(&snake),
            Self::Enum(_) | Self::Composite(_) => snake,
        }
    }
}

/// The `snake_case` of an object's name; a name that has nothing for an identifier is `unnamed`.
pub(super) fn snake_or_unnamed(name: &QualifiedName) -> String {
    let snake = names::snake(&name.name);
    if snake.is_empty() {
        "unnamed".to_owned()
    } else {
        snake
    }
}

/// The names of a schema's module and of what is in it.
#[derive(Debug)]
pub(super) struct SchemaNames<'a> {
    /// The module.
    pub ident: Ident,
    /// What is in it, by name.
    pub objects: Vec<Object<'a>>,
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
    /// `snake_case` of one row: `user`.
    pub singular: String,
}

/// All modules and types of the tree.
pub(super) struct Tree<'a> {
    root: &'a str,
    /// By schema; the root is among them.
    pub schemas: BTreeMap<&'a str, SchemaNames<'a>>,
    names: HashMap<&'a QualifiedName, ObjectNames>,
    schema_module: String,
}

impl<'a> Tree<'a> {
    /// Names everything in the Catalog that becomes a file.
    pub(super) fn new(
        catalog: &'a Catalog,
        config: &'a Config,
        types: &Types<'a>,
        settings: &Settings<'a>,
    ) -> Self {
        let root = config.default_schema.as_str();
        let mut schemas: BTreeMap<&str, Vec<Object<'_>>> = BTreeMap::new();
        schemas.insert(root, Vec::new());
        for object in objects(catalog, types) {
            let schema = object.name().schema.as_str();
            schemas.entry(schema).or_default().push(object);
        }
        let mut tree = Self {
            root,
            schemas: BTreeMap::new(),
            names: HashMap::new(),
            schema_module: String::new(),
        };
        let children: Vec<&str> = schemas.keys().copied().filter(|s| *s != root).collect();
        let mut modules = HashMap::new();
        for (schema, mut objects) in schemas {
            objects.sort_by_key(|object| object.name());
            let mut namespace = Namespace::default();
            tree.name_modules(&objects, &mut namespace, settings);
            if schema == root {
                modules = name_schemas(&children, &mut namespace, settings);
            }
            tree.name_types(&objects, &mut namespace, settings);
            if schema == root {
                tree.schema_module = name_whole(&mut namespace, settings);
            }
            let ident = Ident {
                db: schema.to_owned(),
                rs: String::new(),
            };
            tree.schemas.insert(schema, SchemaNames { ident, objects });
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

    /// What an object of this tree is called in Rust.
    pub(super) fn names(&self, name: &QualifiedName) -> &ObjectNames {
        static NONE: ObjectNames = ObjectNames {
            module: String::new(),
            ty: String::new(),
            new_row: String::new(),
            patch: String::new(),
            singular: String::new(),
        };
        // Only objects of the tree are asked for, and each of those has its names.
        self.names.get(name).unwrap_or(&NONE)
    }

    /// The path of an object's type from a file in a schema's module: `super::Role`.
    pub(super) fn path(&self, from: &str, to: &QualifiedName) -> String {
        let ty = &self.names(to).ty;
        if from == to.schema {
            return format!("super::{ty}");
        }
        let root = if from == self.root {
            "super"
        } else {
            "super::super"
        };
        match self.schemas.get(to.schema.as_str()) {
            Some(schema) if to.schema != self.root => format!("{root}::{}::{ty}", schema.ident.rs),
            _ => format!("{root}::{ty}"),
        }
    }

    fn name_modules(
        &mut self,
        objects: &[Object<'a>],
        namespace: &mut Namespace<'a>,
        settings: &Settings<'a>,
    ) {
        // Who is spelled exactly so goes first.
        let mut order: Vec<&Object<'_>> = objects.iter().collect();
        order.sort_by_cached_key(|object| names::snake(&object.name().name) != object.name().name);
        let configured = |object: &Object<'_>| settings.name(&object.holder()).is_some();
        let wishes = order.iter().map(|object| Wish {
            holder: object.holder(),
            first: snake_or_unnamed(object.name()),
            others: settings
                .name(&object.holder())
                .map(names::snake)
                .into_iter()
                .filter(|name| !name.is_empty())
                .collect(),
            configured: false,
        });
        let grants = namespace.grant(wishes.collect(), names::module);
        for (object, grant) in order.iter().zip(grants) {
            // With a name for its struct the object has one for its file too.
            if !configured(object) {
                settings.report_loss("module", object.holder(), &grant, false);
            }
            let names = self.names.entry(object.name()).or_default();
            names.module = grant.name;
        }
    }

    fn name_types(
        &mut self,
        objects: &[Object<'a>],
        namespace: &mut Namespace<'a>,
        settings: &Settings<'a>,
    ) {
        let mut order: Vec<(Object<'a>, String)> = objects
            .iter()
            .map(|object| (*object, object.singular()))
            .collect();
        // Tables before what is not a table, and those that are in the singular anyway before others.
        order.sort_by_cached_key(|(object, singular)| {
            let kind = match object {
                Object::Table(_) => 0,
                Object::View(_) => 1,
                Object::Enum(_) => 2,
                Object::Composite(_) => 3,
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
        let grants = namespace.grant(wishes.collect(), names::escape);
        for ((object, singular), grant) in order.iter().zip(grants) {
            let configured = settings.name(&object.holder());
            let thing = match object {
                Object::Table(_) | Object::View(_) | Object::Composite(_) => "struct",
                Object::Enum(_) => "Rust enum",
            };
            settings.report_loss(thing, object.holder(), &grant, configured.is_some());
            let names = self.names.entry(object.name()).or_default();
            names.singular = match configured.map(names::snake) {
                Some(name) if !name.is_empty() => name,
                _ => singular.clone(),
            };
            names.ty = grant.name;
        }
        self.name_writes(objects, namespace, settings);
    }

    /// `NewUser` and `UserPatch` follow the row's name and come after everything that is in the database.
    fn name_writes(
        &mut self,
        objects: &[Object<'a>],
        namespace: &mut Namespace<'a>,
        settings: &Settings<'a>,
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
                        compose: fn(&str) -> String,
                        keep: fn(&mut ObjectNames) -> &mut String| {
            let wish = |table: &&'a Table| {
                let row = &self.names(&table.name).ty;
                let first = compose(names::bare(row).trim_end_matches('_'));
                Wish {
                    holder: Holder::Object(word, &table.name),
                    others: vec![format!("{first}Row")],
                    first,
                    configured: false,
                }
            };
            let grants = namespace.grant(tables.iter().map(wish).collect(), names::escape);
            for (table, grant) in tables.iter().zip(grants) {
                let holder = Holder::Object(word, &table.name);
                settings.report_loss("struct", holder, &grant, false);
                *keep(self.names.entry(&table.name).or_default()) = grant.name;
            }
        };
        name(
            "new row of",
            &tables,
            |row| format!("New{}", row.trim_start_matches('_')),
            |names| &mut names.new_row,
        );
        let patched: Vec<&Table> = tables
            .into_iter()
            .filter(|t| writes::has_patch(t))
            .collect();
        name(
            "patch of",
            &patched,
            |row| format!("{row}Patch"),
            |names| &mut names.patch,
        );
    }
}

/// A partition is served by the table it is a partition of, unless that was left out of the Catalog.
/// A composite that can't be read has no struct.
fn objects<'a>(catalog: &'a Catalog, types: &Types<'a>) -> Vec<Object<'a>> {
    let tables: HashMap<&QualifiedName, &Table> =
        catalog.tables.iter().map(|t| (&t.name, t)).collect();
    let served = |table: &Table| {
        let parent = table.partition_of.as_ref();
        parent.is_some_and(|parent| tables.contains_key(parent))
    };
    let tables = catalog.tables.iter().filter(|table| !served(table));
    let composites = catalog
        .composites
        .iter()
        .filter(|composite| types.is_readable(composite));
    tables
        .map(Object::Table)
        .chain(catalog.views.iter().map(Object::View))
        .chain(catalog.enums.iter().map(Object::Enum))
        .chain(composites.map(Object::Composite))
        .collect()
}

/// The module of the schema as a whole, which gives way to everything that is in the database.
fn name_whole<'a>(namespace: &mut Namespace<'a>, settings: &Settings<'a>) -> String {
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

/// The modules of the schemas beside the root, which stand among the root's own.
fn name_schemas<'a>(
    schemas: &[&'a str],
    namespace: &mut Namespace<'a>,
    settings: &Settings<'a>,
) -> HashMap<&'a str, String> {
    let wishes = schemas.iter().map(|schema| {
        let configured = settings.name(&Holder::Schema(schema));
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
            let configured = settings.name(&holder).is_some();
            settings.report_loss("module", holder, &grant, configured);
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
