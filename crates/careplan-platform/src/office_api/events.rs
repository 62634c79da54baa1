//! `GET /v1/events`: news of the calling office, as a page, a long poll or a stream.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use careplan_protocol::office_api::{Event, EventPage};
use careplan_protocol::{Problem, routes};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use tokio::time::sleep;

use super::answer::Tagged;
use super::parameters::{Parameters, after, invalid, limit};
use super::problem::Refused;
use super::waiting::{Waiting, preferred};
use crate::caller::{Caller, Connection};
use crate::mailbox::Subscription;
use crate::platform::Platform;
use crate::store::events;

/// A comment in the stream so often, so that proxies and clients know that it lives.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The caller is judged again at every so many heartbeats, and at every piece of news: a revoked
/// certificate or a suspended office must not listen on.
const HEARTBEATS_JUDGED: u32 = 3;

/// Events written to the stream at once.
const EVENTS_STREAMED: u32 = 100;

/// Which page of the news.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// News after this `seq`; from the beginning when absent.
    after: Option<i64>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// News for the calling office: something new in its inbox, or a change of something it sent.
///
/// With `Accept: text/event-stream` a stream of server-sent events (`id` is the `seq`, `event` the
/// state, `data` the event as JSON) that goes on from `Last-Event-ID`; otherwise a page, for which
/// `Prefer: wait=N` waits up to N (60) seconds while there is no news.
#[utoipa::path(get, path = routes::EVENTS, operation_id = "follow_events", tag = "lists",
    params(
        EventQuery,
        ("prefer" = Option<String>, Header, description = "`wait=30`: wait for news"),
        ("last-event-id" = Option<i64>, Header, description = "Stream: go on after this `seq`"),
        ("if-none-match" = Option<String>, Header, description = "`etag` of a page that is known"),
    ),
    responses(
        (status = 200, description = "A page, or a stream",
            content((EventPage = "application/json"), (String = "text/event-stream"))),
        (status = 304, description = "The page is the one that is known"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn follow(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Extension(connection): Extension<Arc<Connection>>,
    Parameters(query): Parameters<EventQuery>,
    fields: HeaderMap,
) -> Result<Response, Refused> {
    let since = after(query.after)?;
    let limit = limit(query.limit)?;
    if wants_stream(&fields) {
        let since = last_event_id(&fields)?.unwrap_or(since);
        return Ok(streamed(Stream::new(platform, caller, connection, since)));
    }
    let mut waiting = Waiting::begin(&platform, caller.office, &connection, preferred(&fields));
    loop {
        let mut conn = platform.store.read().await?;
        let news = events::news(&mut conn, caller.office, since, limit).await?;
        drop(conn);
        if news.is_empty() && waiting.again().await {
            continue;
        }
        let next = news.last().map_or(since, |event| event.seq);
        let page = EventPage { events: news.into_iter().map(shown).collect(), next };
        return Ok(Tagged::new(&page)?.answer(&fields));
    }
}

fn wants_stream(fields: &HeaderMap) -> bool {
    let mut accepted = fields.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("text/event-stream"))
}

fn last_event_id(fields: &HeaderMap) -> Result<Option<i64>, Refused> {
    let Some(value) = fields.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok()).filter(|id| *id >= 0);
    id.map(Some).ok_or_else(|| invalid("last-event-id", "0以上の数で指定してください"))
}

fn shown(event: events::Event) -> Event {
    Event { seq: event.seq, state: event.state, transmission: event.transmission, at: event.at }
}

/// One open stream. Small: an idle one holds this, its connection and nothing else.
struct Stream {
    platform: Arc<Platform>,
    connection: Arc<Connection>,
    caller: Caller,
    subscription: Subscription,
    since: i64,
    beats: u32,
    /// The last page was full: look again before waiting.
    more: bool,
    begun: bool,
}

impl Stream {
    fn new(platform: Arc<Platform>, caller: Caller, connection: Arc<Connection>, since: i64) -> Self {
        let subscription = platform.mailbox.news.subscribe(caller.office);
        Self { platform, connection, caller, subscription, since, beats: 0, more: true, begun: false }
    }

    /// The next piece of the stream; `None` ends it.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.begun {
            // So that headers and a first byte leave at once, whatever stands in between.
            self.begun = true;
            return Some(Bytes::from_static(b": news\n\n"));
        }
        loop {
            if self.more {
                // Boxed, here and below: it runs now and then, and idle streams are many.
                match Box::pin(self.news()).await {
                    Ok(Some(text)) => return Some(text),
                    Ok(None) => {}
                    // The client comes again and is told why.
                    Err(_) => return None,
                }
            }
            tokio::select! {
                () = self.subscription.changed() => {
                    self.more = true;
                    Box::pin(self.judge()).await?;
                }
                () = sleep(HEARTBEAT) => {
                    self.beats += 1;
                    if self.beats.is_multiple_of(HEARTBEATS_JUDGED) {
                        Box::pin(self.judge()).await?;
                    }
                    return Some(Bytes::from_static(b":\n\n"));
                }
                () = self.connection.ending() => return None,
            }
        }
    }

    async fn news(&mut self) -> Result<Option<Bytes>, Refused> {
        let mut conn = self.platform.store.read().await?;
        let news = events::news(&mut conn, self.caller.office, self.since, EVENTS_STREAMED).await?;
        self.more = news.len() >= EVENTS_STREAMED as usize;
        let Some(last) = news.last() else { return Ok(None) };
        self.since = last.seq;
        let mut text = String::new();
        for event in news {
            let (seq, state) = (event.seq, event.state);
            let data = serde_json::to_string(&shown(event)).unwrap_or_default();
            text.push_str(&format!("id: {seq}\nevent: {state}\ndata: {data}\n\n"));
        }
        Ok(Some(Bytes::from(text)))
    }

    async fn judge(&self) -> Option<()> {
        let now = self.platform.clock.now();
        Caller::judge(&self.platform, &self.connection, now).await.ok().map(|_| ())
    }
}

fn streamed(stream: Stream) -> Response {
    let pieces = stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), stream))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies must pass each piece on at once.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
