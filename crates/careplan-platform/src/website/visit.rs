//! One request of a person: when, from where, and with which session.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::Code;
use http::HeaderMap;
use http::request::Parts;

use super::Website;
use crate::login::{Session, Visitor};
use crate::office_api::problem::Refused;

/// The header in which a proxy says whom it speaks for; each proxy on the way adds an entry at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// One request. Made once at the edge; handlers take it as an argument.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    /// The instant of the request.
    pub(super) now: Timestamp,
    /// Where it comes from.
    pub(super) address: IpAddr,
    /// The session, however far it may go.
    pub(super) session: Option<Session>,
}

impl Visit {
    /// What a session remembers of the browser.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Visitor {
        let agent = headers.get(http::header::USER_AGENT).and_then(|value| value.to_str().ok());
        Visitor::new(agent, self.address)
    }
}

/// The address of a caller. A proxy's word counts only where one is configured: anybody can write the header.
pub(super) fn address(headers: &HeaderMap, peer: IpAddr, behind_proxy: bool) -> IpAddr {
    if !behind_proxy {
        return peer;
    }
    let entries = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let last = entries.flat_map(|value| value.split(',')).last();
    last.and_then(|entry| entry.trim().parse().ok()).unwrap_or(peer)
}

impl FromRequestParts<Arc<Website>> for Visit {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Website>) -> Result<Self, Refused> {
        // Put there by `admit`, through which every route goes.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refused::from(Code::Internal))
    }
}

/// An office that is logged in and owes nothing: its own password, and the second factor where there is one.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The request.
    pub(super) visit: Visit,
    /// Its session.
    pub(super) session: Session,
    /// Whose it is.
    pub(super) office: OfficeNumber,
}

impl FromRequestParts<Arc<Website>> for Member {
    type Rejection = Refused;

    /// `admit` let only such sessions through; without one the route is in the table under the wrong heading.
    async fn from_request_parts(parts: &mut Parts, site: &Arc<Website>) -> Result<Self, Refused> {
        let visit = Visit::from_request_parts(parts, site).await?;
        let session = visit.session.clone().filter(super::admit::is_full);
        let session = session.ok_or_else(|| Refused::from(Code::Internal))?;
        Ok(Self { office: session.office(), visit, session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (FORWARDED_FOR.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_address_is_the_connections_unless_a_proxy_is_configured() {
        let peer: IpAddr = "192.0.2.1".parse().unwrap();
        let said = headers(&["203.0.113.9, 198.51.100.7"]);
        assert_eq!(address(&said, peer, false), peer);
        assert_eq!(address(&said, peer, true), "198.51.100.7".parse::<IpAddr>().unwrap());
        let twice = headers(&["198.51.100.7", " 2001:db8::1 "]);
        assert_eq!(address(&twice, peer, true), "2001:db8::1".parse::<IpAddr>().unwrap());
        for nonsense in [headers(&[]), headers(&["unknown"])] {
            assert_eq!(address(&nonsense, peer, true), peer);
        }
    }
}
