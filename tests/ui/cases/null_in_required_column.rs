// `users.is_active` has a default and may not be NULL.

#[path = "../../golden/blog/mod.rs"]
mod blog;

fn main() {
    let _ = blog::UserPatch::new().is_active(None);
}
