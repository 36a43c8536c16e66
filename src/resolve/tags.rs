//! What the tags in the comments of a schema say, as far as it can be.
//!
//! Whoever may write a comment is not always who may write the configuration, so faults are warned of only,
//! and attributes are those of a list.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::names::{self, Case};
use super::overrides;
use super::routines;
use super::settings;
use crate::catalog::{Catalog, QualifiedName};
use crate::config::{ColumnSettings, RelationNames};
use crate::diagnostics::Diagnostic;
use crate::tags::{CallableTag, MemberTag, ObjectTag, Subject, Tag, tags};

/// What the comments say, which the configuration comes before. The keys are those of its sections.
#[derive(Default)]
pub(super) struct Tags {
    pub names: BTreeMap<String, String>,
    pub columns: BTreeMap<String, ColumnSettings>,
    pub relations: BTreeMap<String, RelationNames>,
    pub derives: BTreeMap<String, Vec<String>>,
    pub attributes: BTreeMap<String, Vec<String>>,
    pub keys: BTreeMap<String, Vec<String>>,
    pub diagnostics: Vec<Diagnostic>,
}

/// What nothing can be said of.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Tags {
    /// Reads the tags of a Catalog.
    pub(super) fn read(catalog: &Catalog) -> Self {
        let mut read = Self::default();
        for (subject, tag) in tags(catalog) {
            match subject {
                Subject::Object(_, name) => read.object(subject, name, &tag),
                Subject::Member(_, of, name) => read.member(subject, of, name, &tag),
                Subject::ForeignKey(of, name) => read.foreign_key(subject, of, name, &tag),
                Subject::Function(function) => {
                    let key = routines::signature(function);
                    read.callable(subject, key, Some(Case::Snake), &tag);
                }
                Subject::Sequence(name) => read.callable(subject, name.to_string(), None, &tag),
                Subject::Schema(_) | Subject::Other(..) => {
                    read.take::<Nothing>(subject, &tag);
                }
            }
        }
        read
    }

    fn object(&mut self, subject: Subject<'_>, name: &QualifiedName, tag: &Tag) {
        let Some(tag) = self.take::<ObjectTag>(subject, tag) else {
            return;
        };
        let key = name.to_string();
        let rust = self.name(subject, tag.name, Some(Case::Camel));
        self.names.extend(rust.map(|it| (key.clone(), it)));
        self.keys.extend(tag.key.map(|it| (key.clone(), it)));
        let derives = self.fit(
            subject,
            tag.derives,
            settings::is_path,
            "derives",
            "a path like `Eq`",
        );
        if !derives.is_empty() {
            self.derives.insert(key.clone(), derives);
        }
        self.add_attributes(subject, key, tag.attributes);
    }

    fn member(&mut self, subject: Subject<'_>, of: &QualifiedName, name: &str, tag: &Tag) {
        let Some(tag) = self.take::<MemberTag>(subject, tag) else {
            return;
        };
        let key = format!("{of}.{name}");
        let rust = self.name(subject, tag.name, Some(Case::Snake));
        self.names.extend(rust.map(|it| (key.clone(), it)));
        let ty = tag.ty.filter(|ty| match overrides::check(ty) {
            Ok(_) => true,
            Err((problem, help)) => {
                self.warn(subject, &problem, help);
                false
            }
        });
        if ty.is_some() && tag.array.is_some() {
            let problem = "`array` says nothing beside `type`, which is that of the whole array";
            self.warn(subject, problem, "leave one of the two out");
        }
        let columns = ColumnSettings {
            nullable: tag.nullable,
            ty,
            array: tag.array,
        };
        if columns != ColumnSettings::default() {
            self.columns.insert(key.clone(), columns);
        }
        self.add_attributes(subject, key, tag.attributes);
    }

    fn foreign_key(&mut self, subject: Subject<'_>, of: &QualifiedName, name: &str, tag: &Tag) {
        let Some(tag) = self.take::<RelationNames>(subject, tag) else {
            return;
        };
        let names = RelationNames {
            name: self.name(subject, tag.name, Some(Case::Snake)),
            inverse: self.name(subject, tag.inverse, Some(Case::Snake)),
            many_to_many: self.name(subject, tag.many_to_many, Some(Case::Snake)),
            skip: tag.skip,
        };
        self.relations.insert(format!("{of}.{name}"), names);
    }

    fn callable(&mut self, subject: Subject<'_>, key: String, case: Option<Case>, tag: &Tag) {
        if let Some(tag) = self.take::<CallableTag>(subject, tag) {
            let rust = self.name(subject, tag.name, case);
            self.names.extend(rust.map(|it| (key, it)));
        }
    }

    /// A name as an identifier, if it is one that rustc does not warn of.
    fn name(
        &mut self,
        subject: Subject<'_>,
        name: Option<String>,
        case: Option<Case>,
    ) -> Option<String> {
        let name = name?;
        let identifier = names::identifier(&name);
        let fits = |it: &String| case.is_none_or(|case| case.fits(it));
        let identifier = identifier.filter(fits);
        if identifier.is_none() {
            let within = case.map(|case| format!(" in {}", case.word()));
            let problem = format!(
                "`{name}` is not a Rust identifier{}",
                within.unwrap_or_default()
            );
            self.warn(subject, &problem, "change the line `@rowsmith …`");
        }
        identifier
    }

    fn add_attributes(&mut self, subject: Subject<'_>, key: String, attributes: Vec<String>) {
        let wanted = "`#[non_exhaustive]`, `#[must_use]`, `#[deprecated]`, `#[allow(…)]`, `#[serde(…)]`, \
                      `#[doc(alias = …)]` or `#[doc(hidden)]`; others are for the configuration";
        let attributes = self.fit(subject, attributes, is_harmless, "attributes", wanted);
        if !attributes.is_empty() {
            self.attributes.insert(key, attributes);
        }
    }

    /// Those of some values that may stand in a tag.
    fn fit(
        &mut self,
        subject: Subject<'_>,
        values: Vec<String>,
        fits: fn(&str) -> bool,
        key: &str,
        wanted: &str,
    ) -> Vec<String> {
        let (good, bad): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| fits(value));
        for value in bad {
            let problem = format!("`{value}` can't stand among the `{key}`");
            self.warn(subject, &problem, &format!("they want {wanted}"));
        }
        good
    }

    fn warn(&mut self, subject: Subject<'_>, problem: &str, help: &str) {
        let message = format!("in the tag in the comment of {subject}: {problem}");
        self.diagnostics
            .push(Diagnostic::warning(message).help(help));
    }

    fn take<T: DeserializeOwned>(&mut self, subject: Subject<'_>, tag: &Tag) -> Option<T> {
        let read = tag.read();
        read.map_err(|problem| {
            self.diagnostics.push(
                Diagnostic::warning(format!(
                    "the tag in the comment of {subject} can't be read: {problem}"
                ))
                .help(
                    "a tag is a line like `@rowsmith name = \"Human\", derives = [\"Eq\"]`; \
                     `docs/configuration.md` tells what can be said of what",
                ),
            );
        })
        .ok()
    }
}

/// An attribute that calls no macro and runs no code at compile time.
fn is_harmless(text: &str) -> bool {
    let Some(inside) = text.strip_prefix("#[").and_then(|it| it.strip_suffix(']')) else {
        return false;
    };
    let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, rest) = inside.split_at(end.unwrap_or(inside.len()));
    let rest = rest.trim();
    let fits = match name {
        "non_exhaustive" => rest.is_empty(),
        "must_use" | "deprecated" => rest.is_empty() || rest.starts_with(['=', '(']),
        "allow" | "serde" => rest.starts_with('('),
        "doc" => {
            let inner = rest.strip_prefix('(').map(str::trim_start);
            inner.is_some_and(|it| it.starts_with("alias") || it.starts_with("hidden"))
        }
        _ => false,
    };
    fits && is_one_attribute(text)
}

/// Comments of a schema may not become other Rust than an attribute: the first bracket closes at the end.
/// Where it closes is plain but for raw strings, single quotes and comments, which are refused, as macros are.
fn is_one_attribute(text: &str) -> bool {
    let mut chars = text.char_indices().skip(1).peekable();
    let mut open = Vec::new();
    let mut before = '#';
    while let Some((at, c)) = chars.next() {
        match c {
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}' => {
                let pair = matches!(
                    (open.pop(), c),
                    (Some('('), ')') | (Some('['), ']') | (Some('{'), '}')
                );
                if !pair || (open.is_empty() && at + 1 != text.len()) {
                    return false;
                }
            }
            '"' if matches!(before, 'r' | '#') => return false,
            '"' => loop {
                match chars.next() {
                    Some((_, '\\')) => drop(chars.next()),
                    Some((_, '"')) => break,
                    Some(_) => {}
                    None => return false,
                }
            },
            '/' | '\'' | '!' => return false,
            c if c.is_control() => return false,
            _ => {}
        }
        before = c;
    }
    open.is_empty()
}
