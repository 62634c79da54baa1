//! Items of one row against each other, and days against months.

use crate::sample::{ANNEX, BASICS, FORM_1, PLAN, edited, findings, replaced, with};

/// Item numbers and their values.
type Items = &'static [(usize, &'static str)];

/// The flag of the 31st.
const DAY_31: &str = "0000000000000000000000000000001";

#[test]
fn what_goes_together_passes() {
    let right: [(&str, usize, Items); 8] = [
        (PLAN, 10, &[(16, ""), (17, "99999-000001")]),
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

/// What is found in a plan with these rows of rented equipment in place of its one, each with some items replaced, and of another
/// person where the third item is.
fn rentals(rows: &[Items], edit: impl FnOnce(&mut Vec<String>)) -> Vec<(&'static str, Option<u64>)> {
    let bytes = edited(PLAN, |lines| {
        let rental = lines.remove(9);
        lines.extend(rows.iter().map(|items| replaced(&rental, items)));
        edit(lines);
    });
    findings(PLAN, bytes).iter().map(|finding| (finding.code, finding.record)).collect()
}

#[test]
fn rentals_of_one_code_and_price_are_told_apart_by_number_or_day_or_office() {
    let right: [&[Items]; 6] = [
        &[&[(19, "1")], &[(16, "99999-000002"), (19, "2")]],
        &[&[(19, "")], &[(16, "99999-000002"), (19, "1")]],
        &[&[], &[(16, "99999-000002"), (10, "20261102")]],
        &[&[], &[(16, "99999-000002"), (20, "9970000042")]],
        &[&[], &[(16, "99999-000002"), (8, "301")]],
        &[&[], &[(16, "99999-000002"), (15, "171008")]],
    ];
    for rows in right {
        assert_eq!(rentals(rows, |_| {}), [], "{rows:?}");
    }
}

#[test]
fn rentals_that_nothing_tells_apart_are_told_where_persons_alternate_too() {
    let same: [Items; 2] = [&[(19, "1")], &[(16, "99999-000002"), (19, "1")]];
    let last = 18;
    assert_eq!(rentals(&same, |_| {}), [("COND-008", Some(last + 1))]);
    let alternate = rentals(&same, |lines| {
        let other = lines[0].clone();
        let rental = lines.pop().unwrap();
        lines.extend([replaced(&other, &[(3, "0009900021"), (10, "20261129")]), rental]);
    });
    assert_eq!(alternate, [("COND-008", Some(last + 2))]);
    assert_eq!(rentals(&[&[], &[]], |_| {}), [("KEY-002", Some(last + 1))], "the same line twice");
}

#[test]
fn a_number_is_too_much_only_where_every_row_could_be_read() {
    let rows: [Items; 1] = [&[(19, "1")]];
    assert_eq!(rentals(&rows, |_| {}), [("COND-007", Some(18))]);
    assert_eq!(rentals(&rows, |lines| lines.push("202407,990001".to_owned())), [("CSV-004", Some(19))]);
}
