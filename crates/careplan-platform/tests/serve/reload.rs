//! What changes while a replica runs: foreign authorities, its own certificates.

use std::fs;
use std::path::Path;
use std::time::Duration;

use careplan_domain::Timestamp;
use careplan_platform::clock::Clock;
use careplan_platform::config::{Config, Foreign};
use careplan_platform::serve::{Running, start};
use careplan_platform::store::offices::{self, Registration};
use careplan_protocol::routes;
use careplan_protocol::trust::{SubjectAttribute, SubjectRule};

use super::world::{Kaigo, Peer, ask_operators, server_certificate, settings, until};

fn foreign(folder: &Path) -> Foreign {
    Foreign {
        label: "試験用証明書".to_owned(),
        roots_file: folder.join("roots.pem"),
        crl_files: Vec::new(),
        office: SubjectRule {
            attribute: SubjectAttribute::CommonName,
            prefix: "KJ99".to_owned(),
            suffix: String::new(),
        },
        refused_kinds: Vec::new(),
    }
}

fn root_named(name: &str) -> String {
    let mut params = rcgen::CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
}

fn roots_in_force(running: &Running) -> usize {
    let list = running.platform().trust.current().list(Timestamp::UNIX_EPOCH);
    list.foreign.iter().map(|it| it.roots.len()).sum()
}

#[tokio::test]
async fn a_changed_file_is_taken_over_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, root_named("one")).unwrap();
    let mut config = settings(folder.path());
    config.trust.foreign = vec![foreign(folder.path())];
    config.trust.reload_seconds = 1;
    let running = start(config, Clock::system()).await.unwrap();
    assert_eq!(roots_in_force(&running), 1);
    fs::write(&roots, format!("{}{}", root_named("one"), root_named("two"))).unwrap();
    until("the second root is in force", async || roots_in_force(&running) == 2).await;
    fs::write(&roots, "no certificate").unwrap();
    let fault = running.reload().await.unwrap_err().to_string();
    assert!(fault.contains("試験用証明書") && fault.contains("roots.pem"), "{fault}");
    assert_eq!(roots_in_force(&running), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_file_that_is_broken_at_the_start_prevents_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("roots.pem"), "no certificate").unwrap();
    let mut config = settings(folder.path());
    config.trust.foreign = vec![foreign(folder.path())];
    let fault = start(config, Clock::system()).await.unwrap_err().to_string();
    assert!(fault.contains("roots.pem"), "{fault}");
}

#[tokio::test]
async fn a_revocation_list_that_begins_to_name_a_caller_counts_on_its_open_connection_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let kaigo = Kaigo::new();
    let (lost, kept) = (kaigo.office("9970000018"), kaigo.office("9970000018"));
    let mut config = settings(folder.path());
    config.trust =
        Config::from_text(&format!("[trust]\nreload_seconds = 1\n{}", kaigo.settings())).unwrap().trust;
    let running = start(config, Clock::system()).await.unwrap();
    register(&running, "9970000018").await;
    let (mut lost_peer, mut kept_peer) =
        (Peer::office(&running, &lost).await, Peer::office(&running, &kept).await);
    assert_eq!(lost_peer.get(routes::INBOX).await.status, 200);
    assert_eq!(kept_peer.get(routes::INBOX).await.status, 200);
    kaigo.publish(&[&lost]);
    until("the certificate is revoked", async || {
        let answer = lost_peer.get(routes::INBOX).await;
        let refused = answer.status == 403 && answer.body.contains("\"certificate-revoked\"");
        assert!(refused || answer.status == 200, "{} {}", answer.status, answer.body);
        refused
    })
    .await;
    assert_eq!(kept_peer.get(routes::INBOX).await.status, 200);
    running.stop().await;
}

async fn register(running: &Running, number: &str) {
    let platform = running.platform();
    let registration = Registration {
        number: number.parse().unwrap(),
        name: "見本訪問介護".into(),
        kana: "ミホンホウモンカイゴ".into(),
        prefecture: "99".into(),
        address: "見本県見本市1-1".into(),
        service_types: ["11".parse().unwrap()].into(),
    };
    let mut tx = platform.store.begin().await.unwrap();
    offices::put(&mut tx, &[registration], platform.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_lost_server_certificate_is_replaced_while_serving() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let running = start(config.clone(), Clock::system()).await.unwrap();
    let before = server_certificate(&running).await;
    fs::remove_file(config.data_dir.join("keys/platform-server.pem")).unwrap();
    running.reload().await.unwrap();
    assert_ne!(server_certificate(&running).await.serial(), before.serial());
    running.stop().await;
}

#[tokio::test]
async fn own_certificates_are_renewed_before_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let days = u64::from(config.authority.platform_days);
    let (clock, hand) = Clock::by_hand("2026-11-01T00:00:00Z".parse().unwrap());
    let running = start(config, clock.clone()).await.unwrap();
    let before = certificate_on_disk(&running);
    running.reload().await.unwrap();
    assert_eq!(certificate_on_disk(&running), before, "renewed too early");
    hand.advance(Duration::from_secs(days * 86_400 * 3 / 4));
    running.reload().await.unwrap();
    let after = certificate_on_disk(&running);
    assert!(after.1 > before.1, "{after:?} is not newer than {before:?}");
    running.stop().await;
}

/// Serial and end of the server certificate that lies in the folder of keys, which is the one in
/// force: the test's TLS client lives in the present and cannot judge one of the clock by hand.
fn certificate_on_disk(running: &Running) -> (String, Timestamp) {
    let pem = fs::read_to_string(running.data_dir().join("keys/platform-server.pem")).unwrap();
    let certificate = careplan_envelope::Certificate::from_pem(&pem).unwrap();
    (certificate.serial().to_string(), certificate.not_after())
}

#[tokio::test]
async fn a_replica_whose_signing_certificate_ended_is_not_ready_until_it_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let days = u64::from(config.authority.platform_days);
    let (clock, hand) = Clock::by_hand("2026-11-01T00:00:00Z".parse().unwrap());
    let running = start(config, clock).await.unwrap();
    assert_eq!(ask_operators(&running, "/readyz").await.status, 200);
    hand.advance(Duration::from_secs((days + 1) * 86_400));
    let ended = ask_operators(&running, "/readyz").await;
    assert_eq!(ended.status, 503);
    assert!(ended.body.contains(r#""signer":false"#), "{}", ended.body);
    running.reload().await.unwrap();
    assert_eq!(ask_operators(&running, "/readyz").await.status, 200);
    running.stop().await;
}
