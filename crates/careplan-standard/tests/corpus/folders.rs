//! Every folder of the corpus has what it should have found in it, and every rule is met by one.

use std::collections::BTreeSet;

use careplan_standard::{
    Edition, FileName, Prefix, SourceFile, UnitKind, check_file, rules, sort_into_units,
};

use crate::fault::{faults, snapshots};

/// Rules that no export folder of a repository can meet, and where they are met instead.
const ELSEWHERE: [(&str, &str); 7] = [
    ("FILE-002", "huge"),
    ("FILE-004", "huge"),
    ("CSV-005", "huge"),
    ("UNIT-003", "tests/rules/sets.rs: sorting never makes such a unit"),
    ("UNIT-004", "tests/rules/sets.rs: sorting never makes such a unit"),
    ("ENC-008", "tests/forms.rs: about what is written"),
    ("ENC-009", "tests/forms.rs: about what is written"),
];

/// Fewer folders than this, and somebody has lost some.
const FAULTS_MIN: usize = 320;

#[test]
fn everything_that_is_wrong_with_a_folder_is_said() {
    let faults = faults();
    assert!(faults.len() >= FAULTS_MIN, "{}", faults.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/hostile");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for fault in &faults {
            insta::assert_snapshot!(fault.name.as_str(), fault.verdict().written());
        }
    });
}

#[test]
fn every_folder_is_named_for_a_fault_and_has_a_finding() {
    for fault in faults() {
        let kebab = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        assert!(fault.name.chars().all(kebab), "{}", fault.name);
        assert!(!fault.files.is_empty(), "{} is empty", fault.name);
        assert!(!fault.verdict().findings.is_empty(), "nothing is found in {}", fault.name);
    }
}

#[test]
fn no_snapshot_is_without_its_folder() {
    let folders: BTreeSet<String> = faults().into_iter().map(|fault| fault.name).collect();
    let orphans: Vec<String> = snapshots().into_iter().filter(|name| !folders.contains(name)).collect();
    assert_eq!(orphans, [""; 0]);
}

#[test]
fn every_rule_of_the_catalogue_is_met_by_a_folder_or_elsewhere() {
    let met: BTreeSet<&str> =
        faults().iter().flat_map(|fault| fault.verdict().findings).map(|finding| finding.code).collect();
    let unmet: BTreeSet<&str> =
        rules().iter().map(|rule| rule.code).filter(|code| !met.contains(code)).collect();
    assert_eq!(unmet, ELSEWHERE.iter().map(|(code, _)| *code).collect());
}

#[test]
fn no_template_shows_through_in_what_a_person_reads() {
    for fault in faults() {
        for finding in fault.verdict().findings {
            for text in [&finding.message, &finding.fix, &finding.source] {
                assert!(!text.contains(['{', '}']), "{} {}: {text}", fault.name, finding.code);
            }
            assert!(!finding.source.contains("「」"), "{} {}", fault.name, finding.code);
            let masked = finding.masked().message;
            assert!(!masked.contains(['{', '}']), "{} {}: {masked}", fault.name, finding.code);
        }
    }
}

#[test]
fn every_layout_the_image_and_every_unit_are_in_the_corpus_with_a_fault() {
    let edition = Edition::v4_1();
    let (mut prefixes, mut units) = (BTreeSet::new(), BTreeSet::new());
    for fault in faults() {
        let files: Vec<SourceFile<'_>> =
            fault.files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        units.extend(sort_into_units(edition, &files).units.iter().map(|unit| unit.kind));
        let faulty = files.iter().filter(|file| !check_file(edition, file).is_empty());
        prefixes.extend(faulty.filter_map(|file| FileName::parse(file.name).ok()).map(|name| name.prefix()));
    }
    assert_eq!(prefixes, BTreeSet::from(Prefix::ALL));
    assert_eq!(units, BTreeSet::from(UnitKind::ALL));
}
