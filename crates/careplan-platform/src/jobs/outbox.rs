//! Jobs that were put down in a transaction and are done after it.

use careplan_domain::Timestamp;

use super::{JobFault, queue};
use crate::blobs::BlobName;
use crate::platform::Platform;
use crate::store::jobs::{self, Ending, Taken};

/// Drop a blob; the argument is its name.
pub const DROP_BLOB: &str = "blob.drop";

/// Jobs taken at once.
const TAKEN: u32 = 100;

/// Does all jobs that are due; returns how many were finished. Mails are the postman's, links the
/// log-in's; kinds that this program does not know belong to a newer one and are left alone.
///
/// # Errors
/// When the database cannot be reached.
pub async fn run_outbox(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let mut finished = 0;
    loop {
        let taken = queue::take(&platform.store, DROP_BLOB, TAKEN, now).await?;
        if taken.is_empty() {
            return Ok(finished);
        }
        let mut endings = Vec::with_capacity(taken.len());
        for job in &taken {
            endings.push((job.id, queue::ending(job, run(platform, job).await, now)));
        }
        finished += endings.iter().filter(|(_, ending)| matches!(ending, Ending::Finished)).count();
        let mut tx = platform.store.begin().await?;
        for (id, ending) in &endings {
            jobs::end(&mut tx, *id, ending).await?;
        }
        tx.commit().await?;
    }
}

async fn run(platform: &Platform, job: &Taken) -> Result<(), String> {
    let name: String = serde_json::from_str(&job.argument).map_err(|error| error.to_string())?;
    let file = name.rsplit('/').next().unwrap_or_default();
    let name = BlobName::parse(file).ok_or_else(|| "not the name of a blob".to_owned())?;
    platform.mailbox.blobs.drop(&name).await.map_err(|fault| fault.to_string())
}
