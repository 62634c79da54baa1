//! What surrounds every request of the Office API.

use std::convert::Infallible;
use std::error::Error;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{get, put};
use careplan_domain::limits::SEALED_BYTES_MAX;
use careplan_platform::office_api::problem::Refused;
use careplan_platform::serve::edge::{Times, surround};
use careplan_protocol::{Code, Problem};
use futures_util::stream;
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutError;

const SHORT: Duration = Duration::from_millis(100);

fn routes(times: Times) -> Router {
    let routes = Router::new()
        .route("/v1/offices/{number}", get(async || "found"))
        .route("/refuses", get(async || Refused::from(Code::LetterGone)))
        .route("/falls", get(falls))
        .route("/hangs", get(std::future::pending::<&'static str>))
        .route("/reads", put(reads));
    surround(routes, times)
}

async fn falls() -> &'static str {
    panic!("a defect")
}

/// Reads a body and says how that went.
async fn reads(request: Request) -> String {
    match request.into_body().collect().await {
        Ok(body) => format!("{} bytes", body.to_bytes().len()),
        Err(error) => {
            let mut cause = Some(&error as &dyn Error);
            while let Some(error) = cause {
                if error.is::<TimeoutError>() {
                    return "silent".to_owned();
                }
                cause = error.source();
            }
            "too long".to_owned()
        }
    }
}

async fn call(method: Method, path: &str, body: Body) -> Response {
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let times = Times { request: SHORT, body_silence: Duration::from_millis(20) };
    routes(times).oneshot(request).await.unwrap()
}

async fn problem(response: Response) -> Problem {
    let number = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let length: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    assert_eq!(body.len(), length);
    let problem: Problem = serde_json::from_slice(&body).unwrap();
    assert_eq!(problem.request_id.as_deref(), Some(number.as_str()));
    problem
}

#[tokio::test]
async fn every_answer_carries_the_number_of_its_request_and_a_problem_names_it() {
    let answer = call(Method::GET, "/v1/offices/9970000018", Body::empty()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("x-request-id"));
    assert_eq!(problem(call(Method::GET, "/refuses", Body::empty()).await).await.code, Code::LetterGone);
}

#[tokio::test]
async fn two_requests_have_two_numbers() {
    let routes = routes(Times::default());
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let request = Request::get("/refuses").body(Body::empty()).unwrap();
        numbers.push(problem(routes.clone().oneshot(request).await.unwrap()).await.request_id.unwrap());
    }
    assert_ne!(numbers[0], numbers[1]);
}

#[tokio::test]
async fn what_is_no_route_or_no_method_of_it_is_a_problem() {
    let unknown = problem(call(Method::GET, "/v2/inbox", Body::empty()).await).await;
    assert_eq!((unknown.code, unknown.status), (Code::RouteUnknown, 404));
    let wrong = problem(call(Method::POST, "/refuses", Body::empty()).await).await;
    assert_eq!((wrong.code, wrong.status), (Code::MethodNotAllowed, 405));
}

#[tokio::test]
async fn a_problem_that_answers_head_has_no_body() {
    let answer = call(Method::HEAD, "/refuses", Body::empty()).await;
    assert_eq!(answer.status(), StatusCode::GONE);
    assert!(to_bytes(answer.into_body(), 10_000).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_panic_is_one_failed_request() {
    let fallen = problem(call(Method::GET, "/falls", Body::empty()).await).await;
    assert_eq!((fallen.code, fallen.status), (Code::Internal, 500));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered() {
    let late = problem(call(Method::GET, "/hangs", Body::empty()).await).await;
    assert_eq!((late.code, late.status), (Code::Timeout, 408));
}

#[tokio::test]
async fn a_body_that_falls_silent_is_not_waited_for() {
    let silent = stream::pending::<Result<Vec<u8>, Infallible>>();
    let request = Request::put("/reads").body(Body::from_stream(silent)).unwrap();
    let times = Times { body_silence: SHORT, ..Times::default() };
    let answer = routes(times).oneshot(request).await.unwrap();
    assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), "silent");
}

#[tokio::test]
async fn the_largest_sealed_letter_passes_and_one_byte_more_does_not() {
    let routes = routes(Times::default());
    let largest = usize::try_from(SEALED_BYTES_MAX).unwrap();
    for (bytes, said) in [(largest, format!("{largest} bytes")), (largest + 1, "too long".to_owned())] {
        let request = Request::put("/reads").body(Body::from(vec![0; bytes])).unwrap();
        let answer = routes.clone().oneshot(request).await.unwrap();
        assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), said);
    }
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_names_the_route_and_nothing_of_the_path() {
    let kept = Kept::default();
    let writer = kept.clone();
    let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let logging = tracing::subscriber::set_default(log);
    call(Method::GET, "/v1/offices/9970000018?name=hidden", Body::empty()).await;
    call(Method::GET, "/unknown/hidden", Body::empty()).await;
    drop(logging);
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert_eq!(log.matches("answered").count(), 2, "{log}");
    assert!(log.contains("/v1/offices/{number}"), "{log}");
    assert!(!log.contains("hidden") && !log.contains("9970000018"), "{log}");
}
