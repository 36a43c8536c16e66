// `users.id` is a number.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::ID.like("x");
    let _ = User::AGE.starts_with("x");
}
