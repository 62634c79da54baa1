//! `GET /api/v1/transmissions`: everything by pages, filters and search.

use careplan_client::local_api::TEXT_CHARS_MAX;
use serde_json::Value;

use crate::software::{Software, Two, example};
use crate::world::SENDER;

async fn list(software: &Software, query: &str) -> Value {
    software.get(&format!("/api/v1/transmissions{query}")).await.good()
}

fn units(page: &Value) -> Vec<(&str, &str)> {
    let all = page["transmissions"].as_array().unwrap().iter();
    all.map(|it| (it["direction"].as_str().unwrap(), it["unit"].as_str().unwrap())).collect()
}

/// Two units that went and arrived.
async fn two() -> Two {
    let two = Two::new().await;
    two.here.put("/api/v1/sends/k", &example(&["01_K1_care_plan", "02_K2_use_slip"])).await.good();
    two.work().await;
    two
}

#[tokio::test]
async fn pages_go_by_key_and_show_everything_once() {
    let two = two().await;
    let whole = list(&two.here, "").await;
    assert_eq!((units(&whole).len(), &whole["next"]), (2, &Value::Null));
    let first = list(&two.here, "?limit=1").await;
    let next = first["next"].as_str().unwrap();
    let second = list(&two.here, &format!("?limit=1&after={next}")).await;
    assert_eq!(second["next"], Value::Null);
    let both = [&first["transmissions"][0], &second["transmissions"][0]];
    assert_eq!(both, [&whole["transmissions"][0], &whole["transmissions"][1]]);
    two.here.get("/api/v1/transmissions?after=x").await.is(400, "request-invalid");
}

#[tokio::test]
async fn every_filter_holds_and_a_wrong_one_is_named() {
    let two = two().await;
    let month = list(&two.there, "?unit=K2").await["transmissions"][0]["month"].as_str().unwrap().to_owned();
    for (query, found) in [
        ("direction=received".to_owned(), 2),
        ("direction=sent".to_owned(), 0),
        (format!("partner={SENDER}"), 2),
        (format!("partner={SENDER}-43"), 2),
        (format!("partner={SENDER}-11"), 0),
        ("unit=K1".to_owned(), 1),
        (format!("month={month}&unit=K2"), 1),
        ("month=200005".to_owned(), 0),
        ("state=acknowledged".to_owned(), 2),
        ("state=imported".to_owned(), 0),
        ("unread=true".to_owned(), 2),
        ("limit=500".to_owned(), 2),
        (format!("text={}", "x".repeat(TEXT_CHARS_MAX)), 0),
    ] {
        let page = list(&two.there, &format!("?{query}")).await;
        assert_eq!(units(&page).len(), found, "{query}");
    }
    for (name, wrong) in [
        ("direction", "direction=x".to_owned()),
        ("partner", "partner=997".to_owned()),
        ("unit", "unit=K9".to_owned()),
        ("month", "month=202613".to_owned()),
        ("state", "state=x".to_owned()),
        ("unread", "unread=x".to_owned()),
        ("limit", "limit=501".to_owned()),
        ("text", format!("text={}", "x".repeat(TEXT_CHARS_MAX + 1))),
    ] {
        let problem =
            two.there.get(&format!("/api/v1/transmissions?{wrong}")).await.is(400, "request-invalid");
        assert!(problem["detail"].as_str().unwrap().contains(&format!("`{name}`")), "{problem}");
    }
}

#[tokio::test]
async fn a_user_is_found_by_name_and_number_and_stands_in_the_answer() {
    let two = two().await;
    let page = list(&two.there, "?unit=K1").await;
    let person = page["transmissions"][0]["persons"][0].clone();
    let number = person["insured_number"].as_str().unwrap();
    assert_eq!(units(&list(&two.there, &format!("?text={number}&unit=K1")).await).len(), 1);
    let name = person["name"].as_str().unwrap();
    assert!(!name.is_empty(), "{person}");
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(units(&list(&two.there, &format!("?text={encoded}&unit=K1")).await).len(), 1);
    assert_eq!(units(&list(&two.there, "?text=nobody").await).len(), 0);
}
