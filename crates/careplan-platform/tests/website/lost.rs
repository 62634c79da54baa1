//! Who cannot log in: links by mail that are good once and for their purpose, and requests for a letter.

use std::time::Duration;

use careplan_testkit::on_both_databases;

use crate::world::{MAIL, OWN, Site, USER};

const NEW: &str = "tsuki ga kirei desu ne";

on_both_databases! {
    async fn a_link_by_mail_sets_a_new_password_once(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let mut old = site.logged_in().await;
        let mut browser = site.browser();
        let page = browser.open("/login/lost").await;
        let asked = browser.submit(&page, "/login/lost/password", &[("user_id", USER)]).await;
        asked.is(200, "ログインできないとき").says("30分以内にメールのリンクを開いてください。");
        site.answer_asked().await;
        let link = site.link().await;
        assert!(link.starts_with("/mail-link/reset_password/"));

        // Opening changes nothing: mail filters open links, too.
        browser.open(&link).await.is(200, "新しいパスワードの設定");
        let page = browser.open(&link).await;
        let weak = browser.submit(&page, &link, &[("new", "short"), ("again", "short")]).await;
        assert!(weak.is(422, "新しいパスワードの設定").error_at("new").is_some());
        let differs = browser.submit(&weak, &link, &[("new", NEW), ("again", OWN)]).await;
        assert!(differs.is(422, "新しいパスワードの設定").error_at("again").is_some());
        let done = browser.submit(&differs, &link, &[("new", NEW), ("again", NEW)]).await;
        done.is(200, "新しいパスワードの設定").says("パスワードを設定しました。").says(USER);

        // Replayed.
        browser.open(&link).await.is(410, "新しいパスワードの設定");
        let replayed = browser.post(&link, &[("new", OWN), ("again", OWN)]).await;
        replayed.is(410, "新しいパスワードの設定").says("/login/lost");
        old.open("/account").await.is(200, "ログイン");
        let page = browser.open("/login").await;
        browser.submit(&page, "/login", &[("user_id", USER), ("password", NEW)]).await.is(200, "トップ");
    }

    async fn who_has_no_address_and_who_is_unknown_get_the_same_answer(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let mut answers = Vec::new();
        for user_id in [USER, "KJ999970000026", "KJ999970000034", "nonsense"] {
            answers.push(site.browser().post("/login/lost/password", &[("user_id", user_id)]).await.bytes);
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        let mut answers = Vec::new();
        for mail in [MAIL, "nobody@example.jp"] {
            answers.push(site.browser().post("/login/lost/user-id", &[("mail", mail)]).await.bytes);
        }
        assert_eq!(answers[0], answers[1]);
        site.answer_asked().await;
        assert_eq!(site.texts("select recipient from mail").await, [MAIL, MAIL]);
    }

    async fn a_link_is_good_for_its_purpose_and_its_time_only(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let mut browser = site.browser();
        browser.post("/login/lost/user-id", &[("mail", MAIL)]).await;
        site.answer_asked().await;
        let link = site.link().await;
        let other = link.replace("remind_user_id", "reset_password");
        browser.open(&other).await.is(410, "新しいパスワードの設定");
        browser.post(&other, &[("new", NEW), ("again", NEW)]).await.is(410, "新しいパスワードの設定");
        browser.open("/mail-link/no_such_purpose/x").await.is(404, "そのページはありません");
        browser.open("/mail-link/reset_password/%3Cscript%3E").await.is(410, "新しいパスワードの設定");
        site.hand.advance(Duration::from_secs(30 * 60));
        browser.open(&link).await.is(410, "ユーザIDの確認");
    }

    async fn a_reminder_shows_the_user_ids_of_the_address(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let mut browser = site.browser();
        let page = browser.open("/login/lost").await;
        browser.submit(&page, "/login/lost/user-id", &[("mail", "ｏｆｆｉｃｅ＠ＥＸＡＭＰＬＥ.jp")]).await.is(200, "ログインできないとき");
        site.answer_asked().await;
        let link = site.link().await;
        let page = browser.open(&link).await;
        assert!(!page.is(200, "ユーザIDの確認").text().contains(USER));
        browser.submit(&page, &link, &[]).await.is(200, "ユーザIDの確認").says(USER);
        browser.open(&link).await.is(410, "ユーザIDの確認");
    }

    async fn an_address_is_registered_by_its_link(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let page = browser.open("/account/mail").await;
        let wrong = browser.submit(&page, "/account/mail", &[("mail", "no address"), ("password", OWN)]).await;
        assert!(wrong.is(422, "メールアドレスの登録").error_at("mail").is_some());
        wrong.says(r#"value="no address""#);
        let wrong = browser.submit(&wrong, "/account/mail", &[("mail", MAIL), ("password", "wrong")]).await;
        assert!(wrong.error_at("password").is_some());
        let sent = browser.submit(&wrong, "/account/mail", &[("password", OWN)]).await;
        sent.is(200, "アカウント").says("確認のメールを送りました。").says("登録されていません。");
        let link = site.link().await;
        // In whatever browser the mail is read.
        let mut reader = site.browser();
        let page = reader.open(&link).await;
        reader.submit(&page, &link, &[]).await.is(200, "メールアドレスの確認").says("メールアドレスを登録しました。");
        browser.open("/account").await.says("o***@example.jp");
    }

    async fn a_letter_is_asked_for_with_number_and_reason(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let page = browser.open("/login/lost").await;
        let typed = [("office", "99700"), ("phone", "0123"), ("reason", "")];
        let wrong = browser.submit(&page, "/login/lost/letter", &typed).await;
        wrong.is(422, "ログインできないとき").says(r#"value="99700""#).says(r#"value="0123""#);
        for field in ["office", "reason", "phone"] {
            assert!(wrong.error_at(field).is_some(), "{field}");
        }
        let typed = [("office", "９９７０－００００２６"), ("phone", "０３－１２３４－５６７８"), ("reason", "letter_lost")];
        let asked = browser.submit(&wrong, "/login/lost/letter", &typed).await;
        asked.is(200, "ログインできないとき");
        assert_eq!(site.texts("select office || ' ' || reason || ' ' || phone from letter_request").await, ["9970000026 letter_lost 03-1234-5678"]);
        // A number that is nobody's is answered the same.
        let nobody = site.browser().post("/login/lost/letter", &[("office", "9970009999"), ("reason", "letter_lost")]).await;
        assert_eq!(nobody.bytes, asked.bytes);
    }
}
