//! The kinds of content that may travel.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::BASICS_IMAGE;

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
