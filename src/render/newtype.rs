use askama::Template;

use super::layout::{self, Expr, assignment, impl_header, macro_block, signature};
use super::text::{doc, str_literal};
use crate::model::{
    self, Condition, ENUM_DERIVES, Form, Ident, LookupEnum, LookupKey, NewtypeFile,
};

/// A struct around another type.
#[derive(Template)]
#[template(path = "newtype.rs.j2", escape = "none")]
pub struct Newtype {
    doc: String,
    derive: String,
    /// The attributes for serde.
    serde: Vec<String>,
    attributes: Vec<String>,
    name: String,
    definition: String,
    /// The macro that reads and writes it.
    implementation: String,
    check: Option<Check>,
}

/// How a value is checked.
struct Check {
    signature: String,
    /// The argument has to be turned into the inner type first.
    into: bool,
    violations: Vec<Violation>,
    get: String,
    into_inner: String,
    try_from_header: String,
    try_from: String,
}

/// A check that is broken.
struct Violation {
    /// The head of an `if`.
    condition: String,
    /// The statement that makes the error.
    error: String,
}

/// The file of a domain, range or multirange.
#[derive(Template)]
#[template(path = "newtype_file.rs.j2", escape = "none")]
pub struct File {
    newtype: Newtype,
}

impl File {
    pub fn new(model: &NewtypeFile, serde: bool) -> Self {
        Self {
            newtype: Newtype::new(&model.newtype, &model.schema, &model.module.db, serde),
        }
    }
}

impl Newtype {
    /// `schema` and `type_name` are the database's names of a range type.
    pub fn new(model: &model::Newtype, schema: &str, type_name: &str, serde: bool) -> Self {
        let (name, inner) = (&model.name, &model.inner);
        let within = |traits: &[&str]| match traits {
            [] => format!("{name}({inner})"),
            traits => format!("{name}({inner}): {}", traits.join(", ")),
        };
        let own = |bound: &Option<String>| {
            let (schema, ty) = (str_literal(schema), str_literal(type_name));
            let bound = bound
                .as_deref()
                .map(|sql| format!(", {}", str_literal(sql)));
            format!(
                "{name}, {inner}, {schema}, {ty}{}",
                bound.unwrap_or_default()
            )
        };
        let (inside, visible, implementation) = match &model.form {
            Form::Plain { traits } => (
                inner.clone(),
                true,
                macro_block("::rowsmith_runtime::impl_newtype", &within(traits)),
            ),
            Form::Checked { traits, .. } => (
                inner.clone(),
                false,
                macro_block("::rowsmith_runtime::impl_newtype", &within(traits)),
            ),
            Form::Range { bound } => (
                format!("::rowsmith_runtime::Range<{inner}>"),
                true,
                macro_block("::rowsmith_runtime::impl_range", &own(bound)),
            ),
            Form::Multirange { bound } => (
                format!("::rowsmith_runtime::Multirange<{inner}>"),
                true,
                macro_block("::rowsmith_runtime::impl_multirange", &own(bound)),
            ),
        };
        let check = Check::new(model);
        // Text that is read has to pass the checks as well.
        let try_from = check
            .as_ref()
            .map(|_| format!("try_from = {}", str_literal(inner)));
        let of_crate = "crate = \"::rowsmith_runtime::serde\"".to_owned();
        let of_serde = std::iter::once(of_crate).chain(try_from);
        let of_serde = of_serde.filter(|_| serde);
        let derives: Vec<&str> = model.derives.iter().map(String::as_str).collect();
        Self {
            doc: doc(&model.doc, 0),
            derive: super::struct_type::derive(&derives, serde, &[]),
            serde: of_serde
                .map(|it| layout::attribute("serde", &it, 0))
                .collect(),
            attributes: model.attributes.clone(),
            name: name.clone(),
            definition: definition(name, &inside, visible),
            implementation,
            check,
        }
    }
}

/// `pub struct UserId(pub i64);`
fn definition(name: &str, inside: &str, visible: bool) -> String {
    let visibility = if visible { "pub " } else { "" };
    layout::tuple_struct(&format!("pub struct {name}"), visibility, inside)
}

fn condition(condition: &Condition) -> String {
    let among = |open, literals: &[String], value: &String| {
        let items = literals.iter().map(Expr::atom).collect();
        let list = Expr::List(open, items);
        layout::condition(&list.method(".contains", vec![Expr::atom(value)]), 8)
    };
    match condition {
        Condition::Is(text) => layout::condition(&Expr::atom(text), 8),
        Condition::Compared(left, operator, right) => layout::comparison(left, operator, right, 8),
        Condition::In(literals, value) => among("[", literals, value),
        Condition::NotIn(literals, value) => among("![", literals, value),
    }
}

impl Check {
    fn new(model: &model::Newtype) -> Option<Self> {
        let Form::Checked {
            domain,
            checks,
            into,
            ..
        } = &model.form
        else {
            return None;
        };
        let inner = &model.inner;
        let result = "::std::result::Result<Self, ::rowsmith_runtime::CheckViolation>";
        let argument = match into {
            true => format!("value: impl ::std::convert::Into<{inner}>"),
            false => format!("value: {inner}"),
        };
        let violation = |violation: &model::Violation| {
            let args = [domain, &violation.constraint];
            let args = args.map(|text| Expr::atom(str_literal(text)));
            let error = Expr::call("::rowsmith_runtime::CheckViolation::new", args.to_vec());
            Violation {
                condition: condition(&violation.condition),
                error: assignment("let error", &error, 12),
            }
        };
        Some(Self {
            signature: signature("pub fn new", &[argument], result, 4),
            into: *into,
            violations: checks.iter().map(violation).collect(),
            get: signature("pub fn get", &["&self".into()], &format!("&{inner}"), 4),
            into_inner: signature("pub fn into_inner", &["self".into()], inner, 4),
            try_from_header: impl_header(&format!("::std::convert::TryFrom<{inner}>"), &model.name),
            try_from: signature("fn try_from", &[format!("value: {inner}")], result, 4),
        })
    }
}

/// The enum of a lookup table.
#[derive(Template)]
#[template(path = "lookup.rs.j2", escape = "none")]
pub struct Lookup {
    doc: String,
    derive: String,
    serde: bool,
    name: String,
    key: String,
    variants: Vec<LookupVariant>,
}

/// A variant and the key that it stands for.
struct LookupVariant {
    doc: String,
    name: String,
    literal: String,
}

impl Lookup {
    pub fn new(model: &LookupEnum, serde: bool) -> Self {
        let variant = |variant: &LookupKey| {
            let (name, literal) = match variant {
                LookupKey::Number(name, n) => (name.clone(), n.to_string()),
                LookupKey::Text(Ident { db, rs }) => (rs.clone(), str_literal(db)),
            };
            LookupVariant {
                doc: doc(&[super::text::code(&literal)], 4),
                name,
                literal,
            }
        };
        Self {
            doc: doc(&model.doc, 0),
            derive: super::struct_type::derive(&ENUM_DERIVES, serde, &model.derives),
            serde,
            name: model.name.clone(),
            key: model.key.clone(),
            variants: model.variants.iter().map(variant).collect(),
        }
    }
}
