//! Every example of the crate passes, and is the unit its folder says.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use careplan_standard::{Edition, Finding, Severity, SourceFile, UnitKind, check_unit, sort_into_units};

type Files = Vec<(String, Vec<u8>)>;

fn folders() -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| {
            let files = std::fs::read_dir(&path)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|file| {
                    (file.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(file).unwrap())
                })
                .collect();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), files)
        })
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_example_folder_is_the_unit_its_name_says_and_nothing_is_found_in_it() {
    let folders = folders();
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
