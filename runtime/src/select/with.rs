//! Common table expressions, and subqueries in `FROM`.

use super::joins::TableRef;
use super::statement::{Body, Recursion, With};
use super::{Items, Select};
use crate::scope::{Closed, SourceRef};
use crate::{Source, Table};

/// A struct whose rows come from a query: what [`derived!`](crate::derived) declares.
pub trait Derived: Table {
    /// The types of its columns, as the query has to select them.
    type Columns;
}

/// A common table expression: a query with a name, of which the rest of the statement can speak.
#[derive(Clone, Debug)]
pub struct Cte(With);

impl Cte {
    /// `WITH name AS (query)`
    #[doc(hidden)]
    pub fn new<T, S, O>(query: Select<S, O>) -> Self
    where
        T: Derived + Source,
        S: Closed,
        O: Items<Row = T::Columns>,
    {
        Self(With {
            source: SourceRef::of::<T>(),
            query: query.query,
            recursive: None,
        })
    }

    pub(crate) fn into_with(self) -> With {
        self.0
    }

    /// `WITH RECURSIVE name AS (query UNION ALL step)`
    #[doc(hidden)]
    pub fn recursive<T, S, O, S2, O2>(
        union: &'static str,
        query: Select<S, O>,
        step: Select<S2, O2>,
    ) -> Self
    where
        T: Derived + Source,
        S: Closed,
        S2: Closed,
        O: Items<Row = T::Columns>,
        O2: Items<Row = T::Columns>,
    {
        Self(With {
            source: SourceRef::of::<T>(),
            query: query.query,
            recursive: Some(Recursion {
                union,
                step: step.query,
            }),
        })
    }
}

/// A subquery in the place of a table.
#[doc(hidden)]
pub fn subquery<T, S, O>(query: Select<S, O>) -> TableRef<T>
where
    T: Derived + Source,
    S: Closed,
    O: Items<Row = T::Columns>,
{
    TableRef::new(Body::Query(Box::new(query.query)))
}

impl<S, O, W> Select<S, O, W> {
    /// Puts a common table expression before the query, which then can select from it or join it.
    pub fn with_cte(mut self, cte: Cte) -> Self {
        self.query.with.push(cte.0);
        self
    }
}

/// Declares a struct whose rows come from a query: a common table expression, or a subquery in `FROM`.
///
/// Each field has the name of its column constant beside it.
///
/// ```
/// use rowsmith_runtime::sql::count;
/// use rowsmith_runtime::{derived, table};
/// use rowsmith_test_trees::blog::{Post, User};
///
/// derived! {
///     /// How many posts an author has.
///     pub struct Busy {
///         author_id AUTHOR_ID: i64,
///         posts POSTS: i64,
///     }
/// }
///
/// // The query has to select an `i64` and an `i64`.
/// let posts = Post::select().group_by(Post::AUTHOR_ID).columns((Post::AUTHOR_ID, count()));
///
/// let query = User::select()
///     .with_cte(Busy::cte(posts.clone()))
///     .join(table::<Busy>().on(Busy::AUTHOR_ID.eq(User::ID)))
///     .filter(Busy::POSTS.gt(5));
/// assert!(query.to_sql().starts_with(
///     r#"WITH "Busy" ("author_id", "posts") AS (SELECT "author_id", count(*) FROM "public"."posts" GROUP BY "author_id") SELECT "users"."id""#
/// ));
///
/// let query = Busy::subquery(posts).select().filter(Busy::POSTS.gt(5));
/// assert_eq!(
///     query.to_sql(),
///     r#"SELECT "author_id", "posts" FROM (SELECT "author_id", count(*) FROM "public"."posts" GROUP BY "author_id") AS "Busy" ("author_id", "posts") WHERE "posts" > $1"#
/// );
/// ```
///
/// A recursive one selects from itself in its second query:
///
/// ```
/// use rowsmith_runtime::sql::val;
/// use rowsmith_runtime::{derived, table};
/// use rowsmith_test_trees::organisation::Employee;
///
/// derived! {
///     /// Who reports to somebody, over how many levels.
///     struct Report {
///         id ID: i32,
///         level LEVEL: i32,
///     }
/// }
///
/// let first = Employee::select().filter(Employee::ID.eq(1)).columns((Employee::ID, val(0)));
/// let step = Employee::select()
///     .join(table::<Report>().on(Employee::MANAGER_ID.eq(Report::ID)))
///     .columns((Employee::ID, Report::LEVEL + 1));
/// let query = Report::select().with_cte(Report::recursive(first, step));
/// assert!(query.to_sql().starts_with(r#"WITH RECURSIVE "Report" ("id", "level") AS ((SELECT"#));
/// ```
#[macro_export]
macro_rules! derived {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field:ident $constant:ident: $ty:ty),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $(
                $(#[$field_attribute])*
                #[allow(missing_docs)]
                pub $field: $ty,
            )+
        }

        #[allow(dead_code)]
        impl $name {
            $(
                #[allow(missing_docs)]
                pub const $constant: $crate::Column<Self, $ty, $crate::ReadOnly> =
                    $crate::Column::new(::std::stringify!($field));
            )+

            /// All rows of it.
            pub fn select() -> $crate::Select<Self> {
                $crate::Select::new()
            }

            /// A common table expression whose rows are those of the query.
            pub fn cte<S, O>(query: $crate::Select<S, O>) -> $crate::Cte
            where
                S: $crate::Closed,
                O: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
            {
                $crate::Cte::new::<Self, S, O>(query)
            }

            /// A recursive common table expression: the rows of the query, and those that the step
            /// makes of them, again and again.
            pub fn recursive<S, O, S2, O2>(
                query: $crate::Select<S, O>,
                step: $crate::Select<S2, O2>,
            ) -> $crate::Cte
            where
                S: $crate::Closed,
                S2: $crate::Closed,
                O: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
                O2: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
            {
                $crate::Cte::recursive::<Self, S, O, S2, O2>("UNION ALL", query, step)
            }

            /// As `recursive`, with each row once, so that it ends even where the rows go in a circle.
            pub fn recursive_distinct<S, O, S2, O2>(
                query: $crate::Select<S, O>,
                step: $crate::Select<S2, O2>,
            ) -> $crate::Cte
            where
                S: $crate::Closed,
                S2: $crate::Closed,
                O: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
                O2: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
            {
                $crate::Cte::recursive::<Self, S, O, S2, O2>("UNION", query, step)
            }

            /// A subquery in the place of a table, to join or to select from.
            pub fn subquery<S, O>(query: $crate::Select<S, O>) -> $crate::TableRef<Self>
            where
                S: $crate::Closed,
                O: $crate::Items<Row = <Self as $crate::Derived>::Columns>,
            {
                $crate::private::subquery::<Self, S, O>(query)
            }
        }

        impl $crate::FromRow for $name {
            const WIDTH: usize = [$(::std::stringify!($field)),+].len();

            fn from_row(row: &$crate::Row, at: usize) -> $crate::Result<Self> {
                let mut next = at;
                ::std::result::Result::Ok(Self {
                    $($field: {
                        let at = next;
                        next += 1;
                        let _ = next;
                        $crate::get(row, at)?
                    },)+
                })
            }
        }

        impl $crate::Table for $name {
            const NAME: &'static str = ::std::concat!("\"", ::std::stringify!($name), "\"");
            const SELECT_LIST: &'static str = "";
            const COLUMNS: &'static [$crate::ColumnSpec] = &[$(Self::$constant.spec()),+];
            const KEY: &'static [&'static str] = &[];
        }

        impl $crate::Derived for $name {
            type Columns = ($($ty),+);
        }
    };
}
