//! Schemas that nobody wrote for Rowsmith, from the folder in `ROWSMITH_SCHEMAS`: both sources agree on
//! them, and what is generated compiles. `tests/debian-schemas.sh` fetches them and runs this.
#![allow(clippy::unwrap_used)]

#[path = "live/parity.rs"]
mod parity;
mod support;

use std::fs;
use std::path::Path;

use rowsmith::{Builder, Config, Generated};
use support::{Fixture, compile, tree};

/// In the order in which rustfmt has modules.
const NAMES: [&str; 3] = ["bacula", "icinga", "zabbix"];

fn fixture(name: &str) -> Fixture {
    let folder = std::env::var_os("ROWSMITH_SCHEMAS")
        .expect("`ROWSMITH_SCHEMAS` names no folder\nhelp: run tests/debian-schemas.sh");
    let schema = Path::new(&folder).join(name).with_extension("sql");
    Fixture {
        name: name.to_owned(),
        sql: fs::read_to_string(&schema).unwrap(),
        schema,
        config: Config::default(),
        server: 15,
    }
}

fn generate(fixture: &Fixture) -> Generated {
    Builder::new()
        .schema(&fixture.schema)
        .generate()
        .unwrap_or_else(|errors| panic!("`{}`:\n{errors}", fixture.name))
}

#[test]
fn both_sources_agree() {
    for name in NAMES {
        let fixture = fixture(name);
        parity::compare(&fixture, &tree(generate(&fixture).files()));
    }
}

#[test]
fn the_trees_compile() {
    let generated = NAMES.map(|name| generate(&fixture(name)));
    let trees: Vec<_> = (NAMES.iter().zip(&generated))
        .map(|(name, generated)| ((*name).to_owned(), generated.files()))
        .collect();
    compile(&trees);
}
