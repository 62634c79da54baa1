//! Folding SQLite's write-ahead log into the database file, beside the writer.
//!
//! SQLite does this by itself after the commit that makes the log long, and whoever waits for that
//! commit waits for the folding too: some 40 ms under load. Here most of it is done on a connection
//! of its own while the writer goes on; then the writer folds the little that came meanwhile, and
//! begins the log anew. What SQLite does by itself stays switched on as a backstop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::connect::Pools;
use super::{Store, StoreError};

/// Between two looks whether something was written. A quarter of a second of writing at full speed
/// is some 32 MiB of log.
const LOOK: Duration = Duration::from_secs(1);

/// Foldings beside the writer: the second finds only what was written during the first, and leaves
/// still less to the writer.
const FOLDS_BESIDE: usize = 3;

/// Folds what can be folded without waiting for anybody, and flushes it.
const FOLD_SQLITE: &str = "pragma wal_checkpoint(passive)";

/// Whether something was committed since the last folding.
#[derive(Debug, Default)]
pub(super) struct Written(AtomicBool);

impl Written {
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Store {
    /// Keeps the log short until told to stop. PostgreSQL looks after itself.
    pub async fn keep_folded(&self, stop: CancellationToken) {
        let Pools::Sqlite { written, .. } = &self.pools else { return stop.cancelled().await };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if written.take()
                && let Err(error) = self.fold().await
            {
                // The backstop goes on meanwhile, and says it louder when it cannot.
                tracing::warn!(%error, "the write-ahead log was not folded");
                written.note();
            }
        }
    }

    /// Folds the log once; does nothing on PostgreSQL.
    ///
    /// # Errors
    /// When the database cannot be reached or its disk is full.
    pub async fn fold(&self) -> Result<(), StoreError> {
        if let Pools::Sqlite { write, fold, .. } = &self.pools {
            let mut beside = fold.take().await?;
            for _ in 0..FOLDS_BESIDE {
                sqlx::query(FOLD_SQLITE).execute(beside.connection()).await?;
            }
            sqlx::query(FOLD_SQLITE).execute(write.take().await?.connection()).await?;
        }
        Ok(())
    }
}
