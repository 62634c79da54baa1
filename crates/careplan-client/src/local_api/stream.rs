//! Events as a stream (server-sent events).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use tokio::time::{Instant, sleep_until};

use super::LocalApi;
use super::events::EventShown;
use super::guard::Caller;
use super::waiting::Waiting;
use crate::state::StateFault;

/// A comment so often, so that both sides know that the other lives. The token is judged again then, too.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Events written at once.
const EVENTS_AT_ONCE: u32 = 100;

/// One open stream.
pub(super) struct Stream {
    api: Arc<LocalApi>,
    caller: Caller,
    waiting: Waiting,
    since: i64,
    beat_at: Instant,
    /// The last page was full: look again before waiting.
    more: bool,
    begun: bool,
}

impl Stream {
    pub(super) fn new(api: Arc<LocalApi>, caller: Caller, waiting: Waiting, since: i64) -> Self {
        Self { api, caller, waiting, since, beat_at: Instant::now() + HEARTBEAT, more: true, begun: false }
    }

    /// The next piece; `None` ends the stream. Who comes again is told why.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.begun {
            // So that headers and a first byte leave at once.
            self.begun = true;
            return Some(Bytes::from_static(b": events\n\n"));
        }
        loop {
            if self.more {
                match self.events().await {
                    Ok(Some(text)) => return self.caller.is_welcome(&self.api).await.then_some(text),
                    Ok(None) => {}
                    Err(_) => return None,
                }
            }
            tokio::select! {
                is_worth = self.waiting.changed(&self.api) => {
                    if !is_worth {
                        return None;
                    }
                    self.more = true;
                }
                () = sleep_until(self.beat_at) => {
                    self.beat_at = Instant::now() + HEARTBEAT;
                    return self.caller.is_welcome(&self.api).await.then(|| Bytes::from_static(b":\n\n"));
                }
            }
        }
    }

    async fn events(&mut self) -> Result<Option<Bytes>, StateFault> {
        let events = self.api.office.state().events(self.since, EVENTS_AT_ONCE).await?;
        self.more = events.len() >= EVENTS_AT_ONCE as usize;
        let Some(last) = events.last() else { return Ok(None) };
        self.since = last.seq;
        let mut text = String::new();
        for event in events {
            let (seq, name) = (event.seq, format!("{}.{}", event.direction, event.state));
            let data = serde_json::to_string(&EventShown::from(event)).unwrap_or_default();
            text.push_str(&format!("id: {seq}\nevent: {name}\ndata: {data}\n\n"));
        }
        Ok(Some(Bytes::from(text)))
    }
}

impl IntoResponse for Stream {
    fn into_response(self) -> Response {
        let pieces = stream::unfold(self, |mut stream| async move {
            let piece = stream.next().await?;
            Some((Ok::<_, std::convert::Infallible>(piece), stream))
        });
        let mut response = Body::from_stream(pieces).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        response
    }
}
