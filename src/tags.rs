//! Tags: lines `@rowsmith key = value, …` in the comments of a schema, which say what the configuration
//! could say.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::catalog::{Catalog, Function, QualifiedName};
use crate::config::{ArrayForm, TypeOverride};

/// What a tag line in a comment begins with.
const TAG: &str = "@rowsmith";

/// What stands in the comment of a table, view or type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ObjectTag {
    /// As in `[names]`.
    pub name: Option<String>,
    /// As in `exclude`.
    pub skip: bool,
    /// As in `[derives]`.
    pub derives: Vec<String>,
    /// As in `[attributes]`.
    pub attributes: Vec<String>,
    /// As in `[keys]`.
    pub key: Option<Vec<String>>,
}

/// What stands in the comment of a column or attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct MemberTag {
    /// As in `[names]`.
    pub name: Option<String>,
    /// As in `[columns]`.
    pub nullable: Option<bool>,
    /// As in `[columns]`.
    #[serde(rename = "type")]
    pub ty: Option<TypeOverride>,
    /// As in `[columns]`.
    pub array: Option<ArrayForm>,
    /// As in `[attributes]`.
    pub attributes: Vec<String>,
}

/// What stands in the comment of a function, procedure or sequence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct CallableTag {
    /// As in `[names]`.
    pub name: Option<String>,
    /// As in `exclude`.
    pub skip: bool,
}

/// What a comment is on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    Schema(&'a str),
    /// A table, view or type, after the word for it.
    Object(&'static str, &'a QualifiedName),
    /// A column or attribute, after the word for it.
    Member(&'static str, &'a QualifiedName, &'a str),
    ForeignKey(&'a QualifiedName, &'a str),
    /// A constraint or index of which nothing can be said.
    Other(&'a QualifiedName, &'a str),
    Function(&'a Function),
    Sequence(&'a QualifiedName),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(name) => write!(f, "the schema `{name}`"),
            Self::Object(word, name) => write!(f, "the {word} `{name}`"),
            Self::Member(word, of, name) => write!(f, "the {word} `{of}.{name}`"),
            Self::ForeignKey(of, name) => write!(f, "the foreign key `{of}.{name}`"),
            Self::Other(of, name) => write!(f, "`{of}.{name}`"),
            Self::Function(function) => write!(f, "the function `{}`", function.name),
            Self::Sequence(name) => write!(f, "the sequence `{name}`"),
        }
    }
}

/// All comments that hold a tag.
pub(crate) fn tags(catalog: &Catalog) -> impl Iterator<Item = (Subject<'_>, Tag)> {
    comments(catalog)
        .filter_map(|(subject, comment)| Some((subject, Tag::of(comment.as_deref()?)?)))
}

/// Every comment there is a place for.
fn comments(catalog: &Catalog) -> impl Iterator<Item = (Subject<'_>, &Option<String>)> {
    use Subject::{ForeignKey, Member, Object, Other, Schema, Sequence};

    let of_tables = catalog.tables.iter().flat_map(|table| {
        let of = &table.name;
        let columns = table.columns.iter();
        let primary = table.primary_key.iter();
        let others = (primary.map(|it| (&it.name, &it.comment)))
            .chain(table.unique_keys.iter().map(|it| (&it.name, &it.comment)))
            .chain(table.checks.iter().map(|it| (&it.name, &it.comment)))
            .chain(table.exclusions.iter().map(|it| (&it.name, &it.comment)))
            .chain(table.indexes.iter().map(|it| (&it.name, &it.comment)));
        let keys = table.foreign_keys.iter();
        [(Object("table", of), &table.comment)]
            .into_iter()
            .chain(columns.map(|it| (Member("column", of, &it.name), &it.comment)))
            .chain(keys.map(|it| (ForeignKey(of, &it.name), &it.comment)))
            .chain(others.map(|(name, comment)| (Other(of, name), comment)))
    });
    let of_views = catalog.views.iter().flat_map(|view| {
        let (of, columns, indexes) = (&view.name, view.columns.iter(), view.indexes.iter());
        [(Object("view", of), &view.comment)]
            .into_iter()
            .chain(columns.map(|it| (Member("column", of, &it.name), &it.comment)))
            .chain(indexes.map(|it| (Other(of, &it.name), &it.comment)))
    });
    let of_composites = catalog.composites.iter().flat_map(|ty| {
        let (of, attributes) = (&ty.name, ty.attributes.iter());
        [(Object("composite", of), &ty.comment)]
            .into_iter()
            .chain(attributes.map(|it| (Member("attribute", of, &it.name), &it.comment)))
    });
    let enums = catalog.enums.iter();
    let domains = catalog.domains.iter();
    let ranges = catalog.ranges.iter();
    let functions = catalog.functions.iter();
    let sequences = catalog.sequences.iter();
    (catalog
        .schemas
        .iter()
        .map(|it| (Schema(&it.name), &it.comment)))
    .chain(enums.map(|it| (Object("enum", &it.name), &it.comment)))
    .chain(domains.map(|it| (Object("domain", &it.name), &it.comment)))
    .chain(ranges.map(|it| (Object("range", &it.name), &it.comment)))
    .chain(of_composites)
    .chain(of_tables)
    .chain(of_views)
    .chain(functions.map(|it| (Subject::Function(it), &it.comment)))
    .chain(sequences.map(|it| (Sequence(&it.name), &it.comment)))
}

/// What the tag lines of a comment hold, as the inside of a table of TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String);

impl Tag {
    /// The tag lines of a comment; `None` when it has none.
    pub(crate) fn of(comment: &str) -> Option<Self> {
        if !comment.contains(TAG) {
            return None;
        }
        let mut lines = comment.lines().filter_map(tag_line).peekable();
        lines.peek()?;
        let lines = lines.map(|line| line.trim_end_matches([',', ' ', '\t']));
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        Some(Self(lines.join(", ")))
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is wrong, when it is no list of `key = value` or holds an unknown key.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Whole<T> {
            tag: T,
        }
        let whole: Result<Whole<T>, _> = toml::from_str(&format!("tag = {{ {} }}", self.0));
        whole
            .map(|whole| whole.tag)
            .map_err(|error| error.message().replace('\n', ", "))
    }
}

/// The lines of a comment that are no tag.
pub(crate) fn without_tags(comment: &str) -> impl Iterator<Item = &str> {
    comment.lines().filter(|line| tag_line(line).is_none())
}

/// What follows `@rowsmith` on a line that begins with it.
fn tag_line(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix(TAG)?;
    let is_tag = rest.is_empty() || rest.starts_with(char::is_whitespace);
    is_tag.then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_whatever_they_end_in() {
        let comment = "Who.\n@rowsmith name = \"A\",\n@rowsmith\n  @rowsmith skip = true , \nx";
        let tag: ObjectTag = Tag::of(comment).unwrap().read().unwrap();
        assert_eq!((tag.name.as_deref(), tag.skip), (Some("A"), true));
        assert_eq!(without_tags(comment).collect::<Vec<_>>(), ["Who.", "x"]);
        let empty: ObjectTag = Tag::of("@rowsmith").unwrap().read().unwrap();
        assert_eq!(empty, ObjectTag::default());
        assert_eq!(Tag::of("@rowsmithy it is"), None);
        assert_eq!(Tag::of("see @rowsmith"), None);
    }
}
