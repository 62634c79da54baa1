//! `GET /api/v1/events`: what happened, as a page, a long poll or a stream.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use careplan_domain::{Timestamp, TransmissionId};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::guard::Caller;
use super::parameters::{Parameters, limit};
use super::problem::{Code, Refused, invalid};
use super::stream::Stream;
use super::waiting::{Patience, Waiting};
use super::{LocalApi, Problem};
use crate::state::Event;

/// Events that are remembered: the month ends of a large office, several times over. Migration 0006 obeys it.
pub const EVENTS_KEPT: i64 = 50_000;

/// Which page of the events.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// Events after this `seq`; from the oldest that is remembered when absent.
    after: Option<i64>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// Something that happened to a transmission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct EventShown {
    /// Its place: use it as `after`.
    pub(super) seq: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `sent` or `received`.
    #[schema(example = "received")]
    direction: String,
    /// 送信番号.
    #[schema(value_type = String, example = "01920000-0000-7000-8000-000000000001")]
    transmission: TransmissionId,
    /// The state that it has since; see the states of a transmission. `received` and `acknowledged`: there is something to import.
    #[schema(example = "acknowledged")]
    pub(super) state: String,
}

impl From<Event> for EventShown {
    fn from(event: Event) -> Self {
        let Event { seq, at, direction, transmission, state } = event;
        Self { seq, at, direction, transmission, state }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventPage {
    /// Oldest first.
    events: Vec<EventShown>,
    /// Ask again with `after=` this.
    next: i64,
}

/// Follows what happens: something new came, or something that was sent or received moved on.
///
/// With `Accept: text/event-stream` a stream of server-sent events (`id` is the `seq`, `event` the direction and the state such as
/// `received.acknowledged`, `data` the event as JSON) that goes on from `Last-Event-ID`; otherwise a page, for which `Prefer: wait=N`
/// waits up to N (60) seconds while there is nothing new. The newest 50,000 events are remembered; who was away for longer is told
/// `events-gone` and reads the lists anew.
#[utoipa::path(get, path = "/api/v1/events", operation_id = "follow_events", tag = "events",
    params(
        EventQuery,
        ("prefer" = Option<String>, Header, description = "`wait=30`: wait for something new"),
        ("last-event-id" = Option<i64>, Header, description = "Stream: go on after this `seq`"),
    ),
    responses(
        (status = 200, description = "A page, or a stream",
            content((EventPage = "application/json"), (String = "text/event-stream"))),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn follow(
    State(api): State<Arc<LocalApi>>,
    caller: Caller,
    Parameters(query): Parameters<EventQuery>,
    fields: HeaderMap,
) -> Result<Response, Refused> {
    let limit = limit(query.limit)?;
    if wants_stream(&fields) {
        let since = beginning(&api, last_event_id(&fields)?.or(query.after)).await?;
        let waiting = Waiting::begin(&api)?;
        return Ok(Stream::new(api, caller, waiting, since).into_response());
    }
    let since = beginning(&api, query.after).await?;
    let mut patience = Patience::begin(&api, &fields)?;
    loop {
        let events = api.office.state().events(since, limit).await?;
        if events.is_empty() && patience.again(&api).await {
            continue;
        }
        let next = events.last().map_or(since, |event| event.seq);
        return Ok(Json(EventPage { events: events.into_iter().map(EventShown::from).collect(), next })
            .into_response());
    }
}

/// The place after which to begin. One from before what is remembered has lost events, and one from after all that ever happened belongs
/// to a state file that was there before a backup took its place.
async fn beginning(api: &LocalApi, after: Option<i64>) -> Result<i64, Refused> {
    let bounds = api.office.state().event_bounds().await?;
    let before_oldest = bounds.oldest.map_or(bounds.newest, |oldest| oldest - 1);
    match after {
        None => Ok(before_oldest),
        Some(after) if (before_oldest..=bounds.newest).contains(&after) => Ok(after),
        Some(after) => Err(Refused::from(Code::EventsGone).detail(format!("after は `{after}` です。"))),
    }
}

fn wants_stream(fields: &HeaderMap) -> bool {
    let mut accepted = fields.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/event-stream"))
}

fn last_event_id(fields: &HeaderMap) -> Result<Option<i64>, Refused> {
    let Some(value) = fields.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some).ok_or_else(|| invalid("last-event-id", "数で指定してください"))
}
