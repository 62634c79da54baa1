//! Draws the files of a folder both ways: `cargo run -p careplan-paper --example print -- FOLDER OUT` writes `OUT.pdf` and `OUT.html`.

use std::ffi::OsString;
use std::path::PathBuf;

use careplan_paper::{ServiceNames, document, to_html, to_pdf};
use careplan_standard::{Edition, SourceFile, read_forms};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (folder, out) = arguments.next().zip(arguments.next()).ok_or("FOLDER と OUT を指定してください。")?;
    let mut files: Vec<(OsString, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        files.push((entry.file_name(), std::fs::read(entry.path())?));
    }
    files.sort();
    let named = files.iter().filter_map(|(name, bytes)| Some(SourceFile::new(name.to_str()?, bytes)));
    let edition = Edition::v4_1();
    let forms = read_forms(edition, &named.collect::<Vec<_>>()).map_err(|findings| {
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n")
    })?;
    // Any day will do: an example has no clock.
    let printed = document(edition, &forms, &ServiceNames::default(), jiff::civil::date(2026, 11, 30))?;
    std::fs::write(out.with_extension("pdf"), to_pdf(&printed)?)?;
    std::fs::write(out.with_extension("html"), to_html(&printed))?;
    Ok(())
}
