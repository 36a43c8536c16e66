// `users.name` is `NOT NULL`.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::select().filter(User::NAME.is_null());
    let _ = User::select().filter(User::ID.is_not_null());
}
