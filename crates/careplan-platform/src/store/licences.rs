//! Licence terms: granted, and ended early; never removed.

use careplan_domain::licence::LicenceTerm;
use careplan_domain::{OfficeNumber, Timestamp};
use uuid::Uuid;

use super::values::{instant, millis};
use super::{Connected, StoreError, Tx, on};

const TERMS: &str =
    "select id, starts_at, ends_at from licence_term where office = $1 order by starts_at, id";
const GRANT: &str =
    "insert into licence_term (id, office, starts_at, ends_at, granted_at) values ($1, $2, $3, $4, $5)";
const END: &str = "update licence_term set ends_at = $1 where id = $2";

pub(super) const STATEMENTS: &[&str] = &[TERMS, GRANT, END];

/// The terms of an office, in the order in which they begin.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn terms(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Vec<(Uuid, LicenceTerm)>, StoreError> {
    let rows: Vec<(Vec<u8>, i64, i64)> =
        on!(db, |c| sqlx::query_as(TERMS).bind(office.as_str()).fetch_all(&mut *c).await?);
    rows.into_iter()
        .map(|(id, starts_at, ends_at)| {
            let id = Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("id"))?;
            Ok((id, LicenceTerm { starts_at: instant(starts_at)?, ends_at: instant(ends_at)? }))
        })
        .collect()
}

/// Adds a term; its id.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn grant(
    tx: &mut Tx,
    office: &OfficeNumber,
    term: LicenceTerm,
    now: Timestamp,
) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    on!(tx, |c| {
        let query = sqlx::query(GRANT).bind(id.as_bytes().to_vec()).bind(office.as_str());
        let query = query.bind(millis(term.starts_at)).bind(millis(term.ends_at)).bind(millis(now));
        query.execute(&mut *c).await?;
    });
    Ok(id)
}

/// Brings the end of a term forward.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end(tx: &mut Tx, term: Uuid, ends_at: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(END).bind(millis(ends_at)).bind(&term.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}

/// As [`terms`], without their ids.
///
/// # Errors
/// As [`terms`].
pub async fn terms_of(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Vec<LicenceTerm>, StoreError> {
    Ok(terms(db, office).await?.into_iter().map(|(_, term)| term).collect())
}
