//! Relations that are loaded with rows, against loops in loops.

use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_test_trees::blog::{Comment, Post, Profile, Tag, User};
use rowsmith_test_trees::organisation::Employee;

use crate::both::Both;
use crate::cases::cases;
use crate::chance::Chance;
use crate::generate::Generator;
use crate::order::{Compare, by_all, ordered};
use crate::scopes::{is_tagged, knows};
use crate::world::{Rows, Stored, World};

/// What is loaded for one row: the related rows in their order, after some and up to so many.
struct Loaded<'w, T: 'static> {
    world: &'w World,
    filter: Both<T, bool>,
    order: Vec<Compare>,
    offset: usize,
    limit: usize,
}

impl<'w, T: Stored> Loaded<'w, T> {
    fn of(&self, related: impl Fn(&T) -> bool) -> Vec<&'w T> {
        let alone = |row| Rows::none(self.world).with(row);
        let rows = T::all(self.world).iter().filter(|row| related(row));
        let mut rows: Vec<&T> = rows.filter(|row| self.filter.holds(&alone(*row))).collect();
        // The rows of the world are in the order of their keys, and sorting leaves equal ones so.
        rows.sort_by(|a, b| by_all(&self.order, &alone(*a), &alone(*b)));
        let rows = rows.into_iter().skip(self.offset);
        rows.take(self.limit).collect()
    }
}

/// A relation with random conditions, and what is loaded by it.
macro_rules! loaded {
    ($world:ident, $chance:ident, $relation:expr, $to:ident) => {{
        let filter = Generator::<$to, _>::new($chance).any::<bool>(3);
        let mut relation = $relation.filter(filter.expr());
        let order = ordered!(relation: $to, $chance);
        // Without an order it is that of the key.
        if !order.is_empty() || $chance.one_in(2) {
            relation = relation.order_by($to::ID);
        }
        let (mut offset, mut limit) = (0, usize::MAX);
        if $chance.one_in(4) {
            offset = $chance.below(3);
            relation = relation.offset(offset as u32);
        }
        if $chance.one_in(2) {
            limit = $chance.below(4);
            relation = relation.limit(limit as u32);
        }
        let loaded = Loaded {
            world: $world,
            filter,
            order,
            offset,
            limit,
        };
        (relation, loaded)
    }};
}

/// Runs the query. Rust's rows are references to those that PostgreSQL has, and are written the same.
macro_rules! finish {
    ($db:ident, $case:ident, $query:ident, $expected:ident) => {{
        let expected = format!("{:?}", $expected.collect::<Vec<_>>());
        let sql = $query.to_sql();
        let found = $query.all(&$db).await;
        $case.check_by(
            &sql,
            found.map(|rows| format!("{rows:?}")),
            &expected,
            String::eq,
        );
    }};
}

/// The rows that are selected first.
fn some<'w, T: Stored>(world: &'w World, condition: &Both<T, bool>) -> impl Iterator<Item = &'w T> {
    let rows = T::all(world).iter();
    rows.filter(|row| condition.holds(&Rows::none(world).with(*row)))
}

fn condition<T: Stored + crate::scopes::Scope>(chance: &mut Chance) -> Both<T, bool> {
    Generator::<T, _>::new(chance).any(2)
}

#[tokio::test]
async fn with_rows() {
    let (db, world) = World::new().await;
    for mut case in cases(250) {
        let chance = &mut case.chance;
        match chance.below(4) {
            0 => {
                let first = condition::<User>(chance);
                let profile = condition::<Profile>(chance);
                let (posts, loaded_posts) = loaded!(world, chance, User::POSTS, Post);
                let (comments, loaded_comments) = loaded!(world, chance, Post::COMMENTS, Comment);
                let query = User::select()
                    .filter(first.expr())
                    .order_by(User::ID)
                    .with(posts.with(comments))
                    .with(User::PROFILE.filter(profile.expr()));
                let expected = some(world, &first).map(|user| {
                    let posts = loaded_posts.of(|post| post.author_id == user.id);
                    let posts = posts.into_iter().map(|post| {
                        let comments = loaded_comments.of(|comment| comment.post_id == post.id);
                        (post, comments)
                    });
                    let mut profiles = some(world, &profile);
                    let profile = profiles.find(|profile| profile.user_id == user.id);
                    (user, posts.collect::<Vec<_>>(), profile)
                });
                finish!(db, case, query, expected);
            }
            1 => {
                let first = condition::<Post>(chance);
                let author = condition::<User>(chance);
                let (tags, loaded_tags) = loaded!(world, chance, Post::TAGS, Tag);
                let query = Post::select()
                    .filter(first.expr())
                    .order_by(Post::ID)
                    .with(tags)
                    .with(Post::AUTHOR.filter(author.expr()));
                let expected = some(world, &first).map(|post| {
                    let tags = loaded_tags.of(|tag| is_tagged(world, post, tag));
                    let mut users = some(world, &author);
                    let user = users.find(|user| user.id == post.author_id);
                    (post, tags, user)
                });
                finish!(db, case, query, expected);
            }
            2 => {
                let first = condition::<Employee>(chance);
                let (reports, loaded_reports) =
                    loaded!(world, chance, Employee::EMPLOYEES, Employee);
                let (others, loaded_others) = loaded!(world, chance, Employee::OTHERS, Employee);
                let query = Employee::select()
                    .filter(first.expr())
                    .order_by(Employee::ID)
                    .with(Employee::MENTOR)
                    .with(reports.with(others));
                let expected = some(world, &first).map(|employee| {
                    let mut mentors = Employee::all(world).iter();
                    let mentor = mentors.find(|mentor| employee.mentor_id == Some(mentor.id));
                    let reports = loaded_reports.of(|other| other.manager_id == Some(employee.id));
                    let reports = reports.into_iter().map(|report| {
                        let others = loaded_others.of(|other| knows(world, report, other));
                        (report, others)
                    });
                    (employee, mentor, reports.collect::<Vec<_>>())
                });
                finish!(db, case, query, expected);
            }
            _ => {
                let first = condition::<Comment>(chance);
                let (others, loaded_others) = loaded!(world, chance, User::COMMENTS, Comment);
                let query = Comment::select()
                    .filter(first.expr())
                    .order_by(Comment::ID)
                    .with(Comment::AUTHOR.with(others))
                    .with(Comment::POST.with(Post::TAGS));
                let expected = some(world, &first).map(|comment| {
                    let mut users = User::all(world).iter();
                    let user = users.find(|user| comment.author_id == Some(user.id));
                    let user = user.map(|user| {
                        (
                            user,
                            loaded_others.of(|other| other.author_id == Some(user.id)),
                        )
                    });
                    let mut posts = Post::all(world).iter();
                    let post = posts.find(|post| comment.post_id == post.id).unwrap();
                    let tags = Tag::all(world).iter();
                    let tags = tags.filter(|tag| is_tagged(world, post, tag));
                    (comment, user, (post, tags.collect::<Vec<_>>()))
                });
                finish!(db, case, query, expected);
            }
        }
    }
}
