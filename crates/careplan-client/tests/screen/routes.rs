//! The one table of routes: every route by every visitor.

use std::collections::BTreeSet;

use careplan_client::screen::{Who, routes};
use careplan_client::staff::Role;
use careplan_client::wizard::Step;
use careplan_domain::Secret;
use http::StatusCode;

use crate::browser::{Browser, OWN, Screens};
use crate::world::{SENDER, World};

const ID: &str = "01920000-0000-7000-8000-000000000001";

/// A path of a route, with what stands for its parts.
fn path(template: &str) -> String {
    template
        .replace("{id}", ID)
        .replace("{name}", "x")
        .replace("{before}", ID)
        .replace("{drawn}", "0")
        .replace("{number}", "1")
        .replace("{office}", "9970000026")
        .replace("{person}", "1")
}

async fn ask(browser: &mut Browser, method: &str, path: &str) -> (StatusCode, String) {
    let page = match method {
        "GET" => browser.get(path).await,
        _ => browser.post(path, &[]).await,
    };
    let to = page.headers.get("location").map_or("", |to| to.to_str().unwrap()).to_owned();
    (page.status, to)
}

#[tokio::test]
async fn every_route_lets_in_who_may_and_leads_the_others_to_what_is_due() {
    let screens = Screens::new().await;
    let temporary = screens.staffed().await;
    screens.add_member().await;
    let mut seen = BTreeSet::new();
    for route in routes() {
        assert!(seen.insert((route.method, route.path)), "{} twice", route.path);
        let path = path(route.path);
        let [mut nobody, mut begun, mut member, mut manager] = std::array::from_fn(|_| screens.browser());
        log_in(&mut begun, "sato", &temporary).await;
        log_in(&mut member, "suzuki", &Secret::new(OWN)).await;
        log_in(&mut manager, "yamada", &Secret::new(OWN)).await;
        let (status, to) = ask(&mut nobody, route.method, &path).await;
        let is_led_to_log_in = status == StatusCode::SEE_OTHER && to.starts_with("/login");
        assert_eq!(
            is_led_to_log_in,
            route.who != Who::Anybody || (route.method, route.path) == ("GET", "/start"),
            "{} {path}: {status} {to}",
            route.method
        );
        let (status, to) = ask(&mut begun, route.method, &path).await;
        let is_led_to_change = status == StatusCode::SEE_OTHER && to == "/password";
        let is_due = (matches!(route.who, Who::May(_)) || route.who.is_starter())
            || route.path == "/login" && route.method == "GET"
            // Steps that come after that one.
            || ["/login/code", "/me/factor", "/me/factor/confirm"].contains(&route.path);
        assert_eq!(is_led_to_change, is_due, "{} {path}: {status} {to}", route.method);
        let (status, _) = ask(&mut member, route.method, &path).await;
        if route.who != Who::Anybody {
            let is_for_managers = match route.who {
                Who::May(act) => !Role::Member.may(act),
                Who::Starter | Who::StarterAt(_) => true,
                Who::Anybody | Who::LoggedIn => false,
            };
            assert_eq!(status == StatusCode::FORBIDDEN, is_for_managers, "{} {path}: {status}", route.method);
        }
        let (status, to) = ask(&mut manager, route.method, &path).await;
        assert!(
            !to.starts_with("/login") || route.path == "/logout" || route.path == "/start",
            "{path}: {status} {to}"
        );
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{} {path}", route.method);
    }
    assert!(seen.len() > 20);
}

async fn log_in(browser: &mut Browser, name: &str, password: &Secret) {
    let page = browser.post("/login", &[("name", name), ("password", password.expose())]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn while_nobody_has_an_account_only_the_code_of_this_pc_opens_the_first_start_and_nothing_else() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let screens = Screens::of(world, office);
    let code = screens.code();
    for route in routes().into_iter().filter(|route| route.who != Who::Anybody) {
        let path = path(route.path);
        let [mut nobody, mut stranger, mut starter] = std::array::from_fn(|_| screens.browser());
        stranger.cookie = Some(format!("careplan-start-8430={}", "A".repeat(43)));
        starter.cookie = Some(format!("careplan-start-8430={code}"));
        let is_start = route.who.is_starter();
        for browser in [&mut nobody, &mut stranger] {
            let (status, to) = ask(browser, route.method, &path).await;
            let expected = if is_start { StatusCode::FORBIDDEN } else { StatusCode::SEE_OTHER };
            assert_eq!(status, expected, "{} {path} {to}", route.method);
        }
        let (status, to) = ask(&mut starter, route.method, &path).await;
        if let Who::StarterAt(step) = route.who {
            // Nothing was tried yet: every step but the first is for later.
            assert_eq!(to == "/start/connection", step > Step::Connection, "{} {path}: {to}", route.method);
        }
        assert_eq!(to.starts_with("/login"), !is_start, "{} {path}: {status} {to}", route.method);
        assert!(
            status != StatusCode::FORBIDDEN && !status.is_server_error(),
            "{} {path}: {status}",
            route.method
        );
    }
}

#[tokio::test]
async fn the_menu_has_what_managers_decide_for_managers_only() {
    let screens = Screens::new().await;
    let mut yamada = screens.manager().await;
    screens.add_member().await;
    let mut suzuki = screens.browser();
    log_in(&mut suzuki, "suzuki", &Secret::new(OWN)).await;
    assert!(yamada.get("/").await.text().contains("/settings"));
    assert!(!suzuki.get("/").await.text().contains("/settings"));
}

#[tokio::test]
async fn what_is_not_in_the_table_is_answered_with_a_page() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    browser.get("/nothing").await.is(404, "お探しのページはありません");
    browser.post("/partners.csv", &[]).await.is(405, "この操作はできません");
    for path in ["/sent/x", "/received/x/forms"] {
        assert_eq!(browser.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for path in [
        format!("/sent/{ID}"),
        format!("/received/{ID}"),
        format!("/received/{ID}/files/a.csv"),
        format!("/evidence/{ID}"),
    ] {
        browser.get(&path).await.is(404, "お探しのページはありません");
    }
}
