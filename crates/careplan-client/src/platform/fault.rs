//! Why a request to the platform did not give what was asked for.

use std::time::Duration;

use careplan_protocol::{Code, Problem};

use super::transport::{Answer, TransportFault};

/// Why a request failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PlatformFault {
    /// There is no answer.
    #[error(transparent)]
    Transport(#[from] TransportFault),
    /// The platform refused and says why.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The answer is none that the protocol knows, for instance that of a proxy in between.
    #[error(
        "連携基盤の返事を読み取れません（HTTP {status}）。途中のプロキシの設定を確かめ、クライアントを最新版にしてください。"
    )]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
}

impl PlatformFault {
    /// The code of the platform's problem.
    pub fn problem(&self) -> Option<Code> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// A stable word for logs and state.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(fault) => fault.code(),
            Self::Problem(problem) => problem.code.as_str(),
            Self::Unreadable { .. } => "unreadable",
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport(fault) => fault.is_transient(),
            Self::Problem(problem) => problem.code.is_transient() || problem.status >= 500,
            Self::Unreadable { status } => *status >= 500 || *status == 408 || *status == 429,
        }
    }

    /// Whether the platform judged the request about one letter, and not the caller or the time:
    /// the letter will never be taken as it is.
    pub fn is_final(&self) -> bool {
        !self.is_transient() && self.problem().is_some_and(|code| !concerns_caller(code))
    }
}

/// Whether the [code](PlatformFault::code) of a fault says that the platform does not answer, or something else does in its place.
pub fn is_away(code: &str) -> bool {
    matches!(code, "unreachable" | "untrusted" | "broken" | "silent" | "unreadable")
}

/// Problems of the office as a whole: certificate, suspension. They end when somebody mends them,
/// and the letter itself is as good as before.
fn concerns_caller(code: Code) -> bool {
    matches!(
        code,
        Code::CertificateMissing
            | Code::CertificateUnreadable
            | Code::CertificateUnknownAuthority
            | Code::CertificateExpired
            | Code::CertificateNotYetValid
            | Code::CertificateRevoked
            | Code::CertificateKind
            | Code::CertificateNoOffice
            | Code::OfficeUnknown
            | Code::OfficeSuspended
            | Code::RouteUnknown
            | Code::MethodNotAllowed
            | Code::UploadUnknown
            | Code::UploadOffset
    )
}

/// The problem in an answer that is none of success.
pub(super) fn read_fault(answer: &Answer) -> PlatformFault {
    let status = answer.status.as_u16();
    match serde_json::from_slice::<Problem>(&answer.body) {
        Ok(problem) => PlatformFault::Problem(Box::new(problem)),
        Err(_) => PlatformFault::Unreadable { status },
    }
}

/// Longest obedience to a `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// How long the platform asks to wait before the next try.
pub(super) fn retry_after(answer: &Answer) -> Option<Duration> {
    let seconds: u64 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_may_ask_for_a_minute_and_no_longer() {
        let asked = |value: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            let status = http::StatusCode::SERVICE_UNAVAILABLE;
            retry_after(&Answer { status, headers, body: bytes::Bytes::new() })
        };
        assert_eq!(asked("59"), Some(Duration::from_secs(59)));
        for longer in ["60", "61", "18446744073709551615"] {
            assert_eq!(asked(longer), Some(RETRY_AFTER_MAX), "{longer}");
        }
        for none in ["", "-1", "soon", "Wed, 25 Nov 2026 01:00:00 GMT", "18446744073709551616"] {
            assert_eq!(asked(none), None, "{none}");
        }
    }
}
