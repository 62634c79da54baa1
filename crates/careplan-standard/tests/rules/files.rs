//! The kind of content, and files as a whole.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{BASICS_IMAGE, PLAN, PLAN_DELETION, Sample, file, report};

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        file("an EXE under a standard name", PLAN, *b"MZ\x90\0\x03\0\0\0", "KIND-001"),
        file("an EXE under a PDF name", "plan.pdf", *b"MZ\x90\0\x03\0\0\0", "KIND-001"),
        file("a ZIP under a CSV name nobody knows", "plan.csv", *b"PK\x03\x04\x14\0", "KIND-001"),
        file("a text without purpose", "readme.txt", *b"hello\r\n", "KIND-001"),
        file("a PNG as family chart", BASICS_IMAGE, *b"\x89PNG\r\n\x1A\n", "KIND-002"),
        file("a PDF under a standard name", PLAN, *b"%PDF-1.7\n", "KIND-003"),
        file("a JPEG under a PDF name", "scan.pdf", *b"\xFF\xD8\xFF\xE0\0\x10JFIF", "KIND-004"),
        file("a PDF under a CSV name of its own", "scan.csv", *b"%PDF-1.7\n", "KIND-004"),
        file("an empty file", PLAN, *b"", "FILE-001"),
        file("only a header row", PLAN_DELETION, HEADER.concat(), "FILE-003"),
        file("only line breaks", PLAN_DELETION, *b"\r\n\r\n", "FILE-003"),
        file("only a byte order mark", PLAN_DELETION, *b"\xEF\xBB\xBF", "FILE-003"),
    ]
}

/// `CSVバージョン,保険者番号,被保険者番号,削除対象年月` and a line break.
pub(crate) const HEADER: [&[u8]; 5] = [
    b"CSV\x83o\x81[\x83W\x83\x87\x83\x93,",
    b"\x95\xDB\x8C\xAF\x8E\xD2\x94\xD4\x8D\x86,",
    b"\x94\xED\x95\xDB\x8C\xAF\x8E\xD2\x94\xD4\x8D\x86,",
    b"\x8D\xED\x8F\x9C\x91\xCE\x8F\xDB\x94N\x8C\x8E",
    b"\r\n",
];

#[test]
fn a_file_is_judged_by_its_content() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn a_pdf_a_jpeg_and_a_family_chart_pass() {
    let files: [(&str, &[u8]); 4] = [
        ("signed plan.pdf", b"%PDF-1.7\n"),
        ("SCAN.JPEG", b"\xFF\xD8\xFF\xE0"),
        (BASICS_IMAGE, b"\xFF\xD8\xFF\xE1"),
        ("photo.Jpg", b"\xFF\xD8\xFF\xDB"),
    ];
    for (name, bytes) in files {
        assert_eq!(check_file(Edition::v4_1(), &SourceFile::new(name, bytes)), [], "{name}");
    }
}
