//! Verifying the server's certificate as libpq does.
//!
//! The chain is checked by webpki. What differs is which certificates are trusted (only those whose
//! issuer has the same name as they, as one that is signed by itself has; whether it is, is not
//! checked) and how the host's name is compared (without alternative names the common name counts).
//! Such a certificate of an authority stands for all that it signs, any other one for the server that
//! sends it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};
use x509_cert::der::Decode;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::db::rfc4519::CN;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectAltName};
use x509_cert::{Certificate, Version};

use super::TlsError;

/// The certificates that are trusted.
pub(super) struct Roots {
    /// The authorities.
    anchors: RootCertStore,
    /// Those that a server may have as its own; the authorities' are among them.
    own: Vec<CertificateDer<'static>>,
    /// Those on the way from a server's certificate to a trusted one, which the server may leave out.
    intermediates: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// None when none of the certificates can be trusted for itself.
    pub(super) fn of(certificates: Vec<CertificateDer<'static>>) -> Option<Self> {
        let now = UnixTime::now();
        let mut roots = Self {
            anchors: RootCertStore::empty(),
            own: Vec::new(),
            intermediates: Vec::new(),
        };
        for certificate in certificates {
            let Ok(parsed) = Certificate::from_der(&certificate) else {
                continue;
            };
            if parsed.tbs_certificate.issuer != parsed.tbs_certificate.subject {
                roots.intermediates.push(certificate);
            } else if check_dates(&parsed, now).is_ok() {
                if is_authority(&parsed) {
                    // What webpki can't read is not trusted.
                    let _ = roots.anchors.add(certificate.clone());
                }
                roots.own.push(certificate);
            }
        }
        (!roots.own.is_empty()).then_some(roots)
    }
}

/// Whether a certificate may sign others, as OpenSSL sees it. webpki does not ask this of those that
/// it is told to trust, and the key of a server in the file is not to sign for the others.
fn is_authority(certificate: &Certificate) -> bool {
    let certificate = &certificate.tbs_certificate;
    let (Ok(constraints), Ok(usage)) = (
        certificate.get::<BasicConstraints>(),
        certificate.get::<KeyUsage>(),
    ) else {
        return false;
    };
    let signs = usage.map(|(_, usage)| usage.key_cert_sign());
    match constraints {
        _ if signs == Some(false) => false,
        Some((_, constraints)) => constraints.ca,
        None => signs == Some(true) || certificate.version == Version::V1,
    }
}

/// Verifies a server's certificate, as far as it is asked to.
#[derive(Debug)]
pub(super) struct Verifier {
    chain: Option<Chain>,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
struct Chain {
    /// None when no authority is trusted.
    webpki: Option<Arc<WebPkiServerVerifier>>,
    own: Vec<CertificateDer<'static>>,
    /// Whether there are lists of what is revoked.
    has_lists: bool,
    intermediates: Vec<CertificateDer<'static>>,
    compare_names: bool,
}

impl Verifier {
    /// Takes any certificate whose key the server has.
    pub(super) fn of_anything(provider: &CryptoProvider) -> Self {
        Self {
            chain: None,
            algorithms: provider.signature_verification_algorithms,
        }
    }

    pub(super) fn of(
        roots: Roots,
        revoked: Vec<CertificateRevocationListDer<'static>>,
        compare_names: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let has_lists = !revoked.is_empty();
        let webpki = if roots.anchors.is_empty() {
            None
        } else {
            let anchors = Arc::new(roots.anchors);
            let webpki = WebPkiServerVerifier::builder_with_provider(anchors, Arc::clone(provider))
                .with_crls(revoked)
                .enforce_revocation_expiration()
                .build()
                .map_err(|error| {
                    TlsError::new(
                        format!("the certificate revocation list can't be used: {error}"),
                        "`sslcrl` names its file (by default `~/.postgresql/root.crl`)",
                    )
                })?;
            Some(webpki)
        };
        Ok(Self {
            chain: Some(Chain {
                webpki,
                own: roots.own,
                has_lists,
                intermediates: roots.intermediates,
                compare_names,
            }),
            algorithms: provider.signature_verification_algorithms,
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        if chain.own.contains(end_entity) {
            if chain.has_lists {
                // What is trusted as it is can't be looked up in a list of its authority's.
                return Err(CertificateError::UnknownRevocationStatus.into());
            }
            // PostgreSQL's manual makes such a certificate, which is an authority's by its
            // extensions; webpki has none of those for a server.
            check_dates(&parse(end_entity)?, now)?;
        } else {
            let Some(webpki) = &chain.webpki else {
                return Err(CertificateError::UnknownIssuer.into());
            };
            let all = [intermediates, &chain.intermediates].concat();
            match webpki.verify_server_cert(end_entity, &all, server_name, ocsp_response, now) {
                // The name is the last thing that it compares, and not as libpq does.
                Ok(_)
                | Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName
                    | CertificateError::NotValidForNameContext { .. },
                )) => {}
                Err(error) => return Err(error),
            }
        }
        if chain.compare_names {
            compare_names(&parse(end_entity)?, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding.into())
}

fn check_dates(certificate: &Certificate, now: UnixTime) -> Result<(), CertificateError> {
    let validity = certificate.tbs_certificate.validity;
    let now = Duration::from_secs(now.as_secs());
    if now < validity.not_before.to_unix_duration() {
        return Err(CertificateError::NotValidYet);
    }
    if now > validity.not_after.to_unix_duration() {
        return Err(CertificateError::Expired);
    }
    Ok(())
}

/// What of a certificate is compared with the name of a host, in libpq's order.
#[derive(Debug, Default)]
struct Names {
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
    common: Option<String>,
}

impl Names {
    fn of(certificate: &Certificate) -> Result<Self, CertificateError> {
        let certificate = &certificate.tbs_certificate;
        let mut names = Self::default();
        let alternative = certificate
            .get::<SubjectAltName>()
            .map_err(|_| CertificateError::BadEncoding)?;
        for name in alternative.map(|(_, names)| names.0).unwrap_or_default() {
            match name {
                GeneralName::DnsName(name) => names.hosts.push(name.to_string()),
                GeneralName::IpAddress(bytes) => {
                    let bytes = bytes.as_bytes();
                    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
                    let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
                    names.addresses.extend(address.ok());
                }
                _ => {}
            }
        }
        let attributes = certificate.subject.0.iter().flat_map(|part| part.0.iter());
        names.common = attributes.filter(|it| it.oid == CN).find_map(|it| {
            let value = &it.value;
            let text = Utf8StringRef::try_from(value).map(|text| text.to_string());
            text.or_else(|_| PrintableStringRef::try_from(value).map(|text| text.to_string()))
                .or_else(|_| Ia5StringRef::try_from(value).map(|text| text.to_string()))
                .or_else(|_| TeletexStringRef::try_from(value).map(|text| text.to_string()))
                .ok()
        });
        Ok(names)
    }

    fn fit(&self, expected: &ServerName<'_>) -> bool {
        let host = expected.to_str();
        let address = match expected {
            ServerName::IpAddress(address) => Some(IpAddr::from(*address)),
            _ => None,
        };
        // The common name counts where there is no alternative name of the host's kind.
        let instead = match address {
            Some(_) => self.addresses.is_empty(),
            None => self.hosts.is_empty(),
        };
        self.hosts.iter().any(|name| fits(name, &host))
            || address.is_some_and(|address| self.addresses.contains(&address))
            || (instead && self.common.as_ref().is_some_and(|name| fits(name, &host)))
    }
}

/// Whether a name, in which the first part may be `*`, is that of the host.
fn fits(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    let (Some(parent), Some((first, rest))) = (name.strip_prefix("*."), host.split_once('.'))
    else {
        return false;
    };
    !first.is_empty() && !parent.is_empty() && parent.eq_ignore_ascii_case(rest)
}

fn compare_names(certificate: &Certificate, host: &ServerName<'_>) -> Result<(), CertificateError> {
    let names = Names::of(certificate)?;
    if names.fit(host) {
        return Ok(());
    }
    let addresses = names.addresses.iter().map(ToString::to_string);
    let mut presented: Vec<String> = names.hosts.into_iter().chain(addresses).collect();
    if presented.is_empty() {
        presented.extend(names.common);
    }
    Err(CertificateError::NotValidForNameContext {
        expected: host.to_owned(),
        presented,
    })
}

/// What the TLS library has to say, in words.
pub(super) fn explain(error: &Error) -> TlsError {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::PeerIncompatible(reason) => TlsError::new(
            format!(
                "the server has no version of TLS, or no cipher, that is known here: {reason:?}"
            ),
            "TLS 1.2 or 1.3 is needed, within `ssl_min_protocol_version` and `ssl_max_protocol_version`",
        ),
        Error::InvalidCertRevocationList(_) => TlsError::new(
            format!("the certificate revocation list can't be used: {error}"),
            "`sslcrl` names its file (by default `~/.postgresql/root.crl`)",
        ),
        error => TlsError::new(
            format!("the TLS handshake failed: {error}"),
            "the server's log may say more",
        ),
    }
}

#[allow(deprecated)]
fn of_certificate(error: &CertificateError) -> TlsError {
    use CertificateError as E;

    match error {
        E::Expired | E::ExpiredContext { .. } => TlsError::new(
            "the server's certificate, or its authority's, has expired",
            "an administrator of the server has to renew it; the clock of this machine counts",
        ),
        E::NotValidYet | E::NotValidYetContext { .. } => TlsError::new(
            "the server's certificate, or its authority's, is not valid yet",
            "the clock of this machine may be slow",
        ),
        E::UnknownIssuer | E::BadSignature => TlsError::new(
            "the server's certificate is not signed by an authority that is trusted here",
            "name the file of its authority's certificate in `sslrootcert`, or use `sslrootcert=system` where the authority is a public one",
        ),
        E::NotValidForNameContext {
            expected,
            presented,
        } => {
            let presented: Vec<String> = presented
                .iter()
                .map(|name| format!("`{}`", name.escape_debug()))
                .collect();
            let presented = match presented.as_slice() {
                [] => "nobody by name".to_owned(),
                names => names.join(", "),
            };
            TlsError::new(
                format!(
                    "the server's certificate is for {presented}, not for `{}`",
                    expected.to_str()
                ),
                "connect to a name of the certificate (`host`, with `hostaddr` for the address), or use `sslmode=verify-ca`, which does not compare it",
            )
        }
        E::Revoked => TlsError::new(
            "the server's certificate, or its authority's, is revoked",
            "an administrator of the server has to replace it; `sslcrl` names the list",
        ),
        E::UnknownRevocationStatus => TlsError::new(
            "the certificate revocation list does not cover the server's certificate",
            "`sslcrl` has to have a list of each authority up to the root",
        ),
        E::ExpiredRevocationList | E::ExpiredRevocationListContext { .. } => TlsError::new(
            "the certificate revocation list has expired",
            "get the authority's newest list for `sslcrl`",
        ),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => TlsError::new(
            "the server's certificate is not made for servers",
            "its extended key usage has to have `serverAuth`",
        ),
        error => TlsError::new(
            format!("the server's certificate can't be used: {error}"),
            "`openssl x509 -text -noout -in FILE` shows what is in a certificate",
        ),
    }
}

fn of_alert(alert: AlertDescription) -> TlsError {
    use AlertDescription as A;

    match alert {
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::DecryptError
        | A::AccessDenied
        | A::NoCertificate
        | A::CertificateRequired => TlsError::new(
            format!("the server refuses the client certificate ({alert:?})"),
            "the certificate in `sslcert` has to be signed by an authority in the server's `ssl_ca_file` and not to be expired or revoked",
        ),
        A::ProtocolVersion => TlsError::new(
            "the server refuses the version of TLS",
            "TLS 1.2 or 1.3 is needed, within `ssl_min_protocol_version` and `ssl_max_protocol_version`",
        ),
        alert => TlsError::new(
            format!("the server refuses the TLS handshake ({alert:?})"),
            "the server's log may say more",
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::BasicConstraints::Unconstrained;
    use rcgen::KeyUsagePurpose::{DigitalSignature, KeyCertSign};
    use rcgen::{CertificateParams, IsCa, KeyPair, KeyUsagePurpose};

    use super::*;

    fn certificate(is_ca: IsCa, usages: &[KeyUsagePurpose]) -> Certificate {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = is_ca;
        params.key_usages = usages.to_vec();
        let signed = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        parse(signed.der()).unwrap()
    }

    #[test]
    fn authorities() {
        for (is_ca, usages, expected) in [
            (IsCa::Ca(Unconstrained), &[][..], true),
            (IsCa::Ca(Unconstrained), &[KeyCertSign], true),
            (IsCa::Ca(Unconstrained), &[DigitalSignature], false),
            (IsCa::ExplicitNoCa, &[], false),
            (IsCa::ExplicitNoCa, &[KeyCertSign], false),
            (IsCa::NoCa, &[], false),
            (IsCa::NoCa, &[DigitalSignature], false),
            (IsCa::NoCa, &[DigitalSignature, KeyCertSign], true),
        ] {
            let certificate = certificate(is_ca, usages);
            assert_eq!(is_authority(&certificate), expected, "{is_ca:?} {usages:?}");
        }
        let mut first_version = certificate(IsCa::NoCa, &[]);
        first_version.tbs_certificate.version = Version::V1;
        first_version.tbs_certificate.extensions = None;
        assert!(is_authority(&first_version));
    }
}
