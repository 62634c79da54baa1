//! Checkpoints: the platform's signature under the chain up to a row. Whoever can write to the
//! database can rebuild a whole chain, but cannot sign it.

use careplan_domain::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::signer::{SignFault, Signer};
use crate::store::audit_rows;
use crate::store::{Store, StoreError};

/// Names the kind of document, so that a signature over one kind is none over another.
pub const CHECKPOINT_TYPE: &str = "careplan.audit-checkpoint.v1";

/// The signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Always [`CHECKPOINT_TYPE`].
    #[serde(rename = "type")]
    pub document: String,
    /// The chain up to this row …
    pub seq: i64,
    /// … has this hash.
    pub hash: Digest,
    /// When it was signed.
    pub at: Timestamp,
}

/// Why no checkpoint could be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signature.
    #[error(transparent)]
    Sign(#[from] SignFault),
}

/// Signs the end of the chain, unless a checkpoint stands there already; says whether it did.
///
/// # Errors
/// When the database or the signature fails.
pub async fn make_checkpoint(
    store: &Store,
    signer: &dyn Signer,
    now: Timestamp,
) -> Result<bool, CheckpointFault> {
    let mut conn = store.read().await?;
    let head = audit_rows::head(&mut conn).await?;
    let last = audit_rows::last_checkpoint(&mut conn).await?;
    drop(conn);
    if head.seq == 0 || last.is_some_and(|(seq, _)| seq >= head.seq) {
        return Ok(false);
    }
    let document = CHECKPOINT_TYPE.to_owned();
    let checkpoint = Checkpoint { document, seq: head.seq, hash: Digest(head.hash), at: now };
    let content = serde_json::to_vec(&checkpoint).map_err(|error| SignFault::Key(error.to_string()))?;
    let signed = signer.sign(&content, now)?;
    let mut tx = store.begin().await?;
    audit_rows::insert_checkpoint(&mut tx, head.seq, &signed, now).await?;
    tx.commit().await?;
    Ok(true)
}
