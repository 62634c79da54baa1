//! gzip for what everybody may read: the questions and the terms of use are long.
//!
//! Promise: only an answer that says so itself is squeezed. A page that shows secrets beside words of the reader is not: from
//! its length somebody on the line could guess the secret letter by letter (BREACH).

use std::io::Write as _;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use careplan_protocol::headers::REQUEST_ID;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, header};

/// Below it, a head of gzip and a packet of the network make it pointless.
const BYTES_MIN: usize = 1024;

/// Our largest page is a tenth of it. What is larger is a file, and goes as it is.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// Stands in the extensions of an answer that holds nothing secret.
#[derive(Debug, Clone, Copy)]
pub(super) struct Squeezable;

/// Whether the browser reads gzip.
pub(super) fn accepted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(',')).map(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or("q=1"))
    });
    codings.any(|(name, weight)| {
        let is_refused = weight.strip_prefix("q=").is_some_and(|it| it.parse() == Ok(0.0_f32));
        name.eq_ignore_ascii_case("gzip") && !is_refused
    })
}

/// Squeezes an answer that may be.
pub(super) async fn squeeze(mut response: Response, accepts_gzip: bool) -> Response {
    if response.extensions_mut().remove::<Squeezable>().is_none() {
        return response;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let (mut head, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, BYTES_MAX).await else {
        let number = head.headers.get(REQUEST_ID).and_then(|it| it.to_str().ok()).unwrap_or_default();
        tracing::error!(id = number, "an answer that may be squeezed is no page");
        return Response::from_parts(head, Body::empty());
    };
    if !accepts_gzip || plain.len() < BYTES_MIN {
        return Response::from_parts(head, Body::from(plain));
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 3), Compression::default());
    let squeezed = encoder.write_all(&plain).and_then(|()| encoder.finish());
    let Ok(squeezed) = squeezed else { return Response::from_parts(head, Body::from(plain)) };
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(squeezed.len()));
    Response::from_parts(head, Body::from(squeezed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_read_by_who_says_so() {
        for (value, is_accepted) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("br;q=1.0, gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("deflate, br", false),
            ("*", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
            assert_eq!(accepted(&headers), is_accepted, "{value}");
        }
        assert!(!accepted(&HeaderMap::new()));
    }
}
