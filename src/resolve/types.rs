//! PostgreSQL types as Rust types, and how their values travel.
//!
//! What the runtime can read in PostgreSQL's binary format travels so ([`builtin`] is the table of it).
//! Everything else travels as text: `"acl"::text` when selected, `$1::text::aclitem` when sent. Domains are
//! their base type: the server describes a column of a domain so (manual, 55.7, `RowDescription`; 8.18),
//! but not an array of one.

pub(super) mod builtin;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::sql;
use crate::catalog::{Attribute, Catalog, Composite, Domain, QualifiedName, Range, TypeRef};
use crate::config::ArrayForm;
use builtin::{Able, Builtin, Families, Pass, STRING};

/// A type that the generated tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// The one that stands for an enum, composite, range or domain.
    Type(&'a QualifiedName),
    /// The one that stands for the primary key of a table.
    Key(&'a QualifiedName),
}

/// A Rust type: written out, or one of the tree's, whose path depends on where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rust<'a> {
    Written(String),
    Named(Named<'a>),
}

/// A type's values: what they are in Rust, how they are read and how they are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value<'a> {
    rust: Rust<'a>,
    pass: Pass,
    /// Travels as text, because the runtime has no type for it.
    text: bool,
    composite: bool,
    able: Able,
    list: Option<ArrayForm>,
    /// The built-in type that it is, below domains and newtypes.
    pub builtin: Option<&'static Builtin>,
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
    /// not the same, citext is. A value that travels as another type has to be cast besides.
    pub compared_sql: String,
}

impl<'a> Value<'a> {
    /// An array of what can travel.
    pub(super) fn is_array(&self) -> bool {
        self.element_sql.is_some()
    }

    /// An array whose elements are in a list that can be another one: not one of a type of its own.
    pub(super) fn is_list(&self) -> bool {
        self.list.is_some()
    }

    /// Values are able to be keys of a map.
    pub(super) fn hashes(&self) -> bool {
        matches!(self.able, Able::Hash | Able::Order)
    }

    /// Values are able to be sorted.
    pub(super) fn orders(&self) -> bool {
        self.able == Able::Order
    }

    /// Travels as text, because the runtime has no type for it.
    pub(super) fn is_text(&self) -> bool {
        self.text
    }

    /// Travels as a type that it is not compared as.
    pub(super) fn travels_as_another(&self) -> bool {
        self.text || (self.read_cast.is_some() && !self.is_array())
    }

    fn is_composite(&self) -> bool {
        !self.is_array() && self.composite
    }

    /// The argument may be anything that turns into the type.
    pub(super) fn takes_into(&self) -> bool {
        !self.is_array() && matches!(self.pass, Pass::Str | Pass::Bytes)
    }

    /// Values are copied, not referred to.
    pub(super) fn is_copied(&self) -> bool {
        !self.is_array() && self.pass == Pass::Value
    }

    /// The same value as a type of its own.
    pub(super) fn named(self, named: Named<'a>) -> Self {
        let pass = match self.pass {
            Pass::Value => Pass::Value,
            Pass::Str | Pass::Bytes | Pass::Reference => Pass::Reference,
        };
        Self {
            rust: Rust::Named(named),
            pass,
            list: None,
            ..self
        }
    }

    /// The same value as another Rust type.
    fn written(self, rust: &str) -> Self {
        let is_string = matches!(rust, "String" | "std::string::String" | STRING);
        let (rust, pass, able) = match is_string {
            true => (STRING, Pass::Str, Able::Order),
            false => (rust, Pass::Reference, Able::Equal),
        };
        Self {
            rust: Rust::Written(rust.to_owned()),
            pass,
            able,
            text: false,
            builtin: None,
            ..self
        }
    }

    /// The same elements in another sort of list.
    pub(super) fn in_list(self, list: ArrayForm) -> Self {
        let list = self.list.map(|_| list);
        Self { list, ..self }
    }

    /// The Rust type. `path` knows where our own types are.
    pub(super) fn rust(&self, path: impl Fn(Named<'a>) -> String) -> String {
        let scalar = self.scalar_rust(path);
        match self.list {
            None => scalar,
            Some(ArrayForm::Vec) => format!("::std::vec::Vec<{scalar}>"),
            Some(ArrayForm::Nullable) => {
                format!("::std::vec::Vec<::std::option::Option<{scalar}>>")
            }
            Some(ArrayForm::Nd) => format!("::rowsmith_runtime::NdArray<{scalar}>"),
        }
    }

    /// The Rust type as a function's argument: `i64`, `&str`, `&[super::Role]`.
    pub(super) fn argument(&self, path: impl Fn(Named<'a>) -> String) -> String {
        let scalar = self.scalar_rust(path);
        match (self.list, self.pass) {
            (Some(ArrayForm::Vec), _) => format!("&[{scalar}]"),
            (Some(ArrayForm::Nullable), _) => format!("&[::std::option::Option<{scalar}>]"),
            (Some(ArrayForm::Nd), _) => format!("&::rowsmith_runtime::NdArray<{scalar}>"),
            (None, Pass::Value) => scalar,
            (None, Pass::Str) => "&str".to_owned(),
            (None, Pass::Bytes) => "&[u8]".to_owned(),
            (None, Pass::Reference) => format!("&{scalar}"),
        }
    }

    fn scalar_rust(&self, path: impl Fn(Named<'a>) -> String) -> String {
        match &self.rust {
            Rust::Written(rust) => rust.clone(),
            Rust::Named(named) => path(*named),
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

/// A Rust type that the configuration has for a type or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Override {
    pub rust: String,
    /// The type that values travel as, where that is not the column's own.
    pub travels_as: Option<String>,
}

/// The schema's own types, by name.
pub(super) struct Types<'a> {
    families: Families,
    enums: HashMap<&'a QualifiedName, &'a QualifiedName>,
    domains: HashMap<&'a QualifiedName, &'a Domain>,
    composites: HashMap<&'a QualifiedName, &'a Composite>,
    /// Ranges, and which of them a multirange is of.
    ranges: HashMap<&'a QualifiedName, &'a Range>,
    multiranges: HashMap<&'a QualifiedName, (&'a QualifiedName, &'a Range)>,
    /// The row types of tables and views, which travel as text.
    rows: HashSet<&'a QualifiedName>,
    /// The Rust types that the configuration has, by type.
    overrides: HashMap<QualifiedName, Override>,
    /// The domains that have a Rust type of their own.
    newtypes: HashMap<&'a QualifiedName, &'a QualifiedName>,
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
    pub(super) fn new(catalog: &'a Catalog, families: Families) -> Self {
        let multiranges = catalog.ranges.iter().filter_map(|range| {
            let multirange = range.multirange.as_ref()?;
            Some((multirange, (multirange, range)))
        });
        let tables = catalog.tables.iter().map(|table| &table.name);
        let rows = tables.chain(catalog.views.iter().map(|view| &view.name));
        Self {
            families,
            enums: catalog.enums.iter().map(|e| (&e.name, &e.name)).collect(),
            domains: catalog.domains.iter().map(|d| (&d.name, d)).collect(),
            composites: catalog.composites.iter().map(|c| (&c.name, c)).collect(),
            ranges: catalog.ranges.iter().map(|r| (&r.name, r)).collect(),
            multiranges: multiranges.collect(),
            rows: rows.collect(),
            overrides: HashMap::new(),
            newtypes: HashMap::new(),
            unreadable: RefCell::default(),
        }
    }

    /// Gives a type another Rust type.
    pub(super) fn set_override(&mut self, ty: QualifiedName, rust: Override) {
        self.overrides.insert(ty, rust);
    }

    /// Gives a domain a Rust type of its own.
    pub(super) fn set_newtype(&mut self, domain: &'a Domain) {
        self.newtypes.insert(&domain.name, &domain.name);
    }

    /// The configuration has a Rust type for it.
    pub(super) fn is_overridden(&self, ty: &QualifiedName) -> bool {
        self.overrides.contains_key(ty)
    }

    /// The domain has a Rust type of its own.
    pub(super) fn is_newtype(&self, domain: &Domain) -> bool {
        self.newtypes.contains_key(&domain.name) && !self.overrides.contains_key(&domain.name)
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

    /// How many characters text of a type may have, where it says so.
    pub(super) fn max_length(&self, ty: &TypeRef) -> Option<u32> {
        let last = self.domains(ty).last();
        let base = last.map_or(ty, |domain| &domain.base);
        let limited = !base.array && (base.is_builtin("varchar") || base.is_builtin("bpchar"));
        base.modifier.as_ref().filter(|_| limited)?.parse().ok()
    }

    /// How a type's values travel.
    pub(super) fn value(&self, ty: &TypeRef) -> Value<'a> {
        self.value_within(ty, DOMAIN_DEPTH)
    }

    /// The value that a type's is in the end, below the domains that it stands on.
    pub(super) fn root(&self, ty: &TypeRef) -> Value<'a> {
        let last = self.domains(ty).last();
        self.value(last.map_or(ty, |domain| &domain.base))
    }

    fn value_within(&self, ty: &TypeRef, depth: usize) -> Value<'a> {
        let value = self.usual_value(ty, depth);
        let overrides = self.overrides.get(&ty.qualified_name());
        match overrides {
            Some(rust) => overridden(ty, value, rust),
            None => value,
        }
    }

    fn usual_value(&self, ty: &TypeRef, depth: usize) -> Value<'a> {
        let name = ty.qualified_name();
        if ty.schema == "pg_catalog" {
            return match builtin::find(&ty.name) {
                // Blanks at the end and the length mean something else in these than in text.
                Some(builtin) => match builtin.name {
                    compared @ ("bpchar" | "name") => {
                        self.of_builtin(ty, builtin, builtin.sql, compared)
                    }
                    _ => self.of_builtin(ty, builtin, builtin.sql, builtin.sql),
                },
                None => as_text(ty),
            };
        }
        if let Some(base) = builtin::of_information_schema(&name) {
            return of_domain(ty, self.usual_value(&TypeRef::builtin(base), depth));
        }
        if let Some(domain) = self.domains.get(&name) {
            if depth == 0 {
                return as_text(ty);
            }
            let mut base = self.value_within(&domain.base, depth - 1);
            if let Some(name) = self.newtypes.get(&name)
                && !base.is_text()
            {
                base = base.named(Named::Type(name));
            }
            return of_domain(ty, base);
        }
        let own = sql::qualified(&name);
        let named = |name| sent_as(ty, Rust::Named(Named::Type(name)), &own, &own);
        if let Some(name) = self.enums.get(&name) {
            return Value {
                pass: match ty.array {
                    true => Pass::Reference,
                    false => Pass::Value,
                },
                able: Able::Order,
                ..named(name)
            };
        }
        if let Some(composite) = self.composites.get(&name)
            && self.is_readable(composite)
        {
            return Value {
                composite: true,
                ..named(&composite.name)
            };
        }
        if let Some(range) = self.ranges.get(&name)
            && self.is_range_readable(range)
        {
            return Value {
                able: self.able_in_range(range),
                ..named(&range.name)
            };
        }
        if let Some((name, range)) = self.multiranges.get(&name)
            && self.is_multirange_readable(range)
        {
            return Value {
                able: self.able_in_range(range),
                ..named(name)
            };
        }
        // A type of the schema's own may be called like one of an extension's.
        let extension = match self.is_own(&name) {
            true => None,
            false => builtin::find_extension(&name.name),
        };
        match extension {
            Some(builtin) if builtin.sql.is_empty() => self.of_builtin(ty, builtin, &own, &own),
            Some(builtin) => self.of_builtin(ty, builtin, builtin.sql, &own),
            None => as_text(ty),
        }
    }

    /// The Catalog knows what the type is.
    fn is_own(&self, name: &QualifiedName) -> bool {
        self.composites.contains_key(name)
            || self.ranges.contains_key(name)
            || self.multiranges.contains_key(name)
            || self.is_row(name)
    }

    /// It is the row of a table or view.
    pub(super) fn is_row(&self, name: &QualifiedName) -> bool {
        self.rows.contains(name)
    }

    fn of_builtin(
        &self,
        ty: &TypeRef,
        builtin: &'static Builtin,
        sent: &str,
        compared: &str,
    ) -> Value<'a> {
        match builtin.rust.name(self.families) {
            Some(rust) => Value {
                pass: builtin.pass(self.families, ty.array),
                able: builtin.able,
                builtin: Some(builtin),
                ..sent_as(ty, Rust::Written(rust), sent, compared)
            },
            None => as_text(ty),
        }
    }

    fn able_in_range(&self, range: &Range) -> Able {
        match self.value(&range.subtype).hashes() {
            true => Able::Hash,
            false => Able::Equal,
        }
    }

    /// The runtime can read and write a range's bounds, so that it has a struct.
    pub(super) fn is_range_readable(&self, range: &Range) -> bool {
        let bound = self.value(&range.subtype);
        !bound.is_text() && bound.read_cast.is_none()
    }

    /// The same of a range's multirange, of which the driver does not say what it is of: only one of
    /// PostgreSQL's own types is known by its Rust type, for which the runtime has a list.
    pub(super) fn is_multirange_readable(&self, range: &Range) -> bool {
        let bound = self.value(&range.subtype);
        let own = |bound: &Value<'_>| bound.builtin.is_some_and(|it| !it.sql.is_empty());
        self.is_range_readable(range) && own(&bound) && !bound.is_array()
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

/// A value that is sent as a type, and compared as one.
fn sent_as<'a>(ty: &TypeRef, rust: Rust<'a>, sent: &str, compared: &str) -> Value<'a> {
    let array = if ty.array { "[]" } else { "" };
    Value {
        rust,
        pass: Pass::Reference,
        text: false,
        composite: false,
        able: Able::Equal,
        list: ty.array.then_some(ArrayForm::Vec),
        builtin: None,
        read_cast: None,
        param_sql: format!("{sent}{array}"),
        cast_sql: None,
        write_cast_sql: None,
        element_sql: ty.array.then(|| sent.to_owned()),
        compared_sql: format!("{compared}{array}"),
    }
}

/// A value that is sent as one type and cast to its own.
fn through<'a>(ty: &TypeRef, rust: Rust<'a>, sent: &str) -> Value<'a> {
    let value = sent_as(ty, rust, sent, sent);
    let own = sql::type_name(ty);
    Value {
        read_cast: Some(value.param_sql.clone()),
        cast_sql: Some(own.clone()),
        write_cast_sql: Some(own),
        ..value
    }
}

/// Any type can be cast to text and back, and so can any array's elements.
fn as_text(ty: &TypeRef) -> Value<'static> {
    Value {
        pass: Pass::Str,
        text: true,
        able: Able::Order,
        ..through(ty, Rust::Written(STRING.to_owned()), "text")
    }
}

/// A value of a type that has another Rust type, of the elements where it is an array.
fn overridden<'a>(ty: &TypeRef, usual: Value<'a>, rust: &Override) -> Value<'a> {
    match &rust.travels_as {
        Some(sent) => through(ty, Rust::Written(String::new()), sent).written(&rust.rust),
        None => usual.written(&rust.rust),
    }
}

/// How a column's values travel that has a Rust type of its own, of the whole where it is an array.
pub(super) fn of_column<'a>(ty: &TypeRef, usual: Value<'a>, rust: &Override) -> Value<'a> {
    let Some(sent) = &rust.travels_as else {
        return Value {
            list: None,
            ..usual.written(&rust.rust)
        };
    };
    let scalar = TypeRef {
        array: false,
        ..ty.clone()
    };
    let value = through(&scalar, Rust::Written(String::new()), sent).written(&rust.rust);
    let own = sql::type_name(ty);
    Value {
        cast_sql: Some(own.clone()),
        write_cast_sql: Some(own),
        ..value
    }
}

/// A domain's value is its base type's. An array of a domain is one to the server too, so it is cast to
/// an array of the base type; where that is an array already, there is no such type and it is text.
fn of_domain<'a>(ty: &TypeRef, base: Value<'a>) -> Value<'a> {
    let cast_sql = Some(sql::type_name(ty));
    if !ty.array {
        return Value { cast_sql, ..base };
    }
    if base.element_sql.is_some() {
        let element = TypeRef {
            array: false,
            ..ty.clone()
        };
        return Value {
            cast_sql: cast_sql.clone(),
            write_cast_sql: cast_sql,
            ..as_text(&element)
        };
    }
    let param_sql = format!("{}[]", base.param_sql);
    Value {
        pass: Pass::Reference,
        list: Some(ArrayForm::Vec),
        read_cast: Some(param_sql.clone()),
        param_sql,
        cast_sql,
        write_cast_sql: base.write_cast_sql.map(|cast| format!("{cast}[]")),
        element_sql: Some(base.param_sql),
        compared_sql: format!("{}[]", base.compared_sql),
        ..base
    }
}
