//! The second factor: set up with an app, asked for at the log-in, replaced by a recovery code, taken away.

use std::time::Duration;

use careplan_testkit::on_both_databases;

use crate::browser::{Browser, Page, between};
use crate::world::{App, OWN, Site, USER};

const HALF_A_MINUTE: Duration = Duration::from_secs(30);

fn secrets(page: &Page) -> Vec<String> {
    let list = between(page.text(), r#"<ul class="secret" id="codes" role="list">"#, "</ul>").unwrap();
    list.split("<li>").skip(1).map(|item| item.split('<').next().unwrap().to_owned()).collect()
}

/// Sets up a second factor; the app, and the page with the recovery codes.
async fn set_up(site: &Site, browser: &mut Browser) -> (App, Page) {
    let prepare = browser.open("/account/second-factor").await;
    let begin = browser.submit(&prepare, "/account/second-factor/begin", &[("password", OWN)]).await;
    begin.is(200, "2段階認証の設定").says("data:image/svg+xml;base64,");
    let app = App::scan(between(begin.text(), r#"<p class="secret">"#, "</p>").unwrap());
    let code = app.shows(site.clock.now());
    (app, browser.submit(&begin, "/account/second-factor", &[("code", &code)]).await)
}

async fn log_in(site: &Site) -> (Browser, Page) {
    let mut browser = site.browser();
    let page = browser.open("/login").await;
    let page = browser.submit(&page, "/login", &[("user_id", USER), ("password", OWN)]).await;
    (browser, page)
}

on_both_databases! {
    async fn a_second_factor_is_set_up_and_asked_for_at_the_next_log_in(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let before = browser.token().unwrap().to_owned();
        let (app, done) = set_up(&site, &mut browser).await;
        done.is(200, "回復コードの控え").says("2段階認証を使えるようになりました。");
        assert_eq!(secrets(&done).len(), 10);
        assert_ne!(browser.token().unwrap(), before);
        browser.open("/account").await.says("設定済み").says("使っていない回復コードが10個あります。");

        let (mut browser, page) = log_in(&site).await;
        page.is(200, "2段階認証");
        for path in ["/", "/account", "/account/second-factor"] {
            assert_ne!(browser.open(path).await.title(), "アカウント", "{path}");
        }
        let wrong = browser.submit(&page, "/login/second-factor", &[("code", "12")]).await;
        assert!(wrong.is(422, "2段階認証").error_at("code").is_some());
        site.hand.advance(HALF_A_MINUTE);
        // As people type it.
        let code = app.shows(site.clock.now());
        let wide: String = code.chars().map(|it| char::from_u32(u32::from(it) + 0xFEE0).unwrap()).collect();
        browser.submit(&wrong, "/login/second-factor", &[("code", &wide)]).await.is(200, "トップ");
        browser.open("/account").await.is(200, "アカウント");
    }

    async fn a_recovery_code_opens_one_session_and_the_account_says_what_to_do(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let (_, done) = set_up(&site, &mut browser).await;
        let code = secrets(&done).remove(0);
        let (mut browser, page) = log_in(&site).await;
        let page = browser.submit(&page, "/login/second-factor/recovery", &[("recovery", &code)]).await;
        page.is(200, "アカウント").says("回復コードでログインしました。").says("使っていない回復コードが9個あります。");
        let (mut browser, page) = log_in(&site).await;
        let page = browser.submit(&page, "/login/second-factor/recovery", &[("recovery", &code)]).await;
        assert!(page.is(422, "2段階認証").error_at("recovery").is_some());
        assert!(!page.text().contains(&code), "a code is not written back");
    }

    async fn each_factor_that_was_passed_stands_in_the_audit_after_its_log_in(database: TestDatabase) {
        let site = Site::new(database).await;
        let (app, done) = set_up(&site, &mut site.logged_in().await).await;
        let recovery = secrets(&done).remove(0);
        let before = site.audited().await.len();
        let (mut browser, page) = log_in(&site).await;
        let page = browser.submit(&page, "/login/second-factor", &[("code", "12")]).await;
        site.hand.advance(HALF_A_MINUTE);
        let code = app.shows(site.clock.now());
        browser.submit(&page, "/login/second-factor", &[("code", &code)]).await.is(200, "トップ");
        let (mut browser, page) = log_in(&site).await;
        browser.submit(&page, "/login/second-factor/recovery", &[("recovery", &recovery)]).await.is(200, "アカウント");
        let passed = ["session.opened", "second_factor.passed", "session.opened", "second_factor.passed"];
        assert_eq!(site.audited().await[before..], passed.map(|action| format!("{action} {USER}")));
        let details = site.texts("select detail from audit where action = 'second_factor.passed' order by seq").await;
        let by: Vec<_> = details.iter().filter_map(|it| between(it, "\"by\":\"", "\"")).collect();
        assert_eq!(by, ["app", "recovery_code"]);
        assert!(!details.concat().contains(&code) && !details.concat().contains(&recovery), "{details:?}");
    }

    async fn a_wrong_first_code_is_told_and_the_right_one_is_still_taken(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let prepare = browser.open("/account/second-factor").await;
        let wrong = browser.submit(&prepare, "/account/second-factor/begin", &[("password", "wrong")]).await;
        assert!(wrong.is(422, "2段階認証の設定").error_at("password").is_some());
        let begin = browser.submit(&wrong, "/account/second-factor/begin", &[("password", OWN)]).await;
        let app = App::scan(between(begin.text(), r#"<p class="secret">"#, "</p>").unwrap());
        let again = browser.submit(&begin, "/account/second-factor", &[("code", "12")]).await;
        assert!(again.is(422, "2段階認証の設定").error_at("code").is_some());
        let code = app.shows(site.clock.now());
        browser.submit(&again, "/account/second-factor", &[("code", &code)]).await.is(200, "回復コードの控え");
    }

    async fn where_it_is_required_it_is_set_up_before_anything_else(database: TestDatabase) {
        let site = Site::under(database, "login.second_factor_required = true").await;
        let mut browser = site.browser();
        let page = browser.open("/login").await;
        let typed = [("user_id", USER), ("password", crate::world::TEMPORARY)];
        let page = browser.submit(&page, "/login", &typed).await;
        let typed = [("present", crate::world::TEMPORARY), ("new", OWN), ("again", OWN)];
        let page = browser.submit(&page, "/password", &typed).await;
        page.is(200, "2段階認証の設定").says("2段階認証の設定が必要です。");
        browser.open("/account").await.is(200, "2段階認証の設定");
        let (_, done) = set_up(&site, &mut browser).await;
        done.is(200, "回復コードの控え");
        browser.open("/").await.is(200, "トップ");
    }

    async fn it_is_taken_away_with_the_password_and_new_codes_replace_the_old(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let (_, done) = set_up(&site, &mut browser).await;
        let account = browser.open("/account").await;
        let new = browser.submit(&account, "/account/second-factor/recovery-codes", &[]).await;
        assert_ne!(secrets(&new), secrets(&done));
        let wrong = browser.submit(&account, "/account/second-factor/remove", &[("password", "wrong")]).await;
        assert!(wrong.is(422, "アカウント").error_at("password").is_some());
        let gone = browser.submit(&wrong, "/account/second-factor/remove", &[("password", OWN)]).await;
        gone.is(200, "アカウント").says("2段階認証を解除しました。").says("未設定");
        log_in(&site).await.1.is(200, "トップ");
    }
}
