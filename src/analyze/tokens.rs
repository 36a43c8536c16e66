//! What is done on tokens: spellings that sqlparser does not read, and the normal form of what can't be
//! understood.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use super::types::builtins;

use super::DIALECT;

/// Stands for the keyword in `FROM ONLY name`, as the first part of the name.
pub(super) const ONLY: &str = "\0only";

/// Stands for the `*` in `t.*::row` and the like, as the name of a column.
pub(super) const ROW: &str = "\0row";

/// Stands for `WITH TIES` in `LIMIT`, as the name of a function around the count.
pub(super) const TIES: &str = "\0ties";

/// Stands for the keyword in `f(VARIADIC x)`, as the argument's name.
pub(super) const VARIADIC: &str = "\0variadic";

/// Replaces PostgreSQL's spellings that sqlparser does not read by those that it does.
///
/// - `'a'` and `'b'` on the next line are one string;
/// - `inet '::1'` is `'::1'::inet`;
/// - `x ISNULL` is `x IS NULL`;
/// - `TRIM(BOTH FROM x)` is `btrim(x)`;
/// - `FROM ONLY t` names `t` with a mark in front;
/// - `FETCH FIRST (a + b) ROWS ONLY` is `LIMIT (a + b)`, with a mark where it is `WITH TIES`;
/// - `f(VARIADIC x)` has an argument with a mark for a name;
/// - `t.*::row`, `(t.*)` and `t.* IS NULL` speak of a column with a mark for a name, `(row).*` of such a field;
/// - `x::text COLLATE "C"` needs some around `x::text`;
/// - `OPERATOR(s.=) ANY (y)` and `OPERATOR(s.-) y` are `= ANY (y)` and `- y`.
pub(super) fn for_parser(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut new_line = false;
    for token in tokens {
        if let Token::Whitespace(space) = &token.token {
            new_line |= matches!(
                space,
                Whitespace::Newline | Whitespace::SingleLineComment { .. }
            );
            continue;
        }
        let after_new_line = std::mem::take(&mut new_line);
        if let Token::SingleQuotedString(text) = &token.token {
            match out.last_mut().map(|last| &mut last.token) {
                Some(Token::SingleQuotedString(before)) if after_new_line => {
                    before.push_str(text);
                    continue;
                }
                Some(Token::Word(word)) if is_type_of_literal(word) => {
                    let ty = out.pop();
                    let colons = TokenWithSpan::new(Token::DoubleColon, token.span);
                    out.push(token);
                    out.push(colons);
                    out.extend(ty);
                    continue;
                }
                _ => {}
            }
        }
        if word(&token).is_some_and(|w| w.eq_ignore_ascii_case("isnull")) {
            for keyword in ["IS", "NULL"] {
                out.push(TokenWithSpan::new(Token::make_keyword(keyword), token.span));
            }
            continue;
        }
        if is_word(Some(&token), "variadic")
            && out
                .last()
                .is_some_and(|last| matches!(last.token, Token::LParen | Token::Comma))
        {
            let mark = Token::make_word(VARIADIC, Some('"'));
            out.push(TokenWithSpan::new(mark, token.span));
            out.push(TokenWithSpan::new(Token::RArrow, token.span));
            continue;
        }
        let alone =
            matches!(out.as_slice(), [.., before, _, _, _] if before.token == Token::LParen);
        if token.token == Token::DoubleColon
            || is_word(Some(&token), "is")
            || (token.token == Token::RParen && alone)
        {
            whole_row(&mut out);
        }
        if is_word(Some(&token), "collate") {
            group_cast(&mut out);
        }
        if ["any", "all", "some"]
            .iter()
            .any(|word| is_word(Some(&token), word))
        {
            plain_operator(&mut out, true);
        }
        let star = token.token == Token::Mul;
        out.push(token);
        if star {
            fields(&mut out);
        }
        plain_operator(&mut out, false);
        trim(&mut out);
        only(&mut out);
        fetch(&mut out);
    }
    out
}

/// `OPERATOR(schema.+)` at the end of the tokens as `+`, when it is an element's, or has nothing on its left.
fn plain_operator(out: &mut Vec<TokenWithSpan>, quantified: bool) {
    let [before @ .., operator, end] = out.as_slice() else {
        return;
    };
    if end.token != Token::RParen || matches!(operator.token, Token::Word(_) | Token::RParen) {
        return;
    }
    let mut before = before;
    while let [rest @ .., schema, point] = before
        && matches!(schema.token, Token::Word(_))
        && point.token == Token::Period
    {
        before = rest;
    }
    let [before @ .., word, open] = before else {
        return;
    };
    let alone = before
        .last()
        .is_none_or(|last| matches!(last.token, Token::LParen | Token::Comma));
    if is_word(Some(word), "operator") && open.token == Token::LParen && (quantified || alone) {
        let (operator, length) = (operator.clone(), before.len());
        out.truncate(length);
        out.push(operator);
    }
}

/// `(row).*` as a field.
fn fields(out: &mut [TokenWithSpan]) {
    if let [.., end, point, star] = out
        && end.token == Token::RParen
        && point.token == Token::Period
    {
        star.token = Token::make_word(ROW, Some('"'));
    }
}

/// `t.*` at the end of the tokens as a column.
fn whole_row(out: &mut [TokenWithSpan]) {
    if let [.., name, point, star] = out
        && matches!(name.token, Token::Word(_))
        && point.token == Token::Period
        && star.token == Token::Mul
    {
        star.token = Token::make_word(ROW, Some('"'));
    }
}

/// Puts a cast at the end of the tokens in parentheses.
fn group_cast(out: &mut Vec<TokenWithSpan>) {
    let Some(start) = cast_start(out) else {
        return;
    };
    let Some(span) = out.get(start).map(|token| token.span) else {
        return;
    };
    out.insert(start, TokenWithSpan::new(Token::LParen, span));
    out.push(TokenWithSpan::new(Token::RParen, span));
}

/// Where the cast begins that the tokens end with.
fn cast_start(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut end = tokens.len();
    let mut start = None;
    loop {
        let primary = primary_start(tokens, end)?;
        let colons = primary.checked_sub(1)?;
        match tokens.get(colons).map(|token| &token.token) {
            Some(Token::DoubleColon) => {
                end = colons;
                start = Some(primary_start(tokens, end)?);
                // `a::b::c` is a chain.
                if start
                    .and_then(|s| s.checked_sub(1))
                    .and_then(|i| tokens.get(i))
                    .map(|t| &t.token)
                    != Some(&Token::DoubleColon)
                {
                    return start;
                }
            }
            // `character varying` is of several words.
            Some(Token::Word(_)) if start.is_none() => end = primary,
            _ => return start,
        }
    }
}

/// Where the name, literal, call or group begins that ends in front of `end`.
fn primary_start(tokens: &[TokenWithSpan], end: usize) -> Option<usize> {
    let mut at = end.checked_sub(1)?;
    loop {
        match &tokens.get(at)?.token {
            Token::RParen | Token::RBracket => {
                let mut depth = 1;
                while depth > 0 {
                    at = at.checked_sub(1)?;
                    match tokens.get(at)?.token {
                        Token::RParen | Token::RBracket => depth += 1,
                        Token::LParen | Token::LBracket => depth -= 1,
                        _ => {}
                    }
                }
                // A function's or type's name in front.
                match at.checked_sub(1).and_then(|before| tokens.get(before)) {
                    Some(before)
                        if matches!(&before.token, Token::Word(word)
                        if word.keyword == Keyword::NoKeyword) =>
                    {
                        at -= 1;
                    }
                    _ => return Some(at),
                }
            }
            Token::Word(_) => match at.checked_sub(2) {
                Some(before) if tokens.get(at - 1)?.token == Token::Period => at = before,
                _ => return Some(at),
            },
            Token::SingleQuotedString(_) | Token::Number(..) => return Some(at),
            _ => return None,
        }
    }
}

fn word(token: &TokenWithSpan) -> Option<&str> {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

fn is_word(token: Option<&TokenWithSpan>, expected: &str) -> bool {
    token
        .and_then(word)
        .is_some_and(|word| word.eq_ignore_ascii_case(expected))
}

/// The types that sqlparser does not know in front of a literal.
fn is_type_of_literal(word: &sqlparser::tokenizer::Word) -> bool {
    word.quote_style.is_none()
        && !matches!(
            word.keyword,
            Keyword::DATE
                | Keyword::TIME
                | Keyword::TIMETZ
                | Keyword::TIMESTAMP
                | Keyword::TIMESTAMPTZ
                | Keyword::INTERVAL
                | Keyword::NAME
                | Keyword::TEXT
        )
        && builtins()
            .by_name
            .contains_key(word.value.to_ascii_lowercase().as_str())
}

/// `TRIM(BOTH FROM` as `btrim(`.
fn trim(out: &mut Vec<TokenWithSpan>) {
    let [.., function, paren, side, from] = out.as_slice() else {
        return;
    };
    if !is_word(Some(function), "trim")
        || paren.token != Token::LParen
        || !is_word(Some(from), "from")
    {
        return;
    }
    let name = match word(side).map(str::to_ascii_lowercase).as_deref() {
        Some("both") => "btrim",
        Some("leading") => "ltrim",
        Some("trailing") => "rtrim",
        _ => return,
    };
    let (span, paren) = (function.span, paren.clone());
    out.truncate(out.len() - 4);
    out.push(TokenWithSpan::new(Token::make_word(name, Some('"')), span));
    out.push(paren);
}

/// `FROM ONLY t` as `FROM "\0only".t`.
fn only(out: &mut Vec<TokenWithSpan>) {
    let [.., before, only, name] = out.as_slice() else {
        return;
    };
    let starts = ["from", "join"]
        .iter()
        .any(|word| is_word(Some(before), word))
        || before.token == Token::Comma;
    if !starts || !is_word(Some(only), "only") || !matches!(name.token, Token::Word(_)) {
        return;
    }
    let (span, name) = (only.span, name.clone());
    if matches!(&name.token, Token::Word(word) if word.quote_style.is_none()
        && matches!(word.keyword, Keyword::AS | Keyword::JOIN | Keyword::WHERE | Keyword::ON))
    {
        return;
    }
    out.truncate(out.len() - 2);
    out.push(TokenWithSpan::new(Token::make_word(ONLY, Some('"')), span));
    out.push(TokenWithSpan::new(Token::Period, span));
    out.push(name);
}

/// `FETCH FIRST (a) ROWS ONLY` as `LIMIT (a)`, and with ties as `LIMIT "\0ties"(a)`.
fn fetch(out: &mut Vec<TokenWithSpan>) {
    let ties = match out.as_slice() {
        [.., close, rows, only] if is_rows(rows) && is_word(Some(only), "only") => {
            (close.token == Token::RParen).then_some((false, 2))
        }
        [.., close, rows, with, ties]
            if is_rows(rows) && is_word(Some(with), "with") && is_word(Some(ties), "ties") =>
        {
            (close.token == Token::RParen).then_some((true, 3))
        }
        _ => None,
    };
    let Some((ties, behind)) = ties else {
        return;
    };
    let end = out.len() - behind;
    let Some(open) = opening(out.get(..end).unwrap_or_default()) else {
        return;
    };
    let Some([.., fetch, first]) = out.get(..open) else {
        return;
    };
    if !is_word(Some(fetch), "fetch")
        || !(is_word(Some(first), "first") || is_word(Some(first), "next"))
    {
        return;
    }
    let span = fetch.span;
    out.truncate(end);
    let mut limit = vec![TokenWithSpan::new(Token::make_keyword("LIMIT"), span)];
    if ties {
        limit.push(TokenWithSpan::new(Token::make_word(TIES, Some('"')), span));
    }
    out.splice(open - 2..open, limit);
}

fn is_rows(token: &TokenWithSpan) -> bool {
    is_word(Some(token), "rows") || is_word(Some(token), "row")
}

/// Where the parenthesis is opened that the tokens end with.
fn opening(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.token {
            Token::RParen => depth += 1,
            Token::LParen => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

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
