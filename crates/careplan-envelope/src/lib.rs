//! Certificates, signatures, sealing and opening.
//!
//! This crate turns a letter into bytes that only its receivers can read and whose sender nobody
//! can deny, and back. It knows certificates and bytes only: no files, no network, no clock (an
//! instant is an argument), and no other crate of this project, so that it can be audited alone.
//! Everything it writes is CMS, which `openssl cms` can check; every primitive is aws-lc's.
//!
//! # A letter, from one office to another
//!
//! The sender signs the manifest, puts it with the files into a [`Letter`], and seals that to every
//! terminal of the receiver. The receiver opens, verifies the signature, and asks whether the
//! signer is trusted — in this order, and each answer by its own type.
//!
//! ```
//! use careplan_envelope::{
//!     DecryptionKey, Letter, Opening, Recipient, Signer, TerminalPublicKey, open, seal, sign, verify,
//! };
//! # use careplan_envelope::{Certificate, SigningKey, TrustAnchors};
//! # let now: jiff::Timestamp = "2026-12-10T03:00:00Z".parse()?;
//! # let root_key = rcgen::KeyPair::generate()?;
//! # let mut params = rcgen::CertificateParams::default();
//! # params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
//! # let anchors = TrustAnchors::new([Certificate::from_der(params.self_signed(&root_key)?.der())?])?;
//! # let issuer = rcgen::Issuer::new(params, root_key);
//! # let pair = rcgen::KeyPair::generate()?;
//! # let issued = rcgen::CertificateParams::default().signed_by(&pair, &issuer)?;
//! # let certificate = Certificate::from_der(issued.der())?;
//! # let key = SigningKey::from_pkcs8(pair.serialized_der())?;
//! // Once, at the receiver: a terminal makes a key and publishes its public half.
//! let terminal_key = DecryptionKey::generate_p256()?;
//! let published = terminal_key.public_key_spki().to_vec();
//!
//! // The sender, with the key and the certificate of the office:
//! let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
//! let signed_manifest = sign(b"{\"files\":[\"KYOTAKU_001.CSV\"]}", signer, now)?;
//! let letter = Letter { signed_manifest: &signed_manifest, files: vec![b"1,2,3"] }.encode()?;
//! let terminal = TerminalPublicKey::from_spki(&published)?;
//! let sealed = seal(&letter, &[Recipient::Terminal(&terminal)])?;
//!
//! // The receiver, with the keys of this terminal:
//! let content = match open(&sealed, &[&terminal_key]) {
//!     Opening::Opened(content) => content,
//!     Opening::NotForUs => panic!("addressed to other terminals"),
//!     Opening::Broken(reason) => panic!("refuse it, and say why: {reason}"),
//! };
//! let letter = Letter::parse(&content)?;
//! let signed = verify(letter.signed_manifest)?;
//! let chain = signed.verify_trust(&anchors, now)?;
//! assert_eq!(chain.leaf(), &certificate);
//! assert_eq!(signed.content, b"{\"files\":[\"KYOTAKU_001.CSV\"]}");
//! assert_eq!(letter.files, [b"1,2,3"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What is left to the caller: compare the files with the manifest, the manifest's addresses with
//! the offices the certificate and the transmission name, and ask each link of the chain for
//! revocation ([`VerifiedChain::links`], [`RevocationList`]).
//!
//! # Rules
//!
//! - Offices' signing certificates carry `digitalSignature` alone; letters go to terminal keys. A
//!   certificate receives letters only if it allows key encipherment (RSA) or key agreement (P-256).
//! - Algorithms: ECDSA P-256 and RSA (2048 to 8192 bits; PKCS#1 v1.5, PSS on verifying) with SHA-256;
//!   ECDH P-256 with X9.63-SHA-256 and AES-256 key wrap, or RSA-OAEP with SHA-256; AES-256-GCM.
//! - Functions that take bytes from outside never panic, allocate no more than a small multiple of
//!   the input, and refuse input beyond a named limit before reading it: [`verify`], [`open`],
//!   [`Letter::parse`], [`Certificate::from_der`], [`chain_from_pem`],
//!   [`CertificationRequest::verify`], [`RevocationList::from_der`], [`TerminalPublicKey::from_spki`],
//!   [`import`]. They are the entries for fuzzing.
//! - The bytes of a signed message are no identity: unsigned parts (order of certificates, unsigned
//!   attributes, the randomised signature itself) can be changed by anyone without the signature
//!   failing. Compare [`Signed::content`], not the message.

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
