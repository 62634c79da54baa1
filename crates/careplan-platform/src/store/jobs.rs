//! Work to be done later: put down in the transaction of the change it belongs to, taken under a
//! lease, done outside any transaction, and either finished or tried again later.

use careplan_domain::Timestamp;
use uuid::Uuid;

use super::values::{instant, millis};
use super::{Connected, StoreError, Tx, on};

const INSERT: &str = "insert into job (id, kind, argument, run_after, tries, created_at) \
     values ($1, $2, $3, $4, 0, $4)";
const DUE: &str = "select id, kind, argument, tries from job where parked_at is null and run_after <= $1 \
     and (lease_until is null or lease_until <= $1) and kind = $2 order by run_after limit $3";
const TAKE: &str = "update job set lease_until = $2, lease_owner = $3, tries = tries + 1 where id = $1";
const FINISH: &str = "delete from job where id = $1";
const FAIL: &str = "update job set run_after = $2, failure = $3, lease_until = null, lease_owner = null \
     where id = $1";
const PARK: &str = "update job set parked_at = $2, failure = $3, lease_until = null, lease_owner = null \
     where id = $1";
const WAITING: &str = "select count(*) from job where parked_at is null";
const OLDEST: &str = "select min(run_after) from job where parked_at is null and run_after <= $1";
const PARKED: &str = "select count(*) from job where parked_at is not null";

pub(super) const STATEMENTS: &[&str] = &[INSERT, DUE, TAKE, FINISH, FAIL, PARK, WAITING, OLDEST, PARKED];

/// A job that was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id.
    pub id: Uuid,
    /// What is to be done.
    pub kind: String,
    /// With what, as JSON.
    pub argument: String,
    /// How often it was tried before.
    pub tries: i64,
}

/// Puts a job down; it is due at once.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn put(tx: &mut Tx, kind: &str, argument: String, now: Timestamp) -> Result<(), StoreError> {
    let id = Uuid::now_v7();
    on!(tx, |c| {
        let query = sqlx::query(INSERT).bind(&id.as_bytes()[..]).bind(kind);
        query.bind(argument).bind(millis(now)).execute(&mut *c).await?;
    });
    Ok(())
}

/// Which jobs of a kind are due, without taking them. Those of other kinds never take their place.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn due(
    db: &mut impl Connected,
    kind: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Taken>, StoreError> {
    let rows: Vec<(Vec<u8>, String, String, i64)> = on!(db, |c| {
        let query = sqlx::query_as(DUE).bind(millis(now)).bind(kind).bind(i64::from(limit));
        query.fetch_all(&mut *c).await?
    });
    rows.into_iter()
        .map(|(id, kind, argument, tries)| {
            let id = Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("job id"))?;
            Ok(Taken { id, kind, argument, tries })
        })
        .collect()
}

/// Takes a job until an instant; whoever else looks until then does not see it.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn take(tx: &mut Tx, id: Uuid, owner: &str, until: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(TAKE).bind(&id.as_bytes()[..]).bind(millis(until)).bind(owner).execute(&mut *c).await?;
    });
    Ok(())
}

/// What became of a job.
#[derive(Debug, Clone)]
pub enum Ending {
    /// Done.
    Finished,
    /// Try again after an instant.
    Again(Timestamp, String),
    /// Given up: an operator must look.
    Parked(Timestamp, String),
}

/// Records what became of a job.
///
/// # Errors
/// When the database refuses or cannot be reached.
pub async fn end(tx: &mut Tx, id: Uuid, ending: &Ending) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = match ending {
            Ending::Finished => sqlx::query(FINISH).bind(&id.as_bytes()[..]),
            Ending::Again(after, failure) => {
                sqlx::query(FAIL).bind(&id.as_bytes()[..]).bind(millis(*after)).bind(failure.as_str())
            }
            Ending::Parked(at, failure) => {
                sqlx::query(PARK).bind(&id.as_bytes()[..]).bind(millis(*at)).bind(failure.as_str())
            }
        };
        query.execute(&mut *c).await?;
    });
    Ok(())
}

/// How many jobs wait, and how many were given up.
///
/// # Errors
/// When the database cannot be reached.
pub async fn count(db: &mut impl Connected) -> Result<(i64, i64), StoreError> {
    Ok(on!(db, |c| {
        let waiting = sqlx::query_scalar(WAITING).fetch_one(&mut *c).await?;
        (waiting, sqlx::query_scalar(PARKED).fetch_one(&mut *c).await?)
    }))
}

/// Since when the oldest job that is due at `now` waits.
///
/// # Errors
/// When the database cannot be reached.
pub async fn oldest_due(db: &mut impl Connected, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let oldest: Option<i64> =
        on!(db, |c| sqlx::query_scalar(OLDEST).bind(millis(now)).fetch_one(&mut *c).await?);
    oldest.map(instant).transpose()
}
