//! Filters, orders, limits and everything that runs a select; and pages by key.

use std::cmp::Ordering;

use futures_util::TryStreamExt;
use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_runtime::sql::{coalesce, length};
use rowsmith_runtime::{Error, Select, Value};
use rowsmith_test_trees::blog::{Comment, Post, User};

use crate::cases::cases;
use crate::generate::Generator;
use crate::order::{Direction, by_all, ordered};
use crate::world::{Rows, Stored, World};

macro_rules! case {
    ($db:ident, $case:ident, $world:ident, $table:ident) => {{
        let chance = &mut $case.chance;
        let mut query = $table::select();
        let mut expected: Vec<Rows<'_>> = $table::all($world)
            .iter()
            .map(|row| Rows::none($world).with(row))
            .collect();
        for _ in 0..chance.below(3) {
            let condition = Generator::<$table, _>::new(chance).any::<bool>(3);
            query = query.filter(condition.expr());
            expected.retain(|rows| condition.holds(rows));
        }
        let terms = ordered!(query: $table, chance);
        query = query.order_by($table::ID);
        let id = |rows: &Rows<'_>| rows.of::<$table>().unwrap().id;
        expected.sort_by(|a, b| by_all(&terms, a, b).then(id(a).cmp(&id(b))));
        let rows: Vec<$table> = expected
            .iter()
            .map(|rows| rows.of::<$table>().unwrap().clone())
            .collect();
        if chance.one_in(5) {
            let (number, size) = (chance.below(4), 1 + chance.below(9));
            let sql = query.to_sql();
            let page = query.page(&$db, number as u64, size as u32).await;
            let found = page.map(|page| (page.rows, page.total as usize, page.number));
            // The first page has the number 1, and so has 0.
            let number = number.max(1);
            let on_page = rows.iter().skip((number - 1) * size).take(size);
            let expected = (on_page.cloned().collect(), rows.len(), number as u64);
            $case.check(&sql, found, &expected);
        } else {
            let mut rows = rows;
            if chance.one_in(3) {
                let offset = chance.below(10);
                query = query.offset(offset as u64);
                rows.drain(..offset.min(rows.len()));
            }
            if chance.one_in(3) {
                let limit = 1 + chance.below(12);
                query = query.limit(limit as u32);
                rows.truncate(limit);
            }
            finish!($db, $case, query, rows);
        }
    }};
}

/// Runs the query in one of all ways.
macro_rules! finish {
    ($db:ident, $case:ident, $query:ident, $rows:ident) => {{
        let sql = $query.to_sql();
        match $case.chance.below(8) {
            0 => $case.check(&sql, $query.count(&$db).await, &($rows.len() as i64)),
            1 => $case.check(&sql, $query.exists(&$db).await, &!$rows.is_empty()),
            2 => $case.check(&sql, $query.first(&$db).await, &$rows.first().cloned()),
            3 => {
                // Several rows are an error.
                let found = match $query.one_or_none(&$db).await {
                    Err(Error::TooManyRows) => Ok(Err("several")),
                    Err(error) => Err(error),
                    Ok(row) => Ok(Ok(row)),
                };
                let expected = match $rows.len() {
                    0 | 1 => Ok($rows.first().cloned()),
                    _ => Err("several"),
                };
                $case.check(&sql, found, &expected);
            }
            4 => {
                let stream = $query.stream(&$db).await.unwrap();
                $case.check(&sql, stream.try_collect().await, &$rows);
            }
            _ => $case.check(&sql, $query.all(&$db).await, &$rows),
        }
    }};
}

#[tokio::test]
async fn of_whole_rows() {
    let (db, world) = World::new().await;
    for mut case in cases(400) {
        match case.chance.below(3) {
            0 => case!(db, case, world, User),
            1 => case!(db, case, world, Post),
            _ => case!(db, case, world, Comment),
        }
    }
}

/// Distinct values of expressions, which come in no order.
#[tokio::test]
async fn of_distinct_values() {
    let (db, world) = World::new().await;
    for mut case in cases(150) {
        let mut generator = Generator::<Post, _>::new(&mut case.chance);
        let (condition, text, int) = (
            generator.any::<bool>(3),
            generator.any::<String>(1),
            generator.any::<i32>(1),
        );
        let query = Post::select()
            .filter(condition.expr())
            .columns((text.expr(), int.expr()))
            .distinct();
        let rows = Post::all(world).iter();
        let rows = rows.map(|post| Rows::none(world).with(post));
        let rows = rows.filter(|rows| condition.holds(rows));
        let mut expected: Vec<_> = rows
            .map(|rows| (text.eval(&rows), int.eval(&rows)))
            .collect();
        expected.sort();
        expected.dedup();
        let sql = query.to_sql();
        match case.chance.below(4) {
            0 => case.check(&sql, query.count(&db).await, &(expected.len() as i64)),
            1 => case.check(&sql, query.exists(&db).await, &!expected.is_empty()),
            _ => case.check_unordered(&sql, query.all(&db).await, expected),
        }
    }
}

/// The first row of each author in some order.
#[tokio::test]
async fn of_the_first_row_of_each() {
    let (db, world) = World::new().await;
    for mut case in cases(100) {
        let chance = &mut case.chance;
        let condition = Generator::<Post, _>::new(chance).any::<bool>(3);
        let direction = Direction::any(chance);
        let mut query = Post::select()
            .filter(condition.expr())
            .distinct_on(Post::AUTHOR_ID)
            .order_by(direction.order(Post::AUTHOR_ID));
        let terms = ordered!(query: Post, chance);
        let query = query.order_by(Post::ID);
        let rows = Post::all(world).iter();
        let rows = rows.map(|post| (post, Rows::none(world).with(post)));
        let mut rows: Vec<_> = rows.filter(|(_, rows)| condition.holds(rows)).collect();
        rows.sort_by(|(post, a), (other, b)| {
            let author = direction.compare(Some(post.author_id), Some(other.author_id));
            author.then_with(|| by_all(&terms, a, b).then(post.id.cmp(&other.id)))
        });
        rows.dedup_by_key(|(post, _)| post.author_id);
        let rows: Vec<Post> = rows.into_iter().map(|(post, _)| post.clone()).collect();
        finish!(db, case, query, rows);
    }
}

/// Reads all pages by these keys, each with what it is of a post in Rust.
macro_rules! pages {
    ($db:ident, $world:ident, $case:ident, ($($key:ident: $ty:ty = $sql:expr, $rust:expr;)+)) => {{
        let chance = &mut $case.chance;
        $(let $key = Direction::any(chance);)+
        let condition = Generator::<Post, _>::new(chance).any::<bool>(2);
        let size = 1 + chance.below(8);
        let mut expected: Vec<&Post> = Post::all($world)
            .iter()
            .filter(|post| condition.holds(&Rows::none($world).with(*post)))
            .collect();
        expected.sort_by(|a, b| {
            let mut order = Ordering::Equal;
            $({
                let rust: fn(&Post) -> $ty = $rust;
                order = order.then_with(|| {
                    $key.compare::<<$ty as Value>::Base>(rust(a).into(), rust(b).into())
                });
            })+
            order
        });
        let mut last: Option<($($ty,)+)> = None;
        let mut pages = expected.chunks(size);
        loop {
            let query: Select<Post> = Post::select()
                .filter(condition.expr())
                .after(($($key.order($sql),)+), last)
                .limit(size as u32);
            let sql = query.to_sql();
            let page = pages.next().unwrap_or_default();
            $case.check(&sql, query.all(&$db).await, &page.iter().copied().cloned().collect());
            let Some(post) = page.last() else { break };
            last = Some(($({
                let rust: fn(&Post) -> $ty = $rust;
                rust(post)
            },)+));
        }
    }};
}

#[tokio::test]
async fn page_by_page() {
    let (db, world) = World::new().await;
    for mut case in cases(80) {
        match case.chance.below(5) {
            0 => pages!(db, world, case, (
                score: Option<f64> = Post::SCORE, |post| post.score;
                id: i64 = Post::ID, |post| post.id;
            )),
            1 => pages!(db, world, case, (
                author: i64 = Post::AUTHOR_ID, |post| post.author_id;
                title: String = Post::TITLE, |post| post.title.clone();
                id: i64 = Post::ID, |post| post.id;
            )),
            2 => pages!(db, world, case, (
                published: Option<DateTime<Utc>> = Post::PUBLISHED_AT, |post| post.published_at;
                score: Option<f64> = Post::SCORE, |post| post.score;
                author: i64 = Post::AUTHOR_ID, |post| post.author_id;
                id: i64 = Post::ID, |post| post.id;
            )),
            3 => pages!(db, world, case, (
                characters: i32 = length(Post::TITLE), |post| post.title.chars().count() as i32;
                score: f64 = coalesce(Post::SCORE, 0.5), |post| post.score.unwrap_or(0.5);
                id: i64 = Post::ID, |post| post.id;
            )),
            _ => pages!(db, world, case, (
                long: Option<bool> = Post::SCORE.gt(0.5), |post| post
                    .score
                    .map(|score| score.is_nan() || score > 0.5);
                id: i64 = (Post::ID - 7) * 2, |post| (post.id - 7) * 2;
            )),
        }
    }
}
