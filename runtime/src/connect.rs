//! From a connection string to a connection.

mod parameters;
mod problem;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "connect/no_tls.rs"]
mod tls;
#[cfg(feature = "tls")]
mod verify;

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
#[cfg(feature = "pool")]
use std::time::Duration;

#[cfg(feature = "pool")]
use tokio_postgres::CancelToken;
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use tokio::task::JoinHandle;

use self::parameters::Parameters;
pub use self::problem::{Failure, TlsError};
use self::tls::Connector;
use crate::{Error, Result};

/// A client, and the task that drives its connection.
type Driven = (Client, JoinHandle<Result<(), tokio_postgres::Error>>);

/// Connects with the driver's settings and with libpq's parameters of TLS, as `rowsmith` does to
/// read a schema. The error of the connection is the task's.
///
/// # Errors
///
/// When there is no connection, or a parameter's value can't be read.
pub async fn connect_with(
    config: &Config,
    parameters: impl IntoIterator<Item = (&str, &str)>,
) -> Result<Driven, Failure> {
    let mut ours = Parameters::default();
    for (key, value) in parameters {
        if ours.take(key, Some(value)) != Some(true) {
            return Err(Failure::Unreadable);
        }
    }
    Target::new(config, &ours)?.connect_driven().await
}

/// How a connection is encrypted and the server known, by libpq's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// The versions of TLS there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    Tls12,
    Tls13,
}

/// The parameters of TLS.
// Without the feature only the mode means something.
#[cfg_attr(not(feature = "tls"), allow(dead_code))]
#[derive(Clone, Debug)]
struct Tls {
    mode: Mode,
    /// A file's path, or `system`.
    root: Option<String>,
    revoked: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
    versions: (Version, Version),
    /// Whether the server is told its name.
    sni: bool,
    /// Whether a client certificate is sent where there is one.
    client_certificate: bool,
}

/// What a connection string names: a server, perhaps one of several, and how to talk to it.
#[derive(Clone)]
pub(crate) struct Target {
    /// Everything but the places.
    config: Config,
    places: Vec<Place>,
    tls: Tls,
    /// How long a place may take, if there is another one after it.
    #[cfg(feature = "pool")]
    share: Option<Duration>,
}

/// One of the places where the server may be.
#[derive(Clone)]
struct Place {
    host: Option<Host>,
    address: Option<IpAddr>,
    port: u16,
}

impl Target {
    /// Reads a connection string, in either of libpq's forms.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (rest, parameters) = parameters::split(text).ok_or(Error::ConnectionString)?;
        let config: Config = rest.parse().map_err(|_| Error::ConnectionString)?;
        Ok(Self::new(&config, &parameters)?)
    }

    fn new(config: &Config, parameters: &Parameters) -> Result<Self, Failure> {
        let places = places(config).ok_or(Failure::Unreadable)?;
        let mut config = without_hosts(config);
        let tls = parameters.apply(&mut config)?;
        Ok(Self {
            config,
            places,
            tls,
            #[cfg(feature = "pool")]
            share: None,
        })
    }

    /// Shares out the time there is for connecting, so that a place which never answers leaves some
    /// of it for the next. Where there is a `connect_timeout`, that is what each of them has.
    #[cfg(feature = "pool")]
    pub(crate) fn share_out(&mut self, time: Duration) {
        if self.config.get_connect_timeout().is_none()
            && let Ok(count) = u32::try_from(self.places.len())
        {
            self.share = time.checked_div(count);
        }
    }

    /// The driver's settings, in which the hosts and what belongs to TLS are not.
    // Without the pool nobody changes them.
    #[cfg_attr(not(feature = "pool"), allow(dead_code))]
    pub(crate) fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Connects to the first host that lets us in, and drives the connection in a task of its own.
    pub(crate) async fn connect(&self) -> Result<Client> {
        // An error of the connection reaches whoever uses the client.
        let (client, _) = self.connect_driven().await?;
        Ok(client)
    }

    async fn connect_driven(&self) -> Result<Driven, Failure> {
        let mut places: Vec<&Place> = self.places.iter().collect();
        if self.config.get_load_balance_hosts() == LoadBalanceHosts::Random {
            let random = RandomState::new();
            places.sort_by_cached_key(|place| random.hash_one(std::ptr::from_ref(*place)));
        }
        let connector = self.connector().await?;
        let mut last = Failure::Unreadable;
        let count = places.len();
        for (i, place) in places.into_iter().enumerate() {
            let attempt = self.attempt(place, connector.as_ref());
            // The last place has all the time that is left.
            let result = if i + 1 < count {
                self.in_its_share(attempt).await
            } else {
                Some(attempt.await)
            };
            match result {
                Some(Err(error)) if !is_unwelcome(&error) => last = error,
                Some(result) => return result,
                None => {}
            }
        }
        Err(last)
    }

    /// What makes TLS connections; none where no place may have any.
    async fn connector(&self) -> Result<Option<Connector>, Failure> {
        if self.tls.mode == Mode::Disable || self.places.iter().all(Place::is_local) {
            return Ok(None);
        }
        tls::connector(&self.tls).await.map(Some)
    }

    async fn attempt(
        &self,
        place: &Place,
        connector: Option<&Connector>,
    ) -> Result<Driven, Failure> {
        // libpq, too, knows no TLS over a unix socket.
        match connector.filter(|_| !place.is_local()) {
            Some(connector) => Box::pin(self.by_mode(place, connector)).await,
            None => self.plain(place).await,
        }
    }

    /// What comes of an attempt; none when it takes longer than its share.
    #[cfg(feature = "pool")]
    async fn in_its_share<T>(&self, attempt: impl Future<Output = T>) -> Option<T> {
        match self.share {
            Some(share) => tokio::time::timeout(share, attempt).await.ok(),
            None => Some(attempt.await),
        }
    }

    /// Only the pool shares out its time.
    #[cfg(not(feature = "pool"))]
    async fn in_its_share<T>(&self, attempt: impl Future<Output = T>) -> Option<T> {
        Some(attempt.await)
    }

    /// Asks the server to give up what it is doing for a connection.
    ///
    /// # Errors
    ///
    /// What the connecting came to: the server says nothing of what it did.
    #[cfg(feature = "pool")]
    pub(crate) async fn cancel(&self, token: &CancelToken) -> Result<()> {
        match self.connector().await? {
            Some(connector) => token.cancel_query(connector.make()).await?,
            None => token.cancel_query(NoTls).await?,
        }
        Ok(())
    }

    /// Connects over TLS, or one way after the other where the mode allows both.
    async fn by_mode(&self, place: &Place, connector: &Connector) -> Result<Driven, Failure> {
        match self.tls.mode {
            Mode::Allow => match self.plain(place).await {
                Err(plain) if may_differ(&plain) => {
                    let encrypted = self.encrypted(place, connector).await;
                    encrypted.map_err(|error| telling(error, plain))
                }
                result => result,
            },
            Mode::Prefer => match self.encrypted(place, connector).await {
                Err(error) if may_differ(&error) => {
                    let plain = self.plain(place).await;
                    plain.map_err(|plain| telling(error, plain))
                }
                result => result,
            },
            _ => self.encrypted(place, connector).await,
        }
    }

    async fn plain(&self, place: &Place) -> Result<Driven, Failure> {
        let mut config = place.config(&self.config);
        config.ssl_mode(SslMode::Disable);
        let (client, connection) = config.connect(NoTls).await?;
        Ok((client, tokio::spawn(connection)))
    }

    async fn encrypted(&self, place: &Place, connector: &Connector) -> Result<Driven, Failure> {
        let mut config = place.config(&self.config);
        if place.host.is_none()
            && let Some(address) = place.address
        {
            if self.tls.mode == Mode::VerifyFull {
                return Err(TlsError::new(
                    "there is no host name to compare the server's certificate with",
                    "give `host` beside `hostaddr`, or use `sslmode=verify-ca`",
                )
                .into());
            }
            // The driver wants a name, which is not compared.
            config.host(address.to_string());
        }
        // The driver's `prefer` goes on without TLS where the server has none.
        config.ssl_mode(match self.tls.mode {
            Mode::Disable | Mode::Allow | Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        let (client, connection) = config
            .connect(connector.make())
            .await
            .map_err(|error| problem::explain(error, connector))?;
        Ok((client, tokio::spawn(connection)))
    }
}

/// Whether the server refuses the user, or the password. libpq, too, goes on to no other host then:
/// this one is up, and what is wrong would be hidden by what the next one says.
fn is_unwelcome(failure: &Failure) -> bool {
    match failure {
        Failure::Driver(error) => error
            .code()
            .is_some_and(|code| code.code().starts_with("28")),
        Failure::Tls(_) | Failure::Unreadable => false,
    }
}

/// Whether the other way, with TLS or without, may succeed where this one did not: the TLS handshake
/// failed, or the server refuses for a reason other than the password.
fn may_differ(failure: &Failure) -> bool {
    match failure {
        Failure::Tls(_) => true,
        Failure::Driver(error) => error
            .code()
            .is_some_and(|code| *code != SqlState::INVALID_PASSWORD),
        Failure::Unreadable => false,
    }
}

/// Of the errors of both ways, the one that tells what to do: that of TLS, but for a server that lets
/// us in without it and finds something else to be wrong.
fn telling(encrypted: Failure, plain: Failure) -> Failure {
    let plain_is_allowed = match &plain {
        Failure::Driver(error) => match error.code() {
            Some(code) => {
                [SqlState::INVALID_PASSWORD, SqlState::INVALID_CATALOG_NAME].contains(code)
            }
            // It asks for a password, and there is none.
            None => !error.is_closed() && !problem::is_io(error),
        },
        _ => false,
    };
    if plain_is_allowed && matches!(encrypted, Failure::Tls(_)) {
        plain
    } else {
        encrypted
    }
}

impl Place {
    /// Whether it is a unix socket.
    fn is_local(&self) -> bool {
        self.address.is_none() && !matches!(self.host, Some(Host::Tcp(_)))
    }

    /// The settings with this host.
    fn config(&self, base: &Config) -> Config {
        let mut config = base.clone();
        match &self.host {
            Some(Host::Tcp(host)) => {
                config.host(host);
            }
            #[cfg(unix)]
            Some(Host::Unix(path)) => {
                config.host_path(path);
            }
            None => {}
        }
        if let Some(address) = self.address {
            config.hostaddr(address);
        }
        config.port(self.port);
        config
    }
}

/// The lists of hosts, addresses and ports, one element each; none when they do not fit together.
fn places(config: &Config) -> Option<Vec<Place>> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let ports = config.get_ports();
    let count = hosts.len().max(addresses.len());
    let fits = |length: usize, few: usize| length <= few || length == count;
    if count == 0 || !fits(hosts.len(), 0) || !fits(addresses.len(), 0) || !fits(ports.len(), 1) {
        return None;
    }
    let place = |i: usize| Place {
        host: hosts.get(i).cloned(),
        address: addresses.get(i).copied(),
        port: ports.get(i).or(ports.first()).copied().unwrap_or(5432),
    };
    Some((0..count).map(place).collect())
}

/// The settings without hosts, which the driver has no function to take away.
fn without_hosts(from: &Config) -> Config {
    let mut config = Config::new();
    config
        .ssl_negotiation(from.get_ssl_negotiation())
        .keepalives(from.get_keepalives())
        .keepalives_idle(from.get_keepalives_idle())
        .target_session_attrs(from.get_target_session_attrs())
        .channel_binding(from.get_channel_binding())
        .load_balance_hosts(from.get_load_balance_hosts());
    from.get_user().map(|user| config.user(user));
    from.get_password()
        .map(|password| config.password(password));
    from.get_dbname().map(|name| config.dbname(name));
    from.get_options().map(|options| config.options(options));
    from.get_application_name()
        .map(|name| config.application_name(name));
    from.get_connect_timeout()
        .map(|time| config.connect_timeout(*time));
    from.get_tcp_user_timeout()
        .map(|time| config.tcp_user_timeout(*time));
    from.get_keepalives_interval()
        .map(|time| config.keepalives_interval(time));
    from.get_keepalives_retries()
        .map(|count| config.keepalives_retries(count));
    config
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn places_of(text: &str) -> Vec<(String, u16)> {
        let target = Target::parse(text).unwrap();
        let name = |place: &Place| match (&place.host, place.address) {
            (Some(Host::Tcp(host)), address) => {
                format!(
                    "{host}{}",
                    address.map(|it| format!(" {it}")).unwrap_or_default()
                )
            }
            #[cfg(unix)]
            (Some(Host::Unix(path)), _) => path.display().to_string(),
            (None, address) => address.unwrap().to_string(),
        };
        target.places.iter().map(|it| (name(it), it.port)).collect()
    }

    #[test]
    fn hosts_and_ports() {
        let one = |host: &str, port| vec![(host.to_owned(), port)];
        assert_eq!(places_of("postgres://a/db?sslmode=require"), one("a", 5432));
        assert_eq!(places_of("host=a hostaddr=::1 port=7"), one("a ::1", 7));
        assert_eq!(places_of("hostaddr=127.0.0.1"), one("127.0.0.1", 5432));
        assert_eq!(
            places_of("postgres://a:1,b:2/db"),
            [("a".to_owned(), 1), ("b".to_owned(), 2)]
        );
        if cfg!(unix) {
            assert_eq!(places_of("host=/run port=7"), one("/run", 7));
        }
        for text in [
            "",
            "postgres:///db",
            "host=a,b port=1,2,3",
            "host=a,b hostaddr=::1",
        ] {
            assert!(
                matches!(Target::parse(text), Err(Error::ConnectionString)),
                "{text}"
            );
        }
    }

    #[test]
    fn everything_but_the_hosts_stays() {
        let text = "user=u password=p dbname=d options=o application_name=a connect_timeout=1 \
                    tcp_user_timeout=2 keepalives=0 keepalives_idle=3 keepalives_interval=4 \
                    keepalives_retries=5 target_session_attrs=read-only channel_binding=require \
                    load_balance_hosts=random";
        let config: Config = text.parse().unwrap();
        assert_eq!(without_hosts(&config), config);
        let target = Target::parse(&format!("{text} host=h")).unwrap();
        assert_eq!(target.config, config);
    }
}
