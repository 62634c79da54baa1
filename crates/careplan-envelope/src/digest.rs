//! SHA-256, the only digest of the exchange.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

/// The SHA-256 digest of `bytes`.
///
/// ```
/// let digest = careplan_envelope::sha256(b"");
/// assert_eq!(digest[..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(bytes);
    digest.finish()
}

/// SHA-256 over bytes that arrive in pieces.
///
/// ```
/// use careplan_envelope::{Sha256, sha256};
///
/// let mut digest = Sha256::new();
/// digest.update(b"care");
/// digest.update(b"plan");
/// assert_eq!(digest.finish(), sha256(b"careplan"));
/// ```
#[derive(Clone)]
pub struct Sha256(Context);

impl Sha256 {
    /// Starts with no bytes.
    #[must_use]
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything added.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(self.0.finish().as_ref());
        out
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256(..)")
    }
}
