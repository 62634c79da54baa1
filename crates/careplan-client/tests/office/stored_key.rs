//! An office whose key stays in the store of the operating system.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use careplan_client::agent::{self, Watcher};
use careplan_client::enrol::{CertificateSource, Fingerprint, SetupOrder};
use careplan_client::keys::{CertificateStore as _, OfficeIdentity, offered};
use careplan_client::mishap::Mishaps;
use careplan_client::outbox::SendOptions;
use careplan_client::platform::{Connector as _, Request, ServerTrust, TransportFault, WireConnector};
use careplan_client::staff::Actor;
use careplan_client::state::ReceivedState;
use careplan_client::{Office, OfficeOptions, Step};
use careplan_envelope::Certificate;
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::authority::Authority;
use crate::memory_store::{Make, MemoryStore, NAME};
use crate::on_the_wire::server_identity;
use crate::world::{RECEIVER, SENDER, World, drain, send};

async fn open(world: &World, store: &MemoryStore) -> Office {
    open_as(SENDER, world, store).await
}

async fn open_as(number: &str, world: &World, store: &MemoryStore) -> Office {
    let store = Some(Arc::new(store.clone()) as _);
    Office::open(OfficeOptions { store, ..world.options(number, Mishaps::default()) }).await.unwrap()
}

fn order(world: &World, chosen: &Certificate) -> SetupOrder {
    order_as(SENDER, world, chosen)
}

fn order_as(number: &str, world: &World, chosen: &Certificate) -> SetupOrder {
    SetupOrder { certificate: CertificateSource::Stored(Fingerprint::of(chosen)), ..world.order(number) }
}

/// A certificate of our own authority for the sender.
fn ours(world: &World, store: &MemoryStore, make: Make) -> Certificate {
    let exchange = world.exchange.lock();
    store.put(make, |spki| exchange.authority.office(spki, SENDER))
}

async fn refusal(office: &Office, order: &SetupOrder) -> String {
    office.set_up(order).await.unwrap_err().to_string()
}

#[tokio::test]
async fn an_office_exchanges_with_a_key_that_never_leaves_its_store() {
    for make in [Make::P256, Make::Rsa, Make::OldRsa] {
        let (world, store) = (World::new(), MemoryStore::default());
        let chosen = ours(&world, &store, make);
        let office = open(&world, &store).await;
        office.set_up(&order(&world, &chosen)).await.unwrap();
        let file = std::fs::read_to_string(world.path(SENDER).join("keys/office.pem")).unwrap();
        assert!(file.contains("CAREPLAN STORED KEY") && !file.contains("PRIVATE KEY"), "{file}");
        // A program that is started anew finds the key again.
        office.close().await;
        let office = open(&world, &store).await;
        let receiver = world.set_up(RECEIVER).await;
        send(&office, &world.small_unit("20261021110000")).await;
        for office in [&office, &receiver, &office] {
            drain(office).await;
        }
        let received = receiver.state().all_received().await.unwrap();
        assert_eq!(received[0].state.as_str(), "acknowledged", "{make:?}");
        assert!(office.link().await.unwrap().identity.is_in_store());
    }
}

#[test]
fn what_can_be_chosen_is_valid_now_and_the_newest_stands_first() {
    let (world, store) = (World::new(), MemoryStore::default());
    let now = world.exchange.lock().now;
    assert!(offered(&store, now).unwrap().is_empty());
    let authority = Authority::new("国保の認証局");
    let until = |year| store.put(Make::P256, |spki| authority.issue_until(spki, "KJ99", None, year));
    let (_ended, good) = (until(2026), until(2030));
    let found: Vec<_> = offered(&store, now).unwrap().into_iter().map(|it| it.certificate).collect();
    assert_eq!(found, [good]);
    store.set_unreadable();
    let fault = offered(&store, now).unwrap_err().to_string();
    assert!(fault.contains(NAME) && fault.contains("再起動"), "{fault}");
}

#[tokio::test]
async fn a_certificate_of_another_office_or_of_an_unknown_authority_is_refused_with_the_reason() {
    let (world, store) = (World::new(), MemoryStore::default());
    let foreign = Authority::new("国保の認証局");
    let unknown = store.put(Make::Rsa, |spki| foreign.issue(spki, &format!("KJ99{SENDER}"), None));
    let other = store.put(Make::P256, |spki| world.exchange.lock().authority.office(spki, RECEIVER));
    let office = open(&world, &store).await;
    let said = refusal(&office, &order(&world, &unknown)).await;
    assert!(said.contains("発行元を信頼できません") && said.contains("介護保険証明書"), "{said}");
    let said = refusal(&office, &order(&world, &other)).await;
    assert!(said.contains(RECEIVER) && said.contains("ユーザIDの事業所と違います"), "{said}");
    assert!(office.keys().identity().unwrap().is_none());

    world.pass(jiff::SignedDuration::from_mins(1));
    {
        let mut inside = world.exchange.lock();
        inside.trust_list.issued_at = inside.now;
        inside.trust_list.foreign = vec![foreign.listed()];
    }
    // The platform in memory knows our own certificates only; that it was taken shows here.
    let _ = office.set_up(&order(&world, &unknown)).await;
    assert_eq!(office.keys().identity().unwrap().unwrap().certificate(), &unknown);
}

#[tokio::test]
async fn a_key_that_is_gone_pulled_out_or_without_a_store_says_what_to_do_and_set_up_mends_it() {
    let (world, store) = (World::new(), MemoryStore::default());
    let chosen = ours(&world, &store, Make::P256);
    let order = order(&world, &chosen);
    let without = world.open(SENDER).await;
    let said = refusal(&without, &order).await;
    assert!(said.contains("証明書ストアがありません") && said.contains("PKCS#12"), "{said}");
    without.close().await;

    let office = open(&world, &store).await;
    store.set_present(false);
    let said = refusal(&office, &order).await;
    assert!(said.contains(NAME) && said.contains("差し込んで"), "{said}");
    store.set_present(true);
    office.set_up(&order).await.unwrap();

    world.set_up(RECEIVER).await;
    store.set_present(false);
    let unit = world.small_unit("20261021110000");
    let said = match office.send_folder(&unit, &SendOptions::default()).await {
        Ok(report) => format!("{report:?}"),
        Err(fault) => fault.to_string(),
    };
    assert!(said.contains("差し込んで") && said.contains("\"keys\""), "{said}");

    store.empty();
    office.forget_link();
    let said = office.link().await.unwrap_err().to_string();
    assert!(said.contains(NAME) && said.contains("ローカル コンピューター"), "{said}");
    let said = refusal(&office, &order).await;
    assert!(said.contains(NAME) && said.contains("見つかりません"), "{said}");
    office.close().await;

    // A copy of the folder on a PC without a store.
    let office = world.open(SENDER).await;
    let said = office.link().await.unwrap_err().to_string();
    assert!(said.contains("発行用パスワード"), "{said}");
    office.set_up(&world.order(SENDER)).await.unwrap();
    assert!(!office.link().await.unwrap().identity.is_in_store());
}

/// Keeps what is told. Clones are the same.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn has(&self, words: &[&str]) -> bool {
        self.0.lock().unwrap().iter().any(|it| words.iter().all(|word| it.contains(word)))
    }
}

impl Watcher for Told {
    fn step(&mut self, _step: &Step) {}

    fn trouble(&mut self, fault: &dyn std::fmt::Display, _code: &str) {
        self.0.lock().unwrap().push(fault.to_string());
    }
}

#[tokio::test]
async fn a_card_that_is_pulled_out_is_told_and_once_it_is_back_work_goes_on() {
    let (world, store) = (World::new(), MemoryStore::default());
    let chosen = store.put(Make::P256, |spki| world.exchange.lock().authority.office(spki, RECEIVER));
    let receiver = open_as(RECEIVER, &world, &store).await;
    receiver.set_up(&order_as(RECEIVER, &world, &chosen)).await.unwrap();
    let sender = world.set_up(SENDER).await;
    send(&sender, &world.small_unit("20261021110000")).await;
    drain(&sender).await;
    store.set_present(false);
    let stop = CancellationToken::new();
    let told = Told::default();
    let mut watcher = told.clone();
    let state = async || receiver.state().all_received().await.unwrap().first().map(|it| it.state);
    let work = agent::run(receiver.engine().unwrap(), &mut watcher, stop.clone());
    let story = async {
        while !told.has(&[NAME, "差し込んで"]) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        store.set_present(true);
        while state().await != Some(ReceivedState::Acknowledged) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(work, story);
    ended.unwrap();
}

#[tokio::test]
async fn a_renewed_certificate_has_a_new_key_in_the_folder() {
    let (world, store) = (World::new(), MemoryStore::default());
    let chosen = ours(&world, &store, Make::Rsa);
    let office = open(&world, &store).await;
    office.set_up(&order(&world, &chosen)).await.unwrap();
    office.renew_now(&Actor::default()).await.unwrap();
    let link = office.link().await.unwrap();
    assert!(!link.identity.is_in_store());
    assert_ne!(link.identity.certificate(), &chosen);
}

/// A server that lets in only whom the authority certified, and says the version of TLS.
async fn guarded(authority: &Authority) -> SocketAddr {
    let (shown, key) = server_identity(authority);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.root.der().to_vec())).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap())
        .with_single_cert(shown, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let version = format!("{:?}", stream.get_ref().1.protocol_version().unwrap());
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", version.len());
            let _ = stream.write_all(format!("{head}{version}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    address
}

#[tokio::test]
async fn a_key_of_a_store_opens_the_door_in_the_newest_tls_that_it_can_sign_for() {
    let (authority, store) = (Authority::new("練習用ルート"), MemoryStore::default());
    let address = guarded(&authority).await;
    let trust = ServerTrust::Root(authority.root.der().to_vec());
    let said = [(Make::P256, "TLSv1_3"), (Make::Rsa, "TLSv1_3"), (Make::OldRsa, "TLSv1_2")];
    for (make, version) in said {
        store.empty();
        store.put(make, |spki| authority.office(spki, SENDER));
        let stored = store.list().unwrap().remove(0);
        let identity = OfficeIdentity::in_store(&store, stored).unwrap();
        let transport =
            WireConnector.connect(&format!("https://{address}"), &trust, Some(&identity)).unwrap();
        let answer = transport.exchange(Request::get("/").patience(Duration::from_secs(30))).await.unwrap();
        assert_eq!(answer.body, version.as_bytes(), "{make:?}");
    }
    // The card is pulled out between two connections.
    store.empty();
    store.put(Make::P256, |spki| authority.office(spki, SENDER));
    let identity = OfficeIdentity::in_store(&store, store.list().unwrap().remove(0)).unwrap();
    store.set_present(false);
    let transport = WireConnector.connect(&format!("https://{address}"), &trust, Some(&identity)).unwrap();
    let fault = transport.exchange(Request::get("/").patience(Duration::from_secs(30))).await.unwrap_err();
    assert_eq!((fault, fault.is_transient()), (TransportFault::Key, true));
    // Of an RSA key that is out nothing is learned: the connection is not made with less.
    store.empty();
    store.put(Make::Rsa, |spki| authority.office(spki, SENDER));
    let identity = OfficeIdentity::in_store(&store, store.list().unwrap().remove(0)).unwrap();
    store.set_present(false);
    let made = WireConnector.connect(&format!("https://{address}"), &trust, Some(&identity));
    assert_eq!(made.map(drop).unwrap_err(), TransportFault::Key);
    let stranger = WireConnector.connect(&format!("https://{address}"), &trust, None).unwrap();
    stranger.exchange(Request::get("/").patience(Duration::from_secs(30))).await.unwrap_err();
}
