//! From settings to a connection.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rowsmith_runtime::connect::connect_with;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};

use super::files::{self, PasswordFile, PasswordFor};
use super::problem::{self, Refusal};
use super::settings::{Environment, Origin, Process, Settings};
use crate::diagnostics::Diagnostic;

/// How long a server may take to answer when `connect_timeout` doesn't say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Where libpq's builds look for a unix socket, and where else a server may be, when no host is given.
const DEFAULT_HOSTS: &[&str] = if cfg!(unix) {
    &["/var/run/postgresql", "/tmp", "localhost"]
} else {
    &["localhost"]
};

/// The parameters that `tokio_postgres` reads itself, by libpq's name and its own.
const PASSED_ON: [(&str, &str); 9] = [
    ("options", "options"),
    ("keepalives", "keepalives"),
    ("keepalives_idle", "keepalives_idle"),
    ("keepalives_interval", "keepalives_interval"),
    ("keepalives_count", "keepalives_retries"),
    ("tcp_user_timeout", "tcp_user_timeout"),
    ("target_session_attrs", "target_session_attrs"),
    ("channel_binding", "channel_binding"),
    ("load_balance_hosts", "load_balance_hosts"),
];

/// The parameters of TLS, which the runtime reads.
const TLS: [&str; 10] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "sslnegotiation",
    "sslsni",
    "sslcertmode",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
];

/// A connection that has just been made.
pub struct Session {
    /// What sends the queries.
    pub client: Client,
    /// The task that does the work, and ends with the error of the connection.
    pub connection: JoinHandle<Result<(), tokio_postgres::Error>>,
    /// What it is connected to.
    pub target: Target,
}

/// What is connected to, as far as it may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A host's name or address, or the folder of a unix socket.
    pub host: String,
    /// The port, which is also in the name of a unix socket.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The user.
    pub user: String,
}

/// The server: `localhost:5432`, `/tmp/.s.PGSQL.5432`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, .. } = self;
        if host.starts_with('/') {
            write!(f, "{host}/.s.PGSQL.{port}")
        } else if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

/// Connects to the database that the URL names, or that the environment names without one.
///
/// The URL, or libpq's `key=value` form, comes from the caller, from `DATABASE_URL`, or from
/// `DATABASE_URL` in `.env`. What it leaves open is taken from its service, then from libpq's
/// variables (`PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSERVICE` …), and the
/// password from the password file (PostgreSQL manual, chapter "libpq").
///
/// # Errors
///
/// When nothing names a database, when a setting can't be understood, or when the server can't be
/// reached or refuses. No message holds a password or a connection string.
pub async fn connect(url: Option<&str>) -> Result<Session, Diagnostic> {
    let environment = Process;
    let settings = Settings::find(url, &environment)?;
    let base = base_config(&settings)?;
    let limit = connect_timeout(&settings)?;
    let mut unreachable = Vec::new();
    for endpoint in endpoints(&settings)? {
        let target = target(&settings, &endpoint)?;
        let mut config = base.clone();
        config
            .port(target.port)
            .user(&target.user)
            .dbname(&target.database);
        // An address stands in for no name: the server's certificate is not compared with it.
        if let Some(host) = &endpoint.host {
            config.host(host);
        }
        if let Some(address) = endpoint.address {
            config.hostaddr(address);
        }
        let password = find_password(&settings, &environment, &endpoint, &target);
        if let Some((password, _)) = &password.found {
            config.password(password);
        }
        let tls = TLS
            .iter()
            .filter_map(|key| Some((*key, settings.get(key)?)));
        let refusal = match timeout(limit, connect_with(&config, tls)).await {
            Ok(Ok((client, connection))) => {
                return Ok(Session {
                    client,
                    connection,
                    target,
                });
            }
            Ok(Err(error)) => problem::refusal(&error, &target, &password),
            Err(_) => Refusal::Unreachable("it did not answer in time".into()),
        };
        match refusal {
            Refusal::Unreachable(why) => unreachable.push((target, why)),
            Refusal::Final(diagnostic) => return Err(diagnostic),
        }
    }
    Err(problem::unreachable(&unreachable))
}

/// One of the places where the server may be: a host, an address, or both.
struct Endpoint {
    host: Option<String>,
    address: Option<IpAddr>,
    port: u16,
    /// No host was given, and libpq would look here.
    default: bool,
}

/// The lists `host`, `hostaddr` and `port`, one element each.
fn endpoints(settings: &Settings) -> Result<Vec<Endpoint>, Diagnostic> {
    let list = |key| {
        settings
            .get(key)
            .map(|text| text.split(',').map(str::trim).collect::<Vec<_>>())
    };
    let hosts = list("host").unwrap_or_default();
    let addresses = list("hostaddr").unwrap_or_default();
    let count = hosts.len().max(addresses.len());
    let ports = list("port")
        .unwrap_or_default()
        .into_iter()
        .map(|port| match port {
            "" => Ok(5432),
            port => port.parse::<u16>().map_err(|_| ()),
        })
        .collect::<Result<Vec<_>, ()>>()
        .map_err(|()| {
            Diagnostic::error("the port is not a number from 0 to 65535")
                .help("PostgreSQL's own is 5432")
        })?;
    if (!hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len())
        || (ports.len() > 1 && ports.len() != count)
    {
        return Err(
            Diagnostic::error("hosts, host addresses and ports are not the same number")
                .help("give one port for all hosts, or one for each of them"),
        );
    }
    let port = |i: usize| ports.get(i).or(ports.first()).copied().unwrap_or(5432);
    let defaults = |port: u16| {
        DEFAULT_HOSTS.iter().map(move |host| Endpoint {
            host: Some((*host).to_owned()),
            address: None,
            port,
            default: true,
        })
    };
    if count == 0 {
        return Ok(defaults(port(0)).collect());
    }
    let mut endpoints = Vec::new();
    for i in 0..count {
        let address = addresses.get(i).filter(|address| !address.is_empty());
        let address = address
            .map(|address| address.parse::<IpAddr>())
            .transpose()
            .map_err(|_| {
                Diagnostic::error("the host address is not an IP address")
                    .help("give a name as the host, not as `hostaddr`")
            })?;
        let host = hosts.get(i).filter(|host| !host.is_empty());
        match (host, address) {
            (None, None) => endpoints.extend(defaults(port(i))),
            (host, address) => endpoints.push(Endpoint {
                host: host.map(|host| (*host).to_owned()),
                address,
                port: port(i),
                default: false,
            }),
        }
    }
    Ok(endpoints)
}

/// Users are by default who runs this, databases what the user is called.
fn target(settings: &Settings, endpoint: &Endpoint) -> Result<Target, Diagnostic> {
    let user = match settings.get("user") {
        Some(user) => user.to_owned(),
        None => whoami::username().map_err(|error| {
            Diagnostic::error(format!("can't find out who runs this: {error}"))
                .help("set `PGUSER`, or name the user in the URL")
        })?,
    };
    let address = || endpoint.address.map(|address| address.to_string());
    Ok(Target {
        host: endpoint.host.clone().or_else(address).unwrap_or_default(),
        port: endpoint.port,
        database: settings.get("dbname").unwrap_or(&user).to_owned(),
        user,
    })
}

/// The password, and what there is to say of it.
pub(super) struct Password {
    /// The password and where it is from.
    pub(super) found: Option<(Vec<u8>, Origin)>,
    /// A password file that was not looked into, as others than its owner could do so.
    pub(super) unsafe_file: Option<PathBuf>,
}

fn find_password(
    settings: &Settings,
    environment: &dyn Environment,
    endpoint: &Endpoint,
    target: &Target,
) -> Password {
    let mut password = Password {
        found: settings
            .get_with_origin("password")
            .map(|(password, origin)| (password.as_bytes().to_vec(), origin)),
        unsafe_file: None,
    };
    if password.found.is_some() {
        return password;
    }
    let Some(path) = settings.password_file(environment) else {
        return password;
    };
    match password_in(&path, endpoint, target) {
        PasswordFile::Password(found) => password.found = Some((found, Origin::PasswordFile)),
        PasswordFile::Nothing => {}
        PasswordFile::Unsafe => password.unsafe_file = Some(path),
    }
    password
}

/// The password file knows a server of this machine's default socket as `localhost`.
fn password_in(path: &Path, endpoint: &Endpoint, target: &Target) -> PasswordFile {
    let local = endpoint.default || DEFAULT_HOSTS.contains(&target.host.as_str());
    let whom = PasswordFor {
        host: if local { "localhost" } else { &target.host },
        port: target.port,
        database: &target.database,
        user: &target.user,
    };
    files::password(path, &whom)
}

/// The parameters that are the same for every host.
fn base_config(settings: &Settings) -> Result<Config, Diagnostic> {
    let text: String = PASSED_ON
        .iter()
        .filter_map(|(key, name)| {
            let value = settings.get(key)?;
            let quoted = value.replace('\\', r"\\").replace('\'', r"\'");
            Some(format!("{name}='{quoted}' "))
        })
        .collect();
    let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
        // It is about a parameter's name; a value is not in it.
        let reason = error.source().map(ToString::to_string).unwrap_or_default();
        Diagnostic::error(format!("can't use the connection's settings: {reason}"))
            .help("the values are in the PostgreSQL manual's chapter on libpq")
    })?;
    config.application_name(settings.get("application_name").unwrap_or("rowsmith"));
    Ok(config)
}

/// In seconds; 0 is for ever.
fn connect_timeout(settings: &Settings) -> Result<Duration, Diagnostic> {
    let Some((seconds, origin)) = settings.get_with_origin("connect_timeout") else {
        return Ok(CONNECT_TIMEOUT);
    };
    match seconds.trim().parse::<i64>() {
        Ok(seconds) => Ok(u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds > 0)
            .map_or(Duration::MAX, Duration::from_secs)),
        Err(_) => Err(Diagnostic::error(format!(
            "the `connect_timeout` from {origin} is not a number"
        ))
        .help("it is the number of seconds that a server may take to answer")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::source::live::settings::Origin;

    fn settings(parameters: &[(&str, &str)]) -> Settings {
        Settings::of(parameters, Origin::Given)
    }

    fn places(parameters: &[(&str, &str)]) -> Result<Vec<String>, Diagnostic> {
        let settings = settings(&[parameters, &[("user", "ada")]].concat());
        endpoints(&settings)?
            .iter()
            .map(|endpoint| {
                let address = endpoint.address.map(|address| format!(" {address}"));
                let target = target(&settings, endpoint)?;
                Ok(format!("{target}{}", address.unwrap_or_default()))
            })
            .collect()
    }

    #[test]
    fn hosts_and_ports() {
        assert_eq!(places(&[("host", "a")]).unwrap(), ["a:5432"]);
        assert_eq!(
            places(&[("host", "a,::1,/run"), ("port", "1,,3")]).unwrap(),
            ["a:1", "[::1]:5432", "/run/.s.PGSQL.3"]
        );
        assert_eq!(
            places(&[("host", "a,b"), ("port", "7")]).unwrap(),
            ["a:7", "b:7"]
        );
        assert_eq!(
            places(&[("host", "a"), ("hostaddr", "127.0.0.1")]).unwrap(),
            ["a:5432 127.0.0.1"]
        );
        assert_eq!(places(&[("hostaddr", "::1")]).unwrap(), ["[::1]:5432 ::1"]);
        if cfg!(unix) {
            assert_eq!(
                places(&[("port", "7")]).unwrap(),
                [
                    "/var/run/postgresql/.s.PGSQL.7",
                    "/tmp/.s.PGSQL.7",
                    "localhost:7"
                ]
            );
        }
    }

    #[test]
    fn hosts_and_ports_that_do_not_fit() {
        for parameters in [
            [("host", "a,b"), ("port", "1,2,3")],
            [("host", "a,b"), ("hostaddr", "127.0.0.1")],
            [("host", "a"), ("port", "hunter2")],
            [("host", "a"), ("port", "65536")],
            [("host", "a"), ("hostaddr", "hunter2")],
        ] {
            let problem = places(&parameters).unwrap_err().render(false);
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }

    #[test]
    fn a_database_is_by_default_called_as_its_user() {
        let settings = settings(&[("host", "a"), ("user", "ada")]);
        let endpoints = endpoints(&settings).unwrap();
        assert_eq!(target(&settings, &endpoints[0]).unwrap().database, "ada");
    }

    #[test]
    fn timeouts() {
        let timeout = |text| connect_timeout(&settings(&[("connect_timeout", text)]));
        assert_eq!(connect_timeout(&settings(&[])), Ok(CONNECT_TIMEOUT));
        assert_eq!(timeout("3"), Ok(Duration::from_secs(3)));
        assert_eq!(timeout("0"), Ok(Duration::MAX));
        assert_eq!(timeout("-1"), Ok(Duration::MAX));
        assert!(timeout("soon").is_err());
    }

    #[test]
    fn other_settings() {
        let config = base_config(&settings(&[
            ("options", r"-c search_path=a\ b -c x='y'"),
            ("keepalives_count", "3"),
        ]))
        .unwrap();
        assert_eq!(config.get_options(), Some(r"-c search_path=a\ b -c x='y'"));
        assert_eq!(config.get_keepalives_retries(), Some(3));
        assert_eq!(config.get_application_name(), Some("rowsmith"));
        let problem = base_config(&settings(&[("keepalives", "often")])).unwrap_err();
        assert_eq!(
            problem.message,
            "can't use the connection's settings: invalid value for option `keepalives`"
        );
    }
}
