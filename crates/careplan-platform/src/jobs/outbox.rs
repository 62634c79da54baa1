//! Jobs that were put down in a transaction and are done after it.

use std::time::Duration;

use careplan_domain::Timestamp;

use super::JobFault;
use crate::blobs::BlobName;
use crate::platform::Platform;
use crate::store::jobs::{self, Ending, Taken};

/// Drop a blob; the argument is its name.
pub const DROP_BLOB: &str = "blob.drop";

/// A job is given up after so many tries: with doubling delays from one minute that is two days,
/// longer than any outage we want to sleep through.
pub const JOB_TRIES_MAX: i64 = 12;

/// How long a job is taken for; one that takes longer may be done twice, which is harmless.
const LEASE: Duration = Duration::from_secs(10 * 60);

/// Jobs taken at once.
const TAKEN: u32 = 100;

/// Does all jobs that are due; returns how many were finished. Kinds that this program does not
/// know belong to a newer one and are left alone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn run_outbox(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let mut finished = 0;
    loop {
        let taken = take(platform, now).await?;
        if taken.is_empty() {
            return Ok(finished);
        }
        let mut endings = Vec::with_capacity(taken.len());
        for job in &taken {
            endings.push((job.id, ending(job, run(platform, job).await, now)));
        }
        finished += endings.iter().filter(|(_, ending)| matches!(ending, Ending::Finished)).count();
        let mut tx = platform.store.begin().await?;
        for (id, ending) in &endings {
            jobs::end(&mut tx, *id, ending).await?;
        }
        tx.commit().await?;
    }
}

async fn take(platform: &Platform, now: Timestamp) -> Result<Vec<Taken>, JobFault> {
    let mut conn = platform.store.read().await?;
    if jobs::due(&mut conn, DROP_BLOB, now, 1).await?.is_empty() {
        return Ok(Vec::new());
    }
    drop(conn);
    let mut tx = platform.store.begin().await?;
    let due = jobs::due(&mut tx, DROP_BLOB, now, TAKEN).await?;
    let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
    let owner = std::process::id().to_string();
    for job in &due {
        jobs::take(&mut tx, job.id, &owner, until).await?;
    }
    tx.commit().await?;
    Ok(due)
}

async fn run(platform: &Platform, job: &Taken) -> Result<(), String> {
    let name: String = serde_json::from_str(&job.argument).map_err(|error| error.to_string())?;
    let file = name.rsplit('/').next().unwrap_or_default();
    let name = BlobName::parse(file).ok_or_else(|| "not the name of a blob".to_owned())?;
    platform.mailbox.blobs.drop(&name).await.map_err(|fault| fault.to_string())
}

/// Doubling delays from one minute; after too many tries an operator must look.
fn ending(job: &Taken, result: Result<(), String>, now: Timestamp) -> Ending {
    let Err(failure) = result else { return Ending::Finished };
    tracing::warn!(kind = job.kind, tries = job.tries + 1, failure, "a job failed");
    if job.tries + 1 >= JOB_TRIES_MAX {
        return Ending::Parked(now, failure);
    }
    let delay = Duration::from_secs(60 << job.tries.clamp(0, JOB_TRIES_MAX));
    Ending::Again(now.saturating_add(delay).unwrap_or(Timestamp::MAX), failure)
}
