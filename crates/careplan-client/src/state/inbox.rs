//! What came for this office.

use bytes::Bytes;
use careplan_domain::transmission::Header;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::manifest::Reminder;
use careplan_protocol::office_api::TransmissionEntry;
use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::history::Kept;
use super::received_state::ReceivedState;
use super::rows::{Fault, drop_letter, fault, header, letter, store_letter};
use super::settings::set_cursor;
use super::{Cursor, State, StateFault, Tx, append_operation, commit, from_ms, read_count, to_ms};
use crate::staff::Actor;
use crate::trust::VerifiedReceipt;

macro_rules! columns {
    () => {
        "id, seq, sender, receiver, unit, month, serial, files, sealed_bytes, sealed_sha256, replaces, \
         accepted_at, deadline, state, state_at, tries, next_try_at, fault_code, fault_text, folder, findings"
    };
}

macro_rules! select {
    ($($rest:expr),+) => {
        concat!("select ", columns!(), " from received ", $($rest),+)
    };
}

/// What is read of a row of `received`.
pub(super) const COLUMNS: &str = columns!();

const BY_ID: &str = select!("where id = $1");
const ALL: &str = select!("order by seq");
/// The index `received_to_import` has exactly these, in this order. Reminders are for people, not for the care software.
const TO_IMPORT: &str = select!(
    "where state = 'acknowledged' and (coalesce(serial, ''), id) > ($1, $2)
     and id not in (select transmission from reminder_received) and sender <> ",
    practice_partner!(),
    " order by coalesce(serial, ''), id limit $3"
);
/// By serial within a state: units are written in the order in which they are to be imported.
const DUE: &str = select!("where state = $1 and next_try_at <= $2 order by serial, seq limit 1");
const TO_PLACE: &str = select!(
    "where state in ('written', 'acknowledged') and state_at >= $1
     and not exists (select 1 from placed_unit where placed_unit.transmission = received.id)
     and id not in (select transmission from reminder_received) and sender <> ",
    practice_partner!(),
    " order by serial, seq limit $2"
);
const NEXT_TRY: &str = "select min(next_try_at) from received where state in ('listed', 'verified', 'written', 'set_aside', 'importing', 'left_alone')";
const INSERT: &str = "insert into received (id, seq, sender, receiver, unit, month, files, sealed_bytes,
    sealed_sha256, replaces, accepted_at, deadline, state, state_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (id) do nothing";
const VERIFIED: &str = "update received set state = 'verified', state_at = $2, serial = $3, manifest = $4,
    findings = $5, tries = 0, next_try_at = 0, fault_code = null, fault_text = null where id = $1 and state in ('listed', 'left_alone')";
const WRITTEN: &str =
    "update received set state = 'written', state_at = $2, folder = $3, tries = 0, next_try_at = 0,
    fault_code = null, fault_text = null where id = $1 and state = 'verified'";
const SET_STATE: &str = "update received set state = $2, state_at = $3, tries = 0, next_try_at = 0,
    fault_code = null, fault_text = null where id = $1";
const IMPORT_BEGUN: &str =
    "update received set state = 'importing', state_at = $2, tries = 0, next_try_at = 0,
    fault_code = null, fault_text = null where id = $1 and state = 'acknowledged'";
const SET_ASIDE: &str = "update received set state = 'set_aside', state_at = $2, tries = 0, next_try_at = 0,
    fault_code = $3, fault_text = $4 where id = $1 and state in ('listed', 'left_alone')";
const ENDED: &str = "update received set state = $2, state_at = $3, next_try_at = 0 where id = $1";
const SET_FAULT: &str =
    "update received set tries = tries + 1, next_try_at = $2, fault_code = $3, fault_text = $4 where id = $1";
const MANIFEST: &str = "select manifest from received where id = $1 and manifest is not null";

/// One thing that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What stands on its outside.
    pub header: Header,
    /// Its place in the platform's inbox.
    pub seq: i64,
    /// Serial of the standard, once it is open.
    pub serial: Option<String>,
    /// When the platform accepted it.
    pub accepted_at: Timestamp,
    /// When it expires unless acknowledged.
    pub deadline: Timestamp,
    /// Where it stands.
    pub state: ReceivedState,
    /// Since when.
    pub state_at: Timestamp,
    /// Failed tries of the present step.
    pub tries: u32,
    /// Not tried before.
    pub next_try_at: Timestamp,
    /// Why it does not go on, or why it was refused.
    pub fault: Option<Fault>,
    /// Its folder below the inbox folder, once written.
    pub folder: Option<String>,
    /// How much the check of the standard found.
    pub findings: u32,
}

impl State {
    /// Takes a page of the inbox and moves the cursor, in one.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_listed(&self, entries: &[TransmissionEntry], next: i64) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        for entry in entries {
            insert(&mut tx, entry).await?;
        }
        set_cursor(&mut tx, Cursor::Inbox, next).await?;
        commit(tx).await
    }

    /// The first in a state that may be tried now, by serial.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn due_received(
        &self,
        state: ReceivedState,
        now: Timestamp,
    ) -> Result<Option<Received>, StateFault> {
        let row = sqlx::query(DUE).bind(state.as_str()).bind(to_ms(now)).fetch_optional(&self.pool).await?;
        row.as_ref().map(received).transpose()
    }

    /// When the next try is due; `None` when nothing waits.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn next_receive(&self) -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = sqlx::query_scalar(NEXT_TRY).fetch_one(&self.pool).await?;
        at.map(|at| from_ms(at, "next_try_at")).transpose()
    }

    /// One thing that came.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn received(&self, id: TransmissionId) -> Result<Option<Received>, StateFault> {
        let row = sqlx::query(BY_ID).bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(received).transpose()
    }

    /// Everything that came, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn all_received(&self) -> Result<Vec<Received>, StateFault> {
        sqlx::query(ALL).fetch_all(&self.pool).await?.iter().map(received).collect()
    }

    /// What is here, not imported, and was never put into the import folder, in the order in which it is to be imported.
    pub(crate) async fn units_to_place(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Received>, StateFault> {
        let rows = sqlx::query(TO_PLACE).bind(to_ms(since)).bind(i64::from(limit));
        rows.fetch_all(&self.pool).await?.iter().map(received).collect()
    }

    /// What waits to be imported behind a serial and an id, in the order in which it is to be imported.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn received_to_import(
        &self,
        (serial, id): &(String, String),
        limit: u32,
    ) -> Result<Vec<Received>, StateFault> {
        let page = sqlx::query(TO_IMPORT).bind(serial).bind(id).bind(i64::from(limit));
        page.fetch_all(&self.pool).await?.iter().map(received).collect()
    }

    /// Keeps a verified letter, sealed as it came, with the proof of its acceptance.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_verified(&self, verified: &VerifiedLetter<'_>) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(VERIFIED)
            .bind(verified.id.to_string())
            .bind(to_ms(verified.now))
            .bind(verified.serial)
            .bind(verified.manifest)
            .bind(i64::from(verified.findings))
            .execute(&mut *tx)
            .await?;
        if let Some(reminder) = verified.reminder {
            super::reminders::heard(&mut tx, verified.id, reminder).await?;
        }
        store_letter(&mut tx, verified.id, "received", verified.sealed).await?;
        super::proof::store_receipt(&mut tx, verified.id, verified.accepted).await?;
        commit(tx).await
    }

    /// The sealed letter that waits to be written.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn letter_to_write(&self, id: TransmissionId) -> Result<Option<Bytes>, StateFault> {
        letter(self, id, "received").await
    }

    /// The files are durable in the inbox folder and as a copy; the sealed bytes are let go.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_written(&self, written: &Written<'_>) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(WRITTEN)
            .bind(written.id.to_string())
            .bind(to_ms(written.now))
            .bind(written.folder)
            .execute(&mut *tx)
            .await?;
        super::history::store_received_copy(&mut tx, written.id, &written.kept).await?;
        drop_letter(&mut tx, written.id, "received").await?;
        commit(tx).await
    }

    /// Moves something on.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn set_received(
        &self,
        id: TransmissionId,
        state: ReceivedState,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let set = sqlx::query(SET_STATE).bind(id.to_string()).bind(state.as_str()).bind(to_ms(now));
        set.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// Somebody says that the care software took something over; only what was acknowledged. Whether it was still to be said.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn import_begun(
        &self,
        id: TransmissionId,
        (by, now): (&Actor, Timestamp),
    ) -> Result<bool, StateFault> {
        let mut tx = self.begin().await?;
        let set = sqlx::query(IMPORT_BEGUN).bind(id.to_string()).bind(to_ms(now));
        if set.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        append_operation(&mut tx, (by.as_str(), now), ("imported", &id.to_string()), &json!({})).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Sets a letter aside that cannot be opened or verified, with the reason.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn set_aside(
        &self,
        id: TransmissionId,
        fault: &Fault,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(SET_ASIDE)
            .bind(id.to_string())
            .bind(to_ms(now))
            .bind(&fault.code)
            .bind(&fault.text)
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// It came to an end at the platform; its receipt, if there is one, is kept. A reason why it was set aside stays.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn end_received(
        &self,
        id: TransmissionId,
        state: ReceivedState,
        receipt: Option<&VerifiedReceipt>,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        if let Some(receipt) = receipt {
            super::proof::store_receipt(&mut tx, id, receipt).await?;
        }
        sqlx::query(ENDED)
            .bind(id.to_string())
            .bind(state.as_str())
            .bind(to_ms(now))
            .execute(&mut *tx)
            .await?;
        drop_letter(&mut tx, id, "received").await?;
        commit(tx).await
    }

    /// A try failed; the next is not before `next_try_at`.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn receive_failed(
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

    /// The signed manifest of something that was verified.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn received_manifest(&self, id: TransmissionId) -> Result<Option<Vec<u8>>, StateFault> {
        Ok(sqlx::query_scalar(MANIFEST).bind(id.to_string()).fetch_optional(&self.pool).await?)
    }
}

/// What is stored of a letter whose files were written.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// Its id.
    pub id: TransmissionId,
    /// Its folder below the inbox folder.
    pub folder: &'a str,
    /// What the history keeps of it.
    pub kept: Kept<'a>,
    /// Now.
    pub now: Timestamp,
}

/// What is stored of a letter that was verified.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedLetter<'a> {
    /// Its id.
    pub id: TransmissionId,
    /// As it came.
    pub sealed: &'a [u8],
    /// The signed manifest.
    pub manifest: &'a [u8],
    /// Serial of the standard.
    pub serial: Option<&'a str>,
    /// How much the check of the standard found.
    pub findings: u32,
    /// What it asks for, where it is a reminder.
    pub reminder: Option<Reminder>,
    /// The platform's receipt of its acceptance.
    pub accepted: &'a VerifiedReceipt,
    /// Now.
    pub now: Timestamp,
}

async fn insert(tx: &mut Tx, entry: &TransmissionEntry) -> Result<(), StateFault> {
    sqlx::query(INSERT)
        .bind(entry.id.to_string())
        .bind(entry.seq)
        .bind(entry.from.to_string())
        .bind(entry.to.to_string())
        .bind(entry.unit.as_str())
        .bind(entry.month.map(|month| i64::from(month.as_number())))
        .bind(i64::from(entry.files))
        .bind(i64::try_from(entry.sealed_bytes).unwrap_or(i64::MAX))
        .bind(entry.sealed_sha256.to_string())
        .bind(entry.replaces.map(|id| id.to_string()))
        .bind(to_ms(entry.accepted_at))
        .bind(to_ms(entry.deadline))
        .bind(ReceivedState::at_first_sight(entry.state).as_str())
        .bind(to_ms(entry.state_at))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) fn received(row: &SqliteRow) -> Result<Received, StateFault> {
    Ok(Received {
        header: header(row)?,
        seq: row.try_get("seq")?,
        serial: row.try_get("serial")?,
        accepted_at: from_ms(row.try_get("accepted_at")?, "accepted_at")?,
        deadline: from_ms(row.try_get("deadline")?, "deadline")?,
        state: ReceivedState::parse(row.try_get("state")?).ok_or(StateFault::Damaged("state"))?,
        state_at: from_ms(row.try_get("state_at")?, "state_at")?,
        tries: read_count(row.try_get("tries")?, "tries")?,
        next_try_at: from_ms(row.try_get("next_try_at")?, "next_try_at")?,
        fault: fault(row)?,
        folder: row.try_get("folder")?,
        findings: read_count(row.try_get("findings")?, "findings")?,
    })
}
