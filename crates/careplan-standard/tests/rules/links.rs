//! Content against name: month, sender, receiver.

use careplan_standard::Severity;

use crate::sample::{
    ACTUALS, ACTUALS_DELETION, FORM_2, PLAN, PLAN_DELETION, SUPPLEMENT, SUPPLEMENT_OF_PLAN, Sample, changed,
    edited, example, file, findings, ms932, replaced, report, with,
};

pub(crate) fn samples() -> Vec<Sample> {
    let renamed = |fault, example_name: &str, from: &str, to: &str, rule| {
        file(fault, &example_name.replace(from, to), ms932(&example(example_name)), rule)
    };
    vec![
        renamed("another month in the name than in the content", PLAN, "202611", "202612", "MATCH-001"),
        changed("a slip's supplement without month", SUPPLEMENT, &[(63, "000000")], "MATCH-001"),
        file("another month in the third record", PLAN, with(PLAN, 3, &[(5, "202612")]), "MATCH-002"),
        renamed("another sender in the name of a plan", PLAN, "9970000018", "9970000042", "MATCH-003"),
        renamed("another sender in the name of actuals", ACTUALS, "9970000026", "9970000042", "MATCH-003"),
        renamed(
            "another sender in the name of a deletion",
            ACTUALS_DELETION,
            "9970000026",
            "9970000042",
            "MATCH-003",
        ),
        renamed(
            "another sender in the name of form 1",
            "UP1KYO_9970000018_43_9970000026_11_20261020093000.CSV",
            "9970000018",
            "9970000042",
            "MATCH-003",
        ),
        renamed("another receiver in the name of actuals", ACTUALS, "9970000018", "9970000042", "MATCH-004"),
        renamed(
            "another service type in the name of a deletion",
            ACTUALS_DELETION,
            "_11_",
            "_15_",
            "MATCH-005",
        ),
        changed("two service types in one file of actuals", ACTUALS, &[(15, "151111")], "MATCH-005"),
        renamed(
            "a receiver whom no record of the plan mentions",
            PLAN,
            "9970000026",
            "9970000042",
            "MATCH-006",
        ),
        renamed("a receiver whom form 2 does not mention", FORM_2, "9970000026", "9970000042", "MATCH-006"),
        renamed(
            "a preventive receiver whom no record mentions",
            PLAN,
            "9970000026_11",
            "9970000042_A2",
            "MATCH-006",
        ),
        file(
            "a person whom the receiver does not serve",
            PLAN,
            served_by_others(PLAN, 11..19, 20),
            "MATCH-009",
        ),
        file(
            "a person of form 2 without the receiver",
            FORM_2,
            served_by_others(FORM_2, 4..5, 17),
            "MATCH-009",
        ),
        file(
            "a person of a preventive slip whom the receiver does not serve",
            &PLAN.replace("_11_", "_A2_"),
            served_by_others(PLAN, 11..19, 20),
            "MATCH-009",
        ),
        changed("a plan date beside a slip", SUPPLEMENT, &[(4, "20261015")], "MATCH-007"),
        changed("no plan date beside a plan", SUPPLEMENT_OF_PLAN, &[(4, "00000000")], "MATCH-008"),
    ]
}

/// The example with another service office than the receiver on these lines.
fn served_by_others(name: &str, lines: std::ops::Range<usize>, no: usize) -> Vec<u8> {
    edited(name, |all| {
        for line in lines {
            all[line - 1] = replaced(&all[line - 1], &[(no, "9970000034")]);
        }
    })
}

#[test]
fn a_person_whose_form_2_names_no_office_is_not_missed_by_the_receiver() {
    let sample = file("", FORM_2, with(FORM_2, 4, &[(17, "")]), "");
    assert_eq!(findings(&sample), []);
}

#[test]
fn a_person_is_not_missed_where_a_row_cannot_be_read() {
    let bytes = edited(PLAN, |lines| {
        let first = replaced(&lines[10], &[(20, "9970000034")]);
        lines.truncate(9);
        lines.push(first);
        lines.push("202407,990001,0009900021".to_owned());
    });
    let codes: Vec<&str> = findings(&file("", PLAN, bytes, "")).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["CSV-004"]);
}

#[test]
fn content_that_departs_from_the_name_is_told() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn departures_that_rest_on_an_inference_only_warn() {
    let inferred = [
        "two service types in one file of actuals",
        "a receiver whom form 2 does not mention",
        "a preventive receiver whom no record mentions",
        "a person of form 2 without the receiver",
        "a person of a preventive slip whom the receiver does not serve",
    ];
    for sample in samples().iter().filter(|sample| inferred.contains(&sample.fault)) {
        let worst = findings(sample).iter().map(|finding| finding.severity).max();
        assert_eq!(worst, Some(Severity::Warn), "{}", sample.fault);
    }
}

#[test]
fn a_departure_that_repeats_on_every_record_is_told_once() {
    let rows = (0..1000).map(|no| format!("202407,990001,{no:010},202611\r\n"));
    let bytes = rows.collect::<String>();
    let sample = file("", &PLAN_DELETION.replace("202611", "202612"), bytes, "");
    assert_eq!(findings(&sample).len(), 1);
}

#[test]
fn actuals_passed_on_by_a_planner_may_name_other_offices() {
    let name = "UPJSK_202611_9970000042_43_9970000018_46_20261202164500.CSV";
    let sample = file("", name, ms932(&example(ACTUALS)), "");
    let codes: Vec<&str> = findings(&sample).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["NAME-005", "NAME-011"]);
}

#[test]
fn a_month_that_is_none_is_no_measure_for_the_months_behind_it() {
    let sample = file("", PLAN, with(PLAN, 1, &[(5, "20261")]), "");
    let codes: Vec<&str> = findings(&sample).iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["FIELD-002"]);
}
