// `posts.title` is no column of `users`.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::update().set(Post::TITLE, "Hi");
    let _ = User::update().set(User::NAME, Post::TITLE);
}
