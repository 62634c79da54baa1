//! Any bytes as a file of the standard: the checks never panic, and what they say stays bounded.
//! The first line is taken as the file's name.

#![no_main]

use careplan_standard::{Edition, FINDINGS_MAX, SourceFile, check_file, check_unit, sort_into_units};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = data.split_at(end);
    let name = String::from_utf8_lossy(name);
    let file = SourceFile::new(&name, rest.get(1..).unwrap_or_default());
    let edition = Edition::v4_1();
    assert!(check_file(edition, &file).len() <= FINDINGS_MAX + 1);
    let files = [file];
    for unit in &sort_into_units(edition, &files).units {
        for finding in check_unit(edition, &files, unit) {
            assert!(!finding.message.is_empty());
        }
    }
});
