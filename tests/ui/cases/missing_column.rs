// `users.email` has no default and may not be NULL.

#[path = "../../golden/blog/mod.rs"]
mod blog;

fn main() {
    let _ = blog::NewUser::new("Ada");
}
