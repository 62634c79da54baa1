//! Any heap of files: every file comes out of sorting exactly once, and units of whatever content are checked, masked, written as
//! JSON and read into forms without a panic.

#![no_main]

use careplan_fuzz::files;
use careplan_standard::{Edition, FINDINGS_MAX, SourceFile, check_unit, read_forms, sort_into_units};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let files = files(data);
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let edition = Edition::v4_1();
    let sorted = sort_into_units(edition, &sources);
    let mut placed: Vec<usize> = sorted.units.iter().flat_map(|unit| unit.files.clone()).collect();
    placed.extend(sorted.attachments.iter().chain(&sorted.left_over));
    placed.sort_unstable();
    assert!(placed.into_iter().eq(0..sources.len()));
    for unit in &sorted.units {
        // Each file has its limit, and so has what its unit says of it.
        let findings = check_unit(edition, &sources, unit);
        assert!(findings.len() <= 2 * (FINDINGS_MAX + 5) * unit.files.len());
        for finding in findings {
            let masked = finding.masked();
            assert!(!masked.message.contains(['{', '}']));
            assert!(serde_json::to_string(&masked).is_ok());
        }
        let members: Vec<SourceFile<'_>> = unit.files.iter().map(|index| sources[*index]).collect();
        if let Ok(forms) = read_forms(edition, &members) {
            assert!(serde_json::to_string(&forms).is_ok());
        }
    }
});
