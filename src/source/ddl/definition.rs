//! The definition of a view after something it reads from got another name.
//!
//! It is in the normal form of [`crate::analyze`]: tables stand with their schema and an alias, columns
//! with the alias, and what a query yields is named by `AS`. So a name can be replaced where it stands.

use std::collections::HashMap;

use crate::catalog::QualifiedName;

use super::decode::decode_name;
use super::expression::{rewrite, tokens};
use super::lexer::Token;
use super::rename::{Renaming, Space, two_parts};
use super::state::State;

impl State {
    /// Names what views read from anew.
    pub fn rename_in_views(&mut self, renaming: Renaming<'_>) {
        let mut changes: Vec<(QualifiedName, QualifiedName, QualifiedName)> = Vec::new();
        for (view, sources) in &self.view_sources {
            for source in sources {
                if let Some(to) = renaming(Space::Relation, source) {
                    changes.push((view.clone(), source.clone(), to));
                }
            }
        }
        for (view, from, to) in changes {
            if let Some(view) = self.view_mut(&view) {
                view.definition = rename_source(&view.definition, &from, &to);
            }
        }
    }

    /// Names a column of a table or view anew in the views that read it. Of a view, its own query names
    /// the column too.
    pub fn rename_column_in_views(&mut self, source: &QualifiedName, from: &str, to: &str) {
        if let Some(view) = self.view_mut(source) {
            view.definition = rename_output(&view.definition, from, to);
        }
        for view in self.views_on(source) {
            if let Some(view) = self.view_mut(&view) {
                view.definition = rename_column(&view.definition, source, from, to);
            }
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The tables of a query by the alias they have in it.
fn aliases(query: &str, tokens: &[Token]) -> HashMap<String, Vec<QualifiedName>> {
    let mut aliases: HashMap<String, Vec<QualifiedName>> = HashMap::new();
    for at in 0..tokens.len() {
        if let Some((table, alias)) = source(query, tokens, at) {
            aliases.entry(alias).or_default().push(table);
        }
    }
    aliases
}

/// `"schema"."table" AS "alias"` at a token.
fn source(query: &str, tokens: &[Token], at: usize) -> Option<(QualifiedName, String)> {
    let table = two_parts(query, tokens, at)?;
    let (word, alias) = (tokens.get(at + 3)?, tokens.get(at + 4)?);
    let opens = at
        .checked_sub(1)
        .and_then(|at| tokens.get(at))
        .is_some_and(|before| {
            before.is_symbol(b',')
                || before.is_symbol(b'(')
                || ["from", "join", "only"]
                    .iter()
                    .any(|word| before.is_word(query, word))
        });
    (opens && word.is_word(query, "as") && alias.is_name())
        .then(|| (table, decode_name(alias, query)))
}

/// A query that reads from a table under its new name. An alias that is the old name was none: it
/// changes too.
fn rename_source(query: &str, from: &QualifiedName, to: &QualifiedName) -> String {
    let aliased = aliases(query, &tokens(query))
        .get(&from.name)
        .is_some_and(|tables| tables.contains(from));
    rewrite(query, |tokens, at| {
        if let Some((table, alias)) = source(query, tokens, at)
            && table == *from
        {
            let alias = if alias == from.name { &to.name } else { &alias };
            let (schema, name) = (quoted(&to.schema), quoted(&to.name));
            return Some((5, format!("{schema}.{name} AS {}", quoted(alias))));
        }
        let token = tokens.get(at).filter(|token| aliased && token.is_name())?;
        let column = tokens.get(at + 1).is_some_and(|next| next.is_symbol(b'.'))
            && !tokens.get(at + 3).is_some_and(|next| next.is_symbol(b'('));
        (column && decode_name(token, query) == from.name).then(|| (1, quoted(&to.name)))
    })
}

/// A query that reads a column under its new name.
fn rename_column(query: &str, table: &QualifiedName, from: &str, to: &str) -> String {
    let aliases = aliases(query, &tokens(query));
    rewrite(query, |tokens, at| {
        let pair = two_parts(query, tokens, at)?;
        let called = tokens.get(at + 3).is_some_and(|next| next.is_symbol(b'('));
        let of_table = aliases
            .get(&pair.schema)
            .is_some_and(|tables| tables.contains(table));
        (pair.name == from && of_table && !called)
            .then(|| (3, format!("{}.{}", quoted(&pair.schema), quoted(to))))
    })
}

/// Whether a query reads a column of a table.
pub(super) fn reads_column(query: &str, table: &QualifiedName, column: &str) -> bool {
    let tokens = tokens(query);
    let aliases = aliases(query, &tokens);
    let names = |at: usize| {
        let token: Option<&Token> = tokens.get(at);
        token.is_some_and(|token| token.is_name() && decode_name(token, query) == column)
    };
    let mut using = false;
    (0..tokens.len()).any(|at| {
        using = match tokens.get(at) {
            Some(token) if token.is_word(query, "using") => true,
            Some(token) => using && !token.is_symbol(b')'),
            None => false,
        };
        let of_table = |pair: QualifiedName| {
            pair.name == column
                && aliases
                    .get(&pair.schema)
                    .is_some_and(|tables| tables.contains(table))
        };
        (using && names(at)) || two_parts(query, &tokens, at).is_some_and(of_table)
    })
}

/// A query that yields a column under its new name: the `AS` of its own list, and of no query inside.
fn rename_output(query: &str, from: &str, to: &str) -> String {
    let all = tokens(query);
    let mut depth = 0_usize;
    let mut listing = false;
    let mut place = None;
    for (at, token) in all.iter().enumerate() {
        if token.is_symbol(b'(') {
            depth += 1;
        } else if token.is_symbol(b')') {
            depth = depth.saturating_sub(1);
        } else if depth > 0 {
            continue;
        } else if token.is_word(query, "select") {
            listing = true;
        } else if token.is_word(query, "from") {
            break;
        } else if listing
            && token.is_word(query, "as")
            && all
                .get(at + 1)
                .is_some_and(|name| decode_name(name, query) == from)
        {
            place = Some(at + 1);
            break;
        }
    }
    rewrite(query, |_, at| (Some(at) == place).then(|| (1, quoted(to))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_that_is_the_name_follows_it() {
        let from = QualifiedName::new("a", "users");
        let to = QualifiedName::new("b", "people");
        assert_eq!(
            rename_source(
                r#"SELECT "users"."id" AS "users", "u"."id" AS "x" FROM "a"."users" AS "users" JOIN "a"."users" AS "u" ON true"#,
                &from,
                &to
            ),
            r#"SELECT "people"."id" AS "users", "u"."id" AS "x" FROM "b"."people" AS "people" JOIN "b"."people" AS "u" ON true"#
        );
    }

    #[test]
    fn a_column_is_renamed_where_its_table_is_meant() {
        let query = r#"SELECT "u"."id" AS "id", "p"."id" AS "p" FROM "a"."users" AS "u", "a"."posts" AS "p""#;
        assert_eq!(
            rename_column(query, &QualifiedName::new("a", "users"), "id", "uid"),
            r#"SELECT "u"."uid" AS "id", "p"."id" AS "p" FROM "a"."users" AS "u", "a"."posts" AS "p""#
        );
        assert_eq!(
            rename_output(query, "p", "post"),
            r#"SELECT "u"."id" AS "id", "p"."id" AS "post" FROM "a"."users" AS "u", "a"."posts" AS "p""#
        );
    }
}
