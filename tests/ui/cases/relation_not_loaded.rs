// Nothing was loaded with the users.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Post, User};
use rowsmith_runtime::{Executor, Result};

async fn titles(db: &impl Executor) -> Result<()> {
    let users = User::select().all(db).await?;
    for user in &users {
        println!("{}", user.posts.len());
    }
    for (user, posts) in &users {
        println!("{}", user.name);
    }
    let users: Vec<(User, Vec<Post>)> = User::select().all(db).await?;
    Ok(())
}

fn main() {}
