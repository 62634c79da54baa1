//! An office whose certificate is another authority's, from a PKCS#12 file: the whole way.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use careplan_client::enrol::CertificateSource;
use careplan_client::state::SentState;
use careplan_domain::Secret;
use careplan_domain::transmission::State as Life;
use careplan_envelope::Certificate;
use careplan_platform::clock::Clock;
use careplan_testkit::certificates::{TestAuthority, TestIdentity};
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::TestOffice;
use tempfile::TempDir;

/// Opens the file, as the authority's letter says it.
const PASSWORD: &str = "himitsu";

/// Settings that accept an authority, with its files in `folder`.
fn accepting(authority: &TestAuthority, folder: &Path) -> String {
    let (roots, list) = (folder.join("roots.pem"), folder.join("kaigo.crl"));
    fs::write(&roots, Certificate::from_der(authority.root()).unwrap().to_pem()).unwrap();
    fs::write(&list, authority.revocation_list(&[], Clock::system().now())).unwrap();
    format!(
        "[[trust.foreign]]\nlabel = \"介護保険証明書\"\nroots_file = {roots:?}\ncrl_files = [{list:?}]\n\
         office = {{ attribute = \"common_name\", prefix = \"KJ99\", suffix = \"\" }}\n"
    )
}

/// The certificate, its chain and its key in one file, as `openssl` writes it.
fn pkcs12(identity: &TestIdentity, folder: &Path) -> PathBuf {
    let at = |name: &str| folder.join(name);
    fs::write(at("key.der"), identity.key.secret_der()).unwrap();
    let pem: String = identity.chain.iter().map(|der| Certificate::from_der(der).unwrap().to_pem()).collect();
    fs::write(at("chain.pem"), pem).unwrap();
    let openssl = |words: &[&str]| {
        let output = Command::new("openssl").current_dir(folder).args(words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&["pkey", "-inform", "DER", "-in", "key.der", "-out", "key.pem"]);
    let password = format!("pass:{PASSWORD}");
    openssl(&[
        "pkcs12",
        "-export",
        "-inkey",
        "key.pem",
        "-in",
        "chain.pem",
        "-passout",
        &password,
        "-out",
        "office.p12",
    ]);
    at("office.p12")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_with_an_rsa_certificate_of_a_foreign_authority_joins_sends_and_receives() {
    let folder = TempDir::with_prefix("careplan-foreign-").unwrap();
    let kaigo = TestAuthority::new("Kaigo Root");
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let exchange = Exchange::start(&database, &accepting(&kaigo, folder.path())).await.unwrap();
    let file = pkcs12(&kaigo.foreign_rsa("KJ999970000018", "Kaigo"), folder.path());
    let certificate = CertificateSource::Pkcs12 { path: file, password: Secret::new(PASSWORD) };
    let at = |name: &str| folder.path().join(name);
    let (foreign, own) = ("9970000018-43".parse().unwrap(), "9970000026-11".parse().unwrap());
    let mut foreign =
        TestOffice::join_with(&exchange, at("foreign"), foreign, Some(certificate)).await.unwrap();
    let mut own = TestOffice::join(&exchange, at("own"), own).await.unwrap();
    let link = foreign.office().link().await.unwrap();
    assert_eq!(
        link.identity.certificate().issuer_der(),
        Certificate::from_der(kaigo.root()).unwrap().subject_der()
    );

    foreign.send(own.address(), "plan.pdf", b"%PDF-1.4\nplan").await.unwrap();
    own.send(foreign.address(), "actual.pdf", b"%PDF-1.4\nactual").await.unwrap();
    for _ in 0..2 {
        foreign.work(20).await.unwrap();
        own.work(20).await.unwrap();
    }
    assert_eq!(own.inbox().unwrap()["plan.pdf"], [b"%PDF-1.4\nplan"]);
    assert_eq!(foreign.inbox().unwrap()["actual.pdf"], [b"%PDF-1.4\nactual"]);
    // The receipts that either signed are believed by the other.
    foreign.work(20).await.unwrap();
    for office in [&foreign, &own] {
        let sent = office.office().state().all_sent().await.unwrap();
        assert_eq!(sent.iter().map(|it| it.state).collect::<Vec<_>>(), [SentState::Life(Life::Acknowledged)]);
    }
    exchange.verify_audit().await.unwrap();
}
