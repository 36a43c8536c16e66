//! Connections that are refused, and passwords.

use std::fs::{self, Permissions};
use std::io::Write;
use std::net::TcpListener;
use std::thread;

use rowsmith::diagnostics::Diagnostic;
use rowsmith::source::live;
use rowsmith_test_server::{PASSWORD, TestServer};

#[track_caller]
fn problem(url: &str) -> Diagnostic {
    match live::read(Some(url)) {
        Ok(_) => panic!("there is a Catalog"),
        Err(problem) => problem,
    }
}

#[test]
fn a_wrong_password() {
    let database = TestServer::shared().create_database(None);
    let port = database.server().port();
    let problem = problem(&database.url_with_password("hunter2"));
    assert_eq!(
        problem.message,
        format!("wrong password for the user `password_user` at `127.0.0.1:{port}`")
    );
    assert!(!problem.render(false).contains("hunter2"));
}

#[test]
fn no_password() {
    let database = TestServer::shared().create_database(None);
    let port = database.server().port();
    let problem = problem(&format!(
        "postgres://password_user@127.0.0.1:{port}/{}?passfile=/nowhere",
        database.name()
    ));
    assert_eq!(
        problem.message,
        format!("the server at `127.0.0.1:{port}` wants a password of the user `password_user`")
    );
    assert!(problem.help.unwrap().contains("PGPASSWORD"));
}

#[cfg(unix)]
#[test]
fn a_password_file() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestServer::shared().create_database(None);
    let port = database.server().port();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pgpass");
    fs::write(&path, format!("127.0.0.1:{port}:*:*:{PASSWORD}\n")).unwrap();
    let url = format!(
        "postgres://password_user@127.0.0.1:{port}/{}?passfile={}",
        database.name(),
        path.display()
    );
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let problem = problem(&url);
    assert!(problem.message.contains("wants a password"));
    assert!(problem.help.unwrap().contains("chmod 600"));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert!(live::read(Some(&url)).is_ok());
}

#[test]
fn no_such_database() {
    let server = TestServer::shared();
    assert_eq!(
        problem(&server.url("nowhere")).message,
        format!(
            "there is no database `nowhere` at `127.0.0.1:{}`",
            server.port()
        )
    );
}

#[test]
fn no_such_user() {
    let server = TestServer::shared();
    let port = server.port();
    let problem = problem(&format!("postgres://nobody@127.0.0.1:{port}/postgres"));
    assert!(
        problem.message.starts_with(&format!(
            "the server at `127.0.0.1:{port}` does not let the user `nobody` in"
        )),
        "{}",
        problem.message
    );
}

#[test]
fn no_right_to_connect() {
    let database = TestServer::shared().create_database(None);
    let name = database.name();
    database
        .execute(&format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"))
        .unwrap();
    let problem = problem(&database.url_with_password(PASSWORD));
    let expected = format!("the user `password_user` may not connect to the database `{name}`");
    assert!(
        problem.message.starts_with(&expected),
        "{}",
        problem.message
    );
}

#[test]
fn no_server() {
    // Nobody listens on a port that was just free.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(
        problem(&format!("postgres://ada:hunter2@127.0.0.1:{port}/shop")).message,
        format!("no server answers at `127.0.0.1:{port}` (nothing listens there)")
    );
    assert_eq!(
        problem("postgres://ada@%2Fnowhere/shop").message,
        "no server answers at `/nowhere/.s.PGSQL.5432` (there is no such socket)"
    );
}

#[test]
fn a_server_of_something_else() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgres://ada:hunter2@127.0.0.1:{port}/shop?connect_timeout=1");
    // It takes the connection and says nothing.
    assert_eq!(
        problem(&url).message,
        format!("no server answers at `127.0.0.1:{port}` (it did not answer in time)")
    );
    let server = thread::spawn(move || {
        // The first connection is the one above.
        for connection in listener.incoming().take(2).flatten() {
            let mut connection = connection;
            let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let problem = problem(&url).render(false);
    assert!(problem.contains(&format!("127.0.0.1:{port}")), "{problem}");
    assert!(!problem.contains("hunter2"), "{problem}");
    server.join().unwrap();
}
