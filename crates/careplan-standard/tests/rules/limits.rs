//! Limits: at the edge, and one past it.

use careplan_standard::{
    Edition, FILE_BYTES_MAX, FINDINGS_MAX, FINDINGS_OF_A_RULE_MAX, FileName, Limits, NAME_CHARS_MAX,
    NameFault, OFFICES_OF_A_PERSON_MAX, RECORD_BYTES_MAX, RECORDS_MAX, Severity, SourceFile, check_file,
    check_file_within,
};

use crate::sample::{ANNEX, FORM_3, PLAN_DELETION, edited, replaced, with};

const ROW: &[u8] = b"202407,990001,0009900021,202611\r\n";

/// Rows of as many persons.
fn rows(count: usize) -> Vec<u8> {
    (0..count).flat_map(|no| format!("202407,990001,{no:010},202611\r\n").into_bytes()).collect()
}

fn codes(bytes: &[u8], limits: &Limits) -> Vec<&'static str> {
    let findings = check_file_within(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, bytes), limits);
    findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn the_limits_are_the_constants() {
    let expected = Limits {
        file_bytes_max: FILE_BYTES_MAX,
        records_max: RECORDS_MAX,
        record_bytes_max: RECORD_BYTES_MAX,
        findings_max: FINDINGS_MAX,
        findings_of_a_rule_max: FINDINGS_OF_A_RULE_MAX,
    };
    assert_eq!(Limits::default(), expected);
}

#[test]
fn a_file_of_the_largest_size_passes_and_one_byte_more_does_not() {
    let limits = Limits { file_bytes_max: ROW.len(), ..Limits::default() };
    assert_eq!(codes(ROW, &limits), [""; 0]);
    let longer = [ROW, b"\n"].concat();
    let findings = check_file_within(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, &longer), &limits);
    assert_eq!(findings[0].code, "FILE-002");
    assert_eq!(findings[0].message, "ファイルの大きさ34バイトが、上限の33バイトを超えています。");
}

#[test]
fn the_last_record_passes_and_one_more_does_not() {
    let limits = Limits { records_max: 3, ..Limits::default() };
    assert_eq!(codes(&rows(3), &limits), [""; 0]);
    let bytes = rows(5);
    let findings = check_file_within(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, &bytes), &limits);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].code, findings[0].record), ("FILE-004", Some(4)));
    assert_eq!(
        findings[0].message,
        "4件目（4行目）で、データの件数が上限の3件を超えました。ここから先は調べていません。"
    );
}

#[test]
fn a_record_of_the_largest_length_passes_and_one_byte_more_does_not() {
    let text_of = |bytes: usize| {
        let plain = with(FORM_3, 1, &[(6, "\"\"")]);
        let length = plain.split(|byte| *byte == b'\r').next().unwrap_or_default().len();
        with(FORM_3, 1, &[(6, &format!("\"{}\"", "x".repeat(bytes - length)))])
    };
    let check = |bytes: &[u8]| check_file(Edition::v4_1(), &SourceFile::new(FORM_3, bytes));
    assert_eq!(check(&text_of(RECORD_BYTES_MAX)), []);
    assert_eq!(check(&text_of(RECORD_BYTES_MAX + 1))[0].code, "CSV-005");
}

#[test]
fn findings_beyond_the_limit_are_counted_and_the_count_is_as_severe_as_the_worst() {
    let wrong = b"202407,990001,,202611\r\n";
    for (rows, reported) in [
        (FINDINGS_OF_A_RULE_MAX, FINDINGS_OF_A_RULE_MAX),
        (FINDINGS_OF_A_RULE_MAX + 7, FINDINGS_OF_A_RULE_MAX + 1),
    ] {
        let bytes = wrong.repeat(rows);
        let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, &bytes));
        assert_eq!(findings.len(), reported);
        let last = findings.last().unwrap();
        if rows > FINDINGS_OF_A_RULE_MAX {
            assert_eq!((last.code, last.severity), ("LIMIT-001", Severity::Block));
            assert_eq!(last.message, "このファイルには、ほかに7件の指摘があります（うち送れないもの7件）。");
        } else {
            assert_eq!(last.code, "FIELD-001");
        }
    }
}

#[test]
fn what_a_row_repeats_is_told_again_and_counted_again() {
    let check = |bytes: &[u8]| check_file(Edition::v4_1(), &SourceFile::new(PLAN_DELETION, bytes));
    let wrong = check(&b"202407,990001,0009900021,202613\r\n".repeat(3));
    let months = wrong.iter().filter(|finding| finding.code == "FIELD-002");
    let records: Vec<Option<u64>> = months.map(|finding| finding.record).collect();
    assert_eq!(records, [Some(1), Some(2), Some(3)]);
    let quoted = check(&b"202407,\"990001\",0009900021,202611\r\n".repeat(3));
    assert!(
        quoted.iter().any(|finding| finding.code == "CSV-012" && finding.message.contains("3か所")),
        "{quoted:?}"
    );
}

#[test]
fn an_item_is_looked_at_where_it_repeats_one_of_a_row_that_could_not_be_read() {
    let bytes = b"202407,990001,0009900021,202611\r\n202407,9900O1,1\r\n202407,9900O1,0009900022,202611\r\n";
    assert_eq!(codes(bytes, &Limits::default()), ["CSV-004", "FIELD-002"]);
}

#[test]
fn findings_of_many_rules_are_counted_beyond_the_limit_of_the_file() {
    let limits = Limits { findings_max: 4, ..Limits::default() };
    let bytes = b"202407,,,\r\n".repeat(2);
    assert_eq!(codes(&bytes, &limits), ["FIELD-001", "FIELD-001", "FIELD-001", "FIELD-001", "LIMIT-001"]);
}

#[test]
fn a_name_of_the_longest_length_is_looked_at_and_one_more_is_not() {
    assert_eq!(FileName::parse(&"U".repeat(NAME_CHARS_MAX)), Err(NameFault::Extension));
    assert_eq!(FileName::parse(&"U".repeat(NAME_CHARS_MAX + 1)), Err(NameFault::TooLong));
}

#[test]
fn the_sums_of_a_person_of_the_most_offices_are_compared_and_of_one_more_are_not() {
    let codes = |offices: usize| -> Vec<&str> {
        let bytes = edited(ANNEX, |lines| {
            lines.truncate(3);
            let detail = lines[0].clone();
            for no in 2..offices {
                lines.insert(0, replaced(&detail, &[(7, &format!("99{no:08}"))]));
            }
        });
        let findings = check_file(Edition::v4_1(), &SourceFile::new(ANNEX, &bytes));
        findings.iter().map(|finding| finding.code).collect()
    };
    assert_eq!(codes(OFFICES_OF_A_PERSON_MAX), ["TOTAL-006"; 6]);
    assert_eq!(codes(OFFICES_OF_A_PERSON_MAX + 1), [""; 0]);
}
