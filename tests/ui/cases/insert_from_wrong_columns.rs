// `tags.name` is text; `users.id` is a number, and there are two columns of the query.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::{Tag, User};

fn main() {
    let insert = || Tag::insert_from(Tag::NAME);
    let _ = insert().query(User::select().columns(User::ID));
    let _ = insert().query(User::select().columns((User::NAME, User::EMAIL)));
    let _ = Tag::insert_from(User::NAME).query(User::select().columns(User::NAME));
    let _ = Tag::insert_from((Tag::ID, Tag::NAME)).query(User::select().columns((User::ID, User::NAME)));
}
