//! The parameters of a connection string that the driver does not know.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::SslNegotiation;

use super::{Failure, Mode, Tls, TlsError, Version};

type Result<T> = std::result::Result<T, Failure>;

/// Those of TLS, and the few others that libpq has and that mean something here.
const OURS: [&str; 13] = [
    "fallback_application_name",
    "gssencmode",
    "keepalives_count",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
];

/// Those of libpq that change nothing here: GSSAPI is not used, the driver speaks UTF-8, and a key
/// with a password is refused.
const IGNORED: [&str; 7] = [
    "client_encoding",
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "max_protocol_version",
    "sslcompression",
    "sslpassword",
];

/// The values of the parameters of [`OURS`]; of several the last counts, and an empty one is none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters(HashMap<&'static str, String>);

/// Takes our parameters out of a connection string; none when it can't be read.
pub(super) fn split(text: &str) -> Option<(String, Parameters)> {
    let mut parameters = Parameters::default();
    let is_url = ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme));
    let rest = if is_url {
        split_url(text, &mut parameters)?
    } else {
        split_keywords(text, &mut parameters)?
    };
    Some((rest, parameters))
}

fn split_url(text: &str, parameters: &mut Parameters) -> Option<String> {
    // As the driver reads it: everything before an `@` is the user and the password.
    let host = text.find('@').unwrap_or_default();
    let Some(query) = text[host..].find('?') else {
        return Some(text.to_owned());
    };
    let (address, query) = text.split_at(host + query);
    let mut others = Vec::new();
    for part in query[1..].split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=')?;
        let key = percent_decode_str(key).decode_utf8().ok()?;
        let value = percent_decode_str(value).decode_utf8().ok();
        // The spelling of JDBC, which libpq takes as well.
        let (key, value) = match (&*key, value.as_deref()) {
            ("ssl", Some("true")) => ("sslmode", Some("require")),
            other => other,
        };
        if !parameters.take(key, value)? {
            others.push(part);
        }
    }
    if others.is_empty() {
        return Some(address.to_owned());
    }
    Some(format!("{address}?{}", others.join("&")))
}

/// `key=value key = 'a value'`, where a backslash takes the meaning from what follows.
fn split_keywords(text: &str, parameters: &mut Parameters) -> Option<String> {
    let mut others = String::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = keyword_value(after.trim_start())?;
        if !parameters.take(key.trim_end(), Some(&value))? {
            others.push_str(&rest[..rest.len() - after.len()]);
            others.push(' ');
        }
        rest = after.trim_start();
    }
    Some(others)
}

/// The value at the beginning of the text, and what is behind it.
fn keyword_value(text: &str) -> Option<(String, &str)> {
    let (quoted, text) = match text.strip_prefix('\'') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Some((value, &text[at..])),
            c => value.push(c),
        }
    }
    (!quoted).then_some((value, ""))
}

impl Parameters {
    /// Keeps or drops a parameter that is not the driver's; whether it was one. None when its value
    /// is no text.
    pub(super) fn take(&mut self, key: &str, value: Option<&str>) -> Option<bool> {
        if IGNORED.contains(&key) {
            return Some(true);
        }
        let Some(key) = OURS.iter().find(|ours| **ours == key) else {
            return Some(false);
        };
        match value? {
            "" => self.0.remove(key),
            value => self.0.insert(key, value.to_owned()),
        };
        Some(true)
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The value of a parameter that has one of a few.
    fn one_of<T: Copy>(&self, key: &str, values: &[(&str, T)]) -> Result<Option<T>> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match values.iter().find(|(name, _)| *name == value) {
            Some((_, value)) => Ok(Some(*value)),
            // The value is not shown: it may be a part of a password that was not encoded.
            None => {
                let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
                Err(TlsError::new(
                    format!("the value of `{key}` is unknown"),
                    format!("the values are `{}`", names.join("`, `")),
                )
                .into())
            }
        }
    }

    /// What they say of TLS, and the others into the driver's settings.
    pub(super) fn apply(&self, config: &mut Config) -> Result<Tls> {
        if let Some(count) = self.get("keepalives_count") {
            config.keepalives_retries(count.parse().map_err(|_| Failure::Unreadable)?);
        }
        if config.get_application_name().is_none()
            && let Some(name) = self.get("fallback_application_name")
        {
            config.application_name(name);
        }
        let gssapi = [("disable", false), ("prefer", false), ("require", true)];
        if self.one_of("gssencmode", &gssapi)? == Some(true) {
            return refuse(
                "`gssencmode=require` asks for GSSAPI encryption, which is not supported",
                "use TLS, `sslmode=verify-full`, and leave `gssencmode` out",
            );
        }
        let mode = self.mode()?;
        let negotiation = [
            ("postgres", SslNegotiation::Postgres),
            ("direct", SslNegotiation::Direct),
        ];
        if let Some(negotiation) = self.one_of("sslnegotiation", &negotiation)? {
            if negotiation == SslNegotiation::Direct && mode < Mode::Require {
                return refuse(
                    "`sslnegotiation=direct` does not go with a connection that may be unencrypted",
                    "use `sslmode=require`, `verify-ca` or `verify-full` with it",
                );
            }
            config.ssl_negotiation(negotiation);
        }
        let client_certificate = [("disable", false), ("allow", true)];
        let file = |key| self.get(key).map(str::to_owned);
        Ok(Tls {
            mode,
            root: file("sslrootcert"),
            revoked: file("sslcrl"),
            certificate: file("sslcert"),
            key: file("sslkey"),
            versions: self.versions()?,
            sni: self.one_of("sslsni", &[("1", true), ("0", false)])? != Some(false),
            client_certificate: self.one_of("sslcertmode", &client_certificate)? != Some(false),
        })
    }

    fn mode(&self) -> Result<Mode> {
        let modes = [
            ("disable", Mode::Disable),
            ("allow", Mode::Allow),
            ("prefer", Mode::Prefer),
            ("require", Mode::Require),
            ("verify-ca", Mode::VerifyCa),
            ("verify-full", Mode::VerifyFull),
        ];
        let mode = self.one_of("sslmode", &modes)?;
        if self.get("sslrootcert") != Some("system") {
            return Ok(mode.unwrap_or(Mode::Prefer));
        }
        match mode {
            None | Some(Mode::VerifyFull) => Ok(Mode::VerifyFull),
            // Anybody can have a certificate of a public authority, for a name of their own.
            Some(_) => refuse(
                "`sslrootcert=system` does not go with an `sslmode` that does not compare the host's name",
                "use `sslmode=verify-full` with it, or leave `sslmode` out",
            ),
        }
    }

    fn versions(&self) -> Result<(Version, Version)> {
        // Those before 1.2 are broken, and there is no code for them.
        let least = [
            ("TLSv1", Version::Tls12),
            ("TLSv1.1", Version::Tls12),
            ("TLSv1.2", Version::Tls12),
            ("TLSv1.3", Version::Tls13),
        ];
        let min = self.one_of("ssl_min_protocol_version", &least)?;
        let max = self.one_of("ssl_max_protocol_version", &least[2..])?;
        let versions = (min.unwrap_or(Version::Tls12), max.unwrap_or(Version::Tls13));
        if versions.0 > versions.1 {
            return refuse(
                "`ssl_min_protocol_version` is above `ssl_max_protocol_version`",
                "leave one of them out",
            );
        }
        Ok(versions)
    }
}

fn refuse<T>(message: &'static str, help: &'static str) -> Result<T> {
    Err(TlsError::new(message, help).into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, rest: &str, parameters: &[(&str, &str)]) {
        let (other, found) = split(text).unwrap();
        assert_eq!(other, rest);
        let mut found: Vec<(&str, &str)> = found
            .0
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        found.sort_unstable();
        assert_eq!(found, parameters);
    }

    #[test]
    fn urls() {
        check("postgres://u:p@h/d", "postgres://u:p@h/d", &[]);
        check(
            "postgres://u:p?sslmode=x@h/d?user=u&sslmode=require&port=1&sslrootcert=%2Fa%20b&sslcrl=",
            "postgres://u:p?sslmode=x@h/d?user=u&port=1",
            &[("sslmode", "require"), ("sslrootcert", "/a b")],
        );
        check(
            "postgresql://h?ssl=true",
            "postgresql://h",
            &[("sslmode", "require")],
        );
        check("postgres://h?gsslib=x&krbsrvname=y", "postgres://h", &[]);
        check("postgres://h?hots=x", "postgres://h?hots=x", &[]);
    }

    #[test]
    fn keywords() {
        check(
            r"host=h sslmode = 'verify-full' password='a \' sslmode=x' sslkey=a\ b",
            r"host=h password='a \' sslmode=x' ",
            &[("sslkey", "a b"), ("sslmode", "verify-full")],
        );
        check("sslmode=require sslmode=''", "", &[]);
        assert!(split("hunter2").is_none());
        assert!(split("password='x").is_none());
    }

    fn tls(parameters: &str) -> Result<Tls> {
        split(parameters).unwrap().1.apply(&mut Config::new())
    }

    #[test]
    fn modes() {
        assert_eq!(tls("").unwrap().mode, Mode::Prefer);
        assert_eq!(tls("sslmode=verify-ca").unwrap().mode, Mode::VerifyCa);
        assert_eq!(tls("sslrootcert=system").unwrap().mode, Mode::VerifyFull);
        for text in [
            "sslmode=secret",
            "sslmode=require sslrootcert=system",
            "sslnegotiation=direct",
            "gssencmode=require",
            "sslcertmode=require",
            "ssl_min_protocol_version=secret",
            "ssl_min_protocol_version=TLSv1.3 ssl_max_protocol_version=TLSv1.2",
        ] {
            let error = tls(text).unwrap_err();
            assert!(matches!(error, Failure::Tls(_)), "{text}: {error:?}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn others() {
        let mut config = Config::new();
        let text = "keepalives_count=3 fallback_application_name=x ssl_min_protocol_version=TLSv1 \
                    sslmode=require sslnegotiation=direct sslsni=0 sslcertmode=disable";
        let tls = split(text).unwrap().1.apply(&mut config).unwrap();
        assert_eq!(config.get_keepalives_retries(), Some(3));
        assert_eq!(config.get_application_name(), Some("x"));
        assert_eq!(config.get_ssl_negotiation(), SslNegotiation::Direct);
        assert_eq!(tls.versions, (Version::Tls12, Version::Tls13));
        assert!(!tls.sni && !tls.client_certificate);
    }
}
