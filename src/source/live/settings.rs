//! What to connect to: the parameters of a connection and where each came from.
//!
//! As in libpq, the connection string comes first, then its service, then the environment
//! (PostgreSQL manual, "Environment Variables").

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::conninfo;
use super::files;
use crate::diagnostics::Diagnostic;

/// libpq's variables, and the parameter that each of them stands for.
const VARIABLES: [(&str, &str); 16] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGSERVICE", "service"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
];

/// The variables that name a database, or a part of its address.
const NAMING: [&str; 6] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGSERVICE",
];

/// Where a parameter came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The caller, such as `--database-url`.
    Given,
    /// `DATABASE_URL` in the environment.
    DatabaseUrl,
    /// `DATABASE_URL` in `.env`.
    DotEnv,
    /// The service file.
    Service,
    /// A variable of libpq's.
    Environment,
    /// The password file.
    PasswordFile,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Given => "the command line or the configuration",
            Self::DatabaseUrl => "`DATABASE_URL`",
            Self::DotEnv => "`DATABASE_URL` in `.env`",
            Self::Service => "the service file",
            Self::Environment => "the environment",
            Self::PasswordFile => "the password file",
        })
    }
}

/// The process's environment, or a test's.
pub(super) trait Environment {
    /// A variable's value; an empty one is none.
    fn variable(&self, name: &str) -> Option<String>;
    /// `DATABASE_URL` in a file `.env`.
    fn dot_env(&self) -> Result<Option<String>, Diagnostic>;
    /// The user's folder.
    fn home(&self) -> Option<PathBuf>;
}

/// The environment of this process.
pub(super) struct Process;

impl Environment for Process {
    fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn dot_env(&self) -> Result<Option<String>, Diagnostic> {
        // Nothing of an error is quoted, as it holds the line.
        let unreadable = || {
            Diagnostic::error("`.env` can't be read")
                .help("its lines have the form `DATABASE_URL=postgres://user@host/database`")
        };
        let variables = match dotenvy::dotenv_iter() {
            Ok(variables) => variables,
            Err(error) if error.not_found() => return Ok(None),
            Err(_) => return Err(unreadable()),
        };
        for variable in variables {
            match variable {
                Ok((name, value)) if name == "DATABASE_URL" && !value.is_empty() => {
                    return Ok(Some(value));
                }
                Ok(_) => {}
                // Somebody else's line.
                Err(dotenvy::Error::LineParse(line, _)) if !line.contains("DATABASE_URL") => {}
                Err(_) => return Err(unreadable()),
            }
        }
        Ok(None)
    }

    fn home(&self) -> Option<PathBuf> {
        env::home_dir()
    }
}

/// A connection's parameters, by libpq's names.
#[derive(Default)]
pub(super) struct Settings {
    values: HashMap<String, (String, Origin)>,
}

impl Settings {
    /// Puts together what names the connection.
    pub(super) fn find(
        url: Option<&str>,
        environment: &dyn Environment,
    ) -> Result<Self, Diagnostic> {
        let mut settings = Self::default();
        match connection_string(url, environment)? {
            Some((text, origin)) => {
                settings.fill(conninfo::parse(&text, &origin.to_string())?, origin);
            }
            None if NAMING
                .iter()
                .all(|name| environment.variable(name).is_none()) =>
            {
                return Err(Diagnostic::error("nothing says which database to read").help(
                    "set `DATABASE_URL=postgres://user@host/database` in the environment or in `.env`, or set `PGDATABASE` and libpq's other variables, or give the schema as SQL files",
                ));
            }
            None => {}
        }
        settings.fill_from_service(environment)?;
        settings.fill(
            VARIABLES.iter().filter_map(|(variable, key)| {
                Some(((*key).to_owned(), environment.variable(variable)?))
            }),
            Origin::Environment,
        );
        settings.refuse_encryption()?;
        Ok(settings)
    }

    /// A parameter's value.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(value, _)| value.as_str())
    }

    /// A parameter's value and origin.
    pub(super) fn get_with_origin(&self, key: &str) -> Option<(&str, Origin)> {
        self.values
            .get(key)
            .map(|(value, origin)| (value.as_str(), *origin))
    }

    /// The file that passwords are looked up in.
    pub(super) fn password_file(&self, environment: &dyn Environment) -> Option<PathBuf> {
        if let Some(path) = self.get("passfile") {
            return Some(path.into());
        }
        if cfg!(windows) {
            let data = environment.variable("APPDATA")?;
            return Some(PathBuf::from(data).join("postgresql").join("pgpass.conf"));
        }
        Some(environment.home()?.join(".pgpass"))
    }

    /// Takes the parameters that are not there yet. Of several in one source the last counts.
    fn fill(&mut self, parameters: impl IntoIterator<Item = (String, String)>, origin: Origin) {
        let parameters: HashMap<_, _> = parameters.into_iter().collect();
        for (key, value) in parameters {
            self.values.entry(key).or_insert((value, origin));
        }
    }

    fn fill_from_service(&mut self, environment: &dyn Environment) -> Result<(), Diagnostic> {
        let given = self.get("service").map(str::to_owned);
        let Some(name) = given.or_else(|| environment.variable("PGSERVICE")) else {
            return Ok(());
        };
        for path in service_files(environment) {
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let path = path.display();
            let found = files::service(&text, &name).map_err(|line| {
                Diagnostic::error(format!("line {line} of `{path}` can't be read"))
                    .help("a service's lines have the form `host=localhost`")
            })?;
            if let Some(parameters) = found {
                if let Some((key, _)) = parameters
                    .iter()
                    .find(|(key, _)| key == "service" || !conninfo::is_known(key))
                {
                    return Err(Diagnostic::error(format!(
                        "the service `{name}` in `{path}` has an unknown parameter `{key}`"
                    ))
                    .help("a service's lines have the form `host=localhost`"));
                }
                self.fill(parameters, Origin::Service);
                return Ok(());
            }
        }
        Err(
            Diagnostic::error(format!("there is no service `{name}`")).help(
                "services are read from `PGSERVICEFILE` or `~/.pg_service.conf`, then from `pg_service.conf` in the folder `PGSYSCONFDIR`",
            ),
        )
    }

    /// What asks for an encrypted connection must not get one without.
    fn refuse_encryption(&self) -> Result<(), Diagnostic> {
        let refuse = |parameter: &str, origin: Origin, what: &str| {
            Diagnostic::error(format!(
                "the `{parameter}` from {origin} asks for {what}, which is not supported"
            ))
            .help("use a unix socket or a tunnel, with `disable`, or give the schema as SQL files")
        };
        match self.get_with_origin("sslmode") {
            None | Some(("disable" | "allow" | "prefer", _)) => {}
            Some(("require" | "verify-ca" | "verify-full", origin)) => {
                return Err(refuse("sslmode", origin, "TLS"));
            }
            Some((_, origin)) => {
                return Err(
                    Diagnostic::error(format!("the `sslmode` from {origin} is unknown"))
                        .help("it is one of `disable`, `allow` and `prefer`"),
                );
            }
        }
        match self.get_with_origin("gssencmode") {
            Some(("require", origin)) => Err(refuse("gssencmode", origin, "GSSAPI encryption")),
            _ => Ok(()),
        }
    }
}

fn connection_string(
    url: Option<&str>,
    environment: &dyn Environment,
) -> Result<Option<(String, Origin)>, Diagnostic> {
    if let Some(url) = url {
        return Ok(Some((url.to_owned(), Origin::Given)));
    }
    if let Some(url) = environment.variable("DATABASE_URL") {
        return Ok(Some((url, Origin::DatabaseUrl)));
    }
    Ok(environment.dot_env()?.map(|url| (url, Origin::DotEnv)))
}

/// Where services are looked for, in this order.
fn service_files(environment: &dyn Environment) -> Vec<PathBuf> {
    let own = match environment.variable("PGSERVICEFILE") {
        Some(path) => Some(PathBuf::from(path)),
        None => environment.home().map(|home| home.join(".pg_service.conf")),
    };
    // libpq's own folder is chosen when it is built; this is Debian's choice.
    let folder = environment
        .variable("PGSYSCONFDIR")
        .unwrap_or_else(|| "/etc/postgresql-common".into());
    own.into_iter()
        .chain([PathBuf::from(folder).join("pg_service.conf")])
        .collect()
}
