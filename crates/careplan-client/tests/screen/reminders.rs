//! 催促 from the board, and what the partner sees of it.

use std::time::Duration;

use careplan_client::Office;
use careplan_client::partners::{Partners, Which};
use careplan_client::reminders::AT_ONCE_MAX;
use jiff::SignedDuration;

use crate::browser::{Browser, OWN, Page, Screens};
use crate::world::{RECEIVER, drain, examples, send};

const NOVEMBER: &str = "/board?month=202611&side=planner&by=partner";
const FORM: [(&str, &str); 4] =
    [("partners", RECEIVER), ("month", "202611"), ("side", "planner"), ("back", NOVEMBER)];

/// The screens of a care manager's office on the 29th of November, whose plans went over and whose actuals did not come.
async fn planned() -> (Screens, Office) {
    let screens = Screens::new().await;
    let provider = screens.world.set_up(RECEIVER).await;
    send(&screens.office, &examples().join("02_K2_use_slip")).await;
    for office in [&screens.office, &provider, &screens.office] {
        drain(office).await;
    }
    screens.world.pass(SignedDuration::from_hours(4 * 24));
    ask_directory(&screens.office).await;
    (screens, provider)
}

async fn ask_directory(office: &Office) {
    Partners::new(office.clone()).refresh(Which::All, Duration::from_secs(9)).await.unwrap();
}

fn lacks(page: &Page, words: &str) {
    assert!(!page.text().contains(words), "{words} is in {}", page.text());
}

async fn member(screens: &Screens) -> Browser {
    screens.staffed().await;
    screens.add_member().await;
    let mut suzuki = screens.browser();
    suzuki.post("/login", &[("name", "suzuki"), ("password", OWN)]).await.leads_to("/");
    suzuki
}

#[tokio::test]
async fn a_partner_is_reminded_by_one_click_and_the_second_of_a_day_is_told_when_the_first_was() {
    let (screens, _provider) = planned().await;
    // Whoever may send may remind.
    let mut browser = member(&screens).await;
    let page = browser.get(NOVEMBER).await;
    page.is(200, "月次ボード").says("催促する").says("まとめて催促");
    lacks(&page, "催促済");
    let to = format!("{NOVEMBER}&done=reminded&sent=1&left=0");
    browser.post("/board/remind", &FORM).await.leads_to(&to);
    let page = browser.get(&to).await;
    page.says("1事業所に催促を送ります。").says("催促済 11月29日");
    lacks(&page, "催促する");
    lacks(&page, "まとめて催促");
    let page = browser.post("/board/remind", &FORM).await;
    assert_eq!(page.status, 409);
    page.says("<h1>この依頼は、2026年11月29日").says("1日に1回だけ送れます。");
    screens.world.pass(SignedDuration::from_hours(24));
    browser.post("/login", &[("name", "suzuki"), ("password", OWN)]).await;
    browser.get(NOVEMBER).await.says("催促済 11月29日").says("催促する");
}

#[tokio::test]
async fn many_are_reminded_after_a_page_that_says_who_gets_what() {
    let (screens, _provider) = planned().await;
    let mut browser = screens.manager().await;
    let page = browser.get("/board/remind?month=202611&side=planner&look=missing").await;
    page.is(200, "まとめて催促").says(RECEIVER).says("2026年11月分の実績をお送りください");
    page.says("1事業所に催促を送る");
    let many = [&FORM[..], &[("many", "1")]].concat();
    browser.post("/board/remind", &many).await.leads_to(&format!("{NOVEMBER}&done=reminded&sent=1&left=0"));
    let page = browser.get("/board/remind?month=202611&side=planner").await;
    page.says("いま催促を送れる事業所はありません。").says("今日すでに送りました（2026年11月29日");
    lacks(&page, "事業所に催促を送る<");
    // Who was reminded meanwhile is counted, and stops nobody else.
    let to = format!("{NOVEMBER}&done=reminded&sent=0&left=1");
    browser.post("/board/remind", &many).await.leads_to(&to);
    let page = browser.get(&to).await;
    page.says("催促を送れませんでした。")
        .says("ほかの1事業所には送っていません")
        .says("送らなかった理由を見る");
    page.says("/board/remind?month=202611&#38;side=planner");
    lacks(&page, "行の「催促する」");
    browser.get(&format!("{to}&rest=10")).await.says("あと10事業所が残っています。");
    let sent = screens.office.state().all_sent().await.unwrap();
    assert_eq!(sent.len(), 2, "the plan and one reminder");
}

#[tokio::test]
async fn at_one_press_fifty_are_reminded_and_the_next_one_is_left() {
    let (screens, _provider) = planned().await;
    let mut browser = screens.manager().await;
    let past = (AT_ONCE_MAX, format!("sent=0&left={AT_ONCE_MAX}&rest=1"));
    let edge = (AT_ONCE_MAX - 1, format!("sent=1&left={}", AT_ONCE_MAX - 1));
    for (others, told) in [past, edge] {
        let mut partners = vec!["9970000034"; others];
        partners.push(RECEIVER);
        let partners = partners.join(",");
        let form = [("partners", partners.as_str()), ("many", "1"), ("month", "202611"), ("side", "planner")];
        let to = format!("/board?done=reminded&{told}");
        browser.post("/board/remind", &form).await.leads_to(&to);
    }
}

#[tokio::test]
async fn a_line_that_is_away_is_asked_once_and_told_with_how_many_went() {
    let (screens, _provider) = planned().await;
    let mut browser = screens.manager().await;
    let partners = [RECEIVER; 3].join(",");
    let form = [("partners", partners.as_str()), ("many", "1"), ("month", "202611"), ("side", "planner")];
    let away = "/board?done=reminded&sent=0&left=3&away=1";
    screens.world.exchange.lock().away = true;
    let before = screens.world.exchange.lock().exchanges;
    browser.post("/board/remind", &form).await.leads_to(away);
    assert_eq!(screens.world.exchange.lock().exchanges - before, 1, "nobody waits for the other two");
    browser.post("/board/remind", &FORM).await.is(503, "催促を送れませんでした").says("つながりません");
    screens.world.exchange.lock().away = false;
    // It goes away after the name was answered: the first letter that cannot be sealed is the last.
    let asked = screens.world.exchange.lock().exchanges;
    screens.world.exchange.lock().lose = Some((asked + 1, crate::exchange::Loss::Request));
    browser.post("/board/remind", &form).await.leads_to(away);
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 1, "the plan alone");
    let page = browser.get(away).await;
    page.says("連携基盤につながりません。催促は送っていません。").says("3事業所には送っていません。");
    let page = browser.get("/board?done=reminded&sent=2&left=1&rest=4&away=1").await;
    page.says("2事業所への催促は、つながりしだい送ります。").says("残りの5事業所には送っていません。");
}

#[tokio::test]
async fn who_has_not_joined_has_no_button_and_gets_nothing() {
    let (screens, _provider) = planned().await;
    let mut entry = crate::exchange::office(RECEIVER);
    entry.joined = false;
    screens.world.exchange.lock().directory = vec![entry];
    ask_directory(&screens.office).await;
    let mut browser = screens.manager().await;
    let page = browser.get(NOVEMBER).await;
    page.says("未受信");
    lacks(&page, "催促する");
    browser.post("/board/remind", &FORM).await.is(409, "この事業所には催促を送れません");
    browser.get("/board/remind?month=202611&side=planner").await.says("いま送れません（アドレス帳");
}

#[tokio::test]
async fn what_is_not_due_and_what_cannot_be_read_is_refused() {
    let (screens, _provider) = planned().await;
    let mut browser = screens.manager().await;
    for (month, side) in [("202611", "provider"), ("202609", "planner"), ("209912", "planner")] {
        let form = [("partners", RECEIVER), ("month", month), ("side", side)];
        browser.post("/board/remind", &form).await.is(409, "催促することはありません");
    }
    for form in [
        [("partners", ""), ("month", "202611"), ("side", "planner")],
        [("partners", RECEIVER), ("month", "202613"), ("side", "planner")],
        [("partners", RECEIVER), ("month", "202611"), ("side", "x")],
    ] {
        browser.post("/board/remind", &form).await.is(400, "入力の内容を読み取れませんでした");
    }
    // A way back that leads elsewhere is none.
    let elsewhere = [("partners", RECEIVER), ("month", "202611"), ("side", "planner"), ("back", "//evil")];
    browser.post("/board/remind", &elsewhere).await.leads_to("/board?done=reminded&sent=1&left=0");
}

#[tokio::test]
async fn users_have_no_buttons_of_their_own() {
    let (screens, _provider) = planned().await;
    let mut browser = screens.manager().await;
    let page = browser.get("/board?month=202611&side=planner&by=person").await;
    page.says("架空　花子").says("未受信");
    lacks(&page, "催促");
}

#[tokio::test]
async fn the_partner_sees_what_is_asked_on_the_first_page_until_it_is_settled() {
    let (planner, provider) = planned().await;
    planner.office.reminders().remind(&order(), &careplan_client::staff::Actor::default()).await.unwrap();
    drain(&planner.office).await;
    drain(&provider).await;
    ask_directory(&provider).await;
    let screens = Screens::of(planner.world, provider);
    let mut browser = screens.manager().await;
    let page = browser.get("/").await;
    page.says("練習事業所0018から 11月分の実績の依頼が届いています（11月29日）");
    page.says("/board?month=202611&#38;side=provider").says(r#"href="/send""#);
    // The plan waits for the care software, the reminder does not.
    page.says("1件");
    let page = browser.get("/received").await;
    page.says("催促").says("この一覧の未取込1件をすべて取込済にする");
    let id = screens.office.reminders().open(1).await.unwrap()[0].0.id;
    let asked = browser.get("/received?state=reminder").await;
    asked.says(&id.to_string());
    lacks(&browser.get("/received?state=waiting").await, &id.to_string());
    let one = browser.get(&format!("/received/{id}")).await;
    one.says("催促").says("月次ボードで見る").says("実績のお願い（2026年11月分）.pdf");
    lacks(&one, "介護ソフトに取り込んだ");
    browser.post("/search", &[("kind", "DOC")]).await.says("催促");
    browser.post(&format!("/reminders/{id}/settle"), &[]).await.leads_to("/?done=settled");
    let page = browser.get("/?done=settled").await;
    page.says("依頼を対応済みにしました。");
    lacks(&page, "依頼が届いています");
    let unknown = "/reminders/01920000-0000-7000-8000-000000000001/settle";
    browser.post(unknown, &[]).await.is(404, "お探しのページはありません");
    browser.get("/record").await.says("相手からの依頼を対応済みにした").says("2026年11月分");
}

fn order() -> careplan_client::reminders::Order {
    careplan_client::reminders::Order {
        partner: RECEIVER.parse().unwrap(),
        month: "202611".parse().unwrap(),
        side: careplan_client::board::Side::Planner,
    }
}
