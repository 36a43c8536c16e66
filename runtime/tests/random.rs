//! A randomised check: expressions and selects that are put together by chance run on PostgreSQL, and
//! come to the same as in Rust over the same data, NULL included.
//!
//! Each test runs a number of cases, each with a seed of its own, which a failure names beside the SQL
//! and the difference.
//!
//! | variable | meaning |
//! |---|---|
//! | `ROWSMITH_SEED` | the seed of the first case, of which those after it follow; 0 otherwise |
//! | `ROWSMITH_CASES` | how many cases each test runs, instead of the few that it does otherwise |
//!
//! ```sh
//! ROWSMITH_SEED=1000000 ROWSMITH_CASES=20000 cargo test -p rowsmith-runtime --test random
//! ```
#![allow(clippy::unwrap_used, clippy::type_complexity)]

#[path = "random/both.rs"]
mod both;
#[path = "random/cases.rs"]
mod cases;
#[path = "random/chance.rs"]
mod chance;
#[path = "random/expressions.rs"]
mod expressions;
#[path = "random/generate.rs"]
mod generate;
#[path = "random/groups.rs"]
mod groups;
#[path = "random/joins.rs"]
mod joins;
#[path = "random/kinds.rs"]
mod kinds;
#[path = "random/loads.rs"]
mod loads;
#[path = "random/order.rs"]
mod order;
#[path = "random/scopes.rs"]
mod scopes;
#[path = "random/selects.rs"]
mod selects;
#[path = "random/text.rs"]
mod text;
#[path = "random/world.rs"]
mod world;
