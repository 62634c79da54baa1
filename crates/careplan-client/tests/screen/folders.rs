//! 共有フォルダー: choosing them, trying them out, and how things stand in them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use careplan_client::desk::Desk;
use careplan_client::folders::{Folders, Mode, Shape};
use jiff::SignedDuration;

use crate::browser::{Browser, Page, Screens};
use crate::world::{RECEIVER, SENDER, drain, examples, files_below};

const PATH: &str = "/settings/folders";

/// Two folders on this PC.
fn made(screens: &Screens) -> (PathBuf, PathBuf) {
    let (export, import) = (screens.world.path("export"), screens.world.path("import"));
    fs::create_dir(&export).unwrap();
    fs::create_dir(&import).unwrap();
    (export, import)
}

async fn press(browser: &mut Browser, button: &str, (export, import): (&str, &str), mode: Mode) -> Page {
    let fields = [
        ("export", export),
        ("mode", mode.as_str()),
        ("import", import),
        ("shape", Shape::Flat.as_str()),
        ("do", button),
    ];
    browser.post(PATH, &fields).await
}

#[tokio::test]
async fn folders_are_tried_out_before_they_are_saved_and_the_index_says_what_is_chosen() {
    let screens = Screens::new().await;
    let (export, import) = made(&screens);
    fs::write(export.join("a.txt"), b"x").unwrap();
    let (export, import) = (export.to_str().unwrap(), import.to_str().unwrap());
    let mut browser = screens.manager().await;
    browser.get("/settings").await.is(200, "設定").says("送信はフォルダーから行わない").says(PATH);
    let page = press(&mut browser, "test", (export, import), Mode::AfterCheck).await;
    page.is(200, "介護ソフトとの共有フォルダー")
        .says("使えます")
        .says("ファイルが1個あります")
        .says("ファイルが0個あります")
        .says("まだ保存していません")
        .says(&format!(r#"value="{export}""#));
    assert!(screens.office.state().folder_settings().await.unwrap().export.is_none());
    // As Windows' own command copies a path.
    let quoted = format!("\"{export}\"");
    press(&mut browser, "save", (&quoted, import), Mode::AfterCheck)
        .await
        .leads_to("/settings/folders?done=saved");
    browser.get("/settings/folders?done=saved").await.says("保存しました。").says(export);
    browser.get("/settings").await.says("点検のあと自動で送信する").says("取込フォルダーへ書き込む");
    let line = &screens.staff.operations(None, 1).await.unwrap()[0];
    assert_eq!((line.actor.as_str(), line.action.as_str()), ("yamada", "folders.chosen"));
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let screens = Screens::new().await;
    let (export, _) = made(&screens);
    let export = export.to_str().unwrap();
    let mut browser = screens.manager().await;
    for button in ["test", "save"] {
        let page = press(&mut browser, button, (export, "/not/there"), Mode::ConfirmFirst).await;
        page.is(422, "介護ソフトとの共有フォルダー")
            .says("「/not/there」が見つかりません")
            .says("先に作ってください")
            .says("要対応")
            .says(r#"value="/not/there""#)
            .says(export);
        assert!(!page.text().contains("まだ保存していません"));
        let page = press(&mut browser, button, (export, export), Mode::ConfirmFirst).await;
        page.is(422, "介護ソフトとの共有フォルダー").says("別々のフォルダー");
        press(&mut browser, button, ("export", ""), Mode::Off).await.says("「/」から始まる場所");
    }
    press(&mut browser, "test", ("", ""), Mode::Off).await.says("試すフォルダーがありません");
    let page = browser.post(PATH, &[("export", export), ("mode", "x")]).await;
    page.is(422, "介護ソフトとの共有フォルダー")
        .says("どう送信するかを選んで")
        .says("分け方を選んで")
        .says(export);
    assert_eq!(screens.office.state().folder_settings().await.unwrap(), Default::default());
}

#[tokio::test]
async fn an_import_folder_gets_what_comes_from_now_on_unless_all_is_asked_for() {
    let screens = Screens::new().await;
    let (_, import) = made(&screens);
    let import = import.to_str().unwrap();
    let mut browser = screens.manager().await;
    let now = screens.office.now();
    let since = async || screens.office.state().folder_settings().await.unwrap().import.unwrap().since;
    press(&mut browser, "save", ("", import), Mode::Off).await;
    assert_eq!(since().await, now);
    screens.world.pass(SignedDuration::from_mins(10));
    press(&mut browser, "save", ("", import), Mode::Off).await.leads_to("/settings/folders?done=saved");
    assert_eq!(since().await, now, "saved again it stays");
    let fields = [("import", import), ("mode", "off"), ("shape", "flat"), ("earlier", "on"), ("do", "save")];
    browser.post(PATH, &fields).await.leads_to("/settings/folders?done=saved");
    assert!(since().await < now);
}

/// The folders of the screens' office, as they are looked after while the client runs.
fn at_work(screens: &Screens) -> Folders {
    let desk = Arc::new(Desk::new(screens.office.clone()));
    screens.office.folders(desk, screens.hub.folders_told()).unwrap()
}

async fn settle(screens: &Screens, folders: &mut Folders) {
    for _ in 0..4 {
        screens.world.pass(SignedDuration::from_secs(3));
        folders.step().await.unwrap();
    }
}

#[tokio::test]
async fn how_things_stand_is_shown_with_what_does_not_go_on_and_why_something_was_not_sent() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let (export, _) = made(&screens);
    let mut browser = screens.manager().await;
    press(&mut browser, "save", (export.to_str().unwrap(), ""), Mode::AfterCheck).await;
    browser.get("/folders").await.is(200, "共有フォルダーの様子").says("まだ何も受け取っていません。");
    assert!(!browser.get("/").await.text().contains("止まっているもの"));
    for (path, bytes) in files_below(&examples().join("02_K2_use_slip")) {
        fs::write(export.join(path), bytes).unwrap();
    }
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    fs::write(export.join(name), b"\xFF\r\n").unwrap();
    let mut folders = at_work(&screens);
    settle(&screens, &mut folders).await;
    drain(&screens.office).await;
    settle(&screens, &mut folders).await;
    let sent = screens.office.state().all_sent().await.unwrap()[0].header.id;
    browser
        .get("/folders")
        .await
        .says("20261025101500_9970000026-11")
        .says(&format!("/sent/{sent}"))
        .says("送信済")
        .says("送信できません")
        .says("■ 理由")
        .says("送信が終わっていないもの0件");
    let aside = screens.world.path("aside");
    fs::rename(&export, aside).unwrap();
    settle(&screens, &mut folders).await;
    browser.get("/").await.says("止まっているものがあります").says("見つかりません").says("/folders");
    browser.get("/folders").await.says("見つかりません").says("から続いています。");
    browser.get("/folders?after=x").await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn the_list_of_what_was_taken_goes_on_page_by_page_and_what_waits_for_a_person_leads_there() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let (export, _) = made(&screens);
    let mut browser = screens.manager().await;
    press(&mut browser, "save", (export.to_str().unwrap(), ""), Mode::ConfirmFirst).await;
    for minute in 0..31 {
        let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_2026102111{minute:02}00.CSV");
        fs::write(export.join(name), b"202407,990001,0009900021,20261015\r\n").unwrap();
    }
    settle(&screens, &mut at_work(&screens)).await;
    let page = browser.get("/folders").await;
    let draft = Desk::new(screens.office.clone()).drafts().await.unwrap()[0].id;
    page.says("確認して送信する").says(&format!("/send/{draft}"));
    assert_eq!(page.text().matches(&format!("/send/{draft}")).count(), 30);
    let text = page.text();
    let next = text.split("/folders?after=").nth(1).unwrap().split('"').next().unwrap();
    let next = browser.get(&format!("/folders?after={next}")).await;
    assert_eq!(next.text().matches(&format!("/send/{draft}")).count(), 1);
    for minute in 0..31 {
        let name = format!("2026102111{minute:02}00_9970000026-11");
        assert_ne!(page.text().contains(&name), next.text().contains(&name), "{name}");
    }
}
