//! HTTP fields of the Office API beyond the standard ones.
//!
//! The outside of a sealed letter travels in these fields, so that its body is the letter itself:
//! it can be hashed, stored and fetched with ranges as it is. `Content-Digest` is RFC 9530,
//! `Upload-Offset` follows the IETF's resumable uploads draft.

/// Sending address: `9970000018-43`.
pub const FROM: &str = "careplan-from";
/// Receiving address.
pub const TO: &str = "careplan-to";
/// Unit kind: `K2`.
pub const UNIT: &str = "careplan-unit";
/// Service month `YYYYMM`; absent for units without one.
pub const MONTH: &str = "careplan-month";
/// Number of files inside.
pub const FILES: &str = "careplan-files";
/// The id of the transmission this one corrects; optional.
pub const REPLACES: &str = "careplan-replaces";
/// Size of the sealed letter, needed where the body comes from an upload.
pub const SEALED_BYTES: &str = "careplan-sealed-bytes";
/// State of the transmission after the request.
pub const STATE: &str = "careplan-state";
/// `sha-256=:<base64>:` of the sealed letter (RFC 9530).
pub const CONTENT_DIGEST: &str = "content-digest";
/// Bytes of an upload that the platform holds, or where a part begins.
pub const UPLOAD_OFFSET: &str = "upload-offset";
/// `?1` on the request that hands over a letter whose bytes were uploaded in parts.
pub const UPLOAD_COMPLETE: &str = "upload-complete";
/// Given by the platform to every request; quote it to the help desk.
pub const REQUEST_ID: &str = "x-request-id";
/// Seconds that the caller is willing to wait for news: `Prefer: wait=30` (RFC 7240).
pub const PREFER: &str = "prefer";

/// Media type of CMS messages (RFC 7193): sealed letters, receipts, announcements.
pub const APPLICATION_CMS: &str = "application/cms";
/// Media type of a part of a body (resumable uploads).
pub const PARTIAL_UPLOAD: &str = "application/partial-upload";
/// Media type of [`Problem`](crate::Problem) documents.
pub const PROBLEM_JSON: &str = "application/problem+json";
