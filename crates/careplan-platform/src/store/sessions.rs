//! Sessions of the web site. A session that ended is gone: what happened stands in the audit.

use careplan_domain::{Digest, Timestamp, UserId};
use uuid::Uuid;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::login::{Session, Stage};

const INSERT: &str = "insert into session \
     (id, token_hash, user_id, stage, opened_at, seen_at, ends_at, browser, address) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const BY_TOKEN: &str = "select id, user_id, stage, opened_at, seen_at, ends_at, browser, address \
     from session where token_hash = $1";
const OF_ACCOUNT: &str = "select id, user_id, stage, opened_at, seen_at, ends_at, browser, address \
     from session where user_id = $1 order by opened_at desc, id desc";
const TOUCH: &str = "update session set seen_at = $1 where id = $2 and seen_at < $1";
const RENEW: &str =
    "update session set token_hash = $1, stage = $2, seen_at = $3 where id = $4 and user_id = $5";
const END: &str = "delete from session where id = $1 and user_id = $2";
const END_OTHERS: &str = "delete from session where user_id = $1 and id <> $2";
const END_ALL: &str = "delete from session where user_id = $1";
const DROP_ENDED: &str = "delete from session where ends_at <= $1";

pub(super) const STATEMENTS: &[&str] =
    &[INSERT, BY_TOKEN, OF_ACCOUNT, TOUCH, RENEW, END, END_OTHERS, END_ALL, DROP_ENDED];

type SessionRow = (Vec<u8>, String, String, i64, i64, i64, String, String);

fn session(row: SessionRow) -> Result<Session, StoreError> {
    let (id, user_id, stage, opened_at, seen_at, ends_at, browser, address) = row;
    Ok(Session {
        id: Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("id"))?,
        user_id: parse(&user_id, "user ID")?,
        stage: Stage::parse(&stage).ok_or(StoreError::Corrupt("stage of a session"))?,
        opened_at: instant(opened_at)?,
        seen_at: instant(seen_at)?,
        ends_at: instant(ends_at)?,
        browser,
        address,
    })
}

/// Records a new session under the hash of its token.
///
/// # Errors
/// When there is no such account, or the database cannot be reached.
pub async fn insert(tx: &mut Tx, session: &Session, token: Digest) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(INSERT).bind(&session.id.as_bytes()[..]).bind(&token.as_bytes()[..]);
        let query = query.bind(session.user_id.as_str()).bind(session.stage.as_str());
        let query = query.bind(millis(session.opened_at)).bind(millis(session.seen_at));
        let query = query.bind(millis(session.ends_at)).bind(&session.browser).bind(&session.address);
        query.execute(&mut *c).await?;
    });
    Ok(())
}

/// The session of a token's hash; it may have timed out.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn by_token(db: &mut impl Connected, token: &Digest) -> Result<Option<Session>, StoreError> {
    let row: Option<SessionRow> =
        on!(db, |c| sqlx::query_as(BY_TOKEN).bind(&token.as_bytes()[..]).fetch_optional(&mut *c).await?);
    row.map(session).transpose()
}

/// The sessions of an account, newest first; some may have timed out.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn of_account(db: &mut impl Connected, user_id: &UserId) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> =
        on!(db, |c| sqlx::query_as(OF_ACCOUNT).bind(user_id.as_str()).fetch_all(&mut *c).await?);
    rows.into_iter().map(session).collect()
}

/// Notes that a session was seen.
///
/// # Errors
/// When the database cannot be reached.
pub async fn touch(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(TOUCH).bind(millis(now)).bind(&id.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}

/// Gives a session another token and stage as `session` says; false when it ended meanwhile.
///
/// # Errors
/// When the database cannot be reached.
pub async fn renew(tx: &mut Tx, session: &Session, token: Digest) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(RENEW).bind(&token.as_bytes()[..]).bind(session.stage.as_str());
        let query = query.bind(millis(session.seen_at)).bind(&session.id.as_bytes()[..]);
        query.bind(session.user_id.as_str()).execute(&mut *c).await?.rows_affected()
    });
    Ok(rows == 1)
}

/// Ends one session of an account; false when there is none of this id.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end(tx: &mut Tx, user_id: &UserId, id: Uuid) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(END).bind(&id.as_bytes()[..]).bind(user_id.as_str());
        query.execute(&mut *c).await?.rows_affected()
    });
    Ok(rows == 1)
}

/// Ends all sessions of an account but one; how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_others(tx: &mut Tx, user_id: &UserId, but: Uuid) -> Result<u64, StoreError> {
    Ok(on!(tx, |c| {
        let query = sqlx::query(END_OTHERS).bind(user_id.as_str()).bind(&but.as_bytes()[..]);
        query.execute(&mut *c).await?.rows_affected()
    }))
}

/// Ends all sessions of an account; how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn end_all(tx: &mut Tx, user_id: &UserId) -> Result<u64, StoreError> {
    Ok(on!(tx, |c| sqlx::query(END_ALL).bind(user_id.as_str()).execute(&mut *c).await?.rows_affected()))
}

/// Forgets sessions whose absolute end is over; how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop_ended(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |c| sqlx::query(DROP_ENDED).bind(millis(now)).execute(&mut *c).await?.rows_affected()))
}
