// The query selects from `users` only, and has no column of `posts`.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::select().filter(Post::TITLE.eq("Hi"));
    let _ = User::select().filter(User::IS_ACTIVE.eq(true) & Post::SCORE.gt(0.5));
}
