//! How each route is asked, and what the answer is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_client::letter::Composed;
use careplan_client::platform::{Answer, Request};
use careplan_domain::Address;
use careplan_envelope::{SigningKey, certification_request};
use careplan_protocol::office_api::TransmissionEntry;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{Code, Problem, headers, routes};
use careplan_testkit::courier::{Courier, new_id};
use http::Method;
use uuid::Uuid;

use crate::callers::{Caller, OWNER, PARTNER, UNLICENSED, World, number};
use crate::rows::{Need, Row, Side};

/// What lies at the platform before a route is asked.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// Transmission or terminal.
    id: String,
    /// A transmission, as it is listed.
    entry: Option<TransmissionEntry>,
}

impl World {
    /// Prepares what the row needs, asks, and names the answer: a problem's code, or a status.
    pub(crate) async fn ask(&self, row: &Row, caller: Caller) -> String {
        let held = self.before_the_end.iter().find(|(route, _)| *route == (row.method.clone(), row.path));
        let prepared = match held {
            Some((_, prepared)) if caller == Caller::Unlicensed => prepared.clone(),
            _ => self.prepare(row, caller).await,
        };
        let request = self.request(row, caller, &prepared).await;
        let line = self.line(caller, row.side == Side::Receiver);
        name(&line.exchange(request).await.unwrap(), &row.method)
    }

    /// Sender and receiver of what is asked for. Only the office without a licence has its own:
    /// everybody else asks for the owner's.
    fn parties(&self, row: &Row, caller: Caller) -> [&'static str; 2] {
        match (caller, row.side) {
            (Caller::Unlicensed, Side::Sender) => [UNLICENSED, PARTNER],
            (Caller::Unlicensed, Side::Receiver) => [OWNER, UNLICENSED],
            _ => [OWNER, PARTNER],
        }
    }

    /// Puts there what the row needs.
    pub(crate) async fn prepare(&self, row: &Row, caller: Caller) -> Prepared {
        let ([from, to], need) = (self.parties(row, caller), row.need);
        let (sender, receiver) = (&self.couriers[from], &self.couriers[to]);
        match need {
            Need::Nothing => Prepared { id: new_id().to_string(), entry: None },
            Need::Terminal => {
                let terminal = Uuid::new_v4();
                let announcement = sender.announcement(terminal).unwrap();
                sender.platform().announce(terminal, announcement).await.unwrap();
                Prepared { id: terminal.to_string(), entry: None }
            }
            Need::Upload => {
                let id = new_id().to_string();
                let line = self.line(if from == OWNER { Caller::Right } else { Caller::Unlicensed }, false);
                let part = part(&id);
                assert_eq!(line.exchange(part).await.unwrap().status, 204);
                Prepared { id, entry: None }
            }
            Need::Accepted | Need::Fetched => {
                let letter = letter(sender, [from, to]).await;
                sender.send(&letter).await.unwrap();
                let entry = sender.platform().transmission(letter.header.id).await.unwrap().transmission;
                if need == Need::Fetched {
                    receiver.fetch(&entry).await.unwrap();
                }
                Prepared { id: entry.id.to_string(), entry: Some(entry) }
            }
        }
    }

    async fn request(&self, row: &Row, caller: Caller, prepared: &Prepared) -> Request {
        let path = row.path;
        let with_id = routes::with(path, &prepared.id);
        let method = row.method.clone();
        let own = if caller == Caller::Unlicensed { UNLICENSED } else { OWNER };
        match (method.as_str(), path) {
            ("PUT", routes::TRANSMISSION) => {
                let letter = letter(&self.couriers[own], [own, PARTNER]).await;
                sending(&letter)
            }
            ("PATCH", routes::UPLOAD) => part(&prepared.id).header(headers::UPLOAD_OFFSET, 4),
            ("PUT", routes::RECEIPT) => {
                let signer = if caller == Caller::Unlicensed { UNLICENSED } else { PARTNER };
                let entry = prepared.entry.as_ref().unwrap();
                let receipt = self.couriers[signer].receipt(entry, ReceiptKind::Acknowledged, None).unwrap();
                let path = routes::with(&with_id, ReceiptKind::Acknowledged);
                Request::put(path, receipt).header("content-type", headers::APPLICATION_CMS)
            }
            ("GET", routes::RECEIPT) => Request::get(routes::with(&with_id, ReceiptKind::Accepted)),
            ("GET", routes::OFFICE | routes::OFFICE_KEYS) => {
                Request::get(routes::with(path, number(PARTNER)))
            }
            ("PUT", routes::TERMINAL) => {
                let terminal = Uuid::new_v4();
                let announcement = self.couriers[own].announcement(terminal).unwrap();
                let request = Request::put(routes::with(path, terminal), announcement);
                request.header("content-type", headers::APPLICATION_CMS)
            }
            ("GET", routes::ACCOUNT) => {
                let credentials = &self.credentials[own];
                with_password(Request::get(path), &credentials.user_id, credentials.password.expose())
            }
            ("POST", routes::EST_SIMPLEENROLL) => {
                with_password(enrolment(path, own), &nobody(caller), "anything")
            }
            ("POST", routes::EST_SIMPLEREENROLL) => enrolment(path, own),
            _ => Request::new(method, with_id),
        }
    }
}

/// A user ID without an account; one for each caller, because misses lock it.
fn nobody(caller: Caller) -> String {
    format!("KJ9999700099{:02}", caller as u8)
}

fn with_password(request: Request, user_id: &str, password: &str) -> Request {
    request.header("authorization", format!("Basic {}", STANDARD.encode(format!("{user_id}:{password}"))))
}

async fn letter(sender: &Courier, [from, to]: [&str; 2]) -> Composed {
    let (from, to): (Address, Address) = (from.parse().unwrap(), to.parse().unwrap());
    let keys = sender.keys_of(&to).await.unwrap();
    sender.compose((from, to), &keys, ("plan.pdf", b"%PDF-1.4 plan".to_vec())).unwrap()
}

fn sending(letter: &Composed) -> Request {
    let header = &letter.header;
    let digest = STANDARD.encode(header.sealed_digest.0);
    Request::put(routes::with(routes::TRANSMISSION, header.id), letter.sealed.clone())
        .header("content-type", headers::APPLICATION_CMS)
        .header(headers::FROM, header.from)
        .header(headers::TO, header.to)
        .header(headers::UNIT, header.unit)
        .header(headers::FILES, header.files)
        .header(headers::CONTENT_DIGEST, format!("sha-256=:{digest}:"))
}

/// Four bytes of a letter.
fn part(id: &str) -> Request {
    let mut request = Request::new(Method::PATCH, routes::with(routes::UPLOAD, id));
    request.body = b"part".to_vec().into();
    request.header("content-type", headers::PARTIAL_UPLOAD).header(headers::UPLOAD_OFFSET, 0)
}

fn enrolment(path: &str, office: &str) -> Request {
    let key = SigningKey::generate_p256().unwrap();
    let request = certification_request(&key, number(office)).unwrap();
    let mut post = Request::new(Method::POST, path);
    post.body = STANDARD.encode(request).into_bytes().into();
    post.header("content-type", "application/pkcs10").header("content-transfer-encoding", "base64")
}

/// What an answer is called. An answer to HEAD has no body: its status stands for its problem.
fn name(answer: &Answer, method: &Method) -> String {
    if answer.status.as_u16() < 400 || method == Method::HEAD {
        return answer.status.as_u16().to_string();
    }
    match serde_json::from_slice::<Problem>(&answer.body) {
        Ok(problem) => problem.code.to_string(),
        Err(_) => answer.status.as_u16().to_string(),
    }
}

/// The expected name, as [`name`] gives it.
pub(crate) fn expected_name(row: &Row, caller: Caller) -> String {
    let expected = row.expected(caller);
    match Code::parse(expected) {
        Some(code) if row.method == Method::HEAD => code.status().to_string(),
        _ => expected.to_owned(),
    }
}
