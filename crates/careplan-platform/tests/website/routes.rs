//! Every route by every visitor: who gets the page, and who is led where.

use axum::body::Body;
use careplan_platform::login::Stage;
use careplan_platform::website::routes;
use careplan_testkit::on_both_databases;
use http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::browser::{Browser, Page, encoded, form_request};
use crate::world::{Site, helper, manager};

/// Nobody, an office with its temporary password, one that owes its second factor, one that may do everything. An answer is its
/// status, and where it leads.
type Expected = (&'static str, &'static str, [&'static str; 4]);

const LOGIN: &str = "303 /login";
const PASSWORD: &str = "303 /password";
const FACTOR: &str = "303 /login/second-factor";

/// To an office that owes nothing.
const fn office(answer: &'static str) -> [&'static str; 4] {
    [LOGIN, PASSWORD, FACTOR, answer]
}

const fn all(answer: &'static str) -> [&'static str; 4] {
    [answer; 4]
}

#[rustfmt::skip]
const EXPECTED: &[Expected] = &[
    ("GET", "/", ["200", PASSWORD, FACTOR, "200"]),
    ("GET", "/assets/{name}", all("404")),
    ("GET", "/faq", all("200")),
    ("GET", "/terms", all("200")),
    ("GET", "/terms/{version}", all("404")),
    ("GET", "/prices", all("200")),
    ("GET", "/downloads", all("200")),
    ("GET", "/downloads/{file}", all("404")),
    ("GET", "/status", all("200")),
    ("GET", "/notices", all("200")),
    ("GET", "/notices/{number}", all("404")),
    ("GET", "/offices", all("200")),
    ("GET", "/offices.csv", all("200")),
    ("GET", "/offices/{number}/invitation", office("404")),
    ("GET", "/login", ["200", PASSWORD, FACTOR, "303 /"]),
    ("POST", "/login", all("422")),
    ("POST", "/logout", [LOGIN, "303 /login?why=logged-out", "303 /login?why=logged-out", "303 /login?why=logged-out"]),
    ("GET", "/login/second-factor", [LOGIN, PASSWORD, "303 /account/second-factor", "303 /"]),
    ("POST", "/login/second-factor", [LOGIN, "422", "422", "422"]),
    ("POST", "/login/second-factor/recovery", [LOGIN, "422", "422", "422"]),
    ("GET", "/password", [LOGIN, "200", "200", "200"]),
    ("POST", "/password", [LOGIN, "422", "422", "422"]),
    ("GET", "/login/lost", all("200")),
    ("POST", "/login/lost/password", all("422")),
    ("POST", "/login/lost/user-id", all("422")),
    ("POST", "/login/lost/letter", all("422")),
    ("GET", "/mail-link/{purpose}/{token}", all("404")),
    ("POST", "/mail-link/{purpose}/{token}", all("404")),
    ("GET", "/licence", office("200")),
    ("GET", "/licence/apply", office("200")),
    ("POST", "/licence/apply", office("422")),
    ("GET", "/licence/terms/{page}", office("404")),
    ("POST", "/licence/agree", office("422")),
    ("POST", "/licence/renew", office("422")),
    ("POST", "/licence/plan", office("422")),
    ("GET", "/licence/documents/{id}", office("404")),
    ("GET", "/licence/documents/{id}/pdf", office("404")),
    ("GET", "/certificates", office("200")),
    ("POST", "/certificates/issue-password", office("422")),
    ("GET", "/certificates/{serial}/revocation", office("404")),
    ("POST", "/certificates/{serial}/revocation", office("404")),
    ("GET", "/account", office("200")),
    ("GET", "/account/mail", office("200")),
    ("POST", "/account/mail", office("422")),
    ("POST", "/account/sessions/end", office("303 /account?done=session")),
    ("POST", "/account/sessions/end-others", office("303 /account?done=sessions")),
    ("GET", "/account/second-factor", [LOGIN, PASSWORD, "200", "200"]),
    ("POST", "/account/second-factor/begin", [LOGIN, "422", "422", "422"]),
    ("POST", "/account/second-factor", [LOGIN, "422", "422", "422"]),
    ("POST", "/account/second-factor/remove", office("303 /account")),
    ("POST", "/account/second-factor/recovery-codes", office("403")),
];

/// Asks as one visitor with an empty form, in a browser of its own.
async fn asked(mut browser: Browser, method: &str, path: &str) -> String {
    // What the parameters name is not there.
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { "none" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let answer = match method {
        "GET" => browser.get(&path).await,
        _ => browser.post(&path, &[]).await,
    };
    // The log-in learns which page was asked for.
    let led = answer.leads_to().map(|it| it.split("?next=").next().unwrap_or_default().to_owned());
    led.map_or_else(|| answer.status.as_u16().to_string(), |led| format!("{} {led}", answer.status.as_u16()))
}

/// Which menu a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Menu {
    Open,
    Office,
    /// Who owes a step of the log-in has only that step to take.
    None,
}

fn menu_of(page: &Page) -> Menu {
    let has = |path: &str| page.text().contains(&format!("href=\"{path}\""));
    match (has("/login"), has("/account") && has("/licence") && has("/certificates")) {
        (true, false) => Menu::Open,
        (false, true) => Menu::Office,
        (false, false) => Menu::None,
        (true, true) => panic!("both menus on {}", page.path),
    }
}

/// Pages of problems of each kind, with their statuses.
async fn problems(mut browser: Browser) -> Vec<(u16, Page)> {
    let foreign = form_request("/login").header("sec-fetch-site", "cross-site");
    let large = "x".repeat(33 * 1024);
    vec![
        (404, browser.get("/no/such/page").await),
        (404, browser.get("/notices/99").await),
        (405, browser.post("/faq", &[]).await),
        (403, browser.ask(foreign.body(encoded(&[])).unwrap()).await),
        (413, browser.post("/login", &[("user_id", &large)]).await),
    ]
}

/// Asks for a path until it is too much.
async fn until_too_many(mut browser: Browser, path: &str, times: usize) -> Page {
    for _ in 0..times {
        let page = browser.get(path).await;
        if page.status == 429 {
            return page;
        }
    }
    panic!("{path} was answered {times} times")
}

on_both_databases! {
    async fn every_route_by_every_visitor(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut wrong = Vec::new();
        for route in routes() {
            let expected = EXPECTED.iter().find(|(method, path, _)| (*method, *path) == (route.method, route.path));
            let Some((_, _, expected)) = expected else {
                wrong.push(format!("{} {} is not in the table", route.method, route.path));
                continue;
            };
            let visitors = [
                site.browser().from("198.51.100.1"),
                site.browser_at(helper(), Stage::PasswordTemporary).await.from("198.51.100.2"),
                site.browser_at(helper(), Stage::SecondFactorDue).await.from("198.51.100.3"),
                site.browser_at(manager(), Stage::Full).await.from("198.51.100.4"),
            ];
            for (who, browser) in visitors.into_iter().enumerate() {
                let answer = asked(browser, route.method, route.path).await;
                if answer != expected[who] {
                    wrong.push(format!("{} {} by {who}: {answer}, not {}", route.method, route.path, expected[who]));
                }
            }
        }
        for (method, path, _) in EXPECTED {
            if !routes().iter().any(|route| (route.method, route.path) == (*method, *path)) {
                wrong.push(format!("{method} {path} is in the table and no route"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn a_path_or_a_method_that_is_none_is_answered_with_a_page(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        browser.get("/no/such/page").await.is(404, "そのページはありません");
        browser.post("/faq", &[]).await.is(405, "その操作はできません");
    }

    async fn a_problem_page_has_the_menu_of_who_asked_for_it(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut stale = site.logged_in().await;
        let top = stale.open("/").await;
        let token = stale.token().unwrap().to_owned();
        stale.submit(&top, "/logout", &[]).await;
        for (browser, menu) in [
            (site.logged_in().await, Menu::Office),
            (site.browser(), Menu::Open),
            (site.browser().with_token(&token), Menu::Open),
            (site.browser_at(manager(), Stage::PasswordTemporary).await, Menu::None),
            (site.browser_at(manager(), Stage::SecondFactorDue).await, Menu::None),
        ] {
            for (status, page) in problems(browser).await {
                assert_eq!((page.status.as_u16(), menu_of(&page)), (status, menu), "{}", page.path);
                let is_known = menu != Menu::Open;
                for part in ["さくら居宅介護支援事業所", "事業所番号 9970000018", r#"action="/logout""#] {
                    assert_eq!(page.text().contains(part), is_known, "{}: {part}", page.path);
                }
            }
        }
        let head = Request::head("/no/such/page").body(Body::empty()).unwrap();
        let answer = site.router.clone().oneshot(head).await.unwrap();
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(length > 1000 && body.is_empty(), "the length of the page, and no page");
    }

    async fn an_office_that_asked_too_often_keeps_its_menu_and_the_database_its_peace(database: TestDatabase) {
        let site = Site::new(database).await;
        let address = site.logged_in().await.from("203.0.113.8");
        let page = until_too_many(address, "/assets/none", 400).await;
        assert_eq!(menu_of(page.is(429, "要求が多すぎます")), Menu::Office);
        let page = until_too_many(site.logged_in().await, "/faq", 150).await;
        assert_eq!(menu_of(page.is(429, "要求が多すぎます")), Menu::Office);
        // Whoever sends cookies by the hundred is not looked up.
        assert!(!page.text().contains("さくら居宅介護支援事業所"));
        let page = until_too_many(site.browser().from("203.0.113.9"), "/no/such/page", 400).await;
        assert_eq!(menu_of(page.is(429, "要求が多すぎます")), Menu::Open, "paths that are none count, too");
    }

    async fn an_office_keeps_its_menu_while_the_database_does_not_answer(database: TestDatabase) {
        let site = Site::new(database).await;
        let (mut office, mut anybody) = (site.logged_in().await, site.browser());
        site.store.close().await;
        for (page, menu) in [(office.get("/account").await, Menu::Office), (anybody.get("/notices").await, Menu::Open)] {
            assert!(page.status.is_server_error());
            assert_eq!(menu_of(&page), menu);
        }
    }
}
