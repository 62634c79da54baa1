//! `PUT /v1/transmissions/{id}`.

use axum::body::Body;
use bytes::Bytes;
use careplan_domain::Digest;
use careplan_domain::limits::{SEALED_BYTES_MAX, TRANSMISSION_FILES_MAX};
use careplan_domain::transmission::Header;
use careplan_envelope::sha256;
use careplan_platform::jobs::{drop_bytes, expire, run_outbox};
use careplan_platform::store::letters::LETTER_ROW_BYTES_MAX;
use careplan_protocol::office_api::TransmissionView;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{headers, routes};
use careplan_testkit::database::TestDatabase;
use careplan_testkit::on_both_databases;
use http::{StatusCode, header as field};
use insta::assert_snapshot;

use super::{Answer, Api, Client};
use crate::world::{execute, header, id, letter_of};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

fn large(bytes: u64) -> Bytes {
    let length = usize::try_from(bytes).unwrap();
    Bytes::from((0..length).map(|place| (place % 251) as u8).collect::<Vec<_>>())
}

on_both_databases! {
    async fn a_letter_is_accepted_once_and_its_repetition_gets_the_same_receipt(database: TestDatabase) {
        let api = Api::new(database).await;
        let letter = letter_of(&id(1));
        let first = api.sender.put_letter(&header(id(1), &letter), letter.clone()).await;
        assert_eq!((first.status, first.header(headers::STATE)), (StatusCode::CREATED, "accepted"));
        assert_eq!(first.header("content-type"), headers::APPLICATION_CMS);
        api.world.hand.advance(std::time::Duration::from_secs(60));
        let second = api.sender.put_letter(&header(id(1), &letter), letter).await;
        assert_eq!(second.status, StatusCode::OK);
        assert_eq!(second.body, first.body);
        let view: TransmissionView = api.receiver.get(&routes::with(routes::TRANSMISSION, id(1))).await.json();
        assert_eq!(view.transmission.seq, 1);
        assert_eq!(view.events.len(), 1);
    }

    async fn a_repeated_send_gets_the_first_receipt_whatever_became_of_the_letter(database: TestDatabase) {
        let api = Api::new(database).await;
        let now = || api.world.clock.now();
        let letters = [
            letter_of(&id(1)),
            letter_of(&id(2)),
            letter_of(&id(3)),
            letter_of(&id(4)),
            large(LETTER_ROW_BYTES_MAX + 1),
        ];
        let letters: Vec<_> = (1..).zip(letters).map(|(number, letter)| (header(id(number), &letter), letter)).collect();
        let mut receipts = Vec::new();
        for (header, letter) in &letters {
            let first = api.sender.put_letter(header, letter.clone()).await;
            assert_eq!(first.status, StatusCode::CREATED, "{:?}", first.body);
            receipts.push(first.body);
        }
        let repeat = async |states: [&str; 5]| {
            api.world.hand.advance(std::time::Duration::from_secs(60));
            for (((header, letter), receipt), state) in letters.iter().zip(&receipts).zip(states) {
                let again = api.sender.put_letter(header, letter.clone()).await;
                assert_eq!((again.status, again.header(headers::STATE)), (StatusCode::OK, state), "{:?}", again.body);
                assert_eq!(&again.body, receipt, "{state}: another receipt");
            }
        };
        let withdrawn = api.sender.put(&routes::with(routes::WITHDRAWAL, id(1)), "").await;
        assert!(withdrawn.status.is_success(), "{:?}", withdrawn.body);
        for number in [2, 3] {
            api.receiver.get(&routes::with(routes::LETTER, id(number))).await;
        }
        for (number, kind) in [(2, ReceiptKind::Refused), (3, ReceiptKind::Acknowledged)] {
            let taken = api.receiver.hand_in(id(number), kind, now()).await;
            assert!(taken.status.is_success(), "{:?}", taken.body);
        }
        repeat(["withdrawn", "refused", "acknowledged", "accepted", "accepted"]).await;

        api.world.hand.advance(400 * DAY);
        assert_eq!(expire(&api.platform, now()).await.unwrap(), 2);
        repeat(["withdrawn", "refused", "acknowledged", "expired", "expired"]).await;

        api.world.hand.advance(90 * DAY);
        assert_eq!(drop_bytes(&api.platform, now()).await.unwrap(), 5);
        assert_eq!(run_outbox(&api.platform, now()).await.unwrap(), 1);
        // The licences of 2026 ended meanwhile.
        let new = api.sender.put_letter(&header(id(6), &letter_of(&id(6))), letter_of(&id(6))).await;
        assert!(new.problem().starts_with("403 sender-unlicensed"), "{}", new.problem());
        repeat(["withdrawn", "refused", "acknowledged", "expired", "expired"]).await;
        let path = routes::with(routes::LETTER, id(5));
        assert!(api.sender.get(&path).await.problem().starts_with("410 letter-gone"));
        assert_eq!(api.world.count("letter").await, 0);
        assert_eq!(api.world.count("transmission").await, 5);
    }

    async fn large_letters_go_to_the_shelf_and_come_back_whole(database: TestDatabase) {
        let api = Api::new(database).await;
        for (number, size) in [(1, LETTER_ROW_BYTES_MAX), (2, LETTER_ROW_BYTES_MAX + 1), (3, SEALED_BYTES_MAX)] {
            let letter = large(size);
            let header = header(id(number), &letter);
            let pieces: Vec<Result<Bytes, std::io::Error>> =
                letter.chunks(100_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let body = Body::from_stream(futures_util::stream::iter(pieces));
            let sent = api.sender.put_letter(&header, body).await;
            assert_eq!(sent.status, StatusCode::CREATED, "{:?}", sent.body);
            let again = api.sender.put_letter(&header, letter.clone()).await;
            assert_eq!((again.status, again.body), (StatusCode::OK, sent.body));
            let fetched = api.receiver.get(&routes::with(routes::LETTER, id(number))).await;
            assert_eq!(fetched.status, StatusCode::OK);
            assert_eq!(fetched.body, letter);
        }
        assert_eq!(api.world.count("letter").await, 1);
    }

    async fn every_refusal_says_what_where_and_what_next(database: TestDatabase) {
        let api = Api::new(database).await;
        let letter = letter_of(&id(1));
        let good = header(id(1), &letter);
        let to = |address: &str| Header { to: address.parse().unwrap(), ..good.clone() };
        let from = |address: &str| Header { from: address.parse().unwrap(), ..good.clone() };
        let mut answers = Vec::new();
        for header in [
            from("9970000026-11"),
            from("9970000018-11"),
            to("9970000042-11"),
            to("9970000026-43"),
            to("9970000018-43"),
            Header { files: 0, ..good.clone() },
            Header { files: TRANSMISSION_FILES_MAX + 1, ..good.clone() },
            Header { sealed_digest: Digest([0; 32]), ..good.clone() },
        ] {
            answers.push(api.sender.put_letter(&header, letter.clone()).await.problem());
        }
        execute(&api.world.database, "update office set status = 'suspended' where number = '9970000026'".to_owned()).await;
        answers.push(api.sender.put_letter(&good, letter.clone()).await.problem());
        execute(&api.world.database, "update office set status = 'active'; \
            update licence_term set ends_at = 1767193200001 where office = '9970000026'".to_owned()).await;
        answers.push(api.sender.put_letter(&good, letter.clone()).await.problem());
        execute(&api.world.database, "delete from licence_term where office = '9970000018'".to_owned()).await;
        answers.push(api.sender.put_letter(&good, letter.clone()).await.problem());
        assert_eq!(api.world.count("transmission").await, 0);
        assert_snapshot!(answers.join("\n"));
    }

    async fn the_same_id_with_other_content_is_refused_also_to_a_stranger(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let other = letter_of(&id(2));
        let answer = api.sender.put_letter(&header(id(1), &other), other.clone()).await;
        assert_snapshot!(answer.problem(), @"409 id-conflict 同じ番号で別の内容がすでに受け付けられています。送信の番号は `01920000-0000-7000-8000-000000000001` です。新しい送信として送り直してください。");
        let strangers = Header { from: "9970000034-43".parse().unwrap(), ..header(id(1), &other) };
        assert_eq!(api.stranger.put_letter(&strangers, other).await.status, StatusCode::CONFLICT);
        // The same for a large one, which is asked about before its bytes are taken.
        let large = large(LETTER_ROW_BYTES_MAX + 1);
        assert_eq!(api.sender.put_letter(&header(id(1), &large), large).await.status, StatusCode::CONFLICT);
    }

    async fn a_body_of_another_length_is_refused(database: TestDatabase) {
        let api = Api::new(database).await;
        let letter = letter_of(&id(1));
        for (declared, large) in [(letter.len() as u64 + 1, false), (letter.len() as u64 - 1, false), (LETTER_ROW_BYTES_MAX + 1, true)] {
            let header = Header { sealed_bytes: declared, ..header(id(1), &letter) };
            let answer = api.sender.put_letter(&header, letter.clone()).await;
            let problem = answer.problem();
            assert!(problem.starts_with("400 length-mismatch"), "{problem} {large}");
        }
        let answer = Client::letter_request(&header(id(1), &letter)).header(headers::SEALED_BYTES, 7);
        let answer = Answer::of(api.sender.ask(answer, letter.clone().into()).await).await;
        assert_snapshot!(answer.problem(), @"400 length-mismatch 受け取ったデータの長さが、届け出た長さと違います。届け出は 7 バイト、本文は 54 バイトです。通信が途中で切れた可能性があります。もう一度送ってください。");
        assert_eq!(api.world.count("transmission").await, 0);
    }

    async fn a_damaged_large_letter_leaves_nothing(database: TestDatabase) {
        let api = Api::new(database).await;
        let letter = large(LETTER_ROW_BYTES_MAX + 1);
        let header = Header { sealed_digest: Digest(sha256(b"other")), ..header(id(1), &letter) };
        let answer = api.sender.put_letter(&header, letter).await;
        assert!(answer.problem().starts_with("400 digest-mismatch"));
        assert_eq!(api.world.count("transmission").await, 0);
        assert_eq!(std::fs::read_dir(api.folder.path().join("incoming")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn one_byte_past_the_limit_is_refused_before_the_body_is_read() {
    let api = Api::new(TestDatabase::fresh(careplan_testkit::database::Engine::Sqlite).await).await;
    let header = Header { sealed_bytes: SEALED_BYTES_MAX + 1, ..header(id(1), &letter_of(&id(1))) };
    let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    let answer = api.sender.put_letter(&header, body).await;
    assert_snapshot!(answer.problem(), @"413 too-large 1回に送れる大きさ（20 MiB）を超えています。封書の大きさは 21233665 バイト、上限は 21233664 バイトです。添付を減らすか、送信を分けてください。");
}

#[tokio::test]
async fn a_replica_that_is_stopping_says_that_it_comes_back() {
    let api = Api::new(TestDatabase::fresh(careplan_testkit::database::Engine::Sqlite).await).await;
    api.world.writer.drain().await;
    let letter = letter_of(&id(1));
    let answer = api.sender.put_letter(&header(id(1), &letter), letter).await;
    assert_snapshot!(answer.problem(), @"503 shutting-down 連携基盤は再起動中です。まもなく再開します。クライアントが自動でやり直します。");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(api.world.count("transmission").await, 0);
}

#[tokio::test]
async fn wrong_header_fields_are_named() {
    let api = Api::new(TestDatabase::fresh(careplan_testkit::database::Engine::Sqlite).await).await;
    let letter = letter_of(&id(1));
    let mut problems = Vec::new();
    for (name, value) in [
        (headers::FROM, "99700000-43"),
        (headers::TO, "9970000026"),
        (headers::UNIT, "K9"),
        (headers::MONTH, "202613"),
        (headers::FILES, "-1"),
        (headers::REPLACES, "no-id"),
        (headers::CONTENT_DIGEST, "md5=:AAAA:"),
        (headers::UPLOAD_COMPLETE, "yes"),
        ("content-length", "many"),
    ] {
        let mut request = Client::letter_request(&header(id(1), &letter));
        request.headers_mut().unwrap().insert(name, value.parse().unwrap());
        problems.push(Answer::of(api.sender.ask(request, letter.clone().into()).await).await.problem());
        request = Client::letter_request(&header(id(1), &letter));
        if request.headers_mut().unwrap().remove(name).is_some() && name != headers::MONTH {
            problems.push(Answer::of(api.sender.ask(request, letter.clone().into()).await).await.problem());
        }
    }
    assert_snapshot!(problems.join("\n"));
}

#[tokio::test]
async fn a_name_that_is_no_id_cannot_be_sent() {
    let api = Api::new(TestDatabase::fresh(careplan_testkit::database::Engine::Sqlite).await).await;
    let letter = letter_of(&id(1));
    let mut request = Client::letter_request(&header(id(1), &letter));
    request = request.uri(routes::with(routes::TRANSMISSION, "01920000-0000-4000-8000-000000000001"));
    let answer = Answer::of(api.sender.ask(request, letter.into()).await).await;
    assert!(answer.problem().starts_with("400 header-invalid"));
    let answer = api.sender.get(&routes::with(routes::TRANSMISSION, "nothing")).await;
    assert!(answer.problem().starts_with("404 transmission-unknown"));
    assert!(answer.header(field::CONTENT_TYPE.as_str()).contains("problem"));
}
