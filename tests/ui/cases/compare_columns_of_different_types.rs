// `posts.title` is text, and `users.id` a number.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::ID.eq(Post::TITLE);
}
