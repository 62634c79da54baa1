//! What surrounds every route: the name it is asked under, who asks and from where, headers, panics.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use careplan_domain::Timestamp;
use careplan_login::Token;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

use super::problem::{Code, Refused};
use super::{Application, LocalApi, Reach};
use crate::state::StateFault;

/// The last use of a token is noted so often: every request would be a write to the disk.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Puts the guards around the routes, and answers for what is no route of ours.
pub(super) fn around(routes: Router, api: Arc<LocalApi>) -> Router {
    routes
        .method_not_allowed_fallback(async || Refused::from(Code::MethodNotAllowed))
        .route("/api", any(async || Refused::from(Code::RouteUnknown)))
        .route("/api/{*rest}", any(async || Refused::from(Code::RouteUnknown)))
        .route_layer(from_fn_with_state(api, pass))
}

/// Lets in who may come in; completes every answer.
async fn pass(State(api): State<Arc<LocalApi>>, request: Request, next: Next) -> Response {
    let answered = AssertUnwindSafe(admit(&api, request, next)).catch_unwind().await;
    let mut response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(refused)) => refused.into_response(),
        Err(_) => {
            tracing::error!("a request of an application ended in a panic");
            Refused::from(Code::Internal).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn admit(api: &LocalApi, mut request: Request, next: Next) -> Result<Response, Refused> {
    judge_name(api, &request)?;
    judge_kind(request.headers())?;
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let given = request.headers().get(header::AUTHORIZATION).cloned();
    judge_place(api, from).await?;
    let application = application(api, given).await?;
    request.extensions_mut().insert(Caller(application));
    Ok(next.run(request).await)
}

/// As at the screens: what is asked under another's name comes from that one's pages.
fn judge_name(api: &LocalApi, request: &Request) -> Result<(), Refused> {
    let in_head = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = request.uri().authority().map(http::uri::Authority::as_str).or(in_head);
    if host.is_some_and(|host| api.doors.admit(host)) { Ok(()) } else { Err(Code::HostForeign.into()) }
}

/// Browsers say where a request comes from; they have the screens.
fn judge_kind(headers: &HeaderMap) -> Result<(), Refused> {
    let is_browser = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    if is_browser { Err(Code::Browser.into()) } else { Ok(()) }
}

/// Only this PC, unless the office chose otherwise. Where nobody says where a request comes from, it may come from anywhere.
async fn judge_place(api: &LocalApi, from: Option<SocketAddr>) -> Result<(), Refused> {
    if from.is_some_and(|from| from.ip().to_canonical().is_loopback()) {
        return Ok(());
    }
    match api.office.state().local_api_reach().await? {
        Reach::Office => Ok(()),
        Reach::ThisPc => Err(Code::Elsewhere.into()),
    }
}

async fn application(api: &LocalApi, given: Option<HeaderValue>) -> Result<Application, Refused> {
    let given = given.ok_or(Code::TokenMissing)?;
    let token = given.to_str().ok().and_then(bearer).ok_or(Code::TokenUnknown)?;
    let found = api.office.state().application_of(&token.digest()).await?.ok_or(Code::TokenUnknown)?;
    if found.revoked_at.is_some() {
        return Err(Code::TokenRevoked.into());
    }
    note_use(api, &found).await?;
    Ok(found)
}

/// The scheme is written in any case (RFC 9110, section 11.1).
fn bearer(value: &str) -> Option<Token> {
    let (scheme, token) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { Token::parse(token.trim()) } else { None }
}

async fn note_use(api: &LocalApi, application: &Application) -> Result<(), StateFault> {
    let now = api.office.now();
    if is_news(application.last_used_at, now) {
        api.office.state().application_used(application.n, now).await?;
    }
    Ok(())
}

/// Whether a use is worth noting; also where the clock went back.
fn is_news(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| now.duration_since(last).abs() >= USE_NOTED_EVERY)
}

/// The application that asks.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub(super) Application);

impl Caller {
    /// Whether its token still holds: who listens for hours is asked again.
    pub(super) async fn is_welcome(&self, api: &LocalApi) -> bool {
        let all = api.office.state().applications().await;
        all.is_ok_and(|all| all.iter().any(|it| it.n == self.0.n && it.revoked_at.is_none()))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::TokenMissing.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_noted_once_a_minute() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let last = Some(at("2026-11-25T01:00:00Z"));
        assert!(is_news(None, at("2026-11-25T01:00:00Z")));
        assert!(!is_news(last, at("2026-11-25T01:00:59.999Z")));
        assert!(is_news(last, at("2026-11-25T01:01:00Z")));
        assert!(is_news(last, at("2026-11-25T00:00:00Z")), "the clock went back");
    }

    #[test]
    fn a_token_stands_behind_the_word_bearer() {
        let token = Token::fresh().unwrap();
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert!(bearer(&format!("{scheme} {}", token.expose())).is_some());
        }
        for other in [format!("Basic {}", token.expose()), token.expose().to_owned(), "Bearer ".to_owned()] {
            assert!(bearer(&other).is_none(), "{other}");
        }
    }
}
