//! Receipts and the announcements seen.

use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};
use careplan_protocol::receipt::ReceiptKind;
use sqlx::Row as _;
use uuid::Uuid;

use super::{State, StateFault, Tx, commit, from_ms, to_ms};
use crate::trust::VerifiedReceipt;

/// The first one counts; a repetition is the same.
const PUT: &str = "insert into receipt (transmission, kind, signed, at) values ($1, $2, $3, $4)
    on conflict (transmission, kind) do nothing";
/// Our own receipt is replaced by the one the platform says counts.
const REPLACE: &str = "insert into receipt (transmission, kind, signed, at) values ($1, $2, $3, $4)
    on conflict (transmission, kind) do update set signed = excluded.signed, at = excluded.at";
const GET: &str = "select kind, signed, at from receipt where transmission = $1 and kind = $2";
const OF: &str = "select kind, signed, at from receipt where transmission = $1 order by at, kind";
const NEWEST: &str = "select issued_at from announcement where office = $1 and terminal = $2";
const SEEN: &str = "insert into announcement (office, terminal, issued_at) values ($1, $2, $3)
    on conflict (office, terminal) do update set issued_at = excluded.issued_at
    where excluded.issued_at > announcement.issued_at";

/// A receipt that was verified when it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// What it states.
    pub kind: ReceiptKind,
    /// When, as it states.
    pub at: Timestamp,
    /// The signed bytes.
    pub signed: Vec<u8>,
}

impl State {
    /// A receipt of one kind.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn receipt(
        &self,
        id: TransmissionId,
        kind: ReceiptKind,
    ) -> Result<Option<StoredReceipt>, StateFault> {
        let get = sqlx::query(GET).bind(id.to_string()).bind(kind.as_str());
        get.fetch_optional(&self.pool).await?.as_ref().map(stored).transpose()
    }

    /// All receipts of a transmission, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn receipts(&self, id: TransmissionId) -> Result<Vec<StoredReceipt>, StateFault> {
        let rows = sqlx::query(OF).bind(id.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(stored).collect()
    }

    /// Keeps a receipt.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn keep_receipt(
        &self,
        id: TransmissionId,
        receipt: &VerifiedReceipt,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        store_receipt(&mut tx, id, receipt).await?;
        commit(tx).await
    }

    /// The newest announcement seen of a terminal.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn newest_announcement(
        &self,
        office: &OfficeNumber,
        terminal: Uuid,
    ) -> Result<Option<Timestamp>, StateFault> {
        let get = sqlx::query_scalar(NEWEST).bind(office.to_string()).bind(terminal.to_string());
        let at: Option<i64> = get.fetch_optional(&self.pool).await?;
        at.map(|at| from_ms(at, "issued_at")).transpose()
    }

    /// Remembers announcements that were verified.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn remember_announcements(
        &self,
        office: &OfficeNumber,
        seen: &[(Uuid, Timestamp)],
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        for (terminal, issued_at) in seen {
            let put = sqlx::query(SEEN).bind(office.to_string()).bind(terminal.to_string());
            put.bind(to_ms(*issued_at)).execute(&mut *tx).await?;
        }
        commit(tx).await
    }
}

pub(super) async fn store_receipt(
    tx: &mut Tx,
    id: TransmissionId,
    receipt: &VerifiedReceipt,
) -> Result<(), StateFault> {
    let statement = if receipt.receipt.kind.is_by_platform() { PUT } else { REPLACE };
    sqlx::query(statement)
        .bind(id.to_string())
        .bind(receipt.receipt.kind.as_str())
        .bind(receipt.signed.as_slice())
        .bind(to_ms(receipt.receipt.at))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn stored(row: &sqlx::sqlite::SqliteRow) -> Result<StoredReceipt, StateFault> {
    Ok(StoredReceipt {
        kind: ReceiptKind::parse(row.try_get("kind")?).ok_or(StateFault::Damaged("receipt"))?,
        at: from_ms(row.try_get("at")?, "receipt")?,
        signed: row.try_get("signed")?,
    })
}
