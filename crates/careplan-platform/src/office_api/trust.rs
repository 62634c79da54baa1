//! Whom to trust: the signed list of foreign authorities, and our own revocation list.
//!
//! Both are for everybody: what they say is signed, and nothing in them is secret.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use careplan_protocol::headers::APPLICATION_CMS;
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderValue, header};

use super::problem::Refused;
use crate::platform::Platform;
use crate::signer::SignFault;
use crate::store::orders::newest_list;

/// The list of foreign authorities, signed by the platform at this moment.
///
/// CMS SignedData over a trust list in JSON. No certificate is needed.
#[utoipa::path(get, path = routes::TRUST, operation_id = "show_trust", tag = "authority",
    responses(
        (status = 200, description = "CMS SignedData", content_type = "application/cms", body = Vec<u8>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(State(platform): State<Arc<Platform>>) -> Result<Response, Refused> {
    let now = platform.clock.now();
    let list = platform.trust.current().list(now);
    let content = serde_json::to_vec(&list).map_err(|_| Code::Internal)?;
    let signed = platform.signer.sign(&content, now).map_err(|fault| {
        tracing::error!(%fault, "the trust list could not be signed");
        match fault {
            SignFault::NotReady => Code::StorageUnavailable,
            SignFault::Key(_) => Code::Internal,
        }
    })?;
    Ok(([(header::CONTENT_TYPE, APPLICATION_CMS)], signed).into_response())
}

/// The newest revocation list of our authority (RFC 5280), in DER. No certificate is needed.
#[utoipa::path(get, path = routes::CRL, operation_id = "fetch_revocation_list", tag = "authority",
    responses(
        (status = 200, description = "The list", content_type = "application/pkix-crl", body = Vec<u8>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn revocation_list(State(platform): State<Arc<Platform>>) -> Result<Response, Refused> {
    let list = newest_list(&mut platform.store.read().await?).await?;
    // None yet: the authority makes the first one seconds after its first start.
    let list = list.ok_or(Code::StorageUnavailable)?;
    let mut answer = list.der.into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pkix-crl"));
    Ok(answer)
}
