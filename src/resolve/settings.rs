//! What the configuration and the comments of the schema say about names, relations and the rest, and
//! whether they say it of anything.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::names::{self, Case, Grant, Holder, Words};
use super::tags::Tags;
use crate::catalog::QualifiedName;
pub(super) use crate::config::RelationSide as Side;
use crate::config::{ColumnSettings, Config, FunctionSetting, RelationNames, Skip};
use crate::diagnostics::Diagnostic;
use crate::patterns::{Origin, Parts, Section, unmatched};

/// The part of the configuration that [`super::resolve`] needs, checked.
pub(super) struct Settings {
    names: Section<String>,
    modules: Section<String>,
    columns: Section<ColumnSettings>,
    relations: [Section<String>; 3],
    skips: Section<Skip>,
    functions: Section<FunctionSetting>,
    derives: Section<Vec<String>>,
    attributes: Section<Vec<String>>,
    /// serde's traits are derived.
    serde: bool,
    /// Irregular singulars and plurals.
    pub words: Words,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

/// The module that is the root of the tree, under `[modules]`.
const ROOT: &str = ".";

impl Side {
    /// Each of them, in the order of [`Settings::relations`].
    const ALL: [Self; 3] = [Self::Name, Self::Inverse, Self::ManyToMany];

    /// The key in `[relations]`.
    fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Inverse => "inverse",
            Self::ManyToMany => "many_to_many",
        }
    }

    /// What is configured for it.
    fn of(self, names: &RelationNames) -> Option<&str> {
        match self {
            Self::Name => names.name.as_deref(),
            Self::Inverse => names.inverse.as_deref(),
            Self::ManyToMany => names.many_to_many.as_deref(),
        }
    }
}

/// What becomes of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted<'a> {
    /// It is called as it always is.
    AsEver,
    /// It has this name.
    Called(&'a str),
    /// It is left out.
    LeftOut,
}

/// What gets a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    Constant,
    Enum,
    Field,
    Function,
    Module,
    Relation,
    /// A function that calls one of the database's.
    Routine,
    Setter,
    Struct,
    Variant,
}

impl Thing {
    fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Enum => "Rust enum",
            Self::Field => "field",
            Self::Function => "function",
            Self::Module => "module",
            Self::Relation => "relation",
            Self::Routine => "Rust function",
            Self::Setter => "setter",
            Self::Struct => "struct",
            Self::Variant => "variant",
        }
    }

    fn case(self) -> Case {
        match self {
            Self::Enum | Self::Struct | Self::Variant => Case::Camel,
            Self::Constant => Case::Shouty,
            _ => Case::Snake,
        }
    }
}

impl Settings {
    /// Reads and checks the configuration, and what the comments of the schema say.
    pub(super) fn new(config: &Config, tags: &Tags) -> Self {
        let mut diagnostics = tags.diagnostics.clone();
        let relations = Side::ALL.map(|side| {
            let names = |of: &BTreeMap<String, RelationNames>| -> BTreeMap<String, String> {
                let named = of.iter();
                let named = named.filter_map(|(key, it)| Some((key.clone(), side.of(it)?.into())));
                named.collect()
            };
            let (names, tags) = (names(&config.relations), names(&tags.relations));
            identifiers("relations", &names, &tags, &mut diagnostics)
        });
        let names = identifiers("names", &config.names, &tags.names, &mut diagnostics);
        let none = BTreeMap::new();
        let modules = identifiers("modules", &config.modules, &none, &mut diagnostics);
        let mut skips = Section::new("relations");
        let skip = |it: &RelationNames| it.skip.clone();
        for (key, it) in &config.relations {
            skip(it)
                .into_iter()
                .for_each(|skip| skips.add(key, skip.clone()));
        }
        for (key, it) in &tags.relations {
            skip(it)
                .into_iter()
                .for_each(|skip| skips.add_tag(key, skip.clone()));
        }
        let mut columns = Section::new("columns");
        let settings = config.columns.iter();
        for (key, it) in settings {
            if it.ty.is_some() && it.array.is_some() {
                let what = "`array` says nothing beside `type`, which is that of the whole array";
                diagnostics.push(unmatched("columns", key, what).help("leave one of the two out"));
            }
            columns.add(key, it.clone());
        }
        let settings = tags.columns.iter();
        settings.for_each(|(key, it)| columns.add_tag(key, it.clone()));
        let mut functions = Section::new("functions");
        for (key, setting) in &config.functions {
            let setting = match setting {
                FunctionSetting::Take(_) => Some(setting.clone()),
                FunctionSetting::Name(name) => {
                    let name = checked("functions", key, name, &mut diagnostics);
                    let name = name.filter(|name| {
                        let fits = Case::Snake.fits(name);
                        if !fits {
                            diagnostics.push(
                                Diagnostic::error(format!(
                                    "`{name}`, configured for `{key}`, is not in snake_case, as rustc \
                                     wants it"
                                ))
                                .help(format!("change `{key:?}` under `[functions]`")),
                            );
                        }
                        fits
                    });
                    name.map(FunctionSetting::Name)
                }
            };
            setting
                .into_iter()
                .for_each(|it| functions.add(key, it.clone()));
        }
        let (of_file, of_tags) = (&config.derives, &tags.derives);
        let wanted = "a path like `Eq` or `::serde::Serialize`";
        let derives = lists(
            "derives",
            of_file,
            of_tags,
            is_path,
            wanted,
            &mut diagnostics,
        );
        let (of_file, of_tags) = (&config.attributes, &tags.attributes);
        let wanted = "a whole attribute like `#[non_exhaustive]`";
        let is = is_attribute;
        let attributes = lists("attributes", of_file, of_tags, is, wanted, &mut diagnostics);
        let words = Words::new(&config.words);
        for (plural, singular) in words.unspeakable(&config.words) {
            diagnostics.push(
                Diagnostic::error(format!(
                    "`{plural}` under `[words]` can't be the plural of `{singular}`"
                ))
                .help("both are words in snake_case: `\"data\" = \"datum\"`"),
            );
        }
        Self {
            names,
            modules,
            columns,
            relations,
            skips,
            functions,
            derives,
            attributes,
            serde: config.serde,
            words,
            diagnostics: RefCell::new(diagnostics),
        }
    }

    /// The configured name of a schema, object or member.
    pub(super) fn name(&self, holder: &Holder<'_>) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        let name = self.names.get(&key(holder), parts(holder));
        name.map(String::as_str)
    }

    /// The configured module of a schema that is no root, or of an object's file.
    pub(super) fn module(&self, holder: &Holder<'_>) -> Option<&str> {
        if self.modules.is_empty() {
            return None;
        }
        let name = self.modules.get(&key(holder), parts(holder))?;
        if name != ROOT {
            return Some(name);
        }
        if let Holder::Object(..) = holder {
            let key = key(holder);
            self.report(
                Diagnostic::error(format!("{holder} can't be at the root of the tree alone"))
                    .help(format!("give `{key:?}` under `[modules]` the name of a module, or its schema the `.`")),
            );
        }
        None
    }

    /// The schema whose module holds what is in a schema: the root's, or its own.
    pub(super) fn module_of<'s>(&self, schema: &'s str, root: &'s str) -> &'s str {
        if schema == root {
            return root;
        }
        let module = self.modules.get(schema, Parts::Schema);
        match module.is_some_and(|module| module == ROOT) {
            true => root,
            false => schema,
        }
    }

    /// What is configured for a column of a table or view, or an attribute of a composite.
    pub(super) fn column(&self, of: &QualifiedName, name: &str) -> ColumnSettings {
        let mut settings = ColumnSettings::default();
        if !self.columns.is_empty() {
            for more in self.columns.all(&format!("{of}.{name}"), Parts::Any) {
                settings.or(more);
            }
        }
        settings
    }

    /// Says that a setting of a column does not fit it. A pattern passes over what it does not fit.
    pub(super) fn report_column(
        &self,
        of: &QualifiedName,
        name: &str,
        setting: &str,
        problem: String,
    ) {
        let key = format!("{of}.{name}");
        match self.columns.origin(&key, Parts::Any) {
            Origin::Exact => self.report(
                Diagnostic::error(problem)
                    .help(format!("leave `{setting}` out of `[columns.{key:?}]`")),
            ),
            Origin::Pattern => {}
            Origin::Comment => self.report(
                Diagnostic::warning(format!("in the tag in its comment: {problem}"))
                    .help(format!("leave `{setting}` out of the line `@rowsmith …`")),
            ),
        }
    }

    /// The configured name of a relation that rests on a foreign key.
    pub(super) fn relation(
        &self,
        table: &QualifiedName,
        foreign_key: &str,
        side: Side,
    ) -> Option<&str> {
        let names = &self.relations[side as usize];
        if names.is_empty() {
            return None;
        }
        let name = names.get(&format!("{table}.{foreign_key}"), Parts::Any);
        name.map(String::as_str)
    }

    /// A foreign key gives no relations at all.
    pub(super) fn skips(&self, table: &QualifiedName, foreign_key: &str) -> bool {
        self.skip(table, foreign_key) == Some(&Skip::All(true))
    }

    /// A foreign key does not give this relation.
    pub(super) fn skips_side(&self, table: &QualifiedName, foreign_key: &str, side: Side) -> bool {
        match self.skip(table, foreign_key) {
            Some(Skip::Sides(sides)) => sides.contains(&side),
            Some(Skip::All(all)) => *all,
            None => false,
        }
    }

    fn skip(&self, table: &QualifiedName, foreign_key: &str) -> Option<&Skip> {
        if self.skips.is_empty() {
            return None;
        }
        self.skips
            .get(&format!("{table}.{foreign_key}"), Parts::Any)
    }

    /// What becomes of a function of a table's structs; `name` is what it is called without this.
    pub(super) fn function(&self, table: &QualifiedName, name: &str) -> Wanted<'_> {
        if self.functions.is_empty() {
            return Wanted::AsEver;
        }
        match self
            .functions
            .get(&format!("{table}.{}", names::bare(name)), Parts::Any)
        {
            Some(FunctionSetting::Name(other)) if other != name => Wanted::Called(other),
            Some(FunctionSetting::Take(false)) => Wanted::LeftOut,
            Some(_) | None => Wanted::AsEver,
        }
    }

    /// The configured derives for an object, but for those it has anyway.
    pub(super) fn derives(&self, name: &QualifiedName, usual: &[&str]) -> Vec<String> {
        let mut derives = merged(&self.derives, &name.to_string(), Parts::Any);
        derives.retain(|derive| !usual.contains(&derive.as_str()));
        derives
    }

    /// The configured attributes for an object.
    pub(super) fn attributes(&self, name: &QualifiedName) -> Vec<String> {
        merged(&self.attributes, &name.to_string(), Parts::Any)
    }

    /// The configured attributes for a field or variant.
    pub(super) fn member_attributes(&self, of: &QualifiedName, member: &str) -> Vec<String> {
        if self.attributes.is_empty() {
            return Vec::new();
        }
        merged(&self.attributes, &format!("{of}.{member}"), Parts::Member)
    }

    /// The configured attributes of a row by which serde names the fields, of its new row and patch, too.
    pub(super) fn serde_names(&self, name: &QualifiedName) -> Vec<String> {
        let mut attributes = self.attributes(name);
        attributes.retain(|it| self.serde && names_serde(it));
        attributes
    }

    /// The same for a field.
    pub(super) fn serde_member_names(&self, of: &QualifiedName, member: &str) -> Vec<String> {
        let mut attributes = self.member_attributes(of, member);
        attributes.retain(|it| self.serde && names_serde(it));
        attributes
    }

    /// The configured derives for the type of a key, but for those it has anyway.
    pub(super) fn key_derives(
        &self,
        table: &QualifiedName,
        column: &str,
        usual: &[&str],
    ) -> Vec<String> {
        let key = format!("{table}.{column}");
        let mut derives = merged(&self.derives, &key, Parts::Member);
        derives.retain(|derive| !usual.contains(&derive.as_str()));
        derives
    }

    /// Reports what a section says that says nothing of this schema.
    pub(super) fn finish_section<T>(&self, section: &Section<T>, what: &str, help: &str) {
        section.finish(what, help, &mut self.diagnostics.borrow_mut());
    }

    /// Says something to the user.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Says who lost a name to whom, if anybody did, and that a configured name is not written as rustc
    /// wants it.
    pub(super) fn report_loss(
        &self,
        thing: Thing,
        holder: Holder<'_>,
        grant: &Grant<'_>,
        configured: bool,
    ) {
        let key = key(&holder);
        let chosen = format!("`{key:?} = \"…\"` under `[names]`");
        let configured = configured.then(|| self.name_origin(&holder));
        self.report_name(thing, holder, grant, configured, &chosen);
    }

    /// The same for a function or procedure of the database.
    pub(super) fn report_routine_loss(
        &self,
        holder: Holder<'_>,
        grant: &Grant<'_>,
        configured: Option<Origin>,
    ) {
        let chosen = format!("`{:?} = \"…\"` under `[names]`", key(&holder));
        self.report_name(Thing::Routine, holder, grant, configured, &chosen);
    }

    /// Who gave the name that is configured.
    pub(super) fn name_origin(&self, holder: &Holder<'_>) -> Origin {
        self.names.origin(&key(holder), parts(holder))
    }

    /// The same for a module that is configured.
    pub(super) fn report_module_loss(&self, holder: Holder<'_>, grant: &Grant<'_>) {
        let chosen = format!("`{:?} = \"…\"` under `[modules]`", key(&holder));
        self.report_name(Thing::Module, holder, grant, Some(Origin::Exact), &chosen);
    }

    /// The same for the enum of a lookup table, of the name that is configured for it.
    pub(super) fn report_lookup_loss(&self, holder: Holder<'_>, grant: &Grant<'_>) {
        let chosen = format!("`name = \"…\"` under `[lookups.{:?}]`", key(&holder));
        self.report_name(Thing::Enum, holder, grant, Some(Origin::Exact), &chosen);
    }

    /// The same for a function that rests on a constraint, index or key.
    pub(super) fn report_function_loss(
        &self,
        table: &QualifiedName,
        holder: Holder<'_>,
        grant: &Grant<'_>,
    ) {
        let key = format!("{table}.{}", grant.name);
        let chosen = format!("`{key:?} = \"…\"` under `[functions]`");
        self.report_name(Thing::Function, holder, grant, None, &chosen);
    }

    /// The same for a relation.
    pub(super) fn report_relation_loss(
        &self,
        holder: Holder<'_>,
        side: Side,
        grant: &Grant<'_>,
        configured: bool,
    ) {
        let key = key(&holder);
        let chosen = format!("`{} = \"…\"` under `[relations.{key:?}]`", side.key());
        let names = &self.relations[side as usize];
        let configured = configured.then(|| names.origin(&key, Parts::Any));
        self.report_name(Thing::Relation, holder, grant, configured, &chosen);
    }

    fn report_name(
        &self,
        thing: Thing,
        holder: Holder<'_>,
        grant: &Grant<'_>,
        configured: Option<Origin>,
        chosen: &str,
    ) {
        let fault = |message: String| match configured {
            Some(Origin::Exact | Origin::Pattern) => Diagnostic::error(message),
            Some(Origin::Comment) | None => Diagnostic::warning(message),
        };
        let word = thing.word();
        let lost = |message: String| match thing {
            Thing::Routine if configured.is_none() => Diagnostic::note(message),
            _ => fault(message),
        };
        if let Some((wanted, other)) = &grant.lost {
            let message = format!(
                "the {word} of {holder} can't be called `{wanted}`, which belongs to {other}; it is called \
                 `{}`",
                grant.name
            );
            let another = if configured.is_some() { "another" } else { "a" };
            let help = format!("choose {another} name in the configuration: {chosen}");
            self.report(lost(message).help(help));
        }
        let case = thing.case();
        if configured.is_some() && grant.lost.is_none() && !case.fits(&grant.name) {
            let message = format!(
                "the {word} of {holder} can't be called `{}`: rustc wants {}",
                grant.name,
                case.word()
            );
            let spelled = case.spell(&grant.name);
            self.report(fault(message).help(format!("write `{spelled}`: {chosen}")));
        }
    }

    /// Says that a function can't have the name that is configured for it.
    pub(super) fn report_function_name(
        &self,
        table: &QualifiedName,
        name: &str,
        wanted: &str,
        other: Holder<'_>,
    ) {
        let key = format!("{table}.{name}");
        self.report(
            Diagnostic::error(format!(
                "the function `{key}` can't be called `{wanted}`, which belongs to {other}"
            ))
            .help(format!("change `{key:?}` under `[functions]`")),
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

    /// Everything that was to be said, and which settings say nothing of this schema.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut said = self.diagnostics.into_inner();
        self.names.finish(
            "nothing is called so",
            "the key is `schema.name` of a table, view, type or function, `schema.name.member` of a column, \
             label, attribute or constraint, `schema.name(types)` of an overloaded function, or a schema's \
             name",
            &mut said,
        );
        self.modules.finish(
            "no schema, table, view or type is called so",
            "the key is `schema.name` of a table, view or type, or the name of a schema other than the \
             default one",
            &mut said,
        );
        self.columns.finish(
            "no column is called so",
            "the key is `schema.table.column`, or a pattern on that",
            &mut said,
        );
        for (side, names) in Side::ALL.iter().zip(&self.relations) {
            let key = side.key();
            let what = format!("no foreign key gives a relation to be its `{key}`");
            names.finish(&what, FOREIGN_KEY, &mut said);
        }
        self.skips
            .finish("no foreign key is called so", FOREIGN_KEY, &mut said);
        self.functions.finish(
            "no function is called so",
            "the key is `schema.table.function` with the name that the function has without it, as in \
             `public.users.find_by_email`; what begins a query, `copy_in` and `insert_many` are always there",
            &mut said,
        );
        let what = "no table, view or type matches it";
        let help = "the key is a pattern on `schema.name`, like `public.*`";
        self.derives.finish(what, help, &mut said);
        self.attributes.finish(
            what,
            "the key is a pattern on `schema.name`, like `public.*`, or on `schema.name.member` of a column, \
             attribute or label",
            &mut said,
        );
        for plural in self.words.unused() {
            said.push(unmatched("words", plural, "no name ends in it or in its singular").help(
                "the key is a plural in snake_case, as the name of a table, or the last word of one",
            ));
        }
        said
    }
}

const FOREIGN_KEY: &str = "the key is `schema.table.constraint` of a foreign key";

/// The key under `[names]` or `[relations]`.
fn key(holder: &Holder<'_>) -> String {
    match holder {
        Holder::Reserved => String::new(),
        Holder::Schema(name) => (*name).to_owned(),
        Holder::Object(_, name) => name.to_string(),
        Holder::Member(_, of, name) => format!("{of}.{name}"),
        Holder::Overload(_, signature) => (*signature).to_owned(),
    }
}

fn parts(holder: &Holder<'_>) -> Parts {
    match holder {
        Holder::Reserved | Holder::Schema(_) => Parts::Schema,
        Holder::Object(..) | Holder::Overload(..) => Parts::Object,
        Holder::Member(..) => Parts::Member,
    }
}

/// A name as an identifier, if it is one.
fn checked(
    section: &str,
    key: &str,
    name: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<String> {
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
}

/// A section whose values are Rust identifiers, or the root's module. What tags say is checked already.
fn identifiers(
    section: &'static str,
    config: &BTreeMap<String, String>,
    tags: &BTreeMap<String, String>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Section<String> {
    let mut names = Section::new(section);
    for (key, name) in config {
        let key = &with_short_types(key);
        if section == "modules" && name == ROOT {
            names.add(key, ROOT.to_owned());
        } else if let Some(name) = checked(section, key, name, diagnostics) {
            names.add(key, name);
        }
    }
    for (key, name) in tags {
        names.add_tag(key, name.clone());
    }
    names
}

/// The key of an overload with its types by their names in `pg_type`: `public.area(int4)` for
/// `public.area(integer)`.
fn with_short_types(key: &str) -> String {
    const SHORT: [(&str, &str); 16] = [
        ("bigint", "int8"),
        ("bit varying", "varbit"),
        ("boolean", "bool"),
        ("character varying", "varchar"),
        ("character", "bpchar"),
        ("char", "bpchar"),
        ("decimal", "numeric"),
        ("double precision", "float8"),
        ("int", "int4"),
        ("integer", "int4"),
        ("real", "float4"),
        ("smallint", "int2"),
        ("time with time zone", "timetz"),
        ("time without time zone", "time"),
        ("timestamp with time zone", "timestamptz"),
        ("timestamp without time zone", "timestamp"),
    ];
    let parts = key.strip_suffix(')').and_then(|key| key.split_once('('));
    let Some((name, types)) = parts else {
        return key.to_owned();
    };
    let short = |ty: &str| {
        let ty = ty.trim();
        let bare = ty.strip_suffix("[]").unwrap_or(ty);
        let lower = bare.to_ascii_lowercase();
        let short = SHORT.iter().find(|(long, _)| *long == lower);
        short.map_or(ty.to_owned(), |(_, short)| {
            format!("{short}{}", &ty[bare.len()..])
        })
    };
    let types: Vec<String> = types.split(',').map(short).collect();
    format!("{name}({})", types.join(", "))
}

/// `[derives]` or `[attributes]`.
fn lists(
    section: &'static str,
    config: &BTreeMap<String, Vec<String>>,
    tags: &BTreeMap<String, Vec<String>>,
    is_valid: fn(&str) -> bool,
    wanted: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Section<Vec<String>> {
    let mut lists = Section::new(section);
    for (key, values) in config {
        for value in values.iter().filter(|value| !is_valid(value)) {
            diagnostics.push(
                Diagnostic::error(format!("`{value}` can't stand under `[{section}]`"))
                    .help(format!("`{key:?}` wants {wanted}")),
            );
        }
        lists.add(key, values.clone());
    }
    for (key, values) in tags {
        lists.add_tag(key, values.clone());
    }
    lists
}

/// All values, each once; those of the shortest pattern first and the exact key's last.
fn merged(lists: &Section<Vec<String>>, key: &str, parts: Parts) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let found: Vec<&Vec<String>> = lists.all(key, parts).collect();
    for value in found.into_iter().rev().flatten() {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

/// A path of a derive.
pub(super) fn is_path(text: &str) -> bool {
    let path = text.strip_prefix("::").unwrap_or(text);
    path.split("::")
        .all(|part| matches!(part, "crate" | "super" | "self") || names::identifier(part).is_some())
}

/// An attribute that says what serde calls something, and nothing else.
fn names_serde(attribute: &str) -> bool {
    let inside = attribute.strip_prefix("#[serde(");
    let inside = inside.and_then(|it| it.trim_end().strip_suffix(")]"));
    let value = inside.and_then(|it| {
        let (key, value) = it.split_once('=')?;
        matches!(key.trim(), "rename" | "rename_all").then(|| value.trim())
    });
    let text = value.and_then(|it| it.strip_prefix('"')?.strip_suffix('"'));
    text.is_some_and(|text| !text.contains('"'))
}

fn is_attribute(text: &str) -> bool {
    text.starts_with("#[") && text.ends_with(']')
}
