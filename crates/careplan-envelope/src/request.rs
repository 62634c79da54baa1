//! Certification requests (PKCS#10, RFC 2986): what a terminal sends to be issued a certificate.
//!
//! Promises: a request that came through [`CertificationRequest::verify`] was made by whoever holds
//! its private key, and its key is one the exchange accepts. Nothing in it grants anything: issue
//! from the authority's own profile, never from what a request asks for.

use der::Tag;
use der::oid::ObjectIdentifier;

use crate::asn1::oid;
use crate::asn1::read::{Fields, Malformed, context};
use crate::asn1::write::{self, Part, bits, sequence, small_integer, tagged};
use crate::certificate::Attribute;
use crate::certificate::DistinguishedName;
use crate::keys::{KeyFault, OfficeKey};
use crate::public_key::{KeyInfo, PublicKey, RSA_BITS_MIN, SignatureAlgorithm};

/// A request is under two kilobytes; this leaves room for verbose software.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;
/// Attributes looked at in one request.
const ATTRIBUTES_MAX: usize = 16;
/// X.520 upper bound of a common name (`ub-common-name`), in characters.
pub const COMMON_NAME_CHARS_MAX: usize = 64;

/// Why a request was refused or could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFault {
    /// The bytes are not a PKCS#10 request in DER.
    #[error("not a certification request in DER")]
    Malformed,
    /// Longer than [`REQUEST_BYTES_MAX`].
    #[error("certification request is too large")]
    TooLarge,
    /// Neither P-256 nor RSA of 2048 to 8192 bits.
    #[error("the key of the request is of a kind or size that is not accepted")]
    UnacceptableKey,
    /// The request is not signed by its own key.
    #[error("the request is not signed by its own key")]
    BadSignature,
    /// Empty or longer than [`COMMON_NAME_CHARS_MAX`].
    #[error("the common name is empty or too long")]
    CommonName,
    /// The key could not sign.
    #[error(transparent)]
    Key(#[from] KeyFault),
}

impl From<Malformed> for RequestFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Makes a request for `key`, in DER.
///
/// # Errors
/// [`RequestFault::CommonName`] or [`RequestFault::Key`].
///
/// ```
/// # use careplan_envelope::{CertificationRequest, SigningKey, certification_request};
/// let key = SigningKey::generate_p256()?;
/// let der = certification_request(&key, "9970000018")?;
/// let request = CertificationRequest::verify(&der)?;
/// assert_eq!(request.common_name(), Some("9970000018"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn certification_request(
    key: &dyn OfficeKey,
    subject_common_name: &str,
) -> Result<Vec<u8>, RequestFault> {
    let chars = subject_common_name.chars().count();
    if chars == 0 || chars > COMMON_NAME_CHARS_MAX {
        return Err(RequestFault::CommonName);
    }
    let name = sequence(vec![write::set(vec![sequence(vec![
        write::oid(&oid::COMMON_NAME),
        Part::Plain(Tag::Utf8String, subject_common_name.as_bytes()),
    ])])]);
    let info =
        sequence(vec![small_integer(0), name, Part::Encoded(key.public_key_spki()), tagged(0, vec![])])
            .to_der();
    let signature = key.sign(&info)?;
    let algorithm = signature_algorithm(key.algorithm());
    Ok(sequence(vec![Part::Encoded(&info), algorithm, bits(&signature)]).to_der())
}

/// RFC 4055 wants NULL beside RSA, RFC 5758 wants nothing beside ECDSA.
pub(crate) fn signature_algorithm(algorithm: SignatureAlgorithm) -> Part<'static> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => write::algorithm(&oid::ECDSA_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha256 => write::algorithm_null(&oid::RSA_SHA256),
    }
}

/// A request whose signature was checked.
#[derive(Clone, Debug)]
pub struct CertificationRequest {
    spki: Vec<u8>,
    public_key: PublicKey,
    subject: String,
    common_name: Option<String>,
    attributes: Vec<RequestAttribute>,
}

/// An attribute that the request carries, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestAttribute {
    /// Dotted object identifier.
    pub oid: String,
    /// The SET of values in DER.
    pub values: Vec<u8>,
}

impl CertificationRequest {
    /// Reads a request in DER and checks that its own key signed it.
    ///
    /// # Errors
    /// [`RequestFault`] by its variants; nothing is returned for a request that does not verify.
    pub fn verify(der: &[u8]) -> Result<Self, RequestFault> {
        if der.len() > REQUEST_BYTES_MAX {
            return Err(RequestFault::TooLarge);
        }
        let mut outer = Fields::only(der, Tag::Sequence)?;
        let info = outer.expect(Tag::Sequence)?;
        let algorithm = outer.algorithm()?;
        let signature = outer.bits()?;
        outer.finish()?;

        let mut fields = Fields::over(info.value)?;
        if fields.small_integer()? != 0 {
            return Err(RequestFault::Malformed);
        }
        let name = DistinguishedName::parse(fields.expect(Tag::Sequence)?.raw)?;
        let spki = fields.expect(Tag::Sequence)?.raw;
        // RFC 2986 makes the attributes mandatory; some software leaves out the empty set.
        let attributes = match fields.optional(context(0))? {
            Some(element) => read_attributes(element.value)?,
            None => Vec::new(),
        };
        fields.finish()?;

        let key = KeyInfo::parse(spki)?;
        match key.kind {
            PublicKey::EcP256 => {}
            PublicKey::Rsa { bits } if (RSA_BITS_MIN..=crate::public_key::RSA_BITS_MAX).contains(&bits) => {}
            _ => return Err(RequestFault::UnacceptableKey),
        }
        if !key.verifies_as(&algorithm, info.raw, signature) {
            return Err(RequestFault::BadSignature);
        }
        let common_name = match name.values(Attribute::CommonName).as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        };
        Ok(Self {
            spki: spki.to_vec(),
            public_key: key.kind,
            subject: name.to_string(),
            common_name,
            attributes,
        })
    }

    /// The requested key as `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }

    /// The kind of key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// The subject as text.
    #[must_use]
    pub fn subject_text(&self) -> &str {
        &self.subject
    }

    /// The common name, when there is exactly one.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The attributes, in the order of the request.
    #[must_use]
    pub fn attributes(&self) -> &[RequestAttribute] {
        &self.attributes
    }
}

fn read_attributes(set: &[u8]) -> Result<Vec<RequestAttribute>, Malformed> {
    let mut attributes: Vec<(ObjectIdentifier, RequestAttribute)> = Vec::new();
    for element in Fields::over(set)?.all(Tag::Sequence, ATTRIBUTES_MAX)? {
        let mut fields = Fields::over(element.value)?;
        let id = fields.oid()?;
        let values = fields.expect(Tag::Set)?.raw.to_vec();
        fields.finish()?;
        if attributes.iter().any(|(known, _)| *known == id) {
            return Err(Malformed);
        }
        attributes.push((id, RequestAttribute { oid: id.to_string(), values }));
    }
    Ok(attributes.into_iter().map(|(_, attribute)| attribute).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::write::{oid, sequence, set};

    #[test]
    fn sixteen_attributes_of_a_request_are_read_and_one_more_is_not() {
        let with = |count: usize| -> Vec<u8> {
            let id = |number| ObjectIdentifier::new_unwrap(&format!("1.2.3.{number}"));
            (0..count).flat_map(|number| sequence(vec![oid(&id(number)), set(vec![])]).to_der()).collect()
        };
        assert_eq!(read_attributes(&with(16)).unwrap().len(), 16);
        assert!(read_attributes(&with(17)).is_err());
    }
}
