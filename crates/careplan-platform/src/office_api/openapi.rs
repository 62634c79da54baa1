//! The description of the Office API (OpenAPI 3.1), made from the code.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use careplan_protocol::routes;
use http::header;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

/// What stands above the routes.
#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Careplan Exchange: Office API",
    description = "How an office's client and the platform speak. TLS 1.3 with the office's certificate; \
        every refusal is a problem document (RFC 9457) with a stable code.",
    license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
))]
struct Description;

/// The description of all routes. Servers are left to whoever publishes it.
pub fn document() -> OpenApi {
    let (_, routes) = super::routes().split_for_parts();
    let mut document = Description::openapi();
    document.merge(routes);
    document
}

/// Shows this description.
#[utoipa::path(get, path = routes::OPENAPI, operation_id = "show_description", tag = "service",
    responses((status = 200, description = "This document", content_type = "application/json")))]
pub(super) async fn show() -> Response {
    static WRITTEN: LazyLock<Bytes> =
        LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());
    ([(header::CONTENT_TYPE, "application/json")], WRITTEN.clone()).into_response()
}
