//! The tables that there are random expressions on.

use rowsmith_runtime::chrono::{DateTime, NaiveDate, Utc};
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::serde_json::Value as Json;
use rowsmith_runtime::sql::{exists, max};
use rowsmith_runtime::{In, SqlType};
use rowsmith_test_trees::blog::{Comment, Post, Profile, Role, Tag, User};
use rowsmith_test_trees::organisation::Employee;
use rowsmith_test_trees::types::{Array, Nullable};

use crate::both::{Both, Sql};
use crate::chance::Chance;
use crate::generate::{Generator, or};
use crate::world::{Manager, Rows, Stored, World};

/// A table or several: what an expression speaks of.
pub trait Scope: Sized + 'static {
    /// Whether a left join may leave one of them out.
    const IS_LEFT_JOINED: bool = false;

    fn columns() -> Columns<Self>;

    /// A condition on the rows of a relation.
    fn related(_: &mut Chance, _: u32) -> Option<Both<Self, bool>> {
        None
    }

    /// The number of rows of a relation.
    fn count_of_related(_: &mut Chance) -> Option<Both<Self, i64>> {
        None
    }
}

macro_rules! columns {
    ($($list:ident: $ty:ty),+ $(,)?) => {
        /// The columns of a scope, by type.
        pub struct Columns<S> {
            $(pub $list: Vec<Both<S, $ty>>,)+
        }

        impl<S> Default for Columns<S> {
            fn default() -> Self {
                Self { $($list: Vec::new(),)+ }
            }
        }

        impl<S> Columns<S> {
            /// The columns of both.
            fn and<T, U, I, J>(self, other: Columns<T>) -> Columns<U>
            where
                S: In<U, I>,
                T: In<U, J>,
            {
                Columns {
                    $($list: {
                        let others = other.$list.into_iter().map(Both::within);
                        self.$list.into_iter().map(Both::within).chain(others).collect()
                    },)+
                }
            }
        }
    };
}

columns! {
    bools: bool,
    ints: i32,
    longs: i64,
    floats: f64,
    decimals: Decimal,
    texts: String,
    roles: Role,
    times: DateTime<Utc>,
    dates: NaiveDate,
    arrays: Vec<i32>,
    jsons: Json,
}

/// Which columns a table has: the constant and the field of each.
macro_rules! table {
    ($table:ident { $($list:ident: [$($constant:ident $field:ident),+];)+ } $($rest:tt)*) => {
        impl Scope for $table {
            fn columns() -> Columns<Self> {
                Columns {
                    $($list: vec![$({
                        let sql = Sql::from($table::$constant.into_expr());
                        Both::new(sql, |rows| rows.of::<Self>()?.$field.clone().into())
                    }),+],)+
                    ..Columns::default()
                }
            }

            $($rest)*
        }
    };
}

macro_rules! tables {
    ($(($left:ident, $right:ident) $left_joined:literal)+) => {$(
        impl Scope for ($left, $right) {
            const IS_LEFT_JOINED: bool = $left_joined;

            fn columns() -> Columns<Self> {
                $left::columns().and($right::columns())
            }

            fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
                match chance.one_in(2) {
                    true => Some($left::related(chance, depth)?.within()),
                    false => Some($right::related(chance, depth)?.within()),
                }
            }
        }
    )+};
}

tables! {
    (Post, User) false
    (User, Profile) true
    (User, Post) true
    (Comment, User) true
    (Post, Tag) true
    (Employee, Manager) true
    (Nullable, Array) false
}

impl Scope for ((User, Post), Comment) {
    const IS_LEFT_JOINED: bool = true;

    fn columns() -> Columns<Self> {
        <(User, Post)>::columns().and(Comment::columns())
    }
}

/// A condition on a relation; `$linked` says in Rust which rows it leads to.
macro_rules! related {
    ($chance:ident, $depth:ident, $from:ident::$relation:ident, $to:ident, $linked:expr) => {{
        let linked: fn(&World, &$from, &$to) -> bool = $linked;
        let which = $chance.below(4);
        let condition = match which {
            0 | 1 => Some(Generator::<$to, _>::new($chance).any::<bool>($depth)),
            _ => None,
        };
        let expr = condition.as_ref().map(Both::expr);
        let sql = match (which, expr) {
            (0, expr) => $from::$relation.any(expr),
            (1, expr) => $from::$relation.none(expr),
            (2, _) => $from::$relation.exists(),
            _ => $from::$relation.is_empty(),
        };
        Some(Both::new(Sql::Never(sql.within()), move |rows| {
            let found = linked_rows(rows, linked).any(|to| {
                let condition = condition.as_ref();
                condition.is_none_or(|condition| condition.holds(&rows.with(to)))
            });
            Some(found == matches!(which, 0 | 2))
        }))
    }};
}

macro_rules! count {
    ($from:ident::$relation:ident, $to:ident, $linked:expr) => {{
        let linked: fn(&World, &$from, &$to) -> bool = $linked;
        let sql = Sql::Never($from::$relation.count().within());
        Some(Both::new(sql, move |rows| {
            Some(linked_rows(rows, linked).count() as i64)
        }))
    }};
}

/// The rows that a relation leads to.
fn linked_rows<'a, F: Stored, T: Stored>(
    rows: &Rows<'a>,
    linked: fn(&World, &F, &T) -> bool,
) -> impl Iterator<Item = &'a T> {
    let world = rows.world;
    let from = rows.of::<F>();
    T::all(world)
        .iter()
        .filter(move |to| from.is_some_and(|from| linked(world, from, to)))
}

pub fn knows(world: &World, employee: &Employee, other: &Employee) -> bool {
    let mut pairs = world.acquaintances.iter();
    pairs.any(|pair| (pair.employee_id, pair.other_id) == (employee.id, other.id))
}

pub fn is_tagged(world: &World, post: &Post, tag: &Tag) -> bool {
    let mut pairs = world.post_tags.iter();
    pairs.any(|pair| (pair.post_id, pair.tag_id) == (post.id, tag.id))
}

/// `x IN (SELECT …)` or `NOT IN`, of values one of which may be NULL.
fn in_query<S, T: SqlType + PartialEq>(
    sql: Sql<S, bool>,
    value: impl Fn(&Rows<'_>) -> Option<T> + 'static,
    values: impl Fn(&Rows<'_>) -> Vec<Option<T>> + 'static,
    negated: bool,
) -> Both<S, bool> {
    Both::new(sql, move |rows| {
        let value = value(rows);
        let equal = values(rows).into_iter().map(|other| {
            let pair = value.as_ref().zip(other.as_ref());
            pair.map(|(value, other)| value == other)
        });
        let found = equal.fold(Some(false), or);
        found.map(|found| found != negated)
    })
}

table! {
    User {
        bools: [IS_ACTIVE is_active];
        ints: [AGE age];
        longs: [ID id];
        texts: [NAME name, EMAIL email];
        roles: [ROLE role];
        times: [CREATED_AT created_at];
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        match chance.below(6) {
            0 | 1 => related!(chance, depth, User::POSTS, Post, |_, user, post| {
                post.author_id == user.id
            }),
            2 => related!(chance, depth, User::COMMENTS, Comment, |_, user, comment| {
                comment.author_id == Some(user.id)
            }),
            3 => related!(chance, depth, User::PROFILE, Profile, |_, user, profile| {
                profile.user_id == user.id
            }),
            4 => {
                // Some comments are nobody's.
                let filter = Generator::<Comment, _>::new(chance).any::<bool>(depth);
                let authors = Comment::select()
                    .filter(filter.expr())
                    .columns(Comment::AUTHOR_ID);
                let negated = chance.one_in(2);
                let sql = match negated {
                    false => Sql::Maybe(User::ID.in_query(authors).within()),
                    true => Sql::Maybe(User::ID.not_in_query(authors).within()),
                };
                let values = move |rows: &Rows<'_>| {
                    let comments = Comment::all(rows.world).iter();
                    comments
                        .filter(|comment| filter.holds(&rows.with(*comment)))
                        .map(|comment| comment.author_id)
                        .collect()
                };
                let id = |rows: &Rows<'_>| Some(rows.of::<User>()?.id);
                Some(in_query(sql, id, values, negated))
            }
            _ => {
                // Speaks of both tables.
                let filter = Generator::<(Post, User), _>::new(chance).any::<bool>(depth);
                let posts = Post::select().outer::<User>().filter(filter.expr());
                let sql = Sql::Never(exists(posts).within());
                Some(Both::new(sql, move |rows| {
                    let mut posts = Post::all(rows.world).iter();
                    Some(posts.any(|post| filter.holds(&rows.with(post))))
                }))
            }
        }
    }

    fn count_of_related(chance: &mut Chance) -> Option<Both<Self, i64>> {
        match chance.one_in(2) {
            true => count!(User::POSTS, Post, |_, user, post| post.author_id == user.id),
            false => count!(User::COMMENTS, Comment, |_, user, comment| {
                comment.author_id == Some(user.id)
            }),
        }
    }
}

table! {
    Post {
        longs: [ID id, AUTHOR_ID author_id];
        floats: [SCORE score];
        texts: [TITLE title, BODY body];
        times: [PUBLISHED_AT published_at];
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        match chance.below(4) {
            0 => related!(chance, depth, Post::AUTHOR, User, |_, post, user| {
                post.author_id == user.id
            }),
            1 => related!(chance, depth, Post::COMMENTS, Comment, |_, post, comment| {
                comment.post_id == post.id
            }),
            2 => related!(chance, depth, Post::TAGS, Tag, is_tagged),
            _ => {
                // The latest comment, as an expression.
                let latest = Comment::select()
                    .outer::<Post>()
                    .filter(Comment::POST_ID.eq(Post::ID))
                    .columns(max(Comment::CREATED_AT))
                    .scalar();
                let sql = Sql::Maybe(latest.ge(Post::PUBLISHED_AT).within());
                Some(Both::new(sql, |rows| {
                    let post = rows.of::<Post>()?;
                    let comments = Comment::all(rows.world).iter();
                    let latest = comments
                        .filter(|comment| comment.post_id == post.id)
                        .map(|comment| comment.created_at)
                        .max();
                    Some(latest? >= post.published_at?)
                }))
            }
        }
    }

    fn count_of_related(chance: &mut Chance) -> Option<Both<Self, i64>> {
        match chance.one_in(2) {
            true => count!(Post::TAGS, Tag, is_tagged),
            false => count!(Post::COMMENTS, Comment, |_, post, comment| {
                comment.post_id == post.id
            }),
        }
    }
}

table! {
    Comment {
        longs: [ID id, POST_ID post_id, AUTHOR_ID author_id];
        texts: [BODY body];
        times: [CREATED_AT created_at];
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        match chance.one_in(2) {
            true => related!(chance, depth, Comment::AUTHOR, User, |_, comment, user| {
                comment.author_id == Some(user.id)
            }),
            false => related!(chance, depth, Comment::POST, Post, |_, comment, post| {
                comment.post_id == post.id
            }),
        }
    }
}

table! {
    Profile {
        longs: [USER_ID user_id];
        texts: [BIO bio, WEBSITE website];
    }
}

table! {
    Tag {
        ints: [ID id];
        texts: [NAME name];
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        related!(chance, depth, Tag::POSTS, Post, |world, tag, post| is_tagged(world, post, tag))
    }
}

// Its relations lead to itself.
table! {
    Employee {
        ints: [ID id, MANAGER_ID manager_id, MENTOR_ID mentor_id];
        texts: [NAME name, EMAIL email];
        dates: [HIRED_ON hired_on];
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        match chance.below(3) {
            0 => related!(chance, depth, Employee::MANAGER, Employee, |_, employee, manager| {
                employee.manager_id == Some(manager.id)
            }),
            1 => related!(chance, depth, Employee::EMPLOYEES_BY_MENTOR, Employee, |_, mentor, employee| {
                employee.mentor_id == Some(mentor.id)
            }),
            _ => related!(chance, depth, Employee::OTHERS, Employee, knows),
        }
    }

    fn count_of_related(chance: &mut Chance) -> Option<Both<Self, i64>> {
        match chance.one_in(2) {
            true => count!(Employee::OTHERS, Employee, knows),
            false => count!(Employee::EMPLOYEES, Employee, |_, manager, employee| {
                employee.manager_id == Some(manager.id)
            }),
        }
    }
}

impl Scope for Manager {
    fn columns() -> Columns<Self> {
        Columns {
            ints: vec![Both::new(Employee::ID.of(Manager).into_expr(), |rows| {
                Some(rows.manager?.id)
            })],
            texts: vec![Both::new(Employee::NAME.of(Manager).into_expr(), |rows| {
                Some(rows.manager?.name.clone())
            })],
            dates: vec![Both::new(
                Employee::HIRED_ON.of(Manager).into_expr(),
                |rows| Some(rows.manager?.hired_on),
            )],
            ..Columns::default()
        }
    }

    fn related(chance: &mut Chance, depth: u32) -> Option<Both<Self, bool>> {
        let condition = Generator::<Employee, _>::new(chance).any::<bool>(depth);
        let sql = Employee::EMPLOYEES.from(Manager).any(condition.expr());
        Some(Both::new(Sql::Never(sql.within()), move |rows| {
            let mut employees = Employee::all(rows.world).iter();
            Some(employees.any(|employee| {
                let manager = rows.manager.map(|manager| manager.id);
                let is_linked = manager.is_some() && employee.manager_id == manager;
                is_linked && condition.holds(&rows.with(employee))
            }))
        }))
    }
}

table! {
    Nullable {
        bools: [A_BOOL a_bool];
        ints: [A_INT4 a_int4];
        longs: [A_INT8 a_int8];
        floats: [A_FLOAT8 a_float8];
        decimals: [A_NUMERIC a_numeric];
        texts: [A_TEXT a_text, A_VARCHAR a_varchar];
        times: [A_TIMESTAMPTZ a_timestamptz];
        dates: [A_DATE a_date];
        jsons: [A_JSONB a_jsonb];
    }
}

table! {
    Array {
        arrays: [A_INT4 a_int4];
    }
}
