//! What surrounds every page: the names it answers to, forms from elsewhere, headers, refusals as pages.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use careplan_web::headers;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::Screen;
use super::refused::Refused;
use super::show::refusal;

/// Puts the guards around the routes, the outermost last.
pub(super) fn around(routes: Router, screen: Arc<Screen>) -> Router {
    let forms = CsrfLayer::new()
        .with_rejection_response(|_: ProtectionError| Refused::foreign_form().into_response());
    routes
        .fallback(async || Refused::unknown())
        .method_not_allowed_fallback(async || Refused::method())
        .layer(forms)
        .layer(from_fn(told))
        .layer(from_fn_with_state(screen.clone(), knock))
        .layer(from_fn_with_state(screen, complete))
}

/// Lets in what was asked under a name of ours.
async fn knock(State(screen): State<Arc<Screen>>, request: Request, next: Next) -> Response {
    let in_head = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = request.uri().authority().map(http::uri::Authority::as_str).or(in_head);
    if host.is_some_and(|host| screen.doors.admit(host)) {
        next.run(request).await
    } else {
        Refused::host().into_response()
    }
}

/// Every browser says where a form comes from, by one header or the other. What says neither comes from none, and the layer
/// beneath would let it pass.
async fn told(request: Request, next: Next) -> Response {
    let says =
        |headers: &HeaderMap| headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read || says(request.headers()) {
        next.run(request).await
    } else {
        Refused::foreign_form().into_response()
    }
}

/// Draws refusals, catches panics, and adds the headers that every answer has.
async fn complete(State(screen): State<Arc<Screen>>, request: Request, next: Next) -> Response {
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("a request ended in a panic");
            Refused::inside().into_response()
        }
    };
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && response.extensions().get::<Refused>().is_none()
    {
        response = Refused::too_large().into_response();
    }
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        response = refusal(&screen, &refused);
    }
    let answer = response.headers_mut();
    for (name, value) in headers::ON_EVERY_ANSWER {
        // A page of forms has a narrower policy of its own.
        answer.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    answer.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(headers::CACHE_PAGES));
    response
}
