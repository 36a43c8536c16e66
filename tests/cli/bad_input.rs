//! What goes wrong is said once, with a place and a way out; the exit code is 2 and the disk is as it was.

use rowsmith_test_server::{PASSWORD, TestServer};

use crate::sandbox::{Run, Sandbox};

const OUT: [&str; 3] = ["generate", "--out", "db"];

/// Runs `generate` and checks what every failure has in common.
#[track_caller]
fn fails(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let before = sandbox.snapshot();
    let run = sandbox.run(&[&OUT, arguments].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("help:"),
        "there is no way out:\n{}",
        run.stderr
    );
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert!(!run.stderr.contains(PASSWORD), "{}", run.stderr);
    let others = run.stderr.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(others, None, "a control character");
    assert_eq!(sandbox.snapshot(), before, "the disk is not as it was");
    run
}

#[track_caller]
fn says(run: &Run, parts: &[&str]) {
    for part in parts {
        assert!(
            run.stderr.contains(part),
            "`{part}` is not in:\n{}",
            run.stderr
        );
    }
}

#[test]
fn a_missing_file() {
    let run = fails(&Sandbox::new(), &["--schema", "no/such.sql"]);
    says(&run, &["`no/such.sql`", "No such file", "--schema"]);
}

#[test]
fn a_folder_without_sql() {
    let sandbox = Sandbox::with("sql/readme.md", "Nothing here.");
    let run = fails(&sandbox, &["--schema", "sql"]);
    says(&run, &["`sql`", ".sql"]);
}

#[test]
fn nothing_to_read() {
    let run = fails(&Sandbox::new(), &[]);
    says(&run, &["DATABASE_URL", "SQL files"]);
}

#[test]
fn no_folder_to_write_to() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    let run = sandbox.run(&["generate", "--schema", "schema.sql"]);
    assert_eq!(run.code, 2);
    says(&run, &["--out"]);
}

#[test]
fn an_unreachable_server() {
    // Nothing listens on the port for TCP's own services.
    let url = "postgres://ada:correct%20horse@127.0.0.1:1/app";
    let run = fails(&Sandbox::new(), &["--database-url", url]);
    says(&run, &["127.0.0.1:1", "start PostgreSQL"]);
    assert!(!run.stderr.contains("horse"), "{}", run.stderr);
}

#[test]
fn an_unknown_host() {
    let url = "postgres://ada:secret@no-such-host.invalid/app";
    let run = fails(&Sandbox::new(), &["--database-url", url]);
    says(&run, &["no-such-host.invalid"]);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn an_address_that_is_none() {
    let run = fails(
        &Sandbox::new(),
        &["--database-url", "postgres://ada:secret@[::1/app"],
    );
    says(&run, &["postgres://"]);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn a_wrong_password() {
    let database = TestServer::shared().create_database(Some(crate::USERS));
    let url = database.url_with_password("battery");
    let run = fails(&Sandbox::new(), &["--database-url", &url]);
    says(&run, &["password", rowsmith_test_server::PASSWORD_USER]);
    assert!(!run.stderr.contains("battery"), "{}", run.stderr);
}

#[test]
fn a_database_that_does_not_exist() {
    let url = TestServer::shared().url("no_such_database");
    let run = fails(&Sandbox::new(), &["--database-url", &url]);
    says(&run, &["no_such_database"]);
}

#[test]
fn a_database_with_no_tables() {
    let database = TestServer::shared().create_database(None);
    let run = fails(&Sandbox::new(), &["--database-url", &database.url()]);
    says(&run, &["no tables"]);
}

#[test]
fn a_file_with_no_tables() {
    let sandbox = Sandbox::with("schema.sql", "-- Nothing yet.\n");
    let run = fails(&sandbox, &["--schema", "schema.sql"]);
    says(&run, &["no tables"]);
}

#[test]
fn a_syntax_error() {
    let sandbox = Sandbox::with(
        "schema.sql",
        "CREATE TABLE users (\n    id bigint,,\n    x text\n);\n",
    );
    let run = fails(&sandbox, &["--schema", "schema.sql"]);
    says(&run, &["schema.sql:2:15", "id bigint,,", "^"]);
}

#[test]
fn a_foreign_key_to_a_table_that_does_not_exist() {
    let sql = "CREATE TABLE posts (\n    author_id bigint REFERENCES users (id)\n);\n";
    let sandbox = Sandbox::with("schema.sql", sql);
    let run = fails(&sandbox, &["--schema", "schema.sql"]);
    says(&run, &["schema.sql:2:", "`users`", "REFERENCES users"]);
}

#[test]
fn an_unknown_key_in_the_configuration() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    sandbox.write("rowsmith.toml", "schema = [\"schema.sql\"]\nshcema = []\n");
    let run = fails(&sandbox, &[]);
    says(
        &run,
        &["rowsmith.toml:2:1", "unknown field `shcema`", "schema"],
    );
}

#[test]
fn a_configuration_that_is_not_toml() {
    let sandbox = Sandbox::with("rowsmith.toml", "schema = [\n");
    says(&fails(&sandbox, &[]), &["rowsmith.toml:"]);
}

#[test]
fn a_configuration_that_is_not_there() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    let run = fails(
        &sandbox,
        &["--schema", "schema.sql", "--config", "other.toml"],
    );
    says(&run, &["`other.toml`"]);
}

#[test]
fn a_pattern_that_is_none() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    let run = fails(
        &sandbox,
        &["--schema", "schema.sql", "--include", "public.[a"],
    );
    says(&run, &["`public.[a`"]);
}

#[test]
fn a_folder_that_holds_somebodys_files() {
    for name in ["mod.rs", "users.rs"] {
        let sandbox = Sandbox::with("schema.sql", crate::USERS);
        sandbox.write(&format!("db/{name}"), "// Mine.\n");
        let run = fails(&sandbox, &["--schema", "schema.sql"]);
        says(&run, &[&format!("db/{name}"), "--out"]);
    }
}

#[test]
fn a_file_where_the_folder_should_be() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    sandbox.write("db", "Mine.\n");
    says(&fails(&sandbox, &["--schema", "schema.sql"]), &["db"]);
}

#[test]
fn a_folder_where_a_file_should_be() {
    let sandbox = Sandbox::with("schema.sql", crate::USERS);
    sandbox.write("db/users.rs/notes.md", "Mine.\n");
    says(
        &fails(&sandbox, &["--schema", "schema.sql"]),
        &["db/users.rs"],
    );
}

#[test]
fn several_problems_at_once() {
    let sql = include_str!("../../fixtures/errors/several.sql");
    let sandbox = Sandbox::with("schema.sql", sql);
    let before = sandbox.snapshot();
    let run = sandbox.run(&[&OUT[..], &["--schema", "schema.sql"]].concat());
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr.matches("error:").count(), 3, "{}", run.stderr);
    assert_eq!(sandbox.snapshot(), before);
}

/// What a schema is called must not reach the terminal as control characters.
#[test]
fn names_do_not_steer_the_terminal() {
    let sql = "CREATE TABLE \"\u{1b}]0;title\u{7}\" (\"\u{202e}id\" bigint);\n";
    let sandbox = Sandbox::with("schema.sql", sql);
    for arguments in [
        &["inspect", "--schema", "schema.sql"][..],
        &["check", "--schema", "schema.sql", "--out", "db"],
    ] {
        let run = sandbox.run(arguments);
        for c in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(
                !run.stdout.contains(c) && !run.stderr.contains(c),
                "{arguments:?}: {c:?}"
            );
        }
    }
}
