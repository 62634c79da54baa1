//! The Office API, one file per route family. Requests go through the real router with real
//! certificates; only the sockets are missing.

mod letter;
mod lists;
mod news;
mod receipts;
mod send;
mod silence;
mod upload;
pub(crate) mod wire;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use careplan_domain::transmission::Header;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_envelope::{Certificate, Signer, SigningKey, sign};
use careplan_platform::blobs::Blobs;
use careplan_platform::caller::{Connection, Contacts, Standings};
use careplan_platform::login::{Hasher, IssuePasswords, LockRule};
use careplan_platform::mailbox::Mailbox;
use careplan_platform::office_api::router;
use careplan_platform::platform::Platform;
use careplan_platform::trust::{Trust, TrustInForce};
use careplan_protocol::receipt::{RECEIPT_TYPE, Reason, Receipt, ReceiptKind};
use careplan_protocol::trust::office_uri;
use careplan_protocol::{Base64, Problem, headers, routes};
use careplan_testkit::database::TestDatabase;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::world::{World, bytes_literal, execute, header, letter_of, office};

/// A test certificate authority that plays ours.
struct Authority {
    params: rcgen::CertificateParams,
    key: rcgen::KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "Test Root");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
        Self { params, key: rcgen::KeyPair::generate().unwrap() }
    }

    fn root(&self) -> Certificate {
        Certificate::from_der(self.params.self_signed(&self.key).unwrap().der()).unwrap()
    }

    fn office(&self, number: &str) -> (SigningKey, Certificate) {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, number);
        let uri = office_uri(&office(number)).as_str().try_into().unwrap();
        params.subject_alt_names.push(rcgen::SanType::URI(uri));
        params.key_usages = vec![rcgen::KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let key = rcgen::KeyPair::generate().unwrap();
        let issuer = rcgen::Issuer::from_params(&self.params, &self.key);
        let signed = params.signed_by(&key, &issuer).unwrap();
        (SigningKey::from_pkcs8(&key.serialize_der()).unwrap(), Certificate::from_der(signed.der()).unwrap())
    }
}

/// An office's client: its key, and one open connection.
pub(crate) struct Client {
    key: SigningKey,
    certificate: Certificate,
    connection: Arc<Connection>,
    pub(crate) ending: CancellationToken,
    router: Router,
}

/// The world with its API and a client for each of three offices.
pub(crate) struct Api {
    pub(crate) world: World,
    pub(crate) platform: Arc<Platform>,
    pub(crate) sender: Client,
    pub(crate) receiver: Client,
    pub(crate) stranger: Client,
    authority: Authority,
    pub(crate) folder: tempfile::TempDir,
}

impl Api {
    pub(crate) async fn new(database: TestDatabase) -> Self {
        let url = database.url().to_owned();
        Self::new_at(database, &url).await
    }

    /// The same, with the database reached by another address.
    pub(crate) async fn new_at(database: TestDatabase, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = folder.path().to_owned();
        Self::new_with(World::new_at(database, url).await, folder, &shelf).await
    }

    /// The same, with the letters at another place than in the folder.
    pub(crate) async fn with_shelf_at(database: TestDatabase, shelf: &Path) -> Self {
        Self::new_with(World::new(database).await, tempfile::tempdir().unwrap(), shelf).await
    }

    async fn new_with(world: World, folder: tempfile::TempDir, shelf: &Path) -> Self {
        let blobs = Blobs::folder(shelf.to_owned()).await.unwrap();
        let authority = Authority::new();
        let trust = Trust::new(vec![authority.root()], Vec::new()).unwrap();
        let mailbox = Mailbox {
            writer: world.writer.clone(),
            news: world.news.clone(),
            blobs,
            retention: careplan_domain::retention::Retention::default(),
        };
        let platform = Arc::new(Platform {
            standings: Standings::start(world.store.clone()),
            contacts: Contacts::start(world.store.clone()),
            store: world.store.clone(),
            clock: world.clock.clone(),
            trust: Arc::new(TrustInForce::new(trust)),
            mailbox,
            issue_passwords: IssuePasswords::new(world.store.clone(), Hasher::new(1), LockRule::default()),
            order_bell: Arc::default(),
            enrol_wait: std::time::Duration::ZERO,
            site_url: careplan_platform::mail::SiteUrl::parse("https://site.example").unwrap(),
            signer: world.signer.clone(),
        });
        let router = router(platform.clone());
        let sender = Client::new(&world, &authority, "9970000018", &router).await;
        let receiver = Client::new(&world, &authority, "9970000026", &router).await;
        let stranger = Client::new(&world, &authority, "9970000034", &router).await;
        Self { world, platform, sender, receiver, stranger, authority, folder }
    }

    /// One more terminal of an office, with a certificate of its own.
    pub(crate) async fn terminal(&self, number: &str) -> Client {
        Client::new(&self.world, &self.authority, number, &self.sender.router).await
    }

    /// Sends a letter from 9970000018 to 9970000026; returns the receipt.
    pub(crate) async fn send(&self, id: TransmissionId) -> Bytes {
        let letter = letter_of(&id);
        let answer = self.sender.put_letter(&header(id, &letter), letter).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{:?}", answer.body);
        answer.body
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The whole problem as a person reads it, after its code and status.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), headers::PROBLEM_JSON, "{:?}", self.body);
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        format!("{} {} {problem}", problem.status, problem.code)
    }
}

impl Client {
    async fn new(world: &World, authority: &Authority, number: &str, router: &Router) -> Self {
        let (key, certificate) = authority.office(number);
        let ending = CancellationToken::new();
        let presented = vec![rustls_pki_types::CertificateDer::from(certificate.der().to_vec())];
        let (serial, fingerprint) =
            (certificate.serial(), bytes_literal(&world.database, &certificate.fingerprint()));
        let der = bytes_literal(&world.database, certificate.der());
        execute(
            &world.database,
            format!(
                "insert into certificate (serial, fingerprint, profile, office, der, not_before, not_after, \
                 issued_at) values ('{serial}', {fingerprint}, 'office', '{number}', {der}, 0, 0, 0)"
            ),
        )
        .await;
        let connection = Arc::new(Connection::new(presented, ending.clone()));
        Self { key, certificate, connection, ending, router: router.clone() }
    }

    pub(crate) async fn ask(&self, request: http::request::Builder, body: Body) -> Response<Body> {
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(self.connection.clone());
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        Answer::of(self.ask(request, Body::empty()).await).await
    }

    /// A request to send with all its header fields; tests change what they need.
    pub(crate) fn letter_request(header: &Header) -> http::request::Builder {
        let digest = serde_json::to_value(Base64(header.sealed_digest.0.to_vec())).unwrap();
        let mut request = Request::put(routes::with(routes::TRANSMISSION, header.id))
            .header(header::CONTENT_TYPE, headers::APPLICATION_CMS)
            .header(header::CONTENT_LENGTH, header.sealed_bytes)
            .header(headers::FROM, header.from.to_string())
            .header(headers::TO, header.to.to_string())
            .header(headers::UNIT, header.unit.as_str())
            .header(headers::FILES, header.files)
            .header(headers::CONTENT_DIGEST, format!("sha-256=:{}:", digest.as_str().unwrap()));
        if let Some(month) = header.month {
            request = request.header(headers::MONTH, month.to_string());
        }
        if let Some(replaces) = header.replaces {
            request = request.header(headers::REPLACES, replaces.to_string());
        }
        request
    }

    pub(crate) async fn put_letter(&self, header: &Header, body: impl Into<Body>) -> Answer {
        Answer::of(self.ask(Self::letter_request(header), body.into()).await).await
    }

    pub(crate) async fn put(&self, path: &str, body: impl Into<Bytes>) -> Answer {
        self.request(Method::PUT, path, &[], body.into()).await
    }

    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.header(header::CONTENT_LENGTH, body.len());
        Answer::of(self.ask(request, body.into()).await).await
    }

    pub(crate) fn sign(&self, content: &[u8], at: Timestamp) -> Vec<u8> {
        let signer = Signer { key: &self.key, certificate: &self.certificate, chain: &[] };
        sign(content, signer, at).unwrap()
    }

    /// Hands in a receipt about a letter sent by [`Api::send`].
    pub(crate) async fn hand_in(&self, id: TransmissionId, kind: ReceiptKind, at: Timestamp) -> Answer {
        let content = serde_json::to_vec(&receipt(id, kind, at)).unwrap();
        self.put(&receipt_path(id, kind), self.sign(&content, at)).await
    }
}

pub(crate) fn receipt_path(id: TransmissionId, kind: ReceiptKind) -> String {
    routes::with(&routes::with(routes::RECEIPT, id), kind)
}

pub(crate) fn receipt(id: TransmissionId, kind: ReceiptKind, at: Timestamp) -> Receipt {
    let header = header(id, &letter_of(&id));
    let reason = (kind == ReceiptKind::Refused)
        .then(|| Reason { code: "cannot_open".to_owned(), text: "開けませんでした。".to_owned() });
    Receipt {
        document: RECEIPT_TYPE.to_owned(),
        kind,
        transmission: id,
        from: header.from,
        to: header.to,
        unit: header.unit,
        sealed_sha256: header.sealed_digest,
        at,
        manifest_sha256: None,
        deadline: None,
        reason,
    }
}
