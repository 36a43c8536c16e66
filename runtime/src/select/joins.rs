//! Joins: by a relation, or by a condition.

use std::marker::PhantomData;

use super::statement::{Body, From, Join, Projection};
use super::{Absent, Append, Perhaps, Query, Select, Whole};
use crate::expr::{Condition, Fragment};
use crate::scope::{Maybe, SourceRef, Weaken};
use crate::{In, Relation, Source};

/// What can be joined to a query with the scope `S`: a relation of one of its tables, or a table with a
/// condition ([`TableRef::on`]). `I` says where in the scope the tables are, and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be joined to a query of `{S}`",
    label = "expected a relation of the query's tables, or `table::<User>().on(…)`",
    note = "a relation joins a table to the one that it starts from, which has to be in the query"
)]
pub trait Joinable<S, I> {
    /// The table that it brings.
    type To: Source;

    #[doc(hidden)]
    fn sources(self, join: fn(Fragment) -> Join, number: usize) -> Vec<From>;
}

/// A table to join or to select from.
///
/// ```
/// use rowsmith_runtime::table;
/// use rowsmith_test_trees::blog::{Tag, User};
///
/// let query = User::select().join(table::<Tag>().on(Tag::NAME.eq(User::NAME)));
/// assert!(query.to_sql().ends_with(
///     r#"FROM "public"."users" JOIN "public"."tags" ON "tags"."name" = "users"."name""#
/// ));
/// ```
pub fn table<T: Source>() -> TableRef<T> {
    TableRef::new(Body::Table)
}

/// What [`table`] gives: a table, or a subquery in the place of one.
#[derive(Debug)]
pub struct TableRef<T> {
    body: Body,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for TableRef<T> {
    fn clone(&self) -> Self {
        Self {
            body: self.body.clone(),
            of: PhantomData,
        }
    }
}

/// A table with the condition on which it is joined.
#[derive(Clone, Debug)]
pub struct On<T, C> {
    table: TableRef<T>,
    condition: C,
}

impl<T: Source> TableRef<T> {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            of: PhantomData,
        }
    }

    /// The condition on which it is joined, on its columns and those of the query.
    pub fn on<C>(self, condition: C) -> On<T, C> {
        On {
            table: self,
            condition,
        }
    }

    /// All rows of it.
    pub fn select(self) -> Select<T> {
        let mut query = Query::of(SourceRef::of::<T>());
        for from in &mut query.from {
            from.body = self.body.clone();
        }
        Select::from_parts(query, ())
    }
}

#[diagnostic::do_not_recommend]
impl<S, I, R: Relation<From: In<S, I>>> Joinable<S, I> for R {
    type To = R::To;

    /// The junction table's first, where there is one.
    fn sources(self, join: fn(Fragment) -> Join, number: usize) -> Vec<From> {
        let path = self.path();
        let near = SourceRef::of::<R::From>().id;
        let far = SourceRef::of::<R::To>();
        let (junction, on) = path.conditions(near, far.id, number, false);
        let junction = junction.map(|(source, on)| From::joined(join(on), source));
        let target = From::joined(join(on), far);
        junction.into_iter().chain([target]).collect()
    }
}

impl<S, I, T: Source, C: Condition<Scope: In<(S, T), I>>> Joinable<S, I> for On<T, C> {
    type To = T;

    fn sources(self, join: fn(Fragment) -> Join, _: usize) -> Vec<From> {
        let condition = self.condition.condition();
        let on = condition.unwrap_or_else(|| Fragment::text("true"));
        vec![From {
            join: join(on),
            source: SourceRef::of::<T>(),
            body: self.table.body,
        }]
    }
}

impl<S, O> Select<S, O> {
    /// Joins the table of a relation, or a table on a condition: rows without a counterpart are left
    /// out. What is joined follows in the tuple of a row.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_test_trees::blog::{Post, User};
    ///
    /// let rows: Vec<(Post, User)> = Post::select()
    ///     .join(Post::AUTHOR)
    ///     .filter(User::NAME.eq("Ada"))
    ///     .all(db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    // `T` and `P` stand for projections, of which the compiler would report a mistake twice.
    pub fn join<J, I, T, P>(self, other: J) -> Select<(S, T), P>
    where
        J: Joinable<S, I, To = T>,
        T: Source,
        O: Append<Whole<T>, Output = P>,
    {
        let projection = Projection::Row(SourceRef::of::<T>());
        self.joined(other, Join::Inner, projection)
    }

    /// As [`join`](Self::join), but keeps rows without a counterpart: what is joined is an `Option`.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_test_trees::blog::{Profile, User};
    ///
    /// let rows: Vec<(User, Option<Profile>)> =
    ///     User::select().left_join(User::PROFILE).all(db).await?;
    /// // So are its columns: `user_id` is no `Option` in a `Profile`.
    /// let columns: Vec<(String, Option<i64>)> = User::select()
    ///     .left_join(User::PROFILE)
    ///     .columns((User::NAME, Profile::USER_ID))
    ///     .all(db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn left_join<J, I, T, P>(self, other: J) -> Select<(S, Maybe<T>), P>
    where
        J: Joinable<S, I, To = T>,
        T: Source,
        O: Append<Perhaps<T>, Output = P>,
    {
        let projection = Projection::Perhaps(SourceRef::of::<T>());
        self.joined(other, Join::Left, projection)
    }

    /// As [`join`](Self::join), but keeps rows of the joined table without a counterpart: everything
    /// before it is an `Option`.
    pub fn right_join<J, I>(
        self,
        other: J,
    ) -> Select<(S::Output, J::To), <O::Output as Append<Whole<J::To>>>::Output>
    where
        S: Weaken,
        J: Joinable<S, I>,
        O: Absent<Output: Append<Whole<J::To>>>,
    {
        let projection = Projection::Row(SourceRef::of::<J::To>());
        self.weakened().joined(other, Join::Right, projection)
    }

    /// As [`join`](Self::join), but keeps rows without a counterpart on both sides: everything is an
    /// `Option`.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_runtime::table;
    /// use rowsmith_test_trees::blog::{Tag, User};
    ///
    /// let rows: Vec<(Option<User>, Option<Tag>)> = User::select()
    ///     .full_join(table::<Tag>().on(Tag::NAME.eq(User::NAME)))
    ///     .all(db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn full_join<J, I>(
        self,
        other: J,
    ) -> Select<(S::Output, Maybe<J::To>), <O::Output as Append<Perhaps<J::To>>>::Output>
    where
        S: Weaken,
        J: Joinable<S, I>,
        O: Absent<Output: Append<Perhaps<J::To>>>,
    {
        let projection = Projection::Perhaps(SourceRef::of::<J::To>());
        self.weakened().joined(other, Join::Full, projection)
    }

    /// Every row of the query with every row of the table.
    pub fn cross_join<T: Source>(
        mut self,
        table: TableRef<T>,
    ) -> Select<(S, T), <O as Append<Whole<T>>>::Output>
    where
        O: Append<Whole<T>>,
    {
        let source = SourceRef::of::<T>();
        self.query.columns.push(Projection::Row(source));
        self.query.from.push(From {
            join: Join::Cross,
            source,
            body: table.body,
        });
        Select::from_parts(self.query, ())
    }

    /// The same query, whose rows may be absent.
    fn weakened(mut self) -> Self {
        for column in &mut self.query.columns {
            if let Projection::Row(source) = *column {
                *column = Projection::Perhaps(source);
            }
        }
        self
    }

    fn joined<J, I, T, P>(
        mut self,
        other: J,
        join: fn(Fragment) -> Join,
        projection: Projection,
    ) -> Select<T, P>
    where
        J: Joinable<S, I>,
    {
        self.query.columns.push(projection);
        let number = self.query.from.len();
        self.query.from.extend(other.sources(join, number));
        Select::from_parts(self.query, ())
    }
}
