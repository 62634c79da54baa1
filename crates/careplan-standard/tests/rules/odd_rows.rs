//! Rows that are no data, and rows that only look so.

use careplan_standard::{Edition, SourceFile, StandardFile};

use crate::sample::{PLAN, PLAN_DELETION, findings, with};

fn codes(name: &str, bytes: impl AsRef<[u8]>) -> Vec<&'static str> {
    findings(name, bytes).iter().map(|finding| finding.code).collect()
}

fn records(bytes: &[u8]) -> usize {
    let file = SourceFile::new(PLAN_DELETION, bytes);
    StandardFile::open(Edition::v4_1(), &file).unwrap().records().count()
}

#[test]
fn a_first_row_with_one_code_or_number_that_fits_is_data() {
    let found = codes(PLAN, with(PLAN, 1, &[(1, "V4.1")]));
    assert_eq!(found.iter().filter(|code| **code == "CSV-006").count(), 0, "{found:?}");
    let found = codes(PLAN_DELETION, "version,insurer,person,202611\r\n202407,990001,0009900021,202611\r\n");
    assert!(found.contains(&"FIELD-002") && !found.contains(&"CSV-006"), "{found:?}");
}

#[test]
fn a_first_row_of_words_is_read_over_only_with_every_item_and_half_of_them_filled() {
    let row = "202407,990001,0009900021,202611\r\n";
    for (header, code) in
        [("a,b,c,d", "CSV-006"), ("a,b,,", "CSV-006"), ("a,,,", "FIELD-001"), ("a,b,c", "CSV-004")]
    {
        let found = codes(PLAN_DELETION, format!("{header}\r\n{row}"));
        assert!(found.contains(&code), "{header}: {found:?}");
    }
    assert_eq!(records(format!("a,b,c,d\r\n{row}").as_bytes()), 1);
}

#[test]
fn the_end_sign_is_read_over_at_the_end_only() {
    let row = "202407,990001,0009900021,202611\r\n";
    for (bytes, expected) in [
        (format!("{row}\u{1A}"), &["CSV-016"][..]),
        (format!("{row}\u{1A}\u{1A}"), &["CSV-016"]),
        (format!("{row}\"\u{1A}\""), &["ENC-006", "CSV-004", "CSV-008"]),
        (format!("\u{1A}\r\n{row}"), &["ENC-006", "CSV-004"]),
        (format!("{row}\"\""), &["CSV-004", "CSV-008"]),
    ] {
        assert_eq!(codes(PLAN_DELETION, &bytes), expected, "{bytes:?}");
    }
    assert_eq!(records(format!("{row}\u{1A}").as_bytes()), 1);
}

#[test]
fn a_row_of_another_separator_has_enough_of_them_for_every_item() {
    assert_eq!(codes(PLAN_DELETION, "202407;990001;0009900021;202611\r\n1\r\n"), ["CSV-015"]);
    assert_eq!(codes(PLAN_DELETION, "202407;990001;0009900021\r\n"), ["CSV-004"]);
}
