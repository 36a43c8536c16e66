//! Whether code that is not run would change the schema.

use super::super::decode::decode_string;
use super::super::expression;
use super::super::lexer::Token;

/// So many quotes deep statements are looked for.
const MAX_QUOTES: usize = 3;

/// Whether a text has statements that may change the schema.
pub(super) fn shapes_text(text: &str) -> bool {
    shapes_within(text, &expression::tokens(text), MAX_QUOTES)
}

/// Whether statements may change the schema.
pub(in super::super) fn shapes(source: &str, tokens: &[Token]) -> bool {
    shapes_within(source, tokens, MAX_QUOTES)
}

fn shapes_within(source: &str, tokens: &[Token], quotes: usize) -> bool {
    const VERBS: [&str; 3] = ["create", "alter", "drop"];
    const OBJECTS: [&str; 19] = [
        "table",
        "type",
        "domain",
        "view",
        "materialized",
        "sequence",
        "unique",
        "index",
        "schema",
        "extension",
        "unlogged",
        "foreign",
        "function",
        "procedure",
        "aggregate",
        "or",
        "recursive",
        "collation",
        "operator",
    ];
    let is = |token: &Token, words: &[&str]| words.iter().any(|word| token.is_word(source, word));
    tokens.windows(2).any(|pair| match pair {
        [verb, object] => {
            (is(verb, &VERBS) && is(object, &OBJECTS))
                || (is(verb, &["comment"]) && is(object, &["on"]))
        }
        _ => false,
    }) || (quotes > 0
        && tokens.iter().any(|token| {
            token.is_string() && {
                let text = decode_string(token, source);
                shapes_within(&text, &expression::tokens(&text), quotes - 1)
            }
        }))
}
