//! PostgreSQL types as Rust types, and how their values travel.
//!
//! What the runtime can read in PostgreSQL's binary format travels so. Everything else travels as text:
//! `"path"::text` when selected, `$1::text::ltree` when sent. Domains are their base type: the server
//! describes a column of a domain so (manual, 55.7, `RowDescription`; 8.18), but not an array of one.

use std::cell::RefCell;
use std::collections::HashMap;

use super::sql;
use crate::catalog::{Attribute, Catalog, Composite, Domain, QualifiedName, TypeRef};

/// How an argument of a type is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// `i64`.
    Value,
    /// `&str`.
    Str,
    /// `&[u8]`.
    Bytes,
    /// `&T`.
    Reference,
}

/// A built-in type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Builtin {
    name: &'static str,
    rust: &'static str,
    /// What a value is sent as: `text` for its whole family.
    sql: &'static str,
    pass: Pass,
}

const STRING: &str = "::std::string::String";

const fn builtin(name: &'static str, rust: &'static str, sql: &'static str, pass: Pass) -> Builtin {
    Builtin {
        name,
        rust,
        sql,
        pass,
    }
}

const BUILTINS: &[Builtin] = &[
    builtin("int2", "i16", "int2", Pass::Value),
    builtin("int4", "i32", "int4", Pass::Value),
    builtin("int8", "i64", "int8", Pass::Value),
    builtin("float4", "f32", "float4", Pass::Value),
    builtin("float8", "f64", "float8", Pass::Value),
    builtin("oid", "u32", "oid", Pass::Value),
    builtin("char", "i8", "\"char\"", Pass::Value),
    builtin("bool", "bool", "bool", Pass::Value),
    builtin("text", STRING, "text", Pass::Str),
    builtin("varchar", STRING, "text", Pass::Str),
    builtin("bpchar", STRING, "text", Pass::Str),
    builtin("name", STRING, "text", Pass::Str),
    builtin("bytea", "::std::vec::Vec<u8>", "bytea", Pass::Bytes),
    builtin(
        "numeric",
        "::rowsmith_runtime::rust_decimal::Decimal",
        "numeric",
        Pass::Value,
    ),
    builtin(
        "uuid",
        "::rowsmith_runtime::uuid::Uuid",
        "uuid",
        Pass::Value,
    ),
    builtin(
        "date",
        "::rowsmith_runtime::chrono::NaiveDate",
        "date",
        Pass::Value,
    ),
    builtin(
        "time",
        "::rowsmith_runtime::chrono::NaiveTime",
        "time",
        Pass::Value,
    ),
    builtin(
        "timestamp",
        "::rowsmith_runtime::chrono::NaiveDateTime",
        "timestamp",
        Pass::Value,
    ),
    builtin(
        "timestamptz",
        "::rowsmith_runtime::chrono::DateTime<::rowsmith_runtime::chrono::Utc>",
        "timestamptz",
        Pass::Value,
    ),
    builtin(
        "interval",
        "::rowsmith_runtime::Interval",
        "interval",
        Pass::Value,
    ),
    builtin(
        "json",
        "::rowsmith_runtime::serde_json::Value",
        "json",
        Pass::Reference,
    ),
    builtin(
        "jsonb",
        "::rowsmith_runtime::serde_json::Value",
        "jsonb",
        Pass::Reference,
    ),
    builtin(
        "inet",
        "::rowsmith_runtime::cidr::IpInet",
        "inet",
        Pass::Value,
    ),
    builtin(
        "cidr",
        "::rowsmith_runtime::cidr::IpCidr",
        "cidr",
        Pass::Value,
    ),
    builtin(
        "macaddr",
        "::rowsmith_runtime::MacAddr",
        "macaddr",
        Pass::Value,
    ),
    builtin(
        "int4range",
        "::rowsmith_runtime::Range<i32>",
        "int4range",
        Pass::Reference,
    ),
    builtin(
        "int8range",
        "::rowsmith_runtime::Range<i64>",
        "int8range",
        Pass::Reference,
    ),
    builtin(
        "numrange",
        "::rowsmith_runtime::Range<::rowsmith_runtime::rust_decimal::Decimal>",
        "numrange",
        Pass::Reference,
    ),
    builtin(
        "daterange",
        "::rowsmith_runtime::Range<::rowsmith_runtime::chrono::NaiveDate>",
        "daterange",
        Pass::Reference,
    ),
    builtin(
        "tsrange",
        "::rowsmith_runtime::Range<::rowsmith_runtime::chrono::NaiveDateTime>",
        "tsrange",
        Pass::Reference,
    ),
    builtin(
        "tstzrange",
        "::rowsmith_runtime::Range<\
         ::rowsmith_runtime::chrono::DateTime<::rowsmith_runtime::chrono::Utc>>",
        "tstzrange",
        Pass::Reference,
    ),
];

/// The `citext` extension's type, which is text to the driver.
const CITEXT: Builtin = builtin("citext", STRING, "text", Pass::Str);

/// A type without its array brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scalar<'a> {
    Builtin(&'static Builtin),
    Enum(&'a QualifiedName),
    Composite(&'a QualifiedName),
    /// Travels as text.
    Text,
}

/// A type's values: what they are in Rust, how they are read and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value<'a> {
    scalar: Scalar<'a>,
    array: bool,
    /// The cast in a select list, where one is needed.
    pub read_cast: Option<String>,
    /// The type a parameter is sent as.
    pub param_sql: String,
    /// The type it is cast to, where that is another.
    pub cast_sql: Option<String>,
    /// The same for a value that is written. A domain is not cast to then: assignment does it, and refuses
    /// what is too long, where a cast would cut it off.
    pub write_cast_sql: Option<String>,
    /// Of an array, the type that an element is sent as.
    pub element_sql: Option<String>,
    /// The type a parameter must have so that to compare it is to compare columns: text of any case is
    /// not the same, citext is. A value that travels as text has to be cast besides.
    pub compared_sql: String,
}

impl Value<'_> {
    /// An array of what can travel.
    pub(super) fn is_array(&self) -> bool {
        self.array
    }

    /// Travels as text, because the runtime has no type for it.
    pub(super) fn is_text(&self) -> bool {
        self.scalar == Scalar::Text
    }

    fn is_composite(&self) -> bool {
        !self.array && matches!(self.scalar, Scalar::Composite(_))
    }

    /// The argument may be anything that turns into the type.
    pub(super) fn takes_into(&self) -> bool {
        !self.array && matches!(self.pass(), Pass::Str | Pass::Bytes)
    }

    fn pass(&self) -> Pass {
        match self.scalar {
            Scalar::Builtin(builtin) => builtin.pass,
            Scalar::Enum(_) => Pass::Value,
            Scalar::Composite(_) => Pass::Reference,
            Scalar::Text => Pass::Str,
        }
    }

    /// The Rust type. `path` knows where our own types are.
    pub(super) fn rust(&self, path: impl Fn(&QualifiedName) -> String) -> String {
        let scalar = self.scalar_rust(path);
        if self.array {
            format!("::std::vec::Vec<{scalar}>")
        } else {
            scalar
        }
    }

    /// The Rust type as a function's argument: `i64`, `&str`, `&[super::Role]`.
    pub(super) fn argument(&self, path: impl Fn(&QualifiedName) -> String) -> String {
        let scalar = self.scalar_rust(path);
        if self.array {
            return format!("&[{scalar}]");
        }
        match self.pass() {
            Pass::Value => scalar,
            Pass::Str => "&str".to_owned(),
            Pass::Bytes => "&[u8]".to_owned(),
            Pass::Reference => format!("&{scalar}"),
        }
    }

    fn scalar_rust(&self, path: impl Fn(&QualifiedName) -> String) -> String {
        match self.scalar {
            Scalar::Builtin(builtin) => builtin.rust.to_owned(),
            Scalar::Enum(name) | Scalar::Composite(name) => path(name),
            Scalar::Text => STRING.to_owned(),
        }
    }

    /// `$1`, cast where the server could not tell its type from what it stands beside: beside a composite
    /// it is any record. `same_type` says that it stands beside a column of the value's own type.
    pub(super) fn placeholder(&self, n: usize, same_type: bool) -> String {
        match &self.cast_sql {
            Some(cast) => format!("${n}::{}::{cast}", self.param_sql),
            None if same_type && !self.is_composite() => format!("${n}"),
            None => format!("${n}::{}", self.param_sql),
        }
    }
}

/// The schema's own types, by name.
pub(super) struct Types<'a> {
    enums: HashMap<&'a QualifiedName, &'a QualifiedName>,
    domains: HashMap<&'a QualifiedName, &'a Domain>,
    composites: HashMap<&'a QualifiedName, &'a Composite>,
    /// Composites that were looked at, and the attribute that the runtime can't read in each.
    /// A composite that is being looked at counts as unreadable, so that a cycle comes to an end.
    unreadable: RefCell<HashMap<&'a QualifiedName, Unreadable<'a>>>,
}

#[derive(Debug, Clone, Copy)]
enum Unreadable<'a> {
    Attribute(&'a Attribute),
    Nothing,
    Looking,
}

/// How many domains may stand on each other. PostgreSQL knows no limit, and no cycle either.
const DOMAIN_DEPTH: usize = 100;

impl<'a> Types<'a> {
    /// Indexes a Catalog's types.
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Self {
            enums: catalog.enums.iter().map(|e| (&e.name, &e.name)).collect(),
            domains: catalog.domains.iter().map(|d| (&d.name, d)).collect(),
            composites: catalog.composites.iter().map(|c| (&c.name, c)).collect(),
            unreadable: RefCell::default(),
        }
    }

    /// The domain that a type is, if it is one and no array of it.
    pub(super) fn domain(&self, ty: &TypeRef) -> Option<&'a Domain> {
        if ty.array || ty.schema == "pg_catalog" {
            return None;
        }
        self.domains.get(&ty.qualified_name()).copied()
    }

    /// The domain that a type is, and the domains that one stands on.
    pub(super) fn domains(&self, ty: &TypeRef) -> impl Iterator<Item = &'a Domain> {
        std::iter::successors(self.domain(ty), |domain| self.domain(&domain.base))
            .take(DOMAIN_DEPTH)
    }

    /// How a type's values travel.
    pub(super) fn value(&self, ty: &TypeRef) -> Value<'a> {
        self.value_within(ty, DOMAIN_DEPTH)
    }

    fn value_within(&self, ty: &TypeRef, depth: usize) -> Value<'a> {
        let array = if ty.array { "[]" } else { "" };
        let sent_as = |scalar: Scalar<'a>, sql: &str, compared: &str| Value {
            scalar,
            array: ty.array,
            read_cast: None,
            param_sql: format!("{sql}{array}"),
            cast_sql: None,
            write_cast_sql: None,
            element_sql: ty.array.then(|| sql.to_owned()),
            compared_sql: format!("{compared}{array}"),
        };
        if ty.schema == "pg_catalog" {
            return match BUILTINS.iter().find(|builtin| builtin.name == ty.name) {
                Some(builtin) => {
                    // Blanks at the end and the length mean something else in these than in text.
                    let compared = match builtin.name {
                        name @ ("bpchar" | "name") => name,
                        _ => builtin.sql,
                    };
                    sent_as(Scalar::Builtin(builtin), builtin.sql, compared)
                }
                None => as_text(ty),
            };
        }
        let name = ty.qualified_name();
        if let Some(domain) = self.domains.get(&name) {
            if depth == 0 {
                return as_text(ty);
            }
            let base = self.value_within(&domain.base, depth - 1);
            return of_domain(ty, base);
        }
        if let Some(name) = self.enums.get(&name) {
            let own = sql::qualified(name);
            return sent_as(Scalar::Enum(name), &own, &own);
        }
        if let Some(composite) = self.composites.get(&name)
            && self.unreadable(composite).is_none()
        {
            let name = &composite.name;
            let own = sql::qualified(name);
            return sent_as(Scalar::Composite(name), &own, &own);
        }
        if ty.name == CITEXT.name {
            return sent_as(Scalar::Builtin(&CITEXT), CITEXT.sql, &sql::qualified(&name));
        }
        as_text(ty)
    }

    /// The runtime can read and write a composite, so that it has a struct.
    pub(super) fn is_readable(&self, composite: &'a Composite) -> bool {
        self.unreadable(composite).is_none()
    }

    /// The first attribute for which a composite has to travel as text, if there is one.
    pub(super) fn unreadable_attribute(&self, composite: &'a Composite) -> Option<&'a Attribute> {
        match self.unreadable(composite)? {
            Unreadable::Attribute(attribute) => Some(attribute),
            Unreadable::Looking | Unreadable::Nothing => None,
        }
    }

    fn unreadable(&self, composite: &'a Composite) -> Option<Unreadable<'a>> {
        let known = self.unreadable.borrow().get(&composite.name).copied();
        let found = match known {
            Some(found) => found,
            None => {
                let remember = |found| self.unreadable.borrow_mut().insert(&composite.name, found);
                remember(Unreadable::Looking);
                let attribute = composite.attributes.iter().find(|attribute| {
                    let value = self.value(&attribute.ty);
                    value.is_text() || value.read_cast.is_some()
                });
                let found = attribute.map_or(Unreadable::Nothing, Unreadable::Attribute);
                remember(found);
                found
            }
        };
        (!matches!(found, Unreadable::Nothing)).then_some(found)
    }
}

/// Any type can be cast to text and back, and so can any array's elements.
fn as_text(ty: &TypeRef) -> Value<'static> {
    let text = if ty.array { "text[]" } else { "text" };
    Value {
        scalar: Scalar::Text,
        array: ty.array,
        read_cast: Some(text.to_owned()),
        param_sql: text.to_owned(),
        cast_sql: Some(sql::type_name(ty)),
        write_cast_sql: Some(sql::type_name(ty)),
        element_sql: ty.array.then(|| "text".to_owned()),
        compared_sql: text.to_owned(),
    }
}

/// A domain's value is its base type's. An array of a domain is one to the server too, so it is cast to
/// an array of the base type; where that is an array already, there is no such type and it is text.
fn of_domain<'a>(ty: &TypeRef, base: Value<'a>) -> Value<'a> {
    let cast_sql = Some(sql::type_name(ty));
    if !ty.array {
        return Value { cast_sql, ..base };
    }
    if base.array {
        return Value {
            scalar: Scalar::Text,
            array: false,
            read_cast: Some("text".to_owned()),
            param_sql: "text".to_owned(),
            write_cast_sql: cast_sql.clone(),
            cast_sql,
            element_sql: None,
            compared_sql: "text".to_owned(),
        };
    }
    let param_sql = format!("{}[]", base.param_sql);
    Value {
        scalar: base.scalar,
        array: true,
        read_cast: Some(param_sql.clone()),
        param_sql,
        cast_sql,
        write_cast_sql: base.write_cast_sql.map(|cast| format!("{cast}[]")),
        element_sql: Some(base.param_sql),
        compared_sql: format!("{}[]", base.compared_sql),
    }
}
