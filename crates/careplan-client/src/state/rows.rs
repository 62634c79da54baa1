//! What rows of `sent` and `received` have in common, and the sealed letters of both.

use bytes::Bytes;
use careplan_domain::transmission::Header;
use careplan_domain::{ServiceMonth, TransmissionId, UnitKind};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{State, StateFault, Tx, read, read_count, read_some};

const INSERT_LETTER: &str = "insert into letter (id, box, sealed) values ($1, $2, $3)
    on conflict (id, box) do update set sealed = excluded.sealed";
const LETTER: &str = "select sealed from letter where id = $1 and box = $2";
const DROP_LETTER: &str = "delete from letter where id = $1 and box = $2";

/// Why something does not go on: for a program and for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: String,
    /// Japanese sentences. Quote no content.
    pub text: String,
}

pub(super) async fn store_letter(
    tx: &mut Tx,
    id: TransmissionId,
    letter_box: &str,
    sealed: &[u8],
) -> Result<(), StateFault> {
    let put = sqlx::query(INSERT_LETTER).bind(id.to_string()).bind(letter_box).bind(sealed);
    put.execute(&mut **tx).await?;
    Ok(())
}

pub(super) async fn drop_letter(tx: &mut Tx, id: TransmissionId, letter_box: &str) -> Result<(), StateFault> {
    sqlx::query(DROP_LETTER).bind(id.to_string()).bind(letter_box).execute(&mut **tx).await?;
    Ok(())
}

pub(super) async fn letter(
    state: &State,
    id: TransmissionId,
    letter_box: &str,
) -> Result<Option<Bytes>, StateFault> {
    let get = sqlx::query_scalar::<_, Vec<u8>>(LETTER).bind(id.to_string()).bind(letter_box);
    Ok(get.fetch_optional(&state.pool).await?.map(Bytes::from))
}

/// The columns that `sent` and `received` share.
pub(super) fn header(row: &SqliteRow) -> Result<Header, StateFault> {
    let month: Option<i64> = row.try_get("month")?;
    let month = month.map(|month| {
        let month = u32::try_from(month).map_err(|_| StateFault::Damaged("month"))?;
        ServiceMonth::from_number(month).map_err(|_| StateFault::Damaged("month"))
    });
    Ok(Header {
        id: read(row.try_get("id")?, "id")?,
        from: read(row.try_get("sender")?, "sender")?,
        to: read(row.try_get("receiver")?, "receiver")?,
        unit: read::<UnitKind>(row.try_get("unit")?, "unit")?,
        month: month.transpose()?,
        files: read_count(row.try_get("files")?, "files")?,
        sealed_bytes: read_count(row.try_get("sealed_bytes")?, "sealed_bytes")?,
        sealed_digest: read(row.try_get("sealed_sha256")?, "sealed_sha256")?,
        replaces: read_some(row.try_get("replaces")?, "replaces")?,
    })
}

pub(super) fn fault(row: &SqliteRow) -> Result<Option<Fault>, StateFault> {
    let (code, text): (Option<String>, Option<String>) =
        (row.try_get("fault_code")?, row.try_get("fault_text")?);
    Ok(code.map(|code| Fault { code, text: text.unwrap_or_default() }))
}
