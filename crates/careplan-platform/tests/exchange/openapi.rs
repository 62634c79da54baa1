//! `docs/openapi.json` is what the code says.

use careplan_platform::office_api::document;
use careplan_testkit::database::{Engine, TestDatabase};

use crate::office_api::Api;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

fn written() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_committed_description_is_the_one_of_the_code() {
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        committed == written(),
        "docs/openapi.json differs from the code. If the change is meant, write it anew: \
         cargo test -p careplan-platform --test exchange -- --ignored write_the_description"
    );
}

#[test]
#[ignore = "writes docs/openapi.json"]
fn write_the_description() {
    std::fs::write(FILE, written()).unwrap();
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let described = serde_json::to_value(document()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|path| path.as_object().unwrap().values());
    let names: Vec<_> = operations.map(|it| it["operationId"].as_str().unwrap().to_owned()).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[tokio::test]
async fn the_platform_shows_its_description() {
    let api = Api::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    let shown: serde_json::Value = api.stranger.get("/v1/openapi.json").await.json();
    assert_eq!(shown["openapi"], "3.1.0");
    assert_eq!(shown, serde_json::to_value(document()).unwrap());
}
