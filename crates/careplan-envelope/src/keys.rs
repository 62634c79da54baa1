//! Keys of offices, terminals and the platform.
//!
//! Promises: private keys never show in `Debug`, are wiped when exported bytes are dropped, and
//! leave only through `to_pkcs8`. A signing key signs, a decryption key opens: no type does both.

mod decryption;
mod signing;
mod terminal;

pub use decryption::DecryptionKey;
pub(crate) use decryption::KeyKind;
pub use signing::SigningKey;
pub use terminal::TerminalPublicKey;
pub(crate) use terminal::parse_point;

use crate::public_key::SignatureAlgorithm;

/// A key that signs for an office, wherever it lives: in a file, in the Windows store, in a module.
///
/// Implementations sign with exactly the algorithm they name.
pub trait OfficeKey: Send + Sync {
    /// The `SubjectPublicKeyInfo` in DER.
    fn public_key_spki(&self) -> &[u8];

    /// How [`OfficeKey::sign`] signs.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs `message`, which is not hashed yet.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the store refuses or the key is gone.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault>;
}

/// Why a key could not be made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// Not a PKCS#8 private key of an accepted kind (P-256, or RSA of 2048 to 8192 bits), or its
    /// halves do not belong together.
    #[error("not an acceptable private key (P-256, or RSA of at least 2048 bits, in PKCS#8)")]
    Rejected,
    /// Not a public key of the accepted kind and form.
    #[error("not an acceptable public key")]
    RejectedPublic,
    /// The certificate belongs to another key.
    #[error("the certificate belongs to another key")]
    CertificateMismatch,
    /// The operation failed: the key store refused, or the system gave no randomness.
    #[error("the key could not be used")]
    Unavailable,
}
