//! Updates and deletions of many rows, and `INSERT … SELECT`.

use std::fmt;
use std::marker::PhantomData;

use crate::column::Wire;
use crate::expr::{Expr, Fragment, Operand};
use crate::scope::SourceRef;
use crate::select::render::{self, Rendered};
use crate::select::results;
use crate::select::statement::{Action, Change, Projection};
use crate::select::{Columns, Cte, Items, Scalar, Select, Whole};
use crate::value::{Truth, Value, ValueOf};
use crate::{Column, ColumnSpec, Error, Executor, In, Result, Source, Table};

/// It was not said yet which rows.
#[derive(Debug)]
pub struct Unfiltered;

/// It was said which rows: by a filter, or that it is all of them.
#[derive(Debug)]
pub struct Chosen;

/// A change whose rows are chosen.
#[diagnostic::on_unimplemented(
    message = "an update or a delete without a filter concerns every row of the table",
    label = "which rows?",
    note = "say which rows with `.filter(…)`, or `.all_rows()` when it is all of them"
)]
pub trait AreChosen {}

impl<T> AreChosen for Update<T, Chosen> {}
impl<T> AreChosen for Delete<T, Chosen> {}

/// A condition that chooses the rows to change: one that is always there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which rows to change or delete",
    label = "expected a condition",
    note = "an `Option` is none: without its condition, the change would concern every row"
)]
pub trait Choice {
    /// The tables that it speaks of.
    type Scope;

    #[doc(hidden)]
    fn condition(self) -> Fragment;
}

#[diagnostic::do_not_recommend]
impl<F, V: Truth, K> Choice for Expr<F, V, K> {
    type Scope = F;

    fn condition(self) -> Fragment {
        self.sql
    }
}

#[diagnostic::do_not_recommend]
impl<T: Source, V: Truth, A> Choice for Column<T, V, A> {
    type Scope = T;

    fn condition(self) -> Fragment {
        self.into_expr().sql
    }
}

/// A column of the table `T` that can be set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be set in a row of `{T}`",
    label = "expected a column of `{T}` that is not `ReadOnly`",
    note = "what is `ReadOnly` is computed by the server"
)]
pub trait Settable<T> {
    /// The type of the column.
    type Value: Value;

    #[doc(hidden)]
    fn spec(self) -> ColumnSpec;
}

impl<T, V: Value> Settable<T> for Column<T, V> {
    type Value = V;

    fn spec(self) -> ColumnSpec {
        Column::spec(self)
    }
}

/// A change of many rows at once: `User::update()` begins one.
///
/// ```
/// use rowsmith_test_trees::blog::User;
///
/// let update = User::update()
///     .set(User::IS_ACTIVE, false)
///     .set(User::AGE, User::AGE + 1)
///     .filter(User::AGE.lt(18));
/// assert_eq!(
///     update.to_sql(),
///     r#"UPDATE "public"."users" SET "is_active" = $1, "age" = "age" + $2 WHERE "age" < $3"#
/// );
/// ```
#[must_use = "an update does nothing until it is run, by `execute` or its like"]
pub struct Update<T, F = Unfiltered> {
    change: Change,
    of: PhantomData<fn() -> (T, F)>,
}

/// A deletion of many rows at once: `User::delete()` begins one.
///
/// ```
/// use rowsmith_test_trees::blog::User;
///
/// let delete = User::delete().filter(User::IS_ACTIVE.eq(false));
/// assert_eq!(delete.to_sql(), r#"DELETE FROM "public"."users" WHERE "is_active" = $1"#);
/// ```
#[must_use = "a deletion does nothing until it is run, by `execute` or its like"]
pub struct Delete<T, F = Unfiltered> {
    change: Change,
    of: PhantomData<fn() -> (T, F)>,
}

/// What `User::insert_from` begins: the columns that a [query](Self::query) gives.
#[derive(Debug)]
#[must_use = "an insert does nothing until it has its query and is run"]
pub struct InsertFrom<T, C> {
    columns: C,
    of: PhantomData<fn() -> T>,
}

/// Inserts what a query returns.
#[must_use = "an insert does nothing until it is run, by `execute` or its like"]
pub struct Inserted<T> {
    change: Change,
    of: PhantomData<fn() -> T>,
}

/// A change that returns what it concerned: of an insert or update as it is then, of a deletion as it
/// was.
#[must_use = "a change does nothing until it is run, by `all` or its like"]
pub struct Returning<O> {
    change: Change,
    of: PhantomData<fn() -> O>,
}

fn change<T: Source>(action: Action) -> Change {
    Change {
        with: Vec::new(),
        table: SourceRef::of::<T>(),
        version: T::Row::VERSION,
        action,
        filters: Vec::new(),
        returning: Vec::new(),
    }
}

impl<T: Table> Update<T> {
    /// Begins an update.
    pub fn new() -> Self {
        Self {
            change: change::<T>(Action::Update(Vec::new())),
            of: PhantomData,
        }
    }
}

impl<T: Table, F> Update<T, F> {
    /// Sets a column to a value, or to an expression on the row as it was. Of two values for one column
    /// the last one counts.
    pub fn set<C, R, I>(mut self, column: C, value: R) -> Self
    where
        C: Settable<T>,
        R: Operand<C::Value, Scope<T>: In<T, I>>,
    {
        let spec = column.spec();
        if let Action::Update(assignments) = &mut self.change.action {
            assignments.retain(|(name, _)| *name != spec.name);
            assignments.push((spec.name, value.operand(spec.wire).sql));
        }
        self
    }
}

impl<T: Table> Delete<T> {
    /// Begins a deletion.
    pub fn new() -> Self {
        Self {
            change: change::<T>(Action::Delete),
            of: PhantomData,
        }
    }
}

/// What chooses rows.
macro_rules! choosing {
    ($($name:ident)+) => {$(
        impl<T: Table> Default for $name<T> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Table, F> $name<T, F> {
            /// Concerns only the rows for which the condition is true. Of several filters all must be.
            pub fn filter<C, I>(mut self, condition: C) -> $name<T, Chosen>
            where
                C: Choice<Scope: In<T, I>>,
            {
                self.change.filters.push(condition.condition());
                $name {
                    change: self.change,
                    of: PhantomData,
                }
            }

            /// Concerns all rows of the table.
            pub fn all_rows(self) -> $name<T, Chosen> {
                $name {
                    change: self.change,
                    of: PhantomData,
                }
            }
        }
    )+};
}

choosing!(Update Delete);

/// What runs.
macro_rules! running {
    ($($name:ident [$($generics:tt)*] [$($bounds:tt)*])+) => {$(
        impl<T: Table $($generics)*> $name<T $($generics)*> {
            /// Puts a common table expression before the statement.
            pub fn with_cte(mut self, cte: Cte) -> Self {
                self.change.with.push(cte.into_with());
                self
            }

            /// The SQL text, with `$1` and so on for the values.
            pub fn to_sql(&self) -> String {
                to_sql(&self.change)
            }
        }

        impl<T: Table $($generics)*> $name<T $($generics)*>
        where
            $($bounds)*
        {
            /// Returns the rows that it concerns.
            pub fn returning(self) -> Returning<(Whole<T>,)> {
                let row = Projection::Row(SourceRef::of::<T>());
                Returning::new(self.change, vec![row])
            }

            /// Returns columns and expressions of the rows that it concerns.
            pub fn returning_columns<C, I, P>(self, columns: C) -> Returning<P>
            where
                C: Columns<T, I, Items = P>,
            {
                Returning::new(self.change, columns.projections())
            }

            /// Runs it, and returns how many rows it concerned.
            ///
            /// # Errors
            ///
            /// A violated constraint, or what else the server reports.
            pub async fn execute(self, db: &impl Executor) -> Result<u64> {
                let Rendered { sql, params } = &render(&self.change)?;
                let params = params.iter().map(|param| param as super::Value<'_>);
                let params: Vec<super::Value<'_>> = params.collect();
                crate::query::execute(db, sql, &params).await
            }
        }

        impl<T $($generics)*> Clone for $name<T $($generics)*> {
            fn clone(&self) -> Self {
                Self {
                    change: self.change.clone(),
                    of: PhantomData,
                }
            }
        }

        impl<T $($generics)*> fmt::Debug for $name<T $($generics)*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&to_sql(&self.change)).finish()
            }
        }
    )+};
}

running! {
    Update [, F] [Self: AreChosen]
    Delete [, F] [Self: AreChosen]
    Inserted [] []
}

/// What a query selects that fills the columns `C` of the table `T`.
#[diagnostic::on_unimplemented(
    message = "the query does not select what the columns of the insert hold",
    label = "expected as many columns, with the same types",
    note = "the query selects `{Self}` for the columns `{C}` of `{T}`"
)]
pub trait Fills<T, C> {
    #[doc(hidden)]
    fn names(columns: C) -> Vec<&'static str>;
}

#[diagnostic::do_not_recommend]
impl<T, V: Value, W: ValueOf<V::Base>> Fills<T, Column<T, V>> for (Scalar<W>,) {
    fn names(column: Column<T, V>) -> Vec<&'static str> {
        vec![column.name()]
    }
}

macro_rules! fills {
    ($($column:ident $value:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<T, $($column: Value, $value: ValueOf<$column::Base>),+> Fills<T, ($(Column<T, $column>,)+)>
            for ($(Scalar<$value>,)+)
        {
            #[allow(non_snake_case)]
            fn names(columns: ($(Column<T, $column>,)+)) -> Vec<&'static str> {
                let ($($column,)+) = columns;
                vec![$($column.name()),+]
            }
        }
    };
}

fills!(A B);
fills!(A B C D);
fills!(A B C D E F);
fills!(A B C D E F G H);
fills!(A B C D E F G H I J);
fills!(A B C D E F G H I J K L);
fills!(A B C D E F G H I J K L M N);
fills!(A B C D E F G H I J K L M N O P);
fills!(A B C D E F G H I J K L M N O P Q R);
fills!(A B C D E F G H I J K L M N O P Q R S U);
fills!(A B C D E F G H I J K L M N O P Q R S U V W);
fills!(A B C D E F G H I J K L M N O P Q R S U V W X Y);

impl<T: Table, C> InsertFrom<T, C> {
    /// Begins an insert into these columns.
    pub fn new(columns: C) -> Self {
        Self {
            columns,
            of: PhantomData,
        }
    }

    /// The query whose rows are inserted.
    ///
    /// ```
    /// use rowsmith_test_trees::blog::{Tag, User};
    ///
    /// let names = User::select().filter(User::IS_ACTIVE).columns(User::NAME);
    /// let insert = Tag::insert_from(Tag::NAME).query(names);
    /// assert_eq!(
    ///     insert.to_sql(),
    ///     r#"INSERT INTO "public"."tags" ("name") SELECT "name" FROM "public"."users" WHERE "is_active""#
    /// );
    /// ```
    pub fn query<S, O>(self, query: Select<S, O>) -> Inserted<T>
    where
        S: crate::scope::Closed,
        O: Fills<T, C>,
    {
        let action = Action::Insert(O::names(self.columns), Box::new(query.query));
        Inserted {
            change: change::<T>(action),
            of: PhantomData,
        }
    }
}

impl<O> Returning<O> {
    fn new(mut change: Change, returning: Vec<Projection>) -> Self {
        change.returning = returning;
        if change.returning.iter().all(is_empty) {
            // `RETURNING` needs an expression, also of a table without columns.
            let null = Projection::Expression(Fragment::text("NULL"), Wire::default());
            change.returning = vec![null];
        }
        Self {
            change,
            of: PhantomData,
        }
    }

    /// The SQL text, with `$1` and so on for the values.
    pub fn to_sql(&self) -> String {
        to_sql(&self.change)
    }
}

impl<O: Items> Returning<O> {
    /// Runs it, and returns all rows that it concerned.
    ///
    /// # Errors
    ///
    /// A violated constraint, or what else the server reports.
    pub async fn all(self, db: &impl Executor) -> Result<Vec<O::Row>> {
        let statement = render(&self.change)?;
        let session = db.acquire().await?;
        results::rows(&session, &statement, O::read).await
    }

    /// Runs it, and returns the only row that it concerned.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when it concerned none, [`Error::TooManyRows`] when it concerned several,
    /// though it did all the same; otherwise as [`all`](Self::all).
    pub async fn one(self, db: &impl Executor) -> Result<O::Row> {
        self.one_or_none(db).await?.ok_or(Error::NotFound)
    }

    /// Runs it, and returns the only row that it concerned, if there was one.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] when it concerned several, though it did all the same; otherwise as
    /// [`all`](Self::all).
    pub async fn one_or_none(self, db: &impl Executor) -> Result<Option<O::Row>> {
        let mut rows = self.all(db).await?;
        match rows.len() {
            0 | 1 => Ok(rows.pop()),
            _ => Err(Error::TooManyRows),
        }
    }
}

impl<O> fmt::Debug for Returning<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Returning").field(&self.to_sql()).finish()
    }
}

fn is_empty(projection: &Projection) -> bool {
    matches!(projection, Projection::Row(source) if source.columns.is_empty())
}

fn render(change: &Change) -> Result<Rendered> {
    match &change.action {
        Action::Update(assignments) if assignments.is_empty() => {
            Err(Error::Statement("an update has to set a column"))
        }
        // Of no conditions all are true, which says nothing of which rows.
        _ if change.filters.iter().any(Fragment::is_always) => Err(Error::Statement(
            "a filter of no conditions concerns every row: `all_rows()` says so in words",
        )),
        _ => render::change(change),
    }
}

fn to_sql(change: &Change) -> String {
    match render(change) {
        Ok(rendered) => rendered.sql,
        Err(error) => format!("-- {error}"),
    }
}
