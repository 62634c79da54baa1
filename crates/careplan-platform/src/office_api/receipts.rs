//! `/v1/transmissions/{id}/receipts`: proof of what happened, and the receiver's own receipts.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_envelope::{Purpose, Signed};
use careplan_protocol::office_api::{ReceiptList, SignedReceipt};
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{Base64, Code, Problem, routes};
use http::{HeaderMap, StatusCode};

use super::answer::{cms, created};
use super::body::Reader;
use super::letter_header::length;
use super::parameters::{transmission, unknown};
use super::problem::Refused;
use super::refusals;
use super::transmissions::party;
use crate::caller::{Caller, judge_identity};
use crate::mailbox::{
    HandIn, Operation, RECEIPT_BYTES_MAX, ReceiptFault, check_receipt, is_signed_by, read_receipt,
};
use crate::platform::Platform;
use crate::store::receipts;

/// Lists all receipts of a transmission, oldest first.
#[utoipa::path(get, path = routes::RECEIPTS, operation_id = "list_receipts", tag = "receipts",
    params(("id" = String, Path, description = "Transmission id")),
    responses(
        (status = 200, description = "The receipts", body = ReceiptList),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn list(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let mut conn = platform.store.read().await?;
    let held = party(&mut conn, &caller, &transmission(&id)?).await?;
    let stored = receipts::list(&mut conn, &held.header.id).await?;
    let receipts = stored
        .into_iter()
        .map(|receipt| SignedReceipt { kind: receipt.kind, at: receipt.at, signed: Base64(receipt.signed) })
        .collect();
    Ok(Json(ReceiptList { receipts }).into_response())
}

/// Fetches one receipt.
#[utoipa::path(get, path = routes::RECEIPT, operation_id = "fetch_receipt", tag = "receipts",
    params(
        ("id" = String, Path, description = "Transmission id"),
        ("kind" = ReceiptKind, Path, description = "Which receipt"),
    ),
    responses(
        (status = 200, description = "The signed receipt", content_type = "application/cms"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn fetch(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let (id, kind) = (transmission(&id)?, ReceiptKind::parse(&kind).ok_or(Code::RouteUnknown)?);
    let mut conn = platform.store.read().await?;
    let found = receipts::find_with_transmission(&mut conn, &id, kind).await?;
    let found = found.filter(|(held, _)| held.transmission().is_party(&caller.office));
    let (held, signed) = found.ok_or_else(|| unknown(&id.to_string()))?;
    let signed = signed.ok_or_else(|| {
        let detail = format!("送信の状態は「{}」です。", held.state.label_ja());
        Refused::from(Problem::new(Code::ReceiptUnknown).detail(detail))
    })?;
    Ok(cms(StatusCode::OK, signed, held.state))
}

/// Hands in the receiver's receipt: acknowledged, refused or imported.
///
/// The first of each kind is kept; the answer is always the kept one.
#[utoipa::path(put, path = routes::RECEIPT, operation_id = "hand_in_receipt", tag = "receipts",
    params(
        ("id" = String, Path, description = "Transmission id"),
        ("kind" = ReceiptKind, Path, description = "`acknowledged`, `refused` or `imported`"),
    ),
    request_body(content_type = "application/cms", description = "CMS SignedData over a receipt"),
    responses(
        (status = 201, description = "Kept: the same receipt", content_type = "application/cms"),
        (status = 200, description = "Handed in before: the first receipt", content_type = "application/cms"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn hand_in(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path((id, kind)): Path<(String, String)>,
    fields: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let kind = ReceiptKind::parse(&kind).ok_or(Code::RouteUnknown)?;
    if kind.is_by_platform() {
        return Err(Code::MethodNotAllowed.into());
    }
    let mut conn = platform.store.read().await?;
    let held = party(&mut conn, &caller, &transmission(&id)?).await?;
    drop(conn);
    let id = held.header.id;
    let decided = match kind {
        ReceiptKind::Refused => held.transmission().refuse(&caller.office),
        ReceiptKind::Imported => held.transmission().import(&caller.office),
        _ => held.transmission().acknowledge(&caller.office),
    };
    decided.map_err(|refusal| refusals::change(refusal, &id))?;

    let length = length(&fields)?;
    if length > RECEIPT_BYTES_MAX as u64 {
        let detail = format!("受領証の大きさは {RECEIPT_BYTES_MAX} バイトまでです。");
        return Err(Problem::new(Code::ReceiptInvalid).detail(detail).into());
    }
    let signed = Reader::new(body, length).whole().await?;
    let message = read_receipt(&signed).map_err(refusals::receipt)?;
    judge_signer(&platform, &caller, &message).await?;
    let now = platform.clock.now();
    check_receipt(&message.content, kind, &held, now).map_err(refusals::receipt)?;

    let hand_in = HandIn { id, by: caller.office, kind, signed: signed.into() };
    let outcome = platform.mailbox.writer.submit(Operation::HandIn(hand_in)).await?;
    let done = outcome.map_err(|refused| refusals::operation(refused, &id))?;
    let receipt = done.receipt.ok_or(Code::Internal)?;
    Ok(cms(created(done.first), receipt, done.held.state))
}

/// The signer must be the calling office, with a certificate that is good now. Usually it is the
/// certificate of the connection, which was judged already.
async fn judge_signer(platform: &Platform, caller: &Caller, message: &Signed) -> Result<(), Refused> {
    if is_signed_by(message, &caller.fingerprint) {
        return Ok(());
    }
    let trust = platform.trust.current();
    let now = platform.clock.now();
    let identity = trust
        .identify(&message.signer, &message.chain, Purpose::Signature, now)
        .map_err(|refusal| refusal.problem())?;
    if identity.office != caller.office {
        return Err(refusals::receipt(ReceiptFault::Other("signer")));
    }
    judge_identity(platform, &trust, &identity, now).await
}
