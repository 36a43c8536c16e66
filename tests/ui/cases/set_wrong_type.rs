// `users.is_active` is a `bool`, and may not be NULL.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::update().set(User::IS_ACTIVE, "no");
    let _ = User::update().set(User::IS_ACTIVE, None);
}
