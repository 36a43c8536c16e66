//! Catalog → Model: every name, type, relation, function and statement is decided here.

mod constraints;
mod declared;
mod docs;
mod domains;
mod expected;
mod functions;
mod keys;
mod locking;
mod names;
mod objects;
mod overrides;
mod own_types;
mod relations;
mod routines;
mod rows;
mod rust_type;
mod schema;
mod settings;
mod sql;
mod tags;
mod tree;
mod types;
mod writes;

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{Attribute, Catalog, Column, QualifiedName, TypeRef};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::{Entity, Field, Function, Ident, Model, Module, Relation, Travel};

use declared::Declared;
use keys::Keys;
use objects::{Object, Objects};
use routines::Callables;
use rows::{Row, is_writable};
use settings::Settings;
use tags::Tags;
use tree::Tree;
use types::builtin::Families;
pub use types::builtin::{TypeMapping, type_mappings};
use types::{Types, Value};

/// What every part of this module looks things up in.
struct Context<'a> {
    types: Types<'a>,
    keys: Keys<'a>,
    tree: Tree<'a>,
    settings: Settings,
    declared: &'a Declared,
    callables: Callables<'a>,
    /// The version columns of tables with optimistic locking.
    versions: HashMap<&'a QualifiedName, &'a Column>,
    /// Strings are measured before they are sent.
    check_lengths: bool,
}

impl<'a> Context<'a> {
    /// How the values of a table's or view's column travel.
    fn column(&self, of: &QualifiedName, column: &'a Column) -> Value<'a> {
        let value = self.types.value(&column.ty);
        let value = self.keys.value(of, &column.name, value);
        self.member(of, &column.name, &column.ty, value)
    }

    /// How the values of a composite's attribute travel.
    fn attribute(&self, of: &QualifiedName, attribute: &'a Attribute) -> Value<'a> {
        let usual = self.types.value(&attribute.ty);
        let value = self.member(of, &attribute.name, &attribute.ty, usual.clone());
        if value.read_cast.is_none() {
            return value;
        }
        let problem = format!(
            "the attribute `{of}.{}` can't travel as another type: a composite travels whole",
            attribute.name
        );
        (self.settings).report_column(of, &attribute.name, "as", problem);
        usual
    }

    fn member(&self, of: &QualifiedName, name: &str, ty: &TypeRef, value: Value<'a>) -> Value<'a> {
        let settings = self.settings.column(of, name);
        if settings.array.is_none() && settings.ty.is_none() {
            return value;
        }
        let key = format!("{of}.{name}");
        let value = match settings.array {
            Some(form) if value.is_list() => value.in_list(form),
            Some(_) => {
                let because = match value.is_array() {
                    true => "which has a Rust type of its own",
                    false => "which is no array",
                };
                let problem = format!("`{key}` is of the type `{ty}`, {because}");
                self.settings.report_column(of, name, "array", problem);
                value
            }
            None => value,
        };
        let rust = settings.ty.as_ref();
        match rust.and_then(|rust| overrides::checked("columns", &key, rust, &self.settings)) {
            Some(rust) => types::of_column(ty, value, &rust),
            None => value,
        }
    }
}

/// Decides what the generated code is. Never fails: what can't be had as wished is had otherwise, and a
/// [`Diagnostic`] says so. Only settings that contradict each other or Rust are errors.
pub fn resolve(catalog: &Catalog, config: &Config) -> (Model, Vec<Diagnostic>) {
    let tags = Tags::read(catalog);
    let settings = Settings::new(config, &tags);
    let families = Families {
        dates: config.dates,
        decimals: config.decimals,
        infinity: config.infinity,
    };
    let mut types = Types::new(catalog, families);
    overrides::set_types(catalog, config, &mut types, &settings);
    domains::set_newtypes(catalog, config, &mut types, &settings);
    let objects = Objects::new(catalog, config, &types, &settings);
    let declared = Declared::new(&objects, config, &tags, &types, &settings);
    let keys = Keys::new(&objects, config, &declared, &types, &settings);
    let callables = Callables::new(catalog, config, &types, &settings);
    let tree = Tree::new(&objects, config, &keys, &callables, &settings, &declared);
    let versions = locking::versions(&objects, config, &settings, &declared);
    let context = Context {
        types,
        keys,
        tree,
        settings,
        declared: &declared,
        callables,
        versions,
        check_lengths: config.check_lengths,
    };

    let mut rows: Vec<Row<'_>> = Vec::new();
    for object in context.tree.schemas.values().flat_map(|s| &s.objects) {
        match object {
            Object::Table(table) => rows.push(Row::new(*object, &table.columns, &context)),
            Object::View(view) => rows.push(Row::new(*object, &view.columns, &context)),
            _ => {}
        }
    }
    report_text(catalog, &rows, &context);

    let functions: Vec<Vec<_>> = rows
        .iter_mut()
        .map(|row| functions::functions(row, &context))
        .collect();
    let relations = relations::relations(&mut rows, &context);
    let mut entities: HashMap<&QualifiedName, Entity> = HashMap::new();
    for ((row, functions), relations) in rows.iter_mut().zip(functions).zip(relations) {
        let entity = entity(row, functions, relations, &context);
        entities.insert(row.name, entity);
    }

    let by_name: HashMap<&QualifiedName, &Row<'_>> = rows.iter().map(|it| (it.name, it)).collect();
    let model = Model {
        root: root(catalog, &mut entities, &by_name, &context),
        serde: config.serde,
        schema: schema::schema(catalog, &context),
    };
    (model, context.settings.finish())
}

/// The default schema's module with the others in it.
fn root<'a>(
    catalog: &Catalog,
    entities: &mut HashMap<&QualifiedName, Entity>,
    rows: &HashMap<&'a QualifiedName, &Row<'a>>,
    context: &Context<'a>,
) -> Module {
    let comments: HashMap<&str, &str> = catalog
        .schemas
        .iter()
        .filter_map(|schema| Some((schema.name.as_str(), schema.comment.as_deref()?)))
        .collect();
    let mut modules = Vec::new();
    let mut root = None;
    for (schema, names) in &context.tree.schemas {
        let fact = format!("The schema {}.", docs::code(schema));
        let mut module = Module {
            ident: names.ident.clone(),
            doc: docs::with_comment(comments.get(schema).copied(), fact),
            entities: Vec::new(),
            enums: Vec::new(),
            composites: Vec::new(),
            newtypes: Vec::new(),
            routines: routines::routines(schema, rows, context),
            sequences: routines::sequences(schema, context),
            modules: Vec::new(),
        };
        for object in &names.objects {
            match object {
                Object::Table(_) | Object::View(_) => {
                    module.entities.extend(entities.remove(object.name()));
                }
                Object::Enum(ty) => module.enums.push(own_types::enum_type(ty, context)),
                Object::Composite(ty) => module.composites.push(own_types::composite(ty, context)),
                Object::Domain(domain) => {
                    module.newtypes.push(domains::newtype(domain, context));
                }
                Object::Range(range) | Object::Multirange(_, range) => {
                    module
                        .newtypes
                        .push(own_types::range(*object, range, context));
                }
            }
        }
        if *schema == context.tree.root() {
            root = Some(module);
        } else {
            modules.push(module);
        }
    }
    // The tree always has its root; without one there would be nothing to return.
    let mut root = root.unwrap_or_else(|| Module {
        ident: Ident {
            db: context.tree.root().to_owned(),
            rs: String::new(),
        },
        doc: Vec::new(),
        entities: Vec::new(),
        enums: Vec::new(),
        composites: Vec::new(),
        newtypes: Vec::new(),
        routines: None,
        sequences: None,
        modules: Vec::new(),
    });
    root.modules = modules;
    root
}

fn entity<'a>(
    row: &mut Row<'a>,
    functions: Vec<Function>,
    relations: Vec<Relation>,
    context: &Context<'a>,
) -> Entity {
    let docs = docs::fields(row, context);
    let names = context.tree.names(row.name);
    let constraints = constraints::constraints(row, context);
    let fields = row.fields.iter().zip(&docs).map(|(field, doc)| Field {
        ident: field.ident.clone(),
        constant: field.constant.clone(),
        ty: optional(&field.ty, field.nullable),
        max_length: field.max_length.clone(),
        read_only: row.table().is_some() && !is_writable(field.column),
        travel: travel(&field.value),
        attributes: context
            .settings
            .member_attributes(row.name, &field.column.name),
        doc: doc.clone(),
    });
    let key = row.primary_key().into_iter();
    let key = key.flat_map(|key| row.pick(&key.columns));
    Entity {
        module: Ident {
            db: row.name.name.clone(),
            rs: names.module.clone(),
        },
        schema: row.name.schema.clone(),
        row: names.ty.clone(),
        doc: docs::row(row.object),
        derives: context
            .settings
            .derives(row.name, &crate::model::STRUCT_DERIVES),
        attributes: context.settings.attributes(row.name),
        table_sql: sql::qualified(row.name),
        select_list: row.select_list(None),
        fields: fields.collect(),
        key: key.map(|field| field.column.name.clone()).collect(),
        constraints,
        functions,
        relations,
        key_type: row.table().and_then(|table| keys::key_type(table, context)),
        new_row: writes::new_row(row, &docs, context),
        patch: writes::patch(row, &docs, context),
    }
}

fn travel(value: &Value<'_>) -> Option<Travel> {
    Some(Travel {
        read_sql: value.read_cast.clone()?,
        param_sql: value.param_sql.clone(),
        cast_sql: value.cast_sql.clone()?,
    })
}

/// How many columns are named when a type travels as text.
const NAMED_COLUMNS: usize = 3;

/// Says once for each type that travels as text that it does, and where it is used.
fn report_text<'a>(catalog: &'a Catalog, rows: &[Row<'a>], context: &Context<'a>) {
    let mut used: BTreeMap<String, (QualifiedName, Vec<String>)> = BTreeMap::new();
    let mut is_used = |ty: &TypeRef, by: String| {
        let mut bare = ty.clone();
        (bare.modifier, bare.array) = (None, false);
        let first = || (bare.qualified_name(), Vec::new());
        let (_, users) = used.entry(bare.to_string()).or_insert_with(first);
        // A function that uses it twice does so one after the other.
        if users.last() != Some(&by) {
            users.push(by);
        }
    };
    for row in rows {
        let own = |field: &&rows::Field<'_>| !locking::is_system(field.column);
        for field in row.fields.iter().filter(own).filter(|f| f.value.is_text()) {
            let column = format!("`{}.{}`", row.name, field.column.name);
            is_used(&field.column.ty, column);
        }
    }
    for (ty, function) in routines::text_types(context) {
        is_used(ty, function);
    }
    for composite in &catalog.composites {
        if let Some(attribute) = context.types.unreadable_attribute(composite) {
            let columns = used.remove(&composite.name.to_string());
            let another = match context.types.value(&attribute.ty).is_text() {
                true => "",
                false => ", which travels as another type",
            };
            let because = format!(
                "its attribute `{}` is of the type `{}`{another}",
                attribute.name, attribute.ty
            );
            report_type(
                &composite.name.to_string(),
                columns.map(|(_, users)| users).unwrap_or_default(),
                &because,
                context,
            );
        }
    }
    for (ty, (name, columns)) in used {
        let because = match context.types.is_row(&name) {
            true => "it is a table's or view's row",
            false => "the runtime has no type for it",
        };
        report_type(&ty, columns, because, context);
    }
}

fn report_type(ty: &str, columns: Vec<String>, because: &str, context: &Context<'_>) {
    let more = columns.len().saturating_sub(NAMED_COLUMNS);
    let mut named = columns;
    named.truncate(NAMED_COLUMNS);
    let mut message = format!("the type `{ty}` travels as text: {because}");
    if !named.is_empty() {
        message = format!("{message}; used by {}", named.join(", "));
    }
    if more > 0 {
        message = format!("{message} and {more} more");
    }
    context
        .settings
        .report(Diagnostic::note(message).help(format!(
        "its values are strings in Rust, as PostgreSQL prints them; for a Rust type of your own \
                 say `{ty:?} = \"…\"` under `[types]`"
    )));
}

fn optional(ty: &str, nullable: bool) -> String {
    if nullable {
        format!("::std::option::Option<{ty}>")
    } else {
        ty.to_owned()
    }
}
