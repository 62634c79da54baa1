//! From an ECDH secret to a wrapped content key: dhSinglePass-stdDH-sha256kdf with AES-256 key wrap
//! (RFC 5753 section 7.1.4, X9.63 key derivation).

use aws_lc_rs::agreement::{ParsedPublicKey, PrivateKey, agree};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use zeroize::Zeroizing;

use super::{KEY_BYTES, WRAPPED_KEY_BYTES};
use crate::asn1::oid;
use crate::asn1::write::{self, Part, octets, sequence, tagged};
use crate::digest::Sha256;
use crate::keys::DecryptionKey;

/// Bits of the key-encryption key, as they enter the derivation.
const KEK_BITS: u32 = 256;

/// `ECC-CMS-SharedInfo`: binds the derived key to its use.
///
/// `wrap_algorithm` is the AlgorithmIdentifier as it stands in the message.
pub(super) fn shared_info(wrap_algorithm: &[u8], ukm: Option<&[u8]>) -> Vec<u8> {
    let bits = KEK_BITS.to_be_bytes();
    let mut parts = vec![Part::Encoded(wrap_algorithm)];
    if let Some(ukm) = ukm {
        parts.push(tagged(0, vec![octets(ukm)]));
    }
    parts.push(tagged(2, vec![octets(&bits)]));
    sequence(parts).to_der()
}

/// Our own wrap algorithm: AES-256 key wrap, parameters absent (RFC 3565 section 2.3.2).
pub(super) fn wrap_algorithm() -> Vec<u8> {
    write::algorithm(&oid::AES256_WRAP).to_der()
}

/// Wraps `content_key` for `peer`.
pub(super) fn wrap(
    ephemeral: &PrivateKey,
    peer: &ParsedPublicKey,
    shared_info: &[u8],
    content_key: &[u8; KEY_BYTES],
) -> Option<[u8; WRAPPED_KEY_BYTES]> {
    agree(ephemeral, peer.clone(), (), |secret| {
        let kek = kek(secret, shared_info).ok_or(())?;
        let mut wrapped = [0; WRAPPED_KEY_BYTES];
        let length = kek.wrap(content_key, &mut wrapped).map_err(|_| ())?.len();
        if length == WRAPPED_KEY_BYTES { Ok(wrapped) } else { Err(()) }
    })
    .ok()
}

/// Unwraps the content key that was wrapped for `key`.
pub(super) fn unwrap(
    key: &DecryptionKey,
    ephemeral: ParsedPublicKey,
    shared_info: &[u8],
    wrapped: &[u8],
) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    if wrapped.len() != WRAPPED_KEY_BYTES {
        return None;
    }
    key.agree(ephemeral, |secret| {
        let kek = kek(secret, shared_info)?;
        let mut buffer = Zeroizing::new([0; WRAPPED_KEY_BYTES]);
        let plain = kek.unwrap(wrapped, buffer.as_mut_slice()).ok()?;
        <[u8; KEY_BYTES]>::try_from(&*plain).ok().map(Zeroizing::new)
    })
}

/// X9.63: one block of SHA-256 over secret, counter 1, shared info is exactly the key.
fn kek(secret: &[u8], shared_info: &[u8]) -> Option<AesKek> {
    let mut digest = Sha256::new();
    digest.update(secret);
    digest.update(&1u32.to_be_bytes());
    digest.update(shared_info);
    let kek = Zeroizing::new(digest.finish());
    AesKek::new(&AES_256, kek.as_slice()).ok()
}
