//! Ways out: any function by its name, and any SQL.

use std::marker::PhantomData;

use crate::column::Wire;
use crate::expr::{Expr, Expression, Fragment, Level, quoted};
use crate::value::Value;

/// A call of the function with this name, as the database spells it, perhaps with its schema before it:
/// `public.similarity`. The arguments follow with [`arg`](Call::arg), and then the type of the result
/// with [`returns`](Call::returns).
pub fn call(name: &'static str) -> Call<()> {
    Call {
        name,
        arguments: Vec::new(),
        of: PhantomData,
    }
}

/// What [`call`] begins.
#[derive(Debug)]
#[must_use = "it becomes an expression by `returns`"]
pub struct Call<S> {
    name: &'static str,
    arguments: Vec<Fragment>,
    of: PhantomData<fn() -> S>,
}

impl<S> Clone for Call<S> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            arguments: self.arguments.clone(),
            of: PhantomData,
        }
    }
}

impl<S> Call<S> {
    /// A further argument: a column, an expression or a value.
    pub fn arg<E: Expression>(self, argument: E) -> Call<(S, E::Scope)> {
        let Self {
            name,
            mut arguments,
            ..
        } = self;
        arguments.push(argument.into_expr().sql);
        Call {
            name,
            arguments,
            of: PhantomData,
        }
    }

    /// The type of the result: an `Option` where it may be NULL.
    pub fn returns<V: Value>(self) -> Expr<S, V> {
        let name: Vec<String> = self.name.split('.').map(quoted).collect();
        Expr::new(
            Fragment::call(name.join("."), self.arguments),
            Wire::default(),
        )
    }
}

/// Any SQL, with `{}` in the place of each column, expression or value that follows with
/// [`arg`](Raw::arg), and then the type of the result with [`returns`](Raw::returns). `{{` and `}}` are
/// braces.
///
/// Too few or too many arguments are an error of the query that it is in.
pub fn raw(text: &'static str) -> Raw<()> {
    Raw {
        text,
        arguments: Vec::new(),
        of: PhantomData,
    }
}

/// What [`raw`] begins.
#[derive(Debug)]
#[must_use = "it becomes an expression by `returns`"]
pub struct Raw<S> {
    text: &'static str,
    arguments: Vec<Fragment>,
    of: PhantomData<fn() -> S>,
}

impl<S> Clone for Raw<S> {
    fn clone(&self) -> Self {
        Self {
            text: self.text,
            arguments: self.arguments.clone(),
            of: PhantomData,
        }
    }
}

impl<S> Raw<S> {
    /// What stands in the place of the next `{}`: a column, an expression or a value.
    pub fn arg<E: Expression>(self, argument: E) -> Raw<(S, E::Scope)> {
        let Self {
            text,
            mut arguments,
            ..
        } = self;
        arguments.push(argument.into_expr().sql);
        Raw {
            text,
            arguments,
            of: PhantomData,
        }
    }

    /// The type of the result: an `Option` where it may be NULL.
    pub fn returns<V: Value>(self) -> Expr<S, V> {
        let sql = fill_in(self.text, self.arguments);
        Expr::new(sql.unwrap_or_else(Fragment::invalid), Wire::default())
    }
}

fn fill_in(text: &'static str, arguments: Vec<Fragment>) -> Result<Fragment, &'static str> {
    let mut arguments = arguments.into_iter();
    let mut sql = Fragment::text("(");
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        sql = sql.with_text(before);
        let part = match brace.get(..2) {
            Some("{{") => Fragment::text("{"),
            Some("}}") => Fragment::text("}"),
            Some("{}") => arguments
                .next()
                .ok_or("a piece of raw SQL has more `{}` than arguments")?,
            _ => return Err("a piece of raw SQL has a brace that is neither `{}` nor doubled"),
        };
        // What an argument is put together from stays together.
        sql = sql.with(part.within(Level::Atom));
        rest = &brace[2..];
    }
    match arguments.next() {
        Some(_) => Err("a piece of raw SQL has fewer `{}` than arguments"),
        None => Ok(sql.with_text(rest).with_text(")")),
    }
}
