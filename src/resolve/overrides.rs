//! Rust types that the configuration has for PostgreSQL's.

use std::collections::BTreeSet;

use super::rust_type;
use super::settings::Settings;
use super::types::{Override, Types};
use crate::catalog::{Catalog, QualifiedName, TypeRef};
use crate::config::{Config, TypeOverride};
use crate::diagnostics::Diagnostic;
use crate::patterns::{Parts, Section};

/// Gives the types that the configuration names the Rust types that it has for them. Where several
/// patterns match, the longest one wins.
pub(super) fn set_types<'a>(
    catalog: &'a Catalog,
    config: &Config,
    types: &mut Types<'a>,
    settings: &Settings,
) {
    let mut section = Section::new("types");
    for (key, rust) in &config.types {
        if let Some(rust) = checked("types", key, rust, settings) {
            section.add(key, rust);
        }
    }
    if section.is_empty() {
        return;
    }
    let names: BTreeSet<QualifiedName> = all_types(catalog).map(TypeRef::qualified_name).collect();
    for name in names {
        if let Some(rust) = section.get(&type_text(&name), Parts::Any) {
            types.set_override(name, rust.clone());
        }
    }
    settings.finish_section(
        &section,
        "no type that is used matches it",
        "the key is a pattern on a type's name: `numeric`, `timestamptz`, `public.email`",
    );
}

/// An override, unless what it says can't be; that is reported.
pub(super) fn checked(
    section: &str,
    key: &str,
    rust: &TypeOverride,
    settings: &Settings,
) -> Option<Override> {
    let checked = check(rust);
    checked
        .map_err(|(problem, help)| {
            let message = format!("for `{key}` under `[{section}]`: {problem}");
            settings.report(Diagnostic::error(message).help(help));
        })
        .ok()
}

/// An override, or what is wrong with it and what to do.
pub(super) fn check(rust: &TypeOverride) -> Result<Override, (String, &'static str)> {
    let (written, travels_as) = match rust {
        TypeOverride::Rust(rust) => (rust, None),
        TypeOverride::Through(through) => (&through.rust, Some(&through.travels_as)),
    };
    let Some(rust) = rust_type::normalized(written) else {
        return Err((
            format!("`{written}` is not a Rust type"),
            "give a type with its whole path: `crate::Email`, `::my_crate::Amount`, `String`",
        ));
    };
    match travels_as {
        Some(sql) if !is_sql_type(sql) => Err((
            format!("`{sql}` is not a type of PostgreSQL"),
            "`as` is the name of a type like `text`, `int8` or `public.hstore`",
        )),
        travels_as => Ok(Override {
            rust,
            travels_as: travels_as.cloned(),
        }),
    }
}

/// The types of columns and attributes, those that domains and ranges are of, and those of arguments.
fn all_types(catalog: &Catalog) -> impl Iterator<Item = &TypeRef> {
    let tables = catalog.tables.iter().flat_map(|table| &table.columns);
    let views = catalog.views.iter().flat_map(|view| &view.columns);
    let columns = tables.chain(views).map(|column| &column.ty);
    let attributes = catalog.composites.iter();
    let attributes = attributes.flat_map(|composite| &composite.attributes);
    let domains = catalog.domains.iter().map(|domain| &domain.base);
    let ranges = catalog.ranges.iter().map(|range| &range.subtype);
    let arguments = catalog.functions.iter();
    let arguments = arguments.flat_map(|f| f.arguments.iter().map(|a| &a.ty).chain(&f.returns));
    columns
        .chain(attributes.map(|attribute| &attribute.ty))
        .chain(domains)
        .chain(ranges)
        .chain(arguments)
}

/// `numeric`, `public.email`.
fn type_text(name: &QualifiedName) -> String {
    match name.schema.as_str() {
        "pg_catalog" => name.name.clone(),
        _ => name.to_string(),
    }
}

/// What can be the name of a type in SQL.
fn is_sql_type(text: &str) -> bool {
    let part = |part: &str| {
        let bare = part
            .strip_prefix('"')
            .and_then(|part| part.strip_suffix('"'));
        match bare {
            Some(bare) => !bare.is_empty() && !bare.contains('"'),
            None => {
                let first = part.chars().next();
                first.is_some_and(|c| c.is_alphabetic() || c == '_')
                    && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            }
        }
    };
    let text = text.strip_suffix("[]").unwrap_or(text);
    !text.is_empty() && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_name_is_a_type_in_sql() {
        for text in ["text", "public.hstore", "\"My\".\"type\"", "int4[]"] {
            assert!(is_sql_type(text), "{text}");
        }
        for text in [
            "",
            "text; DROP TABLE a",
            "a.",
            "\"a\"b\"",
            "1a",
            "varchar(5)",
        ] {
            assert!(!is_sql_type(text), "{text}");
        }
    }
}
