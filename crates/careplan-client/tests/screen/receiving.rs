//! What came, looked at and taken over through the pages.

use std::io::{Cursor, Read as _};

use careplan_domain::UnitKind;

use crate::browser::Screens;
use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below, send};

/// The screens of the receiver of two units.
async fn received() -> Screens {
    let world = World::new();
    let (sender, receiver) = (world.set_up(SENDER).await, world.set_up(RECEIVER).await);
    for example in ["01_K1_care_plan", "02_K2_use_slip"] {
        send(&sender, &examples().join(example)).await;
    }
    drain(&sender).await;
    drain(&receiver).await;
    Screens::of(world, receiver)
}

#[tokio::test]
async fn what_came_is_listed_looked_at_as_forms_and_marked_as_taken_over() {
    let screens = received().await;
    let mut browser = screens.manager().await;
    browser.get("/").await.says("2件");
    let page = browser.get("/received").await;
    page.is(200, "受信")
        .says("9970000018-43")
        .says("未取込")
        .says("サービス利用票（予定）")
        .says("2026年11月");
    let all = screens.office.state().all_received().await.unwrap();
    // They may have come in either order.
    let plan = all.iter().find(|it| it.header.unit == UnitKind::K1).unwrap();
    let id = plan.header.id;
    let page = browser.get(&format!("/received/{id}")).await;
    page.is(200, "受信の記録").says("帳票で見る").says("介護ソフトに取り込んだ").says(".CSV");
    let forms = browser.get(&format!("/received/{id}/forms")).await;
    forms.says("第１表").says("居宅サービス計画書（１）");
    let policy = forms.header("content-security-policy");
    assert!(policy.contains("style-src 'sha256-") && policy.contains("default-src 'none'"), "{policy}");
    let pdf = browser.get(&format!("/received/{id}/forms.pdf")).await;
    assert_eq!((pdf.header("content-type"), &pdf.bytes[..5]), ("application/pdf", &b"%PDF-"[..]));
    let folder = screens.world.path(RECEIVER).join("inbox").join(plan.folder.as_ref().unwrap());
    for (path, bytes) in files_below(&folder) {
        let file = browser
            .get(&format!("/received/{id}/files/{}", path.file_name().unwrap().to_str().unwrap()))
            .await;
        assert_eq!(file.bytes, bytes);
    }
    browser
        .get(&format!("/received/{id}/files/..%2F..%2Fclient.sqlite"))
        .await
        .is(404, "お探しのページはありません");
    browser
        .post(&format!("/received/{id}/imported"), &[])
        .await
        .leads_to(&format!("/received/{id}?done=imported"));
    browser.get(&format!("/received/{id}?done=imported")).await.says("取込済みにしました。");
    drain(&screens.office).await;
    browser.get("/received").await.says("取込済").says("未取込");
}

#[tokio::test]
async fn all_files_of_something_are_saved_at_once_byte_for_byte() {
    let screens = received().await;
    let mut browser = screens.manager().await;
    let all = screens.office.state().all_received().await.unwrap();
    let slip = all.iter().find(|it| it.header.unit == UnitKind::K2).unwrap();
    let id = slip.header.id;
    let path = format!("/received/{id}/files.zip");
    let saved = browser.get(&path).await;
    assert!(screens.office.history().seen_by(id).await.unwrap().is_empty(), "as when one of them is saved");
    assert_eq!((saved.status.as_u16(), saved.header("content-type")), (200, "application/zip"));
    assert_eq!(saved.header("content-disposition"), format!("attachment; filename=\"{id}.zip\""));
    let mut zip = zip::ZipArchive::new(Cursor::new(saved.bytes)).unwrap();
    let folder = screens.world.path(RECEIVER).join("inbox").join(slip.folder.as_ref().unwrap());
    let files = files_below(&folder);
    assert_eq!((zip.len(), files.len()), (3, 3));
    for (file, bytes) in files {
        let mut inside = Vec::new();
        let name = file.file_name().unwrap().to_str().unwrap();
        zip.by_name(name).unwrap().read_to_end(&mut inside).unwrap();
        assert!(inside == bytes, "{name}");
    }
    let page = browser.get(&format!("/received/{id}")).await;
    page.says(&format!("href=\"{path}\">すべてのファイルを保存する（ZIP）"));
    std::fs::remove_dir_all(screens.world.path(RECEIVER).join("kept")).unwrap();
    std::fs::remove_dir_all(screens.world.path(RECEIVER).join("inbox")).unwrap();
    assert!(
        !browser.get(&format!("/received/{id}")).await.text().contains(&path),
        "there is nothing to save"
    );
    browser.get(&path).await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn files_that_the_care_software_took_away_are_shown_from_the_copy_and_their_end_is_no_fault() {
    let screens = received().await;
    let mut browser = screens.manager().await;
    std::fs::remove_dir_all(screens.world.path(RECEIVER).join("inbox")).unwrap();
    let id = screens.office.state().all_received().await.unwrap()[0].header.id;
    browser.get(&format!("/received/{id}")).await.is(200, "受信の記録").says("帳票で見る").says(".CSV");
    browser.get(&format!("/received/{id}/forms")).await.says("<h2");
    std::fs::remove_dir_all(screens.world.path(RECEIVER).join("kept")).unwrap();
    browser
        .get(&format!("/received/{id}"))
        .await
        .is(200, "受信の記録")
        .says("ファイルは、このパソコンにありません。");
    browser.get(&format!("/received/{id}/forms")).await.is(404, "表示できる帳票がありません");
}

#[tokio::test]
async fn a_page_that_is_open_learns_that_something_came() {
    let screens = received().await;
    let mut browser = screens.manager().await;
    let page = browser.get("/received").await;
    page.says(r#"data-live="/news/0""#);
    assert!(!browser.get("/news/0").await.text().contains("新しい動き"));
    screens.hub.changed();
    let news = browser.get("/news/0").await;
    news.says("新しい動きがあります。表示を更新する").says("data-say");
    assert!(!news.text().contains("data-notice"), "nothing came");
}

#[tokio::test]
async fn what_came_is_told_by_whom_and_what_and_names_no_user() {
    use careplan_client::Step;
    use careplan_client::agent::Watcher as _;
    let screens = received().await;
    let mut browser = screens.manager().await;
    let all = screens.office.state().all_received().await.unwrap();
    // They may have come in either order.
    let plan = all.iter().find(|it| it.header.unit == UnitKind::K1).unwrap().header.id;
    let mut hub = screens.hub.clone();
    hub.step(&Step::Acknowledged(plan));
    let news = browser.get("/news/0").await;
    news.says("から居宅サービス計画書").says("が届きました。").says(&format!("data-notice=\"{plan}\""));
    assert!(!news.text().contains("架空"), "a screen may be seen by anybody");
    for _ in 0..4 {
        hub.step(&Step::Acknowledged(plan));
    }
    browser.get("/news/0").await.says("ほかに2件届きました。");
    assert!(!browser.get("/news/5").await.text().contains("届きました"), "it was on the page already");
    browser.get("/me").await.says("届いたときの知らせ").says("data-notices");
}

#[tokio::test]
async fn what_came_is_found_by_user_partner_and_month_and_no_name_stands_in_an_address() {
    let screens = received().await;
    let mut browser = screens.manager().await;
    let page = browser.get("/search").await;
    page.is(200, "検索").says(r#"method="post" action="/search""#);
    let all = browser.post("/search", &[]).await;
    all.is(200, "検索").says("見つかったもの").says("居宅サービス計画書").says("サービス利用票（予定）");
    let persons = screens.office.state().all_received().await.unwrap();
    let id = persons[0].header.id;
    let persons =
        screens.office.history().persons(id, careplan_client::history::Direction::Received).await.unwrap();
    let name = persons[0].name.clone();
    let found =
        browser.post("/search", &[("text", &name), ("partner", "９９７００００018"), ("month", "")]).await;
    found.is(200, "検索").says(&name);
    browser.post("/search", &[("text", "いないひと")]).await.says("見つかりません。条件を減らして");
    browser.post("/search", &[("direction", "sent")]).await.says("見つかりません。");
    let wrong = browser.post("/search", &[("partner", "997"), ("month", "20261")]).await;
    wrong.is(422, "検索").says("数字10桁で入力").says("年4桁と月2桁").says(r#"value="997""#);
    // Who looks at one has read it.
    browser.get(&format!("/received/{id}")).await;
    assert_eq!(screens.office.history().seen_by(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_what_the_sender_took_back_the_page_says_so_and_what_to_do() {
    let world = World::new();
    let (sender, receiver) = (world.set_up(SENDER).await, world.set_up(RECEIVER).await);
    let id = send(&sender, &examples().join("02_K2_use_slip")).await.transmissions().next().unwrap();
    drain(&sender).await;
    sender.withdraw(id).await.unwrap();
    drain(&receiver).await;
    let screens = Screens::of(world, receiver);
    let mut browser = screens.manager().await;
    browser.get("/received").await.says("取下げ").says("内容は届いていません。");
    let page = browser.get(&format!("/received/{id}")).await;
    page.is(200, "受信の記録").says("取下げ").says("送信元に確かめてください。");
    assert!(!page.text().contains("介護ソフトに取り込んだ"));
}
