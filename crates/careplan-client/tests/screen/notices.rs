//! お知らせ of the operations centre.

use careplan_client::notices::Notices;
use careplan_protocol::office_api::NoticeEntry;
use jiff::SignedDuration;

use crate::browser::Screens;

fn told(screens: &Screens, number: i64, seq: i64, (category, title): (&str, &str)) -> NoticeEntry {
    let now = screens.office.now();
    NoticeEntry {
        number,
        seq,
        category: category.into(),
        title: title.into(),
        body: "一行目\n二行目\n\n<b>次の段落".into(),
        published_at: now,
        changed_at: now,
        withdrawn: false,
    }
}

#[tokio::test]
async fn what_the_centre_tells_stands_on_the_first_page_for_two_weeks_and_in_the_list_for_good() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.get("/notices").await.is(200, "運用センターからのお知らせ").says("いまお知らせはありません。");
    assert!(!browser.get("/").await.text().contains("運用センターからのお知らせ"));
    let five =
        (1..=5).map(|n| told(&screens, n, n, ("release", &format!("版 0.{n} を公開しました")))).collect();
    screens.world.exchange.lock().notices = five;
    assert!(Notices::new(screens.office.clone()).refresh().await.unwrap());
    let page = browser.get("/").await;
    page.says("版 0.5 を公開しました").says("版 0.3 を公開しました").says("新しい版");
    page.says("<a href=\"/notices/5\">版 0.5 を公開しました</a>");
    assert!(!page.text().contains("版 0.2"), "three at most");
    browser.get("/notices").await.says("版 0.1 を公開しました");
    let page = browser.get("/notices/2").await;
    page.is(200, "版 0.2 を公開しました").says("一行目<br>二行目").says("<p>&#60;b&#62;次の段落</p>");
    screens.world.pass(SignedDuration::from_hours(14 * 24));
    let mut browser = screens.browser();
    browser.post("/login", &[("name", "yamada"), ("password", crate::browser::OWN)]).await.leads_to("/");
    assert!(!browser.get("/").await.text().contains("版 0.5"));
    browser.get("/notices").await.says("版 0.5");
}

#[tokio::test]
async fn an_edited_one_changes_a_withdrawn_one_goes_and_without_a_line_both_can_be_read() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let notices = Notices::new(screens.office.clone());
    let [stop, other] = [("maintenance", "停止します"), ("unheard-of", "ご案内")];
    let three = vec![
        told(&screens, 1, 1, stop),
        told(&screens, 2, 2, other),
        told(&screens, 3, 3, ("incident", "障害のお知らせ")),
    ];
    screens.world.exchange.lock().notices = three;
    assert!(notices.refresh().await.unwrap());
    assert!(!notices.refresh().await.unwrap(), "nothing changed since");
    browser.get("/notices").await.says("メンテナンス").says("その他");
    let edited = NoticeEntry {
        changed_at: screens.office.now() + SignedDuration::from_hours(1),
        ..told(&screens, 1, 4, ("maintenance", "停止を延期します"))
    };
    let withdrawn = NoticeEntry {
        title: String::new(),
        body: String::new(),
        withdrawn: true,
        ..told(&screens, 2, 5, other)
    };
    screens.world.exchange.lock().notices = vec![edited, withdrawn];
    assert!(notices.refresh().await.unwrap());
    screens.world.exchange.lock().away = true;
    assert!(notices.refresh().await.is_err());
    let page = browser.get("/notices").await;
    page.says("停止を延期します").says("障害のお知らせ");
    assert!(!page.text().contains("ご案内"));
    browser.get("/notices/1").await.is(200, "停止を延期します").says("に修正");
    browser.get("/notices/2").await.is(404, "お探しのページはありません");
    assert_eq!(browser.get("/notices/x").await.status, 400);
}
