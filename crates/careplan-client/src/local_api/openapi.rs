//! The description of the local API (OpenAPI 3.1), made from the code.

use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

use super::Problem;

/// What stands above the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Careplan Exchange: local API of the office client",
        description = "How care software on the same PC checks, sends and receives care plans through the office's client. \
            Each application has a token of its own (`careplan-client api-token add NAME`); every refusal is a problem document \
            (RFC 9457) with a stable code. How to begin: docs/vendors.md.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "http://localhost:8430", description = "The client on this PC, at its usual port")),
    security(("token" = [])),
    modifiers(&Token)
)]
struct Description;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The description of all routes.
pub fn document() -> OpenApi {
    let (_, routes) = super::described().split_for_parts();
    let mut document = Description::openapi();
    document.merge(routes);
    document
}

/// Shows this description.
#[utoipa::path(get, path = "/api/v1/openapi.json", operation_id = "show_description", tag = "client",
    responses(
        (status = 200, description = "This document", content_type = "application/json"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show() -> Response {
    static WRITTEN: LazyLock<Bytes> =
        LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());
    ([(header::CONTENT_TYPE, "application/json")], WRITTEN.clone()).into_response()
}
