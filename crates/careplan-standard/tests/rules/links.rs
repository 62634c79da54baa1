//! Content against name: month, sender, receiver.

use crate::sample::{ACTUALS, FORM_2, PLAN, PLAN_DELETION, edited, example, findings, ms932, replaced, with};

#[test]
fn a_person_whose_form_2_names_no_office_is_not_missed_by_the_receiver() {
    let found = findings(FORM_2, with(FORM_2, 4, &[(17, "")]));
    assert_eq!(found, []);
}

#[test]
fn a_person_is_not_missed_where_a_row_cannot_be_read() {
    let bytes = edited(PLAN, |lines| {
        let first = replaced(&lines[10], &[(20, "9970000034")]);
        lines.truncate(9);
        lines.push(first);
        lines.push("202407,990001,0009900021".to_owned());
    });
    let codes: Vec<&str> = findings(PLAN, bytes).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["CSV-004"]);
}

#[test]
fn a_departure_that_repeats_on_every_record_is_told_once() {
    let rows = (0..1000).map(|no| format!("202407,990001,{no:010},202611\r\n"));
    let bytes = rows.collect::<String>();
    let found = findings(&PLAN_DELETION.replace("202611", "202612"), bytes);
    assert_eq!(found.len(), 1);
}

#[test]
fn actuals_passed_on_by_a_planner_may_name_other_offices() {
    let name = "UPJSK_202611_9970000042_43_9970000018_46_20261202164500.CSV";
    let found = findings(name, ms932(&example(ACTUALS)));
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["NAME-005", "NAME-011"]);
}

#[test]
fn a_month_that_is_none_is_no_measure_for_the_months_behind_it() {
    let found = findings(PLAN, with(PLAN, 1, &[(5, "20261")]));
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["FIELD-002"]);
}
