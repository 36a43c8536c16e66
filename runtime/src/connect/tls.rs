//! From the parameters of TLS to what makes connections with them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, InconsistentKeys, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::verify::{Roots, Verifier};
use super::{Failure, Mode, Tls, TlsError, Version};

/// Makes TLS connections.
pub(super) struct Connector {
    make: MakeRustlsConnect,
    /// Whether it has a certificate of the client's.
    pub(super) client_certificate: bool,
}

impl Connector {
    /// What the driver connects with.
    pub(super) fn make(&self) -> MakeRustlsConnect {
        self.make.clone()
    }
}

/// Reads the certificates and the key, which may have been renewed since the last connection.
pub(super) async fn connector(tls: &Tls) -> Result<Connector, Failure> {
    let tls = tls.clone();
    let reading = tokio::task::spawn_blocking(move || load(&tls, home().as_deref()));
    let connector = reading.await.map_err(|_| {
        TlsError::new(
            "the certificates were not read, for the program's runtime ends",
            "connect before that",
        )
    })?;
    Ok(connector?)
}

/// The folder of libpq's files.
fn home() -> Option<PathBuf> {
    if cfg!(windows) {
        let data = std::env::var_os("APPDATA")?;
        return Some(PathBuf::from(data).join("postgresql"));
    }
    Some(std::env::home_dir()?.join(".postgresql"))
}

fn load(tls: &Tls, home: Option<&Path>) -> Result<Connector, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions: &[&SupportedProtocolVersion] = match tls.versions {
        (_, Version::Tls12) => &[&TLS12],
        (Version::Tls12, Version::Tls13) => &[&TLS12, &TLS13],
        (Version::Tls13, Version::Tls13) => &[&TLS13],
    };
    let verifier = match roots(tls, home)? {
        Some(roots) => {
            let revoked = revoked(tls, home)?;
            Verifier::of(roots, revoked, tls.mode == Mode::VerifyFull, &provider)?
        }
        None => Verifier::of_anything(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| unusable("the settings of TLS", &error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let client = client_certificate(tls, home)?;
    let client_certificate = client.is_some();
    let mut config = match client {
        Some((chain, key)) => {
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| match error {
                    rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                        TlsError::new(
                            "the private key does not belong to the client certificate",
                            "give the two that were made together as `sslkey` and `sslcert`",
                        )
                    }
                    error => unusable(
                        "the client certificate in `sslcert`, or its key in `sslkey`,",
                        &error,
                    ),
                })?
        }
        None => builder.with_no_client_auth(),
    };
    config.enable_sni = tls.sni;
    // A server that is asked directly wants to hear it.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(Connector {
        make: MakeRustlsConnect::new(config),
        client_certificate,
    })
}

fn unusable(what: &str, error: &rustls::Error) -> TlsError {
    TlsError::new(
        format!("{what} can't be used: {error}"),
        "`openssl x509 -text -noout -in FILE` shows what is in a certificate",
    )
}

/// A file of the user's, or of libpq's when it is there.
fn file<'a>(named: Option<&'a str>, home: Option<&Path>, default: &str) -> Option<Cow<'a, Path>> {
    match named {
        Some(path) => Some(Path::new(path).into()),
        None => Some(home?.join(default))
            .filter(|path| path.exists())
            .map(Cow::Owned),
    }
}

fn read(path: &Path, parameter: &str) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| {
        TlsError::new(
            format!("can't read the file `{}`: {error}", path.display()),
            format!("`{parameter}` names it"),
        )
    })
}

/// What of a kind there is in a file.
fn read_pem<T: PemObject>(path: &Path, parameter: &str, what: &str) -> Result<Vec<T>, TlsError> {
    let text = read(path, parameter)?;
    match T::pem_slice_iter(&text).collect::<Result<Vec<T>, _>>() {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(TlsError::new(
            format!("there is no {what} in the file `{}`", path.display()),
            format!(
                "`{parameter}` names a file in PEM form, with lines such as `-----BEGIN …-----`"
            ),
        )),
    }
}

/// What the server's certificate is verified with, if anything.
fn roots(tls: &Tls, home: Option<&Path>) -> Result<Option<Roots>, TlsError> {
    if tls.root.as_deref() == Some("system") {
        let found = rustls_native_certs::load_native_certs();
        // Some of many may be broken.
        return match Roots::of(found.certs) {
            Some(roots) => Ok(Some(roots)),
            None => Err(TlsError::new(
                "this system has no certificates of public authorities",
                "install them (`ca-certificates`), or name a file in `sslrootcert`",
            )),
        };
    }
    let Some(path) = file(tls.root.as_deref(), home, "root.crt") else {
        return match tls.mode {
            Mode::VerifyCa | Mode::VerifyFull => Err(TlsError::new(
                "there is nothing to verify the server's certificate with",
                "name the file of its authority's certificate in `sslrootcert` (by default `~/.postgresql/root.crt`), or use `sslrootcert=system` where the authority is a public one",
            )),
            _ => Ok(None),
        };
    };
    let certificates = read_pem::<CertificateDer<'static>>(&path, "sslrootcert", "certificate")?;
    match Roots::of(certificates) {
        Some(roots) => Ok(Some(roots)),
        None => Err(TlsError::new(
            format!(
                "there is no authority to trust in the file `{}`",
                path.display()
            ),
            "`sslrootcert` needs a certificate that is signed by itself and has not expired",
        )),
    }
}

fn revoked(
    tls: &Tls,
    home: Option<&Path>,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    match file(tls.revoked.as_deref(), home, "root.crl") {
        Some(path) => read_pem(&path, "sslcrl", "certificate revocation list"),
        None => Ok(Vec::new()),
    }
}

type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn client_certificate(
    tls: &Tls,
    home: Option<&Path>,
) -> Result<Option<ClientCertificate>, TlsError> {
    let certificate = file(tls.certificate.as_deref(), home, "postgresql.crt");
    let Some(path) = certificate.filter(|_| tls.client_certificate) else {
        return Ok(None);
    };
    let chain = read_pem(&path, "sslcert", "certificate")?;
    let Some(key) = file(tls.key.as_deref(), home, "postgresql.key") else {
        return Err(TlsError::new(
            format!(
                "there is no private key for the client certificate `{}`",
                path.display()
            ),
            "name the key's file in `sslkey` (by default `~/.postgresql/postgresql.key`)",
        ));
    };
    refuse_open_key(&key)?;
    let text = read(&key, "sslkey")?;
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => Ok(Some((chain, key))),
        Err(_) if String::from_utf8_lossy(&text).contains("ENCRYPTED") => Err(TlsError::new(
            format!("the private key in `{}` is encrypted", key.display()),
            "`openssl pkey -in FILE -out FILE` writes it without a password, for `sslkey`",
        )),
        Err(_) => Err(TlsError::new(
            format!("there is no private key in the file `{}`", key.display()),
            "`sslkey` names a file in PEM form, with a line such as `-----BEGIN PRIVATE KEY-----`",
        )),
    }
}

/// As libpq does: a key that others can read is none. Root's may be read by a group.
#[cfg(unix)]
fn refuse_open_key(path: &Path) -> Result<(), TlsError> {
    use std::os::unix::fs::MetadataExt;

    let Ok(metadata) = path.metadata() else {
        // Reading it says why.
        return Ok(());
    };
    let others = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if metadata.is_file() && metadata.mode() & others != 0 {
        return Err(TlsError::new(
            format!(
                "others than its owner can read the private key `{}`",
                path.display()
            ),
            format!("`chmod 600 {}`", path.display()),
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_key(_: &Path) -> Result<(), TlsError> {
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const TLS: Tls = Tls {
        mode: Mode::Require,
        root: None,
        revoked: None,
        certificate: None,
        key: None,
        versions: (Version::Tls12, Version::Tls13),
        sni: true,
        client_certificate: true,
    };

    #[track_caller]
    fn check(tls: &Tls, home: &Path, expected: &str) {
        let error = load(tls, Some(home)).err().unwrap();
        assert!(error.message().contains(expected), "{error}");
    }

    #[test]
    fn the_users_folder_has_the_files_that_are_not_named() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let write = |name: &str, text: &str| std::fs::write(home.join(name), text).unwrap();
        assert!(!load(&TLS, Some(home)).unwrap().client_certificate);
        assert!(load(&TLS, None).is_ok());
        let verified = Tls {
            mode: Mode::VerifyCa,
            ..TLS
        };
        check(&verified, home, "nothing to verify");

        write("postgresql.crt", "");
        check(&TLS, home, "no certificate in the file");
        let sent = rcgen::generate_simple_self_signed(["ada".to_owned()]).unwrap();
        write("postgresql.crt", &sent.cert.pem());
        check(&TLS, home, "no private key");
        let without = Tls {
            client_certificate: false,
            ..TLS
        };
        assert!(!load(&without, Some(home)).unwrap().client_certificate);

        write("root.crt", &sent.cert.pem());
        assert!(load(&without, Some(home)).is_ok());
        write("root.crl", "");
        check(&without, home, "no certificate revocation list in the file");
        write("root.crt", "");
        check(&without, home, "no certificate in the file");
    }
}
