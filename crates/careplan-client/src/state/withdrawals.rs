//! 取下げ that somebody asked for, until the platform says yes; what it says no to stays, with its words.

use careplan_domain::transmission::State as Life;
use careplan_domain::{Timestamp, TransmissionId};
use serde_json::json;
use sqlx::Row as _;

use super::outbox::{BY_ID, Sent, SentState, reject, sent, set_sent_state};
use super::rows::Fault;
use super::{State, StateFault, Tx, append_operation, commit, read, read_count, to_ms};
use crate::staff::Actor;
use crate::trust::VerifiedReceipt;

const PUT: &str = "insert into withdrawal (transmission, actor, asked_at) values ($1, $2, $3)
    on conflict (transmission) do update set actor = excluded.actor, asked_at = excluded.asked_at, tries = 0,
    next_try_at = 0, refused_text = null where refused_text is not null";
const DUE: &str =
    "select transmission, tries from withdrawal where refused_text is null and next_try_at <= $1
    order by next_try_at, transmission limit 1";
const FAILED: &str = "update withdrawal set tries = tries + 1, next_try_at = $2 where transmission = $1";
const REFUSED: &str = "update withdrawal set refused_text = $2 where transmission = $1";
const TAKE: &str = "delete from withdrawal where transmission = $1 returning actor";

/// The code of what is told beside a letter while it is being taken back.
pub const WITHDRAWING: &str = "withdrawing";
pub(super) const WITHDRAWING_JA: &str = "取り下げます。連携基盤に伝わるまで、お待ちください。";

/// Where the wish to take a letter back stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The platform has not answered yet.
    Waiting,
    /// It said no, in words for people.
    Refused(String),
}

impl Wish {
    /// From the words of the refusal, which are empty until there is one.
    pub(super) fn of(refused: String) -> Self {
        if refused.is_empty() { Self::Waiting } else { Self::Refused(refused) }
    }
}

/// A letter that is to be taken back, and how often that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DueWithdrawal {
    pub(crate) transmission: TransmissionId,
    pub(crate) tries: u32,
}

impl State {
    /// Keeps the wish to take a letter back, unless it came to an end meanwhile; the same wish twice is one. Gives the letter as it stands then.
    pub(crate) async fn wish_withdrawal(
        &self,
        id: TransmissionId,
        (by, now): (&Actor, Timestamp),
    ) -> Result<Option<Sent>, StateFault> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(&mut *tx).await?;
        let Some(sent) = row.as_ref().map(sent).transpose()? else { return Ok(None) };
        if !is_over(sent.state) {
            let put = sqlx::query(PUT).bind(id.to_string()).bind(by.as_str()).bind(to_ms(now));
            put.execute(&mut *tx).await?;
        }
        commit(tx).await?;
        Ok(Some(sent))
    }

    /// The next wish to see to.
    pub(crate) async fn due_withdrawal(&self, now: Timestamp) -> Result<Option<DueWithdrawal>, StateFault> {
        let row = sqlx::query(DUE).bind(to_ms(now)).fetch_optional(&self.pool).await?;
        let due = row.map(|row| {
            Ok::<_, StateFault>(DueWithdrawal {
                transmission: read(row.try_get("transmission")?, "withdrawal")?,
                tries: read_count(row.try_get("tries")?, "withdrawal")?,
            })
        });
        due.transpose()
    }

    /// A try failed; the next is not before `next_try_at`.
    pub(crate) async fn withdrawal_failed(
        &self,
        id: TransmissionId,
        next_try_at: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(FAILED).bind(id.to_string()).bind(to_ms(next_try_at)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// The platform said no: the words stay beside the letter, whatever becomes of it.
    pub(crate) async fn withdrawal_refused(&self, id: TransmissionId, why: &str) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(REFUSED).bind(id.to_string()).bind(why).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// What was to be taken back came to an end by another way: taken back all the same, which the record tells, or otherwise.
    pub(crate) async fn withdrawal_over(
        &self,
        id: TransmissionId,
        state: SentState,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        if state == SentState::Life(Life::Withdrawn) {
            fulfil(&mut tx, id, now).await?;
        } else {
            sqlx::query(TAKE).bind(id.to_string()).fetch_optional(&mut *tx).await?;
        }
        commit(tx).await
    }

    /// The platform's receipt for what somebody here took back.
    pub(crate) async fn withdrawn(
        &self,
        id: TransmissionId,
        receipt: &VerifiedReceipt,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        super::proof::store_receipt(&mut tx, id, receipt).await?;
        set_sent_state(&mut tx, id, receipt.receipt.kind.state(), receipt.receipt.at).await?;
        fulfil(&mut tx, id, now).await?;
        commit(tx).await
    }

    /// Somebody took a letter back that the platform never had.
    pub(crate) async fn cancelled(
        &self,
        id: TransmissionId,
        fault: &Fault,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        reject(&mut tx, id, fault, now).await?;
        fulfil(&mut tx, id, now).await?;
        commit(tx).await
    }
}

/// Whether there is nothing left to take back.
pub(crate) fn is_over(state: SentState) -> bool {
    matches!(state, SentState::Rejected | SentState::Life(Life::Withdrawn))
}

/// The wish is fulfilled: who had it stands in the record of operations, once.
async fn fulfil(tx: &mut Tx, id: TransmissionId, now: Timestamp) -> Result<(), StateFault> {
    let wish = sqlx::query_scalar::<_, String>(TAKE).bind(id.to_string()).fetch_optional(&mut **tx).await?;
    if let Some(actor) = wish {
        append_operation(tx, (&actor, now), ("withdraw", &id.to_string()), &json!({})).await?;
    }
    Ok(())
}
