//! What came and is left to another terminal of this office.

use careplan_domain::{Timestamp, TransmissionId};

use super::rows::Fault;
use super::{State, StateFault, commit, to_ms};

/// Since when it is left alone does not change with later looks.
const LEAVE_ALONE: &str = "update received set
    state_at = case state when 'left_alone' then state_at else $2 end, state = 'left_alone', tries = 0,
    next_try_at = $3, fault_code = $4, fault_text = $5 where id = $1 and state in ('listed', 'left_alone')";

impl State {
    /// Leaves a letter alone that only another terminal can open: now, and until when.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn leave_alone(
        &self,
        id: TransmissionId,
        fault: &Fault,
        (now, look_at): (Timestamp, Timestamp),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(LEAVE_ALONE)
            .bind(id.to_string())
            .bind(to_ms(now))
            .bind(to_ms(look_at))
            .bind(&fault.code)
            .bind(&fault.text)
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }
}
