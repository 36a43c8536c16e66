#[path = "../../golden/views/mod.rs"]
mod views;

fn main() {
    let _ = views::NewPricedBook::default();
}
