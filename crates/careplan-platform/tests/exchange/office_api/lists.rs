//! `GET /v1/inbox` and `GET /v1/sent`.

use careplan_domain::limits::PAGE_ENTRIES_MAX;
use careplan_domain::transmission::State;
use careplan_protocol::office_api::TransmissionPage;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::routes;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use http::StatusCode;

use super::Api;
use crate::world::{header, id, letter_of};

fn seqs(page: &TransmissionPage) -> Vec<i64> {
    page.transmissions.iter().map(|entry| entry.seq).collect()
}

on_both_databases! {
    async fn pages_follow_each_other_by_cursor(database: TestDatabase) {
        let api = Api::new(database).await;
        for number in 1..=5 {
            api.send(id(number)).await;
        }
        let first: TransmissionPage = api.receiver.get("/v1/inbox?limit=2").await.json();
        assert_eq!((seqs(&first), first.next, first.more), (vec![1, 2], 2, true));
        // Every list has a statement of its own.
        for (client, list) in [
            (&api.receiver, "inbox?"),
            (&api.receiver, "inbox?waiting=true&"),
            (&api.receiver, "inbox?service_type=11&"),
            (&api.sender, "sent?"),
            (&api.sender, "sent?state=accepted&"),
        ] {
            let last: TransmissionPage = client.get(&format!("/v1/{list}after=3&limit=2")).await.json();
            assert_eq!((seqs(&last), last.next, last.more), (vec![4, 5], 5, false), "{list}");
        }
        let none: TransmissionPage = api.receiver.get("/v1/inbox?after=5").await.json();
        assert_eq!((seqs(&none), none.next, none.more), (vec![], 5, false));
        let sent: TransmissionPage = api.sender.get("/v1/sent").await.json();
        assert_eq!((seqs(&sent), sent.more), (vec![1, 2, 3, 4, 5], false));
        let strangers: TransmissionPage = api.stranger.get("/v1/inbox").await.json();
        assert!(strangers.transmissions.is_empty());
    }

    async fn filters_narrow_the_lists(database: TestDatabase) {
        let api = Api::new(database).await;
        for number in 1..=3 {
            api.send(id(number)).await;
        }
        let letter = letter_of(&id(4));
        let mut other = header(id(4), &letter);
        other.to = "9970000026-15".parse().unwrap();
        api.sender.put_letter(&other, letter).await;
        api.receiver.get(&routes::with(routes::LETTER, id(2))).await;
        api.receiver.hand_in(id(2), ReceiptKind::Acknowledged, api.world.clock.now()).await;
        api.sender.put(&routes::with(routes::WITHDRAWAL, id(3)), "").await;
        let inbox = async |query: &str| {
            let page: TransmissionPage = api.receiver.get(&format!("/v1/inbox?{query}")).await.json();
            page.transmissions.iter().map(|entry| (entry.id, entry.state)).collect::<Vec<_>>()
        };
        assert_eq!(inbox("waiting=true").await, [(id(1), State::Accepted), (id(4), State::Accepted)]);
        assert_eq!(inbox("service_type=15").await, [(id(4), State::Accepted)]);
        assert_eq!(inbox("service_type=11&waiting=true").await, [(id(1), State::Accepted)]);
        assert_eq!(inbox("").await.len(), 4);
        let sent: TransmissionPage = api.sender.get("/v1/sent?state=withdrawn").await.json();
        assert_eq!(sent.transmissions.iter().map(|entry| entry.id).collect::<Vec<_>>(), [id(3)]);
    }

    async fn a_page_that_is_known_is_not_sent_again(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        for (client, path) in [(&api.receiver, "/v1/inbox"), (&api.sender, "/v1/sent"), (&api.receiver, "/v1/events")] {
            let tag = client.get(path).await.header("etag").to_owned();
            let known = client.get_with(path, &[("if-none-match", &tag)]).await;
            assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
            assert_eq!(known.header("etag"), tag);
        }
        let tag = api.receiver.get("/v1/inbox").await.header("etag").to_owned();
        // A change that makes no news for this office changes its page all the same.
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        let changed = api.receiver.get_with("/v1/inbox", &[("if-none-match", &tag)]).await;
        assert_eq!(changed.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn wrong_parameters_are_named_and_the_page_limit_holds() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    let limit = format!("/v1/inbox?limit={PAGE_ENTRIES_MAX}");
    assert_eq!(api.receiver.get(&limit).await.status, StatusCode::OK);
    for (path, item) in [
        (format!("/v1/inbox?limit={}", PAGE_ENTRIES_MAX + 1), "limit"),
        ("/v1/inbox?limit=0".to_owned(), "limit"),
        ("/v1/events?limit=501".to_owned(), "limit"),
        ("/v1/sent?after=-1".to_owned(), "after"),
        ("/v1/inbox?after=x".to_owned(), "after"),
        ("/v1/inbox?service_type=999".to_owned(), "service_type"),
        ("/v1/sent?state=lost".to_owned(), "state"),
        ("/v1/inbox?waiting=maybe".to_owned(), "waiting"),
    ] {
        let problem = api.receiver.get(&path).await.problem();
        assert!(
            problem.starts_with("400 header-invalid") && problem.contains(&format!("`{item}`")),
            "{path}: {problem}"
        );
    }
    assert!(api.receiver.get("/v1/inbox?unknown=1").await.status == StatusCode::BAD_REQUEST);
}
