//! Groups and aggregates.

use std::collections::BTreeMap;

use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::sql::{
    array_agg, avg, bool_and, bool_or, count, count_distinct, count_of, max, min, string_agg, sum,
};
use rowsmith_test_trees::blog::{Post, User};

use crate::both::Both;
use crate::cases::{Case, cases};
use crate::generate::{Generator, Kind, and, or};
use crate::world::{Rows, Stored, World};

type Scope = (Post, User);

/// The expressions that are aggregated.
struct Parts {
    int: Both<Scope, i32>,
    text: Both<Scope, String>,
    float: Both<Scope, f64>,
    truth: Both<Scope, bool>,
    /// Which rows some of the aggregates look at.
    filter: Both<Scope, bool>,
}

/// What is selected of one group.
type Group<K> = (
    K,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<Decimal>,
    Option<String>,
    Option<f64>,
    Option<bool>,
    Option<bool>,
    i64,
    Option<Vec<Option<i32>>>,
);

/// The aggregates in SQL, of a query that may be grouped; they follow what is selected first.
macro_rules! aggregates {
    ($parts:ident, $first:expr) => {
        (
            $first,
            count(),
            count_of($parts.int.expr()),
            count_distinct($parts.int.expr()),
            sum($parts.int.expr()),
            avg($parts.int.expr()),
            min($parts.text.expr()),
            max($parts.float.expr()).filter($parts.filter.expr()),
            bool_and($parts.truth.expr()),
            bool_or($parts.truth.expr()),
            count().filter($parts.filter.expr()),
            array_agg($parts.int.expr()).order_by(Post::ID.desc()),
        )
    };
}

impl Parts {
    fn any(case: &mut Case) -> Self {
        let mut generator = Generator::<Scope, _>::new(&mut case.chance);
        Self {
            int: generator.any(2),
            text: generator.any(2),
            float: generator.any(2),
            truth: generator.any(2),
            filter: generator.any(2),
        }
    }

    /// The aggregates in Rust, of rows in the order of their keys.
    fn of<K>(&self, key: K, rows: &[Rows<'_>]) -> Group<K> {
        let ints: Vec<Option<i32>> = rows.iter().map(|rows| self.int.eval(rows)).collect();
        let known: Vec<i32> = ints.iter().flatten().copied().collect();
        let any = !known.is_empty();
        let sum: i64 = known.iter().copied().map(i64::from).sum();
        let mut different = known.clone();
        different.sort_unstable();
        different.dedup();
        let filtered = || rows.iter().filter(|rows| self.filter.holds(rows));
        let truth = || {
            let values = rows.iter().filter_map(|rows| self.truth.eval(rows));
            values.map(Some)
        };
        (
            key,
            rows.len() as i64,
            known.len() as i64,
            different.len() as i64,
            any.then_some(sum),
            any.then(|| Decimal::from(sum) / Decimal::from(known.len())),
            rows.iter().filter_map(|rows| self.text.eval(rows)).min(),
            filtered()
                .filter_map(|rows| self.float.eval(rows))
                .max_by(Kind::order),
            truth().reduce(and).flatten(),
            truth().reduce(or).flatten(),
            filtered().count() as i64,
            (!rows.is_empty()).then(|| ints.into_iter().rev().collect()),
        )
    }
}

/// The average to a few digits, for both sides stop somewhere; and zero without its sign, for which of
/// two equal ones is the larger is not said.
fn rounded<K>(group: Group<K>) -> Group<K> {
    let mut group = group;
    group.5 = group.5.map(|average| average.round_dp(4).normalize());
    group.7 = group.7.map(|float| float + 0.0);
    group
}

/// The rows of posts with their authors for which the condition is true.
fn joined<'a>(world: &'a World, condition: &Both<Scope, bool>) -> Vec<Rows<'a>> {
    let rows = Post::all(world).iter().map(|post| {
        let mut users = User::all(world).iter();
        let user = users.find(|user| user.id == post.author_id).unwrap();
        Rows::none(world).with(post).with(user)
    });
    rows.filter(|rows| condition.holds(rows)).collect()
}

/// One case, grouped by an expression of this type and a column.
macro_rules! grouped {
    ($db:ident, $world:ident, $case:ident, $ty:ty) => {{
        let mut generator = Generator::<Scope, _>::new(&mut $case.chance);
        let (condition, key) = (generator.any::<bool>(2), generator.any::<$ty>(2));
        let at_least = generator.chance.below(4);
        let parts = Parts::any(&mut $case);
        let query = Post::select()
            .join(Post::AUTHOR)
            .filter(condition.expr())
            .group_by((key.expr(), User::IS_ACTIVE))
            .having(count().ge(at_least as i64))
            .columns(aggregates!(parts, key.expr()));
        let mut groups: BTreeMap<_, Vec<Rows<'_>>> = BTreeMap::new();
        for rows in joined($world, &condition) {
            let key = (key.eval(&rows), rows.of::<User>().unwrap().is_active);
            groups.entry(key).or_default().push(rows);
        }
        groups.retain(|_, rows| rows.len() >= at_least);
        let groups = groups.into_iter();
        let expected = groups.map(|((key, _), rows)| rounded(parts.of(key, &rows)));
        let sql = query.to_sql();
        match $case.chance.below(6) {
            0 => $case.check(&sql, query.count(&$db).await, &(expected.count() as i64)),
            _ => {
                let found = query.all(&$db).await;
                let found = found.map(|groups| groups.into_iter().map(rounded).collect());
                $case.check_unordered(&sql, found, expected.collect());
            }
        }
    }};
}

#[tokio::test]
async fn by_a_key() {
    let (db, world) = World::new().await;
    for mut case in cases(200) {
        match case.chance.below(4) {
            0 => grouped!(db, world, case, bool),
            1 => grouped!(db, world, case, i32),
            2 => grouped!(db, world, case, String),
            _ => grouped!(db, world, case, i64),
        }
    }
}

/// All rows are one group then, even when there is none.
#[tokio::test]
async fn without_a_key() {
    let (db, world) = World::new().await;
    for mut case in cases(100) {
        let condition = Generator::<Scope, _>::new(&mut case.chance).any::<bool>(2);
        let parts = Parts::any(&mut case);
        let texts = string_agg(parts.text.expr(), "|").order_by(Post::ID);
        let query = Post::select()
            .join(Post::AUTHOR)
            .filter(condition.expr())
            .columns(aggregates!(parts, texts));
        let rows = joined(world, &condition);
        let texts: Vec<String> = rows
            .iter()
            .filter_map(|rows| parts.text.eval(rows))
            .collect();
        let texts = (!texts.is_empty()).then(|| texts.join("|"));
        let sql = query.to_sql();
        let found = query.one(&db).await.map(rounded);
        case.check(&sql, found, &rounded(parts.of(texts, &rows)));
    }
}
