//! `GET /v1/transmissions/{id}/letter` and `PUT …/withdrawal`.

use axum::body::Body;
use bytes::Bytes;
use careplan_domain::transmission::State;
use careplan_platform::blobs::BlobName;
use careplan_platform::store::letters::LETTER_ROW_BYTES_MAX;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{headers, routes};
use careplan_testkit::on_both_databases;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;

use super::Api;
use crate::world::{bytes_literal, execute, header, id, letter_of};

fn letter_path(number: u64) -> String {
    routes::with(routes::LETTER, id(number))
}

on_both_databases! {
    async fn fetching_is_recorded_for_the_receiver_only(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let mine = api.sender.get(&letter_path(1)).await;
        assert_eq!((mine.status, mine.header(headers::STATE)), (StatusCode::OK, "accepted"));
        assert_eq!(api.world.held(&id(1)).await.state, State::Accepted);
        let theirs = api.receiver.get(&letter_path(1)).await;
        assert_eq!((theirs.status, theirs.header(headers::STATE)), (StatusCode::OK, "fetched"));
        assert_eq!(theirs.body, letter_of(&id(1)));
        assert!(api.stranger.get(&letter_path(1)).await.problem().starts_with("404 transmission-unknown"));
    }

    async fn a_broken_line_goes_on_from_where_it_broke(database: TestDatabase) {
        let api = Api::new(database).await;
        let small = letter_of(&id(1));
        let large = Bytes::from(vec![7; usize::try_from(LETTER_ROW_BYTES_MAX).unwrap() * 3]);
        for (number, letter) in [(1, small), (2, large)] {
            let sent = api.sender.put_letter(&header(id(number), &letter), letter.clone()).await;
            assert_eq!(sent.status, StatusCode::CREATED);
            let first = api.receiver.get_with(&letter_path(number), &[("range", "bytes=0-9")]).await;
            assert_eq!((first.status, first.header("content-range")),
                (StatusCode::PARTIAL_CONTENT, format!("bytes 0-9/{}", letter.len()).as_str()));
            assert_eq!(api.world.held(&id(number)).await.state, State::Fetched, "a part is enough to know it");
            let tag = first.header("etag").to_owned();
            let rest = api.receiver.get_with(&letter_path(number), &[("range", "bytes=10-"), ("if-range", &tag)]).await;
            assert_eq!([first.body, rest.body].concat(), letter);
            let outside = format!("bytes={}-", letter.len());
            let outside = api.receiver.get_with(&letter_path(number), &[("range", &outside)]).await;
            assert_eq!(outside.status, StatusCode::RANGE_NOT_SATISFIABLE);
        }
    }

    async fn a_withdrawn_letter_cannot_be_fetched_and_a_fetched_one_not_withdrawn(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.send(id(2)).await;
        let path = routes::with(routes::WITHDRAWAL, id(1));
        assert!(api.receiver.put(&path, "").await.problem().starts_with("403 not-sender"));
        assert!(api.stranger.put(&path, "").await.problem().starts_with("404 transmission-unknown"));
        let first = api.sender.put(&path, "").await;
        assert_eq!((first.status, first.header(headers::STATE)), (StatusCode::CREATED, "withdrawn"));
        let again = api.sender.put(&path, "").await;
        assert_eq!((again.status, &again.body), (StatusCode::OK, &first.body));
        let ended = api.receiver.get(&letter_path(1)).await.problem();
        assert!(ended.starts_with("409 transmission-ended") && ended.contains("取下げ"), "{ended}");
        api.receiver.get(&letter_path(2)).await;
        let late = api.sender.put(&routes::with(routes::WITHDRAWAL, id(2)), "").await.problem();
        assert!(late.starts_with("409 already-fetched") && late.contains("取得済"), "{late}");
    }

    async fn a_damaged_letter_is_never_passed_on_as_whole(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let other = bytes_literal(&api.world.database, &vec![0; letter_of(&id(1)).len()]);
        execute(&api.world.database, format!("update letter set sealed = {other}")).await;
        assert_eq!(api.receiver.get(&letter_path(1)).await.status, StatusCode::INTERNAL_SERVER_ERROR);
        // Of a large one the beginning is under way when its end is read.
        let letter = Bytes::from(vec![7; usize::try_from(LETTER_ROW_BYTES_MAX).unwrap() * 3]);
        api.sender.put_letter(&header(id(2), &letter), letter.clone()).await;
        let blob = BlobName::of(&api.world.held(&id(2)).await).to_string();
        std::fs::write(api.folder.path().join(blob), vec![0; letter.len()]).unwrap();
        let answer = api.receiver.ask(Request::get(letter_path(2)), Body::empty()).await;
        assert!(answer.into_body().collect().await.is_err(), "it came to its end");
    }

    async fn letters_past_their_term_are_gone_but_receipts_are_not(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.receiver.get(&letter_path(1)).await;
        api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, api.world.clock.now()).await;
        execute(&api.world.database, "update transmission set shelf = 'gone'; delete from letter".to_owned()).await;
        assert!(api.receiver.get(&letter_path(1)).await.problem().starts_with("410 letter-gone"));
        let receipts = api.sender.get(&routes::with(routes::RECEIPTS, id(1))).await;
        assert_eq!(receipts.json::<careplan_protocol::office_api::ReceiptList>().receipts.len(), 2);
    }
}
