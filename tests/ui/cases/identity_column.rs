// `users.id` is an identity that is always generated.

#[path = "../../golden/blog/mod.rs"]
mod blog;

fn main() {
    let _ = blog::NewUser::new("Ada", "ada@example.com").id(1);
}
