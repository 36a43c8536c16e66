//! What of a Catalog becomes a file, and which partitions don't.

use std::collections::HashMap;

use super::names::{self, Holder, Words};
use super::settings::Settings;
use super::types::Types;
use crate::catalog::{Catalog, Composite, Domain, EnumType, QualifiedName, Range, Table, View};
use crate::config::Config;
use crate::patterns::Patterns;

/// What becomes a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Object<'a> {
    Table(&'a Table),
    View(&'a View),
    Enum(&'a EnumType),
    Composite(&'a Composite),
    /// A domain that has a type of its own.
    Domain(&'a Domain),
    Range(&'a Range),
    /// The multirange that came with a range.
    Multirange(&'a QualifiedName, &'a Range),
}

impl<'a> Object<'a> {
    /// The database name.
    pub(super) fn name(self) -> &'a QualifiedName {
        match self {
            Self::Table(table) => &table.name,
            Self::View(view) => &view.name,
            Self::Enum(ty) => &ty.name,
            Self::Composite(ty) => &ty.name,
            Self::Domain(domain) => &domain.name,
            Self::Range(range) => &range.name,
            Self::Multirange(name, _) => name,
        }
    }

    /// The object as one that holds names.
    pub(super) fn holder(self) -> Holder<'a> {
        let word = match self {
            Self::Table(_) => "table",
            Self::View(_) => "view",
            Self::Enum(_) => "enum",
            Self::Composite(_) => "composite",
            Self::Domain(_) => "domain",
            Self::Range(_) => "range",
            Self::Multirange(..) => "multirange",
        };
        Holder::Object(word, self.name())
    }

    /// What is put after a type's name that another object has.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Table(_) => "Row",
            Self::View(_) => "View",
            Self::Enum(_) => "Enum",
            Self::Composite(_) => "Composite",
            Self::Domain(_) => "Domain",
            Self::Range(_) => "Range",
            Self::Multirange(..) => "Multirange",
        }
    }

    /// Rows are spoken of in the singular, types are called what they are called.
    pub(super) fn singular(self, words: &Words) -> String {
        let snake = snake_or_unnamed(self.name());
        match self {
            Self::Table(_) | Self::View(_) => words.singular(&snake),
            _ => snake,
        }
    }
}

/// The `snake_case` of an object's name; a name that has nothing for an identifier is `unnamed`.
pub(super) fn snake_or_unnamed(name: &QualifiedName) -> String {
    let snake = names::snake(&name.name);
    if snake.is_empty() {
        "unnamed".to_owned()
    } else {
        snake
    }
}

/// All that becomes a file.
pub(super) struct Objects<'a> {
    /// In no order.
    pub all: Vec<Object<'a>>,
    /// The partitions that have no struct, with the table that they are of.
    hidden: HashMap<&'a QualifiedName, &'a QualifiedName>,
}

impl<'a> Objects<'a> {
    /// A partition is served by the table it is a partition of, unless that was left out of the Catalog or
    /// the partition is asked for. A composite or range that can't be read has no struct.
    pub(super) fn new(
        catalog: &'a Catalog,
        config: &Config,
        types: &Types<'a>,
        settings: &Settings,
    ) -> Self {
        let asked = Patterns::new("`partitions`", &config.partitions, |it| settings.report(it));
        let known: HashMap<&QualifiedName, &Table> =
            catalog.tables.iter().map(|t| (&t.name, t)).collect();
        let mut hidden = HashMap::new();
        let mut tables = Vec::new();
        for table in &catalog.tables {
            let parent = table.partition_of.as_ref();
            match parent.filter(|parent| known.contains_key(parent)) {
                Some(parent) if !asked.matches(&table.name) => {
                    hidden.insert(&table.name, parent);
                }
                _ => tables.push(Object::Table(table)),
            }
        }
        asked.report_idle("partition", |it| settings.report(it));
        let composites = catalog
            .composites
            .iter()
            .filter(|composite| types.is_readable(composite));
        let domains = catalog.domains.iter();
        let domains = domains.filter(|domain| types.is_newtype(domain));
        let ranges = catalog.ranges.iter();
        let ranges = ranges.filter(|range| types.is_range_readable(range));
        let multiranges = ranges
            .clone()
            .filter(|range| types.is_multirange_readable(range))
            .filter_map(|range| Some(Object::Multirange(range.multirange.as_ref()?, range)));
        let all = (tables.into_iter())
            .chain(catalog.views.iter().map(Object::View))
            .chain(catalog.enums.iter().map(Object::Enum))
            .chain(composites.map(Object::Composite))
            .chain(domains.map(Object::Domain))
            .chain(ranges.clone().map(Object::Range))
            .chain(multiranges);
        Self {
            all: all.collect(),
            hidden,
        }
    }

    /// The tables that have a struct.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.all.iter().filter_map(|object| match object {
            Object::Table(table) => Some(*table),
            _ => None,
        })
    }

    /// The views, which all have one.
    pub(super) fn views(&self) -> impl Iterator<Item = &'a View> {
        self.all.iter().filter_map(|object| match object {
            Object::View(view) => Some(*view),
            _ => None,
        })
    }

    /// The table that serves a partition without a struct.
    pub(super) fn served_by(&self, partition: &QualifiedName) -> Option<&'a QualifiedName> {
        let parents = std::iter::successors(self.hidden.get(partition), |parent| {
            self.hidden.get(*parent)
        });
        parents.take(self.hidden.len()).last().copied()
    }

    /// The same by the name under which a setting speaks of it.
    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.hidden
            .keys()
            .any(|partition| partition.to_string() == name)
    }
}

/// What to do about a setting of a partition without a struct.
pub(super) const HIDDEN: &str = "a partition has a struct of its own when `partitions` names it; \
    otherwise say it of its table";
