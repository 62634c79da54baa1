//! Signed receipts: the first version of each is kept and never changed.

use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::receipt::ReceiptKind;

use super::transmissions::{Held, HeldRow, columns};
use super::values::{instant, millis};
use super::{Connected, Marks, StoreError, Table, Tx, on};

static INSERT: Table = Table::new("insert into receipt (transmission, kind, signed, at) values", 4, "");
const FIND: &str = "select signed from receipt where transmission = $1 and kind = $2";
const FIND_WITH_TRANSMISSION: &str = concat!(
    "select ",
    columns!(),
    ", r.signed from transmission t left join receipt r on r.transmission = t.id and r.kind = $2 where t.id = $1"
);
const LIST: &str = "select kind, signed, at from receipt where transmission = $1";

pub(super) fn statements(marks: Marks) -> Vec<String> {
    vec![
        FIND.to_owned(),
        FIND_WITH_TRANSMISSION.to_owned(),
        LIST.to_owned(),
        INSERT.text(marks, 2).0.to_string(),
    ]
}

/// A signed receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReceipt {
    /// About which transmission.
    pub transmission: TransmissionId,
    /// What it states.
    pub kind: ReceiptKind,
    /// CMS SignedData (DER).
    pub signed: Vec<u8>,
    /// When it was stored.
    pub at: Timestamp,
}

/// Stores receipts when the transaction commits. It fails when one of that kind is there already.
pub fn insert(tx: &mut Tx, rows: Vec<StoredReceipt>) {
    let row = |receipt: StoredReceipt| {
        [
            receipt.transmission.as_bytes().to_vec().into(),
            receipt.kind.as_str().into(),
            receipt.signed.into(),
            millis(receipt.at).into(),
        ]
    };
    tx.insert(INSERT.rows(rows.into_iter().map(row)));
}

/// One receipt.
///
/// # Errors
/// When the database cannot be reached.
pub async fn find(
    db: &mut impl Connected,
    id: &TransmissionId,
    kind: ReceiptKind,
) -> Result<Option<Vec<u8>>, StoreError> {
    let signed: Option<Vec<u8>> = on!(db, |c| {
        let query = sqlx::query_scalar(FIND).bind(&id.as_bytes()[..]).bind(kind.as_str());
        query.fetch_optional(&mut *c).await?
    });
    Ok(signed)
}

/// A transmission and one of its receipts, if it is there.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find_with_transmission(
    db: &mut impl Connected,
    id: &TransmissionId,
    kind: ReceiptKind,
) -> Result<Option<(Held, Option<Vec<u8>>)>, StoreError> {
    let row: Option<WithReceipt> = on!(db, |c| {
        let query = sqlx::query_as(FIND_WITH_TRANSMISSION).bind(&id.as_bytes()[..]).bind(kind.as_str());
        query.fetch_optional(&mut *c).await?
    });
    row.map(|row| Ok((Held::try_from(row.held)?, row.signed))).transpose()
}

#[derive(sqlx::FromRow)]
struct WithReceipt {
    #[sqlx(flatten)]
    held: HeldRow,
    signed: Option<Vec<u8>>,
}

/// All receipts of a transmission, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn list(db: &mut impl Connected, id: &TransmissionId) -> Result<Vec<StoredReceipt>, StoreError> {
    let rows: Vec<(String, Vec<u8>, i64)> =
        on!(db, |c| sqlx::query_as(LIST).bind(&id.as_bytes()[..]).fetch_all(&mut *c).await?);
    let mut receipts = Vec::with_capacity(rows.len());
    for (kind, signed, at) in rows {
        let kind = ReceiptKind::parse(&kind).ok_or(StoreError::Corrupt("receipt kind"))?;
        receipts.push(StoredReceipt { transmission: *id, kind, signed, at: instant(at)? });
    }
    receipts.sort_unstable_by_key(|receipt| receipt.kind.state());
    Ok(receipts)
}
