//! The platform as the office sees it: one method per route of the Office API.
//!
//! Promises: answers are read into the protocol's types or become a [`PlatformFault`] with a
//! Japanese sentence; only idempotent requests are repeated, a few times, with growing waits.
//! Nothing here believes what it reads: signatures are verified by those who asked.

mod directory;
mod enrolment;
mod fault;
mod news;
mod proxy;
mod retry;
mod skew;
mod transmissions;
mod transport;
mod upload;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::{Secret, UserId};
use http::{HeaderValue, StatusCode};
use serde::de::DeserializeOwned;

pub use directory::OfficeQuery;
pub use enrolment::Enrolled;
pub use fault::{PlatformFault, is_away};
pub use news::NewsReader;
pub use proxy::{Proxy, ProxyFault};
pub use retry::Retry;
pub(crate) use retry::random_share;
pub use skew::{SkewWatch, how_far_ja};
pub use transmissions::{Handover, Header};
pub use transport::{ANSWER_BYTES_MAX, Answer, Listening, PATIENCE, Request, Transport, TransportFault};
pub use upload::{PART_BYTES_MAX, UPLOAD_FROM_BYTES};
pub use wire::{Connector, ServerTrust, WireConnector};

/// The platform behind a transport.
#[derive(Clone)]
pub struct Platform {
    transport: Arc<dyn Transport>,
    retry: Retry,
    skew: Option<SkewWatch>,
}

impl Platform {
    /// The platform at the other end of `transport`.
    pub fn new(transport: Arc<dyn Transport>, retry: Retry) -> Self {
        Self { transport, retry, skew: None }
    }

    /// With a watch on this PC's clock.
    #[must_use]
    pub fn watched_by(mut self, skew: SkewWatch) -> Self {
        self.skew = Some(skew);
        self
    }

    /// One request and its answer, whatever it says.
    async fn exchange(&self, request: Request) -> Result<Answer, TransportFault> {
        let asked = self.skew.as_ref().map(SkewWatch::now);
        let answer = self.transport.exchange(request).await?;
        if let Some((skew, asked)) = self.skew.as_ref().zip(asked) {
            skew.look(&answer, asked);
        }
        Ok(answer)
    }

    /// The same, asked once: nobody waits for a second try.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.retry = Retry::NEVER;
        self
    }

    /// Sends an idempotent request, again when that can help, and gives the first answer of success.
    async fn ask(&self, request: Request) -> Result<Answer, PlatformFault> {
        let mut tries = 0;
        loop {
            tries += 1;
            let (fault, wish) = match self.exchange(request.clone()).await {
                Ok(answer) if is_success(answer.status) => return Ok(answer),
                Ok(answer) => (fault::read_fault(&answer), fault::retry_after(&answer)),
                Err(fault) => (PlatformFault::Transport(fault), None),
            };
            let wait = self.retry.wait_after(tries, retry::random_share());
            match wait.filter(|_| fault.is_transient()) {
                Some(wait) => tokio::time::sleep(wait.max(wish.unwrap_or(Duration::ZERO))).await,
                None => return Err(fault),
            }
            tracing::debug!(code = fault.code(), tries, "request to the platform is repeated");
        }
    }

    /// Sends a request once.
    async fn ask_once(&self, request: Request) -> Result<Answer, PlatformFault> {
        let answer = self.exchange(request).await?;
        if is_success(answer.status) { Ok(answer) } else { Err(fault::read_fault(&answer)) }
    }

    /// Asks for JSON.
    async fn ask_json<T: DeserializeOwned>(&self, request: Request) -> Result<T, PlatformFault> {
        let answer = self.ask(request.header("accept", "application/json")).await?;
        read_json(&answer)
    }
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Platform({:?})", self.retry)
    }
}

fn is_success(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::NOT_MODIFIED
}

fn read_json<T: DeserializeOwned>(answer: &Answer) -> Result<T, PlatformFault> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| PlatformFault::Unreadable { status: answer.status.as_u16() })
}

/// HTTP Basic (RFC 7617). The value is marked sensitive, so that no layer prints it.
fn with_credentials(mut request: Request, user_id: &UserId, password: &Secret) -> Request {
    let pair = zeroize::Zeroizing::new(format!("{user_id}:{}", password.expose()));
    let text = zeroize::Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        request.headers.insert(http::header::AUTHORIZATION, value);
    }
    request
}
