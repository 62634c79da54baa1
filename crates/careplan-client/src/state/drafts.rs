//! What lies on the desk.

use careplan_domain::{ServiceMonth, Timestamp, TransmissionId};
use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::waiting_drafts::{Waiting, Went, forget, waiting};
use super::{State, StateFault, Tx, append_operation, commit, from_ms, read, read_some, to_ms};
use crate::outbox::DocumentOrder;
use crate::staff::Actor;

const INSERT: &str =
    "insert into draft (id, made_at, made_by, state, changed_at) values ($1, $2, $3, 'open', $2)";
const BY_ID: &str = "select id, made_at, made_by, state, sender, receiver, month, asked_at, tries, left_text
    from draft left join waiting_draft on draft = id where id = $1";
const OPEN: &str = "select id, made_at, made_by, state, sender, receiver, month, asked_at, tries, left_text
    from draft left join waiting_draft on draft = id where state = 'open' order by made_at desc, id";
const SET_STATE: &str = "update draft set state = $2, changed_at = $3 where id = $1 and state = 'open'";
const ORDER: &str = "update draft set sender = $2, receiver = $3, month = $4, changed_at = $5 where id = $1 and state = 'open'";
const ADD_SENT: &str = "insert into draft_sent (draft, transmission) values ($1, $2) on conflict do nothing";
const SENT: &str = "select transmission from draft_sent where draft = $1 order by transmission";

/// How far a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// It may be changed and sent.
    Open,
    /// Everything in it was sent.
    Sent,
    /// It was thrown away.
    Dropped,
}

impl DraftState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Sent, Self::Dropped].into_iter().find(|state| state.as_str() == text)
    }
}

/// Files that were brought to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its id, and the name of its folder.
    pub id: Uuid,
    /// When it was brought.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: String,
    /// How far it is.
    pub state: DraftState,
    /// Where documents beside the standard go.
    pub documents: Option<DocumentOrder>,
    /// Whether it was to be sent, and waits for the line.
    pub waiting: Option<Waiting>,
}

impl State {
    /// Begins a draft.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn begin_draft(&self, id: Uuid, made_by: &str, now: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let put = sqlx::query(INSERT).bind(id.to_string()).bind(to_ms(now)).bind(made_by);
        put.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// One draft.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn draft(&self, id: Uuid) -> Result<Option<Draft>, StateFault> {
        let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(draft).transpose()
    }

    /// The drafts that are open, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn open_drafts(&self) -> Result<Vec<Draft>, StateFault> {
        sqlx::query(OPEN).fetch_all(&self.pool).await?.iter().map(draft).collect()
    }

    /// Says where the documents of an open draft go.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn order_documents(
        &self,
        id: Uuid,
        order: &DocumentOrder,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(ORDER)
            .bind(id.to_string())
            .bind(order.from.to_string())
            .bind(order.to.to_string())
            .bind(order.month.map(|month| i64::from(month.as_number())))
            .bind(to_ms(now))
            .execute(&mut *tx)
            .await?;
        forget(&mut tx, id).await?;
        commit(tx).await
    }

    /// Somebody throws a draft away that is open.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn draft_dropped(
        &self,
        id: Uuid,
        (by, now): (&Actor, Timestamp),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let state = DraftState::Dropped.as_str();
        let set = sqlx::query(SET_STATE).bind(id.to_string()).bind(state).bind(to_ms(now));
        if set.execute(&mut *tx).await?.rows_affected() > 0 {
            let what = ("send.dropped", &*id.to_string());
            append_operation(&mut tx, (by.as_str(), now), what, &json!({})).await?;
        }
        forget(&mut tx, id).await?;
        commit(tx).await
    }

    /// What was sent of a draft.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent_of_draft(&self, id: Uuid) -> Result<Vec<TransmissionId>, StateFault> {
        let ids: Vec<String> = sqlx::query_scalar(SENT).bind(id.to_string()).fetch_all(&self.pool).await?;
        ids.iter().map(|id| read(id, "id")).collect()
    }
}

/// What was sent of a draft, and how far it is then.
pub(super) async fn went(tx: &mut Tx, id: Uuid, did: &Went<'_>, now: Timestamp) -> Result<(), StateFault> {
    for transmission in did.transmissions {
        let put = sqlx::query(ADD_SENT).bind(id.to_string()).bind(transmission.to_string());
        put.execute(&mut **tx).await?;
    }
    let set = sqlx::query(SET_STATE).bind(id.to_string()).bind(did.state.as_str()).bind(to_ms(now));
    set.execute(&mut **tx).await?;
    Ok(())
}

fn draft(row: &SqliteRow) -> Result<Draft, StateFault> {
    let (from, to) =
        (read_some(row.try_get("sender")?, "sender")?, read_some(row.try_get("receiver")?, "receiver")?);
    let month: Option<i64> = row.try_get("month")?;
    let month = month.map(|month| {
        let month = u32::try_from(month).map_err(|_| StateFault::Damaged("month"))?;
        ServiceMonth::from_number(month).map_err(|_| StateFault::Damaged("month"))
    });
    let month = month.transpose()?;
    Ok(Draft {
        id: read(row.try_get("id")?, "id")?,
        made_at: from_ms(row.try_get("made_at")?, "made_at")?,
        made_by: row.try_get("made_by")?,
        state: DraftState::parse(row.try_get("state")?).ok_or(StateFault::Damaged("state"))?,
        documents: from.zip(to).map(|(from, to)| DocumentOrder { from, to, month }),
        waiting: waiting(row)?,
    })
}
