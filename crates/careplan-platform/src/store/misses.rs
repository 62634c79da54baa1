//! Wrong tries at log-in, by what was typed. Whose a user ID is, and whether it is anybody's, is not known here.

use careplan_domain::{Timestamp, UserId};

use super::values::{instant, millis, number};
use super::{Connected, StoreError, Tx, on};
use crate::login::Lock;

const SO_FAR: &str =
    "select failures, locked_until from login_miss where kind = $1 and user_id = $2 and forget_at > $3";
const PUT: &str = "insert into login_miss (kind, user_id, failures, locked_until, forget_at) \
     values ($1, $2, $3, $4, $5) on conflict (kind, user_id) do update set failures = excluded.failures, \
     locked_until = excluded.locked_until, forget_at = excluded.forget_at";
const FORGET: &str = "delete from login_miss where kind = $1 and user_id = $2";
const DROP_OVER: &str = "delete from login_miss where forget_at <= $1";

pub(super) const STATEMENTS: &[&str] = &[SO_FAR, PUT, FORGET, DROP_OVER];

/// What was tried at a user ID; each is counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// To log in.
    Password,
    /// To obtain a certificate.
    IssuePassword,
}

impl Tried {
    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::IssuePassword => "issue_password",
        }
    }
}

/// The misses so far that are not over at `now`.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn so_far(
    db: &mut impl Connected,
    (tried, user_id): (Tried, &UserId),
    now: Timestamp,
) -> Result<Lock, StoreError> {
    let row: Option<(i64, Option<i64>)> = on!(db, |c| {
        let query = sqlx::query_as(SO_FAR).bind(tried.as_str()).bind(user_id.as_str()).bind(millis(now));
        query.fetch_optional(&mut *c).await?
    });
    let Some((failures, locked_until)) = row else { return Ok(Lock::default()) };
    Ok(Lock {
        failures: number(failures, "number of failures")?,
        locked_until: locked_until.map(instant).transpose()?,
    })
}

/// Remembers misses until they are over.
///
/// # Errors
/// When the database cannot be reached.
pub async fn put(
    tx: &mut Tx,
    (tried, user_id): (Tried, &UserId),
    lock: Lock,
    forget_at: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(PUT).bind(tried.as_str()).bind(user_id.as_str());
        let query = query.bind(i64::from(lock.failures)).bind(lock.locked_until.map(millis));
        query.bind(millis(forget_at)).execute(&mut *c).await?;
    });
    Ok(())
}

/// Forgets the misses at a user ID; a lock ends.
///
/// # Errors
/// When the database cannot be reached.
pub async fn forget(tx: &mut Tx, (tried, user_id): (Tried, &UserId)) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(FORGET).bind(tried.as_str()).bind(user_id.as_str()).execute(&mut *c).await?;
    });
    Ok(())
}

/// Forgets what is over; how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn drop_over(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    Ok(on!(tx, |c| sqlx::query(DROP_OVER).bind(millis(now)).execute(&mut *c).await?.rows_affected()))
}
