//! 利用申請 and what follows: read to the end, agreed, granted at once; renewed, opted out; refused when a step is missing.

use std::time::Duration;

use careplan_testkit::on_both_databases;

use crate::browser::{Browser, Page};
use crate::world::Site;

const DAY: Duration = Duration::from_secs(86_400);

/// From the application to the last page of the terms.
async fn read_to_the_end(browser: &mut Browser, years: &str) -> Page {
    let page = browser.open("/licence/apply").await;
    let mut page = browser.submit(&page, "/licence/apply", &[("years", years)]).await;
    page.is(200, "利用規約の確認").says("1／5ページ").says("第1条（目的）");
    for number in 2..=5 {
        assert!(!page.text().contains("利用規約に同意する"), "page {}", number - 1);
        page = browser.open(&format!("/licence/terms/{number}")).await;
    }
    page.says("5／5ページ").says(r#"data-read-to-end="agree""#);
    page
}

/// What an office was charged: id, amount, method.
async fn charges(site: &Site) -> Vec<String> {
    site.texts("select id || ' ' || amount || ' ' || method from charge order by id").await
}

on_both_databases! {
    async fn an_office_that_read_and_agreed_is_granted_at_once_and_charged_once(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        browser.open("/licence").await.is(200, "ライセンス").says("未申請");
        let last = read_to_the_end(&mut browser, "1").await;
        let done = browser.submit(&last, "/licence/agree", &[]).await;
        done.says("利用申請が正常に完了しております。").says("2027年10月31日（日）").says("に自動で1年更新します");
        // Pressed a second time, and opened again.
        browser.post("/licence/agree", &[]).await;
        browser.open("/licence/apply").await.says("利用申請が正常に完了しております。");
        assert_eq!(charges(&site).await, ["9970000018-20261101-1 21000 deduction"]);
        let agreed = site.texts("select user_id || ' ' || terms_version from agreement").await;
        assert_eq!(agreed, ["KJ999970000018 1"]);
        let audited = site.audited().await;
        for action in ["licence.applied", "terms.agreed", "licence.granted"] {
            assert_eq!(audited.iter().filter(|line| line.contains(action)).count(), 1, "{action}: {audited:?}");
        }
        browser.open("/licence").await.says("21,000円").says("1,909円").says("差引予定");
    }

    async fn nobody_agrees_before_the_last_page_or_without_an_application(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        browser.post("/licence/agree", &[]).await.is(422, "ライセンス").says("利用申請がまだ始まっていません");
        browser.open("/licence/terms/1").await.says("利用申請がまだ始まっていません");
        let page = browser.open("/licence/apply").await;
        let chosen = browser.press(&page, "/licence/apply", &[("years", "4")]).await;
        assert_eq!(chosen.error_at("years"), Some("年数を選んでください。"));
        browser.submit(&page, "/licence/apply", &[("years", "1")]).await;
        // The last page by its address leads back to the page that comes next.
        let led = browser.get("/licence/terms/5").await;
        assert_eq!(led.leads_to().as_deref(), Some("/licence/terms/2"));
        browser.post("/licence/agree", &[]).await.is(422, "ライセンス").says("最後まで表示されていません");
        browser.open("/licence/terms/6").await.is(404, "そのページはありません");
        assert!(charges(&site).await.is_empty());
    }

    async fn a_licence_is_renewed_in_its_last_year_without_a_gap_and_once(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let last = read_to_the_end(&mut browser, "2").await;
        browser.submit(&last, "/licence/agree", &[]).await.says("2028年10月31日（火）");
        let page = browser.open("/licence").await;
        let early = browser.press(&page, "/licence/renew", &[("years", "1")]).await;
        early.is(422, "ライセンス").says("から申し込めます");
        site.hand.advance(DAY * 400);
        let mut browser = site.logged_in().await;
        let page = browser.open("/licence").await;
        browser.submit(&page, "/licence/renew", &[("years", "1")]).await.says("更新の手続きが完了しました。").says("更新済みです");
        browser.post("/licence/renew", &[("years", "1")]).await;
        assert_eq!(
            charges(&site).await,
            ["9970000018-20261101-1 42000 deduction", "9970000018-20281101-1 21000 deduction"]
        );
    }

    async fn an_office_opts_out_of_the_automatic_renewal_and_back_in(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let last = read_to_the_end(&mut browser, "1").await;
        browser.submit(&last, "/licence/agree", &[]).await;
        for (plan, said) in [
            ("by-hand", "更新を申し込んでください"),
            ("cancel", "解約予定"),
            ("automatic-3", "に自動で3年更新します"),
        ] {
            let page = browser.open("/licence").await;
            browser.submit(&page, "/licence/plan", &[("plan", plan)]).await.says(said);
        }
        browser.post("/licence/plan", &[("plan", "never")]).await.is(422, "ライセンス");
    }
}
