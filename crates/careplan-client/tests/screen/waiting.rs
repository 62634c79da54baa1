//! What somebody tells the desk to send while the platform is away: it goes by itself when the line is back, once.

use careplan_client::desk::{Desk, Waited};
use jiff::SignedDuration;

use crate::browser::{Browser, Screens};
use crate::sending::{brought, example, other_plans, upload};
use crate::world::{RECEIVER, SENDER, drain};

/// Longer than any wait between two tries.
const LONG: SignedDuration = SignedDuration::from_mins(10);

const WAITS: &str = "回線が戻りしだい、自動で送信します。この画面は閉じてもかまいません。";

async fn sent(screens: &Screens) -> usize {
    screens.office.state().all_sent().await.unwrap().len()
}

/// The line is back for a while; the steps until nothing is due.
async fn line_back(screens: &Screens, desk: &Desk) -> Vec<Waited> {
    screens.world.exchange.lock().away = false;
    screens.world.pass(LONG);
    let mut steps = Vec::new();
    loop {
        match desk.step_waiting().await.unwrap() {
            Waited::Nothing => return steps,
            step => steps.push(step),
        }
    }
}

/// Somebody brings files and tells the desk to send them while the platform is away.
async fn told_while_away(screens: &Screens, browser: &mut Browser, files: &[(String, Vec<u8>)]) -> String {
    let draft = brought(browser, files).await;
    screens.world.exchange.lock().away = true;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    browser.get(&draft).await.says(WAITS);
    assert_eq!(sent(screens).await, 0);
    draft
}

#[tokio::test]
async fn what_is_told_while_the_platform_is_away_says_that_it_waits_and_goes_once_by_itself() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let desk = screens.desk();
    let files = [example("01_K1_care_plan"), example("02_K2_use_slip")].concat();
    let draft = told_while_away(&screens, &mut browser, &files).await;
    browser.get(&draft).await.says("から待っています。").says("自動送信をやめる").says("2件を送信する");
    browser.get("/send").await.says("送信待ち（回線）");
    // The wait between two tries is not over; then it is, and the platform is still away.
    assert_eq!(desk.step_waiting().await.unwrap(), Waited::Nothing);
    screens.world.pass(LONG);
    assert_eq!(desk.step_waiting().await.unwrap(), Waited::Later);
    assert_eq!(desk.step_waiting().await.unwrap(), Waited::Nothing);
    browser.get(&draft).await.says(WAITS);
    assert_eq!(line_back(&screens, &desk).await, [Waited::Changed]);
    assert_eq!(sent(&screens).await, 2);
    let page = browser.get(&draft).await;
    page.says("送信を受け付けました。");
    assert!(!page.text().contains(WAITS));
    assert_eq!(line_back(&screens, &desk).await, []);
    drain(&screens.office).await;
    assert_eq!(screens.world.exchange.lock().letters.len(), 2);
    let lines = screens.staff.operations(None, 20).await.unwrap();
    let actors = lines.iter().filter(|line| line.action == "sent").map(|line| line.actor.as_str());
    assert_eq!(actors.collect::<Vec<_>>(), ["yamada", "yamada"]);
}

#[tokio::test]
async fn the_wish_outlives_the_program() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = told_while_away(&screens, &mut browser, &example("02_K2_use_slip")).await;
    let Screens { world, office, .. } = screens;
    office.close().await;
    let office = world.open(SENDER).await;
    let screens = Screens::of(world, office);
    assert_eq!(line_back(&screens, &screens.desk()).await, [Waited::Changed]);
    assert_eq!(sent(&screens).await, 1);
    let mut browser = screens.browser();
    browser.post("/login", &[("name", "yamada"), ("password", crate::browser::OWN)]).await.leads_to("/");
    browser.get(&draft).await.says("送信を受け付けました。");
}

#[tokio::test]
async fn who_closes_the_page_before_it_answers_has_asked_all_the_same() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    let asked = screens.world.exchange.lock().exchanges;
    let path = format!("{draft}/send");
    tokio::select! {
        biased;
        page = browser.post(&path, &[]) => panic!("it was answered: {}", page.status),
        () = async { while screens.world.exchange.lock().exchanges == asked { tokio::task::yield_now().await } } => {}
    }
    assert_eq!(sent(&screens).await, 0);
    assert_eq!(line_back(&screens, &screens.desk()).await, [Waited::Changed]);
    assert_eq!(sent(&screens).await, 1);
}

#[tokio::test]
async fn the_wish_is_ended_by_the_button_and_by_every_change_of_the_draft() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let document = ("計画書.pdf".to_owned(), b"%PDF-1.7\n%%EOF\n".to_vec());
    for ended_by in ["button", "files", "documents", "drop"] {
        let files = [example("02_K2_use_slip"), vec![document.clone()]].concat();
        let draft = told_while_away(&screens, &mut browser, &files).await;
        match ended_by {
            "button" => {
                browser.post(&format!("{draft}/wait/end"), &[]).await.leads_to(&draft);
                let lines = screens.staff.operations(None, 1).await.unwrap();
                assert_eq!(
                    (lines[0].actor.as_str(), lines[0].action.as_str()),
                    ("yamada", "send.wait_ended")
                );
            }
            "files" => {
                let more = [("b.pdf".to_owned(), b"%PDF-1.7\n%%EOF\n".to_vec())];
                upload(&mut browser, &format!("{draft}/add"), &more).await.leads_to(&draft);
            }
            "documents" => {
                let to = [("to", "9970000026-11"), ("month", "202611")];
                screens.world.exchange.lock().away = false;
                browser.post(&format!("{draft}/documents"), &to).await.leads_to(&draft);
            }
            _ => {
                browser.post(&format!("{draft}/drop"), &[]).await.leads_to("/send");
            }
        }
        assert!(!browser.get(&draft).await.text().contains(WAITS), "{ended_by}");
        assert_eq!(line_back(&screens, &screens.desk()).await, [], "{ended_by}");
        assert_eq!(sent(&screens).await, 0, "{ended_by}");
    }
    browser
        .post("/send/01920000-0000-7000-8000-000000000001/wait/end", &[])
        .await
        .is(404, "お探しのページはありません");
}

#[tokio::test]
async fn what_is_blocked_stays_and_the_good_one_beside_it_goes() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let (name, _) = example("02_K2_use_slip").remove(0);
    let files = [example("01_K1_care_plan"), vec![(name, b"\xFF\xFF\r\n".to_vec())]].concat();
    let draft = told_while_away(&screens, &mut browser, &files).await;
    browser.get(&draft).await.says("送信できないファイルがあります。");
    assert_eq!(line_back(&screens, &screens.desk()).await, [Waited::Changed]);
    assert_eq!(sent(&screens).await, 1);
    let page = browser.get(&draft).await;
    page.says("送信できないファイルがあります。").says("送信待ち");
    assert!(!page.text().contains(WAITS));
    browser.get("/send").await.says(&draft).says("準備中");
    // The blocked one alone does not wait.
    screens.world.exchange.lock().away = true;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert!(!browser.get(&draft).await.text().contains(WAITS));
    assert_eq!(line_back(&screens, &screens.desk()).await, []);
}

#[tokio::test]
async fn who_presses_again_while_it_waits_sends_it_once() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = told_while_away(&screens, &mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    screens.world.exchange.lock().away = false;
    screens.world.pass(LONG);
    let (desk, path) = (screens.desk(), format!("{draft}/send"));
    let (page, step) = tokio::join!(browser.post(&path, &[]), desk.step_waiting());
    page.leads_to(&draft);
    step.unwrap();
    assert_eq!(line_back(&screens, &desk).await, []);
    assert_eq!(sent(&screens).await, 1);
}

#[tokio::test]
async fn corrections_wait_as_corrections_also_when_somebody_presses_for_the_others() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let first = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{first}/send"), &[]).await.leads_to(&first);
    let draft = brought(&mut browser, &other_plans()).await;
    screens.world.exchange.lock().away = true;
    browser.post(&format!("{draft}/send"), &[("corrections", "yes")]).await.leads_to(&draft);
    screens.world.exchange.lock().away = false;
    browser.post(&format!("{draft}/send"), &[]).await.is(422, "送信の内容").says(WAITS);
    assert_eq!(sent(&screens).await, 1);
    assert_eq!(line_back(&screens, &screens.desk()).await, [Waited::Changed]);
    assert_eq!(sent(&screens).await, 2);
}

#[tokio::test]
async fn what_did_not_go_by_itself_is_said_where_the_draft_is_found() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let draft = told_while_away(&screens, &mut browser, &example("02_K2_use_slip")).await;
    // Only now it is known that nobody could open it.
    assert_eq!(line_back(&screens, &screens.desk()).await, [Waited::Changed]);
    browser.get("/send").await.says("送信できないもの");
    let page = browser.get(&draft).await;
    page.says("自動では送信できなかったものがあります。").says("受信できる端末がまだありません");
    assert!(!page.text().contains(WAITS));
    // It does not go on by itself, and it does when it is asked for again.
    screens.world.set_up(RECEIVER).await;
    assert_eq!(line_back(&screens, &screens.desk()).await, []);
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert_eq!(sent(&screens).await, 1);
    assert!(!browser.get(&draft).await.text().contains("自動では送信できなかった"));
}

#[tokio::test]
async fn who_is_told_at_once_why_it_does_not_go_has_nothing_that_waits() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    let page = browser.post(&format!("{draft}/send"), &[]).await;
    page.is(422, "送信の内容").says("受信できる端末がまだありません");
    let text = browser.get(&draft).await.text();
    assert!(!text.contains(WAITS) && !text.contains("自動では送信できなかった"), "{text}");
    assert_eq!(line_back(&screens, &screens.desk()).await, []);
}
