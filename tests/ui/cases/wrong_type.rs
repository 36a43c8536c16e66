#[path = "../../golden/blog/mod.rs"]
mod blog;

fn main() {
    let _ = blog::NewUser::new("Ada", "ada@example.com").role("admin");
}
