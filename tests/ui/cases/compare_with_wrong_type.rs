// `users.name` is text, and `users.id` a number.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::NAME.eq(1);
    let _ = User::ID.eq("x");
}
