//! Certificates: parsed once, cheap to clone, everything an office or the platform asks of one.
//!
//! Promises: what is reported stands in the certificate exactly once (a repeated extension or an
//! ambiguous name is refused or not answered). Parsing proves nothing about trust: that is the
//! work of [`TrustAnchors`](crate::TrustAnchors).

mod extensions;
mod name;
mod pem;
mod serial;

use std::fmt;
use std::sync::Arc;

use der::Tag;
use jiff::Timestamp;

use crate::asn1::read::{Fields, Malformed, context, context_primitive};
use crate::asn1::time;
use crate::digest::sha256;
use crate::public_key::{KeyId, KeyInfo, PublicKey};

use extensions::Extensions;
pub use extensions::KeyUsage;
pub use name::Attribute;
pub(crate) use name::DistinguishedName;
pub use serial::{CertificateSerial, SerialFault};

/// A certificate is a few kilobytes; what is longer is not one of an office.
pub const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;
/// Certificates in one PEM bundle (a list of accepted authorities at most).
pub const CHAIN_CERTIFICATES_MAX: usize = 64;

/// Why bytes are not a usable certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFault {
    /// The bytes are not a DER certificate, or contradict themselves.
    #[error("not an X.509 certificate in DER")]
    Malformed,
    /// The text holds no certificate between PEM markers.
    #[error("no certificate in the PEM text")]
    NoPem,
    /// Longer than [`CERTIFICATE_BYTES_MAX`], or more than [`CHAIN_CERTIFICATES_MAX`] in a bundle.
    #[error("certificate or bundle is too large")]
    TooLarge,
}

impl From<Malformed> for CertificateFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// An X.509 version 3 certificate.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    der: Box<[u8]>,
    serial: CertificateSerial,
    /// The serial number's INTEGER as it was encoded.
    serial_raw: Box<[u8]>,
    issuer_raw: Box<[u8]>,
    issuer: DistinguishedName,
    subject_raw: Box<[u8]>,
    subject: DistinguishedName,
    not_before: Timestamp,
    not_after: Timestamp,
    spki: Box<[u8]>,
    public_key: PublicKey,
    key_id: KeyId,
    extensions: Extensions,
    fingerprint: [u8; 32],
}

impl Certificate {
    /// Reads one certificate from DER, with nothing after it.
    ///
    /// # Errors
    /// [`CertificateFault::Malformed`] or [`CertificateFault::TooLarge`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateFault> {
        if der.len() > CERTIFICATE_BYTES_MAX {
            return Err(CertificateFault::TooLarge);
        }
        let mut outer = Fields::only(der, Tag::Sequence)?;
        let mut tbs = outer.enter(Tag::Sequence)?;
        let outer_algorithm = outer.algorithm()?;
        outer.bits()?;
        outer.finish()?;

        // TBSCertificate, RFC 5280 section 4.1.2; only version 3 carries what we need.
        let mut version = tbs.enter(context(0))?;
        if version.small_integer()? != 2 {
            return Err(CertificateFault::Malformed);
        }
        version.finish()?;
        let serial = tbs.expect(Tag::Integer)?;
        if tbs.algorithm()?.raw != outer_algorithm.raw {
            return Err(CertificateFault::Malformed);
        }
        let issuer = tbs.expect(Tag::Sequence)?;
        let mut validity = tbs.enter(Tag::Sequence)?;
        let not_before = time::read(validity.element()?)?;
        let not_after = time::read(validity.element()?)?;
        validity.finish()?;
        let subject = tbs.expect(Tag::Sequence)?;
        let spki = tbs.expect(Tag::Sequence)?;
        let key = KeyInfo::parse(spki.raw)?;
        tbs.optional(context_primitive(1))?;
        tbs.optional(context_primitive(2))?;
        let extensions = match tbs.optional(context(3))? {
            Some(element) => Extensions::parse(element.value)?,
            None => Extensions::default(),
        };
        tbs.finish()?;

        Ok(Self(Arc::new(Parsed {
            der: der.into(),
            serial: CertificateSerial::from_integer(serial.value).map_err(|_| CertificateFault::Malformed)?,
            serial_raw: serial.raw.into(),
            issuer_raw: issuer.raw.into(),
            issuer: DistinguishedName::parse(issuer.raw)?,
            subject_raw: subject.raw.into(),
            subject: DistinguishedName::parse(subject.raw)?,
            not_before,
            not_after,
            spki: spki.raw.into(),
            public_key: key.kind,
            key_id: KeyId::of(key.key),
            extensions,
            fingerprint: sha256(der),
        })))
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`CertificateFault`], also when there is none.
    pub fn from_pem(pem: &str) -> Result<Self, CertificateFault> {
        chain_from_pem(pem)?.into_iter().next().ok_or(CertificateFault::NoPem)
    }

    /// The certificate between PEM markers.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::write(self.der())
    }

    /// The exact bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The serial number, unique within one issuer.
    #[must_use]
    pub fn serial(&self) -> &CertificateSerial {
        &self.0.serial
    }

    /// The subject as text in the manner of RFC 4514, for people and logs, not for decisions.
    #[must_use]
    pub fn subject_text(&self) -> String {
        self.0.subject.to_string()
    }

    /// The issuer as text in the manner of RFC 4514.
    #[must_use]
    pub fn issuer_text(&self) -> String {
        self.0.issuer.to_string()
    }

    /// The issuer's name as it was encoded; names are compared by these bytes.
    #[must_use]
    pub fn issuer_der(&self) -> &[u8] {
        &self.0.issuer_raw
    }

    /// The subject's name as it was encoded.
    #[must_use]
    pub fn subject_der(&self) -> &[u8] {
        &self.0.subject_raw
    }

    /// One part of the subject, when it occurs exactly once as readable text.
    ///
    /// A repeated part is not answered, because no decision may rest on which one is meant; see
    /// [`Certificate::subject_attributes`].
    #[must_use]
    pub fn subject_attribute(&self, attribute: Attribute) -> Option<String> {
        match self.0.subject.values(attribute).as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }

    /// All readable values of one part of the subject, in the order of the certificate.
    #[must_use]
    pub fn subject_attributes(&self, attribute: Attribute) -> Vec<String> {
        self.0.subject.values(attribute).into_iter().map(str::to_owned).collect()
    }

    /// The URIs of the subject alternative name.
    #[must_use]
    pub fn san_uris(&self) -> &[String] {
        &self.0.extensions.san_uris
    }

    /// The DNS names of the subject alternative name.
    #[must_use]
    pub fn san_dns_names(&self) -> &[String] {
        &self.0.extensions.san_dns_names
    }

    /// First instant of validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// Last instant of validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// SHA-256 of the DER.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// The kind of key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.0.public_key
    }

    /// The `SubjectPublicKeyInfo` as it was encoded.
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// What the key may be used for; `None` when the certificate does not say.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// Extended key usages as dotted object identifiers; empty when the certificate does not say.
    #[must_use]
    pub fn extended_key_usages(&self) -> &[String] {
        &self.0.extensions.extended_key_usages
    }

    /// Certificate policies as dotted object identifiers.
    #[must_use]
    pub fn policies(&self) -> &[String] {
        &self.0.extensions.policies
    }

    /// Whether this is the certificate of an authority (basic constraints).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.0.extensions.is_ca
    }

    /// The Subject Key Identifier extension.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_identifier.as_deref()
    }

    /// Whether `at` lies within the validity, both ends included.
    #[must_use]
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    pub(crate) fn serial_der(&self) -> &[u8] {
        &self.0.serial_raw
    }

    pub(crate) fn key_id(&self) -> KeyId {
        self.0.key_id
    }

    /// The public key for verifying; it was parsed before, so it parses again.
    pub(crate) fn key_info(&self) -> Result<KeyInfo<'_>, Malformed> {
        KeyInfo::parse(&self.0.spki)
    }
}

/// Reads all certificates of a PEM text in their order; other PEM sections are skipped.
///
/// # Errors
/// [`CertificateFault`]; a text without any certificate is [`CertificateFault::NoPem`].
pub fn chain_from_pem(pem: &str) -> Result<Vec<Certificate>, CertificateFault> {
    let sections = pem::read(pem)?;
    if sections.len() > CHAIN_CERTIFICATES_MAX {
        return Err(CertificateFault::TooLarge);
    }
    if sections.is_empty() {
        return Err(CertificateFault::NoPem);
    }
    sections.iter().map(|der| Certificate::from_der(der)).collect()
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

impl std::hash::Hash for Certificate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.fingerprint.hash(state);
    }
}

/// Subject and serial only: a certificate in a log line should be one line.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject_text())
            .field("serial", self.serial())
            .finish_non_exhaustive()
    }
}
