//! Stylesheet, script, sign.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use careplan_web::{assets, headers};
use http::header;

use crate::screen::refused::Refused;

pub(in crate::screen) async fn show(Path(name): Path<String>) -> Result<Response, Refused> {
    let file = assets::asset(&format!("{}{name}", assets::PREFIX)).ok_or_else(Refused::unknown)?;
    let headers = [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, headers::CACHE_ASSETS)];
    Ok((headers, file.bytes).into_response())
}
