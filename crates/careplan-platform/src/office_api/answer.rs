//! Answers that are not problems: CMS messages, and JSON pages that a client can keep.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use careplan_domain::transmission::State;
use careplan_envelope::sha256;
use careplan_protocol::Code;
use careplan_protocol::headers::{APPLICATION_CMS, STATE};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use super::problem::Refused;

/// A CMS message: a receipt, with the state of its transmission.
pub(super) fn cms(status: StatusCode, signed: Vec<u8>, state: State) -> Response {
    let mut response = (status, signed).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(APPLICATION_CMS));
    headers.insert(STATE, HeaderValue::from_static(state.as_str()));
    response
}

/// 201 when it is so by this request, 200 when the same was asked before.
pub(super) fn created(first: bool) -> StatusCode {
    if first { StatusCode::CREATED } else { StatusCode::OK }
}

/// A refusal for want of credentials says which are wanted (RFC 9110 section 11.6.1).
pub(super) fn challenged(refused: Refused) -> Response {
    let mut answer = refused.into_response();
    if answer.status() == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"careplan\", charset=\"UTF-8\"");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// A JSON document with its entity tag.
pub(super) struct Tagged {
    body: Vec<u8>,
    tag: String,
}

impl Tagged {
    /// The tag is made of the document itself: it changes exactly when the document does.
    pub(super) fn new(document: &impl Serialize) -> Result<Self, Refused> {
        let body = serde_json::to_vec(document).map_err(|error| {
            tracing::error!(%error, "an answer cannot be written");
            Code::Internal
        })?;
        let digest = sha256(&body);
        let tag = format!("\"{}\"", hex::encode(digest.get(..16).unwrap_or_default()));
        Ok(Self { body, tag })
    }

    /// Whether the caller has it already (`If-None-Match`).
    pub(super) fn is_known(&self, request: &HeaderMap) -> bool {
        let given = request.get_all(header::IF_NONE_MATCH).iter();
        let mut tags = given.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        tags.any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.tag
        })
    }

    /// The document, or 304 when the caller has it already.
    pub(super) fn answer(self, request: &HeaderMap) -> Response {
        let known = self.is_known(request);
        let mut response = Response::new(if known { Body::empty() } else { Body::from(self.body) });
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if !known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        response
    }
}
