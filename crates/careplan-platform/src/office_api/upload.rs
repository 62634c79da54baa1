//! `/v1/transmissions/{id}/upload`: a letter in parts, for slow lines. What was received is kept;
//! after a break the client asks how much there is (`HEAD`) and goes on from there (`PATCH`).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::limits::{MIB, SEALED_BYTES_MAX};
use careplan_protocol::headers::{PARTIAL_UPLOAD, UPLOAD_OFFSET};
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::body::Reader;
use super::letter_header::{length, too_large};
use super::parameters::{header, invalid, required, transmission};
use super::problem::Refused;
use crate::caller::Caller;
use crate::platform::Platform;
use crate::store::uploads::{self, Part};

/// One part: what a slow line (1 Mbit/s) moves in some ten seconds, and what a row may hold.
pub const PART_BYTES_MAX: u64 = MIB;

/// Letters that an office may have under way in parts: each takes up to 20 MiB for up to a week.
pub const UPLOADS_OPEN_MAX: i64 = 32;

/// How many bytes of a letter the platform holds.
#[utoipa::path(head, path = routes::UPLOAD, operation_id = "upload_offset", tag = "transmissions",
    params(("id" = String, Path, description = "Transmission id")),
    responses(
        (status = 204, description = "`upload-offset` says how many bytes are held"),
        (status = "default", description = "A problem"),
    ))]
pub(super) async fn held(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id = transmission(&id)?;
    let mut conn = platform.store.read().await?;
    let held = uploads::held(&mut conn, &id, &caller.office).await?.ok_or(Code::UploadUnknown)?;
    Ok(at_offset(StatusCode::NO_CONTENT.into_response(), held))
}

/// Adds the next part.
#[utoipa::path(patch, path = routes::UPLOAD, operation_id = "upload_part", tag = "transmissions",
    params(
        ("id" = String, Path, description = "Transmission id"),
        ("upload-offset" = u64, Header, description = "Where this part begins"),
    ),
    request_body(content_type = "application/partial-upload", description = "At most 1 MiB"),
    responses(
        (status = 204, description = "`upload-offset` says how many bytes are held now"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn add(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    fields: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let id = transmission(&id)?;
    let start: i64 = required(&fields, UPLOAD_OFFSET)?;
    if header(&fields, header::CONTENT_TYPE.as_str())? != Some(PARTIAL_UPLOAD) {
        return Err(invalid("content-type", "`application/partial-upload` を指定してください"));
    }
    let length = length(&fields)?;
    if !(1..=PART_BYTES_MAX).contains(&length) {
        let detail = format!("1回に送る部分は 1〜{PART_BYTES_MAX} バイトにしてください。");
        return Err(Problem::new(Code::TooLarge).detail(detail).into());
    }
    let bytes = Reader::new(body, length).whole().await?;

    let now = platform.clock.now();
    let mut tx = platform.store.begin().await?;
    let held = match uploads::held(&mut tx, &id, &caller.office).await? {
        Some(held) => held,
        None if start != 0 => return Err(Code::UploadUnknown.into()),
        None => {
            if uploads::open(&mut tx, &caller.office).await? >= UPLOADS_OPEN_MAX {
                let detail = format!("同時に分割して送れるのは {UPLOADS_OPEN_MAX} 件までです。");
                return Err(Problem::new(Code::TooManyRequests).detail(detail).into());
            }
            uploads::begin(&mut tx, &id, &caller.office, now).await?;
            0
        }
    };
    if start != held {
        let detail = format!("基盤が持っているのは {held} バイト、要求の位置は {start} です。");
        let refused: Refused = Problem::new(Code::UploadOffset).detail(detail).into();
        return Ok(at_offset(refused.into_response(), held));
    }
    let end = u64::try_from(held).unwrap_or_default() + length;
    if end > SEALED_BYTES_MAX {
        return Err(too_large(end));
    }
    let part = Part { start, bytes: bytes.into() };
    uploads::add(&mut tx, (&id, &caller.office), part, now).await?;
    tx.commit().await?;
    Ok(at_offset(StatusCode::NO_CONTENT.into_response(), i64::try_from(end).unwrap_or_default()))
}

/// Forgets the parts, to start again.
#[utoipa::path(delete, path = routes::UPLOAD, operation_id = "forget_upload", tag = "transmissions",
    params(("id" = String, Path, description = "Transmission id")),
    responses(
        (status = 204, description = "Nothing is held"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn forget(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let id = transmission(&id)?;
    let mut tx = platform.store.begin().await?;
    if uploads::forget(&mut tx, &id, &caller.office).await? {
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn at_offset(mut response: Response, held: i64) -> Response {
    response.headers_mut().insert(UPLOAD_OFFSET, HeaderValue::from(held));
    response
}
