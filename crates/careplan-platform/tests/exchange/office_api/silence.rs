//! Bodies that stand still: 408 in time, nothing is left of them, and whoever begins anew gets through.

use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use careplan_platform::serve::edge::Times;
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{headers, routes};
use careplan_testkit::database::{Engine, TestDatabase};
use http::Request;

use super::wire::Wire;
use super::{Api, Client, receipt_path};
use crate::world::{header, id};

/// Nothing else ends a body that stands still, so however short it is, it decides nothing.
const SHORT: Times = Times { request: Duration::from_secs(900), body_silence: Duration::from_millis(40) };

async fn world() -> (Api, Wire) {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    let wire = Wire::of(&api.sender, SHORT).await;
    (api, wire)
}

#[tokio::test]
async fn a_letter_that_stands_still_is_408_and_leaves_nothing() {
    let (api, wire) = world().await;
    let cases = [(5_000, 0), (5_000, 4_999), (300_000, 0), (300_000, 299_999)];
    for (number, (size, came)) in (1..).zip(cases) {
        let letter = Bytes::from((0..size).map(|place| (place % 239) as u8).collect::<Vec<_>>());
        let request = || Client::letter_request(&header(id(number), &letter));
        let still = wire.ask(request(), &letter.slice(..came)).await;
        assert!(still.problem().starts_with("408 timeout"), "{}", still.problem());
        assert!(still.problem().contains("もう一度送ってください"), "{}", still.problem());
        assert_eq!(api.world.count("transmission").await, i64::try_from(number).unwrap() - 1);
        assert_eq!(std::fs::read_dir(api.folder.path().join("incoming")).unwrap().count(), 0);
        assert_eq!(wire.ask(request(), &letter).await.status(), 201);
    }
}

#[tokio::test]
async fn every_other_body_that_stands_still_is_408_too() {
    let (api, wire) = world().await;
    api.send(id(1)).await;
    api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
    let receiver = Wire::of(&api.receiver, SHORT).await;
    let part = Request::patch(routes::with(routes::UPLOAD, id(2)))
        .header("content-type", headers::PARTIAL_UPLOAD)
        .header(headers::UPLOAD_OFFSET, 0);
    let announcement = Request::put(routes::with(routes::TERMINAL, uuid::Uuid::now_v7()));
    let receipt = Request::put(receipt_path(id(1), ReceiptKind::Acknowledged));
    let password = base64::engine::general_purpose::STANDARD.encode("KJ999970000018:himitsu");
    let enrolment = Request::post(routes::EST_SIMPLEENROLL)
        .header("content-type", "application/pkcs10")
        .header("authorization", format!("Basic {password}"));
    let renewal = Request::post(routes::EST_SIMPLEREENROLL).header("content-type", "application/pkcs10");
    let requests =
        [(&wire, part), (&wire, announcement), (&receiver, receipt), (&wire, enrolment), (&wire, renewal)];
    for (wire, request) in requests {
        let uri = request.uri_ref().unwrap().to_string();
        let request = request.header("content-length", 100);
        let still = wire.ask(request, &Bytes::from_static(b"only so much")).await;
        assert!(still.problem().starts_with("408 timeout"), "{uri}: {}", still.problem());
    }
    assert_eq!(api.world.count("upload").await + api.world.count("terminal").await, 0);
}
