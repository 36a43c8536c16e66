//! Roles that may not use all of a schema: they read the same Catalog, and are told.

use rowsmith::catalog::Catalog;
use rowsmith::diagnostics::{Diagnostic, Severity};
use rowsmith::source::live;
use rowsmith_test_server::{TestDatabase, TestServer};

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'happy');
    CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql RETURN $1;
    CREATE TABLE people (
        id integer PRIMARY KEY DEFAULT f(1),
        name text NOT NULL CHECK (name <> ''),
        salary numeric DEFAULT 100,
        mood mood
    );
    CREATE TABLE other (id integer PRIMARY KEY REFERENCES people (id));
    CREATE VIEW names AS SELECT name FROM people;
    CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM people;
    ALTER TABLE people ENABLE ROW LEVEL SECURITY;
    ALTER TABLE people FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON people USING (name = current_user);
    CREATE SCHEMA hidden;
    CREATE TABLE hidden.secrets (id integer PRIMARY KEY, text text);
    CREATE FUNCTION hidden.g() RETURNS integer LANGUAGE sql RETURN 1;
    REVOKE ALL ON FUNCTION f(integer) FROM PUBLIC;
";

/// A database with this schema, in which a new role has these privileges.
fn database(role: &str, grants: &str) -> TestDatabase<'static> {
    let server = TestServer::shared();
    server
        .execute(
            "postgres",
            &format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN"),
        )
        .unwrap();
    server.create_database(Some(&format!("{SCHEMA}{grants}")))
}

#[track_caller]
fn read_as(database: &TestDatabase<'_>, role: &str) -> (Catalog, Vec<Diagnostic>) {
    let url = database
        .url()
        .replace("postgres://postgres@", &format!("postgres://{role}@"));
    let mut diagnostics = Vec::new();
    match live::read_reporting(Some(&url), &mut diagnostics) {
        Ok(catalog) => (catalog, diagnostics),
        Err(problem) => panic!("{}", problem.render(false)),
    }
}

#[track_caller]
fn check(role: &str, grants: &str, expected: &str) {
    let database = database(role, grants);
    let (all, said) = read_as(&database, "postgres");
    assert_eq!(said, [], "a superuser may use everything");
    let (catalog, said) = read_as(&database, role);
    assert_eq!(catalog, all);
    let [note] = said.as_slice() else {
        panic!("{said:?}");
    };
    assert_eq!(note.severity, Severity::Note);
    let start = "the role that the schema was read as may not use all of it: ";
    assert_eq!(note.message, format!("{start}{expected}"));
    let (_, notes) = rowsmith::generate(&catalog, &rowsmith::Config::default()).unwrap();
    assert!(notes.iter().all(|note| note.severity != Severity::Error));
}

#[test]
fn usage_of_a_schema_and_nothing_in_it() {
    check(
        "role_with_usage",
        "GRANT USAGE ON SCHEMA public TO role_with_usage;",
        "the schema `hidden`, the table `public.names`, the table `public.other`, \
         the table `public.people`, the table `public.totals`, the function `public.f(integer)`",
    );
}

#[test]
fn nothing_on_any_schema() {
    check(
        "role_with_nothing",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
        "the schema `hidden`, the schema `public`",
    );
}

#[test]
fn some_columns() {
    check(
        "role_with_columns",
        "GRANT SELECT (id, name) ON people TO role_with_columns;
         GRANT SELECT ON other, names, totals TO role_with_columns;
         GRANT EXECUTE ON FUNCTION f TO role_with_columns;
         GRANT USAGE ON SCHEMA hidden TO role_with_columns;
         GRANT SELECT ON hidden.secrets TO role_with_columns;",
        "the columns `salary`, `mood` of `public.people`",
    );
}

/// Temporary objects of another session, which are there while it is.
#[test]
fn temporary_objects_are_not_read() {
    let server = TestServer::shared();
    let database = server.create_database(Some("CREATE TABLE t (id integer)"));
    std::thread::scope(|scope| {
        let session = scope.spawn(|| {
            database.execute(
                "BEGIN; CREATE TEMP TABLE scratch (id serial PRIMARY KEY);
                 CREATE TEMP VIEW seen AS SELECT 1 AS one; CREATE TEMP SEQUENCE numbers;
                 CREATE FUNCTION pg_temp.f() RETURNS integer LANGUAGE sql RETURN 1; COMMIT;
                 SELECT pg_sleep(2)",
            )
        });
        let there = "SELECT 1 FROM pg_class WHERE relname = 'numbers'";
        while server.value(database.name(), there).unwrap().is_none() {
            assert!(!session.is_finished(), "{:?}", session.join());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let (catalog, said) = read_as(&database, "postgres");
        assert!(!session.is_finished(), "the temporary objects are gone");
        assert_eq!((catalog.tables.len(), said.len()), (1, 0));
        assert!(catalog.views.is_empty() && catalog.sequences.is_empty());
        assert!(catalog.functions.is_empty());
    });
}
