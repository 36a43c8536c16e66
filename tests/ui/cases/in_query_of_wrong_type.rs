// `users.id` is a number, and `posts.title` text.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::ID.in_query(Post::select().columns(Post::TITLE));
}
