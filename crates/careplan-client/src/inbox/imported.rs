//! Many things marked as taken over at once, with a while in which it can be taken back.
//!
//! Promise: what is taken back was never told to anybody: the receipts of many are handed in only after that while.

use careplan_domain::{Timestamp, TransmissionId};
use jiff::SignedDuration;

use crate::office::{Office, OfficeFault};
use crate::staff::Actor;

/// How long the marks of many can be taken back: long enough to see the mistake, short enough that senders know within minutes.
pub const UNDO_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// What was marked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedMany {
    /// When: by this the marks are taken back.
    pub at: Timestamp,
    /// How many.
    pub count: u64,
}

impl Office {
    /// Marks many as taken over by the care software. What is not acknowledged yet, or was marked before, is passed over.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn mark_many_imported(
        &self,
        ids: &[TransmissionId],
        by: &Actor,
    ) -> Result<MarkedMany, OfficeFault> {
        let at = self.now();
        let hand_in_from = at.saturating_add(UNDO_WITHIN).unwrap_or(Timestamp::MAX);
        let count = self.state().mark_imported(ids, (by, at), hand_in_from).await?;
        Ok(MarkedMany { at, count })
    }

    /// Takes back what was marked at once, as far as nobody was told; says how many that were.
    ///
    /// # Errors
    /// [`OfficeFault::State`].
    pub async fn unmark_imported(&self, at: Timestamp, by: &Actor) -> Result<u64, OfficeFault> {
        Ok(self.state().unmark_imported(at, (by, self.now())).await?)
    }
}
