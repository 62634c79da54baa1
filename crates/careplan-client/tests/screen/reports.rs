//! Reports through the pages, and proofs that are looked at while somebody does.

use jiff::SignedDuration;

use crate::browser::Screens;
use crate::world::{RECEIVER, SENDER, World, drain, examples, send};

/// The screens of the sender of a plan and a deletion.
async fn sent() -> Screens {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    world.pass(SignedDuration::from_secs(1));
    send(&sender, &world.small_unit("20261021110000")).await;
    for office in [&sender, &receiver, &sender] {
        drain(office).await;
    }
    Screens::of(world, sender)
}

#[tokio::test]
async fn the_usage_of_a_period_is_a_page_a_pdf_and_a_csv() {
    let screens = sent().await;
    let mut browser = screens.manager().await;
    // The fiscal year under way is suggested.
    browser
        .get("/reports")
        .await
        .is(200, "報告")
        .says("value=\"202604\" selected")
        .says("value=\"202611\" selected");
    let page = browser.get("/reports/usage?from=202610&until=202611").await;
    page.is(200, "利用実績").says("2026年10月〜2026年11月の利用実績").says("合計");
    page.says("/reports/usage.csv?from=202610&#38;until=202611");
    let csv = browser.get("/reports/usage.csv?from=202610&until=202611").await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"usage_202610_202611.csv\"");
    assert_eq!(
        csv.text(),
        "\u{feff}\"年月\",\"送受信した事業所数\",\"送信件数\",\"受信件数\"\r\n\"2026年10月\",\"0\",\"0\",\"0\"\r\n\"2026年11月\",\"1\",\"2\",\"0\"\r\n\"合計\",\"1\",\"2\",\"0\"\r\n"
    );
    let pdf = browser.get("/reports/usage.pdf?from=202610&until=202611").await;
    assert_eq!((pdf.header("content-type"), &pdf.bytes[..5]), ("application/pdf", &b"%PDF-"[..]));
}

#[tokio::test]
async fn a_period_that_is_none_is_told_at_its_field() {
    let screens = sent().await;
    let mut browser = screens.manager().await;
    browser
        .get("/reports/usage?from=202611&until=202610")
        .await
        .is(422, "利用実績")
        .says("期間が正しくありません");
    browser.get("/reports/usage").await.is(422, "利用実績").says("月を一覧から選んでください");
    browser
        .get("/reports/provision?from=2026-11-31&until=x")
        .await
        .is(422, "第三者提供の記録")
        .says("日付を入力してください");
    browser
        .get("/reports/provision?from=2026-11-30&until=2026-11-01")
        .await
        .is(422, "第三者提供の記録")
        .says("期間が正しくありません");
    for file in ["usage.pdf", "usage.csv", "provision.csv"] {
        assert_eq!(browser.get(&format!("/reports/{file}")).await.status, 400, "{file}");
    }
}

#[tokio::test]
async fn what_was_provided_about_whom_is_a_page_and_a_csv_and_who_took_it_is_known() {
    let screens = sent().await;
    let mut browser = screens.manager().await;
    // Asks the directory for the names of partners.
    browser.get("/partners").await;
    browser.post("/partners/refresh", &[]).await;
    let period = "from=2026-11-01&until=2026-11-30";
    let page = browser.get(&format!("/reports/provision?{period}")).await;
    page.is(200, "第三者提供の記録").says("架空　花子").says("2026年11月25日（水）").says("9970000026-11");
    let csv = browser.get(&format!("/reports/provision.csv?{period}")).await;
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"provision_2026-11-01_2026-11-30.csv\""
    );
    let text = csv.text();
    assert!(text.starts_with('\u{feff}') && text.contains("\"架空　花子\""), "{text}");
    let name =
        screens.office.link().await.unwrap().platform.office(&RECEIVER.parse().unwrap()).await.unwrap().name;
    assert!(text.contains(&format!("\"9970000026-11\",\"{name}\",")) && !name.is_empty(), "{text}");
    let operations = screens.staff.operations(None, 10).await.unwrap();
    let saved = operations.iter().find(|it| it.action == "provision.saved").unwrap();
    assert_eq!((&*saved.actor, &*saved.subject), ("yamada", "2026-11-01/2026-11-30"));
    browser
        .get("/reports/provision?from=2026-10-01&until=2026-10-31")
        .await
        .says("この期間に提供したものはありません。");
}

#[tokio::test]
async fn receipts_are_verified_while_somebody_looks() {
    let screens = sent().await;
    let mut browser = screens.manager().await;
    let sent = screens.office.state().all_sent().await.unwrap();
    let id = sent[0].header.id;
    let page = browser.get(&format!("/sent/{id}")).await;
    assert_eq!(page.text().matches("確認しました").count(), 2, "{}", page.text());
    assert!(!page.text().contains("確認できません"));
    // Somebody puts the receipt of another letter in its place.
    let other = screens.office.state().receipts(sent[1].header.id).await.unwrap();
    let path = screens.world.path(SENDER).join("client.sqlite");
    let pool = sqlx::SqlitePool::connect(path.to_str().unwrap()).await.unwrap();
    sqlx::query("update receipt set signed = $1 where transmission = $2 and kind = 'acknowledged'")
        .bind(other.iter().find(|it| it.kind.as_str() == "acknowledged").unwrap().signed.clone())
        .bind(id.to_string())
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    browser.get(&format!("/sent/{id}")).await.says("確認できません").says("この送信と一致しません");
}
