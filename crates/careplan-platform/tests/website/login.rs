//! From the letter to the office's own password; misses and locks; sessions and how they end.

use std::time::Duration;

use careplan_testkit::on_both_databases;

use crate::browser::{Browser, Page, between};
use crate::world::{OWN, Site, TEMPORARY, USER};

const MINUTE: Duration = Duration::from_secs(60);

/// Opens the log-in and types.
async fn log_in(browser: &mut Browser, user_id: &str, password: &str) -> Page {
    let page = browser.open("/login").await;
    browser.submit(&page, "/login", &[("user_id", user_id), ("password", password)]).await
}

/// A page without what differs in any case: what was typed, and the number of the request.
fn same(page: &Page, typed: &str) -> String {
    page.text().replace(typed, "")
}

on_both_databases! {
    async fn the_letter_leads_over_an_own_password_to_the_top_page(database: TestDatabase) {
        let site = Site::with_letters(database).await;
        let mut browser = site.browser();
        browser.open("/").await.is(200, "ケアプランを、紙から開放する");
        // As people type it: full width, small letters, a space too many.
        let page = log_in(&mut browser, "　ｋｊ９９－９９７０ ０００ ０１８ ", TEMPORARY).await;
        page.is(200, "パスワードの変更").says("まだ仮パスワードです。").says("仮パスワード");
        assert!(!page.text().contains(r#"href="/account""#), "no menu before the password is changed");
        for path in ["/account", "/account/mail", "/"] {
            browser.open(path).await.is(200, "パスワードの変更");
        }
        let before = browser.token().unwrap().to_owned();
        let typed = [("present", TEMPORARY), ("new", OWN), ("again", OWN)];
        let top = browser.submit(&page, "/password", &typed).await;
        top.is(200, "トップ").says("パスワードを変更しました。").says("さくら居宅介護支援事業所").says("メール登録");
        assert_ne!(browser.token().unwrap(), before, "a session that may do more has another token");
        site.browser().with_token(&before).open("/account").await.is(200, "ログイン");
        // The temporary password is worth nothing any more.
        log_in(&mut site.browser(), USER, TEMPORARY).await.is(422, "ログイン");
        log_in(&mut site.browser(), USER, OWN).await.is(200, "トップ");
    }

    async fn each_log_in_through_the_page_stands_in_the_audit_with_who_and_how_far_and_without_secrets(database: TestDatabase) {
        let site = Site::with_letters(database).await;
        let mut browser = site.browser();
        let page = log_in(&mut browser, USER, TEMPORARY).await;
        let typed = [("present", TEMPORARY), ("new", OWN), ("again", OWN)];
        browser.submit(&page, "/password", &typed).await.is(200, "トップ");
        log_in(&mut site.browser(), USER, "wrong").await.is(422, "ログイン");
        log_in(&mut site.browser(), USER, OWN).await.is(200, "トップ");
        assert_eq!(site.audited().await, ["session.opened", "password.changed", "session.opened"].map(|it| format!("{it} {USER}")));
        let who = site.texts("select actor from audit where action = 'session.opened'").await;
        assert_eq!(who, ["office:9970000018"; 2]);
        let details = site.texts("select detail from audit order by seq").await;
        let stages: Vec<_> = details.iter().filter_map(|it| between(it, "\"stage\":\"", "\"")).collect();
        assert_eq!(stages, ["password_temporary", "full"], "{details:?}");
        for secret in [TEMPORARY, OWN, browser.token().unwrap()] {
            assert!(!details.concat().contains(secret), "{details:?}");
        }
    }

    async fn a_new_password_is_refused_at_its_field_with_the_reason(database: TestDatabase) {
        let site = Site::with_letters(database).await;
        let mut browser = site.browser();
        let page = log_in(&mut browser, USER, TEMPORARY).await;
        let typed = |present, new, again| [("present", present), ("new", new), ("again", again)];
        let differs = browser.submit(&page, "/password", &typed(TEMPORARY, OWN, "another")).await;
        assert!(differs.is(422, "パスワードの変更").error_at("again").unwrap().contains("2回入力"));
        let short = browser.submit(&page, "/password", &typed(TEMPORARY, "short", "short")).await;
        assert!(short.is(422, "パスワードの変更").error_at("new").unwrap().contains("8文字以上"));
        let wrong = browser.submit(&page, "/password", &typed("wrong", OWN, OWN)).await;
        assert!(wrong.is(422, "パスワードの変更").error_at("present").is_some());
        let letter = browser.submit(&page, "/password", &typed(TEMPORARY, TEMPORARY, TEMPORARY)).await;
        assert!(letter.is(422, "パスワードの変更").error_at("new").is_some(), "the password of the letter again");
        for page in [differs, short, wrong, letter] {
            assert!(!page.text().contains(TEMPORARY) && !page.text().contains(OWN), "passwords are not written back");
        }
    }

    async fn a_wrong_password_and_an_unknown_user_draw_the_same_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let wrong = log_in(&mut site.browser(), USER, "wrong").await;
        wrong.is(422, "ログイン").says("ユーザIDまたはパスワードが違います").says(USER);
        assert_eq!(wrong.form("/login").fields[2], ("password".to_owned(), String::new()));
        for unknown in ["KJ999970000034", "KJ139970009999", "nonsense"] {
            let page = log_in(&mut site.browser(), unknown, "wrong").await;
            assert_eq!(same(&page, unknown), same(&wrong, USER));
            assert_eq!(page.headers.len(), wrong.headers.len());
        }
    }

    async fn the_page_of_an_unknown_user_is_locked_after_three_misses_like_that_of_a_known_one(database: TestDatabase) {
        let site = Site::new(database).await;
        for miss in 1..=4 {
            let known = log_in(&mut site.browser(), USER, "wrong").await;
            let locks = known.text().contains("09時30分を過ぎると、また使えます。");
            assert_eq!(locks, miss >= 3, "{miss}");
            let page = log_in(&mut site.browser(), "KJ999970000034", "wrong").await;
            assert_eq!(same(&page, "KJ999970000034"), same(&known, USER));
        }
    }

    async fn what_is_missing_is_told_at_its_field(database: TestDatabase) {
        let site = Site::new(database).await;
        let page = log_in(&mut site.browser(), "", "").await;
        page.is(422, "ログイン").says("次の内容を確かめてください（2件）").says(r##"href="#user_id""##);
        assert!(page.error_at("user_id").unwrap().contains("KJ") && page.error_at("password").is_some());
    }

    async fn three_misses_lock_and_the_page_says_until_when(database: TestDatabase) {
        let site = Site::new(database).await;
        for _ in 0..2 {
            log_in(&mut site.browser(), USER, "wrong").await.says("ユーザIDまたはパスワードが違います");
        }
        let locked = log_in(&mut site.browser(), USER, "wrong").await;
        // 9 o'clock in Japan, and half an hour.
        locked.is(422, "ログイン").says("2026年11月1日 09時30分を過ぎると、また使えます。");
        log_in(&mut site.browser(), USER, OWN).await.says("09時30分を過ぎると");
        site.hand.advance(30 * MINUTE);
        log_in(&mut site.browser(), USER, OWN).await.is(200, "トップ");
    }

    async fn the_log_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let page = browser.open("/account/mail?x=%E3%81%82").await;
        page.is(200, "ログイン");
        let typed = [("user_id", USER), ("password", OWN)];
        let led = browser.press(&page, "/login", &typed).await;
        assert_eq!(led.leads_to().as_deref(), Some("/account/mail?x=%E3%81%82"));
        for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"] {
            let fields = [("user_id", USER), ("password", OWN), ("next", elsewhere)];
            let led = site.browser().post("/login", &fields).await;
            assert_eq!(led.leads_to().as_deref(), Some("/"), "{elsewhere}");
        }
        // After a miss it is still known.
        let mut browser = site.browser();
        let page = browser.open("/account").await;
        let missed = browser.submit(&page, "/login", &[("user_id", USER), ("password", "wrong")]).await;
        browser.submit(&missed, "/login", &[("user_id", USER), ("password", OWN)]).await.is(200, "アカウント");
    }

    async fn who_logs_out_is_out_here_and_the_cookie_is_gone(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let token = browser.token().unwrap().to_owned();
        let top = browser.open("/").await;
        let led = browser.press(&top, "/logout", &[]).await;
        assert_eq!((browser.token(), led.header("clear-site-data")), (None, Some("\"cache\"")));
        browser.follow(led).await.is(200, "ログイン").says("ログアウトしました。");
        site.browser().with_token(&token).open("/account").await.is(200, "ログイン");
        assert_eq!(site.audited().await, [format!("session.ended {USER}")]);
    }

    async fn a_session_ends_after_an_hour_without_a_request_and_the_page_says_so(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        site.hand.advance(59 * MINUTE);
        browser.open("/account").await.is(200, "アカウント");
        site.hand.advance(60 * MINUTE);
        browser.open("/account").await.is(200, "ログイン").says("しばらく操作がなかったため");
        // A page for everybody stays one.
        browser.open("/faq").await.is(200, "よくある質問");
    }

    async fn sessions_are_listed_and_ended_one_by_one_and_all_others(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut others = [site.logged_in().await, site.logged_in().await, site.logged_in().await];
        let mut browser = site.logged_in().await;
        let page = browser.open("/account").await;
        page.says("このブラウザ").says("192.0.2.7").says("2026年11月1日（日）09:00");
        let end = |page: &Page| page.forms().iter().filter(|form| form.action == "/account/sessions/end").count();
        assert_eq!(end(&page), 3);
        let page = browser.submit(&page, "/account/sessions/end", &[]).await;
        page.says("選んだログインを終了しました。");
        assert_eq!(end(&page), 2);
        let page = browser.submit(&page, "/account/sessions/end-others", &[]).await;
        page.says("ほかのログインをすべて終了しました。");
        assert_eq!(end(&page), 0);
        for other in &mut others {
            other.open("/account").await.is(200, "ログイン");
        }
    }

    async fn nobody_ends_the_session_of_another_office(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut victim = site.logged_in().await;
        let mut mine = site.browser_at(crate::world::helper(), careplan_platform::login::Stage::Full).await;
        let ids = site.texts(match site.database.engine() {
            careplan_testkit::database::Engine::Sqlite => {
                "select lower(hex(id)) from session where user_id = 'KJ999970000018'"
            }
            careplan_testkit::database::Engine::Postgres => {
                "select encode(id, 'hex') from session where user_id = 'KJ999970000018'"
            }
        }).await;
        mine.post("/account/sessions/end", &[("id", &ids[0])]).await;
        victim.open("/account").await.is(200, "アカウント");
    }
}
