//! Draws the sample both ways: `cargo run -p careplan-sheet --example sample -- FOLDER`.

use std::path::PathBuf;

use careplan_sheet::{to_html, to_pdf};

mod document;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let sample = document::sample()?;
    std::fs::write(folder.join("sample.pdf"), to_pdf(&sample)?)?;
    std::fs::write(folder.join("sample.html"), to_html(&sample))?;
    Ok(())
}
