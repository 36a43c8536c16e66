//! What stands in for TLS without the feature `tls`.

use tokio_postgres::NoTls;

use super::{Failure, Mode, Tls, TlsError};

/// Makes no TLS connections: where the driver may do without TLS, it does.
pub(super) struct Connector {
    pub(super) client_certificate: bool,
}

impl Connector {
    /// What the driver connects with.
    pub(super) fn make(&self) -> NoTls {
        NoTls
    }
}

pub(super) async fn connector(tls: &Tls) -> Result<Connector, Failure> {
    match tls.mode {
        Mode::Disable | Mode::Allow | Mode::Prefer => Ok(Connector {
            client_certificate: false,
        }),
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => Err(TlsError::new(
            "`sslmode` asks for TLS, which this program was built without",
            "enable the feature `tls` of `rowsmith-runtime`",
        )
        .into()),
    }
}
