//! Expressions and queries after analysis: names resolved, types known, every coercion written out.
//!
//! Two texts that mean the same come to the same tree, whoever inserted the casts.

use std::rc::Rc;

use super::types::{BOOL, Base, RoutineKind, Type, UNKNOWN, builtins};
use crate::catalog::QualifiedName;

/// An expression.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub kind: Kind,
    pub ty: Type,
    /// `false` only where that is certain.
    pub nullable: bool,
    pub collation: Collation,
}

/// Where a value's collation comes from (manual, section 24.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Collation {
    /// The type's own.
    #[default]
    Default,
    /// A column's.
    Implicit(Rc<QualifiedName>),
    /// A `COLLATE` clause's.
    Explicit(Rc<QualifiedName>),
    /// Two columns disagree.
    Conflict,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// A column; `range` is the alias of what it comes from, where that is written.
    Column {
        range: Option<Rc<str>>,
        name: Rc<str>,
    },
    /// A row of a table, view or subquery.
    WholeRow(Rc<str>),
    /// `VALUE` of a domain's check.
    Value,
    /// A constant in the canonical spelling of its type; `None` is NULL.
    Const(Option<Rc<str>>),
    /// `CURRENT_TIMESTAMP` and its like.
    Keyword(Rc<str>),
    /// A cast to the node's own type.
    Cast(Box<Node>),
    Operator {
        name: Rc<str>,
        left: Option<Box<Node>>,
        right: Box<Node>,
    },
    /// `left op ANY (right)`, where the right side is an array.
    AnyAll {
        name: Rc<str>,
        all: bool,
        left: Box<Node>,
        right: Box<Node>,
    },
    /// `left op ANY (SELECT …)`; also `IN (SELECT …)`.
    AnyAllQuery {
        name: Rc<str>,
        all: bool,
        left: Vec<Node>,
        query: Box<Query>,
    },
    /// `left IN (…)` or `left NOT IN (…)`.
    In {
        negated: bool,
        left: Box<Node>,
        list: Vec<Node>,
    },
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    IsNull {
        negated: bool,
        operand: Box<Node>,
    },
    /// `IS TRUE`, `IS NOT FALSE`, `IS UNKNOWN` and the rest.
    IsTruth {
        truth: &'static str,
        negated: bool,
        operand: Box<Node>,
    },
    Distinct {
        negated: bool,
        left: Box<Node>,
        right: Box<Node>,
    },
    Call(Box<Call>),
    Case {
        operand: Option<Box<Node>>,
        arms: Vec<(Node, Node)>,
        otherwise: Option<Box<Node>>,
    },
    /// `COALESCE`, `GREATEST`, `LEAST`.
    Common {
        function: &'static str,
        args: Vec<Node>,
    },
    NullIf(Box<Node>, Box<Node>),
    Array(Vec<Node>),
    Row(Vec<Node>),
    ArrayQuery(Box<Query>),
    Subquery(Box<Query>),
    Exists(Box<Query>),
    Subscript {
        base: Box<Node>,
        subscripts: Vec<Subscript>,
    },
    Field {
        base: Box<Node>,
        name: Rc<str>,
    },
    Collate {
        base: Box<Node>,
        collation: Rc<QualifiedName>,
    },
    AtTimeZone {
        timestamp: Box<Node>,
        zone: Box<Node>,
    },
    Extract {
        field: Rc<str>,
        source: Box<Node>,
    },
}

/// One subscript of an array.
#[derive(Debug, Clone)]
pub(super) enum Subscript {
    Index(Node),
    Slice(Option<Node>, Option<Node>),
}

/// A call of a function.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// `None` for PostgreSQL's own functions and for those of which nothing is known.
    pub schema: Option<Rc<str>>,
    pub name: Rc<str>,
    /// The function is known, with the types its arguments are declared with.
    pub known: bool,
    pub args: Vec<Node>,
    /// `name => value`, one for each of the last arguments.
    pub arg_names: Vec<Rc<str>>,
    pub star: bool,
    /// The last argument is an array of arguments.
    pub variadic: bool,
    pub distinct: bool,
    pub order: Vec<Sort>,
    pub within_group: Vec<Sort>,
    pub filter: Option<Node>,
    pub over: Option<Over>,
}

/// The window of a window function.
#[derive(Debug, Clone)]
pub(super) enum Over {
    Named(Rc<str>),
    Window(Window),
}

/// A window's definition.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub base: Option<Rc<str>>,
    pub partition: Vec<Node>,
    pub order: Vec<Sort>,
    /// Units, start and end, unless it is the default.
    pub frame: Option<Frame>,
}

/// The frame of a window.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub units: &'static str,
    pub start: Bound,
    pub end: Bound,
}

/// An end of a frame.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    CurrentRow,
    Preceding(Option<Box<Node>>),
    Following(Option<Box<Node>>),
}

/// An element of `ORDER BY`.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub node: Node,
    pub descending: bool,
    pub nulls_first: bool,
}

/// A query.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub recursive: bool,
    pub ctes: Vec<Cte>,
    pub body: Body,
    pub order: Vec<Sort>,
    pub limit: Option<Node>,
    pub with_ties: bool,
    pub offset: Option<Node>,
    pub columns: Vec<OutputColumn>,
}

/// A column that a query yields.
#[derive(Debug, Clone)]
pub(super) struct OutputColumn {
    pub name: Rc<str>,
    pub ty: Type,
    pub nullable: bool,
    pub collation: Collation,
}

/// `name (columns) AS MATERIALIZED (query)`.
#[derive(Debug, Clone)]
pub(super) struct Cte {
    pub name: Rc<str>,
    pub columns: Vec<Rc<str>>,
    pub materialized: Option<bool>,
    pub query: Query,
}

/// What a query is made of.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Select(Box<Select>),
    Values(Vec<Vec<Node>>),
    Set {
        operator: &'static str,
        all: bool,
        left: Box<Query>,
        right: Box<Query>,
    },
}

/// A `SELECT`.
#[derive(Debug, Clone)]
pub(super) struct Select {
    pub distinct: bool,
    pub distinct_on: Vec<Node>,
    pub items: Vec<Item>,
    pub from: Vec<From>,
    pub filter: Option<Node>,
    pub group: Vec<Grouping>,
    pub having: Option<Node>,
    pub windows: Vec<(Rc<str>, Window)>,
}

/// An element of the select list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub node: Node,
    pub name: Rc<str>,
    /// How much of the tree it is, for the bound on copies.
    pub weight: usize,
}

/// An element of `GROUP BY`.
#[derive(Debug, Clone)]
pub(super) enum Grouping {
    Node(Node),
    /// `ROLLUP`, `CUBE`, `GROUPING SETS`.
    Sets(&'static str, Vec<Vec<Node>>),
}

/// `TABLESAMPLE method (share) REPEATABLE (seed)`.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub method: Rc<str>,
    pub share: Node,
    pub seed: Option<Node>,
}

/// An element of `FROM`.
#[derive(Debug, Clone)]
pub(super) enum From {
    Table {
        name: Rc<QualifiedName>,
        alias: Rc<str>,
        columns: Vec<Rc<str>>,
        only: bool,
        sample: Option<Box<Sample>>,
    },
    Cte {
        name: Rc<str>,
        alias: Rc<str>,
        columns: Vec<Rc<str>>,
    },
    Subquery {
        lateral: bool,
        query: Box<Query>,
        alias: Option<Rc<str>>,
        columns: Vec<Rc<str>>,
    },
    Function {
        call: Box<Node>,
        ordinality: bool,
        alias: Rc<str>,
        columns: Vec<Rc<str>>,
        types: Vec<Type>,
    },
    Join {
        left: Box<From>,
        right: Box<From>,
        kind: &'static str,
        on: On,
        /// A name for the whole, with its columns' names where they are given.
        alias: Option<(Rc<str>, Vec<Rc<str>>)>,
    },
}

/// The condition of a join.
#[derive(Debug, Clone)]
pub(super) enum On {
    Nothing,
    Condition(Node),
    Using(Vec<Rc<str>>),
}

impl Node {
    pub fn new(kind: Kind, ty: Type, nullable: bool) -> Self {
        Self {
            kind,
            ty,
            nullable,
            collation: Collation::Default,
        }
    }

    pub fn boolean(kind: Kind, nullable: bool) -> Self {
        Self::new(kind, BOOL.plain(), nullable)
    }

    pub fn constant(text: impl Into<Rc<str>>, ty: Type) -> Self {
        Self::new(Kind::Const(Some(text.into())), ty, false)
    }

    pub fn null() -> Self {
        Self::new(Kind::Const(None), UNKNOWN.plain(), true)
    }

    pub fn base(&self) -> Base {
        self.ty.base
    }

    /// A string literal or NULL that has no type yet.
    pub fn is_unknown(&self) -> bool {
        self.ty.base.is(UNKNOWN)
    }

    /// The text of a constant.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Const(Some(text)) => Some(text),
            _ => None,
        }
    }

    pub fn is_null_constant(&self) -> bool {
        match &self.kind {
            Kind::Const(None) => true,
            Kind::Cast(inner) => inner.is_null_constant(),
            _ => false,
        }
    }
}

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
