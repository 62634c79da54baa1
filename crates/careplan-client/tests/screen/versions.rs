//! A unit before and after it was corrected: on the desk, among what was sent, and where it came.

use careplan_client::Office;
use jiff::SignedDuration;

use crate::browser::{Browser, Screens};
use crate::world::{RECEIVER, drain, examples, files_below};

/// The care plan as it was written again under another serial, with a visit an hour later when `is_changed`.
fn written_again(serial: &str, is_changed: bool) -> Vec<(String, Vec<u8>)> {
    let (from, to): (&[u8], &[u8]) = (b",4,1000,1030,", b",4,1100,1130,");
    let files = files_below(&examples().join("01_K1_care_plan")).into_iter().map(|(path, mut bytes)| {
        if let Some(at) = bytes.windows(from.len()).position(|it| it == from).filter(|_| is_changed) {
            bytes.splice(at..at + from.len(), to.iter().copied());
        }
        let (head, _) = path.file_name().unwrap().to_str().unwrap().rsplit_once('_').unwrap();
        (format!("{head}_{serial}.CSV"), bytes)
    });
    files.collect()
}

async fn brought(browser: &mut Browser, files: &[(String, Vec<u8>)]) -> String {
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
    browser.upload("/send", &files).await.header("location").to_owned()
}

/// A plan that went to the receiver; gives its number.
async fn sent(screens: &Screens, receiver: &Office, browser: &mut Browser) -> String {
    let draft = brought(browser, &written_again("20261021110000", false)).await;
    browser.get(&draft).await.says("data-label=\"前に送ったもの\"><div>なし");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    for office in [&screens.office, receiver, &screens.office] {
        drain(office).await;
    }
    screens.world.pass(SignedDuration::from_mins(1));
    screens.office.state().all_sent().await.unwrap().last().unwrap().header.id.to_string()
}

#[tokio::test]
async fn what_was_sent_is_looked_at_as_forms_from_the_copy() {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let id = sent(&screens, &receiver, &mut browser).await;
    let page = browser.get(&format!("/sent/{id}")).await;
    page.is(200, "送信の記録").says("帳票で見る").says(".CSV");
    assert!(!page.text().contains("前に送ったもの") && !page.text().contains("新しいものを"));
    browser.get(&format!("/sent/{id}/forms")).await.says("第１表").says("居宅サービス計画書（１）");
    let pdf = browser.get(&format!("/sent/{id}/forms.pdf")).await;
    assert_eq!((pdf.header("content-type"), &pdf.bytes[..5]), ("application/pdf", &b"%PDF-"[..]));
    let (name, bytes) = written_again("20261021110000", false).remove(0);
    assert_eq!(browser.get(&format!("/sent/{id}/files/{name}")).await.bytes, bytes);
    browser.get(&format!("/received/{id}/files/{name}")).await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn what_a_correction_changes_is_seen_before_it_is_sent_and_by_the_receiver() {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let first = sent(&screens, &receiver, &mut browser).await;
    let draft = brought(&mut browser, &written_again("20261022093000", true)).await;
    browser.get(&draft).await.says("送ったものを差し替えます。変更 1件・追加 0件・削除 0件");
    let drawn = browser.get(&format!("{draft}/changes/{first}")).await;
    drawn.says("変わったところ").says("10:00").says("11:00");
    assert!(drawn.header("content-security-policy").contains("style-src 'sha256-"));
    let another = "01920000-0000-7000-8000-000000000001";
    browser.get(&format!("{draft}/changes/{another}")).await.is(404, "お探しのページはありません");
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    for office in [&screens.office, &receiver, &screens.office] {
        drain(office).await;
    }
    let sent = screens.office.state().all_sent().await.unwrap();
    let second = &sent.last().unwrap().header;
    assert_eq!(second.replaces.map(|it| it.to_string()), Some(first.clone()));
    let second = second.id;
    browser.get(&format!("/sent/{second}")).await.says(&format!("/sent/{second}/changes/{first}"));
    browser
        .get(&format!("/sent/{first}"))
        .await
        .says("これより新しいものを")
        .says(&format!("/sent/{second}"));
    browser.get(&format!("/sent/{second}/changes/{first}")).await.says("変わったところ").says("11:00");
    let Screens { world, .. } = screens;
    let screens = Screens::of(world, receiver);
    let mut browser = screens.manager().await;
    browser.get(&format!("/received/{second}")).await.says(&format!("/received/{second}/changes/{first}"));
    browser.get(&format!("/received/{first}")).await.says("これより新しいものを");
    browser.get(&format!("/received/{second}/changes/{first}")).await.says("変わったところ").says("11:00");
}

#[tokio::test]
async fn what_goes_once_more_unchanged_is_told_too() {
    let screens = Screens::new().await;
    let receiver = screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let first = sent(&screens, &receiver, &mut browser).await;
    let draft = brought(&mut browser, &written_again("20261021110000", false)).await;
    browser.get(&draft).await.says("もう一度は送りません。").says(&format!("/sent/{first}"));
    let draft = brought(&mut browser, &written_again("20261022093000", false)).await;
    browser.get(&draft).await.says("帳票の内容は前と同じです。");
}
