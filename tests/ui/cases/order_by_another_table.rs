// The query selects from `users` only.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::select().order_by(Post::TITLE);
    let _ = User::select().order_by((User::NAME, Post::TITLE.desc()));
}
