//! PostgreSQL's own regression database: no table and no column of it is lost, and what is generated of it
//! compiles. `tests/regression-database.sh` fetches the SQL files and runs this; the folder that holds
//! `parallel_schedule` is in `ROWSMITH_REGRESS`.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rowsmith::catalog::Catalog;
use rowsmith::model::Module;
use rowsmith::source::Source;
use rowsmith::{Builder, Config};
use rowsmith_test_server::{TestDatabase, TestServer};
use serde_json::Value;
use support::{compile, tree};

/// What `pg_regress` asks of a database.
const SETTINGS: &str = "
    ALTER DATABASE :db SET lc_messages TO 'C';
    ALTER DATABASE :db SET lc_monetary TO 'C';
    ALTER DATABASE :db SET lc_numeric TO 'C';
    ALTER DATABASE :db SET lc_time TO 'C';
    ALTER DATABASE :db SET bytea_output TO 'hex';
    ALTER DATABASE :db SET timezone_abbreviations TO 'Default'";

/// Each column of each table and view but the system's, temporary ones and those of extensions.
const COLUMNS: &str = "
    SELECT string_agg(DISTINCT format('%s.%s.%s', n.nspname, c.relname, coalesce(a.attname, '')), E'\\x01')
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
      AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.objid = c.oid AND d.deptype = 'e')";

fn folder() -> PathBuf {
    let folder = std::env::var_os("ROWSMITH_REGRESS")
        .expect("`ROWSMITH_REGRESS` names no folder\nhelp: run tests/regression-database.sh");
    PathBuf::from(folder)
}

/// Runs the tests of the schedule, one after the other. What a statement answers does not matter here, nor
/// that some fail: many are meant to, and some need a library that is built from C.
fn run_schedule(database: &TestDatabase<'_>) {
    let folder = folder();
    let psql = database.server().tool("psql").expect("there is no psql");
    let settings = SETTINGS.replace(":db", database.name());
    for statement in settings.split(';') {
        database.execute(statement).unwrap();
    }
    let output = tempfile::tempdir().unwrap();
    let schedule = fs::read_to_string(folder.join("parallel_schedule")).unwrap();
    let tests = schedule
        .lines()
        .filter_map(|line| line.strip_prefix("test: "));
    for test in tests.flat_map(str::split_whitespace) {
        let status = Command::new(&psql)
            .args(["--no-psqlrc", "--no-password", "--quiet"])
            .args(["-v", "HIDE_TABLEAM=on", "-v", "HIDE_TOAST_COMPRESSION=on"])
            .arg("-d")
            .arg(database.url())
            .arg("-f")
            .arg(folder.join("sql").join(format!("{test}.sql")))
            .current_dir(output.path())
            .env("PGTZ", "PST8PDT")
            .env("PGDATESTYLE", "Postgres, MDY")
            .env("PGOPTIONS", "-c intervalstyle=postgres_verbose")
            .env("PG_ABS_SRCDIR", &folder)
            .env("PG_ABS_BUILDDIR", output.path())
            .env("PG_LIBDIR", &folder)
            .env("PG_DLSUFFIX", ".so")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        // 3 is what psql ends with when a statement fails and it has been told to stop then.
        assert!(
            matches!(status.code(), Some(0 | 3)),
            "the test `{test}` ended psql: {status}"
        );
    }
}

fn columns_of(catalog: &Catalog) -> BTreeSet<String> {
    let tables = catalog.tables.iter().map(|it| (&it.name, &it.columns));
    let views = catalog.views.iter().map(|it| (&it.name, &it.columns));
    let mut names = BTreeSet::new();
    for (name, columns) in tables.chain(views) {
        if columns.is_empty() {
            names.insert(format!("{name}."));
        }
        names.extend(columns.iter().map(|it| format!("{name}.{}", it.name)));
    }
    names
}

/// The columns that the generated structs have, and those among them that are strings because the runtime
/// has no type for them.
fn columns_in(module: &Module, all: &mut BTreeSet<String>, as_text: &mut BTreeSet<String>) {
    for entity in &module.entities {
        let name = format!("{}.{}", module.ident.db, entity.module.db);
        if entity.fields.is_empty() {
            all.insert(format!("{name}."));
        }
        for field in &entity.fields {
            let column = format!("{name}.{}", field.ident.db);
            let travel = field.travel.as_ref();
            if travel.is_some_and(|it| it.read_sql.starts_with("text")) {
                as_text.insert(column.clone());
            }
            all.insert(column);
        }
    }
    for module in &module.modules {
        columns_in(module, all, as_text);
    }
}

/// Panics with what is in one of both only.
fn assert_same(what: &str, one: &BTreeSet<String>, other: &BTreeSet<String>) {
    let lost: Vec<_> = one.difference(other).collect();
    let invented: Vec<_> = other.difference(one).collect();
    assert!(
        lost.is_empty() && invented.is_empty(),
        "{what}\nlost: {lost:#?}\ninvented: {invented:#?}"
    );
}

fn read(source: &Source) -> Catalog {
    let (catalog, _) = rowsmith::read_catalog(&Config::default(), source)
        .unwrap_or_else(|errors| panic!("{errors}"));
    catalog
}

#[test]
fn nothing_is_lost() {
    let server = TestServer::shared();
    let database = server.create_database(None);
    run_schedule(&database);

    let listed = server.value(database.name(), COLUMNS).unwrap().unwrap();
    let expected: BTreeSet<String> = listed.split('\u{1}').map(str::to_owned).collect();
    // Fewer would mean that the schedule was not run.
    assert!(expected.len() > 1_000, "{} columns", expected.len());

    let catalog = read(&Source::Database(Some(database.url())));
    assert_same("the Catalog", &expected, &columns_of(&catalog));

    let config = Config::default();
    let (model, _) = rowsmith::resolve::resolve(&catalog, &config);
    let (mut generated, mut as_text) = (BTreeSet::new(), BTreeSet::new());
    columns_in(&model.root, &mut generated, &mut as_text);
    // Unless asked for, the rows of a partition are read through its parent, which has the same columns.
    let mut with_struct = catalog.clone();
    with_struct.tables.retain(|it| it.partition_of.is_none());
    assert_same(
        "the generated structs",
        &columns_of(&with_struct),
        &generated,
    );

    // A type that travels as text is reported, with a few of its columns and the number of the others. What
    // functions use would be counted with them.
    let mut config = config;
    config.routines.exclude = vec!["*".to_owned()];
    let (_, diagnostics) = rowsmith::resolve::resolve(&catalog, &config);
    let reported: usize = diagnostics
        .iter()
        .filter_map(|it| it.message.split_once("; used by "))
        .map(|(_, columns)| {
            let (named, more) = columns.rsplit_once(" and ").unwrap_or((columns, "0 more"));
            let more = more.strip_suffix(" more").and_then(|it| it.parse().ok());
            named.split("`, `").count() + more.unwrap_or(0)
        })
        .sum();
    println!(
        "{} columns of {} tables and {} views; {} columns travel as text",
        expected.len(),
        catalog.tables.len(),
        catalog.views.len(),
        as_text.len()
    );
    assert_eq!(reported, as_text.len(), "columns that travel as text");

    compare_with_dump(&database);
    compile_what_is_generated(&database);
}

/// The objects of a Catalog, each by its sort and name, as JSON.
fn objects(catalog: &Catalog) -> BTreeMap<String, Value> {
    let Value::Object(lists) = serde_json::to_value(catalog).unwrap() else {
        panic!("a Catalog is an object");
    };
    let mut objects = BTreeMap::new();
    for (list, values) in lists {
        for value in values.as_array().into_iter().flatten() {
            let arguments = value
                .get("arguments")
                .into_iter()
                .flat_map(Value::as_array)
                .flatten();
            let types: Vec<String> = arguments.map(|it| it["type"].to_string()).collect();
            let key = format!("{list} {} {}", value["name"], types.join(" "));
            objects.insert(key, value.clone());
        }
    }
    objects
}

/// Some statements fail, for want of a library that is built from C.
fn restore(database: &TestDatabase<'_>, dump: &Path) {
    let status = Command::new(database.server().tool("psql").expect("there is no psql"))
        .args(["--no-psqlrc", "--no-password", "--quiet", "-d"])
        .arg(database.url())
        .arg("-f")
        .arg(dump)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

/// The dump of the database, read as SQL, is the database that it makes; but for so few objects.
fn compare_with_dump(database: &TestDatabase<'_>) {
    let dump = Command::new(
        database
            .server()
            .tool("pg_dump")
            .expect("there is no pg_dump"),
    )
    .args(["--schema-only", "--no-password", "-d"])
    .arg(database.url())
    .output()
    .unwrap();
    assert!(
        dump.status.success(),
        "{}",
        String::from_utf8_lossy(&dump.stderr)
    );
    let file = tempfile::Builder::new().suffix(".sql").tempfile().unwrap();
    fs::write(file.path(), &dump.stdout).unwrap();
    // Not the database itself: a dump does not keep the order of inherited columns.
    let restored = database.server().create_database(None);
    restore(&restored, file.path());
    let catalog = read(&Source::Database(Some(restored.url())));

    let mut diagnostics = Vec::new();
    let mut parsed = Source::Files(vec![file.path().to_owned()]).read(false, &mut diagnostics);
    rowsmith::analyze::normalize(&mut parsed);
    parsed.sort();
    for diagnostic in &diagnostics {
        println!("{}", diagnostic.summary());
    }
    let (expected, read) = (objects(&catalog), objects(&parsed));
    let names: BTreeSet<&String> = expected.keys().chain(read.keys()).collect();
    let differ: Vec<_> = names
        .iter()
        .filter(|it| expected.get(**it) != read.get(**it))
        .collect();
    for name in &differ {
        let state = match (expected.get(**name), read.get(**name)) {
            (Some(_), None) => "lost",
            (None, _) => "invented",
            _ => "another",
        };
        println!("{state}: {name}");
    }
    let agree = names.len() - differ.len();
    println!(
        "{agree} of {} objects agree with those that are read from the dump",
        names.len()
    );
    if let Some(folder) = std::env::var_os("ROWSMITH_KEEP") {
        let folder = PathBuf::from(folder);
        fs::copy(file.path(), folder.join("dump.sql")).unwrap();
        let json = |it: &BTreeMap<String, Value>| serde_json::to_string_pretty(it).unwrap();
        fs::write(folder.join("database.json"), json(&expected)).unwrap();
        fs::write(folder.join("dump.json"), json(&read)).unwrap();
    }
    assert!(agree * 100 >= names.len() * 99, "less than 99 %");
}

fn compile_what_is_generated(database: &TestDatabase<'_>) {
    let generated = Builder::new()
        .database_url(database.url())
        .generate()
        .unwrap_or_else(|errors| panic!("{errors}"));
    let again = Builder::new()
        .database_url(database.url())
        .generate()
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(tree(generated.files()) == tree(again.files()));
    compile(&[("regression".to_owned(), generated.files())]);
}
