//! Walking the chain: what was changed, removed or inserted is found and named.

use careplan_domain::Digest;

use super::checkpoint::{CHECKPOINT_TYPE, Checkpoint};
use super::{Row, chain_hash};
use crate::store::{Store, StoreError, audit_rows};

/// Rows read at once.
const ROWS_READ: u32 = 1000;

/// The first thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// A row's hash does not follow from the row and the hash before it.
    #[error("row {seq} was changed, or a row was inserted or removed before it")]
    Changed {
        /// The first row that does not fit.
        seq: i64,
    },
    /// A number is missing.
    #[error("row {seq} is missing")]
    Missing {
        /// The first number that is missing.
        seq: i64,
    },
    /// The head names another end than the last row.
    #[error("the chain ends at row {found}, but {expected} rows were written")]
    Tail {
        /// The last row that is there.
        found: i64,
        /// What the head says.
        expected: i64,
    },
    /// A checkpoint's signature does not hold, or it is not the platform's.
    #[error("the checkpoint at row {seq} is not signed by the platform")]
    CheckpointSignature {
        /// Which checkpoint.
        seq: i64,
    },
    /// The chain is not the one that was signed.
    #[error("the chain up to row {seq} is not the one that was signed: rows were rebuilt or removed")]
    Checkpoint {
        /// Which checkpoint.
        seq: i64,
    },
}

/// What a walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Rows walked.
    pub rows: i64,
    /// Checkpoints compared.
    pub checkpoints: usize,
    /// What is wrong first, if anything.
    pub fault: Option<AuditFault>,
}

/// Walks the whole chain. `open` verifies a checkpoint's signature *and* that the platform signed
/// it, and returns its content.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify_chain(
    store: &Store,
    open: &(dyn Fn(&[u8]) -> Option<Vec<u8>> + Sync),
) -> Result<Verified, StoreError> {
    let mut conn = store.read().await?;
    // The head first: rows that are appended meanwhile are beyond it and left for the next walk.
    let head = audit_rows::head(&mut conn).await?;
    let checkpoints = audit_rows::checkpoints(&mut conn).await?;
    let mut walk = Walk { before: None, rows: 0, last: 0 };
    let mut compared = 0;
    let fault = 'walk: {
        let mut pending = checkpoints.iter().peekable();
        loop {
            let rows = audit_rows::after(&mut conn, walk.last, ROWS_READ).await?;
            let full = rows.len() == ROWS_READ as usize;
            for row in rows.into_iter().filter(|row| row.seq <= head.seq) {
                if walk.before.is_none() && row.seq > 1 {
                    // Old rows were dropped after their term: the chain begins at a checkpoint.
                    let anchor = checkpoints.iter().find(|(seq, _)| *seq == row.seq - 1);
                    match anchor.map(|(seq, signed)| (seq, hash_of(*seq, signed, open))) {
                        Some((_, Ok(hash))) => walk.before = Some(hash.0),
                        Some((_, Err(fault))) => break 'walk Some(fault),
                        None => break 'walk Some(AuditFault::Missing { seq: 1 }),
                    }
                    walk.last = row.seq - 1;
                    while pending.next_if(|(seq, _)| *seq < row.seq).is_some() {}
                }
                if let Err(fault) = walk.step(&row) {
                    break 'walk Some(fault);
                }
                while let Some((seq, signed)) = pending.next_if(|(seq, _)| *seq <= row.seq) {
                    match hash_of(*seq, signed, open) {
                        Ok(hash) if hash.0 == row.hash && *seq == row.seq => compared += 1,
                        Ok(_) => break 'walk Some(AuditFault::Checkpoint { seq: *seq }),
                        Err(fault) => break 'walk Some(fault),
                    }
                }
            }
            if !full {
                break;
            }
        }
        if let Some((seq, _)) = pending.next() {
            break 'walk Some(AuditFault::Checkpoint { seq: *seq });
        }
        let same_end = walk.last == head.seq && walk.before.unwrap_or([0; 32]) == head.hash;
        (!same_end).then_some(AuditFault::Tail { found: walk.last, expected: head.seq })
    };
    Ok(Verified { rows: walk.rows, checkpoints: compared, fault })
}

struct Walk {
    before: Option<[u8; 32]>,
    rows: i64,
    last: i64,
}

impl Walk {
    fn step(&mut self, row: &Row) -> Result<(), AuditFault> {
        if row.seq != self.last + 1 {
            return Err(AuditFault::Missing { seq: self.last + 1 });
        }
        if chain_hash(&self.before.unwrap_or([0; 32]), row) != row.hash {
            return Err(AuditFault::Changed { seq: row.seq });
        }
        (self.before, self.last, self.rows) = (Some(row.hash), row.seq, self.rows + 1);
        Ok(())
    }
}

fn hash_of(
    seq: i64,
    signed: &[u8],
    open: &(dyn Fn(&[u8]) -> Option<Vec<u8>> + Sync),
) -> Result<Digest, AuditFault> {
    let content = open(signed).ok_or(AuditFault::CheckpointSignature { seq })?;
    match serde_json::from_slice::<Checkpoint>(&content) {
        Ok(checkpoint) if checkpoint.document == CHECKPOINT_TYPE && checkpoint.seq == seq => {
            Ok(checkpoint.hash)
        }
        _ => Err(AuditFault::CheckpointSignature { seq }),
    }
}
