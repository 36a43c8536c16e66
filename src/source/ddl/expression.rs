//! What can be done to the text of an expression without understanding it: names in it are written out
//! with their schema, columns in it are found and renamed.

use std::collections::BTreeSet;

use super::cursor::quote_ident;
use super::decode::{decode_name, decode_string};
use super::lexer::{Lexer, Token, TokenKind};
use super::state::{Relation, State};
use super::words::is_reserved;

/// The tokens of a text; of one that can't be read, those up to there.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    tokens_from(text, 0)
}

/// The tokens of a text from a place on.
pub(super) fn tokens_from(text: &str, start: usize) -> Vec<Token> {
    let mut lexer = Lexer::new(text, start);
    let mut tokens = Vec::new();
    while let Ok(Some(token)) = lexer.next_token() {
        tokens.push(token);
    }
    tokens
}

/// Writes a text anew, with some of its tokens replaced.
pub(super) fn rewrite(
    text: &str,
    replacement: impl Fn(&[Token], usize) -> Option<(usize, String)>,
) -> String {
    let tokens = tokens(text);
    let mut result = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match replacement(&tokens, at) {
            Some((length, new)) if length > 0 => {
                let last = tokens.get(at + length - 1).unwrap_or(token);
                result.push_str(text.get(copied..token.start).unwrap_or_default());
                result.push_str(&new);
                copied = last.end;
                at += length;
            }
            _ => at += 1,
        }
    }
    result.push_str(text.get(copied..).unwrap_or_default());
    result
}

/// Whether the token could be a column: a name that is no function, no type and no part of another name.
/// `table` may stand before it, as in `table.column`.
fn is_column(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else {
        return false;
    };
    if !token.is_name() || (token.kind == TokenKind::Word && is_reserved(token.text(text))) {
        return false;
    }
    let qualified = at > 1
        && tokens
            .get(at - 1)
            .is_some_and(|before| before.is_symbol(b'.'));
    let start = if qualified { at - 2 } else { at };
    let before = start.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(at + 1);
    let typed = before.is_some_and(|before| {
        before.is_operator(text, "::")
            || before.is_word(text, "as")
            || before.is_word(text, "collate")
    });
    let called = after.is_some_and(|after| after.is_symbol(b'(') || after.is_symbol(b'.'));
    let literal = after.is_some_and(Token::is_string);
    !(typed || called || literal)
}

/// The columns, among those given, that an expression speaks of.
pub(super) fn columns_in<'a>(
    text: &str,
    columns: impl IntoIterator<Item = &'a str>,
) -> BTreeSet<&'a str> {
    let tokens = tokens(text);
    let found: BTreeSet<String> = tokens
        .iter()
        .enumerate()
        .filter(|(at, _)| is_column(text, &tokens, *at))
        .map(|(_, token)| decode_name(token, text))
        .collect();
    columns
        .into_iter()
        .filter(|column| found.contains(*column))
        .collect()
}

/// An expression with a column under its new name.
pub(super) fn rename_column(text: &str, from: &str, to: &str) -> String {
    rewrite(text, |tokens, at| {
        let token = tokens.get(at)?;
        (is_column(text, tokens, at) && decode_name(token, text) == from)
            .then(|| (1, quote_ident(to)))
    })
}

impl State {
    /// An expression with the schema before each function, type and sequence that the database's user
    /// made, so that it means the same whatever the `search_path`.
    pub fn qualified(&self, text: &str) -> String {
        rewrite(text, |tokens, at| {
            self.qualified_name(text, tokens, at)
                .or_else(|| self.qualified_sequence(text, tokens, at))
        })
    }

    /// `f(…)`, `…::type` and `CAST(… AS type)`.
    fn qualified_name(&self, text: &str, tokens: &[Token], at: usize) -> Option<(usize, String)> {
        let token = tokens.get(at).filter(|token| token.is_name())?;
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let after = tokens.get(at + 1);
        if before.is_some_and(|before| before.is_symbol(b'.'))
            || after.is_some_and(|after| after.is_symbol(b'.'))
        {
            return None;
        }
        let called = after.is_some_and(|after| after.is_symbol(b'('));
        // `x::type`, `CAST(x AS type)` and `type 'x'`.
        let typed = before
            .is_some_and(|before| before.is_operator(text, "::") || before.is_word(text, "as"))
            || after.is_some_and(Token::is_string);
        if !called && !typed {
            return None;
        }
        let name = decode_name(token, text);
        // What is in `pg_catalog` is found first.
        let builtin = match typed {
            true => super::builtin::is_type(&name),
            false => crate::analyze::is_builtin_function(&name),
        };
        if builtin {
            return None;
        }
        let (found, ()) = self.resolve(None, &name, |name| {
            let known = match typed {
                true => self.types.contains_key(name),
                false => self.functions.contains_key(name),
            };
            known.then_some(())
        })?;
        let name = format!(
            "{}.{}",
            quote_ident(&found.schema),
            quote_ident(&found.name)
        );
        Some((1, name))
    }

    /// The string in `nextval('sequence')`, with `::regclass` or without.
    fn qualified_sequence(
        &self,
        text: &str,
        tokens: &[Token],
        at: usize,
    ) -> Option<(usize, String)> {
        let token = tokens.get(at).filter(|token| token.is_string())?;
        let cast = tokens
            .get(at + 1)
            .is_some_and(|next| next.is_operator(text, "::"));
        let regclass = cast
            && tokens
                .get(at + 2)
                .is_some_and(|next| next.is_word(text, "regclass"));
        let called = at >= 2
            && tokens.get(at - 1).is_some_and(|open| open.is_symbol(b'('))
            && tokens.get(at - 2).is_some_and(|name| {
                ["nextval", "currval", "setval"]
                    .iter()
                    .any(|word| name.is_word(text, word))
            });
        if !(regclass || (called && !cast)) {
            return None;
        }
        let name = decode_string(token, text);
        let parts = name_parts(&name)?;
        let (schema, name) = match parts.as_slice() {
            [name] => (None, name),
            [schema, name] => (Some(schema.as_str()), name),
            _ => return None,
        };
        let (found, _) = self.resolve(schema, name, |name| {
            self.relations
                .get(name)
                .filter(|relation| !matches!(relation, Relation::Composite))
                .map(|_| ())
        })?;
        let length = if regclass { 3 } else { 1 };
        Some((length, regclass_constant(&found)))
    }
}

/// `'schema.name'::regclass`.
pub(super) fn regclass_constant(name: &crate::catalog::QualifiedName) -> String {
    let name = format!("{}.{}", quote_ident(&name.schema), quote_ident(&name.name));
    format!("'{}'::regclass", name.replace('\'', "''"))
}

/// The parts of a name that stands in a string.
fn name_parts(text: &str) -> Option<Vec<String>> {
    let tokens = tokens(text);
    let mut parts = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match i % 2 {
            0 if token.is_name() => parts.push(decode_name(token, text)),
            1 if token.is_symbol(b'.') => {}
            _ => return None,
        }
    }
    (!parts.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_from_functions_types_and_keywords() {
        let columns = ["a", "date", "end", "lower"];
        let found = |text| columns_in(text, columns).into_iter().collect::<Vec<_>>();
        assert_eq!(found("a > 0 AND t.a < 5"), ["a"]);
        assert_eq!(found("lower(a) = 'lower'"), ["a"]);
        assert_eq!(found("a::date > date '2020-01-01'"), ["a"]);
        assert_eq!(found("CASE WHEN a THEN b END"), ["a"]);
        assert_eq!(found("\"end\" > \"date\""), ["date", "end"]);
    }

    #[test]
    fn a_renamed_column_is_quoted_where_it_must() {
        assert_eq!(
            rename_column("lower(name) <> t.name AND x.name(1)", "name", "user"),
            "lower(\"user\") <> t.\"user\" AND x.name(1)"
        );
    }
}
