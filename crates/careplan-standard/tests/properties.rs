//! What holds for any input.
#![expect(clippy::unwrap_used, reason = "tests")]

use careplan_standard::{
    Edition, FileName, Finding, Prefix, Severity, Sorted, SourceFile, StandardFile, check_file, check_unit,
    judge, sort_into_units,
};
use proptest::prelude::*;

/// Names of the standard, and some that nearly are.
fn names() -> impl Strategy<Value = String> {
    let prefix = proptest::sample::select(Prefix::ALL.to_vec());
    let month = proptest::sample::select(vec!["", "202611_", "202612_", "000000_"]);
    let types = proptest::sample::select(vec!["43", "11", "A2", "46", "99"]);
    let serial = proptest::sample::select(vec!["20261025101500", "20261025101501", "20261131101500"]);
    (prefix, month, "99700000[12]8", types.clone(), types, serial).prop_map(
        |(prefix, month, to, a, b, serial)| {
            let end = if prefix.is_image() { "_0001.jpg" } else { ".CSV" };
            format!("{prefix}_{month}9970000018_{a}_{to}_{b}_{serial}{end}")
        },
    )
}

/// Bytes that look enough like CSV of the standard to reach the later checks.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"202407",
        b",",
        b",",
        b",",
        b"\"",
        b"\r\n",
        b"\n",
        b"\r",
        b"990001",
        b"0009900013",
        b"202611",
        b"000000",
        b"\x8C\xA9\x96\x7B",
        b"\x81",
        b"\xF0\x40",
        b"\0",
        b"\xEF\xBB\xBF",
        b"9970000018",
        b"CSV\x83o",
        b" ",
        b"-1",
        b"\xE3\x81\x82",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

/// A withdrawal's rows, few enough that half of the files have no fault at all.
fn rows() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"202407,990001,0009900013,202611\r\n",
        b"202407,990001,\x8C\xA9\x96\x7B,202611\n",
        b"\"202407\",\"990001\",,\r\n",
        b"csv_version,insurer_no,insured_no,target_month\r\n",
        b"202407,990001,0009900013\r\n",
        b"202407,\xF0\x40,\0,\x1F\r\n",
        b"\r\n",
        b"\x80",
        b"\x81",
        b"\"",
        b"\xEF\xBB\xBF",
        b"\xE3\x81\x82",
    ];
    let usual = proptest::sample::select(pieces.get(..4).unwrap().to_vec());
    let any = proptest::sample::select(pieces);
    let piece = prop_oneof![3 => usual, 1 => any];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn check_places(findings: &[Finding], bytes: &[u8]) -> Result<(), TestCaseError> {
    for finding in findings {
        prop_assert!(finding.byte.is_none_or(|byte| byte <= bytes.len() as u64));
        prop_assert!(
            finding.line.is_none_or(|line| line >= 1) && finding.column.is_none_or(|column| column >= 1)
        );
        prop_assert!(!finding.message.contains('{') || bytes.contains(&b'{'), "{}", finding.message);
        prop_assert!(!finding.fix.contains('{'), "{}", finding.fix);
    }
    Ok(())
}

/// Whether a finding says that a file of the standard cannot be taken apart. What stands in its items is another matter, and so
/// are characters that can be read and must not be written (外字, NUL).
fn shuts(finding: &Finding) -> bool {
    let is_about_items = matches!(finding.code, "ENC-004" | "ENC-005");
    finding.severity == Severity::Block
        && !is_about_items
        && ["KIND", "FILE", "ENC", "CSV"].iter().any(|family| finding.code.starts_with(family))
}

/// A sorting in words that do not depend on the order of the input.
fn in_words(sorted: &Sorted, files: &[(String, Vec<u8>)]) -> String {
    let names = |indexes: &[usize]| {
        let mut names: Vec<&str> =
            indexes.iter().map(|index| files.get(*index).unwrap().0.as_str()).collect();
        names.sort_unstable();
        names.join(" ")
    };
    let units: Vec<String> = sorted
        .units
        .iter()
        .map(|unit| format!("{} {} {}", unit.kind, unit.serial, names(&unit.files)))
        .collect();
    let mut findings: Vec<String> = sorted
        .findings
        .iter()
        .map(|finding| format!("{:?} {} {}", finding.file, finding.code, finding.message))
        .collect();
    findings.sort_unstable();
    format!("{units:?} {findings:?} {} {}", names(&sorted.attachments), names(&sorted.left_over))
}

proptest! {
    #[test]
    fn any_bytes_under_any_name_are_checked(name in names(), bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_places(&check_file(Edition::v4_1(), &SourceFile::new(&name, &bytes)), &bytes)?;
    }

    #[test]
    fn the_door_for_fuzzers_takes_any_bytes(name in names(), bytes in contents(), other in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = careplan_standard::check_anything(&other);
        let _ = careplan_standard::check_anything(&[name.as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn csv_of_any_shape_is_checked(name in names(), bytes in contents()) {
        check_places(&check_file(Edition::v4_1(), &SourceFile::new(&name, &bytes)), &bytes)?;
    }

    #[test]
    fn a_file_is_opened_unless_the_checks_say_that_it_cannot_be_taken_apart(bytes in prop_oneof![rows(), contents()]) {
        let file = SourceFile::new("DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV", &bytes);
        let is_shut = check_file(Edition::v4_1(), &file).iter().any(shuts);
        match StandardFile::open(Edition::v4_1(), &file) {
            Ok(_) => prop_assert!(!is_shut),
            Err(findings) => prop_assert!(is_shut && findings.iter().any(shuts)),
        }
    }

    #[test]
    fn any_text_is_read_as_a_name_or_refused(name in ".{0,140}", bytes in contents()) {
        let _ = FileName::parse(&name);
        let _ = judge(&name, &bytes);
        let _ = check_file(Edition::v4_1(), &SourceFile::new(&name, &bytes));
    }

    #[test]
    fn names_are_written_as_they_were_read(name in names()) {
        if let Ok(parsed) = FileName::parse(&name) {
            prop_assert_eq!(parsed.to_string(), name.clone());
            prop_assert_eq!(FileName::parse(&name.to_lowercase()), Ok(parsed));
        }
    }

    #[test]
    fn sorting_does_not_depend_on_the_order(
        (files, shuffled) in proptest::collection::vec((names(), contents()), 0..12)
            .prop_flat_map(|files| (Just(files.clone()), Just(files).prop_shuffle()))
    ) {
        let sort = |files: &[(String, Vec<u8>)]| {
            let sources: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
            let sorted = sort_into_units(Edition::v4_1(), &sources);
            for unit in &sorted.units {
                let _ = check_unit(Edition::v4_1(), &sources, unit);
            }
            in_words(&sorted, files)
        };
        prop_assert_eq!(sort(&files), sort(&shuffled));
    }

    #[test]
    fn every_file_comes_out_of_sorting_exactly_once(files in proptest::collection::vec((names(), contents()), 0..12)) {
        let sources: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        let sorted = sort_into_units(Edition::v4_1(), &sources);
        let mut all: Vec<usize> = sorted.units.iter().flat_map(|unit| unit.files.clone()).collect();
        all.extend(&sorted.attachments);
        all.extend(&sorted.left_over);
        all.sort_unstable();
        prop_assert_eq!(all, (0..files.len()).collect::<Vec<_>>());
    }
}
