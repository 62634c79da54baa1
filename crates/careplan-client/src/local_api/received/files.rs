//! The files of a unit that came: one by one, or all in one ZIP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::Digest;
use careplan_envelope::sha256;
use http::header;
use serde::Serialize;
use utoipa::ToSchema;

use crate::history::{self, CopiedFile, CopyFault, Direction};
use crate::local_api::problem::{Code, Refused};
use crate::local_api::refusals::{transmission, unknown};
use crate::local_api::{LocalApi, Problem};
use crate::state::ReceivedState;

/// The files of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::local_api) struct FileList {
    /// In the order of their names.
    files: Vec<FileShown>,
}

/// One file.
#[derive(Debug, Serialize, ToSchema)]
struct FileShown {
    /// Its name, as the sender's care software chose it.
    #[schema(example = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV")]
    name: String,
    /// How many bytes it has.
    bytes: usize,
    /// SHA-256 of its bytes, in hexadecimal.
    #[schema(value_type = String)]
    sha256: Digest,
}

/// Lists the files of a unit.
#[utoipa::path(get, path = "/api/v1/received/{id}/files", operation_id = "list_files", tag = "receive",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "The files", body = FileList),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(in crate::local_api) async fn files(
    State(api): State<Arc<LocalApi>>,
    Path(id): Path<String>,
) -> Result<Json<FileList>, Refused> {
    let files = files_of(&api, &id).await?;
    let shown = |(name, bytes): &CopiedFile| FileShown {
        name: name.as_str().to_owned(),
        bytes: bytes.len(),
        sha256: Digest(sha256(bytes)),
    };
    Ok(Json(FileList { files: files.iter().map(shown).collect() }))
}

/// Fetches one file of a unit, byte for byte as it was sent.
#[utoipa::path(get, path = "/api/v1/received/{id}/files/{name}", operation_id = "fetch_file", tag = "receive",
    params(
        ("id" = String, Path, description = "送信番号"),
        ("name" = String, Path, description = "Its name, percent-encoded (UTF-8)"),
    ),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(in crate::local_api) async fn file(
    State(api): State<Arc<LocalApi>>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let files = files_of(&api, &id).await?;
    let (_, bytes) = files.into_iter().find(|(it, _)| it.as_str() == name).ok_or(Code::FileUnknown)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// Fetches all files of a unit in one ZIP, without folders.
#[utoipa::path(get, path = "/api/v1/received/{id}/files.zip", operation_id = "fetch_files", tag = "receive",
    params(("id" = String, Path, description = "送信番号")),
    responses(
        (status = 200, description = "The ZIP", content_type = "application/zip"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(in crate::local_api) async fn zipped(
    State(api): State<Arc<LocalApi>>,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let files = files_of(&api, &id).await?;
    let zipping = tokio::task::spawn_blocking(move || history::zipped(&files));
    let zip = zipping.await.map_err(|_| Code::Internal)?.map_err(|error| {
        tracing::error!(%error, "a ZIP could not be made");
        Code::Internal
    })?;
    let name = format!("attachment; filename=\"{id}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)], zip)
        .into_response())
}

/// The files of something that came, as they were sent.
async fn files_of(api: &LocalApi, id: &str) -> Result<Vec<CopiedFile>, Refused> {
    let id = transmission(id)?;
    let received = api.office.state().received(id).await?.ok_or_else(|| unknown(&id.to_string()))?;
    if matches!(received.state, ReceivedState::Listed | ReceivedState::Verified) {
        return Err(Code::FilesNotYet.into());
    }
    match api.office.history().files(id, Direction::Received).await {
        Ok(files) => files.ok_or_else(|| Code::FilesGone.into()),
        Err(CopyFault::State(fault)) => Err(fault.into()),
        Err(CopyFault::File(fault)) => Err(fault.into()),
        Err(CopyFault::Changed(_)) => Err(Code::FilesChanged.into()),
    }
}
