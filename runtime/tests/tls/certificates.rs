//! Certificates for the tests, made anew by each run.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rowsmith_test_server::ServerTls;

/// An authority that signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM form.
pub struct Certificate {
    pub pem: String,
    pub key: String,
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// The parameters of a certificate with this common name and these alternative names.
pub fn named(name: &str, alternative: &[&str]) -> CertificateParams {
    let alternative: Vec<String> = alternative.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(alternative).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(7));
    params.use_authority_key_identifier_extension = true;
    params
}

/// The same, but for these years only.
pub fn during(years: std::ops::Range<i32>, mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(years.start, 1, 1);
    params.not_after = date_time_ymd(years.end, 1, 1);
    params
}

impl Authority {
    /// One that has signed its own certificate.
    pub fn root(name: &str) -> Self {
        Self::of(authority(name))
    }

    /// One that has signed its own certificate, with these parameters, whether it may sign or not.
    pub fn of(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// One that has expired.
    pub fn expired(name: &str) -> Self {
        Self::of(during(1990..2000, authority(name)))
    }

    /// One below this one.
    pub fn intermediate(&self, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(authority(name), key, &self.0).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn sign(&self, params: &CertificateParams) -> Certificate {
        let key = KeyPair::generate().unwrap();
        Certificate {
            pem: params.signed_by(&key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// The list of what is revoked: the certificate with this number.
    pub fn revoke(&self, number: u64, until: i32) -> String {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(number),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.0).unwrap().pem().unwrap()
    }
}

impl Certificate {
    /// One that has signed itself, as PostgreSQL's manual makes it.
    pub fn of_its_own(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self {
            pem: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// The manual's command has OpenSSL make it an authority's.
    pub fn manuals(name: &str) -> Self {
        let mut params = authority(name);
        params.key_usages.clear();
        Self::of_its_own(&params)
    }

    /// What a server needs, whose clients' certificates this authority signs.
    pub fn server(&self, clients: &Authority) -> ServerTls {
        ServerTls {
            certificate: self.pem.clone(),
            key: self.key.clone(),
            authority: Some(clients.pem()),
        }
    }
}

/// Files of certificates and keys.
pub struct Files(tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file that only its owner can read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        self.write_with(name, text, 0o600)
    }

    /// A file that everybody can read.
    pub fn write_for_all(&self, name: &str, text: &str) -> PathBuf {
        self.write_with(name, text, 0o644)
    }

    fn write_with(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }
}
