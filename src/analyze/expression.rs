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
use super::tokens::ROW;
use super::tree::*;
use super::types::*;
use super::{AnalyzeError, BEYOND_LIMITS, MAX_DEPTH, byte_offset, fold, known_start, name_parts};
use crate::catalog::QualifiedName;

mod casts;
mod operators;

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
                help: Some(BEYOND_LIMITS.to_owned()),
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
                return Ok(range.whole_row());
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
            if name == ROW {
                return Ok(range.whole_row());
            }
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
        let collation = self.merge_collations(
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
        Ok(self.array_of(items, base.plain()))
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
        let json = self.names.strip_domain_base(base.base()).is(JSONB);
        let index_type = if json { TEXT.scalar() } else { INT4.scalar() };
        let bound = |this: &mut Self, expr: &Expr| -> Result<Node> {
            let node = this.expr(expr)?;
            if json && !node.is_unknown() {
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
        let ty = match stripped.id {
            id if stripped.array && !slice => id.scalar(),
            POINT if !slice => FLOAT8.scalar(),
            LSEG | BOX if !slice => POINT.scalar(),
            _ => stripped,
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

    /// The collation of a result (manual, section 24.2.1).
    pub(super) fn merge_collations<'n>(
        &self,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> Collation {
        let mut merged = Collation::Default;
        for node in nodes {
            merged = match (merged, self.collation(node)) {
                (Collation::Explicit(name), _) | (_, Collation::Explicit(name)) => {
                    Collation::Explicit(name)
                }
                (merged, Collation::Default) => merged,
                (Collation::Default, other) => other,
                (Collation::Implicit(a), Collation::Implicit(b)) if a == b => {
                    Collation::Implicit(a)
                }
                _ => Collation::Conflict,
            };
        }
        merged
    }

    /// The collation of a value, its type's own one (`pg_type.typcollation`) when nothing else is said.
    fn collation(&self, node: &Node) -> Collation {
        match node.collation {
            Collation::Default if self.names.collates_as_c(node.base()) => {
                Collation::Implicit(Rc::new(QualifiedName::new("pg_catalog", "C")))
            }
            ref collation => collation.clone(),
        }
    }

    pub fn field(&self, base: Node, name: &str) -> Node {
        // A column of a whole row is the column (`ParseComplexProjection`).
        if let Kind::WholeRow(shown) = &base.kind {
            let mut ranges = self.scopes.iter().rev().flat_map(|scope| &scope.ranges);
            let range = ranges.find(|range| range.shown == *shown);
            if let Some(Found::Node(node)) = range.map(|range| range.column(name)) {
                return node;
            }
        }
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
            literals::canonical(names, to, text).map(Rc::from)
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
        let text = literals::integer(&digits).unwrap_or(digits);
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
