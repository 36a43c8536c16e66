//! Calls of functions that the files define and that change the schema.

use std::collections::HashSet;

use super::super::cursor::{Cursor, quote_ident};
use super::super::decode::decode_name;
use super::super::lexer::Token;
use super::super::{expression, schema};
use super::shapes::shapes;
use super::value::Value;
use super::{Code, Flow, Run, place, span};
use crate::catalog::{Function, FunctionBody, QualifiedName};

/// How deeply functions may call each other.
const MAX_DEPTH: usize = 16;

/// How many functions a statement may call in all.
pub(super) const MAX_CALLS: usize = 1000;

impl Run<'_> {
    /// A query: `SELECT f(…)` and `PERFORM f(…)` run the function, if the files define it.
    pub(super) fn query(&mut self, cursor: &Cursor<'_>) -> Flow {
        let tokens = cursor.tokens();
        let source = cursor.source();
        for (at, token) in tokens.iter().enumerate() {
            let Some((start, schema, name)) = called(tokens, source, at) else {
                continue;
            };
            if name == "addgeometrycolumn" {
                let arguments = tokens.get(at + 2..tokens.len().saturating_sub(1));
                self.add_geometry_column(cursor, arguments.unwrap_or_default());
                continue;
            }
            let Some(function) = self.shaping(schema.as_deref(), &name) else {
                continue;
            };
            self.called = true;
            // The call has to be all there is, so that it runs once.
            let arguments = tokens.get(at + 2..).unwrap_or_default();
            let values = match (start, arguments.split_last()) {
                (1, Some((close, arguments))) if close.is_symbol(b')') => {
                    self.arguments(cursor, arguments)
                }
                _ => None,
            };
            let flow = match values {
                Some(values) if self.calls < MAX_DEPTH && self.budget > 0 => {
                    self.function(&function, values, cursor)
                }
                _ => {
                    let place = place(cursor, token.span());
                    let message =
                        format!("`{name}` changes the schema, and this call of it is not run");
                    self.pass_over(place, &message);
                    Flow::Next
                }
            };
            if flow == Flow::Raise {
                return flow;
            }
        }
        Flow::Next
    }

    /// `AddGeometryColumn([schema,] table, column, srid, type, dimensions)`, PostGIS's way to add a column.
    fn add_geometry_column(&mut self, cursor: &Cursor<'_>, arguments: &[Token]) {
        let values = self.arguments(cursor, arguments).unwrap_or_default();
        let names = values.iter().map_while(|value| match value {
            Some(Value::Text(text)) => Some(quote_ident(text)),
            _ => None,
        });
        let mut names: Vec<String> = names.collect();
        let rest = values.get(names.len()..).unwrap_or_default();
        let (
            Some(column),
            [
                Some(Value::Number(srid)),
                Some(Value::Text(ty)),
                Some(Value::Number(dimensions)),
                ..,
            ],
        ) = (names.pop(), rest)
        else {
            let place = place(cursor, span(cursor.tokens()));
            return self.pass_over(place, "this adds a column that is not known here");
        };
        let suffix = match dimensions {
            3 => "Z",
            4 => "ZM",
            _ => "",
        };
        let srid = match srid {
            ..=0 => String::new(),
            srid => format!(", {srid}"),
        };
        let table = names.join(".");
        let code = Code {
            text: format!("ALTER TABLE {table} ADD COLUMN {column} geometry({ty}{suffix}{srid})"),
            place: place(cursor, span(cursor.tokens())),
            language: "sql",
        };
        self.called = true;
        self.code(&code, cursor);
    }

    /// The function of that name, if there is one alone and it may change the schema.
    fn shaping(&self, schema: Option<&str>, name: &str) -> Option<Function> {
        let at = self.only_function(schema, name)?;
        let function = self.state.catalog.functions.get(at)?;
        match &function.body {
            Some(FunctionBody::Text(body)) if self.may_shape(body, &mut HashSet::from([at])) => {
                Some(function.clone())
            }
            _ => None,
        }
    }

    fn only_function(&self, schema: Option<&str>, name: &str) -> Option<usize> {
        let find = |name: &QualifiedName| self.state.functions.get(name);
        match self.state.resolve(schema, name, find)?.1.as_slice() {
            &[at] => Some(at),
            _ => None,
        }
    }

    /// Whether a text has statements that may change the schema, or calls functions that have.
    pub(super) fn may_shape(&self, text: &str, seen: &mut HashSet<usize>) -> bool {
        let tokens = expression::tokens(text);
        if shapes(text, &tokens) {
            return true;
        }
        (0..tokens.len()).any(|at| {
            let Some((_, schema, name)) = called(&tokens, text, at) else {
                return false;
            };
            let Some(at) = self.only_function(schema.as_deref(), &name) else {
                return false;
            };
            match self.state.catalog.functions.get(at).map(|it| &it.body) {
                Some(Some(FunctionBody::Text(body))) => {
                    seen.insert(at) && self.may_shape(body, seen)
                }
                _ => false,
            }
        })
    }

    /// The values of the arguments of a call, the unknown ones `None`.
    fn arguments(&self, cursor: &Cursor<'_>, tokens: &[Token]) -> Option<Vec<Option<Value>>> {
        let mut cursor = cursor.within(tokens);
        let mut values = Vec::new();
        while !cursor.at_end() {
            let start = cursor.position();
            cursor.skip_item().ok()?;
            let argument = tokens.get(start..cursor.position())?;
            values.push(self.value(&cursor, argument));
            if !cursor.accept_symbol(b',') && !cursor.at_end() {
                return None;
            }
        }
        Some(values)
    }

    fn function(
        &mut self,
        function: &Function,
        values: Vec<Option<Value>>,
        cursor: &Cursor<'_>,
    ) -> Flow {
        let Some(FunctionBody::Text(body)) = &function.body else {
            return Flow::Next;
        };
        let names = function
            .arguments
            .iter()
            .map(|argument| argument.name.clone());
        let known = names.zip(values);
        let known = known.filter_map(|(name, value)| Some((name?, value?)));
        let variables = std::mem::replace(&mut self.variables, known.collect());
        let path = self.state.search_path.clone();
        if let Some(setting) = function.settings.iter().find(|it| it.name == "search_path") {
            schema::set_path(self.state, &setting.values);
        }
        self.calls += 1;
        self.budget -= 1;
        let code = Code {
            text: body.clone(),
            place: place(cursor, span(cursor.tokens())),
            language: &function.language,
        };
        let flow = self.code(&code, cursor);
        self.calls -= 1;
        self.state.search_path = path;
        self.variables = variables;
        match flow {
            Flow::Raise => Flow::Raise,
            Flow::Next | Flow::Return => Flow::Next,
        }
    }
}

/// The call whose name ends at a token: where it begins, the schema and the name.
fn called(tokens: &[Token], source: &str, at: usize) -> Option<(usize, Option<String>, String)> {
    let token = tokens.get(at).filter(|token| token.is_name())?;
    tokens.get(at + 1).filter(|next| next.is_symbol(b'('))?;
    let name = decode_name(token, source);
    match tokens.get(..at)? {
        [.., schema, dot] if dot.is_symbol(b'.') => {
            Some((at - 2, Some(decode_name(schema, source)), name))
        }
        _ => Some((at, None, name)),
    }
}
