//! Letters: composing and reading them.
//!
//! Promises: what is composed is signed, then sealed to exactly the given receivers; what is read
//! comes out only after every check of the protocol held, in the protocol's order. A letter
//! that fails has a named reason with a Japanese sentence for both sides, which quotes no content.

mod compose;
mod read;
mod refusal;

pub use compose::{ComposeFault, Composed, Draft, OutgoingFile, compose};
pub use read::{Outside, ReadLetter, Reader, ReceivedFile, SIGNED_BEFORE_ACCEPTANCE_MAX};
pub use refusal::LetterRefusal;

use careplan_domain::Digest;
use careplan_envelope::sha256;

/// SHA-256 as the domain's value.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(sha256(bytes))
}
