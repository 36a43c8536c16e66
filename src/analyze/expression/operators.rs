//! Operators, and what PostgreSQL's parser makes operators of: `IN`, `BETWEEN`, `LIKE`, `ANY`.

use super::*;

impl Analyzer<'_> {
    /// A chain like `a + b - c`, whose tree leans to the left, without recursion.
    pub(super) fn binary_chain(&mut self, expr: &Expr) -> Result<Node> {
        let mut chain = Vec::new();
        let mut first = expr;
        let mut other = 0;
        while let Expr::BinaryOp { left, op, right } = first {
            chain.push((first, op, right));
            first = left;
            other += usize::from(!matches!(op, BinaryOperator::And | BinaryOperator::Or));
        }
        if other > MAX_DEPTH {
            return Err(AnalyzeError {
                help: Some(BEYOND_LIMITS.to_owned()),
                ..self.error(first, "the expression is too long to be read")
            });
        }
        let mut node = self.expr(first)?;
        for (expr, op, right) in chain.into_iter().rev() {
            let right = self.expr(right)?;
            node = self.binary(expr, node, op, right)?;
        }
        Ok(node)
    }

    pub(super) fn binary(
        &self,
        at: &Expr,
        left: Node,
        op: &BinaryOperator,
        right: Node,
    ) -> Result<Node> {
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
    pub(super) fn row_comparison(&self, name: &str, left: Vec<Node>, right: Vec<Node>) -> Node {
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

    pub(super) fn unary(&mut self, at: &Expr, op: UnaryOperator, operand: &Expr) -> Result<Node> {
        let whole = match operand {
            Expr::Value(value) => match &value.value {
                Value::Number(digits, _) => digits.bytes().all(|b| b.is_ascii_digit() || b == b'_'),
                _ => false,
            },
            _ => false,
        };
        let operand = self.expr(operand)?;
        let name = match op {
            UnaryOperator::Not => return Ok(not(self.coerce(operand, BOOL.scalar()))),
            // PostgreSQL's grammar, too, takes a signed number for a constant.
            UnaryOperator::Minus => {
                let base = self.names.strip_domain_base(operand.base());
                if let Some(text) = operand.text()
                    && matches!(base.id, INT4 | INT8 | NUMERIC | FLOAT8)
                    && !base.array
                    && let Some(negated) = negate(text)
                {
                    // `-2147483648` is an integer, though `2147483648` is not.
                    let ty = match whole {
                        true if negated.parse::<i64>().is_ok() => integer_type(&negated).plain(),
                        _ => self.names.strip_domain(&operand.ty),
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

    pub(super) fn prefix_operator(&self, name: &str, operand: Node) -> Node {
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
    pub(in crate::analyze) fn operator(&self, name: &str, left: Node, right: Node) -> Node {
        let (left, right, ty, known) = self.operands(name, left, right);
        let nullable = left.nullable
            || right.nullable
            || !known
            || crate::analyze::functions::operator_may_be_null(name);
        let collation = self.merge_collations([&left, &right]);
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
    pub(in crate::analyze) fn operands(
        &self,
        name: &str,
        left: Node,
        right: Node,
    ) -> (Node, Node, Type, bool) {
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

    pub(super) fn literal_beside(&self, other: Base) -> Base {
        match self.names.user_kind(other.id).as_deref() {
            Some(UserKind::Foreign | UserKind::Brought { .. }) => other,
            _ => TEXT.scalar(),
        }
    }

    pub(super) fn is_null(&mut self, operand: &Expr, negated: bool) -> Result<Node> {
        let operand = self.boxed(operand)?;
        Ok(Node::boolean(Kind::IsNull { negated, operand }, false))
    }

    pub(super) fn is_truth(
        &mut self,
        operand: &Expr,
        truth: &'static str,
        negated: bool,
    ) -> Result<Node> {
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

    pub(super) fn distinct(&mut self, left: &Expr, right: &Expr, negated: bool) -> Result<Node> {
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

    pub(super) fn between(
        &mut self,
        expr: &Expr,
        negated: bool,
        low: &Expr,
        high: &Expr,
    ) -> Result<Node> {
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
    pub(super) fn in_list(&mut self, expr: &Expr, list: &[Expr], negated: bool) -> Result<Node> {
        let (left, weight) = self.weighed(expr)?;
        self.copy(weight, list.len())?;
        let list = self.exprs(list)?;
        Ok(self.membership(left, list, negated))
    }

    pub(in crate::analyze) fn membership(
        &self,
        left: Node,
        list: Vec<Node>,
        negated: bool,
    ) -> Node {
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

    pub(super) fn comparisons(
        &self,
        operator: &str,
        left: Node,
        list: Vec<Node>,
        any: bool,
    ) -> Node {
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
    pub(super) fn in_array(
        &self,
        operator: &str,
        left: Node,
        list: Vec<Node>,
        element: Base,
    ) -> Node {
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

    pub(super) fn in_subquery(
        &mut self,
        expr: &Expr,
        query: &SqlQuery,
        negated: bool,
    ) -> Result<Node> {
        let node = self.any_all_query("=", false, expr, query)?;
        Ok(if negated { not(node) } else { node })
    }

    pub(super) fn any_all_query(
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

    pub(super) fn any_all(
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

    pub(super) fn any_all_array(
        &mut self,
        name: &str,
        all: bool,
        left: Node,
        right: Node,
    ) -> Result<Node> {
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
                let array = if r.array || crate::analyze::coerce::is_polymorphic(*r) {
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

    pub(super) fn like(&mut self, expr: &Expr) -> Result<Node> {
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
}
