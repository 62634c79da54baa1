//! `GET /api/v1/events`: every change is told in its order, to who asks, waits or listens.

use std::time::Duration;

use axum::body::BodyDataStream;
use careplan_client::local_api::{EVENTS_KEPT, WAITING_MAX};
use futures_util::StreamExt as _;
use serde_json::Value;
use sqlx::sqlite::SqlitePool;

use crate::software::{Client, Software, Two, small};
use crate::world::{SENDER, World, drain};

fn told(page: &Value) -> Vec<(i64, &str, &str)> {
    let events = page["events"].as_array().unwrap().iter();
    events
        .map(|it| {
            (it["seq"].as_i64().unwrap(), it["direction"].as_str().unwrap(), it["state"].as_str().unwrap())
        })
        .collect()
}

async fn page(software: &Software, query: &str) -> Value {
    software.get(&format!("/api/v1/events{query}")).await.good()
}

#[tokio::test]
async fn every_change_of_state_is_told_once_and_in_order_on_both_sides() {
    let two = Two::new().await;
    assert_eq!(page(&two.here, "").await, serde_json::json!({ "events": [], "next": 0 }));
    two.here.put("/api/v1/sends/k", &small("20261021110000")).await.good();
    assert_eq!(told(&page(&two.here, "").await), [(1, "sent", "prepared")]);
    two.work().await;
    let sent = page(&two.here, "?after=1").await;
    let states: Vec<&str> = told(&sent).into_iter().map(|it| it.2).collect();
    assert_eq!(states, ["accepted", "fetched", "acknowledged"]);
    let received = page(&two.there, "?limit=3").await;
    assert_eq!(
        told(&received),
        [(1, "received", "listed"), (2, "received", "verified"), (3, "received", "written")]
    );
    let rest = page(&two.there, &format!("?after={}", received["next"])).await;
    assert_eq!(told(&rest), [(4, "received", "acknowledged")]);
    let newest = two.there.get("/api/v1/office").await.good()["latest_event"].clone();
    assert_eq!((&rest["next"], &newest), (&4.into(), &4.into()));
    assert_eq!(told(&page(&two.there, "?after=4").await), []);
}

#[tokio::test]
async fn who_waits_hears_at_once_of_what_this_process_does_and_soon_of_what_another_does() {
    let two = Two::new().await;
    let wait = |after: i64| {
        let ask =
            two.here.request("GET", &format!("/api/v1/events?after={after}")).header("prefer", "wait=20");
        Box::pin(two.here.ask(ask, ""))
    };
    // Side by side: one that waits and is not asked to go on would keep its hold of the state file.
    let files = small("20261021110000");
    let (heard, sent) = tokio::join!(wait(0), two.here.put("/api/v1/sends/k", &files));
    sent.good();
    assert_eq!(told(&heard.good()), [(1, "sent", "prepared")]);
    // As the command line does: nobody tells the hub.
    let (heard, _) = tokio::join!(wait(1), drain(&two.sender.office));
    assert_eq!(told(&heard.good()), [(2, "sent", "accepted")]);
    let ask = two.here.request("GET", "/api/v1/events?after=2").header("prefer", "wait=0");
    assert_eq!(told(&two.here.ask(ask, "").await.good()), []);
}

/// The pieces of a stream, as they come.
struct Heard(BodyDataStream);

impl Heard {
    async fn of(software: &Software, last: Option<&str>) -> Self {
        let mut ask = software.request("GET", "/api/v1/events").header("accept", "text/event-stream");
        if let Some(last) = last {
            ask = ask.header("last-event-id", last);
        }
        let response = software.raw(ask, "").await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut heard = Self(response.into_body().into_data_stream());
        assert_eq!(heard.next().await.unwrap(), ": events\n\n");
        heard
    }

    async fn next(&mut self) -> Option<String> {
        let piece = tokio::time::timeout(Duration::from_secs(30), self.0.next()).await.unwrap()?;
        Some(String::from_utf8(piece.unwrap().to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_stream_tells_what_happens_and_goes_on_after_the_last_that_was_heard() {
    let two = Two::new().await;
    let mut heard = Heard::of(&two.here, None).await;
    let sent = two.here.put("/api/v1/sends/k", &small("20261021110000")).await.good();
    let piece = heard.next().await.unwrap();
    let id = sent["units"][0]["transmission"].as_str().unwrap();
    assert!(
        piece.starts_with("id: 1\nevent: sent.prepared\ndata: {\"seq\":1,") && piece.contains(id),
        "{piece}"
    );
    assert!(piece.ends_with("}\n\n"));
    drop(heard);
    drain(&two.sender.office).await;
    let mut again = Heard::of(&two.here, Some("1")).await;
    assert!(again.next().await.unwrap().starts_with("id: 2\nevent: sent.accepted\n"));
}

#[tokio::test]
async fn a_stream_ends_when_its_token_was_revoked_and_when_the_program_ends() {
    let two = Two::new().await;
    let mut heard = Heard::of(&two.here, None).await;
    two.sender.office.revoke_application(&"ソフトA".parse().unwrap(), "yamada").await.unwrap();
    let other = two.sender.software("b").await;
    let mut stopping = Heard::of(&other, None).await;
    other.put("/api/v1/sends/k", &small("20261021110000")).await.good();
    assert_eq!(heard.next().await, None, "nothing is told with a revoked token");
    assert!(stopping.next().await.unwrap().contains("sent.prepared"));
    two.sender.stop.cancel();
    assert_eq!(stopping.next().await, None);
}

#[tokio::test]
async fn the_most_may_wait_and_one_more_may_not_until_one_went() {
    let two = Two::new().await;
    let mut streams = Vec::new();
    for _ in 0..WAITING_MAX {
        streams.push(Heard::of(&two.here, None).await);
    }
    let poll = || two.here.request("GET", "/api/v1/events").header("prefer", "wait=1");
    let refused = two.here.ask(poll(), "").await;
    refused.is(429, "waiting-too-many");
    assert!(refused.headers.contains_key("retry-after"));
    page(&two.here, "").await;
    streams.pop();
    two.here.ask(poll(), "").await.good();
}

#[tokio::test]
async fn the_newest_events_are_remembered_and_who_missed_one_is_told() {
    let world = World::new();
    let client = Client::of(world.open(SENDER).await);
    let software = client.software("a").await;
    let path = world.path(SENDER).join("client.sqlite");
    let pool = SqlitePool::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let happen = async |count: i64| {
        let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
            insert into api_event (at, direction, transmission, state)
            select 0, 'sent', '01920000-0000-7000-8000-000000000001', 'accepted' from n";
        sqlx::query(many).bind(count).execute(&pool).await.unwrap();
    };
    happen(EVENTS_KEPT).await;
    assert_eq!(told(&page(&software, "?after=0&limit=1").await)[0].0, 1, "all that ever happened");
    happen(1).await;
    software.get("/api/v1/events?after=0").await.is(410, "events-gone");
    assert_eq!(told(&page(&software, "?after=1&limit=1").await)[0].0, 2);
    assert_eq!(told(&page(&software, "?limit=1").await)[0].0, 2, "from the oldest that is remembered");
    let newest = EVENTS_KEPT + 1;
    page(&software, &format!("?after={newest}")).await;
    // A place of a state file that a backup took the place of.
    software.get(&format!("/api/v1/events?after={}", newest + 1)).await.is(410, "events-gone");
    let ask = software.request("GET", "/api/v1/events").header("accept", "text/event-stream");
    software.ask(ask.header("last-event-id", "0"), "").await.is(410, "events-gone");
}

#[tokio::test]
async fn a_query_that_is_none_is_told() {
    let (_world, client) = Client::alone().await;
    let software = client.software("a").await;
    for wrong in ["limit=0", "limit=501", "after=x", "since=1"] {
        software.get(&format!("/api/v1/events?{wrong}")).await.is(400, "request-invalid");
    }
    let ask = software.request("GET", "/api/v1/events").header("accept", "text/event-stream");
    software.ask(ask.header("last-event-id", "x"), "").await.is(400, "request-invalid");
}
