//! Items: required, form, length, code, version.

use careplan_standard::{Edition, Severity, SourceFile, check_file};

use crate::sample::{
    ACTUALS, ANNEX, BASICS, FORM_3, PLAN, PLAN_DELETION, SUPPLEMENT, Sample, changed, file, findings, report,
    with,
};

pub(crate) fn samples() -> Vec<Sample> {
    let mixed = with(PLAN, 3, &[(1, "202504")]);
    vec![
        changed("a missing service date", PLAN, &[(10, "")], "FIELD-001"),
        changed("a missing name, where the mark is inferred", SUPPLEMENT, &[(6, "\"\"")], "FIELD-001"),
        changed("30 February", PLAN, &[(10, "20260230")], "FIELD-002"),
        changed("a date with strokes", PLAN, &[(4, "2026-10-25")], "FIELD-002"),
        changed("25 o'clock", PLAN, &[(12, "2500")], "FIELD-002"),
        changed("no clock time where there must be one", FORM_3, &[(8, "9999")], "FIELD-002"),
        changed("letters as units", PLAN, &[(8, "2A4")], "FIELD-002"),
        changed("full-width digits", PLAN, &[(8, "２４４")], "FIELD-002"),
        changed("32 day flags", PLAN, &[(11, "00000000000000000000000000000001")], "FIELD-002"),
        changed("an H number with 8 digits", PLAN, &[(3, "H00990001")], "FIELD-002"),
        changed("an insurer of 5 digits", PLAN, &[(2, "99001")], "FIELD-002"),
        changed("an office number of 9 digits", PLAN, &[(20, "997000002")], "FIELD-002"),
        changed("three decimals", ANNEX, &[(23, "10.000")], "FIELD-002"),
        changed("a service code of five characters", PLAN, &[(15, "11111")], "FIELD-002"),
        changed("a number from zero", PLAN, &[(19, "0")], "FIELD-002"),
        changed("seven digits of six", PLAN, &[(8, "1000000")], "FIELD-003"),
        changed("three digits where the length is inferred", PLAN, &[(19, "100")], "FIELD-003"),
        changed("a phone number of 16 characters", SUPPLEMENT, &[(12, "000-0000-0000-01")], "FIELD-003"),
        changed("a flag of 2", PLAN, &[(23, "2")], "FIELD-004"),
        changed("a care level that does not exist", SUPPLEMENT, &[(18, "26")], "FIELD-004"),
        changed("a service type that does not exist", SUPPLEMENT, &[(20, "99")], "FIELD-004"),
        changed("a row marker that does not exist", ANNEX, &[(9, "11A")], "FIELD-004"),
        changed("a padded number", PLAN, &[(8, " 244")], "FIELD-005"),
        changed("a needed item that is empty", BASICS, &[(6, "")], "FIELD-006"),
        changed("five digits where the table says two", ANNEX, &[(30, "10000")], "FIELD-007"),
        changed("24 o'clock", PLAN, &[(13, "2400")], "FIELD-008"),
        changed("negative units", PLAN, &[(8, "-24")], "FIELD-009"),
        changed("an unused item in use", PLAN, &[(25, "1")], "FIELD-010"),
        changed("another value than the fixed one", ANNEX, &[(34, "9970000018")], "FIELD-011"),
        changed("a postal code without stroke", SUPPLEMENT, &[(9, "0000001")], "FIELD-012"),
        changed("an equipment code of another form", PLAN, &[(16, "99999000001")], "FIELD-012"),
        changed("an office number with a letter", ACTUALS, &[(24, "99A0000026")], "FIELD-012"),
        changed(
            "a date of six digits, as in the ministry's worked example",
            BASICS,
            &[(4, "261005")],
            "FIELD-013",
        ),
        changed("a date of six digits where no example has it", PLAN, &[(4, "261025")], "FIELD-002"),
        changed("a date of six digits and letters", BASICS, &[(4, "R81005")], "FIELD-002"),
        changed("a version no table knows", PLAN_DELETION, &[(1, "202410")], "VERSION-001"),
        changed("a version of edition 3", PLAN_DELETION, &[(1, "202208")], "VERSION-001"),
        changed("the version of edition 4.0", PLAN_DELETION, &[(1, "202504")], "VERSION-002"),
        file("two versions in one file", PLAN, mixed, "VERSION-003"),
    ]
}

#[test]
fn items_that_are_wrong_are_named_with_their_value() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn what_rests_on_an_inference_warns_and_does_not_block() {
    let inferred =
        ["a missing name, where the mark is inferred", "three digits where the length is inferred"];
    for fault in inferred {
        let samples = samples();
        let sample = samples.iter().find(|sample| sample.fault == fault).unwrap();
        let worst = findings(sample).iter().map(|finding| finding.severity).max();
        assert_eq!(worst, Some(Severity::Warn), "{fault}");
    }
}

#[test]
fn a_length_at_the_edge_passes_and_one_more_does_not() {
    let edges = [(PLAN, 8, "100000", "1000000"), (SUPPLEMENT, 12, "000-0000-000001", "000-0000-0000001")];
    for (name, no, right, wrong) in edges {
        let codes = |value: &str| -> Vec<&str> {
            let bytes = with(name, 1, &[(no, value)]);
            let findings = check_file(Edition::v4_1(), &SourceFile::new(name, &bytes));
            findings.iter().map(|finding| finding.code).collect()
        };
        assert_eq!(codes(right), [""; 0], "{right}");
        assert_eq!(codes(wrong), ["FIELD-003"], "{wrong}");
    }
}

#[test]
fn special_values_and_inferred_codes_pass_where_the_standard_has_them() {
    let values: [(&str, &[(usize, &str)]); 3] = [
        (PLAN, &[(3, "H099000001")]),
        (ANNEX, &[(9, "11EEEE"), (13, "0")]),
        (ANNEX, &[(9, "A2ZZZZ"), (13, "0")]),
    ];
    for (name, value) in values {
        let bytes = with(name, 1, value);
        assert_eq!(check_file(Edition::v4_1(), &SourceFile::new(name, &bytes)), [], "{value:?}");
    }
}
