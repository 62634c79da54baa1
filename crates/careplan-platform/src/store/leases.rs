//! Leases: periodic work that one replica does once a period.

use careplan_domain::Timestamp;

use super::values::millis;
use super::{Connected, StoreError, Tx, on};

const UNTIL: &str = "select until from lease where name = $1";
// The last condition: a lease from a clock that ran far ahead must not hold for ever.
const TAKE: &str = "insert into lease (name, owner, until) values ($1, $2, $3) on conflict (name) \
     do update set owner = excluded.owner, until = excluded.until \
     where lease.until <= $4 or lease.until > excluded.until";

pub(super) const STATEMENTS: &[&str] = &[UNTIL, TAKE];

/// Whether a lease could be taken now.
///
/// # Errors
/// When the database cannot be reached.
pub async fn is_free(
    db: &mut impl Connected,
    name: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let held: Option<i64> = on!(db, |c| sqlx::query_scalar(UNTIL).bind(name).fetch_optional(&mut *c).await?);
    Ok(held.is_none_or(|held| held <= millis(now) || held > millis(until)))
}

/// Takes a lease until an instant; false when somebody else has it.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn take(
    tx: &mut Tx,
    (name, owner): (&str, &str),
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let rows = on!(tx, |c| {
        let query = sqlx::query(TAKE).bind(name).bind(owner).bind(millis(until)).bind(millis(now));
        query.execute(&mut *c).await?.rows_affected()
    });
    Ok(rows == 1)
}
