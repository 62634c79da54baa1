//! The operators' port: `/metrics`, `/healthz`, `/readyz`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde_json::json;
use tokio::time::timeout;

use super::Metrics;
use crate::clock::Clock;
use crate::signer::{PlatformSigner, Signer as _};
use crate::store::Store;

/// A database that takes longer than this to answer is not one to send offices to.
const DATABASE_WAIT: Duration = Duration::from_secs(2);

/// What the replica needs before offices can be sent to it.
pub struct Health {
    /// The database must answer.
    pub store: Store,
    /// The signer must hold a certificate that is valid.
    pub signer: Arc<PlatformSigner>,
    /// At this moment.
    pub clock: Clock,
    /// The replica must be open.
    pub readiness: Readiness,
    /// What was measured.
    pub metrics: Metrics,
}

/// Whether the replica takes requests: from the end of its start to the beginning of its stop.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// The replica takes requests.
    pub fn on(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// It does not, or no longer.
    pub fn off(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Whether it does.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The routes of the operators' port.
pub fn router(health: Arc<Health>) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

async fn ready(State(health): State<Arc<Health>>) -> (StatusCode, Json<serde_json::Value>) {
    let open = health.readiness.is_on();
    let database = matches!(timeout(DATABASE_WAIT, health.store.check_schema()).await, Ok(Ok(())));
    let signer = health.signer.is_ready(health.clock.now());
    let is_ready = open && database && signer;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": is_ready, "open": open, "database": database, "signer": signer })))
}

async fn metrics(State(health): State<Arc<Health>>) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], health.metrics.render())
}
