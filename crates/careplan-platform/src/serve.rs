//! A replica: started in the order that lets nothing be promised before it can be kept, and
//! stopped in the reverse one.
//!
//! Promises: it says that it is ready only when it can accept a letter; when it stops, it says first
//! that it is not, then finishes what it began; a certificate, an authority or a revocation list is
//! taken over while it runs, and a broken file changes nothing.

mod background;
mod data_dir;
pub mod edge;
mod fault;
mod open_files;
mod process;
mod site_tls;
mod start;
mod supervise;
mod upkeep;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use careplan_envelope::Certificate;

use crate::platform::Platform;
use crate::telemetry::Readiness;
use crate::tls::Door;

pub use data_dir::Ports;
pub use fault::StartFault;
pub use process::{run, run_authority};
pub use start::{migrate, open_store, start};

/// Time for background work to reach its next safe place when the replica stops.
const TASKS_GRACE: Duration = Duration::from_secs(10);

/// Time for a look at `/readyz` or `/metrics` that is under way.
const OPERATORS_GRACE: Duration = Duration::from_secs(1);

/// A replica that runs. [`stop`](Self::stop) ends it as an operator would; dropping it ends it as a
/// power cut would: connections are cut, and what was not durable is gone.
pub struct Running {
    ports: Ports,
    root: Certificate,
    platform: Arc<Platform>,
    readiness: Readiness,
    upkeep: Arc<upkeep::Upkeep>,
    offices: Door,
    website: Door,
    operators: Door,
    tasks: supervise::Tasks,
    drain: Duration,
    data_dir: data_dir::DataDir,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// The authority's root certificate: what terminals trust.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// The folder that it keeps database, letters and keys in.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// What its handlers share.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// Takes over changed certificates, foreign authorities and revocation lists, and renews what is
    /// due.
    ///
    /// # Errors
    /// When a file cannot be taken; then what was in force stays in force.
    pub async fn reload(&self) -> anyhow::Result<()> {
        self.upkeep.reload().await
    }

    /// Stops: tells operators that it is not ready, accepts nothing new, finishes the requests under
    /// way (as long as is configured), ends event streams, writes what waits to be written, and
    /// closes the database. Says whether everything came to its end in time.
    pub async fn stop(self) -> bool {
        self.readiness.off();
        tracing::info!("stopping");
        let (offices, website) = tokio::join!(self.offices.close(self.drain), self.website.close(self.drain));
        let finished = offices && website;
        let ended = self.tasks.stop(TASKS_GRACE).await;
        self.platform.mailbox.writer.drain().await;
        self.operators.close(OPERATORS_GRACE).await;
        self.platform.store.close().await;
        self.data_dir.forget_ports();
        tracing::info!(finished, ended, "stopped");
        finished && ended
    }
}
