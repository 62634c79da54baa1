//! EST (RFC 7030) as a client: the authority's certificates, the first and the next certificate.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::{Secret, UserId};
use careplan_protocol::routes;
use http::{Method, StatusCode};

use super::{Answer, Platform, PlatformFault, Request, fault, with_credentials};

/// What the authority answered to a request for a certificate.
#[derive(Debug, Clone)]
pub enum Enrolled {
    /// The certificate (PKCS#7, certificates only, in DER).
    Certificate(Vec<u8>),
    /// Not ready: ask again with the same request (RFC 7030 section 4.2.3).
    Later(Duration),
}

impl Platform {
    /// The authority's certificates (PKCS#7, certificates only, in DER).
    ///
    /// # Errors
    /// [`PlatformFault`].
    pub async fn authority_certificates(&self) -> Result<Vec<u8>, PlatformFault> {
        let answer = self.ask(Request::get(routes::EST_CACERTS)).await?;
        decode(&answer)
    }

    /// Asks for the first certificate. May be repeated with the same request: the authority
    /// answers with the same certificate.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `issue-password-wrong`.
    pub async fn enrol(
        &self,
        request: &[u8],
        user_id: &UserId,
        issue_password: &Secret,
    ) -> Result<Enrolled, PlatformFault> {
        let post = with_credentials(post(routes::EST_SIMPLEENROLL, request), user_id, issue_password);
        read(&self.ask_once(post).await?)
    }

    /// Asks for the next certificate with the present one.
    ///
    /// # Errors
    /// [`PlatformFault`], such as `certificate-revoked`.
    pub async fn enrol_again(&self, request: &[u8]) -> Result<Enrolled, PlatformFault> {
        read(&self.ask_once(post(routes::EST_SIMPLEREENROLL, request)).await?)
    }
}

fn post(path: &str, request: &[u8]) -> Request {
    let mut post = Request::new(Method::POST, path)
        .header("content-type", "application/pkcs10")
        .header("content-transfer-encoding", "base64");
    post.body = STANDARD.encode(request).into();
    post
}

fn read(answer: &Answer) -> Result<Enrolled, PlatformFault> {
    if answer.status == StatusCode::ACCEPTED {
        return Ok(Enrolled::Later(fault::retry_after(answer).unwrap_or(Duration::from_secs(5))));
    }
    decode(answer).map(Enrolled::Certificate)
}

/// EST bodies are base64, with line breaks or without.
fn decode(answer: &Answer) -> Result<Vec<u8>, PlatformFault> {
    let text: Vec<u8> = answer.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| PlatformFault::Unreadable { status: answer.status.as_u16() })
}
