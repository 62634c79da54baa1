//! Whom to trust: the signed list of foreign authorities, and our own revocation list.
//!
//! Both are for everybody: what they say is signed, and nothing in them is secret.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use careplan_protocol::headers::APPLICATION_CMS;
use careplan_protocol::{Code, routes};
use http::{HeaderValue, header};

use super::problem::Refused;
use crate::platform::Platform;
use crate::signer::SignFault;
use crate::store::orders::newest_list;

pub(super) fn routes() -> Router<Arc<Platform>> {
    Router::new().route(routes::TRUST, get(trust)).route(routes::CRL, get(revocation_list))
}

/// The list of foreign authorities, signed by the platform at this moment.
async fn trust(State(platform): State<Arc<Platform>>) -> Result<Response, Refused> {
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

/// The newest revocation list of our authority (RFC 5280), in DER.
async fn revocation_list(State(platform): State<Arc<Platform>>) -> Result<Response, Refused> {
    let list = newest_list(&mut platform.store.read().await?).await?;
    // None yet: the authority makes the first one seconds after its first start.
    let list = list.ok_or(Code::StorageUnavailable)?;
    let mut answer = list.der.into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pkix-crl"));
    Ok(answer)
}
