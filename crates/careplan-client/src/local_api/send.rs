//! `PUT /api/v1/sends/{key}`: one send action, under a key of the caller's.
//!
//! ```text
//! key + content ─► begun (row) ─► every good unit sealed and stored ─► answered (row)
//! ```
//!
//! A kill between any two of them is mended by asking for the same once more: what the action sealed stands in the outbox under its
//! number, and is not sealed again – not even when it was taken back meanwhile.

mod answer;
mod key;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use careplan_domain::UnitKind;
use http::HeaderMap;
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use answer::{Answer, SendShown, UnitAnswer, shown};
pub use key::KEY_CHARS_MAX;
pub(crate) use key::SendKey;

use super::brought::{Brought, DocumentsBody, FilesBody, PersonBody, digest};
use super::check::judged;
use super::guard::Caller;
use super::parameters::value;
use super::problem::{Code, Refused, invalid};
use super::waiting::Patience;
use super::{LocalApi, Problem};
use crate::history::Person;
use crate::outbox::{DocumentOrder, FoundFile, Judged, SendOptions, SerialUsed, new_uuid};
use crate::staff::Actor;
use crate::state::NewSend;

/// How long a key is remembered. After that the outbox still knows by its content what was sent.
pub const SENDS_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Sends files, once.
///
/// Each unit is checked, sealed and stored; then it goes by itself, at once or when the line is back. The same key with the same files
/// gets the same answer with the states as they are now, and sends nothing twice; units that `failed` are tried again. The same key with
/// other files is refused with `key-conflict`. A unit that was sent before under whatever key is a `duplicate` and not sent again; one
/// whose serial went with other content has `failed` with `serial_used`: export it anew, or let a person send it as a correction. Keys
/// belong to an application and are remembered for 90 days.
#[utoipa::path(put, path = "/api/v1/sends/{key}", operation_id = "send_files", tag = "send",
    params(("key" = String, Path, description = "Chosen by the caller, once for each action: 1–100 of `A–Z a–z 0–9 . _ ~ -`, such as a UUID")),
    request_body = FilesBody,
    responses(
        (status = 200, description = "What became of each unit", body = SendShown),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn send(
    State(api): State<Arc<LocalApi>>,
    Caller(caller): Caller,
    Path(key): Path<String>,
    brought: Brought,
) -> Result<Json<SendShown>, Refused> {
    let key = key.parse::<SendKey>().map_err(|fault| invalid("key", &fault.to_string()))?;
    let documents = match &brought.documents {
        Some(body) => Some(order(&api, body).await?),
        None => None,
    };
    let content = digest(&brought.files, brought.documents.as_ref());
    let _turn = api.sending.lock().await;
    let now = api.office.now();
    let new = NewSend { application: &caller.name, key: &key, content, dispatch: new_uuid(now), now };
    let forgotten = now.saturating_sub(SENDS_KEPT).unwrap_or(now);
    let begun = api.office.state().begin_api_send(&new, forgotten).await?;
    if begun.content != content {
        return Err(Refused::from(Code::KeyConflict).detail(format!("キーは `{}` です。", key.as_str())));
    }
    let before = Answer::read(&begun)?;
    if before.as_ref().is_some_and(Answer::is_settled) {
        return shown(&api, &key, &begun, before).await.map(Json);
    }
    let options = SendOptions {
        documents,
        document_person: brought.documents.and_then(|body| body.person).map(person),
        dispatch: Some(begun.dispatch),
        link_earlier: true,
        // Nobody sits there who could say that it is meant so.
        serial_used: SerialUsed::Refused,
        by: Actor::from(&caller.name),
        ..SendOptions::default()
    };
    let answer = go(&api, brought.files, &options, (begun.dispatch, before.unwrap_or_default())).await?;
    let detail = json!({ "dispatch": begun.dispatch, "units": answer.units.len() });
    let written = answer.written();
    api.office.state().answer_api_send((&caller.name, &key), &written, (now, &detail)).await?;
    api.office.state().hurry_outbox().await?;
    api.hub.changed();
    shown(&api, &key, &begun, Some(answer)).await.map(Json)
}

/// Where documents go, in the words of the domain.
async fn order(api: &LocalApi, body: &DocumentsBody) -> Result<DocumentOrder, Refused> {
    let address = |name, text: &str| {
        let address = value(name, Some(text))?;
        address.ok_or_else(|| invalid(name, "指定がありません"))
    };
    let order = DocumentOrder {
        from: address("documents.from", &body.from)?,
        to: address("documents.to", &body.to)?,
        month: value("documents.month", body.month.as_deref())?,
    };
    let own = api.office.link().await?.office();
    if order.from.office == own {
        Ok(order)
    } else {
        Err(Refused::from(Code::DocumentSender).detail(format!("自事業所の番号は `{own}` です。")))
    }
}

fn person(body: PersonBody) -> Person {
    let PersonBody { insurer, insured_number, name, kana } = body;
    Person { insurer, insured_number, name, kana }
}

/// Does what is not done yet of an action.
async fn go(
    api: &LocalApi,
    files: Vec<FoundFile>,
    options: &SendOptions,
    (dispatch, mut answer): (Uuid, Answer),
) -> Result<Answer, Refused> {
    let (files, judged) = judged(files).await?;
    answer.units.retain(UnitAnswer::is_settled);
    for sent in api.office.state().sent_in_dispatch(dispatch).await? {
        if !answer.knows(
            sent.header.unit,
            sent.serial.as_deref(),
            (Some(sent.header.from), Some(sent.header.to)),
        ) {
            answer.units.push(UnitAnswer::of_sent(&sent, &judged));
        }
    }
    let has_documents = answer.units.iter().any(|unit| unit.unit == UnitKind::Document);
    let rest = Judged {
        units: judged
            .units
            .iter()
            .filter(|unit| !answer.knows(unit.kind, Some(&unit.serial), (unit.from, unit.to)))
            .cloned()
            .collect(),
        documents: if has_documents { Vec::new() } else { judged.documents.clone() },
        findings: judged.findings.clone(),
        left_over: judged.left_over.clone(),
    };
    let report = api.office.send_files(&files, &rest, options, |_| {}).await?;
    answer.add(&report);
    Ok(answer)
}

/// Shows what became of a send action. `Prefer: wait=N` waits up to N (60) seconds until nothing of it waits to be handed over to the
/// platform.
#[utoipa::path(get, path = "/api/v1/sends/{key}", operation_id = "show_send", tag = "send",
    params(
        ("key" = String, Path, description = "The key that the caller chose"),
        ("prefer" = Option<String>, Header, description = "`wait=30`: wait until nothing of it is `prepared` any more"),
    ),
    responses(
        (status = 200, description = "What became of each unit", body = SendShown),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(api): State<Arc<LocalApi>>,
    Caller(caller): Caller,
    Path(key): Path<String>,
    fields: HeaderMap,
) -> Result<Json<SendShown>, Refused> {
    let key = key.parse::<SendKey>().map_err(|_| Code::SendUnknown)?;
    let mut patience = Patience::begin(&api, &fields)?;
    loop {
        let begun = api.office.state().api_send(&caller.name, &key).await?.ok_or(Code::SendUnknown)?;
        let shown = shown(&api, &key, &begun, Answer::read(&begun)?).await?;
        if !shown.is_waiting() || !patience.again(&api).await {
            return Ok(Json(shown));
        }
    }
}
