//! Characters: MS932 and what is not.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{PLAN, PLAN_DELETION, Sample, example, file, ms932, report};

fn spliced(marker: &str, bytes: &[u8]) -> Vec<u8> {
    let whole = ms932(&example(PLAN));
    let marker = ms932(marker);
    let at = whole.windows(marker.len()).position(|window| window == marker).unwrap();
    [&whole[..at], bytes, &whole[at + marker.len()..]].concat()
}

pub(crate) fn samples() -> Vec<Sample> {
    let utf8 = example(PLAN);
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(utf8.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    vec![
        file("UTF-8 without byte order mark", PLAN, utf8.clone(), "ENC-001"),
        file("UTF-8 with byte order mark", PLAN, format!("\u{FEFF}{utf8}"), "ENC-001"),
        file("UTF-16", PLAN, utf16, "ENC-002"),
        file("half a two-byte character", PLAN, spliced("一郎", b"\x88"), "ENC-003"),
        file("half a surrogate in UTF-8", PLAN, spliced("一郎", b"\xED\xA0\x80"), "ENC-003"),
        file("a character of another machine", PLAN, spliced("一郎", b"\xF0\x40\xF9\xFC"), "ENC-004"),
        file("a NUL byte", PLAN, spliced("一郎", b"a\0b\0"), "ENC-005"),
        file("a NUL byte in a number", PLAN, spliced("244", b"24\0"), "ENC-005"),
        file("an escape character", PLAN, spliced("一郎", b"\x1B[2J"), "ENC-006"),
        file(
            "a byte order mark before ASCII",
            PLAN_DELETION,
            format!("\u{FEFF}{}", example(PLAN_DELETION)),
            "ENC-007",
        ),
    ]
}

#[test]
fn characters_outside_ms932_are_placed() {
    insta::assert_snapshot!(report(&samples()));
}

#[test]
fn characters_with_a_backslash_or_bar_inside_survive() {
    let name = "UP3KYO_9970000018_43_9970000026_11_20261020093000.CSV";
    let bytes = ms932(&example(name).replace("起床", "表ソ十予能髙﨑①㈱Ⅳポ―～ｱｲｳ"));
    assert_eq!(check_file(Edition::v4_1(), &SourceFile::new(name, &bytes)), []);
}
