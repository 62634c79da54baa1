//! Names: the edges of what can be read.

use careplan_standard::{FileName, NameFault};

use crate::sample::PLAN;

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
fn a_second_ending_is_told_as_such() {
    for ending in [".CSV.csv", ".csv.txt", ".CSV."] {
        assert_eq!(
            FileName::parse(&PLAN.replace(".CSV", ending)),
            Err(NameFault::DoubleExtension),
            "{ending}"
        );
    }
    for ending in [".txt", ""] {
        assert_eq!(FileName::parse(&PLAN.replace(".CSV", ending)), Err(NameFault::Extension), "{ending}");
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
