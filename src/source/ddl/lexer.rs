//! PostgreSQL's lexical rules (manual, section 4.1; `scan.l`), with a byte span for each token.
//!
//! A lexer of our own, because sqlparser's gives lines and columns for spans, and stops at the first
//! token of a file that it can't read.

use std::ops::Range;

/// What a token is. Its text is in the file, at its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier or keyword without quotes.
    Word,
    /// `"…"`.
    QuotedWord,
    /// `U&"…"`.
    UnicodeWord,
    /// `'…'`, also `N'…'`.
    String,
    /// `E'…'`.
    EscapeString,
    /// `U&'…'`.
    UnicodeString,
    /// `B'…'` or `X'…'`.
    BitString,
    /// `$tag$…$tag$`.
    DollarString,
    /// `1`, `1.5e3`, `0x1F`.
    Number,
    /// `$1`.
    Parameter,
    /// `+`, `<=`, `::`, `:=`.
    Operator,
    /// One of `( ) [ ] , ; . :`.
    Symbol(u8),
    /// A psql meta-command with its arguments, up to the end of the line.
    MetaCommand,
}

/// A token: what it is, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    /// The bytes of the file that the token covers.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The token's text, as it was written.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.span()).unwrap_or_default()
    }

    /// Whether the token is this keyword.
    pub fn is_word(&self, source: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(source).eq_ignore_ascii_case(word)
    }

    /// Whether the token is this symbol.
    pub fn is_symbol(&self, symbol: u8) -> bool {
        self.kind == TokenKind::Symbol(symbol)
    }

    /// Whether the token is this operator.
    pub fn is_operator(&self, source: &str, operator: &str) -> bool {
        self.kind == TokenKind::Operator && self.text(source) == operator
    }

    /// Whether the token is a name: a word, in quotes or not.
    pub fn is_name(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Word | TokenKind::QuotedWord | TokenKind::UnicodeWord
        )
    }

    /// Whether the token is a string constant.
    pub fn is_string(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::String
                | TokenKind::EscapeString
                | TokenKind::UnicodeString
                | TokenKind::DollarString
        )
    }
}

/// Something that began and does not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LexError {
    pub message: &'static str,
    pub span: Range<usize>,
}

/// Reads tokens one after the other.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    /// A lexer at a place of a text.
    pub fn new(source: &'a str, at: usize) -> Self {
        Self {
            source,
            bytes: source.as_bytes(),
            at,
        }
    }

    /// Where the next token, or the space before it, begins.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes on from another place.
    pub fn seek(&mut self, at: usize) {
        self.at = at.min(self.bytes.len());
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The next token, or `None` at the end of the text.
    ///
    /// # Errors
    ///
    /// When a quote or a comment is not closed. The lexer is at the end of the text then.
    pub fn next_token(&mut self) -> Result<Option<Token>, LexError> {
        self.skip_space()?;
        let start = self.at;
        let Some(&first) = self.bytes.get(start) else {
            return Ok(None);
        };
        let kind = match first {
            b'\'' => self.quoted(start, 1, TokenKind::String)?,
            b'"' => self.quoted(start, 1, TokenKind::QuotedWord)?,
            b'e' | b'E' if self.peek(1) == b'\'' => {
                self.quoted(start, 2, TokenKind::EscapeString)?
            }
            b'b' | b'B' | b'x' | b'X' if self.peek(1) == b'\'' => {
                self.quoted(start, 2, TokenKind::BitString)?
            }
            b'n' | b'N' if self.peek(1) == b'\'' => self.quoted(start, 2, TokenKind::String)?,
            b'u' | b'U' if self.peek(1) == b'&' && self.peek(2) == b'\'' => {
                self.quoted(start, 3, TokenKind::UnicodeString)?
            }
            b'u' | b'U' if self.peek(1) == b'&' && self.peek(2) == b'"' => {
                self.quoted(start, 3, TokenKind::UnicodeWord)?
            }
            b'$' => self.dollar(start)?,
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'\\' => {
                self.at = self.line_end();
                TokenKind::MetaCommand
            }
            b'(' | b')' | b'[' | b']' | b',' | b';' | b'.' => {
                self.at += 1;
                TokenKind::Symbol(first)
            }
            b':' if matches!(self.peek(1), b':' | b'=') => {
                self.at += 2;
                TokenKind::Operator
            }
            b':' => {
                self.at += 1;
                TokenKind::Symbol(first)
            }
            _ if is_word_start(first) => {
                self.at += 1;
                while is_word_part(self.peek(0)) {
                    self.at += 1;
                }
                TokenKind::Word
            }
            _ if is_operator(first) => {
                self.operator();
                TokenKind::Operator
            }
            _ => {
                self.at += 1;
                TokenKind::Symbol(first)
            }
        };
        Ok(Some(Token {
            kind,
            start,
            end: self.at,
        }))
    }

    fn line_end(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter()
            .position(|&b| b == b'\n')
            .map_or(self.bytes.len(), |at| self.at + at)
    }

    fn skip_space(&mut self) -> Result<(), LexError> {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.at += 1,
                b'-' if self.peek(1) == b'-' => self.at = self.line_end(),
                b'/' if self.peek(1) == b'*' => self.block_comment()?,
                // A byte order mark is what editors leave, and means nothing.
                0xef if self.at == 0 && self.source.starts_with('\u{feff}') => self.at = 3,
                _ => return Ok(()),
            }
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) -> Result<(), LexError> {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        Err(LexError {
            message: "this comment is not closed",
            span: start..start + 2,
        })
    }

    /// Reads up to the closing quote; a doubled quote is a quote.
    fn quoted(
        &mut self,
        start: usize,
        prefix: usize,
        kind: TokenKind,
    ) -> Result<TokenKind, LexError> {
        let quote = match kind {
            TokenKind::QuotedWord | TokenKind::UnicodeWord => b'"',
            _ => b'\'',
        };
        self.at += prefix;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            if byte == b'\\' && kind == TokenKind::EscapeString {
                self.at += 1;
            } else if byte == quote {
                if self.peek(0) == quote {
                    self.at += 1;
                } else {
                    return Ok(kind);
                }
            }
        }
        self.at = self.bytes.len();
        Err(LexError {
            message: if quote == b'"' {
                "this quoted name is not closed"
            } else {
                "this string is not closed"
            },
            span: start..start + prefix,
        })
    }

    /// A parameter, or a string between two equal tags.
    fn dollar(&mut self, start: usize) -> Result<TokenKind, LexError> {
        self.at += 1;
        if self.peek(0).is_ascii_digit() {
            while self.peek(0).is_ascii_digit() {
                self.at += 1;
            }
            return Ok(TokenKind::Parameter);
        }
        if is_word_start(self.peek(0)) {
            while is_word_part(self.peek(0)) && self.peek(0) != b'$' {
                self.at += 1;
            }
        }
        if self.peek(0) != b'$' {
            self.at = start + 1;
            return Ok(TokenKind::Symbol(b'$'));
        }
        self.at += 1;
        let tag = self.source.get(start..self.at).unwrap_or_default();
        let rest = self.source.get(self.at..).unwrap_or_default();
        match rest.find(tag) {
            Some(length) => {
                self.at += length + tag.len();
                Ok(TokenKind::DollarString)
            }
            None => {
                let span = start..self.at;
                self.at = self.bytes.len();
                Err(LexError {
                    message: "this dollar-quoted string is not closed",
                    span,
                })
            }
        }
    }

    fn number(&mut self) -> TokenKind {
        if self.peek(0) == b'0' && matches!(self.peek(1) | 0x20, b'x' | b'o' | b'b') {
            self.at += 2;
            while self.peek(0).is_ascii_hexdigit() || self.peek(0) == b'_' {
                self.at += 1;
            }
            return TokenKind::Number;
        }
        self.digits();
        if self.peek(0) == b'.' && self.peek(1) != b'.' {
            self.at += 1;
            self.digits();
        }
        if self.peek(0) | 0x20 == b'e' {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                self.at += 1 + sign;
                self.digits();
            }
        }
        TokenKind::Number
    }

    fn digits(&mut self) {
        while self.peek(0).is_ascii_digit()
            || (self.peek(0) == b'_' && self.peek(1).is_ascii_digit())
        {
            self.at += 1;
        }
    }

    /// An operator ends where a comment begins, and ends in `+` or `-` only when it holds a character
    /// that no operator of standard SQL has.
    fn operator(&mut self) {
        let start = self.at;
        while is_operator(self.peek(0)) {
            let comment = matches!((self.peek(0), self.peek(1)), (b'-', b'-') | (b'/', b'*'));
            if comment && self.at > start {
                break;
            }
            self.at += 1;
        }
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        if text.len() > 1 && !text.iter().any(|b| b"~!@#%^&|`?".contains(b)) {
            while self.at > start + 1 && matches!(self.bytes.get(self.at - 1), Some(b'+' | b'-')) {
                self.at -= 1;
            }
        }
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_part(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> Vec<(TokenKind, &str)> {
        let mut lexer = Lexer::new(source, 0);
        let mut tokens = Vec::new();
        while let Some(token) = lexer.next_token().unwrap() {
            tokens.push((token.kind, token.text(source)));
        }
        tokens
    }

    #[test]
    fn nested_comments_and_dollar_quotes_are_one_thing_each() {
        assert_eq!(
            tokens("a /* b /* c */ d */ $x$ $$ $x$ $1"),
            [
                (TokenKind::Word, "a"),
                (TokenKind::DollarString, "$x$ $$ $x$"),
                (TokenKind::Parameter, "$1"),
            ]
        );
    }

    #[test]
    fn operators_end_before_comments_and_signs() {
        assert_eq!(
            tokens("a=-1--x\n@-b"),
            [
                (TokenKind::Word, "a"),
                (TokenKind::Operator, "="),
                (TokenKind::Operator, "-"),
                (TokenKind::Number, "1"),
                (TokenKind::Operator, "@-"),
                (TokenKind::Word, "b"),
            ]
        );
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        for source in ["'a", "\"a", "/* /* */", "$a$ b", "E'\\'"] {
            assert!(Lexer::new(source, 0).next_token().is_err(), "{source}");
        }
    }
}
