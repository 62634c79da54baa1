//! What lies on the desk, looked at before it is sent: each unit as forms, and all of them by receiver.

use crate::browser::{Browser, Screens};
use crate::exchange::office;
use crate::world::{RECEIVER, SENDER, examples, files_below};

type Files = Vec<(String, Vec<u8>)>;

/// The files of an example.
fn example(name: &str) -> Files {
    let files = files_below(&examples().join(name)).into_iter();
    files.map(|(path, bytes)| (path.file_name().unwrap().to_str().unwrap().to_owned(), bytes)).collect()
}

async fn upload(browser: &mut Browser, path: &str, files: &Files) -> String {
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
    browser.upload(path, &files).await.header("location").to_owned()
}

#[tokio::test]
async fn each_unit_is_looked_at_as_forms_before_it_is_sent_and_is_named_by_its_number() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    let files = [example("01_K1_care_plan"), example("02_K2_use_slip")].concat();
    let draft = upload(&mut browser, "/send", &files).await;
    let page = browser.get(&draft).await;
    page.says(&format!("href=\"{draft}/forms/1\">帳票で見る"))
        .says(&format!("href=\"{draft}/forms/2\">帳票で見る"));
    let (plan, slip) =
        (browser.get(&format!("{draft}/forms/1")).await, browser.get(&format!("{draft}/forms/2")).await);
    assert_eq!((plan.status.as_u16(), slip.status.as_u16()), (200, 200));
    plan.says("居宅サービス計画書（１）");
    slip.says("サービス利用票");
    assert!(!plan.text().contains("サービス利用票別表") && !slip.text().contains("居宅サービス計画書（１）"));
    let policy = plan.header("content-security-policy");
    assert!(policy.contains("style-src 'sha256-") && policy.contains("default-src 'none'"), "{policy}");
    for number in ["0", "3"] {
        browser.get(&format!("{draft}/forms/{number}")).await.is(404, "お探しのページはありません");
    }
    browser.post(&format!("{draft}/send"), &[]).await.leads_to(&draft);
    browser.get(&format!("{draft}/forms/1")).await.is(404, "お探しのページはありません");
}

#[tokio::test]
async fn a_unit_that_may_not_go_is_drawn_as_far_as_it_can_be_read_and_else_says_why_not() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let mut files = example("02_K2_use_slip");
    let (_, plan) = files.iter_mut().find(|(name, _)| name.starts_with("UPPLAN")).unwrap();
    let at = plan.windows(9).position(|part| part == b"1000,1030").unwrap();
    plan[at..at + 9].copy_from_slice(b"1000,9930");
    let draft = upload(&mut browser, "/send", &files).await;
    browser.get(&draft).await.says("送信不可").says(&format!("{draft}/forms/1"));
    browser.get(&format!("{draft}/forms/1")).await.says("サービス利用票");
    // Not even its lines can be told apart.
    let (_, plan) = files.iter_mut().find(|(name, _)| name.starts_with("UPPLAN")).unwrap();
    *plan = b"\xFF\xFF\r\n".to_vec();
    upload(&mut browser, &format!("{draft}/add"), &files).await;
    browser.get(&draft).await.says("送信不可").says(&format!("{draft}/forms/1"));
    browser.get(&format!("{draft}/forms/1")).await.is(422, "帳票として表示できませんでした");
    // What was thrown away is gone.
    browser.post(&format!("{draft}/drop"), &[]).await.leads_to("/send");
    browser.get(&format!("{draft}/forms/1")).await.is(404, "お探しのページはありません");
}

/// Care plans taken back: one for each receiver and serial.
fn taken_back(units: &[(&str, u32)]) -> Files {
    let bytes = b"202407,990001,0009900021,20261015\r\n";
    let name = |to: &str, second: u32| format!("DLT1KYO_{SENDER}_43_{to}_11_202610211100{second:02}.CSV");
    units.iter().map(|(to, second)| (name(to, *second), bytes.to_vec())).collect()
}

/// Where words stand on a page.
fn place(text: &str, words: &str) -> usize {
    text.find(words).unwrap_or_else(|| panic!("{words} is not in {text}"))
}

#[tokio::test]
async fn units_stand_below_their_receiver_and_a_receiver_without_a_second_one_needs_no_heading() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    screens.world.exchange.lock().directory = vec![office(RECEIVER)];
    // In the order of their serials the two receivers alternate.
    let (known, unknown) = (RECEIVER, "9970000034");
    let files = taken_back(&[(known, 1), (unknown, 2), (known, 3)]);
    let draft = upload(&mut browser, "/send", &files).await;
    let page = browser.get(&draft).await;
    let text = page.text();
    let of_known = place(&text, &format!("<span class=\"code\">{known}-11</span></h3>"));
    let of_unknown = place(&text, &format!("<span class=\"code\">{unknown}-11</span></h3>"));
    let trouble = place(&text, "<p>この事業所番号は登録されていません。");
    let at = |number: u32| place(&text, &format!("{draft}/forms/{number}\">"));
    let found = [of_known, at(1), at(3), of_unknown, trouble, at(2)];
    assert!(found.is_sorted(), "{found:?} in {text}");
    assert!(!text.contains("data-label=\"宛先\"") && !text.contains(">宛先</th>"), "the heading says it");
    // Thirty receivers of one unit each stay one table.
    let thirty: Vec<String> = (0..30).map(|count| format!("99700001{count:02}")).collect();
    let files = taken_back(&thirty.iter().map(|to| (to.as_str(), 1)).collect::<Vec<_>>());
    let draft = upload(&mut browser, "/send", &files).await;
    let text = browser.get(&draft).await.text();
    assert_eq!((text.matches("<table").count(), text.matches("<h3").count()), (1, 0));
    assert_eq!(text.matches("帳票で見る").count(), 30);
    // A number that nobody has is seen beside what is wrong with it.
    place(&text, &format!("{}-11　この事業所番号は登録されていません。", thirty[29]));
}
