// `users.name` is `NOT NULL`.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let _ = User::NAME.eq(None);
    let _ = User::NAME.eq(Some("Ada".to_owned()));
}
