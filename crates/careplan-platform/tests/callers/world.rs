//! An Office API on a free port over a fresh database, with its authority at work.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use careplan_domain::{OfficeNumber, Secret, Timestamp, UserId};
use careplan_envelope::{Certificate, OfficeKey as _, SigningKey, TrustAnchors};
use careplan_platform::authority::desk::Desk;
use careplan_platform::authority::home::{self, Home};
use careplan_platform::authority::ledger::{self, Order, OrderDetail};
use careplan_platform::authority::own::{Held, Wish};
use careplan_platform::authority::profile::ProfileName;
use careplan_platform::blobs::Blobs;
use careplan_platform::caller::{Contacts, Standings};
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::config::Config;
use careplan_platform::login::{Hasher, IssuePasswords, LockRule};
use careplan_platform::mailbox::Mailbox;
use careplan_platform::office_api;
use careplan_platform::platform::Platform;
use careplan_platform::serve::edge::{Times, surround};
use careplan_platform::signer::PlatformSigner;
use careplan_platform::store::Store;
use careplan_platform::store::accounts::{IssuePassword, add_issue_password};
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::orders::{OrderState, order};
use careplan_platform::tls::{Door, Limits, Listener, PeerCertificates, TlsInForce, Transport};
use careplan_platform::trust::{ForeignTrust, Trust, TrustInForce};
use careplan_protocol::Problem;
use careplan_testkit::database::TestDatabase;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const HANG: Duration = Duration::from_secs(30);
pub(crate) const GENEROUS: Limits =
    Limits { handshake: HANG, silence: HANG, age: Duration::from_secs(3600), finish: HANG, connections: 100 };

pub(crate) struct World {
    pub(crate) platform: Arc<Platform>,
    pub(crate) hand: Hand,
    pub(crate) root: Certificate,
    pub(crate) folder: TempDir,
    pub(crate) desk_stop: CancellationToken,
    desk: Arc<Desk>,
    desk_runs: Mutex<JoinHandle<()>>,
    door: Door,
}

impl World {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        Self::open_waiting(database, HANG).await
    }

    /// A terminal that enrols is told to come back after `enrol_wait`.
    pub(crate) async fn open_waiting(database: &TestDatabase, enrol_wait: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        // Near the present: `curl` judges our server certificate by the machine's clock.
        // In whole seconds, like the times in certificates.
        let present = Timestamp::from_second(Clock::system().now().as_second()).unwrap();
        let (clock, hand) = Clock::by_hand(present);
        let config = Config::load(None, Some(folder.path().join("data"))).unwrap();
        let list_url = "https://localhost/authority/ca.crl".to_owned();
        let home = home::open(&config, &store, list_url, clock.now()).await.unwrap();
        let Home::Here(issuer) = home else { panic!("the authority is here") };
        let root = issuer.certificate().clone();
        let bell = Arc::new(Notify::new());
        let desk = Desk::new(store.clone(), clock.clone(), issuer, &config.authority, bell.clone()).unwrap();
        let desk = Arc::new(desk);
        let desk_stop = CancellationToken::new();
        let desk_runs = Mutex::new(start(&desk, &desk_stop));

        let keys = config.data_dir.join("keys");
        let server = obtain(&store, &clock, ProfileName::PlatformServer, &config.server_names(), &keys).await;
        let signer = obtain(&store, &clock, ProfileName::PlatformSigner, &[], &keys).await;
        let blobs = Blobs::folder(config.data_dir.join("blobs")).await.unwrap();
        let platform = Arc::new(Platform {
            standings: Standings::start(store.clone()),
            contacts: Contacts::start(store.clone()),
            trust: Arc::new(TrustInForce::new(Trust::new(vec![root.clone()], Vec::new()).unwrap())),
            mailbox: Mailbox::start(store.clone(), clock.clone(), blobs, config.retention),
            issue_passwords: IssuePasswords::new(store.clone(), Hasher::new(4), LockRule::default()),
            order_bell: bell,
            enrol_wait,
            site_url: careplan_platform::mail::SiteUrl::parse("https://site.example").unwrap(),
            signer: Arc::new(PlatformSigner::new(signer.key, signer.certificate)),
            store,
            clock,
        });
        let chain = vec![CertificateDer::from(server.certificate.der().to_vec())];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.pkcs8.to_vec()));
        let tls = Arc::new(TlsInForce::new(chain, key, PeerCertificates::Asked).unwrap());
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let router = surround(office_api::router(platform.clone()), Times::default());
        let door = listener.open(Transport::Tls(tls), GENEROUS, router);
        Self { platform, hand, root, folder, desk, desk_stop, desk_runs, door }
    }

    /// Waits until the authority that was told to stop is gone.
    pub(crate) async fn desk_gone(&self) {
        let runs = &mut *self.desk_runs.lock().await;
        runs.await.unwrap();
    }

    /// The authority comes back.
    pub(crate) async fn restart_desk(&self) {
        *self.desk_runs.lock().await = start(&self.desk, &CancellationToken::new());
    }

    pub(crate) fn url(&self, route: &str) -> String {
        format!("https://localhost:{}{route}", self.door.address().port())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }

    pub(crate) fn anchors(&self) -> TrustAnchors {
        TrustAnchors::new([self.root.clone()]).unwrap()
    }

    pub(crate) async fn office(&self, number: &str) -> OfficeNumber {
        let number: OfficeNumber = number.parse().unwrap();
        let registration = Registration {
            number,
            name: "見本訪問介護".into(),
            kana: "ミホンホウモンカイゴ".into(),
            prefecture: number.prefecture().into(),
            address: "見本県見本市1-1".into(),
            service_types: ["11".parse().unwrap()].into(),
        };
        let mut tx = self.platform.store.begin().await.unwrap();
        offices::put(&mut tx, &[registration], self.now()).await.unwrap();
        tx.commit().await.unwrap();
        number
    }

    /// Gives an office an issue password that is good for `seconds`.
    pub(crate) async fn issue_password(&self, office: OfficeNumber, seconds: i64) -> Credentials {
        let password = careplan_platform::login::issue_password().unwrap();
        let hash = Hasher::new(4).hash(Secret::new(password.expose().replace('-', ""))).await.unwrap();
        let row = IssuePassword {
            id: Uuid::now_v7(),
            office,
            hash,
            expires_at: self.now() + jiff::SignedDuration::from_secs(seconds),
            used: None,
        };
        let mut tx = self.platform.store.begin().await.unwrap();
        add_issue_password(&mut tx, &row, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        Credentials { user_id: UserId::of(&office).to_string(), password }
    }

    /// A key of an office and a certificate of ours.
    pub(crate) async fn member(&self, office: OfficeNumber) -> Member {
        let key = SigningKey::generate_p256().unwrap();
        let wanted = Order {
            profile: ProfileName::Office,
            office: Some(office),
            public_key: key.public_key_spki(),
            detail: OrderDetail::default(),
        };
        let id = Uuid::now_v7();
        let mut tx = self.platform.store.begin().await.unwrap();
        ledger::place(&mut tx, id, &wanted, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        let der = loop {
            self.platform.order_bell.notify_one();
            let row = order(&mut self.platform.store.read().await.unwrap(), id).await.unwrap().unwrap();
            match row.state {
                OrderState::Signed => break row.certificate.unwrap(),
                OrderState::Waiting => tokio::task::yield_now().await,
                OrderState::Failed => panic!("{:?}", row.failure),
            }
        };
        Member { pkcs8: key.to_pkcs8().unwrap().to_vec(), chain: vec![der] }
    }

    pub(crate) fn trust_foreign(&self, settings: &careplan_platform::config::Foreign) {
        let foreign = ForeignTrust::load(settings).unwrap();
        self.platform.trust.replace(Trust::new(vec![self.root.clone()], vec![foreign]).unwrap());
    }

    /// The TLS settings of somebody who trusts our root, with or without a certificate. Sessions
    /// are resumed among connections of the same settings.
    pub(crate) fn client(&self, member: Option<&Member>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.der().to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        Arc::new(match member {
            None => builder.with_no_client_auth(),
            Some(member) => {
                let chain = member.chain.iter().map(|it| CertificateDer::from(it.clone())).collect();
                let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(member.pkcs8.clone()));
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        })
    }

    pub(crate) async fn connect(&self, client: &Arc<ClientConfig>) -> Peer {
        let tcp = TcpStream::connect(self.door.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(client.clone()).connect(name, tcp).await.unwrap();
        let is_resumed = stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Peer { sender, is_resumed }
    }
}

fn start(desk: &Arc<Desk>, stop: &CancellationToken) -> JoinHandle<()> {
    let (desk, stop) = (desk.clone(), stop.clone());
    tokio::spawn(async move { desk.run(stop).await })
}

async fn obtain(
    store: &Store,
    clock: &Clock,
    profile: ProfileName,
    names: &[String],
    folder: &std::path::Path,
) -> Held {
    let wish = Wish { profile, names: names.to_vec(), folder: folder.to_owned() };
    wish.obtain(store, clock, None).await.unwrap()
}

/// What stands in the letter to an office.
pub(crate) struct Credentials {
    pub(crate) user_id: String,
    pub(crate) password: Secret,
}

/// Key and certificates of somebody who connects.
pub(crate) struct Member {
    pub(crate) pkcs8: Vec<u8>,
    pub(crate) chain: Vec<Vec<u8>>,
}

/// One connection.
pub(crate) struct Peer {
    sender: http1::SendRequest<Full<bytes::Bytes>>,
    pub(crate) is_resumed: bool,
}

impl Peer {
    pub(crate) async fn get(&mut self, route: &str) -> (StatusCode, Vec<u8>) {
        self.ask(Request::get(route), Vec::new()).await
    }

    pub(crate) async fn ask(
        &mut self,
        request: http::request::Builder,
        body: Vec<u8>,
    ) -> (StatusCode, Vec<u8>) {
        self.sender.ready().await.unwrap();
        let request = request.header("host", "localhost").body(Full::from(body)).unwrap();
        let (parts, body) = self.sender.send_request(request).await.unwrap().into_parts();
        (parts.status, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// The code of the refusal, or `ok`.
    pub(crate) async fn verdict(&mut self) -> String {
        let (status, body) = self.get(careplan_protocol::routes::INBOX).await;
        if status.is_success() {
            return "ok".to_owned();
        }
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.status, status.as_u16());
        assert!(problem.request_id.is_some(), "every refusal can be quoted");
        problem.code.to_string()
    }
}
