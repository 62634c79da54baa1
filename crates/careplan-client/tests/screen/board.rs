//! 月次ボード: the month at a glance, and what is behind each cell.

use crate::browser::{Browser, Screens};
use crate::world::{RECEIVER, drain, examples, send};

/// The board of a care manager's office whose plans of November went to one partner.
async fn planned() -> (Screens, careplan_client::Office, Browser) {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    send(&screens.office, &examples().join("02_K2_use_slip")).await;
    drain(&screens.office).await;
    let browser = screens.manager().await;
    (screens, receiver, browser)
}

const NOVEMBER: &str = "/board?month=202611&side=planner";

#[tokio::test]
async fn each_step_of_a_month_moves_its_cell() {
    let (screens, receiver, mut browser) = planned().await;
    let page = browser.get(NOVEMBER).await;
    page.is(200, "月次ボード")
        .says("予定を送信")
        .says("実績の取込")
        .says(RECEIVER)
        .says("送信済")
        .says("相手未読");
    page.says("相手未読（1）").says("利用者2人");
    drain(&receiver).await;
    drain(&screens.office).await;
    let page = browser.get(NOVEMBER).await;
    page.says("受領済").says("相手未読（0）");
    send(&receiver, &examples().join("03_S1_actuals")).await;
    for office in [&receiver, &screens.office] {
        drain(office).await;
    }
    browser.get(NOVEMBER).await.says("受信済").says("未取込");
    let received = screens.office.state().all_received().await.unwrap();
    browser.post(&format!("/received/{}/imported", received[0].header.id), &[]).await;
    drain(&screens.office).await;
    browser.get(NOVEMBER).await.says("取込済");
}

#[tokio::test]
async fn the_board_goes_by_partner_by_user_and_into_each() {
    let (_screens, _receiver, mut browser) = planned().await;
    let page = browser.get(&format!("{NOVEMBER}&by=person")).await;
    page.says("架空　花子").says("例題　太郎").says("1事業所");
    let text = page.text();
    assert!(!text.contains("person=%E6"), "no name stands in an address");
    let inside = text.split("person=").nth(1).unwrap().split(['&', '"']).next().unwrap().to_owned();
    let page = browser.get(&format!("{NOVEMBER}&by=partner&person={inside}")).await;
    page.says("さんの分").says(RECEIVER);
    browser.get(&format!("{NOVEMBER}&by=person&partner={RECEIVER}")).await.says("の分").says("架空　花子");
    browser.get(&format!("{NOVEMBER}&look=unsent")).await.says("あてはまるものはありません。");
    browser.get("/board?month=202001&side=planner").await.says("この月に送受信したもの");
    browser.get(&format!("{NOVEMBER}&by=partner&person=999")).await.is(404, "お探しのページはありません");
    // Without a month it is this one.
    browser.get("/board").await.is(200, "月次ボード");
}

#[tokio::test]
async fn plan_and_actuals_of_a_partner_are_compared_once_both_are_there() {
    let (screens, receiver, mut browser) = planned().await;
    let of = |query: &str| format!("/board/compare?month=202611&side=planner{query}");
    let path = of(&format!("&partner={RECEIVER}"));
    browser
        .get(&path)
        .await
        .is(422, "予定と実績を比べられません")
        .says("この月の実績のファイルが、このパソコンにありません。");
    let board = browser.get(NOVEMBER).await;
    assert!(!board.text().contains("予定と比べる"), "nothing to compare yet");
    drain(&receiver).await;
    send(&receiver, &examples().join("03_S1_actuals")).await;
    for office in [&receiver, &screens.office] {
        drain(office).await;
    }
    browser
        .get(NOVEMBER)
        .await
        .says("予定と比べる")
        .says(&format!("/board/compare?month=202611&#38;side=planner&#38;by=partner&#38;partner={RECEIVER}"));
    browser.get(&format!("{NOVEMBER}&partner={RECEIVER}")).await.says("予定と実績を比べる");
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200);
    page.says("架空　花子").says("例題　太郎");
    let text = browser.get(&format!("{NOVEMBER}&by=person")).await.text();
    let person = text.split("person=").nth(1).unwrap().split(['&', '"']).next().unwrap().to_owned();
    let page = browser.get(&of(&format!("&person={person}"))).await;
    assert_eq!(page.status, 200);
    let names = ["架空　花子", "例題　太郎"].map(|name| page.text().contains(name));
    assert_eq!(names.iter().filter(|it| **it).count(), 1, "one user's comparison is about one user");
    // Everybody at once is no comparison.
    browser.get(&of("")).await.is(404, "お探しのページはありません");
    browser.get(&of("&person=999")).await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn what_is_not_sent_says_why_it_is_due_and_leads_to_sending() {
    let (_screens, _receiver, mut browser) = planned().await;
    let page = browser.get("/board?month=202612&side=planner&by=person").await;
    page.says("未送信").says("前の月にありました").says("href=\"/send\"");
}
