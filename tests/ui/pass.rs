// What the other files here would be without their mistake.

#[path = "../golden/blog/mod.rs"]
mod blog;

fn main() {
    let user = blog::NewUser::new("Ada", "ada@example.com").age(36).role(blog::Role::Admin);
    let nobody = blog::NewUser::new(String::from("Bob"), "bob@example.com").age(None);
    let patch = blog::UserPatch::new().name("Ada L.").age(Some(37));
    let _ = (user, nobody, patch);
}
