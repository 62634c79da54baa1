//! `POST /api/v1/check`: what is found is told, and nothing is kept.

use axum::body::Body;
use careplan_client::local_api::BODY_BYTES_MAX;
use http::header;
use serde_json::{Value, json};

use crate::software::{Client, body, example, small};
use crate::world::{RECEIVER, SENDER, World};

#[tokio::test]
async fn good_files_are_sorted_into_units_before_the_client_was_set_up_and_nothing_is_kept() {
    let world = World::new();
    let client = Client::of(world.open(SENDER).await);
    let software = client.software("a").await;
    let checked = software.check(&example(&["01_K1_care_plan", "02_K2_use_slip"])).await.good();
    assert_eq!(checked["sendable"], true, "{checked}");
    let units = checked["units"].as_array().unwrap();
    let told: Vec<_> = units
        .iter()
        .map(|it| (it["unit"].as_str().unwrap(), it["files"].as_array().unwrap().len()))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told.iter().map(|it| it.1).sum::<usize>(), 7);
    assert_eq!(units[0]["from"], "9970000018-43");
    assert_eq!((&checked["left_over"], &checked["documents"]), (&json!([]), &json!([])));
    assert!(client.office.state().all_sent().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_blocks_is_told_with_its_place_and_what_to_do() {
    let (_world, client) = Client::alone().await;
    let software = client.software("a").await;
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    let files: [(&str, &[u8]); 3] = [
        (&name, b"202407,990001,0009900021,20261131\r\n"),
        ("memo.txt", b"x"),
        ("a.pdf", b"%PDF-1.7\n%%EOF\n"),
    ];
    let checked = software.check(&body(&files)).await.good();
    assert_eq!(checked["sendable"], false);
    let unit = &checked["units"][0];
    assert_eq!((&unit["unit"], &unit["sendable"]), (&"K3".into(), &false.into()));
    let finding = &unit["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"], &finding["line"]),
        (&"FIELD-002".into(), &"block".into(), &1.into())
    );
    assert!(finding["fix"].as_str().unwrap().ends_with('。'), "{finding}");
    assert_eq!((&checked["left_over"], &checked["documents"]), (&json!(["memo.txt"]), &json!(["a.pdf"])));
}

#[tokio::test]
async fn a_unit_whose_receiver_is_no_address_cannot_be_sent() {
    let (_world, client) = Client::alone().await;
    let name = format!("DLT1KYO_{SENDER}_43_9870000026_11_20261021110000.CSV");
    let checked = client.software("a").await;
    let checked = checked.check(&body(&[(&name, b"202407,990001,0009900021,20261015\r\n")])).await.good();
    let unit = &checked["units"][0];
    assert_eq!(
        (&unit["to"], &unit["sendable"], &checked["sendable"]),
        (&Value::Null, &false.into(), &false.into())
    );
    assert!(unit["trouble"]["message"].as_str().unwrap().contains("9870000026"), "{unit}");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_with_its_reason() {
    let (_world, client) = Client::alone().await;
    let software = client.software("a").await;
    software.ask(software.request("POST", "/api/v1/check"), "{}").await.is(415, "body-kind");
    for (wrong, status, code) in [
        (json!({}), 400, "body-invalid"),
        (json!({ "files": [{ "name": "a.csv", "content": "*" }] }), 400, "body-invalid"),
        (json!({ "files": [], "fles": [] }), 400, "body-invalid"),
        (json!({ "files": [] }), 422, "files-none"),
        (json!({ "files": [{ "name": "x/a.csv", "content": "" }] }), 422, "file-name"),
    ] {
        software.check(&wrong).await.is(status, code);
    }
    let detail = software.check(&json!({ "files": [{ "name": "../a", "content": "" }] })).await.json();
    assert!(detail["detail"].as_str().unwrap().contains("../a"), "{detail}");
}

#[tokio::test]
async fn the_longest_body_is_read_and_one_byte_more_is_not() {
    let (_world, client) = Client::alone().await;
    let software = client.software("a").await;
    let ask = async |bytes: u64| {
        let mut text = serde_json::to_vec(&small("20261021110000")).unwrap();
        text.resize(usize::try_from(bytes).unwrap(), b' ');
        let kind = (header::CONTENT_TYPE, "application/json; charset=utf-8");
        software.ask(software.request("POST", "/api/v1/check").header(kind.0, kind.1), Body::from(text)).await
    };
    ask(BODY_BYTES_MAX).await.good();
    ask(BODY_BYTES_MAX + 1).await.is(413, "body-too-large");
}
