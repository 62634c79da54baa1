//! Letters and receipts.

use bytes::{Bytes, BytesMut};
use careplan_domain::{Digest, ServiceType, TransmissionId};
use careplan_protocol::office_api::{ReceiptList, TransmissionPage, TransmissionView};
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{Code, headers, routes};
use http::StatusCode;

pub use careplan_domain::transmission::Header;

use super::upload::PART_BYTES_MAX;
use super::{Platform, PlatformFault, Request};

/// How the bytes of a letter get to the platform.
#[derive(Debug, Clone)]
pub enum Handover {
    /// As the body of the request.
    Body(Bytes),
    /// They lie there already, sent in parts.
    Uploaded,
}

impl Platform {
    /// Sends a letter; the answer is the platform's signed receipt, not verified yet. May be
    /// repeated: the same letter gets the same receipt.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `receiver-unlicensed`.
    pub async fn send(&self, header: &Header, handover: Handover) -> Result<Vec<u8>, PlatformFault> {
        let uploaded = matches!(handover, Handover::Uploaded);
        let body = match handover {
            Handover::Body(sealed) => sealed,
            Handover::Uploaded => Bytes::new(),
        };
        let mut request = Request::put(routes::with(routes::TRANSMISSION, header.id), body)
            .header("content-type", headers::APPLICATION_CMS)
            .header(headers::FROM, header.from)
            .header(headers::TO, header.to)
            .header(headers::UNIT, header.unit)
            .header(headers::FILES, header.files)
            .header(headers::CONTENT_DIGEST, content_digest(&header.sealed_digest));
        if let Some(month) = header.month {
            request = request.header(headers::MONTH, month);
        }
        if let Some(replaces) = header.replaces {
            request = request.header(headers::REPLACES, replaces);
        }
        if uploaded {
            request = request
                .header(headers::UPLOAD_COMPLETE, "?1")
                .header(headers::SEALED_BYTES, header.sealed_bytes);
        }
        self.ask(request).await.map(|answer| answer.body.to_vec())
    }

    /// A transmission of this office, as sender or receiver.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `transmission-unknown`.
    pub async fn transmission(&self, id: TransmissionId) -> Result<TransmissionView, PlatformFault> {
        self.ask_json(Request::get(routes::with(routes::TRANSMISSION, id))).await
    }

    /// The sealed letter, in parts of 1 MiB so that a slow line loses little when it breaks.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `transmission-ended`.
    pub async fn letter(&self, id: TransmissionId, sealed_bytes: u64) -> Result<Bytes, PlatformFault> {
        let path = routes::with(routes::LETTER, id);
        let mut letter = BytesMut::new();
        while (letter.len() as u64) < sealed_bytes {
            let begin = letter.len() as u64;
            let end = sealed_bytes.min(begin + PART_BYTES_MAX as u64) - 1;
            let mut request = Request::get(path.as_str()).header("accept", headers::APPLICATION_CMS);
            let whole = begin == 0 && end + 1 == sealed_bytes;
            if !whole {
                request = request.header("range", format_args!("bytes={begin}-{end}"));
            }
            let answer = self.ask(request).await?;
            match answer.status {
                // A server may answer a range with the whole (RFC 9110 section 14.2).
                StatusCode::OK => return Ok(answer.body),
                StatusCode::PARTIAL_CONTENT if answer.body.len() as u64 == end + 1 - begin => {
                    letter.extend_from_slice(&answer.body);
                }
                status => return Err(PlatformFault::Unreadable { status: status.as_u16() }),
            }
        }
        Ok(letter.freeze())
    }

    /// Fetches the first byte of a letter: from then on the platform knows it as fetched.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `transmission-ended`.
    pub async fn begin_letter(&self, id: TransmissionId) -> Result<(), PlatformFault> {
        let request = Request::get(routes::with(routes::LETTER, id)).header("range", "bytes=0-0");
        self.ask(request).await.map(drop)
    }

    /// All receipts of a transmission, not verified yet.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn receipts(&self, id: TransmissionId) -> Result<ReceiptList, PlatformFault> {
        self.ask_json(Request::get(routes::with(routes::RECEIPTS, id))).await
    }

    /// One receipt, not verified yet; `None` when there is none of this kind.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn receipt(
        &self,
        id: TransmissionId,
        kind: ReceiptKind,
    ) -> Result<Option<Vec<u8>>, PlatformFault> {
        let request = Request::get(receipt_path(id, kind)).header("accept", headers::APPLICATION_CMS);
        match self.ask(request).await {
            Ok(answer) => Ok(Some(answer.body.to_vec())),
            Err(fault) if fault.problem() == Some(Code::ReceiptUnknown) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Hands in a receipt of this office; the answer is the one that counts (the first).
    ///
    /// # Errors
    /// [`PlatformFault`], such as `transmission-ended`.
    pub async fn hand_in(
        &self,
        id: TransmissionId,
        kind: ReceiptKind,
        signed: Vec<u8>,
    ) -> Result<Vec<u8>, PlatformFault> {
        let request =
            Request::put(receipt_path(id, kind), signed).header("content-type", headers::APPLICATION_CMS);
        self.ask(request).await.map(|answer| answer.body.to_vec())
    }

    /// Takes a letter back; the answer is the platform's signed receipt, not verified yet.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `already-fetched`.
    pub async fn withdraw(&self, id: TransmissionId) -> Result<Vec<u8>, PlatformFault> {
        let request = Request::put(routes::with(routes::WITHDRAWAL, id), Bytes::new());
        self.ask(request).await.map(|answer| answer.body.to_vec())
    }

    /// A page of the inbox.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn inbox(
        &self,
        after: i64,
        limit: u32,
        service_type: Option<ServiceType>,
    ) -> Result<TransmissionPage, PlatformFault> {
        let mut path = format!("{}?after={after}&limit={limit}", routes::INBOX);
        if let Some(service_type) = service_type {
            path.push_str(&format!("&service_type={service_type}"));
        }
        self.ask_json(Request::get(path)).await
    }

    /// A page of what this office sent.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn sent(&self, after: i64, limit: u32) -> Result<TransmissionPage, PlatformFault> {
        self.ask_json(Request::get(format!("{}?after={after}&limit={limit}", routes::SENT))).await
    }
}

/// `Content-Digest` (RFC 9530).
pub(super) fn content_digest(digest: &Digest) -> String {
    use base64::Engine as _;
    let digest = base64::engine::general_purpose::STANDARD.encode(digest.as_bytes());
    format!("sha-256=:{digest}:")
}

fn receipt_path(id: TransmissionId, kind: ReceiptKind) -> String {
    routes::with(routes::RECEIPT, id).replace("{kind}", kind.as_str())
}
