//! Where the database's address comes from: the flag, the environment, `.env`, and libpq's own variables,
//! service file and password file.

use rowsmith_test_server::{
    PASSWORD, PASSWORD_USER, ServerOptions, ServerTls, TestDatabase, TestServer,
};

use crate::sandbox::{Run, Sandbox};

const INSPECT: [&str; 3] = ["inspect", "--format", "json"];

fn database() -> TestDatabase<'static> {
    TestServer::shared().create_database(Some(crate::USERS))
}

fn port() -> String {
    TestServer::shared().port().to_string()
}

/// The database that was read is the one of the test.
#[track_caller]
fn assert_read(run: &Run) {
    run.assert_fine();
    assert!(run.stdout.contains("\"users\""), "{}", run.stdout);
    assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD));
}

#[test]
fn the_flag() {
    let database = database();
    assert_read(
        &Sandbox::new().run(&[&INSPECT[..], &["--database-url", &database.url()]].concat()),
    );
    let url = database.url_with_password(PASSWORD);
    assert_read(&Sandbox::new().run(&[&INSPECT[..], &["--database-url", &url]].concat()));
}

#[test]
fn the_environment() {
    let database = database();
    let run = Sandbox::new().run_with(&[("DATABASE_URL", &database.url())], &INSPECT);
    assert_read(&run);
}

#[test]
fn the_env_file() {
    let database = database();
    let sandbox = Sandbox::with(".env", &format!("DATABASE_URL={}\n", database.url()));
    assert_read(&sandbox.run(&INSPECT));
}

#[test]
fn variables_of_libpq() {
    let database = database();
    let run = Sandbox::new().run_with(
        &[
            ("PGHOST", "127.0.0.1"),
            ("PGPORT", &port()),
            ("PGDATABASE", database.name()),
            ("PGUSER", PASSWORD_USER),
            ("PGPASSWORD", PASSWORD),
        ],
        &INSPECT,
    );
    assert_read(&run);
}

#[test]
fn over_tls() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let server = TestServer::start_with(&ServerOptions::default().tls(ServerTls {
        certificate: own.cert.pem(),
        key: own.signing_key.serialize_pem(),
        authority: None,
    }));
    let database = server.create_database(Some(crate::USERS));
    let url = database.url().replace("127.0.0.1", "localhost");
    let sandbox = Sandbox::with("root.crt", &own.cert.pem());
    let root = sandbox.path("root.crt").display().to_string();
    let inspect = |url: &str, variables: &[(&str, &str)]| {
        sandbox.run_with(
            variables,
            &[&INSPECT[..], &["--database-url", url]].concat(),
        )
    };

    assert_read(&inspect(
        &format!("{url}?sslmode=verify-full&sslrootcert={root}"),
        &[],
    ));
    assert_read(&inspect(
        &url,
        &[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", &root)],
    ));
    let refused = inspect(&url, &[("PGSSLMODE", "verify-full")]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .contains("nothing to verify the server's certificate with"),
        "{}",
        refused.stderr
    );
    sandbox.write(".postgresql/root.crt", &own.cert.pem());
    assert_read(&inspect(&url, &[("PGSSLMODE", "verify-full")]));

    let other = database.url();
    let refused = inspect(&format!("{other}?sslmode=verify-full"), &[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .contains("is for `localhost`, not for `127.0.0.1`"),
        "{}",
        refused.stderr
    );
    let address = format!(
        "hostaddr=127.0.0.1 port={} user=postgres dbname={}",
        server.port(),
        database.name()
    );
    let read = inspect(&address, &[("PGSSLMODE", "verify-ca")]);
    assert_read(&read);
    let refused = inspect(&address, &[("PGSSLMODE", "verify-full")]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .contains("there is no host name to compare the server's certificate with"),
        "{}",
        refused.stderr
    );
    let plain = self::database().url();
    let refused = inspect(&format!("{plain}?sslmode=require"), &[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("the server does not support TLS"),
        "{}",
        refused.stderr
    );
    let refused = inspect(&url, &[("PGSSLMODE", "maybe")]);
    assert!(
        refused.stderr.contains("the value of `sslmode` is unknown"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_service_file() {
    let database = database();
    let sandbox = Sandbox::with(
        ".pg_service.conf",
        &format!(
            "# Services.\n[other]\nhost=nowhere.invalid\n\n[app]\nhost=127.0.0.1\nport={}\n\
             dbname={}\nuser=postgres\n",
            port(),
            database.name()
        ),
    );
    assert_read(&sandbox.run_with(&[("PGSERVICE", "app")], &INSPECT));
}

#[test]
#[cfg(unix)]
fn a_password_file() {
    use std::os::unix::fs::PermissionsExt;

    let database = database();
    let sandbox = Sandbox::with(
        ".pgpass",
        &format!(
            "# Passwords.\nelsewhere:5432:*:{PASSWORD_USER}:wrong\n\
             127.0.0.1:{}:*:{PASSWORD_USER}:{PASSWORD}\n",
            port()
        ),
    );
    let path = sandbox.path(".pgpass");
    let url = format!(
        "postgres://{PASSWORD_USER}@127.0.0.1:{}/{}",
        port(),
        database.name()
    );
    let arguments = [&INSPECT[..], &["--database-url", &url]].concat();

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_read(&sandbox.run(&arguments));

    // libpq does not read one that others can read.
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = sandbox.run(&arguments);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("password"), "{}", run.stderr);
}

/// `CONNECT` and `USAGE` are enough.
#[test]
fn a_role_that_may_read_nothing() {
    let database = database();
    let role = format!("reader_{}", database.name());
    database
        .execute(&format!("CREATE ROLE {role} LOGIN"))
        .unwrap();
    let url = format!("postgres://{role}@127.0.0.1:{}/{}", port(), database.name());
    assert_read(&Sandbox::new().run(&[&INSPECT[..], &["--database-url", &url]].concat()));
}
