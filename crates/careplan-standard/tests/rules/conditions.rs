//! Items of one row against each other, and days against months.

use crate::sample::{ANNEX, BASICS, FORM_1, PLAN, findings, with};

/// Item numbers and their values.
type Items = &'static [(usize, &'static str)];

/// The flag of the 31st.
const DAY_31: &str = "0000000000000000000000000000001";

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
        assert_eq!(findings(name, with(name, line, items)), [], "{name} {items:?}");
    }
}

#[test]
fn the_31st_is_a_day_of_october_and_the_29th_one_of_a_leap_february() {
    for (month, flags, expected) in [
        ("202610", DAY_31, 0),
        ("202802", "0000000000000000000000000000100", 0),
        ("202702", "0000000000000000000000000000100", 1),
    ] {
        let bytes = with(PLAN, 1, &[(5, month), (10, &format!("{month}01")), (11, flags)]);
        let found = findings(PLAN, bytes);
        let days = found.iter().filter(|finding| finding.code == "DAY-002").count();
        assert_eq!(days, expected, "{month}");
    }
}

#[test]
fn a_day_that_is_none_and_a_month_that_is_none_are_told_with_their_items_only() {
    for items in [&[(10, "20261131")][..], &[(5, "20261")], &[(15, "99111")]] {
        let found = findings(PLAN, with(PLAN, 1, items));
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["FIELD-002"], "{items:?}");
    }
}
