// `Post::COMMENTS` is a relation of `posts`, not of `users`.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::select().join(Post::COMMENTS);
    let _ = User::select().left_join(Post::COMMENTS);
}
