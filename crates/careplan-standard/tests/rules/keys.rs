//! Rows against rows: the same key, the same line, the same numbers, and their order.

use careplan_standard::Severity;

use crate::sample::{
    ACTUALS, ACTUALS_DELETION, BASICS, FORM_1, FORM_2, PLAN, PLAN_DELETION, SUPPLEMENT, SUPPLEMENT_OF_PLAN,
    SUPPORT_PLAN, SUPPORT_PLAN_ROWS, Sample, edited, example, file, findings, replaced, report,
};

/// The example with one of its lines again at the end.
fn repeated(name: &str, line: usize) -> Vec<u8> {
    edited(name, |lines| lines.push(lines[line - 1].clone()))
}

/// The example with the numbers of its rows set, in items `no`.
fn numbered(name: &str, no: [usize; 3], rows: &[[&str; 3]]) -> Vec<u8> {
    edited(name, |lines| {
        let row = lines[0].clone();
        lines.clear();
        for [one, two, three] in rows {
            lines.push(replaced(&row, &[(no[0], one), (no[1], two), (no[2], three)]));
        }
    })
}

fn form_2(rows: &[[&str; 3]]) -> Vec<u8> {
    numbered(FORM_2, [6, 8, 13], rows)
}

fn support_plan(rows: &[[&str; 3]]) -> Vec<u8> {
    numbered(SUPPORT_PLAN_ROWS, [5, 10, 14], rows)
}

pub(crate) fn samples() -> Vec<Sample> {
    let back = [["1", "1", "1"], ["2", "1", "1"], ["1", "2", "1"], ["1", "2", "2"]];
    let twice = [["1", "1", "1"], ["1", "1", "2"], ["1", "1", "1"]];
    let missing = [["1", "1", "1"], ["", "", "2"], ["2", "1", "1"]];
    vec![
        file("the same plan twice", FORM_1, repeated(FORM_1, 3), "KEY-001"),
        file(
            "the same supplement of a plan twice",
            SUPPLEMENT_OF_PLAN,
            repeated(SUPPLEMENT_OF_PLAN, 1),
            "KEY-001",
        ),
        file("the same supplement of a slip twice", SUPPLEMENT, repeated(SUPPLEMENT, 1), "KEY-001"),
        file("the same basic information twice", BASICS, repeated(BASICS, 1), "KEY-001"),
        file("the same preventive plan twice", SUPPORT_PLAN, repeated(SUPPORT_PLAN, 1), "KEY-001"),
        file("the same withdrawal twice", PLAN_DELETION, repeated(PLAN_DELETION, 1), "KEY-001"),
        file(
            "the same withdrawal of actuals twice",
            ACTUALS_DELETION,
            repeated(ACTUALS_DELETION, 1),
            "KEY-001",
        ),
        file("the same visit twice", PLAN, repeated(PLAN, 1), "KEY-002"),
        file("the same visit twice in actuals", ACTUALS, repeated(ACTUALS, 3), "KEY-002"),
        file("the same numbers twice", FORM_2, form_2(&twice), "KEY-003"),
        file("the same numbers twice in a support plan", SUPPORT_PLAN_ROWS, support_plan(&twice), "KEY-003"),
        file("numbers that go back", FORM_2, form_2(&back), "ORDER-001"),
        file("numbers that go back in a support plan", SUPPORT_PLAN_ROWS, support_plan(&back), "ORDER-001"),
        file("numbers that are missing", FORM_2, form_2(&missing), "ORDER-002"),
        file(
            "numbers that are missing in a support plan",
            SUPPORT_PLAN_ROWS,
            support_plan(&missing),
            "ORDER-002",
        ),
    ]
}

#[test]
fn rows_that_come_twice_or_out_of_order_are_told() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn a_second_record_of_a_key_blocks_and_a_second_withdrawal_or_line_only_warns() {
    for sample in samples() {
        let found = findings(&sample);
        let severity =
            found.iter().find(|finding| finding.code == sample.rule).map(|finding| finding.severity);
        let blocks = sample.rule == "KEY-001" && !sample.name.starts_with("DLT");
        let expected = if blocks { Severity::Block } else { Severity::Warn };
        assert_eq!(severity, Some(expected), "{}", sample.fault);
    }
}

#[test]
fn rows_that_differ_in_one_item_of_their_key_pass() {
    // Of the visit at 1000 on the 2nd: another end, another satellite, another office, another person.
    for (no, value) in [(13, "1035"), (22, "1"), (20, "9970000034"), (3, "0009900021"), (15, "111211")] {
        let bytes = edited(PLAN, |lines| lines.push(replaced(&lines[0], &[(no, value)])));
        assert_eq!(findings(&file("", PLAN, bytes, "")), [], "{no}");
    }
    // Of the equipment: another product, another line of the same product.
    for (no, value) in [(16, "99999-000002"), (17, "99999-000002"), (19, "2")] {
        let bytes = edited(PLAN, |lines| lines.push(replaced(&lines[9], &[(no, value)])));
        assert_eq!(findings(&file("", PLAN, bytes, "")), [], "{no}");
    }
    for (name, no, value) in [
        (PLAN_DELETION, 2, "990002"),
        (PLAN_DELETION, 3, "0009900022"),
        (ACTUALS_DELETION, 3, "0009900022"),
        (SUPPLEMENT_OF_PLAN, 4, "20261016"),
    ] {
        let bytes = edited(name, |lines| lines.push(replaced(&lines[0], &[(no, value)])));
        assert_eq!(findings(&file("", name, bytes, "")), [], "{name} {no}");
    }
}

#[test]
fn a_key_is_found_again_behind_other_persons_and_with_spaces_around_it() {
    let bytes = edited(PLAN_DELETION, |lines| {
        let row = lines[0].clone();
        lines.push(replaced(&row, &[(3, "0009900022")]));
        lines.push(replaced(&row, &[(3, "0009900021 ")]));
    });
    let found = findings(&file("", PLAN_DELETION, bytes, ""));
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["FIELD-005", "KEY-001"]);
    assert!(found[1].message.contains("1件目のデータ"), "{}", found[1].message);
    assert_eq!(found[1].record, Some(3));
}

#[test]
fn a_row_without_a_part_of_its_key_is_no_second_one() {
    let bytes = edited(PLAN_DELETION, |lines| {
        lines[0] = replaced(&lines[0], &[(3, "")]);
        lines.push(lines[0].clone());
    });
    let found = findings(&file("", PLAN_DELETION, bytes, ""));
    assert!(found.iter().all(|finding| finding.code == "FIELD-001"), "{found:?}");
}

#[test]
fn numbers_begin_anew_with_each_person_and_rows_of_two_persons_may_alternate() {
    let bytes = edited(FORM_2, |lines| {
        let (one, other) = (lines[0].clone(), lines[3].clone());
        lines.clear();
        for no in ["1", "2", "3"] {
            lines.extend([replaced(&one, &[(6, no)]), replaced(&other, &[(6, no)])]);
        }
    });
    assert_eq!(findings(&file("", FORM_2, bytes, "")), []);
}

#[test]
fn one_row_that_goes_back_is_told_once_and_ten_follows_nine() {
    let rows = [["9", "1", "1"], ["10", "1", "1"], ["2", "1", "1"], ["3", "1", "1"], ["11", "1", "1"]];
    let found = findings(&file("", FORM_2, form_2(&rows), ""));
    let places: Vec<(&str, Option<u64>)> =
        found.iter().map(|finding| (finding.code, finding.record)).collect();
    assert_eq!(places, [("ORDER-001", Some(3))]);
    assert!(example(FORM_2).contains("9970000026"));
}
