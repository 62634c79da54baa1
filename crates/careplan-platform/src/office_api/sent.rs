//! `GET /v1/sent`: what the calling office sent, with states.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use careplan_domain::transmission::State as Life;
use careplan_protocol::office_api::TransmissionPage;
use careplan_protocol::{Problem, routes};
use http::HeaderMap;
use serde::Deserialize;

use super::answer::Tagged;
use super::inbox::listed;
use super::parameters::{Parameters, after, invalid, limit};
use super::problem::Refused;
use crate::caller::Caller;
use crate::platform::Platform;
use crate::store::lists::{self, Page};

/// Which page of the sent list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SentQuery {
    /// Entries after this `seq`; from the beginning when absent.
    after: Option<i64>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
    /// Only those in this state.
    state: Option<String>,
}

/// Lists what the calling office sent, oldest first.
#[utoipa::path(get, path = routes::SENT, operation_id = "list_sent", tag = "lists",
    params(SentQuery, ("if-none-match" = Option<String>, Header, description = "`etag` of a page that is known")),
    responses(
        (status = 200, description = "A page", body = TransmissionPage),
        (status = 304, description = "The page is the one that is known"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Parameters(query): Parameters<SentQuery>,
    fields: HeaderMap,
) -> Result<Response, Refused> {
    let page = Page { office: caller.office, after: after(query.after)?, limit: limit(query.limit)? };
    let state = match query.state.as_deref() {
        None => None,
        Some(text) => Some(Life::parse(text).ok_or_else(|| invalid("state", "値に誤りがあります"))?),
    };
    let mut conn = platform.store.read().await?;
    let found = lists::sent(&mut conn, Page { limit: page.limit + 1, ..page }, state).await?;
    Ok(Tagged::new(&listed(page, found, |held| held.sent_seq))?.answer(&fields))
}
