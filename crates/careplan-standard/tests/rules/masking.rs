//! Findings as programs see them: JSON, and masked.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{PLAN, PLAN_DELETION, with};

#[test]
fn a_finding_is_json_with_every_place_and_null_where_there_is_none() {
    let bytes = with(PLAN, 2, &[(23, "7")]);
    let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN, &bytes));
    insta::assert_snapshot!(serde_json::to_string_pretty(&findings).unwrap());
    let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, b""));
    insta::assert_snapshot!(serde_json::to_string_pretty(&findings).unwrap());
}

#[test]
fn a_masked_finding_and_its_debug_form_hold_no_value_and_no_name_of_a_users_choice() {
    let bytes = with(PLAN, 1, &[(10, "架空花子")]);
    let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN, &bytes));
    assert!(findings[0].message.contains("架空花子"));
    let masked = findings[0].masked();
    let json = serde_json::to_string(&masked).unwrap();
    assert!(!json.contains("架空") && json.contains("＊＊＊") && json.contains(PLAN), "{json}");
    assert!(!format!("{:?}", findings[0]).contains("架空"));

    let file = SourceFile::new("架空花子様.CSV", b"");
    let finding = &check_file(Edition::v4_1(), &file)[0];
    assert!(finding.message.contains("架空花子"));
    let json = serde_json::to_string(&finding.masked()).unwrap();
    assert!(!json.contains("架空"), "{json}");
    assert!(!format!("{finding:?} {file:?}").contains("架空"));
}

#[test]
fn values_that_other_values_are_measured_by_are_masked_too() {
    let bytes = with(PLAN, 1, &[(1, "架空花子")]);
    let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN, &bytes));
    let mixed = findings.iter().find(|finding| finding.code == "VERSION-003").unwrap();
    assert!(mixed.message.contains("架空花子"));
    for finding in &findings {
        let json = serde_json::to_string(&finding.masked()).unwrap();
        assert!(!json.contains("架空"), "{json}");
    }
}
