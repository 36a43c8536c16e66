//! The structure of a block of PL/pgSQL (manual, chapter "PL/pgSQL"): which statements run in order, and
//! which only where something holds.

use super::super::cursor::Cursor;
use super::super::lexer::{Token, TokenKind};

/// Deeper blocks are not read.
const MAX_DEPTH: usize = 64;

/// `[DECLARE …] BEGIN … [EXCEPTION …] END`.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub declarations: Vec<&'a [Token]>,
    pub body: Vec<Step<'a>>,
    pub handlers: Vec<Handler<'a>>,
}

/// `WHEN conditions THEN …`
#[derive(Debug)]
pub(super) struct Handler<'a> {
    pub conditions: &'a [Token],
    pub body: Vec<Step<'a>>,
}

/// A statement.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A statement of SQL or a simple one of PL/pgSQL, without its semicolon.
    Plain(&'a [Token]),
    /// `IF … THEN … ELSIF … ELSE … END IF`.
    If {
        branches: Vec<(&'a [Token], Vec<Step<'a>>)>,
        otherwise: Vec<Step<'a>>,
    },
    Block(Block<'a>),
    /// A loop or `CASE`: statements that run any number of times, the first token of it before them.
    Maybe(&'a [Token], Vec<Step<'a>>),
}

impl<'a> Step<'a> {
    /// The statements and conditions in it.
    pub fn tokens(&self) -> Vec<&'a [Token]> {
        let of = |steps: &[Step<'a>]| steps.iter().flat_map(Step::tokens).collect::<Vec<_>>();
        match self {
            Self::Plain(tokens) => vec![tokens],
            Self::If {
                branches,
                otherwise,
            } => {
                let mut all = of(otherwise);
                all.extend(branches.iter().flat_map(|(_, body)| of(body)));
                all
            }
            Self::Block(block) => {
                let mut all = of(&block.body);
                all.extend(block.handlers.iter().flat_map(|it| of(&it.body)));
                all
            }
            Self::Maybe(_, body) => of(body),
        }
    }
}

/// Reads a block, if it is one.
pub(super) fn block<'a>(cursor: &mut Cursor<'a>) -> Option<Block<'a>> {
    let block = Parser { cursor, depth: 0 }.block()?;
    cursor.at_end().then_some(block)
}

struct Parser<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    depth: usize,
}

impl<'a> Parser<'_, 'a> {
    fn block(&mut self) -> Option<Block<'a>> {
        self.label();
        let mut block = Block::default();
        if self.cursor.accept("declare") {
            while !self.cursor.is("begin") {
                block.declarations.push(self.until_semicolon()?);
            }
        }
        self.cursor.expect("begin").ok()?;
        block.body = self.steps(&["exception", "end"])?;
        if self.cursor.accept("exception") {
            while self.cursor.accept("when") {
                let conditions = self.until("then")?;
                let body = self.steps(&["when", "end"])?;
                block.handlers.push(Handler { conditions, body });
            }
        }
        self.end(None)?;
        Some(block)
    }

    /// `<<name>>`
    fn label(&mut self) {
        if self.cursor.accept_operator("<<") {
            self.cursor.advance();
            self.cursor.accept_operator(">>");
        }
    }

    /// `END [word] [label];`
    fn end(&mut self, word: Option<&str>) -> Option<()> {
        self.cursor.expect("end").ok()?;
        if let Some(word) = word {
            self.cursor.expect(word).ok()?;
        }
        if !self.cursor.is_symbol(b';') {
            self.cursor.advance();
        }
        self.cursor.accept_symbol(b';');
        Some(())
    }

    /// The statements up to one of these words.
    fn steps(&mut self, stops: &[&str]) -> Option<Vec<Step<'a>>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut steps = Vec::new();
        while !self.cursor.is_any(stops) {
            if self.cursor.at_end() {
                return None;
            }
            if !self.cursor.accept_symbol(b';') {
                steps.push(self.step()?);
            }
        }
        self.depth -= 1;
        Some(steps)
    }

    fn step(&mut self) -> Option<Step<'a>> {
        self.label();
        if self.cursor.is_any(&["begin", "declare"]) {
            return self.block().map(Step::Block);
        }
        if self.cursor.accept("if") {
            return self.branches();
        }
        let first = self.rest(self.cursor.position())?.get(..1)?;
        if self.cursor.is_any(&["for", "foreach", "while", "loop"]) {
            self.until("loop")?;
            let body = self.steps(&["end"])?;
            self.end(Some("loop"))?;
            return Some(Step::Maybe(first, body));
        }
        if self.cursor.accept("case") {
            self.until("when")?;
            let mut body = Vec::new();
            loop {
                self.until("then")?;
                body.extend(self.steps(&["when", "else", "end"])?);
                if !self.cursor.accept("when") {
                    break;
                }
            }
            if self.cursor.accept("else") {
                body.extend(self.steps(&["end"])?);
            }
            self.end(Some("case"))?;
            return Some(Step::Maybe(first, body));
        }
        self.until_semicolon().map(Step::Plain)
    }

    fn branches(&mut self) -> Option<Step<'a>> {
        let mut branches = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            let condition = self.until("then")?;
            let body = self.steps(&["elsif", "elseif", "else", "end"])?;
            branches.push((condition, body));
            if self.cursor.accept("elsif") || self.cursor.accept("elseif") {
                continue;
            }
            if self.cursor.accept("else") {
                otherwise = self.steps(&["end"])?;
            }
            self.end(Some("if"))?;
            return Some(Step::If {
                branches,
                otherwise,
            });
        }
    }

    /// The tokens up to a word, which is read too. A word in parentheses or in `CASE … END` is not it.
    fn until(&mut self, word: &str) -> Option<&'a [Token]> {
        let start = self.cursor.position();
        let mut cases = 0_usize;
        loop {
            if cases == 0 && self.cursor.is(word) {
                let tokens = self.rest(start)?.get(..self.cursor.position() - start)?;
                self.cursor.advance();
                return Some(tokens);
            }
            if self.cursor.is_symbol(b'(') {
                self.cursor.skip_parentheses().ok()?;
                continue;
            }
            if self.cursor.is("case") {
                cases += 1;
            } else if self.cursor.is("end") {
                cases = cases.saturating_sub(1);
            }
            self.cursor.advance()?;
        }
    }

    /// The tokens up to a semicolon, which is read too.
    fn until_semicolon(&mut self) -> Option<&'a [Token]> {
        let start = self.cursor.position();
        let mut depth = 0_usize;
        while let Some(token) = self.cursor.advance() {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
                TokenKind::Symbol(b';') if depth == 0 => {
                    return self.rest(start)?.get(..self.cursor.position() - 1 - start);
                }
                _ => {}
            }
        }
        None
    }

    fn rest(&self, start: usize) -> Option<&'a [Token]> {
        self.cursor.tokens().get(start..)
    }
}
