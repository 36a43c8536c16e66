//! Tags: lines `@rowsmith key = value, …` in the comments of a schema, which say what the configuration
//! could say.

use std::borrow::Cow;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::catalog::{Catalog, QualifiedName};
use crate::config::{ColumnSettings, Config, MemberTag, ObjectTag, RelationNames, Tagged};
use crate::diagnostics::Diagnostic;

/// What the comments say, as a configuration that the user's own comes before.
pub(super) struct Tags<'a> {
    /// The Catalog without its tags.
    pub catalog: Cow<'a, Catalog>,
    pub config: Config,
    pub diagnostics: Vec<Diagnostic>,
}

/// What nothing can be said of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<'a> Tags<'a> {
    /// Reads the tags of a Catalog.
    pub(super) fn read(catalog: &'a Catalog) -> Self {
        let mut tags = Self {
            catalog: Cow::Borrowed(catalog),
            config: Config::default(),
            diagnostics: Vec::new(),
        };
        if comments(catalog).any(|comment| Tagged::new(comment).is_some()) {
            let mut bare = catalog.clone();
            tags.take_all(&mut bare);
            tags.catalog = Cow::Owned(bare);
        }
        tags
    }

    fn take_all(&mut self, catalog: &mut Catalog) {
        for schema in &mut catalog.schemas {
            let what = format!("the schema `{}`", schema.name);
            self.take::<Nothing>(&mut schema.comment, what);
        }
        for ty in &mut catalog.enums {
            self.object("enum", &ty.name, &mut ty.comment);
        }
        for domain in &mut catalog.domains {
            self.object("domain", &domain.name, &mut domain.comment);
        }
        for ty in &mut catalog.composites {
            self.object("composite", &ty.name, &mut ty.comment);
            for attribute in &mut ty.attributes {
                let (name, comment) = (&attribute.name, &mut attribute.comment);
                self.member("attribute", &ty.name, name, comment);
            }
        }
        for table in &mut catalog.tables {
            self.object("table", &table.name, &mut table.comment);
            for column in &mut table.columns {
                self.member("column", &table.name, &column.name, &mut column.comment);
            }
            for key in &mut table.foreign_keys {
                let name = format!("{}.{}", table.name, key.name);
                let what = format!("the foreign key `{name}`");
                if let Some(names) = self.take::<RelationNames>(&mut key.comment, what) {
                    self.config.relations.insert(name, names);
                }
            }
            let primary = table.primary_key.iter_mut();
            let others = (primary.map(|it| (&it.name, &mut it.comment)))
                .chain((table.unique_keys.iter_mut()).map(|it| (&it.name, &mut it.comment)))
                .chain((table.checks.iter_mut()).map(|it| (&it.name, &mut it.comment)))
                .chain((table.exclusions.iter_mut()).map(|it| (&it.name, &mut it.comment)))
                .chain((table.indexes.iter_mut()).map(|it| (&it.name, &mut it.comment)));
            for (name, comment) in others {
                self.take::<Nothing>(comment, format!("`{}.{name}`", table.name));
            }
        }
        for view in &mut catalog.views {
            self.object("view", &view.name, &mut view.comment);
            for column in &mut view.columns {
                self.member("column", &view.name, &column.name, &mut column.comment);
            }
            for index in &mut view.indexes {
                let what = format!("`{}.{}`", view.name, index.name);
                self.take::<Nothing>(&mut index.comment, what);
            }
        }
    }

    fn object(&mut self, word: &str, name: &QualifiedName, comment: &mut Option<String>) {
        let what = format!("the {word} `{name}`");
        let Some(tag) = self.take::<ObjectTag>(comment, what) else {
            return;
        };
        let (key, config) = (name.to_string(), &mut self.config);
        config
            .names
            .extend(tag.name.map(|name| (key.clone(), name)));
        config.keys.extend(tag.key.map(|it| (key.clone(), it)));
        if !tag.derives.is_empty() {
            config.derives.insert(key.clone(), tag.derives);
        }
        if !tag.attributes.is_empty() {
            config.attributes.insert(key, tag.attributes);
        }
    }

    fn member(&mut self, word: &str, of: &QualifiedName, name: &str, comment: &mut Option<String>) {
        let key = format!("{of}.{name}");
        let what = format!("the {word} `{key}`");
        let Some(tag) = self.take::<MemberTag>(comment, what) else {
            return;
        };
        let config = &mut self.config;
        config
            .names
            .extend(tag.name.map(|name| (key.clone(), name)));
        if !tag.attributes.is_empty() {
            config.attributes.insert(key.clone(), tag.attributes);
        }
        let settings = ColumnSettings {
            nullable: tag.nullable,
            ty: tag.ty,
            array: tag.array,
        };
        if settings != ColumnSettings::default() {
            config.columns.insert(key, settings);
        }
    }

    fn take<T: DeserializeOwned>(
        &mut self,
        comment: &mut Option<String>,
        what: impl Display,
    ) -> Option<T> {
        let tagged = Tagged::new(comment.as_deref()?)?;
        comment.clone_from(&tagged.comment);
        let tag = tagged.read();
        tag.map_err(|problem| {
            self.diagnostics.push(
                Diagnostic::warning(format!(
                    "the tag in the comment of {what} can't be read: {problem}"
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

/// The comments in which there may be a tag.
fn comments(catalog: &Catalog) -> impl Iterator<Item = &str> {
    let of_tables = catalog.tables.iter().flat_map(|table| {
        let primary = table.primary_key.iter();
        (table.columns.iter().map(|it| &it.comment))
            .chain(primary.map(|it| &it.comment))
            .chain(table.unique_keys.iter().map(|it| &it.comment))
            .chain(table.foreign_keys.iter().map(|it| &it.comment))
            .chain(table.checks.iter().map(|it| &it.comment))
            .chain(table.exclusions.iter().map(|it| &it.comment))
            .chain(table.indexes.iter().map(|it| &it.comment))
            .chain([&table.comment])
    });
    let of_views = catalog.views.iter().flat_map(|view| {
        (view.columns.iter().map(|it| &it.comment))
            .chain(view.indexes.iter().map(|it| &it.comment))
            .chain([&view.comment])
    });
    let of_composites = catalog.composites.iter().flat_map(|ty| {
        let attributes = ty.attributes.iter();
        attributes.map(|it| &it.comment).chain([&ty.comment])
    });
    (catalog.schemas.iter().map(|it| &it.comment))
        .chain(catalog.enums.iter().map(|it| &it.comment))
        .chain(catalog.domains.iter().map(|it| &it.comment))
        .chain(of_composites)
        .chain(of_tables)
        .chain(of_views)
        .filter_map(|comment| comment.as_deref())
}
