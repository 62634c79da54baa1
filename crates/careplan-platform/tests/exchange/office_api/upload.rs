//! `/v1/transmissions/{id}/upload`: letters in parts.

use bytes::Bytes;
use careplan_domain::TransmissionId;
use careplan_domain::limits::SEALED_BYTES_MAX;
use careplan_domain::transmission::Header;
use careplan_platform::office_api::{PART_BYTES_MAX, UPLOADS_OPEN_MAX};
use careplan_platform::store::letters::LETTER_ROW_BYTES_MAX;
use careplan_protocol::{headers, routes};
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use http::{Method, StatusCode};

use super::{Answer, Api, Client};
use crate::world::{execute, header, id};

const PART: &[(&str, &str)] = &[("content-type", headers::PARTIAL_UPLOAD)];

async fn add(client: &Client, id: TransmissionId, offset: u64, part: Bytes) -> Answer {
    let offset = offset.to_string();
    let fields = [PART[0], (headers::UPLOAD_OFFSET, offset.as_str())];
    client.request(Method::PATCH, &routes::with(routes::UPLOAD, id), &fields, part).await
}

async fn held(client: &Client, id: TransmissionId) -> Answer {
    client.request(Method::HEAD, &routes::with(routes::UPLOAD, id), &[], Bytes::new()).await
}

async fn complete(client: &Client, header: &Header) -> Answer {
    let mut request = Client::letter_request(header)
        .header(headers::UPLOAD_COMPLETE, "?1")
        .header(headers::SEALED_BYTES, header.sealed_bytes);
    request.headers_mut().unwrap().insert("content-length", 0.into());
    Answer::of(client.ask(request, axum::body::Body::empty()).await).await
}

on_both_databases! {
    async fn a_letter_in_parts_is_the_same_letter(database: TestDatabase) {
        let api = Api::new(database).await;
        let row = LETTER_ROW_BYTES_MAX;
        for (number, size) in [(1, 5000), (2, 3_000_000), (3, row), (4, row + 1)] {
            let id = id(number);
            let letter = Bytes::from((0..size).map(|place| (place % 249) as u8).collect::<Vec<_>>());
            let header = header(id, &letter);
            assert!(held(&api.sender, id).await.status == StatusCode::NOT_FOUND);
            let mut offset = 0;
            for part in letter.chunks(1_000_000.min(size as usize / 3)) {
                let answer = add(&api.sender, id, offset, Bytes::copy_from_slice(part)).await;
                offset += part.len() as u64;
                assert_eq!((answer.status, answer.header(headers::UPLOAD_OFFSET)), (StatusCode::NO_CONTENT, offset.to_string().as_str()));
            }
            assert_eq!(held(&api.sender, id).await.header(headers::UPLOAD_OFFSET), size.to_string());
            let first = complete(&api.sender, &header).await;
            assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
            // The answer was lost: the parts are gone, the receipt is not.
            let again = complete(&api.sender, &header).await;
            assert_eq!((again.status, again.body), (StatusCode::OK, first.body));
            assert_eq!(api.receiver.get(&routes::with(routes::LETTER, id)).await.body, letter);
        }
        assert_eq!(api.world.count("upload").await + api.world.count("upload_part").await, 0);
        assert_eq!(api.world.count("letter").await, 2, "the larger ones lie on the shelf");
    }

    async fn a_wrong_offset_is_answered_with_the_right_one(database: TestDatabase) {
        let api = Api::new(database).await;
        let unknown = add(&api.sender, id(1), 5, Bytes::from_static(b"later")).await;
        assert!(unknown.problem().starts_with("404 upload-unknown"));
        add(&api.sender, id(1), 0, Bytes::from_static(b"first")).await;
        for offset in [0, 4, 6] {
            let answer = add(&api.sender, id(1), offset, Bytes::from_static(b"later")).await;
            assert!(answer.problem().starts_with("409 upload-offset"));
            assert_eq!(answer.header(headers::UPLOAD_OFFSET), "5");
        }
        // Another office's upload by the same id is another upload.
        assert_eq!(held(&api.stranger, id(1)).await.status, StatusCode::NOT_FOUND);
        api.sender.request(Method::DELETE, &routes::with(routes::UPLOAD, id(1)), &[], Bytes::new()).await;
        assert_eq!(held(&api.sender, id(1)).await.status, StatusCode::NOT_FOUND);
    }

    async fn parts_that_are_not_the_letter_are_refused(database: TestDatabase) {
        let api = Api::new(database).await;
        let letter = Bytes::from_static(b"the whole letter");
        let header = header(id(1), &letter);
        assert!(complete(&api.sender, &header).await.problem().starts_with("404 upload-unknown"));
        add(&api.sender, id(1), 0, letter.slice(..5)).await;
        assert!(complete(&api.sender, &header).await.problem().starts_with("400 length-mismatch"));
        add(&api.sender, id(1), 5, Bytes::from_static(b"other bytes")).await;
        assert!(complete(&api.sender, &header).await.problem().starts_with("400 digest-mismatch"));
        assert_eq!(api.world.count("transmission").await, 0);
    }
}

#[tokio::test]
async fn parts_uploads_and_totals_have_limits() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    let part = Bytes::from(vec![1; usize::try_from(PART_BYTES_MAX).unwrap()]);
    assert_eq!(add(&api.sender, id(1), 0, part.clone()).await.status, StatusCode::NO_CONTENT);
    let longer = Bytes::from(vec![1; part.len() + 1]);
    assert!(add(&api.sender, id(1), PART_BYTES_MAX, longer).await.problem().starts_with("413 too-large"));
    assert!(
        add(&api.sender, id(1), PART_BYTES_MAX, Bytes::new()).await.problem().starts_with("413 too-large")
    );

    let almost = SEALED_BYTES_MAX - 10;
    execute(&api.world.database, format!("update upload set bytes = {almost}")).await;
    assert!(add(&api.sender, id(1), almost, part.slice(..11)).await.problem().starts_with("413 too-large"));
    assert_eq!(add(&api.sender, id(1), almost, part.slice(..10)).await.status, StatusCode::NO_CONTENT);

    for number in 2..=u64::try_from(UPLOADS_OPEN_MAX).unwrap() {
        assert_eq!(add(&api.sender, id(number), 0, part.slice(..1)).await.status, StatusCode::NO_CONTENT);
    }
    let many = add(&api.sender, id(99), 0, part.slice(..1)).await.problem();
    assert!(many.starts_with("429 too-many-requests") && many.contains("32 件まで"), "{many}");
    assert_eq!(add(&api.receiver, id(99), 0, part.slice(..1)).await.status, StatusCode::NO_CONTENT);
}
