//! The signing key in software.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use zeroize::Zeroizing;

use super::{KeyFault, OfficeKey};
use crate::public_key::SignatureAlgorithm;

/// A signing key held in memory: P-256, or RSA of at least 2048 bits.
///
/// ```
/// # use careplan_envelope::{OfficeKey, SigningKey};
/// let key = SigningKey::generate_p256()?;
/// let again = SigningKey::from_pkcs8(&key.to_pkcs8()?)?;
/// assert_eq!(key.public_key_spki(), again.public_key_spki());
/// # Ok::<(), careplan_envelope::KeyFault>(())
/// ```
pub struct SigningKey {
    pair: Pair,
    spki: Vec<u8>,
}

enum Pair {
    P256(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl SigningKey {
    /// Makes a new P-256 key.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the system gives no randomness.
    pub fn generate_p256() -> Result<Self, KeyFault> {
        let pair =
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(|_| KeyFault::Unavailable)?;
        Self::from_pair(Pair::P256(pair))
    }

    /// Makes a new RSA key of 2048 bits; takes about a tenth of a second.
    ///
    /// New keys are P-256; this is for tests and for authorities that accept RSA only.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the system gives no randomness.
    pub fn generate_rsa_2048() -> Result<Self, KeyFault> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyFault::Unavailable)?;
        Self::from_pair(Pair::Rsa(Box::new(pair)))
    }

    /// Reads an unencrypted PKCS#8 key.
    ///
    /// # Errors
    /// [`KeyFault::Rejected`] for any other kind, size or form.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyFault> {
        if let Ok(pair) = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8) {
            return Self::from_pair(Pair::P256(pair));
        }
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| KeyFault::Rejected)?;
        Self::from_pair(Pair::Rsa(Box::new(pair)))
    }

    /// The key as unencrypted PKCS#8; the bytes are wiped when dropped.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the library cannot encode it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let bytes = match &self.pair {
            Pair::P256(pair) => pair.to_pkcs8v1().map(|d| Zeroizing::new(d.as_ref().to_vec())),
            Pair::Rsa(pair) => {
                AsDer::<Pkcs8V1Der<'_>>::as_der(pair.as_ref()).map(|d| Zeroizing::new(d.as_ref().to_vec()))
            }
        };
        bytes.map_err(|_| KeyFault::Unavailable)
    }

    fn from_pair(pair: Pair) -> Result<Self, KeyFault> {
        let spki = match &pair {
            Pair::P256(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
            Pair::Rsa(pair) => AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()),
        };
        let spki = spki.map_err(|_| KeyFault::Rejected)?.as_ref().to_vec();
        Ok(Self { pair, spki })
    }
}

impl OfficeKey for SigningKey {
    fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        match self.pair {
            Pair::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
            Pair::Rsa(_) => SignatureAlgorithm::RsaPkcs1Sha256,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::P256(pair) => {
                pair.sign(&random, message).map(|s| s.as_ref().to_vec()).map_err(|_| KeyFault::Unavailable)
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| KeyFault::Unavailable)?;
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, ***)", self.algorithm())
    }
}
