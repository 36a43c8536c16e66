//! Code in the schema's files: `DO` blocks, and functions that a file defines and calls.
//!
//! What they make of the schema is followed where that is certain: statements in a row, those in `EXECUTE`
//! of a text that is known, those under `IF` of a condition on what was made so far (most often that it is
//! not there yet), and errors that the block handles. Of everything else that changes the schema the user
//! is told that it was not run.

mod calls;
mod rows;
mod shapes;
mod syntax;
mod value;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

pub(super) use self::shapes::shapes;
use self::shapes::shapes_text;
use self::syntax::{Block, Handler, Step};
use self::value::{Value, Variables};
use super::cursor::{Cursor, Result};
use super::decode::{decode_name, decode_string};
use super::lexer::{Token, TokenKind};
use super::state::State;
use super::{expression, schema};
use crate::diagnostics::{Diagnostic, Place, Severity, SourceFile};

/// `DO`, after this word.
pub(super) fn do_block(state: &mut State, cursor: &mut Cursor<'_>) -> Result<()> {
    let mut language = "plpgsql".to_owned();
    let mut body = None;
    while let Some(token) = cursor.peek() {
        if token.is_string() {
            body = Some(token);
            cursor.string()?;
        } else if cursor.accept("language") {
            language = match cursor.is_string() {
                true => cursor.string()?,
                false => cursor.label()?.name,
            };
        } else {
            return Err(cursor.expected("the block as a string, or `LANGUAGE`"));
        }
    }
    let Some(body) = body else {
        return Err(cursor.expected("the block as a string"));
    };
    let code = Code {
        text: decode_string(body, cursor.source()),
        place: place(cursor, body.span()),
        language: &language,
    };
    Run::new(state).code(&code, cursor);
    Ok(())
}

/// A query, of which the functions it calls may change the schema; `false` where none does.
pub(super) fn call(state: &mut State, cursor: &Cursor<'_>) -> bool {
    let mut run = Run::new(state);
    run.query(cursor);
    run.called
}

/// The body of a block or function.
struct Code<'c> {
    text: String,
    /// Where it stands, or is called.
    place: Option<Place>,
    language: &'c str,
}

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Return,
    /// With an error, which is the last of the state's.
    Raise,
}

/// A block or function that runs.
struct Run<'s> {
    state: &'s mut State,
    variables: Variables,
    /// Whether errors are handled somewhere, so that they stop what runs.
    guarded: bool,
    calls: usize,
    /// How many functions may still be called.
    budget: usize,
    /// Whether a function was called that changes the schema.
    called: bool,
}

impl<'s> Run<'s> {
    fn new(state: &'s mut State) -> Self {
        Self {
            state,
            variables: HashMap::new(),
            guarded: false,
            calls: 0,
            budget: calls::MAX_CALLS,
            called: false,
        }
    }

    fn code(&mut self, code: &Code<'_>, cursor: &Cursor<'_>) -> Flow {
        let is_sql = matches!(code.language, "plpgsql" | "sql");
        let shapes = match is_sql {
            true => self.may_shape(&code.text, &mut HashSet::new()),
            // Its strings are not SQL's.
            false => shapes_text(&code.text.replace(['"', '\''], " ")),
        };
        if !shapes {
            return Flow::Next;
        }
        // Where the body stands in the file as it is meant, problems are said of their own lines.
        if let Some(place) = &code.place
            && let Some(inner) = inside(&place.file.text, place.span.clone(), &code.text)
        {
            let text = place.file.text.get(..inner.end).unwrap_or_default();
            let tokens = expression::tokens_from(text, inner.start);
            return self.body(code, &mut Cursor::new(&place.file, &tokens));
        }
        let path = cursor.file().path.clone();
        let text = code.text.clone();
        let file = Arc::new(SourceFile { path, text });
        let said = self.state.diagnostics.len();
        let tokens = expression::tokens(&file.text);
        let flow = self.body(code, &mut Cursor::new(&file, &tokens));
        self.state.place_problems(said, &file, code.place.as_ref());
        flow
    }

    fn body(&mut self, code: &Code<'_>, cursor: &mut Cursor<'_>) -> Flow {
        match code.language {
            "plpgsql" => {
                if let Some(block) = syntax::block(cursor) {
                    return self.block(cursor, &block);
                }
            }
            "sql" => return self.statements(cursor),
            _ => {}
        }
        self.pass_over(
            code.place.clone(),
            "this code changes the schema, and is not read",
        );
        Flow::Next
    }

    /// Statements of SQL, one after the other.
    fn statements(&mut self, cursor: &Cursor<'_>) -> Flow {
        for tokens in cursor.tokens().split(|token| token.is_symbol(b';')) {
            let flow = match tokens {
                [] => Flow::Next,
                tokens => self.sql(&mut cursor.within(tokens)),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn block(&mut self, cursor: &Cursor<'_>, block: &Block<'_>) -> Flow {
        for declaration in &block.declarations {
            self.declare(&mut cursor.within(declaration));
        }
        if block.handlers.is_empty() {
            return self.steps(cursor, &block.body);
        }
        // What fails at once changes nothing, and needs no way back.
        let before = match block.body.as_slice() {
            [Step::Plain(tokens)] if is_atomic(tokens, cursor.source()) => None,
            _ => Some(self.state.clone()),
        };
        let said = self.state.diagnostics.len();
        let guarded = std::mem::replace(&mut self.guarded, true);
        let flow = self.steps(cursor, &block.body);
        self.guarded = guarded;
        if flow != Flow::Raise {
            return flow;
        }
        let problems = self.state.diagnostics.split_off(said);
        let handler = problems.last().and_then(|problem| {
            block
                .handlers
                .iter()
                .find(|it| catches(it, cursor, problem))
        });
        match handler {
            Some(handler) => {
                if let Some(before) = before {
                    self.state.go_back(before);
                }
                self.steps(cursor, &handler.body)
            }
            None => {
                self.state.diagnostics.extend(problems);
                self.failed()
            }
        }
    }

    /// After an error: what handles it goes on, and where nothing does, the next statement.
    fn failed(&self) -> Flow {
        match self.guarded {
            true => Flow::Raise,
            false => Flow::Next,
        }
    }

    fn steps(&mut self, cursor: &Cursor<'_>, steps: &[Step<'_>]) -> Flow {
        for step in steps {
            let flow = match step {
                Step::Plain(tokens) => self.statement(&mut cursor.within(tokens)),
                Step::Block(block) => self.block(cursor, block),
                Step::If {
                    branches,
                    otherwise,
                } => self.branches(cursor, step, branches, otherwise),
                Step::Maybe(first, _) => {
                    self.unknown(cursor, first, step);
                    Flow::Next
                }
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn branches(
        &mut self,
        cursor: &Cursor<'_>,
        step: &Step<'_>,
        branches: &[(&[Token], Vec<Step<'_>>)],
        otherwise: &[Step<'_>],
    ) -> Flow {
        for (condition, body) in branches {
            match self.value(cursor, condition) {
                Some(Value::Bool(true)) => return self.steps(cursor, body),
                Some(Value::Bool(false) | Value::Null) => {}
                _ => {
                    self.unknown(cursor, condition, step);
                    return Flow::Next;
                }
            }
        }
        self.steps(cursor, otherwise)
    }

    /// Passes over statements of which it is not known whether and how often they run.
    fn unknown(&mut self, cursor: &Cursor<'_>, first: &[Token], step: &Step<'_>) {
        let source = cursor.source();
        if step.tokens().iter().any(|it| shapes(source, it)) {
            let place = place(&cursor.within(first), span(first));
            self.pass_over(
                place,
                "what this does to the schema is not known without running it",
            );
        }
        self.variables.clear();
    }

    fn pass_over(&mut self, place: Option<Place>, message: &str) {
        let warning = Diagnostic::warning(message).help(
            "write the statements outside of the block, or read the schema from the database",
        );
        self.state.report(Diagnostic { place, ..warning });
    }

    fn value(&self, cursor: &Cursor<'_>, tokens: &[Token]) -> Option<Value> {
        let text = cursor.source().get(span(tokens))?;
        value::evaluate(text, self.state, &self.variables)
    }

    fn assign(&mut self, name: String, value: Option<Value>) {
        match value {
            Some(value) => self.variables.insert(name, value),
            None => self.variables.remove(&name),
        };
    }

    /// `name [CONSTANT] type [:= value]`
    fn declare(&mut self, cursor: &mut Cursor<'_>) {
        let Ok(name) = cursor.label() else {
            return;
        };
        let tokens = cursor.tokens();
        let source = cursor.source();
        let at = tokens.iter().position(|token| {
            token.is_operator(source, ":=")
                || token.is_operator(source, "=")
                || token.is_word(source, "default")
        });
        let value = match at.and_then(|at| tokens.get(at + 1..)) {
            Some(value) => self.value(cursor, value),
            None => Some(Value::Null),
        };
        self.assign(name.name, value);
    }

    fn statement(&mut self, cursor: &mut Cursor<'_>) -> Flow {
        let tokens = cursor.tokens();
        let source = cursor.source();
        if let [name, operator, value @ ..] = tokens
            && name.is_name()
            && (operator.is_operator(source, ":=") || operator.is_operator(source, "="))
        {
            let value = self.value(cursor, value);
            self.assign(decode_name(name, source), value);
            return Flow::Next;
        }
        if cursor.accept("raise") {
            return self.raise(cursor);
        }
        if cursor.is("return") {
            // `RETURN QUERY` and `RETURN NEXT` go on.
            let goes_on = cursor.is_at(1, "query") || cursor.is_at(1, "next");
            return if goes_on { Flow::Next } else { Flow::Return };
        }
        if cursor.accept("execute") {
            return self.execute(cursor);
        }
        if cursor.is("perform") {
            return self.sql(cursor);
        }
        const OF_PLPGSQL: [&str; 9] = [
            "null", "assert", "get", "open", "exit", "continue", "commit", "rollback", "close",
        ];
        if cursor.is_any(&OF_PLPGSQL) {
            return Flow::Next;
        }
        if let Some(into) = into(tokens, source) {
            return self.select_into(cursor, into);
        }
        self.sql(cursor)
    }

    /// A statement of SQL, or `PERFORM`, which is a query.
    fn sql(&mut self, cursor: &mut Cursor<'_>) -> Flow {
        let is_query = cursor.is_any(&["select", "perform", "call"]);
        if is_query && into(cursor.tokens(), cursor.source()).is_none() {
            let mut call = cursor.clone();
            call.advance();
            schema::set_config(self.state, &mut call);
            return self.query(cursor);
        }
        let said = self.state.diagnostics.len();
        if let Err(error) = super::apply(self.state, cursor) {
            self.state.report(error);
        }
        let new = self.state.diagnostics.get(said..).unwrap_or_default();
        match new.iter().any(|it| it.severity == Severity::Error) {
            true => self.failed(),
            false => Flow::Next,
        }
    }

    /// `RAISE`, after this word.
    fn raise(&mut self, cursor: &Cursor<'_>) -> Flow {
        if cursor.is_any(&["debug", "log", "info", "notice", "warning"]) {
            return Flow::Next;
        }
        self.state
            .report(cursor.error_at(span(cursor.tokens()), "this block ends with an error here").help("as the statements before it are read, the condition holds that it stands under"));
        self.failed()
    }

    /// `SELECT … INTO variable …`
    fn select_into(&mut self, cursor: &Cursor<'_>, into: usize) -> Flow {
        let source = cursor.source();
        let (before, after) = cursor.tokens().split_at(into);
        let strict = after.get(1).is_some_and(|it| it.is_word(source, "strict"));
        let mut names = Vec::new();
        let mut rest = after.get(1 + usize::from(strict)..).unwrap_or_default();
        while let [name, after @ ..] = rest {
            names.push(decode_name(name, source));
            rest = after;
            match rest {
                [comma, after @ ..] if comma.is_symbol(b',') => rest = after,
                _ => break,
            }
        }
        let text = |tokens| source.get(span(tokens)).unwrap_or_default();
        let query = format!("({} {})", text(before), text(rest));
        let value = match before.first() {
            Some(first) if first.is_word(source, "select") && names.len() == 1 => {
                value::evaluate(&query, self.state, &self.variables)
            }
            _ => None,
        };
        for name in names {
            self.assign(name, value.clone());
        }
        self.variables.remove("found");
        Flow::Next
    }

    /// `EXECUTE`, after this word.
    fn execute(&mut self, cursor: &Cursor<'_>) -> Flow {
        let source = cursor.source();
        let tokens = cursor.tokens().get(cursor.position()..).unwrap_or_default();
        let end = tokens
            .iter()
            .position(|token| token.is_word(source, "into") || token.is_word(source, "using"));
        let tokens = tokens
            .get(..end.unwrap_or(tokens.len()))
            .unwrap_or_default();
        if let Some(Value::Text(text)) = self.value(cursor, tokens) {
            let code = Code {
                text,
                place: place(cursor, span(tokens)),
                language: "sql",
            };
            return self.code(&code, cursor);
        }
        if shapes(source, tokens) {
            let place = place(cursor, span(tokens));
            self.pass_over(
                place,
                "this changes the schema by a text that is not known here",
            );
        }
        Flow::Next
    }
}

/// Whether a statement does one thing, which is refused before anything is changed: it makes a type, or adds
/// one constraint.
fn is_atomic(tokens: &[Token], source: &str) -> bool {
    let mut depth = 0_usize;
    let one = tokens.iter().all(|token| {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || !token.is_symbol(b',')
    });
    let has = |words: [&str; 2]| {
        let mut pairs = tokens.windows(2);
        pairs.any(|pair| {
            pair.iter()
                .zip(words)
                .all(|(token, word)| token.is_word(source, word))
        })
    };
    one && (has(["create", "type"]) || (has(["alter", "table"]) && has(["add", "constraint"])))
}

/// Whether a handler is of an error, whose kind its message tells.
fn catches(handler: &Handler<'_>, cursor: &Cursor<'_>, problem: &Diagnostic) -> bool {
    handler.conditions.iter().any(|token| {
        let condition = match token.is_string() {
            true => decode_string(token, cursor.source()),
            false => decode_name(token, cursor.source()),
        };
        let says = |text| problem.message.contains(text);
        match condition.as_str() {
            "others" => true,
            "42701" | "42710" | "42P06" | "42P07" | "42723" => says("already"),
            "42P01" | "42703" | "42704" | "42883" | "3F000" | "invalid_schema_name" => {
                says("does not exist") || says("has no")
            }
            "42P16" | "invalid_table_definition" => says("already has"),
            "P0001" | "raise_exception" => says("this block ends"),
            other if other.starts_with("duplicate_") => says("already"),
            other if other.starts_with("undefined_") => says("does not exist") || says("has no"),
            _ => false,
        }
    })
}

/// The place of `INTO`, if the statement assigns what it gives to variables.
fn into(tokens: &[Token], source: &str) -> Option<usize> {
    let verbs = [
        "select", "with", "insert", "update", "delete", "merge", "fetch",
    ];
    let first = tokens.first()?;
    if !verbs.iter().any(|verb| first.is_word(source, verb)) {
        return None;
    }
    let mut depth = 0_usize;
    tokens
        .iter()
        .enumerate()
        .skip(2)
        .position(|(_, token)| {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_word(source, "into")
        })
        .map(|at| at + 2)
}

/// The bytes that a string's value has in a file, if it stands there as it is meant.
fn inside(source: &str, token: Range<usize>, value: &str) -> Option<Range<usize>> {
    let text = source.get(token.clone())?;
    let at = text.find(value)?;
    let start = token.start + at;
    Some(start..start + value.len())
}

fn span(tokens: &[Token]) -> Range<usize> {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}

fn place(cursor: &Cursor<'_>, span: Range<usize>) -> Option<Place> {
    cursor.error_at(span, "").place
}
