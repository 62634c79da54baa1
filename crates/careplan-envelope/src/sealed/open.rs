//! Opening a letter.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use der::Tag;
use zeroize::Zeroizing;

use super::format::{Envelope, Name, Unreadable, Way, WrappedKey};
use super::{KEY_BYTES, SEALED_BYTES_MAX, SEALED_CONTENT_BYTES_MAX, key_agreement, oaep};
use crate::asn1::oid;
use crate::asn1::read::{Algorithm, Fields};
use crate::keys::{DecryptionKey, KeyKind, parse_point};

/// What came of opening a letter.
#[derive(Clone)]
pub enum Opening {
    /// A letter, but not for any of these keys.
    NotForUs,
    /// The content; it is wiped when dropped.
    Opened(Zeroizing<Vec<u8>>),
    /// For us, or not a letter at all; it cannot be opened and never will be.
    Broken(BrokenReason),
}

/// Why a letter is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenReason {
    /// Not an `AuthEnvelopedData` in DER.
    #[error("not a CMS AuthEnvelopedData in DER")]
    Malformed,
    /// Larger than [`SEALED_BYTES_MAX`], or too many recipients.
    #[error("sealed letter is too large")]
    TooLarge,
    /// Another kind of CMS message, or algorithms that are not accepted.
    #[error("kind of message or algorithm is not accepted")]
    Unsupported,
    /// The key, the content or the tag was changed. Deliberately no more is said.
    #[error("sealed letter was changed or damaged")]
    Damaged,
}

/// Tries to open a letter with our keys.
///
/// For each of `keys` the first copy of the content key that names it is tried, so the work is
/// bounded by our keys and not by the letter; the first that opens the content wins, and a letter
/// is [`Opening::Broken`] only when none does.
#[must_use]
pub fn open(sealed: &[u8], keys: &[&DecryptionKey]) -> Opening {
    if sealed.len() > SEALED_BYTES_MAX {
        return Opening::Broken(BrokenReason::TooLarge);
    }
    let envelope = match Envelope::parse(sealed) {
        Ok(envelope) => envelope,
        Err(Unreadable::Malformed) => return Opening::Broken(BrokenReason::Malformed),
        Err(Unreadable::Unsupported) => return Opening::Broken(BrokenReason::Unsupported),
        Err(Unreadable::TooManyRecipients) => return Opening::Broken(BrokenReason::TooLarge),
    };
    if envelope.ciphertext.len() > SEALED_CONTENT_BYTES_MAX {
        return Opening::Broken(BrokenReason::TooLarge);
    }

    let mut reason = None;
    for key in keys {
        let Some(copy) = envelope.wrapped_keys.iter().find(|copy| is_named(key, &copy.name)) else {
            continue;
        };
        match unwrap(key, copy).and_then(|content_key| decrypt(&envelope, &content_key)) {
            Ok(content) => return Opening::Opened(content),
            // The damage of one copy weighs more than another being of an unknown kind.
            Err(BrokenReason::Unsupported) => reason = reason.or(Some(BrokenReason::Unsupported)),
            Err(other) => reason = Some(other),
        }
    }
    reason.map_or(Opening::NotForUs, Opening::Broken)
}

fn is_named(key: &DecryptionKey, name: &Name<'_>) -> bool {
    match name {
        Name::IssuerAndSerial { issuer, serial } => key.is_named_by_serial(issuer, serial),
        Name::KeyIdentifier(identifier) => key.is_named_by_key_id(identifier),
    }
}

/// The content key, if the way it travelled is accepted and undamaged.
fn unwrap(key: &DecryptionKey, wrapped: &WrappedKey<'_>) -> Result<Zeroizing<[u8; KEY_BYTES]>, BrokenReason> {
    match (wrapped.way, key.kind()) {
        (Way::Transport { algorithm }, KeyKind::Rsa) if oaep::is_accepted(&algorithm) => {
            key.unwrap_oaep(wrapped.wrapped).ok_or(BrokenReason::Damaged)
        }
        (Way::Agreement { originator, ukm, algorithm }, KeyKind::P256) => {
            let (Some(wrap), Some(point)) = (accepted_wrap(&algorithm), originator.point()) else {
                return Err(BrokenReason::Unsupported);
            };
            let ephemeral = parse_point(point).ok_or(BrokenReason::Damaged)?;
            let shared_info = key_agreement::shared_info(wrap, ukm);
            key_agreement::unwrap(key, ephemeral, &shared_info, wrapped.wrapped).ok_or(BrokenReason::Damaged)
        }
        _ => Err(BrokenReason::Unsupported),
    }
}

/// The wrap algorithm inside dhSinglePass-stdDH-sha256kdf, when it is AES-256 key wrap.
fn accepted_wrap<'a>(algorithm: &Algorithm<'a>) -> Option<&'a [u8]> {
    let parameters = algorithm.parameters.filter(|p| p.tag == Tag::Sequence)?;
    let wrap = Fields::over(parameters.raw).ok()?.algorithm().ok()?;
    (algorithm.oid == oid::ECDH_SHA256_KDF && wrap.is_plain(oid::AES256_WRAP)).then_some(wrap.raw)
}

/// The buffer stays here until the tag has verified, and is wiped if it does not.
fn decrypt(
    envelope: &Envelope<'_>,
    content_key: &[u8; KEY_BYTES],
) -> Result<Zeroizing<Vec<u8>>, BrokenReason> {
    let key = UnboundKey::new(&AES_256_GCM, content_key).map_err(|_| BrokenReason::Damaged)?;
    let nonce = Nonce::assume_unique_for_key(envelope.nonce);
    let mut content = Zeroizing::new(vec![0; envelope.ciphertext.len()]);
    LessSafeKey::new(key)
        .open_separate_gather(nonce, Aad::empty(), envelope.ciphertext, envelope.tag, &mut content)
        .map_err(|_| BrokenReason::Damaged)?;
    Ok(content)
}

/// Never shows the content.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotForUs => f.write_str("NotForUs"),
            Self::Opened(content) => write!(f, "Opened({} bytes)", content.len()),
            Self::Broken(reason) => write!(f, "Broken({reason:?})"),
        }
    }
}
