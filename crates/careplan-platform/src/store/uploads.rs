//! Letters that arrive in parts over slow lines: what is held of them so far.

use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};

use super::values::millis;
use super::{Connected, StoreError, Tx, on};

const HELD: &str = "select bytes from upload where transmission = $1 and office = $2";
const OPEN: &str = "select count(*) from upload where office = $1";
const BEGIN: &str = "insert into upload (transmission, office, bytes, created_at, changed_at) \
     values ($1, $2, 0, $3, $3)";
const GROW: &str = "update upload set bytes = $3, changed_at = $4 where transmission = $1 and office = $2";
const ADD: &str = "insert into upload_part (transmission, office, start, bytes) values ($1, $2, $3, $4)";
const NEXT: &str = "select start, bytes from upload_part \
     where transmission = $1 and office = $2 and start >= $3 order by start limit 1";
const FORGET_PARTS: &str = "delete from upload_part where transmission = $1 and office = $2";
const FORGET: &str = "delete from upload where transmission = $1 and office = $2";
const IDLE: &str = "select transmission, office from upload where changed_at <= $1 limit 100";

pub(super) const STATEMENTS: &[&str] = &[HELD, OPEN, BEGIN, GROW, ADD, NEXT, FORGET_PARTS, FORGET, IDLE];

/// How many bytes of an upload are held, from the start; `None` when there is none.
///
/// # Errors
/// When the database cannot be reached.
pub async fn held(
    db: &mut impl Connected,
    id: &TransmissionId,
    office: &OfficeNumber,
) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| {
        let query = sqlx::query_scalar(HELD).bind(&id.as_bytes()[..]).bind(office.as_str());
        query.fetch_optional(&mut *c).await?
    }))
}

/// How many uploads an office has open.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open(db: &mut impl Connected, office: &OfficeNumber) -> Result<i64, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(OPEN).bind(office.as_str()).fetch_one(&mut *c).await?))
}

/// Begins an upload.
///
/// # Errors
/// When the database refuses: it is there already.
pub async fn begin(
    tx: &mut Tx,
    id: &TransmissionId,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(BEGIN).bind(&id.as_bytes()[..]).bind(office.as_str()).bind(millis(now));
        query.execute(&mut *c).await?;
    });
    Ok(())
}

/// One part of an upload.
#[derive(Debug, Clone)]
pub struct Part {
    /// Offset of its first byte.
    pub start: i64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Adds the next part of an upload.
///
/// # Errors
/// When the database refuses: there is a part at that place.
pub async fn add(
    tx: &mut Tx,
    (id, office): (&TransmissionId, &OfficeNumber),
    part: Part,
    now: Timestamp,
) -> Result<(), StoreError> {
    let end = part.start + i64::try_from(part.bytes.len()).map_err(|_| StoreError::Corrupt("part"))?;
    on!(tx, |c| {
        let query = sqlx::query(ADD).bind(&id.as_bytes()[..]).bind(office.as_str());
        query.bind(part.start).bind(part.bytes).execute(&mut *c).await?;
        let query = sqlx::query(GROW).bind(&id.as_bytes()[..]).bind(office.as_str());
        query.bind(end).bind(millis(now)).execute(&mut *c).await?;
    });
    Ok(())
}

/// The first part that begins at or after an offset.
///
/// # Errors
/// When the database cannot be reached.
pub async fn next_part(
    db: &mut impl Connected,
    id: &TransmissionId,
    office: &OfficeNumber,
    from: i64,
) -> Result<Option<Part>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = on!(db, |c| {
        let query = sqlx::query_as(NEXT).bind(&id.as_bytes()[..]).bind(office.as_str()).bind(from);
        query.fetch_optional(&mut *c).await?
    });
    Ok(row.map(|(start, bytes)| Part { start, bytes }))
}

/// Drops an upload with its parts; says whether there was one.
///
/// # Errors
/// When the database cannot be reached.
pub async fn forget(tx: &mut Tx, id: &TransmissionId, office: &OfficeNumber) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(FORGET_PARTS).bind(&id.as_bytes()[..]).bind(office.as_str());
        query.execute(&mut *c).await?;
        let query = sqlx::query(FORGET).bind(&id.as_bytes()[..]).bind(office.as_str());
        query.execute(&mut *c).await?.rows_affected()
    });
    Ok(rows > 0)
}

/// Some uploads that nobody went on with since an instant.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn idle_since(
    db: &mut impl Connected,
    instant: Timestamp,
) -> Result<Vec<(TransmissionId, OfficeNumber)>, StoreError> {
    let rows: Vec<(Vec<u8>, String)> =
        on!(db, |c| sqlx::query_as(IDLE).bind(millis(instant)).fetch_all(&mut *c).await?);
    rows.into_iter()
        .map(|(id, office)| {
            Ok((super::transmissions::id(&id)?, super::values::parse(&office, "office number")?))
        })
        .collect()
}
