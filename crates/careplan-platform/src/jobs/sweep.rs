//! What was left behind: uploads that nobody goes on with, blobs without a row, half files.

use careplan_domain::Timestamp;
use jiff::SignedDuration;

use super::JobFault;
use crate::blobs::{BlobName, SHARDS};
use crate::platform::Platform;
use crate::store::transmissions::{self, Shelf};
use crate::store::uploads;

/// An upload that stands still for so long is forgotten: a long weekend with a broken line fits.
const UPLOAD_IDLE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A blob without a row is an orphan only after so long: no request takes a day.
const ORPHAN_AGE: SignedDuration = SignedDuration::from_hours(24);

/// Forgets uploads that stand still; returns how many.
///
/// # Errors
/// When the database cannot be reached.
pub async fn sweep_uploads(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let since = now.saturating_sub(UPLOAD_IDLE).unwrap_or(Timestamp::MIN);
    let mut forgotten = 0;
    loop {
        let mut conn = platform.store.read().await?;
        let idle = uploads::idle_since(&mut conn, since).await?;
        drop(conn);
        if idle.is_empty() {
            return Ok(forgotten);
        }
        for (id, office) in idle {
            let mut tx = platform.store.begin().await?;
            uploads::forget(&mut tx, &id, &office).await?;
            tx.commit().await?;
            forgotten += 1;
        }
    }
}

/// Drops blobs without a row, and half files of letters that never came in whole; returns how many.
///
/// # Errors
/// When database or shelf cannot be reached.
pub async fn sweep_blobs(platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
    let before = now.saturating_sub(ORPHAN_AGE).unwrap_or(Timestamp::MIN);
    let blobs = &platform.mailbox.blobs;
    let mut dropped = blobs.clear_incoming(before).await?;
    for shard in SHARDS {
        for names in blobs.put_before(shard, before).await?.chunks(500) {
            let mut conn = platform.store.read().await?;
            let ids = names.iter().map(|name| name.id).collect();
            let held = transmissions::find_many(&mut conn, ids).await?;
            drop(conn);
            let needed = |name: &BlobName| {
                held.iter().any(|held| held.shelf == Shelf::Blob && BlobName::of(held) == *name)
            };
            for name in names.iter().filter(|name| !needed(name)) {
                blobs.drop(name).await?;
                dropped += 1;
            }
        }
    }
    Ok(dropped)
}
