//! `GET /v1/transmissions/{id}/letter`: the sealed bytes, whole or from where a line broke.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use careplan_domain::Digest;
use careplan_domain::transmission::{Change, State as Life};
use careplan_envelope::sha256;
use careplan_protocol::headers::{APPLICATION_CMS, STATE};
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::parameters::{transmission, unknown};
use super::problem::Refused;
use super::refusals;
use crate::blobs::{BlobFault, BlobName, verified};
use crate::caller::Caller;
use crate::mailbox::Operation;
use crate::platform::Platform;
use crate::store::letters;
use crate::store::transmissions::{Held, Shelf};

/// Fetches the sealed letter.
///
/// The receiver's first request records *fetched* before any byte leaves; then the sender can no
/// longer take the letter back. The sender can read it too, which records nothing.
#[utoipa::path(get, path = routes::LETTER, operation_id = "fetch_letter", tag = "transmissions",
    params(
        ("id" = String, Path, description = "Transmission id"),
        ("range" = Option<String>, Header, description = "One range of bytes"),
    ),
    responses(
        (status = 200, description = "The letter", content_type = "application/cms"),
        (status = 206, description = "The part asked for", content_type = "application/cms"),
        (status = 416, description = "The range lies outside the letter"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn fetch(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    fields: HeaderMap,
) -> Result<Response, Refused> {
    let id = transmission(&id)?;
    let mut conn = platform.store.read().await?;
    let found = letters::find(&mut conn, &id).await?;
    drop(conn);
    let (mut held, sealed) = found.ok_or_else(|| unknown(&id.to_string()))?;
    let is_receiver = held.header.to.office == caller.office;
    let is_sender = held.header.from.office == caller.office;
    if !is_sender && !is_receiver {
        return Err(unknown(&id.to_string()));
    }
    if is_receiver {
        let decided = held.transmission().fetch(&caller.office);
        if decided.map_err(|refusal| refusals::change(refusal, &id))? == Change::Record(Life::Fetched) {
            let fetch = Operation::Fetch { id, by: caller.office };
            let outcome = platform.mailbox.writer.submit(fetch).await?;
            held.state = outcome.map_err(|refused| refusals::operation(refused, &id))?.held.state;
        }
    }
    let range = match range(&fields, held.header.sealed_bytes, &tag(&held)) {
        Asked::All => 0..held.header.sealed_bytes,
        Asked::Part(range) => range,
        Asked::Outside => return Ok(outside(held.header.sealed_bytes)),
    };
    let body = body(&platform, &held, sealed, &range).await?;
    Ok(answer(&held, &range, body))
}

async fn body(
    platform: &Platform,
    held: &Held,
    sealed: Option<Vec<u8>>,
    range: &Range<u64>,
) -> Result<Body, Refused> {
    let length = held.header.sealed_bytes;
    match (held.shelf, sealed) {
        (Shelf::Gone, _) => Err(refusals::bytes_gone(&held.header.id, held.bytes_until)),
        (Shelf::Row, Some(sealed)) => {
            if Digest(sha256(&sealed)) != held.header.sealed_digest {
                return Err(BlobFault::Damaged.into());
            }
            let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
            let part = start.ok().zip(end.ok()).filter(|(start, end)| start <= end && *end <= sealed.len());
            let (start, end) = part.ok_or(Code::Internal)?;
            Ok(Body::from(Bytes::from(sealed).slice(start..end)))
        }
        (Shelf::Row, None) => {
            tracing::error!(transmission = %held.header.id, "a letter's row is missing");
            Err(Code::Internal.into())
        }
        (Shelf::Blob, _) => {
            let pieces = platform.mailbox.blobs.open(&BlobName::of(held), range.clone()).await?;
            if *range == (0..length) {
                Ok(Body::from_stream(verified(pieces, length, held.header.sealed_digest)))
            } else {
                // A part cannot be checked; whoever puts the parts together checks the whole.
                Ok(Body::from_stream(pieces))
            }
        }
    }
}

/// The entity tag of a letter: its digest.
fn tag(held: &Held) -> String {
    format!("\"{}\"", held.header.sealed_digest)
}

fn answer(held: &Held, range: &Range<u64>, body: Body) -> Response {
    let length = held.header.sealed_bytes;
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(APPLICATION_CMS));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    headers.insert(STATE, HeaderValue::from_static(held.state.as_str()));
    if let Ok(tag) = HeaderValue::from_str(&tag(held)) {
        headers.insert(header::ETAG, tag);
    }
    if *range != (0..length) {
        let place = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        if let Ok(place) = HeaderValue::from_str(&place) {
            headers.insert(header::CONTENT_RANGE, place);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

fn outside(length: u64) -> Response {
    let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("bytes */{length}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, place);
    }
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    Part(Range<u64>),
    Outside,
}

/// What part is asked for (RFC 9110 section 14). A range that is not understood, or that belongs
/// to another version (`If-Range`), asks for all.
fn range(fields: &HeaderMap, length: u64, tag: &str) -> Asked {
    let if_range = fields.get(header::IF_RANGE);
    if if_range.is_some_and(|given| given.as_bytes() != tag.as_bytes()) {
        return Asked::All;
    }
    let text = fields.get(header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = text.and_then(|text| text.strip_prefix("bytes=")?.trim().split_once('-'))
    else {
        return Asked::All;
    };
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|it| it.is_ascii_digit()));
    match (number(first), number(last)) {
        (Some(first), _) if first >= length => Asked::Outside,
        (Some(first), Some(last)) if last < first => Asked::All,
        (Some(first), Some(last)) => Asked::Part(first..length.min(last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Asked::Part(first..length),
        (None, Some(0)) if first.is_empty() => Asked::Outside,
        (None, Some(suffix)) if first.is_empty() => Asked::Part(length.saturating_sub(suffix)..length),
        _ => Asked::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Asked {
        let mut fields = HeaderMap::new();
        fields.insert(header::RANGE, text.parse().unwrap());
        range(&fields, 100, "\"tag\"")
    }

    #[test]
    fn one_range_of_bytes_is_understood_and_everything_else_asks_for_all() {
        assert_eq!(asked("bytes=0-9"), Asked::Part(0..10));
        assert_eq!(asked("bytes=90-"), Asked::Part(90..100));
        assert_eq!(asked("bytes=99-99"), Asked::Part(99..100));
        assert_eq!(asked("bytes=50-1000"), Asked::Part(50..100));
        assert_eq!(asked("bytes=-10"), Asked::Part(90..100));
        assert_eq!(asked("bytes=-1000"), Asked::Part(0..100));
        for outside in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(asked(outside), Asked::Outside, "{outside}");
        }
        for all in ["bytes=9-0", "bytes=0-1,4-5", "bytes=a-b", "lines=1-2", "bytes=+1-2", "bytes=-"] {
            assert_eq!(asked(all), Asked::All, "{all}");
        }
    }

    #[test]
    fn a_range_of_another_version_asks_for_all() {
        let mut fields = HeaderMap::new();
        fields.insert(header::RANGE, "bytes=0-9".parse().unwrap());
        fields.insert(header::IF_RANGE, "\"other\"".parse().unwrap());
        assert_eq!(range(&fields, 100, "\"tag\""), Asked::All);
    }
}
