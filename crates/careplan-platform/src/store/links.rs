//! One-time links: what their tokens hash to, whose they are, and what became of them.

use careplan_domain::{Digest, OfficeNumber, Timestamp};
use uuid::Uuid;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::login::{Link, Purpose};

const INSERT: &str = "insert into login_link (id, token_hash, office, purpose, mail, made_at, expires_at) \
     values ($1, $2, $3, $4, $5, $6, $7)";
const BY_TOKEN: &str = "select id, office, mail, made_at, expires_at, used_at, replaced_at \
     from login_link where token_hash = $1 and purpose = $2";
const NEWEST: &str = "select max(made_at) from login_link where office = $1 and purpose = $2";
const USE: &str = "update login_link set used_at = $1 where id = $2 and used_at is null";
const REPLACE_OTHERS: &str = "update login_link set replaced_at = $1 \
     where office = $2 and purpose = $3 and id <> $4 and used_at is null and replaced_at is null";
const REPLACE_ALL: &str = "update login_link set replaced_at = $1 \
     where office = $2 and purpose <> 'remind_user_id' and used_at is null and replaced_at is null";
const DROP_EXPIRED: &str = "delete from login_link where expires_at <= $1";

pub(super) const STATEMENTS: &[&str] =
    &[INSERT, BY_TOKEN, NEWEST, USE, REPLACE_OTHERS, REPLACE_ALL, DROP_EXPIRED];

type LinkRow = (Vec<u8>, String, String, i64, i64, Option<i64>, Option<i64>);

/// Records a link under the hash of its token.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn insert(tx: &mut Tx, link: &Link, token: Digest) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(INSERT).bind(&link.id.as_bytes()[..]).bind(&token.as_bytes()[..]);
        let query = query.bind(link.office.as_str()).bind(link.purpose.as_str()).bind(link.mail.expose());
        query.bind(millis(link.made_at)).bind(millis(link.expires_at)).execute(&mut *c).await?;
    });
    Ok(())
}

/// The link of a token's hash, whatever became of it.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn by_token(
    db: &mut impl Connected,
    purpose: Purpose,
    token: &Digest,
) -> Result<Option<Link>, StoreError> {
    let row: Option<LinkRow> = on!(db, |c| {
        let query = sqlx::query_as(BY_TOKEN).bind(&token.as_bytes()[..]).bind(purpose.as_str());
        query.fetch_optional(&mut *c).await?
    });
    row.map(|(id, office, mail, made_at, expires_at, used_at, replaced_at)| {
        Ok(Link {
            id: Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("id"))?,
            office: parse(&office, "office number")?,
            purpose,
            mail: parse(&mail, "mail address")?,
            made_at: instant(made_at)?,
            expires_at: instant(expires_at)?,
            used_at: used_at.map(instant).transpose()?,
            replaced_at: replaced_at.map(instant).transpose()?,
        })
    })
    .transpose()
}

/// When the newest link of a purpose was made for an office.
///
/// # Errors
/// When the database cannot be reached.
pub async fn newest(
    db: &mut impl Connected,
    office: &OfficeNumber,
    purpose: Purpose,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = on!(db, |c| {
        let query = sqlx::query_scalar(NEWEST).bind(office.as_str()).bind(purpose.as_str());
        query.fetch_one(&mut *c).await?
    });
    at.map(instant).transpose()
}

/// Uses a link; all others of its office and purpose die.
///
/// # Errors
/// When the database cannot be reached.
pub async fn spend(tx: &mut Tx, link: &Link, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(USE).bind(millis(now)).bind(&link.id.as_bytes()[..]).execute(&mut *c).await?;
        let others = sqlx::query(REPLACE_OTHERS).bind(millis(now)).bind(link.office.as_str());
        others.bind(link.purpose.as_str()).bind(&link.id.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}

/// Kills every link that opens an office's account and was not used: they were for the password
/// before. One that only shows user IDs lives on.
///
/// # Errors
/// When the database cannot be reached.
pub async fn replace_all(tx: &mut Tx, office: &OfficeNumber, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(REPLACE_ALL).bind(millis(now)).bind(office.as_str()).execute(&mut *c).await?;
    });
    Ok(())
}

/// Forgets links that expired before an instant; how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop_expired(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |c| sqlx::query(DROP_EXPIRED).bind(millis(before)).execute(&mut *c).await?.rows_affected()))
}
