//! Relations as constants of the generated structs: to join, to filter by and to load.

mod gather;
mod keys;
mod load;
mod related;

use std::fmt;
use std::marker::PhantomData;

use tokio_postgres::types::ToSql;

pub use self::gather::{Gather, Many, Optional, Required};
pub use self::load::{Load, Loads};
pub use self::related::Related;
use crate::column::Wire;
use crate::expr::{Condition, Expr, Fragment, Level, Ordering};
use crate::scope::{Shielded, SourceId, SourceRef};
use crate::select::statement::{From, Join, Projection};
use crate::select::{Append, Query};
use crate::{Source, Table};

/// A relation of the table `From` to the table `To`.
///
/// ```
/// use rowsmith_test_trees::blog::{Post, User};
///
/// // Users who wrote of Rust, and the others.
/// let users = User::select().filter(User::POSTS.any(Post::TITLE.ilike("%rust%")));
/// assert!(users.to_sql().ends_with(
///     r#"WHERE EXISTS (SELECT FROM "public"."posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" ILIKE $1)"#
/// ));
/// let others = User::select().filter(User::POSTS.none(Post::TITLE.ilike("%rust%")));
/// # assert!(others.to_sql().contains("WHERE NOT EXISTS (SELECT"));
/// let silent = User::select().filter(User::POSTS.is_empty());
/// # assert!(silent.to_sql().contains("WHERE NOT EXISTS (SELECT"));
///
/// // With the number of posts of each.
/// let counted = User::select().columns((User::NAME, User::POSTS.count()));
/// assert_eq!(
///     counted.to_sql(),
///     r#"SELECT "name", (SELECT count(*) FROM "public"."posts" WHERE "posts"."author_id" = "users"."id") FROM "public"."users""#
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no relation",
    label = "expected a relation: `User::POSTS`"
)]
pub trait Relation: Copy + Send + Sync + 'static {
    /// The table that it starts from.
    type From: Source;
    /// The table that it leads to.
    type To: Source;
    /// How many rows it leads to.
    type Gather: Gather;

    #[doc(hidden)]
    fn path(self) -> Path<<Self::From as Source>::Row>;
}

/// A pair of columns that a relation rests on.
pub struct Link<R> {
    /// The column of the row that the relation starts from.
    near: &'static str,
    /// The column of the row that it leads to, or of the junction table.
    far: &'static str,
    /// The type that the near value is sent as, and cast to then.
    ty: &'static str,
    cast: Option<&'static str>,
    get: fn(&R) -> &(dyn ToSql + Sync),
}

impl<R> Link<R> {
    /// The near column, the far column, the type that the near value is sent as, and the field that
    /// holds it.
    pub const fn new(
        near: &'static str,
        far: &'static str,
        ty: &'static str,
        get: fn(&R) -> &(dyn ToSql + Sync),
    ) -> Self {
        Self {
            near,
            far,
            ty,
            cast: None,
            get,
        }
    }

    /// Says that the value is cast to this type when it has arrived.
    pub const fn cast(mut self, ty: &'static str) -> Self {
        self.cast = Some(ty);
        self
    }
}

impl<R> fmt::Debug for Link<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.near, self.far)
    }
}

/// How a relation gets from one table to the other.
#[derive(Debug)]
pub struct Path<R: 'static> {
    links: &'static [Link<R>],
    junction: Option<Junction>,
}

/// The table between two others.
#[derive(Clone, Copy, Debug)]
struct Junction {
    name: &'static str,
    /// Its columns, and those of the far table that they reference.
    far: &'static [(&'static str, &'static str)],
}

impl<R> Path<R> {
    /// What the far table, and the junction before it, are joined on. `number` tells this junction
    /// from others of the statement; `outer` says that the near table is that of the query around.
    pub(crate) fn conditions(
        &self,
        near: SourceId,
        far: SourceId,
        number: usize,
        outer: bool,
    ) -> (Option<(SourceRef, Fragment)>, Fragment) {
        let near = |name| match outer {
            true => Fragment::outer_column(near, name),
            false => Fragment::column(near, name),
        };
        let links = |table: SourceId| {
            let links = self.links.iter();
            equal(links.map(|link| (Fragment::column(table, link.far), near(link.near))))
        };
        match self.junction {
            None => (None, links(far)),
            Some(junction) => {
                let source = junction.source(number);
                let on = links(source.id);
                (Some((source, on)), junction.on(source.id, far))
            }
        }
    }
}

impl Junction {
    fn source(&self, number: usize) -> SourceRef {
        SourceRef::unnamed(SourceId::numbered::<Self>(number), self.name)
    }

    fn on(&self, id: SourceId, far: SourceId) -> Fragment {
        let pairs = self.far.iter();
        equal(pairs.map(|&(own, other)| (Fragment::column(far, other), Fragment::column(id, own))))
    }
}

/// `a = b AND c = d`
fn equal(pairs: impl Iterator<Item = (Fragment, Fragment)>) -> Fragment {
    pairs
        .map(|(a, b)| a.binary(" = ", b, Level::Comparison))
        .reduce(Fragment::and)
        .unwrap_or_else(|| Fragment::text("true"))
}

/// The target of a [`BelongsTo`]: a table, or an `Option` of one where the key may be NULL.
pub trait Target: 'static {
    /// The table.
    type To: Source;
    /// The row, or an `Option` of it.
    type Gather: Gather;
    /// The same target under another name.
    type Alias<A: Source>: Target;
}

impl<T: Source> Target for T {
    type To = T;
    type Gather = Required;
    type Alias<A: Source> = A;
}

impl<T: Source> Target for Option<T> {
    type To = T;
    type Gather = Optional;
    type Alias<A: Source> = Option<A>;
}

/// A row of `C` references one of `P`; or, where the key may be NULL and `P` is an `Option`, none.
pub struct BelongsTo<C: Source, P> {
    links: &'static [Link<C::Row>],
    to: PhantomData<fn() -> P>,
}

/// At most one row of `C` references a row of `P`.
pub struct HasOne<P: Source, C> {
    links: &'static [Link<P::Row>],
    to: PhantomData<fn() -> C>,
}

/// Any number of rows of `C` reference a row of `P`.
pub struct HasMany<P: Source, C> {
    links: &'static [Link<P::Row>],
    to: PhantomData<fn() -> C>,
}

/// Any number of rows of `C` are linked to a row of `P` by rows of a junction table.
pub struct ManyToMany<P: Source, C> {
    links: &'static [Link<P::Row>],
    junction: Junction,
    to: PhantomData<fn() -> C>,
}

impl<P: Source, C: Source> ManyToMany<P, C> {
    /// A relation through this junction table, whose name is quoted: its columns that reference the
    /// near table, and those that reference the far one.
    pub const fn new(
        junction: &'static str,
        links: &'static [Link<P::Row>],
        far: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            links,
            junction: Junction {
                name: junction,
                far,
            },
            to: PhantomData,
        }
    }

    /// The same relation to an [alias](crate::alias) of the table.
    pub const fn to<A: Source<Row = C::Row> + Copy>(self, _: A) -> ManyToMany<P, A> {
        ManyToMany {
            links: self.links,
            junction: self.junction,
            to: PhantomData,
        }
    }

    /// The same relation from an [alias](crate::alias) of the table.
    pub const fn from<A: Source<Row = P::Row> + Copy>(self, _: A) -> ManyToMany<A, C> {
        ManyToMany {
            links: self.links,
            junction: self.junction,
            to: PhantomData,
        }
    }
}

/// What the kinds without a junction have.
macro_rules! direct {
    ($($kind:ident<$near:ident, $far:ident: $bound:ident>, $to:ty, |$alias:ident| $aliased:ty;)+) => {$(
        impl<$near: Source, $far: $bound> $kind<$near, $far> {
            /// A relation on these columns.
            pub const fn new(links: &'static [Link<$near::Row>]) -> Self {
                Self {
                    links,
                    to: PhantomData,
                }
            }

            /// The same relation to an [alias](crate::alias) of the table.
            pub const fn to<$alias>(self, _: $alias) -> $kind<$near, $aliased>
            where
                $alias: Source<Row = <$to as Source>::Row> + Copy,
            {
                $kind {
                    links: self.links,
                    to: PhantomData,
                }
            }

            /// The same relation from an [alias](crate::alias) of the table.
            pub const fn from<$alias>(self, _: $alias) -> $kind<$alias, $far>
            where
                $alias: Source<Row = $near::Row> + Copy,
            {
                $kind {
                    links: self.links,
                    to: PhantomData,
                }
            }
        }
    )+};
}

direct! {
    BelongsTo<C, P: Target>, P::To, |A| P::Alias<A>;
    HasOne<P, C: Source>, C, |A| A;
    HasMany<P, C: Source>, C, |A| A;
}

/// What all kinds have.
macro_rules! relations {
    ($($kind:ident<$near:ident, $far:ident: $bound:ident>, $to:ty, $gather:ty, |$this:ident| $junction:expr;)+) => {$(
        impl<$near: Source, $far> Clone for $kind<$near, $far> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$near: Source, $far> Copy for $kind<$near, $far> {}

        impl<$near: Source, $far> fmt::Debug for $kind<$near, $far> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($kind)).field(&self.links).finish()
            }
        }

        impl<$near: Source, $far: $bound> Relation for $kind<$near, $far> {
            type From = $near;
            type To = $to;
            type Gather = $gather;

            fn path(self) -> Path<$near::Row> {
                let $this = self;
                Path {
                    links: self.links,
                    junction: $junction,
                }
            }
        }

        impl<$near: Source, $far: $bound> $kind<$near, $far> {
            /// Whether there is a related row for which the condition is true.
            pub fn any<X, I>(self, condition: X) -> Expr<Shielded<$near>, bool>
            where
                X: Condition<Scope: crate::In<$to, I>>,
            {
                existence(self, condition.condition(), false)
            }

            /// Whether there is no related row for which the condition is true.
            pub fn none<X, I>(self, condition: X) -> Expr<Shielded<$near>, bool>
            where
                X: Condition<Scope: crate::In<$to, I>>,
            {
                existence(self, condition.condition(), true)
            }

            /// Whether there is a related row.
            pub fn exists(self) -> Expr<Shielded<$near>, bool> {
                existence(self, None, false)
            }

            /// Whether there is no related row.
            pub fn is_empty(self) -> Expr<Shielded<$near>, bool> {
                existence(self, None, true)
            }

            /// The number of related rows.
            pub fn count(self) -> Expr<Shielded<$near>, i64> {
                let mut query = subquery(self);
                let count = Projection::Expression(Fragment::text("count(*)"), Wire::default());
                query.columns.push(count);
                Expr::new(Fragment::query(query), Wire::default())
            }

            /// Loads only the related rows for which the condition is true.
            pub fn filter<X, I>(
                self,
                condition: X,
            ) -> Related<Self, (), <$gather as Gather>::Filtered>
            where
                X: Condition<Scope: crate::In<$to, I>>,
            {
                Related::new(self).filter(condition)
            }

            /// Loads relations of the related rows along with them.
            pub fn with<L>(self, load: L) -> Related<Self, (L,), $gather>
            where
                L: Load<<$to as Source>::Row>,
                (): Append<L, Output = (L,)>,
            {
                Related::new(self).with(load)
            }
        }
    )+};
}

relations! {
    BelongsTo<C, P: Target>, P::To, P::Gather, |_this| None;
    HasOne<P, C: Source>, C, Optional, |_this| None;
    HasMany<P, C: Source>, C, Many, |_this| None;
    ManyToMany<P, C: Source>, C, Many, |this| Some(this.junction);
}

/// What the kinds that lead to many rows have.
macro_rules! many {
    ($($kind:ident)+) => {$(
        impl<P: Source, C: Source> $kind<P, C> {
            /// Loads the related rows in this order; otherwise it is that of their primary key.
            pub fn order_by<T, I>(self, order: T) -> Related<Self, (), Many>
            where
                T: Ordering<Scope: crate::In<C, I>>,
            {
                Related::new(self).order_by(order)
            }

            /// Loads at most this many related rows of each row.
            pub fn limit(self, limit: u32) -> Related<Self, (), Many> {
                Related::new(self).limit(limit)
            }

            /// Leaves out this many related rows of each row at the beginning.
            pub fn offset(self, offset: u32) -> Related<Self, (), Many> {
                Related::new(self).offset(offset)
            }
        }
    )+};
}

many!(HasMany ManyToMany);

/// The related rows, as a subquery of a query that has the near table.
fn subquery<R: Relation>(relation: R) -> Query {
    let far = SourceRef::of::<R::To>();
    let near = SourceId::of::<R::From>();
    let mut query = Query::of(far);
    query.columns.clear();
    let (junction, on) = relation.path().conditions(near, far.id, 1, true);
    match junction {
        None => query.filters.push(on),
        Some((junction, near)) => {
            query.from.push(From::joined(Join::Inner(on), junction));
            query.filters.push(near);
        }
    }
    query
}

fn existence<R: Relation>(
    relation: R,
    condition: Option<Fragment>,
    negated: bool,
) -> Expr<Shielded<R::From>, bool> {
    let mut query = subquery(relation);
    query.filters.extend(condition);
    let sql = Fragment::text("EXISTS ").with(Fragment::query(query));
    let sql = if negated { sql.not() } else { sql };
    Expr::new(sql, Wire::default())
}

/// The order in which rows are loaded that nobody has asked for another one.
fn usual_order<T: Source>() -> Vec<crate::expr::Term> {
    let id = SourceId::of::<T>();
    let key = T::Row::KEY.iter();
    key.map(|&name| crate::expr::Term::ascending(Fragment::column(id, name)))
        .collect()
}
