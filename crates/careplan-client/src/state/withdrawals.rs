//! 取下げ that somebody asked for, until the platform says yes or no.

use careplan_domain::{Timestamp, TransmissionId};
use serde_json::json;
use sqlx::Row as _;

use super::news::NOTE;
use super::outbox::{reject, set_sent_state};
use super::rows::Fault;
use super::{State, StateFault, Tx, append_operation, commit, read, read_count, to_ms};
use crate::staff::Actor;
use crate::trust::VerifiedReceipt;

const PUT: &str = "insert into withdrawal (transmission, actor, asked_at) values ($1, $2, $3)
    on conflict (transmission) do nothing";
const DUE: &str = "select transmission, tries from withdrawal where next_try_at <= $1
    order by next_try_at, transmission limit 1";
const FAILED: &str = "update withdrawal set tries = tries + 1, next_try_at = $2 where transmission = $1";
const TAKE: &str = "delete from withdrawal where transmission = $1 returning actor";

/// A letter that is to be taken back, and how often that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) transmission: TransmissionId,
    pub(crate) tries: u32,
}

impl State {
    /// Keeps the wish to take a letter back, with words that are shown beside it; the same wish twice is one.
    pub(crate) async fn wish_withdrawal(
        &self,
        id: TransmissionId,
        (by, now): (&Actor, Timestamp),
        shown: &Fault,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let put = sqlx::query(PUT).bind(id.to_string()).bind(by.as_str()).bind(to_ms(now));
        put.execute(&mut *tx).await?;
        note(&mut tx, id, shown).await?;
        commit(tx).await
    }

    /// The next wish to see to.
    pub(crate) async fn due_withdrawal(&self, now: Timestamp) -> Result<Option<Wish>, StateFault> {
        let row = sqlx::query(DUE).bind(to_ms(now)).fetch_optional(&self.pool).await?;
        let wish = row.map(|row| {
            Ok::<_, StateFault>(Wish {
                transmission: read(row.try_get("transmission")?, "withdrawal")?,
                tries: read_count(row.try_get("tries")?, "withdrawal")?,
            })
        });
        wish.transpose()
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

    /// The platform said no, or there is nothing left to take back; the words, if any, are shown beside the letter.
    pub(crate) async fn not_withdrawn(
        &self,
        id: TransmissionId,
        shown: Option<&Fault>,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(TAKE).bind(id.to_string()).fetch_optional(&mut *tx).await?;
        if let Some(shown) = shown {
            note(&mut tx, id, shown).await?;
        }
        commit(tx).await
    }
}

async fn note(tx: &mut Tx, id: TransmissionId, shown: &Fault) -> Result<(), StateFault> {
    let note = sqlx::query(NOTE).bind(id.to_string()).bind(&shown.code).bind(&shown.text);
    note.execute(&mut **tx).await?;
    Ok(())
}

/// The wish is fulfilled: who had it stands in the record of operations, once.
async fn fulfil(tx: &mut Tx, id: TransmissionId, now: Timestamp) -> Result<(), StateFault> {
    let wish = sqlx::query_scalar::<_, String>(TAKE).bind(id.to_string()).fetch_optional(&mut **tx).await?;
    if let Some(actor) = wish {
        append_operation(tx, (&actor, now), ("withdraw", &id.to_string()), &json!({})).await?;
    }
    Ok(())
}
