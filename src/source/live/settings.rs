//! What to connect to: the parameters of a connection and where each came from.
//!
//! As in libpq, the connection string comes first, then its service, then the environment
//! (PostgreSQL manual, "Environment Variables").

use std::collections::HashMap;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use super::conninfo;
use super::files;
use crate::diagnostics::Diagnostic;

/// libpq's variables, and the parameter that each of them stands for.
const VARIABLES: [(&str, &str); 25] = [
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
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLSNI", "sslsni"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
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
    /// The caller's URL, such as that of `--database-url`.
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
            Self::Given => "the given URL",
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
        let Ok(folder) = env::current_dir() else {
            return Ok(None);
        };
        let path = folder.ancestors().map(|folder| folder.join(".env"));
        match path.into_iter().find(|path| path.is_file()) {
            Some(path) => url_in_dot_env(&path),
            None => Ok(None),
        }
    }

    fn home(&self) -> Option<PathBuf> {
        env::home_dir()
    }
}

/// `DATABASE_URL` in a file of variables. No error quotes from the file.
fn url_in_dot_env(path: &Path) -> Result<Option<String>, Diagnostic> {
    let text = fs::read_to_string(path).map_err(|error| {
        Diagnostic::error(format!("can't read `{}`: {error}", path.display()))
            .help("set `DATABASE_URL` in the environment to do without it")
    })?;
    // Lines that can't be read are not ours to judge, unless one of them is the one that is wanted.
    let found = dotenvy::from_read_iter(text.as_bytes())
        .flatten()
        .find(|(name, value)| name == "DATABASE_URL" && !value.is_empty());
    if let Some((_, url)) = found {
        return Ok(Some(url));
    }
    let unreadable = text.lines().position(|line| {
        let line = line.trim_start();
        let assignment = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let value = assignment
            .strip_prefix("DATABASE_URL")
            .and_then(|rest| rest.trim_start().strip_prefix('='));
        value.is_some_and(|value| !value.trim().trim_matches(['"', '\'']).is_empty())
    });
    match unreadable {
        Some(line) => Err(Diagnostic::error(format!(
            "line {} of `{}` can't be read",
            line + 1,
            path.display()
        ))
        .help("put the URL in single quotes: `DATABASE_URL='postgres://user@host/database'`")),
        None => Ok(None),
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
        settings.refuse_gssapi()?;
        Ok(settings)
    }

    /// Just these parameters.
    #[cfg(test)]
    pub(super) fn of(parameters: &[(&str, &str)], origin: Origin) -> Self {
        let mut settings = Self::default();
        let parameters = parameters.iter();
        settings.fill(
            parameters.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
            origin,
        );
        settings
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

    /// What asks for GSSAPI's encryption must not get a connection without.
    fn refuse_gssapi(&self) -> Result<(), Diagnostic> {
        match self.get_with_origin("gssencmode") {
            Some(("require", origin)) => Err(Diagnostic::error(format!(
                "the `gssencmode` from {origin} asks for GSSAPI encryption, which is not supported"
            ))
            .help("use TLS, as with `sslmode=verify-full`")),
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// An environment of these variables, `.env` included as `.env`.
    struct Test<'a> {
        variables: &'a [(&'a str, &'a str)],
        home: &'a Path,
    }

    impl Environment for Test<'_> {
        fn variable(&self, name: &str) -> Option<String> {
            let variable = self.variables.iter().find(|(it, _)| *it == name)?;
            Some(variable.1.to_owned())
        }

        fn dot_env(&self) -> Result<Option<String>, Diagnostic> {
            Ok(self.variable(".env"))
        }

        fn home(&self) -> Option<PathBuf> {
            Some(self.home.to_owned())
        }
    }

    fn find(url: Option<&str>, variables: &[(&str, &str)]) -> Result<Settings, Diagnostic> {
        let home = Path::new("/nowhere");
        Settings::find(url, &Test { variables, home })
    }

    #[track_caller]
    fn check(settings: &Settings, key: &str, expected: Option<(&str, Origin)>) {
        assert_eq!(settings.get_with_origin(key), expected, "{key}");
    }

    #[test]
    fn the_first_that_names_a_database_counts() {
        let all = [
            ("DATABASE_URL", "postgres://two/two"),
            (".env", "postgres://three/three"),
            ("PGHOST", "four"),
            ("PGUSER", "ada"),
        ];
        let settings = find(Some("postgres:///one"), &all).unwrap();
        check(&settings, "dbname", Some(("one", Origin::Given)));
        check(&settings, "host", Some(("four", Origin::Environment)));
        check(&settings, "user", Some(("ada", Origin::Environment)));
        let settings = find(None, &all).unwrap();
        check(&settings, "dbname", Some(("two", Origin::DatabaseUrl)));
        check(&settings, "host", Some(("two", Origin::DatabaseUrl)));
        let settings = find(None, &all[1..]).unwrap();
        check(&settings, "host", Some(("three", Origin::DotEnv)));
        let settings = find(None, &all[2..]).unwrap();
        check(&settings, "host", Some(("four", Origin::Environment)));
        check(&settings, "dbname", None);
    }

    #[test]
    fn nothing_names_a_database() {
        let problem = find(None, &[("PGPASSWORD", "secret"), ("PGAPPNAME", "x")]);
        let problem = problem.map(|_| ()).unwrap_err();
        assert_eq!(problem.message, "nothing says which database to read");
        assert!(problem.help.unwrap().contains("DATABASE_URL"));
    }

    #[test]
    fn a_service_comes_before_the_environment() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(".pg_service.conf");
        fs::write(&file, "[shop]\nhost=db\nport=5433\n[odd]\nhots=db\n").unwrap();
        let find = |url, variables| {
            let home = home.path();
            Settings::find(url, &Test { variables, home })
        };
        let settings = find(
            Some("postgres://:5434/?service=shop"),
            &[("PGHOST", "other"), ("PGSERVICE", "odd"), ("PGUSER", "ada")],
        )
        .unwrap();
        check(&settings, "host", Some(("db", Origin::Service)));
        check(&settings, "port", Some(("5434", Origin::Given)));
        check(&settings, "user", Some(("ada", Origin::Environment)));

        let settings = find(None, &[("PGSERVICE", "shop")]).unwrap();
        check(&settings, "host", Some(("db", Origin::Service)));
        let problem = find(None, &[("PGSERVICE", "odd")]).map(|_| ()).unwrap_err();
        assert!(problem.message.contains("unknown parameter `hots`"));
        let problem = find(None, &[("PGSERVICE", "shopping")])
            .map(|_| ())
            .unwrap_err();
        assert_eq!(problem.message, "there is no service `shopping`");
    }

    #[test]
    fn encryption_is_not_quietly_left_out() {
        assert!(find(Some("postgres://host/shop?gssencmode=prefer"), &[]).is_ok());
        let settings = find(
            Some("postgres://host/shop?sslrootcert=system"),
            &[("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", "x")],
        )
        .unwrap();
        check(
            &settings,
            "sslmode",
            Some(("verify-full", Origin::Environment)),
        );
        check(&settings, "sslrootcert", Some(("system", Origin::Given)));
        let problem = find(Some("postgres://host/shop"), &[("PGGSSENCMODE", "require")]);
        assert_eq!(
            problem.map(|_| ()).unwrap_err().message,
            "the `gssencmode` from the environment asks for GSSAPI encryption, which is not supported"
        );
    }

    #[test]
    fn dot_env() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            url_in_dot_env(&path)
        };
        let url = Ok(Some("postgres://ada:x@host/shop".to_owned()));
        assert_eq!(read("A=1\nDATABASE_URL=postgres://ada:x@host/shop\n"), url);
        assert_eq!(
            read("not a variable\nexport DATABASE_URL='postgres://ada:x@host/shop'"),
            url
        );
        assert_eq!(read("# DATABASE_URL=postgres://host"), Ok(None));
        assert_eq!(read("DATABASE_URL=\nDATABASE_URL_2=x"), Ok(None));
        let problem = read("\nDATABASE_URL=postgres://ada:hunter 2@host").unwrap_err();
        assert!(problem.message.starts_with("line 2 of"));
        assert!(!problem.render(false).contains("hunter"));
    }

    #[test]
    fn password_file() {
        let path = |variables| {
            let home = Path::new("/home/ada");
            let environment = Test { variables, home };
            let settings = Settings::find(Some("postgres://host"), &environment).unwrap();
            settings.password_file(&environment).unwrap()
        };
        assert_eq!(path(&[("PGPASSFILE", "/x")]), Path::new("/x"));
        if cfg!(unix) {
            assert_eq!(path(&[]), Path::new("/home/ada/.pgpass"));
        }
    }
}
