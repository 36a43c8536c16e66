//! Domains that have a type of their own, and which of their checks Rust can make before a value is sent.

use super::Context;
use super::docs;
use super::objects::Object;
use super::own_types;
use super::settings::Settings;
use super::types::{Types, Value};
use crate::catalog::{Catalog, Check, Domain};
use crate::config::Config;
use crate::diagnostics::Diagnostic;
use crate::model::{Condition, Form, Ident, Newtype, NewtypeFile, Violation};
use crate::patterns::Patterns;

/// Gives the domains that the configuration names a type of their own.
pub(super) fn set_newtypes<'a>(
    catalog: &'a Catalog,
    config: &'a Config,
    types: &mut Types<'a>,
    settings: &Settings,
) {
    let newtypes = Patterns::new("`newtypes`", &config.newtypes, |it| settings.report(it));
    for domain in &catalog.domains {
        if !newtypes.matches(&domain.name) {
            continue;
        }
        let because = if types.is_overridden(&domain.name) {
            "it has another one under `[types]`"
        } else if types.root(&domain.base).is_text() {
            "its values travel as text"
        } else {
            types.set_newtype(domain);
            continue;
        };
        let name = &domain.name;
        let message = format!("the domain `{name}` has no type of its own: {because}");
        settings.report(Diagnostic::note(message).help("leave it out of `newtypes`"));
    }
    newtypes.report_idle("domain", |it| settings.report(it));
}

/// The struct of a domain.
pub(super) fn newtype<'a>(domain: &'a Domain, context: &Context<'a>) -> NewtypeFile {
    let names = context.tree.names(&domain.name);
    let value = context.types.root(&domain.base);
    let traits = match value.builtin {
        Some(builtin) if !value.is_array() => builtin.rust.traits(),
        _ => &[],
    };
    let mut doc = docs::row(Object::Domain(domain));
    let chain = std::iter::once(domain).chain(context.types.domains(&domain.base));
    let checks: Vec<&Check> = chain.flat_map(|domain| &domain.checks).collect();
    let mut violations = Vec::new();
    let mut unknown = Vec::new();
    for check in checks {
        match violated(&check.expression, &value) {
            Some(conditions) => {
                violations.extend(conditions.into_iter().map(|condition| Violation {
                    constraint: check.name.clone(),
                    condition,
                }))
            }
            None => unknown.push(docs::code(&check.expression)),
        }
    }
    if !unknown.is_empty() {
        doc.push(String::new());
        doc.push(format!("Only the server checks {}.", unknown.join(", ")));
    }
    let form = if violations.is_empty() {
        Form::Plain { traits }
    } else {
        Form::Checked {
            traits,
            domain: domain.name.to_string(),
            checks: violations,
            into: value.takes_into(),
        }
    };
    NewtypeFile {
        module: Ident {
            db: domain.name.name.clone(),
            rs: names.module.clone(),
        },
        schema: domain.name.schema.clone(),
        newtype: Newtype {
            name: names.ty.clone(),
            doc,
            derives: own_types::with_configured(&own_types::derives(&value), &domain.name, context),
            attributes: context.settings.attributes(&domain.name),
            inner: value.rust(|named| context.tree.named(&domain.name.schema, named)),
            form,
        },
    }
}

/// The conditions in Rust of a `value` that breaks a check, any of them, if the check is one that is the
/// same in Rust: a comparison of the value, its length or number of elements with a literal, a list of
/// literals, `IS NOT NULL`, or several of those joined by `AND`.
fn violated(check: &str, value: &Value<'_>) -> Option<Vec<Condition>> {
    let tokens = tokens(check)?;
    // What is longer is not simple, and not to be descended into.
    if tokens.len() > 200 {
        return None;
    }
    let mut rest = tokens.as_slice();
    let kind = Kind::of(value)?;
    let conditions = conjunction(&mut rest, kind)?;
    rest.is_empty().then_some(conditions)
}

/// What a value is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An integer from the first to the second.
    Integer(i64, i64),
    /// `real`, which PostgreSQL compares with a literal as a `double precision`.
    Real,
    Float,
    Decimal,
    Text,
    /// A list.
    List,
}

impl Kind {
    fn of(value: &Value<'_>) -> Option<Self> {
        if value.is_array() {
            return Some(Self::List);
        }
        let builtin = value.builtin?;
        let rust = value.rust(|_| String::new());
        Some(match (builtin.name, rust.as_str()) {
            ("int2", _) => Self::Integer(i16::MIN.into(), i16::MAX.into()),
            ("int4", _) => Self::Integer(i32::MIN.into(), i32::MAX.into()),
            ("int8", _) => Self::Integer(i64::MIN, i64::MAX),
            ("float4", _) => Self::Real,
            ("float8", _) => Self::Float,
            (_, "::rowsmith_runtime::rust_decimal::Decimal") => Self::Decimal,
            // Blanks at the end count for less in `bpchar` than in a string, and case in `citext`.
            ("text" | "varchar", _) => Self::Text,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A name or keyword, in upper case.
    Word(String),
    Number(String),
    Text(String),
    Symbol(&'static str),
}

const SYMBOLS: [&str; 12] = [
    "::", "<=", ">=", "<>", "<", ">", "=", "(", ")", "[", "]", ",",
];

/// The tokens of an expression, or `None` where there is one of another sort.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let mut end = 1;
            let mut string = String::new();
            loop {
                let part = rest[end..].find('\'')?;
                string.push_str(&rest[end..end + part]);
                end += part + 1;
                if !rest[end..].starts_with('\'') {
                    break;
                }
                string.push('\'');
                end += 1;
            }
            tokens.push(Token::Text(string));
            rest = &rest[end..];
        } else if first.is_ascii_digit()
            || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            let inside = |c: char| c.is_ascii_digit() || c == '.';
            let end = rest[1..].find(|c| !inside(c)).map_or(rest.len(), |i| i + 1);
            tokens.push(Token::Number(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first.is_ascii_alphabetic() || first == '_' {
            let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_ascii_uppercase()));
            rest = &rest[end..];
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))?;
            tokens.push(Token::Symbol(symbol));
            rest = &rest[symbol.len()..];
        }
        rest = rest.trim_start();
    }
    Some(tokens)
}

/// Takes a symbol or word from the front, if it is there.
fn take(rest: &mut &[Token], wanted: &str) -> bool {
    let found = match rest.first() {
        Some(Token::Symbol(symbol)) => *symbol == wanted,
        Some(Token::Word(word)) => word == wanted,
        _ => false,
    };
    if found {
        *rest = &rest[1..];
    }
    found
}

/// `term AND term …`
fn conjunction(rest: &mut &[Token], kind: Kind) -> Option<Vec<Condition>> {
    let mut conditions = term(rest, kind)?;
    while take(rest, "AND") {
        conditions.extend(term(rest, kind)?);
    }
    Some(conditions)
}

fn term(rest: &mut &[Token], kind: Kind) -> Option<Vec<Condition>> {
    let whole = *rest;
    if take(rest, "(")
        && let Some(conditions) = conjunction(rest, kind)
        && take(rest, ")")
    {
        return Some(conditions);
    }
    *rest = whole;
    let measured = match rest.first()? {
        Token::Word(word) if matches!(word.as_str(), "LENGTH" | "CHAR_LENGTH") => {
            (kind == Kind::Text).then_some("value.chars().count()")
        }
        Token::Word(word) if word == "CARDINALITY" => (kind == Kind::List).then_some("value.len()"),
        _ => {
            value(rest)?;
            // A value of the type is there.
            if take(rest, "IS") {
                return (take(rest, "NOT") && take(rest, "NULL")).then(Vec::new);
            }
            return comparison(rest, kind).map(|condition| vec![condition]);
        }
    }?;
    *rest = &rest[1..];
    if !take(rest, "(") {
        return None;
    }
    value(rest)?;
    if !take(rest, ")") {
        return None;
    }
    let operator = operator(rest)?;
    let Some(Token::Number(number)) = rest.first() else {
        return None;
    };
    let length: u32 = number.parse().ok()?;
    *rest = &rest[1..];
    Some(vec![match (operator, length) {
        (">", 0) | (">=", 1) | ("<>", 0) => Condition::Is("value.is_empty()".to_owned()),
        ("<=" | "=", 0) | ("<", 1) => Condition::Is("!value.is_empty()".to_owned()),
        // True or false whatever the value is.
        (">=" | "<", 0) => return None,
        _ => compared(measured, operator, length.to_string()),
    }])
}

/// `VALUE`, in parentheses and with a cast perhaps.
fn value(rest: &mut &[Token]) -> Option<()> {
    if take(rest, "(") {
        value(rest)?;
        if !take(rest, ")") {
            return None;
        }
    } else if !take(rest, "VALUE") {
        return None;
    }
    cast(rest)
}

/// A cast that changes nothing: to text.
fn cast(rest: &mut &[Token]) -> Option<()> {
    while take(rest, "::") {
        if !take(rest, "TEXT") {
            return None;
        }
    }
    Some(())
}

fn operator(rest: &mut &[Token]) -> Option<&'static str> {
    let found = ["<=", ">=", "<>", "<", ">", "="];
    found.into_iter().find(|symbol| take(rest, symbol))
}

fn opposite(operator: &str) -> &'static str {
    match operator {
        "<=" => ">",
        ">=" => "<",
        "<" => ">=",
        ">" => "<=",
        "=" => "!=",
        _ => "==",
    }
}

/// The condition that a comparison does not hold.
fn compared(value: &str, operator: &str, literal: String) -> Condition {
    Condition::Compared(value.to_owned(), opposite(operator), literal)
}

/// What follows `VALUE`.
fn comparison(rest: &mut &[Token], kind: Kind) -> Option<Condition> {
    let negated = take(rest, "NOT");
    if take(rest, "IN") {
        return list(rest, kind, "(", ")", !negated);
    }
    if negated {
        return None;
    }
    let operator = operator(rest)?;
    let any = operator == "=" && take(rest, "ANY");
    if any || (operator == "<>" && take(rest, "ALL")) {
        if !take(rest, "(") || !take(rest, "ARRAY") {
            return None;
        }
        let condition = list(rest, kind, "[", "]", any)?;
        if take(rest, "::") && !(take(rest, "TEXT") && take(rest, "[") && take(rest, "]")) {
            return None;
        }
        return take(rest, ")").then_some(condition);
    }
    let literal = literal(rest, kind)?;
    if kind == Kind::Text {
        return match (operator, literal.as_str()) {
            ("<>", "\"\"") => Some(Condition::Is("value.is_empty()".to_owned())),
            // The order of strings is their collation's.
            ("=" | "<>", _) => Some(compared("value", operator, literal)),
            _ => None,
        };
    }
    // A comparison with the least or greatest value is true or false whatever the value is.
    if let Kind::Integer(min, max) = kind
        && (literal == min.to_string() || literal == max.to_string())
    {
        return None;
    }
    let value = match kind {
        Kind::Real => "f64::from(value)",
        _ => "value",
    };
    Some(compared(value, operator, literal))
}

/// A list of literals, one of which it must be, or none.
fn list(rest: &mut &[Token], kind: Kind, open: &str, close: &str, one: bool) -> Option<Condition> {
    if !take(rest, open) || !matches!(kind, Kind::Integer(..) | Kind::Text) {
        return None;
    }
    let mut literals: Vec<String> = Vec::new();
    loop {
        let literal = literal(rest, kind)?;
        if !literals.contains(&literal) {
            literals.push(literal);
        }
        if !take(rest, ",") {
            break;
        }
    }
    if !take(rest, close) {
        return None;
    }
    let value = match kind {
        Kind::Text => "&value.as_str()",
        _ => "&value",
    };
    let value = value.to_owned();
    Some(match one {
        true => Condition::NotIn(literals, value),
        false => Condition::In(literals, value),
    })
}

/// A literal in Rust.
fn literal(rest: &mut &[Token], kind: Kind) -> Option<String> {
    let token = rest.first()?;
    *rest = &rest[1..];
    let literal = match (token, kind) {
        (Token::Text(text), Kind::Text) => {
            let plain = |c: char| c.is_ascii() && !c.is_ascii_control();
            // Anything but plain text would have to be escaped.
            let plain = text.chars().all(|c| plain(c) && !matches!(c, '"' | '\\'));
            plain.then(|| format!("\"{text}\""))?
        }
        (Token::Number(number), Kind::Integer(min, max)) => {
            let number: i64 = number.parse().ok()?;
            (min..=max).contains(&number).then(|| number.to_string())?
        }
        (Token::Number(number), Kind::Real | Kind::Float) => {
            let number: f64 = number.parse().ok()?;
            format!("{number:?}")
        }
        (Token::Number(number), Kind::Decimal) => {
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            let digits: i64 = format!("{whole}{fraction}").parse().ok()?;
            let scale = u32::try_from(fraction.len()).ok().filter(|s| *s <= 28)?;
            format!("::rowsmith_runtime::rust_decimal::Decimal::new({digits}, {scale})")
        }
        _ => return None,
    };
    cast(rest)?;
    Some(literal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::TypeRef;
    use crate::resolve::types::builtin::Families;

    fn conditions(ty: &str, check: &str) -> Option<Vec<String>> {
        let catalog = Catalog::default();
        let types = Types::new(&catalog, Families::default());
        let mut ty_ref = TypeRef::builtin(ty.trim_end_matches("[]"));
        ty_ref.array = ty.ends_with("[]");
        let conditions = violated(check, &types.value(&ty_ref))?;
        let text = |condition| match condition {
            Condition::Is(text) => text,
            Condition::Compared(left, operator, right) => format!("{left} {operator} {right}"),
            Condition::In(literals, value) => {
                format!("[{}].contains({value})", literals.join(", "))
            }
            Condition::NotIn(literals, value) => {
                format!("![{}].contains({value})", literals.join(", "))
            }
        };
        Some(conditions.into_iter().map(text).collect())
    }

    #[test]
    fn simple_checks_are_turned_round() {
        for (ty, check, expected) in [
            ("int4", "VALUE > 0", &["value <= 0"][..]),
            (
                "int4",
                "(VALUE >= 0) AND (VALUE <= 100)",
                &["value < 0", "value > 100"],
            ),
            (
                "int2",
                "VALUE = ANY (ARRAY[1, 2])",
                &["![1, 2].contains(&value)"],
            ),
            ("float8", "VALUE >= 0", &["value < 0.0"]),
            ("float4", "VALUE > 0.1", &["f64::from(value) <= 0.1"]),
            (
                "int4",
                "VALUE IS NOT NULL AND VALUE NOT IN (1, 2)",
                &["[1, 2].contains(&value)"],
            ),
            (
                "int4",
                "VALUE <> ALL (ARRAY[1, 2])",
                &["[1, 2].contains(&value)"],
            ),
            ("text", "VALUE IS NOT NULL", &[]),
            ("text", "VALUE <> ''", &["value.is_empty()"]),
            ("text", "char_length(VALUE) > 0", &["value.is_empty()"]),
            (
                "varchar",
                "length(VALUE::text) <= 5",
                &["value.chars().count() > 5"],
            ),
            (
                "text",
                "VALUE IN ('a', 'b')",
                &["![\"a\", \"b\"].contains(&value.as_str())"],
            ),
            ("text[]", "cardinality(VALUE) <= 5", &["value.len() > 5"]),
            (
                "numeric",
                "VALUE > -1.50",
                &["value <= ::rowsmith_runtime::rust_decimal::Decimal::new(-150, 2)"],
            ),
        ] {
            let conditions = conditions(ty, check);
            assert_eq!(
                conditions.as_deref(),
                Some(&expected.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>()[..]),
                "{check}"
            );
        }
    }

    #[test]
    fn other_checks_are_left_to_the_server() {
        for (ty, check) in [
            ("int4", "VALUE > 0 OR VALUE < -5"),
            ("int4", "VALUE > 3000000000"),
            ("int2", "VALUE >= -32768"),
            ("int4", "VALUE % 2 = 0"),
            ("text", "VALUE LIKE '%@%'"),
            ("text", "VALUE > 'a'"),
            ("text", "VALUE <> 'say \"hi\"'"),
            ("text", "length(VALUE) >= 0"),
            ("text", "VALUE <> 'unterminated"),
            ("bpchar", "VALUE <> ''"),
            ("date", "VALUE > '2000-01-01'"),
        ] {
            assert_eq!(conditions(ty, check), None, "{check}");
        }
    }
}
