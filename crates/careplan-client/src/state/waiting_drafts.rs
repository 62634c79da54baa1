//! Drafts that somebody told the desk to send, until everything in them that waits for the line went.

use careplan_domain::{Timestamp, TransmissionId};
use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::drafts::went;
use super::{DraftState, State, StateFault, Tx, append_operation, commit, from_ms, read, read_count, to_ms};
use crate::outbox::SerialUsed;
use crate::staff::Actor;

/// Who asks again takes the wish over, with its first date; only who asks for less than was asked before does not.
const PUT: &str = "insert into waiting_draft (draft, actor, corrections, asked_at, next_try_at)
    values ($1, $2, $3, $4, $4) on conflict (draft) do update set
    actor = excluded.actor, corrections = excluded.corrections,
    asked_at = case when left_text is null then waiting_draft.asked_at else excluded.asked_at end,
    tries = case when left_text is null then waiting_draft.tries else 0 end,
    next_try_at = excluded.next_try_at, left_text = null
    where excluded.corrections >= waiting_draft.corrections or left_text is not null";
const GET: &str = "select draft, actor, corrections, tries, next_try_at from waiting_draft
    where draft = $1 and left_text is null";
const DUE: &str = "select draft, actor, corrections, tries, next_try_at from waiting_draft
    where left_text is null and next_try_at <= $1 order by next_try_at, draft limit 1";
const HURRY: &str = "update waiting_draft set next_try_at = 0 where left_text is null";
const FAILED: &str = "update waiting_draft set tries = tries + 1, next_try_at = $2
    where draft = $1 and left_text is null";
/// What was asked for beside the corrections is done; these were not tried.
const FULFILLED: &str = "delete from waiting_draft where draft = $1 and corrections <= $2";
const LEFT: &str = "update waiting_draft set left_text = $3 where draft = $1 and corrections <= $2";
const END: &str = "delete from waiting_draft where draft = $1 returning left_text is null";
const LEAVE_ALL: &str = "update waiting_draft set left_text = $1 where left_text is null";

/// A draft that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SendWish {
    pub(crate) draft: Uuid,
    pub(crate) by: Actor,
    pub(crate) serial_used: SerialUsed,
    pub(crate) tries: u32,
    pub(crate) next_try_at: Timestamp,
}

/// How a draft that was to be sent by itself stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// It waits for the line.
    ForTheLine {
        /// Since when.
        since: Timestamp,
    },
    /// It waits no more, and something did not go.
    Left {
        /// What, in sentences for people.
        why: String,
    },
}

/// What becomes of the wish after a try.
#[derive(Debug, Clone)]
pub(crate) enum AfterTry {
    /// Nothing waits for the line.
    Fulfilled,
    /// Something does.
    Waits(Timestamp),
    /// Nothing waits for the line, and something did not go for another reason, which nobody was there to read.
    Left(String),
}

/// What a try to send a draft did.
pub(crate) struct Went<'a> {
    pub(crate) transmissions: &'a [TransmissionId],
    pub(crate) state: DraftState,
    pub(crate) serial_used: SerialUsed,
    pub(crate) wish: AfterTry,
}

impl State {
    /// Keeps the wish to send a draft; the same wish twice is one.
    pub(crate) async fn wish_sending(
        &self,
        draft: Uuid,
        (by, serial_used): (&Actor, SerialUsed),
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let put = sqlx::query(PUT).bind(draft.to_string()).bind(by.as_str());
        put.bind(corrections(serial_used)).bind(to_ms(now)).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// The wish to send a draft.
    pub(crate) async fn send_wish(&self, draft: Uuid) -> Result<Option<SendWish>, StateFault> {
        let row = sqlx::query(GET).bind(draft.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(wish).transpose()
    }

    /// The next wish to see to.
    pub(crate) async fn due_send_wish(&self, now: Timestamp) -> Result<Option<SendWish>, StateFault> {
        let row = sqlx::query(DUE).bind(to_ms(now)).fetch_optional(&self.pool).await?;
        row.as_ref().map(wish).transpose()
    }

    /// The line is back: every wish is seen to now.
    pub(crate) async fn hurry_send_wishes(&self) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(HURRY).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// A try failed as a whole; the next is not before `next_try_at`.
    pub(crate) async fn sending_failed(&self, draft: Uuid, next_try_at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let failed = sqlx::query(FAILED).bind(draft.to_string()).bind(to_ms(next_try_at));
        failed.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// Records what a try to send a draft did, and how far the draft is then.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn draft_went(
        &self,
        id: Uuid,
        did: &Went<'_>,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        went(&mut tx, id, did, now).await?;
        let corrections = corrections(did.serial_used);
        let after = match &did.wish {
            AfterTry::Waits(at) => sqlx::query(FAILED).bind(id.to_string()).bind(to_ms(*at)),
            AfterTry::Fulfilled => sqlx::query(FULFILLED).bind(id.to_string()).bind(corrections),
            AfterTry::Left(why) => sqlx::query(LEFT).bind(id.to_string()).bind(corrections).bind(why),
        };
        after.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// The wish to send a draft holds no more: the draft is changed, or was never to wait.
    pub(crate) async fn forget_sending(&self, draft: Uuid) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        forget(&mut tx, draft).await?;
        commit(tx).await
    }

    /// Somebody ends the wish to send a draft by itself.
    pub(crate) async fn end_sending(
        &self,
        draft: Uuid,
        (by, now): (&Actor, Timestamp),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        if forget(&mut tx, draft).await? {
            let what = ("send.wait_ended", &*draft.to_string());
            append_operation(&mut tx, (by.as_str(), now), what, &json!({})).await?;
        }
        commit(tx).await
    }
}

/// Forgets a wish, and says whether it still waited.
pub(super) async fn forget(tx: &mut Tx, draft: Uuid) -> Result<bool, StateFault> {
    let end = sqlx::query_scalar::<_, bool>(END).bind(draft.to_string());
    Ok(end.fetch_optional(&mut **tx).await?.unwrap_or_default())
}

/// No draft waits any more, for this reason.
pub(super) async fn leave_all(tx: &mut Tx, why: &str) -> Result<(), StateFault> {
    sqlx::query(LEAVE_ALL).bind(why).execute(&mut **tx).await?;
    Ok(())
}

/// How a draft waits, by the columns that its row has of the wish.
pub(super) fn waiting(row: &SqliteRow) -> Result<Option<Waiting>, StateFault> {
    if let Some(why) = row.try_get("left_text")? {
        return Ok(Some(Waiting::Left { why }));
    }
    let (asked_at, tries): (Option<i64>, Option<i64>) = (row.try_get("asked_at")?, row.try_get("tries")?);
    // While the first try goes on, it is not known whether anything has to wait.
    let since = asked_at.filter(|_| tries.is_some_and(|tries| tries > 0));
    since.map(|at| Ok(Waiting::ForTheLine { since: from_ms(at, "asked_at")? })).transpose()
}

fn corrections(serial_used: SerialUsed) -> bool {
    serial_used == SerialUsed::Corrected
}

fn wish(row: &SqliteRow) -> Result<SendWish, StateFault> {
    let with_corrections: bool = row.try_get("corrections")?;
    Ok(SendWish {
        draft: read(row.try_get("draft")?, "draft")?,
        by: Actor::stored(row.try_get("actor")?),
        serial_used: if with_corrections { SerialUsed::Corrected } else { SerialUsed::Refused },
        tries: read_count(row.try_get("tries")?, "tries")?,
        next_try_at: from_ms(row.try_get("next_try_at")?, "next_try_at")?,
    })
}
