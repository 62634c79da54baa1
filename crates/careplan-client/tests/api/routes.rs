//! Every route by every caller.

use std::collections::BTreeSet;

use axum::body::Body;
use careplan_client::local_api::{Reach, routes};
use http::header;

use crate::software::{Client, Software};

const ID: &str = "01920000-0000-7000-8000-000000000001";

/// A path of a route, with what stands for its parts.
fn path(template: &str) -> String {
    template.replace("{id}", ID).replace("{key}", "k").replace("{name}", "x")
}

/// Who asks, and with which problem they are refused; `None` for who is let in.
async fn callers(client: &Client) -> Vec<(&'static str, Software, Option<(u16, &'static str)>)> {
    let right = client.software("right").await;
    let revoked = client.software("revoked").await;
    client.office.revoke_application(&"revoked".parse().unwrap(), "yamada").await.unwrap();
    let with = |change: &dyn Fn(&mut Software)| {
        let mut software = right.clone();
        change(&mut software);
        software
    };
    let wrong = format!("Bearer {}", "A".repeat(43));
    let foreign = Some((421, "host-foreign"));
    let browser = Some((403, "browser"));
    let elsewhere = Some((403, "elsewhere"));
    vec![
        ("right token", right.clone(), None),
        ("right token, this PC by IPv6", with(&|it| it.from = Some("[::1]:50000".parse().unwrap())), None),
        ("no token", with(&|it| it.authorization = None), Some((401, "token-missing"))),
        ("wrong token", with(&|it| it.authorization = Some(wrong.clone())), Some((401, "token-unknown"))),
        (
            "no token at all",
            with(&|it| it.authorization = Some("Bearer x".into())),
            Some((401, "token-unknown")),
        ),
        (
            "another scheme",
            with(&|it| it.authorization = Some("Basic eDp5".into())),
            Some((401, "token-unknown")),
        ),
        ("revoked token", revoked, Some((401, "token-revoked"))),
        ("foreign host", with(&|it| it.host = "evil.example:8430".into()), foreign),
        ("another port", with(&|it| it.host = "localhost:80".into()), foreign),
        ("with Origin", with(&|it| it.origin = Some(("origin", "http://localhost:8430"))), browser),
        ("with Origin null", with(&|it| it.origin = Some(("origin", "null"))), browser),
        ("a browser's reading", with(&|it| it.origin = Some(("sec-fetch-site", "same-origin"))), browser),
        ("another PC", with(&|it| it.from = Some("192.0.2.7:50000".parse().unwrap())), elsewhere),
        ("from nowhere", with(&|it| it.from = None), elsewhere),
    ]
}

#[tokio::test]
async fn every_route_lets_in_who_may_and_refuses_the_others_by_their_reason() {
    let (_world, client) = Client::alone().await;
    let callers = callers(&client).await;
    let mut seen = BTreeSet::new();
    for route in routes() {
        assert!(seen.insert((route.method.clone(), route.path.clone())), "{route:?} twice");
        for (who, caller, refusal) in &callers {
            let answer = caller.ask(caller.request(&route.method, &path(&route.path)), Body::empty()).await;
            let what = format!("{} {} by {who}: {}", route.method, route.path, answer.status);
            match refusal {
                Some((status, code)) => drop(answer.is(*status, code)),
                None => {
                    assert!(!matches!(answer.status.as_u16(), 401 | 403 | 405 | 421 | 500), "{what}");
                    let is_ours = answer.status.is_success() || answer.json()["code"] != "route-unknown";
                    assert!(is_ours, "{what}");
                }
            }
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{what}");
            assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{what}");
            assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{what}");
            assert_eq!(answer.headers.contains_key(header::WWW_AUTHENTICATE), answer.status == 401, "{what}");
        }
    }
    assert!(seen.len() >= 14, "{}", seen.len());
}

#[tokio::test]
async fn another_pc_is_let_in_where_the_office_chose_so_and_still_needs_a_token() {
    let (_world, client) = Client::alone().await;
    let mut caller = client.software("a").await;
    caller.from = Some("192.0.2.7:50000".parse().unwrap());
    caller.get("/api/v1/office").await.is(403, "elsewhere");
    client.office.state().store_local_api_reach(Reach::Office).await.unwrap();
    caller.get("/api/v1/office").await.good();
    caller.authorization = None;
    caller.get("/api/v1/office").await.is(401, "token-missing");
}

#[tokio::test]
async fn what_is_no_route_is_told_to_who_may_ask_and_nothing_to_others() {
    let (_world, client) = Client::alone().await;
    let mut caller = client.software("a").await;
    for path in ["/api", "/api/v1", "/api/v2/office", "/api/v1/nothing", "/api/v1/sends"] {
        caller.get(path).await.is(404, "route-unknown");
    }
    let delete = caller.request("DELETE", "/api/v1/office");
    caller.ask(delete, Body::empty()).await.is(405, "method-not-allowed");
    caller.authorization = None;
    caller.get("/api/v1/nothing").await.is(401, "token-missing");
    let delete = caller.request("DELETE", "/api/v1/office");
    caller.ask(delete, Body::empty()).await.is(401, "token-missing");
}
