//! The normal form of what can't be understood: the tokens, one space where there was white space.

use sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use super::DIALECT;

/// White space collapsed and comments dropped; nothing else is touched.
pub(super) fn collapse(text: &str) -> String {
    let text = text.trim().trim_end_matches(';').trim_end();
    match Tokenizer::new(&DIALECT, text)
        .with_unescape(false)
        .tokenize()
    {
        Ok(tokens) => {
            let mut out = String::with_capacity(text.len());
            let mut space = false;
            for token in &tokens {
                match token {
                    Token::Whitespace(Whitespace::MultiLineComment(_)) => space = true,
                    Token::Whitespace(_) => space = true,
                    token => {
                        if space && !out.is_empty() {
                            out.push(' ');
                        }
                        space = false;
                        out.push_str(&token.to_string());
                    }
                }
            }
            out
        }
        Err(_) => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::collapse;

    #[test]
    fn white_space_and_comments_go() {
        assert_eq!(
            collapse(" a  /* b */ +\n -- c\n 'x  ''y' ; "),
            "a + 'x  ''y'"
        );
        assert_eq!(collapse("'unfinished\n  text"), "'unfinished text");
    }
}
