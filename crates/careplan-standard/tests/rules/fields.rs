//! Items: edges of lengths, and values that pass.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{ANNEX, BASICS, PLAN, SUPPLEMENT, with};

#[test]
fn a_length_at_the_edge_passes_and_one_more_does_not() {
    let edges = [
        (PLAN, 8, "100000", "1000000"),
        (SUPPLEMENT, 12, "000-0000-000001", "000-0000-0000001"),
        // Only the name of an image may be longer there.
        (BASICS, 57, "000-0000-000001", "000-0000-0000001"),
    ];
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
