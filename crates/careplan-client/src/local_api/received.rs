//! `/api/v1/received`: what came, its files, and taking it over.

mod files;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use files::*;

use super::guard::Caller;
use super::parameters::{Parameters, limit};
use super::problem::{Refused, invalid};
use super::refusals::{transmission, unknown};
use super::shown::{Transmission, one};
use super::{LocalApi, Problem};
use crate::history::Direction;
use crate::staff::Actor;

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WaitingQuery {
    /// `next` of the page before; from the beginning when absent.
    after: Option<String>,
    /// How many at most: 1–500, 100 when absent.
    limit: Option<u32>,
}

/// Units that wait to be imported.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitingPage {
    /// In the order in which they are to be imported: that of their serials.
    units: Vec<Transmission>,
    /// Ask again with `after=` this for more; absent on the last page.
    next: Option<String>,
}

/// Lists the units that wait for the care software: received, acknowledged, and not marked as imported.
///
/// They come in the order of their serials, in which the standard wants them imported.
#[utoipa::path(get, path = "/api/v1/received", operation_id = "list_units_to_import", tag = "receive",
    params(WaitingQuery),
    responses(
        (status = 200, description = "A page", body = WaitingPage),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn waiting(
    State(api): State<Arc<LocalApi>>,
    Parameters(query): Parameters<WaitingQuery>,
) -> Result<Json<WaitingPage>, Refused> {
    let limit = limit(query.limit)?;
    let after = query.after.as_deref().map(place).transpose()?.unwrap_or_default();
    let mut found = api.office.state().received_to_import(&after, limit + 1).await?;
    let is_last = found.len() <= limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| !is_last).map(|last| {
        let serial = last.serial.as_deref().unwrap_or_default();
        format!("{serial}.{}", last.header.id)
    });
    let mut units = Vec::with_capacity(found.len());
    for received in found {
        units.extend(one(&api.office, received.header.id, Direction::Received).await?);
    }
    Ok(Json(WaitingPage { units, next }))
}

/// Serial and id of the last one of a page.
fn place(text: &str) -> Result<(String, String), Refused> {
    let (serial, id) =
        text.split_once('.').ok_or_else(|| invalid("after", "前のページの next を指定してください"))?;
    Ok((serial.to_owned(), id.to_owned()))
}

/// Shows where something that came stands.
#[utoipa::path(get, path = "/api/v1/received/{id}", operation_id = "show_received", tag = "receive",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "The transmission", body = Transmission),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(api): State<Arc<LocalApi>>,
    Path(id): Path<String>,
) -> Result<Json<Transmission>, Refused> {
    shown(&api, &id).await.map(Json)
}

/// Says that the care software took a unit over; the sender gets a signed receipt (取込証). What was marked before is answered the same.
#[utoipa::path(put, path = "/api/v1/received/{id}/imported", operation_id = "mark_imported", tag = "receive",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "Marked; the state is `importing` until the receipt is handed in, then `imported`", body = Transmission),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn imported(
    State(api): State<Arc<LocalApi>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Transmission>, Refused> {
    let id = transmission(&id)?;
    api.office.mark_imported_by(id, &Actor::from(&caller.name)).await?;
    api.hub.changed();
    shown(&api, &id.to_string()).await.map(Json)
}

async fn shown(api: &LocalApi, id: &str) -> Result<Transmission, Refused> {
    one(&api.office, transmission(id)?, Direction::Received).await?.ok_or_else(|| unknown(id))
}
