// `users.name` is text.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::NAME + 1;
    let _ = User::NAME + "x";
}
