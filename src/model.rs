//! The Model: what we decided.
//!
//! Every identifier, Rust type, relation, function and SQL text in it is final. Nothing can fail after
//! this point, and nothing is decided after it: `render` only fills forms in.

/// A name as the database has it, beside the name that Rust code uses for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The database's spelling.
    pub db: String,
    /// The Rust spelling, ready to be written: a keyword is already `r#type`.
    pub rs: String,
}

/// The whole generated tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The default schema's module, which is the tree's root and holds the other schemas' modules.
    pub root: Module,
    /// Derive `Serialize` and `Deserialize` on everything.
    pub serde: bool,
    /// The schema as a whole.
    pub schema: Schema,
}

/// The schema as a whole: a file in the root, with the script that creates it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The module's name: `schema`.
    pub module: String,
    /// Doc lines of the script, plain text.
    pub doc: Vec<String>,
    /// The script, line by line.
    pub sql: Vec<String>,
    /// The names of the schemas that there is something in.
    pub schemas: Vec<String>,
    /// What a database has to have for the code to work, line by line.
    pub expected: Vec<String>,
}

/// A schema's module: a folder with a `mod.rs` and a file for each table, view and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The schema's name and the module's.
    pub ident: Ident,
    /// What stands on the `mod` line's doc comment, as lines of plain text.
    pub doc: Vec<String>,
    /// Tables and views, by database name.
    pub entities: Vec<Entity>,
    /// Enum types, by database name.
    pub enums: Vec<Enum>,
    /// Composite types, by database name.
    pub composites: Vec<Composite>,
    /// Types of their own for domains, ranges and multiranges, by database name.
    pub newtypes: Vec<NewtypeFile>,
    /// Functions and procedures of the database, where there are any.
    pub routines: Option<Routines>,
    /// Sequences that belong to no column, where there are any.
    pub sequences: Option<Sequences>,
    /// The other schemas; empty but in the root.
    pub modules: Vec<Module>,
}

/// A table or view: one file, with the row's struct and what can be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The table's name, and that of its module (`users`; the file is `users.rs`).
    pub module: Ident,
    /// The table's schema.
    pub schema: String,
    /// The row struct's name: `User`.
    pub row: String,
    /// Doc lines of the row struct, plain text.
    pub doc: Vec<String>,
    /// Derives beyond `Clone, Debug, PartialEq` and serde's, from the configuration.
    pub derives: Vec<String>,
    /// Attributes from the configuration, whole: `#[non_exhaustive]`.
    pub attributes: Vec<String>,
    /// Quoted and qualified, as SQL wants it: `"public"."users"`.
    pub table_sql: String,
    /// What is selected, one SQL expression for each field in the fields' order: `"id"`, `"path"::text`.
    /// Of a table without columns it is `NULL` alone, for `RETURNING` needs an expression; the row's
    /// width is this list's length.
    pub select_list: Vec<String>,
    /// The row's fields, in the columns' order.
    pub fields: Vec<Field>,
    /// The primary key's columns in their order, as the database spells them; empty without one.
    pub key: Vec<String>,
    /// Constants that hold constraint names.
    pub constraints: Vec<ConstraintName>,
    /// Associated functions that read or delete.
    pub functions: Vec<Function>,
    /// Methods that follow a relation.
    pub relations: Vec<Relation>,
    /// The type of the primary key, where it has one of its own.
    pub key_type: Option<KeyType>,
    /// How rows are inserted; `None` for views.
    pub new_row: Option<NewRow>,
    /// How a row is changed; `None` for views, tables without a primary key and tables that have no
    /// column that may be written.
    pub patch: Option<Patch>,
}

/// A field of a row, and the column constant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The column's name and the field's.
    pub ident: Ident,
    /// The column constant: `EMAIL`.
    pub constant: String,
    /// The Rust type, `Option` included, with absolute or `super::` paths.
    pub ty: String,
    /// The constant that holds how many characters the column takes, and how many.
    pub max_length: Option<(String, u32)>,
    /// A column of a table that only the server writes.
    pub read_only: bool,
    /// How the values travel, where that is not as the column's own type.
    pub travel: Option<Travel>,
    /// Attributes from the configuration, whole: `#[serde(skip)]`.
    pub attributes: Vec<String>,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
}

/// How values travel of a type that PostgreSQL and the runtime don't both understand: as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Travel {
    /// The cast with which a value is selected: `text`.
    pub read_sql: String,
    /// The type that a parameter is sent as: `text`.
    pub param_sql: String,
    /// The type that it is then cast to: `"public"."ltree"`.
    pub cast_sql: String,
}

/// A constant that holds a constraint's name: `USERS_EMAIL_KEY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintName {
    /// The constraint's name and the constant's.
    pub ident: Ident,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// The parameter's name.
    pub name: String,
    /// Its type: `i64`, `&str`, `&[super::Role]`.
    pub ty: String,
}

/// An associated function of a row struct: `find`, `find_by_email`, `list`, `delete_by_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The function's name.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// The parameters after `db`; they are bound to `$1`, `$2` … in this order.
    pub params: Vec<Param>,
    /// What it gives back.
    pub returns: Returns,
    /// The statement, line by line.
    pub sql: Vec<String>,
}

/// What a [`Function`] gives back, and so which call of the runtime makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// `Option<Self>`.
    OptionalRow,
    /// `Vec<Self>`.
    Rows,
    /// `i64`: a count.
    Count,
    /// `bool`: an `EXISTS`.
    Exists,
    /// `bool`: whether the one row was there to be deleted.
    Affected,
    /// Nothing: a command that is run for what it does.
    Nothing,
}

/// A relation: the method that follows it from a row (`post.author(&db)`, `user.posts(&db)`) and the
/// constant by which queries know it (`Post::AUTHOR`, `User::POSTS`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The method's name.
    pub name: String,
    /// The relation's constant: `AUTHOR`, `POSTS`. `None` where the key is on an array: the keys of many
    /// rows travel as an array, and PostgreSQL has no array of arrays.
    pub constant: Option<String>,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// Which sort it is.
    pub kind: RelationKind,
    /// The row struct it leads to, with its path: `super::Post`.
    pub target: String,
    /// The fields of this row that are bound to `$1`, `$2` …, and what they are compared with.
    pub key: Vec<RelationKey>,
    /// The junction table of a many-to-many relation.
    pub junction: Option<Junction>,
    /// The statement, line by line.
    pub sql: Vec<String>,
}

/// A field of the row that a relation starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationKey {
    /// The field's Rust name.
    pub field: String,
    /// The field is an `Option`: without a value the relation leads nowhere.
    pub nullable: bool,
    /// The field's column, as the database spells it.
    pub near: String,
    /// The column of the other row, or of the junction table, that it is compared with.
    pub far: String,
    /// The type that the field's value travels as, so that to compare it is to compare the columns:
    /// `int8`, `"public"."citext"`.
    pub param_sql: String,
    /// The type it is then cast to, where that is another: `"public"."ltree"`.
    pub cast_sql: Option<String>,
}

/// The table between the rows of a many-to-many relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Junction {
    /// Quoted and qualified: `"public"."post_tags"`.
    pub table_sql: String,
    /// Its columns that reference the target, each with the column that it references, as the database
    /// spells them: `tag_id`, `id`.
    pub columns: Vec<(String, String)>,
}

/// Which sort of relation it is, seen from the row that has the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// This row references exactly one other: `Target`, or `Option<Target>` when a key field is nullable.
    BelongsTo,
    /// At most one other row references this one: `Option<Target>`.
    HasOne,
    /// Other rows reference this one: `Vec<Target>`.
    HasMany,
    /// Rows of a junction table stand between: `Vec<Target>`.
    ManyToMany,
}

/// `NewUser`: what a new row is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow {
    /// The struct's name.
    pub name: String,
    /// Attributes of the row that are its own too, whole: `#[serde(rename_all = "camelCase")]`.
    pub attributes: Vec<String>,
    /// The writable columns, in the table's order.
    pub fields: Vec<WriteField>,
    /// One for each unique key that can settle a conflict.
    pub upserts: Vec<Upsert>,
}

/// `UserPatch`: what may change in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The struct's name.
    pub name: String,
    /// Attributes of the row that are its own too, whole: `#[serde(rename_all = "camelCase")]`.
    pub attributes: Vec<String>,
    /// The writable columns but for the row's version, in the table's order. None is required.
    pub fields: Vec<WriteField>,
    /// The primary key's parameters of `apply`, bound to `$1`, `$2` …
    pub key: Vec<Param>,
    /// The key's condition: `"id" = $1`.
    pub key_sql: String,
    /// How `apply_to` knows that nobody else has changed the row; `None` without optimistic locking.
    pub lock: Option<Lock>,
}

/// Optimistic locking of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The fields of the row that are bound to `$1`, `$2` …, as Rust names: the primary key's and the
    /// version's.
    pub fields: Vec<String>,
    /// The column that holds the version, as the database spells it.
    pub column: String,
    /// The condition that the version is still the row's: `"version" = $2`.
    pub current_sql: String,
    /// Each change has to count the column up; otherwise PostgreSQL changes it itself.
    pub counts: bool,
}

/// A field of [`NewRow`] or [`Patch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteField {
    /// The column's name and the field's.
    pub ident: Ident,
    /// The setter's name, which differs from the field's where it would collide with a function.
    pub setter: String,
    /// The parameter's name in the setter and in `new`.
    pub param: String,
    /// The Rust type of the value, without the `Option` of a nullable column.
    pub ty: String,
    /// The column may hold NULL.
    pub nullable: bool,
    /// It must be given: no default and not nullable. Never in a patch.
    pub required: bool,
    /// The argument is `impl Into<ty>` (strings, byte vectors) and not `ty` itself.
    pub into: bool,
    /// Attributes of the row's field that are its own too, whole: `#[serde(rename = "mail")]`.
    pub attributes: Vec<String>,
    /// How the value is sent.
    pub write: Write,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
}

/// How a value is sent to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The column, quoted: `"email"`.
    pub column_sql: String,
    /// The type the parameter is sent as, in SQL: `text`, `"public"."role"`, `int4[]`.
    pub param_sql: String,
    /// The type it is then cast to, where that is another: `"public"."email"`, `tsvector`.
    pub cast_sql: Option<String>,
    /// The element's type of an array parameter, in SQL: `int4` for `int4[]`.
    pub element_sql: Option<String>,
    /// How many characters there may be, where that is to be known before the value is sent.
    pub max_length: Option<u32>,
}

/// `upsert_by_email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upsert {
    /// The function's name.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// The conflict target, with its predicate: `("email") WHERE "deleted_at" IS NULL`.
    pub target_sql: String,
    /// The key's columns, quoted, which an update leaves alone.
    pub key_columns_sql: Vec<String>,
}

/// A Rust enum for an enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enum {
    /// The type's name, and that of its module (`role`; the file is `role.rs`).
    pub module: Ident,
    /// The schema of the type.
    pub schema: String,
    /// The enum's name: `Role`.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// Derives beyond the usual, from the configuration.
    pub derives: Vec<String>,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
    /// The labels and their variants, in the type's order.
    pub variants: Vec<Variant>,
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The label and the variant's name.
    pub ident: Ident,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
}

/// A Rust struct for a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    /// The type's name, and that of its module.
    pub module: Ident,
    /// The schema of the type.
    pub schema: String,
    /// The struct's name: `Address`.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// Derives beyond the usual, from the configuration.
    pub derives: Vec<String>,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
    /// The attributes in their order; each type is an `Option`, unless the configuration knows better.
    pub fields: Vec<CompositeField>,
}

/// A field of a composite struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompositeField {
    /// The attribute's name and the field's.
    pub ident: Ident,
    /// The Rust type, `Option` included.
    pub ty: String,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
}

/// A file with a [`Newtype`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewtypeFile {
    /// The type's name in the database, and that of its module.
    pub module: Ident,
    /// The schema of the type.
    pub schema: String,
    /// What is in the file.
    pub newtype: Newtype,
}

/// A Rust struct around another type: `pub struct UserId(pub i64)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newtype {
    /// The struct's name.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// All derives but serde's.
    pub derives: Vec<String>,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
    /// The Rust type inside; of a range that of its bounds.
    pub inner: String,
    /// What it is for.
    pub form: Form,
}

/// What a [`Newtype`] is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// It is its inner type by another name, with these traits of the runtime.
    Plain {
        /// `Text`, `Number`.
        traits: &'static [&'static str],
    },
    /// The same, and its values are checked when they are made.
    Checked {
        /// `Text`, `Number`.
        traits: &'static [&'static str],
        /// The domain, `public.percent`.
        domain: String,
        /// The checks that are known in Rust.
        checks: Vec<Violation>,
        /// The argument is `impl Into<inner>`.
        into: bool,
    },
    /// A range type.
    Range {
        /// The type of the bounds in SQL, where the Rust type is that of another: of a domain's base.
        bound: Option<String>,
    },
    /// A multirange type.
    Multirange {
        /// The same.
        bound: Option<String>,
    },
}

/// A check of a domain, turned round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The constraint's name.
    pub constraint: String,
    /// The Rust condition of a `value` that breaks it.
    pub condition: Condition,
}

/// A condition in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `value.is_empty()`.
    Is(String),
    /// `value < 0`: one side, the operator and the other side.
    Compared(String, &'static str, String),
    /// `[1, 2].contains(&value)`: the literals, and what is looked for.
    In(Vec<String>, String),
    /// The opposite.
    NotIn(Vec<String>, String),
}

/// The type of a table's primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyType {
    /// `UserId`.
    Id(Newtype),
    /// The enum of a lookup table.
    Lookup(LookupEnum),
}

/// A Rust enum for the keys of a lookup table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupEnum {
    /// The enum's name.
    pub name: String,
    /// Derives beyond the usual, from the configuration.
    pub derives: Vec<String>,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// The Rust type of the key: `i32`, `::std::string::String`.
    pub key: String,
    /// The variants, in the order of their keys.
    pub variants: Vec<LookupKey>,
}

/// A variant of a [`LookupEnum`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupKey {
    /// Its name and its key.
    Number(String, i64),
    /// Its key and its name.
    Text(Ident),
}

/// The functions and procedures of a schema: one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routines {
    /// The module's name: `functions`.
    pub module: String,
    /// The functions, each after the struct that it gives.
    pub routines: Vec<Routine>,
}

/// A function or procedure of the database, as a function. One with defaults is several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// The function's name.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// The struct that this function brings with it.
    pub row: Option<RoutineRow>,
    /// The parameters after `db`; they are bound to `$1`, `$2` … in this order.
    pub params: Vec<RoutineParam>,
    /// What it gives back.
    pub returns: RoutineReturns,
    /// It changes nothing, so that a replica may answer.
    pub reads: bool,
    /// The statement, line by line.
    pub sql: Vec<String>,
}

/// A parameter of a [`Routine`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutineParam {
    /// The parameter's name.
    pub name: String,
    /// Its type, borrowed where that is cheaper: `i64`, `&str`.
    pub ty: String,
    /// It may be NULL: a value, or an `Option` of one.
    pub nullable: bool,
}

/// What the struct of a row or composite type derives in any case, beside what is configured.
pub const STRUCT_DERIVES: [&str; 3] = ["Clone", "Debug", "PartialEq"];

/// What an enum derives in any case, beside what is configured.
pub const ENUM_DERIVES: [&str; 8] = [
    "Clone",
    "Copy",
    "Debug",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
];

/// What a [`Routine`] gives back, and so which call of the runtime makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutineReturns {
    /// Nothing.
    Nothing,
    /// `Option<T>`.
    Scalar(String),
    /// `Vec<Option<T>>`.
    Scalars(String),
    /// `T`: a struct of columns.
    Row(String),
    /// `Option<T>`: a table's row, or NULL.
    OptionalRow(String),
    /// `Vec<T>`.
    Rows(String),
}

/// The struct of what a function gives in several columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutineRow {
    /// The struct's name: `DivmodRow`.
    pub name: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
    /// Derives beyond the usual, from the configuration.
    pub derives: Vec<String>,
    /// Attributes from the configuration, whole.
    pub attributes: Vec<String>,
    /// The columns in their order; each type is an `Option`.
    pub fields: Vec<CompositeField>,
}

/// The sequences of a schema: one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequences {
    /// The module's name: `sequences`.
    pub module: String,
    /// A constant for each.
    pub sequences: Vec<Sequence>,
}

/// A sequence that belongs to no column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// The constant's name: `INVOICE_NO`.
    pub constant: String,
    /// Quoted and qualified: `"public"."invoice_no"`.
    pub name_sql: String,
    /// Doc lines, plain text.
    pub doc: Vec<String>,
}
