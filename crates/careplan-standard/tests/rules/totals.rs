//! Form 7: one grand total per person, subtotals, and their sums.

use crate::sample::{ANNEX, PLAN, edited, findings, replaced, with};

/// The example after work on its lines: 1 and 2 are details of the first person, 3 the grand total; 4 and 5 are details of
/// the second, 6 the subtotal, 7 the grand total.
fn annex(edit: impl FnOnce(&mut Vec<String>)) -> Vec<u8> {
    edited(ANNEX, edit)
}

/// Takes the second person's subtotal away, and puts its costs into a detail.
fn without_subtotal(lines: &mut Vec<String>) {
    lines[4] = replaced(&lines[4], &[(24, "25240"), (26, "22716"), (28, "2524")]);
    lines.remove(5);
}

fn codes(bytes: Vec<u8>) -> Vec<&'static str> {
    findings(ANNEX, bytes).iter().map(|finding| finding.code).collect()
}

#[test]
fn rows_of_two_persons_may_alternate_and_totals_may_come_first() {
    let bytes = annex(|lines| {
        let old = lines.clone();
        *lines = [6, 0, 3, 2, 4, 1, 5].map(|index: usize| old[index].clone()).to_vec();
    });
    assert_eq!(codes(bytes), [""; 0]);
}

#[test]
fn a_person_who_came_out_right_and_returns_with_a_second_total_is_told_once() {
    let bytes = annex(|lines| {
        lines.push(lines[0].clone());
        lines.push(lines[2].clone());
    });
    assert_eq!(codes(bytes), ["TOTAL-002"]);
}

#[test]
fn a_person_who_came_out_right_and_returns_with_details_only_is_not_added_up_again() {
    let bytes = annex(|lines| {
        let old = lines.clone();
        *lines = [3, 4, 5, 6, 0, 1, 2, 3, 4].map(|index: usize| old[index].clone()).to_vec();
    });
    assert_eq!(codes(bytes), [""; 0]);
}

#[test]
fn one_code_on_several_rows_needs_no_subtotal() {
    let bytes = annex(|lines| {
        without_subtotal(lines);
        lines[4] = replaced(&lines[4], &[(9, "111111")]);
    });
    assert_eq!(codes(bytes), [""; 0]);
}

#[test]
fn codes_outside_the_limit_need_no_subtotal_and_either_sum_of_units_is_right() {
    let outside = |lines: &mut Vec<String>| {
        without_subtotal(lines);
        lines[4] = replaced(&lines[4], &[(18, ""), (22, "")]);
        lines[5] = replaced(&lines[5], &[(18, "976"), (22, "976")]);
    };
    assert_eq!(codes(annex(outside)), [""; 0]);
    for (units, found) in [("976", &[][..]), ("2524", &[]), ("975", &["TOTAL-006"])] {
        let bytes = annex(|lines| {
            outside(lines);
            lines[5] = replaced(&lines[5], &[(17, units)]);
        });
        assert_eq!(codes(bytes), found, "{units}");
    }
}

#[test]
fn the_cost_of_services_outside_the_limit_may_come_beside_the_subtotal() {
    for (cost, found) in [("25240", &[][..]), ("26240", &[]), ("26241", &["TOTAL-006"])] {
        let bytes = annex(|lines| {
            let addition = [(9, "116275"), (17, ""), (18, ""), (22, ""), (24, "1000")];
            let row = replaced(&lines[3], &addition);
            lines.insert(5, row);
            lines[7] = replaced(&lines[7], &[(24, cost)]);
        });
        assert_eq!(codes(bytes), found, "{cost}");
    }
}

#[test]
fn nothing_is_compared_where_it_is_not_stated_what_totals_count() {
    for marker in ["11EEEE", "11ZZZZ"] {
        let bytes = annex(|lines| {
            let row = replaced(&lines[0], &[(9, marker), (13, "0"), (17, "9999")]);
            lines.insert(1, row);
        });
        assert_eq!(codes(bytes), [""; 0], "{marker}");
    }
    assert_eq!(codes(with(ANNEX, 1, &[(33, "1"), (22, "9")])), [""; 0], "a day beyond 30");
}

#[test]
fn a_cell_that_nobody_filled_or_that_cannot_be_read_is_not_compared() {
    assert_eq!(codes(with(ANNEX, 3, &[(24, "")])), [""; 0]);
    assert_eq!(codes(with(ANNEX, 3, &[(29, "500")])), [""; 0]);
    assert_eq!(codes(with(ANNEX, 1, &[(22, "21x6")])), ["FIELD-002"]);
    assert_eq!(codes(with(ANNEX, 3, &[(22, "24x6")])), ["FIELD-002"]);
    let left_to_the_subtotal = annex(|lines| {
        for line in [3, 4] {
            lines[line] = replaced(&lines[line], &[(22, "")]);
        }
    });
    assert_eq!(codes(left_to_the_subtotal), [""; 0]);
}

#[test]
fn a_subtotal_stands_for_details_without_units_beside_an_office_whose_details_have_them() {
    let bytes = annex(|lines| {
        for line in [3, 4] {
            lines[line] = replaced(&lines[line], &[(18, ""), (22, "")]);
        }
        let other = replaced(&lines[0], &[(3, "0009900021"), (7, "9970000042")]);
        lines.insert(6, other);
        let sums = [(17, "4720"), (18, "4720"), (22, "4720"), (24, "47200"), (26, "42480"), (28, "4720")];
        lines[7] = replaced(&lines[7], &sums);
    });
    assert_eq!(codes(bytes), [""; 0]);
}

#[test]
fn negative_units_are_added_with_their_sign() {
    let bytes = annex(|lines| {
        let row =
            replaced(&lines[0], &[(17, "-100"), (18, "-100"), (22, "-100"), (24, ""), (26, ""), (28, "")]);
        lines.insert(1, row);
        lines[3] = replaced(&lines[3], &[(17, "2396"), (18, "2396"), (22, "2396")]);
    });
    let found = codes(bytes);
    assert!(found.iter().all(|code| *code == "FIELD-009"), "{found:?}");
}

#[test]
fn totals_are_not_missed_in_a_file_that_could_not_be_read_to_its_end() {
    let bytes = annex(|lines| {
        lines.truncate(2);
        lines.push("202407,\"".to_owned());
    });
    assert_eq!(codes(bytes), ["CSV-001"]);
}

#[test]
fn form_6_has_no_totals() {
    let found = findings(PLAN, with(PLAN, 1, &[(15, "999999")]));
    let found: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(found, ["COND-005"]);
}
