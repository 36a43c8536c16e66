// `users.name` is text, and `posts.id` a number.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let names = User::select().columns(User::NAME);
    let _ = names.union(Post::select().columns(Post::ID));
    let _ = User::select().union(Post::select());
}
