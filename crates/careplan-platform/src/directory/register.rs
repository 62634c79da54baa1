//! Bringing the register of offices up to date, in batches that do not keep the platform waiting.

use careplan_domain::{OfficeNumber, Timestamp};

use crate::store::offices::{self, Registration};
use crate::store::{Conn, IN_LIST_MAX, StoreError, Tx};

/// Offices in one transaction: it holds the one lock on writing for some tens of milliseconds.
pub const BATCH_OFFICES: usize = IN_LIST_MAX;

/// What a batch comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Offices that are new or not as they are registered.
    pub offices: Vec<Registration>,
    /// How many of them are new.
    pub added: usize,
}

impl Changes {
    /// How many were registered otherwise.
    pub fn updated(&self) -> usize {
        self.offices.len() - self.added
    }

    /// First and last number, when there is any.
    pub fn range(&self) -> Option<(OfficeNumber, OfficeNumber)> {
        let numbers = || self.offices.iter().map(|office| office.number);
        numbers().min().zip(numbers().max())
    }
}

/// What of a batch (at most [`BATCH_OFFICES`]) is not registered as it is.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn changes(db: &mut Conn, batch: &[Registration]) -> Result<Changes, StoreError> {
    let numbers: Vec<OfficeNumber> = batch.iter().map(|office| office.number).collect();
    let known = offices::registrations(db, &numbers).await?;
    let is_new = |office: &&Registration| !known.contains_key(&office.number);
    let changed = batch.iter().filter(|office| known.get(&office.number) != Some(*office));
    Ok(Changes { added: batch.iter().filter(is_new).count(), offices: changed.cloned().collect() })
}

/// Writes them.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn register(tx: &mut Tx, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
    offices::put(tx, &changes.offices, now).await
}
