//! The outside of a sealed letter, as it travels in the header fields of a request.

use careplan_domain::limits::SEALED_BYTES_MAX;
use careplan_domain::transmission::Header;
use careplan_domain::{Digest, TransmissionId};
use careplan_protocol::{Base64, Code, Problem, headers};
use http::HeaderMap;

use super::parameters::{header, invalid, required, value};
use super::problem::Refused;

/// How the bytes of a letter come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    /// In the body of this request.
    Body,
    /// They were uploaded in parts before.
    Uploaded,
}

/// Reads the outside of a letter.
pub(super) fn read(id: TransmissionId, fields: &HeaderMap) -> Result<(Header, Delivery), Refused> {
    let delivery = match header(fields, headers::UPLOAD_COMPLETE)? {
        None | Some("?0") => Delivery::Body,
        Some("?1") => Delivery::Uploaded,
        Some(_) => return Err(invalid(headers::UPLOAD_COMPLETE, "値に誤りがあります")),
    };
    let declared: Option<u64> = value(headers::SEALED_BYTES, header(fields, headers::SEALED_BYTES)?)?;
    let sealed_bytes = match delivery {
        Delivery::Body => length(fields)?,
        Delivery::Uploaded => declared.ok_or_else(|| invalid(headers::SEALED_BYTES, "指定がありません"))?,
    };
    if sealed_bytes > SEALED_BYTES_MAX {
        return Err(too_large(sealed_bytes));
    }
    if declared.is_some_and(|declared| declared != sealed_bytes) {
        let detail =
            format!("届け出は {} バイト、本文は {sealed_bytes} バイトです。", declared.unwrap_or_default());
        return Err(Problem::new(Code::LengthMismatch).detail(detail).into());
    }
    let header = Header {
        id,
        from: required(fields, headers::FROM)?,
        to: required(fields, headers::TO)?,
        unit: required(fields, headers::UNIT)?,
        month: value(headers::MONTH, header(fields, headers::MONTH)?)?,
        files: required(fields, headers::FILES)?,
        sealed_bytes,
        sealed_digest: digest(fields)?,
        replaces: value(headers::REPLACES, header(fields, headers::REPLACES)?)?,
    };
    Ok((header, delivery))
}

/// The declared length of the body.
pub(super) fn length(fields: &HeaderMap) -> Result<u64, Refused> {
    required(fields, "content-length")
}

/// A letter that is longer than any may be.
pub(super) fn too_large(bytes: u64) -> Refused {
    let detail = format!("封書の大きさは {bytes} バイト、上限は {SEALED_BYTES_MAX} バイトです。");
    Problem::new(Code::TooLarge).detail(detail).into()
}

/// `sha-256=:<base64>:`, possibly among other digests (RFC 9530).
fn digest(fields: &HeaderMap) -> Result<Digest, Refused> {
    let text = header(fields, headers::CONTENT_DIGEST)?
        .ok_or_else(|| invalid(headers::CONTENT_DIGEST, "指定がありません"))?;
    let wrong = || invalid(headers::CONTENT_DIGEST, "`sha-256=:…:` の形で指定してください");
    let encoded = text
        .split(',')
        .find_map(|entry| entry.trim().strip_prefix("sha-256=:")?.strip_suffix(':'))
        .ok_or_else(wrong)?;
    let decoded: Base64 = serde_json::from_value(encoded.into()).map_err(|_| wrong())?;
    decoded.0.try_into().map(Digest).map_err(|_| wrong())
}
