//! The signed attributes: contentType, messageDigest, signingTime, signingCertificateV2.
//!
//! Promises: on reading, the encoding is the DER that was signed, every attribute occurs once, and
//! the ones we know have exactly one value.

use der::Tag;
use der::oid::ObjectIdentifier;
use jiff::Timestamp;

use super::{SignFault, SignatureFault};
use crate::asn1::read::{Element, Fields, Malformed, context};
use crate::asn1::write::{self, Part, octets, sequence, set};
use crate::asn1::{oid, time};
use crate::certificate::Certificate;

/// Attributes looked at in one signature: ours have four, OpenSSL's four or five.
const ATTRIBUTES_MAX: usize = 32;
/// Certificates listed in one signingCertificateV2; the first is the signer's.
const LISTED_CERTIFICATES_MAX: usize = 16;

/// The attributes in the two encodings that CMS wants.
pub(super) struct Encoded {
    /// As they are signed: SET OF.
    pub(super) as_set: Vec<u8>,
    /// As they are sent: `[0] IMPLICIT`.
    pub(super) as_field: Vec<u8>,
}

pub(super) fn write(
    digest: &[u8; 32],
    signing_time: Timestamp,
    certificate: &Certificate,
) -> Result<Encoded, SignFault> {
    let time = time::write(signing_time).map_err(|Malformed| SignFault::SigningTime)?;
    // ESSCertIDv2 of RFC 5035; its hash algorithm is SHA-256 by default and then left out.
    let fingerprint = certificate.fingerprint();
    let listed = sequence(vec![sequence(vec![sequence(vec![octets(&fingerprint)])])]);
    let attributes = vec![
        attribute(&oid::CONTENT_TYPE, write::oid(&oid::DATA)),
        attribute(&oid::SIGNING_TIME, time),
        attribute(&oid::MESSAGE_DIGEST, octets(digest)),
        attribute(&oid::SIGNING_CERTIFICATE_V2, listed),
    ];
    let as_set = write::set_of(attributes, Tag::Set);
    let as_field = retag(&as_set, 0xa0);
    Ok(Encoded { as_set, as_field })
}

fn attribute(id: &ObjectIdentifier, value: Part<'_>) -> Vec<u8> {
    sequence(vec![write::oid(id), set(vec![value])]).to_der()
}

/// The same element under another one-octet tag.
fn retag(element: &[u8], tag: u8) -> Vec<u8> {
    let mut copy = element.to_vec();
    if let Some(first) = copy.first_mut() {
        *first = tag;
    }
    copy
}

/// Signed attributes as received.
pub(super) struct Attributes<'a> {
    pub(super) message_digest: &'a [u8],
    pub(super) signing_time: Timestamp,
    /// SHA-256 of the signer's certificate, when the signature says so.
    pub(super) certificate_hash: Option<&'a [u8]>,
    /// The bytes that were signed.
    pub(super) as_set: Vec<u8>,
}

impl<'a> Attributes<'a> {
    /// Reads the `[0]` field of a `SignerInfo`.
    pub(super) fn parse(field: Element<'a>) -> Result<Self, SignatureFault> {
        debug_assert_eq!(field.tag, context(0), "the caller asked for this tag");
        let elements = Fields::over(field.value)?.all(Tag::Sequence, ATTRIBUTES_MAX)?;
        // What was signed is the DER of the set; an unordered one would have two readings.
        if !elements.is_sorted_by(|a, b| a.raw < b.raw) {
            return Err(SignatureFault::Attributes);
        }
        let mut found = Found::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        for element in elements {
            let mut fields = Fields::over(element.value)?;
            let id = fields.oid()?;
            let values = fields.enter(Tag::Set)?;
            fields.finish()?;
            if seen.contains(&id) {
                return Err(SignatureFault::Attributes);
            }
            seen.push(id);
            found.take(id, values)?;
        }
        let (Some(content_type), Some(message_digest), Some(signing_time)) =
            (found.content_type, found.message_digest, found.signing_time)
        else {
            return Err(SignatureFault::Attributes);
        };
        if content_type != oid::DATA {
            return Err(SignatureFault::WrongContentType);
        }
        Ok(Self {
            message_digest,
            signing_time,
            certificate_hash: found.certificate_hash,
            as_set: retag(field.raw, 0x31),
        })
    }
}

#[derive(Default)]
struct Found<'a> {
    content_type: Option<ObjectIdentifier>,
    message_digest: Option<&'a [u8]>,
    signing_time: Option<Timestamp>,
    certificate_hash: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn take(&mut self, id: ObjectIdentifier, mut values: Fields<'a>) -> Result<(), SignatureFault> {
        match id {
            oid::CONTENT_TYPE => self.content_type = Some(values.oid()?),
            oid::MESSAGE_DIGEST => self.message_digest = Some(values.octets()?),
            oid::SIGNING_TIME => self.signing_time = Some(time::read(values.element()?)?),
            oid::SIGNING_CERTIFICATE_V2 => {
                self.certificate_hash = Some(listed_certificate(values.enter(Tag::Sequence)?)?);
            }
            // Others (smimeCapabilities) say nothing that we act on.
            _ => return Ok(()),
        }
        // A second value would be a second opinion.
        if values.is_empty() { Ok(()) } else { Err(SignatureFault::Attributes) }
    }
}

/// The hash of the first certificate in a `SigningCertificateV2`; it must be by SHA-256.
fn listed_certificate<'a>(mut attribute: Fields<'a>) -> Result<&'a [u8], SignatureFault> {
    let listed = attribute.enter(Tag::Sequence)?.all(Tag::Sequence, LISTED_CERTIFICATES_MAX)?;
    // Policies may follow.
    attribute.optional(Tag::Sequence)?;
    attribute.finish()?;
    let first = listed.first().ok_or(SignatureFault::Attributes)?;
    let mut fields = Fields::over(first.value)?;
    if let Some(algorithm) = fields.optional(Tag::Sequence)? {
        let mut algorithm = Fields::over(algorithm.raw)?;
        if !algorithm.algorithm()?.is_plain(oid::SHA256) {
            return Err(SignatureFault::UnsupportedAlgorithm);
        }
    }
    let hash = fields.octets()?;
    // issuerSerial may follow; the hash says more.
    fields.optional(Tag::Sequence)?;
    fields.finish()?;
    Ok(hash)
}
