//! Paths of the Office API, in the form axum and OpenAPI share (`{id}`).

/// Who the caller of a user ID and password is (HTTP Basic, no certificate needed).
pub const ACCOUNT: &str = "/v1/account";
/// The licence of the calling office.
pub const LICENCE: &str = "/v1/licence";
/// Search the directory.
pub const OFFICES: &str = "/v1/offices";
/// One office of the directory.
pub const OFFICE: &str = "/v1/offices/{number}";
/// Key announcements of an office's active terminals.
pub const OFFICE_KEYS: &str = "/v1/offices/{number}/keys";
/// Publish (`PUT`) or retire (`DELETE`) the key of one's own terminal.
pub const TERMINAL: &str = "/v1/terminals/{terminal}";
/// Which authorities speak for offices: signed by the platform.
pub const TRUST: &str = "/v1/trust";
/// Send (`PUT`) a letter, look (`GET`) at a transmission.
pub const TRANSMISSION: &str = "/v1/transmissions/{id}";
/// The bytes handed over so far (`HEAD`), the next part (`PATCH`), start again (`DELETE`).
pub const UPLOAD: &str = "/v1/transmissions/{id}/upload";
/// The sealed letter, with ranges.
pub const LETTER: &str = "/v1/transmissions/{id}/letter";
/// All receipts of a transmission.
pub const RECEIPTS: &str = "/v1/transmissions/{id}/receipts";
/// One receipt: hand in (`PUT`) one's own, fetch (`GET`) any.
pub const RECEIPT: &str = "/v1/transmissions/{id}/receipts/{kind}";
/// Take a letter back (`PUT`); the answer is the platform's signed receipt.
pub const WITHDRAWAL: &str = "/v1/transmissions/{id}/withdrawal";
/// What waits for the calling office.
pub const INBOX: &str = "/v1/inbox";
/// What the calling office sent.
pub const SENT: &str = "/v1/sent";
/// News: JSON page, long poll (`Prefer: wait`), or `text/event-stream`.
pub const EVENTS: &str = "/v1/events";
/// Notices of the operations centre.
pub const NOTICES: &str = "/v1/notices";
/// The OpenAPI document.
pub const OPENAPI: &str = "/v1/openapi.json";
/// EST (RFC 7030): the authority's certificates.
pub const EST_CACERTS: &str = "/.well-known/est/cacerts";
/// EST: first certificate, with user ID and issue password.
pub const EST_SIMPLEENROLL: &str = "/.well-known/est/simpleenroll";
/// EST: next certificate, with the present one.
pub const EST_SIMPLEREENROLL: &str = "/.well-known/est/simplereenroll";
/// The authority's current revocation list.
pub const CRL: &str = "/authority/ca.crl";

/// Fills the one parameter of a path.
///
/// ```
/// use careplan_protocol::routes;
/// assert_eq!(routes::with(routes::OFFICE, "9970000018"), "/v1/offices/9970000018");
/// ```
pub fn with(route: &str, parameter: impl std::fmt::Display) -> String {
    match (route.find('{'), route.find('}')) {
        (Some(open), Some(close)) if open < close => {
            format!("{}{parameter}{}", &route[..open], &route[close + 1..])
        }
        _ => route.to_owned(),
    }
}
