// The query speaks of the user of a query around it, and there is none.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};
use rowsmith_runtime::{Executor, Result};

async fn theirs(db: &impl Executor) -> Result<Vec<Post>> {
    Post::select()
        .outer::<User>()
        .filter(Post::AUTHOR_ID.eq(User::ID))
        .all(db)
        .await
}

fn main() {}
