// `users.name` is neither true nor false.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::select().filter(User::NAME);
    let _ = User::select().filter("name = 1");
    let _ = User::select().filter(User::NAME == "Ada");
}
