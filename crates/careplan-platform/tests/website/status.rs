//! 稼働状況: what works, in words, from what is really looked at.

use std::time::Duration;

use careplan_platform::store::jobs;
use careplan_testkit::on_both_databases;

use crate::world::Site;

const MINUTE: Duration = Duration::from_secs(60);

on_both_databases! {
    async fn everybody_sees_what_works_and_when_it_was_looked_at(database: TestDatabase) {
        let site = Site::new(database).await;
        let page = site.browser().open("/status").await;
        page.is(200, "稼働状況").says("すべて利用できます。").says("遅れはありません").says("2026年11月1日（日）09:00 時点");
        assert!(!page.text().contains("利用できません"));
    }

    async fn without_a_signature_nothing_can_be_sent_and_a_look_is_kept_for_ten_seconds(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        browser.open("/status").await.says("すべて利用できます。");
        site.signature.is_there(false);
        site.hand.advance(Duration::from_millis(9_999));
        browser.open("/status").await.says("すべて利用できます。");
        site.hand.advance(Duration::from_millis(1));
        let page = browser.open("/status").await;
        page.says("いま利用できない機能があります。").says("利用できません").says("もう一度お試しください");
        for inside in ["データベース", "sqlite", "postgres", "signer", "署名"] {
            assert!(!page.text().contains(inside), "{inside}");
        }
    }

    async fn mails_that_wait_are_told_after_ten_minutes(database: TestDatabase) {
        let site = Site::new(database).await;
        site.change(async |tx, now| jobs::put(tx, "mail.send", "{}".to_owned(), now).await.unwrap()).await;
        let mut browser = site.browser();
        site.hand.advance(10 * MINUTE);
        browser.open("/status").await.says("遅れはありません");
        site.hand.advance(MINUTE);
        browser.open("/status").await.says("遅れているものがあります").says("約11分遅れています。");
    }

    async fn a_database_that_does_not_answer_is_told_to_who_is_not_logged_in(database: TestDatabase) {
        let site = Site::new(database).await;
        site.store.close().await;
        let page = site.browser().open("/status").await;
        page.is(200, "稼働状況").says("いま利用できない機能があります。");
        assert_eq!(page.text().matches("利用できません").count(), 4);
    }
}
