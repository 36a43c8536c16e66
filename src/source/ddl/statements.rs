//! A file of SQL, cut into statements as psql does it.

use super::lexer::{LexError, Lexer, Token, TokenKind};

/// Statements that move data or give rights: no part of them but the first word is of interest.
const SKIPPED: [&str; 7] = [
    "insert", "update", "delete", "merge", "grant", "revoke", "values",
];

/// Runs what a query gives. It stays behind the query.
pub(super) const GEXEC: &str = "\\gexec";

/// Reads a file statement by statement.
pub(super) struct Statements<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
}

impl<'a> Statements<'a> {
    /// The statements of a text.
    pub fn new(source: &'a str) -> Self {
        Self {
            source,
            lexer: Lexer::new(source, 0),
        }
    }

    /// The tokens of the next statement without its semicolon, or a meta-command; `None` at the end. Of a
    /// statement that only moves data, the first token.
    ///
    /// # Errors
    ///
    /// When a quote or comment is not closed; nothing can be read after that.
    pub fn next_statement(&mut self) -> Result<Option<Vec<Token>>, LexError> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut shape = Shape::default();
        while let Some(token) = self.lexer.next_token()? {
            match token.kind {
                // `\.` and the like between statements stand alone; inside one, `\g` and its kin end it.
                TokenKind::MetaCommand if tokens.is_empty() => {
                    return Ok(Some(vec![token]));
                }
                TokenKind::MetaCommand => {
                    let command = token.text(self.source);
                    if command.starts_with(GEXEC) {
                        tokens.push(token);
                    }
                    if command.starts_with("\\g") {
                        break;
                    }
                    continue;
                }
                TokenKind::Symbol(b';') if shape.ends_here() => {
                    if tokens.is_empty() {
                        continue;
                    }
                    if is_copy_from_stdin(&tokens, self.source) {
                        self.skip_copy_data();
                    }
                    break;
                }
                _ => {}
            }
            shape.add(&token, self.source);
            if !shape.skipped || tokens.is_empty() {
                tokens.push(token);
            }
        }
        Ok((!tokens.is_empty()).then_some(tokens))
    }

    /// Goes on after the line `\.`. The data in between is not looked at.
    fn skip_copy_data(&mut self) {
        let from = self.lexer.position();
        let rest = self.source.get(from..).unwrap_or_default();
        let mut at = 0;
        while let Some(found) = rest.get(at..).and_then(|rest| rest.find("\n\\.")) {
            let after = at + found + 3;
            let tail = rest.get(after..).unwrap_or_default();
            if tail.is_empty() || tail.starts_with('\n') || tail.starts_with("\r\n") {
                self.lexer.seek(from + after);
                return;
            }
            at = after;
        }
        self.lexer.seek(self.source.len());
    }
}

/// What decides where a statement ends, beside its semicolon: the parentheses of a rule's commands, and
/// `BEGIN ATOMIC … END` in a function (psql's `psqlscan.l` counts the same words).
#[derive(Default)]
struct Shape {
    words: usize,
    create: bool,
    rule: bool,
    routine: bool,
    skipped: bool,
    parentheses: usize,
    blocks: usize,
}

impl Shape {
    fn ends_here(&self) -> bool {
        self.blocks == 0 && (!self.rule || self.parentheses == 0)
    }

    fn add(&mut self, token: &Token, source: &str) {
        match token.kind {
            TokenKind::Symbol(b'(') => self.parentheses += 1,
            TokenKind::Symbol(b')') => self.parentheses = self.parentheses.saturating_sub(1),
            TokenKind::Word => self.add_word(token, source),
            _ => {}
        }
    }

    fn add_word(&mut self, token: &Token, source: &str) {
        let is = |word: &str| token.is_word(source, word);
        match self.words {
            0 => {
                self.create = is("create");
                self.skipped = SKIPPED.iter().any(|word| is(word));
            }
            1..=3 if self.create => {
                self.rule |= is("rule");
                self.routine |= is("function") || is("procedure");
                self.create = is("or") || is("replace");
            }
            _ => {}
        }
        self.words += 1;
        if self.routine && self.parentheses == 0 {
            if is("begin") || (self.blocks > 0 && is("case")) {
                self.blocks += 1;
            } else if is("end") {
                self.blocks = self.blocks.saturating_sub(1);
            }
        }
    }
}

fn is_copy_from_stdin(tokens: &[Token], source: &str) -> bool {
    tokens
        .first()
        .is_some_and(|token| token.is_word(source, "copy"))
        && tokens.windows(2).any(|pair| match pair {
            [from, stdin] => from.is_word(source, "from") && stdin.is_word(source, "stdin"),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(source: &str) -> Vec<&str> {
        let mut statements = Statements::new(source);
        let mut texts = Vec::new();
        while let Some(statement) = statements.next_statement().unwrap() {
            let (first, last) = (statement[0], statement[statement.len() - 1]);
            texts.push(&source[first.start..last.end]);
        }
        texts
    }

    #[test]
    fn semicolons_in_quotes_and_blocks_do_not_end_a_statement() {
        let source = "SELECT ';'; \
            CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; \
            CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);;\
            CREATE TABLE t (a int";
        assert_eq!(
            statements(source),
            [
                "SELECT ';'",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END",
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
                "CREATE TABLE t (a int",
            ]
        );
    }

    #[test]
    fn copied_rows_and_meta_commands_are_passed_over() {
        let source = "\\restrict x'y\nCOPY t (a) FROM stdin;\n'; \\.x\nit's\n\\.\n\nSELECT 1 \\gexec\nSELECT 2;\
            COPY t FROM stdin WITH (FORMAT csv);\r\n\\.\r\nSELECT 3";
        assert_eq!(
            statements(source),
            [
                "\\restrict x'y",
                "COPY t (a) FROM stdin",
                "SELECT 1 \\gexec",
                "SELECT 2",
                "COPY t FROM stdin WITH (FORMAT csv)",
                "SELECT 3",
            ]
        );
    }
}
