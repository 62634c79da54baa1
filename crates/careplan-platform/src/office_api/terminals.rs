//! `/v1/terminals/{terminal}`: the keys of the calling office's own terminals.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use careplan_domain::Timestamp;
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::answer::created;
use super::body::Reader;
use super::letter_header::length;
use super::parameters::invalid;
use super::problem::Refused;
use crate::caller::{Caller, judge_identity};
use crate::platform::Platform;
use crate::terminals::{self, ANNOUNCEMENT_BYTES_MAX, Announced, PublishFault, Published};
use crate::trust::Trust;

/// Publishes the key of a terminal of the calling office.
///
/// The same announcement again is answered like the first time, with 200.
#[utoipa::path(put, path = routes::TERMINAL, operation_id = "publish_terminal", tag = "terminals",
    params(("terminal" = Uuid, Path, description = "Which terminal; chosen by it once")),
    request_body(content_type = "application/cms", description = "CMS SignedData over a key announcement"),
    responses(
        (status = 201, description = "A terminal more"),
        (status = 200, description = "A newer key of a known terminal, or the same announcement again"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn publish(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(terminal): Path<String>,
    fields: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let now = platform.clock.now();
    let terminal: Uuid =
        terminal.parse().map_err(|_| invalid("terminal", "端末の番号（UUID）ではありません"))?;
    let length = length(&fields)?;
    if length > ANNOUNCEMENT_BYTES_MAX as u64 {
        let detail = format!("公告の大きさは {ANNOUNCEMENT_BYTES_MAX} バイトまでです。");
        return Err(Problem::new(Code::AnnouncementInvalid).detail(detail).into());
    }
    let der = Reader::new(body, length).whole().await?;
    let trust = platform.trust.current();
    let announced = Announced::read(&der, &trust, now).map_err(refusal)?;
    if announced.signer.fingerprint != caller.fingerprint {
        judge_signer(&platform, &trust, &announced, now).await?;
    }
    let mut tx = platform.store.begin().await?;
    let published =
        terminals::publish(&mut tx, caller.office, terminal, &announced, now).await.map_err(refusal)?;
    if published != Published::Repeated {
        tx.commit().await?;
    }
    Ok(created(published == Published::New))
}

/// Takes a terminal of the calling office out of use: nobody seals to it any more.
#[utoipa::path(delete, path = routes::TERMINAL, operation_id = "retire_terminal", tag = "terminals",
    params(("terminal" = Uuid, Path, description = "Which terminal")),
    responses(
        (status = 204, description = "It is out of use"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn retire(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(terminal): Path<String>,
) -> Result<StatusCode, Refused> {
    let terminal: Uuid = terminal.parse().map_err(|_| Code::TerminalUnknown)?;
    let mut tx = platform.store.begin().await?;
    if !terminals::retire(&mut tx, caller.office, terminal, platform.clock.now()).await? {
        return Err(Code::TerminalUnknown.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The certificate that signed must be as good now as one to call with.
async fn judge_signer(
    platform: &Platform,
    trust: &Trust,
    announced: &Announced,
    now: Timestamp,
) -> Result<(), Refused> {
    let judged = judge_identity(platform, trust, &announced.signer, now).await;
    judged.map_err(|refused| {
        let problem = refused.problem();
        if problem.status >= 500 {
            return refused;
        }
        let detail = format!("署名した電子証明書を受け付けられません。{}。", problem.title);
        Problem::new(Code::AnnouncementInvalid).detail(detail).into()
    })
}

fn refusal(fault: PublishFault) -> Refused {
    match fault.problem() {
        Ok(problem) => problem.into(),
        Err(error) => error.into(),
    }
}
