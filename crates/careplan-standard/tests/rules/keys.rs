//! Rows against rows: the same key, the same line, the same numbers, and their order.

use crate::sample::{
    ACTUALS_DELETION, FORM_2, PLAN, PLAN_DELETION, SUPPLEMENT_OF_PLAN, edited, example, findings, replaced,
};

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

#[test]
fn rows_that_differ_in_one_item_of_their_key_pass() {
    // Of the visit at 1000 on the 2nd: another end, another satellite, another office, another person.
    for (no, value) in [(13, "1035"), (22, "1"), (20, "9970000034"), (3, "0009900021"), (15, "111211")] {
        let bytes = edited(PLAN, |lines| lines.push(replaced(&lines[0], &[(no, value)])));
        assert_eq!(findings(PLAN, bytes), [], "{no}");
    }
    // Of the equipment: another product, by either code, and another line of the same product.
    for items in [&[(16, "99999-000002"), (19, "2")][..], &[(17, "99999-000002"), (19, "2")], &[(19, "2")]] {
        let bytes = edited(PLAN, |lines| lines.push(replaced(&lines[9], items)));
        assert_eq!(findings(PLAN, bytes), [], "{items:?}");
    }
    for (name, no, value) in [
        (PLAN_DELETION, 2, "990002"),
        (PLAN_DELETION, 3, "0009900022"),
        (ACTUALS_DELETION, 3, "0009900022"),
        (SUPPLEMENT_OF_PLAN, 4, "20261016"),
    ] {
        let bytes = edited(name, |lines| lines.push(replaced(&lines[0], &[(no, value)])));
        assert_eq!(findings(name, bytes), [], "{name} {no}");
    }
}

#[test]
fn a_key_is_found_again_behind_other_persons_and_with_spaces_around_it() {
    let bytes = edited(PLAN_DELETION, |lines| {
        let row = lines[0].clone();
        lines.push(replaced(&row, &[(3, "0009900022")]));
        lines.push(replaced(&row, &[(3, "0009900021 ")]));
    });
    let found = findings(PLAN_DELETION, bytes);
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
    let found = findings(PLAN_DELETION, bytes);
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
    assert_eq!(findings(FORM_2, bytes), []);
}

#[test]
fn one_row_that_goes_back_is_told_once_and_ten_follows_nine() {
    let rows = [["9", "1", "1"], ["10", "1", "1"], ["2", "1", "1"], ["3", "1", "1"], ["11", "1", "1"]];
    let found = findings(FORM_2, form_2(&rows));
    let places: Vec<(&str, Option<u64>)> =
        found.iter().map(|finding| (finding.code, finding.record)).collect();
    assert_eq!(places, [("ORDER-001", Some(3))]);
    assert!(example(FORM_2).contains("9970000026"));
}
