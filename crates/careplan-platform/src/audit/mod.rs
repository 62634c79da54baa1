//! The audit chain: what was done, by whom, to what — append-only and hash-chained.
//!
//! Every row is written in the transaction of what it tells, and its hash covers the row and the
//! hash before it. So a changed, a removed and an inserted row are found by walking the chain.
//! Rows hold office numbers, ids and counts; never names of people, content or secrets.

mod chain;
mod checkpoint;
mod verify;

pub(crate) use chain::{INSERT, insert};
pub use chain::{Row, chain_hash};
pub use checkpoint::{CHECKPOINT_TYPE, Checkpoint, CheckpointFault, make_checkpoint};
pub use verify::{AuditFault, Verified, verify_chain};

use careplan_domain::{OfficeNumber, Timestamp};

use crate::store::Tx;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// An office, by its certificate or credentials.
    Office(OfficeNumber),
    /// A person at the operations centre, by the name of their login or `cli`.
    Operator(String),
    /// The platform by itself: jobs, the authority.
    Platform,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Office(office) => write!(f, "office:{office}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
            Self::Platform => f.write_str("platform"),
        }
    }
}

/// One thing that was done.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who did it.
    pub actor: Actor,
    /// What was done: `transmission.accepted`, `certificate.revoked`.
    pub action: &'static str,
    /// What it was done to: an id, a serial, an office number.
    pub subject: String,
    /// What else matters, as JSON without personal data; `{}` for nothing.
    pub detail: serde_json::Value,
}

/// Chains an entry to the audit of a transaction; it is written when the transaction commits.
pub fn append(tx: &mut Tx, now: Timestamp, entry: Entry) {
    let row = Row::after(tx.head(), now, entry);
    tx.extend_chain(row);
}
