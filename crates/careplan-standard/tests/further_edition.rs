//! A further edition is a further folder: the tables of 4.1 with another version, a longer item and one more code check and read a whole
//! unit, and no code knows of it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::path::PathBuf;

use careplan_standard::{
    Edition, EditionTables, Severity, SourceFile, check_unit, read_forms, sort_into_units,
};

use crate::support::{Files, export_folders};

/// A table of edition 4.1 as it lies in its folder.
fn table(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("editions/4.1").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

/// Edition 9.9: version 203104, units of seven digits, and a care level 26.
fn further() -> Edition {
    let codes = replaced(&table("codes.csv"), "CSV_VERSION,202407,", "CSV_VERSION,203104,");
    let codes = replaced(&codes, "YOKAIGO,25,", "YOKAIGO,26,要介護６,,,,confirmed\nYOKAIGO,25,");
    let mut layouts: Vec<(String, String)> = Edition::v4_1()
        .layouts()
        .map(|layout| {
            let prefix = layout.prefix().as_str().to_owned();
            let text = table(&format!("layouts/{prefix}.csv"));
            (prefix, text)
        })
        .collect();
    let plan = layouts.iter_mut().find(|(prefix, _)| prefix == "UPPLAN").unwrap();
    plan.1 = replaced(&plan.1, "8,単位数,units,数字,6,", "8,単位数,units,数字,7,");
    let layouts: Vec<(&str, &str)> =
        layouts.iter().map(|(prefix, text)| (prefix.as_str(), text.as_str())).collect();
    let texts = ["files", "send_units", "links", "conditions", "keys", "totals", "relations"]
        .map(|name| table(&format!("{name}.csv")));
    let [files, send_units, links, conditions, keys, totals, relations] = &texts;
    Edition::from_tables(&EditionTables {
        name: "9.9",
        files,
        codes: &codes,
        send_units,
        links,
        conditions,
        keys,
        totals,
        relations,
        layouts: &layouts,
    })
    .unwrap()
}

/// The example of a month's plan as software of that edition would write it.
fn unit() -> Files {
    let (_, files) =
        export_folders("examples").into_iter().find(|(name, _)| name == "02_K2_use_slip").unwrap();
    let file = |(name, bytes): (String, Vec<u8>)| {
        let text = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes).0.replace("202407,", "203104,");
        let text = match () {
            () if name.starts_with("UPPLAN") => replaced(&text, ",244,", ",1234567,"),
            () if name.starts_with("UPHOSOKU") => replaced(&text, ",22,19705,", ",26,19705,"),
            () => text,
        };
        (name, encoding_rs::SHIFT_JIS.encode(&text).0.into_owned())
    };
    files.into_iter().map(file).collect()
}

/// The codes of what blocks.
fn blocking(edition: &Edition, files: &[SourceFile<'_>]) -> Vec<&'static str> {
    let sorted = sort_into_units(edition, files);
    assert_eq!((sorted.units.len(), sorted.left_over.len()), (1, 0));
    let findings = check_unit(edition, files, &sorted.units[0]);
    findings.iter().filter(|it| it.severity == Severity::Block).map(|it| it.code).collect()
}

#[test]
fn a_further_edition_checks_and_reads_a_unit_that_the_present_one_refuses() {
    let further = further();
    assert_eq!((further.name(), further.version()), ("9.9", Some("203104")));
    let unit = unit();
    let files: Vec<SourceFile<'_>> = unit.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let present = blocking(Edition::v4_1(), &files);
    for code in ["VERSION-001", "FIELD-003", "FIELD-004"] {
        assert!(present.contains(&code), "{code}: {present:?}");
    }
    assert_eq!(blocking(&further, &files), [""; 0]);
    let forms = read_forms(&further, &files).unwrap();
    assert_eq!(forms.plan[0].units.value(), Some(&1_234_567));
    assert_eq!(forms.supplements.len(), 2);
}

#[test]
fn the_edition_of_files_is_the_one_of_their_version_and_the_newest_where_they_say_none() {
    let unit = unit();
    let files: Vec<SourceFile<'_>> = unit.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    assert_eq!(
        Edition::of(&files).name(),
        Edition::newest().name(),
        "no edition of this version is compiled in"
    );
    let (_, example) = export_folders("examples").remove(0);
    let example: Vec<SourceFile<'_>> =
        example.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    assert_eq!(Edition::of(&example).name(), "4.1");
    assert_eq!(Edition::of(&[]).name(), Edition::newest().name());
    let names: Vec<&str> = Edition::all().iter().map(Edition::name).collect();
    assert_eq!(names, ["4.1"]);
}
