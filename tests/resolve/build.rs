//! A little language for Catalogs, and ways to look things up in a Model.

use std::sync::Arc;

use rowsmith::catalog::{
    Attribute, Catalog, Column, Composite, Deferral, Domain, EnumType, ForeignKey,
    ForeignKeyAction, Generated, Identity, Index, IndexKey, IndexOn, PrimaryKey, QualifiedName,
    Schema, Table, TableKind, TypeRef, UniqueKey, View,
};
use rowsmith::config::{Config, RelationNames};
use rowsmith::diagnostics::{Diagnostic, Severity, SourceFile};
use rowsmith::model::{
    Entity, Field, Function, Model, Module, NewRow, Patch, Relation, WriteField,
};

/// `users` is `public.users`.
pub fn name(text: &str) -> QualifiedName {
    match text.split_once('.') {
        Some((schema, name)) => QualifiedName::new(schema, name),
        None => QualifiedName::new("public", text),
    }
}

/// `int4`, `int4[]`, `varchar(20)`, `public.role`.
pub fn ty(text: &str) -> TypeRef {
    let (text, array) = match text.strip_suffix("[]") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (text, modifier) = match text.split_once('(') {
        Some((text, modifier)) => (text, Some(modifier.trim_end_matches(')').to_owned())),
        None => (text, None),
    };
    let (schema, name) = text.split_once('.').unwrap_or(("pg_catalog", text));
    TypeRef {
        schema: schema.into(),
        name: name.into(),
        modifier,
        array,
    }
}

/// `bigint not null default 1` is `int8! = 1`: `!` is NOT NULL, `=` a default, `#` an identity that is
/// always given, `~` one that is by default, `:=` a generated column.
fn column(position: u32, name: &str, text: &str) -> Column {
    let mut column = Column {
        name: name.into(),
        position,
        ty: ty("text"),
        nullable: true,
        default: None,
        identity: None,
        generated: None,
        collation: None,
        comment: None,
    };
    let mut rest = text;
    if let Some((head, expression)) = rest.split_once(" := ") {
        column.generated = Some(Generated {
            expression: expression.into(),
            stored: true,
        });
        rest = head;
    }
    if let Some((head, default)) = rest.split_once(" = ") {
        column.default = Some(default.into());
        rest = head;
    }
    if let Some(head) = rest.strip_suffix('#') {
        (column.identity, column.nullable) = (Some(Identity::Always), false);
        rest = head;
    }
    if let Some(head) = rest.strip_suffix('~') {
        (column.identity, column.nullable) = (Some(Identity::ByDefault), false);
        rest = head;
    }
    if let Some(head) = rest.strip_suffix('!') {
        column.nullable = false;
        rest = head;
    }
    column.ty = ty(rest);
    column
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

pub fn table(text: &str, columns: &[(&str, &str)]) -> Table {
    Table {
        name: name(text),
        kind: TableKind::Ordinary,
        unlogged: false,
        partition_key: None,
        partition_bound: None,
        partition_of: None,
        inherits: Vec::new(),
        columns: (1..)
            .zip(columns)
            .map(|(position, (name, ty))| column(position, name, ty))
            .collect(),
        primary_key: None,
        unique_keys: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: None,
    }
}

pub trait TableExt {
    fn pk(self, columns: &[&str]) -> Table;
    fn unique(self, columns: &[&str]) -> Table;
    fn unique_named(self, name: &str, columns: &[&str]) -> Table;
    fn deferrable_unique(self, columns: &[&str]) -> Table;
    /// `fk(&["author_id"], "users", &["id"])`
    fn fk(self, columns: &[&str], table: &str, referenced: &[&str]) -> Table;
    fn fk_named(self, name: &str, columns: &[&str], table: &str, referenced: &[&str]) -> Table;
    fn index(self, name: &str, columns: &[&str]) -> Table;
    fn unique_index(self, name: &str, columns: &[&str], predicate: Option<&str>) -> Table;
    fn comment(self, text: &str) -> Table;
}

pub fn index(name: &str, columns: &[&str], unique: bool, predicate: Option<&str>) -> Index {
    let key = |column: &&str| IndexKey {
        on: match column.contains('(') {
            true => IndexOn::Expression((*column).into()),
            false => IndexOn::Column((*column).into()),
        },
        descending: false,
        nulls_first: false,
        operator_class: None,
        collation: None,
    };
    Index {
        name: name.into(),
        unique,
        method: "btree".into(),
        keys: columns.iter().map(key).collect(),
        include: Vec::new(),
        predicate: predicate.map(str::to_owned),
        nulls_not_distinct: false,
        comment: None,
    }
}

impl TableExt for Table {
    fn pk(mut self, columns: &[&str]) -> Table {
        for column in &mut self.columns {
            if columns.contains(&column.name.as_str()) {
                column.nullable = false;
            }
        }
        self.primary_key = Some(PrimaryKey {
            name: format!("{}_pkey", self.name.name),
            columns: strings(columns),
            include: Vec::new(),
            deferral: Deferral::NotDeferrable,
            comment: None,
        });
        self
    }

    fn unique(self, columns: &[&str]) -> Table {
        let name = format!("{}_{}_key", self.name.name, columns.join("_"));
        self.unique_named(&name, columns)
    }

    fn unique_named(mut self, name: &str, columns: &[&str]) -> Table {
        self.unique_keys.push(UniqueKey {
            name: name.into(),
            columns: strings(columns),
            include: Vec::new(),
            nulls_not_distinct: false,
            deferral: Deferral::NotDeferrable,
            comment: None,
        });
        self
    }

    fn deferrable_unique(self, columns: &[&str]) -> Table {
        let mut table = self.unique(columns);
        if let Some(key) = table.unique_keys.last_mut() {
            key.deferral = Deferral::Deferrable;
        }
        table
    }

    fn fk(self, columns: &[&str], table: &str, referenced: &[&str]) -> Table {
        let name = format!("{}_{}_fkey", self.name.name, columns.join("_"));
        self.fk_named(&name, columns, table, referenced)
    }

    fn fk_named(mut self, key: &str, columns: &[&str], table: &str, referenced: &[&str]) -> Table {
        self.foreign_keys.push(ForeignKey {
            name: key.into(),
            columns: strings(columns),
            referenced_table: name(table),
            referenced_columns: strings(referenced),
            on_delete: ForeignKeyAction::NoAction,
            on_update: ForeignKeyAction::NoAction,
            on_delete_columns: Vec::new(),
            match_full: false,
            deferral: Deferral::NotDeferrable,
            not_valid: false,
            comment: None,
        });
        self
    }

    fn index(mut self, name: &str, columns: &[&str]) -> Table {
        self.indexes.push(index(name, columns, false, None));
        self
    }

    fn unique_index(mut self, name: &str, columns: &[&str], predicate: Option<&str>) -> Table {
        self.indexes.push(index(name, columns, true, predicate));
        self
    }

    fn comment(mut self, text: &str) -> Table {
        self.comment = Some(text.into());
        self
    }
}

pub fn view(text: &str, columns: &[(&str, &str)]) -> View {
    View {
        name: name(text),
        materialized: false,
        columns: table(text, columns).columns,
        definition: "SELECT 1".into(),
        indexes: Vec::new(),
        comment: None,
    }
}

pub fn enum_type(text: &str, labels: &[&str]) -> EnumType {
    EnumType {
        name: name(text),
        labels: strings(labels),
        comment: None,
    }
}

pub fn domain(text: &str, base: &str) -> Domain {
    Domain {
        name: name(text),
        base: ty(base),
        not_null: false,
        default: None,
        checks: Vec::new(),
        comment: None,
    }
}

pub fn composite(text: &str, attributes: &[(&str, &str)]) -> Composite {
    Composite {
        name: name(text),
        attributes: attributes
            .iter()
            .map(|(name, text)| Attribute {
                name: (*name).into(),
                ty: ty(text),
                comment: None,
            })
            .collect(),
        comment: None,
    }
}

/// A Catalog of tables, sorted.
pub fn catalog(tables: Vec<Table>) -> Catalog {
    let mut catalog = Catalog {
        schemas: vec![Schema {
            name: "public".into(),
            comment: None,
        }],
        tables,
        ..Catalog::default()
    };
    catalog.sort();
    catalog
}

/// What became of a Catalog.
pub struct Resolved {
    pub model: Model,
    pub diagnostics: Vec<Diagnostic>,
}

pub fn resolve(catalog: &Catalog) -> Resolved {
    resolve_with(catalog, &Config::default())
}

pub fn resolve_with(catalog: &Catalog, config: &Config) -> Resolved {
    let (model, diagnostics) = rowsmith::resolve::resolve(catalog, config);
    Resolved { model, diagnostics }
}

/// Resolves the schema that a script makes, under a configuration in TOML.
#[track_caller]
pub fn resolve_sql(sql: &str, config: &str) -> Resolved {
    let config: Config = toml::from_str(config).expect("the test writes what can be read");
    let (catalog, mut diagnostics) = catalog_of(sql);
    let mut resolved = resolve_with(&catalog, &config);
    diagnostics.append(&mut resolved.diagnostics);
    Resolved {
        diagnostics,
        ..resolved
    }
}

/// The Catalog that a script makes, and what was said of it.
#[track_caller]
pub fn catalog_of(sql: &str) -> (Catalog, Vec<Diagnostic>) {
    let file = SourceFile {
        path: "schema.sql".into(),
        text: sql.to_owned(),
    };
    let mut diagnostics = Vec::new();
    let mut catalog = rowsmith::source::ddl::parse(&[Arc::new(file)], &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    rowsmith::analyze::normalize(&mut catalog);
    rowsmith::source::filter(&mut catalog, &[], &[], &mut diagnostics);
    catalog.sort();
    (catalog, diagnostics)
}

pub fn resolve_tables(tables: Vec<Table>) -> Resolved {
    resolve(&catalog(tables))
}

/// A configuration with `[names]`.
pub fn names(names: &[(&str, &str)]) -> Config {
    Config {
        names: names
            .iter()
            .map(|(key, name)| ((*key).to_owned(), (*name).to_owned()))
            .collect(),
        ..Config::default()
    }
}

/// A configuration with one entry of `[relations]`.
pub fn relation_names(key: &str, names: RelationNames) -> Config {
    Config {
        relations: [(key.to_owned(), names)].into(),
        ..Config::default()
    }
}

impl Resolved {
    /// The module of a schema.
    pub fn module(&self, schema: &str) -> &Module {
        let root = &self.model.root;
        if root.ident.db == schema {
            return root;
        }
        root.modules
            .iter()
            .find(|module| module.ident.db == schema)
            .unwrap_or_else(|| panic!("no module for {schema}"))
    }

    /// The entity of a table.
    #[track_caller]
    pub fn entity(&self, table: &str) -> &Entity {
        let name = name(table);
        self.module(&name.schema)
            .entities
            .iter()
            .find(|entity| entity.module.db == name.name)
            .unwrap_or_else(|| panic!("no entity for {table}"))
    }

    pub fn functions(&self, table: &str) -> Vec<&str> {
        let functions = self.entity(table).functions.iter();
        functions.map(|function| function.name.as_str()).collect()
    }

    #[track_caller]
    pub fn function(&self, table: &str, name: &str) -> &Function {
        let mut functions = self.entity(table).functions.iter();
        functions
            .find(|function| function.name == name)
            .unwrap_or_else(|| panic!("no {name} of {table}: {:?}", self.functions(table)))
    }

    pub fn relations(&self, table: &str) -> Vec<&str> {
        let relations = self.entity(table).relations.iter();
        relations.map(|relation| relation.name.as_str()).collect()
    }

    #[track_caller]
    pub fn relation(&self, table: &str, name: &str) -> &Relation {
        let mut relations = self.entity(table).relations.iter();
        relations
            .find(|relation| relation.name == name)
            .unwrap_or_else(|| panic!("no {name} of {table}: {:?}", self.relations(table)))
    }

    #[track_caller]
    pub fn field(&self, table: &str, column: &str) -> &Field {
        let mut fields = self.entity(table).fields.iter();
        fields
            .find(|field| field.ident.db == column)
            .unwrap_or_else(|| panic!("no field for {column}"))
    }

    #[track_caller]
    pub fn new_row(&self, table: &str) -> &NewRow {
        let entity = self.entity(table);
        entity
            .new_row
            .as_ref()
            .unwrap_or_else(|| panic!("no new row of {table}"))
    }

    #[track_caller]
    pub fn patch(&self, table: &str) -> &Patch {
        let entity = self.entity(table);
        entity
            .patch
            .as_ref()
            .unwrap_or_else(|| panic!("no patch of {table}"))
    }

    #[track_caller]
    pub fn new_field(&self, table: &str, column: &str) -> &WriteField {
        let mut fields = self.new_row(table).fields.iter();
        fields
            .find(|field| field.ident.db == column)
            .unwrap_or_else(|| panic!("no writable {column}"))
    }

    /// Nothing at all was said.
    #[track_caller]
    pub fn quiet(&self) {
        assert_eq!(self.diagnostics, Vec::new());
    }

    /// The only thing that was said, as message and help.
    #[track_caller]
    pub fn said(&self) -> (Severity, &str, &str) {
        let [said] = self.diagnostics.as_slice() else {
            panic!("{:#?}", self.diagnostics);
        };
        let help = said.help.as_deref().unwrap_or_default();
        (said.severity, &said.message, help)
    }
}
