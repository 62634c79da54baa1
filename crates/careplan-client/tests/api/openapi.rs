//! `docs/local-api.json` is what the code says.

use std::collections::BTreeSet;

use careplan_client::local_api::{
    APPLICATIONS_MAX, CONTENT_BYTES_MAX, EVENTS_KEPT, FILES_MAX, Route, SENDS_KEPT, WAIT_SECONDS_MAX,
    WAITING_MAX, document, routes,
};
use careplan_domain::limits::{MIB, PAGE_ENTRIES_MAX, TRANSMISSION_BYTES_MAX, TRANSMISSION_FILES_MAX};

use crate::software::Client;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/local-api.json");

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
        "docs/local-api.json differs from the code. If the change is meant, write it anew: \
         cargo test -p careplan-client --test api -- --ignored write_the_description"
    );
}

#[test]
#[ignore = "writes docs/local-api.json"]
fn write_the_description() {
    std::fs::write(FILE, written()).unwrap();
}

#[test]
fn every_operation_has_a_name_of_its_own_and_asks_for_a_token() {
    let described = serde_json::to_value(document()).unwrap();
    let paths = described["paths"].as_object().unwrap();
    let operations: Vec<_> = paths.values().flat_map(|path| path.as_object().unwrap().values()).collect();
    let names: BTreeSet<_> = operations.iter().map(|it| it["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len(), "{names:?}");
    assert_eq!(described["security"], serde_json::json!([{ "token": [] }]));
    assert_eq!(described["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    for operation in operations {
        assert!(
            operation["responses"]["default"]["content"]["application/problem+json"].is_object(),
            "{operation}"
        );
    }
}

#[test]
fn the_page_for_makers_of_care_software_names_every_route_and_every_limit() {
    let page = include_str!("../../../../docs/vendors.md");
    for Route { method, path } in routes() {
        assert!(page.contains(&format!("| `{method} {path}` |")), "{method} {path}");
    }
    for said in [
        format!("{},000 files, {} MiB of content", FILES_MAX / 1_000, CONTENT_BYTES_MAX / MIB),
        format!("One transmission: {TRANSMISSION_FILES_MAX} files, {} MiB", TRANSMISSION_BYTES_MAX / MIB),
        format!("A page: {PAGE_ENTRIES_MAX} entries"),
        format!("A wait: {WAIT_SECONDS_MAX} seconds, {WAITING_MAX} at a\ntime"),
        format!("{APPLICATIONS_MAX} applications"),
        format!("remembered for {} days", SENDS_KEPT.as_hours() / 24),
        format!("The newest {},000 are remembered", EVENTS_KEPT / 1_000),
    ] {
        assert!(page.contains(&said), "{said}");
    }
}

#[tokio::test]
async fn the_client_shows_its_description() {
    let (_world, client) = Client::alone().await;
    let shown = client.software("a").await.get("/api/v1/openapi.json").await.good();
    assert_eq!(shown["openapi"], "3.1.0");
    assert_eq!(shown, serde_json::to_value(document()).unwrap());
}
