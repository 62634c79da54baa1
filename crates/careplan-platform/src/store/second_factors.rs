//! Second factors of accounts: the secret shared with an app, and recovery codes.

use careplan_domain::{Digest, Timestamp, UserId};

use super::values::{instant, millis, number};
use super::{Connected, StoreError, Tx, on};
use crate::login::{Lock, TotpSecret};

const FACTOR: &str = "select secret, confirmed_at, last_step, failures, locked_until \
     from second_factor where user_id = $1";
const IS_ON: &str = "select count(*) from second_factor where user_id = $1 and confirmed_at is not null";
const PUT: &str = "insert into second_factor \
     (user_id, secret, confirmed_at, last_step, failures, locked_until) values ($1, $2, null, 0, 0, null) \
     on conflict (user_id) do update set secret = excluded.secret, confirmed_at = null, last_step = 0";
const SET: &str = "update second_factor set confirmed_at = $1, last_step = $2, failures = $3, \
     locked_until = $4 where user_id = $5";
const REMOVE: &str = "delete from second_factor where user_id = $1";
const ADD_CODE: &str = "insert into recovery_code (user_id, hash, used_at) values ($1, $2, null)";
const USE_CODE: &str =
    "update recovery_code set used_at = $1 where user_id = $2 and hash = $3 and used_at is null";
const CODES_LEFT: &str = "select count(*) from recovery_code where user_id = $1 and used_at is null";
const REMOVE_CODES: &str = "delete from recovery_code where user_id = $1";

pub(super) const STATEMENTS: &[&str] =
    &[FACTOR, IS_ON, PUT, SET, REMOVE, ADD_CODE, USE_CODE, CODES_LEFT, REMOVE_CODES];

/// The second factor of an account.
#[derive(Debug, Clone)]
pub struct Factor {
    /// Shared with the app.
    pub secret: TotpSecret,
    /// When a first code was right; until then it is asked of nobody.
    pub confirmed_at: Option<Timestamp>,
    /// The newest step whose code was used.
    pub last_step: i64,
    /// Wrong codes so far.
    pub lock: Lock,
}

type FactorRow = (Vec<u8>, Option<i64>, i64, i64, Option<i64>);

/// The second factor of an account, confirmed or not.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn factor(db: &mut impl Connected, user_id: &UserId) -> Result<Option<Factor>, StoreError> {
    let row: Option<FactorRow> =
        on!(db, |c| sqlx::query_as(FACTOR).bind(user_id.as_str()).fetch_optional(&mut *c).await?);
    row.map(|(secret, confirmed_at, last_step, failures, locked_until)| {
        Ok(Factor {
            secret: TotpSecret::stored(secret).ok_or(StoreError::Corrupt("second factor"))?,
            confirmed_at: confirmed_at.map(instant).transpose()?,
            last_step,
            lock: Lock {
                failures: number(failures, "number of failures")?,
                locked_until: locked_until.map(instant).transpose()?,
            },
        })
    })
    .transpose()
}

/// Whether an account has a confirmed second factor.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_on(db: &mut impl Connected, user_id: &UserId) -> Result<bool, StoreError> {
    let count: i64 = on!(db, |c| sqlx::query_scalar(IS_ON).bind(user_id.as_str()).fetch_one(&mut *c).await?);
    Ok(count > 0)
}

/// Puts down a secret that is still to be confirmed; wrong codes stay counted.
///
/// # Errors
/// When there is no such account, or the database cannot be reached.
pub async fn put(tx: &mut Tx, user_id: &UserId, secret: &TotpSecret) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(PUT).bind(user_id.as_str()).bind(secret.bytes()).execute(&mut *c).await?;
    });
    Ok(())
}

/// Records what became of a factor: all but its secret.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set(tx: &mut Tx, user_id: &UserId, factor: &Factor) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(SET).bind(factor.confirmed_at.map(millis)).bind(factor.last_step);
        let query = query.bind(i64::from(factor.lock.failures)).bind(factor.lock.locked_until.map(millis));
        query.bind(user_id.as_str()).execute(&mut *c).await?;
    });
    Ok(())
}

/// Forgets the factor of an account with its recovery codes; false when there was none.
///
/// # Errors
/// When the database cannot be reached.
pub async fn remove(tx: &mut Tx, user_id: &UserId) -> Result<bool, StoreError> {
    Ok(on!(tx, |c| {
        sqlx::query(REMOVE_CODES).bind(user_id.as_str()).execute(&mut *c).await?;
        sqlx::query(REMOVE).bind(user_id.as_str()).execute(&mut *c).await?.rows_affected() > 0
    }))
}

/// Replaces the recovery codes of an account.
///
/// # Errors
/// When the database cannot be reached.
pub async fn put_codes(tx: &mut Tx, user_id: &UserId, hashes: &[Digest]) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(REMOVE_CODES).bind(user_id.as_str()).execute(&mut *c).await?;
        for hash in hashes {
            let query = sqlx::query(ADD_CODE).bind(user_id.as_str()).bind(&hash.as_bytes()[..]);
            query.execute(&mut *c).await?;
        }
    });
    Ok(())
}

/// Uses a recovery code; false when there is none, or it was used.
///
/// # Errors
/// When the database cannot be reached.
pub async fn use_code(
    tx: &mut Tx,
    user_id: &UserId,
    hash: Digest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(on!(tx, |c| {
        let query = sqlx::query(USE_CODE).bind(millis(now)).bind(user_id.as_str());
        query.bind(&hash.as_bytes()[..]).execute(&mut *c).await?.rows_affected() == 1
    }))
}

/// How many recovery codes are left.
///
/// # Errors
/// When the database cannot be reached.
pub async fn codes_left(db: &mut impl Connected, user_id: &UserId) -> Result<usize, StoreError> {
    let left: i64 =
        on!(db, |c| sqlx::query_scalar(CODES_LEFT).bind(user_id.as_str()).fetch_one(&mut *c).await?);
    number(left, "number of codes")
}
