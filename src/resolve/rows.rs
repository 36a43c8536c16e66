//! Rows: the columns of a table or view as fields, constants and parameters, and its keys.

use std::collections::HashMap;

use super::Context;
use super::locking::is_system;
use super::names::{self, Holder, Namespace, Wish};
use super::objects::Object;
use super::settings::Thing;
use super::sql;
use super::types::Value;
use crate::catalog::{
    Column, Deferral, ForeignKey, Identity, Index, IndexOn, QualifiedName, Table, TableKind,
};
use crate::model::Ident;

/// Functions of a row struct that have no other name: what is generated and what the query API may bring,
/// and the methods of the traits that a row derives, which a relation's method would hide.
const FUNCTIONS: [&str; 26] = [
    "alias",
    "all",
    "clone",
    "copy_in",
    "copy_out",
    "count",
    "delete",
    "eq",
    "exists",
    "find",
    "fmt",
    "from_row",
    "insert",
    "insert_from",
    "insert_many",
    "into",
    "list",
    "load",
    "ne",
    "new",
    "query",
    "select",
    "to_owned",
    "try_into",
    "update",
    "with",
];

/// Constants of a row struct that are no columns. Those of its traits (`NAME`, `WIDTH`) are not among
/// them: a column of that name hides them, and `<User as Table>::NAME` finds them still.
const CONSTANTS: [&str; 3] = ["ALL", "COLUMNS", "TABLE"];

/// A table or view of the tree, with the names of its columns and what else its struct will hold.
pub(super) struct Row<'a> {
    pub object: Object<'a>,
    pub name: &'a QualifiedName,
    pub fields: Vec<Field<'a>>,
    by_column: HashMap<&'a str, usize>,
    /// The field that tells that the row was changed, of a table with optimistic locking. A system column
    /// stands behind the table's own.
    pub version: Option<usize>,
    /// The primary key, unique constraints and unique indexes on plain columns, in this order.
    pub keys: Vec<Key<'a>>,
    /// The foreign keys, those of the database first.
    pub foreign_keys: Vec<&'a ForeignKey>,
    /// Functions and methods.
    pub functions: Namespace<'a>,
    /// Constants.
    pub constants: Namespace<'a>,
}

/// A column and its names.
pub(super) struct Field<'a> {
    pub column: &'a Column,
    pub ident: Ident,
    pub constant: String,
    pub param: String,
    pub value: Value<'a>,
    /// `Option` in the row: neither the column nor its domain is `NOT NULL`.
    pub nullable: bool,
    /// The Rust type without `Option`.
    pub ty: String,
    /// The Rust type of an argument.
    pub argument: String,
    /// How many characters there may be, of `varchar(n)` and `char(n)`, and the constant that says so.
    pub max_length: Option<(String, u32)>,
}

impl Field<'_> {
    /// The column's name as a part of a longer identifier.
    pub(super) fn word(&self) -> &str {
        names::bare(&self.ident.rs)
    }

    /// `"email"`.
    pub(super) fn quoted(&self) -> String {
        sql::quote(&self.column.name)
    }

    /// `"email" = $1`.
    pub(super) fn equals(&self, n: usize) -> String {
        format!("{} = {}", self.quoted(), self.value.placeholder(n, true))
    }
}

/// What makes a row unique.
#[derive(Debug, Clone)]
pub(super) struct Key<'a> {
    pub kind: KeyKind,
    pub name: &'a str,
    /// Indexes of fields, in the key's order.
    pub columns: Vec<usize>,
    /// The condition of a partial index.
    pub predicate: Option<&'a str>,
    /// Checked at once, so that `ON CONFLICT` can use it.
    pub immediate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Primary,
    Unique,
    Index,
}

impl KeyKind {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary key",
            Self::Unique => "unique constraint",
            Self::Index => "unique index",
        }
    }
}

impl<'a> Row<'a> {
    /// Names a table's or view's columns.
    pub(super) fn new(object: Object<'a>, columns: &'a [Column], context: &Context<'a>) -> Self {
        let version = context.versions.get(object.name()).copied();
        let system = version.filter(|column| is_system(column));
        let columns: Vec<&'a Column> = columns.iter().chain(system).collect();
        let mut row = Self {
            object,
            name: object.name(),
            fields: fields(object, &columns, context),
            by_column: HashMap::new(),
            version: columns.iter().position(|column| version == Some(*column)),
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            functions: Namespace::reserving(&FUNCTIONS),
            constants: Namespace::reserving(&CONSTANTS),
        };
        for (i, column) in columns.iter().enumerate() {
            row.by_column.insert(&column.name, i);
        }
        row.name_constants(context);
        row.keys = row.find_keys(context);
        let own = row.table().into_iter();
        let own = own.flat_map(|table| &table.foreign_keys);
        let declared = context.declared.foreign_keys(row.name);
        row.foreign_keys = own.chain(declared).collect();
        row
    }

    /// The table, if it is one.
    pub(super) fn table(&self) -> Option<&'a Table> {
        match self.object {
            Object::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The indexes; only materialized views have any besides tables.
    pub(super) fn indexes(&self) -> &'a [Index] {
        match self.object {
            Object::Table(table) => &table.indexes,
            Object::View(view) => &view.indexes,
            _ => &[],
        }
    }

    /// The fields of some columns, if all of them exist.
    pub(super) fn columns(
        &self,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Option<Vec<usize>> {
        names
            .into_iter()
            .map(|name| self.by_column.get(name.as_str()).copied())
            .collect()
    }

    /// The fields of an index's key, if it is on nothing but columns. A column that is there twice, by
    /// another operator class, is one.
    pub(super) fn index_columns(&self, index: &'a Index) -> Option<Vec<usize>> {
        let mut columns = Vec::with_capacity(index.keys.len());
        for key in &index.keys {
            let IndexOn::Column(name) = &key.on else {
                return None;
            };
            let column = self.by_column.get(name.as_str()).copied()?;
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Some(columns)
    }

    /// The fields of some indexes. Such indexes come from [`Row::columns`] of the same row.
    pub(super) fn pick<'r>(
        &'r self,
        columns: &'r [usize],
    ) -> impl Iterator<Item = &'r Field<'a>> + Clone {
        columns.iter().filter_map(|i| self.fields.get(*i))
    }

    /// The primary key's fields.
    pub(super) fn primary_key(&self) -> Option<&Key<'a>> {
        self.keys.iter().find(|key| key.kind == KeyKind::Primary)
    }

    /// At most one row has the same values in these columns.
    pub(super) fn is_unique(&self, columns: &[usize]) -> bool {
        let wanted = sorted(columns);
        self.keys
            .iter()
            .any(|key| key.predicate.is_none() && sorted(&key.columns) == wanted)
    }

    /// `tenant_id_and_email`. The underscore that makes a name of `2fa` is not needed after `by_`.
    pub(super) fn joined(&self, columns: &[usize]) -> String {
        let words: Vec<&str> = self
            .pick(columns)
            .map(|field| field.word().trim_start_matches('_'))
            .collect();
        words.join("_and_")
    }

    /// What is selected, after an alias if there is one. A table without columns has NULL instead, for
    /// `RETURNING` needs an expression.
    pub(super) fn select_list(&self, alias: Option<&str>) -> Vec<String> {
        if self.fields.is_empty() {
            return vec!["NULL".to_owned()];
        }
        let expression = |field: &Field<'_>| {
            let alias = alias.map(|a| format!("{a}.")).unwrap_or_default();
            let cast = field.value.read_cast.as_ref();
            let cast = cast.map(|cast| format!("::{cast}")).unwrap_or_default();
            format!("{alias}{}{cast}", field.quoted())
        };
        self.fields.iter().map(expression).collect()
    }

    /// `ORDER BY` the primary key, where there is one.
    pub(super) fn order_by(&self, alias: Option<&str>) -> Vec<String> {
        let Some(key) = self.primary_key() else {
            return Vec::new();
        };
        let column = |field: &Field<'_>| {
            let column = field.quoted();
            match (alias, &field.value.read_cast) {
                (Some(alias), _) => format!("{alias}.{column}"),
                // The bare name would be that of what is selected, which sorts as text.
                (None, Some(_)) => format!("{}.{column}", sql::quote(&self.name.name)),
                (None, None) => column,
            }
        };
        let columns: Vec<String> = self.pick(&key.columns).map(column).collect();
        if columns.is_empty() {
            return Vec::new();
        }
        sql::list("ORDER BY ", &columns)
    }

    fn name_constants(&mut self, context: &Context<'a>) {
        let wishes = self.fields.iter().map(|field| {
            let first = names::shouty(field.word());
            Wish {
                holder: Holder::Member("column", self.name, &field.column.name),
                others: vec![format!("{first}_COLUMN")],
                first,
                configured: false,
            }
        });
        let grants = self.constants.grant(wishes.collect(), names::escape);
        for (field, grant) in self.fields.iter_mut().zip(grants) {
            let holder = Holder::Member("column", self.name, &field.column.name);
            context
                .settings
                .report_loss(Thing::Constant, holder, &grant, false);
            field.constant = grant.name;
        }
        let limited: Vec<&mut Field<'_>> = (self.fields.iter_mut())
            .filter(|field| field.max_length.is_some())
            .collect();
        let wishes = limited.iter().map(|field| Wish {
            holder: Holder::Member("column", self.name, &field.column.name),
            first: format!("{}_MAX_LENGTH", names::bare(&field.constant)),
            others: Vec::new(),
            configured: false,
        });
        let grants = self.constants.grant(wishes.collect(), names::escape);
        for (field, grant) in limited.into_iter().zip(grants) {
            if let Some((constant, _)) = &mut field.max_length {
                *constant = grant.name;
            }
        }
    }

    fn find_keys(&self, context: &Context<'a>) -> Vec<Key<'a>> {
        let mut keys = Vec::new();
        if let Some(columns) = context.declared.primary_key(self.name)
            && let Some(columns) = self.columns(columns)
        {
            keys.push(Key {
                kind: KeyKind::Primary,
                name: "declared key",
                columns,
                predicate: None,
                // There is no index by which `ON CONFLICT` could find a row.
                immediate: false,
            });
        }
        if let Some(table) = self.table() {
            let primary = table
                .primary_key
                .iter()
                .map(|key| (KeyKind::Primary, &key.name, &key.columns, key.deferral));
            let unique = table
                .unique_keys
                .iter()
                .map(|key| (KeyKind::Unique, &key.name, &key.columns, key.deferral));
            for (kind, name, columns, deferral) in primary.chain(unique) {
                if let Some(columns) = self.columns(columns) {
                    keys.push(Key {
                        kind,
                        name,
                        columns,
                        predicate: None,
                        immediate: deferral == Deferral::NotDeferrable,
                    });
                }
            }
        }
        for index in self.indexes().iter().filter(|index| index.unique) {
            if let Some(columns) = self.index_columns(index) {
                keys.push(Key {
                    kind: KeyKind::Index,
                    name: &index.name,
                    columns,
                    predicate: index.predicate.as_deref(),
                    immediate: true,
                });
            }
        }
        keys.retain(|key| !key.columns.is_empty());
        keys
    }
}

/// A set of columns, in one order.
pub(super) fn sorted(columns: &[usize]) -> Vec<usize> {
    let mut columns = columns.to_vec();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// Neither generated nor an identity that is always given by the server, nor a system column.
pub(super) fn is_writable(column: &Column) -> bool {
    column.generated.is_none() && column.identity != Some(Identity::Always) && !is_system(column)
}

fn fields<'a>(object: Object<'a>, columns: &[&'a Column], context: &Context<'a>) -> Vec<Field<'a>> {
    let of = object.name();
    let holder = |column: &'a Column| Holder::Member("column", of, &column.name);
    let idents = member_idents(
        columns
            .iter()
            .map(|c| (holder(c), format!("column_{}", c.position))),
        Thing::Field,
        context,
    );
    // Parameters stand beside these names, which functions have in any case.
    let mut params = Namespace::reserving(&["db", "SQL"]);
    let wishes = columns.iter().zip(&idents).map(|(column, ident)| Wish {
        holder: holder(column),
        first: ident.trim_start_matches("r#").to_owned(),
        others: vec![format!("{}_", ident.trim_start_matches("r#"))],
        configured: false,
    });
    let params = params.grant(wishes.collect(), names::escape);
    let path = |named| context.tree.named(&of.schema, named);
    columns
        .iter()
        .copied()
        .zip(idents)
        .zip(params)
        .map(|((column, ident), param)| {
            let value = context.column(of, column);
            Field {
                column,
                ident: Ident {
                    db: column.name.clone(),
                    rs: ident,
                },
                constant: String::new(),
                param: param.name,
                nullable: is_nullable(object, column, context),
                ty: value.rust(path),
                argument: value.argument(path),
                max_length: context
                    .types
                    .max_length(&column.ty)
                    .map(|n| (String::new(), n)),
                value,
            }
        })
        .collect()
}

/// The database says so, but for what it can't know.
fn is_nullable(object: Object<'_>, column: &Column, context: &Context<'_>) -> bool {
    let of = object.name();
    let domains = context.types.domains(&column.ty);
    let key = context.declared.primary_key(of);
    let nullable = column.nullable
        && !domains.fuse().any(|domain| domain.not_null)
        && !key.is_some_and(|key| key.contains(&column.name));
    let Some(configured) = context.settings.column(of, &column.name).nullable else {
        return nullable;
    };
    match object {
        Object::Table(table) if table.kind != TableKind::Foreign && configured != nullable => {
            let (is, change) = match nullable {
                true => ("may hold NULL", "SET NOT NULL"),
                false => ("holds no NULL", "DROP NOT NULL"),
            };
            let problem = format!(
                "the column `{of}.{}` {is}, whatever `nullable = {configured}` says: PostgreSQL knows that \
                 of a table (`ALTER COLUMN … {change}`)",
                column.name
            );
            (context.settings).report_column(of, &column.name, "nullable", problem);
            nullable
        }
        _ => configured,
    }
}

/// The fields of a struct. Each member comes with the name it has when nothing of its own name can be
/// in an identifier.
pub(super) fn member_idents<'a>(
    members: impl IntoIterator<Item = (Holder<'a>, String)>,
    thing: Thing,
    context: &Context<'a>,
) -> Vec<String> {
    let wishes: Vec<Wish<'a>> = members
        .into_iter()
        .map(|(holder, unnamed)| {
            let configured = context.settings.name(&holder);
            let first = match (configured, holder) {
                (Some(name), _) => name.trim_start_matches("r#").to_owned(),
                (None, Holder::Member(_, _, name)) => names::snake(name),
                (None, _) => String::new(),
            };
            Wish {
                holder,
                first: if first.is_empty() { unnamed } else { first },
                others: Vec::new(),
                configured: configured.is_some(),
            }
        })
        .collect();
    let asked: Vec<(Holder<'a>, bool)> = wishes.iter().map(|w| (w.holder, w.configured)).collect();
    let grants = Namespace::default().grant(wishes, names::escape);
    asked
        .into_iter()
        .zip(grants)
        .map(|((holder, configured), grant)| {
            context
                .settings
                .report_loss(thing, holder, &grant, configured);
            grant.name
        })
        .collect()
}
