//! `GET /v1/inbox`: what was sent to the calling office.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use careplan_protocol::office_api::TransmissionPage;
use careplan_protocol::{Problem, routes};
use http::HeaderMap;
use serde::Deserialize;

use super::answer::Tagged;
use super::parameters::{Parameters, after, limit, value};
use super::problem::Refused;
use super::transmissions::entry;
use super::waiting::{Waiting, preferred};
use crate::caller::{Caller, Connection};
use crate::platform::Platform;
use crate::store::lists::{self, InboxFilter, Page};
use crate::store::transmissions::Held;

/// Which page of the inbox.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// Entries after this `seq`; from the beginning when absent.
    after: Option<i64>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
    /// Only those for this service type.
    service_type: Option<String>,
    /// `true`: only those still to be acknowledged or refused.
    waiting: Option<bool>,
}

/// Lists what was sent to the calling office, oldest first.
///
/// Withdrawn ones stay in the list with their state. `Prefer: wait=N` waits up to N (60) seconds
/// while the page is empty, or is the one named by `If-None-Match`.
#[utoipa::path(get, path = routes::INBOX, operation_id = "list_inbox", tag = "lists",
    params(
        InboxQuery,
        ("prefer" = Option<String>, Header, description = "`wait=30`: wait for news"),
        ("if-none-match" = Option<String>, Header, description = "`etag` of a page that is known"),
    ),
    responses(
        (status = 200, description = "A page", body = TransmissionPage),
        (status = 304, description = "The page is the one that is known"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Extension(connection): Extension<Arc<Connection>>,
    Parameters(query): Parameters<InboxQuery>,
    fields: HeaderMap,
) -> Result<Response, Refused> {
    let page = Page { office: caller.office, after: after(query.after)?, limit: limit(query.limit)? };
    let service_type = value("service_type", query.service_type.as_deref())?;
    let filter = InboxFilter { service_type, waiting: query.waiting.unwrap_or_default() };
    let mut waiting = Waiting::begin(&platform, caller.office, &connection, preferred(&fields));
    loop {
        let mut conn = platform.store.read().await?;
        let asked = Page { limit: page.limit + 1, ..page };
        let found = lists::inbox(&mut conn, asked, filter).await?;
        drop(conn);
        let is_empty = found.is_empty();
        let tagged = Tagged::new(&listed(page, found, |held| held.inbox_seq))?;
        let is_news = !is_empty && !tagged.is_known(&fields);
        if is_news || !waiting.again().await {
            return Ok(tagged.answer(&fields));
        }
    }
}

/// A page of what was found, where one more than asked for was looked for.
pub(super) fn listed(page: Page, mut found: Vec<Held>, seq: fn(&Held) -> i64) -> TransmissionPage {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map_or(page.after, seq);
    let transmissions = found
        .into_iter()
        .map(|held| {
            let seq = seq(&held);
            entry(held, seq)
        })
        .collect();
    TransmissionPage { transmissions, next, more }
}
