//! Taking jobs of one kind under a lease, and deciding what a failure means.

use std::time::Duration;

use careplan_domain::Timestamp;

use crate::store::jobs::{self, Ending, Taken};
use crate::store::{Store, StoreError};

/// A job is given up after so many tries: with doubling delays from one minute that is two days,
/// longer than any outage we want to sleep through.
pub const JOB_TRIES_MAX: i64 = 12;

/// How long a job is taken for; one that takes longer may be done twice, which is harmless.
const LEASE: Duration = Duration::from_secs(10 * 60);

/// Takes jobs of a kind that are due; nobody else sees them for a while.
pub(crate) async fn take(
    store: &Store,
    kind: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Taken>, StoreError> {
    let mut conn = store.read().await?;
    if jobs::due(&mut conn, kind, now, 1).await?.is_empty() {
        return Ok(Vec::new());
    }
    drop(conn);
    let mut tx = store.begin().await?;
    let due = jobs::due(&mut tx, kind, now, limit).await?;
    let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
    let owner = std::process::id().to_string();
    for job in &due {
        jobs::take(&mut tx, job.id, &owner, until).await?;
    }
    tx.commit().await?;
    Ok(due)
}

/// Doubling delays from one minute; after too many tries an operator must look.
pub(crate) fn ending(job: &Taken, result: Result<(), String>, now: Timestamp) -> Ending {
    let Err(failure) = result else { return Ending::Finished };
    tracing::warn!(kind = job.kind, tries = job.tries + 1, failure, "a job failed");
    if job.tries + 1 >= JOB_TRIES_MAX {
        return Ending::Parked(now, failure);
    }
    let delay = Duration::from_secs(60 << job.tries.clamp(0, JOB_TRIES_MAX));
    Ending::Again(now.saturating_add(delay).unwrap_or(Timestamp::MAX), failure)
}
