//! PEM around certificates.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::CertificateFault;

/// The DER of every certificate section, in order.
pub(super) fn read(text: &str) -> Result<Vec<Vec<u8>>, CertificateFault> {
    CertificateDer::pem_slice_iter(text.as_bytes())
        .map(|section| section.map(|der| der.to_vec()).map_err(|_| CertificateFault::Malformed))
        .collect()
}

pub(super) fn write(der: &[u8]) -> String {
    // cannot fail in practice: the label is constant and a certificate is far below any limit;
    // an empty text is what a reader refuses as `NoPem`.
    der::pem::encode_string("CERTIFICATE", der::pem::LineEnding::LF, der).unwrap_or_default()
}
