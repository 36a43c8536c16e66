//! Statements without types, as the builders put them together.
//!
//! They are public to stand in public traits, and can't be named outside of this crate.

use crate::column::Wire;
use crate::expr::{Fragment, Term};
use crate::scope::SourceRef;

/// A `SELECT`.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub(crate) with: Vec<With>,
    pub(crate) distinct: Distinct,
    pub(crate) columns: Vec<Projection>,
    pub(crate) from: Vec<From>,
    pub(crate) filters: Vec<Fragment>,
    pub(crate) group_by: Vec<Fragment>,
    pub(crate) having: Vec<Fragment>,
    /// The first of several queries that are combined, in the place of all that stands above.
    pub(crate) head: Option<Box<Query>>,
    /// `UNION` and its like, with what follows.
    pub(crate) combined: Vec<(&'static str, Query)>,
    pub(crate) order_by: Vec<Term>,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: Option<i64>,
    pub(crate) lock: Option<Lock>,
}

/// A common table expression.
#[derive(Clone, Debug)]
pub struct With {
    pub(crate) source: SourceRef,
    pub(crate) query: Query,
    /// What is added to the rows, again and again, until nothing comes any more.
    pub(crate) recursive: Option<Recursion>,
}

#[derive(Clone, Debug)]
pub(crate) struct Recursion {
    pub(crate) union: &'static str,
    pub(crate) step: Query,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Distinct {
    #[default]
    No,
    Yes,
    On(Vec<Fragment>),
}

/// What is selected.
#[derive(Clone, Debug)]
pub enum Projection {
    /// All columns of a source.
    Row(SourceRef),
    /// Whether the row of a left join is there, and then all columns of it.
    Perhaps(SourceRef),
    /// An expression, and how its value travels.
    Expression(Fragment, Wire),
}

/// A table, or something else that rows come from.
#[derive(Clone, Debug)]
pub struct From {
    pub(crate) join: Join,
    pub(crate) source: SourceRef,
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub enum Body {
    /// The table itself.
    Table,
    /// A subquery in its place.
    Query(Box<Query>),
    /// A subquery that may speak of what is joined before it.
    Lateral(Box<Query>),
    /// Text, and the names of its columns.
    Text(String, String),
}

#[derive(Clone, Debug)]
pub enum Join {
    /// The first one, or the product with those before it.
    Cross,
    Inner(Fragment),
    Left(Fragment),
    Right(Fragment),
    Full(Fragment),
}

/// A row lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lock {
    pub(crate) strength: &'static str,
    pub(crate) wait: &'static str,
}

impl Query {
    /// All rows of a source.
    pub(crate) fn of(source: SourceRef) -> Self {
        Self {
            columns: vec![Projection::Row(source)],
            from: vec![From::table(source)],
            ..Self::default()
        }
    }

    /// The same rows without an order, which does not matter.
    pub(crate) fn unordered(mut self) -> Self {
        if self.limit.is_none()
            && self.offset.is_none()
            && !matches!(self.distinct, Distinct::On(_))
        {
            self.order_by.clear();
        }
        self
    }

    /// Whether something else than a column may be selected under the column's name: `during::text`.
    pub(crate) fn hides_columns(&self) -> bool {
        self.columns.iter().any(|column| match column {
            Projection::Row(source) | Projection::Perhaps(source) => {
                let mut columns = source.columns.iter();
                columns.any(|column| column.wire.read.is_some())
            }
            Projection::Expression(sql, wire) => wire.read.is_some() || !sql.is_column(),
        })
    }

    /// Whether it has nothing but queries that are combined, and their order.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.distinct, Distinct::No)
            && self.columns.is_empty()
            && self.from.is_empty()
            && self.filters.is_empty()
            && self.group_by.is_empty()
            && self.having.is_empty()
            && self.lock.is_none()
    }

    /// Whether there are as many rows as the filters leave: nothing puts rows together, leaves some
    /// out or makes more of them.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.distinct, Distinct::No)
            && self.group_by.is_empty()
            && self.having.is_empty()
            && self.head.is_none()
            && self.limit.is_none()
            && self.offset.is_none()
            && self.lock.is_none()
            && !self.columns.iter().any(|column| match column {
                // An aggregate makes one row of all, and a set-returning function many of one.
                Projection::Expression(sql, _) => !sql.is_column(),
                Projection::Row(_) | Projection::Perhaps(_) => false,
            })
    }
}

impl From {
    pub(crate) fn table(source: SourceRef) -> Self {
        Self::joined(Join::Cross, source)
    }

    pub(crate) fn joined(join: Join, source: SourceRef) -> Self {
        Self {
            join,
            source,
            body: Body::Table,
        }
    }
}

/// An `UPDATE`, a `DELETE` or an `INSERT … SELECT`.
#[derive(Clone, Debug)]
pub struct Change {
    pub(crate) with: Vec<With>,
    pub(crate) table: SourceRef,
    /// The column that an update counts up.
    pub(crate) version: Option<&'static str>,
    pub(crate) action: Action,
    pub(crate) filters: Vec<Fragment>,
    pub(crate) returning: Vec<Projection>,
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    Update(Vec<(&'static str, Fragment)>),
    Delete,
    Insert(Vec<&'static str>, Box<Query>),
}
