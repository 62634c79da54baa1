//! The Office API over a world, asked in process: the certificate is handed over as the door would.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use careplan_domain::retention::Retention;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{Certificate, DecryptionKey, Signer as SignedBy, sign};
use careplan_platform::blobs::Blobs;
use careplan_platform::caller::{Connection, Contacts, Standings};
use careplan_platform::config::Foreign;
use careplan_platform::mailbox::Mailbox;
use careplan_platform::office_api::router;
use careplan_platform::platform::Platform;
use careplan_platform::signer::{SignFault, Signer};
use careplan_platform::trust::{ForeignTrust, Trust, TrustInForce};
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, KeyAnnouncement};
use careplan_protocol::{Base64, Problem};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::world::{Member, World};

/// Nothing here needs the platform's signature.
struct Nobody;

impl Signer for Nobody {
    fn sign(&self, _: &[u8], _: Timestamp) -> Result<Vec<u8>, SignFault> {
        Err(SignFault::NotReady)
    }
}

pub struct Api {
    router: Router,
    platform: Arc<Platform>,
    root: Certificate,
    /// The blobs; nothing here comes there.
    _folder: tempfile::TempDir,
}

impl Api {
    pub async fn new(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path().to_owned()).await.unwrap();
        let (store, clock) = (world.store.clone(), world.clock.clone());
        let root = Certificate::from_der(world.authority.root()).unwrap();
        let platform = Platform {
            standings: Standings::start(store.clone()),
            contacts: Contacts::start(store.clone()),
            mailbox: Mailbox::start(store.clone(), clock.clone(), blobs, Retention::default()),
            store,
            clock,
            trust: Arc::new(TrustInForce::new(Trust::new(vec![root.clone()], Vec::new()).unwrap())),
            issue_passwords: world.issue_passwords(),
            order_bell: Arc::default(),
            enrol_wait: std::time::Duration::ZERO,
            site_url: careplan_platform::mail::SiteUrl::parse("https://site.example").unwrap(),
            signer: Arc::new(Nobody),
        };
        let platform = Arc::new(platform);
        Self { router: router(platform.clone()), platform, root, _folder: folder }
    }

    /// Believes these foreign authorities from now on, as a reload would.
    pub fn trust(&self, foreign: &[Foreign]) {
        let foreign = foreign.iter().map(|settings| ForeignTrust::load(settings).unwrap()).collect();
        self.platform.trust.replace(Trust::new(vec![self.root.clone()], foreign).unwrap());
    }

    /// One request over one connection of a member, or of somebody without certificate.
    pub async fn ask(&self, member: Option<&Member>, mut request: Request<Body>) -> Answer {
        let presented = member.map(|member| member.presented.clone()).unwrap_or_default();
        let connection = Connection::new(presented, CancellationToken::new());
        request.extensions_mut().insert(Arc::new(connection));
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn get(&self, member: &Member, path: &str) -> Answer {
        self.ask(Some(member), Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn put_key(&self, member: &Member, terminal: Uuid, der: &[u8]) -> Answer {
        let request = Request::put(format!("/v1/terminals/{terminal}"))
            .header("content-type", "application/cms")
            .header("content-length", der.len())
            .body(Body::from(der.to_vec()));
        self.ask(Some(member), request.unwrap()).await
    }

    pub async fn delete_key(&self, member: &Member, terminal: &str) -> Answer {
        let request = Request::builder().method(Method::DELETE).uri(format!("/v1/terminals/{terminal}"));
        self.ask(Some(member), request.body(Body::empty()).unwrap()).await
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status, code, and what a person reads.
    pub fn refusal(&self) -> (u16, String, String) {
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        (problem.status, problem.code.to_string(), problem.to_string())
    }

    /// It is refused with this status and code, and says this.
    pub fn is_refused(&self, status: u16, code: &str, part: &str) {
        let refusal = self.refusal();
        assert_eq!((refusal.0, refusal.1.as_str()), (status, code), "{}", refusal.2);
        assert!(refusal.2.contains(part), "{}", refusal.2);
    }
}

/// An announcement of a fresh P-256 key, valid for a day from `issued_at`.
pub fn announcement(office: OfficeNumber, terminal: Uuid, issued_at: Timestamp) -> KeyAnnouncement {
    KeyAnnouncement {
        document: ANNOUNCEMENT_TYPE.to_owned(),
        office,
        terminal,
        key: Base64(DecryptionKey::generate_p256().unwrap().public_key_spki().to_vec()),
        issued_at,
        expires_at: issued_at + std::time::Duration::from_secs(24 * 3600),
    }
}

/// The announcement as CMS SignedData by a member.
pub fn signed(member: &Member, announcement: &KeyAnnouncement) -> Vec<u8> {
    signed_bytes(member, &serde_json::to_vec(announcement).unwrap(), announcement.issued_at)
}

pub fn signed_bytes(member: &Member, content: &[u8], at: Timestamp) -> Vec<u8> {
    let by = SignedBy { key: &member.key, certificate: &member.certificate, chain: &member.chain };
    sign(content, by, at).unwrap()
}
