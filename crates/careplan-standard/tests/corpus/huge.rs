//! Files too large for a repository, built while the tests run. Named for their faults as the folders are.

use careplan_standard::{
    Edition, FILE_BYTES_MAX, Finding, RECORD_BYTES_MAX, RECORDS_MAX, Severity, SourceFile, check_file,
};

const DELETION: &str = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
const WEEK: &str = "UP3KYO_9970000018_43_9970000026_11_20261020093000.CSV";

fn check(name: &str, bytes: &[u8]) -> Vec<Finding> {
    check_file(Edition::v4_1(), &SourceFile::new(name, bytes))
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

/// A row of form 3 with a text of `bytes` bytes.
fn row_with_text(bytes: usize) -> Vec<u8> {
    let before: &[u8] = b"202407,990001,0009900013,20261015,20261015,\"";
    [before, &vec![b'x'; bytes], b"\",1,1000,1030,\"\",,,\"\"\r\n"].concat()
}

#[test]
fn a_single_field_of_ten_megabytes() {
    let findings = check(WEEK, &[row_with_text(10_000_000), row_with_text(10)].concat());
    assert_eq!(codes(&findings), ["CSV-005"], "the row behind it is read again");
    assert_eq!(
        findings[0].message,
        "1件目（1行目）のデータが10000065バイトあり、一件の上限1048576バイトを超えています。"
    );
}

#[test]
fn a_single_field_of_the_largest_record() {
    let around = row_with_text(0).len() - 2;
    assert_eq!(check(WEEK, &row_with_text(RECORD_BYTES_MAX - around)), []);
    assert_eq!(codes(&check(WEEK, &row_with_text(RECORD_BYTES_MAX - around + 1))), ["CSV-005"]);
}

#[test]
fn two_million_rows() {
    let row = |number: u64| format!("202407,990001,{number:010},202611\r\n");
    let rows: String = (1..=2_000_000).map(row).collect();
    let findings = check(DELETION, rows.as_bytes());
    assert_eq!(codes(&findings), ["FILE-004"]);
    assert_eq!(findings[0].record, Some(RECORDS_MAX + 1));
}

#[test]
fn a_file_at_the_size_limit_and_one_byte_more() {
    let mut bytes = b"202407,990001,0009900021,202611\r\n\"".to_vec();
    bytes.resize(FILE_BYTES_MAX, b'x');
    assert_eq!(codes(&check(DELETION, &bytes)), ["CSV-001"], "it is looked at");
    bytes.push(b'x');
    let findings = check(DELETION, &bytes);
    assert_eq!((codes(&findings), findings[0].severity), (vec!["FILE-002"], Severity::Block), "it is not");
}

#[test]
fn ten_million_commas_in_one_row() {
    let findings = check(DELETION, &vec![b','; 10_000_000]);
    assert_eq!(codes(&findings), ["CSV-005", "CSV-008"]);
}

#[test]
fn ten_million_line_breaks() {
    let findings = check(DELETION, &vec![b'\n'; 10_000_000]);
    assert_eq!(codes(&findings), ["CSV-009", "FILE-003"]);
    assert_eq!(findings[0].message, "ファイルの終わりに空の行が10000000行あります。読み飛ばしました。");
}
