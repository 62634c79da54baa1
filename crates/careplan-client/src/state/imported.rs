//! Many marks of 取込済 at once, and taking them back.

use careplan_domain::{Timestamp, TransmissionId};

use serde_json::json;

use super::{State, StateFault, append_operation, commit, to_ms};
use crate::staff::Actor;

/// Its receipt waits until `$3`.
const MARK: &str = "update received set state = 'importing', state_at = $2, next_try_at = $3, tries = 0,
    fault_code = null, fault_text = null where id = $1 and state = 'acknowledged'";
/// Only what no try was made for: what the platform may have heard of stays said.
const UNMARK: &str = "update received set state = 'acknowledged', state_at = $2, next_try_at = 0
    where state = 'importing' and state_at = $1 and tries = 0 and next_try_at > $2";

impl State {
    /// Marks what is acknowledged as imported, all of it with a line in the record of operations or nothing; says how many there were.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn mark_imported(
        &self,
        ids: &[TransmissionId],
        (by, now): (&Actor, Timestamp),
        hand_in_from: Timestamp,
    ) -> Result<u64, StateFault> {
        let mut tx = self.begin().await?;
        let mut marked = Vec::new();
        for id in ids {
            let mark = sqlx::query(MARK).bind(id.to_string()).bind(to_ms(now)).bind(to_ms(hand_in_from));
            if mark.execute(&mut *tx).await?.rows_affected() > 0 {
                marked.push(id);
            }
        }
        if !marked.is_empty() {
            let (what, detail) = (("imported.many", &*now.to_string()), json!({ "transmissions": marked }));
            append_operation(&mut tx, (by.as_str(), now), what, &detail).await?;
        }
        commit(tx).await?;
        Ok(marked.len() as u64)
    }

    /// Takes back the marks of one instant whose receipts still wait; says how many there were.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn unmark_imported(
        &self,
        at: Timestamp,
        (by, now): (&Actor, Timestamp),
    ) -> Result<u64, StateFault> {
        let mut tx = self.begin().await?;
        let unmark = sqlx::query(UNMARK).bind(to_ms(at)).bind(to_ms(now));
        let unmarked = unmark.execute(&mut *tx).await?.rows_affected();
        if unmarked > 0 {
            let (what, detail) =
                (("imported.undone", &*at.to_string()), json!({ "transmissions": unmarked }));
            append_operation(&mut tx, (by.as_str(), now), what, &detail).await?;
        }
        commit(tx).await?;
        Ok(unmarked)
    }
}
