//! The value of an expression in a block, as far as it follows from the statements so far. What only a
//! server knows (its settings, its roles, what is in the tables) has no value here.

use std::collections::HashMap;

use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectName, Query, Select, SelectItem, SetExpr, TableFactor, UnaryOperator,
    Value as Literal,
};

use super::super::cursor::{Name, quote_ident};
use super::super::decode::decode_name;
use super::super::expression;
use super::super::state::State;
use super::rows::{self, Row};
use crate::analyze;

/// A value that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
}

/// The variables of a block that have a known value.
pub(super) type Variables = HashMap<String, Value>;

/// The value of an expression, if it is known.
pub(super) fn evaluate(text: &str, state: &State, variables: &Variables) -> Option<Value> {
    let expression = analyze::parse_expression(text)?;
    Scope {
        state,
        variables,
        row: None,
    }
    .value(&expression)
}

#[derive(Clone, Copy)]
struct Scope<'a> {
    state: &'a State,
    variables: &'a Variables,
    /// The row of the catalog that a condition is asked of.
    row: Option<&'a Row>,
}

impl Scope<'_> {
    fn value(&self, expression: &Expr) -> Option<Value> {
        match expression {
            Expr::Nested(inner) => self.value(inner),
            Expr::Value(value) => literal(&value.value),
            Expr::Identifier(ident) => self.name(ident),
            Expr::CompoundIdentifier(parts) => self.column(&folded(parts.last()?)),
            Expr::Cast {
                expr, data_type, ..
            } => self.cast(self.value(expr)?, data_type),
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => self.truth(expr).map(|truth| Value::Bool(!truth)),
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => match self.value(expr)? {
                Value::Number(number) => number.checked_neg().map(Value::Number),
                _ => None,
            },
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::AnyOp {
                left,
                compare_op: BinaryOperator::Eq,
                right,
                ..
            } => self.any(&self.value(left)?, right).map(Value::Bool),
            Expr::InList {
                expr,
                list,
                negated,
            } => {
                let value = self.value(expr)?;
                let listed: Option<Vec<Value>> = list.iter().map(|it| self.value(it)).collect();
                Some(Value::Bool(listed?.contains(&value) != *negated))
            }
            Expr::IsNull(inner) => Some(Value::Bool(self.value(inner)? == Value::Null)),
            Expr::IsNotNull(inner) => Some(Value::Bool(self.value(inner)? != Value::Null)),
            Expr::IsTrue(inner) | Expr::IsNotFalse(inner) => self.truth(inner).map(Value::Bool),
            Expr::IsFalse(inner) | Expr::IsNotTrue(inner) => {
                self.truth(inner).map(|truth| Value::Bool(!truth))
            }
            Expr::Exists { subquery, negated } => {
                let found = !self.rows(select(subquery)?)?.is_empty();
                Some(Value::Bool(found != *negated))
            }
            Expr::Subquery(query) => self.scalar(query),
            Expr::Function(function) => self.call(function),
            _ => None,
        }
    }

    fn truth(&self, expression: &Expr) -> Option<bool> {
        match self.value(expression)? {
            Value::Bool(truth) => Some(truth),
            // It does not hold, which is all that a condition asks.
            Value::Null => Some(false),
            _ => None,
        }
    }

    fn text(&self, expression: &Expr) -> Option<String> {
        match self.value(expression)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A column, a variable, or a function without parentheses.
    fn name(&self, ident: &Ident) -> Option<Value> {
        let name = folded(ident);
        if name == "current_schema" {
            return self.state.creation_schema().map(Value::Text);
        }
        self.column(&name)
            .or_else(|| self.variables.get(&name).cloned())
    }

    fn column(&self, name: &str) -> Option<Value> {
        self.row?.cell(name).cloned()
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Value> {
        match op {
            BinaryOperator::And => match (self.truth(left), self.truth(right)) {
                (Some(false), _) | (_, Some(false)) => Some(Value::Bool(false)),
                (left, right) => Some(Value::Bool(left? && right?)),
            },
            BinaryOperator::Or => match (self.truth(left), self.truth(right)) {
                (Some(true), _) | (_, Some(true)) => Some(Value::Bool(true)),
                (left, right) => Some(Value::Bool(left? || right?)),
            },
            BinaryOperator::StringConcat => {
                let text = self.text(left)? + &self.text(right)?;
                Some(Value::Text(text))
            }
            // Rows of the catalog are joined already.
            BinaryOperator::Eq if self.row.is_some() && is_join(left, right) => {
                Some(Value::Bool(true))
            }
            _ => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                if left == Value::Null || right == Value::Null {
                    return Some(Value::Null);
                }
                let numbers = match (&left, &right) {
                    (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
                    _ => None,
                };
                Some(Value::Bool(match op {
                    BinaryOperator::Eq => left == right,
                    BinaryOperator::NotEq => left != right,
                    BinaryOperator::Lt => numbers?.is_lt(),
                    BinaryOperator::LtEq => numbers?.is_le(),
                    BinaryOperator::Gt => numbers?.is_gt(),
                    BinaryOperator::GtEq => numbers?.is_ge(),
                    _ => return None,
                }))
            }
        }
    }

    /// Whether the value is one of an array's: a list of constants, or the schemas of the `search_path`.
    fn any(&self, value: &Value, array: &Expr) -> Option<bool> {
        match array {
            Expr::Nested(inner) => self.any(value, inner),
            Expr::Cast { expr, .. } => self.any(value, expr),
            Expr::Array(array) => {
                let elements: Option<Vec<Value>> =
                    array.elem.iter().map(|it| self.value(it)).collect();
                Some(elements?.contains(value))
            }
            Expr::Function(function) if function_name(&function.name) == "current_schemas" => {
                let Value::Text(schema) = value else {
                    return None;
                };
                Some(self.state.search_path.contains(schema))
            }
            _ => None,
        }
    }

    fn cast(&self, value: Value, ty: &DataType) -> Option<Value> {
        let ty = ty.to_string().to_ascii_lowercase();
        match (value, ty.rsplit('.').next()?) {
            (value, "text" | "name" | "varchar" | "oid" | "character varying") => Some(value),
            (Value::Text(text), "regclass") => self.relation(&text).filter(|it| *it != Value::Null),
            (Value::Text(text), "regtype") => self.ty(&text).filter(|it| *it != Value::Null),
            (Value::Text(text), "regnamespace") => Some(Value::Text(text)),
            (value @ Value::Text(_), "\"char\"" | "char") => Some(value),
            (value @ Value::Number(_), "int" | "int4" | "integer" | "bigint" | "int8") => {
                Some(value)
            }
            (value @ Value::Bool(_), "bool" | "boolean") => Some(value),
            _ => None,
        }
    }

    /// `to_regclass`: the relation of that name in full, or NULL.
    fn relation(&self, text: &str) -> Option<Value> {
        let found = self.state.find_relation(&name_of(text)?);
        Some(found.map_or(Value::Null, |(name, _)| Value::Text(name.to_string())))
    }

    /// `to_regtype`, of types that are not PostgreSQL's own.
    fn ty(&self, text: &str) -> Option<Value> {
        let found = self.state.find_type(&name_of(text)?);
        Some(found.map_or(Value::Null, |(name, _)| Value::Text(name.to_string())))
    }

    fn call(&self, function: &Function) -> Option<Value> {
        let arguments = arguments(function)?;
        let text = |at: usize| self.text(arguments.get(at)?);
        match function_name(&function.name).as_str() {
            "current_schema" => self.state.creation_schema().map(Value::Text),
            "current_database" => Some(Value::Text(rows::DATABASE.into())),
            "to_regclass" => self.relation(&text(0)?),
            "to_regtype" => self.ty(&text(0)?),
            "pg_table_is_visible" | "pg_type_is_visible" | "pg_function_is_visible" => {
                let Value::Text(schema) = self.column("nspname")? else {
                    return None;
                };
                Some(Value::Bool(self.state.search_path.contains(&schema)))
            }
            "lower" => Some(Value::Text(text(0)?.to_lowercase())),
            "quote_ident" => Some(Value::Text(quote_ident(&text(0)?))),
            "quote_literal" => Some(Value::Text(quote_literal(&text(0)?))),
            "concat" => {
                let parts: Option<String> = arguments.iter().map(|it| self.text(it)).collect();
                parts.map(Value::Text)
            }
            "format" => {
                let (format, values) = arguments.split_first()?;
                let values: Option<Vec<String>> = values.iter().map(|it| self.text(it)).collect();
                format_text(&self.text(format)?, &values?).map(Value::Text)
            }
            _ => None,
        }
    }

    /// The value of a query of one row and column.
    fn scalar(&self, query: &Query) -> Option<Value> {
        let select = select(query)?;
        let [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] =
            select.projection.as_slice()
        else {
            return None;
        };
        if select.from.is_empty() && select.selection.is_none() {
            return self.value(item);
        }
        let rows = self.rows(select)?;
        if let Expr::Function(function) = item
            && function_name(&function.name) == "count"
        {
            return i64::try_from(rows.len()).ok().map(Value::Number);
        }
        match rows.as_slice() {
            [] => Some(Value::Null),
            [row] => Scope {
                row: Some(row),
                ..*self
            }
            .value(item),
            _ => None,
        }
    }

    /// The rows of the catalog that a query asks for, if all that it asks is known.
    fn rows(&self, select: &Select) -> Option<Vec<Row>> {
        let mut relations = Vec::new();
        let mut conditions: Vec<&Expr> = select.selection.iter().collect();
        for from in &select.from {
            relations.push(relation_name(&from.relation)?);
            for join in &from.joins {
                use sqlparser::ast::{JoinConstraint, JoinOperator};
                relations.push(relation_name(&join.relation)?);
                let (JoinOperator::Join(on) | JoinOperator::Inner(on)) = &join.join_operator else {
                    return None;
                };
                match on {
                    JoinConstraint::On(on) => conditions.push(on),
                    JoinConstraint::Using(_) => {}
                    JoinConstraint::Natural | JoinConstraint::None => return None,
                }
            }
        }
        let relations: Vec<&str> = relations.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for row in rows::of(self.state, &relations)? {
            let scope = Scope {
                row: Some(&row),
                ..*self
            };
            let truths: Vec<_> = conditions.iter().map(|it| scope.truth(it)).collect();
            if truths.contains(&Some(false)) {
                continue;
            }
            if truths.contains(&None) {
                return None;
            }
            found.push(row);
        }
        Some(found)
    }
}

/// Whether a comparison joins two relations: columns of both, each behind its relation's name.
fn is_join(left: &Expr, right: &Expr) -> bool {
    let table = |expression: &Expr| match expression {
        Expr::CompoundIdentifier(parts) => {
            let [.., table, _] = parts.as_slice() else {
                return None;
            };
            Some(folded(table))
        }
        _ => None,
    };
    matches!((table(left), table(right)), (Some(left), Some(right)) if left != right)
}

fn select(query: &Query) -> Option<&Select> {
    match query.body.as_ref() {
        SetExpr::Select(select) if query.with.is_none() => Some(select),
        _ => None,
    }
}

/// The catalog's relation that a query reads.
fn relation_name(relation: &TableFactor) -> Option<String> {
    match relation {
        TableFactor::Table {
            name, args: None, ..
        } => Some(function_name(name)),
        _ => None,
    }
}

fn function_name(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(folded).unwrap_or_default()
}

fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    }
}

fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else {
        return Some(Vec::new());
    };
    list.args
        .iter()
        .map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value),
            _ => None,
        })
        .collect()
}

fn literal(literal: &Literal) -> Option<Value> {
    match literal {
        Literal::Null => Some(Value::Null),
        Literal::Boolean(truth) => Some(Value::Bool(*truth)),
        Literal::Number(digits, _) => digits.parse().ok().map(Value::Number),
        Literal::SingleQuotedString(text) | Literal::EscapedStringLiteral(text) => {
            Some(Value::Text(text.clone()))
        }
        Literal::DollarQuotedString(text) => Some(Value::Text(text.value.clone())),
        _ => None,
    }
}

/// A name in a string, with its schema or without.
fn name_of(text: &str) -> Option<Name> {
    let tokens = expression::tokens(text);
    let (name, before) = tokens.split_last()?;
    let schema = match before {
        [] => None,
        [schema, dot] if dot.is_symbol(b'.') => Some(decode_name(schema, text)),
        _ => return None,
    };
    Some(Name {
        schema,
        name: decode_name(name, text),
        span: 0..0,
    })
}

fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `format`, of `%s`, `%I`, `%L` and `%%` (manual, section 9.4.1).
fn format_text(format: &str, values: &[String]) -> Option<String> {
    let mut values = values.iter();
    let mut text = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            '%' => text.push('%'),
            's' => text.push_str(values.next()?),
            'I' => text.push_str(&quote_ident(values.next()?)),
            'L' => text.push_str(&quote_literal(values.next()?)),
            _ => return None,
        }
    }
    Some(text)
}
