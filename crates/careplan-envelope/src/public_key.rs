//! Public keys as they stand in certificates and requests.
//!
//! Promises: a key of a kind we use (P-256, RSA) is taken apart strictly; anything else is named
//! [`PublicKey::Other`] and can verify chains but neither sign nor receive letters.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use der::Tag;

use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Fields, Malformed};
use crate::digest::sha256;
use crate::keys::KeyFault;

/// The smallest RSA key that may sign or receive (CRYPTREC, NIST SP 800-131A: 112 bits of strength).
pub const RSA_BITS_MIN: usize = 2048;
/// The largest RSA key that is looked at: beyond it one verification costs milliseconds.
pub const RSA_BITS_MAX: usize = 8192;

/// What kind of public key a certificate carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublicKey {
    /// Elliptic curve P-256 (secp256r1).
    EcP256,
    /// RSA with a modulus of `bits` bits.
    Rsa {
        /// Length of the modulus.
        bits: usize,
    },
    /// A kind that the exchange does not use for letters.
    Other,
}

impl PublicKey {
    /// The kind of key in a `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`KeyFault::RejectedPublic`] when the bytes are none.
    pub fn of_spki(spki: &[u8]) -> Result<Self, KeyFault> {
        KeyInfo::parse(spki).map(|info| info.kind).map_err(|_| KeyFault::RejectedPublic)
    }
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256; the signature is the DER `ECDSA-Sig-Value`.
    EcdsaP256Sha256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaPkcs1Sha256,
}

/// The signature schemes accepted on messages; the digest is SHA-256 in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Ecdsa,
    RsaPkcs1,
    RsaPss,
}

/// A `SubjectPublicKeyInfo` taken apart.
#[derive(Clone, Copy)]
pub(crate) struct KeyInfo<'a> {
    pub(crate) kind: PublicKey,
    pub(crate) algorithm: Algorithm<'a>,
    /// The content of `subjectPublicKey`: the EC point or the RSA key.
    pub(crate) key: &'a [u8],
}

impl<'a> KeyInfo<'a> {
    /// Reads a `SubjectPublicKeyInfo`.
    pub(crate) fn parse(spki: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::only(spki, Tag::Sequence)?;
        let algorithm = fields.algorithm()?;
        let key = fields.bits()?;
        fields.finish()?;
        let kind = match algorithm.oid {
            oid::EC if is_p256(&algorithm, key) => PublicKey::EcP256,
            oid::RSA if algorithm.has_no_parameters() => PublicKey::Rsa { bits: rsa_bits(key)? },
            _ => PublicKey::Other,
        };
        Ok(Self { kind, algorithm, key })
    }

    /// Whether a key of this kind and size may sign by `scheme`.
    pub(crate) fn allows(&self, scheme: Scheme) -> bool {
        match self.kind {
            PublicKey::EcP256 => scheme == Scheme::Ecdsa,
            PublicKey::Rsa { bits } => {
                scheme != Scheme::Ecdsa && (RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits)
            }
            PublicKey::Other => false,
        }
    }

    /// Checks a signature over `message`; `false` for every reason it may not hold.
    pub(crate) fn verifies(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> bool {
        match (self.kind, scheme) {
            (PublicKey::EcP256, Scheme::Ecdsa) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.key).verify(message, signature)
            }
            (PublicKey::Rsa { .. }, Scheme::RsaPkcs1) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.key).verify(message, signature)
            }
            (PublicKey::Rsa { .. }, Scheme::RsaPss) => {
                UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, self.key).verify(message, signature)
            }
            _ => return false,
        }
        .is_ok()
    }

    /// Checks a signature made as certificates, requests and revocation lists are signed: the
    /// algorithm stands beside the signature and must fit the key.
    pub(crate) fn verifies_as(&self, algorithm: &Algorithm<'_>, message: &[u8], signature: &[u8]) -> bool {
        webpki::ALL_VERIFICATION_ALGS
            .iter()
            .filter(|a| a.public_key_alg_id().as_ref() == self.algorithm.value)
            .filter(|a| a.signature_alg_id().as_ref() == algorithm.value)
            .any(|a| a.verify_signature(self.key, message, signature).is_ok())
    }
}

/// The name of a key inside sealed letters: RFC 7093 section 2 method 1, the first 160 bits of the
/// SHA-256 of the `subjectPublicKey` content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 20]);

impl KeyId {
    pub(crate) fn of(public_key: &[u8]) -> Self {
        let mut id = [0; 20];
        id.copy_from_slice(&sha256(public_key)[..20]);
        Self(id)
    }

    /// The twenty bytes, as they stand in a Subject Key Identifier.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// Named curve P-256 and an uncompressed point (RFC 5480); no other form is used.
fn is_p256(algorithm: &Algorithm<'_>, key: &[u8]) -> bool {
    let named = algorithm
        .parameters
        .is_some_and(|p| p.tag == Tag::ObjectIdentifier && p.value == oid::P256.as_bytes());
    named && key.len() == 65 && key.first() == Some(&0x04)
}

fn rsa_bits(key: &[u8]) -> Result<usize, Malformed> {
    let mut fields = Fields::only(key, Tag::Sequence)?;
    let modulus = fields.expect(Tag::Integer)?.value;
    fields.expect(Tag::Integer)?;
    fields.finish()?;
    let significant = match modulus {
        [0, rest @ ..] => rest,
        [first, ..] if *first < 0x80 => modulus,
        _ => return Err(Malformed),
    };
    let first = significant.first().ok_or(Malformed)?;
    Ok(significant.len() * 8 - first.leading_zeros() as usize)
}
