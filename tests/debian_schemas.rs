//! Schemas that nobody wrote for Rowsmith, from the folder in `ROWSMITH_SCHEMAS`: both sources agree on
//! them, and what is generated compiles. `tests/debian-schemas.sh` fetches them and runs this.
#![allow(clippy::unwrap_used)]

#[path = "live/parity.rs"]
mod parity;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use rowsmith::{Builder, Config, Generated};
use support::{Fixture, tree};

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
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut lib = String::from("#![deny(warnings)]\n");
    for name in NAMES {
        let generated = generate(&fixture(name));
        generated
            .write(folder.path().join("src").join(name))
            .unwrap();
        lib += &format!("pub mod {name};\n");
    }
    let manifest = format!(
        "[package]\nname = \"trees\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nrowsmith-runtime = {{ path = {:?} }}\n",
        root.join("runtime")
    );
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), lib).unwrap();
    // The versions that everything else here is tested with.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();

    for arguments in [&["check"][..], &["fmt", "--check"]] {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(folder.path())
            .env("CARGO_TARGET_DIR", root.join("target/debian-schemas"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "cargo {}:\n{}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
