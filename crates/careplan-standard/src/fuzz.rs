//! One door for fuzzers: any bytes, through everything the crate offers.

use crate::{Edition, Finding, SourceFile, check_file, check_unit, sort_into_units};

/// Takes the first line as a file name and the rest as its content, and runs every call of the crate over it.
///
/// Not part of the promised interface; it exists so that fuzz targets and property tests walk the same way.
#[doc(hidden)]
#[must_use]
pub fn check_anything(data: &[u8]) -> Vec<Finding> {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = data.split_at(at);
    let name = String::from_utf8_lossy(name);
    let files = [SourceFile::new(&name, rest.get(1..).unwrap_or_default())];
    let edition = Edition::v4_1();
    let sorted = sort_into_units(edition, &files);
    let mut findings: Vec<Finding> = files.iter().flat_map(|file| check_file(edition, file)).collect();
    for unit in &sorted.units {
        findings.extend(check_unit(edition, &files, unit));
    }
    findings.extend(sorted.findings);
    findings.iter().map(Finding::masked).collect()
}
