//! Enums, domains, composites and ranges.

use super::comment;
use super::order::Item;
use super::words::{literal, qualified, quote, type_name};
use crate::catalog::{Catalog, Check, Composite, Domain, EnumType, Range};

pub(super) fn items(catalog: &Catalog, items: &mut Vec<Item>) {
    items.extend(catalog.enums.iter().map(enum_type));
    items.extend(catalog.domains.iter().map(domain));
    items.extend(catalog.composites.iter().map(composite));
    items.extend(catalog.ranges.iter().map(range));
}

/// `CREATE TYPE … (` and a list, one on a line, as all long lists here are.
pub(super) fn listed(head: &str, lines: &[String], tail: &str) -> String {
    if lines.is_empty() {
        return format!("{head} (){tail};\n");
    }
    format!("{head} (\n    {}\n){tail};\n", lines.join(",\n    "))
}

fn enum_type(ty: &EnumType) -> Item {
    let name = qualified(&ty.name);
    let labels: Vec<String> = ty.labels.iter().map(|label| literal(label)).collect();
    let mut sql = listed(&format!("CREATE TYPE {name} AS ENUM"), &labels, "");
    sql += &comment(&format!("TYPE {name}"), ty.comment.as_deref());
    Item {
        provides: vec![ty.name.clone()],
        sql,
        what: format!("the enum type `{}`", ty.name),
        ..Item::default()
    }
}

fn domain(domain: &Domain) -> Item {
    let name = qualified(&domain.name);
    let mut item = Item {
        provides: vec![domain.name.clone()],
        what: format!("the domain `{}`", domain.name),
        ..Item::default()
    };
    item.needs_type(&domain.base);
    let mut sql = format!("CREATE DOMAIN {name} AS {}", type_name(&domain.base));
    if let Some(default) = &domain.default {
        item.needs_text(default);
        sql += &format!("\n    DEFAULT {default}");
    }
    if domain.not_null {
        sql += "\n    NOT NULL";
    }
    for check in domain.checks.iter().filter(|check| !check.not_valid) {
        sql += &format!("\n    {}", check_constraint(check));
    }
    sql += ";\n";
    sql += &comment(&format!("DOMAIN {name}"), domain.comment.as_deref());
    for check in &domain.checks {
        item.needs_text(&check.expression);
        if check.not_valid {
            let check = check_constraint(check);
            sql += &format!("ALTER DOMAIN {name} ADD {check} NOT VALID;\n");
        }
        let on = format!("CONSTRAINT {} ON DOMAIN {name}", quote(&check.name));
        sql += &comment(&on, check.comment.as_deref());
    }
    item.sql = sql;
    item
}

/// `CONSTRAINT "a" CHECK (…)`.
pub(super) fn check_constraint(check: &Check) -> String {
    let no_inherit = if check.no_inherit { " NO INHERIT" } else { "" };
    let name = quote(&check.name);
    format!("CONSTRAINT {name} CHECK ({}){no_inherit}", check.expression)
}

fn composite(ty: &Composite) -> Item {
    let name = qualified(&ty.name);
    let mut item = Item {
        provides: vec![ty.name.clone()],
        what: format!("the composite type `{}`", ty.name),
        ..Item::default()
    };
    let mut lines = Vec::new();
    let mut comments = comment(&format!("TYPE {name}"), ty.comment.as_deref());
    for attribute in &ty.attributes {
        item.needs_type(&attribute.ty);
        let attribute_name = quote(&attribute.name);
        lines.push(format!("{attribute_name} {}", type_name(&attribute.ty)));
        let on = format!("COLUMN {name}.{attribute_name}");
        comments += &comment(&on, attribute.comment.as_deref());
    }
    item.sql = listed(&format!("CREATE TYPE {name} AS"), &lines, "") + &comments;
    item
}

fn range(ty: &Range) -> Item {
    let name = qualified(&ty.name);
    let mut item = Item {
        provides: vec![ty.name.clone()],
        what: format!("the range type `{}`", ty.name),
        ..Item::default()
    };
    item.needs_type(&ty.subtype);
    let mut lines = vec![format!("SUBTYPE = {}", type_name(&ty.subtype))];
    if let Some(multirange) = &ty.multirange {
        item.provides.push(multirange.clone());
        lines.push(format!("MULTIRANGE_TYPE_NAME = {}", qualified(multirange)));
    }
    item.sql = listed(&format!("CREATE TYPE {name} AS RANGE"), &lines, "")
        + &comment(&format!("TYPE {name}"), ty.comment.as_deref());
    item
}
