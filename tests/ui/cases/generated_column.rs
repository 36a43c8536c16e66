// `products.net_price` is computed by the database.

#[path = "../../golden/shop/mod.rs"]
mod shop;

fn main() {
    let price = rowsmith_runtime::rust_decimal::Decimal::ONE;
    let _ = shop::ProductPatch::new().net_price(price);
}
