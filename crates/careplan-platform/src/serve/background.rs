//! What a replica does beside answering: jobs, news of other replicas, files, metrics.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::supervise::Tasks;
use super::upkeep::Upkeep;
use crate::billing::Billing;
use crate::clock::Clock;
use crate::login::Links;
use crate::mail::Postman;
use crate::platform::Platform;
use crate::reminders::Reminders;
use crate::store::{StoreError, jobs};
use crate::telemetry::Metrics;
use crate::{jobs as work, mailbox};

/// Between two looks at the queue of jobs, and two foldings of the histograms.
const METRICS_LOOK: Duration = Duration::from_secs(5);

/// Between two looks whether mails wait: somebody sits before a page that says "sent".
const MAILS_LOOK: Duration = Duration::from_secs(3);

/// Between two looks whether the hourly turn of billing or of reminders is free to take.
const HOURLY_LOOK: Duration = Duration::from_secs(5 * 60);

/// Starts all of it.
pub(super) fn keep(tasks: &Tasks, platform: &Arc<Platform>, upkeep: &Arc<Upkeep>, metrics: &Metrics) {
    let worked = platform.clone();
    tasks.keep("jobs", move |stop| work::run(worked.clone(), stop));
    if platform.store.is_shared() {
        let (store, news) = (platform.store.clone(), platform.mailbox.news.clone());
        tasks.keep("news", move |stop| mailbox::listen(store.clone(), news.clone(), stop));
    }
    let store = platform.store.clone();
    tasks.keep("fold", move |stop| {
        let store = store.clone();
        async move { store.keep_folded(stop).await }
    });
    let watched = upkeep.clone();
    tasks.keep("files", move |stop| watched.clone().watch_files(stop));
    let watched = upkeep.clone();
    tasks.keep("certificates", move |stop| watched.clone().watch_certificates(stop));
    let (measured, metrics) = (platform.clone(), metrics.clone());
    tasks.keep("metrics", move |stop| measure(measured.clone(), metrics.clone(), stop));
}

/// Answers questions for links and sends mails. Apart from the jobs: a server that takes its time must
/// not hold up what is due by the minute.
pub(super) fn keep_mails(tasks: &Tasks, clock: &Clock, links: Links, postman: Postman) {
    let clock = clock.clone();
    tasks.keep("mails", move |stop| send_mails(clock.clone(), links.clone(), postman.clone(), stop));
}

async fn send_mails(clock: Clock, links: Links, postman: Postman, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = links.answer_asked(clock.now()).await {
            tracing::error!(%error, "links could not be made");
        }
        if let Err(error) = postman.deliver_due(clock.now()).await {
            tracing::error!(%error, "mails could not be looked after");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(MAILS_LOOK) => {}
        }
    }
}

/// Renewals and reminders. Apart from the jobs, too: it goes through many offices.
pub(super) fn keep_billing(tasks: &Tasks, clock: &Clock, billing: Billing) {
    let clock = clock.clone();
    tasks.keep("billing", move |stop| bill_daily(clock.clone(), billing.clone(), stop));
}

/// Reminders of licences and certificates that end.
pub(super) fn keep_reminders(tasks: &Tasks, clock: &Clock, reminders: Reminders) {
    let clock = clock.clone();
    tasks.keep("reminders", move |stop| remind(clock.clone(), reminders.clone(), stop));
}

async fn remind(clock: Clock, reminders: Reminders, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match reminders.turn(clock.now()).await {
            Ok(0) => {}
            Ok(sent) => tracing::info!(sent, "reminders queued"),
            Err(error) => tracing::error!(%error, "reminders failed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(HOURLY_LOOK) => {}
        }
    }
}

async fn bill_daily(clock: Clock, billing: Billing, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match billing.daily_turn(clock.now()).await {
            Ok(0) => {}
            Ok(changed) => tracing::info!(changed, "renewals and reminders done"),
            Err(error) => tracing::error!(%error, "renewals and reminders failed"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(HOURLY_LOOK) => {}
        }
    }
}

async fn measure(platform: Arc<Platform>, metrics: Metrics, stop: CancellationToken) {
    loop {
        metrics.fold();
        if let Err(error) = measure_jobs(&platform).await {
            // Requests say it louder; here it only means that the gauges stand still.
            tracing::debug!(%error, "jobs were not counted");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(METRICS_LOOK) => {}
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "jobs are far fewer than 2^52")]
async fn measure_jobs(platform: &Platform) -> Result<(), StoreError> {
    let now = platform.clock.now();
    let mut db = platform.store.read().await?;
    let (waiting, parked) = jobs::count(&mut db).await?;
    let lag =
        jobs::oldest_due(&mut db, now).await?.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
    metrics::gauge!("careplan_jobs_waiting").set(waiting as f64);
    metrics::gauge!("careplan_jobs_parked").set(parked as f64);
    metrics::gauge!("careplan_jobs_lag_seconds").set(lag);
    Ok(())
}
