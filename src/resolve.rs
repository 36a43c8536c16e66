//! Catalog → Model: every name, type, relation, function and statement is decided here.

mod constraints;
mod docs;
mod expected;
mod functions;
mod locking;
mod names;
mod own_types;
mod relations;
mod rows;
mod schema;
mod settings;
mod sql;
mod tree;
mod types;
mod writes;

use std::collections::{BTreeMap, HashMap};

use crate::catalog::{Catalog, Column, QualifiedName};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::{Entity, Field, Function, Ident, Model, Module, Relation, Travel};

use rows::{Row, is_writable};
use settings::Settings;
use tree::{Object, Tree};
use types::{Types, Value};

/// What every part of this module looks things up in.
struct Context<'a> {
    types: Types<'a>,
    tree: Tree<'a>,
    settings: Settings<'a>,
    /// The version columns of tables with optimistic locking.
    versions: HashMap<&'a QualifiedName, &'a Column>,
}

/// Decides what the generated code is. Never fails: what can't be had as wished is had otherwise, and a
/// [`Diagnostic`] says so. Only settings that contradict each other or Rust are errors.
pub fn resolve(catalog: &Catalog, config: &Config) -> (Model, Vec<Diagnostic>) {
    let settings = Settings::new(config);
    let types = Types::new(catalog);
    let tree = Tree::new(catalog, config, &types, &settings);
    let versions = locking::versions(&tree, config, &settings);
    let context = Context {
        types,
        tree,
        settings,
        versions,
    };

    let mut rows: Vec<Row<'_>> = Vec::new();
    for object in context.tree.schemas.values().flat_map(|s| &s.objects) {
        match object {
            Object::Table(table) => rows.push(Row::new(*object, &table.columns, &context)),
            Object::View(view) => rows.push(Row::new(*object, &view.columns, &context)),
            Object::Enum(_) | Object::Composite(_) => {}
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

    let model = Model {
        root: root(catalog, &mut entities, &context),
        serde: config.serde,
        schema: schema::schema(catalog, &context),
    };
    (model, context.settings.finish())
}

/// The default schema's module with the others in it.
fn root(
    catalog: &Catalog,
    entities: &mut HashMap<&QualifiedName, Entity>,
    context: &Context<'_>,
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
            modules: Vec::new(),
        };
        for object in &names.objects {
            match object {
                Object::Table(_) | Object::View(_) => {
                    module.entities.extend(entities.remove(object.name()));
                }
                Object::Enum(ty) => module.enums.push(own_types::enum_type(ty, context)),
                Object::Composite(ty) => module.composites.push(own_types::composite(ty, context)),
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
        read_only: row.table().is_some() && !is_writable(field.column),
        travel: travel(&field.value),
        doc: doc.clone(),
    });
    let key = row.primary_key().into_iter();
    let key = key.flat_map(|key| row.pick(&key.columns));
    Entity {
        module: Ident {
            db: row.name.name.clone(),
            rs: names.module.clone(),
        },
        row: names.ty.clone(),
        doc: docs::row(row.object),
        derives: context
            .settings
            .derives(row.name, &["Clone", "Debug", "PartialEq"]),
        attributes: context.settings.attributes(row.name),
        table_sql: sql::qualified(row.name),
        select_list: row.select_list(None),
        fields: fields.collect(),
        key: key.map(|field| field.column.name.clone()).collect(),
        constraints,
        functions,
        relations,
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
    let mut used: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let own = |field: &&rows::Field<'_>| !locking::is_system(field.column);
        for field in row.fields.iter().filter(own).filter(|f| f.value.is_text()) {
            let mut ty = field.column.ty.clone();
            (ty.modifier, ty.array) = (None, false);
            let columns = used.entry(ty.to_string()).or_default();
            columns.push(format!("`{}.{}`", row.name, field.column.name));
        }
    }
    for composite in &catalog.composites {
        if let Some(attribute) = context.types.unreadable_attribute(composite) {
            let columns = used.remove(&composite.name.to_string());
            let because = format!(
                "its attribute `{}` is of the type `{}`",
                attribute.name, attribute.ty
            );
            report_type(
                &composite.name.to_string(),
                columns.unwrap_or_default(),
                &because,
                context,
            );
        }
    }
    for (ty, columns) in used {
        report_type(&ty, columns, "the runtime has no type for it", context);
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
    context.settings.report(
        Diagnostic::note(message)
            .help("its values are strings in Rust, in the form in which PostgreSQL prints them"),
    );
}

fn optional(ty: &str, nullable: bool) -> String {
    if nullable {
        format!("::std::option::Option<{ty}>")
    } else {
        ty.to_owned()
    }
}
