//! Making a signed message.

use der::Tag;
use jiff::Timestamp;

use super::{SIGNED_CERTIFICATES_MAX, SIGNED_CONTENT_BYTES_MAX, SignFault, attributes};
use crate::asn1::oid;
use crate::asn1::read::context;
use crate::asn1::write::{self, Part, octets, sequence, set, small_integer, tagged};
use crate::certificate::Certificate;
use crate::digest::sha256;
use crate::keys::OfficeKey;
use crate::public_key::{PublicKey, SignatureAlgorithm};
use crate::request::signature_algorithm;

/// Who signs: a key, its certificate, and the certificates above it.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The key that signs.
    pub key: &'a dyn OfficeKey,
    /// Its certificate, which goes into the message.
    pub certificate: &'a Certificate,
    /// Certificates between it and the root; they go into the message too. The root need not.
    pub chain: &'a [Certificate],
}

/// Signs `content` and gives the DER of a `SignedData` that contains it.
///
/// Fractions of a second of `signing_time` are dropped.
///
/// # Errors
/// [`SignFault`] by its variants.
pub fn sign(content: &[u8], signer: Signer<'_>, signing_time: Timestamp) -> Result<Vec<u8>, SignFault> {
    if content.len() > SIGNED_CONTENT_BYTES_MAX {
        return Err(SignFault::TooLarge);
    }
    if signer.chain.len() >= SIGNED_CERTIFICATES_MAX {
        return Err(SignFault::TooManyCertificates);
    }
    let fits = matches!(
        (signer.certificate.public_key(), signer.key.algorithm()),
        (PublicKey::EcP256, SignatureAlgorithm::EcdsaP256Sha256)
            | (PublicKey::Rsa { .. }, SignatureAlgorithm::RsaPkcs1Sha256)
    );
    if !fits || signer.certificate.public_key_spki() != signer.key.public_key_spki() {
        return Err(SignFault::CertificateMismatch);
    }
    if signer
        .certificate
        .key_usage()
        .is_some_and(|usage| !usage.digital_signature && !usage.content_commitment)
    {
        return Err(SignFault::NotForSigning);
    }

    let attributes = attributes::write(&sha256(content), signing_time, signer.certificate)?;
    // RFC 5652 section 5.4: signed as a SET OF, sent as [0]. A SET in front keeps these bytes apart
    // from everything else the same key signs: requests begin with a SEQUENCE, TLS with neither.
    let signature = signer.key.sign(&attributes.as_set)?;

    let mut certificates = vec![signer.certificate.der().to_vec()];
    for certificate in signer.chain {
        if !certificates.iter().any(|known| known == certificate.der()) {
            certificates.push(certificate.der().to_vec());
        }
    }
    let certificates = write::set_of(certificates, context(0));

    let signer_info = sequence(vec![
        small_integer(1),
        sequence(vec![
            Part::Encoded(signer.certificate.issuer_der()),
            Part::Encoded(signer.certificate.serial_der()),
        ]),
        write::algorithm(&oid::SHA256),
        Part::Encoded(&attributes.as_field),
        signature_algorithm(signer.key.algorithm()),
        Part::Plain(Tag::OctetString, &signature),
    ]);
    let message = sequence(vec![
        write::oid(&oid::SIGNED_DATA),
        tagged(
            0,
            vec![sequence(vec![
                small_integer(1),
                set(vec![write::algorithm(&oid::SHA256)]),
                sequence(vec![write::oid(&oid::DATA), tagged(0, vec![octets(content)])]),
                Part::Encoded(&certificates),
                set(vec![signer_info]),
            ])],
        ),
    ]);
    Ok(message.to_der())
}
