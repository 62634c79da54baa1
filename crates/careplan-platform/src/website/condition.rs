//! How the platform is at this moment, for everybody to see: what the readiness of a replica looks at, and how late the jobs are.
//!
//! Promises: it is looked at once in a while, however many ask; it names no part of the inside.

use std::time::Duration;

use careplan_domain::Timestamp;
use jiff::SignedDuration;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::platform::Platform;
use crate::store::{StoreError, jobs};

/// A look is good for so long: people press the button again.
const KEPT: SignedDuration = SignedDuration::from_secs(10);

/// A database that takes longer to answer is not one to work with.
const DATABASE_WAIT: Duration = Duration::from_secs(2);

/// Jobs are begun once a minute; a mail that waits longer than this is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// How the platform was at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
    /// When it was looked at.
    pub(super) at: Timestamp,
    /// What is kept can be read.
    pub(super) reads: bool,
    /// Receipts can be signed.
    pub(super) signs: bool,
    /// So many minutes the oldest mail or job is late; `None` when it is not, or cannot be known.
    pub(super) minutes_late: Option<i64>,
}

/// The last look.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<Option<Condition>>);

impl Looks {
    /// How the platform is, at most some seconds ago.
    pub(super) async fn of(&self, platform: &Platform, now: Timestamp) -> Condition {
        // Held while looking: who asks meanwhile gets the same answer.
        let mut last = self.0.lock().await;
        match *last {
            Some(known) if now.duration_since(known.at).abs() < KEPT => known,
            _ => *last.insert(look(platform, now).await),
        }
    }
}

async fn look(platform: &Platform, now: Timestamp) -> Condition {
    let oldest = timeout(DATABASE_WAIT, oldest_due(platform, now)).await;
    let reads = matches!(oldest, Ok(Ok(_)));
    let late = oldest.ok().and_then(Result::ok).flatten().map(|since| now.duration_since(since));
    Condition {
        at: now,
        reads,
        signs: platform.signer.is_ready(now),
        minutes_late: late.filter(|late| *late > LATE_AFTER).map(|late| late.as_mins()),
    }
}

async fn oldest_due(platform: &Platform, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    platform.store.check_schema().await?;
    jobs::oldest_due(&mut platform.store.read().await?, now).await
}
