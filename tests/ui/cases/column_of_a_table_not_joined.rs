// `comments` are not joined.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Comment, Post, User};

fn main() {
    let query = Post::select().join(Post::AUTHOR);
    let _ = query.filter(User::NAME.eq("Ada") & Comment::BODY.eq("Hi"));
}
