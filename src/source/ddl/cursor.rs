//! A place in a statement's tokens, and the small steps every parser here is made of.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, SourceFile};

use super::decode;
use super::lexer::{Token, TokenKind};
use super::words::{is_keyword_but_unreserved, is_reserved, names_functions};

/// What a step gives: a value, or the problem that stops the statement.
pub(super) type Result<T> = std::result::Result<T, Diagnostic>;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ident {
    pub name: String,
    pub span: Range<usize>,
}

/// A name with or without a schema, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub schema: Option<String>,
    pub name: String,
    pub span: Range<usize>,
}

/// Reads a statement's tokens one after the other.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    file: &'a Arc<SourceFile>,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor on a statement's first token.
    pub fn new(file: &'a Arc<SourceFile>, tokens: &'a [Token]) -> Self {
        Self {
            file,
            tokens,
            at: 0,
        }
    }

    /// A cursor on a part of a statement of the same file.
    pub fn within(&self, tokens: &'a [Token]) -> Self {
        Self::new(self.file, tokens)
    }

    /// The file.
    pub fn file(&self) -> &'a Arc<SourceFile> {
        self.file
    }

    /// The file's text.
    pub fn source(&self) -> &'a str {
        &self.file.text
    }

    /// How many tokens were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes back to where the cursor was.
    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// All tokens of the statement.
    pub fn tokens(&self) -> &'a [Token] {
        self.tokens
    }

    /// The token at the cursor.
    pub fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// The token so many places after the cursor.
    pub fn peek_at(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    /// Goes one token on.
    pub fn advance(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        if token.is_some() {
            self.at += 1;
        }
        token
    }

    /// Whether all tokens were read.
    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Passes over the rest of the statement.
    pub fn skip_rest(&mut self) {
        self.at = self.tokens.len();
    }

    /// The bytes of the token at the cursor, or the end of the statement.
    pub fn span(&self) -> Range<usize> {
        match self.peek() {
            Some(token) => token.span(),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                end..end
            }
        }
    }

    /// The bytes from a token to the one before the cursor.
    pub fn span_from(&self, position: usize) -> Range<usize> {
        let start = self.tokens.get(position).map(|token| token.start);
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        match (start, end) {
            (Some(start), Some(end)) if start <= end.end => start..end.end,
            _ => self.span(),
        }
    }

    /// The text from a token to the one before the cursor.
    pub fn text_from(&self, position: usize) -> &'a str {
        if position >= self.at {
            return "";
        }
        self.source()
            .get(self.span_from(position))
            .unwrap_or_default()
    }

    /// A problem at a place of the file.
    pub fn error_at(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message).at(self.file, span)
    }

    /// A problem that comes of the token at the cursor not being what has to be there.
    pub fn expected(&self, what: &str) -> Diagnostic {
        match self.peek() {
            Some(token) => {
                let text = token.text(self.source());
                let found = text.lines().next().unwrap_or_default();
                let found = decode::truncate(found, 40);
                let error =
                    self.error_at(token.span(), format!("expected {what}, found `{found}`"));
                match token.is_symbol(b':') {
                    true => error
                        .help("psql's variables have no value here: write out what they stand for"),
                    false => error,
                }
            }
            None => self.error_at(
                self.span(),
                format!("expected {what}, but the statement ends here"),
            ),
        }
    }

    /// Whether the token at the cursor is this keyword.
    pub fn is(&self, word: &str) -> bool {
        self.is_at(0, word)
    }

    /// Whether a later token is this keyword.
    pub fn is_at(&self, ahead: usize, word: &str) -> bool {
        self.peek_at(ahead)
            .is_some_and(|token| token.is_word(self.source(), word))
    }

    /// Whether the tokens at the cursor are these keywords.
    pub fn are(&self, words: &[&str]) -> bool {
        self.are_at(0, words)
    }

    /// Whether later tokens are these keywords.
    pub fn are_at(&self, ahead: usize, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(further, word)| self.is_at(ahead + further, word))
    }

    /// Whether the token at the cursor is one of these keywords.
    pub fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Reads a keyword if it is there.
    pub fn accept(&mut self, word: &str) -> bool {
        let found = self.is(word);
        self.at += usize::from(found);
        found
    }

    /// Reads these keywords if all are there.
    pub fn accept_all(&mut self, words: &[&str]) -> bool {
        let found = self.are(words);
        if found {
            self.at += words.len();
        }
        found
    }

    /// Reads a keyword.
    pub fn expect(&mut self, word: &str) -> Result<()> {
        if self.accept(word) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{}`", word.to_ascii_uppercase())))
        }
    }

    /// Whether the token at the cursor is this symbol.
    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    /// Reads a symbol if it is there.
    pub fn accept_symbol(&mut self, symbol: u8) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    /// Reads a symbol.
    pub fn expect_symbol(&mut self, symbol: u8) -> Result<()> {
        if self.accept_symbol(symbol) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{}`", char::from(symbol))))
        }
    }

    /// Reads an operator if it is there.
    pub fn accept_operator(&mut self, operator: &str) -> bool {
        let found = self
            .peek()
            .is_some_and(|token| token.is_operator(self.source(), operator));
        self.at += usize::from(found);
        found
    }

    /// The statement has to end here.
    pub fn expect_end(&self) -> Result<()> {
        if self.at_end() {
            Ok(())
        } else {
            Err(self.expected("the end of the statement"))
        }
    }

    /// Reads `IF EXISTS` if it is there.
    pub fn accept_if_exists(&mut self) -> bool {
        self.accept_all(&["if", "exists"])
    }

    /// Reads `IF NOT EXISTS` if it is there.
    pub fn accept_if_not_exists(&mut self) -> bool {
        self.accept_all(&["if", "not", "exists"])
    }

    /// Whether a name can begin at the cursor.
    pub fn is_name(&self) -> bool {
        self.peek().is_some_and(|token| {
            token.is_name()
                && !(token.kind == TokenKind::Word && is_reserved(token.text(self.source())))
        })
    }

    /// Reads a name of one part.
    pub fn ident(&mut self) -> Result<Ident> {
        match self.peek() {
            Some(token) if self.is_name() => {
                self.at += 1;
                Ok(self.ident_of(token))
            }
            Some(token) if token.is_name() => {
                let word = token.text(self.source());
                Err(self
                    .error_at(token.span(), format!("`{word}` is a reserved word"))
                    .help(format!("write it in double quotes: \"{word}\"")))
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// Reads a name where any keyword may stand, as after a dot or `AS`.
    pub fn label(&mut self) -> Result<Ident> {
        match self.peek() {
            Some(token) if token.is_name() => {
                self.at += 1;
                Ok(self.ident_of(token))
            }
            _ => Err(self.expected("a name")),
        }
    }

    fn ident_of(&self, token: &Token) -> Ident {
        Ident {
            name: decode::decode_name(token, self.source()),
            span: token.span(),
        }
    }

    /// Reads a name, with a schema or without. A database's name before the schema's says nothing.
    pub fn name(&mut self) -> Result<Name> {
        let position = self.at;
        let mut last = self.ident()?.name;
        let mut schema = None;
        while self.is_symbol(b'.') {
            self.at += 1;
            schema = Some(std::mem::replace(&mut last, self.label()?.name));
        }
        Ok(Name {
            schema,
            name: last,
            span: self.span_from(position),
        })
    }

    /// Reads the name of a function, with a schema or without.
    pub fn function_name(&mut self) -> Result<Name> {
        let word = self.peek().map_or("", |token| token.text(self.source()));
        if !names_functions(word) {
            return self.name();
        }
        let ident = self.label()?;
        Ok(Name {
            schema: None,
            name: ident.name,
            span: ident.span,
        })
    }

    /// Reads `(a, b)`.
    pub fn ident_list(&mut self) -> Result<Vec<Ident>> {
        self.expect_symbol(b'(')?;
        let mut idents = vec![self.ident()?];
        while self.accept_symbol(b',') {
            idents.push(self.ident()?);
        }
        self.expect_symbol(b')')?;
        Ok(idents)
    }

    /// Whether a string constant is at the cursor.
    pub fn is_string(&self) -> bool {
        self.peek().is_some_and(Token::is_string)
    }

    /// Reads a string constant. Two of them with a line break between them are one.
    pub fn string(&mut self) -> Result<String> {
        let Some(token) = self.peek().filter(|token| token.is_string()) else {
            return Err(self.expected("a string"));
        };
        self.at += 1;
        let mut value = decode::decode_string(token, self.source());
        let mut end = token.end;
        while let Some(next) = self.peek().filter(|next| next.kind == TokenKind::String) {
            let between = self.source().get(end..next.start).unwrap_or_default();
            if !between.contains('\n') {
                break;
            }
            value.push_str(&decode::decode_string(next, self.source()));
            end = next.end;
            self.at += 1;
        }
        Ok(value)
    }

    /// Reads a whole number with its sign.
    pub fn integer(&mut self) -> Result<i64> {
        let position = self.at;
        let negative = self.accept_operator("-");
        if !negative {
            self.accept_operator("+");
        }
        let number = self
            .peek()
            .filter(|token| token.kind == TokenKind::Number)
            .and_then(|token| {
                let digits = token.text(self.source()).replace('_', "");
                let magnitude: i128 = digits.parse().ok()?;
                i64::try_from(if negative { -magnitude } else { magnitude }).ok()
            });
        match number {
            Some(number) => {
                self.at += 1;
                Ok(number)
            }
            None => {
                self.at = position;
                Err(self.expected("a whole number"))
            }
        }
    }

    /// Reads `( … )` and gives the text inside. The cursor has to be on the parenthesis.
    pub fn parenthesized(&mut self) -> Result<&'a str> {
        let open = self.at;
        self.skip_parentheses()?;
        let close = self.at - 1;
        if open + 1 >= close {
            return Ok("");
        }
        let start = self.tokens.get(open + 1).map_or(0, |token| token.start);
        let end = self.tokens.get(close - 1).map_or(0, |token| token.end);
        Ok(self.source().get(start..end).unwrap_or_default())
    }

    /// Passes over `( … )`.
    pub fn skip_parentheses(&mut self) -> Result<()> {
        let start = self.span();
        self.expect_symbol(b'(')?;
        let mut depth = 1_usize;
        while let Some(token) = self.advance() {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.error_at(start, "this parenthesis is not closed"))
    }

    /// Reads an expression: up to a comma, a closing parenthesis or one of the words, none of them inside
    /// parentheses or `CASE … END`. A word straight after an operator is an operand.
    pub fn expression(&mut self, stops: &[&str]) -> Result<&'a str> {
        let position = self.at;
        let mut cases = 0_usize;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Symbol(b'(') => {
                    self.skip_parentheses()?;
                    continue;
                }
                TokenKind::Symbol(b'[') => {
                    self.skip_brackets()?;
                    continue;
                }
                TokenKind::Symbol(b',' | b')' | b']') => break,
                TokenKind::Word if self.is("case") => cases += 1,
                TokenKind::Word if self.is("end") => cases = cases.saturating_sub(1),
                TokenKind::Word if cases == 0 && self.at > position && self.is_any(stops) => {
                    let operand = self.at.checked_sub(1).is_some_and(|at| {
                        self.tokens
                            .get(at)
                            .is_some_and(|previous| previous.kind == TokenKind::Operator)
                    });
                    if !operand {
                        break;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        if self.at == position {
            return Err(self.expected("an expression"));
        }
        Ok(self.text_from(position))
    }

    fn skip_brackets(&mut self) -> Result<()> {
        let start = self.span();
        let mut depth = 0_usize;
        while let Some(token) = self.advance() {
            match token.kind {
                TokenKind::Symbol(b'[') => depth += 1,
                TokenKind::Symbol(b']') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
        Err(self.error_at(start, "this bracket is not closed"))
    }

    /// Passes over everything up to a comma or closing parenthesis that is not inside parentheses.
    pub fn skip_item(&mut self) -> Result<()> {
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::Symbol(b'(') => self.skip_parentheses()?,
                TokenKind::Symbol(b',' | b')') => break,
                _ => self.at += 1,
            }
        }
        Ok(())
    }
}

/// A name as SQL has to write it (`quote_identifier`).
pub(super) fn quote_ident(name: &str) -> String {
    let plain = name
        .bytes()
        .enumerate()
        .all(|(i, b)| matches!(b, b'a'..=b'z' | b'_') || (i > 0 && b.is_ascii_digit()));
    if plain && !name.is_empty() && !is_keyword_but_unreserved(name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
