//! The lists 受信 and 送信したもの: what is asked for, what was read, many marked at once.

use careplan_client::state::{ReceivedState, SentState};
use careplan_domain::transmission::State as Life;
use careplan_domain::{TransmissionId, UnitKind};
use jiff::SignedDuration;

use crate::browser::Screens;
use crate::world::{RECEIVER, SENDER, World, drain, examples, send};

/// Sender and receiver of two units that came.
async fn exchanged() -> (careplan_client::Office, Screens) {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    for example in ["01_K1_care_plan", "02_K2_use_slip"] {
        send(&sender, &examples().join(example)).await;
    }
    drain(&sender).await;
    drain(&receiver).await;
    (sender, Screens::of(world, receiver))
}

async fn ids(screens: &Screens) -> Vec<TransmissionId> {
    let all = screens.office.state().all_received().await.unwrap();
    all.iter().map(|it| it.header.id).collect()
}

async fn states(screens: &Screens) -> Vec<ReceivedState> {
    let all = screens.office.state().all_received().await.unwrap();
    all.iter().map(|it| it.state).collect()
}

#[tokio::test]
async fn what_came_is_narrowed_by_partner_kind_month_and_state() {
    let (_, screens) = exchanged().await;
    let mut browser = screens.manager().await;
    let fields = [("partner", SENDER), ("kind", "K1"), ("month", ""), ("state", "unread")];
    let found = browser.post("/received", &fields).await;
    let address = format!("/received?partner={SENDER}&kind=K1&state=unread");
    found.leads_to(&address);
    let page = browser.get(&address).await;
    page.is(200, "受信").says("居宅サービス計画書").says("すべて表示する").says("selected>未読");
    let all = screens.office.state().all_received().await.unwrap();
    let other = all.iter().find(|it| it.header.unit == UnitKind::K2).unwrap().header.id;
    assert!(!page.text().contains(&other.to_string()));
    browser.get("/received?partner=9970000034").await.says("あてはまるものはありません。");
    browser.get("/received?month=202611").await.says("未取込");
    browser.get("/received?month=202610").await.says("あてはまるものはありません。");
    browser.get("/received?state=withdrawn").await.says("あてはまるものはありません。");
    // What nobody chose here asks for nothing.
    browser.get("/received?partner=x&kind=x&month=x&state=x&after=x").await.says("未取込");
}

#[tokio::test]
async fn a_user_is_looked_for_by_a_form_and_stands_in_no_address() {
    let (_, screens) = exchanged().await;
    let mut browser = screens.manager().await;
    let id = ids(&screens).await[0];
    let history = screens.office.history();
    let persons = history.persons(id, careplan_client::history::Direction::Received).await.unwrap();
    let name = persons[0].name.clone();
    browser
        .post("/received", &[("text", &name)])
        .await
        .is(200, "受信")
        .says(&format!("/received/{id}"))
        .says(&name);
    browser.post("/received", &[("text", "いないひと")]).await.says("あてはまるものはありません。");
    let query: String = url::form_urlencoded::byte_serialize("いないひと".as_bytes()).collect();
    browser.get(&format!("/received?text={query}")).await.says(&format!("/received/{id}"));
}

#[tokio::test]
async fn what_somebody_opened_is_read() {
    let (_, screens) = exchanged().await;
    let mut browser = screens.manager().await;
    let page = browser.get("/received").await;
    page.says("未読");
    assert!(!page.text().contains("</svg>既読"), "{}", page.text());
    let id = ids(&screens).await[0];
    browser.get(&format!("/received/{id}")).await;
    let read = browser.get("/received?state=read").await;
    read.says(&format!("/received/{id}"));
    let unread = browser.get("/received?state=unread").await;
    assert!(!unread.text().contains(&format!("/received/{id}\"")));
}

#[tokio::test]
async fn many_are_marked_as_taken_over_and_back_within_a_minute_before_anybody_is_told() {
    let (sender, screens) = exchanged().await;
    let mut browser = screens.manager().await;
    let ids = ids(&screens).await;
    browser
        .post("/received/imported", &[("which", "picked"), ("back", "/received?kind=K1")])
        .await
        .leads_to("/received?kind=K1&done=none");
    browser.get("/received?done=none").await.says("選ばれていません");
    let picked = [("which", "picked"), ("pick7", &*ids[0].to_string()), ("back", "https://evil.example/")];
    let at = screens.office.now().as_millisecond();
    browser
        .post("/received/imported", &picked)
        .await
        .leads_to(&format!("/received?done=imported&count=1&left=0&at={at}"));
    assert_eq!(states(&screens).await, [ReceivedState::Importing, ReceivedState::Acknowledged]);
    let page = browser.get(&format!("/received?done=imported&count=1&left=0&at={at}")).await;
    page.says("1件を取込済にしました。").says("/received/imported/undo");
    // Nobody is told meanwhile.
    drain(&screens.office).await;
    browser
        .post("/received/imported/undo", &[("at", &at.to_string())])
        .await
        .leads_to("/received?done=undone&count=1");
    assert_eq!(states(&screens).await, [ReceivedState::Acknowledged, ReceivedState::Acknowledged]);
    let shown = format!("{},{}", ids[0], ids[1]);
    let all = [("which", "shown"), ("shown", &*shown), ("back", "/received")];
    browser
        .post("/received/imported", &all)
        .await
        .leads_to(&format!("/received?done=imported&count=2&left=0&at={at}"));
    screens.world.pass(SignedDuration::from_secs(60));
    let late = browser.get(&format!("/received?done=imported&count=2&left=0&at={at}")).await;
    assert!(!late.text().contains("/received/imported/undo"));
    browser.post("/received/imported/undo", &[("at", &at.to_string())]).await.is(409, "取り消せませんでした");
    drain(&screens.office).await;
    assert_eq!(states(&screens).await, [ReceivedState::Imported, ReceivedState::Imported]);
    drain(&sender).await;
    let sent = sender.state().all_sent().await.unwrap();
    assert!(sent.iter().all(|it| it.state == SentState::Life(Life::Imported)));
}

#[tokio::test]
async fn what_was_sent_is_narrowed_as_well_and_long_lists_have_pages() {
    let world = World::new();
    let sender = world.set_up(SENDER).await;
    world.set_up(RECEIVER).await;
    for n in 0..51 {
        send(&sender, &world.small_unit(&format!("202610211100{n:02}"))).await;
    }
    let screens = Screens::of(world, sender);
    let mut browser = screens.manager().await;
    let first = browser.get("/sent?state=waiting").await.text();
    let next = first.split("href=\"").find(|it| it.contains("after=")).unwrap().split('"').next().unwrap();
    assert!(next.starts_with("/sent?state=waiting"), "{next}");
    let second = browser.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await;
    assert_eq!(second.text().matches("送信待ち</").count(), 1 + 1, "{}", second.text());
    second.says("rel=\"prev\"");
    browser.get("/sent?state=imported").await.says("あてはまるものはありません。");
    browser.post("/sent", &[("state", "failed"), ("text", "")]).await.leads_to("/sent?state=failed");
}
