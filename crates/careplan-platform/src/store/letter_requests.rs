//! Requests of offices for a new letter.

use careplan_domain::Timestamp;
use uuid::Uuid;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::login::{LetterRequest, Phone, Reason};

const PUT: &str = "insert into letter_request (id, office, reason, phone, asked_at, state) \
     values ($1, $2, $3, $4, $5, 'open') on conflict (office) where state = 'open' \
     do update set reason = excluded.reason, phone = excluded.phone, asked_at = excluded.asked_at";
const OPEN: &str = "select id, office, reason, phone, asked_at from letter_request \
     where state = 'open' order by asked_at, id limit $1";
const FIND: &str = "select id, office, reason, phone, asked_at from letter_request \
     where id = $1 and state = 'open'";
const DECIDE: &str = "update letter_request set state = $1, decided_at = $2, decided_by = $3, phone = null \
     where id = $4 and state = 'open'";

pub(super) const STATEMENTS: &[&str] = &[PUT, OPEN, FIND, DECIDE];

type RequestRow = (Vec<u8>, String, String, Option<String>, i64);

fn request((id, office, reason, phone, asked_at): RequestRow) -> Result<LetterRequest, StoreError> {
    Ok(LetterRequest {
        id: Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("id"))?,
        office: parse(&office, "office number")?,
        reason: Reason::parse(&reason).ok_or(StoreError::Corrupt("reason of a request"))?,
        phone: phone.map(|phone| parse::<Phone>(&phone, "telephone number")).transpose()?,
        asked_at: instant(asked_at)?,
    })
}

/// Puts a request down; an open one of the same office is replaced by it and keeps its id.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn put(tx: &mut Tx, request: &LetterRequest) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(PUT).bind(&request.id.as_bytes()[..]).bind(request.office.as_str());
        let query = query.bind(request.reason.as_str()).bind(request.phone.as_ref().map(Phone::expose));
        query.bind(millis(request.asked_at)).execute(&mut *c).await?;
    });
    Ok(())
}

/// The open requests, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn open(db: &mut impl Connected, limit: u32) -> Result<Vec<LetterRequest>, StoreError> {
    let rows: Vec<RequestRow> =
        on!(db, |c| sqlx::query_as(OPEN).bind(i64::from(limit)).fetch_all(&mut *c).await?);
    rows.into_iter().map(request).collect()
}

/// An open request.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn find(db: &mut impl Connected, id: Uuid) -> Result<Option<LetterRequest>, StoreError> {
    let row: Option<RequestRow> =
        on!(db, |c| sqlx::query_as(FIND).bind(&id.as_bytes()[..]).fetch_optional(&mut *c).await?);
    row.map(request).transpose()
}

/// Closes an open request; its telephone number is forgotten. False when it is open no more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn decide(
    tx: &mut Tx,
    id: Uuid,
    (state, operator): (&str, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(DECIDE).bind(state).bind(millis(now)).bind(operator);
        query.bind(&id.as_bytes()[..]).execute(&mut *c).await?.rows_affected()
    });
    Ok(rows == 1)
}
