//! What a user asks for: `rowsmith.toml`, the command line's flags and [`crate::Builder`] as one plain struct.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::diagnostics::{Diagnostic, SourceFile};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "rowsmith.toml";

/// Everything that can be configured. Each key is optional in the file; unknown keys are refused.
///
/// ```toml
/// schema = ["schema.sql"]      # files or folders; without it the database is read
/// out = "src/db"
/// include = ["public.*"]
/// exclude = ["*.tmp_*"]
/// serde = true
///
/// [names]
/// "public.people" = "Human"    # a table, view or type
/// "public.people.e-mail" = "email"   # a column, label or attribute
///
/// [modules]
/// "public.people" = "humans"   # the module of a table's file
/// "audit" = "."                # a schema at the root of the tree
///
/// [columns."public.totals.amount"]
/// nullable = false             # of a view
///
/// [relations."public.posts.posts_author_id_fkey"]
/// name = "writer"              # post.writer(&db)
/// inverse = "written"          # user.written(&db)
///
/// [relations."*.*_created_by_fkey"]
/// skip = ["inverse"]
///
/// [keys]
/// "public.active_users" = ["id"]
///
/// [foreign_keys."public.active_users.account"]
/// columns = ["account_id"]
/// references = "public.accounts"
///
/// [functions]
/// "public.users.find_by_email" = "by_email"
/// "*.delete_by_*" = false
///
/// [words]
/// "data" = "datum"             # plural = singular
///
/// [derives]
/// "public.tags" = ["Eq", "Hash"]
///
/// [locking]
/// "public.users" = "version"   # a column that counts up with each change
/// "public.posts" = "xmin"      # or PostgreSQL's own version of a row
///
/// [routines]
/// exclude = ["public.audit_*"] # functions and procedures that no Rust function calls
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// SQL files, or folders of them, in the order in which they are read.
    pub schema: Vec<PathBuf>,
    /// The folder that the generated tree is written to.
    pub out: Option<PathBuf>,
    /// What of the schema could not be read is an error, and not a warning.
    pub strict: bool,
    /// Say what of the schema's files was passed over, and why.
    #[serde(skip)]
    pub explain: bool,
    /// Patterns on `schema.name` of what is taken; without any, everything.
    pub include: Vec<String>,
    /// Patterns on `schema.name` of what is left out.
    pub exclude: Vec<String>,
    /// The schema whose tables are at the root of the tree.
    pub default_schema: String,
    /// Derive serde's `Serialize` and `Deserialize` on structs and enums.
    pub serde: bool,
    /// More derives, by a pattern on `schema.name`, or on `schema.table.column` of a key that has a type.
    pub derives: BTreeMap<String, Vec<String>>,
    /// More attributes, whole (`#[non_exhaustive]`), by a pattern on `schema.name`, or on
    /// `schema.name.member` for a field or variant.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Rust names: of a struct or enum by a pattern on `schema.name`, of a field or variant by one on
    /// `schema.name.member`.
    pub names: BTreeMap<String, String>,
    /// Modules: of an object's file by a pattern on `schema.name`, of a schema by its name, where `.` is
    /// the root of the tree.
    pub modules: BTreeMap<String, String>,
    /// What holds of columns and of attributes of composites, by a pattern on `schema.table.column`.
    pub columns: BTreeMap<String, ColumnSettings>,
    /// Names of relations, and those that are left out, by a pattern on `schema.table.constraint` of the
    /// foreign key.
    pub relations: BTreeMap<String, RelationNames>,
    /// The crate that dates and times are of.
    pub dates: Dates,
    /// The crate that `numeric` is of.
    pub decimals: Decimals,
    /// Dates and timestamps may be infinite: `Infinite<T>` instead of `T`.
    pub infinity: bool,
    /// Patterns on `schema.table`: tables whose primary key, of one column, has a type of its own.
    pub ids: Vec<String>,
    /// Patterns on `schema.domain`: domains that have a type of their own.
    pub newtypes: Vec<String>,
    /// Lookup tables, by `schema.table`, whose keys are a Rust enum.
    pub lookups: BTreeMap<String, Lookup>,
    /// Strings are measured before they are sent: what is longer than its `varchar(n)` is an error then.
    pub check_lengths: bool,
    /// Rust types, by a pattern on a type of PostgreSQL: `numeric`, `public.email`.
    pub types: BTreeMap<String, TypeOverride>,
    /// Declared primary keys, of what the database gives none: the columns, by `schema.view`.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Declared foreign keys, by `schema.table.name`, the name being one of your own.
    pub foreign_keys: BTreeMap<String, DeclaredForeignKey>,
    /// Functions of a table's structs, by a pattern on `schema.table.function`: another name, or `false`.
    pub functions: BTreeMap<String, FunctionSetting>,
    /// Irregular words: the singular, by the plural.
    pub words: BTreeMap<String, String>,
    /// Optimistic locking, by `schema.table`: the column that counts up with each change, or `xmin`.
    pub locking: BTreeMap<String, String>,
    /// Which functions and procedures of the database become Rust functions.
    pub routines: RoutineChoice,
    /// Patterns on `schema.name` of partitions that get a struct of their own beside their table's.
    pub partitions: Vec<String>,
}

/// Which functions and procedures of the database become Rust functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoutineChoice {
    /// Patterns on `schema.name` or `schema.name(types)` of what is taken; without any, everything.
    pub include: Vec<String>,
    /// Patterns on `schema.name` or `schema.name(types)` of what is left out.
    pub exclude: Vec<String>,
}

/// What holds of a column. Where several patterns match, each setting is the most specific one's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnSettings {
    /// The values may be NULL, or never are: of views, foreign tables and composites, for which
    /// PostgreSQL does not know.
    pub nullable: Option<bool>,
    /// The Rust type, without `Option`; of an array that of the whole.
    #[serde(rename = "type")]
    pub ty: Option<TypeOverride>,
    /// What the elements of an array are in.
    pub array: Option<ArrayForm>,
}

/// What the elements of an array are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrayForm {
    /// `Vec<T>`: there is one dimension, and no element is NULL.
    Vec,
    /// `Vec<Option<T>>`: elements may be NULL.
    Nullable,
    /// `NdArray<T>`: any number of dimensions, and elements may be NULL.
    Nd,
}

impl ColumnSettings {
    /// Takes from another what is not set here.
    pub fn or(&mut self, other: &Self) {
        self.nullable = self.nullable.or(other.nullable);
        self.ty = self.ty.take().or_else(|| other.ty.clone());
        self.array = self.array.or(other.array);
    }
}

/// A foreign key that the database does not know of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredForeignKey {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table or view, as `schema.name`.
    pub references: String,
    /// The referenced columns, one for each of `columns`; without them, the primary key.
    pub referenced_columns: Option<Vec<String>>,
}

/// What becomes of a generated function.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "wanted a name, or `false` to leave the function out"
)]
pub enum FunctionSetting {
    /// It has this name.
    Name(String),
    /// It is generated, or left out.
    Take(bool),
}

/// A relation that rests on a foreign key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelationSide {
    /// From the referencing row to the referenced one.
    Name,
    /// From the referenced row back.
    Inverse,
    /// Through a junction table, to the table that the key references.
    ManyToMany,
}

/// Which relations are left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "wanted `true`, or a list of `name`, `inverse` and `many_to_many`"
)]
pub enum Skip {
    /// All that the foreign key takes part in, or none.
    All(bool),
    /// These.
    Sides(Vec<RelationSide>),
}

/// The names of the relations that rest on one foreign key, and which are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelationNames {
    /// From the referencing row to the referenced one: `author`.
    pub name: Option<String>,
    /// From the referenced row back: `posts`.
    pub inverse: Option<String>,
    /// Through a junction table, to the table that this key of the junction references: `tags`.
    pub many_to_many: Option<String>,
    /// Relations that are left out.
    pub skip: Option<Skip>,
}

/// A lookup table as a Rust enum.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lookup {
    /// The enum's name; without it the row's with `Key` behind it.
    pub name: Option<String>,
    /// The variants, with the key of the row that each stands for.
    pub values: BTreeMap<String, LookupValue>,
}

/// The key of a row of a lookup table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(untagged)]
pub enum LookupValue {
    /// A key that is an integer.
    Number(i64),
    /// A key that is text.
    Text(String),
}

/// A Rust type for a type of PostgreSQL: its path alone, or with what it travels as.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a Rust type, or `{ rust = \"…\", as = \"…\" }`"
)]
pub enum TypeOverride {
    /// `"crate::Amount"`.
    Rust(String),
    /// `{ rust = "crate::Path", as = "text" }`.
    Through(Through),
}

/// A Rust type whose values travel as another type of PostgreSQL than their own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// The Rust type.
    pub rust: String,
    /// The type of PostgreSQL that it reads and writes, to which and from which the column is cast.
    #[serde(rename = "as")]
    pub travels_as: String,
}

/// The crate that dates and times are of; a feature of the runtime of the same name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dates {
    /// `chrono`, a default feature.
    #[default]
    Chrono,
    /// `time`.
    Time,
    /// `jiff`.
    Jiff,
}

/// What `numeric` is in Rust.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decimals {
    /// `rust_decimal::Decimal`, of 28 digits, with the runtime's default feature `decimal`.
    #[default]
    RustDecimal,
    /// The runtime's `BigDecimal`, of any number of digits, with its feature `bigdecimal`.
    #[serde(rename = "bigdecimal")]
    BigDecimal,
    /// A `String`.
    Text,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            schema: Vec::new(),
            out: None,
            strict: false,
            explain: false,
            include: Vec::new(),
            exclude: Vec::new(),
            default_schema: "public".into(),
            serde: false,
            derives: BTreeMap::new(),
            attributes: BTreeMap::new(),
            names: BTreeMap::new(),
            modules: BTreeMap::new(),
            columns: BTreeMap::new(),
            relations: BTreeMap::new(),
            dates: Dates::default(),
            decimals: Decimals::default(),
            infinity: false,
            ids: Vec::new(),
            newtypes: Vec::new(),
            lookups: BTreeMap::new(),
            check_lengths: false,
            types: BTreeMap::new(),
            keys: BTreeMap::new(),
            foreign_keys: BTreeMap::new(),
            functions: BTreeMap::new(),
            words: BTreeMap::new(),
            locking: BTreeMap::new(),
            routines: RoutineChoice::default(),
            partitions: Vec::new(),
        }
    }
}

impl Config {
    /// Reads a configuration file. Paths in it are relative to the file's folder.
    ///
    /// # Errors
    ///
    /// When the file can't be read, is not TOML, or holds an unknown key.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Diagnostic::error(format!("can't read `{}`: {error}", path.display()))
                .help("give the configuration file with `--config PATH`")
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let file = Arc::new(SourceFile {
                path: path.to_owned(),
                text: text.clone(),
            });
            Diagnostic::error(error.message().to_owned())
                .at(&file, span)
                .help("`docs/configuration.md` tells of each key")
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for schema in &mut config.schema {
            *schema = folder.join(&schema);
        }
        config.out = config.out.map(|out| folder.join(out));
        Ok(config)
    }
}
