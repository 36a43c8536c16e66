//! The Catalog: what the database says.
//!
//! Database names, PostgreSQL types, constraints and comments; no Rust names and no configuration.
//! Both sources, [SQL files](crate::source::ddl) and a [live database](crate::source::live), produce an
//! equal Catalog for the same schema.
//!
//! Order is part of the value, so that equal schemas are equal Catalogs: every list is sorted by name
//! (see [`Catalog::sort`]), except where PostgreSQL itself has an order (columns, enum labels, keys).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The version of the Catalog's serialized form. It grows whenever that form changes, by an added field
/// too, and when a field changes its meaning. The rules are in `docs/catalog.md`.
pub const CATALOG_VERSION: u32 = 1;

/// Everything Rowsmith knows of a database's schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The version of this form.
    #[serde(deserialize_with = "known_version")]
    #[cfg_attr(feature = "cli", schemars(extend("const" = CATALOG_VERSION)))]
    pub version: u32,
    /// Schemas but the system's (`pg_namespace`).
    pub schemas: Vec<Schema>,
    /// Installed extensions but `plpgsql` (`pg_extension`).
    pub extensions: Vec<Extension>,
    /// Enum types (`pg_enum`).
    pub enums: Vec<EnumType>,
    /// Domains (`pg_type`, `typtype = 'd'`).
    pub domains: Vec<Domain>,
    /// Free-standing composite types (`pg_type`, `typtype = 'c'`; not the row types of tables).
    pub composites: Vec<Composite>,
    /// Range types (`pg_range`).
    pub ranges: Vec<Range>,
    /// Sequences, free-standing and owned by a column (`pg_sequence`).
    pub sequences: Vec<Sequence>,
    /// Ordinary, partitioned and foreign tables, and partitions.
    pub tables: Vec<Table>,
    /// Views and materialized views.
    pub views: Vec<View>,
    /// Functions, procedures, aggregates and window functions (`pg_proc`).
    pub functions: Vec<Function>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            version: CATALOG_VERSION,
            schemas: Vec::new(),
            extensions: Vec::new(),
            enums: Vec::new(),
            domains: Vec::new(),
            composites: Vec::new(),
            ranges: Vec::new(),
            sequences: Vec::new(),
            tables: Vec::new(),
            views: Vec::new(),
            functions: Vec::new(),
        }
    }
}

/// Refuses another version: a clearer error than that of the first field that is not known here.
fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let version = u32::deserialize(deserializer)?;
    if version == CATALOG_VERSION {
        return Ok(version);
    }
    Err(D::Error::custom(format!(
        "this is version {version} of the Catalog's form, and only version {CATALOG_VERSION} is known"
    )))
}

/// A schema's name and an object's name in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QualifiedName {
    /// The schema.
    pub schema: String,
    /// The object in it.
    pub name: String,
}

impl QualifiedName {
    /// The name of an object in a schema.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            schema: schema.into(),
            name: name.into(),
        }
    }
}

/// `public.users`, without quotes.
impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A schema (`pg_namespace`). `public` carries no comment unless somebody changed PostgreSQL's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The schema's name.
    pub name: String,
    /// `COMMENT ON SCHEMA`.
    pub comment: Option<String>,
}

/// An installed extension. What it brought with it is not listed in the Catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The extension's name.
    pub name: String,
    /// The schema its objects are in.
    pub schema: String,
}

/// A use of a type: by a column, an attribute, an argument or as the base of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TypeRef {
    /// The type's schema; `pg_catalog` for the built-in ones.
    pub schema: String,
    /// The name in `pg_type`: `int4`, `varchar`, `timestamptz`. Of an array, the element's.
    pub name: String,
    /// What stands in the parentheses: `100` of `varchar(100)`, `10,2` of `numeric(10,2)`, `3` of
    /// `timestamp(3)`. Of an interval also its fields: `day to second(3)`. `character` alone is `1`.
    pub modifier: Option<String>,
    /// An array of it. PostgreSQL keeps no count of dimensions.
    pub array: bool,
}

impl TypeRef {
    /// A type of `pg_catalog` without a modifier.
    pub fn builtin(name: impl Into<String>) -> Self {
        Self {
            schema: "pg_catalog".into(),
            name: name.into(),
            modifier: None,
            array: false,
        }
    }

    /// The name of the type, or of an array's element type.
    pub fn qualified_name(&self) -> QualifiedName {
        QualifiedName::new(&self.schema, &self.name)
    }

    /// Whether this is the built-in type of that name, and no array of it.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.schema == "pg_catalog" && self.name == name && !self.array
    }
}

/// `varchar(100)`, `int4[]`, `shop.status`: the schema is left out where it is `pg_catalog`.
impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema != "pg_catalog" {
            write!(f, "{}.", self.schema)?;
        }
        f.write_str(&self.name)?;
        if let Some(modifier) = &self.modifier {
            write!(f, "({modifier})")?;
        }
        if self.array {
            f.write_str("[]")?;
        }
        Ok(())
    }
}

/// An enum type (`CREATE TYPE … AS ENUM`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EnumType {
    /// The type's name.
    pub name: QualifiedName,
    /// The labels in their sort order.
    pub labels: Vec<String>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<String>,
}

/// A domain (`CREATE DOMAIN`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// The domain's name.
    pub name: QualifiedName,
    /// The type it is based on, which may be a domain itself.
    pub base: TypeRef,
    /// Declared `NOT NULL`.
    pub not_null: bool,
    /// The default, an expression.
    pub default: Option<String>,
    /// The checks, by name; their expressions speak of `VALUE`.
    pub checks: Vec<Check>,
    /// `COMMENT ON DOMAIN`.
    pub comment: Option<String>,
}

/// A composite type (`CREATE TYPE … AS (…)`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// The type's name.
    pub name: QualifiedName,
    /// The attributes in their order. Each may hold NULL.
    pub attributes: Vec<Attribute>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<String>,
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// The attribute's name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// `COMMENT ON COLUMN` of the composite's attribute.
    pub comment: Option<String>,
}

/// A range type (`CREATE TYPE … AS RANGE`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The range's name.
    pub name: QualifiedName,
    /// The type of its bounds.
    pub subtype: TypeRef,
    /// The multirange that came with it (PostgreSQL 14 and later).
    pub multirange: Option<QualifiedName>,
    /// `COMMENT ON TYPE`.
    pub comment: Option<String>,
}

/// A sequence (`pg_sequence`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The sequence's name.
    pub name: QualifiedName,
    /// `int2`, `int4` or `int8`.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// `START WITH`.
    pub start: i64,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min: i64,
    /// `MAXVALUE`.
    pub max: i64,
    /// `CACHE`.
    pub cache: i64,
    /// `CYCLE`.
    pub cycle: bool,
    /// The column it belongs to: that of a `serial`, of `OWNED BY`, or of an identity.
    pub owned_by: Option<SequenceOwner>,
    /// `COMMENT ON SEQUENCE`.
    pub comment: Option<String>,
}

/// The column a sequence belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SequenceOwner {
    /// The table.
    pub table: QualifiedName,
    /// The column.
    pub column: String,
    /// The sequence is the inside of an identity column.
    pub identity: bool,
}

/// A table: ordinary, partitioned, a partition of one, or foreign.
///
/// Of a partition only what is its own is listed: constraints and indexes that it has from its parent
/// are the parent's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The table's name.
    pub name: QualifiedName,
    /// What sort of table it is.
    pub kind: TableKind,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// How a partitioned table is divided, as `pg_get_partkeydef` has it: `RANGE (created_at)`.
    pub partition_key: Option<String>,
    /// The table this is a partition of.
    pub partition_of: Option<QualifiedName>,
    /// Which rows are in this partition, each value as a string: `FOR VALUES FROM ('a') TO (MAXVALUE)`,
    /// `DEFAULT`.
    pub partition_bound: Option<String>,
    /// The tables it inherits from (`INHERITS`), in their order.
    pub inherits: Vec<QualifiedName>,
    /// The columns in their order. Inherited ones are listed too.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints, by name. A unique index without a constraint is in `indexes`.
    pub unique_keys: Vec<UniqueKey>,
    /// Foreign keys that this table declares, by name.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints, by name.
    pub checks: Vec<Check>,
    /// Exclusion constraints, by name.
    pub exclusions: Vec<Exclusion>,
    /// Indexes but those that stand behind a constraint, by name.
    pub indexes: Vec<Index>,
    /// `COMMENT ON TABLE`.
    pub comment: Option<String>,
}

/// What sort of table it is (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// An ordinary table, partition or not.
    Ordinary,
    /// A table that is divided into partitions; it may be a partition itself.
    Partitioned,
    /// A table of another server.
    Foreign,
}

/// A column of a table or view (`pg_attribute`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The column's name.
    pub name: String,
    /// The place in the table, from 1, without gaps for dropped columns.
    pub position: u32,
    /// The column's type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// The column may hold NULL. Of a table: no `NOT NULL` and no primary key (a domain's own
    /// `NOT NULL` does not count). Of a view: `false` only where that is certain.
    pub nullable: bool,
    /// The default, an expression. Neither identity nor generated columns have one.
    pub default: Option<String>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// A collation other than the type's own.
    pub collation: Option<QualifiedName>,
    /// `COMMENT ON COLUMN`.
    pub comment: Option<String>,
}

/// Who gives an identity column its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// `GENERATED ALWAYS`: a value can't be given.
    Always,
    /// `GENERATED BY DEFAULT`: a value may be given.
    ByDefault,
}

/// A generated column's expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// The expression.
    pub expression: String,
    /// `STORED`; otherwise `VIRTUAL` (PostgreSQL 18).
    pub stored: bool,
}

/// When a constraint is checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Deferral {
    /// At the end of each statement, always.
    #[default]
    NotDeferrable,
    /// `DEFERRABLE INITIALLY IMMEDIATE`.
    Deferrable,
    /// `DEFERRABLE INITIALLY DEFERRED`.
    InitiallyDeferred,
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PrimaryKey {
    /// The constraint's name.
    pub name: String,
    /// The key's columns in their order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns, which are not part of the key.
    pub include: Vec<String>,
    /// When it is checked.
    pub deferral: Deferral,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// A unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UniqueKey {
    /// The constraint's name.
    pub name: String,
    /// The key's columns in their order.
    pub columns: Vec<String>,
    /// `INCLUDE` columns, which are not part of the key.
    pub include: Vec<String>,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// When it is checked.
    pub deferral: Deferral,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// A foreign key, seen from the referencing table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub referenced_table: QualifiedName,
    /// The referenced columns, one for each of `columns`.
    pub referenced_columns: Vec<String>,
    /// `ON DELETE`.
    pub on_delete: ForeignKeyAction,
    /// `ON UPDATE`.
    pub on_update: ForeignKeyAction,
    /// The columns that `ON DELETE SET NULL (…)` or `SET DEFAULT (…)` names (PostgreSQL 15).
    pub on_delete_columns: Vec<String>,
    /// `MATCH FULL`.
    pub match_full: bool,
    /// When it is checked.
    pub deferral: Deferral,
    /// `NOT VALID`: rows older than the constraint may break it.
    pub not_valid: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// What happens to referencing rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForeignKeyAction {
    /// `NO ACTION`, the default.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

/// A check constraint of a table or domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The constraint's name.
    pub name: String,
    /// The expression, without the parentheses around it.
    pub expression: String,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// `NOT VALID`: rows older than the constraint may break it.
    pub not_valid: bool,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// An exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The constraint's name.
    pub name: String,
    /// The index's method.
    pub method: String,
    /// What is compared, and by which operator.
    pub elements: Vec<ExclusionElement>,
    /// The condition in `WHERE`.
    pub predicate: Option<String>,
    /// When it is checked.
    pub deferral: Deferral,
    /// `COMMENT ON CONSTRAINT`.
    pub comment: Option<String>,
}

/// An element of an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExclusionElement {
    /// What is compared.
    pub key: IndexKey,
    /// The operator: `&&`, `=`.
    pub operator: String,
}

/// An index that stands behind no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The index's name.
    pub name: String,
    /// `UNIQUE`.
    pub unique: bool,
    /// The access method: `btree`, `gin`.
    pub method: String,
    /// The key, in its order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE` columns.
    pub include: Vec<String>,
    /// The condition of a partial index.
    pub predicate: Option<String>,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// `COMMENT ON INDEX`.
    pub comment: Option<String>,
}

/// One element of an index's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IndexKey {
    /// A column's name, or an expression.
    pub on: IndexOn,
    /// `DESC`.
    pub descending: bool,
    /// `NULLS FIRST`, which `DESC` implies.
    pub nulls_first: bool,
    /// An operator class other than the default.
    pub operator_class: Option<String>,
    /// A collation other than the column's.
    pub collation: Option<QualifiedName>,
}

/// What an element of an index's key is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IndexOn {
    /// A column.
    Column(String),
    /// An expression.
    Expression(String),
}

/// A view or materialized view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The view's name.
    pub name: QualifiedName,
    /// `CREATE MATERIALIZED VIEW`.
    pub materialized: bool,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// The query, in Rowsmith's normal form.
    pub definition: String,
    /// A materialized view's indexes, by name.
    pub indexes: Vec<Index>,
    /// `COMMENT ON VIEW`.
    pub comment: Option<String>,
}

/// A function, procedure, aggregate or window function (`pg_proc`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// The function's name. Several may share it.
    pub name: QualifiedName,
    /// What sort it is.
    pub kind: FunctionKind,
    /// The arguments, `OUT` and `RETURNS TABLE` ones included, in their order.
    pub arguments: Vec<Argument>,
    /// The result. A procedure has none.
    pub returns: Option<TypeRef>,
    /// `RETURNS SETOF …` or `RETURNS TABLE`.
    pub returns_set: bool,
    /// How far the result depends on the arguments alone.
    pub volatility: Volatility,
    /// `STRICT`: NULL for an argument gives NULL.
    pub strict: bool,
    /// The language: `sql`, `plpgsql`.
    pub language: String,
    /// `SECURITY DEFINER`: it runs as its owner.
    pub security_definer: bool,
    /// `LEAKPROOF`.
    pub leakproof: bool,
    /// `PARALLEL`.
    pub parallel: Parallel,
    /// `SET`, in the order of its settings.
    pub settings: Vec<Setting>,
    /// The body. An aggregate has none here, nor has a body in SQL that Rowsmith does not understand.
    pub body: Option<FunctionBody>,
    /// `COMMENT ON FUNCTION`.
    pub comment: Option<String>,
}

/// What sort of function it is (`pg_proc.prokind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FunctionKind {
    /// `CREATE FUNCTION`.
    Function,
    /// `CREATE PROCEDURE`.
    Procedure,
    /// `CREATE AGGREGATE`.
    Aggregate,
    /// `CREATE FUNCTION … WINDOW`.
    Window,
}

/// How far a function's result depends on its arguments alone (`pg_proc.provolatile`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Volatility {
    /// Nothing else matters.
    Immutable,
    /// Nothing else matters within one statement.
    Stable,
    /// No promise, the default.
    #[default]
    Volatile,
}

/// Where a function may run in a parallel query (`pg_proc.proparallel`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Parallel {
    /// Nowhere, the default.
    #[default]
    Unsafe,
    /// In the leader only.
    Restricted,
    /// Everywhere.
    Safe,
}

/// A setting of the server that holds while a function runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The setting's name, in small letters.
    pub name: String,
    /// The value, or the values of a list of names like `search_path`.
    pub values: Vec<String>,
}

/// What a function does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FunctionBody {
    /// The string after `AS`, in the function's language.
    Text(String),
    /// `RETURN …` or `BEGIN ATOMIC …; END`, in Rowsmith's normal form.
    Sql(String),
    /// A symbol of a library (`AS 'file', 'symbol'`).
    Library {
        /// The library.
        file: String,
        /// The symbol in it.
        symbol: String,
    },
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// The argument's name.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeRef,
    /// Its direction.
    pub mode: ArgumentMode,
    /// The default, an expression, with which it may be left out.
    pub default: Option<String>,
}

/// An argument's direction (`pg_proc.proargmodes`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ArgumentMode {
    /// `IN`, the default.
    #[default]
    In,
    /// `OUT`.
    Out,
    /// `INOUT`.
    InOut,
    /// `VARIADIC`.
    Variadic,
    /// A column of `RETURNS TABLE`.
    Table,
}

impl Catalog {
    /// Puts every list whose order means nothing into its one order.
    pub fn sort(&mut self) {
        self.schemas.sort_by(|a, b| a.name.cmp(&b.name));
        self.extensions.sort_by(|a, b| a.name.cmp(&b.name));
        self.enums.sort_by(|a, b| a.name.cmp(&b.name));
        self.domains.sort_by(|a, b| a.name.cmp(&b.name));
        for domain in &mut self.domains {
            domain.checks.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.composites.sort_by(|a, b| a.name.cmp(&b.name));
        self.ranges.sort_by(|a, b| a.name.cmp(&b.name));
        self.sequences.sort_by(|a, b| a.name.cmp(&b.name));
        self.tables.sort_by(|a, b| a.name.cmp(&b.name));
        for table in &mut self.tables {
            table.unique_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
            table.checks.sort_by(|a, b| a.name.cmp(&b.name));
            table.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
            table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.views.sort_by(|a, b| a.name.cmp(&b.name));
        for view in &mut self.views {
            view.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.functions.sort_by_cached_key(|function| {
            let types: Vec<String> = function
                .arguments
                .iter()
                .map(|argument| format!("{} {:?}", argument.ty, argument.mode))
                .collect();
            (function.name.clone(), types)
        });
    }

    /// The table of that name.
    pub fn table(&self, name: &QualifiedName) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == *name)
    }

    /// The view of that name.
    pub fn view(&self, name: &QualifiedName) -> Option<&View> {
        self.views.iter().find(|view| view.name == *name)
    }

    /// The domain of that name.
    pub fn domain(&self, name: &QualifiedName) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name == *name)
    }
}

impl Setting {
    /// Whether the setting is a list of names, which PostgreSQL quotes one by one (`GUC_LIST_QUOTE`).
    pub fn is_list_of_names(name: &str) -> bool {
        matches!(
            name,
            "search_path"
                | "temp_tablespaces"
                | "local_preload_libraries"
                | "session_preload_libraries"
                | "shared_preload_libraries"
                | "unix_socket_directories"
        )
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
