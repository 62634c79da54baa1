//! What does not come from a person at this PC.

use axum::body::Body;
use http::{Method, header};

use crate::browser::Screens;

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_whatever_is_asked() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for host in ["evil.example:8430", "localhost.evil.example:8430", "localhost:80", "192.0.2.1:8430"] {
        browser.host = host.to_owned();
        browser.get("/").await.is(421, "このアドレスでは開けません").says("http://localhost");
        browser.get("/assets/site.css").await.is(421, "このアドレスでは開けません");
        browser.post("/logout", &[]).await.is(421, "このアドレスでは開けません");
    }
    browser.host = "127.0.0.1:8430".to_owned();
    browser.get("/").await.is(200, "今日の仕事");
}

#[tokio::test]
async fn a_form_of_another_site_or_of_no_page_is_refused() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-nothing", "1")]
    {
        let request = browser.request(Method::POST, "/logout").header(name, value);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        browser.ask(request, Body::empty()).await.is(403, "この操作は受け付けませんでした");
    }
    browser.get("/").await.is(200, "今日の仕事");
}

#[tokio::test]
async fn every_answer_has_the_policy_and_nothing_of_it_stays_in_a_cache() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for path in ["/", "/login", "/nothing", "/send"] {
        let page = browser.get(path).await;
        assert!(page.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn a_form_that_is_too_large_or_cannot_be_read_is_told() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let long = "x".repeat(65 * 1024);
    browser
        .post("/password", &[("present", &long)])
        .await
        .is(413, "一度に受け付けられる大きさを超えています");
    let request = browser.request(Method::POST, "/password").header("sec-fetch-site", "same-origin");
    browser.ask(request, Body::from("x")).await.is(400, "入力の内容を読み取れませんでした");
}

#[tokio::test]
async fn a_refusal_sends_nobody_to_what_is_not_there() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.host = "careplan.example.jp".into();
    let page = browser.get("/").await;
    assert_eq!(page.status, 421);
    assert!(!page.says("careplan-client open").text().contains("デスクトップ"), "{}", page.text());
}
