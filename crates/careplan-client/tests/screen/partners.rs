//! アドレス帳: whom the office deals with, and what the directory says of them.

use std::time::Duration;

use careplan_client::partners::{Partners, Standing, Which};
use careplan_protocol::office_api::OfficeEntry;
use jiff::SignedDuration;

use crate::browser::{Browser, Screens};
use crate::exchange::office;
use crate::world::{RECEIVER, SENDER, drain, examples, send};

const MOMIJI: &str = "9970000034";
const KAEDE: &str = "9970000042";

fn entry(number: &str, name: &str, joined: bool) -> OfficeEntry {
    let kana = if name.contains("さくら") { "サクラホウモンカイゴ" } else { "モミジデイ" };
    OfficeEntry { name: name.into(), kana: kana.into(), joined, ..office(number) }
}

/// The screens of an office that wrote to さくら; the directory knows two more, of which one has not joined.
async fn exchanged() -> (Screens, Browser) {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    screens.world.exchange.lock().directory = vec![
        entry(SENDER, "自分の事業所", true),
        entry(RECEIVER, "さくら訪問介護", true),
        entry(MOMIJI, "もみじデイ", false),
        entry(KAEDE, "かえで", true),
    ];
    send(&screens.office, &examples().join("02_K2_use_slip")).await;
    drain(&screens.office).await;
    let browser = screens.manager().await;
    (screens, browser)
}

#[tokio::test]
async fn who_was_written_to_is_in_the_book_by_itself_and_its_name_comes_from_the_directory() {
    let (screens, mut browser) = exchanged().await;
    // From one service type of ours to another.
    let document = ("a.pdf", b"%PDF-1.7\n%%EOF\n".to_vec());
    let draft = browser.upload("/send", &[document]).await.header("location").to_owned();
    let to = [("to", "9970000018-11"), ("month", "202611")];
    browser.post(&format!("{draft}/documents"), &to).await.leads_to(&draft);
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 2);
    let page = browser.get("/partners").await;
    page.is(200, "アドレス帳").says(RECEIVER).says("未確認");
    browser.post("/partners/refresh", &[]).await.leads_to("/partners?done=refreshed&asked=1&left=0");
    let page = browser.get("/partners?done=refreshed&asked=1&left=0").await;
    page.says("1事業所の利用状況を確かめました。").says("さくら訪問介護").says("送れます");
    let book = Partners::new(screens.office.clone());
    let partner = book.one(&RECEIVER.parse().unwrap()).await.unwrap().unwrap();
    assert!(partner.is_exchanged && !partner.is_listed && partner.asked_at.is_some());
    // We are no partner of ours.
    assert!(book.one(&SENDER.parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_directory_is_asked_again_after_six_hours_and_a_silent_one_changes_nothing() {
    let (screens, _) = exchanged().await;
    let book = Partners::new(screens.office.clone());
    let look = || book.refresh(Which::Due, Duration::from_secs(5));
    assert_eq!(look().await.unwrap().asked, 1);
    screens.world.pass(SignedDuration::from_hours(6));
    assert_eq!(look().await.unwrap().asked, 0);
    screens.world.pass(SignedDuration::from_secs(1));
    screens.world.exchange.lock().away = true;
    let refreshed = look().await.unwrap();
    assert!((refreshed.asked, refreshed.left) == (0, 1) && refreshed.fault.is_some());
    let standing = async || book.one(&RECEIVER.parse().unwrap()).await.unwrap().unwrap().standing;
    assert_eq!(standing().await, Standing::Joined);
    screens.world.exchange.lock().away = false;
    screens.world.exchange.lock().directory.retain(|it| it.number.as_str() != RECEIVER);
    assert_eq!(look().await.unwrap().asked, 1);
    assert_eq!(standing().await, Standing::Absent);
}

#[tokio::test]
async fn an_office_is_found_by_number_name_kana_and_prefecture_and_put_into_the_book() {
    let (_screens, mut browser) = exchanged().await;
    for query in [
        "number=99700000-34",
        "number=&name=もみじ",
        "kana=モミジ&joined=",
        "number=９９７００００３４",
        "name=もみじ&prefecture=99",
    ] {
        let query = query.replace("９９７００００３４", "９９７０００００３４");
        let page = browser.get(&format!("/partners/search?{}", encoded(&query))).await;
        page.is(200, "事業所をさがして加える").says("もみじデイ").says("未利用").says("加える");
        assert!(!page.text().contains("さくら"), "{query}");
    }
    let back = "/partners/search?name=%E3%82%82";
    browser
        .post("/partners/add", &[("number", MOMIJI), ("back", back)])
        .await
        .leads_to(&format!("{back}&done=added"));
    browser.get(&format!("{back}&done=added")).await.says("アドレス帳に加えました。").says("登録済み");
    browser
        .get(&format!("/partners/{MOMIJI}"))
        .await
        .is(200, "もみじデイ")
        .says("この事業所には、いま送れません。");
    // Somebody else's page is no way back.
    browser
        .post("/partners/add", &[("number", KAEDE), ("back", "//evil.example")])
        .await
        .leads_to("/partners/search?done=added");
}

fn encoded(query: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test]
async fn a_search_goes_on_page_by_page_and_keeps_its_words() {
    let (_screens, mut browser) = exchanged().await;
    let page = browser.get("/partners/search?number=997").await;
    page.says("2件を表示しています").says("さくら訪問介護").says("number=997").says("after=9970000026");
    browser.get("/partners/search?number=997&after=9970000026").await.says("もみじデイ").says("かえで");
}

#[tokio::test]
async fn a_search_that_cannot_be_made_says_why_and_loses_nothing() {
    let (screens, mut browser) = exchanged().await;
    let page = browser.get(&format!("/partners/search?{}", encoded("number=12a&name=さくら"))).await;
    page.is(422, "事業所をさがして加える")
        .says("10桁までの数字です")
        .says(r#"value="さくら""#)
        .says(r#"value="12a""#);
    browser.get("/partners/search?number=&name=").await.is(422, "事業所をさがして加える").says("どれか1つ");
    screens.world.exchange.lock().away = true;
    let page = browser.get(&format!("/partners/search?{}", encoded("name=さくら"))).await;
    page.is(200, "事業所をさがして加える").says("結果を受け取れませんでした").says(r#"value="さくら""#);
}

#[tokio::test]
async fn a_note_and_the_service_type_that_is_written_to_are_kept_whatever_the_directory_says() {
    let (screens, mut browser) = exchanged().await;
    let two = ["11", "15"].map(|it| it.parse().unwrap()).to_vec();
    screens.world.exchange.lock().directory[1].service_types = two;
    browser.post("/partners/refresh", &[]).await;
    let path = format!("/partners/{RECEIVER}");
    browser.get(&path).await.says("文書を送るときのサービス種類").says("通所介護");
    let long = "あ".repeat(501);
    let page = browser.post(&path, &[("note", &long), ("preferred", "15")]).await;
    page.is(422, "さくら訪問介護")
        .says("メモは500文字以内")
        .says(&long)
        .says(r#"<option value="15" selected"#);
    browser
        .post(&path, &[("note", "月末は留守"), ("preferred", "43")])
        .await
        .says("行っていないサービス種類");
    let saved = [("note", "月末は留守"), ("preferred", "15")];
    browser.post(&path, &saved).await.leads_to(&format!("{path}?done=saved"));
    browser.post("/partners/refresh", &[]).await;
    browser.get(&path).await.says("月末は留守").says(r#"<option value="15" selected"#);
}

#[tokio::test]
async fn who_was_written_to_cannot_be_taken_out_and_who_was_only_listed_can() {
    let (_screens, mut browser) = exchanged().await;
    browser.get("/partners").await;
    let page = browser.post(&format!("/partners/{RECEIVER}/remove"), &[]).await;
    page.is(422, "みほんヘルパーステーション").says("送受信の記録があるため");
    browser.post("/partners/add", &[("number", MOMIJI)]).await;
    browser.post(&format!("/partners/{MOMIJI}/remove"), &[]).await.leads_to("/partners?done=removed");
    browser.get(&format!("/partners/{MOMIJI}")).await.is(404, "お探しのページはありません");
    browser.post("/partners/add", &[("number", "x")]).await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn the_own_list_is_taken_in_and_who_has_not_joined_is_told_as_a_list_and_as_csv() {
    let (_screens, mut browser) = exchanged().await;
    let list = format!(
        "事業所番号,事業所名,メモ\r\n{RECEIVER},,\r\n{MOMIJI},もみじ,=FAX\r\n{KAEDE},かえで,\r\n9970000059,なし,\r\n"
    );
    let page = browser.upload_as("file", "/partners/import", &[("list.csv", list.into_bytes())]).await;
    page.leads_to("/partners?done=imported&offices=4&added=3");
    browser.get("/partners?done=imported&offices=4&added=3").await.says("4事業所を取り込みました");
    browser.post("/partners/refresh", &[]).await.leads_to("/partners?done=refreshed&asked=4&left=0");
    let page = browser.get("/partners?joined=no").await;
    page.says("もみじデイ").says("未利用").says("登録なし").says("data-print").says("<h2>2件</h2>");
    assert!(!page.text().contains("かえで"));
    let csv = browser.get("/partners.csv?joined=no").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    csv.says("\u{FEFF}事業所番号,").says("もみじデイ").says("'=FAX").says("\r\n9970000059,なし,");
    assert!(!csv.text().contains("かえで"));
}

#[tokio::test]
async fn a_list_with_wrong_lines_is_not_taken_and_every_line_is_named() {
    let (screens, mut browser) = exchanged().await;
    let list = format!("{MOMIJI},もみじ\r\n997,さくら\r\n").into_bytes();
    let page = browser.upload_as("file", "/partners/import", &[("list.csv", list)]).await;
    page.is(422, "一覧から取り込む").says("まだ何も取り込んでいません").says("2行目").says("「997」");
    assert!(screens.office.state().partners().await.unwrap().iter().all(|partner| !partner.is_listed));
    browser
        .upload_as("file", "/partners/import", &[])
        .await
        .is(422, "一覧から取り込む")
        .says("選んでください");
    let heavy = vec![b'1'; 1024 * 1024 + 1];
    browser
        .upload_as("file", "/partners/import", &[("list.csv", heavy)])
        .await
        .says("ファイルが大きすぎます");
}

#[tokio::test]
async fn until_the_directory_answers_a_partner_has_the_name_that_stands_in_what_was_exchanged() {
    let (screens, mut browser) = exchanged().await;
    screens.world.exchange.lock().away = true;
    for path in ["/partners", "/board?month=202611&side=planner", "/sent"] {
        browser.get(path).await.says("みほんヘルパーステーション").says(RECEIVER);
    }
    // What came names its sender, too.
    let receiver = screens.world.open(RECEIVER).await;
    screens.world.exchange.lock().away = false;
    drain(&receiver).await;
    screens.world.exchange.lock().away = true;
    let book = Partners::new(receiver);
    let names: Vec<String> =
        book.list(&Default::default()).await.unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, [""], "the plans of a month do not say who the care manager works for");
    // What the directory says counts.
    screens.world.exchange.lock().away = false;
    browser.post("/partners/refresh", &[]).await;
    for path in ["/partners", "/board?month=202611&side=planner", "/sent"] {
        let page = browser.get(path).await;
        page.says("さくら訪問介護");
        assert!(!page.text().contains("みほんヘルパーステーション"), "{path}");
    }
    screens.world.exchange.lock().away = true;
    screens.world.pass(SignedDuration::from_mins(11));
    browser.get("/sent").await.says("さくら訪問介護");
}

#[tokio::test]
async fn where_nobody_said_the_name_yet_it_is_said_that_it_is_looked_for() {
    let (screens, mut browser) = exchanged().await;
    screens.world.set_up(MOMIJI).await;
    let document = ("a.pdf", b"%PDF-1.7\n%%EOF\n".to_vec());
    let draft = browser.upload("/send", &[document]).await.header("location").to_owned();
    let to = [("to", &*format!("{MOMIJI}-15")), ("month", "202611")];
    browser.post(&format!("{draft}/documents"), &to).await.leads_to(&draft);
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    screens.world.exchange.lock().away = true;
    // What the screens heard while it was sent is forgotten.
    screens.world.pass(SignedDuration::from_mins(11));
    browser.get("/partners").await.says(MOMIJI).says("（名前を確認中）");
    browser.get("/sent").await.says(&format!("{MOMIJI}-15")).says("（名前を確認中）");
}
