//! Sealed letters that are small enough to live in the database.

use bytes::Bytes;
use careplan_domain::TransmissionId;

use super::transmissions::{Held, HeldRow, columns};
use super::{Connected, Marks, StoreError, Table, Tx, on};

/// Sealed letters up to this size live in a row, larger ones in the blob store: most letters are
/// some 20 KiB, and a row is made durable together with everything else in one commit, while a
/// large value would blow up the database's log.
pub const LETTER_ROW_BYTES_MAX: u64 = 64 * 1024;

static INSERT: Table = Table::new("insert into letter (transmission, sealed) values", 2, "");
const FIND_WITH_LETTER: &str = concat!(
    "select ",
    columns!(),
    ", l.sealed from transmission t left join letter l on l.transmission = t.id where t.id = $1"
);

pub(super) fn statements(marks: Marks) -> Vec<String> {
    vec![INSERT.text(marks, 2).0.to_string(), FIND_WITH_LETTER.to_owned()]
}

/// Stores letters when the transaction commits.
pub fn insert(tx: &mut Tx, rows: Vec<(TransmissionId, Bytes)>) {
    let rows = rows.into_iter().map(|(id, sealed)| [id.as_bytes().to_vec().into(), Vec::from(sealed).into()]);
    tx.insert(INSERT.rows(rows));
}

#[derive(sqlx::FromRow)]
struct WithLetter {
    #[sqlx(flatten)]
    held: HeldRow,
    sealed: Option<Vec<u8>>,
}

/// A transmission and its letter, if that lives in a row.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find(
    db: &mut impl Connected,
    id: &TransmissionId,
) -> Result<Option<(Held, Option<Vec<u8>>)>, StoreError> {
    let row: Option<WithLetter> = on!(db, |c| sqlx::query_as(FIND_WITH_LETTER)
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut *c)
        .await?);
    row.map(|row| Ok((Held::try_from(row.held)?, row.sealed))).transpose()
}
