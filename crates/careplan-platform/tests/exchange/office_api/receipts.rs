//! `/v1/transmissions/{id}/receipts`.

use careplan_domain::limits::REFUSAL_REASON_CHARS_MAX;
use careplan_domain::{Digest, Timestamp};
use careplan_platform::mailbox::RECEIPT_BYTES_MAX;
use careplan_protocol::office_api::ReceiptList;
use careplan_protocol::receipt::{Receipt, ReceiptKind};
use careplan_protocol::routes;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use http::StatusCode;
use insta::assert_snapshot;

use super::{Api, receipt, receipt_path};
use crate::world::{bytes_literal, execute, id};

on_both_databases! {
    async fn the_first_receipt_of_a_kind_is_kept(database: TestDatabase) {
        let api = Api::new(database).await;
        let accepted = api.send(id(1)).await;
        let now = api.world.clock.now();
        let early = api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, now).await;
        assert!(early.problem().starts_with("409 not-fetched"));
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        let early = api.receiver.hand_in(id(1), ReceiptKind::Imported, now).await;
        assert!(early.problem().starts_with("409 not-acknowledged"));

        let first = api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, now).await;
        assert_eq!(first.status, StatusCode::CREATED);
        let later = now.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap();
        let second = api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, later).await;
        assert_eq!((second.status, &second.body), (StatusCode::OK, &first.body));
        let refused = api.receiver.hand_in(id(1), ReceiptKind::Refused, now).await;
        assert!(refused.status == StatusCode::CONFLICT);
        assert_eq!(api.receiver.hand_in(id(1), ReceiptKind::Imported, now).await.status, StatusCode::CREATED);

        let list: ReceiptList = api.sender.get(&routes::with(routes::RECEIPTS, id(1))).await.json();
        let kinds: Vec<_> = list.receipts.iter().map(|receipt| receipt.kind).collect();
        assert_eq!(kinds, [ReceiptKind::Accepted, ReceiptKind::Acknowledged, ReceiptKind::Imported]);
        assert_eq!(list.receipts[0].signed.0, accepted);
        let one = api.sender.get(&receipt_path(id(1), ReceiptKind::Acknowledged)).await;
        assert_eq!(one.body, first.body);
        let none = api.sender.get(&receipt_path(id(1), ReceiptKind::Expired)).await;
        assert!(none.problem().starts_with("404 receipt-unknown"));
    }

    async fn only_the_receiver_hands_in_receipts(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        let now = api.world.clock.now();
        let by_sender = api.sender.hand_in(id(1), ReceiptKind::Acknowledged, now).await;
        assert!(by_sender.problem().starts_with("403 not-receiver"));
        let by_stranger = api.stranger.hand_in(id(1), ReceiptKind::Acknowledged, now).await;
        assert!(by_stranger.problem().starts_with("404 transmission-unknown"));
        assert!(api.stranger.get(&routes::with(routes::RECEIPTS, id(1))).await.problem().starts_with("404"));
        let platforms = api.receiver.hand_in(id(1), ReceiptKind::Expired, now).await;
        assert!(platforms.problem().starts_with("405 method-not-allowed"));
    }

    async fn a_refusal_ends_the_transmission_with_its_reason(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        let refused = api.receiver.hand_in(id(1), ReceiptKind::Refused, api.world.clock.now()).await;
        assert_eq!(refused.status, StatusCode::CREATED);
        let ended = api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        assert!(ended.problem().starts_with("409 transmission-ended"));
    }
}

#[tokio::test]
async fn a_receipt_must_be_signed_by_the_receiver_and_speak_of_this_letter() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    api.send(id(1)).await;
    api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
    let now = api.world.clock.now();
    let good = receipt(id(1), ReceiptKind::Acknowledged, now);
    let minutes = |minutes| now.saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
    let bad: Vec<Receipt> = vec![
        Receipt { document: "careplan.manifest.v1".to_owned(), ..good.clone() },
        Receipt { kind: ReceiptKind::Imported, ..good.clone() },
        Receipt { transmission: id(2), ..good.clone() },
        Receipt { from: "9970000034-43".parse().unwrap(), ..good.clone() },
        Receipt { to: "9970000026-15".parse().unwrap(), ..good.clone() },
        Receipt { sealed_sha256: Digest([0; 32]), ..good.clone() },
        Receipt { at: minutes(11), ..good.clone() },
        Receipt { at: minutes(-11), ..good.clone() },
    ];
    let path = receipt_path(id(1), ReceiptKind::Acknowledged);
    let mut problems = Vec::new();
    for receipt in bad {
        let signed = api.receiver.sign(&serde_json::to_vec(&receipt).unwrap(), now);
        problems.push(api.receiver.put(&path, signed).await.problem());
    }
    let content = serde_json::to_vec(&good).unwrap();
    problems.push(api.receiver.put(&path, api.stranger.sign(&content, now)).await.problem());
    let mut broken = api.receiver.sign(&content, now);
    *broken.last_mut().unwrap() ^= 1;
    problems.push(api.receiver.put(&path, broken).await.problem());
    problems.push(api.receiver.put(&path, content.clone()).await.problem());
    problems.push(api.receiver.put(&path, vec![0; RECEIPT_BYTES_MAX + 1]).await.problem());
    assert_snapshot!(problems.join("\n"));
    // At the edge of the size it is read, and is no receipt.
    let largest = api.receiver.put(&path, vec![0; RECEIPT_BYTES_MAX]).await.problem();
    assert!(!largest.contains("バイトまでです"), "{largest}");
    // At the edge of the clock's tolerance it is taken.
    let edge = Receipt { at: minutes(10), ..good };
    let signed = api.receiver.sign(&serde_json::to_vec(&edge).unwrap(), now);
    assert_eq!(api.receiver.put(&path, signed).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_refusal_needs_a_reason_of_bounded_length() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    api.send(id(1)).await;
    api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
    let now = api.world.clock.now();
    let path = receipt_path(id(1), ReceiptKind::Refused);
    let with_reason = |chars: Option<usize>, now: Timestamp| {
        let mut receipt = receipt(id(1), ReceiptKind::Refused, now);
        receipt.reason = receipt.reason.filter(|_| chars.is_some());
        if let Some(reason) = &mut receipt.reason {
            reason.text = "あ".repeat(chars.unwrap());
        }
        api.receiver.sign(&serde_json::to_vec(&receipt).unwrap(), now)
    };
    for chars in [None, Some(0), Some(REFUSAL_REASON_CHARS_MAX + 1)] {
        let problem = api.receiver.put(&path, with_reason(chars, now)).await.problem();
        assert!(problem.contains("受領できない理由を1〜500文字で書いてください。"), "{problem}");
    }
    let answer = api.receiver.put(&path, with_reason(Some(REFUSAL_REASON_CHARS_MAX), now)).await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_revoked_certificate_signs_no_receipts() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    api.send(id(1)).await;
    api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
    let fingerprint = bytes_literal(&api.world.database, &api.receiver.certificate.fingerprint());
    execute(
        &api.world.database,
        format!("update certificate set revoked_at = 1, reason = 'test' where fingerprint = {fingerprint}"),
    )
    .await;
    let answer = api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, api.world.clock.now()).await;
    assert!(answer.problem().starts_with("403 certificate-revoked"));
}

#[tokio::test]
async fn another_certificate_of_the_receiver_signs_as_long_as_it_is_good() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    api.send(id(1)).await;
    api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
    let (terminal, now) = (api.terminal("9970000026").await, api.world.clock.now());
    let (path, kind) =
        (receipt_path(id(1), ReceiptKind::Acknowledged), receipt(id(1), ReceiptKind::Acknowledged, now));
    let signed = terminal.sign(&serde_json::to_vec(&kind).unwrap(), now);
    let fingerprint = bytes_literal(&api.world.database, &terminal.certificate.fingerprint());
    let revoke =
        |at: &str| format!("update certificate set revoked_at = {at} where fingerprint = {fingerprint}");
    execute(&api.world.database, revoke("1")).await;
    let refused = api.receiver.put(&path, signed.clone()).await.problem();
    assert!(refused.starts_with("403 certificate-revoked"), "{refused}");
    execute(&api.world.database, revoke("null")).await;
    assert_eq!(api.receiver.put(&path, signed).await.status, StatusCode::CREATED);
}
