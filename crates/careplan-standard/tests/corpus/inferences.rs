//! A rule that rests on an inference warns and never blocks: tried with every row that is marked, by taking its mark away.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use careplan_standard::{Edition, EditionTables, Finding, Severity};

use crate::fault::{Fault, faults};
use crate::support::export_folders;

/// Tables by the names of their files.
type Tables = BTreeMap<String, Vec<csv::StringRecord>>;

/// Marked rows of which nothing would block if they were confirmed, and why.
const NEVER_BLOCKING: [(&str, &str); 5] = [
    ("codes OFFICE_TYPE", "such a type is told for information"),
    ("send_units Y7", "one file alone, which has no other to agree with"),
    ("send_units Y8", "one file alone, which has no other to agree with"),
    ("send_units Y9", "one file alone, which has no other to agree with"),
    ("totals UPSIKYU", "sums only ever warn"),
];

/// Rules that block whatever the marks of the tables are, since they rest on no row, by what their codes begin with.
const RESTING_ON_NO_ROW: [(&str, &str); 9] = [
    ("KIND", "what a file is by its bytes"),
    ("FILE", "a file without data, or too large"),
    ("ENC", "the characters"),
    ("CSV", "quotes and items that cannot be told apart"),
    ("NAME-001", "the rule about names"),
    ("NAME-004", "a service type in no row"),
    ("NAME-009", "the rule about names"),
    ("NAME-010", "the rule about names"),
    ("SET", "a set of files in no row"),
];

fn tables() -> Tables {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("editions/4.1");
    let mut tables = Tables::new();
    for folder in [root.clone(), root.join("layouts")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "csv") {
                continue;
            }
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).unwrap();
            let rows = reader.records().map(Result::unwrap).collect();
            tables.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), rows);
        }
    }
    tables
}

fn edition(tables: &Tables) -> Edition {
    let texts: BTreeMap<&str, String> =
        tables.iter().map(|(name, rows)| (name.as_str(), written(rows))).collect();
    let layouts: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (*name, text.as_str())).filter(|(name, _)| is_layout(name)).collect();
    Edition::from_tables(&EditionTables {
        name: "4.1",
        files: &texts["files"],
        codes: &texts["codes"],
        send_units: &texts["send_units"],
        links: &texts["links"],
        conditions: &texts["conditions"],
        keys: &texts["keys"],
        totals: &texts["totals"],
        relations: &texts["relations"],
        layouts: &layouts,
    })
    .unwrap()
}

fn is_layout(table: &str) -> bool {
    careplan_standard::Prefix::parse(table).is_some()
}

fn written(rows: &[csv::StringRecord]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn column(rows: &[csv::StringRecord], name: &str) -> Option<usize> {
    rows[0].iter().position(|known| known == name)
}

/// Writes a word into a column of a row, where the table has that column.
fn set(rows: &mut [csv::StringRecord], row: usize, (name, word): (&str, &str)) {
    if let Some(column) = column(rows, name) {
        let cells = rows[row].iter().enumerate();
        rows[row] = cells.map(|(at, cell)| if at == column { word } else { cell }).collect();
    }
}

/// The marked rows: their table and their place in it.
fn marked(tables: &Tables) -> Vec<(String, usize)> {
    let mut marked = Vec::new();
    for (name, rows) in tables {
        let at = column(rows, "confidence").unwrap();
        let is_marked = |row: &csv::StringRecord| &row[at] == "inferred";
        marked.extend((1..rows.len()).filter(|row| is_marked(&rows[*row])).map(|row| (name.clone(), row)));
    }
    marked
}

/// The first row of a layout's example without a required item, or with one that is too long, whichever is marked.
fn without_the_attribute(layout: &str, item: usize, attribute: &str) -> Fault {
    let mut files = export_folders("examples").into_iter().flat_map(|(_, files)| files);
    let (name, bytes) = files.find(|(name, _)| name.split('_').next() == Some(layout)).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\r').unwrap();
    let mut items: Vec<&[u8]> = bytes[..end].split(|byte| *byte == b',').collect();
    items[item - 1] = match attribute {
        "required" => b"",
        "max_len" => b"9999999999",
        other => panic!("{other} of {layout} has no fault"),
    };
    let row = [items.join(&b","[..]), b"\r\n".to_vec()].concat();
    Fault { name: format!("{layout} {item}"), files: vec![(name, row)] }
}

/// The corpus, and a fault in every item whose row is marked.
fn faults_of_all(tables: &Tables, marked: &[(String, usize)]) -> Vec<Fault> {
    let mut faults = faults();
    for (name, row) in marked.iter().filter(|(name, _)| is_layout(name)) {
        let rows = &tables[name];
        let attribute = &rows[*row][column(rows, "inferred").unwrap()];
        faults.push(without_the_attribute(name, *row, attribute));
    }
    faults
}

/// Everything that is found in each folder.
fn all_findings(edition: &Edition, faults: &[Fault]) -> Vec<Vec<Finding>> {
    faults.iter().map(|fault| fault.verdict_by(edition).findings).collect()
}

/// Those of one side that the other has not.
fn alone<'f>(of: &'f [Vec<Finding>], other: &[Vec<Finding>]) -> Vec<&'f Finding> {
    let pairs = of.iter().zip(other);
    pairs.flat_map(|(one, other)| one.iter().filter(|finding| !other.contains(finding))).collect()
}

#[test]
fn every_row_that_is_inferred_keeps_what_rests_on_it_from_blocking() {
    let mut tables = tables();
    let marked = marked(&tables);
    assert!(marked.len() > 40, "{}", marked.len());
    let faults = faults_of_all(&tables, &marked);
    // Whatever the row says, the mark is stronger.
    for (name, row) in &marked {
        set(tables.get_mut(name).unwrap(), *row, ("severity", "block"));
    }
    let with_marks = all_findings(&edition(&tables), &faults);
    let mut odd = Vec::new();
    for (name, row) in &marked {
        let mut without = tables.clone();
        set(without.get_mut(name).unwrap(), *row, ("confidence", "confirmed"));
        let without = all_findings(&edition(&without), &faults);
        let cells: Vec<&str> = tables[name][*row].iter().take(4).collect();
        let label = format!("{name} {}", cells.join(","));
        let softened = alone(&with_marks, &without);
        if softened.iter().any(|it| it.severity == Severity::Block) {
            odd.push(format!("{label}: what rests on it blocks"));
        }
        let blocks = alone(&without, &with_marks).iter().any(|finding| finding.severity == Severity::Block);
        let may_block = !NEVER_BLOCKING.iter().any(|(begin, _)| label.starts_with(begin));
        if blocks != may_block {
            let odds = if may_block { "no folder shows that it would block" } else { "it would block" };
            odd.push(format!("{label}: {odds} if it were confirmed"));
        }
    }
    assert_eq!(odd, [""; 0]);
}

#[test]
fn where_everything_is_inferred_only_what_rests_on_no_row_blocks() {
    let mut tables = tables();
    for rows in tables.values_mut() {
        for row in 1..rows.len() {
            set(rows, row, ("confidence", "inferred"));
            set(rows, row, ("inferred", ""));
        }
    }
    let found = all_findings(&edition(&tables), &faults());
    let blocking = found.iter().flatten().filter(|finding| finding.severity == Severity::Block);
    let blocking: BTreeSet<&str> = blocking.map(|finding| finding.code).collect();
    let begins = |code: &&str| RESTING_ON_NO_ROW.iter().any(|(begin, _)| code.starts_with(begin));
    let resting: Vec<&str> = blocking.iter().copied().filter(|code| !begins(code)).collect();
    assert_eq!(resting, [""; 0]);
    for (begin, what) in RESTING_ON_NO_ROW {
        assert!(blocking.iter().any(|code| code.starts_with(begin)), "{begin} ({what}) blocks nowhere");
    }
}

#[test]
fn a_record_whose_missing_parent_only_warns_hides_no_companion_that_blocks() {
    let mut tables = tables();
    let rows = tables.get_mut("relations").unwrap();
    let parent = rows.iter().position(|row| row.iter().take(3).eq(["UPHOSOKU", "UP1KYO", "parent"])).unwrap();
    set(rows, parent, ("confidence", "inferred"));
    let faults = faults();
    let fault = faults.iter().find(|fault| fault.name == "supplement-of-another-plan-date").unwrap();
    let found = fault.verdict_by(&edition(&tables)).findings;
    let told: Vec<(&str, Severity)> = found.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(told, [("REL-002", Severity::Block), ("REL-001", Severity::Warn)]);
}
