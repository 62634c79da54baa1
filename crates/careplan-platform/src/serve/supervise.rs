//! Background tasks that must not stay away: a panic is logged and the task started again.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// First pause before a task is started again; it doubles with each failure in a row.
const PAUSE_MIN: Duration = Duration::from_millis(200);

/// Longest pause: a job that is due waits no longer than this after the cause is gone.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A task that worked this long before it failed begins anew with the shortest pause.
const HEALTHY: Duration = Duration::from_secs(300);

/// The tasks of one replica. Dropped, they are cut where they stand.
#[derive(Debug)]
pub(super) struct Tasks {
    stopping: CancellationToken,
    cutting: CancellationToken,
    tracker: TaskTracker,
    _cut: DropGuard,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let cutting = CancellationToken::new();
        let _cut = cutting.clone().drop_guard();
        Self { stopping: CancellationToken::new(), cutting, tracker: TaskTracker::new(), _cut }
    }

    /// Runs what `make` makes until the replica stops, making it again whenever it ended before.
    pub(super) fn keep<F>(&self, name: &'static str, make: impl Fn(CancellationToken) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stopping, cutting) = (self.stopping.clone(), self.cutting.clone());
        self.tracker.spawn(async move {
            tokio::select! {
                biased;
                () = cutting.cancelled() => {}
                () = keep(name, make, stopping) => {}
            }
        });
    }

    /// Asks all to end, waits for `grace`, and cuts the rest. Says whether all ended.
    pub(super) async fn stop(&self, grace: Duration) -> bool {
        self.stopping.cancel();
        self.tracker.close();
        let ended = timeout(grace, self.tracker.wait()).await.is_ok();
        self.cutting.cancel();
        self.tracker.wait().await;
        ended
    }
}

async fn keep<F>(name: &'static str, make: impl Fn(CancellationToken) -> F, stopping: CancellationToken)
where
    F: Future<Output = ()>,
{
    let mut pause = PAUSE_MIN;
    while !stopping.is_cancelled() {
        let began = Instant::now();
        let ended = AssertUnwindSafe(make(stopping.clone())).catch_unwind().await;
        if stopping.is_cancelled() {
            break;
        }
        if began.elapsed() > HEALTHY {
            pause = PAUSE_MIN;
        }
        // The panic itself was logged with its place by the panic hook.
        tracing::error!(task = name, panicked = ended.is_err(), ?pause, "a task ended and is started again");
        metrics::counter!("careplan_task_restarts_total", "task" => name).increment(1);
        tokio::select! {
            () = stopping.cancelled() => {}
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_started_again_and_stops_when_asked() {
        let tasks = Tasks::new();
        let (started, third) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
        let (count, reached) = (started.clone(), third.clone());
        tasks.keep("fragile", move |stop| {
            let (count, reached) = (count.clone(), reached.clone());
            async move {
                assert!(count.fetch_add(1, Ordering::SeqCst) >= 2, "the first two fall");
                reached.notify_one();
                stop.cancelled().await;
            }
        });
        third.notified().await;
        assert!(tasks.stop(Duration::from_secs(30)).await);
        assert_eq!(started.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_task_that_does_not_listen_is_cut_when_the_time_runs_out() {
        let tasks = Tasks::new();
        let began = Arc::new(Notify::new());
        let begins = began.clone();
        tasks.keep("deaf", move |_| {
            begins.notify_one();
            std::future::pending()
        });
        began.notified().await;
        assert!(!tasks.stop(Duration::from_millis(50)).await);
    }

    #[tokio::test]
    async fn tasks_are_cut_when_they_are_dropped() {
        let tasks = Tasks::new();
        let held = Arc::new(());
        let mine = held.clone();
        tasks.keep("held", move |_| {
            let mine = mine.clone();
            async move {
                std::future::pending::<()>().await;
                drop(mine);
            }
        });
        let tracker = tasks.tracker.clone();
        drop(tasks);
        tracker.close();
        tracker.wait().await;
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
