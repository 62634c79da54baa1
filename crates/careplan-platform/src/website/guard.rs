//! What surrounds every page: headers, forms from elsewhere, too many requests.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::OfficeNumber;
use careplan_protocol::{Code, Problem};
use careplan_web::headers;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::Website;
use super::show::HTML;
use super::visit::address;
use super::{admit, squeeze};
use crate::office_api::problem::Refused;
use crate::serve::edge::{self, Times};
use crate::tls::PeerAddress;

/// Requests a second of one address before anybody is known. A whole town office may sit behind one address.
const ADDRESS_A_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// The same at once, after a pause.
const ADDRESS_AT_ONCE: NonZeroU32 = NonZeroU32::new(200).unwrap();
/// Requests a second of one office that is logged in.
const ACCOUNT_A_SECOND: NonZeroU32 = NonZeroU32::new(5).unwrap();
/// The same at once, after a pause.
const ACCOUNT_AT_ONCE: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// Addresses or offices remembered before those that were quiet are forgotten.
const REMEMBERED_MAX: usize = 50_000;

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// How many requests are too many.
pub(super) struct Limits<C: Clock = DefaultClock> {
    addresses: Limiter<IpAddr, C>,
    accounts: Limiter<OfficeNumber, C>,
}

impl<C: Clock + Clone> Limits<C> {
    pub(super) fn by(clock: &C) -> Self {
        let addresses = Quota::per_second(ADDRESS_A_SECOND).allow_burst(ADDRESS_AT_ONCE);
        let accounts = Quota::per_second(ACCOUNT_A_SECOND).allow_burst(ACCOUNT_AT_ONCE);
        Self {
            addresses: RateLimiter::dashmap_with_clock(addresses, clock.clone()),
            accounts: RateLimiter::dashmap_with_clock(accounts, clock.clone()),
        }
    }

    fn address(&self, address: IpAddr) -> Result<(), Refused> {
        if self.addresses.len() > REMEMBERED_MAX {
            self.addresses.retain_recent();
        }
        self.addresses.check_key(&network(address)).map_err(|_| Refused::from(Code::TooManyRequests))
    }

    /// One more request of an office.
    ///
    /// # Errors
    /// When there were too many.
    pub(super) fn account(&self, office: OfficeNumber) -> Result<(), Refused> {
        if self.accounts.len() > REMEMBERED_MAX {
            self.accounts.retain_recent();
        }
        self.accounts.check_key(&office).map_err(|_| Refused::from(Code::TooManyRequests))
    }
}

/// Who has one address of IPv6 has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6((u128::from(six) & !u128::from(u64::MAX)).into()),
    }
}

/// Puts the guards around the routes, the outermost last.
pub(super) fn around(routes: Router, site: Arc<Website>) -> Router {
    let forms = CsrfLayer::new().with_rejection_response(|_: ProtectionError| foreign_form());
    // Browsers send the origin that people see, which a proxy may have under another host.
    let forms = match forms.clone().add_trusted_origin(site.url.as_str()) {
        Ok(trusting) => trusting,
        Err(_) => forms,
    };
    // Paths that are none count as any other.
    let routes = edge::close(routes);
    let routes = routes.layer(forms).layer(from_fn(told)).layer(from_fn_with_state(site.clone(), count));
    let routes = edge::watch(routes, Times::default());
    routes.layer(from_fn_with_state(site, complete))
}

/// Every browser says where a form comes from, by one header or the other. What says neither comes from none, and the layer
/// beneath would let it pass.
async fn told(request: Request, next: Next) -> Response {
    let says =
        |headers: &HeaderMap| headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_read || says(request.headers()) { next.run(request).await } else { foreign_form() }
}

fn foreign_form() -> Response {
    Refused::from(Problem::new(Code::FormForeign)).into_response()
}

async fn count(State(site): State<Arc<Website>>, request: Request, next: Next) -> Response {
    if let Some(PeerAddress(peer)) = request.extensions().get() {
        let address = address(request.headers(), *peer, site.behind_proxy);
        if let Err(refused) = site.guard.address(address) {
            return refused.into_response();
        }
    }
    next.run(request).await
}

/// Draws problems for people, and adds the headers that every answer has.
async fn complete(State(site): State<Arc<Website>>, request: Request, next: Next) -> Response {
    let accepts_gzip = squeeze::accepted(request.headers());
    let (token, is_head) = (admit::token(request.headers()), request.method() == Method::HEAD);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let viewer = site.viewer_of_problem(token, &problem).await;
        let html = site.problem_page(&problem, &viewer);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(html.len()));
        *response.body_mut() = if is_head { Body::empty() } else { Body::from(html) };
    }
    let mut response = squeeze::squeeze(response, accepts_gzip).await;
    let answer = response.headers_mut();
    for (name, value) in headers::ON_EVERY_ANSWER {
        answer.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if site.url.as_str().starts_with("https://") {
        let value = HeaderValue::from_static(headers::STRICT_TRANSPORT_SECURITY);
        answer.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    answer.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(headers::CACHE_PAGES));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn an_address_may_ask_so_often_at_once_and_not_once_more() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::by(&clock);
        let address = "192.0.2.1".parse().unwrap();
        for _ in 0..ADDRESS_AT_ONCE.get() {
            limits.address(address).unwrap();
        }
        limits.address(address).unwrap_err();
        limits.address("192.0.2.2".parse().unwrap()).unwrap();
        // A second later there is room for as many as come in a second.
        clock.advance(Duration::from_secs(1));
        for _ in 0..ADDRESS_A_SECOND.get() {
            limits.address(address).unwrap();
        }
        limits.address(address).unwrap_err();
    }

    #[test]
    fn an_office_may_ask_so_often_at_once_and_not_once_more() {
        let clock = FakeRelativeClock::default();
        let limits = Limits::by(&clock);
        let office = "9970000018".parse().unwrap();
        for _ in 0..ACCOUNT_AT_ONCE.get() {
            limits.account(office).unwrap();
        }
        limits.account(office).unwrap_err();
        limits.account("9970000026".parse().unwrap()).unwrap();
        clock.advance(Duration::from_secs(1));
        for _ in 0..ACCOUNT_A_SECOND.get() {
            limits.account(office).unwrap();
        }
        limits.account(office).unwrap_err();
    }

    #[test]
    fn the_neighbours_of_an_ipv6_address_are_the_same_caller() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
