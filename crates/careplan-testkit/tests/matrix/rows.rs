//! One row for each route: what is asked, and what each caller gets.

use careplan_protocol::routes;
use http::Method;

use crate::callers::Caller;

/// What a route needs to be there before it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Nothing,
    /// A transmission of the caller that was accepted.
    Accepted,
    /// … and fetched by its receiver.
    Fetched,
    /// The first part of a letter, uploaded by the caller.
    Upload,
    /// A terminal of the caller.
    Terminal,
}

/// On which side of the transmission the right caller stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Sender,
    Receiver,
}

/// Who may ask at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// Only who holds a good certificate of an active office.
    Certificate,
    /// Everybody: what is said there is public or signed.
    Public,
    /// User ID and password; certificates are not looked at.
    Password,
}

/// One route.
pub(crate) struct Row {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) need: Need,
    pub(crate) side: Side,
    door: Door,
    /// What an office without a licence gets.
    unlicensed: &'static str,
    /// What an office gets that asks for what belongs to others.
    stranger: &'static str,
    /// What the right office gets.
    right: &'static str,
}

impl Row {
    /// What a caller must get: a problem's code, or an HTTP status.
    pub(crate) fn expected(&self, caller: Caller) -> &'static str {
        match (self.door, caller) {
            (_, Caller::Right) => self.right,
            (Door::Public | Door::Password, _) => self.right,
            (_, Caller::Nobody) => "certificate-missing",
            (_, Caller::OtherAuthority) => "certificate-unknown-authority",
            (_, Caller::Expired) => "certificate-expired",
            (_, Caller::Revoked) => "certificate-revoked",
            (_, Caller::Suspended) => "office-suspended",
            (_, Caller::Unlicensed) => self.unlicensed,
            (_, Caller::Stranger) => self.stranger,
        }
    }

    fn needs(mut self, need: Need, side: Side) -> Self {
        (self.need, self.side) = (need, side);
        self
    }

    fn unlicensed(mut self, code: &'static str) -> Self {
        self.unlicensed = code;
        self
    }

    fn stranger(mut self, code: &'static str) -> Self {
        self.stranger = code;
        self
    }
}

/// A route that every office with a good certificate may ask, also without a licence.
fn offices(method: Method, path: &'static str, right: &'static str) -> Row {
    Row {
        method,
        path,
        need: Need::Nothing,
        side: Side::Sender,
        door: Door::Certificate,
        unlicensed: right,
        stranger: right,
        right,
    }
}

fn public(method: Method, path: &'static str, right: &'static str) -> Row {
    Row { door: Door::Public, ..offices(method, path, right) }
}

fn password(method: Method, path: &'static str, right: &'static str) -> Row {
    Row { door: Door::Password, ..offices(method, path, right) }
}

/// Every route. Nothing but sending needs a licence: what was accepted stays reachable.
pub(crate) fn rows() -> Vec<Row> {
    const UNKNOWN: &str = "transmission-unknown";
    vec![
        // The stranger sends in the name of another office.
        offices(Method::PUT, routes::TRANSMISSION, "201")
            .unlicensed("sender-unlicensed")
            .stranger("sender-not-caller"),
        offices(Method::GET, routes::TRANSMISSION, "200")
            .needs(Need::Accepted, Side::Sender)
            .stranger(UNKNOWN),
        // Uploads are the caller's own: another office's under the same id is not seen.
        offices(Method::HEAD, routes::UPLOAD, "204").needs(Need::Upload, Side::Sender).stranger("404"),
        offices(Method::PATCH, routes::UPLOAD, "204")
            .needs(Need::Upload, Side::Sender)
            .stranger("upload-unknown"),
        offices(Method::DELETE, routes::UPLOAD, "204").needs(Need::Upload, Side::Sender),
        offices(Method::GET, routes::LETTER, "200").needs(Need::Accepted, Side::Receiver).stranger(UNKNOWN),
        offices(Method::GET, routes::RECEIPTS, "200").needs(Need::Accepted, Side::Sender).stranger(UNKNOWN),
        offices(Method::GET, routes::RECEIPT, "200").needs(Need::Accepted, Side::Sender).stranger(UNKNOWN),
        offices(Method::PUT, routes::RECEIPT, "201").needs(Need::Fetched, Side::Receiver).stranger(UNKNOWN),
        offices(Method::PUT, routes::WITHDRAWAL, "201").needs(Need::Accepted, Side::Sender).stranger(UNKNOWN),
        offices(Method::GET, routes::INBOX, "200"),
        offices(Method::GET, routes::SENT, "200"),
        offices(Method::GET, routes::EVENTS, "200"),
        offices(Method::GET, routes::OFFICES, "200"),
        offices(Method::GET, routes::OFFICE, "200"),
        offices(Method::GET, routes::OFFICE_KEYS, "200"),
        offices(Method::GET, routes::LICENCE, "200"),
        offices(Method::GET, routes::NOTICES, "200"),
        // The stranger announces a key in the name of another office.
        offices(Method::PUT, routes::TERMINAL, "201").stranger("announcement-invalid"),
        offices(Method::DELETE, routes::TERMINAL, "204")
            .needs(Need::Terminal, Side::Sender)
            .stranger("terminal-unknown"),
        password(Method::GET, routes::ACCOUNT, "200"),
        public(Method::GET, routes::TRUST, "200"),
        public(Method::GET, routes::OPENAPI, "200"),
        public(Method::GET, routes::CRL, "200"),
        public(Method::GET, routes::EST_CACERTS, "200"),
        // By a user ID that nobody has: a wrong password would lock the account for the next row.
        password(Method::POST, routes::EST_SIMPLEENROLL, "issue-password-wrong"),
        // The stranger asks for a certificate in the name of another office.
        offices(Method::POST, routes::EST_SIMPLEREENROLL, "200").stranger("enrolment-request-invalid"),
    ]
}
