//! The public half of a terminal's encryption key.

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};

use super::KeyFault;
use crate::public_key::{KeyId, KeyInfo, PublicKey};

/// A P-256 public key that letters can be sealed to.
///
/// Promises: the point was checked to lie on the curve. Whose key it is, the announcement signed by
/// the office says; verify that before sealing.
#[derive(Clone)]
pub struct TerminalPublicKey {
    spki: Vec<u8>,
    id: KeyId,
    parsed: ParsedPublicKey,
}

impl TerminalPublicKey {
    /// Reads a `SubjectPublicKeyInfo`: named curve P-256, uncompressed point.
    ///
    /// # Errors
    /// [`KeyFault::RejectedPublic`] for any other kind or form, and for points off the curve.
    pub fn from_spki(spki: &[u8]) -> Result<Self, KeyFault> {
        let info = KeyInfo::parse(spki).map_err(|_| KeyFault::RejectedPublic)?;
        if info.kind != PublicKey::EcP256 {
            return Err(KeyFault::RejectedPublic);
        }
        let parsed = parse_point(info.key).ok_or(KeyFault::RejectedPublic)?;
        Ok(Self { spki: spki.to_vec(), id: KeyId::of(info.key), parsed })
    }

    /// The `SubjectPublicKeyInfo` in DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The name of the key inside sealed letters.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn key_id_ref(&self) -> &KeyId {
        &self.id
    }

    pub(crate) fn parsed(&self) -> &ParsedPublicKey {
        &self.parsed
    }
}

/// An uncompressed point on P-256; `None` when it is not on the curve.
pub(crate) fn parse_point(point: &[u8]) -> Option<ParsedPublicKey> {
    if point.len() != 65 || point.first() != Some(&0x04) {
        return None;
    }
    ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, point)).ok()
}

impl PartialEq for TerminalPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for TerminalPublicKey {}

impl fmt::Debug for TerminalPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TerminalPublicKey({:02x?})", self.id.as_bytes())
    }
}
