//! Stylesheet, script, sign.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use careplan_protocol::Code;
use careplan_web::{assets, headers};
use http::header;

use crate::office_api::problem::Refused;
use crate::website::squeeze::Squeezable;

pub(in crate::website) async fn show(Path(name): Path<String>) -> Result<Response, Refused> {
    let file = assets::asset(&format!("{}{name}", assets::PREFIX)).ok_or(Code::PageUnknown)?;
    let headers = [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, headers::CACHE_ASSETS)];
    let mut response = (headers, file.bytes).into_response();
    response.extensions_mut().insert(Squeezable);
    Ok(response)
}
