//! What this terminal sends.

use bytes::Bytes;
use careplan_domain::transmission::{Header, State as Life};
use careplan_domain::{Address, Digest, Timestamp, TransmissionId};
use careplan_protocol::manifest::Reminder;
use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::rows::{Fault, drop_letter, fault, header, letter, store_letter};
use super::taken_sets::sent_otherwise;
use super::withdrawals::{WITHDRAWING, WITHDRAWING_JA, Wish};
use super::{State, StateFault, Tx, append_operation, commit, from_ms, read, read_count, to_ms};
use crate::history::{Direction, Person, UnitOf, persons_digest};
use crate::letter::Composed;
use crate::outbox::{OtherOfSerial, SerialUsed};
use crate::staff::Actor;
use crate::trust::VerifiedReceipt;

macro_rules! columns {
    () => {
        "id, dispatch, sender, receiver, unit, month, serial, files, sealed_bytes, sealed_sha256, \
         replaces, created_at, state, state_at, tries, next_try_at, fault_code, fault_text, \
         (select coalesce(refused_text, '') from withdrawal where transmission = sent.id) as withdrawal"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("select ", columns!(), " from sent ", $rest)
    };
}

/// What is read of a row of `sent`.
pub(super) const COLUMNS: &str = columns!();

pub(super) const BY_ID: &str = select!("where id = $1");
/// What somebody wants to take back is not handed over.
const DUE: &str = select!(
    "where state = 'prepared' and next_try_at <= $1
     and id not in (select transmission from withdrawal where refused_text is null)
     order by next_try_at, id limit 1"
);
const OF_DISPATCH: &str = select!("where dispatch = $1 order by id");
const ALL: &str = select!("order by id");
const SAME_CONTENT: &str = select!(
    "where sender = $1 and receiver = $2 and content_sha256 = $3
     and state in ('prepared', 'accepted', 'fetched', 'acknowledged', 'imported') order by id desc limit 1"
);
const NEXT_TRY: &str = "select min(next_try_at) from sent
    where state = 'prepared' and id not in (select transmission from withdrawal where refused_text is null)";
const INSERT: &str =
    "insert into sent (id, dispatch, sender, receiver, unit, month, serial, files, sealed_bytes,
    sealed_sha256, content_sha256, replaces, manifest, created_at, state, state_at, copy, persons_known,
    persons_sha256)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'prepared', $14, $15, 1, $16)";
const MANIFEST: &str = "select manifest from sent where id = $1";
const SET_STATE: &str =
    "update sent set state = $2, state_at = $3, fault_code = null, fault_text = null where id = $1";
const SET_FAULT: &str =
    "update sent set tries = tries + 1, next_try_at = $2, fault_code = $3, fault_text = $4
    where id = $1 and state = 'prepared'";
const REJECT: &str = "update sent set state = 'rejected', state_at = $2, fault_code = $3, fault_text = $4
    where id = $1 and state = 'prepared'";
const HURRY: &str = "update sent set next_try_at = 0 where state = 'prepared'";

/// Where something that was sent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentState {
    /// Sealed and stored here; the platform has not accepted it yet.
    Prepared,
    /// The platform refused it for good; it was never accepted.
    Rejected,
    /// Accepted by the platform: from here on its life is told by receipts.
    Life(Life),
}

impl SentState {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Rejected => "rejected",
            Self::Life(life) => life.as_str(),
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Prepared => "送信待ち",
            Self::Rejected => "送信できません",
            Self::Life(life) => life.label_ja(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "prepared" => Some(Self::Prepared),
            "rejected" => Some(Self::Rejected),
            _ => Life::parse(text).map(Self::Life),
        }
    }
}

/// One thing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What stands on its outside.
    pub header: Header,
    /// The action that made it.
    pub dispatch: Uuid,
    /// Serial of the standard.
    pub serial: Option<String>,
    /// When it was sealed.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: SentState,
    /// Since when.
    pub state_at: Timestamp,
    /// Failed tries to hand it over.
    pub tries: u32,
    /// Not tried before.
    pub next_try_at: Timestamp,
    /// Why it does not go on.
    pub fault: Option<Fault>,
    /// Whether somebody wants it back.
    pub withdrawal: Option<Wish>,
}

impl Sent {
    /// Whether somebody wants it back and the platform has not answered yet.
    pub fn is_withdrawing(&self) -> bool {
        self.withdrawal == Some(Wish::Waiting)
    }

    /// What people and programs are told beside its state: first of its being taken back, then why it does not go on.
    pub fn trouble(&self) -> Option<Fault> {
        let told = |code: &str, text: &str| Some(Fault { code: code.to_owned(), text: text.to_owned() });
        match (&self.withdrawal, &self.fault) {
            (Some(Wish::Waiting), _) => told(WITHDRAWING, WITHDRAWING_JA),
            (_, Some(fault)) => Some(fault.clone()),
            (Some(Wish::Refused(why)), None) => told("withdrawal_refused", why),
            (None, None) => None,
        }
    }
}

/// A new transmission, ready to be stored.
#[derive(Debug, Clone)]
pub struct NewSent<'a> {
    /// The sealed letter.
    pub composed: &'a Composed,
    /// The action that makes it.
    pub dispatch: Uuid,
    /// Serial of the standard.
    pub serial: Option<&'a str>,
    /// What is done when that serial went with other content.
    pub serial_used: SerialUsed,
    /// Over names and contents.
    pub content_sha256: Digest,
    /// Whether the same content may have been sent before.
    pub again: bool,
    /// Where the copy of its files lies, below the shelf of what was sent.
    pub copy: &'a str,
    /// Who is in it.
    pub persons: &'a [Person],
    /// What it reminds of: one a day.
    pub reminder: Option<Reminder>,
    /// Who sends.
    pub by: &'a Actor,
    /// Now.
    pub now: Timestamp,
}

impl NewSent<'_> {
    fn unit(&self) -> UnitOf<'_> {
        let Header { from, to, unit: kind, month, .. } = self.composed.header;
        UnitOf { from, to, kind, month, persons: self.persons }
    }
}

/// What became of a new transmission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is stored.
    New,
    /// The same is on its way or arrived, and nothing is stored. It may be one that somebody wants back just now.
    Same(Box<Sent>),
    /// Its serial went with other content, and nothing is stored.
    SerialUsed(OtherOfSerial),
}

impl State {
    /// Stores a sealed letter with its row and a line in the record of operations, unless the same content is on its way or arrived: then
    /// that earlier one is returned and nothing is stored. The same holds for a second reminder of a day, and for other content of the same
    /// serial where that may not go: between the look before the sealing and this one somebody else may have sent.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_prepared(&self, new: &NewSent<'_>) -> Result<Stored, StateFault> {
        let header = &new.composed.header;
        let mut tx = self.begin().await?;
        if let Some(before) = super::reminders::claim(&mut tx, new).await? {
            return Ok(Stored::Same(Box::new(before)));
        }
        if let Some(serial) = new.serial {
            let other = sent_otherwise(&mut *tx, &new.unit(), (serial, &new.content_sha256)).await?;
            if let Some(other) = other.filter(|other| !new.serial_used.lets(other)) {
                return Ok(Stored::SerialUsed(other));
            }
        }
        if !new.again {
            let same = sqlx::query(SAME_CONTENT)
                .bind(header.from.to_string())
                .bind(header.to.to_string())
                .bind(new.content_sha256.to_string())
                .fetch_optional(&mut *tx)
                .await?;
            if let Some(row) = same {
                return Ok(Stored::Same(Box::new(sent(&row)?)));
            }
        }
        sqlx::query(INSERT)
            .bind(header.id.to_string())
            .bind(new.dispatch.to_string())
            .bind(header.from.to_string())
            .bind(header.to.to_string())
            .bind(header.unit.as_str())
            .bind(header.month.map(|month| i64::from(month.as_number())))
            .bind(new.serial)
            .bind(i64::from(header.files))
            .bind(i64::try_from(header.sealed_bytes).unwrap_or(i64::MAX))
            .bind(header.sealed_digest.to_string())
            .bind(new.content_sha256.to_string())
            .bind(header.replaces.map(|id| id.to_string()))
            .bind(new.composed.signed_manifest.as_slice())
            .bind(to_ms(new.now))
            .bind(new.copy)
            .bind(persons_digest(new.persons).map(|digest| digest.to_string()))
            .execute(&mut *tx)
            .await?;
        let whose = (Direction::Sent, header.id, new.now);
        super::history::store_persons(&mut tx, whose, new.persons).await?;
        store_letter(&mut tx, header.id, "sent", &new.composed.sealed).await?;
        let detail = json!({ "to": header.to.to_string() });
        let (action, detail) = super::reminders::noted(new.reminder, ("sent", detail));
        append_operation(&mut tx, (new.by.as_str(), new.now), (action, &header.id.to_string()), &detail)
            .await?;
        commit(tx).await?;
        Ok(Stored::New)
    }

    /// The newest transmission of the same content that is on its way or arrived.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn same_content(
        &self,
        from: &Address,
        to: &Address,
        content: &Digest,
    ) -> Result<Option<Sent>, StateFault> {
        let row = sqlx::query(SAME_CONTENT)
            .bind(from.to_string())
            .bind(to.to_string())
            .bind(content.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(sent).transpose()
    }

    /// The next transmission that may be tried now.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn due_to_send(&self, now: Timestamp) -> Result<Option<Sent>, StateFault> {
        let row = sqlx::query(DUE).bind(to_ms(now)).fetch_optional(&self.pool).await?;
        row.as_ref().map(sent).transpose()
    }

    /// When the next try is due; `None` when nothing waits to be sent.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn next_send(&self) -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = sqlx::query_scalar(NEXT_TRY).fetch_one(&self.pool).await?;
        at.map(|at| from_ms(at, "next_try_at")).transpose()
    }

    /// Makes everything that waits to be sent due now: a person is waiting.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn hurry_outbox(&self) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(HURRY).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// One transmission that this terminal sent.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent(&self, id: TransmissionId) -> Result<Option<Sent>, StateFault> {
        let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(sent).transpose()
    }

    /// What one action made.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent_in_dispatch(&self, dispatch: Uuid) -> Result<Vec<Sent>, StateFault> {
        let rows = sqlx::query(OF_DISPATCH).bind(dispatch.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(sent).collect()
    }

    /// Everything that this terminal sent, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn all_sent(&self) -> Result<Vec<Sent>, StateFault> {
        sqlx::query(ALL).fetch_all(&self.pool).await?.iter().map(sent).collect()
    }

    /// The sealed letter of a transmission on its way out.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn letter_to_send(&self, id: TransmissionId) -> Result<Option<Bytes>, StateFault> {
        letter(self, id, "sent").await
    }

    /// The signed manifest of something sent.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent_manifest(&self, id: TransmissionId) -> Result<Option<Vec<u8>>, StateFault> {
        Ok(sqlx::query_scalar(MANIFEST).bind(id.to_string()).fetch_optional(&self.pool).await?)
    }

    /// The platform accepted a letter: keeps the receipt and lets go of the sealed bytes.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn accepted(&self, id: TransmissionId, receipt: &VerifiedReceipt) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        super::proof::store_receipt(&mut tx, id, receipt).await?;
        sqlx::query("update sent set state = 'accepted', state_at = $2, fault_code = null, fault_text = null where id = $1 and state = 'prepared'")
            .bind(id.to_string())
            .bind(to_ms(receipt.receipt.at))
            .execute(&mut *tx)
            .await?;
        drop_letter(&mut tx, id, "sent").await?;
        commit(tx).await
    }

    /// The platform refused a letter for good.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn rejected(
        &self,
        id: TransmissionId,
        fault: &Fault,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        reject(&mut tx, id, fault, now).await?;
        commit(tx).await
    }

    /// A try failed; the next is not before `next_try_at`.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn send_failed(
        &self,
        id: TransmissionId,
        fault: &Fault,
        next_try_at: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(SET_FAULT)
            .bind(id.to_string())
            .bind(to_ms(next_try_at))
            .bind(&fault.code)
            .bind(&fault.text)
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }
}

pub(super) async fn reject(
    tx: &mut Tx,
    id: TransmissionId,
    fault: &Fault,
    now: Timestamp,
) -> Result<(), StateFault> {
    sqlx::query(REJECT)
        .bind(id.to_string())
        .bind(to_ms(now))
        .bind(&fault.code)
        .bind(&fault.text)
        .execute(&mut **tx)
        .await?;
    drop_letter(tx, id, "sent").await
}

/// Moves something sent to a later state of its life, never back: proofs may come out of order.
pub(super) async fn set_sent_state(
    tx: &mut Tx,
    id: TransmissionId,
    life: Life,
    at: Timestamp,
) -> Result<(), StateFault> {
    let before: Option<String> = sqlx::query_scalar("select state from sent where id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let before = before.as_deref().and_then(SentState::parse).ok_or(StateFault::Damaged("state"))?;
    if matches!(before, SentState::Life(known) if place(known) >= place(life)) {
        return Ok(());
    }
    let set = sqlx::query(SET_STATE).bind(id.to_string()).bind(life.as_str()).bind(to_ms(at));
    set.execute(&mut **tx).await?;
    drop_letter(tx, id, "sent").await
}

/// How far along its life a state is.
fn place(life: Life) -> u8 {
    match life {
        Life::Accepted => 0,
        Life::Fetched => 1,
        Life::Acknowledged | Life::Refused | Life::Withdrawn | Life::Expired => 2,
        Life::Imported => 3,
    }
}

pub(super) fn sent(row: &SqliteRow) -> Result<Sent, StateFault> {
    Ok(Sent {
        header: header(row)?,
        dispatch: read(row.try_get("dispatch")?, "dispatch")?,
        serial: row.try_get("serial")?,
        created_at: from_ms(row.try_get("created_at")?, "created_at")?,
        state: SentState::parse(row.try_get("state")?).ok_or(StateFault::Damaged("state"))?,
        state_at: from_ms(row.try_get("state_at")?, "state_at")?,
        tries: read_count(row.try_get("tries")?, "tries")?,
        next_try_at: from_ms(row.try_get("next_try_at")?, "next_try_at")?,
        fault: fault(row)?,
        withdrawal: row.try_get::<Option<String>, _>("withdrawal")?.map(Wish::of),
    })
}
