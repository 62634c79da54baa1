//! Waiting for news: stream, long poll, or plain asking — whatever the line lets through.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::office::{Office, OfficeFault};
use crate::platform::Retry;
use crate::state::Cursor;

/// How long one long poll waits.
const POLL_WAIT: Duration = Duration::from_secs(50);

/// Streams that break so often in a row do not get through; long polls may.
const STREAM_FAILURES_MAX: u32 = 3;

/// A stream is tried again after so many long polls.
const POLLS_BEFORE_STREAM: u32 = 60;

/// Waits after failures.
const AGAIN: Retry =
    Retry { tries_max: u32::MAX, first_wait: Duration::from_secs(1), wait_max: Duration::from_secs(60) };

/// Hints that there may be news, until told to stop. A hint that nobody took yet is enough.
pub(super) async fn listen(office: Office, hints: mpsc::Sender<()>, stop: CancellationToken) {
    let mut failures = 0;
    while !stop.is_cancelled() {
        let heard = tokio::select! {
            () = stop.cancelled() => return,
            heard = listen_once(&office, &hints, failures) => heard,
        };
        match heard {
            Ok(()) => failures = 0,
            Err(fault) => {
                failures += 1;
                tracing::debug!(code = fault.code(), failures, "no news for now");
                let wait = AGAIN.wait_after(failures, crate::platform::random_share());
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(wait.unwrap_or(AGAIN.wait_max)) => {}
                }
                // Without news, asking is the last way.
                let _ = hints.try_send(());
            }
        }
    }
}

async fn listen_once(office: &Office, hints: &mpsc::Sender<()>, failures: u32) -> Result<(), OfficeFault> {
    if failures < STREAM_FAILURES_MAX { stream(office, hints).await } else { polls(office, hints).await }
}

async fn stream(office: &Office, hints: &mpsc::Sender<()>) -> Result<(), OfficeFault> {
    let link = office.link().await?;
    let after = office.state().cursor(Cursor::News).await?;
    let mut news = link.platform.listen(after).await?;
    let _ = hints.try_send(());
    while news.next().await.map_err(crate::platform::PlatformFault::from)?.is_some() {
        let _ = hints.try_send(());
    }
    Ok(())
}

async fn polls(office: &Office, hints: &mpsc::Sender<()>) -> Result<(), OfficeFault> {
    let mut after = office.state().cursor(Cursor::News).await?;
    for _ in 0..POLLS_BEFORE_STREAM {
        let link = office.link().await?;
        let page = link.platform.news(after, POLL_WAIT).await?;
        if page.next > after {
            after = page.next;
            let _ = hints.try_send(());
        }
    }
    Ok(())
}
