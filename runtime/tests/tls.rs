//! Encrypted connections, beside what libpq makes of the same parameters.

#![cfg(feature = "tls")]
#![allow(clippy::unwrap_used)]

#[path = "tls/certificates.rs"]
mod certificates;

use std::process::Command;
use std::sync::OnceLock;
#[cfg(feature = "pool")]
use std::time::Duration;

use certificates::{Authority, Certificate, Files, during, named};
use rowsmith_runtime::{Connection, query};
use rowsmith_test_server::{PASSWORD, PASSWORD_USER, ServerOptions, TestServer};

/// What came of an attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Encrypted,
    Plain,
    Refused,
}
use Outcome::{Encrypted, Plain, Refused};

const QUESTION: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// Everything that certificates are made and verified with.
struct World {
    root: Authority,
    files: Files,
}

impl World {
    fn shared() -> &'static Self {
        static WORLD: OnceLock<World> = OnceLock::new();
        WORLD.get_or_init(|| {
            let (root, other) = (Authority::root("Right"), Authority::root("Wrong"));
            let files = Files::new();
            files.write("right.crt", &root.pem());
            files.write("wrong.crt", &other.pem());
            files.write("both.crt", &(other.pem() + &root.pem()));
            files.write("expired.crt", &Authority::expired("Old").pem());
            files.write("impostor.crt", &Authority::root("Right").pem());
            files.write("revoked.crl", &root.revoke(7, 2100));
            files.write("others.crl", &root.revoke(8, 2100));
            files.write("old.crl", &root.revoke(8, 2021));
            files.write("foreign.crl", &other.revoke(7, 2100));
            files.write("empty.pem", "");
            files.write("broken.pem", "-----BEGIN CERTIFICATE-----\nx\n");
            files.write(
                "encrypted.key",
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\n-----END ENCRYPTED PRIVATE KEY-----\n",
            );
            for (name, authority, role) in [
                ("ada", &root, "ada"),
                ("eve", &other, "ada"),
                ("bob", &root, "bob"),
            ] {
                let certificate = authority.sign(&named(role, &[]));
                files.write(&format!("{name}.crt"), &certificate.pem);
                files.write(&format!("{name}.key"), &certificate.key);
                files.write_for_all(&format!("{name}.open.key"), &certificate.key);
            }
            Self { root, files }
        })
    }

    /// A server with this certificate, which lets `ada` in with a certificate only.
    fn server(&self, certificate: &Certificate) -> TestServer {
        let options = ServerOptions::default()
            .tls(certificate.server(&self.root))
            .certificate_role("ada");
        TestServer::start_with(&options)
    }

    /// The server that most tests use.
    fn usual_server(&self) -> &'static TestServer {
        static SERVER: OnceLock<TestServer> = OnceLock::new();
        SERVER.get_or_init(|| self.server(&self.usual()))
    }

    fn usual(&self) -> Certificate {
        self.root
            .sign(&named("server", &["localhost", "127.0.0.1"]))
    }

    /// The connection string of a server with these parameters. `@` in them is the folder of the
    /// files.
    fn string(&self, server: &TestServer, parameters: &str) -> String {
        let mut text = format!("port={} dbname=postgres ", server.port());
        for (key, value) in [
            ("host=", "host=localhost"),
            ("user=", "user=postgres"),
            ("password=", "password=hunter2"),
        ] {
            let is_there =
                parameters.contains(key) || (key == "host=" && parameters.contains("hostaddr="));
            if !is_there {
                text.push_str(value);
                text.push(' ');
            }
        }
        let folder = format!("{}/", self.files.path().display());
        text + &parameters.replace('@', &folder)
    }
}

/// What this crate does. Whatever it says has no password in it.
fn ours(text: &str) -> (Outcome, String) {
    let connect = async {
        let connection = Connection::connect(text).await?;
        query::value::<bool>(&connection, QUESTION, &[]).await
    };
    let result = tokio::runtime::Runtime::new().unwrap().block_on(connect);
    match result {
        Ok(true) => (Encrypted, String::new()),
        Ok(false) => (Plain, String::new()),
        Err(error) => {
            let said = error.to_string();
            let all = format!("{said} {error:?}");
            assert!(
                !all.contains("hunter2") && !all.contains("dbname=postgres"),
                "{all}"
            );
            (Refused, said)
        }
    }
}

/// What libpq does.
fn libpqs(server: &TestServer, text: &str) -> (Outcome, String) {
    let psql = server
        .tool("psql")
        .expect("the test needs psql: install PostgreSQL's client");
    let mut command = Command::new(psql);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    let output = command
        .env("HOME", World::shared().files.path())
        .args([
            "--no-psqlrc",
            "--no-password",
            "-At",
            "-c",
            QUESTION,
            "-d",
            text,
        ])
        .output()
        .unwrap();
    match output.stdout.as_slice() {
        b"t\n" => (Encrypted, String::new()),
        b"f\n" => (Plain, String::new()),
        _ => (
            Refused,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ),
    }
}

/// Connects to a server with parameters, here and there, and compares both with what is expected.
fn check(name: &str, server: &TestServer, cases: &[(&str, Outcome)]) {
    let world = World::shared();
    let mut wrong = Vec::new();
    for (parameters, expected) in cases {
        let text = world.string(server, parameters);
        let (ours, said) = ours(&text);
        let (theirs, they) = libpqs(server, &text);
        if ours != *expected || theirs != *expected {
            wrong.push(format!(
                "{name}, `{parameters}`: {expected:?} is expected\n    here {ours:?} {said}\n    libpq {theirs:?} {they}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_usual_server() {
    let world = World::shared();
    let here = "host=localhost sslmode=verify-full sslrootcert=@";
    check(
        "a usual server",
        world.usual_server(),
        &[
            ("sslmode=disable", Plain),
            ("sslmode=disable sslrootcert=@wrong.crt", Plain),
            ("sslmode=allow", Plain),
            ("", Encrypted),
            ("sslmode=prefer", Encrypted),
            ("sslmode=prefer sslrootcert=@right.crt", Encrypted),
            // The handshake fails, and both go on without.
            ("sslmode=prefer sslrootcert=@wrong.crt", Plain),
            ("sslmode=require", Encrypted),
            ("sslmode=require sslrootcert=@right.crt", Encrypted),
            ("sslmode=require sslrootcert=@wrong.crt", Refused),
            ("sslmode=verify-ca", Refused),
            ("sslmode=verify-ca sslrootcert=@right.crt", Encrypted),
            ("sslmode=verify-ca sslrootcert=@both.crt", Encrypted),
            ("sslmode=verify-ca sslrootcert=@wrong.crt", Refused),
            ("sslmode=verify-ca sslrootcert=@impostor.crt", Refused),
            ("sslmode=verify-ca sslrootcert=@expired.crt", Refused),
            ("sslmode=verify-ca sslrootcert=@missing.crt", Refused),
            ("sslmode=verify-ca sslrootcert=@empty.pem", Refused),
            ("sslmode=verify-ca sslrootcert=@broken.pem", Refused),
            ("sslmode=verify-full", Refused),
            (&format!("{here}right.crt"), Encrypted),
            (&format!("{here}wrong.crt"), Refused),
            (
                "host=127.0.0.1 sslmode=verify-full sslrootcert=@right.crt",
                Encrypted,
            ),
            (
                "host=db.example hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=@right.crt",
                Refused,
            ),
            (
                "host=db.example hostaddr=127.0.0.1 sslmode=verify-ca sslrootcert=@right.crt",
                Encrypted,
            ),
            (
                "hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=@right.crt",
                Refused,
            ),
            (
                "hostaddr=127.0.0.1 sslmode=verify-ca sslrootcert=@right.crt",
                Encrypted,
            ),
            ("hostaddr=127.0.0.1 sslmode=require", Encrypted),
            (&format!("{here}right.crt sslcrl=@others.crl"), Encrypted),
            (&format!("{here}right.crt sslcrl=@revoked.crl"), Refused),
            (&format!("{here}right.crt sslcrl=@old.crl"), Refused),
            (&format!("{here}right.crt sslcrl=@foreign.crl"), Refused),
            (
                "sslmode=require ssl_min_protocol_version=TLSv1.3",
                Encrypted,
            ),
            (
                "sslmode=require ssl_max_protocol_version=TLSv1.2",
                Encrypted,
            ),
            ("sslmode=require sslsni=0", Encrypted),
            (
                "sslmode=require gssencmode=disable sslcompression=0 krbsrvname=x",
                Encrypted,
            ),
        ],
    );
}

#[test]
fn other_certificates() {
    let world = World::shared();
    let verified = |host: &str, root: &str| {
        format!("host={host} hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=@{root}")
    };
    let (right, any) = (
        "sslmode=verify-ca sslrootcert=@right.crt",
        "sslmode=require",
    );
    let middle = world.root.intermediate("Middle");
    let mut chained = middle.sign(&named("server", &["localhost"]));
    let own = Certificate::of_its_own(&named("localhost", &["localhost"]));
    let manuals = Certificate::manuals("db.example");
    world.files.write("own.crt", &own.pem);
    world.files.write("manuals.crt", &manuals.pem);
    world.files.write("middle.crt", &middle.pem());
    world
        .files
        .write("chain.crt", &(middle.pem() + &world.root.pem()));
    // The certificates of two servers, of which neither is an authority's.
    let servers = [
        ("server.crt", rcgen::IsCa::ExplicitNoCa),
        ("bare.crt", rcgen::IsCa::NoCa),
    ];
    let [by_server, by_bare] = servers.map(|(file, is_ca)| {
        let mut params = named("other.example", &["other.example"]);
        params.is_ca = is_ca;
        let server = Authority::of(params);
        world.files.write(file, &(server.pem() + &own.pem));
        server.sign(&named("localhost", &["localhost"]))
    });
    let mut signing = named("Signing", &[]);
    signing.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let signing = Authority::of(signing);
    world.files.write("signing.crt", &signing.pem());
    let alone = Certificate {
        pem: chained.pem.clone(),
        key: chained.key.clone(),
    };
    chained.pem.push_str(&middle.pem());
    let sign = |params| world.root.sign(&params);
    let names = ["*.db.example", "other.example"];
    for (name, certificate, cases) in [
        (
            "expired",
            sign(during(1990..2000, named("localhost", &["localhost"]))),
            vec![(right.to_owned(), Refused), (any.to_owned(), Encrypted)],
        ),
        (
            "not yet valid",
            sign(during(2090..2100, named("localhost", &["localhost"]))),
            vec![(right.to_owned(), Refused), (any.to_owned(), Encrypted)],
        ),
        (
            "a common name only",
            sign(named("Db.Example", &[])),
            vec![
                (verified("db.example", "right.crt"), Encrypted),
                (verified("localhost", "right.crt"), Refused),
            ],
        ),
        (
            "a common name beside others",
            sign(named("db.example", &names)),
            vec![
                (verified("db.example", "right.crt"), Refused),
                (verified("a.db.example", "right.crt"), Encrypted),
                (verified("A.DB.example", "right.crt"), Encrypted),
                (verified("a.b.db.example", "right.crt"), Refused),
                (verified("OTHER.example", "right.crt"), Encrypted),
                (verified("127.0.0.1", "right.crt"), Refused),
            ],
        ),
        (
            "an address as the common name",
            sign(named("127.0.0.1", &["localhost"])),
            vec![
                (verified("127.0.0.1", "right.crt"), Encrypted),
                (verified("localhost", "right.crt"), Encrypted),
            ],
        ),
        (
            "a chain",
            chained,
            vec![
                (verified("localhost", "right.crt"), Encrypted),
                (verified("localhost", "chain.crt"), Encrypted),
                (verified("localhost", "middle.crt"), Refused),
                (verified("localhost", "wrong.crt"), Refused),
            ],
        ),
        (
            "a chain without its middle",
            alone,
            vec![
                (verified("localhost", "right.crt"), Refused),
                (verified("localhost", "chain.crt"), Encrypted),
            ],
        ),
        (
            "its own",
            own,
            vec![
                (verified("localhost", "own.crt"), Encrypted),
                (verified("localhost", "server.crt"), Encrypted),
                (verified("db.example", "own.crt"), Refused),
                (verified("localhost", "right.crt"), Refused),
                (verified("localhost", "own.crt sslcrl=@others.crl"), Refused),
            ],
        ),
        (
            "signed by a server",
            by_server,
            vec![
                (verified("localhost", "server.crt"), Refused),
                (
                    "sslmode=verify-ca sslrootcert=@server.crt".to_owned(),
                    Refused,
                ),
                (any.to_owned(), Encrypted),
            ],
        ),
        (
            "signed by a server without constraints",
            by_bare,
            vec![(verified("localhost", "bare.crt"), Refused)],
        ),
        (
            "signed with a key for signing",
            signing.sign(&named("localhost", &["localhost"])),
            vec![(verified("localhost", "signing.crt"), Encrypted)],
        ),
        (
            "the manual's own",
            manuals,
            vec![
                (verified("db.example", "manuals.crt"), Encrypted),
                (verified("localhost", "manuals.crt"), Refused),
                (verified("db.example", "own.crt"), Refused),
            ],
        ),
    ] {
        let server = world.server(&certificate);
        let cases: Vec<(&str, Outcome)> = cases
            .iter()
            .map(|(parameters, outcome)| (parameters.as_str(), *outcome))
            .collect();
        check(name, &server, &cases);
    }
}

#[test]
fn a_server_without_tls() {
    check(
        "a server without TLS",
        TestServer::shared(),
        &[
            ("sslmode=disable", Plain),
            ("sslmode=allow", Plain),
            ("", Plain),
            ("sslmode=prefer sslrootcert=@right.crt", Plain),
            ("sslmode=require", Refused),
            ("sslmode=verify-full sslrootcert=@right.crt", Refused),
        ],
    );
}

#[test]
fn client_certificates() {
    let world = World::shared();
    let tls = "user=ada sslmode=require";
    let ada = format!("{tls} sslcert=@ada.crt sslkey=@ada.key");
    check(
        "a client certificate",
        world.usual_server(),
        &[
            (&ada, Encrypted),
            ("user=ada sslcert=@ada.crt sslkey=@ada.key", Encrypted),
            // The server refuses it without TLS.
            (
                "user=ada sslmode=allow sslcert=@ada.crt sslkey=@ada.key",
                Encrypted,
            ),
            (
                "user=ada sslmode=disable sslcert=@ada.crt sslkey=@ada.key",
                Refused,
            ),
            (
                &format!("{ada} ssl_max_protocol_version=TLSv1.2"),
                Encrypted,
            ),
            (tls, Refused),
            (&format!("{tls} sslcert=@bob.crt sslkey=@bob.key"), Refused),
            (&format!("{tls} sslcert=@eve.crt sslkey=@eve.key"), Refused),
            (
                &format!("{tls} sslcert=@eve.crt sslkey=@eve.key ssl_max_protocol_version=TLSv1.2"),
                Refused,
            ),
            (&format!("{tls} sslcert=@ada.crt sslkey=@bob.key"), Refused),
            (
                &format!("{tls} sslcert=@ada.crt sslkey=@missing.key"),
                Refused,
            ),
            (&format!("{tls} sslcert=@ada.crt"), Refused),
            (
                &format!("{tls} sslcert=@ada.crt sslkey=@ada.open.key"),
                Refused,
            ),
            (&format!("{tls} sslcert=@ada.crt sslkey=@ada.crt"), Refused),
        ],
    );
}

/// What becomes of a connection. A server that closes it while it is still written to may have its word on
/// it lost, on a busy machine; then it is asked again.
fn explained(server: &TestServer, parameters: &str) -> (Outcome, String) {
    let string = World::shared().string(server, parameters);
    let lost = |said: &str| {
        ["Broken pipe", "reset by peer"]
            .iter()
            .any(|it| said.contains(it))
    };
    let mut answer = ours(&string);
    for _ in 0..10 {
        if !lost(&answer.1) {
            break;
        }
        answer = ours(&string);
    }
    answer
}

/// What is said of an attempt that is refused.
#[track_caller]
fn says(server: &TestServer, parameters: &str, expected: &[&str]) {
    let (outcome, said) = explained(server, parameters);
    assert_eq!(outcome, Refused, "{parameters}");
    for part in expected {
        assert!(said.contains(part), "{parameters}: {said}");
    }
}

#[test]
fn what_is_wrong_with_the_server() {
    let world = World::shared();
    let server = world.usual_server();
    let verified = "sslmode=verify-full sslrootcert=@right.crt";
    for (parameters, expected) in [
        (
            "sslmode=verify-full sslrootcert=@wrong.crt",
            [
                "not signed by an authority that is trusted here",
                "`sslrootcert`",
            ],
        ),
        (
            "sslmode=verify-full sslrootcert=@impostor.crt",
            [
                "not signed by an authority that is trusted here",
                "`sslrootcert`",
            ],
        ),
        (
            "sslrootcert=system",
            [
                "not signed by an authority that is trusted here",
                "`sslrootcert`",
            ],
        ),
        (
            "sslmode=verify-full sslrootcert=@expired.crt",
            ["no authority to trust in the file", "has not expired"],
        ),
        (
            &format!("{verified} host=db.example hostaddr=127.0.0.1"),
            [
                "for `localhost`, `127.0.0.1`, not for `db.example`",
                "`sslmode=verify-ca`",
            ],
        ),
        (
            &format!("{verified} hostaddr=127.0.0.1"),
            ["no host name to compare", "give `host`"],
        ),
        (
            &format!("{verified} sslcrl=@revoked.crl"),
            ["is revoked", "`sslcrl`"],
        ),
        (
            &format!("{verified} sslcrl=@old.crl"),
            ["list has expired", "`sslcrl`"],
        ),
        (
            &format!("{verified} sslcrl=@foreign.crl"),
            ["does not cover", "`sslcrl`"],
        ),
    ] {
        says(server, parameters, &expected);
    }
    says(
        TestServer::shared(),
        "sslmode=require",
        &["the server does not support TLS", "`sslmode=prefer`"],
    );
    let sign = |years| {
        world
            .root
            .sign(&during(years, named("server", &["localhost"])))
    };
    let (old, new) = (
        world.server(&sign(1990..2000)),
        world.server(&sign(2090..2100)),
    );
    says(&old, verified, &["has expired", "renew"]);
    says(&new, verified, &["not valid yet", "clock"]);
    let hostile = world.root.sign(&named("\u{1b}[31m", &[]));
    says(
        &world.server(&hostile),
        verified,
        &[r"for `\u{1b}[31m`, not for `localhost`"],
    );
}

#[test]
fn what_is_wrong_with_the_files() {
    let server = World::shared().usual_server();
    let ada = "sslmode=require user=ada sslcert=@ada.crt";
    for (parameters, expected) in [
        (
            "sslmode=require sslrootcert=@missing.crt",
            ["missing.crt`: No such file", "`sslrootcert`"],
        ),
        (
            "sslrootcert=@missing.crt",
            ["missing.crt`: No such file", "`sslrootcert`"],
        ),
        (
            "sslmode=require sslrootcert=@empty.pem",
            ["no certificate in the file", "`sslrootcert`"],
        ),
        (
            "sslmode=require sslrootcert=@broken.pem",
            ["no certificate in the file", "PEM"],
        ),
        (
            "sslmode=require sslrootcert=@right.crt sslcrl=@right.crt",
            ["no certificate revocation list", "`sslcrl`"],
        ),
        (
            "sslmode=require sslcert=@missing.crt",
            ["missing.crt`: No such file", "`sslcert`"],
        ),
        (
            ada,
            ["no private key for the client certificate", "`sslkey`"],
        ),
        (
            &format!("{ada} sslkey=@missing.key"),
            ["missing.key`: No such file", "`sslkey`"],
        ),
        (
            &format!("{ada} sslkey=@ada.crt"),
            ["no private key in the file", "`sslkey`"],
        ),
        (
            &format!("{ada} sslkey=@encrypted.key"),
            ["is encrypted", "openssl pkey"],
        ),
        (
            &format!("{ada} sslkey=@bob.key"),
            ["does not belong", "`sslkey`"],
        ),
        (
            &format!("{ada} sslkey=@ada.open.key"),
            ["others than its owner can read", "chmod 600"],
        ),
    ] {
        says(server, parameters, &expected);
    }
}

#[test]
fn what_is_wrong_with_the_client() {
    let server = World::shared().usual_server();
    let eve = "sslmode=require user=ada sslcert=@eve.crt sslkey=@eve.key";
    // With TLS 1.3 the server's word on it may be lost with the connection.
    says(
        server,
        eve,
        &["the server ", "client certificate", "`sslcert`"],
    );
    says(
        server,
        &format!("{eve} ssl_max_protocol_version=TLSv1.2"),
        &["the server refuses the client certificate", "`sslcert`"],
    );
    let ada = "user=ada sslcert=@ada.crt sslkey=@ada.key";
    says(
        server,
        &format!("{ada} sslmode=disable"),
        &["pg_hba.conf rejects", "no encryption"],
    );
    says(server, "user=ada", &["requires a valid client certificate"]);
    says(
        server,
        &format!("{ada} sslcertmode=disable"),
        &["requires a valid client certificate"],
    );
}

#[test]
fn what_is_wrong_with_the_parameters() {
    let server = World::shared().usual_server();
    for (parameters, expected) in [
        (
            "sslmode=hunter2",
            ["the value of `sslmode` is unknown", "`verify-full`"],
        ),
        (
            "sslmode=require sslrootcert=system",
            ["`sslrootcert=system` does not go", "`sslmode=verify-full`"],
        ),
        (
            "sslnegotiation=direct",
            ["`sslnegotiation=direct` does not go", "`sslmode=require`"],
        ),
        ("gssencmode=require", ["GSSAPI", "`gssencmode`"]),
        (
            "sslmoed=require",
            ["can't read the connection string", "host=…"],
        ),
    ] {
        says(server, parameters, &expected);
    }
}

#[test]
fn keys_in_other_forms() {
    let world = World::shared();
    let key = world.files.path().join("ada.key");
    let openssl = |arguments: &[&str], to: &str| {
        let path = world.files.write(to, "");
        let output = Command::new("openssl")
            .args(&arguments[..1])
            .arg("-out")
            .arg(path)
            .args(&arguments[1..])
            .output();
        let output = output.expect("the test needs openssl, which PostgreSQL's packages need too");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let key = key.to_str().unwrap();
    openssl(&["pkey", "-traditional", "-in", key], "sec1.key");
    let sec1 = std::fs::read_to_string(world.files.path().join("sec1.key")).unwrap();
    assert!(sec1.contains("BEGIN EC PRIVATE KEY"), "{sec1}");

    // The provider of the tests' certificates makes no RSA keys.
    let request = world.files.path().join("rsa.pem");
    openssl(&["genrsa", "-traditional", "2048"], "rsa.key");
    let rsa = world.files.path().join("rsa.key");
    let text = std::fs::read_to_string(&rsa).unwrap();
    assert!(text.contains("BEGIN RSA PRIVATE KEY"), "{text}");
    let rsa = rsa.to_str().unwrap();
    openssl(
        &[
            "req", "-x509", "-new", "-days", "2", "-subj", "/CN=ada", "-key", rsa,
        ],
        "rsa.pem",
    );
    let server = TestServer::start_with(
        &ServerOptions::default()
            .tls(rowsmith_test_server::ServerTls {
                authority: Some(std::fs::read_to_string(request).unwrap()),
                ..world.usual().server(&world.root)
            })
            .certificate_role("ada"),
    );
    let parameters = "user=ada sslmode=require sslcert=@";
    check(
        "PKCS #1",
        &server,
        &[(&format!("{parameters}rsa.pem sslkey=@rsa.key"), Encrypted)],
    );
    let sec1 = format!("{parameters}ada.crt sslkey=@sec1.key");
    check("SEC 1", world.usual_server(), &[(&sec1, Encrypted)]);
}

#[test]
fn a_password_is_bound_to_the_channel() {
    let world = World::shared();
    let server = world.usual_server();
    let string = |password: &str, more: &str| {
        let who = format!("user={PASSWORD_USER} password='{password}' {more}");
        world.string(server, &who)
    };
    let bound = "sslmode=require channel_binding=require";
    assert_eq!(ours(&string(PASSWORD, bound)).0, Encrypted);
    assert_eq!(
        ours(&string(PASSWORD, "sslmode=disable channel_binding=require")).0,
        Refused
    );
    let (outcome, said) = ours(&string("wrong", ""));
    assert_eq!(outcome, Refused);
    assert!(said.contains("password authentication failed"), "{said}");
}

#[cfg(feature = "pool")]
#[tokio::test]
async fn a_pool_connects_over_tls() {
    let world = World::shared();
    let server = world.usual_server();
    let root = world.files.path().join("right.crt");
    let url = format!(
        "postgres://postgres@localhost:{}/postgres?sslmode=verify-full&sslrootcert={}",
        server.port(),
        root.display().to_string().replace('/', "%2F")
    );
    let db = rowsmith_runtime::Database::connect(&url).await.unwrap();
    assert!(query::value::<bool>(&db, QUESTION, &[]).await.unwrap());
    let wrong = url.replace("right", "wrong");
    let error = rowsmith_runtime::Database::connect(&wrong)
        .await
        .unwrap_err();
    assert!(
        matches!(error, rowsmith_runtime::Error::Tls(_)),
        "{error:?}"
    );
}

#[test]
fn a_host_that_answers_is_found() {
    let world = World::shared();
    let server = world.usual_server();
    let text = format!(
        "host=127.0.0.1,localhost port=1,{} user=postgres dbname=postgres sslmode=require",
        server.port()
    );
    assert_eq!(ours(&text), (Encrypted, String::new()));
    let random = format!("{text} load_balance_hosts=random");
    assert_eq!(ours(&random), (Encrypted, String::new()));
}

#[test]
fn a_host_that_refuses_the_user_is_the_last_to_be_asked() {
    let strict = World::shared().usual_server();
    let lenient = TestServer::start();
    lenient
        .execute("postgres", "CREATE ROLE ada LOGIN")
        .unwrap();
    let string = |first: &TestServer, second: &TestServer| {
        format!(
            "host=localhost,localhost port={},{} user=ada dbname=postgres",
            first.port(),
            second.port()
        )
    };
    for (text, expected) in [
        (string(&lenient, strict), Plain),
        (string(strict, &lenient), Refused),
    ] {
        let (outcome, said) = ours(&text);
        assert_eq!(outcome, expected, "{said}");
        let (outcome, said) = libpqs(strict, &text);
        assert_eq!(outcome, expected, "libpq: {said}");
    }
}

/// Asking the server to give a statement up wants no more files than connecting did.
#[cfg(feature = "pool")]
#[tokio::test]
async fn without_tls_a_statement_is_given_up_without_its_files() {
    let server = World::shared().usual_server();
    let url = format!(
        "{}?sslmode=disable&sslrootcert=/missing",
        server.url("postgres")
    );
    let db = rowsmith_runtime::Database::connect(&url).await.unwrap();
    let sleep = query::execute(&db, "SELECT pg_sleep(600)", &[]);
    let given_up = tokio::time::timeout(Duration::from_millis(500), sleep).await;
    assert!(given_up.is_err());
    let sleeping = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let all_awake = async {
        while query::value::<i64>(&db, sleeping, &[]).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_awake)
        .await
        .unwrap();
}

#[test]
fn a_connection_is_encrypted_from_its_first_byte() {
    let server = World::shared().usual_server();
    let parameters = "sslmode=require sslnegotiation=direct";
    // Older servers know nothing of it.
    let expected = if server.version() < 17 {
        Refused
    } else {
        Encrypted
    };
    assert_eq!(
        ours(&World::shared().string(server, parameters)).0,
        expected
    );
}
