//! Who this office is: a key, its certificate, and the certificates above it.

use std::fmt;

use careplan_domain::Timestamp;
use careplan_envelope::{
    Certificate, DecryptionKey, KeyFault, OfficeKey as _, PublicKey, Signer, SigningKey, chain_from_pem,
};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use super::pem;

/// The office's key with its certificate.
pub struct OfficeIdentity {
    key: SigningKey,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

impl OfficeIdentity {
    /// Puts key and certificate together.
    ///
    /// # Errors
    /// [`KeyFault::CertificateMismatch`] when the certificate belongs to another key.
    pub fn new(key: SigningKey, certificate: Certificate, chain: Vec<Certificate>) -> Result<Self, KeyFault> {
        if certificate.public_key_spki() != key.public_key_spki() {
            return Err(KeyFault::CertificateMismatch);
        }
        Ok(Self { key, certificate, chain })
    }

    pub(super) fn from_pem(text: &[u8]) -> Option<Self> {
        let key = PrivatePkcs8KeyDer::from_pem_slice(text).ok()?;
        let key = SigningKey::from_pkcs8(key.secret_pkcs8_der()).ok()?;
        let mut chain = chain_from_pem(std::str::from_utf8(text).ok()?).ok()?;
        let certificate = chain.remove(0);
        Self::new(key, certificate, chain).ok()
    }

    pub(super) fn to_pem(&self) -> Result<Zeroizing<String>, KeyFault> {
        let mut text = pem("PRIVATE KEY", &self.key.to_pkcs8()?);
        for certificate in self.presented() {
            text.push_str(&certificate.to_pem());
        }
        Ok(text)
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificates above it.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The certificate and those above it, as they are shown in TLS.
    pub fn presented(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.chain)
    }

    /// The key for TLS; wiped when dropped.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn key_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        self.key.to_pkcs8()
    }

    /// Signs with this key and encloses this certificate.
    pub fn signer(&self) -> Signer<'_> {
        Signer { key: &self.key, certificate: &self.certificate, chain: &self.chain }
    }

    /// The same key for letters sealed to the certificate itself, when it is an RSA one.
    pub fn decryption_key(&self) -> Option<DecryptionKey> {
        if !matches!(self.certificate.public_key(), PublicKey::Rsa { .. }) {
            return None;
        }
        let pkcs8 = self.key.to_pkcs8().ok()?;
        DecryptionKey::from_pkcs8(&pkcs8).ok()?.with_certificate(self.certificate.clone()).ok()
    }

    /// Whether the certificate's time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now > self.certificate.not_after()
    }
}

impl fmt::Debug for OfficeIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficeIdentity({:?}, ***)", self.certificate)
    }
}
