// It is not said which users.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;
use rowsmith_runtime::{Executor, Result};

async fn forget(db: &impl Executor) -> Result<Vec<User>> {
    User::delete().execute(db).await?;
    User::delete().returning().all(db).await
}

fn main() {}
