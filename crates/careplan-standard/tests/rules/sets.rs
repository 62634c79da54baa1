//! Sets of files: what is missing, what is too much, and what files of a unit have to agree on.

use careplan_standard::{Edition, Finding, Severity, SourceFile, UnitKind, check_unit, sort_into_units};

use crate::sample::{ANNEX, BASICS, FORM_1, FORM_2, PLAN, SUPPLEMENT, example, ms932};

/// A slip that somebody else put together as a unit, one of its files renamed.
fn hand_made(from: &str, to: &str) -> Vec<Finding> {
    let names = [PLAN, ANNEX, SUPPLEMENT];
    let whole = names.map(|name| SourceFile::new(name, b""));
    let units = sort_into_units(Edition::v4_1(), &whole).units;
    let contents = names.map(|name| ms932(&example(name)));
    let renamed = ANNEX.replace(from, to);
    let files = [
        SourceFile::new(PLAN, &contents[0]),
        SourceFile::new(&renamed, &contents[1]),
        SourceFile::new(SUPPLEMENT, &contents[2]),
    ];
    check_unit(Edition::v4_1(), &files, &units[0])
}

#[test]
fn a_unit_of_two_receivers_or_two_serials_that_sorting_would_not_make_is_told() {
    let found = hand_made("9970000026", "9970000042");
    let found: Vec<&Finding> = found.iter().filter(|finding| finding.code.starts_with("UNIT")).collect();
    assert_eq!((found.len(), found[0].code, found[0].severity), (1, "UNIT-003", Severity::Block));
    assert_eq!(
        found[0].message,
        "ファイル名の送信元・送信先「9970000018_43_9970000042_11」が、同じ送信単位K2のほかのファイル「9970000018_43_9970000026_11」と違います。"
    );
    let found = hand_made("20261025101500", "20261025101501");
    assert_eq!((found.len(), found[0].code, found[0].severity), (1, "UNIT-004", Severity::Block));
    assert_eq!(
        found[0].message,
        "ファイル連番「20261025101501」が、同じ送信単位K2のほかのファイルの連番「20261025101500」と違います。"
    );
}

#[test]
fn the_same_file_twice_is_too_much() {
    let files = [PLAN, ANNEX, SUPPLEMENT, PLAN].map(|name| SourceFile::new(name, b""));
    let sorted = sort_into_units(Edition::v4_1(), &files);
    assert!(sorted.units.is_empty());
    assert_eq!((sorted.findings[0].code, sorted.findings.len()), ("SET-002", 1));
    assert!(
        sorted.findings[0].message.contains("UPPLAN「第6表（サービス利用票）予定」（二つ目）"),
        "{}",
        sorted.findings[0].message
    );
}

#[test]
fn units_come_in_serial_order_and_every_file_comes_out_once() {
    let late = FORM_1.replace("UP1KYO", "DLT1KYO").replace("20261020093000", "20271020093000");
    let early = late.replace("20271020093000", "20251020093000");
    let names = [
        late.as_str(),
        SUPPLEMENT,
        "読んで.txt",
        "a.pdf",
        PLAN,
        early.as_str(),
        ANNEX,
        BASICS,
        FORM_2,
        "計画.CSV",
    ];
    let files: Vec<SourceFile<'_>> = names
        .iter()
        .map(|name| SourceFile::new(name, if name.ends_with(".pdf") { b"%PDF-1.7" } else { b"x" }))
        .collect();
    let sorted = sort_into_units(Edition::v4_1(), &files);
    let kinds: Vec<(UnitKind, &[usize])> =
        sorted.units.iter().map(|unit| (unit.kind, &unit.files[..])).collect();
    let expected: [(UnitKind, &[usize]); 4] =
        [(UnitKind::K3, &[5]), (UnitKind::Y1, &[7]), (UnitKind::K2, &[4, 6, 1]), (UnitKind::K3, &[0])];
    assert_eq!(kinds, expected);
    assert_eq!((sorted.attachments, sorted.left_over), (vec![3], vec![2, 8, 9]));
    let codes: Vec<&str> = sorted.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["KIND-001", "NAME-001", "SET-001"]);
    assert!(sorted.findings.iter().all(|finding| finding.severity == Severity::Block));
}

#[test]
fn images_may_come_several_times_and_go_with_basic_information_only() {
    let image = |no: u32| format!("UPKIHON_IMAGE_9970000018_43_9970000026_A2_20261020100000_{no:04}.jpg");
    let (one, two) = (image(1), image(2));
    let jpeg: &[u8] = b"\xFF\xD8\xFF\xE0";
    let files = [SourceFile::new(&one, jpeg), SourceFile::new(BASICS, b""), SourceFile::new(&two, jpeg)];
    let sorted = sort_into_units(Edition::v4_1(), &files);
    assert_eq!((sorted.units[0].kind, &sorted.units[0].files[..]), (UnitKind::Y1, &[1, 0, 2][..]));
    let alone = sort_into_units(Edition::v4_1(), &files[..1]);
    assert!(alone.units.is_empty());
    assert_eq!(alone.findings[0].code, "SET-001");
}

#[test]
fn a_wrong_file_under_a_right_name_makes_the_unit_and_blocks_it() {
    let files = [
        SourceFile::new(PLAN, b"MZ\x90\0"),
        SourceFile::new(ANNEX, b"%PDF-1.7"),
        SourceFile::new(SUPPLEMENT, b""),
    ];
    let sorted = sort_into_units(Edition::v4_1(), &files);
    let findings = check_unit(Edition::v4_1(), &files, &sorted.units[0]);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["KIND-001", "KIND-003", "FILE-001"]);
}
