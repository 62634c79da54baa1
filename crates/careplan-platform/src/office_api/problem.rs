//! Problems as answers (RFC 9457).

use axum::response::{IntoResponse, Response};
use careplan_protocol::headers::PROBLEM_JSON;
use careplan_protocol::{Code, Problem};
use http::{HeaderValue, StatusCode, header};

use crate::store::StoreError;

/// Seconds after which a caller may try again when the storage was away.
const RETRY_SECONDS: u16 = 5;

/// A refusal on its way to the caller. The problem also lies in the extensions of the answer, where
/// the outermost layer completes it with the number of the request.
#[derive(Debug, Clone)]
pub struct Refused(pub Box<Problem>);

impl Refused {
    /// What is answered.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<StoreError> for Refused {
    /// The cause goes to the log, once; the caller learns whether trying again helps.
    fn from(error: StoreError) -> Self {
        store_failed(&error)
    }
}

/// As `From<StoreError>`, for an error that several callers share.
pub(crate) fn store_failed(error: &StoreError) -> Refused {
    let code = match error {
        StoreError::Unavailable(_) => Code::StorageUnavailable,
        StoreError::Full(_) => Code::StorageFull,
        _ => Code::Internal,
    };
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(code = code.as_str(), %error, cause, "the store failed");
    code.into()
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = *self.0;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if problem.code.is_transient() && problem.status >= 500 {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        response.extensions_mut().insert(problem);
        response
    }
}
