//! Set-up: whom to believe, what may be sent when, and going on where it stopped.

use careplan_client::enrol::{CertificateSource, EnrolFault, Fingerprint, RootSource};
use careplan_domain::Secret;
use jiff::SignedDuration;

use crate::authority::{Authority, in_pkcs12};
use crate::world::{RECEIVER, SENDER, World};

#[tokio::test]
async fn a_wrong_fingerprint_ends_set_up_before_any_secret_leaves() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let mut order = world.order(SENDER);
    order.root = RootSource::Fingerprint(Fingerprint::of(&Authority::new("よその認証局").root));
    let fault = office.set_up(&order).await.unwrap_err();
    assert!(matches!(fault, EnrolFault::RootMismatch));
    assert!(fault.to_string().contains("指紋") && fault.to_string().contains("何も送信していません"));
    assert!(world.exchange.lock().credentials_seen.is_empty());
}

#[tokio::test]
async fn secrets_are_sent_only_over_a_line_that_is_believed() {
    let world = World::new();
    world.set_up(SENDER).await;
    let seen = &world.exchange.lock().credentials_seen;
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|(_, believed)| *believed), "{seen:?}");
}

#[tokio::test]
async fn the_root_may_come_from_a_file_and_must_be_the_platforms() {
    let world = World::new();
    let file = world.path("root.pem");
    std::fs::write(&file, world.exchange.lock().authority.root.to_pem()).unwrap();
    let mut order = world.order(SENDER);
    order.root = RootSource::File(file.clone());
    world.open(SENDER).await.set_up(&order).await.unwrap();
    std::fs::write(&file, Authority::new("よその認証局").root.to_pem()).unwrap();
    let mut order = world.order(RECEIVER);
    order.root = RootSource::File(file.clone());
    let fault = world.open(RECEIVER).await.set_up(&order).await.unwrap_err();
    assert!(fault.to_string().contains("本物の連携基盤"), "{fault}");
    std::fs::write(&file, "no certificate").unwrap();
    let fault = world.open(RECEIVER).await.set_up(&order).await.unwrap_err();
    assert!(matches!(fault, EnrolFault::RootFile));
}

#[tokio::test]
async fn wrong_secrets_are_named_apart_and_a_second_try_goes_on() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let mut order = world.order(SENDER);
    order.password = Secret::new("wrong");
    let fault = office.set_up(&order).await.unwrap_err().to_string();
    assert!(fault.contains("ユーザIDまたはパスワード"), "{fault}");
    let mut order = world.order(SENDER);
    order.certificate = CertificateSource::IssuePassword(Secret::new("wrong"));
    let fault = office.set_up(&order).await.unwrap_err().to_string();
    assert!(fault.contains("証明書発行用パスワード"), "{fault}");
    let report = office.set_up(&world.order(SENDER)).await.unwrap();
    assert!(report.account.password_is_temporary && report.licence.is_valid());
}

#[tokio::test]
async fn set_up_again_keeps_terminal_and_certificate_and_needs_no_new_issue_password() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let before = office.link().await.unwrap();
    office.set_up(&world.order(SENDER)).await.unwrap();
    let after = office.link().await.unwrap();
    assert_eq!(before.settings.terminal, after.settings.terminal);
    assert_eq!(before.identity.certificate(), after.identity.certificate());
    let fault = office.set_up(&world.order(RECEIVER)).await.unwrap_err();
    assert!(matches!(fault, EnrolFault::OtherOffice(_)));
}

#[tokio::test]
async fn an_authority_that_needs_time_is_waited_for() {
    let world = World::new();
    world.exchange.lock().issue_later = 3;
    world.set_up(SENDER).await;
    assert_eq!(world.exchange.lock().issued.len(), 1);
}

#[tokio::test]
async fn service_types_that_the_office_does_not_run_are_refused() {
    let world = World::new();
    let mut order = world.order(SENDER);
    order.service_types = vec!["11".parse().unwrap()];
    let fault = world.open(SENDER).await.set_up(&order).await.unwrap_err().to_string();
    assert!(fault.contains("11") && fault.contains("43"), "{fault}");
}

#[tokio::test]
async fn certificate_and_announcement_are_renewed_in_time() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    assert_eq!(office.renew().await.unwrap(), Default::default());
    let first = office.link().await.unwrap().identity.certificate().clone();
    // Half of an announcement's life.
    world.pass(SignedDuration::from_hours(24 * 91));
    let renewed = office.renew().await.unwrap();
    assert!(renewed.announcement && !renewed.certificate);
    // 89 days before the certificate ends.
    let left = first.not_after().duration_since(world.exchange.lock().now);
    world.pass(left - SignedDuration::from_hours(24 * 89));
    let renewed = office.renew().await.unwrap();
    assert!(renewed.announcement && renewed.certificate);
    assert_ne!(office.link().await.unwrap().identity.certificate(), &first);
}

#[cfg(unix)]
#[tokio::test]
async fn every_key_file_of_a_set_up_client_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    world.set_up(SENDER).await;
    let keys = world.path(SENDER).join("keys");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&world.path(SENDER)), mode(&keys)), (0o700, 0o700));
    let names: Vec<_> = std::fs::read_dir(&keys).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for name in names {
        assert_eq!(mode(&keys.join(name)), 0o600);
    }
}

#[tokio::test]
async fn an_existing_certificate_is_taken_from_a_pkcs12_file_when_the_trust_list_allows_it() {
    let world = World::new();
    let foreign = Authority::new("国保の認証局");
    let (good, agent) = (world.path("good.p12"), world.path("agent.p12"));
    for (path, common_name) in [(&good, format!("KJ99{SENDER}")), (&agent, format!("代理人 KJ99{SENDER}"))]
    {
        pkcs12(&world, &foreign, &common_name, path);
    }
    let order = |path: &std::path::Path, password: &str| {
        let mut order = world.order(SENDER);
        let password = Secret::new(password);
        order.certificate = CertificateSource::Pkcs12 { path: path.to_owned(), password };
        order
    };
    let office = world.open(SENDER).await;
    let unknown = office.set_up(&order(&good, "himitsu")).await.unwrap_err().to_string();
    assert!(unknown.contains("発行元を信頼できません") && unknown.contains("介護保険証明書"), "{unknown}");

    world.pass(SignedDuration::from_mins(1));
    {
        let mut inside = world.exchange.lock();
        inside.trust_list.issued_at = inside.now;
        inside.trust_list.foreign = vec![foreign.listed()];
    }
    let wrong = office.set_up(&order(&good, "wrong")).await.unwrap_err().to_string();
    assert!(wrong.contains("パスワードが違います"), "{wrong}");
    let agent = office.set_up(&order(&agent, "himitsu")).await.unwrap_err().to_string();
    assert!(agent.contains("代理人証明書"), "{agent}");
    // The platform in memory knows our own certificates only; that the file was taken shows here.
    let _ = office.set_up(&order(&good, "himitsu")).await;
    let identity = office.keys().identity().unwrap().unwrap();
    assert_eq!(identity.certificate().subject_text(), format!("CN=KJ99{SENDER}"));
}

fn pkcs12(world: &World, foreign: &Authority, common_name: &str, path: &std::path::Path) {
    use careplan_envelope::{OfficeKey as _, SigningKey};
    let key = SigningKey::generate_p256().unwrap();
    let certificate = foreign.issue(key.public_key_spki(), common_name, None);
    std::fs::write(path, in_pkcs12(&key, &certificate, world.folder.path())).unwrap();
}
