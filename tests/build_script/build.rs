//! Generates the data layer of `schema.sql` into `OUT_DIR`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var("OUT_DIR")?;
    rowsmith::Builder::new()
        .schema("schema.sql")
        .generate()?
        .write(format!("{out}/db"))?;
    Ok(())
}
