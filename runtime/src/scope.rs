//! Which tables a query has, and which an expression speaks of, as types.
//!
//! A scope is a table, or a pair of scopes: that of a query grows with each join, that of an expression
//! with each operand. [`In`] holds them against each other.

use std::any::TypeId;
use std::borrow::Cow;
use std::marker::PhantomData;

use crate::value::{NotNull, Nullability, Nullable};
use crate::{ColumnSpec, Table};

/// What rows come from: a table or view, or an [`alias`](crate::alias) of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no table",
    note = "it is the struct that was generated for a table or view, or an alias of one"
)]
pub trait Source: Sized + 'static {
    /// The struct of the table.
    type Row: Table;
    /// The name of an alias.
    const ALIAS: Option<&'static str> = None;
}

impl<T: Table> Source for T {
    type Row = T;
}

/// A source as SQL needs it.
#[derive(Clone, Copy, Debug)]
pub struct SourceRef {
    pub(crate) id: SourceId,
    /// Quoted and qualified.
    pub(crate) name: &'static str,
    pub(crate) alias: Option<&'static str>,
    pub(crate) columns: &'static [ColumnSpec],
    pub(crate) key: &'static [&'static str],
}

/// Tells the sources of a statement apart. Junction tables, which have no type, are told apart by their
/// number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceId {
    ty: TypeId,
    number: usize,
}

impl SourceId {
    pub(crate) fn of<T: 'static>() -> Self {
        Self::numbered::<T>(0)
    }

    pub(crate) fn numbered<T: 'static>(number: usize) -> Self {
        Self {
            ty: TypeId::of::<T>(),
            number,
        }
    }
}

impl SourceRef {
    pub(crate) fn of<T: Source>() -> Self {
        Self {
            id: SourceId::of::<T>(),
            name: T::Row::NAME,
            alias: T::ALIAS,
            columns: T::Row::COLUMNS,
            key: T::Row::KEY,
        }
    }

    /// A table without a type.
    pub(crate) fn unnamed(id: SourceId, name: &'static str) -> Self {
        Self {
            id,
            name,
            alias: None,
            columns: &[],
            key: &[],
        }
    }

    /// What it would like to be called in a statement: its alias, or the table's own name without its
    /// schema.
    pub(crate) fn label(&self) -> Cow<'static, str> {
        match self.alias {
            Some(alias) => Cow::Borrowed(alias),
            None => last_identifier(self.name),
        }
    }
}

/// `users` of `"public"."users"`.
fn last_identifier(name: &'static str) -> Cow<'static, str> {
    let Some(inner) = name.strip_suffix('"') else {
        return Cow::Borrowed(name);
    };
    // The quote that begins it is the last one that is not doubled.
    let bytes = inner.as_bytes();
    let mut start = bytes.len();
    while start > 0 {
        match bytes[start - 1] {
            b'"' if start > 1 && bytes[start - 2] == b'"' => start -= 2,
            b'"' => break,
            _ => start -= 1,
        }
    }
    let inner = &inner[start..];
    if inner.contains('"') {
        Cow::Owned(inner.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(inner)
    }
}

/// A table that was joined by a left join: its columns may be NULL.
pub struct Maybe<T>(PhantomData<fn() -> T>);

/// A table of the query around a subquery.
pub struct Outer<T>(PhantomData<fn() -> T>);

/// The tables of an expression whose being absent does not make it NULL: `count(posts.id)`.
pub struct Shielded<F>(PhantomData<fn() -> F>);

/// Everything that an expression speaks of is in the scope `S`. `I` says where, and is inferred.
#[diagnostic::on_unimplemented(
    message = "an expression on `{Self}` can't be used in a query of `{S}`",
    label = "the query does not have every table that this speaks of",
    note = "join the table that is missing, or ask for its rows with `any` or `none` of a relation",
    note = "a pair stands for the tables on both sides of an operator or a join"
)]
pub trait In<S, I> {
    /// Whether a left join may make the expression NULL.
    type Null: Nullability;
}

/// It is this table.
pub struct Here;
/// It is the table of a left join.
pub struct HereMaybe;
/// It is the table of the query around.
pub struct HereOuter;
/// It is in the left half.
pub struct Left<I>(PhantomData<I>);
/// It is in the right half.
pub struct Right<I>(PhantomData<I>);

impl<T: Source> In<T, Here> for T {
    type Null = NotNull;
}

impl<T: Source> In<Maybe<T>, HereMaybe> for T {
    type Null = Nullable;
}

impl<T: Source> In<Outer<T>, HereOuter> for T {
    type Null = NotNull;
}

impl<T: Source, A, B, I> In<(A, B), Left<I>> for T
where
    T: In<A, I>,
{
    type Null = T::Null;
}

impl<T: Source, A, B, I> In<(A, B), Right<I>> for T
where
    T: In<B, I>,
{
    type Null = T::Null;
}

#[diagnostic::do_not_recommend]
impl<S> In<S, ()> for () {
    type Null = NotNull;
}

#[diagnostic::do_not_recommend]
impl<A, B, S, I, J> In<S, (I, J)> for (A, B)
where
    A: In<S, I>,
    B: In<S, J>,
{
    type Null = <A::Null as Nullability>::Or<B::Null>;
}

#[diagnostic::do_not_recommend]
impl<F, S, I> In<S, I> for Shielded<F>
where
    F: In<S, I>,
{
    type Null = NotNull;
}

/// The scope of a query that stands on its own: without tables of a query around it.
#[diagnostic::on_unimplemented(
    message = "this query speaks of a table of another query, so it can't be run on its own",
    label = "there is no query around this one",
    note = "use it as a subquery: `exists`, `in_query`, `scalar`"
)]
pub trait Closed {}

#[diagnostic::do_not_recommend]
impl Closed for () {}
impl<T: Source> Closed for T {}
#[diagnostic::do_not_recommend]
impl<T: Source> Closed for Maybe<T> {}
#[diagnostic::do_not_recommend]
impl<A: Closed, B: Closed> Closed for (A, B) {}

/// The tables around a subquery that it speaks of.
pub trait Correlation {
    /// The scope that the subquery has as an expression.
    type Outer;
    /// The scope that is left of the subquery's own when it is combined with others.
    type Rest: Correlation;
}

impl Correlation for () {
    type Outer = ();
    type Rest = ();
}

impl<T: Source> Correlation for T {
    type Outer = ();
    type Rest = ();
}

impl<T: Source> Correlation for Maybe<T> {
    type Outer = ();
    type Rest = ();
}

impl<T: Source> Correlation for Outer<T> {
    type Outer = T;
    type Rest = Self;
}

impl<A: Correlation, B: Correlation> Correlation for (A, B) {
    type Outer = (A::Outer, B::Outer);
    type Rest = (A::Rest, B::Rest);
}

/// The same tables after a right or full join, which may leave them out.
pub trait Weaken {
    /// That scope.
    type Output;
}

impl<T: Source> Weaken for T {
    type Output = Maybe<T>;
}

impl<T: Source> Weaken for Maybe<T> {
    type Output = Self;
}

impl<T: Source> Weaken for Outer<T> {
    type Output = Self;
}

impl<A: Weaken, B: Weaken> Weaken for (A, B) {
    type Output = (A::Output, B::Output);
}

/// Declares a type that stands for a table under another name, so that the table can be in a query
/// twice.
///
/// ```
/// use rowsmith_runtime::alias;
/// use rowsmith_test_trees::organisation::Employee;
///
/// alias!(
///     /// The employee that another one reports to.
///     pub struct Manager: Employee
/// );
///
/// // Who was there before their manager; rows are `(String, String)`.
/// let query = Employee::select()
///     .join(Employee::MANAGER.to(Manager))
///     .filter(Employee::HIRED_ON.lt(Employee::HIRED_ON.of(Manager)))
///     .columns((Employee::NAME, Employee::NAME.of(Manager)));
/// assert_eq!(
///     query.to_sql(),
///     r#"SELECT "employees"."name", "Manager"."name" FROM "public"."employees" JOIN "public"."employees" AS "Manager" ON "Manager"."id" = "employees"."manager_id" WHERE "employees"."hired_on" < "Manager"."hired_on""#
/// );
/// ```
#[macro_export]
macro_rules! alias {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident: $table:ty) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug)]
        $visibility struct $name;

        impl $crate::Source for $name {
            type Row = $table;
            const ALIAS: ::std::option::Option<&'static str> =
                ::std::option::Option::Some(::std::stringify!($name));
        }
    };
}

#[cfg(test)]
mod tests {
    use super::last_identifier;

    #[test]
    fn the_last_identifier_is_found() {
        assert_eq!(last_identifier(r#""public"."users""#), "users");
        assert_eq!(last_identifier(r#""users""#), "users");
        assert_eq!(
            last_identifier(r#""a"."say ""hi"" now""#),
            r#"say "hi" now"#
        );
        assert_eq!(last_identifier(r#""a"".""b"."c""""#), "c\"");
        assert_eq!(last_identifier(r#"""""#), "\"");
        assert_eq!(last_identifier("bare"), "bare");
        assert_eq!(last_identifier(r#""a"."x""."".y""#), r#"x".".y"#);
    }
}
