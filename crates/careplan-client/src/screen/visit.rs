//! One request of a person: when, and with which session.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use careplan_domain::Timestamp;
use http::request::Parts;

use super::Screen;
use super::refused::Refused;
use crate::staff::{Session, Stage};

/// One request. Made once at the edge; handlers take it as an argument.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    /// The instant of the request.
    pub(super) now: Timestamp,
    /// The session, however far it may go.
    pub(super) session: Option<Session>,
}

impl FromRequestParts<Arc<Screen>> for Visit {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Screen>) -> Result<Self, Refused> {
        // Put there by `admit`, through which every route goes.
        parts.extensions.get::<Self>().cloned().ok_or_else(Refused::inside)
    }
}

/// A member of staff who is logged in and owes nothing.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The request.
    pub(super) visit: Visit,
    /// Whose it is.
    pub(super) session: Session,
}

impl FromRequestParts<Arc<Screen>> for Member {
    type Rejection = Refused;

    /// `admit` let only such sessions through; without one the route is in the table under the wrong heading.
    async fn from_request_parts(parts: &mut Parts, screen: &Arc<Screen>) -> Result<Self, Refused> {
        let visit = Visit::from_request_parts(parts, screen).await?;
        let session = visit.session.clone().filter(|session| session.stage == Stage::Full);
        let session = session.ok_or_else(Refused::inside)?;
        Ok(Self { visit, session })
    }
}
