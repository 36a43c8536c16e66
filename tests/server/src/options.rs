//! What a server may have that others do not.

/// The settings of a server of its own, for
/// [`TestServer::start_with`](crate::TestServer::start_with).
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    pub(crate) settings: Vec<String>,
    pub(crate) tls: Option<ServerTls>,
    pub(crate) certificate_roles: Vec<String>,
}

/// What a server needs for TLS, as the text of PEM files.
#[derive(Clone, Debug)]
pub struct ServerTls {
    /// The server's certificate, and those of the authorities between it and the root.
    pub certificate: String,
    /// The private key of the certificate.
    pub key: String,
    /// The authority that has to have signed the certificates of clients.
    pub authority: Option<String>,
}

impl ServerOptions {
    /// A parameter of `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// Lets clients use TLS.
    #[must_use]
    pub fn tls(mut self, tls: ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// A role, to be created, that logs in with a certificate of its name and in no other way.
    #[must_use]
    pub fn certificate_role(mut self, name: &str) -> Self {
        self.certificate_roles.push(name.to_owned());
        self
    }
}
