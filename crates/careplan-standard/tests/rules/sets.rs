//! Sets of files: what is missing, what is too much, and what files of a unit have to agree on.

use std::fmt::Write as _;

use careplan_standard::{Edition, Severity, SourceFile, UnitKind, check_unit, sort_into_units};

use crate::sample::{
    ACTUALS, ANNEX, BASICS, FORM_1, FORM_2, FORM_3, PLAN, SUPPLEMENT, SUPPLEMENT_OF_PLAN, example, ms932,
    written,
};

/// A set of files with one fault.
pub(crate) struct SetSample {
    pub(crate) fault: &'static str,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) rules: &'static [&'static str],
}

fn set(fault: &'static str, names: &[&str], rules: &'static [&'static str]) -> SetSample {
    let files = names.iter().map(|name| ((*name).to_owned(), ms932(&example(name)))).collect();
    SetSample { fault, files, rules }
}

fn renamed(mut sample: SetSample, from: &str, to: &str) -> SetSample {
    if let Some((name, _)) = sample.files.first_mut() {
        *name = name.replace(from, to);
    }
    sample
}

pub(crate) fn samples() -> Vec<SetSample> {
    let mut versions = set("two versions in one unit", &[ANNEX, PLAN, SUPPLEMENT], &["UNIT-005"]);
    versions.files[0].1 = ms932(&example(ANNEX).replace("202407,", "202504,"));
    let same_serial = PLAN.replace("UPPLAN_202611_", "UP1KYO_");
    let mut two = set("two units under one serial", &[PLAN, ANNEX, SUPPLEMENT], &["SET-003"]);
    for prefix in ["UP1KYO_", "UP2KYO_", "UP3KYO_", "UPHOSOKU_000000_"] {
        two.files.push((same_serial.replace("UP1KYO_", prefix), Vec::new()));
    }
    let mut again = set("the same file twice", &[PLAN, ANNEX, SUPPLEMENT], &["SET-002"]);
    again.files.push(again.files[0].clone());
    let mut preventive = set("a preventive slip", &[PLAN, ANNEX, SUPPLEMENT], &["SET-004"]);
    for (name, _) in &mut preventive.files {
        *name = name.replace("_11_", "_A2_");
    }
    vec![
        set("a slip without annex and supplement", &[PLAN], &["SET-001"]),
        set("a plan without form 3, as in edition 3", &[FORM_1, FORM_2, SUPPLEMENT_OF_PLAN], &["SET-001"]),
        set("a slip's supplement alone", &[SUPPLEMENT], &["SET-001"]),
        set("a plan's supplement alone", &[SUPPLEMENT_OF_PLAN], &["SET-001"]),
        renamed(
            set("a slip with form 2", &[FORM_2, PLAN, ANNEX, SUPPLEMENT], &["SET-002"]),
            "20261020093000",
            "20261025101500",
        ),
        renamed(
            set("actuals with a plan", &[ACTUALS, PLAN, ANNEX, SUPPLEMENT], &["SET-003"]),
            "9970000026_11_9970000018_43_20261202164500",
            "9970000018_43_9970000026_11_20261025101500",
        ),
        again,
        two,
        preventive,
        renamed(set("two months in one unit", &[ANNEX, PLAN, SUPPLEMENT], &["UNIT-001"]), "202611", "202612"),
        renamed(
            set(
                "a service month on a plan's supplement",
                &[SUPPLEMENT_OF_PLAN, FORM_1, FORM_2, FORM_3],
                &["UNIT-002"],
            ),
            "000000",
            "202611",
        ),
        versions,
        hand_made("a unit of two receivers", "9970000026", "9970000042", &["UNIT-003"]),
        hand_made("a unit of two serials", "20261025101500", "20261025101501", &["UNIT-004"]),
    ]
}

/// A unit whose files somebody else put together.
fn hand_made(fault: &'static str, from: &str, to: &str, rules: &'static [&'static str]) -> SetSample {
    renamed(set(fault, &[ANNEX, PLAN, SUPPLEMENT], rules), from, to)
}

fn report(sample: &SetSample) -> String {
    let files: Vec<SourceFile<'_>> =
        sample.files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let sorted = sort_into_units(Edition::v4_1(), &files);
    let mut findings = sorted.findings.clone();
    let mut units = sorted.units.clone();
    if sample.rules.iter().any(|rule| matches!(*rule, "UNIT-003" | "UNIT-004")) {
        let whole: Vec<SourceFile<'_>> =
            [PLAN, ANNEX, SUPPLEMENT].map(|name| SourceFile::new(name, b"")).to_vec();
        units = sort_into_units(Edition::v4_1(), &whole).units;
        findings.clear();
    }
    for unit in &units {
        findings.extend(check_unit(Edition::v4_1(), &files, unit));
    }
    for rule in sample.rules {
        assert!(findings.iter().any(|finding| finding.code == *rule), "{}: {findings:?}", sample.fault);
    }
    let mut text = String::new();
    for unit in &units {
        writeln!(text, "{} {}", unit.kind, unit.month.map(|month| month.to_string()).unwrap_or_default())
            .unwrap();
    }
    text + &written(&findings)
}

#[test]
fn sets_that_are_no_unit_and_units_that_disagree_are_explained() {
    let mut text = String::new();
    for sample in samples() {
        writeln!(text, "# {}\n{}", sample.fault, report(&sample).trim_end()).unwrap();
    }
    insta::assert_snapshot!(text);
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
