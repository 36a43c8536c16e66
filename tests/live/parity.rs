//! The keystone: the SQL files and the database that they make give the same Catalog, and so does what
//! `pg_dump` writes of it; and the same files are generated.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rowsmith::Builder;
use rowsmith::catalog::Catalog;
use rowsmith_test_server::TestServer;

use crate::support::{Fixture, diff, diff_trees, files_below};

/// A test for each fixture.
macro_rules! parity_of {
    ($($name:ident),* $(,)?) => {
        mod parity_of {
            $(
                #[test]
                fn $name() {
                    $crate::parity::check(stringify!($name));
                }
            )*
        }
    };
}
pub(crate) use parity_of;

/// Compares all sources of one fixture.
pub fn check(name: &str) {
    let fixture = Fixture::read(name);
    let server = TestServer::shared();
    if server.version() < fixture.server {
        println!("`{name}` needs PostgreSQL {}, this is {}", fixture.server, server.version());
        return;
    }

    let database = server.create_database(Some(&fixture.sql));
    let live = catalog(&fixture, builder(&fixture).database_url(database.url()));
    let text = catalog(&fixture, builder(&fixture).schema(&fixture.schema));
    assert_same(name, "the SQL file", &text, "the database", &live);

    let generated = builder(&fixture)
        .database_url(database.url())
        .generate()
        .unwrap_or_else(|errors| panic!("`{name}`:\n{errors}"));
    let files: BTreeMap<PathBuf, String> = generated
        .files()
        .iter()
        .map(|file| (file.path.clone(), file.contents.clone()))
        .collect();
    let golden = fixture.golden();
    let difference =
        diff_trees(&golden.display().to_string(), &files_below(&golden), "database", &files);
    assert!(difference.is_empty(), "`{name}` gives other files:\n{difference}");

    // There is no `pg_dump` beside every server, and an older one refuses to work.
    let Ok(dump) = database.pg_dump(&["--schema-only"]) else {
        println!("there is no pg_dump for PostgreSQL {}", server.version());
        return;
    };
    // A dump does not always make the same database: columns that were added to a parent table later
    // come in another order. So it is compared with the database that it does make.
    let restored = server.create_database(Some(&without_public(&dump)));
    let live = catalog(&fixture, builder(&fixture).database_url(restored.url()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, &dump).unwrap();
    let text = catalog(&fixture, builder(&fixture).schema(&path));
    assert_same(name, "the dump", &text, "the restored database", &live);
}

/// A dump of a `public` schema that has an owner or comment of its own creates it, where it exists.
fn without_public(dump: &str) -> String {
    dump.lines()
        .filter(|line| *line != "CREATE SCHEMA public;")
        .flat_map(|line| [line, "\n"])
        .collect()
}

fn builder(fixture: &Fixture) -> Builder {
    Builder::new().config(fixture.config.clone())
}

fn catalog(fixture: &Fixture, builder: Builder) -> Catalog {
    builder
        .catalog()
        .unwrap_or_else(|errors| panic!("`{}`:\n{errors}", fixture.name))
}

/// Panics with what differs.
fn assert_same(case: &str, one_name: &str, one: &Catalog, other_name: &str, other: &Catalog) {
    if one == other {
        return;
    }
    let json = |catalog| serde_json::to_string_pretty(catalog).unwrap();
    let difference = diff(one_name, &json(one), other_name, &json(other));
    panic!("`{case}` is not the same:\n{difference}");
}
