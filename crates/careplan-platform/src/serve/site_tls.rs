//! The certificate of the web site: the operator's files, or the platform's own.

use std::sync::Arc;

use anyhow::Context as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::upkeep::for_tls;
use crate::authority::own::Held;
use crate::config::Website;
use crate::tls::{PeerCertificates, TlsInForce, Transport};

/// What the site's port speaks.
#[derive(Debug)]
pub(super) enum SiteTls {
    /// In the clear, behind a proxy.
    Plain,
    /// With this certificate.
    Tls(Arc<TlsInForce>),
}

impl SiteTls {
    /// With the configured certificate; `server` is the platform's own.
    pub(super) fn new(settings: &Website, server: &Held) -> anyhow::Result<Self> {
        if settings.plain {
            return Ok(Self::Plain);
        }
        let (chain, key) = identity(settings, server)?;
        Ok(Self::Tls(Arc::new(TlsInForce::new(chain, key, PeerCertificates::NotAsked)?)))
    }

    /// Takes over a changed certificate.
    pub(super) fn take(&self, settings: &Website, server: &Held) -> anyhow::Result<()> {
        if let Self::Tls(tls) = self {
            let (chain, key) = identity(settings, server)?;
            tls.replace(chain, key)?;
        }
        Ok(())
    }

    pub(super) fn transport(&self) -> Transport {
        match self {
            Self::Plain => Transport::Plain,
            Self::Tls(tls) => Transport::Tls(tls.clone()),
        }
    }
}

fn identity(
    settings: &Website,
    server: &Held,
) -> anyhow::Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let (certificate, key) = (&settings.certificate_file, &settings.key_file);
    if certificate.as_os_str().is_empty() {
        return Ok(for_tls(server));
    }
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| {
        format!("設定 `website.certificate_file` の `{}` を読めません", certificate.display())
    })?;
    let key = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("設定 `website.key_file` の `{}` を読めません", key.display()))?;
    Ok((chain, key))
}
