//! What EST sends: base64 of PKCS#10 in, base64 of a certs-only PKCS#7 out (RFC 7030, RFC 8951).

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_envelope::Certificate;
use careplan_protocol::Code;
use der::{Any, Decode as _, Encode as _, Tag, TagNumber};
use http::{HeaderName, HeaderValue, header};

use crate::office_api::problem::Refused;

/// Longest line of base64 that `openssl base64 -d` reads.
const LINE: usize = 64;

/// The DER in a body: base64 with or without line breaks, or PEM.
pub(super) fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let inside = text.lines().filter(|line| !line.starts_with("-----"));
    let encoded: String =
        inside.flat_map(|line| line.chars()).filter(|it| !it.is_ascii_whitespace()).collect();
    STANDARD.decode(encoded).ok().filter(|der| !der.is_empty())
}

/// An answer that holds certificates and nothing else.
pub(super) fn certificates(
    media_type: &'static str,
    certificates: &[Certificate],
) -> Result<Response, Refused> {
    let der = certs_only(certificates).map_err(|error| {
        tracing::error!(%error, "certificates cannot be encoded");
        Refused::from(Code::Internal)
    })?;
    let encoded = STANDARD.encode(der);
    let mut body = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        // cannot fail: base64 is ASCII, so any place is a border.
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        body.push_str(line);
        body.push('\n');
        rest = after;
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (HeaderName::from_static("content-transfer-encoding"), HeaderValue::from_static("base64")),
    ];
    Ok((headers, body).into_response())
}

/// Degenerate SignedData: certificates without content or signers (RFC 5652 section 5.2).
fn certs_only(certificates: &[Certificate]) -> der::Result<Vec<u8>> {
    const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    const DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];
    const EMPTY_SET: &[u8] = &[0x31, 0x00];
    let context_0 = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
    let wrap = |tag: Tag, content: Vec<u8>| Any::new(tag, content).and_then(|any| any.to_der());

    let mut inside: Vec<&[u8]> = certificates.iter().map(Certificate::der).collect();
    // DER sorts the members of a SET.
    inside.sort_unstable();
    let certificates = wrap(context_0, inside.concat())?;
    let data = wrap(Tag::Sequence, DATA.to_vec())?;
    let signed = wrap(Tag::Sequence, [VERSION_1, EMPTY_SET, &data, &certificates, EMPTY_SET].concat())?;
    let content = wrap(context_0, signed)?;
    let message = wrap(Tag::Sequence, [SIGNED_DATA, &content].concat())?;
    Any::from_der(&message)?;
    Ok(message)
}
