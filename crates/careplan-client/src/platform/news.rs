//! News for this office: pages, long polls, and a stream of server-sent events.

use std::time::Duration;

use bytes::BytesMut;
use careplan_protocol::office_api::{Event, EventPage};
use careplan_protocol::{headers, routes};
use futures_util::StreamExt as _;

use super::{Listening, PATIENCE, Platform, PlatformFault, Request, TransportFault, fault};

/// One event of the stream is a few hundred bytes; a line without end is none of ours.
const EVENT_BYTES_MAX: usize = 64 * 1024;

impl Platform {
    /// A page of news after a cursor; waits up to `wait` for something to be there.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn news(&self, after: i64, wait: Duration) -> Result<EventPage, PlatformFault> {
        let mut request = Request::get(format!("{}?after={after}", routes::EVENTS));
        if !wait.is_zero() {
            request = request
                .header(headers::PREFER, format_args!("wait={}", wait.as_secs()))
                .patience(PATIENCE + wait);
        }
        self.ask_json(request).await
    }

    /// Opens the stream of news after a cursor.
    ///
    /// # Errors
    /// [`PlatformFault`]; also when something in between does not let streams through.
    pub async fn listen(&self, after: i64) -> Result<NewsReader, PlatformFault> {
        let request = Request::get(format!("{}?after={after}", routes::EVENTS))
            .header("accept", "text/event-stream")
            .header("last-event-id", after);
        let listening = self.transport.listen(request).await?;
        let is_stream = listening
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("text/event-stream"));
        if !listening.status.is_success() {
            return Err(refusal(listening).await);
        }
        if !is_stream {
            return Err(PlatformFault::Unreadable { status: listening.status.as_u16() });
        }
        Ok(NewsReader { listening, buffer: BytesMut::new() })
    }
}

async fn refusal(mut listening: Listening) -> PlatformFault {
    let mut body = BytesMut::new();
    while let Some(Ok(piece)) = listening.body.next().await {
        body.extend_from_slice(&piece);
        if body.len() > EVENT_BYTES_MAX {
            break;
        }
    }
    let answer = super::Answer { status: listening.status, headers: listening.headers, body: body.freeze() };
    fault::read_fault(&answer)
}

/// Reads events from an open stream.
pub struct NewsReader {
    listening: Listening,
    buffer: BytesMut,
}

impl NewsReader {
    /// The next event; `None` when the platform ended the stream in good order.
    ///
    /// # Errors
    /// [`TransportFault`] when the line broke or fell silent.
    pub async fn next(&mut self) -> Result<Option<Event>, TransportFault> {
        loop {
            while let Some(block) = take_block(&mut self.buffer) {
                if let Some(event) = read_block(&block) {
                    return Ok(Some(event));
                }
            }
            if self.buffer.len() > EVENT_BYTES_MAX {
                return Err(TransportFault::TooLong);
            }
            match self.listening.body.next().await {
                Some(piece) => self.buffer.extend_from_slice(&piece?),
                None => return Ok(None),
            }
        }
    }
}

/// One event with its empty line, when it is there completely.
fn take_block(buffer: &mut BytesMut) -> Option<BytesMut> {
    let end = (0..buffer.len()).find_map(|at| {
        let rest = &buffer[at..];
        [b"\n\n".as_slice(), b"\r\n\r\n"]
            .into_iter()
            .find(|gap| rest.starts_with(gap))
            .map(|gap| at + gap.len())
    })?;
    Some(buffer.split_to(end))
}

/// The event in a block; comments (heartbeats) and what a newer platform may add are skipped.
fn read_block(block: &[u8]) -> Option<Event> {
    let text = std::str::from_utf8(block).ok()?;
    let data: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| data.strip_prefix(' ').unwrap_or(data))
        .collect();
    serde_json::from_str(&data.join("\n")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_from_pieces_and_heartbeats_are_skipped() {
        let stream = concat!(
            ": heartbeat\n\n",
            "id: 7\nevent: acknowledged\n",
            r#"data: {"seq":7,"state":"acknowledged","transmission":"01920000-0000-7000-8000-000000000001","at":"2026-11-22T00:00:00Z"}"#,
            "\n\nid: 8"
        );
        let mut buffer = BytesMut::new();
        let mut read = Vec::new();
        for piece in stream.as_bytes().chunks(9) {
            buffer.extend_from_slice(piece);
            while let Some(block) = take_block(&mut buffer) {
                read.extend(read_block(&block).map(|event| event.seq));
            }
        }
        assert_eq!(read, [7]);
        assert_eq!(&buffer[..], b"id: 8");
    }

    async fn first_event_after(line: usize) -> Result<Option<i64>, TransportFault> {
        let event = r#"data: {"seq":7,"state":"acknowledged","transmission":"01920000-0000-7000-8000-000000000001","at":"2026-11-22T00:00:00Z"}"#;
        let pieces = [b":".repeat(line), [b"\n\n", event.as_bytes(), b"\n\n"].concat()];
        let body = futures_util::stream::iter(pieces.map(|piece| Ok(piece.into()))).boxed();
        let (status, headers) = (http::StatusCode::OK, http::HeaderMap::new());
        let listening = Listening { status, headers, body };
        let mut reader = NewsReader { listening, buffer: BytesMut::new() };
        Ok(reader.next().await?.map(|event| event.seq))
    }

    #[tokio::test]
    async fn a_line_of_the_stream_is_read_up_to_its_limit_and_not_one_byte_past_it() {
        assert_eq!(first_event_after(EVENT_BYTES_MAX).await, Ok(Some(7)));
        assert_eq!(first_event_after(EVENT_BYTES_MAX + 1).await, Err(TransportFault::TooLong));
    }
}
