//! `GET /api/v1/office`: whose client this is, and how it stands.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use careplan_domain::OfficeNumber;
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::Caller;
use super::problem::Refused;
use super::{LocalApi, Problem};
use crate::service::Line;

/// The client and its office.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct About {
    /// 事業所番号; `null` before the client was set up.
    #[schema(value_type = Option<String>, example = "9970000018")]
    office: Option<OfficeNumber>,
    /// The version of the client.
    version: &'static str,
    /// The name under which this application is known here.
    application: String,
    /// Whether the platform answered when it was last asked: `online`, `offline`, `unknown`. What is sent while it does not waits and
    /// goes by itself later.
    #[schema(example = "online")]
    line: &'static str,
    /// The newest event: follow the events from here to hear only of what is new.
    latest_event: i64,
}

/// Says whose client this is, and how it stands. A good first request: it shows that address and token are right.
#[utoipa::path(get, path = "/api/v1/office", operation_id = "show_office", tag = "client",
    responses(
        (status = 200, description = "The client", body = About),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(api): State<Arc<LocalApi>>,
    Caller(caller): Caller,
) -> Result<Json<About>, Refused> {
    let settings = api.office.state().settings().await?;
    let line = match api.hub.condition().line {
        Line::Unknown => "unknown",
        Line::Online => "online",
        // For an application it is one thing: what is sent waits.
        Line::Offline { .. } | Line::Stopped { .. } => "offline",
    };
    Ok(Json(About {
        office: settings.map(|settings| settings.office()),
        version: env!("CARGO_PKG_VERSION"),
        application: caller.name.to_string(),
        line,
        latest_event: api.office.state().event_bounds().await?.newest,
    }))
}
