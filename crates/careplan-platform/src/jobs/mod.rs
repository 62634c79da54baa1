//! Work that nobody asked for: what has run its term, what was left behind, what was put down to
//! be done later.
//!
//! Each task runs once a period on one of the replicas, under a lease. A crash in the middle costs
//! one period and nothing else: every step is a transaction of its own, and all can be repeated.

mod outbox;
mod periodic;
pub(crate) mod queue;
mod retention;
mod sweep;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::audit::CheckpointFault;
use crate::blobs::BlobFault;
use crate::mailbox::WriteFault;
use crate::platform::Platform;
use crate::signer::SignFault;
use crate::store::StoreError;

pub use outbox::{DROP_BLOB, run_outbox};
pub use periodic::{PERIODIC, Periodic, run_due};
pub use queue::JOB_TRIES_MAX;
pub use retention::{drop_bytes, drop_proofs, expire};
pub use sweep::{sweep_blobs, sweep_uploads};

/// Why a task could not be done now; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum JobFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The shelf.
    #[error(transparent)]
    Blob(#[from] BlobFault),
    /// The mailbox's writer.
    #[error(transparent)]
    Write(#[from] WriteFault),
    /// The platform's signature.
    #[error(transparent)]
    Sign(#[from] SignFault),
}

impl From<CheckpointFault> for JobFault {
    fn from(fault: CheckpointFault) -> Self {
        match fault {
            CheckpointFault::Store(error) => Self::Store(error),
            CheckpointFault::Sign(fault) => Self::Sign(fault),
        }
    }
}

/// Runs all tasks whenever they are due, until `stop`.
pub async fn run(platform: Arc<Platform>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        run_due(&platform, platform.clock.now()).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(periodic::LOOK) => {}
        }
    }
}
