//! Another certificate once the present one does not do any more, and the warning before that.

use std::sync::Arc;

use careplan_client::enrol::Fingerprint;
use careplan_client::mishap::Mishaps;
use careplan_client::{Office, OfficeOptions, Step};
use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, OfficeKey as _, SigningKey};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;

use crate::authority::in_pkcs12;
use crate::browser::{Browser, OWN, Screens};
use crate::exchange::{ISSUE_PASSWORD, PASSWORD};
use crate::memory_store::{Make, MemoryStore, NAME};
use crate::world::{RECEIVER, SENDER, World, drain, send};

const PATH: &str = "/settings/terminal/certificate";
const FILE: &str = "/settings/terminal/certificate/file";
const STORED: &str = "/settings/terminal/certificate/stored";
const TITLE: &str = "電子証明書を取得し直す";
const OBTAINED: &str = "/settings/terminal?done=obtained";
const TYPED: [(&str, &str); 2] = [("issue", ISSUE_PASSWORD), ("password", PASSWORD)];

/// A client whose certificate ends with the first hours of 2027, and its partner; certificates that are issued later last longer.
async fn ending() -> Screens {
    let world = World::new();
    world.exchange.lock().issued_until = 2027;
    let office = world.set_up(SENDER).await;
    world.exchange.lock().issued_until = 2040;
    world.set_up(RECEIVER).await;
    world.exchange.lock().more_issue_passwords = 1;
    Screens::of(world, office)
}

/// A day after the end, with the manager logged in.
async fn ended() -> (Screens, Browser) {
    let screens = ending().await;
    pass_until(&screens, "2027-01-02T00:00:00Z");
    let manager = screens.manager().await;
    (screens, manager)
}

fn pass_until(screens: &Screens, at: &str) {
    let at: Timestamp = at.parse().unwrap();
    screens.world.pass(at.duration_since(screens.office.now()));
}

async fn present(office: &Office) -> Certificate {
    office.link().await.unwrap().identity.certificate().clone()
}

/// The newest line of the record: who and what.
async fn newest(screens: &Screens) -> (String, String) {
    let [line, ..] = &screens.staff.operations(None, 1).await.unwrap()[..] else { panic!("nothing noted") };
    (line.actor.clone(), line.action.clone())
}

/// Sends something and says whether the platform has it.
async fn is_sent(screens: &Screens, serial: &str) -> bool {
    send(&screens.office, &screens.world.small_unit(serial)).await;
    drain(&screens.office).await.iter().any(|step| matches!(step, Step::Accepted(_)))
}

#[tokio::test]
async fn an_ended_certificate_is_replaced_by_a_new_one_and_the_office_sends_again() {
    let (screens, mut browser) = ended().await;
    let before = screens.office.link().await.unwrap();
    let page = browser.post("/settings/terminal/renew", &[]).await;
    page.is(422, "この端末と電子証明書")
        .says("設定の「この端末と電子証明書」から取得し直せます")
        .says("期限切れ")
        .says(&format!("href=\"{PATH}\""));
    let page = browser.get(PATH).await;
    page.is(200, TITLE)
        .says("証明書発行用パスワード")
        .says("KJ999970000018")
        .says("ファイルの電子証明書を使う");
    assert!(!page.text().contains("から選ぶ"), "there is no store");
    browser.post(PATH, &TYPED).await.leads_to(OBTAINED);
    let after = screens.office.link().await.unwrap();
    assert_ne!(after.identity.certificate(), before.identity.certificate());
    assert_eq!(after.settings, before.settings);
    browser
        .get(OBTAINED)
        .await
        .says("電子証明書を取得し直しました（2040年1月1日（日）まで有効）。")
        .says(">有効<");
    assert_eq!(newest(&screens).await, ("yamada".to_owned(), "certificate.obtained".to_owned()));
    browser.get("/record").await.says("電子証明書を取得し直した");
    assert!(is_sent(&screens, "20270102090000").await);
}

#[tokio::test]
async fn an_ended_certificate_whose_key_still_waits_is_replaced_by_one_of_another_key() {
    let (screens, mut browser) = ended().await;
    // As a kill right after the first certificate was stored leaves it.
    let pem = std::fs::read(screens.office.options().data.join("keys/office.pem")).unwrap();
    let key = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
    let key = SigningKey::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let request = careplan_envelope::certification_request(&key, SENDER).unwrap();
    screens.office.keys().store_pending(&careplan_client::keys::Pending { key, request }).unwrap();
    browser.post(PATH, &TYPED).await.leads_to(OBTAINED);
}

#[tokio::test]
async fn a_revoked_certificate_is_replaced_and_one_that_still_does_is_kept_without_an_issue_password() {
    let screens = ending().await;
    let mut browser = screens.manager().await;
    let before = present(&screens.office).await;
    browser.post(PATH, &TYPED).await.leads_to("/settings/terminal?done=kept");
    browser.get("/settings/terminal?done=kept").await.says("証明書発行用パスワードも使っていません。");
    assert_eq!(present(&screens.office).await, before);
    assert_eq!(screens.world.exchange.lock().more_issue_passwords, 1);
    assert_ne!(newest(&screens).await.1, "certificate.obtained");
    screens.world.exchange.lock().revoked.insert(SENDER.parse().unwrap());
    browser.post(PATH, &TYPED).await.leads_to(OBTAINED);
    assert_ne!(present(&screens.office).await, before);
    assert!(is_sent(&screens, "20261125100000").await);
}

#[tokio::test]
async fn a_wrong_password_of_the_user_id_spends_nothing_and_is_never_shown() {
    let (screens, mut browser) = ended().await;
    let before = present(&screens.office).await;
    let page = browser.post(PATH, &[("issue", ISSUE_PASSWORD), ("password", "machigai-pass")]).await;
    page.is(422, TITLE).says("ユーザIDまたはパスワードが違います");
    assert!(!page.text().contains("machigai-pass") && !page.text().contains(ISSUE_PASSWORD));
    assert_eq!(screens.world.exchange.lock().more_issue_passwords, 1);
    assert_eq!(present(&screens.office).await, before);
    // Nothing is asked of the platform before everything was typed.
    let asked = screens.world.exchange.lock().exchanges;
    browser
        .post(PATH, &[])
        .await
        .says("証明書発行用パスワードを入力してください。")
        .says("ユーザIDのパスワードを入力してください。");
    let page = browser.post(PATH, &TYPED[..1]).await;
    page.is(422, TITLE).says("ユーザIDのパスワードを入力してください。");
    assert_eq!(screens.world.exchange.lock().exchanges, asked);
    let page = browser.post(PATH, &[("issue", "wrong-wrong"), ("password", PASSWORD)]).await;
    page.is(422, TITLE).says("通知書の「証明書発行用パスワード」を確かめて");
}

#[tokio::test]
async fn a_file_is_taken_with_its_password_only() {
    let (screens, mut browser) = ended().await;
    let key = SigningKey::generate_p256().unwrap();
    let certificate = screens.world.exchange.lock().authority.office(key.public_key_spki(), SENDER);
    let file = [("a.p12", in_pkcs12(&key, &certificate, screens.world.folder.path()))];
    let wrong = [("opens", "machigai-file"), ("password", PASSWORD)];
    let page = browser.upload_fields(FILE, &wrong, ("file", &file)).await;
    page.is(422, TITLE).says("証明書ファイル（PKCS#12）のパスワードが違います。");
    assert!(!page.text().contains("machigai-file"));
    assert_ne!(present(&screens.office).await, certificate);
    let page = browser.upload_fields(FILE, &[], ("file", &[])).await;
    page.is(422, TITLE)
        .says("電子証明書のファイル（.p12 または .pfx）を選んでください。")
        .says("href=\"#file-password\"");
    let right = [("opens", "himitsu"), ("password", PASSWORD)];
    browser.upload_fields(FILE, &right, ("file", &file)).await.leads_to(OBTAINED);
    assert_eq!(present(&screens.office).await, certificate);
    let large = [("a.p12", vec![0; 200 * 1024])];
    browser.upload_as("file", FILE, &large).await.is(413, "電子証明書のファイルが大きすぎます");
}

#[tokio::test]
async fn where_the_key_is_gone_from_its_store_every_page_on_the_way_to_another_one_opens() {
    let (world, store) = (World::new(), MemoryStore::default());
    let options =
        OfficeOptions { store: Some(Arc::new(store.clone())), ..world.options(SENDER, Mishaps::default()) };
    let office = Office::open(options).await.unwrap();
    let put = |world: &World, number: &str| {
        store.put(Make::P256, |spki| world.exchange.lock().authority.office(spki, number))
    };
    let first = put(&world, SENDER);
    let mut order = world.order(SENDER);
    order.certificate = careplan_client::enrol::CertificateSource::Stored(Fingerprint::of(&first));
    office.set_up(&order).await.unwrap();
    let screens = Screens::of(world, office);
    let mut browser = screens.manager().await;
    store.empty();
    screens.office.forget_link();
    assert!(screens.office.link().await.is_err());
    browser.get("/").await.is(200, "今日の仕事");
    browser.get("/settings").await.is(200, "設定").says("電子証明書の鍵が見つかりません");
    let page = browser.get("/settings/terminal").await;
    page.is(200, "この端末と電子証明書").says("使えません").says("に見つかりません").says(PATH);
    browser.get(PATH).await.is(200, TITLE);

    let [other, good] =
        [RECEIVER, SENDER].map(|number| Fingerprint::of(&put(&screens.world, number)).to_string());
    browser.get(PATH).await.says(&format!("<h2>{NAME}から選ぶ</h2>"));
    browser
        .post(STORED, &[("password", PASSWORD)])
        .await
        .is(422, TITLE)
        .says("使う電子証明書を選んでください。");
    let page = browser.post(STORED, &[("stored", &*other), ("password", PASSWORD)]).await;
    page.is(422, TITLE).says("ユーザIDの事業所と違います").says(&format!("value=\"{other}\" checked"));
    browser.post(STORED, &[("stored", &*good), ("password", PASSWORD)]).await.leads_to(OBTAINED);
    assert!(screens.office.link().await.unwrap().identity.is_in_store());
    assert_eq!(newest(&screens).await.1, "certificate.obtained");
}

#[tokio::test]
async fn a_new_certificate_is_noted_although_its_announcement_fails() {
    let (screens, mut browser) = ended().await;
    let before = present(&screens.office).await;
    // Root, account, trust list, certificate; then the line breaks.
    let announcing = screens.world.exchange.lock().exchanges + 4;
    screens.world.exchange.lock().lose = Some((announcing, crate::exchange::Loss::Request));
    browser.post(PATH, &TYPED).await.is(422, TITLE);
    assert_ne!(present(&screens.office).await, before);
    assert_eq!(newest(&screens).await.1, "certificate.obtained");
    assert!(screens.office.state().announced_at().await.unwrap().is_none(), "it is due at once");
}

#[tokio::test]
async fn members_obtain_nothing_and_tell_their_manager() {
    let (screens, _) = ended().await;
    screens.add_member().await;
    let mut member = screens.browser();
    member.post("/login", &[("name", "suzuki"), ("password", OWN)]).await.leads_to("/");
    for page in [member.get(PATH).await, member.post(PATH, &TYPED).await] {
        page.is(403, "この操作は管理者だけが行えます");
    }
    let page = member.get("/").await;
    page.says("電子証明書の有効期限が切れました。")
        .says("送受信できません。")
        .says("管理者に知らせてください。");
    assert!(!page.text().contains("/settings/terminal"));
}

#[tokio::test]
async fn everybody_is_warned_from_thirty_days_before_the_end_of_a_certificate() {
    let screens = ending().await;
    screens.staffed().await;
    // The certificate ends on 1 January 2027 at 9 in the morning.
    for (at, said) in [
        ("2026-12-02T08:59:59+09:00", None),
        ("2026-12-02T09:00:00+09:00", Some("電子証明書は、あと30日（1月1日まで）で使えなくなります。")),
        ("2026-12-31T23:59:59+09:00", Some("電子証明書は、あと1日（1月1日まで）で使えなくなります。")),
        ("2027-01-01T09:00:00+09:00", Some("電子証明書は、きょう（1月1日）で使えなくなります。")),
        ("2027-01-01T09:00:01+09:00", Some("電子証明書の有効期限が切れました。")),
    ] {
        pass_until(&screens, at);
        let mut browser = screens.browser();
        browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await.leads_to("/");
        let page = browser.get("/").await;
        match said {
            Some(said) => {
                let way = if said.contains("切れました") { PATH } else { "/settings/terminal" };
                page.says(said).says(&format!("href=\"{way}\""));
            }
            None => assert!(!page.text().contains("電子証明書"), "{}", page.text()),
        }
    }
}
