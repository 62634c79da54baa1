//! /settings/backup: the recovery key for the paper, the folder, one now.

use std::time::Duration;

use careplan_client::Office;
use careplan_client::OfficeOptions;
use careplan_client::mishap::Mishaps;
use careplan_client::safe::{RecoveryCode, restore};
use careplan_domain::Secret;

use crate::browser::{OWN, Screens};
use crate::world::SENDER;

const PAGE: &str = "/settings/backup";

#[tokio::test]
async fn from_the_paper_to_a_restored_pc_by_the_page() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.get(PAGE).await.is(200, "バックアップ").says("復元キーを作る").says("まだ作成していません");
    assert!(!browser.get(PAGE).await.text().contains("data-print"), "there is no key to be printed");
    for (path, words) in [("/run", "保存先が決まっていません")] {
        let page = browser.post(&format!("{PAGE}{path}"), &[]).await;
        assert_eq!(page.status, 422);
        page.says(words);
    }
    let page = browser.post(&format!("{PAGE}/key"), &[]).await;
    page.is(200, "バックアップ").says("表示するのはこの一度だけです").says("data-print hidden>印刷する");
    let text = page.text();
    let code = text.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let page = browser.get(PAGE).await;
    page.says("復元キー番号").says("作り直す");
    assert!(!page.text().contains(&code));
    let stick = screens.world.path("stick");
    let typed = stick.to_str().unwrap();
    let page = browser.post(PAGE, &[("folder", typed)]).await;
    assert_eq!(page.status, 422);
    page.says("がありません。USBメモリー").says(&format!("value=\"{typed}\""));
    std::fs::create_dir(&stick).unwrap();
    browser.post(PAGE, &[("folder", typed)]).await.leads_to("/settings/backup?done=folder");
    browser.post(&format!("{PAGE}/run"), &[]).await.leads_to("/settings/backup?done=begun");
    let file = loop {
        if screens.office.state().last_good_backup().await.unwrap().is_some() {
            break std::fs::read_dir(&stick).unwrap().next().unwrap().unwrap().path();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    browser
        .get(PAGE)
        .await
        .says("保存済み")
        .says("読み直して確かめました")
        .says(file.file_name().unwrap().to_str().unwrap());
    browser.get("/settings").await.says("最後の作成は");
    let code = RecoveryCode::parse(&Secret::new(code)).unwrap();
    let to = screens.world.path("new-pc");
    restore(&file, &to, &code, (screens.office.now(), &Mishaps::default())).await.unwrap();
    // On the new PC nobody is logged in, and everybody can be.
    let cookie = browser.cookie.clone();
    let new = Office::open(OfficeOptions { data: to, ..screens.world.options(SENDER, Mishaps::default()) })
        .await
        .unwrap();
    let screens = Screens::of(screens.world, new);
    let mut browser = screens.browser();
    browser.cookie = cookie;
    browser.get("/").await.leads_to("/login");
    browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await.leads_to("/");
    let done: Vec<_> =
        screens.staff.operations(None, 10).await.unwrap().into_iter().map(|it| it.action).collect();
    assert!(done.contains(&"recovery_key.made".to_owned()) && done.contains(&"backup.folder".to_owned()));
}

#[tokio::test]
async fn a_backup_that_fails_is_told_on_the_first_page_until_one_is_good() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let stick = screens.world.path("stick");
    std::fs::create_dir(&stick).unwrap();
    screens.office.renew_recovery_key("yamada").await.unwrap();
    screens.office.choose_backup_folder(Some(&stick), "yamada").await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    std::fs::remove_dir(&stick).unwrap();
    screens.office.back_up_if_due(&stop).await.unwrap_err();
    browser.get("/").await.says("バックアップを作成できませんでした").says("つながっているか確かめて");
    browser.get(PAGE).await.says("できませんでした");
    std::fs::create_dir(&stick).unwrap();
    screens.world.pass(jiff::SignedDuration::from_mins(61));
    browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await;
    screens.office.back_up_if_due(&stop).await.unwrap().unwrap();
    assert!(!browser.get("/").await.text().contains("バックアップを作成できませんでした"));
    browser.post(PAGE, &[("folder", "")]).await.leads_to("/settings/backup?done=off");
    assert_eq!(screens.office.state().backup_folder().await.unwrap(), None);
}

#[tokio::test]
async fn two_copies_are_told_on_the_first_page_and_a_button_decides() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let stick = screens.world.path("stick");
    std::fs::create_dir(&stick).unwrap();
    let (code, _) = screens.office.renew_recovery_key("yamada").await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let report = screens.office.back_up(&stick, &stop).await.unwrap();
    let to = screens.world.path("new-pc");
    screens.world.pass(jiff::SignedDuration::from_secs(2));
    restore(&report.path, &to, &code, (screens.office.now(), &Mishaps::default())).await.unwrap();
    let new = Office::open(OfficeOptions { data: to, ..screens.world.options(SENDER, Mishaps::default()) })
        .await
        .unwrap();
    new.renew().await.unwrap();
    screens.office.renew().await.unwrap();
    browser.get("/").await.says("別のパソコンでも動いています");
    browser.get(PAGE).await.says("このパソコンを使い続ける");
    screens.world.pass(jiff::SignedDuration::from_secs(2));
    browser.post(&format!("{PAGE}/claim"), &[]).await.leads_to("/settings/backup?done=claimed");
    assert!(!browser.get("/").await.text().contains("別のパソコンでも動いています"));
    new.renew().await.unwrap();
    assert!(new.state().other_copy_at().await.unwrap().is_some());
}
