//! 電子証明書: what the office has, the notice before the end, a new issue password, and revoking one certificate.

use std::time::Duration;

use careplan_domain::{Digest, OfficeNumber, Secret, Timestamp, UserId};
use careplan_envelope::{Certificate, DecryptionKey, Signer as SignedBy, SigningKey, sign};
use careplan_platform::config::Foreign;
use careplan_platform::login::Stage;
use careplan_platform::store::certificates::{CertificateRow, insert_certificate};
use careplan_platform::store::terminals::{self, Terminal};
use careplan_platform::trust::{ForeignTrust, Trust};
use careplan_protocol::Base64;
use careplan_protocol::announcement::{ANNOUNCEMENT_TYPE, KeyAnnouncement};
use careplan_protocol::trust::{RefusedKind, SubjectAttribute, SubjectRule};
use careplan_testkit::certificates::TestAuthority;
use careplan_testkit::on_both_databases;
use uuid::Uuid;

use crate::browser::between;
use crate::world::{OWN, Site, USER, helper, manager};

const DAY: Duration = Duration::from_secs(86_400);
const TERMINAL: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00aa);

/// A certificate of an office as the record has it, which ends after some days.
async fn certify(site: &Site, office: OfficeNumber, serial: &str, days: u32) {
    let now = site.clock.now();
    let row = CertificateRow {
        serial: serial.parse().unwrap(),
        fingerprint: fingerprint(serial),
        profile: "office".to_owned(),
        office: Some(office),
        der: vec![0x30],
        not_before: now,
        not_after: now + DAY * days,
        issued_at: now,
        revoked_at: None,
        reason: None,
    };
    site.change(async |tx, _| insert_certificate(tx, &row).await.unwrap()).await;
}

fn fingerprint(serial: &str) -> Digest {
    Digest([serial.as_bytes()[0]; 32])
}

/// A terminal whose key a certificate signed.
async fn announce(site: &Site, fingerprint: Digest, announcement: Vec<u8>) {
    let now = site.clock.now();
    let new =
        Terminal { announcement, fingerprint, issued_at: now, expires_at: now + DAY * 180, retired_at: None };
    site.change(async |tx, now| terminals::put(tx, &manager(), &TERMINAL, &new, now).await.unwrap()).await;
}

/// 介護保険証明書 of the first office: its authority believed, a key signed with it.
async fn bring_own(site: &Site, folder: &std::path::Path) {
    let (kaigo, now) = (TestAuthority::new("Kaigo Root"), site.clock.now());
    let roots_file = folder.join("roots.pem");
    std::fs::write(&roots_file, Certificate::from_der(kaigo.root()).unwrap().to_pem()).unwrap();
    let crl_file = folder.join("kaigo.crl");
    std::fs::write(&crl_file, kaigo.revocation_list(&[], now)).unwrap();
    let settings = Foreign {
        label: "介護保険証明書（見本）".into(),
        roots_file,
        crl_files: vec![crl_file],
        office: SubjectRule {
            attribute: SubjectAttribute::CommonName,
            prefix: "KJ99".into(),
            suffix: String::new(),
        },
        refused_kinds: ["請求用証明書（見本）", "代理人証明書"].map(kind).into(),
    };
    let root = Certificate::from_der(site.authority.root()).unwrap();
    let foreign = vec![ForeignTrust::load(&settings).unwrap()];
    site.platform.trust.replace(Trust::new(vec![root], foreign).unwrap());
    let identity = kaigo.foreign("KJ999970000018", "Jigyosho");
    let chain: Vec<_> = identity.chain.iter().map(|it| Certificate::from_der(it).unwrap()).collect();
    let key = SigningKey::from_pkcs8(identity.key.secret_der()).unwrap();
    let announcement = KeyAnnouncement {
        document: ANNOUNCEMENT_TYPE.to_owned(),
        office: manager(),
        terminal: TERMINAL,
        key: Base64(DecryptionKey::generate_p256().unwrap().public_key_spki().to_vec()),
        issued_at: now,
        expires_at: now + DAY * 180,
    };
    let by = SignedBy { key: &key, certificate: &chain[0], chain: &chain[1..] };
    let signed = sign(&serde_json::to_vec(&announcement).unwrap(), by, now).unwrap();
    announce(site, Digest(chain[0].fingerprint()), signed).await;
}

/// A kind that the operator does not accept.
fn kind(label: &str) -> RefusedKind {
    let (label, contains) = (label.to_owned(), "Seikyu".to_owned());
    RefusedKind { label, attribute: SubjectAttribute::OrganizationalUnit, contains }
}

/// The kinds that can be used, and those that cannot, each with its reason.
fn kinds(page: &str) -> (Vec<&str>, Vec<(&str, &str)>) {
    let taken = between(page, "<h2>使える証明書</h2>", "</ul>").unwrap();
    let refused = between(page, "<h2>使えない証明書</h2>", "</dl>").unwrap();
    let reason = |rest| Some((between(rest, "<dt>", "</dt>")?, between(rest, "<dd>", "</dd>")?));
    (
        taken.split("<li>").skip(1).map(|rest| rest.split("</li>").next().unwrap()).collect(),
        refused.split("<div>").skip(1).filter_map(reason).collect(),
    )
}

async fn reasons(site: &Site) -> Vec<String> {
    site.texts("select serial || ' ' || reason from certificate where revoked_at is not null").await
}

/// Whether an issue password is the one.
async fn opens(site: &Site, issue_password: &str, now: Timestamp) -> bool {
    let secret = Secret::new(issue_password);
    site.platform.issue_passwords.check(USER, &secret, b"a public key", now).await.is_ok()
}

on_both_databases! {
    async fn an_office_without_a_certificate_learns_how_to_come_by_one(database: TestDatabase) {
        let site = Site::new(database).await;
        certify(&site, helper(), "b0", 1000).await;
        let page = site.logged_in().await.open("/certificates").await;
        page.is(200, "電子証明書").says("電子証明書はまだありません。").says("端末はまだありません。").says("まだ発行されていません。");
        page.says("代理人証明書").says("障害者総合支援証明書");
        assert!(!page.text().contains("b0"), "another office's");
    }

    async fn each_kind_that_is_not_accepted_is_explained_and_no_kind_stands_on_both_lists(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        let mut browser = site.logged_in().await;
        let page = browser.open("/certificates").await;
        assert_eq!(kinds(page.text()), (vec!["ケアプラン証明書（このシステムが発行します。料金はかかりません）"], vec![
            ("代理人証明書", "請求を代理する人を表すもので、事業所そのものを表すものではないためです。"),
            ("障害者総合支援証明書", "障害福祉の請求のためのもので、介護保険の事業所番号を表すものではないためです。"),
        ]));
        page.says(r#"<a href="/faq#accepted-kinds">"#).says("ケアプラン証明書を新しく発行するのが確実です。");
        // Another authority's is taken: it stands among those that can be used, and the others are still explained.
        bring_own(&site, folder.path()).await;
        let page = browser.open("/certificates").await;
        let (taken, refused) = kinds(page.text());
        assert_eq!(taken[1..], ["介護保険証明書（見本）（お持ちのものを、クライアントの初期設定で取り込みます）"]);
        let configured = ("請求用証明書（見本）", "運用センターが受け付けないことにしている種類のためです。");
        assert_eq!(refused[2..], [configured], "each once");
        assert!(browser.open("/faq").await.text().contains(r#"id="accepted-kinds""#), "the link leads to the question");
    }

    async fn a_certificate_is_shown_with_its_terminal_and_the_notice_begins_ninety_days_before_its_end(database: TestDatabase) {
        let site = Site::new(database).await;
        certify(&site, manager(), "a1", 1095).await;
        announce(&site, fingerprint("a1"), vec![0x30]).await;
        let page = site.logged_in().await.open("/certificates").await;
        page.is(200, "電子証明書").says("番号 a1").says("有効").says("2029年10月31日（水）").says(&TERMINAL.to_string());
        page.says("2026年11月1日（日）09:00").says("使用中");
        assert!(!page.text().contains("期限が近づいています"));
        site.hand.advance(DAY * (1095 - 90) + Duration::from_secs(1));
        announce(&site, fingerprint("a1"), vec![0x30]).await;
        let page = site.logged_in().await.open("/certificates").await;
        page.says("使っている電子証明書の期限が近づいています（2029年10月31日（水）まで）。").says("残り89日です。");
        page.says("その端末のクライアントを起動してください").says("自動で更新されます");
        site.hand.advance(DAY * 90);
        let page = site.logged_in().await.open("/certificates").await;
        page.says("いま使える電子証明書がありません。").says("期限切れ").says("再開すると順に受け取れます。");
    }

    async fn a_certificate_of_another_authority_is_shown_from_the_key_that_it_signed(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        bring_own(&site, folder.path()).await;
        let page = site.logged_in().await.open("/certificates").await;
        page.is(200, "電子証明書").says("ほかの認証局の証明書").says("2049年1月1日").says("有効").says("失効は発行元へ");
        page.says("介護保険証明書（見本）");
        // Its authority is not believed any more.
        let root = Certificate::from_der(site.authority.root()).unwrap();
        site.platform.trust.replace(Trust::new(vec![root], Vec::new()).unwrap());
        let page = site.logged_in().await.open("/certificates").await;
        page.says("使えません").says("発行元は受け付けていません").says("いま使える電子証明書がありません。");
    }

    async fn a_lost_pc_is_revoked_after_its_consequence_was_read(database: TestDatabase) {
        let site = Site::new(database).await;
        certify(&site, manager(), "a1", 1095).await;
        certify(&site, manager(), "c3", 1095).await;
        announce(&site, fingerprint("a1"), vec![0x30]).await;
        let mut browser = site.logged_in().await;
        browser.open("/certificates").await.says(r#"href="/certificates/a1/revocation""#);
        let page = browser.open("/certificates/a1/revocation").await;
        page.is(200, "電子証明書の失効").says("失効は取り消せません。").says("次の通信から送受信できなくなります。").says(&TERMINAL.to_string());
        let action = "/certificates/a1/revocation";
        let without = browser.submit(&page, action, &[]).await;
        assert!(without.is(422, "電子証明書の失効").error_at("reason").is_some());
        assert!(reasons(&site).await.is_empty());
        let done = browser.submit(&without, action, &[("reason", "lost")]).await;
        done.is(200, "電子証明書").says("電子証明書を失効させました。").says("失効").says("パソコンをなくした、盗まれた");
        assert_eq!(reasons(&site).await, ["a1 パソコンをなくした、盗まれた"]);
        assert_eq!(site.audited().await, ["certificate.revoked a1"]);
        // The stale form again.
        let again = browser.submit(&page, action, &[("reason", "unused")]).await;
        again.is(200, "電子証明書").says("すでに使えなくなっています");
        browser.open(action).await.says("すでに使えなくなっています");
        assert_eq!(site.audited().await.len(), 1);
    }

    async fn a_certificate_of_another_office_is_unknown(database: TestDatabase) {
        let site = Site::new(database).await;
        certify(&site, helper(), "b0", 1000).await;
        let mut browser = site.logged_in().await;
        let unknown = browser.open("/certificates/dd/revocation").await;
        let others = browser.open("/certificates/b0/revocation").await;
        others.is(404, "そのページはありません");
        assert_eq!(between(others.text(), "<main", "受付番号"), between(unknown.text(), "<main", "受付番号"));
        browser.post("/certificates/b0/revocation", &[("reason", "lost")]).await.is(404, "そのページはありません");
        browser.open("/certificates/%3Cscript%3E/revocation").await.is(404, "そのページはありません");
        assert!(reasons(&site).await.is_empty() && site.audited().await.is_empty());
    }

    async fn an_issue_password_is_made_anew_with_the_password_and_shown_once(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let page = browser.open("/certificates").await;
        let action = "/certificates/issue-password";
        let wrong = browser.submit(&page, action, &[("password", "wrong")]).await;
        assert!(wrong.is(422, "電子証明書").error_at("password").unwrap().contains("違います"));
        assert!(site.texts("select office from issue_password").await.is_empty());
        let read = |page: &crate::browser::Page| {
            between(page.text(), r#"<p class="secret" id="issue-password">"#, "</p>").unwrap().to_owned()
        };
        let first = browser.submit(&wrong, action, &[("password", OWN)]).await;
        first.is(200, "新しい証明書発行用パスワード").says(USER).says("2026年12月31日（木）まで、1回だけ使えます。");
        let first = read(&first);
        assert!(opens(&site, &first, site.clock.now()).await);
        let page = browser.open("/certificates").await;
        page.says("まだ使われていません");
        assert!(!page.text().contains(&first), "shown once");
        let second = read(&browser.submit(&page, action, &[("password", OWN)]).await);
        assert!(!opens(&site, &first, site.clock.now()).await && opens(&site, &second, site.clock.now()).await);
        assert_eq!(site.audited().await, [format!("issue_password.reissued {USER}"), format!("issue_password.reissued {USER}")]);
        let stored = site.texts("select hash from issue_password").await;
        assert!(stored.iter().all(|hash| hash.starts_with("$argon2id$")));
    }

    async fn a_session_that_owes_a_step_makes_no_issue_password(database: TestDatabase) {
        let site = Site::new(database).await;
        for stage in [Stage::PasswordTemporary, Stage::SecondFactorDue] {
            let mut browser = site.browser_at(manager(), stage).await;
            browser.post("/certificates/issue-password", &[("password", OWN)]).await;
            browser.post("/certificates/a1/revocation", &[("reason", "lost")]).await;
        }
        assert!(site.texts("select office from issue_password").await.is_empty());
        assert_eq!(UserId::of(&manager()).as_str(), USER);
    }
}
