//! What an attacker sends, and what holds on every page: forms from elsewhere, too much, script in every field, the headers, the size.

use axum::body::Body;
use careplan_platform::login::Stage;
use careplan_platform::website::routes;
use careplan_testkit::on_both_databases;
use careplan_web::assets;
use http::{Request, header};

use crate::browser::{encoded, form_request};
use crate::promises::PAGE_BYTES_MAX;
use crate::world::{OWN, Site, URL, USER, manager};

const SCRIPT: &str = r#""><script>alert('x')</script><b a='"#;

/// Pages of an office and of everybody that can be asked for as they are.
fn pages() -> Vec<&'static str> {
    routes().iter().filter(|it| it.method == "GET" && !it.path.contains('{')).map(|it| it.path).collect()
}

on_both_databases! {
    async fn a_form_of_another_site_is_refused_with_a_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let fields = [("user_id", USER), ("password", OWN)];
        let refused: [&[(&str, &str)]; 6] = [
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site"), ("origin", "https://other.example.jp")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            // Every browser says at least one of them with a form.
            &[],
        ];
        for told in refused {
            let request = told.iter().fold(form_request("/login"), |it, (name, value)| it.header(*name, *value));
            let page = site.browser().ask(request.body(encoded(&fields)).unwrap()).await;
            page.is(403, "ほかのサイトから送られた入力は受け付けません").says("もう一度入力してください。");
            assert!(page.header("set-cookie").is_none());
        }
        let taken: [&[(&str, &str)]; 3] =
            [&[("sec-fetch-site", "same-origin")], &[("origin", URL)], &[("sec-fetch-site", "none")]];
        for told in taken {
            let request = told.iter().fold(form_request("/login"), |it, (name, value)| it.header(*name, *value));
            let page = site.browser().ask(request.body(encoded(&fields)).unwrap()).await;
            assert_eq!(page.leads_to().as_deref(), Some("/"), "{told:?}");
        }
    }

    async fn a_form_that_is_too_large_or_no_form_is_refused_with_a_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let large = "x".repeat(33 * 1024);
        browser.post("/login", &[("user_id", &large)]).await.is(413, "入力が大きすぎます");
        let fits = "x".repeat(30 * 1024);
        browser.post("/login", &[("user_id", &fits), ("password", "x")]).await.is(422, "ログイン");
        for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let request = Request::post("/login")
                .header("sec-fetch-site", "same-origin")
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from("{}"))
                .unwrap();
            browser.ask(request).await.is(400, "入力された内容を読み取れません");
        }
        // Not text at all.
        let request = form_request("/login").header("sec-fetch-site", "same-origin");
        let request = request.body(Body::from(vec![b'u', b'=', 0xff, 0xfe, b'&', b'%', b'z'])).unwrap();
        browser.ask(request).await.is(422, "ログイン");
    }

    async fn a_form_of_too_many_fields_is_refused_with_a_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let names: Vec<String> = (0..65).map(|index| format!("f{index}")).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        site.browser().post("/login", &fields).await.is(400, "入力された内容を読み取れません");
    }

    async fn script_in_any_field_comes_back_as_text(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.logged_in().await;
        let mut drawn = 0;
        for page in pages() {
            let page = browser.open(page).await;
            if !page.is_html() {
                continue;
            }
            for form in page.forms() {
                // These end the session that the others need.
                if ["/logout", "/account/sessions/end-others"].contains(&form.action.as_str()) {
                    continue;
                }
                let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, _)| (name.as_str(), SCRIPT)).collect();
                let answer = match form.method.as_str() {
                    "post" => browser.post(&form.action, &fields).await,
                    _ => {
                        let mut query = url::form_urlencoded::Serializer::new(String::new());
                        for (name, value) in &fields {
                            query.append_pair(name, value);
                        }
                        browser.get(&format!("{}?{}", form.action, query.finish())).await
                    }
                };
                if answer.is_html() {
                    assert!(!answer.text().contains("<script>alert") && !answer.text().contains("<b a="), "{}", form.action);
                    drawn += usize::from(answer.text().contains("&#60;script&#62;"));
                }
            }
        }
        assert!(drawn >= 3, "what was typed comes back on some pages: {drawn}");
        for path in ["/login?next=%22%3E%3Cscript%3E", "/offices?name=%3Cscript%3Ealert", "/faq?q=%3Cscript%3Ealert"] {
            let page = site.browser().get(path).await;
            assert!(!page.text().contains("<script>") , "{path}");
        }
    }

    async fn only_over_tls_browsers_are_told_to_stay_there(database: TestDatabase) {
        let site = Site::reached_at(database.clone(), "", "http://localhost:8444").await;
        assert_eq!(site.browser().get("/faq").await.header("strict-transport-security"), None);
        let told = Some("max-age=63072000; includeSubDomains");
        drop(site);
        let fresh = careplan_testkit::database::TestDatabase::fresh(database.engine()).await;
        let site = Site::new(fresh.clone()).await;
        assert_eq!(site.browser().get("/faq").await.header("strict-transport-security"), told);
        assert_eq!(site.browser().get("/no/such/page").await.header("strict-transport-security"), told);
        drop(site);
        fresh.remove().await;
    }

    async fn every_page_is_small_with_everything_it_needs(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut files = 0;
        for file in [assets::stylesheet(), assets::script(), assets::sign()] {
            files += travelled(&site.browser(), file).await;
        }
        let mut large = Vec::new();
        for page in pages() {
            for browser in [site.browser(), site.browser_at(manager(), Stage::Full).await] {
                let bytes = travelled(&browser, page).await + files;
                if bytes > PAGE_BYTES_MAX && !page.ends_with(".csv") {
                    large.push((page, bytes));
                }
            }
        }
        assert!(large.is_empty(), "{large:?}");
    }

    async fn a_page_of_an_office_is_not_squeezed_and_one_of_everybody_is(database: TestDatabase) {
        let site = Site::new(database).await;
        for (page, squeezed) in [("/faq", true), ("/terms", true), ("/account", false), ("/password", false)] {
            let request = Request::get(page).header(header::ACCEPT_ENCODING, "br, gzip").body(Body::empty()).unwrap();
            let answer = site.logged_in().await.ask(request).await;
            assert_eq!(answer.header("content-encoding"), squeezed.then_some("gzip"), "{page}");
            assert_eq!(answer.header("vary"), squeezed.then_some("accept-encoding"), "{page}");
        }
        let request = Request::get("/faq").header(header::ACCEPT_ENCODING, "gzip;q=0").body(Body::empty()).unwrap();
        assert_eq!(site.browser().ask(request).await.header("content-encoding"), None);
    }

    async fn too_many_requests_of_an_address_are_refused_with_a_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser().from("203.0.113.7");
        let mut refused = None;
        for _ in 0..400 {
            let page = browser.get("/assets/none").await;
            if page.status == 429 {
                refused = Some(page);
                break;
            }
        }
        refused.unwrap().is(429, "要求が多すぎます");
        site.browser().get("/faq").await.is(200, "よくある質問");
    }
}

/// How many bytes travel.
async fn travelled(browser: &crate::browser::Browser, path: &str) -> usize {
    let request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip, br").body(Body::empty()).unwrap();
    browser.clone().ask(request).await.bytes.len()
}
