//! Names, strings and types as SQL. Nothing in a name or a string can become anything else.

use crate::catalog::{QualifiedName, TypeRef};

/// Characters that a terminal would act on, or that nobody would see.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// `"users"`; `U&"…"` where the name has characters that are not seen (PostgreSQL manual, 4.1.1).
pub(super) fn quote(name: &str) -> String {
    let doubled = name.replace('"', "\"\"");
    if !name.contains(is_hidden) {
        return format!("\"{doubled}\"");
    }
    let escaped: String = doubled
        .chars()
        .map(|c| match c {
            '\\' => "\\\\".to_owned(),
            c if is_hidden(c) => format!("\\{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("U&\"{escaped}\"")
}

/// `"public"."users"`.
pub(super) fn qualified(name: &QualifiedName) -> String {
    format!("{}.{}", quote(&name.schema), quote(&name.name))
}

/// `("a", "b")`.
pub(super) fn columns(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    format!("({})", quoted.join(", "))
}

/// `'it''s'`; `E'…'` where it holds a backslash or characters that are not seen, line ends aside.
pub(super) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    let hidden = |c: char| c != '\n' && is_hidden(c);
    if !text.contains(|c| c == '\\' || hidden(c)) {
        return format!("'{doubled}'");
    }
    let escaped: String = doubled
        .chars()
        .map(|c| match c {
            '\\' => "\\\\".to_owned(),
            c if hidden(c) => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("E'{escaped}'")
}

/// The type as PostgreSQL's `format_type` spells it, with a user's types quoted: `integer`,
/// `character varying(100)`, `"public"."role"[]`.
pub fn type_name(ty: &TypeRef) -> String {
    type_text(ty, qualified)
}

/// The same with names in a spelling of one's own.
pub fn type_text(ty: &TypeRef, name: impl Fn(&QualifiedName) -> String) -> String {
    let modifier = match &ty.modifier {
        Some(modifier) => format!("({modifier})"),
        None => String::new(),
    };
    let element = if ty.schema == "pg_catalog" {
        builtin(ty, &modifier)
    } else {
        name(&ty.qualified_name()) + &modifier
    };
    if ty.array {
        format!("{element}[]")
    } else {
        element
    }
}

fn builtin(ty: &TypeRef, modifier: &str) -> String {
    let name = match ty.name.as_str() {
        "bool" => "boolean",
        "int2" => "smallint",
        "int4" => "integer",
        "int8" => "bigint",
        "float4" => "real",
        "float8" => "double precision",
        "varchar" => "character varying",
        "varbit" => "bit varying",
        "bpchar" if !modifier.is_empty() => "character",
        "time" => return format!("time{modifier} without time zone"),
        "timetz" => return format!("time{modifier} with time zone"),
        "timestamp" => return format!("timestamp{modifier} without time zone"),
        "timestamptz" => return format!("timestamp{modifier} with time zone"),
        "interval" => match &ty.modifier {
            Some(fields) if fields.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                return format!("interval {fields}");
            }
            _ => "interval",
        },
        // Words that mean another type, or something else, without quotes.
        "bit" if modifier.is_empty() => "\"bit\"",
        "char" => "\"char\"",
        "any" => "\"any\"",
        name => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.chars().all(plain) {
                name
            } else {
                return quote(name) + modifier;
            }
        }
    };
    format!("{name}{modifier}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        assert_eq!(quote("users"), "\"users\"");
        assert_eq!(quote("a\"; DROP"), "\"a\"\"; DROP\"");
        assert_eq!(quote("a\u{1b}\\\""), "U&\"a\\001B\\\\\"\"\"");
    }

    #[test]
    fn strings_stay_strings() {
        assert_eq!(literal("it's\nso"), "'it''s\nso'");
        assert_eq!(literal("a\\'; DROP"), "E'a\\\\''; DROP'");
        assert_eq!(literal("a\r\u{202e}"), "E'a\\u000D\\u202E'");
    }

    #[test]
    fn types_are_spelled_out() {
        #[track_caller]
        fn check(name: &str, modifier: Option<&str>, expected: &str) {
            let ty = TypeRef {
                modifier: modifier.map(str::to_owned),
                ..TypeRef::builtin(name)
            };
            assert_eq!(type_name(&ty), expected);
        }
        check("int4", None, "integer");
        check("varchar", Some("10"), "character varying(10)");
        check("bpchar", None, "bpchar");
        check("bpchar", Some("2"), "character(2)");
        check("timestamptz", Some("3"), "timestamp(3) with time zone");
        check("interval", Some("3"), "interval(3)");
        check(
            "interval",
            Some("day to second(3)"),
            "interval day to second(3)",
        );
        check("char", None, "\"char\"");
        check("bit", Some("8"), "bit(8)");
        check("numeric", Some("10,2"), "numeric(10,2)");
    }
}
