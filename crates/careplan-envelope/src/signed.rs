//! Signed messages: CMS `SignedData` (RFC 5652) with the content inside.
//!
//! Promises: one signer; SHA-256; signed attributes always present, each once; the content is
//! returned only when the signature over it holds. Who the signer is stays unproven until the
//! caller has taken [`Signed::signer`] to [`TrustAnchors`](crate::TrustAnchors): it MUST.

mod attributes;
mod format;
mod sign;
mod verify;

use jiff::Timestamp;

use crate::asn1::read::Malformed;
use crate::certificate::Certificate;
use crate::keys::KeyFault;
use crate::trust::{ChainFault, Purpose, TrustAnchors, VerifiedChain};

pub use sign::{Signer, sign};
pub use verify::verify;

/// Largest signed content: a manifest of fifty files is under 64 KiB, a receipt under 4 KiB.
pub const SIGNED_CONTENT_BYTES_MAX: usize = 1024 * 1024;
/// Largest signed message: the content, the certificates and the signature.
pub const SIGNED_BYTES_MAX: usize = SIGNED_CONTENT_BYTES_MAX + 256 * 1024;
/// Certificates carried in one message: the signer's and those above it.
pub const SIGNED_CERTIFICATES_MAX: usize = 16;

/// A message whose signature holds; the signer is not trusted yet.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What was signed.
    pub content: Vec<u8>,
    /// The certificate whose key signed.
    pub signer: Certificate,
    /// Other readable certificates in the message, in no particular order, unverified.
    pub chain: Vec<Certificate>,
    /// When the signer says it signed.
    pub signing_time: Timestamp,
}

impl Signed {
    /// Verifies that the signer's certificate leads to a trusted root and may sign messages.
    ///
    /// `at` is the instant to judge by: now for a new message, the proven time for an old one.
    /// [`Signed::signing_time`] is only the signer's word.
    ///
    /// # Errors
    /// [`ChainFault`] by its variants.
    pub fn verify_trust(&self, anchors: &TrustAnchors, at: Timestamp) -> Result<VerifiedChain, ChainFault> {
        anchors.verify_chain(&self.signer, &self.chain, at, Purpose::Signature)
    }
}

/// Why a message could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignFault {
    /// The content is longer than [`SIGNED_CONTENT_BYTES_MAX`].
    #[error("content is too large to sign")]
    TooLarge,
    /// More than [`SIGNED_CERTIFICATES_MAX`] certificates.
    #[error("too many certificates")]
    TooManyCertificates,
    /// The certificate belongs to another key, or the key signs in another way than its kind.
    #[error("certificate and key do not belong together")]
    CertificateMismatch,
    /// The certificate does not allow its key to sign messages; every receiver would refuse.
    #[error("certificate is not meant for signing")]
    NotForSigning,
    /// The signing time lies before 1970.
    #[error("signing time is out of range")]
    SigningTime,
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyFault),
}

/// Why a signed message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// Not a `SignedData` with content, in DER.
    #[error("not a CMS SignedData in DER")]
    Malformed,
    /// Larger than [`SIGNED_BYTES_MAX`], or its content than [`SIGNED_CONTENT_BYTES_MAX`].
    #[error("signed message is too large")]
    TooLarge,
    /// The message is of another CMS type.
    #[error("message is not SignedData over plain data")]
    WrongContentType,
    /// None, or more than one signature.
    #[error("message does not carry exactly one signature")]
    NotOneSigner,
    /// A digest or signature algorithm that is not accepted, or one that does not fit the key.
    #[error("algorithm is not accepted")]
    UnsupportedAlgorithm,
    /// The signer's certificate is missing, or two could be meant.
    #[error("certificate of the signer is missing or ambiguous")]
    SignerCertificate,
    /// Signed attributes are missing, repeated or contradict the message.
    #[error("signed attributes are missing or contradict the message")]
    Attributes,
    /// The content is not the one that was signed.
    #[error("content differs from what was signed")]
    DigestMismatch,
    /// The signature does not verify with the signer's key.
    #[error("signature does not verify")]
    BadSignature,
}

impl From<Malformed> for SignatureFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}
