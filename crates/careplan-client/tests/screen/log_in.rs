//! The first account, the log-in, the password, the log-out.

use careplan_client::service::StartCode;
use jiff::SignedDuration;

use crate::browser::{OWN, Screens};

#[tokio::test]
async fn the_first_account_is_made_by_who_has_the_code_of_this_pc() {
    let screens = Screens::new().await;
    let mut browser = screens.browser();
    browser.get("/").await.leads_to("/login");
    browser.get("/login").await.leads_to("/start");
    for path in ["/start", "/start?code=x"] {
        browser
            .get(path)
            .await
            .is(403, "最初の設定は、専用のアドレスから始めます")
            .says("careplan-client open")
            .says("サービスとして動いているときは")
            .says("--data");
    }
    let code = screens.code();
    browser.get(&format!("/start?code={code}")).await.is(200, "最初の設定：管理者の登録");
    let typed = [("code", code.as_str()), ("name", "山田 花子"), ("login", "ＹＡＭＡＤＡ"), ("new", OWN)];
    let wrong = browser.post("/start", &[&typed[..], &[("again", "x")]].concat()).await;
    wrong.is(422, "最初の設定：管理者の登録").says("2つのパスワードが違います").says("山田 花子");
    assert!(!wrong.text().contains(OWN));
    browser.post("/start", &[&typed[..], &[("again", OWN)]].concat()).await.leads_to("/");
    browser.get("/").await.is(200, "今日の仕事").says("山田 花子").says("管理者");
    // The code opens nothing any more, and is gone.
    assert!(StartCode::read(&screens.office.options().data).unwrap().is_none());
    browser.get(&format!("/start?code={code}")).await.leads_to("/login");
    browser.post("/start", &[("code", &code)]).await.is(403, "最初の設定は、専用のアドレスから始めます");
}

#[tokio::test]
async fn a_wrong_password_is_told_and_the_name_is_kept() {
    let screens = Screens::new().await;
    screens.staffed().await;
    let mut browser = screens.browser();
    browser.post("/login", &[]).await.is(422, "ログイン").says("ログイン名を入力してください。");
    for _ in 0..3 {
        let page = browser.post("/login", &[("name", "yamada"), ("password", "wrong wrong")]).await;
        page.is(422, "ログイン").says("ログイン名かパスワードが違います").says(r#"value="yamada""#);
    }
    browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await.says("しばらくログインできません");
}

#[tokio::test]
async fn the_log_in_leads_to_the_page_that_was_asked_for_and_the_log_out_ends_it() {
    let screens = Screens::new().await;
    screens.staffed().await;
    let mut browser = screens.browser();
    browser.get("/received?before=7").await.leads_to("/login?next=%2Freceived%3Fbefore%3D7");
    let typed = [("name", "yamada"), ("password", OWN), ("next", "/received?before=7")];
    let page = browser.post("/login", &typed).await;
    page.leads_to("/received?before=7");
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("careplan-8430=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let kept = browser.cookie.clone();
    browser.post("/logout", &[]).await.leads_to("/login?why=logged-out");
    browser.cookie = kept;
    browser.get("/").await.leads_to("/login");
    browser.get("/login?why=logged-out").await.says("ログアウトしました。");
}

#[tokio::test]
async fn a_password_that_was_handed_out_is_changed_first() {
    let screens = Screens::new().await;
    let temporary = screens.staffed().await;
    let mut browser = screens.browser();
    browser.post("/login", &[("name", "sato"), ("password", temporary.expose())]).await.leads_to("/password");
    browser.get("/").await.leads_to("/password");
    browser.get("/password").await.is(200, "パスワードの変更").says("仮パスワード");
    let present = ("present", temporary.expose());
    browser.post("/password", &[present, ("new", "short"), ("again", "short")]).await.says("8文字以上");
    browser
        .post("/password", &[("present", "x"), ("new", OWN), ("again", OWN)])
        .await
        .says("いまのパスワードが違います");
    browser
        .post("/password", &[present, ("new", OWN), ("again", "y")])
        .await
        .says("2つのパスワードが違います");
    browser.post("/password", &[present, ("new", OWN), ("again", OWN)]).await.leads_to("/?done=password");
    browser
        .get("/?done=password")
        .await
        .is(200, "今日の仕事")
        .says("パスワードを変更しました。")
        .says("一般");
}

#[tokio::test]
async fn who_was_away_for_an_hour_is_told_why_to_log_in_again() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    screens.world.pass(SignedDuration::from_mins(60));
    browser.get("/sent").await.leads_to("/login?why=timed-out&next=%2Fsent");
    browser.get("/login?why=timed-out").await.says("しばらく操作がなかったため");
}

#[tokio::test]
async fn a_page_that_asks_by_itself_keeps_nobody_logged_in() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for _ in 0..5 {
        screens.world.pass(SignedDuration::from_mins(10));
        assert_eq!(browser.get("/news/0").await.status, 200);
    }
    screens.world.pass(SignedDuration::from_mins(10));
    browser.get("/sent").await.leads_to("/login?why=timed-out&next=%2Fsent");
}
