//! What the configuration says about names, derives and attributes, and whether it says it of anything.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};

use super::names::{self, Grant, Holder};
use crate::catalog::QualifiedName;
use crate::config::Config;
use crate::diagnostics::Diagnostic;

/// The part of the configuration that [`super::resolve`] needs, checked.
pub(super) struct Settings<'a> {
    names: BTreeMap<&'a str, String>,
    relations: BTreeMap<&'a str, [Option<String>; 3]>,
    derives: Vec<Pattern<'a>>,
    attributes: Vec<Pattern<'a>>,
    used: RefCell<BTreeSet<String>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

/// Which of the relations on a foreign key is meant; the index into what is configured for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// From the referencing row.
    Forward = 0,
    /// From the referenced row back.
    Inverse = 1,
    /// Through a junction table.
    ManyToMany = 2,
}

impl Side {
    /// The key in `[relations]`.
    fn key(self) -> &'static str {
        match self {
            Self::Forward => "name",
            Self::Inverse => "inverse",
            Self::ManyToMany => "many_to_many",
        }
    }
}

/// Derives or attributes for what a pattern on `schema.name` matches.
struct Pattern<'a> {
    section: &'static str,
    text: &'a str,
    matcher: GlobMatcher,
    values: &'a [String],
    used: Cell<bool>,
}

impl<'a> Settings<'a> {
    /// Reads and checks the configuration.
    pub(super) fn new(config: &'a Config) -> Self {
        let mut diagnostics = Vec::new();
        let mut check = |section: &str, key: &str, name: &str| {
            let identifier = names::identifier(name);
            if identifier.is_none() {
                diagnostics.push(
                    Diagnostic::error(format!(
                        "`{name}`, configured for `{key}`, is not a Rust identifier"
                    ))
                    .help(format!("change `{key:?}` under `[{section}]`")),
                );
            }
            identifier
        };
        let mut names = BTreeMap::new();
        for (key, name) in &config.names {
            if let Some(name) = check("names", key, name) {
                names.insert(key.as_str(), name);
            }
        }
        let mut relations = BTreeMap::new();
        for (key, relation) in &config.relations {
            let sides = [&relation.name, &relation.inverse, &relation.many_to_many];
            let sides =
                sides.map(|name| name.as_ref().and_then(|name| check("relations", key, name)));
            relations.insert(key.as_str(), sides);
        }
        let derives = patterns("derives", &config.derives, is_path, &mut diagnostics);
        let attributes = patterns(
            "attributes",
            &config.attributes,
            is_attribute,
            &mut diagnostics,
        );
        Self {
            names,
            relations,
            derives,
            attributes,
            used: RefCell::default(),
            diagnostics: RefCell::new(diagnostics),
        }
    }

    /// The configured name of a schema, object or member.
    pub(super) fn name(&self, holder: &Holder<'_>) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let key = key(holder);
        let name = self.names.get(key.as_str())?;
        self.used.borrow_mut().insert(key);
        Some(name)
    }

    /// The configured name of a relation that rests on a foreign key.
    pub(super) fn relation(
        &self,
        table: &QualifiedName,
        foreign_key: &str,
        side: Side,
    ) -> Option<&str> {
        if self.relations.is_empty() {
            return None;
        }
        let key = format!("{table}.{foreign_key}");
        let name = self.relations.get(key.as_str())?[side as usize].as_deref();
        if name.is_some() {
            self.used.borrow_mut().insert(use_of(&key, side));
        }
        name
    }

    /// The configured derives for an object, but for those it has anyway.
    pub(super) fn derives(&self, name: &QualifiedName, usual: &[&str]) -> Vec<String> {
        let mut derives = matching(&self.derives, name);
        derives.retain(|derive| !usual.contains(&derive.as_str()));
        derives
    }

    /// The configured attributes for an object.
    pub(super) fn attributes(&self, name: &QualifiedName) -> Vec<String> {
        matching(&self.attributes, name)
    }

    /// Says something to the user.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Says who lost a name to whom, if anybody did. `thing` is what is named: `field`, `struct`.
    pub(super) fn report_loss(
        &self,
        thing: &str,
        holder: Holder<'_>,
        grant: &Grant<'_>,
        configured: bool,
    ) {
        let Some((wanted, other)) = &grant.lost else {
            return;
        };
        let key = key(&holder);
        self.report(
            loss(thing, &holder, wanted, other, &grant.name, configured).help(format!(
                "choose a name in the configuration: `{key:?} = \"…\"` under `[names]`"
            )),
        );
    }

    /// The same for the module of the schema as a whole.
    pub(super) fn report_whole(&self, wanted: &str, other: Holder<'_>, name: &str) {
        self.report(
            Diagnostic::note(format!(
                "the module with `SCHEMA_SQL` can't be called `{wanted}`, which belongs to {other}; it is \
                 called `{name}`"
            ))
            .help(format!(
                "its items are at the root of the tree, too; choose a name in the configuration if you \
                 want the module: `{:?} = \"…\"` under `[names]`",
                key(&other)
            )),
        );
    }

    /// The same for a relation.
    pub(super) fn report_relation_loss(
        &self,
        holder: Holder<'_>,
        side: Side,
        wanted: &str,
        other: Holder<'_>,
        name: &str,
        configured: bool,
    ) {
        let key = key(&holder);
        let side = side.key();
        self.report(
            loss("relation", &holder, wanted, &other, name, configured).help(format!(
                "choose a name in the configuration: `{side} = \"…\"` under `[relations.{key:?}]`"
            )),
        );
    }

    /// Everything that was to be said, and which settings say nothing of this schema.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        let used = self.used.into_inner();
        for key in self.names.keys() {
            if !used.contains(*key) {
                diagnostics.push(unmatched("names", key, "nothing is called so").help(
                    "the key is `schema.name` of a table, view or type, `schema.name.member` of a \
                     column, label, attribute or constraint, or a schema's name",
                ));
            }
        }
        for (key, sides) in &self.relations {
            for side in [Side::Forward, Side::Inverse, Side::ManyToMany] {
                if sides[side as usize].is_some() && !used.contains(&use_of(key, side)) {
                    let what =
                        format!("no foreign key gives a relation to be its `{}`", side.key());
                    diagnostics.push(
                        unmatched("relations", key, &what)
                            .help("the key is `schema.table.constraint` of a foreign key"),
                    );
                }
            }
        }
        for pattern in self.derives.iter().chain(&self.attributes) {
            if !pattern.used.get() {
                let what = "no table, view or type matches it";
                diagnostics.push(
                    unmatched(pattern.section, pattern.text, what)
                        .help("the key is a pattern on `schema.name`, like `public.*`"),
                );
            }
        }
        diagnostics
    }
}

fn loss(
    thing: &str,
    holder: &Holder<'_>,
    wanted: &str,
    other: &Holder<'_>,
    name: &str,
    configured: bool,
) -> Diagnostic {
    let message = format!(
        "the {thing} of {holder} can't be called `{wanted}`, which belongs to {other}; it is called \
         `{name}`"
    );
    if configured {
        Diagnostic::error(message)
    } else {
        Diagnostic::warning(message)
    }
}

/// Says that an entry of the configuration says nothing of this schema.
pub(super) fn unmatched(section: &str, key: &str, what: &str) -> Diagnostic {
    Diagnostic::warning(format!("`{key}` under `[{section}]` has no effect: {what}"))
}

/// The key under `[names]` or `[relations]`.
fn key(holder: &Holder<'_>) -> String {
    match holder {
        Holder::Reserved => String::new(),
        Holder::Schema(name) => (*name).to_owned(),
        Holder::Object(_, name) => name.to_string(),
        Holder::Member(_, of, name) => format!("{of}.{name}"),
    }
}

/// Neither a key of `[names]` nor of another side.
fn use_of(key: &str, side: Side) -> String {
    format!("{key}\n{}", side.key())
}

fn patterns<'a>(
    section: &'static str,
    configured: &'a BTreeMap<String, Vec<String>>,
    valid: impl Fn(&str) -> bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Pattern<'a>> {
    let mut patterns = Vec::new();
    for (text, values) in configured {
        for value in values.iter().filter(|value| !valid(value)) {
            let example = match section {
                "derives" => "a path like `Eq` or `::serde::Serialize`",
                _ => "a whole attribute like `#[non_exhaustive]`",
            };
            diagnostics.push(
                Diagnostic::error(format!("`{value}` can't stand under `[{section}]`"))
                    .help(format!("`{text:?}` wants {example}")),
            );
        }
        match Glob::new(text) {
            Ok(glob) => patterns.push(Pattern {
                section,
                text,
                matcher: glob.compile_matcher(),
                values,
                used: Cell::new(false),
            }),
            Err(error) => diagnostics.push(
                Diagnostic::error(format!(
                    "`{text}` under `[{section}]` is not a pattern: {}",
                    error.kind()
                ))
                .help("`*` stands for any text, `?` for one character, `{a,b}` for either"),
            ),
        }
    }
    patterns
}

fn matching(patterns: &[Pattern<'_>], name: &QualifiedName) -> Vec<String> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let name = name.to_string();
    let mut values: Vec<String> = Vec::new();
    for pattern in patterns {
        if pattern.matcher.is_match(&name) {
            pattern.used.set(true);
            for value in pattern.values {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
        }
    }
    values
}

fn is_path(text: &str) -> bool {
    let path = text.strip_prefix("::").unwrap_or(text);
    path.split("::")
        .all(|part| matches!(part, "crate" | "super" | "self") || names::identifier(part).is_some())
}

fn is_attribute(text: &str) -> bool {
    text.starts_with("#[") && text.ends_with(']')
}
