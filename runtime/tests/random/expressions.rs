//! Filters and selected expressions of every type, on one table, on two that are joined, and on
//! relations.

use rowsmith_runtime::chrono::{DateTime, NaiveDate, Utc};
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::serde_json::Value as Json;
use rowsmith_runtime::table;
use rowsmith_test_trees::blog::{Comment, Post, Role, User};
use rowsmith_test_trees::organisation::Employee;
use rowsmith_test_trees::types::{Array, Nullable};

use crate::both::Sql;
use crate::cases::{Case, cases, same};
use crate::generate::Generator;
use crate::world::{Rows, Stored, World};

const DEPTH: u32 = 4;

/// One case: a filter, or an expression that is selected.
macro_rules! case {
    ($db:ident, $case:ident, $rows:ident, $scope:ty, $query:expr, $id:expr, $rest:ident) => {{
        let query = $query.order_by($id);
        match $case.chance.below(12) {
            0..7 => {
                let mut generator = Generator::<$scope, _>::new(&mut $case.chance);
                let condition = generator.any::<bool>(DEPTH);
                let query = query.filter(condition.expr()).columns($id);
                let sql = query.to_sql();
                let found = query.all(&$db).await;
                let expected = $rows.iter().filter(|(_, rows)| condition.holds(rows));
                let expected: Vec<_> = expected.map(|(id, _)| *id).collect();
                $case.check(&sql, found, &expected);
            }
            7 => case!(@value bool, $db, $case, $rows, $scope, query),
            8 => case!(@value i32, $db, $case, $rows, $scope, query),
            9 => case!(@value String, $db, $case, $rows, $scope, query),
            10 => match $case.chance.below(4) {
                0 => case!(@value i64, $db, $case, $rows, $scope, query),
                1 => case!(@value NaiveDate, $db, $case, $rows, $scope, query),
                2 => case!(@value DateTime<Utc>, $db, $case, $rows, $scope, query),
                _ => case!(@value f64, $db, $case, $rows, $scope, query),
            },
            _ => $rest!($db, $case, $rows, $scope, query),
        }
    }};
    (@value $ty:ty, $db:ident, $case:ident, $rows:ident, $scope:ty, $query:ident) => {{
        let value = Generator::<$scope, _>::new(&mut $case.chance).any::<$ty>(DEPTH);
        let expected = $rows.iter().map(|(_, rows)| value.eval(rows));
        let expected: Vec<Option<$ty>> = expected.collect();
        let (sql, found) = match value.sql {
            Sql::Never(expression) => {
                let query = $query.columns(expression);
                let sql = query.to_sql();
                let found: Result<Vec<$ty>, _> = query.all(&$db).await;
                (sql, found.map(|found| found.into_iter().map(Some).collect()))
            }
            Sql::Maybe(expression) => {
                let query = $query.columns(expression);
                (query.to_sql(), query.all(&$db).await)
            }
        };
        $case.check_by(&sql, found, &expected, |a, b| same(a, b));
    }};
}

/// What an expression is besides.
macro_rules! blog {
    ($db:ident, $case:ident, $rows:ident, $scope:ty, $query:ident) => {
        case!(@value Role, $db, $case, $rows, $scope, $query)
    };
}

/// The same where there are columns of more types.
macro_rules! types {
    ($db:ident, $case:ident, $rows:ident, $scope:ty, $query:ident) => {
        match $case.chance.below(3) {
            0 => case!(@value Decimal, $db, $case, $rows, $scope, $query),
            1 => case!(@value Vec<i32>, $db, $case, $rows, $scope, $query),
            _ => case!(@value Json, $db, $case, $rows, $scope, $query),
        }
    };
}

/// All rows of a table, with their keys.
fn rows<T: Stored, K>(world: &World, id: fn(&T) -> K) -> Vec<(K, Rows<'_>)> {
    let rows = T::all(world).iter();
    rows.map(|row| (id(row), Rows::none(world).with(row)))
        .collect()
}

#[tokio::test]
async fn on_one_table() {
    let (db, world) = World::new().await;
    let users = rows(world, |user: &User| user.id);
    let posts = rows(world, |post: &Post| post.id);
    let comments = rows(world, |comment: &Comment| comment.id);
    let employees = rows(world, |employee: &Employee| employee.id);
    for mut case in cases(1200) {
        let Case { chance, .. } = &mut case;
        match chance.below(4) {
            0 => case!(db, case, users, User, User::select(), User::ID, blog),
            1 => case!(db, case, posts, Post, Post::select(), Post::ID, blog),
            2 => case!(
                db,
                case,
                comments,
                Comment,
                Comment::select(),
                Comment::ID,
                blog
            ),
            _ => case!(
                db,
                case,
                employees,
                Employee,
                Employee::select(),
                Employee::ID,
                blog
            ),
        }
    }
}

#[tokio::test]
async fn on_two_tables() {
    let (db, world) = World::new().await;
    let pairs = Nullable::all(world).iter().zip(Array::all(world));
    let pairs: Vec<_> = pairs
        .map(|(nullable, arrays)| (nullable.id, Rows::none(world).with(nullable).with(arrays)))
        .collect();
    let both = || Nullable::select().join(table::<Array>().on(Array::ID.eq(Nullable::ID)));
    for mut case in cases(1000) {
        case!(
            db,
            case,
            pairs,
            (Nullable, Array),
            both(),
            Nullable::ID,
            types
        );
    }
}
