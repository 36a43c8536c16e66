//! Connection strings in libpq's two forms (PostgreSQL manual, "Connection Strings").
//!
//! A string that can't be read may hold a password anywhere, so no message quotes from it.

use crate::diagnostics::Diagnostic;

/// The parameters that are understood, by libpq's names.
const KNOWN: [&str; 34] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "gssencmode",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Whether a parameter is one that [`super::connect`] understands.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}

/// A parameter's name and value.
pub(super) type Parameter = (String, String);

/// Reads a connection string, `postgres://…` or `key=value …`; `from` says what held it.
pub(super) fn parse(text: &str, from: &str) -> Result<Vec<Parameter>, Diagnostic> {
    let text = text.trim();
    let uri = text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"));
    let parameters = match uri {
        Some(uri) => parse_uri(uri),
        None if text.contains("://") => Err(Unreadable::OtherScheme),
        None if text.is_empty() => Err(Unreadable::Keywords),
        None => parse_keywords(text),
    };
    parameters.map_err(|problem| problem.diagnostic(from))
}

#[derive(Debug, PartialEq, Eq)]
enum Unreadable {
    OtherScheme,
    Encoding,
    Structure,
    Keywords,
    UnknownKeyword,
    UnknownParameter(Option<String>),
}

impl Unreadable {
    fn diagnostic(self, from: &str) -> Diagnostic {
        let unreadable = |help: &str| {
            Diagnostic::error(format!("the connection string from {from} can't be read")).help(help)
        };
        match self {
            Self::OtherScheme => unreadable("a PostgreSQL URL begins with `postgres://`"),
            Self::Encoding => {
                unreadable("after a `%` there are two hexadecimal digits, other than `00`")
            }
            Self::Structure => unreadable(
                "a URL has the form `postgres://user:password@host:5432/database`; `/`, `@`, `?`, `#`, `:` and `%` in a name or password are written `%2F`, `%40`, `%3F`, `%23`, `%3A` and `%25`",
            ),
            Self::Keywords => unreadable(
                "it is a URL, `postgres://user@host/database`, or `host=… user=… dbname=…`, with single quotes round values that have spaces",
            ),
            Self::UnknownKeyword => unreadable(
                "it has a parameter that is not known here; values that have spaces stand in single quotes",
            ),
            Self::UnknownParameter(name) => {
                let help = format!("the parameters are `{}`", KNOWN.join("`, `"));
                match name {
                    Some(name) => {
                        Diagnostic::error(format!("{from} has an unknown parameter `{name}`"))
                    }
                    None => Diagnostic::error(format!("{from} has an unknown parameter")),
                }
                .help(help)
            }
        }
    }
}

fn parse_uri(uri: &str) -> Result<Vec<Parameter>, Unreadable> {
    let mut parameters = Parameters(Vec::new());
    let authority_end = uri.find('/').unwrap_or(uri.len());
    let rest = match uri[..authority_end].find('@') {
        Some(at) => {
            let (user, password) = split_at_char(&uri[..at], ':');
            if user.contains('?') {
                return Err(Unreadable::Structure);
            }
            parameters.push("user", &decode(user)?);
            parameters.push("password", &decode(password.unwrap_or_default())?);
            &uri[at + 1..]
        }
        None => uri,
    };
    let (address, query) = split_at_char(rest, '?');
    let (hosts, database) = split_at_char(address, '/');
    let database = database.unwrap_or_default();
    // An `@` behind the first one: it, or a `/` before it, belongs to a password.
    if address.contains('@') {
        return Err(Unreadable::Structure);
    }
    parameters.push_hosts(hosts)?;
    parameters.push("dbname", &decode(database)?);
    if let Some(query) = query {
        parameters.push_query(query)?;
    }
    Ok(parameters.0)
}

struct Parameters(Vec<Parameter>);

impl Parameters {
    /// An empty value is none, as everywhere in libpq.
    fn push(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.0.push((key.to_owned(), value.to_owned()));
        }
    }

    /// `host1:port1,host2,[::1]:port3`
    fn push_hosts(&mut self, text: &str) -> Result<(), Unreadable> {
        let mut hosts = Vec::new();
        let mut ports = Vec::new();
        for part in text.split(',') {
            let (host, port) = match part.strip_prefix('[') {
                Some(bracketed) => {
                    let (host, rest) = bracketed.split_once(']').ok_or(Unreadable::Structure)?;
                    let port = match rest {
                        "" => "",
                        rest => rest.strip_prefix(':').ok_or(Unreadable::Structure)?,
                    };
                    (host, port)
                }
                None => part.split_once(':').unwrap_or((part, "")),
            };
            if !port.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Unreadable::Structure);
            }
            hosts.push(decode(host)?);
            ports.push(port);
        }
        // A list of nothing but empty ones is `,`, or empty.
        if hosts.iter().any(|host| !host.is_empty()) {
            self.push("host", &hosts.join(","));
        }
        if ports.iter().any(|port| !port.is_empty()) {
            self.push("port", &ports.join(","));
        }
        Ok(())
    }

    fn push_query(&mut self, query: &str) -> Result<(), Unreadable> {
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or(Unreadable::Structure)?;
            let (key, value) = (decode(key)?, decode(value)?);
            match key.as_str() {
                // The spelling of JDBC, which libpq takes as well.
                "ssl" if value == "true" => self.push("sslmode", "require"),
                key if is_known(key) => self.push(key, &value),
                key => {
                    // It may be a part of a password that was not encoded.
                    let harmless = key.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
                        && !query.contains('@')
                        && !query.contains("password");
                    return Err(Unreadable::UnknownParameter(
                        harmless.then(|| key.to_owned()),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn split_at_char(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// Resolves `%2F` and the like.
fn decode(text: &str) -> Result<String, Unreadable> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        match digit().zip(digit()) {
            Some((high, low)) if high + low > 0 => {
                decoded.push(u8::try_from(high * 16 + low).map_err(|_| Unreadable::Encoding)?);
            }
            _ => return Err(Unreadable::Encoding),
        }
    }
    String::from_utf8(decoded).map_err(|_| Unreadable::Encoding)
}

/// `host=localhost password='with spaces, \' and \\'`
fn parse_keywords(text: &str) -> Result<Vec<Parameter>, Unreadable> {
    let mut parameters = Parameters(Vec::new());
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or(Unreadable::Keywords)?;
        let key = key.trim_end();
        if !is_known(key) {
            return Err(Unreadable::UnknownKeyword);
        }
        let (value, after) = keyword_value(after.trim_start())?;
        parameters.push(key, &value);
        rest = after.trim_start();
    }
    Ok(parameters.0)
}

/// The value at the beginning of the text, and what is behind it.
fn keyword_value(text: &str) -> Result<(String, &str), Unreadable> {
    let (quoted, text) = match text.strip_prefix('\'') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(Unreadable::Keywords);
    }
    Ok((value, ""))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let parameters = parse(text, "a test").unwrap();
        let parameters: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(parameters, expected);
    }

    #[test]
    fn urls() {
        check("postgres://", &[]);
        check("postgresql:///shop", &[("dbname", "shop")]);
        check(
            "postgres://ada:s%3Acret%2f@db.example:5433/shop",
            &[
                ("user", "ada"),
                ("password", "s:cret/"),
                ("host", "db.example"),
                ("port", "5433"),
                ("dbname", "shop"),
            ],
        );
        check(
            "postgres://a,b:2,[::1]:3/",
            &[("host", "a,b,::1"), ("port", ",2,3")],
        );
        check(
            "postgres://%2Fvar%2Frun/shop?user=ada&connect_timeout=3&ssl=true",
            &[
                ("host", "/var/run"),
                ("dbname", "shop"),
                ("user", "ada"),
                ("connect_timeout", "3"),
                ("sslmode", "require"),
            ],
        );
        check(
            "postgres://host?user=ada",
            &[("host", "host"), ("user", "ada")],
        );
        check(
            "postgres://u:p?q@host",
            &[("user", "u"), ("password", "p?q"), ("host", "host")],
        );
    }

    #[test]
    fn keywords() {
        check(
            r"host=localhost port = 5433 password='a \'b\' \\' dbname=x\ y user=''",
            &[
                ("host", "localhost"),
                ("port", "5433"),
                ("password", r"a 'b' \"),
                ("dbname", "x y"),
            ],
        );
    }

    #[test]
    fn an_unreadable_string_is_not_quoted() {
        for text in [
            "",
            "mysql://ada:hunter2@host/shop",
            "postgres://ada:hunter2@@host/shop",
            "postgres://ada:hunter2/@host/shop",
            "postgres://ada:1/hunter2@host/shop",
            "postgres://ada:1/hunter2?hunter2=hunter2@host/shop",
            "postgres://ada:hunter2%@host/shop",
            "postgres://ada:%00hunter2@host/shop",
            "postgres://host:hunter2",
            "postgres://[hunter2/shop",
            "postgres://host/shop?password=x&hunter=hunter2",
            "postgres://host/shop?hunter2",
            "postgres//ada:hunter2@host/shop",
            "postgres//ada:hunter2@host/shop?sslmode=disable",
            "password=hunter2 hunter2=3",
            "password='hunter2",
            "hunter2",
        ] {
            let problem = parse(text, "a test").unwrap_err().render(false);
            assert!(!problem.contains("hunter"), "{text}: {problem}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_named() {
        let problem = parse("postgres://ada:x@host/shop?schema=public", "`DATABASE_URL`");
        assert_eq!(
            problem.unwrap_err().message,
            "`DATABASE_URL` has an unknown parameter `schema`"
        );
    }
}
