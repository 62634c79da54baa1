//! What surrounds every request, of the Office API and of the web site: its number, its log line, its limits.
//!
//! Promises: each answer carries the number of its request; each refusal names it; a panic is one failed request. Logs the route's template, never the path.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::limits::SEALED_BYTES_MAX;
use careplan_protocol::headers::{PROBLEM_JSON, REQUEST_ID};
use careplan_protocol::{Code, Problem};
use futures_util::FutureExt as _;
use http::{HeaderValue, Method, header};
use http_body::Body as _;
use http_body_util::Limited;
use tokio::time::{Instant, timeout};
use tower_http::timeout::TimeoutBody;
use tracing::Instrument as _;

use crate::caller::CallerNote;
use crate::office_api::problem::Refused;

/// From a request's head to its answer's: the largest letter on a line of 200 kbit/s takes 14
/// minutes; a long poll one.
pub const REQUEST_TIME_MAX: Duration = Duration::from_secs(15 * 60);

/// Without a byte of a body that was announced.
pub const BODY_SILENCE_MAX: Duration = Duration::from_secs(30);

/// Route of the log line of a request that met none: its path is the caller's and not for the log.
const NO_ROUTE: &str = "-";

/// Times of one request.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// From its head to its answer's head.
    pub request: Duration,
    /// Without a byte of its body.
    pub body_silence: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { request: REQUEST_TIME_MAX, body_silence: BODY_SILENCE_MAX }
    }
}

/// Gives the requests of this process their numbers: unique, short enough to be read out.
struct Numbers {
    process: u32,
    next: AtomicU32,
}

#[derive(Clone)]
struct Edge {
    numbers: Arc<Numbers>,
    times: Times,
}

/// Surrounds the routes, and answers for paths and methods that are none.
pub fn surround(routes: Router, times: Times) -> Router {
    watch(close(routes), times)
}

/// Answers for paths and methods that are none.
pub fn close(routes: Router) -> Router {
    routes
        .fallback(async || Refused::from(Code::RouteUnknown))
        .method_not_allowed_fallback(async || Refused::from(Code::MethodNotAllowed))
}

/// Gives each request its number, its log line and its limits. A refusal leaves as a document; the problem itself stays in the
/// extensions of the answer, for whoever shows it in another way.
pub fn watch(routes: Router, times: Times) -> Router {
    let mut process = [0; 4];
    // Without randomness the numbers of two processes may meet; the log tells them apart by time.
    let _ = aws_lc_rs::rand::fill(&mut process);
    let numbers = Numbers { process: u32::from_be_bytes(process), next: AtomicU32::new(0) };
    routes.layer(from_fn_with_state(Edge { numbers: Arc::new(numbers), times }, pass))
}

async fn pass(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let number = edge.numbers.next();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = known_method(request.method());
    let caller = CallerNote::default();
    request.extensions_mut().insert(caller.clone());
    let request = limited(request, edge.times.body_silence);
    let span = tracing::info_span!("request", id = number);
    let mut response = answer(request, next, edge.times.request).instrument(span).await;
    complete(&mut response, &number, method == "HEAD");
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let (status, seconds) = (response.status().as_u16(), began.elapsed().as_secs_f64());
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    metrics::histogram!("careplan_request_seconds", &labels).record(seconds);
    let office = caller.office();
    tracing::info!(
        target: "careplan_platform::access",
        id = number,
        method,
        route,
        status,
        ms = seconds * 1000.0,
        office = office.as_ref().map(|it| it.as_str()),
        "answered"
    );
    response
}

async fn answer(request: Request, next: Next, time: Duration) -> Response {
    let answering = AssertUnwindSafe(timeout(time, next.run(request))).catch_unwind();
    match answering.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Refused::from(Code::Timeout).into_response(),
        Err(_) => {
            metrics::counter!("careplan_panics_total").increment(1);
            tracing::error!("a request ended in a panic");
            Refused::from(Code::Internal).into_response()
        }
    }
}

/// Puts the outermost limits around a body; handlers have narrower ones.
fn limited(request: Request, silence: Duration) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    let bytes_max = usize::try_from(SEALED_BYTES_MAX).unwrap_or(usize::MAX);
    request.map(|body| Body::new(Limited::new(TimeoutBody::new(silence, body), bytes_max)))
}

/// Writes the number of the request into the answer, and into the problem if it is one.
fn complete(response: &mut Response, number: &str, is_head: bool) {
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.request_id = Some(number.to_owned());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = if is_head { Body::empty() } else { Body::from(body) };
        response.extensions_mut().insert(problem);
    }
    if let Ok(value) = HeaderValue::from_str(number) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
}

/// A method by a name of ours: what a caller invents does not become a label.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "other",
    }
}

impl Numbers {
    fn next(&self) -> String {
        format!("{:08x}-{:x}", self.process, self.next.fetch_add(1, Ordering::Relaxed))
    }
}
