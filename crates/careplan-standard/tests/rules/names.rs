//! Names: what cannot be read, and what can be read and is wrong.

use careplan_standard::{FileName, NameFault};

use crate::sample::{ACTUALS, BASICS, PLAN, PLAN_DELETION, Sample, example, file, ms932, report};

pub(crate) fn samples() -> Vec<Sample> {
    let renamed = |fault, name: &str, rule| file(fault, name, ms932(&example(PLAN)), rule);
    vec![
        renamed("a name somebody made up", "11月の予定.CSV", "NAME-001"),
        renamed(
            "a prefix outside the standard",
            "UPKHON_9970000018_43_9970000026_11_20261025101500.CSV",
            "NAME-001",
        ),
        renamed(
            "a name of edition 3 without service types",
            "UPPLAN_202611_9970000018_9970000026_20261025101500.CSV",
            "NAME-001",
        ),
        renamed(
            "an office number of 9 digits",
            "UPPLAN_202611_997000001_43_9970000026_11_20261025101500.CSV",
            "NAME-010",
        ),
        renamed(
            "a serial of 15 digits",
            "UPPLAN_202611_9970000018_43_9970000026_11_202610251015000.CSV",
            "NAME-010",
        ),
        renamed(
            "a serial on 31 November",
            "UPPLAN_202611_9970000018_43_9970000026_11_20261131101500.CSV",
            "NAME-001",
        ),
        renamed("a month 13", "UPPLAN_202613_9970000018_43_9970000026_11_20261025101500.CSV", "NAME-001"),
        renamed("a plan without month", "UPPLAN_9970000018_43_9970000026_11_20261025101500.CSV", "NAME-001"),
        renamed(
            "a month where none belongs",
            "DLT1KYO_202611_9970000018_43_9970000026_11_20261025101500.CSV",
            "NAME-001",
        ),
        renamed(
            "a service type of three characters",
            "UPPLAN_202611_9970000018_430_9970000026_11_20261025101500.CSV",
            "NAME-001",
        ),
        renamed(
            "a copy's number in brackets",
            "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500(1).CSV",
            "NAME-001",
        ),
        renamed("a name in small letters", &PLAN.to_lowercase(), "NAME-002"),
        file(
            "zeros in the name of basic information",
            &BASICS.replace("UPKIHON_", "UPKIHON_000000_"),
            ms932(&example(BASICS)),
            "NAME-003",
        ),
        renamed("a service type that does not exist", &PLAN.replace("_11_", "_99_"), "NAME-004"),
        renamed("a support centre's service type", &PLAN.replace("_43_", "_46_"), "NAME-005"),
        renamed("a plan sent by a service office", &PLAN.replace("_43_", "_15_"), "NAME-006"),
        file(
            "actuals sent from service office to service office",
            &ACTUALS.replace("_43_", "_13_"),
            ms932(&example(ACTUALS)),
            "NAME-006",
        ),
        file(
            "actuals with swapped service types, as in the ministry's example",
            "UPJSK_202611_9970000026_43_9970000018_11_20261202164500.CSV",
            ms932(&example(ACTUALS)),
            "NAME-007",
        ),
        file(
            "actuals collected by another planner",
            "UPJSK_202611_9970000042_43_9970000018_46_20261202164500.CSV",
            ms932(&example(ACTUALS)),
            "NAME-011",
        ),
        file(
            "a sender who is the receiver",
            "DLTPLAN_202611_9970000018_43_9970000018_43_20261026120000.CSV",
            ms932(&example(PLAN_DELETION)),
            "NAME-008",
        ),
        file(
            "an office number with a letter",
            &PLAN_DELETION.replace("9970000026", "99A0000026"),
            ms932(&example(PLAN_DELETION)),
            "NAME-009",
        ),
    ]
}

#[test]
fn a_name_that_is_wrong_is_told_by_its_part() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn only_the_lengths_of_the_ministrys_listing_are_told_as_such() {
    let names = [
        ("9970000018", "997000001", NameFault::OfficeNumberOfNine),
        ("9970000018", "99700000", NameFault::OfficeNumber),
        ("9970000018", "99A000001", NameFault::OfficeNumber),
        ("20261025101500", "202610251015000", NameFault::SerialOfFifteen),
        ("20261025101500", "2026102510150000", NameFault::Serial),
    ];
    for (from, to, fault) in names {
        assert_eq!(FileName::parse(&PLAN.replace(from, to)), Err(fault), "{to}");
    }
}

#[test]
fn a_serial_is_a_point_in_time() {
    let read = |serial: &str| {
        FileName::parse(&PLAN.replace("20261025101500", serial)).map(|name| name.serial().to_owned())
    };
    for serial in ["20261025235959", "20240229000000"] {
        assert_eq!(read(serial).as_deref(), Ok(serial));
    }
    for serial in ["20261025235960", "20261025240000", "20261025236000", "20260229000000", "2026102510150"] {
        assert_eq!(read(serial), Err(NameFault::Serial), "{serial}");
    }
}
