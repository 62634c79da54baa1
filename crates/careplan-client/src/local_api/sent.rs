//! `/api/v1/sent/{id}`: one transmission that was sent, and taking it back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;

use super::guard::Caller;
use super::problem::Refused;
use super::refusals::{transmission, unknown};
use super::shown::{Transmission, one};
use super::{LocalApi, Problem};
use crate::history::Direction;
use crate::outbox::Withdrawal;
use crate::staff::Actor;

/// Shows where something that was sent stands.
#[utoipa::path(get, path = "/api/v1/sent/{id}", operation_id = "show_sent", tag = "send",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "The transmission", body = Transmission),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(api): State<Arc<LocalApi>>,
    Path(id): Path<String>,
) -> Result<Json<Transmission>, Refused> {
    let id = transmission(&id)?;
    let shown = one(&api.office, id, Direction::Sent).await?;
    shown.map(Json).ok_or_else(|| unknown(&id.to_string()))
}

/// Takes something back that its receiver has not fetched yet. What was taken back before is answered the same.
///
/// The platform decides: `already-fetched` when it is too late. Where it does not answer now, it is asked again until it does: the answer is 202, and
/// the transmission has the trouble `withdrawing` until then.
#[utoipa::path(put, path = "/api/v1/sent/{id}/withdrawal", operation_id = "withdraw", tag = "send",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "Taken back", body = Transmission),
        (status = 202, description = "To be taken back as soon as the platform answers", body = Transmission),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn withdraw(
    State(api): State<Arc<LocalApi>>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Transmission>), Refused> {
    let id = transmission(&id)?;
    let status = match api.office.withdraw_by(id, &Actor::from(&caller.name)).await? {
        Withdrawal::Done => StatusCode::OK,
        Withdrawal::Waiting => StatusCode::ACCEPTED,
    };
    api.hub.changed();
    let shown = one(&api.office, id, Direction::Sent).await?;
    shown.map(|shown| (status, Json(shown))).ok_or_else(|| unknown(&id.to_string()))
}
