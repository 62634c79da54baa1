//! What the tables take over from the ministry's documents is what was compared with them.
//!
//! The tables were compared with the ministry's layout definitions and code lists item by item, and the digests below were taken then. Who
//! changes one of these columns changes the digest too, after looking the change up in the ministry's documents.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::path::PathBuf;

/// FNV-1a, 64 bits: tells tables apart, and need not withstand anybody.
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The named columns of a table of edition 4.1, as a line each with its number of rows and the digest.
fn line(table: &str, columns: &[&str]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("editions/4.1").join(table);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heads = reader.headers().unwrap().clone();
    let places: Vec<usize> =
        columns.iter().map(|column| heads.iter().position(|head| head == *column).unwrap()).collect();
    let mut text = String::new();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let cells: Vec<&str> = places.iter().map(|place| &record[*place]).collect();
        writeln!(text, "{}", cells.join("\t")).unwrap();
        rows += 1;
    }
    format!("{table} {rows} {:016x}", digest(&text))
}

#[test]
fn the_ministrys_columns_are_those_that_were_compared() {
    let layouts =
        std::fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("editions/4.1/layouts")).unwrap();
    let mut layouts: Vec<String> =
        layouts.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    layouts.sort();
    let mut lines: Vec<String> = layouts
        .iter()
        .map(|layout| {
            line(
                &format!("layouts/{layout}"),
                &["no", "name_ja", "type", "max_len", "unit", "required", "code_table"],
            )
        })
        .collect();
    lines.push(line("codes.csv", &["code_table", "code", "meaning_ja", "scope"]));
    lines.push(line("send_units.csv", &["unit", "files"]));
    lines.push(line("files.csv", &["prefix", "name_ja", "fields", "file_name_pattern"]));
    insta::assert_snapshot!(lines.join("\n"));
}
