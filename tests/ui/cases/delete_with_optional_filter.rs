// A filter that may be absent would delete everything when it is.

#[path = "../../golden/blog/mod.rs"]
mod blog;

use blog::User;

fn main() {
    let name: Option<&str> = None;
    let _ = User::delete().filter(name.map(|name| User::NAME.eq(name)));
}
