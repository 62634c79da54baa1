//! Sending a large letter in parts, over lines that break.

use bytes::Bytes;
use careplan_domain::TransmissionId;
use careplan_protocol::{Code, headers, routes};
use http::Method;

use super::{Answer, Platform, PlatformFault, Request};

/// Largest part: a slow line (300 kbit/s) carries it in half a minute.
pub const PART_BYTES_MAX: usize = 1024 * 1024;

/// Letters beyond this are sent in parts from the start; smaller ones go as one body.
pub const UPLOAD_FROM_BYTES: usize = 1024 * 1024;

impl Platform {
    /// How many bytes of a letter the platform holds; 0 when it knows of none.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn upload_offset(&self, id: TransmissionId) -> Result<u64, PlatformFault> {
        let request = Request::new(Method::HEAD, routes::with(routes::UPLOAD, id));
        match self.ask(request).await {
            Ok(answer) => offset(&answer),
            // The answer to HEAD has no body that could name the problem.
            Err(PlatformFault::Unreadable { status: 404 }) => Ok(0),
            Err(fault) if fault.problem() == Some(Code::UploadUnknown) => Ok(0),
            Err(fault) => Err(fault),
        }
    }

    /// Sends the next part of a letter and gives the offset reached. Not repeated by itself: after
    /// a lost answer the offset is asked for.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `upload-offset`.
    pub async fn upload_part(
        &self,
        id: TransmissionId,
        letter: &Bytes,
        from: u64,
    ) -> Result<u64, PlatformFault> {
        let begin = usize::try_from(from).unwrap_or(usize::MAX).min(letter.len());
        let end = begin.saturating_add(PART_BYTES_MAX).min(letter.len());
        let mut request = Request::new(Method::PATCH, routes::with(routes::UPLOAD, id))
            .header("content-type", headers::PARTIAL_UPLOAD)
            .header(headers::UPLOAD_OFFSET, begin);
        request.body = letter.slice(begin..end);
        offset(&self.ask_once(request).await?)
    }

    /// Makes the platform forget the parts of a letter.
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn forget_upload(&self, id: TransmissionId) -> Result<(), PlatformFault> {
        match self.ask(Request::new(Method::DELETE, routes::with(routes::UPLOAD, id))).await {
            Err(fault) if fault.problem() != Some(Code::UploadUnknown) => Err(fault),
            _ => Ok(()),
        }
    }
}

fn offset(answer: &Answer) -> Result<u64, PlatformFault> {
    let offset = answer.header(headers::UPLOAD_OFFSET).and_then(|text| text.trim().parse().ok());
    offset.ok_or(PlatformFault::Unreadable { status: answer.status.as_u16() })
}
