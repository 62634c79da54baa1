//! From where and to whom documents beside the standard go, as the form on a draft asks it.

use std::time::Duration;

use careplan_client::partners::{Partners, Which, keep_fresh};
use careplan_protocol::office_api::OfficeEntry;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::browser::{Browser, Page, Screens};
use crate::exchange::office;
use crate::world::{RECEIVER, SENDER, examples, send};

const MOMIJI: &str = "9970000034";
const KAEDE: &str = "9970000042";
const NOT_KNOWN: &str = "この事業所のサービス種類がまだ分からず、文書の送信元を決められません。";

fn entry(number: &str, name: &str, types: &[&str]) -> OfficeEntry {
    let service_types = types.iter().map(|it| it.parse().unwrap()).collect();
    OfficeEntry { name: name.into(), kana: name.into(), service_types, ..office(number) }
}

/// The screens of an office that runs some service types, and a draft with one document.
async fn drafted(types: &[&str]) -> (Screens, Browser, String) {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    screens.world.exchange.lock().directory = vec![
        entry(SENDER, "自分の事業所", types),
        entry(RECEIVER, "さくら訪問介護", &["11"]),
        OfficeEntry { joined: false, ..entry(MOMIJI, "もみじデイ", &["15"]) },
        entry(KAEDE, "かえで", &["11", "15", "16"]),
    ];
    let mut browser = screens.manager().await;
    let document = ("計画書.pdf", b"%PDF-1.7\n%%EOF\n".to_vec());
    let draft = browser.upload("/send", &[document]).await.header("location").to_owned();
    (screens, browser, draft)
}

/// Puts everybody of the directory into the book; さくら was written to before.
async fn booked(screens: &Screens) -> Partners {
    let book = Partners::new(screens.office.clone());
    send(&screens.office, &examples().join("02_K2_use_slip")).await;
    for number in [MOMIJI, KAEDE] {
        book.add(&number.parse().unwrap(), ("yamada", screens.office.now())).await.unwrap();
    }
    assert_eq!(book.refresh(Which::All, Duration::from_secs(5)).await.unwrap().asked, 3);
    book
}

/// From where and to where the draft's document goes.
async fn way(screens: &Screens, draft: &str) -> (String, String) {
    let id = draft.rsplit('/').next().unwrap().parse().unwrap();
    let order = screens.office.state().draft(id).await.unwrap().unwrap().documents.unwrap();
    (order.from.to_string(), order.to.to_string())
}

impl Page {
    /// The form comes again with a message at a field.
    fn says_at(&self, field: &str, words: &str) -> &Self {
        self.is(422, "送信の内容").says(&format!("href=\"#{field}\""));
        let text = self.text();
        let at = text.split_once(&format!("id=\"{field}-error\"")).unwrap().1;
        assert!(at.split_once("</p>").unwrap().0.contains(words), "{words} is not at {field}: {at}");
        self
    }
}

#[tokio::test]
async fn the_only_service_type_of_an_office_is_taken_by_itself() {
    let (screens, mut browser, draft) = drafted(&["43"]).await;
    let page = browser.get(&draft).await;
    assert!(!page.text().contains("自事業所のサービス種類"));
    let to = [("other", "9970000026-11")];
    browser.post(&format!("{draft}/documents"), &to).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await, ("9970000018-43".into(), "9970000026-11".into()));
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let sent = screens.office.state().all_sent().await.unwrap();
    assert_eq!(sent[0].header.from.to_string(), "9970000018-43");
}

#[tokio::test]
async fn of_several_service_types_a_person_chooses_and_is_asked_to_where_nothing_is_chosen() {
    let (screens, mut browser, draft) = drafted(&["43", "11"]).await;
    let page = browser.get(&draft).await;
    page.says("自事業所のサービス種類").says("value=\"43\">居宅介護支援").says("value=\"11\">訪問介護");
    let path = format!("{draft}/documents");
    let rest = [("other", "9970000026-11"), ("month", "202611"), ("kind", "meeting")];
    for wrong in ["", "15"] {
        let page = browser.post(&path, &[&rest[..], &[("from", wrong)]].concat()).await;
        page.says_at("from", "自事業所のサービス種類を選んでください。");
        page.says("value=\"9970000026-11\"").says("value=\"202611\"").says("value=\"meeting\" selected");
    }
    // What is wrong somewhere else does not undo the choice.
    let page = browser.post(&path, &[("from", "11"), ("other", "997")]).await;
    page.says_at("other", "文書の宛先を、事業所番号10桁").says("value=\"11\" selected");
    browser.post(&path, &[&rest[..], &[("from", "11")]].concat()).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await.0, "9970000018-11");
    browser.get(&draft).await.says("value=\"11\" selected");
}

#[tokio::test]
async fn receivers_stand_in_a_list_from_the_book_and_who_was_written_to_is_first() {
    let (screens, mut browser, draft) = drafted(&["43"]).await;
    // Nobody is in the book yet: there is only the field, and it must be filled in.
    let page = browser.post(&format!("{draft}/documents"), &[]).await;
    page.says_at("other", "文書の宛先を、事業所番号10桁で入力してください");
    assert!(!page.text().contains("一覧にない宛先"));
    booked(&screens).await;
    let page = browser.get(&draft).await;
    page.says("一覧にない宛先")
        .says("さくら訪問介護（9970000026） 訪問介護")
        .says("かえで（9970000042） 通所介護");
    let text = page.text();
    let place = |value: &str| text.find(&format!("<option value=\"{value}\"")).unwrap();
    assert!(place("9970000026-11") < place("9970000042-11"));
    assert!(!text.contains(MOMIJI), "it has not joined");
    let page = browser.post(&format!("{draft}/documents"), &[("to", "")]).await;
    page.says_at("to", "文書の宛先を一覧から選ぶか");
    browser.post(&format!("{draft}/documents"), &[("to", "9970000026-11")]).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await.1, "9970000026-11");
    browser.get(&draft).await.says("<option value=\"9970000026-11\" selected>");
    // With another message the choice stays.
    let page = browser.post(&format!("{draft}/documents"), &[("to", "9970000042-15"), ("month", "13")]).await;
    page.says_at("month", "対象年月を").says("<option value=\"9970000042-15\" selected>");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
}

#[tokio::test]
async fn the_preferred_service_type_of_a_partner_comes_first_and_is_meant_by_its_number_alone() {
    let (screens, mut browser, draft) = drafted(&["43"]).await;
    let book = booked(&screens).await;
    let path = format!("{draft}/documents");
    let page = browser.post(&path, &[("other", KAEDE)]).await;
    page.says_at("other", "9970000042-11（訪問介護）、9970000042-15（通所介護）")
        .says("value=\"9970000042\"");
    let preferred = ("", Some("15".parse().unwrap()));
    book.write_down(&KAEDE.parse().unwrap(), preferred, ("yamada", screens.office.now())).await.unwrap();
    let text = browser.get(&draft).await.text();
    let place = |value: &str| text.find(&format!("<option value=\"{value}\"")).unwrap();
    assert!(place("9970000042-15") < place("9970000042-11"));
    assert!(place("9970000042-11") < place("9970000042-16"));
    browser.post(&path, &[("other", KAEDE)]).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await.1, "9970000042-15");
}

#[tokio::test]
async fn who_is_in_no_list_is_typed_and_two_receivers_are_never_guessed_between() {
    let (screens, mut browser, draft) = drafted(&["43"]).await;
    let path = format!("{draft}/documents");
    // By its number alone, of which the directory says what it runs.
    for typed in ["９９７－００００－０２６", "9970000026 11", "9970000026ー11"] {
        browser.post(&path, &[("other", typed)]).await.leads_to(&draft);
        assert_eq!(way(&screens, &draft).await.1, "9970000026-11", "{typed}");
    }
    // What is stored and in no list stands in the field.
    browser.get(&draft).await.says("id=\"other\" name=\"other\"").says("value=\"9970000026-11\"");
    let page = browser.post(&path, &[("other", "9970000059")]).await;
    page.says_at("other", "事業所番号 9970000059 は登録されていません。").says("value=\"9970000059\"");
    booked(&screens).await;
    let two = [("to", "9970000042-15"), ("other", RECEIVER)];
    let page = browser.post(&path, &two).await;
    page.says_at("other", "宛先が2つあります。").says("<option value=\"9970000042-15\" selected>");
    page.says("value=\"9970000026\"");
    browser.post(&path, &[("to", "9970000026-11"), ("other", RECEIVER)]).await.leads_to(&draft);
    screens.world.exchange.lock().away = true;
    let page = browser.post(&path, &[("other", "9970000059")]).await;
    page.says_at("other", "事業所 9970000059 のサービス種類が分かりません。");
    browser.post(&path, &[("other", "9970000059-A2")]).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await.1, "9970000059-A2");
}

#[tokio::test]
async fn what_the_office_runs_is_told_as_not_known_while_the_platform_is_away_and_then_remembered() {
    let (screens, mut browser, draft) = drafted(&["43", "11"]).await;
    screens.world.exchange.lock().away = true;
    browser.get(&draft).await.says(NOT_KNOWN).says("インターネットの接続を確かめ");
    let order = [("from", "11"), ("other", "9970000026-11"), ("month", "202611")];
    let path = format!("{draft}/documents");
    let page = browser.post(&path, &order).await;
    page.is(422, "送信の内容").says(NOT_KNOWN).says("value=\"9970000026-11\"").says("value=\"202611\"");
    screens.world.exchange.lock().away = false;
    let page = browser.get(&draft).await;
    assert!(!page.text().contains(NOT_KNOWN));
    page.says("自事業所のサービス種類");
    // However old the answer is, it is better than none.
    screens.world.exchange.lock().away = true;
    screens.world.pass(SignedDuration::from_hours(10));
    browser.post("/login", &[("name", "yamada"), ("password", crate::browser::OWN)]).await;
    browser.post(&path, &order).await.leads_to(&draft);
    assert_eq!(way(&screens, &draft).await.0, "9970000018-11");
    // A newer one counts.
    screens.world.exchange.lock().away = false;
    screens.world.exchange.lock().directory[0].service_types.truncate(1);
    assert!(!browser.get(&draft).await.text().contains("自事業所のサービス種類"));
    screens.world.exchange.lock().directory[0].service_types.clear();
    screens.world.pass(SignedDuration::from_hours(7));
    browser.post("/login", &[("name", "yamada"), ("password", crate::browser::OWN)]).await;
    browser.get(&draft).await.says("この事業所のサービス種類が登録されていないため").says("運用センター");
}

#[tokio::test]
async fn what_the_office_runs_is_asked_before_anybody_needs_it() {
    let (screens, mut browser, draft) = drafted(&["43", "11"]).await;
    let looking = keep_fresh(screens.office.clone(), CancellationToken::new());
    // Between its looks it waits for a minute.
    tokio::time::timeout(Duration::from_secs(2), looking).await.unwrap_err();
    screens.world.exchange.lock().away = true;
    let page = browser.get(&draft).await;
    assert!(!page.text().contains(NOT_KNOWN));
    page.says("自事業所のサービス種類");
}
