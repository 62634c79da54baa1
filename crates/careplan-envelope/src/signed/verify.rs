//! Checking a signed message.

use der::Tag;

use super::attributes::Attributes;
use super::format::Message;
use super::{SIGNED_BYTES_MAX, SIGNED_CONTENT_BYTES_MAX, SignatureFault, Signed};
use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Element, Fields, Malformed, context};
use crate::certificate::Certificate;
use crate::digest::sha256;
use crate::public_key::Scheme;

/// Checks the one signature of a `SignedData` and gives its content.
///
/// This is cryptography only: it shows that the holder of the enclosed certificate's key signed the
/// content. Anyone can enclose a certificate of their own making, so the caller MUST verify
/// the signer next, with [`Signed::verify_trust`], and then ask what the certificate entitles to.
///
/// Accepted signatures: ECDSA P-256, RSA PKCS#1 v1.5 and RSA-PSS (salt of 32), all with SHA-256.
///
/// # Errors
/// [`SignatureFault`] by its variants.
pub fn verify(der: &[u8]) -> Result<Signed, SignatureFault> {
    if der.len() > SIGNED_BYTES_MAX {
        return Err(SignatureFault::TooLarge);
    }
    let message = Message::parse(der)?;
    if message.content_type != oid::DATA {
        return Err(SignatureFault::WrongContentType);
    }
    if message.content.len() > SIGNED_CONTENT_BYTES_MAX {
        return Err(SignatureFault::TooLarge);
    }
    let info = &message.signer;
    if !info.digest.is_plain(oid::SHA256) {
        return Err(SignatureFault::UnsupportedAlgorithm);
    }
    let scheme = scheme(&info.algorithm).ok_or(SignatureFault::UnsupportedAlgorithm)?;
    // Without signed attributes the signature would be over the content itself, and a set of
    // attributes signed elsewhere could be passed off as content (RFC 5652 section 11, and the
    // other way round).
    let attributes = Attributes::parse(info.attributes.ok_or(SignatureFault::Attributes)?)?;

    let (signer, chain) = find_signer(&message)?;
    if attributes.certificate_hash.is_some_and(|hash| hash != signer.fingerprint()) {
        return Err(SignatureFault::SignerCertificate);
    }
    if attributes.message_digest != sha256(message.content) {
        return Err(SignatureFault::DigestMismatch);
    }
    let key = signer.key_info()?;
    if !key.allows(scheme) {
        return Err(SignatureFault::UnsupportedAlgorithm);
    }
    if !key.verifies(scheme, &attributes.as_set, info.signature) {
        return Err(SignatureFault::BadSignature);
    }
    Ok(Signed { content: message.content.to_vec(), signer, chain, signing_time: attributes.signing_time })
}

/// The certificate that the signature names, and the others.
fn find_signer(message: &Message<'_>) -> Result<(Certificate, Vec<Certificate>), SignatureFault> {
    let mut signer = None;
    let mut others = Vec::new();
    for element in &message.certificates {
        // What we cannot read (an old root of version 1, say) cannot be the signer's either.
        let Ok(certificate) = Certificate::from_der(element.raw) else { continue };
        let named = certificate.issuer_der() == message.signer.issuer
            && certificate.serial_der() == message.signer.serial;
        if !named {
            others.push(certificate);
        } else if signer.replace(certificate).is_some() {
            return Err(SignatureFault::SignerCertificate);
        }
    }
    Ok((signer.ok_or(SignatureFault::SignerCertificate)?, others))
}

/// The signature scheme an identifier names; the digest is SHA-256 throughout.
fn scheme(algorithm: &Algorithm<'_>) -> Option<Scheme> {
    match algorithm.oid {
        oid::ECDSA_SHA256 if algorithm.parameters.is_none() => Some(Scheme::Ecdsa),
        // RFC 3370 section 3.2 names the bare key algorithm; the digest stands beside it.
        oid::RSA | oid::RSA_SHA256 if algorithm.has_no_parameters() => Some(Scheme::RsaPkcs1),
        oid::RSA_PSS if pss_is_sha256(algorithm.parameters?).is_ok_and(|yes| yes) => Some(Scheme::RsaPss),
        _ => None,
    }
}

/// `RSASSA-PSS-params` (RFC 4055): SHA-256, MGF1 with SHA-256, salt of 32 octets.
fn pss_is_sha256(parameters: Element<'_>) -> Result<bool, Malformed> {
    if parameters.tag != Tag::Sequence {
        return Ok(false);
    }
    let mut fields = Fields::over(parameters.value)?;
    let mut digest = fields.enter(context(0))?;
    let mut mask = fields.enter(context(1))?;
    let mut salt = fields.enter(context(2))?;
    // trailerField has one legal value, which is the default.
    fields.finish()?;
    let digest = digest.algorithm()?;
    let mask = mask.algorithm()?;
    let inner = mask.parameters.ok_or(Malformed)?;
    let mask_digest = Fields::over(inner.raw)?.algorithm()?;
    let salt = salt.small_integer()?;
    Ok(digest.is_plain(oid::SHA256)
        && mask.oid == oid::MGF1
        && mask_digest.is_plain(oid::SHA256)
        && salt == 32)
}
