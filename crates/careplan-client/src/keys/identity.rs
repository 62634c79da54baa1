//! Who this office is: a key, its certificate, and the certificates above it.

use std::fmt;
use std::sync::Arc;

use careplan_domain::Timestamp;
use careplan_envelope::{
    Certificate, DecryptionKey, KeyFault, OfficeKey, PublicKey, Signer, SigningKey, chain_from_pem,
};
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use super::pem;
use super::store::{CertificateStore, StoreFault, StoreKey, StoredCertificate, TlsKey, try_out};

/// The office's key with its certificate.
pub struct OfficeIdentity {
    key: Key,
    certificate: Certificate,
    chain: Vec<Certificate>,
}

/// Where the key lies.
enum Key {
    InFile(SigningKey),
    InStore(Arc<dyn StoreKey>),
}

/// Why a file of the folder of keys gives no identity.
pub(super) enum IdentityFault {
    Damaged,
    Store(StoreFault),
}

/// The section of a file that stands where the key would stand, and says that the key is in the store of the system.
const STORED: &str = "CAREPLAN STORED KEY";

impl OfficeIdentity {
    /// Puts key and certificate together.
    ///
    /// # Errors
    /// [`KeyFault::CertificateMismatch`] when the certificate belongs to another key.
    pub fn new(key: SigningKey, certificate: Certificate, chain: Vec<Certificate>) -> Result<Self, KeyFault> {
        if certificate.public_key_spki() != key.public_key_spki() {
            return Err(KeyFault::CertificateMismatch);
        }
        Ok(Self { key: Key::InFile(key), certificate, chain })
    }

    /// A certificate whose key stays in the store of the system; the key is tried out.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn in_store(store: &dyn CertificateStore, stored: StoredCertificate) -> Result<Self, StoreFault> {
        let identity = Self::found(store, stored)?;
        if let Key::InStore(key) = &identity.key {
            try_out(key.as_ref(), store.name())?;
        }
        Ok(identity)
    }

    fn found(store: &dyn CertificateStore, stored: StoredCertificate) -> Result<Self, StoreFault> {
        let StoredCertificate { certificate, chain } = stored;
        let key = store.key(&certificate)?;
        if certificate.public_key_spki() != key.public_key_spki() {
            return Err(StoreFault::Gone(store.name()));
        }
        Ok(Self { key: Key::InStore(key), certificate, chain })
    }

    pub(super) fn from_pem(text: &[u8], store: Option<&dyn CertificateStore>) -> Result<Self, IdentityFault> {
        let words = std::str::from_utf8(text).map_err(|_| IdentityFault::Damaged)?;
        let mut chain = chain_from_pem(words).map_err(|_| IdentityFault::Damaged)?;
        let certificate = chain.remove(0);
        if words.starts_with(&format!("-----BEGIN {STORED}-----")) {
            let store = store.ok_or(IdentityFault::Store(StoreFault::Absent))?;
            return Self::found(store, StoredCertificate { certificate, chain })
                .map_err(IdentityFault::Store);
        }
        let key = PrivatePkcs8KeyDer::from_pem_slice(text).map_err(|_| IdentityFault::Damaged)?;
        let key = SigningKey::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| IdentityFault::Damaged)?;
        Self::new(key, certificate, chain).map_err(|_| IdentityFault::Damaged)
    }

    pub(super) fn to_pem(&self) -> Result<Zeroizing<String>, KeyFault> {
        let mut text = match &self.key {
            Key::InFile(key) => pem("PRIVATE KEY", &key.to_pkcs8()?),
            Key::InStore(_) => pem(STORED, &self.certificate.fingerprint()),
        };
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

    /// Whether the key stays in the store of the system.
    pub fn is_in_store(&self) -> bool {
        matches!(self.key, Key::InStore(_))
    }

    /// Key and certificates for TLS. A key of a store is tried out here: what it cannot do is not offered.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the store does not let it sign now; [`KeyFault::Rejected`].
    pub fn for_tls(&self, provider: &CryptoProvider) -> Result<CertifiedKey, KeyFault> {
        let chain = self.presented().map(|it| CertificateDer::from(it.der().to_vec())).collect();
        let key = match &self.key {
            Key::InFile(key) => {
                let key = PrivatePkcs8KeyDer::from(key.to_pkcs8()?.to_vec());
                let key = provider.key_provider.load_private_key(PrivateKeyDer::Pkcs8(key));
                key.map_err(|_| KeyFault::Rejected)?
            }
            Key::InStore(key) => Arc::new(TlsKey::new(key.clone())?),
        };
        Ok(CertifiedKey::new(chain, key))
    }

    /// Signs with this key and encloses this certificate.
    pub fn signer(&self) -> Signer<'_> {
        let key: &dyn OfficeKey = match &self.key {
            Key::InFile(key) => key,
            Key::InStore(key) => key.as_ref(),
        };
        Signer { key, certificate: &self.certificate, chain: &self.chain }
    }

    /// The same key for letters sealed to the certificate itself, when it is an RSA one in a file.
    ///
    /// A key in a store opens nothing: senders seal to the keys of terminals.
    pub fn decryption_key(&self) -> Option<DecryptionKey> {
        let Key::InFile(key) = &self.key else { return None };
        if !matches!(self.certificate.public_key(), PublicKey::Rsa { .. }) {
            return None;
        }
        let pkcs8 = key.to_pkcs8().ok()?;
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
