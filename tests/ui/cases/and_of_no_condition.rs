// `users.name` is neither true nor false.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::IS_ACTIVE.eq(true) & User::NAME;
    let _ = User::NAME & User::IS_ACTIVE;
    let _ = !User::NAME;
}
