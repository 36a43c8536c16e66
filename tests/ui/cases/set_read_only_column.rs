// `users.id` is an identity that is always generated.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::update().set(User::ID, 1);
}
