//! 設定: what the office chose, and the pages of its sections.

use careplan_client::local_api::Reach;
use careplan_login::Token;
use jiff::SignedDuration;

use crate::browser::{OWN, Screens};
use crate::world::{RECEIVER, drain, examples, send};

#[tokio::test]
async fn the_index_says_of_each_section_what_holds_now() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser
        .get("/settings")
        .await
        .is(200, "設定")
        .says("この端末と電子証明書")
        .says("電子証明書は")
        .says("介護ソフトとの連携")
        .says("登録なし")
        .says("バックアップ")
        .says("保存先が決まっていません");
    browser.post("/settings/applications", &[("name", "介護ソフトA")]).await;
    browser.get("/settings").await.says("1個を登録");
    browser.get("/").await.says("href=\"/settings\"");
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends_by_a_button() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let page = browser.post("/settings/applications", &[("name", " 介護ソフトA ")]).await;
    page.is(200, "介護ソフトとの連携").says("「介護ソフトA」のトークン").says("http://localhost:8430/api/v1");
    let text = page.text();
    let token = text.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    let token = Token::parse(token).unwrap();
    let page = browser.get("/settings/applications").await;
    page.says("利用できます").says("まだありません");
    assert!(!page.text().contains(token.expose()));
    let again = browser.post("/settings/applications", &[("name", "介護ソフトA")]).await;
    assert_eq!(again.status, 422);
    again.says("「介護ソフトA」はすでに登録されています。").says("value=\"介護ソフトA\"");
    let revoked = "/settings/applications?done=revoked";
    for _ in 0..2 {
        browser.post("/settings/applications/revoke", &[("name", "介護ソフトA")]).await.leads_to(revoked);
    }
    browser.get(revoked).await.says("トークンを取り消しました。").says("取消済み");
    let record = screens.staff.operations(None, 10).await.unwrap();
    let done: Vec<_> = record.iter().map(|it| (it.actor.as_str(), it.action.as_str())).take(2).collect();
    assert_eq!(done, [("yamada", "application.revoked"), ("yamada", "application.added")]);
}

#[tokio::test]
async fn care_software_is_told_the_address_of_this_pc_also_on_another_pc() {
    let screens = Screens::new().await;
    screens.staffed().await;
    let mut elsewhere = screens.manager_elsewhere().await;
    let page = elsewhere.get("/settings/applications").await;
    page.is(200, "介護ソフトとの連携").says("http://localhost:8430/api/v1");
    page.says("このソフトが入っているパソコンの中からだけ");
    assert!(!page.text().contains("8431"), "{}", page.text());
    // Once the office allows it, care software on the other PCs has an address, too.
    screens.office.state().store_local_api_reach(Reach::Office).await.unwrap();
    let page = elsewhere.get("/settings/applications").await;
    page.says("http://localhost:8430/api/v1").says("https://careplan-pc.local:8431/api/v1");
    let mut here = screens.browser();
    here.post("/login", &[("name", "yamada"), ("password", OWN)]).await;
    let page = here.get("/settings/applications").await;
    page.says("http://localhost:8430/api/v1").says("事業所内での共有");
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_at_its_field() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for name in ["", "   ", &"あ".repeat(51)] {
        let page = browser.post("/settings/applications", &[("name", name)]).await;
        assert_eq!(page.status, 422);
        page.says("1〜50文字で");
    }
    browser.post("/settings/applications", &[("name", "<b>")]).await.says("&#60;b&#62;");
}

#[tokio::test]
async fn the_certificate_is_renewed_by_a_click_and_what_prevents_it_is_said() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let present = async || screens.office.link().await.unwrap().identity.certificate().clone();
    let first = present().await;
    let page = browser.get("/settings/terminal").await;
    page.is(200, "この端末と電子証明書").says("9970000018").says("有効").says("バージョン");
    page.says("href=\"/start/report\"").says("問い合わせ用の報告");
    browser.get("/start/report").await.says("KJ999970000018");
    let renewed = "/settings/terminal?done=renewed";
    browser.post("/settings/terminal/renew", &[]).await.leads_to(renewed);
    browser.get(renewed).await.says("電子証明書を更新しました。");
    let second = present().await;
    assert_ne!(second, first);
    let [newest, ..] = &screens.staff.operations(None, 1).await.unwrap()[..] else { panic!("nothing noted") };
    assert_eq!((newest.actor.as_str(), newest.action.as_str()), ("yamada", "certificate.renewed"));
    // A day after its end nothing renews it.
    let left = second.not_after().duration_since(screens.office.now());
    screens.world.pass(left + SignedDuration::from_hours(24));
    browser.post("/login", &[("name", "yamada"), ("password", crate::browser::OWN)]).await.leads_to("/");
    let page = browser.post("/settings/terminal/renew", &[]).await;
    assert_eq!(page.status, 422);
    page.says("有効期限が切れているため、更新できません").says("期限切れ");
}

#[tokio::test]
async fn a_shorter_time_for_copies_is_confirmed_when_some_would_go() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    send(&screens.office, &examples().join("02_K2_use_slip")).await;
    drain(&screens.office).await;
    screens.world.pass(SignedDuration::from_hours(24 * 366 * 3));
    let mut browser = screens.manager().await;
    let path = "/settings/retention";
    browser.get(path).await.is(200, "控えの保存期間").says("value=\"5\" checked");
    // Nothing is that old.
    browser.post(path, &[("years", "10")]).await.leads_to("/settings/retention?done=saved");
    browser.get("/settings/retention?done=saved").await.says("保存期間を10年にしました。");
    let page = browser.post(path, &[("years", "2")]).await;
    assert_eq!(page.status, 422);
    page.says("1件の控えが保存期間を過ぎているため").says("value=\"2\" checked").says("name=\"agree\"");
    browser.get("/settings").await.says("10年");
    browser.post(path, &[("years", "2"), ("agree", "yes")]).await.leads_to("/settings/retention?done=saved");
    browser.get("/settings").await.says("2年");
    let [newest, ..] = &screens.staff.operations(None, 1).await.unwrap()[..] else { panic!("nothing noted") };
    assert_eq!(newest.action, "settings.retention");
    assert!(newest.detail.contains("\"over_their_time\":1"), "{}", newest.detail);
    screens.office.history().remove_old_copies(screens.office.now()).await.unwrap();
    assert_eq!(
        screens
            .office
            .history()
            .over_their_time(careplan_client::history::KeepMonths::new(24).unwrap(), screens.office.now())
            .await
            .unwrap(),
        0
    );
    for wrong in ["", "4", "x", "-1"] {
        let page = browser.post(path, &[("years", wrong)]).await;
        assert_eq!(page.status, 422);
        page.says("期間を選んでください。");
    }
}

#[tokio::test]
async fn a_proxy_is_tried_before_it_is_chosen_and_its_password_is_never_shown() {
    use careplan_client::platform::Proxy;
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let path = "/settings/proxy";
    browser.get(path).await.is(200, "プロキシ").says("value=\"system\" checked");
    for (wrong, said) in [
        (vec![("way", "")], "プロキシの使い方を選んでください。"),
        (vec![("way", "at"), ("proxy", "x/y")], "「名前:ポート番号」の形で"),
    ] {
        browser.post(path, &wrong).await.is(422, "プロキシ").says(said);
    }
    let typed = [
        ("way", "at"),
        ("proxy", "proxy.example.jp:8080"),
        ("proxy_user", "taro"),
        ("proxy_password", "proxy-himitsu"),
    ];
    screens.world.exchange.lock().away = true;
    let page = browser.post(path, &typed).await;
    page.is(422, "プロキシ").says("設定は変更していません。").says("確かめずに変更する");
    assert!(!page.text().contains("proxy-himitsu"));
    assert_eq!(screens.office.state().proxy().await.unwrap(), Proxy::System);
    // The browser has the form without the password, which is never drawn.
    let without = [&typed[..3], &[("anyway", "yes")]].concat();
    browser
        .post(path, &without)
        .await
        .is(422, "プロキシ")
        .says("プロキシのパスワードを、もう一度入力してください。");
    let anyway = [&typed[..], &[("anyway", "yes")]].concat();
    browser.post(path, &anyway).await.leads_to("/settings/proxy?done=anyway");
    browser.get("/settings/proxy?done=anyway").await.says("確かめずに、設定を変更しました。");
    screens.world.exchange.lock().away = false;
    // The password is kept while address and user stay.
    browser.post(path, &typed[..3]).await.leads_to("/settings/proxy?done=saved");
    let kept = Proxy::at("proxy.example.jp:8080").unwrap().with_credentials("taro", "proxy-himitsu");
    assert_eq!(screens.office.state().proxy().await.unwrap(), kept);
    browser.get("/settings").await.says("proxy.example.jp:8080");
    let noted = screens.staff.operations(None, 1).await.unwrap();
    assert_eq!(noted[0].action, "settings.proxy");
    assert!(noted[0].detail.contains("proxy.example.jp:8080") && !noted[0].detail.contains("himitsu"));
}
