//! 職員, 自分の設定, 2段階認証, 操作記録.

use jiff::SignedDuration;

use crate::browser::{Browser, OWN, Page, Screens};
use crate::telephone::Telephone;

/// What stands on a page as a secret.
fn secret(page: &Page) -> String {
    page.text().split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn log_in(screens: &Screens, name: &str, password: &str) -> (Browser, Page) {
    let mut browser = screens.browser();
    let page = browser.post("/login", &[("name", name), ("password", password)]).await;
    (browser, page)
}

/// Sets a second factor up, from the page where it begins.
async fn set_up(screens: &Screens, browser: &mut Browser) -> Telephone {
    let begun = browser.post("/me/factor", &[("password", OWN)]).await;
    begun.is(200, "2段階認証の設定").says("data:image/svg+xml;base64,");
    let telephone = Telephone::with(&secret(&begun));
    let code = telephone.shows(screens.office.now());
    let before = browser.cookie.clone();
    browser.post("/me/factor/confirm", &[("code", code.expose())]).await.leads_to("/me?done=factor-on");
    assert_ne!(browser.cookie, before);
    screens.world.pass(SignedDuration::from_secs(30));
    telephone
}

#[tokio::test]
async fn somebody_is_added_with_a_password_that_is_shown_once() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.get("/settings").await.says("href=\"/staff\"").says("2人（うち管理者1人）");
    browser.get("/staff").await.is(200, "職員").says("山田 花子").says("仮パスワード").says("まだありません");
    browser.get("/staff/add").await.is(200, "職員の追加");
    let wrong = browser.post("/staff/add", &[("name", ""), ("login", "あ"), ("role", "king")]).await;
    wrong.is(422, "職員の追加").says("職員名を入力してください。").says("半角の英数字").says("権限を選んで");
    let typed = [("name", "高橋 三郎"), ("login", "sato"), ("role", "manager")];
    browser
        .post("/staff/add", &typed)
        .await
        .is(422, "職員の追加")
        .says("すでに使われています")
        .says("高橋 三郎");
    let typed = [("name", "高橋 三郎"), ("login", "Takahashi"), ("role", "member")];
    let page = browser.post("/staff/add", &typed).await;
    page.is(200, "仮パスワード").says("takahashi").says("この一度だけ");
    let password = secret(&page);
    assert!(!browser.get("/staff").await.text().contains(&password));
    let (mut takahashi, page) = log_in(&screens, "takahashi", &password).await;
    page.leads_to("/password");
    let before = takahashi.cookie.clone();
    let change = [("present", password.as_str()), ("new", OWN), ("again", OWN)];
    takahashi.post("/password", &change).await.leads_to("/?done=password");
    assert_ne!(takahashi.cookie, before);
    takahashi.get("/").await.is(200, "今日の仕事").says("一般");
    takahashi.cookie = before;
    takahashi.get("/").await.leads_to("/login");
}

#[tokio::test]
async fn a_manager_changes_roles_resets_passwords_and_locks_away_who_left() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    screens.add_member().await;
    let (mut suzuki, _) = log_in(&screens, "suzuki", OWN).await;
    let path = "/staff/3";
    browser.get(path).await.is(200, "鈴木 次郎").says("仮パスワードを出し直す").says("その他のブラウザー");
    browser.post(&format!("{path}/role"), &[]).await.is(422, "鈴木 次郎").says("権限を選んでください。");
    suzuki.get("/staff").await.is(403, "この操作は管理者だけが行えます");
    let done = format!("{path}?done=role");
    browser.post(&format!("{path}/role"), &[("role", "manager")]).await.leads_to(&done);
    browser.get(&done).await.says("権限を変更しました。");
    suzuki.get("/staff").await.is(200, "職員");
    browser.post(&format!("{path}/role"), &[("role", "member")]).await.leads_to(&done);
    let page = browser.post(&format!("{path}/password"), &[]).await;
    page.is(200, "仮パスワード");
    suzuki.get("/").await.leads_to("/login");
    let (mut suzuki, page) = log_in(&screens, "suzuki", &secret(&page)).await;
    page.leads_to("/password");
    browser.post(&format!("{path}/away"), &[]).await.leads_to("/staff/3?done=away");
    browser.get(path).await.says("退職など").says("ログインできるように戻す");
    suzuki.get("/password").await.leads_to("/login?next=%2Fpassword");
    browser.post(&format!("{path}/back"), &[]).await.leads_to("/staff/3?done=back");
    // The last manager stays one, and resets nothing of their own here.
    let own = browser.get("/staff/1").await;
    own.is(200, "山田 花子").says("自分の設定");
    assert!(!own.text().contains("仮パスワードを出し直す"));
    for change in ["/staff/1/away", "/staff/1/password", "/staff/1/factor"] {
        assert_eq!(browser.post(change, &[]).await.status, 422, "{change}");
    }
    let role = browser.post("/staff/1/role", &[("role", "member")]).await;
    role.is(422, "山田 花子").says("管理者が1人もいなくなる");
    for path in ["/staff/99", "/staff/99/away", "/staff/99/password", "/staff/99/sessions/end"] {
        let page = match path {
            "/staff/99" => browser.get(path).await,
            _ => browser.post(path, &[]).await,
        };
        page.is(404, "お探しのページはありません");
    }
}

#[tokio::test]
async fn single_sessions_are_ended_by_their_owner_and_by_a_manager() {
    let screens = Screens::new().await;
    let mut manager = screens.manager().await;
    screens.add_member().await;
    let (mut first, _) = log_in(&screens, "suzuki", OWN).await;
    let mark = |page: Page| -> Vec<String> {
        let text = page.text();
        let marks = text.split("name=\"session\" value=\"").skip(1);
        marks.map(|it| it.split('"').next().unwrap().to_owned()).collect()
    };
    let page = first.get("/me").await;
    page.is(200, "自分の設定").says("いまお使いの画面");
    // The one in which the temporary password was changed.
    let others = mark(page);
    assert_eq!(others.len(), 1);
    first.post("/me/sessions/end", &[("session", &others[0])]).await.leads_to("/me?done=ended");
    assert_eq!(mark(first.get("/me").await), [""; 0]);
    let marks = mark(manager.get("/staff/3").await);
    assert_eq!(marks.len(), 1);
    manager.post("/staff/3/sessions/end", &[("session", &marks[0])]).await.leads_to("/staff/3?done=ended");
    first.get("/me").await.leads_to("/login?next=%2Fme");
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_taken_away() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.get("/me").await.says("使っていません").says("2段階認証を設定する");
    browser.get("/me/factor").await.is(200, "2段階認証の設定");
    browser.post("/me/factor", &[]).await.is(422, "2段階認証の設定").says("いまのパスワードを入力");
    browser.post("/me/factor", &[("password", "wrong wrong")]).await.says("いまのパスワードが違います");
    browser.post("/me/factor/confirm", &[("code", "123456")]).await.leads_to("/me/factor");
    let telephone = set_up(&screens, &mut browser).await;
    browser.get("/me?done=factor-on").await.is(200, "自分の設定").says("使っています");
    browser.get("/me/factor").await.leads_to("/me");
    let (mut again, page) = log_in(&screens, "yamada", OWN).await;
    page.leads_to("/login/code");
    for path in ["/", "/staff", "/me", "/me/factor", "/password"] {
        again.get(path).await.leads_to("/login/code");
    }
    let change = [("present", OWN), ("new", "natsu no umi"), ("again", "natsu no umi")];
    again.post("/password", &change).await.leads_to("/login/code");
    again.get("/login/code").await.is(200, "確認コードの入力");
    again.post("/login/code", &[]).await.is(422, "確認コードの入力").says("確認コードを入力してください。");
    let wrong = telephone.does_not_show(screens.office.now());
    again.post("/login/code", &[("code", wrong.expose())]).await.says("確認コードが違います");
    let before = again.cookie.clone();
    let code = telephone.shows(screens.office.now());
    let spaced = format!("{} {}", &code.expose()[..3], &code.expose()[3..]);
    again.post("/login/code", &[("code", &spaced)]).await.leads_to("/");
    assert_ne!(again.cookie, before);
    again.get("/login/code").await.leads_to("/");
    again.post("/me/factor/remove", &[]).await.is(422, "自分の設定").says("いまのパスワードを入力");
    again.post("/me/factor/remove", &[("password", OWN)]).await.leads_to("/me?done=factor-off");
    again.get("/me?done=factor-off").await.says("2段階認証を解除しました。");
    // The browser in which it was set up was sent away.
    browser.get("/me").await.leads_to("/login?next=%2Fme");
}

#[tokio::test]
async fn a_wrong_first_code_asks_again_for_the_same_telephone() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let begun = browser.post("/me/factor", &[("password", OWN)]).await;
    let telephone = Telephone::with(&secret(&begun));
    let wrong = telephone.does_not_show(screens.office.now());
    let page = browser.post("/me/factor/confirm", &[("code", wrong.expose())]).await;
    page.is(422, "2段階認証の設定").says("確認コードが違います").says("QRコードの読み取りからやり直す");
    let right = telephone.shows(screens.office.now());
    browser.post("/me/factor/confirm", &[("code", right.expose())]).await.leads_to("/me?done=factor-on");
}

#[tokio::test]
async fn where_everybody_needs_one_the_next_page_sets_it_up_and_a_manager_helps_who_lost_it() {
    let screens = Screens::new().await;
    let mut manager = screens.manager().await;
    screens.add_member().await;
    let (mut suzuki, _) = log_in(&screens, "suzuki", OWN).await;
    manager.get("/settings/staff").await.is(200, "2段階認証の決まり").says("3人のうち0人");
    manager.post("/settings/staff", &[]).await.is(422, "2段階認証の決まり").says("どちらかを選んで");
    let chosen = "/settings/staff?done=chosen";
    manager.post("/settings/staff", &[("required", "yes")]).await.leads_to(chosen);
    for browser in [&mut manager, &mut suzuki] {
        browser.get("/").await.leads_to("/me/factor");
        browser.get("/me/factor").await.is(200, "2段階認証の設定").says("全員が2段階認証を使います");
        set_up(&screens, browser).await;
        browser.get("/").await.is(200, "今日の仕事");
    }
    manager.get(chosen).await.says("2段階認証の決まりを変更しました。").says("3人のうち2人");
    manager.get("/settings").await.says("全員が使います");
    manager.get("/staff/3").await.says("2段階認証を解除する");
    for _ in 0..2 {
        manager.post("/staff/3/factor", &[]).await.leads_to("/staff/3?done=factor");
    }
    suzuki.get("/").await.leads_to("/login");
    let (mut suzuki, page) = log_in(&screens, "suzuki", OWN).await;
    page.leads_to("/me/factor");
    set_up(&screens, &mut suzuki).await;
}

#[tokio::test]
async fn the_record_says_who_did_what_on_which_day_and_whether_it_holds() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let first = screens.office.now().to_zoned(jiff::tz::TimeZone::system()).date();
    screens.world.pass(SignedDuration::from_hours(24));
    let (mut browser_later, _) = log_in(&screens, "yamada", OWN).await;
    browser.get("/record").await.leads_to("/login?why=timed-out&next=%2Frecord");
    browser_later.post("/login", &[("name", "sato"), ("password", "wrong wrong")]).await;
    let page = browser_later.get("/record").await;
    page.is(200, "操作記録")
        .says("記録は書き換えられていません")
        .says("職員を追加")
        .says("山田 花子（yamada）");
    page.says("佐藤 太郎（sato）").says("パスワードを間違えた").says("続けて1回");
    let page = browser_later.get("/record?who=sato").await;
    page.says("パスワードを間違えた");
    assert!(!page.text().contains("職員を追加"));
    let page = browser_later.get(&format!("/record?day={first}")).await;
    page.says("職員を追加");
    assert!(!page.text().contains("パスワードを間違えた"));
    browser_later.get("/record?day=2026-13-40").await.is(422, "操作記録").says("日付を、2026-11-26 のように");
    assert_eq!(browser_later.get("/record.csv?day=x").await.status, 422);
    let csv = browser_later.get(&format!("/record.csv?who=yamada&day={first}")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.text();
    assert!(text.starts_with("\u{FEFF}番号,日時,操作した人,操作,"), "{text}");
    assert!(text.contains("staff.added") && !text.contains("staff.password_wrong"), "{text}");
}

#[tokio::test]
async fn a_record_that_was_changed_is_said_first_and_still_shown() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for statement in [
        "update operation set actor = 'sato' where seq = 2",
        "update operation set at = 9223372036854775807 where seq = 1",
    ] {
        use sqlx::Connection as _;
        let file = screens.office.options().data.join("client.sqlite");
        let mut file = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
        sqlx::query(statement).execute(&mut file).await.unwrap();
    }
    browser.get("/record").await.is(200, "操作記録").says("記録の1件目から先は").says("読み取れません");
    let csv = browser.get("/record.csv").await.text();
    assert!(csv.contains("\n1,読み取れません,") && csv.contains("staff.logged_in"), "{csv}");
}

#[tokio::test]
async fn the_record_goes_on_page_by_page() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for n in 0..60 {
        let what = ("partner.imported", &*n.to_string());
        let by = ("yamada", screens.office.now());
        screens.staff.note(by, what, &serde_json::json!({})).await.unwrap();
    }
    let page = browser.get("/record?who=yamada").await;
    let next =
        page.text().split("href=\"/record?").skip(1).find(|it| it.contains("before=")).unwrap().to_owned();
    let next =
        format!("/record?{}", next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&"));
    browser.get(&next).await.says("職員を追加").says("前");
}
