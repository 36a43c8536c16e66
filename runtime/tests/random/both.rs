//! An expression in SQL and in Rust, side by side.

use std::rc::Rc;

use rowsmith_runtime::{Expr, In, SqlType};

use crate::world::Rows;

/// What an expression comes to; `None` is NULL.
pub type Rust<T> = Rc<dyn Fn(&Rows<'_>) -> Option<T>>;

/// An expression whose type says that it is never NULL, or that it may be. Reading a NULL of the first
/// sort fails.
pub enum Sql<S, T> {
    Never(Expr<S, T>),
    Maybe(Expr<S, Option<T>>),
}

/// An expression on the tables `S` with a value of the type `T`.
pub struct Both<S, T> {
    pub sql: Sql<S, T>,
    pub rust: Rust<T>,
}

/// What may stand on the right of an operator: values travel without a cast there, so that the server
/// says what type they are of.
pub enum Right<S, T> {
    Value(T),
    Null,
    Sql(Sql<S, T>),
}

impl<S, T> From<Expr<S, T>> for Sql<S, T> {
    fn from(expression: Expr<S, T>) -> Self {
        Self::Never(expression)
    }
}

impl<S, T> From<Expr<S, Option<T>>> for Sql<S, T> {
    fn from(expression: Expr<S, Option<T>>) -> Self {
        Self::Maybe(expression)
    }
}

impl<S, T> Clone for Sql<S, T> {
    fn clone(&self) -> Self {
        match self {
            Self::Never(expression) => Self::Never(expression.clone()),
            Self::Maybe(expression) => Self::Maybe(expression.clone()),
        }
    }
}

impl<S, T: SqlType> Sql<S, T> {
    pub fn nullable(self) -> Expr<S, Option<T>> {
        match self {
            Self::Never(expression) => expression.nullable(),
            Self::Maybe(expression) => expression,
        }
    }

    fn within<U, I>(self) -> Sql<U, T>
    where
        S: In<U, I>,
    {
        match self {
            Self::Never(expression) => Sql::Never(expression.within()),
            Self::Maybe(expression) => Sql::Maybe(expression.within()),
        }
    }
}

impl<S, T> Clone for Both<S, T> {
    fn clone(&self) -> Self {
        Self {
            sql: self.sql.clone(),
            rust: self.rust.clone(),
        }
    }
}

impl<S, T: SqlType> Both<S, T> {
    pub fn new(sql: impl Into<Sql<S, T>>, rust: impl Fn(&Rows<'_>) -> Option<T> + 'static) -> Self {
        Self {
            sql: sql.into(),
            rust: Rc::new(rust),
        }
    }

    /// The expression without what is known of NULL.
    pub fn expr(&self) -> Expr<S, Option<T>> {
        self.sql.clone().nullable()
    }

    pub fn eval(&self, rows: &Rows<'_>) -> Option<T> {
        (self.rust)(rows)
    }

    /// The same on more tables.
    pub fn within<U, I>(self) -> Both<U, T>
    where
        S: In<U, I>,
    {
        Both {
            sql: self.sql.within(),
            rust: self.rust,
        }
    }
}

impl<S> Both<S, bool> {
    /// Whether a filter leaves these rows.
    pub fn holds(&self, rows: &Rows<'_>) -> bool {
        self.eval(rows) == Some(true)
    }
}

/// Makes an expression of another one, whichever sort it is of.
macro_rules! one {
    ($of:expr, |$x:ident| $body:expr) => {
        match $of {
            Sql::Never($x) => Sql::from($body.within::<S, _>()),
            Sql::Maybe($x) => Sql::from($body.within::<S, _>()),
        }
    };
}

/// Makes an expression of two others.
macro_rules! two {
    ($left:expr, $right:expr, |$x:ident, $y:ident| $body:expr) => {
        match ($left, $right) {
            (Sql::Never($x), Sql::Never($y)) => Sql::from($body.within::<S, _>()),
            (Sql::Never($x), Sql::Maybe($y)) => Sql::from($body.within::<S, _>()),
            (Sql::Maybe($x), Sql::Never($y)) => Sql::from($body.within::<S, _>()),
            (Sql::Maybe($x), Sql::Maybe($y)) => Sql::from($body.within::<S, _>()),
        }
    };
}

/// Makes an expression of another one and what stands on its right. What is never NULL is not held
/// against NULL, so it is called nullable then.
macro_rules! operate {
    ($left:expr, $right:expr, $ty:ty, |$x:ident, $y:ident| $body:expr) => {
        match ($left, $right) {
            (Sql::Never($x), Right::Value($y)) => Sql::from($body.within::<S, _>()),
            (Sql::Maybe($x), Right::Value($y)) => Sql::from($body.within::<S, _>()),
            (left, Right::Null) => {
                let ($x, $y) = (left.nullable(), None::<$ty>);
                Sql::from($body.within::<S, _>())
            }
            (left, Right::Sql(right)) => crate::both::two!(left, right, |$x, $y| $body),
        }
    };
}

pub(crate) use {one, operate, two};
