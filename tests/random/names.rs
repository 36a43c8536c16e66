//! Names, with and without quotes.

use rowsmith::catalog::QualifiedName;

use super::Random;

/// Names that need quotes, or that Rust would rather not see.
const AWKWARD: [&str; 26] = [
    "Order Items",
    "select",
    "type",
    "self",
    "Self",
    "crate",
    "async",
    "User",
    "user",
    "a\"b",
    "it's",
    "naïve",
    "таблица",
    "表",
    "e-mail",
    "2nd",
    "a.b",
    "$1",
    "back\\slash",
    "*/",
    "a_very_long_name_of_sixty_three_bytes_that_is_not_cut_off_at_all",
    "another_name_that_is_longer_than_postgresql_keeps_and_so_is_cut_off",
    "Option",
    "String",
    "_",
    "{}",
];

/// Ordinary names.
const ORDINARY: [&str; 30] = [
    "id",
    "name",
    "title",
    "email",
    "users",
    "posts",
    "tags",
    "post_tags",
    "orders",
    "items",
    "created_at",
    "updated_at",
    "status",
    "kind",
    "price",
    "amount",
    "owner_id",
    "parent_id",
    "user_id",
    "body",
    "data",
    "version",
    "people",
    "news",
    "address",
    "categories",
    "find",
    "new",
    "db",
    "value",
];

impl Random<'_> {
    /// A name for something new.
    pub fn name(&mut self) -> String {
        match self.below(10) {
            0 | 1 => self.one_of(&AWKWARD).to_owned(),
            2 => format!("{}_{}", self.one_of(&ORDINARY), self.below(4)),
            _ => self.one_of(&ORDINARY).to_owned(),
        }
    }

    /// A name as SQL has it: without quotes where they may be left out, mostly.
    pub fn quoted(&mut self, name: &str) -> String {
        let mut chars = name.chars();
        let plain = chars
            .next()
            .is_some_and(|c| c.is_ascii_lowercase() || c == '_')
            && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !AWKWARD.contains(&name);
        match self.below(8) {
            0 if plain => name.to_uppercase(),
            1..=6 if plain => name.to_owned(),
            _ => quote(name),
        }
    }

    /// Several names between commas.
    pub fn quoted_list(&mut self, names: &[String]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.quoted(name)).collect();
        names.join(", ")
    }

    /// The name of something that exists, mostly with its schema.
    pub fn qualified(&mut self, name: &QualifiedName) -> String {
        if name.schema == "public" && self.chance(70) {
            return self.quoted(&name.name);
        }
        format!("{}.{}", self.quoted(&name.schema), self.quoted(&name.name))
    }

    /// The name of something new, in any schema.
    pub fn new_name(&mut self) -> String {
        let name = self.name();
        let name = self.quoted(&name);
        if self.chance(75) {
            return name;
        }
        let schemas = self.catalog.schemas.clone();
        match self.any(&schemas) {
            Some(schema) => format!("{}.{name}", self.quoted(&schema.name)),
            None => name,
        }
    }
}

/// A name between quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string between quotes.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
