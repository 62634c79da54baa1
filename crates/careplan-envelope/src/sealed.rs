//! Sealed letters: CMS `AuthEnvelopedData` (RFC 5083) with AES-256-GCM (RFC 5084).
//!
//! Promises: a fresh content key per letter; keys travel by ECDH P-256 (RFC 5753) or RSA-OAEP with
//! SHA-256, never by PKCS#1 v1.5; nothing of the content is released before its tag has verified;
//! a letter that does not open tells nobody at which step. Never says who sealed it: that is the
//! signature inside.
//!
//! GCM does not commit to its key: a sender with ill will could craft one letter that opens to two
//! contents for two recipients. Each content still needs the sender's own signature, so proof rests
//! on the signed manifest that a receiver holds, never on the digest of the sealed bytes alone.

mod format;
mod key_agreement;
mod oaep;
mod open;
mod seal;

pub use open::{BrokenReason, Opening, open};
pub use seal::{Recipient, SealFault, seal};

use crate::letter::LETTER_BYTES_MAX;

/// Recipients of one letter: the terminals of receiver and sender, and a recovery key each.
pub const RECIPIENTS_MAX: usize = 64;
/// Largest content that is sealed or opened: a whole [`Letter`](crate::Letter).
pub const SEALED_CONTENT_BYTES_MAX: usize = LETTER_BYTES_MAX;
/// Octets that one recipient may take in a sealed letter (RSA of 8192 bits and a long name).
const RECIPIENT_BYTES_MAX: usize = 4 * 1024;
/// Largest sealed letter.
pub const SEALED_BYTES_MAX: usize = SEALED_CONTENT_BYTES_MAX + RECIPIENTS_MAX * RECIPIENT_BYTES_MAX;

/// AES-256.
const KEY_BYTES: usize = 32;
/// AES-256 key under AES key wrap (RFC 3394).
const WRAPPED_KEY_BYTES: usize = KEY_BYTES + 8;
/// GCM nonce, the only length accepted (SP 800-38D section 8.2).
const NONCE_BYTES: usize = 12;
/// GCM tag, the only length accepted.
const TAG_BYTES: usize = 16;
