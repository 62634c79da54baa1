//! Any bytes as a file of the standard: the checks never panic, what they say stays bounded and within the file, and no
//! template shows through.

#![no_main]

use careplan_fuzz::file;
use careplan_standard::{Edition, FINDINGS_MAX, SourceFile, check_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (name, bytes) = file(data);
    let findings = check_file(Edition::v4_1(), &SourceFile::new(&name, bytes));
    assert!(findings.len() <= FINDINGS_MAX + 1);
    for finding in findings {
        assert!(finding.byte.is_none_or(|byte| byte <= bytes.len() as u64));
        assert!(finding.line != Some(0) && finding.column != Some(0) && finding.record != Some(0));
        let masked = finding.masked();
        assert!(!masked.message.is_empty() && !finding.fix.is_empty());
        assert!(!masked.message.contains(['{', '}']) && !finding.fix.contains(['{', '}']));
    }
});
