//! A platform in memory: the Office API as far as the client uses it, behind the client's own
//! transport seam, with lost requests and lost answers on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use careplan_client::keys::OfficeIdentity;
use careplan_client::letter::digest_of;
use careplan_client::platform::{
    Answer, Connector, Listening, Request, ServerTrust, Transport, TransportFault,
};
use careplan_domain::licence::LicenceState;
use careplan_domain::transmission::State as Life;
use careplan_domain::{OfficeNumber, Timestamp, TransmissionId, UserId};
use careplan_envelope::{Certificate, CertificationRequest, sign, verify};
use careplan_protocol::office_api::{
    Account, Event, EventPage, Licence, NoticeEntry, NoticePage, OfficeEntry, OfficeKeys, OfficePage,
    ReceiptList, SignedReceipt, TerminalKey, TransmissionEntry, TransmissionEvent, TransmissionPage,
    TransmissionView,
};
use careplan_protocol::receipt::{RECEIPT_TYPE, Reason, Receipt, ReceiptKind};
use careplan_protocol::trust::{TRUST_TYPE, TrustList, office_of_uri, office_uri};
use careplan_protocol::{Base64, Code, Problem, headers};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::authority::{Authority, bundle};

/// What happens to one exchange on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The request never arrives.
    Request,
    /// It arrives, is acted on, and the answer is lost.
    Answer,
}

/// One letter at the platform.
pub struct Held {
    pub entry: TransmissionEntry,
    pub letter: Bytes,
    pub receipts: BTreeMap<ReceiptKind, Vec<u8>>,
}

/// Everything the platform knows.
pub struct Inside {
    pub authority: Authority,
    pub signer: OfficeIdentity,
    pub now: Timestamp,
    pub letters: BTreeMap<TransmissionId, Held>,
    pub uploads: BTreeMap<TransmissionId, Vec<u8>>,
    pub terminals: BTreeMap<OfficeNumber, BTreeMap<Uuid, Vec<u8>>>,
    pub news: BTreeMap<OfficeNumber, Vec<Event>>,
    pub inboxes: BTreeMap<OfficeNumber, Vec<TransmissionId>>,
    pub issued: BTreeMap<Vec<u8>, Certificate>,
    /// Certificates are issued until the first day of this year.
    pub issued_until: i32,
    /// Issue passwords that were handed out after the first, for any office.
    pub more_issue_passwords: u32,
    pub trust_list: TrustList,
    /// Answer to be given to sending, whatever is sent.
    pub refuse_sending: Option<Code>,
    pub revoked: BTreeSet<OfficeNumber>,
    /// Exchanges so far, and what happens to one of them.
    pub exchanges: usize,
    pub lose: Option<(usize, Loss)>,
    /// Paths that carried credentials, with whether the line was believed.
    pub credentials_seen: Vec<(String, bool)>,
    pub accepted_requests: usize,
    /// `202 Accepted` answers to give before a certificate is issued.
    pub issue_later: u32,
    /// Whether event streams get through.
    pub streams: bool,
    /// Whether nothing arrives at all.
    pub away: bool,
    /// How far the clocks of the offices are ahead of the platform's.
    pub clock_ahead: jiff::SignedDuration,
    /// The offices that the directory knows; while it is empty, it knows every number.
    pub directory: Vec<OfficeEntry>,
    /// The password of every account.
    pub password: &'static str,
    /// The licence of every office.
    pub licence: LicenceState,
    /// What the operations centre tells, in the order of the last change; two on a page.
    pub notices: Vec<NoticeEntry>,
}

/// The platform; clones are the same.
#[derive(Clone)]
pub struct Exchange(Arc<Mutex<Inside>>);

pub const PASSWORD: &str = "kari-pass-word";
pub const ISSUE_PASSWORD: &str = "hakkou-0001";
pub const OFFICES: [(&str, &str); 3] = [("9970000018", "43"), ("9970000026", "11"), ("9970000034", "15")];

impl Exchange {
    pub fn new(now: Timestamp) -> Self {
        let authority = Authority::new("練習用ルート");
        let signer = authority.platform_identity();
        let trust_list = TrustList { document: TRUST_TYPE.into(), issued_at: now, foreign: Vec::new() };
        Self(Arc::new(Mutex::new(Inside {
            authority,
            signer,
            now,
            letters: BTreeMap::new(),
            uploads: BTreeMap::new(),
            terminals: BTreeMap::new(),
            news: BTreeMap::new(),
            inboxes: BTreeMap::new(),
            issued: BTreeMap::new(),
            issued_until: 2040,
            more_issue_passwords: 0,
            trust_list,
            refuse_sending: None,
            revoked: BTreeSet::new(),
            exchanges: 0,
            lose: None,
            credentials_seen: Vec::new(),
            accepted_requests: 0,
            issue_later: 0,
            streams: false,
            away: false,
            clock_ahead: jiff::SignedDuration::ZERO,
            directory: Vec::new(),
            password: PASSWORD,
            licence: licence(),
            notices: Vec::new(),
        })))
    }

    pub fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }
}

impl Connector for Exchange {
    fn connect(
        &self,
        _base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        let root = self.lock().authority.root.der().to_vec();
        let believed = match trust {
            ServerTrust::Root(believed) if *believed != root => return Err(TransportFault::Untrusted),
            ServerTrust::Root(_) => true,
            ServerTrust::Nothing => false,
        };
        let uri = identity.and_then(|it| it.certificate().san_uris().first().cloned());
        let caller = uri.and_then(|uri| office_of_uri(&uri));
        let until = identity.map(|it| it.certificate().not_after());
        Ok(Arc::new(Line { exchange: self.clone(), caller, until, believed }))
    }
}

struct Line {
    exchange: Exchange,
    caller: Option<OfficeNumber>,
    /// Until when the certificate of the caller is valid.
    until: Option<Timestamp>,
    believed: bool,
}

impl Transport for Line {
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>> {
        async move {
            // An await between asking and answering, as on a real line.
            tokio::task::yield_now().await;
            let answer = {
                let mut inside = self.exchange.lock();
                let number = inside.exchanges;
                inside.exchanges += 1;
                let loss = inside.lose.filter(|(at, _)| *at == number).map(|(_, loss)| loss);
                if loss == Some(Loss::Request) || inside.away {
                    return Err(TransportFault::Unreachable);
                }
                if request.headers.contains_key("authorization") {
                    inside.credentials_seen.push((request.path.clone(), self.believed));
                }
                let is_expired = self.until.is_some_and(|until| inside.now > until);
                let caller = self.caller.map(|caller| (caller, is_expired));
                let mut answer = inside.answer(caller, &request);
                let date = inside.now - inside.clock_ahead;
                let date =
                    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
                answer.headers.insert("date", date.parse().unwrap());
                if loss == Some(Loss::Answer) { Err(TransportFault::Broken) } else { Ok(answer) }
            };
            tokio::task::yield_now().await;
            answer
        }
        .boxed()
    }

    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>> {
        async move {
            if !self.exchange.lock().streams {
                return Err(TransportFault::Broken);
            }
            let by = self.caller.ok_or(TransportFault::Broken)?;
            let after: i64 = request.headers["last-event-id"].to_str().unwrap().parse().unwrap();
            let pieces =
                futures_util::stream::unfold((self.exchange.clone(), after), move |(exchange, after)| {
                    next_event(exchange, by, after)
                });
            let mut headers = HeaderMap::new();
            headers.insert("content-type", HeaderValue::from_static("text/event-stream"));
            Ok(Listening { status: StatusCode::OK, headers, body: pieces.boxed() })
        }
        .boxed()
    }
}

/// One event of a stream, as soon as there is one.
async fn next_event(
    exchange: Exchange,
    by: OfficeNumber,
    after: i64,
) -> Option<(Result<Bytes, TransportFault>, (Exchange, i64))> {
    loop {
        let news = exchange.lock().news.get(&by).cloned().unwrap_or_default();
        if let Some(event) = news.into_iter().find(|event| event.seq > after) {
            let text = format!("id: {}\ndata: {}\n\n", event.seq, serde_json::to_string(&event).unwrap());
            return Some((Ok(text.into()), (exchange, event.seq)));
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

type Answered = Result<Answer, Problem>;

fn refuse<T>(code: Code) -> Result<T, Problem> {
    Err(Problem::new(code))
}

fn json(value: &impl Serialize) -> Answered {
    raw(StatusCode::OK, serde_json::to_vec(value).unwrap())
}

fn raw(status: StatusCode, body: impl Into<Bytes>) -> Answered {
    Ok(Answer { status, headers: HeaderMap::new(), body: body.into() })
}

impl Inside {
    fn answer(&mut self, caller: Option<(OfficeNumber, bool)>, request: &Request) -> Answer {
        let answered = match caller {
            Some((_, true)) => refuse(Code::CertificateExpired),
            Some((caller, _)) if self.revoked.contains(&caller) => refuse(Code::CertificateRevoked),
            _ => self.route(caller.map(|(caller, _)| caller), request),
        };
        answered.unwrap_or_else(|problem| Answer {
            status: StatusCode::from_u16(problem.status).unwrap(),
            headers: HeaderMap::new(),
            body: serde_json::to_vec(&problem).unwrap().into(),
        })
    }

    fn route(&mut self, caller: Option<OfficeNumber>, request: &Request) -> Answered {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let after =
            query.split('&').find_map(|it| it.strip_prefix("after=")).map_or(0, |it| it.parse().unwrap());
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let by = caller.ok_or_else(|| Problem::new(Code::CertificateMissing));
        match (&request.method, parts.as_slice()) {
            (_, [".well-known", "est", "cacerts"]) => base64_body(&bundle(&[&self.authority.root])),
            (_, [".well-known", "est", "simpleenroll"]) => self.enrol(request, None),
            (_, [".well-known", "est", "simplereenroll"]) => self.enrol(request, Some(by?)),
            (_, ["v1", "trust"]) => raw(StatusCode::OK, self.sign(&self.trust_list)),
            (_, ["v1", "account"]) => self.account(request),
            (_, ["v1", "licence"]) => json(&Licence { office: by?, licence: self.licence }),
            (_, ["v1", "notices"]) => {
                let mut changed = self.notices.iter().filter(|it| it.seq > after);
                let notices: Vec<NoticeEntry> = changed.by_ref().take(2).cloned().collect();
                let next = notices.last().map_or(after, |it| it.seq);
                json(&NoticePage { notices, next, more: changed.next().is_some() })
            }
            (_, ["v1", "offices", number, "keys"]) => self.keys(number.parse().unwrap()),
            (_, ["v1", "offices"]) => self.search(query),
            (_, ["v1", "offices", number]) if self.directory.is_empty() => json(&office(number)),
            (_, ["v1", "offices", number]) => {
                let known = self.directory.iter().find(|office| office.number.as_str() == *number);
                known.map_or_else(|| refuse(Code::ReceiverUnknown), json)
            }
            (&Method::PUT, ["v1", "terminals", terminal]) => {
                let terminals = self.terminals.entry(by?).or_default();
                terminals.insert(terminal.parse().unwrap(), request.body.to_vec());
                raw(StatusCode::CREATED, "")
            }
            (_, ["v1", "inbox"]) => self.inbox(by?, after),
            (_, ["v1", "events"]) => self.events(by?, after),
            (method, ["v1", "transmissions", id, rest @ ..]) => {
                let id = id.parse().unwrap();
                match (method, rest) {
                    (&Method::PUT, []) => self.accept(by?, id, request),
                    (_, []) => self.view(by?, id),
                    (_, ["upload"]) => self.upload(id, request),
                    (_, ["letter"]) => self.letter(by?, id, request),
                    (_, ["receipts"]) => self.receipts(by?, id),
                    (&Method::PUT, ["receipts", kind]) => self.hand_in(by?, id, kind, request),
                    (_, ["receipts", kind]) => self.receipt(by?, id, kind),
                    (_, ["withdrawal"]) => self.withdraw(by?, id),
                    _ => refuse(Code::RouteUnknown),
                }
            }
            _ => refuse(Code::RouteUnknown),
        }
    }

    /// Two offices on a page.
    fn search(&self, query: &str) -> Answered {
        let wanted: BTreeMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fits = |name: &str, test: &dyn Fn(&str) -> bool| wanted.get(name).is_none_or(|it| test(it));
        let mut found = self.directory.iter().filter(|it| {
            fits("number", &|part| it.number.as_str().starts_with(part))
                && fits("name", &|part| it.name.contains(part))
                && fits("kana", &|part| it.kana.contains(part))
                && fits("prefecture", &|code| it.prefecture == code)
                && fits("service_type", &|code| it.service_types.iter().any(|it| it.as_str() == code))
                && fits("joined", &|joined| it.joined.to_string() == joined)
                && fits("after", &|after| it.number.as_str() > after)
        });
        let offices: Vec<OfficeEntry> = found.by_ref().take(2).cloned().collect();
        let next = found.next().and_then(|_| offices.last()).map(|last| last.number);
        json(&OfficePage { offices, next })
    }

    pub fn sign(&self, document: &impl Serialize) -> Vec<u8> {
        sign(&serde_json::to_vec(document).unwrap(), self.signer.signer(), self.now).unwrap()
    }

    fn enrol(&mut self, request: &Request, caller: Option<OfficeNumber>) -> Answered {
        let csr = CertificationRequest::verify(&STANDARD.decode(&request.body).unwrap()).unwrap();
        let office = match caller {
            Some(office) => office,
            None => {
                let (user_id, password) =
                    basic(request).ok_or_else(|| Problem::new(Code::CredentialsMissing))?;
                if password != ISSUE_PASSWORD {
                    return refuse(Code::IssuePasswordWrong);
                }
                user_id.office()
            }
        };
        if self.issue_later > 0 {
            self.issue_later -= 1;
            let mut answer = raw(StatusCode::ACCEPTED, "")?;
            answer.headers.insert("retry-after", HeaderValue::from_static("0"));
            return Ok(answer);
        }
        let spki = csr.public_key_spki().to_vec();
        if !self.issued.contains_key(&spki) {
            // An issue password obtains one certificate, which is not the one that was revoked.
            if caller.is_none() && self.issued.values().any(|it| it.san_uris()[0].ends_with(office.as_str()))
            {
                if self.more_issue_passwords == 0 {
                    return refuse(Code::IssuePasswordUsed);
                }
                self.more_issue_passwords -= 1;
                self.revoked.remove(&office);
            }
            let number = office.as_str();
            let uri = office_uri(&office);
            let certificate = self.authority.issue_until(&spki, number, Some(&uri), self.issued_until);
            self.issued.insert(spki.clone(), certificate);
        }
        base64_body(&bundle(&[&self.issued[&spki], &self.authority.root]))
    }

    fn account(&self, request: &Request) -> Answered {
        let (user_id, password) = basic(request).ok_or_else(|| Problem::new(Code::CredentialsMissing))?;
        if password != self.password {
            return refuse(Code::CredentialsWrong);
        }
        let office = office(user_id.office().as_str());
        json(&Account {
            user_id,
            office,
            password_is_temporary: true,
            issue_password_until: None,
            licence: self.licence,
            site: Some("https://site.example".to_owned()),
        })
    }

    fn keys(&self, office: OfficeNumber) -> Answered {
        let terminals = self.terminals.get(&office).into_iter().flatten();
        let terminals = terminals.map(|(terminal, announcement)| TerminalKey {
            terminal: *terminal,
            announcement: Base64(announcement.clone()),
        });
        json(&OfficeKeys { office, terminals: terminals.collect() })
    }

    fn accept(&mut self, by: OfficeNumber, id: TransmissionId, request: &Request) -> Answered {
        if let Some(code) = self.refuse_sending {
            return refuse(code);
        }
        let field = |name: &str| request.headers.get(name).map(|it| it.to_str().unwrap());
        let letter = match field(headers::UPLOAD_COMPLETE) {
            Some(_) => self.uploads.get(&id).cloned().map(Bytes::from).unwrap_or_default(),
            None => request.body.clone(),
        };
        let digest = digest_of(&letter);
        if let Some(held) = self.letters.get(&id) {
            let same = held.entry.sealed_sha256 == digest || field(headers::UPLOAD_COMPLETE).is_some();
            if !same || held.entry.from.office != by {
                return refuse(Code::IdConflict);
            }
            return raw(StatusCode::OK, held.receipts[&ReceiptKind::Accepted].clone());
        }
        let stated = format!("sha-256=:{}:", STANDARD.encode(digest.as_bytes()));
        if field(headers::CONTENT_DIGEST) != Some(&stated) {
            return refuse(Code::DigestMismatch);
        }
        let parse = |name: &str| field(name).unwrap_or_default();
        let from: careplan_domain::Address = parse(headers::FROM).parse().unwrap();
        if from.office != by {
            return refuse(Code::SenderNotCaller);
        }
        let to: careplan_domain::Address = parse(headers::TO).parse().unwrap();
        let deadline = self.now + jiff::SignedDuration::from_hours(400 * 24);
        let inbox = self.inboxes.entry(to.office).or_default();
        inbox.push(id);
        let entry = TransmissionEntry {
            id,
            seq: inbox.len() as i64,
            from,
            to,
            unit: parse(headers::UNIT).parse().unwrap(),
            month: field(headers::MONTH).map(|it| it.parse().unwrap()),
            files: parse(headers::FILES).parse().unwrap(),
            sealed_bytes: letter.len() as u64,
            sealed_sha256: digest,
            replaces: field(headers::REPLACES).map(|it| it.parse().unwrap()),
            accepted_at: self.now,
            deadline,
            state: Life::Accepted,
            state_at: self.now,
            bytes_kept: true,
        };
        self.accepted_requests += 1;
        self.uploads.remove(&id);
        self.letters.insert(id, Held { entry, letter, receipts: BTreeMap::new() });
        self.platform_receipt(id, ReceiptKind::Accepted, None);
        self.event(id, Life::Accepted, to.office);
        raw(StatusCode::CREATED, self.letters[&id].receipts[&ReceiptKind::Accepted].clone())
    }

    /// Signs and keeps a receipt of the platform.
    pub fn platform_receipt(&mut self, id: TransmissionId, kind: ReceiptKind, reason: Option<Reason>) {
        let entry = &self.letters[&id].entry;
        let receipt = Receipt {
            document: RECEIPT_TYPE.into(),
            kind,
            transmission: id,
            from: entry.from,
            to: entry.to,
            unit: entry.unit,
            sealed_sha256: entry.sealed_sha256,
            at: self.now,
            manifest_sha256: None,
            deadline: None,
            reason,
        };
        let signed = self.sign(&receipt);
        self.letters.get_mut(&id).unwrap().receipts.insert(kind, signed);
    }

    /// Moves a transmission and tells one office.
    pub fn event(&mut self, id: TransmissionId, state: Life, tell: OfficeNumber) {
        let at = self.now;
        let held = self.letters.get_mut(&id).unwrap();
        held.entry.state = state;
        held.entry.state_at = at;
        let news = self.news.entry(tell).or_default();
        news.push(Event { seq: news.len() as i64 + 1, state, transmission: id, at });
    }

    fn held(&self, by: OfficeNumber, id: TransmissionId) -> Result<&Held, Problem> {
        let held = self.letters.get(&id);
        held.filter(|it| it.entry.from.office == by || it.entry.to.office == by)
            .ok_or_else(|| Problem::new(Code::TransmissionUnknown))
    }

    fn view(&self, by: OfficeNumber, id: TransmissionId) -> Answered {
        let transmission = self.held(by, id)?.entry.clone();
        let events = vec![TransmissionEvent { state: transmission.state, at: transmission.state_at }];
        json(&TransmissionView { transmission, events })
    }

    fn upload(&mut self, id: TransmissionId, request: &Request) -> Answered {
        let held = self.uploads.entry(id).or_default();
        if request.method == Method::PATCH {
            let from: usize = request.headers[headers::UPLOAD_OFFSET].to_str().unwrap().parse().unwrap();
            if from != held.len() {
                return refuse(Code::UploadOffset);
            }
            held.extend_from_slice(&request.body);
        } else if request.method == Method::DELETE {
            held.clear();
        }
        let mut answer = raw(StatusCode::NO_CONTENT, "")?;
        answer.headers.insert(headers::UPLOAD_OFFSET, held.len().into());
        Ok(answer)
    }

    fn letter(&mut self, by: OfficeNumber, id: TransmissionId, request: &Request) -> Answered {
        let held = self.held(by, id)?;
        let (state, to, from) = (held.entry.state, held.entry.to.office, held.entry.from.office);
        if matches!(state, Life::Withdrawn | Life::Refused | Life::Expired) && by == to {
            return refuse(Code::TransmissionEnded);
        }
        if by == to && state == Life::Accepted {
            self.event(id, Life::Fetched, from);
        }
        let letter = self.letters[&id].letter.clone();
        let Some(range) = request.headers.get("range") else { return raw(StatusCode::OK, letter) };
        let range = range.to_str().unwrap().strip_prefix("bytes=").unwrap();
        let (begin, end) = range.split_once('-').unwrap();
        let part = letter.slice(begin.parse().unwrap()..end.parse::<usize>().unwrap() + 1);
        raw(StatusCode::PARTIAL_CONTENT, part)
    }

    fn receipts(&self, by: OfficeNumber, id: TransmissionId) -> Answered {
        let receipts = self.held(by, id)?.receipts.iter();
        let receipts = receipts.map(|(kind, signed)| SignedReceipt {
            kind: *kind,
            at: self.now,
            signed: Base64(signed.clone()),
        });
        json(&ReceiptList { receipts: receipts.collect() })
    }

    fn receipt(&self, by: OfficeNumber, id: TransmissionId, kind: &str) -> Answered {
        let kind = ReceiptKind::parse(kind).unwrap();
        match self.held(by, id)?.receipts.get(&kind) {
            Some(signed) => raw(StatusCode::OK, signed.clone()),
            None => refuse(Code::ReceiptUnknown),
        }
    }

    fn hand_in(&mut self, by: OfficeNumber, id: TransmissionId, kind: &str, request: &Request) -> Answered {
        let kind = ReceiptKind::parse(kind).unwrap();
        let held = self.held(by, id)?;
        if let Some(first) = held.receipts.get(&kind) {
            return raw(StatusCode::OK, first.clone());
        }
        let wanted = if kind == ReceiptKind::Imported { Life::Acknowledged } else { Life::Fetched };
        if held.entry.state == Life::Accepted {
            return refuse(Code::NotFetched);
        }
        if held.entry.state != wanted {
            return refuse(Code::TransmissionEnded);
        }
        let signed = verify(&request.body).map_err(|_| Problem::new(Code::ReceiptInvalid))?;
        let receipt: Receipt = serde_json::from_slice(&signed.content).unwrap();
        assert_eq!((receipt.kind, receipt.transmission, receipt.to.office), (kind, id, by));
        assert!(kind != ReceiptKind::Refused || receipt.reason.is_some());
        let from = held.entry.from.office;
        self.letters.get_mut(&id).unwrap().receipts.insert(kind, request.body.to_vec());
        self.event(id, kind.state(), from);
        raw(StatusCode::CREATED, request.body.clone())
    }

    fn withdraw(&mut self, by: OfficeNumber, id: TransmissionId) -> Answered {
        let entry = self.held(by, id)?.entry.clone();
        match entry.state {
            Life::Accepted => {
                self.platform_receipt(id, ReceiptKind::Withdrawn, None);
                self.event(id, Life::Withdrawn, entry.to.office);
            }
            Life::Withdrawn => {}
            _ => return refuse(Code::AlreadyFetched),
        }
        raw(StatusCode::OK, self.letters[&id].receipts[&ReceiptKind::Withdrawn].clone())
    }

    fn inbox(&self, by: OfficeNumber, after: i64) -> Answered {
        // Small pages, so that paging is always part of the test.
        const PAGE: usize = 2;
        let all = self.inboxes.get(&by).map(Vec::as_slice).unwrap_or_default();
        let rest = all.get(after as usize..).unwrap_or_default();
        let transmissions: Vec<_> = rest.iter().take(PAGE).map(|id| self.letters[id].entry.clone()).collect();
        let next = transmissions.last().map_or(after, |entry| entry.seq);
        json(&TransmissionPage { transmissions, next, more: rest.len() > PAGE })
    }

    fn events(&self, by: OfficeNumber, after: i64) -> Answered {
        let all = self.news.get(&by).map(Vec::as_slice).unwrap_or_default();
        let events: Vec<_> = all.iter().filter(|event| event.seq > after).cloned().collect();
        let next = events.last().map_or(after, |event| event.seq);
        json(&EventPage { events, next })
    }
}

fn base64_body(der: &[u8]) -> Answered {
    raw(StatusCode::OK, STANDARD.encode(der))
}

fn basic(request: &Request) -> Option<(UserId, String)> {
    let value = request.headers.get("authorization")?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (user_id, password) = text.split_once(':')?;
    Some((user_id.parse().ok()?, password.to_owned()))
}

fn licence() -> LicenceState {
    LicenceState::Valid { ends_at: "2027-04-01T00:00:00Z".parse().unwrap() }
}

pub fn office(number: &str) -> OfficeEntry {
    let service_type = OFFICES.iter().find(|(known, _)| *known == number).map_or("43", |(_, it)| it);
    OfficeEntry {
        number: number.parse().unwrap(),
        name: format!("練習事業所{}", &number[6..]),
        kana: "レンシュウ".into(),
        prefecture: "99".into(),
        address: "練習県練習市1-1".into(),
        service_types: vec![service_type.parse().unwrap()],
        joined: true,
    }
}
