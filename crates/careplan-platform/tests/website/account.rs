//! アカウント: what an office without a mail address is told on the site, since no mail tells it.

use std::time::Duration;

use careplan_domain::Digest;
use careplan_domain::billing::charge::Method;
use careplan_platform::audit::Actor;
use careplan_platform::billing::By;
use careplan_platform::mail::SiteUrl;
use careplan_platform::reminders::Reminders;
use careplan_platform::store::certificates::{CertificateRow, insert_certificate};
use careplan_testkit::on_both_databases;

use crate::browser::{Page, between};
use crate::world::{Site, URL, manager};

const DAY: Duration = Duration::from_secs(86_400);

/// The item of the checklist that a page marks as the one to do now.
fn due_now(page: &Page) -> &str {
    let item = page.text().split("<li").find(|item| item.contains(r#"aria-current="step""#)).unwrap();
    item.split("</li>").next().unwrap()
}

/// The certificate of the first office ends after some days.
async fn certify(site: &Site, days: u32) {
    let now = site.clock.now();
    let row = CertificateRow {
        serial: "a1".parse().unwrap(),
        fingerprint: Digest([0xa1; 32]),
        profile: "office".to_owned(),
        office: Some(manager()),
        der: vec![0x30],
        not_before: now,
        not_after: now + DAY * days,
        issued_at: now,
        revoked_at: None,
        reason: None,
    };
    site.change(async |tx, _| insert_certificate(tx, &row).await.unwrap()).await;
}

/// Everything that goes out by the day does.
async fn a_day_begins(site: &Site) {
    let now = site.clock.now();
    site.billing().daily(now).await.unwrap();
    Reminders::new(site.store.clone(), SiteUrl::parse(URL).unwrap()).send(now).await.unwrap();
}

on_both_databases! {
    async fn an_office_without_a_mail_address_is_asked_for_one_where_it_looks_first(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let top = browser.open("/").await;
        for words in ["メール登録", "パスワードを忘れたときや、期限のお知らせに使います。", r#"href="/account/mail""#] {
            assert!(due_now(&top).contains(words), "{words}: {}", due_now(&top));
        }
        let account = browser.open("/account").await;
        let fact = between(account.text(), "<dt>メールアドレス</dt>", "</div>").unwrap();
        assert!(fact.contains("登録されていません。") && fact.contains(r#"href="/account/mail""#), "{fact}");
        let form = browser.open("/account/mail").await;
        form.says("期限やお支払いのお知らせに使います。");
        assert!(!form.text().contains("いま登録されているアドレス"));
        site.with_mail().await;
        let top = browser.open("/").await;
        assert!(!due_now(&top).contains("/account/mail"), "{}", due_now(&top));
        top.says("登録済みです。");
        let account = browser.open("/account").await;
        assert!(!account.text().contains("登録されていません。"));
        browser.open("/account/mail").await.says("いま登録されているアドレス");
    }

    async fn what_no_mail_can_tell_stands_on_the_pages_certificate_and_payment(database: TestDatabase) {
        let site = Site::new(database).await;
        let by = By::new(Actor::Operator("uketsuke".to_owned()), site.clock.now());
        site.billing().set_method(&manager(), Method::Invoice, &by).await.unwrap();
        site.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        site.billing().run("202612".parse().unwrap(), "uketsuke", &by).await.unwrap();
        certify(&site, 150).await;
        let mut browser = site.logged_in().await;
        assert!(!browser.open("/licence").await.text().contains("行き違いの場合はご容赦ください。"));
        assert!(!browser.open("/certificates").await.text().contains("期限が近づいています"));
        // 88 days of the certificate are left, and the invoice was due.
        site.hand.advance(DAY * 62);
        a_day_begins(&site).await;
        assert!(site.texts("select kind from mail").await.is_empty(), "there is no address");
        let mut browser = site.logged_in().await;
        browser.open("/licence").await.says("未収").says("残りの21,000円をお振り込みください。行き違いの場合はご容赦ください。");
        browser.open("/certificates").await.says("使っている電子証明書の期限が近づいています").says("残り88日です。");
        // Who registers an address now is not told by mail of what the page has said, but of what comes.
        site.with_mail().await;
        a_day_begins(&site).await;
        assert_eq!(site.texts("select kind || ' ' || recipient from mail").await, ["certificate_reminder office@example.jp"]);
    }
}
