//! `GET /v1/events`: pages, long polls, streams.

use axum::body::{Body, BodyDataStream};
use careplan_protocol::office_api::{EventPage, TransmissionPage};
use careplan_protocol::routes;
use careplan_testkit::on_both_databases;
use futures_util::StreamExt as _;
use http::{Request, StatusCode};

use super::{Api, Client};
use crate::world::{execute, id};

async fn stream(client: &Client, last_event_id: &str) -> BodyDataStream {
    let request = Request::get("/v1/events")
        .header("accept", "text/event-stream")
        .header("last-event-id", last_event_id);
    let response = client.ask(request, Body::empty()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), ": news\n\n");
    stream
}

on_both_databases! {
    async fn news_go_to_the_other_party(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        let receivers: EventPage = api.receiver.get("/v1/events").await.json();
        let senders: EventPage = api.sender.get("/v1/events").await.json();
        assert_eq!(receivers.events.iter().map(|it| it.state.as_str()).collect::<Vec<_>>(), ["accepted"]);
        assert_eq!(senders.events.iter().map(|it| it.state.as_str()).collect::<Vec<_>>(), ["fetched"]);
        assert_eq!(senders.next, senders.events[0].seq);

        api.send(id(2)).await;
        api.sender.put(&routes::with(routes::WITHDRAWAL, id(2)), "").await;
        let receivers: EventPage = api.receiver.get(&format!("/v1/events?after={}", receivers.next)).await.json();
        let senders: EventPage = api.sender.get(&format!("/v1/events?after={}", senders.next)).await.json();
        assert_eq!(receivers.events.iter().map(|it| it.state.as_str()).collect::<Vec<_>>(), ["accepted", "withdrawn"]);
        assert!(senders.events.is_empty(), "who takes a letter back needs no news of it");
    }

    async fn a_long_poll_is_answered_by_the_news_it_waits_for(database: TestDatabase) {
        let api = Api::new(database).await;
        for path in ["/v1/events", "/v1/inbox"] {
            let after: EventPage = api.receiver.get("/v1/events").await.json();
            let path = format!("{path}?after={}", after.next);
            let number = 1 + u64::try_from(after.next).unwrap();
            let poll = api.receiver.get_with(&path, &[("prefer", "wait=60")]);
            let send = async {
                // Only once the poll waits, so that it is the wake-up that answers it.
                while api.world.news.offices_waiting() == 0 {
                    tokio::task::yield_now().await;
                }
                api.send(id(number)).await
            };
            let (answer, _) = tokio::join!(poll, send);
            assert_eq!(answer.status, StatusCode::OK);
            let found = if path.contains("inbox") {
                answer.json::<TransmissionPage>().next
            } else {
                answer.json::<EventPage>().next
            };
            assert_eq!(found, after.next + 1);
        }
        assert_eq!(api.world.news.offices_waiting(), 0);
    }

    async fn a_poll_of_a_page_that_is_known_waits_for_another(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let tag = api.receiver.get("/v1/inbox").await.header("etag").to_owned();
        let fields = [("prefer", "wait=60"), ("if-none-match", tag.as_str())];
        let mut poll = std::pin::pin!(api.receiver.get_with("/v1/inbox", &fields));
        let waits = async {
            while api.world.news.offices_waiting() == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = &mut poll => panic!("answered at once with {}", answer.status),
            () = waits => {}
        }
        let (answer, _) = tokio::join!(poll, api.send(id(2)));
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json::<TransmissionPage>().transmissions.len(), 2);
    }

    async fn a_long_poll_ends_with_its_connection(database: TestDatabase) {
        let api = Api::new(database).await;
        api.receiver.ending.cancel();
        let answer = api.receiver.get_with("/v1/events", &[("prefer", "wait=60")]).await;
        assert!(answer.json::<EventPage>().events.is_empty());
    }

    async fn a_stream_tells_the_past_then_what_happens_and_ends_with_its_connection(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.send(id(2)).await;
        let mut stream = stream(&api.receiver, "1").await;
        let past = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert_eq!(past, format!("id: 2\nevent: accepted\ndata: {{\"seq\":2,\"state\":\"accepted\",\"transmission\":\"{}\",\"at\":\"2026-11-01T00:00:00Z\"}}\n\n", id(2)));
        let (next, _) = tokio::join!(stream.next(), api.send(id(3)));
        assert!(next.unwrap().unwrap().starts_with(b"id: 3\n"));
        api.receiver.ending.cancel();
        assert!(stream.next().await.is_none());
    }

    async fn a_stream_tells_a_long_past_to_its_end(database: TestDatabase) {
        let api = Api::new(database).await;
        for number in 1..=101 {
            api.world.send(id(number)).await;
        }
        let mut stream = stream(&api.receiver, "0").await;
        let first = String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap();
        assert!(first.starts_with("id: 1\n") && first.contains("id: 100\n") && !first.contains("id: 101\n"));
        // Nobody wakes it: it looks again by itself.
        assert!(stream.next().await.unwrap().unwrap().starts_with(b"id: 101\n"));
    }

    async fn a_suspended_office_listens_no_longer(database: TestDatabase) {
        let api = Api::new(database).await;
        let mut stream = stream(&api.receiver, "0").await;
        execute(&api.world.database, "update office set status = 'suspended' where number = '9970000026'".to_owned()).await;
        // Somebody wakes the stream; it looks who is listening before it tells anything.
        let wake = async {
            while api.world.news.offices_waiting() == 0 {
                tokio::task::yield_now().await;
            }
            api.world.news.wake_all();
        };
        let (next, ()) = tokio::join!(stream.next(), wake);
        assert!(next.is_none());
    }
}
