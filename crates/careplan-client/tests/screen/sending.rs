//! From files to what arrives, through the pages.

use careplan_client::agent::Watcher as _;
use careplan_client::history::Direction;
use careplan_client::state::SentState;
use careplan_domain::UnitKind;
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;

use crate::browser::{Browser, Screens};
use crate::world::{RECEIVER, drain, examples, files_below};

/// The files of an example.
pub fn example(name: &str) -> Vec<(String, Vec<u8>)> {
    let files = files_below(&examples().join(name)).into_iter();
    files.map(|(path, bytes)| (path.file_name().unwrap().to_str().unwrap().to_owned(), bytes)).collect()
}

pub async fn upload(browser: &mut Browser, path: &str, files: &[(String, Vec<u8>)]) -> crate::browser::Page {
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    browser.upload(path, &files).await
}

pub async fn brought(browser: &mut Browser, files: &[(String, Vec<u8>)]) -> String {
    upload(browser, "/send", files).await.header("location").to_owned()
}

#[tokio::test]
async fn files_are_checked_shown_sent_by_one_button_and_only_once() {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let files = [example("01_K1_care_plan"), example("02_K2_use_slip")].concat();
    let draft = brought(&mut browser, &files).await;
    let page = browser.get(&draft).await;
    page.is(200, "送信の内容")
        .says("2件を送信できます")
        .says("9970000026-11")
        .says("2件を送信する")
        .says("問題なし");
    browser.get("/").await.says("送信の準備中");
    browser.get("/send").await.says("yamada").says(&draft);
    for _ in 0..2 {
        browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    }
    browser.get(&draft).await.says("送信を受け付けました。").says("送信待ち");
    let sent = screens.office.state().all_sent().await.unwrap();
    assert_eq!(sent.len(), 2);
    drain(&screens.office).await;
    drain(&receiver).await;
    drain(&screens.office).await;
    browser.get("/sent").await.is(200, "送信したもの").says("受領済").says("居宅サービス計画書");
    let one = format!("/sent/{}", sent[0].header.id);
    browser.get(&one).await.is(200, "送信の記録").says("受付票").says("受領証").says("証拠をZIPで保存する");
    let evidence = format!("/evidence/{}", sent[0].header.id);
    let mut other = screens.browser();
    other.cookie.clone_from(&browser.cookie);
    let (zip, same) = tokio::join!(browser.get(&evidence), other.get(&evidence));
    assert_eq!((zip.header("content-type"), &zip.bytes[..2]), ("application/zip", &b"PK"[..]));
    assert!(same.bytes == zip.bytes, "of two at the same moment each gets its own");
    let name = format!("evidence-{}.zip", sent[0].header.id);
    assert!(zip.header("content-disposition").contains(&name));
    assert!(!screens.office.options().data.join("evidence").exists(), "nothing of it stays on this computer");
    let actions: Vec<String> =
        screens.staff.operations(None, 10).await.unwrap().into_iter().map(|line| line.action).collect();
    assert_eq!(actions.iter().filter(|action| *action == "sent").count(), 2, "{actions:?}");
}

#[tokio::test]
async fn what_is_wrong_is_shown_in_its_place_and_goes_when_it_was_mended() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let (name, _) = example("02_K2_use_slip").remove(0);
    let draft = brought(&mut browser, &[(name, b"\xFF\xFF\r\n".to_vec())]).await;
    let page = browser.get(&draft).await;
    page.says("送信できない").says("送信不可").says("→");
    assert!(!page.text().contains("件を送信する"));
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert!(screens.office.state().all_sent().await.unwrap().is_empty());
    let all = example("02_K2_use_slip");
    upload(&mut browser, &format!("{draft}/add"), &all).await.leads_to(&draft);
    browser.get(&draft).await.says("1件を送信する");
}

#[tokio::test]
async fn a_unit_of_another_office_is_told_before_it_is_sent() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("03_S1_actuals")).await;
    let page = browser.get(&draft).await;
    page.says("送信元の事業所番号 9970000026 が、この事業所と違うため送信できません。").says("送信不可");
    assert!(!page.text().contains("問題なし"), "{}", page.text());
    assert!(!page.text().contains("件を送信する"));
    browser
        .post(&format!("{draft}/send"), &[])
        .await
        .is(422, "送信の内容")
        .says("介護ソフトの事業所設定を確かめ");
}

#[tokio::test]
async fn an_empty_form_and_a_bad_name_are_told_at_the_field() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.upload("/send", &[]).await.is(422, "送信").says("送信するファイルがありません");
    browser.upload("/send", &[("..", vec![1])]).await.is(422, "送信").says("受け付けられません");
    browser.upload("/send", &[("a.pdf", b"%PDF-1.7\n%%EOF\n".to_vec())]).await;
}

#[tokio::test]
async fn a_document_goes_where_a_person_says() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &[("計画書.pdf".to_owned(), b"%PDF-1.7\n%%EOF\n".to_vec())]).await;
    browser.get(&draft).await.says("計画書.pdf").says("文書の宛先");
    let wrong = browser.post(&format!("{draft}/documents"), &[("other", "997"), ("month", "13")]).await;
    wrong.is(422, "送信の内容").says("文書の宛先を、事業所番号10桁").says("対象年月を、年4桁");
    let to = [("other", "９９７００００026－11"), ("month", "202611")];
    browser.post(&format!("{draft}/documents"), &to).await.leads_to(&draft);
    browser.get(&draft).await.says("1件を送信する");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_draft_is_thrown_away_and_something_sent_is_taken_back() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/drop"), &[]).await.leads_to("/send");
    browser.get("/send").await.says("準備中のものはありません。");
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    drain(&screens.office).await;
    let id = screens.office.state().all_sent().await.unwrap()[0].header.id;
    browser.get(&format!("/sent/{id}")).await.says("取り下げる");
    browser.post(&format!("/sent/{id}/withdraw"), &[]).await.leads_to(&format!("/sent/{id}?done=withdrawn"));
    browser
        .get(&format!("/sent/{id}?done=withdrawn"))
        .await
        .says("取り下げました。")
        .says("相手には届きません。");
    let state = screens.office.state().sent(id).await.unwrap().unwrap().state;
    assert_eq!(state, SentState::Life(Life::Withdrawn));
}

#[tokio::test]
async fn every_page_says_while_the_platform_does_not_answer() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    screens.hub.clone().trouble(&"連携基盤につながりません。", "unreachable");
    browser.get("/send").await.says("オフラインです").says("連携基盤につながりません。");
    screens.hub.clone().quiet();
    assert!(!browser.get("/send").await.text().contains("オフライン"));
}

#[tokio::test]
async fn what_is_troubled_is_said_and_only_a_line_that_is_away_is_called_offline() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    screens.hub.clone().trouble(&"証明書の発行が断られました。", "renewal");
    let page = browser.get("/send").await;
    page.says("電子証明書などの更新ができていません").says("証明書の発行が断られました。");
    assert!(!page.text().contains("オフライン"));
    // That letters go on as before says nothing about it.
    screens.hub.clone().quiet();
    browser.get("/send").await.says("証明書の発行が断られました。");
    screens.hub.clone().trouble(&"連携基盤につながりません。", "unreachable");
    let page = browser.get("/send").await;
    page.says("オフラインです").says("連携基盤につながりません。");
    screens.hub.clone().quiet();
    screens.hub.clone().trouble(&"ディスクの空きがありません。", "disk_full");
    let page = browser.get("/send").await;
    page.says("送受信が止まっています").says("ディスクの空きがありません。");
    assert!(!page.text().contains("オフライン"));
}

#[tokio::test]
async fn every_page_says_while_the_clock_of_this_pc_is_wrong() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for (hours, said) in [(24, "約1日進んで"), (-50, "約2日遅れて"), (3, "約3時間進んで"), (0, "")]
    {
        screens.world.exchange.lock().clock_ahead = SignedDuration::from_hours(hours);
        screens.office.link().await.unwrap().platform.licence().await.unwrap();
        for path in ["/", "/sent"] {
            let page = browser.get(path).await;
            assert_eq!(page.text().contains("このパソコンの時計が"), hours != 0, "{path}");
            page.says(said);
        }
    }
}

#[tokio::test]
async fn a_document_says_what_it_is_and_about_whom_and_keeps_what_was_typed() {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    // Somebody whom documents can be about was in something before.
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let draft = brought(&mut browser, &[("scan1.pdf".to_owned(), b"%PDF-1.7\n%%EOF\n".to_vec())]).await;
    browser.get(&draft).await.says("架空　花子（0009900013）").says("サービス担当者会議の要点");
    let about = [("kind", "meeting"), ("person", "990001-0009900013"), ("month", "202611")];
    let wrong =
        browser.post(&format!("{draft}/documents"), &[&about[..], &[("other", "997")]].concat()).await;
    wrong.is(422, "送信の内容").says("value=\"997\"").says("value=\"meeting\" selected");
    browser
        .post(&format!("{draft}/documents"), &[&about[..], &[("other", "9970000026-11")]].concat())
        .await
        .leads_to(&draft);
    browser.get(&draft).await.says("value=\"meeting\" selected").says("value=\"990001-0009900013\" selected");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    for office in [&screens.office, &receiver] {
        drain(office).await;
    }
    let sent = screens.office.state().all_sent().await.unwrap();
    let id = sent.iter().find(|it| it.header.unit == UnitKind::Document).unwrap().header.id;
    let name = "サービス担当者会議の要点_架空花子_202611_scan1.pdf";
    let files = receiver.history().files(id, Direction::Received).await.unwrap().unwrap();
    assert_eq!(files[0].0.as_str(), name);
    browser.get(&format!("/sent/{id}")).await.says(name);
    let persons = screens.office.history().persons(id, Direction::Sent).await.unwrap();
    assert_eq!(persons[0].insured_number, "0009900013");
}

#[tokio::test]
async fn progress_is_told_receiver_by_receiver_until_all_is_handed_over() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let files = [example("01_K1_care_plan"), example("02_K2_use_slip")].concat();
    let draft = brought(&mut browser, &files).await;
    browser.get(&format!("{draft}/progress")).await.is(404, "お探しのページはありません");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let part = browser.get(&format!("{draft}/progress")).await;
    part.says(&format!("data-live=\"{draft}/progress\"")).says("0件／2件").says("送信待ち 2件");
    part.says("/sent?partner=9970000026");
    drain(&screens.office).await;
    let part = browser.get(&format!("{draft}/progress")).await;
    part.says("2件／2件").says("受付済（未読） 2件").says("すべて送信しました。");
    assert!(!part.text().contains("data-live"));
}

#[tokio::test]
async fn from_the_list_something_is_taken_back_and_lies_on_the_desk_again() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let files = example("02_K2_use_slip");
    let draft = brought(&mut browser, &files).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let id = screens.office.state().all_sent().await.unwrap()[0].header.id;
    let (again, withdraw) = (format!("/sent/{id}/again"), format!("/sent/{id}/withdraw"));
    // What waits can be hurried.
    browser.post(&again, &[]).await.leads_to("/sent?done=hurried");
    drain(&screens.office).await;
    let page = browser.get("/sent").await;
    page.says(&withdraw);
    assert!(!page.text().contains(&again));
    browser.post(&again, &[]).await.is(409, "送り直しを準備できません");
    browser.post(&withdraw, &[]).await;
    browser.get("/sent").await.says(&again).says("送り直す");
    let draft = browser.post(&again, &[]).await.header("location").to_owned();
    browser.get(&draft).await.is(200, "送信の内容").says("1件を送信する");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 2);
    std::fs::remove_dir_all(screens.world.path(crate::world::SENDER).join("sent")).unwrap();
    browser.post(&again, &[]).await.is(409, "送り直しを準備できません").says("控えのファイルが");
}

#[tokio::test]
async fn what_cannot_be_taken_back_at_once_is_shown_as_waiting_and_needs_no_second_click() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let id = screens.office.state().all_sent().await.unwrap()[0].header.id;
    let (path, withdraw) = (format!("/sent/{id}"), format!("/sent/{id}/withdraw"));
    // The service has the engine, as always.
    let mut engine = screens.office.engine().unwrap();
    browser.post(&withdraw, &[]).await.leads_to(&format!("{path}?done=withdrawing"));
    let page = browser.get(&format!("{path}?done=withdrawing")).await;
    page.says("取下げを受け付けました。").says("連携基盤に伝わるまで、お待ちください。");
    assert!(!page.text().contains(&withdraw), "the wish is there");
    let list = browser.get("/sent").await;
    assert!(!list.text().contains(&withdraw) && !list.text().contains("いますぐ送る"), "{}", list.text());
    while !engine.step_outbox().await.unwrap().is_idle() {}
    let page = browser.get(&format!("{path}?done=withdrawing")).await;
    page.says("取り下げました。").says("送信する前に取り消しました。").says("送り直す");
}

/// The plans of the example with other times of a visit: the same serial.
pub fn other_plans() -> Vec<(String, Vec<u8>)> {
    let mut files = example("02_K2_use_slip");
    let (_, plan) = files.iter_mut().find(|(name, _)| name.starts_with("UPPLAN")).unwrap();
    let at = plan.windows(9).position(|part| part == b"1000,1030").unwrap();
    plan[at..at + 9].copy_from_slice(b"1400,1430");
    files
}

#[tokio::test]
async fn a_serial_that_went_with_other_content_goes_only_on_purpose_as_a_correction() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let draft = brought(&mut browser, &example("02_K2_use_slip")).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    drain(&screens.office).await;
    let first = screens.office.state().all_sent().await.unwrap()[0].header.id;
    let draft = brought(&mut browser, &other_plans()).await;
    let page = browser.get(&draft).await;
    page.says("同じ連番（20261025101500）で内容の違うもの").says("もう一度書き出").says("送信不可");
    page.says("訂正として送信する");
    assert!(!page.text().contains("1件を送信する"), "{}", page.text());
    let refused = browser.post(&format!("{draft}/send"), &[]).await;
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 1);
    refused.is(422, "送信の内容").says("同じ連番（20261025101500）で内容の違うもの");
    browser.post(&format!("{draft}/send"), &[("corrections", "yes")]).await.leads_to(&draft);
    let sent = screens.office.state().all_sent().await.unwrap();
    assert_eq!(sent.len(), 2);
    let corrected = sent.iter().find(|it| it.header.id != first).unwrap();
    assert_eq!(corrected.header.replaces, Some(first));
}

#[tokio::test]
async fn a_serial_that_went_with_another_unit_does_not_go_at_all() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let name = format!("DLT1KYO_9970000018_43_{RECEIVER}_11_20261021110000.CSV");
    let of_one = (name.clone(), b"202407,990001,0009900021,20261015\r\n".to_vec());
    let of_another = (name, b"202407,990001,0009900039,20261015\r\n".to_vec());
    let draft = brought(&mut browser, &[of_one]).await;
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    let draft = brought(&mut browser, &[of_another]).await;
    let page = browser.get(&draft).await;
    page.says("同じ連番（20261021110000）で内容の違うもの");
    assert!(!page.text().contains("訂正として送信する"));
    browser.post(&format!("{draft}/send"), &[("corrections", "yes")]).await.is(422, "送信の内容");
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 1);
}
