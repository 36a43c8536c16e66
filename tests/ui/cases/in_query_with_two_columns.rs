// `IN` takes a query of one column.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};

fn main() {
    let _ = User::ID.in_query(Post::select().columns((Post::AUTHOR_ID, Post::TITLE)));
    let _ = User::ID.in_query(Post::select());
}
