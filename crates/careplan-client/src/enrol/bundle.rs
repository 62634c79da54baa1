//! Reading PKCS#7 that carries certificates only (RFC 7030 section 4.1.3, RFC 5652 section 5.1).
//!
//! ```text
//! ContentInfo ::= SEQUENCE { id-signedData, [0] SEQUENCE {
//!     version, digestAlgorithms, encapContentInfo, [0] certificates, [1] crls?, signerInfos } }
//! ```
//!
//! Nothing is believed because it stands here: what is read is compared or verified by the caller.

use careplan_envelope::Certificate;
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Encode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _};

/// Certificates in one bundle: a leaf with its chain, or an authority's old and new ones.
const CERTIFICATES_MAX: usize = 16;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// The certificates of a bundle; `None` when it is none, or carries too many.
pub(super) fn certificates(der: &[u8]) -> Option<Vec<Certificate>> {
    let outer = sequence(AnyRef::from_der(der).ok()?)?;
    let [kind, content] = elements(outer)?.try_into().ok()?;
    if ObjectIdentifier::try_from(kind).ok()? != SIGNED_DATA || content.tag() != context(0) {
        return None;
    }
    let data = sequence(AnyRef::from_der(content.value()).ok()?)?;
    let certificates = elements(data)?.into_iter().find(|it| it.tag() == context(0))?;
    let certificates = elements(certificates.value())?;
    if certificates.len() > CERTIFICATES_MAX {
        return None;
    }
    certificates.iter().map(|it| Certificate::from_der(&it.to_der().ok()?).ok()).collect()
}

fn context(number: u32) -> Tag {
    Tag::ContextSpecific { constructed: true, number: TagNumber(number) }
}

fn sequence(any: AnyRef<'_>) -> Option<&[u8]> {
    (any.tag() == Tag::Sequence).then(|| any.value())
}

/// The elements that lie one after the other in a value.
fn elements(value: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(value).ok()?;
    let mut elements = Vec::new();
    while !reader.is_finished() {
        elements.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bundle_of_certificates_is_refused() {
        for bytes in
            [b"".as_slice(), b"\x30\x00", b"\x30\x03\x02\x01\x01", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]
        {
            assert!(certificates(bytes).is_none());
        }
    }

    /// A bundle that carries one certificate so many times.
    fn bundle(count: usize) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let holding = |tag, inside: &[u8]| AnyRef::new(tag, inside).unwrap().to_der().unwrap();
        let kind = SIGNED_DATA.to_der().unwrap();
        let certificates = holding(context(0), &certificate.der().repeat(count));
        holding(Tag::Sequence, &[kind, holding(context(0), &holding(Tag::Sequence, &certificates))].concat())
    }

    #[test]
    fn sixteen_certificates_are_read_from_a_bundle_and_one_more_is_not() {
        assert_eq!(certificates(&bundle(16)).unwrap().len(), 16);
        assert!(certificates(&bundle(17)).is_none());
    }
}
