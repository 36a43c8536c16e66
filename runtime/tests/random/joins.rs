//! Inner and left joins, by relations and on conditions.

use rowsmith_runtime::table;
use rowsmith_test_trees::blog::{Comment, Post, Profile, Tag, User};
use rowsmith_test_trees::organisation::Employee;

use crate::both::Both;
use crate::cases::cases;
use crate::generate::Generator;
use crate::scopes::is_tagged;
use crate::world::{Manager, Rows, Stored, World};

/// All rows of a table, each alone.
fn all<T: Stored>(world: &World) -> Vec<Rows<'_>> {
    let rows = T::all(world).iter();
    rows.map(|row| Rows::none(world).with(row)).collect()
}

/// Joins a table to rows in Rust.
fn joined<'a, T: Stored>(
    rows: &[Rows<'a>],
    on: impl Fn(&Rows<'a>, &'a T) -> bool,
) -> Vec<Rows<'a>> {
    let mut joined = Vec::new();
    for rows in rows {
        let found = T::all(rows.world).iter().filter(|row| on(rows, row));
        joined.extend(found.map(|row| rows.with(row)));
    }
    joined
}

/// The same, and keeps rows that find none.
fn left_joined<'a, T: Stored>(
    rows: &[Rows<'a>],
    on: impl Fn(&Rows<'a>, &'a T) -> bool,
) -> Vec<Rows<'a>> {
    let mut joined = Vec::new();
    for rows in rows {
        let start = joined.len();
        let found = T::all(rows.world).iter().filter(|row| on(rows, row));
        joined.extend(found.map(|row| rows.with(row)));
        if joined.len() == start {
            joined.push(*rows);
        }
    }
    joined
}

/// One case: the rows of a join, or an expression on all of its tables. Of a left join the expression
/// may be NULL, whatever its own type says.
macro_rules! case {
    ($db:ident, $case:ident, $scope:ty, $query:expr, $rows:expr, |$row:ident| $row_of:expr) => {{
        let mut generator = Generator::<$scope, _>::new(&mut $case.chance);
        let condition = generator.any::<bool>(3);
        let rows: Vec<Rows<'_>> = $rows;
        let rows = rows.iter().filter(|rows| condition.holds(rows));
        let query = $query.filter(condition.expr());
        match generator.chance.below(6) {
            0 => {
                let sql = query.to_sql();
                let expected = rows.count() as i64;
                $case.check(&sql, query.count(&$db).await, &expected);
            }
            1 => case!(@column bool, generator, $db, $case, query, rows),
            2 => case!(@column i64, generator, $db, $case, query, rows),
            3 => case!(@column String, generator, $db, $case, query, rows),
            _ => {
                let sql = query.to_sql();
                let expected = rows.map(|$row| $row_of).collect();
                $case.check_unordered(&sql, query.all(&$db).await, expected);
            }
        }
    }};
    (@column $ty:ty, $generator:ident, $db:ident, $case:ident, $query:ident, $rows:ident) => {{
        let value: Both<_, $ty> = $generator.any(3);
        let query = $query.columns(value.expr());
        let sql = query.to_sql();
        let expected = $rows.map(|rows| value.eval(rows)).collect();
        $case.check_unordered(&sql, query.all(&$db).await, expected);
    }};
}

#[tokio::test]
async fn of_two_tables() {
    let (db, world) = World::new().await;
    let row = |rows: &Rows<'_>| rows.of::<User>().cloned();
    for mut case in cases(250) {
        match case.chance.below(7) {
            0 => {
                let query = Post::select().join(Post::AUTHOR);
                let rows = joined(&all::<Post>(world), |rows, user: &User| {
                    rows.of::<Post>().unwrap().author_id == user.id
                });
                case!(db, case, (Post, User), query, rows, |rows| (
                    rows.of::<Post>().unwrap().clone(),
                    row(rows).unwrap()
                ));
            }
            1 => {
                let query = User::select().left_join(User::PROFILE);
                let rows = left_joined(&all::<User>(world), |rows, profile: &Profile| {
                    rows.of::<User>().unwrap().id == profile.user_id
                });
                case!(db, case, (User, Profile), query, rows, |rows| (
                    row(rows).unwrap(),
                    rows.of::<Profile>().cloned()
                ));
            }
            2 => {
                let query = User::select().left_join(User::POSTS);
                let rows = left_joined(&all::<User>(world), |rows, post: &Post| {
                    rows.of::<User>().unwrap().id == post.author_id
                });
                case!(db, case, (User, Post), query, rows, |rows| (
                    row(rows).unwrap(),
                    rows.of::<Post>().cloned()
                ));
            }
            3 => {
                let query = Comment::select().left_join(Comment::AUTHOR);
                let rows = left_joined(&all::<Comment>(world), |rows, user: &User| {
                    rows.of::<Comment>().unwrap().author_id == Some(user.id)
                });
                case!(db, case, (Comment, User), query, rows, |rows| (
                    rows.of::<Comment>().unwrap().clone(),
                    row(rows)
                ));
            }
            4 => {
                let query = Post::select().left_join(Post::TAGS);
                let rows = left_joined(&all::<Post>(world), |rows, tag: &Tag| {
                    is_tagged(world, rows.of::<Post>().unwrap(), tag)
                });
                case!(db, case, (Post, Tag), query, rows, |rows| (
                    rows.of::<Post>().unwrap().clone(),
                    rows.of::<Tag>().cloned()
                ));
            }
            number => {
                let on = Generator::<(User, Post), _>::new(&mut case.chance).any::<bool>(3);
                let users = all::<User>(world);
                let holds = |rows: &Rows<'_>, post: &Post| on.holds(&rows.with(post));
                let post = table::<Post>().on(on.expr());
                if number == 5 {
                    let query = User::select().left_join(post);
                    let rows = left_joined(&users, holds);
                    case!(db, case, (User, Post), query, rows, |rows| (
                        row(rows).unwrap(),
                        rows.of::<Post>().cloned()
                    ));
                } else {
                    let query = User::select().join(post);
                    let rows = joined(&users, holds);
                    case!(db, case, (User, Post), query, rows, |rows| (
                        row(rows).unwrap(),
                        rows.of::<Post>().unwrap().clone()
                    ));
                }
            }
        }
    }
}

#[tokio::test]
async fn of_three_tables() {
    let (db, world) = World::new().await;
    let is_author = |rows: &Rows<'_>, post: &Post| rows.of::<User>().unwrap().id == post.author_id;
    let is_on = |rows: &Rows<'_>, comment: &Comment| {
        rows.of::<Post>()
            .is_some_and(|post| post.id == comment.post_id)
    };
    for mut case in cases(150) {
        let users = all::<User>(world);
        match case.chance.below(3) {
            0 => {
                let query = User::select().join(User::POSTS).join(Post::COMMENTS);
                let rows = joined(&joined(&users, is_author), is_on);
                case!(db, case, ((User, Post), Comment), query, rows, |rows| (
                    rows.of::<User>().unwrap().clone(),
                    rows.of::<Post>().unwrap().clone(),
                    rows.of::<Comment>().unwrap().clone(),
                ));
            }
            1 => {
                let query = User::select().join(User::POSTS).left_join(Post::COMMENTS);
                let rows = left_joined(&joined(&users, is_author), is_on);
                case!(db, case, ((User, Post), Comment), query, rows, |rows| (
                    rows.of::<User>().unwrap().clone(),
                    rows.of::<Post>().unwrap().clone(),
                    rows.of::<Comment>().cloned(),
                ));
            }
            _ => {
                let on = Generator::<((User, Post), Comment), _>::new(&mut case.chance);
                let on = { on }.any::<bool>(2);
                let query = User::select()
                    .left_join(User::POSTS)
                    .left_join(table::<Comment>().on(on.expr()));
                let rows = left_joined(&users, is_author);
                let rows = left_joined(&rows, |rows, comment: &Comment| {
                    on.holds(&rows.with(comment))
                });
                case!(db, case, ((User, Post), Comment), query, rows, |rows| (
                    rows.of::<User>().unwrap().clone(),
                    rows.of::<Post>().cloned(),
                    rows.of::<Comment>().cloned(),
                ));
            }
        }
    }
}

/// The same table under two names.
#[tokio::test]
async fn of_a_table_with_itself() {
    let (db, world) = World::new().await;
    let rows = Employee::all(world).iter().map(|employee| {
        let mut managers = Employee::all(world).iter();
        let mut rows = Rows::none(world).with(employee);
        rows.manager = managers.find(|manager| employee.manager_id == Some(manager.id));
        rows
    });
    let rows: Vec<Rows<'_>> = rows.collect();
    for mut case in cases(150) {
        if case.chance.one_in(2) {
            let query = Employee::select().left_join(Employee::MANAGER.to(Manager));
            case!(db, case, (Employee, Manager), query, rows.clone(), |rows| (
                rows.of::<Employee>().unwrap().clone(),
                rows.manager.cloned()
            ));
        } else {
            let query = Employee::select().join(Employee::MANAGER.to(Manager));
            let mut rows = rows.clone();
            rows.retain(|rows| rows.manager.is_some());
            case!(db, case, (Employee, Manager), query, rows, |rows| (
                rows.of::<Employee>().unwrap().clone(),
                rows.manager.unwrap().clone()
            ));
        }
    }
}
