//! The keystone: the SQL files and the database that they make give the same Catalog, and so does what
//! `pg_dump` writes of it; and the same files are generated.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rowsmith::catalog::{Catalog, FunctionKind};
use rowsmith::source::Source;
use rowsmith_test_server::TestServer;

use crate::support::{Fixture, diff, diff_trees, tree};

/// Compares all sources of one fixture, and what is generated with these files.
pub fn compare(fixture: &Fixture, files: &BTreeMap<PathBuf, String>) {
    let name = &fixture.name;
    let server = TestServer::shared();
    if server.version() < fixture.server {
        println!(
            "`{name}` needs PostgreSQL {}, this is {}",
            fixture.server,
            server.version()
        );
        return;
    }

    let database = server.create_database(Some(&fixture.sql));
    let live = catalog(fixture, &Source::Database(Some(database.url())));
    let text = catalog(fixture, &Source::Files(vec![fixture.schema.clone()]));
    assert_same(name, "the SQL file", &text, "the database", &live);

    let (generated, _) = rowsmith::generate(&live, &fixture.config)
        .unwrap_or_else(|errors| panic!("`{name}`:\n{errors}"));
    let difference = diff_trees("expected", files, "database", &tree(&generated));
    assert!(
        difference.is_empty(),
        "`{name}` gives other files:\n{difference}"
    );

    // What is written of the Catalog makes the same Catalog, as text and as a database.
    let script = rowsmith::sql::script(&text);
    let mut text = text;
    // What an aggregate is made of is not in the Catalog.
    text.functions
        .retain(|it| it.kind != FunctionKind::Aggregate);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.sql");
    std::fs::write(&path, &script.sql).unwrap();
    let read = catalog(fixture, &Source::Files(vec![path]));
    assert_same(name, "the SQL file", &text, "the script", &read);
    let created = server.create_database(None);
    created
        .execute(&script.sql)
        .unwrap_or_else(|problem| panic!("`{name}`: {problem}\n{}", script.sql));
    let live = catalog(fixture, &Source::Database(Some(created.url())));
    assert_same(name, "the SQL file", &text, "the created database", &live);

    // There is no `pg_dump` beside every server, and an older one refuses to work.
    let Ok(dump) = database.pg_dump(&["--schema-only"]) else {
        println!("there is no pg_dump for PostgreSQL {}", server.version());
        return;
    };
    // A dump does not always make the same database: columns that were added to a parent table later
    // come in another order. So it is compared with the database that it does make.
    let restored = server.create_database(None);
    restored
        .execute(&without_psql(&dump))
        .unwrap_or_else(|problem| panic!("`{name}`: {problem}"));
    let live = catalog(fixture, &Source::Database(Some(restored.url())));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, &dump).unwrap();
    let text = catalog(fixture, &Source::Files(vec![path]));
    assert_same(name, "the dump", &text, "the restored database", &live);
}

/// A dump as the server itself can read it, without what is meant for psql (which would also change line
/// ends in comments), and without the creation of the `public` schema, which is there.
fn without_psql(dump: &str) -> String {
    dump.split_inclusive('\n')
        .filter(|line| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict "))
        .filter(|line| line.trim_end() != "CREATE SCHEMA public;")
        .collect()
}

fn catalog(fixture: &Fixture, source: &Source) -> Catalog {
    let (catalog, _) = rowsmith::read_catalog(&fixture.config, source)
        .unwrap_or_else(|errors| panic!("`{}`:\n{errors}", fixture.name));
    catalog
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
