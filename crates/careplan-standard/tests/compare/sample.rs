//! Forms to compare: the crate's examples, and lines made for a test.

use careplan_standard::form::{Forms, Item, OfficeNumber, SlipLine};
use careplan_standard::{Edition, SourceFile, read_forms};

use crate::support::export_folders;

/// The office of the examples' actuals.
pub(crate) const HELPERS: &str = "9970000026";

/// The forms of an example.
pub(crate) fn example(folder: &str) -> Forms {
    let examples = export_folders("examples");
    let (_, files) = examples.iter().find(|(name, _)| name == folder).unwrap();
    let files: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &files).unwrap()
}

/// The plan of the examples and the actuals that belong to it.
pub(crate) fn month() -> (Forms, Forms) {
    (example("02_K2_use_slip"), example("03_S1_actuals"))
}

/// A home-help visit of the examples' first person: `line("20261112", "1000", "1030")`.
pub(crate) fn line(day: &str, start: &str, end: &str) -> SlipLine {
    SlipLine {
        insurer_no: Item::read("990001"),
        insured_no: Item::read("0009900013"),
        target_month: Item::read("202611"),
        units: Item::from(244),
        service_date: Item::read(day),
        start_time: Item::read(start),
        end_time: Item::read(end),
        times: Item::from(1),
        service_code: Item::read("111111"),
        service_office_no: Item::read(HELPERS),
        service_office_name: Item::read("みほんヘルパーステーション"),
        ..SlipLine::default()
    }
}

pub(crate) fn office(number: &str) -> OfficeNumber {
    OfficeNumber::parse(number).unwrap()
}
