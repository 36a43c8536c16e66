//! The data: in a database, and the same in memory.
//!
//! The order of texts is that of their bytes, for the test server's locale is `C.UTF-8` or `C`. Under
//! `C` the server knows no upper case but ASCII's, so there is no letter beyond it here that has one.

use std::sync::LazyLock;
use std::thread;

use rowsmith_runtime::chrono::{DateTime, Utc};
use rowsmith_runtime::rust_decimal::Decimal;
use rowsmith_runtime::serde_json::{Value as Json, json};
use rowsmith_runtime::{Database, Table, alias};
use rowsmith_test_server::{TestDatabase, TestServer};
use rowsmith_test_trees::blog::{
    Comment, NewComment, NewPost, NewPostTag, NewProfile, NewTag, NewUser, Post, PostTag, Profile,
    Role, Tag, User,
};
use rowsmith_test_trees::organisation::{
    Acquaintance, Department, Employee, NewAcquaintance, NewDepartment, NewEmployee,
};
use rowsmith_test_trees::types::{Array, NewArray, NewNullable, Nullable};

use tokio::runtime::Runtime;

use crate::chance::Chance;

const BLOG: &str = include_str!("../../../fixtures/blog/schema.sql");
const ORGANISATION: &str = include_str!("../../../fixtures/organisation/schema.sql");
const TYPES: &str = include_str!("../../../fixtures/types/schema.sql");

pub const TEXTS: [&str; 24] = [
    "",
    " ",
    " a ",
    "a",
    "A",
    "ab",
    "aB",
    "b",
    "abab",
    "%",
    "_",
    "\\",
    "\\%",
    "100%",
    "a_b",
    "a\\b",
    "'",
    "O'Brien",
    "\"q\"",
    "日本",
    "🦀 crab",
    "line\nbreak",
    "$1",
    "NULL",
];
pub const INTS: [i32; 10] = [0, 1, -1, 2, 7, 18, 36, -40, i32::MAX, i32::MIN];
pub const AGES: [i32; 8] = [0, 1, 2, 7, 17, 18, 36, i32::MAX];
pub const LONGS: [i64; 9] = [0, 1, -1, 3, 18, 36, 1_000_000_007, i64::MAX, i64::MIN];
/// Sums and products of a few of them neither overflow nor underflow, which would be errors.
pub const FLOATS: [f64; 11] = [
    0.0,
    -0.0,
    0.5,
    -0.5,
    1.0,
    2.5,
    -3.0,
    1e15,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
pub const ROLES: [Role; 3] = [Role::Admin, Role::Editor, Role::Member];

pub fn decimals() -> [Decimal; 8] {
    ["0", "0.00", "1", "1.50", "-1.5", "0.001", "99999.99", "-7"].map(|text| text.parse().unwrap())
}

/// Some of them an hour, a day, a month and years apart.
pub fn times() -> [DateTime<Utc>; 7] {
    [0, 1, 3_600, 86_400, 86_401, 2_592_000, -1_900_000_000]
        .map(|second| DateTime::from_timestamp(1_704_067_200 + second, 0).unwrap())
}

pub fn arrays() -> [Vec<i32>; 7] {
    [&[][..], &[1], &[1, 1], &[1, 2], &[2, 1], &[7, -1, 1], &[0]].map(<[i32]>::to_vec)
}

pub fn jsons() -> [Json; 14] {
    [
        json!(null),
        json!(true),
        json!(1),
        json!(-5),
        json!("a"),
        json!(""),
        json!([]),
        json!([1, "a", null]),
        json!([[1], {"a": 1}]),
        json!({}),
        json!({"a": 1}),
        json!({"a": "a", "b": null}),
        json!({"a": {"b": "it's", "c": [1, 2]}, "": "%"}),
        json!({"b": [1, {"a": 1}], "a": [1, 1]}),
    ]
}

/// All rows of all tables.
pub struct World {
    pub users: Vec<User>,
    pub profiles: Vec<Profile>,
    pub posts: Vec<Post>,
    pub comments: Vec<Comment>,
    pub tags: Vec<Tag>,
    pub post_tags: Vec<PostTag>,
    pub employees: Vec<Employee>,
    pub acquaintances: Vec<Acquaintance>,
    pub nullables: Vec<Nullable>,
    pub arrays: Vec<Array>,
}

/// Where it is, for all tests.
static WORLD: LazyLock<(TestDatabase<'static>, World)> = LazyLock::new(|| {
    let schema = [BLOG, ORGANISATION, TYPES].join("\n");
    let database = TestServer::shared().create_database(Some(&schema));
    // The first test asks from within a runtime, in which no other one can be waited for.
    let fill = || {
        Runtime::new()
            .unwrap()
            .block_on(World::fill(&database.url()))
    };
    let world = thread::scope(|scope| scope.spawn(fill).join().unwrap());
    (database, world)
});

impl World {
    /// The world, and a pool on its database.
    pub async fn new() -> (Database, &'static Self) {
        let (database, world) = &*WORLD;
        (Database::connect(&database.url()).await.unwrap(), world)
    }

    /// Inserts all rows, which are the same each time.
    async fn fill(url: &str) -> Self {
        let db = Database::connect(url).await.unwrap();
        let chance = &mut Chance::new(1);

        let users: Vec<NewUser> = (0..12)
            .map(|number| {
                // The first ones are the same in everything that need not be different.
                let chance = &mut Chance::new(number.max(3));
                NewUser::new(text(chance), format!("{}{number}", text(chance)))
                    .role(*chance.pick(&ROLES))
                    .age(chance.perhaps(|chance| *chance.pick(&AGES)))
                    .is_active(chance.one_in(2))
                    .created_at(*chance.pick(&times()))
            })
            .collect();
        let users = User::insert_many(&db, &users).await.unwrap();

        // The last users have nothing.
        let some_users = &users[..9];
        let profiles: Vec<NewProfile> = (some_users.iter().step_by(2))
            .map(|user| {
                NewProfile::new(user.id)
                    .bio(chance.perhaps(text))
                    .website(chance.perhaps(text))
            })
            .collect();
        let profiles = Profile::insert_many(&db, &profiles).await.unwrap();

        let posts: Vec<NewPost> = (0..30)
            .map(|_| {
                NewPost::new(chance.pick(some_users).id, text(chance))
                    .body(text(chance))
                    .score(chance.perhaps(|chance| *chance.pick(&FLOATS)))
                    .published_at(chance.perhaps(|chance| *chance.pick(&times())))
            })
            .collect();
        let posts = Post::insert_many(&db, &posts).await.unwrap();

        let comments: Vec<NewComment> = (0..40)
            .map(|_| {
                NewComment::new(chance.pick(&posts[..20]).id, text(chance))
                    .author_id(chance.perhaps(|chance| chance.pick(&users).id))
                    .created_at(*chance.pick(&times()))
            })
            .collect();
        let comments = Comment::insert_many(&db, &comments).await.unwrap();

        let tags: Vec<NewTag> = TEXTS[..8].iter().map(|&name| NewTag::new(name)).collect();
        let tags = Tag::insert_many(&db, &tags).await.unwrap();
        let mut post_tags = Vec::new();
        for post in &posts[5..] {
            for tag in &tags[1..] {
                if chance.one_in(4) {
                    post_tags.push(NewPostTag::new(post.id, tag.id));
                }
            }
        }
        let post_tags = PostTag::insert_many(&db, &post_tags).await.unwrap();

        Department::insert_many(&db, &[NewDepartment::new("")])
            .await
            .unwrap();
        let employees: Vec<NewEmployee> = (0..20)
            .map(|number| {
                let hired_on = chance.pick(&times()).date_naive();
                let earlier = |chance: &mut Chance| chance.below(number) as i32 + 1;
                let employee = NewEmployee::new(text(chance), number.to_string(), 1, hired_on);
                if number == 0 {
                    return employee;
                }
                employee
                    .manager_id(chance.perhaps(earlier))
                    .mentor_id(chance.perhaps(earlier))
            })
            .collect();
        let employees = Employee::insert_many(&db, &employees).await.unwrap();
        let mut acquaintances = Vec::new();
        for employee in &employees {
            // Some know themselves, and not everybody is known by those whom they know.
            for other in &employees[5..] {
                if chance.one_in(6) {
                    acquaintances.push(NewAcquaintance::new(employee.id, other.id));
                }
            }
        }
        let acquaintances = Acquaintance::insert_many(&db, &acquaintances)
            .await
            .unwrap();

        let nullables: Vec<NewNullable> = (0..30).map(|_| nullable(chance)).collect();
        let nullables = Nullable::insert_many(&db, &nullables).await.unwrap();
        let arrays: Vec<NewArray> = (0..30)
            .map(|_| {
                NewArray::new().a_int4(chance.perhaps(|chance| chance.pick(&arrays()).clone()))
            })
            .collect();
        let arrays = Array::insert_many(&db, &arrays).await.unwrap();
        Self {
            users,
            profiles,
            posts,
            comments,
            tags,
            post_tags,
            employees,
            acquaintances,
            nullables,
            arrays,
        }
    }
}

fn text(chance: &mut Chance) -> String {
    (*chance.pick(&TEXTS)).to_owned()
}

fn nullable(chance: &mut Chance) -> NewNullable {
    NewNullable::new()
        .a_bool(chance.perhaps(|chance| chance.one_in(2)))
        .a_int4(chance.perhaps(|chance| *chance.pick(&INTS)))
        .a_int8(chance.perhaps(|chance| *chance.pick(&LONGS)))
        .a_float8(chance.perhaps(|chance| *chance.pick(&FLOATS)))
        .a_numeric(chance.perhaps(|chance| *chance.pick(&decimals())))
        .a_text(chance.perhaps(text))
        .a_varchar(chance.perhaps(text))
        .a_timestamptz(chance.perhaps(|chance| *chance.pick(&times())))
        .a_date(chance.perhaps(|chance| chance.pick(&times()).date_naive()))
        .a_jsonb(chance.perhaps(|chance| chance.pick(&jsons()).clone()))
}

alias!(
    /// The employee that another one reports to.
    pub struct Manager: Employee
);

/// The rows that an expression is evaluated on: at most one of each table.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub world: &'a World,
    user: Option<&'a User>,
    profile: Option<&'a Profile>,
    post: Option<&'a Post>,
    comment: Option<&'a Comment>,
    tag: Option<&'a Tag>,
    employee: Option<&'a Employee>,
    pub manager: Option<&'a Employee>,
    nullable: Option<&'a Nullable>,
    arrays: Option<&'a Array>,
}

impl<'a> Rows<'a> {
    pub fn none(world: &'a World) -> Self {
        Self {
            world,
            user: None,
            profile: None,
            post: None,
            comment: None,
            tag: None,
            employee: None,
            manager: None,
            nullable: None,
            arrays: None,
        }
    }

    /// With this row in place of the one of its table.
    pub fn with<T: Stored>(mut self, row: &'a T) -> Self {
        *T::place(&mut self) = Some(row);
        self
    }

    pub fn of<T: Stored>(mut self) -> Option<&'a T> {
        *T::place(&mut self)
    }
}

/// A table of the world.
pub trait Stored: Table + Clone + PartialEq + std::fmt::Debug {
    fn all(world: &World) -> &[Self];
    fn place<'r, 'a>(rows: &'r mut Rows<'a>) -> &'r mut Option<&'a Self>;
}

macro_rules! stored {
    ($($table:ident $all:ident $place:ident;)+) => {$(
        impl Stored for $table {
            fn all(world: &World) -> &[Self] {
                &world.$all
            }

            fn place<'r, 'a>(rows: &'r mut Rows<'a>) -> &'r mut Option<&'a Self> {
                &mut rows.$place
            }
        }
    )+};
}

stored! {
    User users user;
    Profile profiles profile;
    Post posts post;
    Comment comments comment;
    Tag tags tag;
    Employee employees employee;
    Nullable nullables nullable;
    Array arrays arrays;
}
