//! Every example of the crate passes, and is the unit its folder says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use careplan_standard::{Edition, Finding, Severity, SourceFile, UnitKind, check_unit, sort_into_units};

use crate::support::export_folders;

#[test]
fn every_example_folder_is_the_unit_its_name_says_and_nothing_is_found_in_it() {
    let folders = export_folders("examples");
    assert_eq!(folders.len(), 9);
    for (folder, files) in folders {
        let files: Vec<SourceFile<'_>> =
            files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        let sorted = sort_into_units(Edition::v4_1(), &files);
        assert_eq!(sorted.units.len(), 1, "{folder}: {:?}", sorted.findings);
        let unit = &sorted.units[0];
        let expected = UnitKind::parse(folder.split('_').nth(1).unwrap());
        let expected = if folder.starts_with("08") { Some(UnitKind::Y6) } else { expected };
        assert_eq!(Some(unit.kind), expected, "{folder}");
        let findings: Vec<Finding> = check_unit(Edition::v4_1(), &files, unit)
            .into_iter()
            .filter(|finding| finding.severity > Severity::Info)
            .collect();
        assert_eq!(findings, [], "{folder}");
    }
}
