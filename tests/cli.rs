//! The binary, as a user runs it: arguments, standard output and error, exit codes, and the disk.
#![allow(clippy::unwrap_used)]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/connections.rs"]
mod connections;
#[path = "cli/sandbox.rs"]
mod sandbox;
mod support;

use sandbox::Sandbox;

const USERS: &str = "\
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE tags (
    name text PRIMARY KEY
);
";

#[test]
fn a_second_run_writes_nothing() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let first = sandbox.run(&["generate", "--schema", "schema.sql", "--out", "src/db"]);
    first.assert_fine();
    assert_eq!(first.stdout, "");
    assert!(first.stderr.contains("4 written"), "{}", first.stderr);
    assert_eq!(
        sandbox.names("src/db"),
        ["mod.rs", "schema.rs", "tags.rs", "users.rs"]
    );

    let before = sandbox.times();
    let second = sandbox.run(&["generate", "--schema", "schema.sql", "--out", "src/db"]);
    second.assert_fine();
    assert!(
        second.stderr.contains("0 written, 0 removed, 4 unchanged"),
        "{}",
        second.stderr
    );
    assert_eq!(sandbox.times(), before);
}

#[test]
fn what_was_passed_over_is_explained() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "m/2_b.up.sql",
        "GRANT SELECT ON a TO PUBLIC;\nALTER TABLE a OWNER TO me;",
    );
    sandbox.write("m/1_a.up.sql", "BEGIN; CREATE TABLE a (id int); COMMIT;");
    sandbox.write("m/1_a.down.sql", "DROP TABLE a;");
    let run = sandbox.run(&["inspect", "--schema", "m", "--explain"]);
    run.assert_fine();
    for said in [
        "`m` was taken for numbered files, of which 2 are read",
        "`m/1_a.down.sql` was passed over",
        "`GRANT` was passed over, once",
        "m/2_b.up.sql:1:1",
        "it gives or takes rights",
        "`ALTER … OWNER` was passed over, once",
    ] {
        assert!(
            run.stderr.contains(said),
            "{said} is not in:\n{}",
            run.stderr
        );
    }
    let run = sandbox.run(&["inspect", "--schema", "m"]);
    run.assert_fine();
    assert_eq!(run.stderr, "");
}

#[test]
fn what_could_not_be_read_is_an_error_where_that_is_asked_for() {
    let block = "CREATE TABLE a (id int);\n\
        DO $$ BEGIN EXECUTE 'CREATE TABLE ' || current_user || '()'; END $$;";
    let sandbox = Sandbox::with("schema.sql", block);
    let run = sandbox.run(&["inspect", "--schema", "schema.sql"]);
    run.assert_fine();
    assert!(run.stderr.starts_with("warning: this changes the schema"));
    let strict = sandbox.run(&["inspect", "--schema", "schema.sql", "--strict"]);
    assert_eq!((strict.code, strict.stdout.as_str()), (2, ""));
    assert!(strict.stderr.starts_with("error: this changes the schema"));
    sandbox.write("rowsmith.toml", "strict = true");
    let run = sandbox.run(&["inspect", "--schema", "schema.sql"]);
    assert_eq!(run.code, 2);
}

#[test]
fn check_tells_when_the_code_is_out_of_date() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let source = ["--schema", "schema.sql", "--out", "db"];
    let run = |command| sandbox.run(&[&[command], &source[..]].concat());

    // Nothing is there yet.
    let missing = run("check");
    assert_eq!(missing.code, 1);
    assert!(
        missing.stdout.contains("+++ b/users.rs"),
        "{}",
        missing.stdout
    );
    assert!(
        missing.stderr.contains("help: run `rowsmith generate`"),
        "{}",
        missing.stderr
    );
    assert_eq!(sandbox.names("."), ["schema.sql"]);

    run("generate").assert_fine();
    let current = run("check");
    current.assert_fine();
    assert_eq!(current.stdout, "");

    sandbox.append("schema.sql", "ALTER TABLE users ADD COLUMN age integer;");
    let before = sandbox.snapshot();
    let outdated = run("check");
    assert_eq!(outdated.code, 1);
    assert!(
        outdated.stdout.contains("--- a/users.rs"),
        "{}",
        outdated.stdout
    );
    assert!(
        outdated.stdout.contains("\n+    pub age:"),
        "{}",
        outdated.stdout
    );
    assert!(!outdated.stdout.contains("tags.rs"), "{}", outdated.stdout);
    assert_eq!(sandbox.snapshot(), before);

    let json = run_json(&sandbox, &source);
    assert_eq!(json[0]["path"], "users.rs");
    assert_eq!(json[0]["kind"], "changed");

    // Only what changed is written.
    let tags = sandbox.time("db/tags.rs");
    run("generate").assert_fine();
    assert_eq!(sandbox.time("db/tags.rs"), tags);
    run("check").assert_fine();
}

fn run_json(sandbox: &Sandbox, source: &[&str]) -> serde_json::Value {
    let run = sandbox.run(&[&["check", "--format", "json"], source].concat());
    assert_eq!(run.code, 1);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn stale_files_go_and_files_of_others_stay() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let arguments = ["generate", "--schema", "schema.sql", "--out", "db"];
    sandbox.run(&arguments).assert_fine();
    sandbox.write("db/own.rs", "// Mine.\n");
    sandbox.write("db/notes.md", "Mine too.\n");
    sandbox.write("db/nested/own.rs", "// And mine.\n");

    sandbox.append("schema.sql", "DROP TABLE tags;");
    let run = sandbox.run(&arguments);
    run.assert_fine();
    assert!(run.stderr.contains("1 removed"), "{}", run.stderr);
    assert_eq!(
        sandbox.names("db"),
        [
            "mod.rs",
            "nested/own.rs",
            "notes.md",
            "own.rs",
            "schema.rs",
            "users.rs"
        ]
    );
    assert_eq!(sandbox.read("db/own.rs"), "// Mine.\n");
}

#[test]
fn a_dash_prints_everything() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let run = sandbox.run(&["generate", "--schema", "schema.sql", "--out", "-"]);
    run.assert_fine();
    assert!(run.stdout.contains("pub struct User {"));
    assert!(run.stdout.contains("pub struct Tag {"));
    assert_eq!(sandbox.names("."), ["schema.sql"]);
}

#[test]
fn inspect_prints_the_catalog() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let table = sandbox.run(&["inspect", "--schema", "schema.sql"]);
    table.assert_fine();
    assert!(
        table.stdout.contains("table public.users"),
        "{}",
        table.stdout
    );
    assert!(
        table.stdout.contains("primary key (id)"),
        "{}",
        table.stdout
    );

    let json = sandbox.run(&["inspect", "--schema", "schema.sql", "--format", "json"]);
    json.assert_fine();
    let catalog: rowsmith::catalog::Catalog = serde_json::from_str(&json.stdout).unwrap();
    let names: Vec<String> = catalog.tables.iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names, ["public.tags", "public.users"]);
    assert_eq!(catalog.tables[1].columns[1].ty.name, "text");
}

/// It needs no schema, and is not held up by a configuration that can't be read.
#[test]
fn inspect_prints_the_schema_of_its_json() {
    let sandbox = Sandbox::with("rowsmith.toml", "schema = [\"missing.sql\"]\nunknown = 1\n");
    let run = sandbox.run(&["inspect", "--format", "json-schema"]);
    run.assert_fine();
    assert_eq!(run.stderr, "");
    let schema: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    assert_eq!(schema["$schema"], draft);
    let version = &schema["properties"]["version"]["const"];
    assert_eq!(*version, rowsmith::catalog::CATALOG_VERSION);

    // The Catalog itself does need them.
    assert_eq!(sandbox.run(&["inspect", "--format", "json"]).code, 2);
}

#[test]
fn patterns_choose_tables() {
    let sandbox = Sandbox::with("schema.sql", USERS);
    let generate = ["generate", "--schema", "schema.sql", "--out", "db"];
    sandbox
        .run(&[&generate[..], &["--include", "public.u*"]].concat())
        .assert_fine();
    assert_eq!(sandbox.names("db"), ["mod.rs", "schema.rs", "users.rs"]);
    sandbox
        .run(&[&generate[..], &["--exclude", "*.users"]].concat())
        .assert_fine();
    assert_eq!(sandbox.names("db"), ["mod.rs", "schema.rs", "tags.rs"]);
}

#[test]
fn the_configuration_file_is_read() {
    let sandbox = Sandbox::with("app/sql/1_users.sql", USERS);
    sandbox.write("app/sql/2_more.sql", "ALTER TABLE users ADD email text;");
    sandbox.write("app/sql/2_more.down.sql", "ALTER TABLE users DROP email;");
    sandbox.write(
        "app/rowsmith.toml",
        "schema = [\"sql\"]\nout = \"src/db\"\n\n[names]\n\"public.users\" = \"Account\"\n",
    );

    // Its paths are relative to it, wherever the command runs.
    sandbox
        .run(&["generate", "--config", "app/rowsmith.toml"])
        .assert_fine();
    let users = sandbox.read("app/src/db/users.rs");
    assert!(users.contains("pub struct Account {"));
    assert!(users.contains("pub email: "));

    sandbox.run_in("app", &["check"]).assert_fine();

    // Flags win.
    sandbox
        .run_in(
            "app",
            &["generate", "--schema", "sql/1_users.sql", "--out", "other"],
        )
        .assert_fine();
    assert!(!sandbox.read("app/other/users.rs").contains("pub email: "));
}

#[test]
fn both_sources_print_the_same() {
    let fixture = support::Fixture::read("blog");
    let sandbox = Sandbox::with("schema.sql", &fixture.sql);
    let server = rowsmith_test_server::TestServer::shared();
    let database = server.create_database(Some(&fixture.sql));
    let url = database.url();
    for arguments in [
        &["inspect", "--format", "json"][..],
        &["inspect", "--format", "table"],
        &["generate", "--out", "-"],
    ] {
        let text = sandbox.run(&[arguments, &["--schema", "schema.sql"]].concat());
        let live = sandbox.run(&[arguments, &["--database-url", &url]].concat());
        text.assert_fine();
        live.assert_fine();
        assert!(
            text.stdout == live.stdout,
            "{}",
            support::diff("SQL", &text.stdout, "database", &live.stdout)
        );
    }
}

#[test]
fn usage_is_explained() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]);
    help.assert_fine();
    for command in ["generate", "check", "inspect", "completions"] {
        assert!(help.stdout.contains(command), "{}", help.stdout);
    }
    let version = sandbox.run(&["--version"]);
    version.assert_fine();
    assert_eq!(
        version.stdout,
        concat!("rowsmith ", env!("CARGO_PKG_VERSION"), "\n")
    );

    for arguments in [&[][..], &["generat"], &["generate", "--shcema", "x"]] {
        let run = sandbox.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert_eq!(run.stdout, "");
        assert!(run.stderr.contains("Usage: rowsmith"), "{}", run.stderr);
    }
    let both = [
        "generate",
        "--schema",
        "a.sql",
        "--database-url",
        "postgres://localhost/a",
    ];
    assert_eq!(sandbox.run(&both).code, 2);
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = Sandbox::new().run(&["completions", shell]);
        run.assert_fine();
        assert!(run.stdout.contains("database-url"), "{shell}");
    }
}

/// `rowsmith inspect | head` ends quietly when `head` has seen enough.
#[test]
fn a_reader_may_stop_early() {
    let sandbox = Sandbox::with("schema.sql", &support::Fixture::read("wide").sql);
    let mut child = sandbox
        .command(&["inspect", "--schema", "schema.sql", "--format", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
