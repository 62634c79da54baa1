//! The authorisation matrix: every route of the Office API asked by every kind of caller.
//!
//! The rows are checked against the OpenAPI document, which is made from the router: a route that
//! is added without a row here fails the test. Asked is a real platform over real TLS.

#![expect(clippy::unwrap_used, reason = "tests")]

mod ask;
mod callers;
mod rows;

use std::collections::BTreeSet;

use careplan_testkit::on_both_databases;

use callers::{Caller, World};
use rows::rows;

#[test]
fn every_route_of_the_office_api_has_a_row() {
    let document = serde_json::to_value(careplan_platform::office_api::document()).unwrap();
    let mut expected = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            expected.insert((method.to_uppercase(), path.clone()));
        }
    }
    let covered: BTreeSet<_> =
        rows().iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect();
    assert_eq!(covered, expected);
}

#[test]
fn every_path_that_client_and_platform_share_has_a_row() {
    let source = include_str!("../../../careplan-protocol/src/routes.rs");
    let paths = source.lines().filter(|line| line.starts_with("pub const "));
    let paths: BTreeSet<&str> = paths.filter_map(|line| line.split('"').nth(1)).collect();
    assert_eq!(paths, rows().iter().map(|row| row.path).collect());
}

on_both_databases! {
    async fn every_caller_gets_what_is_his_and_no_more(database: TestDatabase) {
        let world = World::begin(&database).await;
        let mut wrong = Vec::new();
        for row in rows() {
            for caller in Caller::ALL {
                let expected = ask::expected_name(&row, *caller);
                let answer = world.ask(&row, *caller).await;
                if answer != expected {
                    wrong.push(format!("{} {} by {caller:?}: {answer}, not {expected}", row.method, row.path));
                }
            }
        }
        world.exchange.verify_audit().await.unwrap();
        assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
