//! The platform's signature under receipts, trust lists and audit checkpoints.
//!
//! Whoever signs gives CMS SignedData over the content, made with the platform-signer certificate.

use careplan_domain::Timestamp;

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
}
