//! `PUT /v1/transmissions/{id}/withdrawal`: the sender takes a letter back that nobody fetched.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{Code, Problem, routes};

use super::answer::{cms, created};
use super::parameters::transmission;
use super::problem::Refused;
use super::refusals;
use super::transmissions::party;
use crate::caller::Caller;
use crate::mailbox::{Operation, Statement, platform_receipt};
use crate::platform::Platform;

/// Takes a letter back, until the receiver first fetched it.
#[utoipa::path(put, path = routes::WITHDRAWAL, operation_id = "withdraw_letter", tag = "transmissions",
    params(("id" = String, Path, description = "Transmission id")),
    responses(
        (status = 201, description = "Withdrawn: the platform's signed receipt", content_type = "application/cms"),
        (status = 200, description = "Withdrawn before: the same receipt", content_type = "application/cms"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn withdraw(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let mut conn = platform.store.read().await?;
    let held = party(&mut conn, &caller, &transmission(&id)?).await?;
    drop(conn);
    let id = held.header.id;
    held.transmission().withdraw(&caller.office).map_err(|refusal| refusals::change(refusal, &id))?;
    let at = platform.clock.now();
    let statement = Statement { kind: ReceiptKind::Withdrawn, at, deadline: None, reason: None };
    let receipt = platform_receipt(&*platform.signer, &held.header, statement)?;
    let withdraw = Operation::Withdraw { id, by: caller.office, receipt, at };
    let outcome = platform.mailbox.writer.submit(withdraw).await?;
    let done = outcome.map_err(|refused| refusals::operation(refused, &id))?;
    Ok(cms(created(done.first), done.receipt.ok_or(Code::Internal)?, done.held.state))
}
