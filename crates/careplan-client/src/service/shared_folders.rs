//! The folders that are shared with the care software, looked after while the client runs.
//!
//! Promises: what goes wrong here stops neither the screens nor sending and receiving; it is told, and tried again.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Hub, LOOK_EVERY};
use crate::desk::Desk;
use crate::office::{Office, OfficeFault};

/// How soon the folders are taken up again after this computer could not work.
const AGAIN: Duration = Duration::from_secs(30);

/// Works in the folders until told to stop. One process at a time does; another one waits until it is free.
pub(super) async fn look_after(office: Office, hub: Hub, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let rest = match work(&office, &hub, &stop).await {
            Ok(()) => return,
            Err(OfficeFault::Busy) => LOOK_EVERY,
            Err(fault) => {
                tracing::error!(code = fault.code(), "the shared folders cannot be looked after");
                AGAIN
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

async fn work(office: &Office, hub: &Hub, stop: &CancellationToken) -> Result<(), OfficeFault> {
    let desk = Arc::new(Desk::new(office.clone()));
    let folders = office.folders(desk, hub.folders_told())?;
    folders.run(|_| hub.changed(), hub.folders_hint(), stop.clone()).await
}
