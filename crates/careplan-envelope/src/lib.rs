//! Certificates, signatures, sealing and opening.
//!
//! This crate turns a letter into bytes that only its receivers can read and whose sender nobody
//! can deny, and back. It knows certificates and bytes only: no files, no network, no clock (an
//! instant is an argument), and no other crate of this project, so that it can be audited alone.
//! Everything it writes is CMS, which `openssl cms` can check; every primitive is aws-lc's.

mod asn1;
mod certificate;
mod digest;
mod keys;
mod letter;
mod pkcs12;
mod public_key;
mod request;
mod revocation;
mod sealed;
mod signed;
mod trust;

pub use certificate::{
    Attribute, CERTIFICATE_BYTES_MAX, CHAIN_CERTIFICATES_MAX, Certificate, CertificateFault,
    CertificateSerial, KeyUsage, SerialFault, chain_from_pem,
};
pub use digest::{Sha256, sha256};
pub use keys::{DecryptionKey, KeyFault, OfficeKey, SigningKey, TerminalPublicKey};
pub use letter::{FILES_BYTES_MAX, FILES_MAX, LETTER_BYTES_MAX, Letter, LetterFault};
pub use pkcs12::{Imported, PKCS12_BYTES_MAX, Pkcs12Fault, import};
pub use public_key::{KeyId, PublicKey, RSA_BITS_MAX, RSA_BITS_MIN, SignatureAlgorithm};
pub use request::{
    COMMON_NAME_CHARS_MAX, CertificationRequest, REQUEST_BYTES_MAX, RequestAttribute, RequestFault,
    certification_request,
};
pub use revocation::{REVOCATION_LIST_BYTES_MAX, RevocationFault, RevocationList};
pub use sealed::{
    BrokenReason, Opening, RECIPIENTS_MAX, Recipient, SEALED_BYTES_MAX, SEALED_CONTENT_BYTES_MAX, SealFault,
    open, seal,
};
pub use signed::{
    SIGNED_BYTES_MAX, SIGNED_CERTIFICATES_MAX, SIGNED_CONTENT_BYTES_MAX, SignFault, SignatureFault, Signed,
    Signer, sign, verify,
};
pub use trust::{ChainFault, INTERMEDIATES_MAX, Purpose, TrustAnchors, VerifiedChain};
