//! The key that opens letters.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, PrivateKey, agree};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::{Zeroize, Zeroizing};

use super::{KeyFault, TerminalPublicKey};
use crate::certificate::Certificate;
use crate::public_key::{KeyId, KeyInfo, PublicKey};

/// A private key that opens sealed letters: P-256 of a terminal, or RSA of an office certificate.
///
/// A key finds its letters by its [`KeyId`]; with [`DecryptionKey::with_certificate`] also those
/// addressed by issuer and serial number or by the certificate's Subject Key Identifier.
///
/// ```
/// # use careplan_envelope::{DecryptionKey, TerminalPublicKey};
/// let key = DecryptionKey::generate_p256()?;
/// let published = TerminalPublicKey::from_spki(key.public_key_spki())?;
/// assert_eq!(published.key_id(), key.key_id());
/// # Ok::<(), careplan_envelope::KeyFault>(())
/// ```
pub struct DecryptionKey {
    private: Private,
    spki: Vec<u8>,
    id: KeyId,
    certificate: Option<Certificate>,
}

/// What separates these keys from everything else that is made from the same secret. Never changed: old backups hang on it.
const DERIVE_SALT: &[u8] = b"careplan derived key";
const DERIVE_INFO: &[u8] = b"p256 1";

enum Private {
    P256(PrivateKey),
    Rsa { key: OaepPrivateDecryptingKey, pkcs8: Zeroizing<Vec<u8>> },
}

impl DecryptionKey {
    /// Makes a new P-256 key for a terminal.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the system gives no randomness.
    pub fn generate_p256() -> Result<Self, KeyFault> {
        Self::from_p256(PrivateKey::generate(&ECDH_P256).map_err(|_| KeyFault::Unavailable)?)
    }

    /// The P-256 key that belongs to a secret: the same secret gives the same key, on any computer and with any later version
    /// (HKDF with SHA-256, RFC 5869). The secret must be beyond guessing by itself: 100 random bits or more.
    ///
    /// # Errors
    /// [`KeyFault::Rejected`] for an empty secret.
    pub fn derive_p256(secret: &[u8]) -> Result<Self, KeyFault> {
        if secret.is_empty() {
            return Err(KeyFault::Rejected);
        }
        let source = Salt::new(HKDF_SHA256, DERIVE_SALT).extract(secret);
        // One number in four thousand million is none of the curve's: then the next one.
        for number in 0..=u8::MAX {
            let mut scalar = Zeroizing::new([0; 32]);
            let info = [DERIVE_INFO, &[number]];
            let key = source.expand(&info, HKDF_SHA256).and_then(|it| it.fill(&mut *scalar));
            key.map_err(|_| KeyFault::Unavailable)?;
            if let Ok(private) = PrivateKey::from_private_key(&ECDH_P256, &*scalar) {
                return Self::from_p256(private);
            }
        }
        Err(KeyFault::Unavailable)
    }

    /// Reads an unencrypted PKCS#8 key: P-256, or RSA of 2048 to 8192 bits.
    ///
    /// # Errors
    /// [`KeyFault::Rejected`] for any other kind, size or form.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyFault> {
        if let Ok(private) = PrivateKey::from_private_key_der(&ECDH_P256, pkcs8) {
            return Self::from_p256(private);
        }
        let private = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| KeyFault::Rejected)?;
        let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(&private.public_key())
            .map_err(|_| KeyFault::Rejected)?
            .as_ref()
            .to_vec();
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&private).map_err(|_| KeyFault::Rejected)?;
        let pkcs8 = Zeroizing::new(pkcs8.as_ref().to_vec());
        let key = OaepPrivateDecryptingKey::new(private).map_err(|_| KeyFault::Rejected)?;
        Self::assemble(Private::Rsa { key, pkcs8 }, spki)
    }

    fn from_p256(private: PrivateKey) -> Result<Self, KeyFault> {
        let public = private.compute_public_key().map_err(|_| KeyFault::Rejected)?;
        let spki = AsDer::<PublicKeyX509Der<'_>>::as_der(&public).map_err(|_| KeyFault::Rejected)?;
        let spki = spki.as_ref().to_vec();
        Self::assemble(Private::P256(private), spki)
    }

    fn assemble(private: Private, spki: Vec<u8>) -> Result<Self, KeyFault> {
        let info = KeyInfo::parse(&spki).map_err(|_| KeyFault::Rejected)?;
        if info.kind == PublicKey::Other {
            return Err(KeyFault::Rejected);
        }
        let id = KeyId::of(info.key);
        Ok(Self { private, spki, id, certificate: None })
    }

    /// Also opens letters addressed to this certificate.
    ///
    /// # Errors
    /// [`KeyFault::CertificateMismatch`] when it carries another public key.
    pub fn with_certificate(mut self, certificate: Certificate) -> Result<Self, KeyFault> {
        if certificate.key_id() != self.id || certificate.public_key_spki() != self.spki {
            return Err(KeyFault::CertificateMismatch);
        }
        self.certificate = Some(certificate);
        Ok(self)
    }

    /// The key as unencrypted PKCS#8; the bytes are wiped when dropped.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] when the library cannot encode it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        match &self.private {
            Private::P256(private) => AsDer::<Pkcs8V1Der<'_>>::as_der(private)
                .map(|der| Zeroizing::new(der.as_ref().to_vec()))
                .map_err(|_| KeyFault::Unavailable),
            Private::Rsa { pkcs8, .. } => Ok(pkcs8.clone()),
        }
    }

    /// The `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn public_key_spki(&self) -> &[u8] {
        &self.spki
    }

    /// The name of the key inside sealed letters.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.id
    }

    /// The public half, when this is a terminal key.
    ///
    /// # Errors
    /// [`KeyFault::RejectedPublic`] for an RSA key.
    pub fn terminal_public_key(&self) -> Result<TerminalPublicKey, KeyFault> {
        TerminalPublicKey::from_spki(&self.spki)
    }

    /// Whether the letter's recipient is named by this Subject Key Identifier.
    pub(crate) fn is_named_by_key_id(&self, identifier: &[u8]) -> bool {
        identifier == self.id.as_bytes()
            || self.certificate.as_ref().and_then(Certificate::subject_key_identifier) == Some(identifier)
    }

    /// Whether the letter's recipient is named by issuer and serial number, both as encoded.
    pub(crate) fn is_named_by_serial(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.certificate.as_ref().is_some_and(|c| c.issuer_der() == issuer && c.serial_der() == serial)
    }

    /// ECDH with the sender's ephemeral key; `derive` sees the shared secret once.
    pub(crate) fn agree<T>(
        &self,
        peer: ParsedPublicKey,
        derive: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        match &self.private {
            Private::P256(private) => agree(private, peer, (), |secret| derive(secret).ok_or(())).ok(),
            Private::Rsa { .. } => None,
        }
    }

    /// RSA-OAEP (SHA-256, empty label) of a 256-bit key.
    pub(crate) fn unwrap_oaep(&self, wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let Private::Rsa { key, .. } = &self.private else { return None };
        if wrapped.len() != key.key_size_bytes() {
            return None;
        }
        let mut buffer = Zeroizing::new(vec![0; key.min_output_size()]);
        let plain = key.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut buffer, None).ok()?;
        let key = <[u8; 32]>::try_from(&*plain).ok().map(Zeroizing::new);
        plain.zeroize();
        key
    }

    pub(crate) fn kind(&self) -> KeyKind {
        match self.private {
            Private::P256(_) => KeyKind::P256,
            Private::Rsa { .. } => KeyKind::Rsa,
        }
    }
}

/// Which way a letter must be wrapped for the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    P256,
    Rsa,
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({:?}, ***)", self.kind())
    }
}
