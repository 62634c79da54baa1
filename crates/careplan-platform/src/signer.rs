//! The platform's signature under receipts, trust lists and audit checkpoints.
//!
//! Whoever signs gives CMS SignedData over the content, made with the platform-signer certificate.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, OfficeKey};

/// Why the platform cannot sign now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignFault {
    /// The authority has not issued the signing certificate yet, or it ran out.
    #[error("the platform has no valid signing certificate yet")]
    NotReady,
    /// The key failed.
    #[error("the signing key failed: {0}")]
    Key(String),
}

/// Signs in the name of the platform.
pub trait Signer: Send + Sync {
    /// CMS SignedData (DER) over `content`, with `now` as its signing time.
    ///
    /// # Errors
    /// When there is no valid certificate, or the key fails.
    fn sign(&self, content: &[u8], now: Timestamp) -> Result<Vec<u8>, SignFault>;

    /// Whether it can sign at `now`.
    fn is_ready(&self, now: Timestamp) -> bool {
        self.sign(&[], now).is_ok()
    }
}

/// Signs with this replica's key and certificate; a renewal replaces both at once.
pub struct PlatformSigner(RwLock<Arc<Pair>>);

struct Pair {
    key: Arc<dyn OfficeKey>,
    certificate: Certificate,
}

impl PlatformSigner {
    /// Begins with a key and its certificate.
    pub fn new(key: Arc<dyn OfficeKey>, certificate: Certificate) -> Self {
        Self(RwLock::new(Arc::new(Pair { key, certificate })))
    }

    /// From now on these sign.
    pub fn replace(&self, key: Arc<dyn OfficeKey>, certificate: Certificate) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Pair { key, certificate });
    }

    fn pair(&self) -> Arc<Pair> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for PlatformSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformSigner")
            .field("certificate", &self.pair().certificate)
            .finish_non_exhaustive()
    }
}

impl Signer for PlatformSigner {
    fn sign(&self, content: &[u8], now: Timestamp) -> Result<Vec<u8>, SignFault> {
        let pair = self.pair();
        if !pair.certificate.is_valid_at(now) {
            return Err(SignFault::NotReady);
        }
        let signer =
            careplan_envelope::Signer { key: pair.key.as_ref(), certificate: &pair.certificate, chain: &[] };
        careplan_envelope::sign(content, signer, now).map_err(|fault| SignFault::Key(fault.to_string()))
    }

    /// Whether the certificate is valid at `now`.
    fn is_ready(&self, now: Timestamp) -> bool {
        self.pair().certificate.is_valid_at(now)
    }
}
