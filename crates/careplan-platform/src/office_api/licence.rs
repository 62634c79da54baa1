//! `GET /v1/licence`: where the calling office stands with its licence.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use careplan_domain::licence::LicenceState;
use careplan_protocol::office_api::Licence;
use careplan_protocol::{Problem, routes};

use super::problem::Refused;
use crate::caller::Caller;
use crate::platform::Platform;
use crate::store::licences::terms_of;

/// Shows the licence of the calling office. It answers also when the licence has ended.
#[utoipa::path(get, path = routes::LICENCE, operation_id = "show_licence", tag = "account",
    responses(
        (status = 200, description = "The licence", body = Licence),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
) -> Result<Json<Licence>, Refused> {
    let terms = terms_of(&mut platform.store.read().await?, &caller.office).await?;
    let licence = LicenceState::at(&terms, platform.clock.now());
    Ok(Json(Licence { office: caller.office, licence }))
}
