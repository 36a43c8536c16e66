//! Queries put together step by step.

mod combine;
mod items;
pub(crate) mod joins;
mod page;
pub(crate) mod render;
pub(crate) mod results;
pub(crate) mod statement;
pub(crate) mod subquery;
mod with;

use std::fmt;
use std::marker::PhantomData;

pub use self::combine::Selects;
pub use self::items::{
    Absent, Append, Columns, Item, Items, Perhaps, Scalar, Selected, Whole, WholeRow, row,
};
pub use self::joins::{Joinable, On, TableRef, table};
pub use self::page::Page;
pub use self::results::RowStream;
pub(crate) use self::statement::Query;
use self::statement::{Distinct, Lock};
pub use self::subquery::Subquery;
pub use self::with::{Cte, Derived, subquery as subquery_table};
use crate::expr::{Condition, Keyset, Ordering};
use crate::relation::{Load, Loads};
use crate::scope::SourceRef;
use crate::value::NotNull;
use crate::{In, Source};

/// A query. `S` are its tables, as nested pairs, `O` what it selects, and `W` the relations that are
/// loaded with the rows.
///
/// Its methods add to it; [`all`](Self::all), [`one`](Self::one), [`first`](Self::first),
/// [`stream`](Self::stream), [`count`](Self::count) and their like run it. A clone is the same query
/// once more.
///
/// ```
/// use rowsmith_runtime::sql::{avg, count};
/// use rowsmith_test_trees::blog::{Post, Role, User};
///
/// // A column of a table that is not in the query does not compile.
/// let admins = User::select()
///     .filter(User::ROLE.eq(Role::Admin))
///     .order_by(User::CREATED_AT.desc())
///     .limit(10);
/// assert!(admins.to_sql().ends_with(
///     r#"FROM "public"."users" WHERE "role" = $1 ORDER BY "created_at" DESC LIMIT $2"#
/// ));
///
/// // Rows are `(i64, i64, Option<f64>)`.
/// let by_author = Post::select()
///     .group_by(Post::AUTHOR_ID)
///     .columns((Post::AUTHOR_ID, count(), avg(Post::SCORE)))
///     .having(count().gt(5));
/// assert_eq!(
///     by_author.to_sql(),
///     r#"SELECT "author_id", count(*), avg("score") FROM "public"."posts" GROUP BY "author_id" HAVING count(*) > $1"#
/// );
/// ```
#[must_use = "a query does nothing until it is run, by `all` or its like"]
pub struct Select<S, O = (Whole<S>,), W = ()> {
    pub(crate) query: Query,
    pub(crate) loads: W,
    of: PhantomData<fn() -> (S, O)>,
}

impl<S, O, W: Clone> Clone for Select<S, O, W> {
    fn clone(&self) -> Self {
        Self::from_parts(self.query.clone(), self.loads.clone())
    }
}

impl<S, O, W> fmt::Debug for Select<S, O, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Select").field(&self.to_sql()).finish()
    }
}

impl<T: Source> Select<T> {
    /// All rows of a table, as the generated `User::select()` gives them, or of an alias.
    pub fn new() -> Self {
        Self::from_parts(Query::of(SourceRef::of::<T>()), ())
    }
}

impl<T: Source> Default for Select<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S, O, W> Select<S, O, W> {
    pub(crate) fn from_parts(query: Query, loads: W) -> Self {
        Self {
            query,
            loads,
            of: PhantomData,
        }
    }

    /// Leaves only the rows for which the condition is true. Of several filters all must be.
    ///
    /// `None` leaves the rows as they are:
    ///
    /// ```
    /// use rowsmith_test_trees::blog::User;
    ///
    /// fn search(name: Option<&str>) -> String {
    ///     User::select().filter(name.map(|name| User::NAME.eq(name))).to_sql()
    /// }
    /// assert!(search(None).ends_with(r#"FROM "public"."users""#));
    /// assert!(search(Some("Ada")).ends_with(r#"WHERE "name" = $1"#));
    /// ```
    pub fn filter<C, I>(mut self, condition: C) -> Self
    where
        C: Condition<Scope: In<S, I>>,
    {
        self.query.filters.extend(condition.condition());
        self
    }

    /// Orders the rows, after what they are ordered by already.
    pub fn order_by<T, I>(mut self, order: T) -> Self
    where
        T: Ordering<Scope: In<S, I>>,
    {
        self.query.order_by.extend(order.terms());
        self
    }

    /// Orders the rows by these keys and nothing else, and leaves only those that come after the one
    /// with these values, or all when there is none: the next page, found without counting the rows
    /// before it.
    ///
    /// The last of the keys should be unique, such as the primary key.
    ///
    /// ```
    /// use rowsmith_test_trees::blog::{Post, User};
    ///
    /// let next = |last: Option<&User>| {
    ///     User::select()
    ///         .after((User::NAME, User::ID), last.map(|user| (user.name.clone(), user.id)))
    ///         .limit(20)
    /// };
    /// assert!(next(None).to_sql().ends_with(
    ///     r#"FROM "public"."users" ORDER BY "name", "id" LIMIT $1"#
    /// ));
    /// // A direction of its own for each key, and NULL in its place.
    /// let page = Post::select()
    ///     .after((Post::SCORE.desc().nulls_last(), Post::ID), Some((Some(0.5), 7)));
    /// assert!(page.to_sql().ends_with(
    ///     r#"WHERE "score" < $1 OR "score" IS NULL OR "score" = $1 AND "id" > $2 ORDER BY "score" DESC NULLS LAST, "id""#
    /// ));
    /// ```
    pub fn after<T, I>(mut self, keys: T, last: Option<T::Cursor>) -> Self
    where
        T: Keyset<Scope: In<S, I, Null = NotNull>> + Clone,
    {
        self.query.order_by = keys.clone().terms();
        self.query.filters.extend(last.map(|last| keys.after(last)));
        self
    }

    /// At most this many rows.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(i64::from(limit));
        self
    }

    /// Leaves out this many rows at the beginning. To go through many pages [`after`](Self::after) is
    /// faster.
    pub fn offset(mut self, offset: u64) -> Self {
        self.query.offset = Some(i64::try_from(offset).unwrap_or(i64::MAX));
        self
    }

    /// Each of the rows once.
    pub fn distinct(mut self) -> Self {
        self.query.distinct = Distinct::Yes;
        self
    }

    /// One row for each combination of these values: the first one in the order, which must begin with
    /// them.
    ///
    /// ```
    /// use rowsmith_test_trees::blog::Post;
    ///
    /// // The newest post of each author.
    /// let query = Post::select()
    ///     .distinct_on(Post::AUTHOR_ID)
    ///     .order_by((Post::AUTHOR_ID, Post::ID.desc()));
    /// assert!(query.to_sql().starts_with(r#"SELECT DISTINCT ON ("author_id") "id""#));
    /// ```
    pub fn distinct_on<T, I>(mut self, on: T) -> Self
    where
        T: Ordering<Scope: In<S, I>>,
    {
        let on = on.terms().into_iter().map(|term| term.sql).collect();
        self.query.distinct = Distinct::On(on);
        self
    }

    /// Puts rows together that have the same values in these columns or expressions.
    pub fn group_by<T, I>(mut self, by: T) -> Self
    where
        T: Ordering<Scope: In<S, I>>,
    {
        let by = by.terms().into_iter().map(|term| term.sql);
        self.query.group_by.extend(by);
        self
    }

    /// Leaves only the groups for which the condition is true; it may have aggregates in it.
    pub fn having<C, I>(mut self, condition: C) -> Self
    where
        C: Condition<Scope: In<S, I>>,
    {
        self.query.having.extend(condition.condition());
        self
    }

    /// Locks the rows of the first table against changes and other locks until the transaction ends
    /// (`FOR UPDATE`).
    pub fn for_update(self) -> Self {
        self.lock("UPDATE")
    }

    /// As [`for_update`](Self::for_update), but lets others insert rows that reference these
    /// (`FOR NO KEY UPDATE`).
    pub fn for_no_key_update(self) -> Self {
        self.lock("NO KEY UPDATE")
    }

    /// Locks the rows of the first table against changes, but not against the same lock of others
    /// (`FOR SHARE`).
    pub fn for_share(self) -> Self {
        self.lock("SHARE")
    }

    /// Leaves out rows that are locked by others, instead of waiting for them; follows one of the
    /// locks.
    pub fn skip_locked(self) -> Self {
        self.wait(" SKIP LOCKED")
    }

    /// Fails when a row is locked by others (SQLSTATE 55P03), instead of waiting for it; follows one of
    /// the locks.
    pub fn nowait(self) -> Self {
        self.wait(" NOWAIT")
    }

    fn lock(mut self, strength: &'static str) -> Self {
        let wait = self.query.lock.map_or("", |lock| lock.wait);
        self.query.lock = Some(Lock { strength, wait });
        self
    }

    fn wait(mut self, wait: &'static str) -> Self {
        // Without a lock there is nothing to wait for.
        if let Some(lock) = &mut self.query.lock {
            lock.wait = wait;
        }
        self
    }

    /// The SQL text, with `$1` and so on for the values.
    pub fn to_sql(&self) -> String {
        match render::select(&self.query, 0) {
            Ok(rendered) => rendered.sql,
            Err(error) => format!("-- {error}"),
        }
    }

    /// Says that this is a subquery which speaks of a table of the query around it.
    ///
    /// ```
    /// use rowsmith_runtime::sql::exists;
    /// use rowsmith_test_trees::blog::{Post, User};
    ///
    /// let theirs = Post::select().outer::<User>().filter(Post::AUTHOR_ID.eq(User::ID));
    /// let query = User::select().filter(exists(theirs));
    /// assert!(query.to_sql().ends_with(
    ///     r#"WHERE EXISTS (SELECT FROM "public"."posts" WHERE "posts"."author_id" = "users"."id")"#
    /// ));
    /// ```
    pub fn outer<T: Source>(self) -> Select<(S, crate::scope::Outer<T>), O, W> {
        Select::from_parts(self.query, self.loads)
    }
}

impl<S, O> Select<S, O> {
    /// Selects these columns and expressions instead of whole rows. Of a single one the rows are its
    /// values, of a tuple they are tuples, in which what may be NULL is an `Option`.
    // `P` stands for `C::Items`, of which the compiler would report a mistake twice.
    pub fn columns<C, I, P>(mut self, columns: C) -> Select<S, P>
    where
        C: Columns<S, I, Items = P>,
    {
        self.query.columns = columns.projections();
        Select::from_parts(self.query, ())
    }
}

impl<S, T: Source, W> Select<S, (Whole<T>,), W> {
    /// Loads a relation with the rows, by one more query however many rows there are. What is loaded
    /// follows the row in a tuple.
    ///
    /// ```no_run
    /// # async fn example(db: &impl rowsmith_runtime::Executor) -> rowsmith_runtime::Result<()> {
    /// use rowsmith_test_trees::blog::{Comment, Post, Profile, User};
    ///
    /// let users: Vec<(User, Vec<(Post, Vec<Comment>)>, Option<Profile>)> = User::select()
    ///     .with(
    ///         User::POSTS
    ///             .filter(Post::PUBLISHED_AT.is_not_null())
    ///             .order_by(Post::ID.desc())
    ///             .limit(3) // of each user
    ///             .with(Post::COMMENTS),
    ///     )
    ///     .with(User::PROFILE)
    ///     .all(db)
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn with<L>(self, load: L) -> Select<S, (Whole<T>,), W::Output>
    where
        L: Load<T::Row>,
        W: Loads<T::Row> + Append<L>,
    {
        Select::from_parts(self.query, self.loads.append(load))
    }
}
