//! Counters and histograms of this process, in Prometheus' text format.

use std::sync::OnceLock;

use anyhow::Context as _;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds. Our aims lie between a millisecond and a second; a long poll takes up to a minute.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Operations of one commit, up to the most that one takes.
const OPERATIONS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

/// Size of a page of memory as Linux counts them here.
#[cfg(target_os = "linux")]
const PAGE_BYTES: u64 = 4096;

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// The recorder of this process; made at the first call, shared by all replicas in it.
    ///
    /// # Errors
    /// When another recorder was installed before.
    pub fn of_process() -> anyhow::Result<Self> {
        static OF_PROCESS: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
        let handle = OF_PROCESS.get_or_init(|| install().map_err(|error| format!("{error:#}")));
        handle.clone().map(Self).map_err(anyhow::Error::msg)
    }

    /// Everything measured so far, as text.
    pub fn render(&self) -> String {
        if let Some(bytes) = resident_bytes() {
            metrics::gauge!("process_resident_memory_bytes").set(bytes);
        }
        self.0.render()
    }

    /// Folds what was measured since the last call; without it, memory would grow between two
    /// renderings.
    pub fn fold(&self) {
        self.0.run_upkeep();
    }
}

fn install() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .and_then(|it| it.set_buckets_for_metric(Matcher::Suffix("_operations".to_owned()), OPERATIONS))
        .context("buckets of the histograms")?
        .install_recorder()
        .context("install the metrics")?;
    describe_histogram!(
        "careplan_request_seconds",
        Unit::Seconds,
        "From a request's head to its answer's head"
    );
    describe_counter!("careplan_handshakes_total", "TLS handshakes by outcome: ok, failed, timeout");
    describe_gauge!("careplan_connections_open", "Connections open now");
    describe_counter!("careplan_connections_refused_total", "Connections closed because there were too many");
    describe_histogram!("careplan_commit_seconds", Unit::Seconds, "Group commits of the mailbox");
    describe_histogram!("careplan_commit_operations", "Operations made durable by one group commit");
    describe_counter!("careplan_transmissions_total", "What happened to transmissions, by event");
    describe_counter!("careplan_certificates_issued_total", "Certificates issued, by profile");
    describe_gauge!("careplan_jobs_waiting", "Jobs of the outbox that are not done");
    describe_gauge!("careplan_jobs_lag_seconds", Unit::Seconds, "How long the oldest due job waits");
    describe_gauge!("careplan_jobs_parked", "Jobs that were given up: an operator must look");
    describe_counter!("careplan_panics_total", "Requests that ended in a panic");
    describe_counter!("careplan_task_restarts_total", "Background tasks that were started again, by task");
    describe_counter!("careplan_reloads_total", "Reloads of certificates and revocation lists, by outcome");
    describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory of this process");
    Ok(handle)
}

#[cfg(target_os = "linux")]
#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 bytes")]
fn resident_bytes() -> Option<f64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some((pages * PAGE_BYTES) as f64)
}

#[cfg(not(target_os = "linux"))]
fn resident_bytes() -> Option<f64> {
    None
}
