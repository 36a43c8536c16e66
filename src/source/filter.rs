//! `include` and `exclude`: which of a Catalog's objects are taken.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, QualifiedName, TypeRef};
use crate::diagnostics::Diagnostic;
use crate::patterns::Patterns;
use crate::tags::{CallableTag, ObjectTag, Subject, Tag, tags};

/// Keeps the tables, views, functions and free-standing sequences that the patterns on `schema.name` take.
/// A type stays when the patterns take it or something that stays uses it; a sequence stays with its table.
/// Of the schemas those stay that still hold something.
pub fn filter(
    catalog: &mut Catalog,
    include: &[String],
    exclude: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let all_functions = catalog.functions.len();
    catalog.functions.retain(|function| {
        let tag = function.comment.as_deref().and_then(Tag::of);
        !tag.is_some_and(|tag| tag.read().is_ok_and(|tag: CallableTag| tag.skip))
    });
    let skipped = skipped(catalog);
    let nothing_skipped = skipped.is_empty() && catalog.functions.len() == all_functions;
    if include.is_empty() && exclude.is_empty() && nothing_skipped {
        return;
    }
    let include = Patterns::new("`include`", include, |it| diagnostics.push(it));
    let exclude = Patterns::new("`exclude`", exclude, |it| diagnostics.push(it));
    // A pattern that matches nothing is a slip of the pen.
    for patterns in [&include, &exclude] {
        for name in names(catalog) {
            patterns.matches(name);
        }
        patterns.report_idle("table, view, function, sequence or type", |it| {
            diagnostics.push(it);
        });
    }
    retain(catalog, |name| {
        (include.is_empty() || include.matches(name))
            && !exclude.matches(name)
            && !skipped.contains(name)
    });
    for name in types(catalog).filter(|name| skipped.contains(name)) {
        diagnostics.push(
            Diagnostic::warning(format!(
                "`skip` in the comment of the type `{name}` has no effect: something that stays uses it"
            ))
            .help("skip what uses the type, too, or leave the line `@rowsmith …` out"),
        );
    }
}

/// What its own comment says to skip (`@rowsmith skip = true`). A tag that can't be read is reported when
/// the rest of it is of use.
fn skipped(catalog: &Catalog) -> BTreeSet<QualifiedName> {
    let mut skipped = BTreeSet::new();
    for (subject, tag) in tags(catalog) {
        let (name, skip) = match subject {
            Subject::Object(_, name) => (name, tag.read().is_ok_and(|tag: ObjectTag| tag.skip)),
            Subject::Sequence(name) => (name, tag.read().is_ok_and(|tag: CallableTag| tag.skip)),
            _ => continue,
        };
        if skip {
            skipped.insert(name.clone());
        }
    }
    skipped
}

fn names(catalog: &Catalog) -> impl Iterator<Item = &QualifiedName> {
    let tables = catalog.tables.iter().map(|table| &table.name);
    let views = catalog.views.iter().map(|view| &view.name);
    let functions = catalog.functions.iter().map(|function| &function.name);
    let sequences = catalog.sequences.iter().map(|sequence| &sequence.name);
    tables
        .chain(views)
        .chain(functions)
        .chain(sequences)
        .chain(types(catalog))
}

fn types(catalog: &Catalog) -> impl Iterator<Item = &QualifiedName> {
    let enums = catalog.enums.iter().map(|ty| &ty.name);
    let domains = catalog.domains.iter().map(|ty| &ty.name);
    let composites = catalog.composites.iter().map(|ty| &ty.name);
    let ranges = catalog.ranges.iter().map(|ty| &ty.name);
    enums.chain(domains).chain(composites).chain(ranges)
}

fn retain(catalog: &mut Catalog, taken: impl Fn(&QualifiedName) -> bool) {
    catalog.tables.retain(|table| taken(&table.name));
    catalog.views.retain(|view| taken(&view.name));
    catalog.functions.retain(|function| taken(&function.name));
    let tables: BTreeSet<QualifiedName> = catalog
        .tables
        .iter()
        .map(|table| table.name.clone())
        .collect();
    catalog
        .sequences
        .retain(|sequence| match &sequence.owned_by {
            Some(owner) => tables.contains(&owner.table),
            None => taken(&sequence.name),
        });
    let kept = used_types(catalog, &taken);
    catalog.enums.retain(|ty| kept.contains(&ty.name));
    catalog.domains.retain(|ty| kept.contains(&ty.name));
    catalog.composites.retain(|ty| kept.contains(&ty.name));
    catalog.ranges.retain(|ty| kept.contains(&ty.name));
    let schemas: BTreeSet<String> = names(catalog).map(|name| name.schema.clone()).collect();
    catalog
        .schemas
        .retain(|schema| schemas.contains(&schema.name));
}

/// The types that are taken themselves, and those that something kept is made of, however deep.
fn used_types(
    catalog: &Catalog,
    taken: impl Fn(&QualifiedName) -> bool,
) -> BTreeSet<QualifiedName> {
    let mut kept = BTreeSet::new();
    let mut open: Vec<QualifiedName> = types(catalog).filter(|name| taken(name)).cloned().collect();
    let columns = catalog
        .tables
        .iter()
        .flat_map(|table| &table.columns)
        .chain(catalog.views.iter().flat_map(|view| &view.columns))
        .map(|column| &column.ty);
    let signatures = catalog.functions.iter().flat_map(|function| {
        let arguments = function.arguments.iter().map(|argument| &argument.ty);
        arguments.chain(&function.returns)
    });
    open.extend(columns.chain(signatures).map(TypeRef::qualified_name));
    while let Some(name) = open.pop() {
        if name.schema == "pg_catalog" || !kept.insert(name.clone()) {
            continue;
        }
        if let Some(domain) = catalog.domain(&name) {
            open.push(domain.base.qualified_name());
        }
        if let Some(composite) = catalog.composites.iter().find(|ty| ty.name == name) {
            open.extend(composite.attributes.iter().map(|a| a.ty.qualified_name()));
        }
        let range = catalog
            .ranges
            .iter()
            .find(|ty| ty.name == name || ty.multirange.as_ref() == Some(&name));
        if let Some(range) = range {
            open.extend([range.name.clone(), range.subtype.qualified_name()]);
        }
    }
    kept
}
