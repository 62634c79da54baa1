//! Items of one row against each other, and days against months.

use careplan_standard::Severity;

use crate::sample::{ACTUALS, ANNEX, BASICS, FORM_1, PLAN, Sample, changed, file, findings, report, with};

/// Item numbers and their values.
type Items = &'static [(usize, &'static str)];

/// The flag of the 31st.
const DAY_31: &str = "0000000000000000000000000000001";

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        file("equipment without any code", PLAN, with(PLAN, 10, &[(16, "")]), "COND-001"),
        changed("equipment without any code in actuals", ACTUALS, &[(15, "671007")], "COND-001"),
        file("equipment without any code in form 7", ANNEX, with(ANNEX, 2, &[(10, "")]), "COND-001"),
        changed("another way of consultation that is not told", BASICS, &[(8, "03")], "COND-001"),
        changed("a stay in hospital that is not told", BASICS, &[(12, "02")], "COND-001"),
        file("another reason that is not told", FORM_1, with(FORM_1, 3, &[(25, "3")]), "COND-001"),
        changed("a discriminator without equipment", PLAN, &[(19, "1")], "COND-002"),
        file("a discount on the grand total", ANNEX, with(ANNEX, 3, &[(14, "90")]), "COND-002"),
        file("discounted units on a subtotal", ANNEX, with(ANNEX, 6, &[(15, "244")]), "COND-002"),
        changed("a start without clock time and an end with", PLAN, &[(12, "9999")], "COND-003"),
        changed("an end without clock time and a start with", ACTUALS, &[(13, "9999")], "COND-003"),
        file("units on the grand total", ANNEX, with(ANNEX, 3, &[(13, "2496")]), "COND-004"),
        changed("a service type no table knows", PLAN, &[(15, "991111")], "COND-005"),
        changed("a service outside the exchange", PLAN, &[(15, "511111")], "COND-006"),
        changed("a day of the next month", PLAN, &[(10, "20261201")], "DAY-001"),
        changed("a day of the month before in actuals", ACTUALS, &[(10, "20261031")], "DAY-001"),
        changed("31 November", PLAN, &[(11, DAY_31)], "DAY-002"),
    ]
}

#[test]
fn items_that_do_not_go_together_are_told() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn the_table_says_what_blocks() {
    let blocking = ["COND-001", "DAY-001"];
    let softened = [
        "another way of consultation that is not told",
        "a stay in hospital that is not told",
        "another reason that is not told",
    ];
    for sample in samples() {
        let found = findings(&sample);
        let worst =
            found.iter().filter(|finding| finding.code == sample.rule).map(|finding| finding.severity);
        let blocks = blocking.contains(&sample.rule) && !softened.contains(&sample.fault);
        let expected = if blocks { Severity::Block } else { Severity::Warn };
        assert_eq!(worst.max(), Some(expected), "{}", sample.fault);
    }
}

#[test]
fn what_goes_together_passes() {
    let right: [(&str, usize, Items); 9] = [
        (PLAN, 10, &[(16, ""), (17, "99999-000001")]),
        (PLAN, 10, &[(19, "1")]),
        (PLAN, 1, &[(12, "9999"), (13, "9999")]),
        (PLAN, 1, &[(11, "0000000000000000000000000000010")]),
        (PLAN, 10, &[(10, "20261130")]),
        (ANNEX, 2, &[(10, ""), (11, "99999-000001")]),
        (ANNEX, 3, &[(13, "000")]),
        (BASICS, 1, &[(8, "03"), (9, "\"x\"")]),
        (FORM_1, 3, &[(25, "3"), (26, "\"x\"")]),
    ];
    for (name, line, items) in right {
        assert_eq!(findings(&file("", name, with(name, line, items), "")), [], "{name} {items:?}");
    }
}

#[test]
fn the_31st_is_a_day_of_october_and_the_29th_one_of_a_leap_february() {
    for (month, flags, found) in [
        ("202610", DAY_31, 0),
        ("202802", "0000000000000000000000000000100", 0),
        ("202702", "0000000000000000000000000000100", 1),
    ] {
        let bytes = with(PLAN, 1, &[(5, month), (10, &format!("{month}01")), (11, flags)]);
        let sample = file("", PLAN, bytes, "");
        let days = findings(&sample).iter().filter(|finding| finding.code == "DAY-002").count();
        assert_eq!(days, found, "{month}");
    }
}

#[test]
fn a_day_that_is_none_and_a_month_that_is_none_are_told_with_their_items_only() {
    for items in [&[(10, "20261131")][..], &[(5, "20261")], &[(15, "11111")]] {
        let sample = file("", PLAN, with(PLAN, 1, items), "");
        let codes: Vec<&str> = findings(&sample).iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["FIELD-002"], "{items:?}");
    }
}
