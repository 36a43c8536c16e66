// The query selects from `users` only.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::select().columns(Post::TITLE);
    let _ = User::select().columns((User::NAME, Post::TITLE));
}
