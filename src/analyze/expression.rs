//! SQL expressions → tree.

use std::rc::Rc;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, DataType, Expr, Ident, Query as SqlQuery, SetExpr,
    Spanned, Subscript as SqlSubscript, TrimWhereField, UnaryOperator, Value,
};

use sqlparser::tokenizer::Span;

use super::literals;
use super::names::{Names, UserKind};
use super::scope::{Found, Scope};
use super::tree::*;
use super::types::*;
use super::{AnalyzeError, MAX_DEPTH, byte_offset, fold, known_start, name_parts};
use crate::catalog::QualifiedName;

pub(super) type Result<T> = std::result::Result<T, AnalyzeError>;

/// Reads expressions and queries against a Catalog's names.
pub(super) struct Analyzer<'a> {
    pub names: &'a Names,
    pub path: &'a [String],
    /// The text, for places.
    pub text: &'a str,
    /// What names mean, innermost last.
    pub scopes: Vec<Scope>,
    /// Common table expressions in sight, innermost last.
    pub ctes: Vec<(Rc<str>, Vec<OutputColumn>)>,
    /// Aliases taken by the queries around this one.
    pub aliases: Vec<Vec<Rc<str>>>,
    pub depth: usize,
    /// How large the tree has become.
    pub weight: usize,
}

impl<'a> Analyzer<'a> {
    pub fn new(names: &'a Names, path: &'a [String], text: &'a str) -> Self {
        Self {
            names,
            path,
            text,
            scopes: Vec::new(),
            ctes: Vec::new(),
            aliases: Vec::new(),
            depth: 0,
            weight: 0,
        }
    }

    pub fn error(&self, at: &impl Spanned, message: impl Into<String>) -> AnalyzeError {
        self.error_at(at.span(), message)
    }

    pub fn error_at(&self, span: Span, message: impl Into<String>) -> AnalyzeError {
        AnalyzeError {
            message: message.into(),
            help: None,
            offset: known_start(span).map_or(0, |location| byte_offset(self.text, location)),
        }
    }

    /// Goes one level down, and not too far.
    pub fn nested<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return Err(AnalyzeError {
                message: "the query is nested too deeply".to_owned(),
                help: None,
                offset: 0,
            });
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Makes sure that the tree may have copies of a part of it: a part that is copied may hold copies
    /// itself, and the tree must not grow beyond the text's length by much.
    pub fn copy(&mut self, weight: usize, times: usize) -> Result<()> {
        const MAX_WEIGHT: usize = 1 << 20;
        self.weight = self.weight.saturating_add(weight.saturating_mul(times));
        if self.weight > MAX_WEIGHT {
            return Err(AnalyzeError {
                message: "the query is too complex".to_owned(),
                help: None,
                offset: 0,
            });
        }
        Ok(())
    }

    /// An expression that stands in the tree several times, with how much of it that is.
    pub fn weighed(&mut self, expr: &Expr) -> Result<(Node, usize)> {
        let before = self.weight;
        let node = self.expr(expr)?;
        Ok((node, self.weight - before))
    }

    pub fn expr(&mut self, expr: &Expr) -> Result<Node> {
        self.weight += 1;
        self.nested(|this| this.expr_inner(expr))
    }

    pub fn boxed(&mut self, expr: &Expr) -> Result<Box<Node>> {
        self.expr(expr).map(Box::new)
    }

    fn expr_inner(&mut self, expr: &Expr) -> Result<Node> {
        match expr {
            Expr::Nested(inner) => self.expr(inner),
            Expr::Identifier(ident) => self.identifier(ident),
            Expr::CompoundIdentifier(parts) => self.compound(expr, parts),
            Expr::Value(value) => self.value(expr, &value.value),
            Expr::BinaryOp { .. } => self.binary_chain(expr),
            Expr::UnaryOp { op, expr: operand } => self.unary(expr, *op, operand),
            Expr::Cast {
                expr: operand,
                data_type,
                ..
            } => self.cast(expr, operand, data_type),
            Expr::TypedString(typed) => {
                let text = string_text(&typed.value.value)
                    .ok_or_else(|| self.error(expr, "a string was expected"))?;
                let ty = self.data_type(expr, &typed.data_type)?;
                Ok(self.cast_to(Node::constant(text, UNKNOWN.plain()), ty))
            }
            Expr::Interval(_) => self.interval(expr),
            Expr::Function(function) => self.function(expr, function),
            Expr::IsNull(e) => self.is_null(e, false),
            Expr::IsNotNull(e) => self.is_null(e, true),
            Expr::IsTrue(e) => self.is_truth(e, "TRUE", false),
            Expr::IsNotTrue(e) => self.is_truth(e, "TRUE", true),
            Expr::IsFalse(e) => self.is_truth(e, "FALSE", false),
            Expr::IsNotFalse(e) => self.is_truth(e, "FALSE", true),
            Expr::IsUnknown(e) => self.is_truth(e, "UNKNOWN", false),
            Expr::IsNotUnknown(e) => self.is_truth(e, "UNKNOWN", true),
            Expr::IsDistinctFrom(l, r) => self.distinct(l, r, false),
            Expr::IsNotDistinctFrom(l, r) => self.distinct(l, r, true),
            Expr::Between {
                expr,
                negated,
                low,
                high,
            } => self.between(expr, *negated, low, high),
            Expr::InList {
                expr,
                list,
                negated,
            } => self.in_list(expr, list, *negated),
            Expr::InSubquery {
                expr,
                subquery,
                negated,
            } => self.in_subquery(expr, subquery, *negated),
            Expr::Like { .. } | Expr::ILike { .. } | Expr::SimilarTo { .. } => self.like(expr),
            Expr::AnyOp {
                left,
                compare_op,
                right,
                ..
            } => self.any_all(left, compare_op, right, false),
            Expr::AllOp {
                left,
                compare_op,
                right,
            } => self.any_all(left, compare_op, right, true),
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(expr, operand.as_deref(), conditions, else_result.as_deref()),
            Expr::Tuple(items) => {
                let items = self.exprs(items)?;
                Ok(self.row(items))
            }
            Expr::Array(array) => self.array(expr, &array.elem),
            Expr::Subquery(query) => self.scalar_subquery(query),
            Expr::Exists { subquery, negated } => {
                let query = self.query(subquery)?;
                let node = Node::boolean(Kind::Exists(Box::new(query)), false);
                Ok(if *negated { not(node) } else { node })
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.access(expr, root, access_chain)
            }
            Expr::Collate { expr, collation } => self.collate(expr, collation),
            _ => self.syntax_function(expr),
        }
    }

    /// What SQL spells in a way of its own, but is a function call.
    fn syntax_function(&mut self, expr: &Expr) -> Result<Node> {
        match expr {
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => {
                let timestamp = self.expr(timestamp)?;
                let zone = self.expr(time_zone)?;
                Ok(self.at_time_zone(timestamp, zone))
            }
            Expr::Extract { field, expr, .. } => {
                let field = field.to_string().to_ascii_lowercase();
                let field = field.trim_matches(['\'', '"']).to_owned();
                let source = self.expr(expr)?;
                Ok(self.extract(&field, source))
            }
            Expr::Ceil { expr, .. } => self.simple_call("ceil", &[expr]),
            Expr::Floor { expr, .. } => self.simple_call("floor", &[expr]),
            Expr::Position { expr, r#in } => self.simple_call("position", &[r#in, expr]),
            Expr::Substring {
                expr,
                substring_from,
                substring_for,
                ..
            } => {
                let one = Expr::value(Value::Number("1".into(), false));
                let mut args: Vec<&Expr> = vec![expr];
                match (substring_from, substring_for) {
                    (Some(from), None) => args.push(from),
                    (Some(from), Some(length)) => args.extend([&**from, &**length]),
                    (None, Some(length)) => args.extend([&one, &**length]),
                    (None, None) => {}
                }
                self.simple_call("substring", &args)
            }
            Expr::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut args: Vec<&Expr> = vec![expr, overlay_what, overlay_from];
                args.extend(overlay_for.as_deref());
                self.simple_call("overlay", &args)
            }
            Expr::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => {
                let name = match trim_where {
                    None | Some(TrimWhereField::Both) => "btrim",
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                };
                let mut args: Vec<&Expr> = vec![expr];
                args.extend(trim_what.as_deref());
                args.extend(trim_characters.iter().flatten());
                self.simple_call(name, &args)
            }
            _ => Err(self.error(expr, "this expression is not understood")),
        }
    }

    fn simple_call(&mut self, name: &str, args: &[&Expr]) -> Result<Node> {
        let args = args
            .iter()
            .map(|arg| self.expr(arg))
            .collect::<Result<Vec<Node>>>()?;
        Ok(self.builtin_call(name, args))
    }

    pub fn exprs(&mut self, exprs: &[Expr]) -> Result<Vec<Node>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn identifier(&mut self, ident: &Ident) -> Result<Node> {
        let name = fold(ident);
        for scope in self.scopes.iter().rev() {
            if let Some(ty) = &scope.value
                && name == "value"
            {
                return Ok(Node::new(Kind::Value, ty.clone(), true));
            }
            match scope.column(&name) {
                Found::Node(node) => return Ok(node),
                Found::Ambiguous => {
                    return Err(AnalyzeError {
                        help: Some("put the table's name or alias in front of it".to_owned()),
                        ..self.error_at(ident.span, format!("column `{name}` is ambiguous"))
                    });
                }
                Found::Nothing => {}
            }
            if let Some(range) = scope.range(None, &name) {
                let ty = range.row.clone().unwrap_or(RECORD.plain());
                return Ok(Node::new(Kind::WholeRow(Rc::clone(&range.shown)), ty, true));
            }
        }
        Err(self.error_at(ident.span, format!("there is no column `{name}` here")))
    }

    fn compound(&mut self, expr: &Expr, parts: &[Ident]) -> Result<Node> {
        let parts: Vec<String> = parts.iter().map(fold).collect();
        let (schema, alias, name) = match parts.as_slice() {
            [alias, name] => (None, alias, name),
            [.., schema, alias, name] => (Some(schema.as_str()), alias, name),
            _ => return Err(self.error(expr, "a column's name was expected")),
        };
        for scope in self.scopes.iter().rev() {
            let Some(range) = scope.range(schema, alias) else {
                continue;
            };
            return match range.column(name) {
                Found::Node(node) => Ok(node),
                Found::Ambiguous => {
                    Err(self.error(expr, format!("column `{alias}.{name}` is ambiguous")))
                }
                Found::Nothing => {
                    Err(self.error(expr, format!("`{alias}` has no column `{name}`")))
                }
            };
        }
        Err(self.error(expr, format!("there is no table `{alias}` here")))
    }

    fn value(&self, expr: &Expr, value: &Value) -> Result<Node> {
        Ok(match value {
            Value::Number(digits, _) => number(digits),
            Value::Boolean(value) => Node::constant(value.to_string(), BOOL.plain()),
            Value::Null => Node::null(),
            Value::SingleQuotedByteStringLiteral(bits) => {
                Node::constant(bits.as_str(), BIT.plain())
            }
            Value::HexStringLiteral(digits) => {
                let bits: String = digits
                    .chars()
                    .filter_map(|c| c.to_digit(16))
                    .map(|digit| format!("{digit:04b}"))
                    .collect();
                Node::constant(bits, BIT.plain())
            }
            value => match string_text(value) {
                Some(text) => Node::constant(text, UNKNOWN.plain()),
                None => return Err(self.error(expr, "this constant is not understood")),
            },
        })
    }

    pub fn data_type(&self, at: &impl Spanned, ty: &DataType) -> Result<Type> {
        self.names
            .data_type(ty, self.path)
            .ok_or_else(|| self.error(at, format!("type `{ty}` is not understood")))
    }

    /// A chain like `a + b - c`, whose tree leans to the left, without recursion.
    fn binary_chain(&mut self, expr: &Expr) -> Result<Node> {
        let mut chain = Vec::new();
        let mut first = expr;
        let mut other = 0;
        while let Expr::BinaryOp { left, op, right } = first {
            chain.push((first, op, right));
            first = left;
            other += usize::from(!matches!(op, BinaryOperator::And | BinaryOperator::Or));
        }
        if other > MAX_DEPTH {
            return Err(self.error(first, "the expression is too long to be read"));
        }
        let mut node = self.expr(first)?;
        for (expr, op, right) in chain.into_iter().rev() {
            let right = self.expr(right)?;
            node = self.binary(expr, node, op, right)?;
        }
        Ok(node)
    }

    fn binary(&self, at: &Expr, left: Node, op: &BinaryOperator, right: Node) -> Result<Node> {
        Ok(match op {
            BinaryOperator::And => junction(
                self.coerce(left, BOOL.scalar()),
                self.coerce(right, BOOL.scalar()),
                true,
            ),
            BinaryOperator::Or => junction(
                self.coerce(left, BOOL.scalar()),
                self.coerce(right, BOOL.scalar()),
                false,
            ),
            BinaryOperator::Overlaps => match (left.kind, right.kind) {
                (Kind::Row(mut l), Kind::Row(r)) => {
                    l.extend(r);
                    self.builtin_call("overlaps", l)
                }
                _ => return Err(self.error(at, "`overlaps` needs two pairs")),
            },
            op => {
                let name = operator_name(op);
                match (&left.kind, &right.kind, name.as_str()) {
                    (Kind::Row(l), Kind::Row(r), "=" | "<>") if l.len() == r.len() => {
                        let pairs = l.iter().cloned().zip(r.iter().cloned());
                        let all = name == "=";
                        let compared: Vec<Node> =
                            pairs.map(|(l, r)| self.operator(&name, l, r)).collect();
                        compared
                            .into_iter()
                            .reduce(|a, b| junction(a, b, all))
                            .ok_or_else(|| self.error(at, "an empty row can't be compared"))?
                    }
                    (Kind::Row(l), Kind::Row(r), "<" | ">" | "<=" | ">=") if l.len() == r.len() => {
                        self.row_comparison(&name, l.clone(), r.clone())
                    }
                    _ => self.operator(&name, left, right),
                }
            }
        })
    }

    /// `(a, b) < (c, d)`, pair by pair.
    fn row_comparison(&self, name: &str, left: Vec<Node>, right: Vec<Node>) -> Node {
        let (mut l, mut r) = (Vec::new(), Vec::new());
        for (a, b) in left.into_iter().zip(right) {
            let (a, b, _, _) = self.operands(name, a, b);
            l.push(a);
            r.push(b);
        }
        Node::boolean(
            Kind::Operator {
                name: Rc::from(name),
                left: Some(Box::new(self.row(l))),
                right: Box::new(self.row(r)),
            },
            true,
        )
    }

    fn unary(&mut self, at: &Expr, op: UnaryOperator, operand: &Expr) -> Result<Node> {
        let literal = matches!(operand, Expr::Value(_));
        let operand = self.expr(operand)?;
        let name = match op {
            UnaryOperator::Not => return Ok(not(self.coerce(operand, BOOL.scalar()))),
            // PostgreSQL's grammar, too, takes a signed number for a constant.
            UnaryOperator::Minus => {
                if let Some(text) = operand.text()
                    && matches!(operand.base().id, INT4 | INT8 | NUMERIC | FLOAT8)
                    && !operand.base().array
                    && let Some(negated) = negate(text)
                {
                    // `-2147483648` is an integer, though `2147483648` is not.
                    let ty = match literal {
                        true if negated.parse::<i64>().is_ok() => integer_type(&negated).plain(),
                        _ => operand.ty,
                    };
                    return Ok(Node::constant(negated, ty));
                }
                "-"
            }
            UnaryOperator::Plus => {
                if operand.text().is_some() && self.names.category(operand.base()).0 == b'N' {
                    return Ok(operand);
                }
                "+"
            }
            UnaryOperator::BitwiseNot => "~",
            UnaryOperator::PGAbs => "@",
            UnaryOperator::PGSquareRoot => "|/",
            UnaryOperator::PGCubeRoot => "||/",
            UnaryOperator::AtDashAt => "@-@",
            UnaryOperator::DoubleAt => "@@",
            UnaryOperator::Hash => "#",
            UnaryOperator::QuestionDash => "?-",
            UnaryOperator::QuestionPipe => "?|",
            _ => return Err(self.error(at, format!("operator `{op}` is not PostgreSQL's"))),
        };
        Ok(self.prefix_operator(name, operand))
    }

    fn prefix_operator(&self, name: &str, operand: Node) -> Node {
        let name: Rc<str> = Rc::from(name);
        let choice = self.names.choose_operator(&name, None, operand.base());
        let (operand, ty) = match choice.as_ref().map(|c| (c.arguments.as_slice(), c.result)) {
            Some(([to], result)) => (self.coerce(operand, *to), result.plain()),
            _ => (operand, OPAQUE.plain()),
        };
        let nullable = operand.nullable;
        Node::new(
            Kind::Operator {
                name,
                left: None,
                right: Box::new(operand),
            },
            ty,
            nullable,
        )
    }

    /// A binary operator, with its operands coerced to what it takes.
    pub fn operator(&self, name: &str, left: Node, right: Node) -> Node {
        let (left, right, ty, known) = self.operands(name, left, right);
        let nullable = left.nullable
            || right.nullable
            || !known
            || super::functions::operator_may_be_null(name);
        let collation = merge_collations([&left, &right]);
        let mut node = Node::new(
            Kind::Operator {
                name: Rc::from(name),
                left: Some(Box::new(left)),
                right: Box::new(right),
            },
            ty,
            nullable,
        );
        if self.names.collatable(node.base()) {
            node.collation = collation;
        }
        node
    }

    /// The operands coerced, the result's type, and whether the operator is known.
    pub fn operands(&self, name: &str, left: Node, right: Node) -> (Node, Node, Type, bool) {
        let choice = self
            .names
            .choose_operator(name, Some(left.base()), right.base());
        if let Some(choice) = choice
            && let [l, r] = choice.arguments.as_slice()
        {
            let left = self.coerce(left, *l);
            let right = self.coerce(right, *r);
            return (left, right, choice.result.plain(), true);
        }
        // An extension's operator, or an extension's type. A literal is what the other side is.
        let (left, right) = match (left.is_unknown(), right.is_unknown()) {
            (true, false) => {
                let to = self.literal_beside(right.base());
                (self.coerce(left, to), right)
            }
            (false, true) => {
                let to = self.literal_beside(left.base());
                (left, self.coerce(right, to))
            }
            _ => (left, right),
        };
        let comparison = matches!(
            name,
            "=" | "<>"
                | "<"
                | ">"
                | "<="
                | ">="
                | "~~"
                | "!~~"
                | "~~*"
                | "!~~*"
                | "~"
                | "~*"
                | "!~"
                | "!~*"
                | "@>"
                | "<@"
                | "&&"
                | "?"
                | "?|"
                | "?&"
                | "@@"
        );
        let ty = if comparison { BOOL } else { OPAQUE };
        (left, right, ty.plain(), false)
    }

    fn literal_beside(&self, other: Base) -> Base {
        match self.names.user_kind(other.id).as_deref() {
            Some(UserKind::Foreign) => other,
            _ => TEXT.scalar(),
        }
    }

    fn is_null(&mut self, operand: &Expr, negated: bool) -> Result<Node> {
        let operand = self.boxed(operand)?;
        Ok(Node::boolean(Kind::IsNull { negated, operand }, false))
    }

    fn is_truth(&mut self, operand: &Expr, truth: &'static str, negated: bool) -> Result<Node> {
        let operand = self.expr(operand)?;
        let operand = Box::new(self.coerce(operand, BOOL.scalar()));
        Ok(Node::boolean(
            Kind::IsTruth {
                truth,
                negated,
                operand,
            },
            false,
        ))
    }

    fn distinct(&mut self, left: &Expr, right: &Expr, negated: bool) -> Result<Node> {
        let left = self.expr(left)?;
        let right = self.expr(right)?;
        let (left, right, _, _) = self.operands("=", left, right);
        Ok(Node::boolean(
            Kind::Distinct {
                negated,
                left: Box::new(left),
                right: Box::new(right),
            },
            false,
        ))
    }

    fn between(&mut self, expr: &Expr, negated: bool, low: &Expr, high: &Expr) -> Result<Node> {
        let (operand, weight) = self.weighed(expr)?;
        self.copy(weight, 1)?;
        let low = self.expr(low)?;
        let high = self.expr(high)?;
        let (above, below) = if negated { ("<", ">") } else { (">=", "<=") };
        let above = self.operator(above, operand.clone(), low);
        let below = self.operator(below, operand, high);
        Ok(junction(above, below, !negated))
    }

    /// `x IN (…)`: one comparison with an array of what is no column, and one with each column.
    fn in_list(&mut self, expr: &Expr, list: &[Expr], negated: bool) -> Result<Node> {
        let (left, weight) = self.weighed(expr)?;
        self.copy(weight, list.len())?;
        let list = self.exprs(list)?;
        Ok(self.membership(left, list, negated))
    }

    pub fn membership(&self, left: Node, list: Vec<Node>, negated: bool) -> Node {
        let operator = if negated { "<>" } else { "=" };
        let constants = list.iter().filter(|item| !has_column(item)).count();
        if matches!(left.kind, Kind::Row(_)) || constants < 2 {
            return self.comparisons(operator, left, list, !negated);
        }
        let types: Vec<Base> = std::iter::once(&left)
            .chain(list.iter().filter(|item| !has_column(item)))
            .map(Node::base)
            .collect();
        let Some(common) = self.names.common_type(&types).filter(|ty| !ty.array) else {
            return self.comparisons(operator, left, list, !negated);
        };
        let (columns, constants): (Vec<Node>, Vec<Node>) = list.into_iter().partition(has_column);
        let constants = constants
            .into_iter()
            .map(|item| self.coerce(item, common))
            .collect();
        let first = self.in_array(operator, left.clone(), constants, common);
        if columns.is_empty() {
            return first;
        }
        let rest = self.comparisons(operator, left, columns, !negated);
        junction(first, rest, negated)
    }

    fn comparisons(&self, operator: &str, left: Node, list: Vec<Node>, any: bool) -> Node {
        list.into_iter()
            .map(|item| match (&left.kind, &item.kind) {
                (Kind::Row(l), Kind::Row(r)) if l.len() == r.len() => {
                    let pairs = l.iter().cloned().zip(r.iter().cloned());
                    let compared: Vec<Node> =
                        pairs.map(|(l, r)| self.operator(operator, l, r)).collect();
                    compared
                        .into_iter()
                        .reduce(|a, b| junction(a, b, any))
                        .unwrap_or_else(Node::null)
                }
                _ => self.operator(operator, left.clone(), item),
            })
            .reduce(|a, b| junction(a, b, !any))
            .unwrap_or_else(Node::null)
    }

    /// `left = ANY (ARRAY[…])` and `left <> ALL (ARRAY[…])`, with elements of one type.
    fn in_array(&self, operator: &str, left: Node, list: Vec<Node>, element: Base) -> Node {
        let negated = operator == "<>";
        if list.is_empty() {
            let array = Node::new(Kind::Array(list), element.id.array().plain(), false);
            let nullable = left.nullable;
            return Node::boolean(
                Kind::AnyAll {
                    name: Rc::from(operator),
                    all: negated,
                    left: Box::new(left),
                    right: Box::new(array),
                },
                nullable,
            );
        }
        if list.iter().any(has_column) || list.len() == 1 {
            return self.membership(left, list, negated);
        }
        let choice = self
            .names
            .choose_operator(operator, Some(left.base()), element);
        let (left, list) = match choice.as_ref().map(|c| c.arguments.as_slice()) {
            Some([l, r]) => (
                self.coerce(left, *l),
                list.into_iter().map(|item| self.coerce(item, *r)).collect(),
            ),
            _ => (left, list),
        };
        let nullable = left.nullable || list.iter().any(|item| item.nullable);
        Node::boolean(
            Kind::In {
                negated,
                left: Box::new(left),
                list,
            },
            nullable,
        )
    }

    fn in_subquery(&mut self, expr: &Expr, query: &SqlQuery, negated: bool) -> Result<Node> {
        let node = self.any_all_query("=", false, expr, query)?;
        Ok(if negated { not(node) } else { node })
    }

    fn any_all_query(
        &mut self,
        operator: &str,
        all: bool,
        left: &Expr,
        query: &SqlQuery,
    ) -> Result<Node> {
        let left = self.expr(left)?;
        let query = self.query(query)?;
        let left = match left.kind {
            Kind::Row(items) => items,
            _ => vec![left],
        };
        let left = left
            .into_iter()
            .zip(&query.columns)
            .map(|(node, column)| {
                match self
                    .names
                    .choose_operator(operator, Some(node.base()), column.ty.base)
                    .as_ref()
                    .and_then(|choice| choice.arguments.first())
                {
                    Some(to) => self.coerce(node, *to),
                    None => node,
                }
            })
            .collect();
        Ok(Node::boolean(
            Kind::AnyAllQuery {
                name: Rc::from(operator),
                all,
                left,
                query: Box::new(query),
            },
            true,
        ))
    }

    fn any_all(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        all: bool,
    ) -> Result<Node> {
        let name = operator_name(op);
        if let Expr::Subquery(query) = right {
            return self.any_all_query(&name, all, left, query);
        }
        let (left, weight) = self.weighed(left)?;
        let right = self.expr(right)?;
        if let Kind::Array(items) = &right.kind {
            self.copy(weight, items.len())?;
        }
        self.any_all_array(&name, all, left, right)
    }

    fn any_all_array(&mut self, name: &str, all: bool, left: Node, right: Node) -> Result<Node> {
        // A literal on the right is an array of what is on the left.
        let right = if right.is_unknown() {
            let element = self.names.strip_domain_base(left.base());
            self.coerce(right, element.id.array())
        } else {
            right
        };
        let element = match self.names.strip_domain_base(right.base()).element() {
            Some(element) => element,
            None => OPAQUE.scalar(),
        };
        let membership = matches!((name, all), ("=", false) | ("<>", true));
        if let Kind::Array(items) = &right.kind
            && membership
            && !items.iter().any(|item| item.base().array)
        {
            return Ok(self.in_array(name, left, items.clone(), element));
        }
        let choice = self.names.choose_operator(name, Some(left.base()), element);
        let (left, right) = match choice.as_ref().map(|c| c.arguments.as_slice()) {
            Some([l, r]) => {
                let array = if r.array || super::coerce::is_polymorphic(*r) {
                    right.base()
                } else {
                    r.id.array()
                };
                (self.coerce(left, *l), self.coerce(right, array))
            }
            _ => (left, right),
        };
        let nullable = true;
        Ok(Node::boolean(
            Kind::AnyAll {
                name: Rc::from(name),
                all,
                left: Box::new(left),
                right: Box::new(right),
            },
            nullable,
        ))
    }

    fn like(&mut self, expr: &Expr) -> Result<Node> {
        let (operator, negated, any, left, pattern, escape) = match expr {
            Expr::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => ("~~", *negated, *any, expr, pattern, escape_char),
            Expr::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => ("~~*", *negated, *any, expr, pattern, escape_char),
            Expr::SimilarTo {
                negated,
                expr,
                pattern,
                escape_char,
            } => ("~", *negated, false, expr, pattern, escape_char),
            _ => return Err(self.error(expr, "this expression is not understood")),
        };
        let name = match (operator, negated) {
            (name, false) => name.to_owned(),
            (name, true) => format!("!{name}"),
        };
        // sqlparser takes the `ALL (…)` of `LIKE ALL (…)` for a call.
        if let Some(array) = all_of(pattern) {
            let left = self.expr(left)?;
            let array = self.expr(array)?;
            return self.any_all_array(&name, true, left, array);
        }
        let left = self.expr(left)?;
        let mut pattern = self.expr(pattern)?;
        if any {
            return self.any_all_array(&name, false, left, pattern);
        }
        let escape = match escape {
            Some(escape) => Some(self.expr(escape)?),
            None => None,
        };
        if operator == "~" {
            let args = std::iter::once(pattern).chain(escape).collect();
            pattern = self.builtin_call("similar_to_escape", args);
        } else if let Some(escape) = escape {
            pattern = self.builtin_call("like_escape", vec![pattern, escape]);
        }
        Ok(self.operator(&name, left, pattern))
    }

    fn case(
        &mut self,
        at: &Expr,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Result<Node> {
        let operand = match operand {
            Some(operand) => {
                let operand = self.expr(operand)?;
                Some(if operand.is_unknown() {
                    self.coerce(operand, TEXT.scalar())
                } else {
                    operand
                })
            }
            None => None,
        };
        let mut arms = Vec::with_capacity(conditions.len());
        for when in conditions {
            let condition = self.expr(&when.condition)?;
            let condition = match &operand {
                None => self.coerce(condition, BOOL.scalar()),
                // `WHEN` is compared with the operand; only its own side shows a cast.
                Some(operand) => {
                    let choice =
                        self.names
                            .choose_operator("=", Some(operand.base()), condition.base());
                    match choice.as_ref().map(|c| c.arguments.as_slice()) {
                        Some([_, to]) => self.coerce(condition, *to),
                        _ => condition,
                    }
                }
            };
            arms.push((condition, self.expr(&when.result)?));
        }
        let otherwise = match otherwise {
            Some(otherwise) => self.expr(otherwise)?,
            None => Node::null(),
        };
        let types: Vec<Base> = std::iter::once(&otherwise)
            .chain(arms.iter().map(|(_, result)| result))
            .map(Node::base)
            .collect();
        let common = self.common(at, &types, "CASE")?;
        let otherwise = self.coerce(otherwise, common);
        for (_, result) in &mut arms {
            let taken = std::mem::replace(result, Node::null());
            *result = self.coerce(taken, common);
        }
        let nullable = otherwise.nullable || arms.iter().any(|(_, result)| result.nullable);
        let collation = merge_collations(
            arms.iter()
                .map(|(_, result)| result)
                .chain(std::iter::once(&otherwise)),
        );
        let mut ty = common.plain();
        ty.modifier = common_modifier(
            arms.iter()
                .map(|(_, result)| result)
                .chain(std::iter::once(&otherwise)),
        );
        let otherwise = (!otherwise.is_null_constant()).then(|| Box::new(otherwise));
        let mut node = Node::new(
            Kind::Case {
                operand: operand.map(Box::new),
                arms,
                otherwise,
            },
            ty,
            nullable,
        );
        node.collation = collation;
        Ok(node)
    }

    /// The common type of some expressions, or an error that says where there is none.
    pub fn common(&self, at: &impl Spanned, types: &[Base], what: &str) -> Result<Base> {
        self.names.common_type(types).ok_or_else(|| {
            let names: Vec<String> = types
                .iter()
                .map(|ty| format!("`{}`", self.names.type_text(&ty.plain())))
                .collect();
            self.error(
                at,
                format!("{what} types {} can't be matched", names.join(", ")),
            )
        })
    }

    pub fn row(&self, items: Vec<Node>) -> Node {
        Node::new(Kind::Row(items), RECORD.plain(), false)
    }

    /// A literal that nothing else decides is text.
    pub fn decide(&self, node: Node) -> Node {
        if node.is_unknown() {
            self.coerce(node, TEXT.scalar())
        } else {
            node
        }
    }

    fn array(&mut self, at: &Expr, items: &[Expr]) -> Result<Node> {
        let items = self.exprs(items)?;
        if items.is_empty() {
            return Ok(Node::new(
                Kind::Array(items),
                UNKNOWN.array().plain(),
                false,
            ));
        }
        let types: Vec<Base> = items.iter().map(Node::base).collect();
        let common = self.common(at, &types, "ARRAY")?;
        let items = items
            .into_iter()
            .map(|item| self.coerce(item, common))
            .collect();
        let base = if common.is(OPAQUE) {
            OPAQUE.scalar()
        } else {
            common.id.array()
        };
        Ok(Node::new(Kind::Array(items), base.plain(), false))
    }

    fn scalar_subquery(&mut self, query: &SqlQuery) -> Result<Node> {
        // `(VALUES …)` and set operations need no parentheses of their own here.
        let query = self.query(query)?;
        let (ty, collation) = match query.columns.first() {
            Some(column) => (column.ty.clone(), column.collation.clone()),
            None => (OPAQUE.plain(), Collation::Default),
        };
        let certain = query.yields_one_row() && query.columns.first().is_some_and(|c| !c.nullable);
        let mut node = Node::new(Kind::Subquery(Box::new(query)), ty, !certain);
        node.collation = collation;
        Ok(node)
    }

    fn access(&mut self, at: &Expr, root: &Expr, chain: &[AccessExpr]) -> Result<Node> {
        // `t.tags[1]` is parsed as `t` with `.tags` and `[1]` behind it.
        let mut chain = chain;
        let mut node = match (root, chain) {
            (Expr::Identifier(alias), [AccessExpr::Dot(Expr::Identifier(name)), rest @ ..])
                if self.range_exists(&fold(alias)) =>
            {
                chain = rest;
                self.compound(at, &[alias.clone(), name.clone()])?
            }
            _ => self.expr(root)?,
        };
        while let [first, rest @ ..] = chain {
            chain = rest;
            node = match first {
                AccessExpr::Dot(Expr::Identifier(name)) => self.field(node, &fold(name)),
                AccessExpr::Dot(_) => return Err(self.error(at, "a field's name was expected")),
                AccessExpr::Subscript(subscript) => {
                    let mut subscripts = vec![self.subscript(at, &node, subscript)?];
                    while let [AccessExpr::Subscript(next), after @ ..] = chain {
                        subscripts.push(self.subscript(at, &node, next)?);
                        chain = after;
                    }
                    self.subscripted(node, subscripts)
                }
            };
        }
        Ok(node)
    }

    fn range_exists(&self, alias: &str) -> bool {
        self.scopes
            .iter()
            .any(|scope| scope.range(None, alias).is_some())
    }

    fn subscript(&mut self, at: &Expr, base: &Node, subscript: &SqlSubscript) -> Result<Subscript> {
        let index_type = if base.base().is(JSONB) {
            TEXT.scalar()
        } else {
            INT4.scalar()
        };
        let bound = |this: &mut Self, expr: &Expr| -> Result<Node> {
            let node = this.expr(expr)?;
            if base.base().is(JSONB) && !node.is_unknown() {
                return Ok(node);
            }
            Ok(this.coerce(node, index_type))
        };
        match subscript {
            SqlSubscript::Index { index } => Ok(Subscript::Index(bound(self, index)?)),
            SqlSubscript::Slice {
                lower_bound,
                upper_bound,
                stride: None,
            } => {
                let lower = match lower_bound {
                    Some(lower) => Some(bound(self, lower)?),
                    None => None,
                };
                let upper = match upper_bound {
                    Some(upper) => Some(bound(self, upper)?),
                    None => None,
                };
                Ok(Subscript::Slice(lower, upper))
            }
            SqlSubscript::Slice { .. } => Err(self.error(at, "a slice has no stride")),
        }
    }

    fn subscripted(&self, base: Node, subscripts: Vec<Subscript>) -> Node {
        let slice = subscripts
            .iter()
            .any(|subscript| matches!(subscript, Subscript::Slice(..)));
        let stripped = self.names.strip_domain_base(base.base());
        let ty = if slice || !stripped.array {
            stripped
        } else {
            stripped.id.scalar()
        };
        let ty = Type {
            base: ty,
            modifier: base.ty.modifier.clone(),
        };
        Node::new(
            Kind::Subscript {
                base: Box::new(base),
                subscripts,
            },
            ty,
            true,
        )
    }

    pub fn field(&self, base: Node, name: &str) -> Node {
        let row = self.names.strip_domain_base(base.base());
        let ty = match self.names.user_kind(row.id).as_deref() {
            Some(UserKind::Composite(attributes)) => attributes
                .iter()
                .find(|(attribute, _)| &**attribute == name)
                .map_or(OPAQUE.plain(), |(_, ty)| ty.clone()),
            _ => OPAQUE.plain(),
        };
        Node::new(
            Kind::Field {
                base: Box::new(base),
                name: Rc::from(name),
            },
            ty,
            true,
        )
    }

    fn collate(&mut self, expr: &Expr, collation: &sqlparser::ast::ObjectName) -> Result<Node> {
        let base = self.expr(expr)?;
        let base = self.decide(base);
        let parts = name_parts(collation).unwrap_or_default();
        let collation = Rc::new(match parts.as_slice() {
            [.., schema, name] => QualifiedName::new(schema, name),
            [name] => QualifiedName::new("pg_catalog", name),
            [] => return Err(self.error(expr, "a collation's name was expected")),
        });
        let (ty, nullable) = (base.ty.clone(), base.nullable);
        let mut node = Node::new(
            Kind::Collate {
                base: Box::new(base),
                collation: Rc::clone(&collation),
            },
            ty,
            nullable,
        );
        node.collation = Collation::Explicit(collation);
        Ok(node)
    }

    fn cast(&mut self, at: &Expr, operand: &Expr, ty: &DataType) -> Result<Node> {
        let ty = self.data_type(at, ty)?;
        let operand = self.cast_operand(operand, ty.base)?;
        Ok(self.cast_to(operand, ty))
    }

    /// What is cast; each element of an `ARRAY[…]` is cast for itself.
    fn cast_operand(&mut self, operand: &Expr, to: Base) -> Result<Node> {
        match operand {
            Expr::Nested(inner) => self.nested(|this| this.cast_operand(inner, to)),
            Expr::Array(array) if to.array && !array.elem.is_empty() => {
                let mut items = Vec::with_capacity(array.elem.len());
                for item in &array.elem {
                    let item = self.nested(|this| this.cast_operand(item, to))?;
                    let to = if item.base().array {
                        to
                    } else {
                        to.id.scalar()
                    };
                    items.push(self.coerce(item, to));
                }
                Ok(Node::new(Kind::Array(items), to.plain(), false))
            }
            operand => self.expr(operand),
        }
    }

    /// An interval with fields: `interval '1' day`.
    fn interval(&mut self, at: &Expr) -> Result<Node> {
        let Expr::Interval(interval) = at else {
            return Err(self.error(at, "an interval was expected"));
        };
        let node = self.expr(&interval.value)?;
        let Some(text) = node.text() else {
            return Err(self.error(at, "an interval needs a string"));
        };
        let field = interval
            .last_field
            .as_ref()
            .or(interval.leading_field.as_ref());
        let Some(field) = field else {
            return Ok(self.coerce(node, INTERVAL.scalar()));
        };
        let unit = field.to_string().to_ascii_lowercase();
        let text = literals::interval(text, &unit).unwrap_or_else(|| text.to_owned());
        let fields = match (&interval.leading_field, &interval.last_field) {
            (Some(first), Some(last)) => format!("{first} to {last}").to_ascii_lowercase(),
            _ => unit,
        };
        let ty = Type {
            base: INTERVAL.scalar(),
            modifier: Some(Rc::from(fields)),
        };
        Ok(self.cast_to(Node::constant(text, INTERVAL.plain()), ty))
    }

    /// An explicit cast.
    pub fn cast_to(&self, node: Node, ty: Type) -> Node {
        let mut node = self.coerce(node, ty.base);
        if node.ty.modifier == ty.modifier && node.base() == ty.base {
            return node;
        }
        // A modifier is applied to the value, and a value's own modifier is forgotten.
        let collation = std::mem::take(&mut node.collation);
        let nullable = node.nullable;
        let mut cast = Node::new(Kind::Cast(Box::new(node)), ty, nullable);
        cast.collation = collation;
        cast
    }

    /// A value of one type as one of another, as PostgreSQL would make it; constants are evaluated.
    pub fn coerce(&self, node: Node, to: Base) -> Node {
        if node.base() == to || to.is(OPAQUE) || to.is(ANY) {
            return node;
        }
        let node = match self.fold(node, to) {
            Ok(folded) => return folded,
            Err(node) => node,
        };
        // PostgreSQL 18 makes NULL of a JSON null.
        let nullable = node.nullable || node.base().is(JSONB) || node.base().is(OPAQUE);
        let collation = node.collation.clone();
        let mut cast = Node::new(Kind::Cast(Box::new(node)), to.plain(), nullable);
        if self.names.collatable(to) {
            cast.collation = collation;
        }
        cast
    }

    /// The coercion of a constant, where it can be evaluated.
    fn fold(&self, node: Node, to: Base) -> std::result::Result<Node, Node> {
        let from = node.base();
        match node.kind {
            Kind::Const(None) if from.is(UNKNOWN) => {
                Ok(Node::new(Kind::Const(None), to.plain(), true))
            }
            Kind::Const(Some(ref text)) if from.is(UNKNOWN) => Ok(self.literal(text, to)),
            Kind::Const(Some(ref text)) => {
                let target = self.names.strip_domain_base(to);
                match fold_constant(from, text, target, self.names) {
                    Some(text) => Ok(Node::constant(text, to.plain())),
                    None => Err(node),
                }
            }
            // The coercion goes beneath a COLLATE clause, as in `coerce_type`.
            Kind::Collate { base, collation } if self.names.collatable(to) => {
                let base = self.coerce(*base, to);
                let (nullable, kept) = (base.nullable, node.collation);
                let mut node = Node::new(
                    Kind::Collate {
                        base: Box::new(base),
                        collation,
                    },
                    to.plain(),
                    nullable,
                );
                node.collation = kept;
                Ok(node)
            }
            Kind::Row(items) if !to.array => {
                let kind = self.names.user_kind(to.id);
                let items = match kind.as_deref() {
                    Some(UserKind::Composite(fields)) if fields.len() == items.len() => items
                        .into_iter()
                        .zip(fields)
                        .map(|(item, (_, ty))| self.coerce(item, ty.base))
                        .collect(),
                    _ => items,
                };
                let row = Node::new(Kind::Row(items), node.ty, node.nullable);
                Ok(Node::new(Kind::Cast(Box::new(row)), to.plain(), false))
            }
            Kind::Array(items) if to.array => {
                let items = items
                    .into_iter()
                    .map(|item| {
                        let to = if item.base().array {
                            to
                        } else {
                            to.id.scalar()
                        };
                        self.coerce(item, to)
                    })
                    .collect();
                Ok(Node::new(Kind::Array(items), to.plain(), node.nullable))
            }
            _ => Err(node),
        }
    }

    /// A literal as a constant of a type.
    fn literal(&self, text: &str, to: Base) -> Node {
        let target = self.names.strip_domain_base(to);
        if let Some(element) = target.element() {
            if let Some(items) = literals::array(text) {
                return self.array_literal(items, to, element);
            }
        } else if target.is(REGCLASS) {
            return Node::constant(self.class_name(text), to.plain());
        }
        let text = literals::canonical(target, text).unwrap_or_else(|| text.to_owned());
        Node::constant(text, to.plain())
    }

    fn array_literal(&self, items: Vec<literals::ArrayItem>, to: Base, element: Base) -> Node {
        use literals::ArrayItem;
        let items = items
            .into_iter()
            .map(|item| match item {
                ArrayItem::Null => Node::new(Kind::Const(None), element.plain(), true),
                ArrayItem::Value(text) => self.literal(&text, element),
                ArrayItem::Array(items) => self.array_literal(items, element.id.array(), element),
            })
            .collect();
        Node::new(Kind::Array(items), to.plain(), false)
    }

    /// The full name of a sequence or table: `'t_id_seq'::regclass`.
    fn class_name(&self, text: &str) -> String {
        let Some(parts) = split_name(text) else {
            return text.to_owned();
        };
        match parts.as_slice() {
            [name] => match self.names.class_schema(name, self.path) {
                Some(schema) => format!("{}.{}", plain_ident(&schema), plain_ident(name)),
                None => plain_ident(name),
            },
            [.., schema, name] => format!("{}.{}", plain_ident(schema), plain_ident(name)),
            [] => text.to_owned(),
        }
    }
}

/// The argument of what looks like a call of `all`.
fn all_of(expr: &Expr) -> Option<&Expr> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let Expr::Function(function) = expr else {
        return None;
    };
    let name = name_parts(&function.name)?;
    match (name.as_slice(), &function.args) {
        ([name], FunctionArguments::List(list)) if name == "all" => match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))] => Some(arg),
            _ => None,
        },
        _ => None,
    }
}

/// Evaluates a cast of a constant, where that is sure to be the same for every server.
fn fold_constant(from: Base, text: &str, to: Base, names: &Names) -> Option<Rc<str>> {
    if from.array || to.array {
        return None;
    }
    let string = |id| matches!(id, TEXT | VARCHAR | BPCHAR | NAME);
    match (from.id, to.id) {
        (INT2 | INT4 | INT8 | NUMERIC, INT2 | INT4 | INT8 | NUMERIC | FLOAT4 | FLOAT8 | OID) => {
            literals::canonical(to, text).map(Rc::from)
        }
        (INT2 | INT4 | INT8 | NUMERIC | BOOL, to) if string(to) => Some(Rc::from(text)),
        (from, to) if string(from) && string(to) => {
            let unchanged = !text.ends_with(' ') && text.len() < 64;
            (unchanged || matches!((from, to), (TEXT | VARCHAR, TEXT | VARCHAR)))
                .then(|| Rc::from(text))
        }
        // From a domain to what it is based on, and back.
        (from_id, to_id) => {
            let from = names.strip_domain_base(from_id.scalar());
            (from.is(to_id) && !from.is(from_id)).then(|| Rc::from(text))
        }
    }
}

fn number(digits: &str) -> Node {
    let digits = digits.replace('_', "");
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        let text = literals::canonical(INT8.scalar(), &digits).unwrap_or(digits);
        let ty = integer_type(&text);
        return Node::constant(text, ty.plain());
    }
    let text = literals::numeric(&digits).unwrap_or(digits);
    Node::constant(text, NUMERIC.plain())
}

/// The type that a whole number has when it stands alone.
pub(super) fn integer_type(digits: &str) -> TypeId {
    if digits.parse::<i32>().is_ok() {
        INT4
    } else if digits.parse::<i64>().is_ok() {
        INT8
    } else {
        NUMERIC
    }
}

fn negate(text: &str) -> Option<String> {
    if text.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    match text.strip_prefix('-') {
        Some(text) => Some(text.to_owned()),
        None if text.bytes().all(|b| b == b'0' || b == b'.') => Some(text.to_owned()),
        None => Some(format!("-{text}")),
    }
}

/// The text of a string constant in any of its forms.
pub(super) fn string_text(value: &Value) -> Option<&str> {
    match value {
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::UnicodeStringLiteral(text)
        | Value::NationalStringLiteral(text) => Some(text),
        Value::DollarQuotedString(text) => Some(&text.value),
        _ => None,
    }
}

pub(super) fn operator_name(op: &BinaryOperator) -> String {
    match op {
        BinaryOperator::PGCustomBinaryOperator(parts) => {
            parts.last().map(String::as_str).unwrap_or("=").to_owned()
        }
        BinaryOperator::NotEq => "<>".to_owned(),
        BinaryOperator::Custom(name) if name == "!=" => "<>".to_owned(),
        op => op.to_string(),
    }
}

/// `AND` or `OR`, without nesting of the same.
pub(super) fn junction(left: Node, right: Node, and: bool) -> Node {
    let nullable = left.nullable || right.nullable;
    let mut items = Vec::new();
    for node in [left, right] {
        match (node.kind, and) {
            (Kind::And(inner), true) | (Kind::Or(inner), false) => items.extend(inner),
            (kind, _) => items.push(Node { kind, ..node }),
        }
    }
    let kind = if and {
        Kind::And(items)
    } else {
        Kind::Or(items)
    };
    Node::boolean(kind, nullable)
}

pub(super) fn not(node: Node) -> Node {
    let nullable = node.nullable;
    match node.kind {
        Kind::Distinct {
            negated,
            left,
            right,
        } => Node::boolean(
            Kind::Distinct {
                negated: !negated,
                left,
                right,
            },
            false,
        ),
        kind => Node::boolean(Kind::Not(Box::new(Node { kind, ..node })), nullable),
    }
}

/// Whether a column of the query itself occurs (subqueries aside).
pub(super) fn has_column(node: &Node) -> bool {
    match &node.kind {
        Kind::Column { .. } | Kind::WholeRow(_) => true,
        Kind::Const(_) | Kind::Keyword(_) | Kind::Value => false,
        Kind::Cast(inner) | Kind::Not(inner) => has_column(inner),
        Kind::Operator { left, right, .. } => {
            left.as_deref().is_some_and(has_column) || has_column(right)
        }
        Kind::Call(call) => call.args.iter().any(has_column),
        Kind::Common { args, .. } | Kind::Array(args) | Kind::Row(args) => {
            args.iter().any(has_column)
        }
        Kind::Collate { base, .. } | Kind::Field { base, .. } | Kind::Subscript { base, .. } => {
            has_column(base)
        }
        Kind::AtTimeZone { timestamp, zone } => has_column(timestamp) || has_column(zone),
        Kind::Extract { source, .. } => has_column(source),
        _ => true,
    }
}

/// The collation of a result (manual, section 24.2.1).
pub(super) fn merge_collations<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Collation {
    let mut merged = Collation::Default;
    for node in nodes {
        merged = match (merged, &node.collation) {
            (Collation::Explicit(name), _) => Collation::Explicit(name),
            (_, Collation::Explicit(name)) => Collation::Explicit(Rc::clone(name)),
            (merged, Collation::Default) => merged,
            (Collation::Default, other) => other.clone(),
            (Collation::Implicit(a), Collation::Implicit(b)) if a == *b => Collation::Implicit(a),
            _ => Collation::Conflict,
        };
    }
    merged
}

/// The modifier that all have, if they agree; NULL agrees with anything.
pub(super) fn common_modifier<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Option<Rc<str>> {
    let mut nodes = nodes.into_iter().filter(|node| !node.is_null_constant());
    let first = nodes.next()?;
    nodes
        .all(|node| node.ty == first.ty)
        .then(|| first.ty.modifier.clone())
        .flatten()
}

/// A name as `quote_identifier` writes it inside a literal.
pub(super) fn plain_ident(name: &str) -> String {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty();
    if plain {
        name.to_owned()
    } else {
        super::quote(name)
    }
}

/// Splits `schema."Name"`, folding what is not quoted.
fn split_name(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let part;
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut chars = quoted.char_indices().peekable();
            let mut end = None;
            while let Some((i, c)) = chars.next() {
                if c != '"' {
                    name.push(c);
                } else if chars.next_if(|(_, c)| *c == '"').is_some() {
                    name.push('"');
                } else {
                    end = Some(i + 1);
                    break;
                }
            }
            rest = quoted.get(end?..)?;
            part = name;
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() || name.contains('"') {
                return None;
            }
            rest = after;
            part = name.trim().to_ascii_lowercase();
        }
        parts.push(part);
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None => return rest.is_empty().then_some(parts),
        }
    }
}

// A subquery is the whole of what is in the parentheses.
impl Query {
    /// An aggregate over everything yields exactly one row.
    pub fn yields_one_row(&self) -> bool {
        match &self.body {
            Body::Select(select) => {
                self.limit.is_none()
                    && self.offset.is_none()
                    && select.group.is_empty()
                    && select.having.is_none()
                    && ((select.from.is_empty() && select.filter.is_none())
                        || select.items.iter().any(|item| is_aggregate(&item.node)))
            }
            Body::Values(rows) => rows.len() == 1,
            Body::Set { .. } => false,
        }
    }
}

fn is_aggregate(node: &Node) -> bool {
    match &node.kind {
        Kind::Call(call) => {
            (call.over.is_none()
                && call.known
                && builtins()
                    .functions(&call.name)
                    .iter()
                    .any(|signature| signature.kind == RoutineKind::Aggregate))
                || call.args.iter().any(is_aggregate)
        }
        Kind::Cast(inner) => is_aggregate(inner),
        Kind::Common { args, .. } => args.iter().any(is_aggregate),
        Kind::Operator { left, right, .. } => {
            left.as_deref().is_some_and(is_aggregate) || is_aggregate(right)
        }
        _ => false,
    }
}

/// Whether a query is more than parentheses around one.
pub(super) fn unwrap_query(query: &SqlQuery) -> &SqlQuery {
    let mut query = query;
    while let SetExpr::Query(inner) = &*query.body {
        if query.with.is_some()
            || query.order_by.is_some()
            || query.limit_clause.is_some()
            || query.fetch.is_some()
        {
            break;
        }
        query = inner;
    }
    query
}

/// Whether an operator can be written as it is, without `OPERATOR(…)`.
pub(super) fn operator_name_is_simple(name: &str) -> bool {
    name.bytes().all(|b| b"+-*/<>=~!@#%^&|`?".contains(&b)) || name.ends_with("LIKE")
}
