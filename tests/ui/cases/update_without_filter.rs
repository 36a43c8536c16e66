// It is not said which users.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;
use rowsmith_runtime::{Executor, Result};

async fn lock_out(db: &impl Executor) -> Result<u64> {
    User::update().set(User::IS_ACTIVE, false).execute(db).await
}

fn main() {}
