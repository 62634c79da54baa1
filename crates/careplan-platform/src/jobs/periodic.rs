//! The list of periodic tasks, and running those that are due.

use std::time::Duration;

use careplan_domain::Timestamp;

use super::{JobFault, drop_bytes, drop_proofs, expire, run_outbox, sweep_blobs, sweep_uploads};
use crate::audit::make_checkpoint;
use crate::login::sweep_logins;
use crate::platform::Platform;
use crate::store::leases;

/// How often a replica looks whether something is due.
pub(super) const LOOK: Duration = Duration::from_secs(20);

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A task that is done once a period by one of the replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Periodic {
    /// Jobs that were put down.
    Outbox,
    /// Transmissions past their deadline.
    Expire,
    /// Bytes past their term.
    DropBytes,
    /// Rows past their term.
    DropProofs,
    /// Uploads that stand still.
    SweepUploads,
    /// Blobs without a row.
    SweepBlobs,
    /// Sessions, links and misses that are over.
    SweepLogins,
    /// The platform's signature under the audit chain.
    Checkpoint,
}

/// Every periodic task.
pub const PERIODIC: &[Periodic] = &[
    Periodic::Outbox,
    Periodic::Expire,
    Periodic::DropBytes,
    Periodic::DropProofs,
    Periodic::SweepUploads,
    Periodic::SweepBlobs,
    Periodic::SweepLogins,
    Periodic::Checkpoint,
];

impl Periodic {
    /// The stable name, also of its lease.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Expire => "expire",
            Self::DropBytes => "drop-bytes",
            Self::DropProofs => "drop-proofs",
            Self::SweepUploads => "sweep-uploads",
            Self::SweepBlobs => "sweep-blobs",
            Self::SweepLogins => "sweep-logins",
            Self::Checkpoint => "audit-checkpoint",
        }
    }

    /// How often it is done. An expiry is a matter of days: its report may come an hour late, but
    /// a minute costs nothing.
    pub fn period(self) -> Duration {
        match self {
            Self::Outbox | Self::Expire => MINUTE,
            Self::DropBytes
            | Self::DropProofs
            | Self::SweepUploads
            | Self::SweepLogins
            | Self::Checkpoint => HOUR,
            Self::SweepBlobs => HOUR * 24,
        }
    }

    /// Does it; returns how many things it changed.
    ///
    /// # Errors
    /// When database, shelf or signature fail.
    pub async fn run(self, platform: &Platform, now: Timestamp) -> Result<usize, JobFault> {
        match self {
            Self::Outbox => run_outbox(platform, now).await,
            Self::Expire => expire(platform, now).await,
            Self::DropBytes => drop_bytes(platform, now).await,
            Self::DropProofs => drop_proofs(platform, now).await,
            Self::SweepUploads => sweep_uploads(platform, now).await,
            Self::SweepBlobs => sweep_blobs(platform, now).await,
            Self::SweepLogins => Ok(sweep_logins(&platform.store, now).await?),
            Self::Checkpoint => {
                Ok(usize::from(make_checkpoint(&platform.store, &*platform.signer, now).await?))
            }
        }
    }
}

/// Runs every task that is due and that no other replica took. What fails is logged, and tried
/// again a period later.
pub async fn run_due(platform: &Platform, now: Timestamp) {
    for task in PERIODIC {
        let result = match take(platform, *task, now).await {
            Ok(true) => task.run(platform, now).await,
            Ok(false) => continue,
            Err(fault) => Err(fault),
        };
        match result {
            Ok(0) => {}
            Ok(changed) => tracing::info!(task = task.name(), changed, "periodic task done"),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(task = task.name(), %error, cause, "periodic task failed");
            }
        }
    }
}

async fn take(platform: &Platform, task: Periodic, now: Timestamp) -> Result<bool, JobFault> {
    let until = now.saturating_add(task.period()).unwrap_or(Timestamp::MAX);
    let mut conn = platform.store.read().await?;
    if !leases::is_free(&mut conn, task.name(), now, until).await? {
        return Ok(false);
    }
    drop(conn);
    let mut tx = platform.store.begin().await?;
    let owner = std::process::id().to_string();
    let taken = leases::take(&mut tx, (task.name(), &owner), now, until).await?;
    tx.commit().await?;
    Ok(taken)
}
