//! The kinds of content that may travel.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{BASICS_IMAGE, PLAN, findings};

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

#[test]
fn text_under_a_name_that_only_ends_otherwise_is_told_by_its_name() {
    for (name, bytes, code) in [
        (PLAN.replace(".CSV", ".txt"), &b"202407"[..], "NAME-001"),
        (PLAN.replace(".CSV", ""), b"202407", "NAME-001"),
        (PLAN.replace(".CSV", ".txt"), b"MZ\x90", "KIND-001"),
        (PLAN.replace("UPPLAN", "PLAN").replace(".CSV", ".txt"), b"202407", "KIND-001"),
        ("memo.txt".to_owned(), b"202407", "KIND-001"),
    ] {
        let codes: Vec<&str> = findings(&name, bytes).iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [code], "{name}");
    }
}
