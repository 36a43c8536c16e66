use std::fmt;

use askama::Template;

use super::constant::Constant;
use super::function::Function;
use super::layout::{Expr, constant, field_value, impl_header};
use super::new_row::NewRow;
use super::newtype::{Lookup, Newtype};
use super::patch::Patch;
use super::struct_type::{Field, Struct, derive};
use super::text::{code, doc, str_literal};
use crate::model::{self, Entity, Ident, STRUCT_DERIVES};

/// The file of a table or view.
#[derive(Template)]
#[template(path = "entity.rs.j2", escape = "none")]
pub struct EntityFile {
    row: Struct,
    name: String,
    items: Vec<Item>,
    from_row: FromRow,
    table: Table,
    key_type: Option<KeyType>,
    new_row: Option<NewRow>,
    patch: Option<Patch>,
}

/// What stands in the row's `impl`.
enum Item {
    Constant(Constant),
    Function(Function),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(constant) => constant.fmt(f),
            Self::Function(function) => function.fmt(f),
        }
    }
}

/// The type of the primary key.
enum KeyType {
    Id(Newtype),
    Lookup(Lookup),
}

impl KeyType {
    fn new(model: &model::KeyType, serde: bool) -> Self {
        match model {
            model::KeyType::Id(id) => Self::Id(Newtype::new(id, "", "", serde)),
            model::KeyType::Lookup(lookup) => Self::Lookup(Lookup::new(lookup, serde)),
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Lookup(lookup) => lookup.fmt(f),
        }
    }
}

/// `impl FromRow for User`.
#[derive(Template)]
#[template(path = "from_row.rs.j2", escape = "none")]
pub struct FromRow {
    header: String,
    width: usize,
    fields: Vec<String>,
}

/// `impl Table for User`.
#[derive(Template)]
#[template(path = "table.rs.j2", escape = "none")]
struct Table {
    header: String,
    name: String,
    select_list: String,
    columns: String,
    key: String,
    /// The constant of the column that counts changes.
    version: Option<String>,
}

impl EntityFile {
    pub fn new(entity: &Entity, serde: bool) -> Self {
        let table = code(&format!("{}.{}", entity.schema, entity.module.db));
        let columns = entity.fields.iter().map(Constant::column);
        let constraints = entity.constraints.iter().map(Constant::constraint);
        let relations = entity.relations.iter().filter_map(Constant::relation);
        let lengths = entity.fields.iter().filter_map(Constant::max_length);
        let constants = columns.chain(lengths).chain(constraints).chain(relations);
        let functions = (entity.functions.iter().map(Function::new))
            .chain(Function::statements(entity, &table))
            .chain(entity.relations.iter().map(Function::relation));
        Self {
            row: row(entity, serde),
            name: entity.row.clone(),
            items: (constants.map(Item::Constant))
                .chain(functions.map(Item::Function))
                .collect(),
            from_row: FromRow::new(&entity.row, entity.fields.iter().map(|field| &field.ident)),
            table: Table::new(entity),
            key_type: (entity.key_type.as_ref()).map(|key_type| KeyType::new(key_type, serde)),
            new_row: entity
                .new_row
                .as_ref()
                .map(|new_row| NewRow::new(new_row, entity, &table, serde)),
            patch: entity
                .patch
                .as_ref()
                .map(|patch| Patch::new(patch, entity, &table, serde)),
        }
    }
}

fn row(entity: &Entity, serde: bool) -> Struct {
    let field = |field: &model::Field| {
        Field::new(&field.ident, &field.ty, &field.doc, serde).with(&field.attributes)
    };
    Struct {
        doc: doc(&entity.doc, 0),
        derive: derive(&STRUCT_DERIVES, serde, &entity.derives),
        serde,
        attributes: entity.attributes.clone(),
        name: entity.row.clone(),
        fields: entity.fields.iter().map(field).collect(),
    }
}

impl FromRow {
    pub fn new<'m>(row: &str, fields: impl ExactSizeIterator<Item = &'m Ident>) -> Self {
        let width = fields.len();
        let field = |(i, ident): (usize, &Ident)| {
            let at = match i {
                0 => "at".to_owned(),
                i => format!("at + {i}"),
            };
            let args = vec![Expr::atom("row"), Expr::Atom(at)];
            let get = Expr::call("::rowsmith_runtime::get", args);
            field_value(&ident.rs, &Expr::Try(Box::new(get)), 12)
        };
        Self {
            header: impl_header("::rowsmith_runtime::FromRow", row),
            width,
            fields: fields.enumerate().map(field).collect(),
        }
    }
}

impl Table {
    fn new(entity: &Entity) -> Self {
        let text = |head: &str, text: &str| {
            constant(head, "&'static str", &Expr::atom(str_literal(text)), 4)
        };
        let list = |head: &str, of: &str, items: Vec<Expr>| {
            constant(
                head,
                &format!("&'static [{of}]"),
                &Expr::List("&[", items),
                4,
            )
        };
        let column =
            |field: &model::Field| Expr::atom(format!("Self::{}", field.constant)).link(".spec()");
        let key = |name: &String| Expr::atom(str_literal(name));
        let version = |name: &str| {
            constant(
                "const VERSION",
                "::std::option::Option<&'static str>",
                &Expr::call(
                    "::std::option::Option::Some",
                    vec![Expr::atom(str_literal(name))],
                ),
                4,
            )
        };
        let lock = entity.patch.as_ref().and_then(|patch| patch.lock.as_ref());
        let counter = lock.filter(|lock| lock.counts);
        Self {
            header: impl_header("::rowsmith_runtime::Table", &entity.row),
            name: text("const NAME", &entity.table_sql),
            select_list: text("const SELECT_LIST", &entity.select_list.join(", ")),
            columns: list(
                "const COLUMNS",
                "::rowsmith_runtime::ColumnSpec",
                entity.fields.iter().map(column).collect(),
            ),
            key: list(
                "const KEY",
                "&'static str",
                entity.key.iter().map(key).collect(),
            ),
            version: counter.map(|lock| version(&lock.column)),
        }
    }
}
