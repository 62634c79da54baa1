//! `POST /api/v1/check`: whether files can be sent, and what would go where.

use axum::Json;
use careplan_domain::{Address, ServiceMonth, UnitKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::brought::{Brought, FilesBody};
use super::problem::{Code, Refused};
use super::shown::{FindingShown, Trouble, findings};
use crate::outbox::{FoundFile, Judged, JudgedUnit, judge};

/// What was found about files.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    /// Whether everything can be sent as it is.
    sendable: bool,
    /// The units that the files are, in the order of their serials.
    units: Vec<CheckedUnit>,
    /// What was found about names and sets, beside the units.
    findings: Vec<FindingShown>,
    /// Documents beside the standard (PDF, JPEG).
    documents: Vec<String>,
    /// Files that belong to no unit; they would not be sent.
    left_over: Vec<String>,
}

/// One unit.
#[derive(Debug, Serialize, ToSchema)]
struct CheckedUnit {
    /// The kind of unit (送信単位).
    #[schema(value_type = String, example = "K2")]
    unit: UnitKind,
    /// What an office calls it.
    unit_label: &'static str,
    /// The serial of the standard.
    serial: String,
    /// The sending address, by the names of its files.
    #[schema(value_type = Option<String>, example = "9970000018-43")]
    from: Option<Address>,
    /// The receiving address.
    #[schema(value_type = Option<String>, example = "9970000026-11")]
    to: Option<Address>,
    /// Why one of the two is no address.
    trouble: Option<Trouble>,
    /// The service month, of units that have one.
    #[schema(value_type = Option<String>, example = "202611")]
    month: Option<ServiceMonth>,
    /// The names of its files.
    files: Vec<String>,
    /// Whether it can be sent.
    sendable: bool,
    /// What was found.
    findings: Vec<FindingShown>,
}

/// Checks files against the standard, and says to which units they belong and to whom they would go. Nothing is kept or sent.
///
/// Whether the receivers take part in the exchange is not asked: that is known when it is sent.
#[utoipa::path(post, path = "/api/v1/check", operation_id = "check_files", tag = "send",
    request_body = FilesBody,
    responses(
        (status = 200, description = "What was found", body = Checked),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn check(brought: Brought) -> Result<Json<Checked>, Refused> {
    let (files, judged) = judged(brought.files).await?;
    drop(brought.place);
    Ok(Json(Checked {
        sendable: !judged.is_blocked() && judged.left_over.is_empty() && judged.units.iter().all(is_sendable),
        units: judged.units.iter().map(|unit| checked(unit, &files)).collect(),
        findings: findings(&judged.findings),
        documents: names(&judged.documents, &files),
        left_over: names(&judged.left_over, &files),
    }))
}

/// Sorts and checks files; that takes seconds when there are many.
pub(super) async fn judged(files: Vec<FoundFile>) -> Result<(Vec<FoundFile>, Judged), Refused> {
    let judging = tokio::task::spawn_blocking(move || {
        let judged = judge(&files);
        (files, judged)
    });
    Ok(judging.await.map_err(|_| Code::Internal)?)
}

fn is_sendable(unit: &JudgedUnit) -> bool {
    !unit.is_blocked() && unit.no_address.is_none()
}

fn checked(unit: &JudgedUnit, files: &[FoundFile]) -> CheckedUnit {
    let trouble = |message: &String| Trouble { code: "address_invalid".to_owned(), message: message.clone() };
    CheckedUnit {
        unit: unit.kind,
        unit_label: unit.kind.label_ja(),
        serial: unit.serial.clone(),
        from: unit.from,
        to: unit.to,
        trouble: unit.no_address.as_ref().map(trouble),
        month: unit.month,
        files: names(&unit.files, files),
        sendable: is_sendable(unit),
        findings: findings(&unit.findings),
    }
}

fn names(indexes: &[usize], files: &[FoundFile]) -> Vec<String> {
    indexes.iter().filter_map(|index| files.get(*index)).map(|found| found.file.name.clone()).collect()
}
