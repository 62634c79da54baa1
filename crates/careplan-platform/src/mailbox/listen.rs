//! Wake-ups from other replicas: PostgreSQL's notifications, sent with each commit.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::News;
use crate::store::{Listener, Store};

/// How long after a failure the line is taken up again.
const AGAIN: Duration = Duration::from_secs(2);

/// Passes wake-ups of other replicas on, until `stop`. On SQLite there are no others: returns at
/// once. While the line to the database is down nothing is lost: whoever waits is woken when it is
/// up again, and looks.
pub async fn listen(store: Store, news: News, stop: CancellationToken) {
    while store.is_shared() && !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            result = follow(&store, &news) => {
                if let Err(error) = result {
                    tracing::warn!(%error, "the line for wake-ups broke");
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn follow(store: &Store, news: &News) -> Result<(), crate::store::StoreError> {
    let mut listener = Listener::open(store).await?;
    loop {
        // Whatever was committed before we listened, or while the line was down, is looked for.
        news.wake_all();
        while let Some(offices) = listener.next().await? {
            offices.into_iter().for_each(|office| news.wake(office));
        }
    }
}
