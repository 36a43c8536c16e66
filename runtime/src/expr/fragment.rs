//! Pieces of SQL with their parameters, flat, so that no expression is too deep.
//!
//! They are public to stand in public traits, and can't be named outside of this crate.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::column::Wire;
use crate::error::BoxError;
use crate::scope::SourceId;
use crate::select::Query;
use crate::types;

/// A piece of SQL.
#[derive(Clone, Debug, Default)]
pub struct Fragment {
    pub(crate) parts: Vec<Part>,
    level: Level,
}

/// A part of a piece.
#[derive(Clone, Debug)]
pub enum Part {
    Text(Cow<'static, str>),
    Column(ColumnRef),
    Param(Param),
    /// A subquery, whose parentheses are text.
    Query(Box<Query>),
    /// What can't be written, and why.
    Invalid(&'static str),
}

/// A column of a source of the statement.
#[derive(Clone, Debug)]
pub struct ColumnRef {
    pub(crate) source: SourceId,
    pub(crate) name: Cow<'static, str>,
    /// The source is looked for in the query around this one and farther out, not in this one.
    pub(crate) outer: bool,
}

/// A value that travels as a parameter.
#[derive(Clone, Debug)]
pub struct Param {
    pub(crate) value: Bound,
    /// What follows `$1`: `::int4`.
    pub(crate) cast: Cow<'static, str>,
}

/// What a piece is at its outside, from the loosest binding to the tightest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Or,
    And,
    Not,
    Comparison,
    Operator,
    #[default]
    Atom,
}

/// A value that can be shared between the copies of a query.
#[derive(Clone)]
pub struct Bound(Arc<dyn ToSql + Sync + Send>);

impl Bound {
    pub(crate) fn new(value: impl ToSql + Sync + Send + 'static) -> Self {
        Self(Arc::new(value))
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A value may hold a secret.
impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Bound {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        types::write(&*self.0, ty, out)
    }

    fn accepts(_: &Type) -> bool {
        // `types::write` asks the value itself.
        true
    }

    fn to_sql_checked(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        self.to_sql(ty, out)
    }
}

impl Fragment {
    pub(crate) fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            parts: vec![Part::Text(text.into())],
            level: Level::Atom,
        }
    }

    pub(crate) fn column(source: SourceId, name: impl Into<Cow<'static, str>>) -> Self {
        Self::part(Part::Column(ColumnRef {
            source,
            name: name.into(),
            outer: false,
        }))
    }

    /// A column of the query around the one that this is in.
    pub(crate) fn outer_column(source: SourceId, name: impl Into<Cow<'static, str>>) -> Self {
        Self::part(Part::Column(ColumnRef {
            source,
            name: name.into(),
            outer: true,
        }))
    }

    /// A value, sent and cast as the column beside it says, or else as whatever the server makes of
    /// it there.
    pub(crate) fn value(
        value: impl ToSql + Sync + Send + 'static,
        wire: Wire,
        cast: impl Into<Cow<'static, str>>,
    ) -> Self {
        let cast = match wire.sent {
            Some((ty, cast)) => Cow::Owned(format!("::{ty}::{cast}")),
            None => cast.into(),
        };
        Self::bound(Bound::new(value), cast)
    }

    /// A value with what follows `$1`.
    pub(crate) fn bound(value: Bound, cast: impl Into<Cow<'static, str>>) -> Self {
        Self::part(Part::Param(Param {
            value,
            cast: cast.into(),
        }))
    }

    /// A query in parentheses.
    pub(crate) fn query(query: Query) -> Self {
        Self::text("(").with(Self::statement(query)).with_text(")")
    }

    /// A query as it is.
    pub(crate) fn statement(query: Query) -> Self {
        Self::part(Part::Query(Box::new(query)))
    }

    pub(crate) fn invalid(why: &'static str) -> Self {
        Self::part(Part::Invalid(why))
    }

    fn part(part: Part) -> Self {
        Self {
            parts: vec![part],
            level: Level::Atom,
        }
    }

    /// Whether it is a column and nothing else.
    pub(crate) fn is_column(&self) -> bool {
        matches!(&*self.parts, [Part::Column(_)])
    }

    /// What is true of every row.
    pub(crate) const ALWAYS: &'static str = "true::bool";

    /// Whether it is [`ALWAYS`](Self::ALWAYS).
    pub(crate) fn is_always(&self) -> bool {
        matches!(&*self.parts, [Part::Text(text)] if text == Self::ALWAYS)
    }

    /// Whether there is a value in it.
    pub(crate) fn has_params(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Param(_)))
    }

    /// Says how tightly it binds.
    pub(crate) fn at(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Appends text.
    pub(crate) fn with_text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// Appends another piece as it is.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Appends pieces with commas between them.
    pub(crate) fn with_list(mut self, list: impl IntoIterator<Item = Self>) -> Self {
        for (index, item) in list.into_iter().enumerate() {
            if index > 0 {
                self = self.with_text(", ");
            }
            self = self.with(item);
        }
        self
    }

    /// The piece in parentheses, where it binds looser than this.
    pub(crate) fn within(self, level: Level) -> Self {
        if self.level >= level {
            return self;
        }
        Self::text("(").with(self).with_text(")")
    }

    /// `a AND b`, `a OR b`: a chain needs no parentheses.
    pub(crate) fn chain(self, word: &'static str, other: Self, level: Level) -> Self {
        self.within(level)
            .with_text(word)
            .with(other.within(level))
            .at(level)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        self.chain(" AND ", other, Level::And)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.chain(" OR ", other, Level::Or)
    }

    pub(crate) fn not(self) -> Self {
        Self::text("NOT ")
            .with(self.within(Level::Not))
            .at(Level::Not)
    }

    /// `a = b`: an operator whose sides bind tighter than it does.
    pub(crate) fn binary(self, operator: &'static str, other: Self, level: Level) -> Self {
        let side = match level {
            Level::Comparison => Level::Operator,
            _ => Level::Atom,
        };
        self.within(side)
            .with_text(operator)
            .with(other.within(side))
            .at(level)
    }

    /// `a::text`.
    pub(crate) fn cast(self, ty: impl Into<Cow<'static, str>>) -> Self {
        self.within(Level::Atom)
            .with_text("::")
            .with_text(ty)
            .at(Level::Atom)
    }

    /// `f(a, b)`.
    pub(crate) fn call(
        name: impl Into<Cow<'static, str>>,
        arguments: impl IntoIterator<Item = Self>,
    ) -> Self {
        Self::text(name)
            .with_text("(")
            .with_list(arguments)
            .with_text(")")
    }
}

/// `"say ""hi"""`: an identifier that can't become SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `"public"."role"`
pub fn qualified(schema: &str, name: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{}.{}", quoted(schema), quoted(name)))
}
